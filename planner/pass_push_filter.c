/// pass_push_filter.c: conditions move down to where rows are made: into scans, join sides, below groupings.
///
///   SELECT ... FROM a JOIN b ON a.k = b.k WHERE a.x > 5 AND b.y = 1
///   ->  SELECT ... FROM (a WHERE x > 5) JOIN (b WHERE y = 1) ON a.k = b.k
///
/// Rules
///    1 PROJECT     the columns' expressions replace them, unless one can fail or is volatile
///    2 AGGREGATE   conditions on keys only; the keys' expressions replace them; not without keys, nor into grouping
///                   sets with a total
///    3 SORT, FILTER, REPEAT: always. UNION_ALL: into every child. LIMIT, TOP_N: never
///      UNNEST      conditions on the columns of its input
///      EXPAND      conditions on columns that no grouping set lacks
///      WINDOW      conditions on columns that are partition keys only: they keep or drop whole partitions
///    4 INNER       over one side: to that side; over both: into the join's condition
///    5 LEFT, SINGLE, SEMI, ANTI, MARK: over the left side, to the left side. RIGHT: over the right side, to the right
///    6 an outer join above which a condition rejects the NULLs it would add is none: LEFT -> INNER, FULL -> LEFT or
///      RIGHT
///    7 ON          of INNER as 4; of LEFT, SEMI, ANTI: over the right side, to the right; of RIGHT, SEMI: over the
///                  left, to the left; of FULL, MARK, SINGLE: stays
///      ASOF        from above only over the left side, to the left side (INNER, LEFT, SEMI, ANTI): fewer right rows
///                  would make others the nearest; ON as 7
///    8 SCAN        `column op constant` is offered to the source, which answers exact, prunes or ignored
///   10 ON          an OR over both sides that says something of a side in every arm says it to that side as well, where the
///                  condition itself could move there by rule 7
///   11 CTE         the rows that no reader asks for are not kept: (what reader 1 asks) OR (what reader 2 asks) ...; each
///                  reader goes on asking. RECURSIVE, WORK: never
///    9 INNER       an equality of two relations that can fail only by range (a.x = b.y + 1) joins them: a cross
///                  product would be the alternative
/// Needs   otherwise a condition that can fail never moves below a filter, join, grouping or union: it would see rows
///         that it must
///         not see; a volatile one stays where it is
#include "planner/pass.h"

#include "functions/collation.h"

#include <string.h>

static morsel_status push(msl_planner *p, msl_logical *node, const msl_exprs *conditions, msl_logical **out);

static morsel_status strengthen_below(msl_planner *p, msl_logical *project, msl_expr *condition);

static bool is_safe(const msl_expr *e) { return !(e->flags & (MSL_EXPR_CAN_FAIL | MSL_EXPR_VOLATILE)); }

/// Pushes into the only child; what cannot go (`kept`) becomes a FILTER above.
static morsel_status settle(msl_planner *p, msl_logical *node, const msl_exprs *pushed, const msl_exprs *kept,
                            msl_logical **out) {
    static const msl_exprs none;
    MSL_TRY(push(p, node->children[0], pushed, &node->children[0]));
    if (node->kind == MSL_LOGICAL_LIMIT && node->child_count > 1) MSL_TRY(push(p, node->children[1], &none, &node->children[1]));
    return msl_logical_filter(p, node, kept->items, kept->count, out);
}

/* ---- filters, projections, groupings ---- */

static morsel_status push_through_filter(msl_planner *p, msl_logical *node, const msl_exprs *conditions,
                                         msl_logical **out) {
    msl_exprs all = {0}; // the lower filter's come first
    for (uint32_t k = 0; k < node->filter.count; k++) MSL_TRY(MSL_PUSH(p, &all, node->filter.conjuncts[k]));
    for (uint32_t k = 0; k < conditions->count; k++) MSL_TRY(MSL_PUSH(p, &all, conditions->items[k]));
    return push(p, node->children[0], &all, out);
}

