/// bind_merge.c: MERGE INTO t USING s ON c WHEN ...
///
///   CHANGE MERGE
///     PROJECT place of t's row, action, new row
///       FILTER clause IS NOT NULL
///         PROJECT ..., CASE WHEN <matched> AND <condition 1> THEN 1 WHEN ... END AS clause
///           s JOIN t ON c      INNER, or outer on the sides of which rows without a partner have a clause
///
/// The first WHEN that holds for a row is its clause; DO NOTHING is none. The number of the clause is computed once, and what
/// comes in place of the row is chosen by it. DELETE brings the old row along, for RETURNING. A row of t that two rows of s
/// would change is an error.
#include "planner/bind_change.h"

#include <string.h>

typedef struct merge_state {
    msl_binder *b;
    const msl_ast_merge *ast;
    msl_catalog_entry entry;
    msl_new_change *change;
    msl_relation source, target, both;
    uint32_t row_id;         /* of the target; NULL where it has no row */
    uint32_t is_source;      /* TRUE; NULL where the source has no row */
    uint32_t clause;         /* number of the clause; NULL = none */
    msl_logical *plan;
} merge_state;

/* ---- the join ---- */

static bool has_clause(const merge_state *s, msl_ast_merge_when when) {
    for (uint32_t k = 0; k < s->ast->clause_count; k++) {
        const msl_ast_merge_clause *c = &s->ast->clauses[k];
        if (c->when == when && c->action != MSL_AST_MERGE_NOTHING) return true;
    }
    return false;
}

static msl_join_type join_type(const merge_state *s) {
    bool source = has_clause(s, MSL_AST_MERGE_NOT_MATCHED), target = has_clause(s, MSL_AST_MERGE_NOT_MATCHED_BY_SOURCE);
    return source && target ? MSL_JOIN_FULL : source ? MSL_JOIN_LEFT : target ? MSL_JOIN_RIGHT : MSL_JOIN_INNER;
}

/// USING (a, b): the columns of both sides are equal.
static morsel_status using_conditions(merge_state *s, msl_exprs *out) {
    msl_binder *b = s->b;
    for (uint32_t k = 0; k < s->ast->using.count; k++) {
        const msl_ast_name *name = &s->ast->using.items[k];
        const msl_relation *sides[2] = {&s->target, &s->source};
        msl_at at = msl_binder_at(b, name->at);
        msl_expr *columns[2], *equal;
        for (uint32_t side = 0; side < 2; side++) {
            uint32_t id, found = msl_find_visible(&sides[side]->visible, name->text, &id);
            if (found == 0) return msl_error_no_column(b, &sides[side]->visible, name->text, name->quoted, at);
            if (found > 1) {
                return msl_error_at(b->p->err, MORSEL_BIND, "42702", at.offset, at.length,
                                    "column %s of USING is ambiguous", name->text);
            }
            MSL_TRY(msl_expr_column(b->p, id, at, &columns[side]));
        }
        MSL_TRY(msl_bind_binary(b, MSL_AST_OP_EQ, columns[0], columns[1], at, &equal));
        MSL_TRY(MSL_PUSH(b->p, out, equal));
    }
    return MORSEL_OK;
}

static morsel_status on_conditions(merge_state *s, msl_exprs *out) {
    msl_binder *b = s->b;
    msl_scope scope = {.relation = &s->both, .clause = MSL_CLAUSE_ON};
    msl_expr *condition = NULL;
    b->scope = &scope;
    morsel_status status = msl_bind_condition(b, s->ast->on, "ON", &condition);
    b->scope = NULL;
    MSL_TRY(status);
    if (msl_expr_has_kind(condition, MSL_EXPR_SUBQUERY)) return msl_unsupported(b, s->ast->on->at, "a subquery in ON of MERGE");
    return msl_expr_conjuncts(b->p, condition, out);
}

