/// bind_change.c: UPDATE, DELETE, TRUNCATE, and the plan of every statement that changes rows.
///
///   UPDATE t SET a = f(b) FROM u WHERE t.k = u.k RETURNING a, u.x
///
///     PROJECT a, u.x                          RETURNING, over what the CHANGE node emits
///       CHANGE UPDATE
///         PROJECT place, new row, u.x, checks
///           FILTER, JOIN with u
///             SCAN t with the places of its rows
///
/// The new row is computed once, in a projection of its own, so that CHECK conditions and RETURNING see the very values
/// that are stored, whatever random() says the second time.
#include "planner/bind_change.h"

#include <string.h>

/* ---- target ---- */

morsel_status msl_bind_change_target(msl_binder *b, const msl_ast_names *names, const char *what,
                                     msl_catalog_entry *out) {
    msl_at at = msl_binder_at(b, names->items[0].at);
    if (!msl_catalog_lookup(b, names, out)) return msl_error_no_table(b, names, false, at);
    if (out->kind == MSL_CATALOG_TABLE) return MORSEL_OK;
    return msl_error_at(b->p->err, MORSEL_BIND, "42809", at.offset, at.length, "%s is a view: %s needs a table",
                        out->name, what);
}

morsel_status msl_bind_change_scan(msl_binder *b, const msl_catalog_entry *entry, const char *alias, msl_relation *out,
                                   uint32_t *row_id) {
    const msl_planner_env *env = b->p->env;
    msl_bind_env bind = {.arena = b->p->arena, .memory = env->memory, .err = b->p->err, .cancelled = env->cancelled};
    msl_source *source;
    MSL_TRY(MSL_TAKE(b->p, source, 1));
    MSL_TRY(msl_table_source(entry->table, entry->version, true, &bind, source));
    b->p->flags |= MSL_PREPARED_READS_TABLES;
    MSL_TRY(msl_relation_of_source(b, source, alias, entry->schema, out));
    *row_id = out->plan->columns[source->column_count - 1];
    out->visible.count--; // no name means it
    out->tables.items[0]->columns.count--;
    return MORSEL_OK;
}

/* ---- WITH ---- */

morsel_status msl_push_with(msl_binder *b, const msl_ast_with *with, msl_cte_scope **outer) {
    *outer = b->ctes;
    return msl_push_ctes(b, with->ctes, with->cte_count, with->recursive);
}

morsel_status msl_pop_with(msl_binder *b, msl_cte_scope *outer) {
    morsel_status status = msl_check_unused_ctes(b, outer);
    b->ctes = outer;
    return status;
}

/* ---- CHECK ---- */

morsel_status msl_bind_check(msl_binder *b, const char *sql, msl_ast_span at, const char *table,
                             const msl_table_column *columns, const uint32_t *ids, uint32_t count, msl_expr **out) {
    msl_scope_table *scope_table;
    msl_relation relation = {0};
    MSL_TRY(MSL_TAKE(b->p, scope_table, 1));
    scope_table->alias = table;
    for (uint32_t c = 0; c < count; c++) {
        msl_scope_column column = {columns[c].name, ids[c]};
        MSL_TRY(MSL_PUSH(b->p, &scope_table->columns, column));
    }
    relation.visible = scope_table->columns;
    MSL_TRY(MSL_PUSH(b->p, &relation.tables, scope_table));
    msl_ast_expr *ast;
    MSL_TRY(msl_parse_expression(b->p->arena, sql, strlen(sql), &ast, b->p->err));
    msl_scope scope = {.clause = MSL_CLAUSE_CHECK, .relation = &relation};
    msl_binder inner = {.p = b->p,
                        .sql = sql,
                        .sql_length = strlen(sql),
                        .inside_view = b->inside_view ? b->inside_view : &at,
                        .scope = &scope};
    MSL_TRY(msl_bind_condition(&inner, ast, "CHECK", out));
    if (!msl_expr_has_kind(*out, MSL_EXPR_SUBQUERY)) return MORSEL_OK;
    return msl_unsupported(b, at, "a subquery in CHECK");
}

/* ---- the plan ---- */