/// Rules 1 and 2: `exprs` (of columns ids[0..count)) replace the columns.
static morsel_status push_through_exprs(msl_planner *p, msl_logical *node, const msl_exprs *conditions,
                                        msl_expr *const *exprs, uint32_t count, bool can_fail_too, msl_logical **out) {
    msl_exprs pushed = {0}, kept = {0};
    for (uint32_t k = 0; k < conditions->count; k++) {
        msl_expr *condition = conditions->items[k];
        bool movable = !(condition->flags & MSL_EXPR_VOLATILE) && (can_fail_too || is_safe(condition)) &&
                       msl_expr_within(condition, node->columns, count) && (count || node->kind == MSL_LOGICAL_PROJECT);
        for (uint32_t c = 0; c < count && movable; c++) {
            if (!is_safe(exprs[c]) && msl_expr_uses(condition, node->columns[c])) movable = false;
        }
        if (movable) MSL_TRY(msl_expr_substitute(p, condition, node->columns, exprs, count, &condition));
        MSL_TRY(MSL_PUSH(p, movable ? &pushed : &kept, condition));
        if (!movable) MSL_TRY(strengthen_below(p, node, condition));
    }
    return settle(p, node, &pushed, &kept, out);
}

static morsel_status push_into_union(msl_planner *p, msl_logical *node, const msl_exprs *conditions,
                                     msl_logical **out) {
    msl_exprs kept = {0}, moving = {0};
    for (uint32_t k = 0; k < conditions->count; k++) {
        MSL_TRY(MSL_PUSH(p, is_safe(conditions->items[k]) ? &moving : &kept, conditions->items[k]));
    }
    for (uint32_t c = 0; c < node->child_count; c++) {
        msl_logical *child = node->children[c];
        msl_exprs pushed = {0};
        msl_expr **columns;
        MSL_TRY(MSL_TAKE(p, columns, node->column_count));
        for (uint32_t k = 0; k < node->column_count; k++)
            MSL_TRY(msl_expr_column(p, child->columns[k], MSL_NOWHERE, &columns[k]));
        for (uint32_t k = 0; k < moving.count; k++) {
            msl_expr *condition;
            MSL_TRY(msl_expr_substitute(p, moving.items[k], node->columns, columns, node->column_count, &condition));
            MSL_TRY(MSL_PUSH(p, &pushed, condition));
        }
        // The columns' positions matter here: a child that changes shape would change the union.
        MSL_TRY(push(p, child, &pushed, &node->children[c]));
        MSL_ASSERT(node->children[c]->column_count == node->column_count);
    }
    return msl_logical_filter(p, node, kept.items, kept.count, out);
}

static morsel_status push_through_window(msl_planner *p, msl_logical *node, const msl_exprs *conditions,
                                         msl_logical **out) {
    msl_ids keys = {0};
    msl_exprs pushed = {0}, kept = {0};
    for (uint32_t k = 0; k < node->window.partition_count; k++) {
        const msl_expr *key = node->window.partition[k];
        if (key->kind == MSL_EXPR_COLUMN) MSL_TRY(MSL_PUSH(p, &keys, key->column));
    }
    for (uint32_t k = 0; k < conditions->count; k++) {
        msl_expr *condition = conditions->items[k];
        bool movable = keys.count && is_safe(condition) && msl_expr_within(condition, keys.items, keys.count);
        MSL_TRY(MSL_PUSH(p, movable ? &pushed : &kept, condition));
    }
    return settle(p, node, &pushed, &kept, out);
}

/* ---- joins ---- */