static morsel_status join(merge_state *s) {
    msl_binder *b = s->b;
    msl_exprs conditions = {0};
    msl_expr *yes;
    const msl_scope_table *target = s->target.tables.items[0];
    for (uint32_t t = 0; t < s->source.tables.count; t++) {
        const char *alias = s->source.tables.items[t]->alias;
        if (!alias || !msl_same_name(alias, target->alias)) continue;
        msl_at at = msl_binder_at(b, s->ast->source->at);
        morsel_status status =
            msl_error_at(b->p->err, MORSEL_BIND, "42712", at.offset, at.length, "table name %s is given twice", alias);
        msl_error_hint(b->p->err, "give one of them an alias: %s AS other", alias);
        return status;
    }
    MSL_TRY(msl_relation_concat(b, &s->target, &s->source, &s->both));
    MSL_TRY(msl_expr_boolean(b->p, true, MSL_NOWHERE, &yes));
    MSL_TRY(msl_new_column(b->p, yes->type, "source", &s->is_source));
    MSL_TRY(msl_logical_define(b->p, s->source.plan, &s->is_source, &yes, 1, &s->source.plan));
    if (s->ast->on) MSL_TRY(on_conditions(s, &conditions));
    else MSL_TRY(using_conditions(s, &conditions));
    return msl_logical_join(b->p, join_type(s), s->source.plan, s->target.plan, conditions.items, conditions.count, &s->plan);
}

/* ---- which clause ---- */

static morsel_status is_there(merge_state *s, uint32_t id, bool is_there, msl_expr **out) {
    MSL_TRY(msl_expr_column(s->b->p, id, MSL_NOWHERE, out));
    return msl_expr_call1(s->b->p, is_there ? "is not null" : "is null", *out, MSL_NOWHERE, out);
}

/// What a clause may name: both sides, or the one that has a row.
static const msl_relation *relation_of(const merge_state *s, msl_ast_merge_when when) {
    return when == MSL_AST_MERGE_MATCHED ? &s->both : when == MSL_AST_MERGE_NOT_MATCHED ? &s->source : &s->target;
}

/// A name of the side that has no row is none.
static morsel_status hint_side(merge_state *s, msl_ast_merge_when when, morsel_status status) {
    const char *state = s->b->p->err->sqlstate;
    bool is_name = status == MORSEL_BIND && (strcmp(state, "42P01") == 0 || strcmp(state, "42703") == 0);
    if (!is_name || when == MSL_AST_MERGE_MATCHED || s->b->p->err->hint[0]) return status;
    msl_error_hint(s->b->p->err, when == MSL_AST_MERGE_NOT_MATCHED
                                     ? "where nothing matched, only columns of the source are there"
                                     : "where the source has no row, only columns of the table are there");
    return status;
}

static morsel_status clause_condition(merge_state *s, const msl_ast_merge_clause *c, msl_expr **out) {
    msl_binder *b = s->b;
    msl_expr *parts[3];
    MSL_TRY(is_there(s, s->is_source, c->when != MSL_AST_MERGE_NOT_MATCHED_BY_SOURCE, &parts[0]));
    MSL_TRY(is_there(s, s->row_id, c->when != MSL_AST_MERGE_NOT_MATCHED, &parts[1]));
    if (c->condition) {
        msl_scope scope = {.relation = relation_of(s, c->when), .clause = MSL_CLAUSE_WHERE};
        b->scope = &scope;
        morsel_status status = msl_bind_condition(b, c->condition, "WHEN", &parts[2]);
        b->scope = NULL;
        MSL_TRY(hint_side(s, c->when, status));
        MSL_TRY(msl_refuse_window(b, parts[2], "WHEN"));
        MSL_TRY(msl_plant(b, &s->plan, parts[2], &parts[2]));
    }
    return msl_expr_junction(b->p, MSL_EXPR_AND, parts, c->condition ? 3 : 2, MSL_NOWHERE, out);
}

