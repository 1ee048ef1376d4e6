/// explain_writer.h: text that grows in an arena, and what the printers of plans share.
#ifndef MSL_EXPLAIN_WRITER_H
#define MSL_EXPLAIN_WRITER_H

#include "planner/logical.h"

typedef struct msl_explain_writer {
    msl_arena *arena;
    const msl_node_profile *profiles; ///< NULL: the plan was not run
    msl_explain_format format;
    char *text;
    size_t length, room;
    bool failed;                      ///< memory was refused
} msl_explain_writer;

void msl_explain_put_n(msl_explain_writer *w, const char *text, size_t n);
void msl_explain_put(msl_explain_writer *w, const char *text);
/// 1,234,567
void msl_explain_put_count(msl_explain_writer *w, uint64_t count);
/// An estimate: "(~1,234 rows)"; nothing when it is unknown.
void msl_explain_put_estimate(msl_explain_writer *w, double rows);
/// An expression over columns called `names`.
void msl_explain_put_expr(msl_explain_writer *w, const msl_expr *e, const char *const *names, uint32_t count);
/// As a JSON string or a DOT one: quoted, with escapes.
void msl_explain_put_quoted(msl_explain_writer *w, const char *text, size_t n);

/* ---- explain.c: one node of a physical plan ---- */

const char *msl_explain_title(const msl_plan *plan);
/// What stands behind the title: columns, conditions, keys.
void msl_explain_detail(msl_explain_writer *w, const msl_plan *plan);
/// " [rows, time, memory]" of a plan that was run.
void msl_explain_profile(msl_explain_writer *w, const msl_plan *plan);

/* ---- explain_dot.c, explain_logical.c ---- */

/// The plan as a graph for Graphviz.
void msl_explain_dot(msl_explain_writer *w, const msl_plan *plan);
/// A logical plan as indented lines.
void msl_explain_logical(msl_planner *p, msl_explain_writer *w, msl_logical *root);

#endif
