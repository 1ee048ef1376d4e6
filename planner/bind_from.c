/// bind_from.c: the FROM clause: items, aliases, and the joins between them.
#include "planner/binder.h"

#include <stdio.h>
#include <string.h>

morsel_status msl_relation_concat(msl_binder *b, const msl_relation *left, const msl_relation *right,
                                  msl_relation *out) {
    msl_relation all = {0};
    const msl_relation *sides[2] = {left, right};
    for (uint32_t s = 0; s < 2; s++) {
        for (uint32_t k = 0; k < sides[s]->tables.count; k++)
            MSL_TRY(MSL_PUSH(b->p, &all.tables, sides[s]->tables.items[k]));
        for (uint32_t k = 0; k < sides[s]->visible.count; k++)
            MSL_TRY(MSL_PUSH(b->p, &all.visible, sides[s]->visible.items[k]));
    }
    *out = all;
    return MORSEL_OK;
}

/// `AS t(a, b)`: one table named t; the first columns are called a, b.
static morsel_status rename_columns(msl_binder *b, const msl_ast_from *from, msl_relation *relation) {
    if (from->columns.count == 0) return MORSEL_OK;
    msl_at at = msl_binder_at(b, from->at);
    if (from->columns.count > relation->visible.count) {
        return msl_error_at(
            b->p->err, MORSEL_BIND, "42P10", at.offset, at.length, "%s has %u columns, but %u names are given",
            from->alias.text ? from->alias.text : "this FROM item", relation->visible.count, from->columns.count);
    }
    msl_scope_table *table;
    MSL_TRY(MSL_TAKE(b->p, table, 1));
    *table = *relation->tables.items[0];
    table->columns = (msl_scope_columns){0};
    for (uint32_t k = 0; k < relation->visible.count; k++) {
        msl_scope_column column = relation->visible.items[k];
        if (k < from->columns.count) MSL_TRY(msl_copy_name(b, &from->columns.items[k], &column.name));
        MSL_TRY(MSL_PUSH(b->p, &table->columns, column));
    }
    relation->visible = table->columns;
    relation->tables = (msl_scope_tables){0};
    return MSL_PUSH(b->p, &relation->tables, table);
}

/// Everything visible as one table called `alias`: (a JOIN b) AS x.
static morsel_status close_relation(msl_binder *b, const char *alias, msl_relation *relation) {
    msl_scope_table *table;
    MSL_TRY(MSL_TAKE(b->p, table, 1));
    table->alias = alias;
    table->columns = relation->visible;
    relation->tables = (msl_scope_tables){0};
    return MSL_PUSH(b->p, &relation->tables, table);
}

static morsel_status bind_derived(msl_binder *b, const msl_ast_from *from, msl_relation *out) {
    msl_bound_query query;
    if (from->lateral) {
        MSL_TRY(msl_bind_lateral_query(b, from->u.query, &query));
    } else {
        MSL_TRY(msl_bind_nested(b, from->u.query, 0, false, &query));
        if (b->scope) MSL_TRY(msl_note_outer(b, b->scope->parent, &query.outer)); // the query around it uses them too
    }
    msl_scope_table *table;
    MSL_TRY(MSL_TAKE(b->p, table, 1));
    if (from->alias.text) MSL_TRY(msl_copy_name(b, &from->alias, &table->alias));
    for (uint32_t k = 0; k < query.plan->column_count; k++) {
        msl_scope_column column = {query.names[k], query.plan->columns[k]};
        MSL_TRY(MSL_PUSH(b->p, &table->columns, column));
    }
    *out = (msl_relation){.plan = query.plan, .visible = table->columns};
    return MSL_PUSH(b->p, &out->tables, table);
}

static morsel_status bind_parens(msl_binder *b, const msl_ast_from *from, msl_relation *out) {
    MSL_TRY(msl_bind_from(b, from->u.inner, out));
    if (!from->alias.text) return MORSEL_OK;
    const char *alias;
    MSL_TRY(msl_copy_name(b, &from->alias, &alias));
    return close_relation(b, alias, out);
}