static morsel_status integer(msl_planner *p, int64_t value, msl_expr **out) {
    msl_value v = {.type = msl_type_of(MSL_TYPE_INTEGER), .i64 = value};
    return msl_expr_constant(p, &v, MSL_NOWHERE, out);
}

/// A clause behind one of its kind without a condition is never reached.
static morsel_status check_reached(merge_state *s) {
    bool ended[3] = {false};
    for (uint32_t k = 0; k < s->ast->clause_count; k++) {
        const msl_ast_merge_clause *c = &s->ast->clauses[k];
        msl_at at = msl_binder_at(s->b, c->at);
        bool inserts = c->action == MSL_AST_MERGE_INSERT, changes = c->action == MSL_AST_MERGE_UPDATE ||
                                                                    c->action == MSL_AST_MERGE_DELETE;
        if ((inserts && c->when != MSL_AST_MERGE_NOT_MATCHED) || (changes && c->when == MSL_AST_MERGE_NOT_MATCHED)) {
            morsel_status status = msl_error_at(s->b->p->err, MORSEL_BIND, "42601", at.offset, at.length,
                                                inserts ? "INSERT goes with WHEN NOT MATCHED only"
                                                        : "WHEN NOT MATCHED has no row to update or delete");
            if (changes) msl_error_hint(s->b->p->err, "rows of the table without a match are WHEN NOT MATCHED BY SOURCE");
            return status;
        }
        if (ended[c->when]) {
            return msl_error_at(s->b->p->err, MORSEL_BIND, "42601", at.offset, at.length,
                                "this WHEN is never reached: one before it has no condition");
        }
        ended[c->when] = !c->condition;
    }
    return MORSEL_OK;
}

/// Defines the column `clause` and leaves out rows without one.
static morsel_status choose_clause(merge_state *s) {
    msl_planner *p = s->b->p;
    uint32_t count = 2 * s->ast->clause_count + 1;
    msl_expr **args, *number;
    MSL_TRY(MSL_TAKE(p, args, count));
    for (uint32_t k = 0; k < s->ast->clause_count; k++) {
        const msl_ast_merge_clause *c = &s->ast->clauses[k];
        MSL_TRY(clause_condition(s, c, &args[2 * k]));
        if (c->action == MSL_AST_MERGE_NOTHING) {
            MSL_TRY(msl_expr_null(p, msl_type_of(MSL_TYPE_INTEGER), MSL_NOWHERE, &args[2 * k + 1]));
        } else {
            MSL_TRY(integer(p, k, &args[2 * k + 1]));
        }
    }
    MSL_TRY(msl_expr_null(p, msl_type_of(MSL_TYPE_INTEGER), MSL_NOWHERE, &args[count - 1]));
    MSL_TRY(msl_expr_case(p, args, count, MSL_NOWHERE, &number));
    MSL_TRY(msl_new_column(p, number->type, "clause", &s->clause));
    MSL_TRY(msl_logical_define(p, s->plan, &s->clause, &number, 1, &s->plan));
    MSL_TRY(is_there(s, s->clause, true, &number));
    return msl_logical_filter(p, s->plan, &number, 1, &s->plan);
}

/* ---- what it does ---- */

/// CASE clause WHEN k THEN values[k] ... ELSE otherwise END; values[k] NULL: as otherwise.
static morsel_status by_clause(merge_state *s, msl_expr *const *values, msl_expr *otherwise, msl_expr **out) {
    msl_planner *p = s->b->p;
    msl_exprs args = {0};
    for (uint32_t k = 0; k < s->ast->clause_count; k++) {
        msl_expr *parts[2];
        if (!values[k]) continue;
        MSL_TRY(msl_expr_column(p, s->clause, MSL_NOWHERE, &parts[0]));
        MSL_TRY(integer(p, k, &parts[1]));
        MSL_TRY(msl_expr_call2(p, "=", parts[0], parts[1], MSL_NOWHERE, &parts[0]));
        MSL_TRY(MSL_PUSH(p, &args, parts[0]));
        MSL_TRY(MSL_PUSH(p, &args, values[k]));
    }
    *out = otherwise;
    if (args.count == 0) return MORSEL_OK;
    MSL_TRY(MSL_PUSH(p, &args, otherwise));
    return msl_expr_case(p, args.items, args.count, MSL_NOWHERE, out);
}