/// Is the condition `e` FALSE or NULL whenever every one of these columns is NULL?
static bool rejects_null(const msl_expr *e, const uint32_t *ids, uint32_t count) {
    if (e->kind == MSL_EXPR_CALL && strcmp(e->call.function->name, "is not null") == 0) {
        return msl_expr_becomes_null(e->args[0], ids, count);
    }
    if (e->kind == MSL_EXPR_AND) {
        for (uint32_t k = 0; k < e->arg_count; k++) {
            if (rejects_null(e->args[k], ids, count)) return true;
        }
        return false;
    }
    if (e->kind == MSL_EXPR_OR) {
        for (uint32_t k = 0; k < e->arg_count; k++) {
            if (!rejects_null(e->args[k], ids, count)) return false;
        }
        return e->arg_count > 0;
    }
    return msl_expr_becomes_null(e, ids, count);
}

/// Rule 6.
static void strengthen(msl_logical *join, const msl_exprs *conditions) {
    const msl_logical *left = join->children[0], *right = join->children[1];
    bool rejects_left = false, rejects_right = false;
    for (uint32_t k = 0; k < conditions->count; k++) {
        rejects_left = rejects_left || rejects_null(conditions->items[k], left->columns, left->column_count);
        rejects_right = rejects_right || rejects_null(conditions->items[k], right->columns, right->column_count);
    }
    if (join->join.type == MSL_JOIN_LEFT && rejects_right) join->join.type = MSL_JOIN_INNER;
    if (join->join.type == MSL_JOIN_RIGHT && rejects_left) join->join.type = MSL_JOIN_INNER;
    if (join->join.type != MSL_JOIN_FULL) return;
    if (rejects_left && rejects_right) {
        join->join.type = MSL_JOIN_INNER;
    } else if (rejects_left) { // rows of the left side survive: those that are only on the right do not
        join->join.type = MSL_JOIN_LEFT;
    } else if (rejects_right) {
        join->join.type = MSL_JOIN_RIGHT;
    }
}

/// Rule 6 for an outer join below a projection that the condition itself cannot pass.
static morsel_status strengthen_below(msl_planner *p, msl_logical *node, msl_expr *condition) {
    msl_exprs one = {.count = 1, .items = &condition};
    while (node->kind == MSL_LOGICAL_PROJECT) {
        MSL_TRY(msl_expr_substitute(p, condition, node->columns, node->project.exprs, node->column_count, &condition));
        node = node->children[0];
    }
    if (node->kind == MSL_LOGICAL_JOIN) strengthen(node, &one);
    return MORSEL_OK;
}

/// Rule 6 for the outer joins below an INNER one: its own condition is one above them.
static void strengthen_children(msl_logical *join) {
    if (join->join.type != MSL_JOIN_INNER) return;
    msl_exprs own = {.items = join->join.conjuncts, .count = join->join.count};
    for (uint32_t c = 0; c < 2; c++) {
        if (join->children[c]->kind == MSL_LOGICAL_JOIN) strengthen(join->children[c], &own);
    }
}

typedef struct join_push {
    msl_exprs left, right, join, above;
} join_push;

/// Rule 10: what an OR over both sides says of one of them: each arm's conjuncts on that side, when every arm has some.
static morsel_status implied_by(msl_planner *p, const msl_expr *e, const msl_logical *side, msl_exprs *out) {
    msl_exprs arms = {0};
    if (e->kind != MSL_EXPR_OR || !is_safe(e)) return MORSEL_OK;
    for (uint32_t k = 0; k < e->arg_count; k++) {
        msl_exprs conjuncts = {0}, own = {0};
        msl_expr *arm;
        MSL_TRY(msl_expr_conjuncts(p, e->args[k], &conjuncts));
        for (uint32_t c = 0; c < conjuncts.count; c++) {
            bool is_own = msl_expr_within(conjuncts.items[c], side->columns, side->column_count);
            if (is_own) MSL_TRY(MSL_PUSH(p, &own, conjuncts.items[c]));
        }
        if (own.count == 0) return MORSEL_OK;
        MSL_TRY(msl_expr_junction(p, MSL_EXPR_AND, own.items, own.count, MSL_NOWHERE, &arm));
        MSL_TRY(MSL_PUSH(p, &arms, arm));
    }
    msl_expr *either;
    MSL_TRY(msl_expr_junction(p, MSL_EXPR_OR, arms.items, arms.count, msl_expr_at(e), &either));
    return MSL_PUSH(p, out, either);
}