morsel_status msl_bind_from(msl_binder *b, const msl_ast_from *from, msl_relation *out) {
    bool is_lists;
    MSL_TRY(msl_bind_lists(b, from, &is_lists, out));
    if (is_lists && from->sample) return msl_unsupported(b, from->at, "TABLESAMPLE of UNNEST");
    if (is_lists) return rename_columns(b, from, out);
    *out = (msl_relation){0};
    switch (from->kind) {
    case MSL_AST_FROM_TABLE: MSL_TRY(msl_bind_table_name(b, from, out)); break;
    case MSL_AST_FROM_FILE: MSL_TRY(msl_bind_files(b, from, out)); break;
    case MSL_AST_FROM_FUNCTION: MSL_TRY(msl_bind_table_function(b, from, out)); break;
    case MSL_AST_FROM_QUERY: MSL_TRY(bind_derived(b, from, out)); break;
    case MSL_AST_FROM_JOIN: return msl_bind_join(b, from, out);
    case MSL_AST_FROM_PARENS: MSL_TRY(bind_parens(b, from, out)); break;
    }
    if (from->sample) MSL_TRY(msl_bind_sample(b, from->sample, &out->plan));
    return rename_columns(b, from, out);
}

/// Two FROM items of one name cannot be told apart.
static morsel_status check_aliases(msl_binder *b, const msl_relation *left, const msl_relation *right,
                                   msl_ast_span span) {
    for (uint32_t r = 0; r < right->tables.count; r++) {
        const msl_scope_table *table = right->tables.items[r];
        for (uint32_t l = 0; table->alias && l < left->tables.count; l++) {
            const msl_scope_table *other = left->tables.items[l];
            if (!other->alias || !msl_same_name(other->alias, table->alias)) continue;
            if (other->schema && table->schema && !msl_same_name(other->schema, table->schema)) continue;
            msl_at at = msl_binder_at(b, span);
            morsel_status status = msl_error_at(b->p->err, MORSEL_BIND, "42712", at.offset, at.length,
                                                "table name %s is given twice in FROM", table->alias);
            msl_error_hint(b->p->err, "give one of them an alias: %s AS other", table->alias);
            return status;
        }
    }
    return MORSEL_OK;
}

/// An item beside `left`. *is_lists: it is made of left's rows, and right's plan is that of both.
static morsel_status bind_right_lists(msl_binder *b, const msl_ast_from *from, const msl_lateral *lateral,
                                      bool is_outer, bool *is_lists, msl_relation *right) {
    const msl_lateral *outer = b->lateral;
    b->lateral = lateral;
    morsel_status status = msl_bind_lateral_lists(b, from, is_outer, is_lists, right);
    b->lateral = outer;
    MSL_TRY(status);
    return *is_lists ? rename_columns(b, from, right) : MORSEL_OK;
}

/// An item with what it may use of the items to its left.
static morsel_status bind_beside(msl_binder *b, const msl_ast_from *from, const msl_lateral *lateral,
                                 msl_relation *out) {
    const msl_lateral *outer = b->lateral;
    b->lateral = lateral;
    morsel_status status = msl_bind_from(b, from, out);
    b->lateral = outer;
    return status;
}

morsel_status msl_bind_from_list(msl_binder *b, msl_ast_from *const *items, uint32_t count, msl_relation *out) {
    *out = (msl_relation){0};
    if (count == 0) return msl_logical_one_row(b->p, &out->plan);
    MSL_TRY(bind_beside(b, items[0], NULL, out));
    for (uint32_t k = 1; k < count; k++) {
        msl_relation right, both;
        bool is_lists;
        msl_lateral lateral = {.left = out};
        MSL_TRY(bind_right_lists(b, items[k], &lateral, false, &is_lists, &right));
        if (!is_lists) MSL_TRY(bind_beside(b, items[k], &lateral, &right));
        MSL_TRY(check_aliases(b, out, &right, items[k]->at));
        MSL_TRY(msl_relation_concat(b, out, &right, &both));
        if (is_lists) both.plan = right.plan;
        else MSL_TRY(msl_logical_join(b->p, MSL_JOIN_INNER, out->plan, right.plan, NULL, 0, &both.plan));
        *out = both;
    }
    return MORSEL_OK;
}

/* ---- joins ---- */

static msl_join_type join_type(msl_ast_join_kind kind) {
    switch (kind) {
    case MSL_AST_JOIN_INNER:
    case MSL_AST_JOIN_CROSS: return MSL_JOIN_INNER;
    case MSL_AST_JOIN_LEFT: return MSL_JOIN_LEFT;
    case MSL_AST_JOIN_RIGHT: return MSL_JOIN_RIGHT;
    case MSL_AST_JOIN_FULL:
    case MSL_AST_JOIN_POSITIONAL: return MSL_JOIN_FULL;
    case MSL_AST_JOIN_SEMI: return MSL_JOIN_SEMI;
    case MSL_AST_JOIN_ANTI: return MSL_JOIN_ANTI;
    }
    return MSL_JOIN_INNER;
}

