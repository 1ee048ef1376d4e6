/// explain.c: physical plans as text or JSON, with what each node did when there is a profile.
///
///     TOP_N  count(rid) DESC  LIMIT 5  (~5 rows)
///       AGG_FINAL  cat_1, cat_2: count(rid)  (~1,000 rows)
///         EXCHANGE HASH  cat_1, cat_2  (256 partitions)
///           AGG_PARTIAL  cat_1, cat_2: count(rid)
///             SCAN  products.tsv  rid, cat_1, cat_2  WHERE qty > 5
///
/// One walk fills a description of each node (title, detail, filters), which is printed in either form.
#include "planner/explain_writer.h"

#include "functions/collation.h"
#include "functions/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* ---- what a node shows ---- */

const char *msl_explain_title(const msl_plan *plan) {
    static const char *const titles[MSL_PLAN_KIND_COUNT] = {
        "SCAN",      "VALUES",      "FILTER",   "PROJECT",   "LIMIT",     "AGG_SIMPLE", "AGG_PARTIAL",
        "AGG_FINAL", "AGG_COLLECT", "EXCHANGE", "HASH_JOIN", "LOOP_JOIN", "RANGE_JOIN", "SORT",
        "TOP_N",     "UNION_ALL",   "REPEAT",   "EXPAND",    "UNNEST",    "WINDOW",     "CTE",
        "RECURSIVE", "WORK",        "DRAW",     "CHANGE",    "COPY_TO"};
    static const char *const exchanges[] = {"EXCHANGE HASH", "EXCHANGE RANGE", "EXCHANGE BROADCAST", "EXCHANGE GATHER",
                                            "EXCHANGE MERGE"};
    static const char *const changes[] = {"INSERT", "UPDATE", "DELETE", "MERGE"};
    if (plan->kind == MSL_PLAN_CHANGE) return changes[plan->change.kind];
    return plan->kind == MSL_PLAN_EXCHANGE ? exchanges[plan->exchange.kind] : titles[plan->kind];
}

/// Names of a node's columns; those of computed columns without a name are their expressions.
static const char *const *column_names(msl_explain_writer *w, const msl_plan *plan) {
    const char **names = MSL_NEW_ARRAY(w->arena, const char *, plan->column_count ? plan->column_count : 1);
    if (!names) {
        w->failed = true;
        return NULL;
    }
    const char *const *below = NULL;
    bool passes = plan->kind == MSL_PLAN_EXCHANGE || plan->kind == MSL_PLAN_SORT || plan->kind == MSL_PLAN_FILTER ||
                  plan->kind == MSL_PLAN_TOP_N || plan->kind == MSL_PLAN_LIMIT;
    bool wanting = false;
    for (uint32_t k = 0; k < plan->column_count; k++) {
        names[k] = plan->names[k];
        wanting = wanting || !names[k] || !names[k][0];
    }
    if (!wanting || plan->child_count == 0) return names;
    bool is_join = plan->kind == MSL_PLAN_HASH_JOIN || plan->kind == MSL_PLAN_LOOP_JOIN ||
                   plan->kind == MSL_PLAN_RANGE_JOIN;
    below = column_names(w, plan->children[0]);
    const char *const *right = is_join ? column_names(w, plan->children[1]) : NULL;
    uint32_t left_count = plan->children[0]->column_count;
    for (uint32_t k = 0; k < plan->column_count && below; k++) {
        if (names[k] && names[k][0]) continue;
        if (plan->kind == MSL_PLAN_PROJECT) {
            names[k] = msl_expr_text(plan->project.exprs[k], below, left_count, w->arena);
        } else if (passes || ((is_join || plan->kind == MSL_PLAN_WINDOW || plan->kind == MSL_PLAN_EXPAND) &&
                               k < left_count)) {
            names[k] = below[k];
        } else if (plan->kind == MSL_PLAN_UNNEST && k < plan->unnest.kept_count) {
            names[k] = below[plan->unnest.kept[k]];
        } else if (is_join && right && k - left_count < plan->children[1]->column_count) {
            names[k] = right[k - left_count];
        } else if ((plan->kind == MSL_PLAN_AGG_PARTIAL || plan->kind == MSL_PLAN_AGG_COLLECT) &&
                   k < plan->agg.key_count) {
            names[k] = below[plan->agg.keys[k]];
        } else if (plan->kind == MSL_PLAN_AGG_FINAL) {
            names[k] = below[k];
        }
        if (!names[k]) w->failed = true;
    }
    return names;
}

