/// explain_dot.c: a physical plan as a graph in the language of Graphviz: EXPLAIN (FORMAT dot).
///
///     digraph plan {
///       rankdir=BT; node [shape=box];
///       n1 [label="SCAN\nproducts.tsv  cat_1\n~334 rows"];
///       n1 -> n0;
///     }
#include "planner/explain_writer.h"

#include <inttypes.h>
#include <stdio.h>

static void put_node(msl_explain_writer *w, const msl_plan *plan) {
    char text[64];
    msl_explain_writer label = {.arena = w->arena, .profiles = w->profiles};
    msl_explain_detail(&label, plan);
    snprintf(text, sizeof text, "  n%u [label=", plan->id);
    msl_explain_put(w, text);
    msl_explain_writer lines = {.arena = w->arena, .profiles = w->profiles};
    msl_explain_put(&lines, msl_explain_title(plan));
    if (label.length) {
        msl_explain_put(&lines, "\n");
        msl_explain_put_n(&lines, label.text, label.length);
    }
    if (plan->estimated_rows >= 0) {
        msl_explain_put(&lines, "\n");
        msl_explain_put_estimate(&lines, plan->estimated_rows);
    }
    if (w->profiles) {
        msl_explain_put(&lines, "\n");
        msl_explain_profile(&lines, plan);
    }
    w->failed = w->failed || label.failed || lines.failed;
    msl_explain_put(w, "\"");
    for (size_t k = 0; k < lines.length; k++) {
        char c = lines.text[k];
        if (c == '\n') {
            msl_explain_put(w, "\\n");
            continue;
        }
        if (c == '"' || c == '\\') msl_explain_put(w, "\\");
        msl_explain_put_n(w, &c, 1);
    }
    msl_explain_put(w, "\"];\n");
}

static void put_nodes(msl_explain_writer *w, const msl_plan *plan) {
    char text[64];
    put_node(w, plan);
    for (uint32_t c = 0; c < plan->child_count; c++) {
        put_nodes(w, plan->children[c]);
        snprintf(text, sizeof text, "  n%u -> n%u;\n", plan->children[c]->id, plan->id);
        msl_explain_put(w, text);
    }
}

void msl_explain_dot(msl_explain_writer *w, const msl_plan *plan) {
    msl_explain_put(w, "digraph plan {\n  rankdir=BT; node [shape=box, fontname=monospace];\n");
    put_nodes(w, plan);
    msl_explain_put(w, "}\n");
}