static morsel_status side_column(msl_binder *b, const msl_relation *side, const char *name, const char *which,
                                 bool quoted, msl_at at, msl_expr **out) {
    uint32_t id, found = msl_find_visible(&side->visible, name, &id);
    if (found == 1) return msl_expr_column(b->p, id, at, out);
    if (found > 1) {
        return msl_error_at(b->p->err, MORSEL_BIND, "42702", at.offset, at.length,
                            "column %s of USING is ambiguous on the %s side", name, which);
    }
    morsel_status status = msl_error_no_column(b, &side->visible, name, quoted, at);
    char message[200];
    snprintf(message, sizeof message, "column %.120s of USING is not on the %s side of the join", name, which);
    memcpy(b->p->err->message, message, sizeof message);
    return status;
}

/// The names that USING or NATURAL joins by.
static morsel_status joined_names(msl_binder *b, const msl_ast_from *from, const msl_relation *left,
                                  const msl_relation *right, msl_scope_columns *out) {
    for (uint32_t k = 0; k < from->u.join.using.count; k++) {
        msl_scope_column column = {0};
        MSL_TRY(msl_copy_name(b, &from->u.join.using.items[k], &column.name));
        MSL_TRY(MSL_PUSH(b->p, out, column));
    }
    if (!from->u.join.natural) return MORSEL_OK;
    for (uint32_t k = 0; k < left->visible.count; k++) {
        uint32_t id;
        if (msl_find_visible(&right->visible, left->visible.items[k].name, &id))
            MSL_TRY(MSL_PUSH(b->p, out, left->visible.items[k]));
    }
    if (out->count) return MORSEL_OK;
    msl_at at = msl_binder_at(b, from->at);
    return msl_error_at(b->p->err, MORSEL_BIND, "42703", at.offset, at.length,
                        "NATURAL JOIN: the two sides have no column name in common");
}

/// What USING shows: the joined columns once, then the others of the left and of the right side. *plan gets a
/// projection when a full join has to choose between its sides.
static morsel_status merge_visible(msl_binder *b, msl_join_type type, const msl_scope_columns *names,
                                   msl_expr *const *left_columns, msl_expr *const *right_columns,
                                   const msl_relation *left, const msl_relation *right, msl_relation *out) {
    out->visible = (msl_scope_columns){0};
    msl_exprs exprs = {0};
    for (uint32_t k = 0; k < out->plan->column_count; k++) {
        msl_expr *e;
        MSL_TRY(msl_expr_new(b->p, MSL_EXPR_COLUMN, msl_column_type(b->p, out->plan->columns[k]), 0, MSL_NOWHERE, &e));
        e->column = out->plan->columns[k];
        MSL_TRY(MSL_PUSH(b->p, &exprs, e));
    }
    for (uint32_t k = 0; k < names->count; k++) {
        const char *name = names->items[k].name;
        uint32_t left_id = 0, right_id = 0;
        (void)msl_find_visible(&left->visible, name, &left_id);
        (void)msl_find_visible(&right->visible, name, &right_id);
        msl_scope_column column = {name, type == MSL_JOIN_RIGHT ? right_id : left_id};
        if (type == MSL_JOIN_FULL) {
            msl_expr *both;
            MSL_TRY(msl_expr_new(b->p, MSL_EXPR_COALESCE, left_columns[k]->type, 2, MSL_NOWHERE, &both));
            both->args[0] = left_columns[k];
            both->args[1] = right_columns[k];
            msl_expr_derive_flags(both);
            MSL_TRY(MSL_PUSH(b->p, &exprs, both));
        }
        MSL_TRY(MSL_PUSH(b->p, &out->visible, column));
    }
    if (type == MSL_JOIN_FULL && names->count) {
        uint32_t before = out->plan->column_count;
        MSL_TRY(msl_logical_project(b->p, out->plan, exprs.items, NULL, exprs.count, &out->plan));
        for (uint32_t k = 0; k < names->count; k++) {
            out->visible.items[k].id = out->plan->columns[before + k];
            b->p->columns.items[out->plan->columns[before + k]].name = names->items[k].name;
        }
    }
    const msl_relation *sides[2] = {left, right};
    uint32_t shown = type == MSL_JOIN_SEMI || type == MSL_JOIN_ANTI ? 1 : 2;
    for (uint32_t s = 0; s < shown; s++) {
        for (uint32_t k = 0; k < sides[s]->visible.count; k++) {
            uint32_t id;
            if (msl_find_visible(names, sides[s]->visible.items[k].name, &id)) continue;
            MSL_TRY(MSL_PUSH(b->p, &out->visible, sides[s]->visible.items[k]));
        }
    }
    return MORSEL_OK;
}