typedef struct change_state {
    msl_binder *b;
    const msl_new_change *c;
    msl_exprs exprs; /* of the projection being collected */
    struct {
        const char **items;
        uint32_t count, room;
    } names;
    msl_logical *rows; /* first projection: place, new row, what RETURNING may name */
    uint32_t has_row_id, row_columns;
    uint32_t first; /* of the new row in that projection */
    msl_relation relation; /* what RETURNING may name */
    msl_select_items items;
} change_state;

static morsel_status push_column(change_state *s, uint32_t id) {
    msl_expr *e;
    MSL_TRY(msl_expr_new(s->b->p, MSL_EXPR_COLUMN, msl_column_type(s->b->p, id), 0, MSL_NOWHERE, &e));
    e->column = id;
    MSL_TRY(MSL_PUSH(s->b->p, &s->exprs, e));
    return MSL_PUSH(s->b->p, &s->names, NULL);
}

static bool is_pushed(const change_state *s, uint32_t id) {
    for (uint32_t k = 0; k < s->exprs.count; k++) {
        if (s->exprs.items[k]->kind == MSL_EXPR_COLUMN && s->exprs.items[k]->column == id) return true;
    }
    return false;
}

/// Columns of the relation that are not emitted yet.
static morsel_status push_relation(change_state *s, const msl_relation *relation) {
    for (uint32_t t = 0; t < relation->tables.count; t++) {
        const msl_scope_columns *columns = &relation->tables.items[t]->columns;
        for (uint32_t k = 0; k < columns->count; k++) {
            if (!is_pushed(s, columns->items[k].id)) MSL_TRY(push_column(s, columns->items[k].id));
        }
    }
    for (uint32_t k = 0; k < relation->visible.count; k++) {
        if (!is_pushed(s, relation->visible.items[k].id)) MSL_TRY(push_column(s, relation->visible.items[k].id));
    }
    return MORSEL_OK;
}

/// The first projection.
static morsel_status project_rows(change_state *s) {
    const msl_new_change *c = s->c;
    s->has_row_id = c->row_id >= 0;
    s->row_columns = c->row ? c->table->column_count : 0;
    s->first = s->has_row_id + (c->action != NULL);
    if (s->has_row_id) MSL_TRY(push_column(s, (uint32_t)c->row_id));
    if (c->action) MSL_TRY(push_column(s, *c->action));
    for (uint32_t k = 0; k < s->row_columns; k++) {
        MSL_TRY(MSL_PUSH(s->b->p, &s->exprs, c->row[k]));
        bool passes = c->row[k]->kind == MSL_EXPR_COLUMN; // keeps its id, which RETURNING may name
        MSL_TRY(MSL_PUSH(s->b->p, &s->names, passes ? NULL : c->table->columns[k].name));
    }
    bool returns = c->returning && c->returning->count;
    if (returns && c->old) MSL_TRY(push_relation(s, c->old));
    if (returns && c->others) MSL_TRY(push_relation(s, c->others));
    if (returns && c->action_name) MSL_TRY(push_column(s, *c->action_name));
    MSL_TRY(msl_logical_project(s->b->p, c->plan, s->exprs.items, s->names.items, s->exprs.count, &s->rows));
    s->exprs.count = s->names.count = 0;
    return MORSEL_OK;
}

/// The condition of the table's CHECK number k for the new rows.
static morsel_status bind_row_check(const change_state *s, uint32_t k, msl_expr **out) {
    const msl_table *table = s->c->table;
    return msl_bind_check(s->b, table->checks[k].sql, s->c->at, table->name, table->columns, s->rows->columns + s->first,
                          table->column_count, out);
}

