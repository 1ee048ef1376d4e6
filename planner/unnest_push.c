/// unnest_push.c: the right side of a dependent join, computed for all values of the outer columns at once. Each node gets
/// the stand-ins beside its own columns: the rows with the stand-ins d are those that the node would emit for d.
///
///   nothing below uses outer columns   equated columns stand in for them; else a product with the domain
///   FILTER, PROJECT, SORT              over the stand-ins
///   AGGREGATE                          grouped by them too; without keys: the domain LEFT JOIN the groups, count is 0
///                                      where there is none
///   LIMIT                              row_number() of each part within its bounds
///   WINDOW                             partitioned by them too
///   EXPAND (grouping sets)             beside its columns; the set of all rows has a group for every value of the domain
///   UNION ALL                          every input with stand-ins, which become columns of the union
///   VALUES                             a projection of the domain for each row
///   RECURSIVE, WORK                    unnest_recursive.c
///   JOIN                               the left side is pushed; the right side then depends on the left one alone
#include "planner/unnest.h"

#include <string.h>

static const msl_knowns nothing_known;

/* ---- columns ---- */

static morsel_status column_of(msl_planner *p, uint32_t id, msl_expr **out) {
    MSL_TRY(msl_expr_new(p, MSL_EXPR_COLUMN, msl_column_type(p, id), 0, MSL_NOWHERE, out));
    (*out)->column = id;
    return MORSEL_OK;
}

typedef struct replacing {
    msl_expr **with;
    const msl_unnesting *u;
} replacing;

static morsel_status replace_outer(msl_planner *p, msl_expr **expr, void *context) {
    const replacing *r = context;
    return msl_expr_substitute(p, *expr, r->u->outer, r->with, r->u->count, expr);
}

static morsel_status stand_in_exprs(const msl_unnesting *u, const msl_stand_in *with, msl_expr ***out) {
    MSL_TRY(MSL_TAKE(u->p, *out, u->count));
    for (uint32_t k = 0; k < u->count; k++) MSL_TRY(column_of(u->p, with[k].id, &(*out)[k]));
    return MORSEL_OK;
}

morsel_status msl_substitute_outer(const msl_unnesting *u, msl_logical *node, const msl_stand_in *with) {
    replacing r = {.u = u};
    MSL_TRY(stand_in_exprs(u, with, &r.with));
    return msl_logical_edit_exprs(u->p, node, replace_outer, &r);
}

static morsel_status substitute_tree(const msl_unnesting *u, msl_logical *node, const msl_stand_in *with) {
    MSL_TRY(msl_substitute_outer(u, node, with));
    for (uint32_t c = 0; c < node->child_count; c++) MSL_TRY(substitute_tree(u, node->children[c], with));
    return MORSEL_OK;
}

/// The ids of a list and the stand-ins that are not among them.
static morsel_status add_stand_ins(const msl_unnesting *u, const msl_stand_in *with, msl_ids *ids) {
    for (uint32_t k = 0; k < u->count; k++) {
        if (msl_id_position(ids->items, ids->count, with[k].id) < 0) MSL_TRY(MSL_PUSH(u->p, ids, with[k].id));
    }
    return MORSEL_OK;
}

static morsel_status list_ids(msl_planner *p, const uint32_t *ids, uint32_t count, msl_ids *out) {
    for (uint32_t k = 0; k < count; k++) MSL_TRY(MSL_PUSH(p, out, ids[k]));
    return MORSEL_OK;
}

/* ---- equalities ---- */

bool msl_as_known(const msl_unnesting *u, const msl_expr *e, msl_known *out) {
    const char *name = msl_expr_function(e);
    bool is_equal = strcmp(name, "=") == 0, is_same = strcmp(name, "is not distinct from") == 0;
    if ((!is_equal && !is_same) || e->args[0]->type != e->args[1]->type) return false;
    for (uint32_t swap = 0; swap < 2; swap++) {
        const msl_expr *outer = e->args[swap];
        msl_expr *inner = e->args[1 - swap];
        if (outer->kind != MSL_EXPR_COLUMN || !msl_uses_outer(u, outer) || msl_uses_outer(u, inner)) continue;
        if (msl_expr_uses_any(inner, u->left->columns, u->left->column_count)) continue; // of the join's own condition
        if (!msl_expr_has_kind(inner, MSL_EXPR_COLUMN)) continue;
        if ((inner->flags & (MSL_EXPR_CAN_FAIL | MSL_EXPR_VOLATILE))) continue;
        int64_t at = msl_id_position(u->outer, u->count, outer->column);
        MSL_ASSERT(at >= 0);
        *out = (msl_known){(uint32_t)at, inner, is_same};
        return true;
    }
    return false;
}

/// The equalities that are over these columns.
static morsel_status known_within(const msl_unnesting *u, const msl_knowns *known, const uint32_t *ids, uint32_t count,
                                  msl_knowns *out) {
    for (uint32_t k = 0; k < known->count; k++) {
        if (msl_expr_within(known->items[k].inner, ids, count)) MSL_TRY(MSL_PUSH(u->p, out, known->items[k]));
    }
    return MORSEL_OK;
}