/// Rule 9: is `e` an equality between relations under this inner join that can fail only by range?
static bool is_join_equality(const msl_logical *node, const msl_expr *e) {
    if (strcmp(msl_expr_function(e), "=") != 0 || (e->flags & MSL_EXPR_VOLATILE) || !msl_expr_fails_only_by_range(e))
        return false;
    while (node->kind == MSL_LOGICAL_JOIN && node->join.type == MSL_JOIN_INNER) {
        const msl_logical *left = node->children[0], *right = node->children[1];
        bool on_left = msl_expr_within(e, left->columns, left->column_count);
        bool on_right = msl_expr_within(e, right->columns, right->column_count);
        if (!on_left && !on_right) return true;
        if (on_left && on_right) return false;
        node = on_left ? left : right;
    }
    return false;
}

/// Rules 4 and 5: conditions from above the join.
static morsel_status place_above(msl_planner *p, const msl_logical *node, msl_expr *e, join_push *to) {
    const msl_logical *left = node->children[0], *right = node->children[1];
    msl_join_type type = node->join.type;
    bool on_left = msl_expr_within(e, left->columns, left->column_count);
    bool on_right = msl_expr_within(e, right->columns, right->column_count);
    if ((!is_safe(e) && !is_join_equality(node, e)) || type == MSL_JOIN_FULL) return MSL_PUSH(p, &to->above, e);
    bool moves_left = type == MSL_JOIN_INNER || type == MSL_JOIN_LEFT || type == MSL_JOIN_SEMI || type == MSL_JOIN_ANTI;
    if (node->kind == MSL_LOGICAL_ASOF_JOIN) {
        return MSL_PUSH(p, on_left && !on_right && moves_left ? &to->left : &to->above, e);
    }
    if (type == MSL_JOIN_INNER) {
        if (on_left && on_right) return MSL_PUSH(p, &to->above, e); // no columns at all
        return MSL_PUSH(p, on_left ? &to->left : on_right ? &to->right : &to->join, e);
    }
    if (type == MSL_JOIN_RIGHT) return MSL_PUSH(p, on_right ? &to->right : &to->above, e);
    return MSL_PUSH(p, on_left ? &to->left : &to->above, e);
}

/// Rule 7: the join's own conditions.
static morsel_status place_on(msl_planner *p, const msl_logical *node, msl_expr *e, join_push *to) {
    const msl_logical *left = node->children[0], *right = node->children[1];
    msl_join_type type = node->join.type;
    bool on_left = msl_expr_within(e, left->columns, left->column_count);
    bool on_right = msl_expr_within(e, right->columns, right->column_count);
    if (!is_safe(e) || on_left == on_right) return MSL_PUSH(p, &to->join, e);
    bool left_moves = type == MSL_JOIN_INNER || type == MSL_JOIN_RIGHT || type == MSL_JOIN_SEMI;
    bool right_moves =
        type == MSL_JOIN_INNER || type == MSL_JOIN_LEFT || type == MSL_JOIN_SEMI || type == MSL_JOIN_ANTI;
    if (on_left && left_moves) return MSL_PUSH(p, &to->left, e);
    return MSL_PUSH(p, on_right && right_moves ? &to->right : &to->join, e);
}