static void put_columns(msl_explain_writer *w, const uint32_t *positions, uint32_t count, const char *const *names) {
    for (uint32_t k = 0; k < count && names; k++) {
        if (k) msl_explain_put(w, ", ");
        msl_explain_put(w, names[positions[k]] ? names[positions[k]] : "?");
    }
}

static void put_order(msl_explain_writer *w, const msl_sort_key *keys, uint32_t count, const char *const *names) {
    for (uint32_t k = 0; k < count && names; k++) {
        if (k) msl_explain_put(w, ", ");
        msl_explain_put(w, names[keys[k].column] ? names[keys[k].column] : "?");
        if (keys[k].descending) msl_explain_put(w, " DESC");
        if (keys[k].nulls_first != keys[k].descending) msl_explain_put(w, keys[k].nulls_first ? " NULLS FIRST" : " NULLS LAST");
    }
}

/// `bounds` is the second child of LIMIT, or NULL.
static void put_limit(msl_explain_writer *w, const msl_expr *limit, const msl_expr *offset, const msl_plan *bounds) {
    const char *const *names = bounds ? column_names(w, bounds) : NULL;
    uint32_t count = bounds ? bounds->column_count : 0;
    if (limit) msl_explain_put_expr(w, limit, names, count);
    if (offset) {
        msl_explain_put(w, limit ? " OFFSET " : "OFFSET ");
        msl_explain_put_expr(w, offset, names, count);
    }
}

static void put_filter_start(msl_explain_writer *w, const msl_source *source, uint32_t column, msl_filter_op op,
                             uint8_t collation) {
    static const char *const ops[] = {" = ", " <> ", " < ", " <= ", " > ", " >= ", " IS NULL", " IS NOT NULL", " IN ("};
    msl_explain_put(w, source->columns[column].name);
    if (collation) msl_explain_put(w, " COLLATE ");
    if (collation) msl_explain_put(w, msl_collation_name((msl_collation)collation));
    msl_explain_put(w, ops[op]);
}

static void put_scan_filter(msl_explain_writer *w, const msl_source *source, const msl_scan_filter *f) {
    put_filter_start(w, source, f->column, f->op, f->collation);
    for (uint32_t k = 0; k < f->value_count; k++) {
        if (k) msl_explain_put(w, ", ");
        msl_expr constant = {.kind = MSL_EXPR_CONSTANT, .type = f->values[k].type, .value = f->values[k]};
        msl_explain_put_expr(w, &constant, NULL, 0);
    }
    if (f->op == MSL_FILTER_IN) msl_explain_put(w, ")");
}

/// The index that the scan would find its rows by, if values that are not known yet are usual ones.
static void put_index(msl_explain_writer *w, const msl_plan *plan) {
    const msl_source *source = plan->scan.source;
    uint32_t count = plan->scan.filter_count;
    msl_scan_filter *filters = MSL_NEW_ARRAY(w->arena, msl_scan_filter,
                                             count + plan->scan.late_filter_count + plan->scan.join_filter_count + 1);
    if (!source->ops->index || !filters) return;
    if (count) memcpy(filters, plan->scan.filters, sizeof *filters * count);
    for (uint32_t k = 0; k < plan->scan.late_filter_count; k++) {
        const msl_late_filter *late = &plan->scan.late_filters[k];
        filters[count++] = (msl_scan_filter){.column = late->column, .op = late->op, .value_count = late->value_count};
    }
    for (uint32_t k = 0; k < plan->scan.join_filter_count; k++) {
        const msl_scan_join_filter *ask = &plan->scan.join_filters[k];
        double keys = ask->join->children[1]->estimated_rows;
        if (keys < 0 || keys > UINT32_MAX) continue;
        filters[count++] = (msl_scan_filter){.column = plan->scan.columns[ask->column], .op = MSL_FILTER_IN,
                                             .value_count = keys < 1 ? 1 : (uint32_t)keys};
    }
    const char *name = source->ops->index(source, filters, count, w->arena);
    if (!name) return;
    msl_explain_put(w, "  BY INDEX ");
    msl_explain_put(w, name);
}