/// Of the new rows only those stay that NOT NULL and CHECK let in.
static morsel_status leave_out_refused(change_state *s) {
    msl_planner *p = s->b->p;
    const msl_table *table = s->c->table;
    msl_exprs conditions = {0};
    msl_expr *e;
    for (uint32_t c = 0; c < table->column_count; c++) {
        if (!table->columns[c].is_not_null) continue;
        MSL_TRY(msl_expr_column(p, s->rows->columns[s->first + c], MSL_NOWHERE, &e));
        MSL_TRY(msl_expr_call1(p, "is not null", e, MSL_NOWHERE, &e));
        MSL_TRY(MSL_PUSH(p, &conditions, e));
    }
    for (uint32_t k = 0; k < table->check_count; k++) {
        MSL_TRY(bind_row_check(s, k, &e));
        MSL_TRY(msl_expr_call1(p, "is not false", e, MSL_NOWHERE, &e));
        MSL_TRY(MSL_PUSH(p, &conditions, e));
    }
    if (conditions.count == 0) return MORSEL_OK;
    return msl_logical_filter(p, s->rows, conditions.items, conditions.count, &s->rows);
}

static morsel_status returning_relation(change_state *s) {
    const msl_new_change *c = s->c;
    msl_relation own = {0};
    if (c->old) {
        own = *c->old;
    } else {
        msl_scope_table *table;
        MSL_TRY(MSL_TAKE(s->b->p, table, 1));
        table->alias = c->alias;
        for (uint32_t k = 0; k < s->row_columns; k++) {
            msl_scope_column column = {c->table->columns[k].name, s->rows->columns[s->first + k]};
            MSL_TRY(MSL_PUSH(s->b->p, &table->columns, column));
        }
        own.visible = table->columns;
        MSL_TRY(MSL_PUSH(s->b->p, &own.tables, table));
    }
    if (c->others) return msl_relation_concat(s->b, &own, c->others, &s->relation);
    s->relation = own;
    return MORSEL_OK;
}

static morsel_status bind_returning(change_state *s) {
    msl_binder *b = s->b;
    MSL_TRY(returning_relation(s));
    s->relation.plan = s->rows;
    msl_scope scope = {.relation = &s->relation,
                       .aliases = &s->items,
                       .clause = MSL_CLAUSE_RETURNING,
                       .merge_action = s->c->action_name},
              *outer = b->scope;
    b->scope = &scope;
    morsel_status status = msl_expand_items(b, s->c->returning->items, s->c->returning->count, &s->relation, &s->items);
    scope.alias_limit = s->items.count;
    for (uint32_t k = 0; k < s->items.count && status == MORSEL_OK; k++) {
        status = msl_bind_item(b, &s->items.items[k]);
        if (status != MORSEL_OK) break;
        const msl_expr *wrong = msl_expr_find_kind(s->items.items[k].bound, MSL_EXPR_AGGREGATE);
        if (!wrong) wrong = msl_expr_find_kind(s->items.items[k].bound, MSL_EXPR_WINDOW);
        if (!wrong) continue;
        status = msl_error_at(b->p->err, MORSEL_BIND, "42803", wrong->sql_offset, wrong->sql_length,
                              "aggregates and window functions cannot be used in RETURNING");
    }
    b->scope = outer;
    return status;
}

/// The second projection: place, new row, columns that RETURNING names, checks.
static morsel_status project_input(change_state *s, msl_plan_change *node, msl_logical **out) {
    msl_planner *p = s->b->p;
    const msl_new_change *c = s->c;
    uint32_t fixed = s->first + s->row_columns;
    bool *used, all = false;
    for (uint32_t k = 0; k < fixed; k++) MSL_TRY(push_column(s, s->rows->columns[k]));
    MSL_TRY(MSL_TAKE(p, used, p->columns.count));
    for (uint32_t k = 0; k < s->items.count; k++) {
        msl_expr_mark_used(s->items.items[k].bound, used);
        all = all || msl_expr_has_kind(s->items.items[k].bound, MSL_EXPR_SUBQUERY);
    }
    for (uint32_t k = fixed; k < s->rows->column_count; k++) {
        if (!all && !used[s->rows->columns[k]]) continue;
        MSL_TRY(push_column(s, s->rows->columns[k]));
        node->kept_columns++;
    }
    if (s->items.count && fixed == s->first && node->kept_columns == 0) { // RETURNING 1: a row is a row
        MSL_TRY(push_column(s, s->rows->columns[fixed]));
        node->kept_columns++;
    }
    node->check_count = c->row ? c->table->check_count : 0;
    node->checks = c->table->checks;
    for (uint32_t k = 0; k < node->check_count; k++) {
        msl_expr *condition;
        MSL_TRY(bind_row_check(s, k, &condition));
        MSL_TRY(MSL_PUSH(p, &s->exprs, condition));
        MSL_TRY(MSL_PUSH(p, &s->names, c->table->checks[k].name));
    }
    return msl_logical_project(p, s->rows, s->exprs.items, s->names.items, s->exprs.count, out);
}