/// INSERT (columns) VALUES (...): the row, defaults for what is not given.
static morsel_status insert_row(merge_state *s, const msl_ast_merge_clause *c, msl_expr **row) {
    msl_binder *b = s->b;
    const msl_table *table = s->entry.table;
    uint32_t wanted = c->columns.count ? c->columns.count : table->column_count;
    if (c->values.count && c->values.count != wanted) {
        msl_at at = msl_binder_at(b, c->at);
        return msl_error_at(b->p->err, MORSEL_BIND, "42601", at.offset, at.length,
                            "INSERT into %s takes %u column%s, but %u value%s given", table->name, wanted,
                            wanted == 1 ? "" : "s", c->values.count, c->values.count == 1 ? " is" : "s are");
    }
    msl_ast_assignment *set;
    MSL_TRY(MSL_TAKE(b->p, set, c->values.count));
    for (uint32_t k = 0; k < c->values.count; k++) {
        msl_ast_name *name;
        MSL_TRY(MSL_TAKE(b->p, name, 1));
        *name = (msl_ast_name){.text = table->columns[k < table->column_count ? k : 0].name, .at = c->values.items[k]->at};
        if (c->columns.count) *name = c->columns.items[k];
        name->length = (uint32_t)strlen(name->text);
        set[k] = (msl_ast_assignment){.columns = {name, 1}, .value = c->values.items[k]};
    }
    MSL_TRY(msl_bind_assignments(b, table, set, c->values.count, row));
    for (uint32_t k = 0; k < table->column_count; k++) {
        const msl_table_column *column = &table->columns[k];
        if (!row[k]) MSL_TRY(msl_bind_default(b, column->default_sql, c->at, column->name, column->type, &row[k]));
    }
    return MORSEL_OK;
}

/// The values that a clause gives the table's columns; NULL: they stay.
static morsel_status clause_row(merge_state *s, const msl_ast_merge_clause *c, msl_expr **row) {
    msl_binder *b = s->b;
    msl_scope scope = {.relation = relation_of(s, c->when), .clause = MSL_CLAUSE_SET};
    b->scope = &scope;
    morsel_status status = MORSEL_OK;
    if (c->action == MSL_AST_MERGE_UPDATE)
        status = msl_bind_assignments(b, s->entry.table, c->assignments, c->assignment_count, row);
    if (c->action == MSL_AST_MERGE_INSERT) status = insert_row(s, c, row);
    b->scope = NULL;
    MSL_TRY(hint_side(s, c->when, status));
    for (uint32_t k = 0; k < s->entry.table->column_count; k++) {
        if (row[k]) MSL_TRY(msl_plant(b, &s->plan, row[k], &row[k]));
    }
    return MORSEL_OK;
}

static morsel_status new_rows(merge_state *s) {
    msl_planner *p = s->b->p;
    uint32_t columns = s->entry.table->column_count, clauses = s->ast->clause_count;
    msl_expr ***rows, **values, **row;
    MSL_TRY(MSL_TAKE(p, rows, clauses));
    MSL_TRY(MSL_TAKE(p, values, clauses));
    MSL_TRY(MSL_TAKE(p, row, columns));
    for (uint32_t k = 0; k < clauses; k++) {
        MSL_TRY(MSL_TAKE(p, rows[k], columns));
        MSL_TRY(clause_row(s, &s->ast->clauses[k], rows[k]));
    }
    for (uint32_t c = 0; c < columns; c++) {
        msl_expr *old;
        for (uint32_t k = 0; k < clauses; k++) values[k] = rows[k][c];
        MSL_TRY(msl_expr_column(p, s->target.visible.items[c].id, MSL_NOWHERE, &old));
        MSL_TRY(by_clause(s, values, old, &row[c]));
    }
    s->change->row = row;
    return MORSEL_OK;
}