/// The equalities over the first columns of a node, said in the expressions that these are.
static morsel_status known_below(const msl_unnesting *u, const msl_knowns *known, const msl_logical *node,
                                 msl_expr *const *exprs, uint32_t count, msl_knowns *out) {
    for (uint32_t k = 0; k < known->count; k++) {
        msl_known below = known->items[k];
        if (!msl_expr_within(below.inner, node->columns, count)) continue;
        MSL_TRY(msl_expr_substitute(u->p, below.inner, node->columns, exprs, count, &below.inner));
        bool fits = !(below.inner->flags & (MSL_EXPR_CAN_FAIL | MSL_EXPR_VOLATILE)) && !msl_uses_outer(u, below.inner) &&
                    msl_expr_has_kind(below.inner, MSL_EXPR_COLUMN);
        if (fits) MSL_TRY(MSL_PUSH(u->p, out, below));
    }
    return MORSEL_OK;
}

/// Stand-ins from the equalities; false when there is not one for each outer column, or when the right side would be
/// computed for values that nobody asks for and could fail for them.
static morsel_status equate(const msl_unnesting *u, msl_logical **node, const msl_knowns *known, msl_stand_in *with,
                            bool *done) {
    msl_planner *p = u->p;
    msl_exprs made = {0};
    msl_ids ids = {0};
    *done = false;
    if (!u->is_safe) return MORSEL_OK;
    for (uint32_t k = 0; k < u->count; k++) {
        const msl_known *found = NULL;
        for (uint32_t i = 0; i < known->count; i++) {
            const msl_known *e = &known->items[i];
            if (e->outer != k || !msl_expr_within(e->inner, (*node)->columns, (*node)->column_count)) continue;
            if (!found || (found->inner->kind != MSL_EXPR_COLUMN && e->inner->kind == MSL_EXPR_COLUMN)) found = e;
        }
        if (!found) return MORSEL_OK;
        with[k] = (msl_stand_in){found->inner->column, !found->null_equal};
        if (found->inner->kind == MSL_EXPR_COLUMN) continue;
        MSL_TRY(msl_new_column(p, found->inner->type, NULL, &with[k].id));
        MSL_TRY(MSL_PUSH(p, &made, found->inner));
        MSL_TRY(MSL_PUSH(p, &ids, with[k].id));
    }
    *done = true;
    return made.count ? msl_logical_define(p, *node, ids.items, made.items, made.count, node) : MORSEL_OK;
}

/// A tree that uses no outer columns.
static morsel_status push_nothing(msl_unnesting *u, msl_logical **node, const msl_knowns *known, msl_stand_in *with) {
    bool done;
    msl_logical *domain, *n;
    MSL_TRY(msl_unnest_tree(u->p, node));
    MSL_TRY(equate(u, node, known, with, &done));
    if (done) return MORSEL_OK;
    MSL_TRY(msl_unnest_domain(u, with, &domain));
    n = *node;
    bool is_unit = n->kind == MSL_LOGICAL_VALUES && n->column_count == 0 && n->values.row_count == 1;
    *node = domain;
    return is_unit ? MORSEL_OK : msl_logical_join(u->p, MSL_JOIN_INNER, domain, n, NULL, 0, node);
}

/* ---- FILTER ---- */

/// `x = x` for an equality that a stand-in has made true: x is not NULL.
static morsel_status simplify_equality(msl_planner *p, msl_expr *e, msl_expr **out) {
    const char *name = msl_expr_function(e);
    bool is_equal = strcmp(name, "=") == 0, is_same = strcmp(name, "is not distinct from") == 0;
    *out = e;
    if ((!is_equal && !is_same) || !msl_expr_equal(e->args[0], e->args[1])) return MORSEL_OK;
    if (is_same) return msl_expr_boolean(p, true, msl_expr_at(e), out);
    return msl_expr_call1(p, "is not null", e->args[0], msl_expr_at(e), out);
}

static morsel_status push_filter(msl_unnesting *u, msl_logical **node, const msl_knowns *known, msl_stand_in *with) {
    msl_logical *n = *node;
    msl_knowns all = {0};
    for (uint32_t k = 0; k < known->count; k++) MSL_TRY(MSL_PUSH(u->p, &all, known->items[k]));
    for (uint32_t k = 0; k < n->filter.count; k++) {
        msl_known more;
        if (msl_as_known(u, n->filter.conjuncts[k], &more)) MSL_TRY(MSL_PUSH(u->p, &all, more));
    }
    MSL_TRY(msl_push_outer(u, &n->children[0], &all, with));
    MSL_TRY(msl_substitute_outer(u, n, with));
    for (uint32_t k = 0; k < n->filter.count; k++) {
        MSL_TRY(simplify_equality(u->p, n->filter.conjuncts[k], &n->filter.conjuncts[k]));
    }
    return msl_logical_filter(u->p, n->children[0], n->filter.conjuncts, n->filter.count, node);
}

/* ---- PROJECT, VALUES ---- */

/// Lets a projection pass the stand-ins.
static morsel_status pass_stand_ins(const msl_unnesting *u, msl_logical *n, const msl_stand_in *with) {
    msl_ids ids = {0};
    msl_exprs exprs = {0};
    MSL_TRY(list_ids(u->p, n->columns, n->column_count, &ids));
    for (uint32_t k = 0; k < n->column_count; k++) MSL_TRY(MSL_PUSH(u->p, &exprs, n->project.exprs[k]));
    MSL_TRY(add_stand_ins(u, with, &ids));
    for (uint32_t k = n->column_count; k < ids.count; k++) {
        msl_expr *e;
        MSL_TRY(column_of(u->p, ids.items[k], &e));
        MSL_TRY(MSL_PUSH(u->p, &exprs, e));
    }
    n->project.exprs = exprs.items;
    return msl_emit(u->p, n, ids.items, ids.count);
}

