/// pass_common_subexpr.c: what a filter and the node above it both compute is computed once, below the filter.
///
///   SELECT lower(a) FROM t WHERE lower(a) LIKE 'x%'   ->   PROJECT lower(a) AS e below, used by both
///
/// Within one node the executor's programs share equal subexpressions by themselves.
/// Needs   1 PROJECT or AGGREGATE directly above a FILTER
///         2 the expression stands in the filter's first conjunct, so that it is computed for every row anyway
///         3 it cannot fail, is not volatile, and is more than a column, constant or cast of one
#include "planner/pass.h"

#include <string.h>

typedef struct sharing {
    msl_planner *p;
    msl_exprs found; ///< expressions of the filter that are used above
    msl_ids ids;     ///< the columns that stand for them
} sharing;

static bool is_worth(const msl_expr *e) {
    if (e->flags & (MSL_EXPR_CAN_FAIL | MSL_EXPR_VOLATILE)) return false;
    if (e->type->id == MSL_TYPE_BOOLEAN || !msl_expr_has_kind(e, MSL_EXPR_COLUMN)) return false;
    return e->kind == MSL_EXPR_CALL || e->kind == MSL_EXPR_CASE || e->kind == MSL_EXPR_COALESCE;
}

typedef struct use_search {
    const msl_expr *wanted;
    bool found;
} use_search;

static bool is_wanted(const msl_expr *e, void *context) {
    const use_search *s = context;
    return msl_expr_equal(e, s->wanted);
}

static morsel_status search_use(msl_planner *p, msl_expr **expr, void *context) {
    (void)p;
    use_search *s = context;
    s->found = s->found || msl_expr_any(*expr, is_wanted, s);
    return MORSEL_OK;
}

/// Collects the largest expressions under `e` that `above` uses too.
static morsel_status collect(sharing *s, msl_logical *above, msl_expr *e) {
    if (e->arg_count == 0) return MORSEL_OK;
    if (is_worth(e)) {
        use_search search = {e, false};
        MSL_TRY(msl_logical_edit_exprs(s->p, above, search_use, &search));
        if (search.found) {
            for (uint32_t k = 0; k < s->found.count; k++) {
                if (msl_expr_equal(s->found.items[k], e)) return MORSEL_OK;
            }
            return MSL_PUSH(s->p, &s->found, e);
        }
    }
    bool branches =
        e->kind == MSL_EXPR_CASE || e->kind == MSL_EXPR_COALESCE || e->kind == MSL_EXPR_AND || e->kind == MSL_EXPR_OR;
    for (uint32_t k = 0; k < (branches ? 1 : e->arg_count); k++) MSL_TRY(collect(s, above, e->args[k]));
    return MORSEL_OK;
}

static morsel_status replace_node(void *context, msl_expr *e, msl_expr **out) {
    sharing *s = context;
    for (uint32_t k = 0; k < s->found.count; k++) {
        if (msl_expr_equal(s->found.items[k], e)) return msl_expr_column(s->p, s->ids.items[k], msl_expr_at(e), out);
    }
    return MORSEL_OK;
}

static morsel_status replace_edit(msl_planner *p, msl_expr **expr, void *context) {
    return msl_expr_rewrite(p, *expr, replace_node, context, expr);
}

static morsel_status share(msl_planner *p, msl_logical *above, msl_logical *filter) {
    sharing s = {.p = p};
    MSL_TRY(collect(&s, above, filter->filter.conjuncts[0]));
    if (s.found.count == 0) return MORSEL_OK;
    msl_logical *input = filter->children[0], *project;
    msl_expr **exprs;
    uint32_t count = input->column_count;
    MSL_TRY(MSL_TAKE(p, exprs, count + s.found.count));
    for (uint32_t k = 0; k < count; k++) {
        MSL_TRY(msl_expr_new(p, MSL_EXPR_COLUMN, msl_column_type(p, input->columns[k]), 0, MSL_NOWHERE, &exprs[k]));
        exprs[k]->column = input->columns[k];
    }
    for (uint32_t k = 0; k < s.found.count; k++) exprs[count + k] = s.found.items[k];
    MSL_TRY(msl_logical_project(p, input, exprs, NULL, count + s.found.count, &project));
    for (uint32_t k = 0; k < s.found.count; k++) MSL_TRY(MSL_PUSH(p, &s.ids, project->columns[count + k]));
    MSL_TRY(msl_logical_edit_exprs(p, filter, replace_edit, &s));
    MSL_TRY(msl_logical_edit_exprs(p, above, replace_edit, &s));
    filter->children[0] = project;
    filter->columns = project->columns;
    filter->column_count = project->column_count;
    return MORSEL_OK;
}

morsel_status msl_pass_common_subexpr(msl_planner *p, msl_logical **root) {
    msl_logical *node = *root;
    bool is_user = node->kind == MSL_LOGICAL_PROJECT || node->kind == MSL_LOGICAL_AGGREGATE;
    if (is_user && node->children[0]->kind == MSL_LOGICAL_FILTER) MSL_TRY(share(p, node, node->children[0]));
    for (uint32_t c = 0; c < node->child_count; c++) MSL_TRY(msl_pass_common_subexpr(p, &node->children[c]));
    return MORSEL_OK;
}