static morsel_status project_returning(change_state *s, msl_logical *plan, msl_bound_query *out) {
    msl_planner *p = s->b->p;
    msl_exprs exprs = {0};
    MSL_TRY(MSL_TAKE(p, out->names, s->items.count));
    for (uint32_t k = 0; k < s->items.count; k++) {
        msl_expr *e;
        MSL_TRY(msl_plant(s->b, &plan, s->items.items[k].bound, &e));
        MSL_TRY(msl_expr_settle(p, e, &e));
        MSL_TRY(MSL_PUSH(p, &exprs, e));
        out->names[k] = s->items.items[k].name;
    }
    return msl_logical_project(p, plan, exprs.items, out->names, exprs.count, &out->plan);
}

morsel_status msl_bind_change(msl_binder *b, const msl_new_change *change, msl_bound_query *out) {
    change_state s = {.b = b, .c = change};
    msl_plan_change node = change->node;
    msl_logical *input, *plan;
    bool returns = change->returning && change->returning->count;
    MSL_TRY(project_rows(&s));
    if (change->leaves_out) MSL_TRY(leave_out_refused(&s));
    if (returns) MSL_TRY(bind_returning(&s));
    node.has_row_ids = s.has_row_id;
    node.row_columns = s.row_columns;
    node.returns_rows = returns;
    node.table = change->makes_table ? NULL : (msl_table *)(uintptr_t)change->table;
    MSL_TRY(project_input(&s, &node, &input));
    MSL_TRY(msl_logical_new(b->p, MSL_LOGICAL_CHANGE, 1, returns ? node.row_columns + node.kept_columns : 1, &plan));
    plan->children[0] = input;
    plan->change = node;
    if (returns) {
        memcpy(plan->columns, input->columns + s.first, sizeof *plan->columns * plan->column_count);
        b->p->flags |= MSL_PREPARED_RETURNS_ROWS;
        return project_returning(&s, plan, out);
    }
    MSL_TRY(msl_new_column(b->p, msl_type_of(MSL_TYPE_BIGINT), "rows", &plan->columns[0]));
    MSL_TRY(MSL_TAKE(b->p, out->names, 1));
    out->names[0] = "rows";
    out->plan = plan;
    return MORSEL_OK;
}

/* ---- SET ---- */

/// Finds the column that is set; it must not be set twice.
static morsel_status assigned_column(msl_binder *b, const msl_table *table, const msl_ast_name *name,
                                     msl_expr *const *row, uint32_t *out) {
    msl_scope_columns columns = {0};
    msl_at at = msl_binder_at(b, name->at);
    for (uint32_t c = 0; c < table->column_count; c++) {
        MSL_TRY(MSL_PUSH(b->p, &columns, ((msl_scope_column){table->columns[c].name, c})));
    }
    if (!msl_find_visible(&columns, name->text, out))
        return msl_error_no_column(b, &columns, name->text, name->quoted, at);
    if (!row[*out]) return MORSEL_OK;
    return msl_error_at(b->p->err, MORSEL_BIND, "42701", at.offset, at.length, "column %s is set twice", name->text);
}

static morsel_status assign(msl_binder *b, const msl_table *table, const msl_ast_name *name, const msl_ast_expr *value,
                            msl_expr **row) {
    uint32_t c;
    MSL_TRY(assigned_column(b, table, name, row, &c));
    const msl_table_column *column = &table->columns[c];
    if (value->kind == MSL_AST_DEFAULT) {
        return msl_bind_default(b, column->default_sql, value->at, column->name, column->type, &row[c]);
    }
    msl_expr *bound;
    MSL_TRY(msl_bind_expr(b, value, &bound));
    return msl_bind_assignment(b, bound, column->name, column->type, &row[c]);
}