static morsel_status push_project(msl_unnesting *u, msl_logical *n, const msl_knowns *known, msl_stand_in *with) {
    msl_knowns below = {0};
    MSL_TRY(known_below(u, known, n, n->project.exprs, n->column_count, &below));
    MSL_TRY(msl_push_outer(u, &n->children[0], &below, with));
    MSL_TRY(msl_substitute_outer(u, n, with));
    return pass_stand_ins(u, n, with);
}

static morsel_status push_union(msl_unnesting *u, msl_logical *n, msl_stand_in *with);

/// Every row becomes a projection of one row.
static morsel_status push_values(msl_unnesting *u, msl_logical **node, msl_stand_in *with) {
    msl_logical *n = *node, *all;
    MSL_TRY(msl_logical_new(u->p, MSL_LOGICAL_UNION_ALL, n->values.row_count, n->column_count, &all));
    memcpy(all->columns, n->columns, sizeof *n->columns * n->column_count);
    for (uint32_t r = 0; r < n->values.row_count; r++) {
        msl_logical *row, *unit;
        MSL_TRY(msl_logical_one_row(u->p, &unit));
        MSL_TRY(msl_logical_new(u->p, MSL_LOGICAL_PROJECT, 1, n->column_count, &row));
        row->children[0] = unit;
        row->project.exprs = n->values.rows[r];
        for (uint32_t k = 0; k < n->column_count; k++) {
            MSL_TRY(msl_new_column(u->p, msl_column_type(u->p, n->columns[k]), msl_column_name(u->p, n->columns[k]),
                                   &row->columns[k]));
        }
        all->children[r] = row;
    }
    *node = all;
    if (n->values.row_count != 1) return push_union(u, all, with);
    *node = all->children[0];
    memcpy((*node)->columns, n->columns, sizeof *n->columns * n->column_count);
    return push_project(u, *node, &nothing_known, with);
}

/* ---- UNION ALL ---- */

/// A projection to the union's columns and all the stand-ins, in this order.
static morsel_status fit_input(const msl_unnesting *u, msl_logical **child, uint32_t columns, const msl_stand_in *with) {
    msl_planner *p = u->p;
    msl_logical *n = *child, *project;
    MSL_TRY(msl_logical_new(p, MSL_LOGICAL_PROJECT, 1, columns + u->count, &project));
    MSL_TRY(MSL_TAKE(p, project->project.exprs, columns + u->count));
    project->children[0] = n;
    for (uint32_t k = 0; k < columns + u->count; k++) {
        uint32_t id = k < columns ? n->columns[k] : with[k - columns].id;
        MSL_TRY(column_of(p, id, &project->project.exprs[k]));
        project->columns[k] = id;
        if (msl_id_position(project->columns, k, id) < 0) continue;
        MSL_TRY(msl_new_column(p, msl_column_type(p, id), msl_column_name(p, id), &project->columns[k]));
    }
    *child = project;
    return MORSEL_OK;
}

morsel_status msl_push_input(msl_unnesting *u, msl_logical **node, msl_stand_in *with) {
    msl_planner *p = u->p;
    msl_ids wanted = {0};
    msl_exprs exprs = {0};
    msl_logical *picked; // what the child emits may have come into another order
    uint32_t columns = (*node)->column_count;
    MSL_TRY(list_ids(p, (*node)->columns, columns, &wanted));
    MSL_TRY(msl_push_outer(u, node, &nothing_known, with));
    MSL_TRY(add_stand_ins(u, with, &wanted));
    for (uint32_t k = 0; k < wanted.count; k++) {
        msl_expr *e;
        MSL_TRY(column_of(p, wanted.items[k], &e));
        MSL_TRY(MSL_PUSH(p, &exprs, e));
    }
    MSL_TRY(msl_logical_new(p, MSL_LOGICAL_PROJECT, 1, 0, &picked));
    picked->children[0] = *node;
    picked->project.exprs = exprs.items;
    MSL_TRY(msl_emit(p, picked, wanted.items, wanted.count));
    *node = picked;
    return fit_input(u, node, columns, with);
}

static morsel_status push_union(msl_unnesting *u, msl_logical *n, msl_stand_in *with) {
    msl_planner *p = u->p;
    uint32_t columns = n->column_count;
    msl_ids ids = {0};
    msl_stand_in *inner;
    MSL_TRY(list_ids(p, n->columns, columns, &ids));
    MSL_TRY(MSL_TAKE(p, inner, u->count));
    for (uint32_t k = 0; k < u->count; k++) {
        with[k].is_strict = true;
        MSL_TRY(msl_new_column(p, msl_column_type(p, u->outer[k]), msl_column_name(p, u->outer[k]), &with[k].id));
        MSL_TRY(MSL_PUSH(p, &ids, with[k].id));
    }
    for (uint32_t c = 0; c < n->child_count; c++) {
        MSL_TRY(msl_push_input(u, &n->children[c], inner));
        for (uint32_t k = 0; k < u->count; k++) with[k].is_strict = with[k].is_strict && inner[k].is_strict;
    }
    return msl_emit(p, n, ids.items, ids.count);
}

/* ---- AGGREGATE ---- */