static morsel_status push_into_join(msl_planner *p, msl_logical *node, const msl_exprs *conditions, msl_logical **out) {
    join_push to = {{0}, {0}, {0}, {0}};
    strengthen(node, conditions);
    strengthen_children(node);
    for (uint32_t k = 0; k < node->join.count; k++) MSL_TRY(place_on(p, node, node->join.conjuncts[k], &to));
    for (uint32_t k = 0; k < conditions->count; k++) MSL_TRY(place_above(p, node, conditions->items[k], &to));
    node->join.conjuncts = to.join.items;
    node->join.count = to.join.count;
    bool implies_left = node->join.type == MSL_JOIN_INNER || node->join.type == MSL_JOIN_SEMI;
    bool implies_right = implies_left || node->join.type == MSL_JOIN_LEFT || node->join.type == MSL_JOIN_ANTI;
    for (uint32_t k = 0; k < to.join.count; k++) {
        if (implies_left) MSL_TRY(implied_by(p, to.join.items[k], node->children[0], &to.left));
        if (implies_right) MSL_TRY(implied_by(p, to.join.items[k], node->children[1], &to.right));
    }
    MSL_TRY(push(p, node->children[0], &to.left, &node->children[0]));
    MSL_TRY(push(p, node->children[1], &to.right, &node->children[1]));
    return msl_logical_filter(p, node, to.above.items, to.above.count, out);
}

/* ---- scans ---- */

static bool filter_op(const char *name, bool mirrored, msl_filter_op *op) {
    static const struct {
        const char *name;
        msl_filter_op op, mirrored;
    } ops[] = {{"=", MSL_FILTER_EQ, MSL_FILTER_EQ}, {"<>", MSL_FILTER_NE, MSL_FILTER_NE},
               {"<", MSL_FILTER_LT, MSL_FILTER_GT}, {"<=", MSL_FILTER_LE, MSL_FILTER_GE},
               {">", MSL_FILTER_GT, MSL_FILTER_LT}, {">=", MSL_FILTER_GE, MSL_FILTER_LE}};
    for (size_t k = 0; k < sizeof ops / sizeof ops[0]; k++) {
        if (strcmp(name, ops[k].name) != 0) continue;
        *op = mirrored ? ops[k].mirrored : ops[k].op;
        return true;
    }
    return false;
}

static bool is_value(const msl_expr *e) { return e->kind == MSL_EXPR_CONSTANT && !e->value.is_null; }

static morsel_status in_values(msl_planner *p, const msl_expr *e, msl_scan_filter *filter, bool *found) {
    msl_value *values;
    MSL_TRY(MSL_TAKE(p, values, e->arg_count));
    for (uint32_t k = 1; k < e->arg_count; k++) {
        if (e->args[k]->kind != MSL_EXPR_CONSTANT) return MORSEL_OK;
        if (!e->args[k]->value.is_null) values[filter->value_count++] = e->args[k]->value; // NULL matches nothing
    }
    filter->op = MSL_FILTER_IN;
    filter->values = values;
    *found = filter->value_count > 0;
    return MORSEL_OK;
}

/// The column of the scan that `e` is, as it stands or under its own collation; NULL when it is none.
static const msl_expr *compared_column(const msl_logical *scan, const msl_expr *e, uint8_t *collation) {
    *collation = 0;
    if (e->kind == MSL_EXPR_COLUMN) return e;
    if (e->arg_count != 1 || e->args[0]->kind != MSL_EXPR_COLUMN) return NULL;
    int64_t at = msl_id_position(scan->columns, scan->column_count, e->args[0]->column);
    if (at < 0) return NULL;
    *collation = scan->scan.source->columns[scan->scan.indexes[at]].collation;
    const char *function = msl_collation_function((msl_collation)*collation);
    return function && strcmp(msl_expr_function(e), function) == 0 ? e->args[0] : NULL;
}