/// Defines the columns of the action, as a number and as its name.
static morsel_status name_actions(merge_state *s, uint32_t ids[2]) {
    static const char *const names[] = {"INSERT", "UPDATE", "DELETE"};
    msl_planner *p = s->b->p;
    uint32_t clauses = s->ast->clause_count;
    msl_expr **numbers, **texts, *columns[2], *otherwise;
    MSL_TRY(MSL_TAKE(p, numbers, clauses));
    MSL_TRY(MSL_TAKE(p, texts, clauses));
    for (uint32_t k = 0; k < clauses; k++) {
        msl_ast_merge_action action = s->ast->clauses[k].action;
        if (action == MSL_AST_MERGE_NOTHING) continue;
        msl_merge_action does = action == MSL_AST_MERGE_INSERT   ? MSL_MERGE_INSERT
                                : action == MSL_AST_MERGE_UPDATE ? MSL_MERGE_UPDATE
                                                                 : MSL_MERGE_DELETE;
        msl_value text = {.type = msl_type_of(MSL_TYPE_VARCHAR), .text = names[does], .length = 6};
        MSL_TRY(integer(p, does, &numbers[k]));
        MSL_TRY(msl_expr_constant(p, &text, MSL_NOWHERE, &texts[k]));
    }
    MSL_TRY(msl_expr_null(p, msl_type_of(MSL_TYPE_INTEGER), MSL_NOWHERE, &otherwise));
    MSL_TRY(by_clause(s, numbers, otherwise, &columns[0]));
    MSL_TRY(msl_expr_null(p, msl_type_of(MSL_TYPE_VARCHAR), MSL_NOWHERE, &otherwise));
    MSL_TRY(by_clause(s, texts, otherwise, &columns[1]));
    MSL_TRY(msl_new_column(p, columns[0]->type, "action", &ids[0]));
    MSL_TRY(msl_new_column(p, columns[1]->type, "merge_action", &ids[1]));
    return msl_logical_define(p, s->plan, ids, columns, 2, &s->plan);
}

/* ---- the statement ---- */

static morsel_status bind_rows(merge_state *s, uint32_t ids[2]) {
    MSL_TRY(check_reached(s));
    MSL_TRY(join(s));
    MSL_TRY(choose_clause(s));
    MSL_TRY(new_rows(s));
    return name_actions(s, ids);
}

morsel_status msl_bind_merge(msl_binder *b, const msl_ast_merge *ast, msl_ast_span at, msl_bound_query *out) {
    (void)at;
    msl_cte_scope *outer;
    uint32_t ids[2];
    msl_new_change change = {.node = {.kind = MSL_CHANGE_MERGE, .conflict_key = -1, .is_upsert = true},
                             .at = ast->table.items[0].at,
                             .returning = &ast->returning};
    merge_state s = {.b = b, .ast = ast, .change = &change};
    MSL_TRY(msl_push_with(b, &ast->with, &outer));
    MSL_TRY(msl_bind_change_target(b, &ast->table, "MERGE", &s.entry));
    MSL_TRY(msl_copy_name(b, ast->alias.text ? &ast->alias : &ast->table.items[ast->table.count - 1], &change.alias));
    MSL_TRY(msl_bind_change_scan(b, &s.entry, change.alias, &s.target, &s.row_id));
    msl_ast_from *items[1] = {ast->source};
    MSL_TRY(msl_bind_from_list(b, items, 1, &s.source));
    MSL_TRY(bind_rows(&s, ids));
    change.table = s.entry.table;
    change.plan = s.plan;
    change.row_id = s.row_id;
    change.action = &ids[0];
    change.action_name = &ids[1];
    change.others = &s.source;
    MSL_TRY(msl_bind_change(b, &change, out));
    return msl_pop_with(b, outer);
}