static morsel_status join_using(msl_binder *b, const msl_ast_from *from, msl_join_type type, const msl_relation *left,
                                const msl_relation *right, msl_relation *out) {
    msl_scope_columns names = {0};
    MSL_TRY(joined_names(b, from, left, right, &names));
    msl_expr **left_columns, **right_columns, **conjuncts;
    MSL_TRY(MSL_TAKE(b->p, left_columns, names.count));
    MSL_TRY(MSL_TAKE(b->p, right_columns, names.count));
    MSL_TRY(MSL_TAKE(b->p, conjuncts, names.count));
    for (uint32_t k = 0; k < names.count; k++) {
        bool is_using = k < from->u.join.using.count;
        msl_at at = msl_binder_at(b, is_using ? from->u.join.using.items[k].at : from->at);
        bool quoted = is_using && from->u.join.using.items[k].quoted;
        MSL_TRY(side_column(b, left, names.items[k].name, "left", quoted, at, &left_columns[k]));
        MSL_TRY(side_column(b, right, names.items[k].name, "right", quoted, at, &right_columns[k]));
        bool is_nearest = from->u.join.asof && k + 1 == names.count;
        msl_ast_op op = is_nearest ? MSL_AST_OP_GE : MSL_AST_OP_EQ;
        MSL_TRY(msl_bind_binary(b, op, left_columns[k], right_columns[k], at, &conjuncts[k]));
        const msl_type *common;
        msl_expr *pair[2] = {left_columns[k], right_columns[k]};
        MSL_TRY(msl_expr_unify(b->p, pair, 2, "USING", &common));
        left_columns[k] = pair[0];
        right_columns[k] = pair[1];
    }
    MSL_TRY(msl_logical_join(b->p, type, left->plan, right->plan, conjuncts, names.count, &out->plan));
    if (from->u.join.asof) MSL_TRY(msl_make_asof(b, out->plan, msl_binder_at(b, from->u.join.right->at)));
    return merge_visible(b, type, &names, left_columns, right_columns, left, right, out);
}

/* ---- ON ---- */

/// A join while its ON condition is put in place. Subqueries in it are planted below the join, on the side whose columns
/// they use; those that use both sides above an inner join, and below an outer one on the side that may have no partner,
/// which then depends on the other side.
typedef struct on_join {
    msl_binder *b;
    msl_join_type type;
    msl_relation *left, *right;
    msl_exprs conjuncts; ///< of the join
    msl_exprs above;     ///< of INNER: over both sides, with subqueries
    bool is_asof;
    bool depends;        ///< a side uses columns of the other
} on_join;

static bool uses_side(const msl_expr *e, const msl_relation *side) {
    return msl_expr_uses_any(e, side->plan->columns, side->plan->column_count);
}

static bool uses_both_sides(const msl_expr *e, void *context) {
    const on_join *j = context;
    return e->kind == MSL_EXPR_SUBQUERY && uses_side(e, j->left) && uses_side(e, j->right);
}

/// A subquery becomes a column of the side whose columns it is compared with, of the right one when of none.
static morsel_status plant_on_side(void *context, msl_expr *expr, msl_expr **out) {
    on_join *j = context;
    if (expr->kind != MSL_EXPR_SUBQUERY) return MORSEL_OK;
    return msl_plant(j->b, uses_side(expr, j->left) ? &j->left->plan : &j->right->plan, expr, out);
}

/// The side of which rows without a partner do not come out, so that conditions may filter it; NULL: both stay.
static msl_relation *filtered_side(const on_join *j) {
    switch (j->type) {
    case MSL_JOIN_RIGHT: return j->left;
    case MSL_JOIN_FULL: return NULL;
    default: return j->right;
    }
}