/// `e` as a filter of the source, if it has that shape. *column is the expression of the column it is about.
static morsel_status as_scan_filter(msl_planner *p, const msl_logical *scan, const msl_expr *e, const msl_expr **column,
                                    msl_scan_filter *filter, bool *found) {
    *found = false;
    *filter = (msl_scan_filter){0};
    if (e->kind == MSL_EXPR_IN && !(e->flags & MSL_EXPR_NEGATED)) {
        *column = compared_column(scan, e->args[0], &filter->collation);
        return *column ? in_values(p, e, filter, found) : MORSEL_OK;
    }
    const char *name = msl_expr_function(e);
    bool is_null = strcmp(name, "is null") == 0, is_not_null = strcmp(name, "is not null") == 0;
    if ((is_null || is_not_null) && e->args[0]->kind == MSL_EXPR_COLUMN) {
        *column = e->args[0];
        filter->op = is_null ? MSL_FILTER_IS_NULL : MSL_FILTER_IS_NOT_NULL;
        *found = true;
        return MORSEL_OK;
    }
    if (e->arg_count != 2) return MORSEL_OK;
    for (uint32_t side = 0; side < 2; side++) {
        const msl_expr *value = e->args[1 - side];
        *column = compared_column(scan, e->args[side], &filter->collation);
        if (!*column || !is_value(value) || !filter_op(name, side == 1, &filter->op)) continue;
        filter->values = &value->value;
        filter->value_count = 1;
        *found = value->type == (*column)->type;
        return MORSEL_OK;
    }
    return MORSEL_OK;
}

static bool is_late_value(const msl_expr *value, const msl_expr *column) {
    return !(value->flags & (MSL_EXPR_CAN_FAIL | MSL_EXPR_VOLATILE)) && value->type == column->type &&
           msl_expr_within(value, NULL, 0);
}

/// `e` as a comparison of a column with values that an execution gives.
static bool as_late_filter(const msl_logical *scan, const msl_expr *e, const msl_expr **column, msl_late_filter *filter) {
    const char *name = msl_expr_function(e);
    *filter = (msl_late_filter){0};
    if (e->kind == MSL_EXPR_IN && !(e->flags & MSL_EXPR_NEGATED)) {
        *column = compared_column(scan, e->args[0], &filter->collation);
        for (uint32_t k = 1; *column && k < e->arg_count; k++) {
            if (!is_late_value(e->args[k], *column)) return false;
        }
        filter->op = MSL_FILTER_IN;
        filter->values = e->args + 1;
        filter->value_count = e->arg_count - 1;
        return *column && e->flags & MSL_EXPR_STABLE;
    }
    if (e->arg_count != 2) return false;
    for (uint32_t side = 0; side < 2; side++) {
        const msl_expr *value = e->args[1 - side];
        *column = compared_column(scan, e->args[side], &filter->collation);
        if (!*column || !(value->flags & MSL_EXPR_STABLE) || !is_late_value(value, *column)) continue;
        if (!filter_op(name, side == 1, &filter->op)) continue;
        filter->values = &e->args[1 - side];
        filter->value_count = 1;
        return true;
    }
    return false;
}

/// IS NOT NULL of a column that the source promises never to be NULL.
static bool is_promised(const msl_logical *scan, const msl_expr *e) {
    if (strcmp(msl_expr_function(e), "is not null") != 0 || e->args[0]->kind != MSL_EXPR_COLUMN) return false;
    int64_t at = msl_id_position(scan->columns, scan->column_count, e->args[0]->column);
    return at >= 0 && scan->scan.source->columns[scan->scan.indexes[at]].is_not_null;
}