/// With keys (DISTINCT too): the stand-ins are keys as well.
static morsel_status push_groups(msl_unnesting *u, msl_logical *n, const msl_knowns *known, msl_stand_in *with) {
    msl_planner *p = u->p;
    msl_knowns below = {0};
    uint32_t keys = n->aggregate.key_count;
    MSL_TRY(known_below(u, known, n, n->aggregate.keys, keys, &below));
    MSL_TRY(msl_push_outer(u, &n->children[0], &below, with));
    MSL_TRY(msl_substitute_outer(u, n, with));
    msl_ids ids = {0};
    msl_exprs exprs = {0};
    MSL_TRY(list_ids(p, n->columns, keys, &ids));
    for (uint32_t k = 0; k < keys; k++) MSL_TRY(MSL_PUSH(p, &exprs, n->aggregate.keys[k]));
    MSL_TRY(add_stand_ins(u, with, &ids));
    for (uint32_t k = keys; k < ids.count; k++) {
        msl_expr *e;
        MSL_TRY(column_of(p, ids.items[k], &e));
        MSL_TRY(MSL_PUSH(p, &exprs, e));
    }
    n->aggregate.keys = exprs.items;
    n->aggregate.key_count = exprs.count;
    for (uint32_t k = 0; k < n->aggregate.call_count; k++) MSL_TRY(MSL_PUSH(p, &ids, n->columns[keys + k]));
    return msl_emit(p, n, ids.items, ids.count);
}

/// Without keys there is one row for every value of the domain.
static morsel_status push_single_row(msl_unnesting *u, msl_logical **node, msl_stand_in *with) {
    msl_planner *p = u->p;
    msl_logical *n = *node, *domain;
    msl_stand_in *inner;
    msl_ids changed = {0};
    msl_exprs results = {0}, conditions = {0};
    uint32_t *outer;
    MSL_TRY(MSL_TAKE(p, inner, u->count));
    MSL_TRY(MSL_TAKE(p, outer, u->count));
    MSL_TRY(msl_push_outer(u, &n->children[0], &nothing_known, inner));
    MSL_TRY(msl_substitute_outer(u, n, inner));
    MSL_TRY(msl_group_by_stand_ins(u, n, inner, &changed, &results));
    MSL_TRY(msl_unnest_domain(u, with, &domain));
    for (uint32_t k = 0; k < u->count; k++) outer[k] = with[k].id;
    MSL_TRY(msl_stand_in_conditions(p, outer, inner, u->count, &conditions));
    MSL_TRY(msl_logical_join(p, MSL_JOIN_LEFT, domain, n, conditions.items, conditions.count, node));
    return msl_logical_define(p, *node, changed.items, results.items, changed.count, node);
}

/// Grouping sets with an empty one: its group is there for every value of the domain. Where the groups lack it, a row of
/// (domain x such sets) stands alone in a full join with them.
static morsel_status push_totals(msl_unnesting *u, msl_logical **node, msl_stand_in *with) {
    msl_planner *p = u->p;
    msl_logical *n = *node, *domain, *sets;
    uint32_t total_count = n->aggregate.total_count, set = n->columns[0], inner_set, outer_set;
    const uint32_t *totals = n->aggregate.totals;
    n->aggregate.total_count = 0;
    msl_stand_in *inner, *outer;
    uint32_t *left;
    MSL_TRY(MSL_TAKE(p, inner, u->count + 1));
    MSL_TRY(MSL_TAKE(p, outer, u->count));
    MSL_TRY(MSL_TAKE(p, left, u->count + 1));
    MSL_TRY(push_groups(u, n, &nothing_known, inner));
    const msl_type *type = msl_column_type(p, set);
    MSL_TRY(msl_new_column(p, type, "set", &inner_set));
    MSL_TRY(msl_new_column(p, type, "set", &outer_set));
    MSL_TRY(msl_logical_new(p, MSL_LOGICAL_VALUES, 0, 1, &sets));
    sets->columns[0] = outer_set;
    sets->values.row_count = total_count;
    MSL_TRY(MSL_TAKE(p, sets->values.rows, total_count));
    for (uint32_t k = 0; k < total_count; k++) {
        msl_value v = {.type = type, .i64 = totals[k]};
        MSL_TRY(MSL_TAKE(p, sets->values.rows[k], 1));
        MSL_TRY(msl_expr_constant(p, &v, MSL_NOWHERE, &sets->values.rows[k][0]));
    }
    MSL_TRY(msl_unnest_domain(u, outer, &domain));
    MSL_TRY(msl_logical_join(p, MSL_JOIN_INNER, domain, sets, NULL, 0, &domain));
    for (uint32_t k = 0; k < u->count; k++) left[k] = outer[k].id;
    left[u->count] = outer_set;
    n->columns[0] = inner_set; // the set of a result is that of whichever side there is
    inner[u->count] = (msl_stand_in){inner_set, true};
    msl_exprs conditions = {0}, results = {0};
    msl_ids changed = {0};
    msl_logical before = *n;
    MSL_TRY(msl_emit(p, n, n->columns, n->column_count));
    MSL_TRY(msl_empty_results(p, &before, &changed, &results, n));
    MSL_TRY(msl_stand_in_conditions(p, left, inner, u->count + 1, &conditions));
    MSL_TRY(msl_logical_join(p, MSL_JOIN_FULL, domain, n, conditions.items, conditions.count, node));
    for (uint32_t k = 0; k <= u->count; k++) {
        msl_expr *both;
        uint32_t id = set;
        MSL_TRY(msl_expr_new(p, MSL_EXPR_COALESCE, msl_column_type(p, left[k]), 2, MSL_NOWHERE, &both));
        MSL_TRY(column_of(p, left[k], &both->args[0]));
        MSL_TRY(column_of(p, inner[k].id, &both->args[1]));
        msl_expr_derive_flags(both);
        if (k < u->count) {
            MSL_TRY(msl_new_column(p, both->type, msl_column_name(p, left[k]), &id));
            with[k] = (msl_stand_in){id, false};
        }
        MSL_TRY(MSL_PUSH(p, &changed, id));
        MSL_TRY(MSL_PUSH(p, &results, both));
    }
    return msl_logical_define(p, *node, changed.items, results.items, changed.count, node);
}