static morsel_status place_conjunct(on_join *j, msl_expr *e) {
    msl_planner *p = j->b->p;
    if (!msl_expr_has_kind(e, MSL_EXPR_SUBQUERY)) return MSL_PUSH(p, &j->conjuncts, e);
    bool on_left = uses_side(e, j->left), on_right = uses_side(e, j->right);
    msl_relation *filtered = filtered_side(j);
    if (j->type == MSL_JOIN_INNER && !j->is_asof) { // (above an ASOF join the nearest row has been chosen)
        if (on_left == on_right) return MSL_PUSH(p, &j->above, e);
        return msl_plant_condition(j->b, on_left ? &j->left->plan : &j->right->plan, e);
    }
    if (filtered && on_left != on_right && filtered == (on_left ? j->left : j->right))
        return msl_plant_condition(j->b, &filtered->plan, e);
    if (msl_expr_any(e, uses_both_sides, j)) {
        j->depends = p->has_outer_columns = true;
        return msl_plant_condition(j->b, &filtered->plan, e);
    }
    MSL_TRY(msl_expr_rewrite(p, e, plant_on_side, j, &e));
    return MSL_PUSH(p, &j->conjuncts, e);
}

/// FULL, ASOF: a condition with a subquery over both sides goes by pairs of values (bind_on_pairs.c). Of ASOF only the
/// conjuncts that have one: the others and the inequality stay.
static morsel_status join_on_pairs(on_join *j, const msl_expr *condition, msl_exprs *all, msl_relation *both,
                                   bool *done) {
    msl_planner *p = j->b->p;
    msl_exprs asking = {0}, others = {0};
    msl_at at = msl_expr_at(condition);
    *done = false;
    for (uint32_t k = 0; k < all->count; k++) {
        msl_expr *e = all->items[k];
        MSL_TRY(MSL_PUSH(p, msl_expr_any(e, uses_both_sides, j) ? &asking : &others, e));
    }
    if (asking.count == 0) return MORSEL_OK;
    if (j->is_asof && (j->type == MSL_JOIN_RIGHT || j->type == MSL_JOIN_FULL)) { // right rows would come out per pair
        return msl_error_unsupported(p->err, at.offset, at.length,
                                     "a subquery over both sides in the ON of ASOF RIGHT or FULL JOIN");
    }
    if (j->is_asof) {
        *all = others;
        return msl_plan_asof_candidates(j->b, &j->left->plan, &j->right->plan, &asking, at, all);
    }
    *done = true;
    return msl_plan_full_on_pairs(j->b, j->left->plan, j->right->plan, all, at, &both->plan);
}

/// The join of two relations on a condition.
static morsel_status join_on(msl_binder *b, const msl_ast_from *from, msl_join_type type, msl_relation *left,
                             msl_relation *right, msl_relation *both) {
    const msl_ast_expr *on = from->u.join.on;
    msl_scope *scope = b->scope;
    msl_scope on_scope = {.parent = scope ? scope->parent : NULL, .relation = both, .clause = MSL_CLAUSE_ON};
    on_join j = {.b = b, .type = type, .left = left, .right = right, .is_asof = from->u.join.asof};
    msl_exprs all = {0};
    b->scope = &on_scope;
    msl_expr *condition = NULL;
    morsel_status status = msl_bind_condition(b, on, "ON", &condition);
    b->scope = scope;
    MSL_TRY(status);
    if (scope) MSL_TRY(msl_note_outer(b, scope->parent, &on_scope.outer));
    MSL_TRY(msl_expr_conjuncts(b->p, condition, &all));
    if (j.is_asof || type == MSL_JOIN_FULL) {
        bool done;
        MSL_TRY(join_on_pairs(&j, condition, &all, both, &done));
        if (done) return MORSEL_OK;
    }
    for (uint32_t k = 0; k < all.count; k++) MSL_TRY(place_conjunct(&j, all.items[k]));
    bool turns = j.depends && type == MSL_JOIN_RIGHT; // the side that depends is the right one of a join
    MSL_TRY(msl_logical_join(b->p, turns ? MSL_JOIN_LEFT : type, turns ? right->plan : left->plan,
                             turns ? left->plan : right->plan, j.conjuncts.items, j.conjuncts.count, &both->plan));
    if (from->u.join.asof) return msl_make_asof(b, both->plan, msl_binder_at(b, from->u.join.right->at));
    for (uint32_t k = 0; k < j.above.count; k++) MSL_TRY(msl_plant_condition(b, &both->plan, j.above.items[k]));
    return MORSEL_OK;
}

/// A forgotten ON would be a product of the two tables.
static morsel_status missing_condition(msl_binder *b, msl_ast_span right) {
    msl_at at = msl_binder_at(b, right);
    morsel_status status =
        msl_error_at(b->p->err, MORSEL_BIND, "42601", at.offset, at.length, "JOIN needs ON or USING");
    msl_error_hint(b->p->err, "CROSS JOIN pairs every row with every row");
    return status;
}