static void put_scan(msl_explain_writer *w, const msl_plan *plan) {
    const msl_source *source = plan->scan.source;
    msl_explain_put(w, source->display);
    msl_explain_put(w, plan->column_count ? "  " : "  (rows only)");
    for (uint32_t k = 0; k < plan->column_count; k++) {
        if (k) msl_explain_put(w, ", ");
        if (k == 20) {
            char more[48];
            snprintf(more, sizeof more, "... (%u columns)", plan->column_count);
            msl_explain_put(w, more);
            break;
        }
        msl_explain_put(w, source->columns[plan->scan.columns[k]].name);
    }
    for (uint32_t k = 0; k < plan->scan.filter_count; k++) {
        bool exact = source->ops->answer && source->ops->answer(source, &plan->scan.filters[k]) == MSL_FILTER_EXACT;
        msl_explain_put(w, k ? " AND " : "  WHERE ");
        put_scan_filter(w, source, &plan->scan.filters[k]);
        if (!exact) msl_explain_put(w, " (skips only)");
    }
    for (uint32_t k = 0; k < plan->scan.late_filter_count; k++) {
        const msl_late_filter *late = &plan->scan.late_filters[k];
        msl_explain_put(w, k || plan->scan.filter_count ? " AND " : "  WHERE ");
        put_filter_start(w, source, late->column, late->op, late->collation);
        for (uint32_t i = 0; i < late->value_count; i++) {
            if (i) msl_explain_put(w, ", ");
            msl_explain_put_expr(w, late->values[i], NULL, 0);
        }
        msl_explain_put(w, late->op == MSL_FILTER_IN ? ") (skips only)" : " (skips only)");
    }
    if (plan->scan.top_n.plan) {
        msl_explain_put(w, "  FIRST BY ");
        msl_explain_put(w, source->columns[plan->scan.columns[plan->scan.top_n.column]].name);
    }
    for (uint32_t k = 0; k < plan->scan.join_filter_count; k++) {
        msl_explain_put(w, k ? ", " : "  JOIN FILTER ");
        msl_explain_put(w, source->columns[plan->scan.columns[plan->scan.join_filters[k].column]].name);
    }
    put_index(w, plan);
}

/// The FILTER of a call whose text does not show it: a column of the input, and a branch.
static void put_call_filter(msl_explain_writer *w, const msl_plan *plan, const msl_agg_call *call,
                            const char *const *input) {
    const msl_agg_switch *branches = &plan->agg.branches;
    const char *filter = call->filter >= 0 ? input[call->filter] : NULL;
    if (!filter && !call->branch) return;
    msl_explain_put(w, " FILTER ");
    if (filter) msl_explain_put(w, filter);
    for (uint32_t k = 0; call->branch && k < branches->key_count; k++) {
        const msl_value *value = &call->branch[k];
        const msl_expr constant = {.kind = MSL_EXPR_CONSTANT, .type = value->type, .value = *value};
        const char *name = input[branches->keys[k]], *text = msl_expr_text(&constant, NULL, 0, w->arena);
        if (filter || k) msl_explain_put(w, " AND ");
        msl_explain_put(w, name ? name : "?");
        msl_explain_put(w, " = ");
        msl_explain_put(w, text ? text : "?");
    }
}

static void put_calls(msl_explain_writer *w, const msl_plan *plan, const char *const *input) {
    for (uint32_t k = 0; k < plan->agg.call_count; k++) {
        const msl_agg_call *call = &plan->agg.calls[k];
        if (k) msl_explain_put(w, ", ");
        msl_explain_put(w, call->display ? call->display : call->fn.aggregate->name);
        bool is_shown = call->display && (strstr(call->display, "FILTER") || strstr(call->display, "filter"));
        if (input && !is_shown) put_call_filter(w, plan, call, input);
    }
}

static void put_aggregate(msl_explain_writer *w, const msl_plan *plan) {
    const char *const *names = column_names(w, plan), *const *input = NULL;
    if (plan->kind != MSL_PLAN_AGG_FINAL) input = column_names(w, plan->children[0]);
    for (uint32_t k = 0; k < plan->agg.key_count && names; k++) {
        if (k) msl_explain_put(w, ", ");
        msl_explain_put(w, names[k] ? names[k] : "?");
    }
    if (plan->agg.key_count && plan->agg.call_count) msl_explain_put(w, ": ");
    put_calls(w, plan, input);
}

static void put_window(msl_explain_writer *w, const msl_plan *plan) {
    const char *const *input = column_names(w, plan->children[0]);
    for (uint32_t k = 0; k < plan->window.call_count; k++) {
        if (k) msl_explain_put(w, ", ");
        msl_explain_put(w, plan->window.calls[k].call.display);
    }
    if (plan->window.partition_count) msl_explain_put(w, "  PARTITION BY ");
    put_columns(w, plan->window.partition, plan->window.partition_count, input);
    if (plan->window.order_count) msl_explain_put(w, "  ORDER BY ");
    put_order(w, plan->window.order, plan->window.order_count, input);
    if (!plan->window.first_rows) return;
    msl_explain_put(w, "  FIRST ");
    msl_explain_put_count(w, plan->window.first_rows);
    msl_explain_put(w, plan->window.first_ties ? " OF EACH, WITH TIES" : " OF EACH");
}