/// The keys of grouping sets become NULL: a stand-in that is one of them is copied first.
static morsel_status push_expand(msl_unnesting *u, msl_logical *n, msl_stand_in *with) {
    msl_planner *p = u->p;
    msl_ids copies = {0}, ids = {0};
    msl_exprs exprs = {0};
    MSL_TRY(msl_push_outer(u, &n->children[0], &nothing_known, with));
    for (uint32_t k = 0; k < u->count; k++) {
        msl_expr *e;
        if (msl_id_position(n->expand.keys, n->expand.key_count, with[k].id) < 0) continue;
        MSL_TRY(column_of(p, with[k].id, &e));
        MSL_TRY(msl_new_column(p, e->type, msl_column_name(p, with[k].id), &with[k].id));
        MSL_TRY(MSL_PUSH(p, &copies, with[k].id));
        MSL_TRY(MSL_PUSH(p, &exprs, e));
    }
    if (copies.count)
        MSL_TRY(msl_logical_define(p, n->children[0], copies.items, exprs.items, copies.count, &n->children[0]));
    MSL_TRY(list_ids(p, n->children[0]->columns, n->children[0]->column_count, &ids));
    MSL_TRY(MSL_PUSH(p, &ids, n->expand.set));
    return msl_emit(p, n, ids.items, ids.count);
}

/// The elements of each row beside the stand-ins of that row.
static morsel_status push_unnest(msl_unnesting *u, msl_logical *n, msl_stand_in *with) {
    uint32_t made = n->unnest.count + n->unnest.has_ordinality;
    const uint32_t *elements = n->columns + (n->column_count - made);
    msl_ids ids = {0};
    MSL_TRY(msl_push_outer(u, &n->children[0], &nothing_known, with));
    MSL_TRY(msl_substitute_outer(u, n, with));
    MSL_TRY(list_ids(u->p, n->children[0]->columns, n->children[0]->column_count, &ids));
    MSL_TRY(list_ids(u->p, elements, made, &ids));
    return msl_emit(u->p, n, ids.items, ids.count);
}

/* ---- WINDOW, LIMIT ---- */

static morsel_status push_window(msl_unnesting *u, msl_logical *n, msl_stand_in *with) {
    msl_planner *p = u->p;
    uint32_t calls = n->window.call_count;
    const uint32_t *results = n->columns + (n->column_count - calls);
    msl_ids ids = {0};
    msl_exprs partition = {0};
    MSL_TRY(msl_push_outer(u, &n->children[0], &nothing_known, with));
    MSL_TRY(msl_substitute_outer(u, n, with));
    for (uint32_t k = 0; k < n->window.partition_count; k++) MSL_TRY(MSL_PUSH(p, &partition, n->window.partition[k]));
    for (uint32_t k = 0; k < u->count; k++) {
        msl_expr *e;
        MSL_TRY(column_of(p, with[k].id, &e));
        MSL_TRY(MSL_PUSH(p, &partition, e));
    }
    n->window.partition = partition.items;
    n->window.partition_count = partition.count;
    MSL_TRY(list_ids(p, n->children[0]->columns, n->children[0]->column_count, &ids));
    MSL_TRY(list_ids(p, results, calls, &ids));
    return msl_emit(p, n, ids.items, ids.count);
}

/// row_number() within the stand-ins, in the order of a SORT below, which goes.
static morsel_status number_rows(const msl_unnesting *u, msl_logical *child, const msl_stand_in *with, uint32_t *number,
                                 msl_logical **out) {
    bool is_sorted = child->kind == MSL_LOGICAL_SORT;
    *out = is_sorted ? child->children[0] : child;
    MSL_TRY(msl_plan_row_number(u->p, out, is_sorted ? child->sort.keys : NULL, is_sorted ? child->sort.key_count : 0, number));
    MSL_TRY(stand_in_exprs(u, with, &(*out)->window.partition));
    (*out)->window.partition_count = u->count;
    return MORSEL_OK;
}

/// number > offset and number - offset <= limit; a limit that is NULL is none.
static morsel_status number_bounds(msl_planner *p, uint32_t number, msl_expr *limit, msl_expr *offset, msl_exprs *out) {
    msl_expr *n, *e;
    MSL_TRY(column_of(p, number, &n));
    if (offset && offset->kind != MSL_EXPR_CONSTANT) {
        msl_expr *zero, *both;
        MSL_TRY(msl_expr_bigint(p, 0, &zero));
        MSL_TRY(msl_expr_new(p, MSL_EXPR_COALESCE, offset->type, 2, MSL_NOWHERE, &both));
        both->args[0] = offset;
        both->args[1] = zero;
        msl_expr_derive_flags(both);
        offset = both;
    }
    if (offset) {
        MSL_TRY(msl_expr_call2(p, ">", n, offset, MSL_NOWHERE, &e));
        MSL_TRY(MSL_PUSH(p, out, e));
        MSL_TRY(msl_expr_call2(p, "-", n, offset, MSL_NOWHERE, &n));
    }
    if (!limit) return MORSEL_OK;
    MSL_TRY(msl_expr_call2(p, "<=", n, limit, MSL_NOWHERE, &e));
    if (limit->kind != MSL_EXPR_CONSTANT) {
        msl_expr *truth;
        MSL_TRY(msl_expr_boolean(p, false, MSL_NOWHERE, &truth));
        MSL_TRY(msl_expr_call2(p, "is distinct from", e, truth, MSL_NOWHERE, &e));
    }
    return MSL_PUSH(p, out, e);
}