/// SET (a, b) = (SELECT x, y ...).
static morsel_status assign_subquery(msl_binder *b, const msl_table *table, const msl_ast_assignment *ast,
                                     msl_expr **row) {
    msl_exprs values = {0};
    MSL_TRY(msl_bind_row_subquery(b, ast->value, &values));
    if (values.count != ast->columns.count) {
        msl_at at = msl_binder_at(b, ast->value->at);
        return msl_error_at(b->p->err, MORSEL_BIND, "42601", at.offset, at.length,
                            "%u columns are set to %u values", ast->columns.count, values.count);
    }
    for (uint32_t k = 0; k < values.count; k++) {
        uint32_t c;
        MSL_TRY(assigned_column(b, table, &ast->columns.items[k], row, &c));
        MSL_TRY(msl_bind_assignment(b, values.items[k], table->columns[c].name, table->columns[c].type, &row[c]));
    }
    return MORSEL_OK;
}

morsel_status msl_bind_assignments(msl_binder *b, const msl_table *table, const msl_ast_assignment *ast, uint32_t count,
                                   msl_expr **row) {
    for (uint32_t k = 0; k < count; k++) {
        const msl_ast_assignment *a = &ast[k];
        if (a->columns.count == 1) {
            MSL_TRY(assign(b, table, &a->columns.items[0], a->value, row));
            continue;
        }
        msl_at at = msl_binder_at(b, a->value->at);
        if (a->value->kind == MSL_AST_SUBQUERY) {
            MSL_TRY(assign_subquery(b, table, a, row));
            continue;
        }
        if (a->value->kind != MSL_AST_ROW)
            return msl_error_at(b->p->err, MORSEL_BIND, "42601", at.offset, at.length,
                                "SET of several columns takes a row or a subquery");
        if (a->value->u.items.count != a->columns.count) {
            return msl_error_at(b->p->err, MORSEL_BIND, "42601", at.offset, at.length,
                                "%u columns are set to %u values", a->columns.count, a->value->u.items.count);
        }
        for (uint32_t c = 0; c < a->columns.count; c++) {
            MSL_TRY(assign(b, table, &a->columns.items[c], a->value->u.items.items[c], row));
        }
    }
    return MORSEL_OK;
}

/* ---- UPDATE, DELETE ---- */

/// The tables of FROM or USING beside the target.
static morsel_status bind_others(msl_binder *b, msl_ast_from *const *items, uint32_t count, const msl_relation *target,
                                 msl_relation *others, msl_relation *both) {
    *both = *target;
    if (count == 0) return MORSEL_OK;
    MSL_TRY(msl_bind_from_list(b, items, count, others));
    const char *alias = target->tables.items[0]->alias;
    for (uint32_t t = 0; t < others->tables.count; t++) {
        if (!others->tables.items[t]->alias || !msl_same_name(others->tables.items[t]->alias, alias)) continue;
        msl_at at = msl_binder_at(b, items[0]->at);
        morsel_status status =
            msl_error_at(b->p->err, MORSEL_BIND, "42712", at.offset, at.length, "table name %s is given twice", alias);
        msl_error_hint(b->p->err, "give one of them an alias: %s AS other", alias);
        return status;
    }
    MSL_TRY(msl_relation_concat(b, target, others, both));
    return msl_logical_join(b->p, MSL_JOIN_INNER, target->plan, others->plan, NULL, 0, &both->plan);
}

static morsel_status bind_where(msl_binder *b, const msl_ast_expr *where, msl_scope *scope, msl_relation *relation) {
    if (!where) return MORSEL_OK;
    msl_expr *condition;
    scope->clause = MSL_CLAUSE_WHERE;
    MSL_TRY(msl_bind_condition(b, where, "WHERE", &condition));
    return msl_plant_condition(b, &relation->plan, condition);
}