/// The grouping sets: (a, b), (a), ()
static void put_sets(msl_explain_writer *w, const msl_plan *plan) {
    const char *const *names = column_names(w, plan->children[0]);
    for (uint32_t s = 0; s < plan->expand.set_count && names; s++) {
        if (s == 20 && plan->expand.set_count > 24) {
            msl_explain_put(w, ", ...");
            return;
        }
        msl_explain_put(w, s ? ", (" : "(");
        const char *separator = "";
        for (uint32_t k = 0; k < plan->expand.key_count; k++) {
            if (!plan->expand.members[(size_t)s * plan->expand.key_count + k]) continue;
            msl_explain_put(w, separator);
            msl_explain_put(w, names[plan->expand.keys[k]]);
            separator = ", ";
        }
        msl_explain_put(w, ")");
    }
}

static const char *join_type_name(msl_join_type type) {
    static const char *const names[] = {"INNER", "LEFT", "RIGHT", "FULL", "SEMI", "ANTI",
                                        "MARK",  "RIGHT SEMI", "RIGHT ANTI", "SINGLE"};
    return names[type];
}

static void put_join(msl_explain_writer *w, const msl_plan *plan) {
    const char *const *left = column_names(w, plan->children[0]), *const *right = column_names(w, plan->children[1]);
    uint32_t left_count = plan->children[0]->column_count, right_count = plan->children[1]->column_count;
    const char **both = MSL_NEW_ARRAY(w->arena, const char *, left_count + right_count + 1);
    if (!left || !right || !both) {
        w->failed = true;
        return;
    }
    if (left_count) memcpy(both, left, sizeof *both * left_count);
    if (right_count) memcpy(both + left_count, right, sizeof *both * right_count);
    if (plan->join.is_nearest) msl_explain_put(w, "ASOF ");
    msl_explain_put(w, join_type_name(plan->join.type));
    for (uint32_t k = 0; k < plan->join.key_count; k++) {
        msl_explain_put(w, k ? " AND " : "  ");
        msl_explain_put(w, left[plan->join.left_keys[k]]);
        msl_explain_put(w, plan->join.null_equal && plan->join.null_equal[k] ? " IS NOT DISTINCT FROM " : " = ");
        msl_explain_put(w, right[plan->join.right_keys[k]]);
    }
    for (uint32_t k = 0; k < plan->join.range_count; k++) {
        const msl_join_range *range = &plan->join.ranges[k];
        msl_explain_put(w, k + plan->join.key_count ? " AND " : "  ");
        msl_explain_put(w, left[range->left]);
        msl_explain_put(w, range->is_below ? range->is_strict ? " > " : " >= " : range->is_strict ? " < " : " <= ");
        msl_explain_put(w, right[range->right]);
    }
    if (!plan->join.condition) return;
    msl_explain_put(w, plan->join.key_count + plan->join.range_count ? " AND " : "  ");
    msl_explain_put_expr(w, plan->join.condition, both, left_count + right_count);
}

static void put_exprs(msl_explain_writer *w, const msl_plan *plan, msl_expr *const *exprs, uint32_t count, const char *separator) {
    const char *const *names = plan->child_count ? column_names(w, plan->children[0]) : NULL;
    for (uint32_t k = 0; k < count; k++) {
        if (k) msl_explain_put(w, separator);
        if (k == 20 && count > 24) {
            msl_explain_put(w, "...");
            return;
        }
        msl_explain_put_expr(w, exprs[k], names, plan->child_count ? plan->children[0]->column_count : 0);
    }
}