static morsel_status text_expr(msl_planner *p, const char *text, msl_at at, msl_expr **out) {
    msl_value v = {.type = msl_type_of(MSL_TYPE_VARCHAR), .text = text, .length = (uint32_t)strlen(text)};
    return msl_expr_constant(p, &v, at, out);
}

/// A number of rows as a column of *bounds that is computed with an error where it is negative.
static morsel_status check_number(msl_planner *p, const char *message, const char *sqlstate, msl_logical **bounds,
                                  msl_expr **number) {
    msl_at at = msl_expr_at(*number);
    msl_expr *parts[3] = {NULL, NULL, *number}, *zero, *state;
    uint32_t id;
    MSL_TRY(msl_expr_bigint(p, 0, &zero));
    MSL_TRY(msl_expr_call2(p, "<", *number, zero, at, &parts[0]));
    MSL_TRY(text_expr(p, message, at, &parts[1]));
    MSL_TRY(text_expr(p, sqlstate, at, &state));
    MSL_TRY(msl_expr_call2(p, "error", parts[1], state, at, &parts[1]));
    MSL_TRY(msl_expr_cast(p, parts[1], (*number)->type, false, at, &parts[1]));
    MSL_TRY(msl_expr_case(p, parts, 3, at, number));
    MSL_TRY(msl_new_column(p, (*number)->type, NULL, &id));
    MSL_TRY(msl_logical_define(p, *bounds, &id, number, 1, bounds));
    return msl_expr_column(p, id, at, number);
}

static bool is_open(const msl_expr *number) { return number && number->kind != MSL_EXPR_CONSTANT; }

/// LIMIT by numbers that are not known yet: row numbers beside the row that has these, within the bounds.
static morsel_status limit_by_number(const msl_unnesting *u, msl_logical **node) {
    const msl_unnesting whole = {.p = u->p};
    msl_logical *n = *node, *join, *row;
    msl_expr *limit = n->limit.limit, *offset = n->limit.offset;
    uint32_t number;
    msl_exprs bounds = {0};
    if (n->child_count > 1) row = n->children[1];
    else MSL_TRY(msl_logical_one_row(u->p, &row));
    if (is_open(limit)) MSL_TRY(check_number(u->p, "LIMIT must not be negative", "2201W", &row, &limit));
    if (is_open(offset)) MSL_TRY(check_number(u->p, "OFFSET must not be negative", "2201X", &row, &offset));
    MSL_TRY(number_rows(&whole, n->children[0], NULL, &number, &join));
    MSL_TRY(msl_logical_join(u->p, MSL_JOIN_INNER, join, row, NULL, 0, &join));
    MSL_TRY(number_bounds(u->p, number, limit, offset, &bounds));
    return msl_logical_filter(u->p, join, bounds.items, bounds.count, node);
}

/// The rows below a constant limit.
static morsel_status push_limited(msl_unnesting *u, msl_logical *n, msl_stand_in *with) {
    bool is_one = n->limit.limit && n->limit.limit->value.i64 == 1 && !n->limit.offset;
    if (is_one && n->children[0]->kind != MSL_LOGICAL_RECURSIVE)
        MSL_TRY(msl_end_when_found(u->p, n->children[0], NULL, 0));
    MSL_TRY(msl_note_first_rows(u, n->children[0], n->limit.limit, n->limit.offset));
    return msl_push_outer(u, &n->children[0], &nothing_known, with);
}

/// A limit that is an expression of the row that its second child makes of nothing.
static morsel_status note_open_limit(msl_unnesting *u, const msl_logical *n) {
    const msl_logical *row = n->child_count > 1 ? n->children[1] : NULL;
    msl_expr *limit = n->limit.limit;
    if (!limit || (row && (row->kind != MSL_LOGICAL_PROJECT || row->children[0]->kind != MSL_LOGICAL_VALUES))) return MORSEL_OK;
    if (row) MSL_TRY(msl_expr_substitute(u->p, limit, row->columns, row->project.exprs, row->column_count, &limit));
    return msl_note_first_rows(u, n->children[0], limit, n->limit.offset);
}

static morsel_status push_limit(msl_unnesting *u, msl_logical **node, msl_stand_in *with) {
    msl_logical *n = *node, *numbered;
    if (n->children[0]->kind == MSL_LOGICAL_PROJECT) { // the limit goes where a SORT may be
        msl_logical *project = n->children[0];
        n->children[0] = project->children[0];
        project->children[0] = n;
        MSL_TRY(msl_emit(u->p, n, n->children[0]->columns, n->children[0]->column_count));
        *node = project;
        return push_project(u, project, &nothing_known, with);
    }
    if (is_open(n->limit.limit) || is_open(n->limit.offset)) {
        MSL_TRY(note_open_limit(u, n));
        MSL_TRY(limit_by_number(u, node));
        return msl_push_outer(u, node, &nothing_known, with);
    }
    uint32_t number;
    msl_exprs bounds = {0};
    MSL_TRY(push_limited(u, n, with));
    MSL_TRY(number_rows(u, n->children[0], with, &number, &numbered));
    MSL_TRY(number_bounds(u->p, number, n->limit.limit, n->limit.offset, &bounds));
    return msl_logical_filter(u->p, numbered, bounds.items, bounds.count, node);
}