/// The new row: what is set, and the other columns as they are.
static morsel_status bind_row(msl_binder *b, const msl_ast_update *ast, const msl_table *table, msl_scope *scope,
                              const msl_relation *target, msl_relation *both, msl_expr ***out) {
    msl_expr **row;
    MSL_TRY(MSL_TAKE(b->p, row, table->column_count));
    scope->clause = MSL_CLAUSE_SET;
    MSL_TRY(msl_bind_assignments(b, table, ast->assignments, ast->assignment_count, row));
    for (uint32_t c = 0; c < table->column_count; c++) {
        if (row[c]) {
            MSL_TRY(msl_plant(b, &both->plan, row[c], &row[c]));
        } else {
            MSL_TRY(msl_expr_column(b->p, target->visible.items[c].id, MSL_NOWHERE, &row[c]));
        }
    }
    *out = row;
    return MORSEL_OK;
}

static morsel_status target_alias(msl_binder *b, const msl_ast_names *table, const msl_ast_name *alias,
                                  const char **out) {
    return msl_copy_name(b, alias->text ? alias : &table->items[table->count - 1], out);
}

morsel_status msl_bind_update(msl_binder *b, const msl_ast_update *ast, msl_ast_span at, msl_bound_query *out) {
    (void)at;
    msl_cte_scope *outer;
    msl_catalog_entry entry;
    msl_relation target, others = {0}, both;
    msl_new_change change = {.node = {.kind = MSL_CHANGE_UPDATE, .conflict_key = -1, .is_once = ast->from_count > 0},
                             .at = ast->table.items[0].at,
                             .returning = &ast->returning};
    uint32_t row_id;
    MSL_TRY(msl_push_with(b, &ast->with, &outer));
    MSL_TRY(msl_bind_change_target(b, &ast->table, "UPDATE", &entry));
    MSL_TRY(target_alias(b, &ast->table, &ast->alias, &change.alias));
    MSL_TRY(msl_bind_change_scan(b, &entry, change.alias, &target, &row_id));
    MSL_TRY(bind_others(b, ast->from, ast->from_count, &target, &others, &both));
    msl_scope scope = {.relation = &both, .clause = MSL_CLAUSE_WHERE};
    b->scope = &scope;
    morsel_status status = bind_where(b, ast->where, &scope, &both);
    if (status == MORSEL_OK) status = bind_row(b, ast, entry.table, &scope, &target, &both, &change.row);
    b->scope = NULL;
    MSL_TRY(status);
    change.table = entry.table;
    change.plan = both.plan;
    change.row_id = row_id;
    change.others = ast->from_count ? &others : NULL;
    MSL_TRY(msl_bind_change(b, &change, out));
    return msl_pop_with(b, outer);
}

morsel_status msl_bind_delete(msl_binder *b, const msl_ast_delete *ast, msl_ast_span at, msl_bound_query *out) {
    (void)at;
    msl_cte_scope *outer;
    msl_catalog_entry entry;
    msl_relation target, others = {0}, both;
    bool is_once = ast->using_count > 0 && ast->returning.count > 0; // a bitmap has room for a row once anyway
    msl_new_change change = {.node = {.kind = MSL_CHANGE_DELETE, .conflict_key = -1, .is_once = is_once},
                             .at = ast->table.items[0].at,
                             .returning = &ast->returning};
    uint32_t row_id;
    MSL_TRY(msl_push_with(b, &ast->with, &outer));
    MSL_TRY(msl_bind_change_target(b, &ast->table, "DELETE", &entry));
    MSL_TRY(target_alias(b, &ast->table, &ast->alias, &change.alias));
    MSL_TRY(msl_bind_change_scan(b, &entry, change.alias, &target, &row_id));
    MSL_TRY(bind_others(b, ast->using, ast->using_count, &target, &others, &both));
    msl_scope scope = {.relation = &both, .clause = MSL_CLAUSE_WHERE};
    b->scope = &scope;
    morsel_status status = bind_where(b, ast->where, &scope, &both);
    b->scope = NULL;
    MSL_TRY(status);
    change.table = entry.table;
    change.plan = both.plan;
    change.row_id = row_id;
    change.old = &target;
    change.others = ast->using_count ? &others : NULL;
    MSL_TRY(msl_bind_change(b, &change, out));
    return msl_pop_with(b, outer);
}

morsel_status msl_bind_truncate(msl_binder *b, const msl_ast_names *table, msl_ast_span at, msl_bound_query *out) {
    msl_ast_delete all = {.table = *table};
    return msl_bind_delete(b, &all, at, out);
}