// LONG: one case for each kind of node.
void msl_explain_detail(msl_explain_writer *w, const msl_plan *plan) {
    char number[64];
    switch (plan->kind) {
    case MSL_PLAN_SCAN: put_scan(w, plan); return;
    case MSL_PLAN_VALUES:
        snprintf(number, sizeof number, "%u row%s", plan->values.row_count, plan->values.row_count == 1 ? "" : "s");
        msl_explain_put(w, number);
        return;
    case MSL_PLAN_FILTER: put_exprs(w, plan, plan->filter.conjuncts, plan->filter.count, " AND "); return;
    case MSL_PLAN_PROJECT: put_exprs(w, plan, plan->project.exprs, plan->column_count, ", "); return;
    case MSL_PLAN_LIMIT:
        put_limit(w, plan->limit.limit, plan->limit.offset, plan->child_count > 1 ? plan->children[1] : NULL);
        return;
    case MSL_PLAN_AGG_SIMPLE:
    case MSL_PLAN_AGG_PARTIAL:
    case MSL_PLAN_AGG_FINAL:
    case MSL_PLAN_AGG_COLLECT: put_aggregate(w, plan); return;
    case MSL_PLAN_EXCHANGE:
        put_columns(w, plan->exchange.keys, plan->exchange.key_count, column_names(w, plan));
        snprintf(number, sizeof number, "%s(%u partition%s)", plan->exchange.key_count ? "  " : "",
                 plan->exchange.partitions, plan->exchange.partitions == 1 ? "" : "s");
        msl_explain_put(w, number);
        return;
    case MSL_PLAN_HASH_JOIN:
    case MSL_PLAN_LOOP_JOIN:
    case MSL_PLAN_RANGE_JOIN: put_join(w, plan); return;
    case MSL_PLAN_SORT:
    case MSL_PLAN_TOP_N:
        put_order(w, plan->sort.keys, plan->sort.key_count, column_names(w, plan->children[0]));
        if (plan->kind == MSL_PLAN_SORT || plan->sort.is_limited_above) return;
        msl_explain_put(w, "  LIMIT ");
        put_limit(w, plan->sort.limit, plan->sort.offset, NULL);
        return;
    case MSL_PLAN_REPEAT: {
        const char *const *names = column_names(w, plan->children[0]);
        if (names) msl_explain_put(w, names[plan->repeat.column]);
        msl_explain_put(w, " times");
        return;
    }
    case MSL_PLAN_UNNEST:
        put_columns(w, plan->unnest.lists, plan->unnest.count, column_names(w, plan->children[0]));
        if (plan->unnest.is_outer) msl_explain_put(w, "  (keeps rows without elements)");
        return;
    case MSL_PLAN_EXPAND: put_sets(w, plan); return;
    case MSL_PLAN_CHANGE:
        if (plan->change.table) msl_explain_put(w, plan->change.table->name);
        return;
    case MSL_PLAN_DRAW:
        snprintf(number, sizeof number, plan->draw.block_rows == 1 ? "a number a row" : "a number for %u rows",
                 plan->draw.block_rows);
        msl_explain_put(w, number);
        if (plan->draw.has_seed) msl_explain_put(w, ", seed given");
        return;
    case MSL_PLAN_COPY_TO: msl_explain_put(w, plan->copy.path); return;
    case MSL_PLAN_WINDOW: put_window(w, plan); return;
    case MSL_PLAN_CTE:
        msl_explain_put(w, plan->cte.name);
        if (plan->cte.owner) msl_explain_put(w, "  (as above)");
        return;
    case MSL_PLAN_RECURSIVE:
        msl_explain_put(w, plan->recursive.name);
        if (plan->recursive.is_distinct) msl_explain_put(w, "  DISTINCT");
        if (plan->recursive.order_count) msl_explain_put(w, "  ORDER BY ");
        put_order(w, plan->recursive.order, plan->recursive.order_count, plan->names);
        return;
    case MSL_PLAN_WORK: msl_explain_put(w, plan->work.recursion->recursive.name); return;
    case MSL_PLAN_UNION_ALL:
    case MSL_PLAN_KIND_COUNT: return;
    }
}

/* ---- text ---- */

static void put_partitions(msl_explain_writer *w, const msl_node_profile *n) {
    uint64_t least = UINT64_MAX, most = 0, total = 0;
    uint32_t used = 0;
    for (uint32_t k = 0; k < n->partition_count; k++) {
        uint64_t rows = n->partition_rows[k];
        least = rows < least ? rows : least;
        most = rows > most ? rows : most;
        total += rows;
        used += rows > 0;
    }
    char text[64];
    snprintf(text, sizeof text, "; rows per partition: ");
    msl_explain_put(w, text);
    msl_explain_put_count(w, least);
    msl_explain_put(w, " to ");
    msl_explain_put_count(w, most);
    snprintf(text, sizeof text, " (%u of %u used, %.1f on average)", used, n->partition_count,
             (double)total / n->partition_count);
    msl_explain_put(w, text);
}