/// Rule 8.
static morsel_status push_into_scan(msl_planner *p, msl_logical *node, const msl_exprs *conditions, msl_logical **out) {
    const msl_source *source = node->scan.source;
    msl_exprs kept = {0};
    struct {
        msl_scan_filter *items;
        uint32_t count, room;
    } filters = {0};
    struct {
        msl_late_filter *items;
        uint32_t count, room;
    } late = {0};
    for (uint32_t k = 0; k < node->scan.late_filter_count; k++) MSL_TRY(MSL_PUSH(p, &late, node->scan.late_filters[k]));
    for (uint32_t k = 0; k < node->scan.filter_count; k++) MSL_TRY(MSL_PUSH(p, &filters, node->scan.filters[k]));
    for (uint32_t k = 0; k < conditions->count; k++) {
        msl_expr *e = conditions->items[k];
        const msl_expr *column = NULL;
        msl_scan_filter filter;
        msl_late_filter late_filter;
        bool found;
        MSL_TRY(as_scan_filter(p, node, e, &column, &filter, &found));
        msl_filter_answer answer = MSL_FILTER_IGNORED;
        if (is_promised(node, e)) continue;
        if (found && source->ops->answer) {
            filter.column = node->scan.indexes[msl_id_position(node->columns, node->column_count, column->column)];
            answer = source->ops->answer(source, &filter);
        } else if (source->ops->answer && as_late_filter(node, e, &column, &late_filter)) {
            late_filter.column = node->scan.indexes[msl_id_position(node->columns, node->column_count, column->column)];
            MSL_TRY(MSL_PUSH(p, &late, late_filter));
        }
        if (answer != MSL_FILTER_IGNORED) MSL_TRY(MSL_PUSH(p, &filters, filter));
        if (answer != MSL_FILTER_EXACT) MSL_TRY(MSL_PUSH(p, &kept, e));
    }
    node->scan.filters = filters.items;
    node->scan.filter_count = filters.count;
    node->scan.late_filters = late.items;
    node->scan.late_filter_count = late.count;
    return msl_logical_filter(p, node, kept.items, kept.count, out);
}

/* ---- CTEs ---- */

/// Rule 10, a reader's part.
static morsel_status push_to_cte(msl_planner *p, msl_logical *node, const msl_exprs *conditions, msl_logical **out) {
    msl_cte *cte = node->cte.cte;
    msl_exprs asked = {0};
    msl_expr **columns, *all;
    MSL_TRY(MSL_TAKE(p, columns, node->column_count));
    for (uint32_t k = 0; k < node->column_count; k++)
        MSL_TRY(msl_expr_column(p, node->cte.sources[k], MSL_NOWHERE, &columns[k]));
    for (uint32_t k = 0; k < conditions->count; k++) {
        msl_expr *condition = conditions->items[k];
        if (!is_safe(condition)) continue;
        MSL_TRY(msl_expr_substitute(p, condition, node->columns, columns, node->column_count, &condition));
        MSL_TRY(MSL_PUSH(p, &asked, condition));
    }
    if (asked.count == 0) {
        cte->wants_all = true;
    } else {
        MSL_TRY(msl_expr_junction(p, MSL_EXPR_AND, asked.items, asked.count, MSL_NOWHERE, &all));
        MSL_TRY(MSL_PUSH(p, &cte->conditions, all));
    }
    return msl_logical_filter(p, node, conditions->items, conditions->count, out);
}

morsel_status msl_pass_filter_cte(msl_planner *p, msl_cte *cte) {
    msl_exprs pushed = {0};
    if (!cte->wants_all && !cte->is_forced && cte->conditions.count) {
        msl_expr *any;
        MSL_TRY(msl_expr_junction(p, MSL_EXPR_OR, cte->conditions.items, cte->conditions.count, MSL_NOWHERE, &any));
        MSL_TRY(msl_expr_conjuncts(p, any, &pushed));
    }
    return push(p, cte->plan, &pushed, &cte->plan);
}

/* ---- the walk ---- */

/// Places `conditions` on or below `node`; *out is what stands in its place.
/// Keys that every set has are the same below.
static morsel_status push_through_expand(msl_planner *p, msl_logical *node, const msl_exprs *conditions,
                                         msl_logical **out) {
    msl_exprs moving = {0}, kept = {0};
    msl_ids changed = {0};
    MSL_TRY(MSL_PUSH(p, &changed, node->expand.set));
    for (uint32_t k = 0; k < node->expand.key_count; k++) {
        bool is_always = true;
        for (uint32_t s = 0; s < node->expand.set_count; s++)
            is_always = is_always && node->expand.members[(size_t)s * node->expand.key_count + k];
        if (!is_always) MSL_TRY(MSL_PUSH(p, &changed, node->expand.keys[k]));
    }
    for (uint32_t k = 0; k < conditions->count; k++) {
        msl_expr *e = conditions->items[k];
        bool moves = is_safe(e) && !msl_expr_uses_any(e, changed.items, changed.count);
        MSL_TRY(MSL_PUSH(p, moves ? &moving : &kept, e));
    }
    return settle(p, node, &moving, &kept, out);
}