/* ---- JOIN ---- */

/// Conditions over outer columns stand above an inner join.
static morsel_status split_inner(const msl_unnesting *u, msl_logical *n, msl_exprs *above) {
    uint32_t kept = 0;
    for (uint32_t k = 0; k < n->join.count; k++) {
        msl_expr *e = n->join.conjuncts[k];
        if (msl_uses_outer(u, e) || (above->count && !msl_expr_is_safe_enough(e))) MSL_TRY(MSL_PUSH(u->p, above, e));
        else n->join.conjuncts[kept++] = e;
    }
    n->join.count = kept;
    return MORSEL_OK;
}

static morsel_status emit_inner(const msl_unnesting *u, msl_logical *n) {
    msl_ids ids = {0};
    for (uint32_t s = 0; s < 2; s++) {
        MSL_TRY(list_ids(u->p, n->children[s]->columns, n->children[s]->column_count, &ids));
    }
    return msl_emit(u->p, n, ids.items, ids.count);
}

/// Does the right side use columns of the left side?
static morsel_status is_dependent(msl_planner *p, msl_logical *n, bool *out) {
    msl_unnesting own = {.p = p, .left = n->children[0]};
    MSL_TRY(msl_find_outer(&own, n->children[1]));
    *out = own.count > 0;
    return MORSEL_OK;
}

/// The left side is pushed; the right side then uses the stand-ins, and with them columns of the left side only.
static morsel_status push_sides(msl_unnesting *u, msl_logical *n, const msl_knowns *known, msl_stand_in *with) {
    msl_knowns left = {0};
    MSL_TRY(known_within(u, known, n->children[0]->columns, n->children[0]->column_count, &left));
    MSL_TRY(msl_push_outer(u, &n->children[0], &left, with));
    MSL_TRY(msl_substitute_outer(u, n, with));
    MSL_TRY(substitute_tree(u, n->children[1], with));
    return msl_filter_carriers(u, &n->children[1], with);
}

static morsel_status push_left(msl_unnesting *u, msl_logical **node, const msl_knowns *known, msl_stand_in *with) {
    MSL_TRY(push_sides(u, *node, known, with));
    return msl_unnest_join(u->p, node);
}

static morsel_status push_inner(msl_unnesting *u, msl_logical **node, const msl_knowns *known, msl_stand_in *with) {
    msl_logical *n = *node;
    msl_exprs above = {0};
    MSL_TRY(split_inner(u, n, &above));
    if (above.count) {
        MSL_TRY(msl_logical_filter(u->p, n, above.items, above.count, node));
        return msl_push_outer(u, node, known, with);
    }
    bool on_left, on_right, depends;
    MSL_TRY(msl_tree_uses_outer(u, n->children[0], &on_left));
    MSL_TRY(msl_tree_uses_outer(u, n->children[1], &on_right));
    MSL_TRY(is_dependent(u->p, n, &depends));
    if (!on_right && !depends) {
        msl_knowns left = {0};
        MSL_TRY(known_within(u, known, n->children[0]->columns, n->children[0]->column_count, &left));
        MSL_TRY(msl_push_outer(u, &n->children[0], &left, with));
        MSL_TRY(msl_unnest_tree(u->p, &n->children[1]));
        return emit_inner(u, n);
    }
    if (on_left || depends) return push_left(u, node, known, with);
    msl_knowns right = {0};
    MSL_TRY(known_within(u, known, n->children[1]->columns, n->children[1]->column_count, &right));
    MSL_TRY(msl_push_outer(u, &n->children[1], &right, with));
    MSL_TRY(msl_unnest_tree(u->p, &n->children[0]));
    return emit_inner(u, n);
}

/// FULL, ASOF RIGHT: both sides are pushed, rows meet within the stand-ins; a row of one side alone has those of its side.
static morsel_status push_full(msl_unnesting *u, msl_logical **node, msl_stand_in *with) {
    msl_planner *p = u->p;
    msl_logical *n = *node;
    msl_stand_in *sides[2];
    msl_ids ids = {0};
    msl_exprs exprs = {0}, conditions = {0};
    uint32_t *left;
    MSL_TRY(MSL_TAKE(p, left, u->count));
    for (uint32_t s = 0; s < 2; s++) {
        MSL_TRY(MSL_TAKE(p, sides[s], u->count));
        MSL_TRY(msl_push_outer(u, &n->children[s], &nothing_known, sides[s]));
    }
    MSL_TRY(msl_substitute_outer(u, n, sides[0]));
    for (uint32_t k = 0; k < u->count; k++) {
        msl_expr *both;
        left[k] = sides[0][k].id;
        sides[1][k].is_strict = sides[0][k].is_strict || sides[1][k].is_strict;
        MSL_TRY(msl_expr_new(p, MSL_EXPR_COALESCE, msl_column_type(p, left[k]), 2, MSL_NOWHERE, &both));
        MSL_TRY(column_of(p, left[k], &both->args[0]));
        MSL_TRY(column_of(p, sides[1][k].id, &both->args[1]));
        msl_expr_derive_flags(both);
        with[k].is_strict = false;
        MSL_TRY(msl_new_column(p, both->type, msl_column_name(p, left[k]), &with[k].id));
        MSL_TRY(MSL_PUSH(p, &ids, with[k].id));
        MSL_TRY(MSL_PUSH(p, &exprs, both));
    }
    MSL_TRY(msl_stand_in_conditions(p, left, sides[1], u->count, &conditions));
    for (uint32_t k = 0; k < n->join.count; k++) MSL_TRY(MSL_PUSH(p, &conditions, n->join.conjuncts[k]));
    n->join.conjuncts = conditions.items;
    n->join.count = conditions.count;
    MSL_TRY(emit_inner(u, n));
    return msl_logical_define(p, n, ids.items, exprs.items, ids.count, node);
}