void msl_explain_profile(msl_explain_writer *w, const msl_plan *plan) {
    const msl_node_profile *n = &w->profiles[plan->id];
    char text[64];
    if (n->never_ran) {
        msl_explain_put(w, "  [never ran]");
        return;
    }
    msl_explain_put(w, "  [");
    msl_explain_put_count(w, n->rows);
    snprintf(text, sizeof text, " row%s, %.3f ms", n->rows == 1 ? "" : "s", (double)n->ns / 1e6);
    msl_explain_put(w, text);
    if (n->memory_bytes) {
        snprintf(text, sizeof text, ", %.1f MiB", (double)n->memory_bytes / (1024 * 1024));
        msl_explain_put(w, text);
    }
    if (n->partition_rows && n->partition_count) put_partitions(w, n);
    if (n->detail && n->detail[0]) {
        msl_explain_put(w, "; ");
        msl_explain_put(w, n->detail);
    }
    msl_explain_put(w, "]");
}

static void put_tree(msl_explain_writer *w, const msl_plan *plan, uint32_t depth) {
    for (uint32_t k = 0; k < depth && k < 100; k++) msl_explain_put(w, "  ");
    msl_explain_put(w, msl_explain_title(plan));
    size_t before = w->length;
    msl_explain_put(w, "  ");
    msl_explain_detail(w, plan);
    if (w->length == before + 2) w->length = before; // nothing to say
    bool shows_estimate = plan->kind != MSL_PLAN_PROJECT && plan->kind != MSL_PLAN_VALUES;
    if (shows_estimate) msl_explain_put_estimate(w, plan->estimated_rows);
    if (w->profiles) msl_explain_profile(w, plan);
    msl_explain_put(w, "\n");
    for (uint32_t c = 0; c < plan->child_count; c++) put_tree(w, plan->children[c], depth + 1);
}

/* ---- JSON ---- */

static void put_json_number(msl_explain_writer *w, const char *name, double value) {
    char text[96];
    snprintf(text, sizeof text, ", \"%s\": %.15g", name, value);
    msl_explain_put(w, text);
}

static void put_json(msl_explain_writer *w, const msl_plan *plan) {
    msl_explain_put(w, "{\"operator\": ");
    msl_explain_put_quoted(w, msl_explain_title(plan), strlen(msl_explain_title(plan)));
    msl_explain_writer detail = {.arena = w->arena};
    msl_explain_detail(&detail, plan);
    w->failed = w->failed || detail.failed;
    msl_explain_put(w, ", \"detail\": ");
    msl_explain_put_quoted(w, detail.text ? detail.text : "", detail.length);
    if (plan->estimated_rows >= 0) put_json_number(w, "estimated_rows", plan->estimated_rows);
    if (w->profiles) {
        const msl_node_profile *n = &w->profiles[plan->id];
        put_json_number(w, "rows", (double)n->rows);
        put_json_number(w, "ms", (double)n->ns / 1e6);
        put_json_number(w, "memory_bytes", (double)n->memory_bytes);
        if (n->detail && n->detail[0]) {
            msl_explain_put(w, ", \"run\": ");
            msl_explain_put_quoted(w, n->detail, strlen(n->detail));
        }
        for (uint32_t k = 0; n->partition_rows && k < n->partition_count; k++) {
            char text[32];
            snprintf(text, sizeof text, "%s%" PRIu64, k ? ", " : ", \"partition_rows\": [", n->partition_rows[k]);
            msl_explain_put(w, text);
            if (k + 1 == n->partition_count) msl_explain_put(w, "]");
        }
    }
    msl_explain_put(w, ", \"children\": [");
    for (uint32_t c = 0; c < plan->child_count; c++) {
        if (c) msl_explain_put(w, ", ");
        put_json(w, plan->children[c]);
    }
    msl_explain_put(w, "]}");
}

char *msl_explain(const msl_plan *plan, const msl_node_profile *profiles, msl_explain_format format, msl_arena *arena) {
    msl_explain_writer w = {.arena = arena, .profiles = profiles, .format = format};
    if (format == MSL_EXPLAIN_JSON) {
        put_json(&w, plan);
    } else if (format == MSL_EXPLAIN_DOT) {
        msl_explain_dot(&w, plan);
        if (w.length && !w.failed) w.text[w.length - 1] = 0;
    } else {
        put_tree(&w, plan, 0);
        if (w.length && !w.failed) w.text[w.length - 1] = 0; // the last newline
    }
    return w.failed ? NULL : w.text;
}