/// JOIN of rows with their own lists: the condition chooses among what UNNEST makes. (LEFT JOIN comes here with TRUE only.)
static morsel_status join_lists(msl_binder *b, const msl_ast_from *from, const msl_relation *right, msl_relation *out) {
    out->plan = right->plan;
    const msl_ast_expr *on = from->u.join.on;
    if (!on) return from->u.join.kind == MSL_AST_JOIN_CROSS ? MORSEL_OK : missing_condition(b, from->u.join.right->at);
    msl_scope *scope = b->scope;
    msl_scope on_scope = {.parent = scope ? scope->parent : NULL, .relation = out, .clause = MSL_CLAUSE_ON};
    b->scope = &on_scope;
    msl_expr *condition = NULL;
    morsel_status status = msl_bind_condition(b, on, "ON", &condition);
    b->scope = scope;
    MSL_TRY(status);
    if (scope) MSL_TRY(msl_note_outer(b, scope->parent, &on_scope.outer));
    if (msl_expr_is_true(condition)) return MORSEL_OK;
    return msl_plant_condition(b, &out->plan, condition);
}

/// One side of a join; `is_barrier`: what it lacks decides about rows of the join, so recursion must not come from it.
static morsel_status bind_side(msl_binder *b, const msl_ast_from *from, const msl_lateral *lateral, bool is_barrier,
                               msl_join_type type, msl_relation *out) {
    msl_barrier barrier = {type == MSL_JOIN_ANTI ? MSL_BARRIER_ANTI_JOIN : MSL_BARRIER_OUTER_JOIN, b->barrier};
    if (is_barrier) b->barrier = &barrier;
    morsel_status status = bind_beside(b, from, lateral, out);
    b->barrier = barrier.outer;
    return status;
}

morsel_status msl_bind_join(msl_binder *b, const msl_ast_from *from, msl_relation *out) {
    msl_join_type type = join_type(from->u.join.kind);
    msl_relation left, right;
    bool is_plain = !from->u.join.natural && !from->u.join.asof && from->u.join.using.count == 0 &&
                    from->u.join.kind != MSL_AST_JOIN_POSITIONAL;
    // A LEFT JOIN that asks more than TRUE of the elements depends on its left side as LATERAL does.
    const msl_ast_expr *on = from->u.join.on;
    bool is_true = on && on->kind == MSL_AST_BOOLEAN && on->u.boolean;
    bool is_lists = false, can_be_lists = is_plain && (type == MSL_JOIN_INNER || (type == MSL_JOIN_LEFT && is_true));
    msl_lateral lateral = {&left, b->lateral, type == MSL_JOIN_RIGHT || type == MSL_JOIN_FULL};
    MSL_TRY(bind_side(b, from->u.join.left, b->lateral, type == MSL_JOIN_RIGHT || type == MSL_JOIN_FULL, type, &left));
    if (can_be_lists) {
        MSL_TRY(bind_right_lists(b, from->u.join.right, &lateral, type == MSL_JOIN_LEFT, &is_lists, &right));
    }
    if (!is_lists) {
        MSL_TRY(bind_side(b, from->u.join.right, &lateral,
                          type == MSL_JOIN_LEFT || type == MSL_JOIN_FULL || type == MSL_JOIN_ANTI, type, &right));
    }
    MSL_TRY(check_aliases(b, &left, &right, from->u.join.right->at));
    MSL_TRY(msl_relation_concat(b, &left, &right, out));
    if (is_lists) return join_lists(b, from, &right, out);
    if (from->u.join.kind == MSL_AST_JOIN_POSITIONAL)
        return msl_plan_positional_join(b, left.plan, right.plan, &out->plan);
    if (from->u.join.natural || from->u.join.using.count) {
        MSL_TRY(join_using(b, from, type, &left, &right, out));
    } else {
        if (!from->u.join.on && from->u.join.kind != MSL_AST_JOIN_CROSS)
            return missing_condition(b, from->u.join.right->at);
        if (from->u.join.on) MSL_TRY(join_on(b, from, type, &left, &right, out));
        else MSL_TRY(msl_logical_join(b->p, type, left.plan, right.plan, NULL, 0, &out->plan));
        if (type == MSL_JOIN_SEMI || type == MSL_JOIN_ANTI) out->visible = left.visible;
    }
    if (type == MSL_JOIN_SEMI || type == MSL_JOIN_ANTI) out->tables = left.tables;
    return MORSEL_OK;
}