static morsel_status push_join(msl_unnesting *u, msl_logical **node, const msl_knowns *known, msl_stand_in *with) {
    msl_logical *n = *node;
    switch (n->join.type) {
    case MSL_JOIN_INNER: return push_inner(u, node, known, with);
    case MSL_JOIN_FULL: return push_full(u, node, with);
    case MSL_JOIN_RIGHT:
        MSL_TRY(msl_logical_join(u->p, MSL_JOIN_LEFT, n->children[1], n->children[0], n->join.conjuncts, n->join.count,
                                 node));
        return push_left(u, node, known, with);
    case MSL_JOIN_LEFT:
    case MSL_JOIN_SEMI:
    case MSL_JOIN_ANTI:
    case MSL_JOIN_MARK:
    case MSL_JOIN_SINGLE: return push_left(u, node, known, with);
    case MSL_JOIN_RIGHT_SEMI: // of physical plans
    case MSL_JOIN_RIGHT_ANTI: break;
    }
    return MORSEL_OK;
}

/// The nearest row of an ASOF join is chosen for each left row, so it is the left side that is pushed; the right side may then
/// depend on it.
static morsel_status push_asof(msl_unnesting *u, msl_logical **node, const msl_knowns *known, msl_stand_in *with) {
    msl_join_type type = (*node)->join.type;
    if (type == MSL_JOIN_RIGHT || type == MSL_JOIN_FULL) return push_full(u, node, with);
    MSL_TRY(push_sides(u, *node, known, with));
    return msl_unnest_asof(u->p, *node);
}

/* ---- the node ---- */

/// What emits its child's columns.
static morsel_status push_through(msl_unnesting *u, msl_logical *n, const msl_knowns *known, msl_stand_in *with) {
    MSL_TRY(msl_push_outer(u, &n->children[0], known, with));
    MSL_TRY(msl_substitute_outer(u, n, with));
    return msl_emit(u->p, n, n->children[0]->columns, n->children[0]->column_count);
}

static morsel_status push_repeat(msl_unnesting *u, msl_logical *n, const msl_knowns *known, msl_stand_in *with) {
    msl_ids ids = {0};
    MSL_TRY(msl_push_outer(u, &n->children[0], known, with));
    MSL_TRY(list_ids(u->p, n->columns, n->column_count, &ids));
    MSL_TRY(add_stand_ins(u, with, &ids));
    return msl_emit(u->p, n, ids.items, ids.count);
}

morsel_status msl_push_outer(msl_unnesting *u, msl_logical **node, const msl_knowns *known, msl_stand_in *with) {
    msl_logical *n = *node;
    bool uses;
    MSL_TRY(msl_tree_uses_outer(u, n, &uses));
    if (!uses) return push_nothing(u, node, known, with);
    switch (n->kind) {
    case MSL_LOGICAL_VALUES: return push_values(u, node, with);
    case MSL_LOGICAL_FILTER: return push_filter(u, node, known, with);
    case MSL_LOGICAL_PROJECT: return push_project(u, n, known, with);
    case MSL_LOGICAL_AGGREGATE:
        if (n->aggregate.key_count == 0) return push_single_row(u, node, with);
        if (n->aggregate.total_count) return push_totals(u, node, with);
        return push_groups(u, n, known, with);
    case MSL_LOGICAL_JOIN: return push_join(u, node, known, with);
    case MSL_LOGICAL_ASOF_JOIN: return push_asof(u, node, known, with);
    case MSL_LOGICAL_SORT: return push_through(u, n, known, with);
    case MSL_LOGICAL_LIMIT: return push_limit(u, node, with);
    case MSL_LOGICAL_UNION_ALL: return push_union(u, n, with);
    case MSL_LOGICAL_REPEAT: return push_repeat(u, n, known, with);
    case MSL_LOGICAL_EXPAND: return push_expand(u, n, with);
    case MSL_LOGICAL_UNNEST: return push_unnest(u, n, with);
    case MSL_LOGICAL_WINDOW: return push_window(u, n, with);
    case MSL_LOGICAL_DRAW: // each outer row would draw from rows of its own
        return msl_error_unsupported(u->p->err, -1, 0, "a sample of rows that depend on the query around it");
    case MSL_LOGICAL_RECURSIVE: return msl_push_recursive(u, n, with);
    case MSL_LOGICAL_CTE:
    case MSL_LOGICAL_WORK: return msl_push_carrier(u, n, with);
    case MSL_LOGICAL_SCAN:
    case MSL_LOGICAL_TOP_N:
    case MSL_LOGICAL_CHANGE:
    case MSL_LOGICAL_COPY_TO: break; // none of these uses columns of others
    }
    return msl_error_set(u->p->err, MORSEL_INTERNAL, "XX000", "a %s cannot depend on outer columns",
                         msl_logical_kind_name(n->kind));
}