/// Conditions without elements hold for every row made of one row. Below an outer one too: a row that goes takes its
/// only NULL row with it.
static morsel_status push_through_unnest(msl_planner *p, msl_logical *node, const msl_exprs *conditions,
                                         msl_logical **out) {
    msl_exprs moving = {0}, kept = {0};
    uint32_t made = node->unnest.count + node->unnest.has_ordinality;
    for (uint32_t k = 0; k < conditions->count; k++) {
        msl_expr *e = conditions->items[k];
        bool moves = is_safe(e) && !msl_expr_uses_any(e, node->columns + node->column_count - made, made);
        MSL_TRY(MSL_PUSH(p, moves ? &moving : &kept, e));
    }
    return settle(p, node, &moving, &kept, out);
}

static morsel_status push(msl_planner *p, msl_logical *node, const msl_exprs *conditions, msl_logical **out) {
    static const msl_exprs none;
    switch (node->kind) {
    case MSL_LOGICAL_SCAN: return push_into_scan(p, node, conditions, out);
    case MSL_LOGICAL_VALUES: return msl_logical_filter(p, node, conditions->items, conditions->count, out);
    case MSL_LOGICAL_FILTER: return push_through_filter(p, node, conditions, out);
    case MSL_LOGICAL_PROJECT:
        return push_through_exprs(p, node, conditions, node->project.exprs, node->column_count, true, out);
    case MSL_LOGICAL_AGGREGATE: // a group that is there without rows must meet the condition too
        if (node->aggregate.total_count) return settle(p, node, &none, conditions, out);
        return push_through_exprs(p, node, conditions, node->aggregate.keys, node->aggregate.key_count, false, out);
    case MSL_LOGICAL_JOIN:
    case MSL_LOGICAL_ASOF_JOIN: return push_into_join(p, node, conditions, out);
    case MSL_LOGICAL_WINDOW: return push_through_window(p, node, conditions, out);
    case MSL_LOGICAL_SORT: return settle(p, node, conditions, &none, out);
    case MSL_LOGICAL_REPEAT: {
        msl_exprs moving = {0}, kept = {0};
        for (uint32_t k = 0; k < conditions->count; k++) {
            MSL_TRY(
                MSL_PUSH(p, conditions->items[k]->flags & MSL_EXPR_VOLATILE ? &kept : &moving, conditions->items[k]));
        }
        return settle(p, node, &moving, &kept, out);
    }
    case MSL_LOGICAL_UNION_ALL: return push_into_union(p, node, conditions, out);
    case MSL_LOGICAL_UNNEST: return push_through_unnest(p, node, conditions, out);
    case MSL_LOGICAL_EXPAND: return push_through_expand(p, node, conditions, out);
    case MSL_LOGICAL_DRAW: // a filter below would change which numbers the rows get
    case MSL_LOGICAL_TOP_N:
    case MSL_LOGICAL_LIMIT: return settle(p, node, &none, conditions, out);
    case MSL_LOGICAL_CTE: return push_to_cte(p, node, conditions, out);
    case MSL_LOGICAL_WORK: return msl_logical_filter(p, node, conditions->items, conditions->count, out);
    case MSL_LOGICAL_RECURSIVE:
        MSL_TRY(push(p, node->children[1], &none, &node->children[1]));
        return settle(p, node, &none, conditions, out);
    case MSL_LOGICAL_CHANGE:
    case MSL_LOGICAL_COPY_TO: MSL_ASSERT(conditions->count == 0); return settle(p, node, &none, &none, out);
    }
    return MORSEL_OK;
}

morsel_status msl_pass_push_filter(msl_planner *p, msl_logical **root) {
    static const msl_exprs none;
    return push(p, *root, &none, root);
}
