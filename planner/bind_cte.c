/// bind_cte.c: WITH. A CTE's query is bound where it is first named; what becomes of it is decided once all its readers
/// are known.
///
///   one reader        the query stands in the reader's place
///   several           its rows are kept and read several times (msl_cte), unless it is streamed anyway: scans, filters
///                     and projections are bound anew for each reader, so that each pushes its own filters and columns
///                     down and nothing has to be stored
///   volatile          kept: all readers must see the same rows
///   MATERIALIZED      kept in any case, and nothing is pushed into it but the choice of columns
///   NOT MATERIALIZED  bound anew for each reader, unless it is volatile
///
/// Other plans of which a query needs the rows twice are kept likewise.
/// In WITH RECURSIVE a query may name itself (bind_recursive.c) and those after it.
#include "planner/binder.h"
#include "planner/pass.h"

#include <string.h>

/* ---- names in reach ---- */

morsel_status msl_push_ctes(msl_binder *b, const msl_ast_cte *ctes, uint32_t count, bool is_recursive) {
    msl_cte_scope *first = NULL;
    for (uint32_t k = 0; k < count; k++) {
        for (uint32_t j = 0; j < k; j++) {
            if (!msl_same_name(ctes[j].name.text, ctes[k].name.text)) continue;
            msl_at at = msl_binder_at(b, ctes[k].name.at);
            return msl_error_at(b->p->err, MORSEL_BIND, "42712", at.offset, at.length, "WITH names %s twice",
                                ctes[k].name.text);
        }
        msl_cte_scope *scope;
        MSL_TRY(MSL_TAKE(b->p, scope, 1));
        *scope = (msl_cte_scope){.outer = b->ctes, .ast = &ctes[k], .scope = b->scope};
        b->ctes = scope;
        if (!first) first = scope;
    }
    for (msl_cte_scope *c = b->ctes; is_recursive && first && c != first->outer; c = c->outer) c->siblings = b->ctes;
    return MORSEL_OK;
}

msl_cte_scope *msl_find_cte(const msl_binder *b, const msl_ast_names *names) {
    if (names->count != 1) return NULL;
    for (msl_cte_scope *c = b->ctes; c; c = c->outer) {
        if (msl_same_name(c->ast->name.text, names->items[0].text)) return c;
    }
    return NULL;
}

bool msl_names_itself(const msl_binder *b, const msl_ast_names *names) {
    for (const msl_cte_scope *c = b->binding; c && names->count == 1; c = c->around) {
        if (!c->siblings && msl_same_name(c->ast->name.text, names->items[0].text)) return true;
    }
    return false;
}

/* ---- binding the query ---- */

static morsel_status check_columns(msl_binder *b, const msl_cte_scope *found, const msl_bound_query *query) {
    if (found->ast->columns.count <= query->plan->column_count) return MORSEL_OK;
    msl_at at = msl_binder_at(b, found->ast->at);
    return msl_error_at(b->p->err, MORSEL_BIND, "42P10", at.offset, at.length,
                        "%s names %u columns, but its query yields %u", found->ast->name.text,
                        found->ast->columns.count, query->plan->column_count);
}

/// A CTE sees those before it, in WITH RECURSIVE all of its list, and columns of the queries around the WITH.
static morsel_status bind_query(msl_binder *b, msl_cte_scope *found, msl_bound_query *out) {
    msl_cte_scope *ctes = b->ctes;
    msl_scope *scope = b->scope;
    found->is_used = true;
    found->is_binding = true;
    found->around = b->binding;
    b->binding = found;
    b->ctes = found->siblings ? found->siblings : found->outer;
    b->scope = found->scope;
    morsel_status status = msl_bind_query(b, found->ast->query, 0, out);
    if (status != MORSEL_OK && status != MORSEL_NOMEM && found->names_itself) {
        b->ctes = found->siblings;
        b->scope = found->scope;
        status = msl_bind_recursive(b, found, out);
    }
    b->ctes = ctes;
    b->scope = scope;
    b->binding = found->around;
    found->is_binding = false;
    MSL_TRY(status);
    MSL_TRY(msl_note_outer(b, found->scope, &out->outer));
    return check_columns(b, found, out);
}

morsel_status msl_check_unused_ctes(msl_binder *b, msl_cte_scope *outer) {
    for (msl_cte_scope *c = b->ctes; c != outer; c = c->outer) {
        msl_bound_query unused;
        if (!c->is_used) MSL_TRY(bind_query(b, c, &unused));
    }
    return MORSEL_OK;
}

/* ---- keep or bind anew ---- */

static morsel_status note_volatile(msl_planner *p, msl_expr **expr, void *context) {
    (void)p;
    *(bool *)context |= ((*expr)->flags & MSL_EXPR_VOLATILE) != 0;
    return MORSEL_OK;
}

/// Looks through a plan for what has to run once only; *is_streamed: nothing but scans, filters and projections.
static morsel_status look_through(msl_binder *b, msl_logical *plan, bool *is_volatile, bool *is_streamed) {
    bool streams = plan->kind == MSL_LOGICAL_SCAN || plan->kind == MSL_LOGICAL_VALUES ||
                   plan->kind == MSL_LOGICAL_FILTER || plan->kind == MSL_LOGICAL_PROJECT ||
                   plan->kind == MSL_LOGICAL_UNION_ALL || plan->kind == MSL_LOGICAL_CTE;
    *is_streamed = *is_streamed && streams;
    MSL_TRY(msl_logical_edit_exprs(b->p, plan, note_volatile, is_volatile));
    for (uint32_t c = 0; c < plan->child_count; c++)
        MSL_TRY(look_through(b, plan->children[c], is_volatile, is_streamed));
    return MORSEL_OK;
}

static morsel_status may_be_kept(msl_binder *b, const msl_cte_scope *found, msl_logical *plan, bool *out) {
    bool is_volatile = false, is_streamed = true;
    MSL_TRY(look_through(b, plan, &is_volatile, &is_streamed));
    bool is_inline = found->ast->materialized == MSL_AST_NOT_MATERIALIZED ||
                     (is_streamed && found->ast->materialized != MSL_AST_MATERIALIZED);
    *out = is_volatile || !is_inline;
    return MORSEL_OK;
}

static morsel_status keep(msl_binder *b, const char *name, msl_logical *plan, msl_cte **out) {
    MSL_TRY(MSL_TAKE(b->p, *out, 1));
    (*out)->name = name;
    (*out)->plan = plan;
    return MSL_PUSH(b->p, &b->p->ctes, *out);
}

/// A CTE node. The first has the ids of the query itself, which may come to stand in its place.
static morsel_status new_reader(msl_binder *b, msl_cte *cte, bool is_first, msl_logical **out) {
    uint32_t count = cte->plan->column_count;
    msl_logical *node;
    MSL_TRY(msl_logical_new(b->p, MSL_LOGICAL_CTE, 0, count, &node));
    MSL_TRY(MSL_TAKE(b->p, node->cte.sources, count));
    node->cte.cte = cte;
    for (uint32_t k = 0; k < count; k++) {
        uint32_t id = cte->plan->columns[k];
        node->cte.sources[k] = node->columns[k] = id;
        if (is_first) continue;
        MSL_TRY(msl_new_column(b->p, msl_column_type(b->p, id), msl_column_name(b->p, id), &node->columns[k]));
        b->p->columns.items[node->columns[k]].collation = b->p->columns.items[id].collation;
    }
    *out = node;
    return MORSEL_OK;
}

morsel_status msl_bind_cte(msl_binder *b, msl_cte_scope *found, const msl_ast_span *at, const char *alias,
                           msl_relation *out) {
    if (found->is_refused)
        return msl_refuse_aside(b, msl_binder_at(b, *at), "PIVOT by the values of a recursive query's own rows");
    if (found->is_binding) return msl_bind_self(b, found, at, alias, out);
    msl_bound_query query = found->query;
    if (found->kept) {
        MSL_TRY(new_reader(b, found->kept, false, &query.plan));
    } else {
        bool keeps;
        MSL_TRY(bind_query(b, found, &query));
        MSL_TRY(may_be_kept(b, found, query.plan, &keeps));
        keeps = keeps && query.outer.count == 0; // others in each row of the query around
        if (keeps) {
            const char *name;
            found->query = query;
            MSL_TRY(msl_copy_name(b, &found->ast->name, &name));
            MSL_TRY(keep(b, name, query.plan, &found->kept));
            found->kept->is_forced = found->ast->materialized == MSL_AST_MATERIALIZED;
            MSL_TRY(new_reader(b, found->kept, true, &query.plan));
        }
    }
    const char **names;
    MSL_TRY(MSL_TAKE(b->p, names, found->ast->columns.count));
    for (uint32_t k = 0; k < found->ast->columns.count; k++)
        MSL_TRY(msl_copy_name(b, &found->ast->columns.items[k], &names[k]));
    return msl_relation_of_query(b, &query, alias, names, found->ast->columns.count, out);
}

/* ---- any plan ---- */

static morsel_status mark_used(msl_planner *p, msl_expr **expr, void *context) {
    (void)p;
    msl_expr_mark_used(*expr, context);
    return MORSEL_OK;
}

static morsel_status mark_made(msl_planner *p, msl_logical *plan, bool *used, bool *made) {
    MSL_TRY(msl_logical_edit_exprs(p, plan, mark_used, used));
    for (uint32_t k = 0; k < plan->column_count; k++) made[plan->columns[k]] = true;
    for (uint32_t c = 0; c < plan->child_count; c++) MSL_TRY(mark_made(p, plan->children[c], used, made));
    return MORSEL_OK;
}

/// Does the plan use columns that it does not make, of a query around?
static morsel_status uses_outer(msl_planner *p, msl_logical *plan, bool *out) {
    bool *used, *made;
    *out = false;
    if (!p->has_outer_columns) return MORSEL_OK;
    MSL_TRY(MSL_TAKE(p, used, p->columns.count));
    MSL_TRY(MSL_TAKE(p, made, p->columns.count));
    MSL_TRY(mark_made(p, plan, used, made));
    for (uint32_t id = 0; id < p->columns.count; id++) *out = *out || (used[id] && !made[id]);
    return MORSEL_OK;
}

morsel_status msl_read_twice(msl_binder *b, msl_logical **plan, const char *name, msl_at at, msl_id_pairs *pairs,
                             msl_logical **again) {
    bool is_volatile = false, is_streamed = true, depends;
    msl_cte *cte;
    MSL_TRY(look_through(b, *plan, &is_volatile, &is_streamed));
    MSL_TRY(uses_outer(b->p, *plan, &depends));
    if (depends && is_volatile) {
        return msl_error_unsupported(b->p->err, at.offset, at.length,
                                     "a subquery over both sides of a join whose rows are drawn anew for each row around");
    }
    if (!depends && (is_volatile || !is_streamed)) {
        MSL_TRY(keep(b, name, *plan, &cte));
        MSL_TRY(new_reader(b, cte, true, plan));
    }
    return msl_logical_clone(b->p, *plan, pairs, again);
}

/* ---- settling ---- */

static void count_readers(msl_logical *node) {
    if (node->kind == MSL_LOGICAL_CTE) {
        node->cte.cte->readers++;
        node->cte.cte->reader = node;
    }
    for (uint32_t c = 0; c < node->child_count; c++) count_readers(node->children[c]);
}

static morsel_status rename_columns(msl_binder *b, msl_logical *plan, const uint32_t *sources, const uint32_t *ids,
                                    uint32_t count, msl_logical **out) {
    msl_logical *project;
    MSL_TRY(msl_logical_new(b->p, MSL_LOGICAL_PROJECT, 1, count, &project));
    MSL_TRY(MSL_TAKE(b->p, project->project.exprs, count));
    project->children[0] = plan;
    for (uint32_t k = 0; k < count; k++) {
        msl_expr *e;
        MSL_TRY(msl_expr_new(b->p, MSL_EXPR_COLUMN, msl_column_type(b->p, sources[k]), 0, MSL_NOWHERE, &e));
        e->column = sources[k];
        project->project.exprs[k] = e;
        project->columns[k] = ids[k];
    }
    *out = project;
    return MORSEL_OK;
}

/// The only reader is replaced by the query.
static morsel_status put_in_place(msl_binder *b, msl_cte *cte) {
    msl_logical *reader = cte->reader, *plan = cte->plan;
    bool same = reader->column_count == plan->column_count &&
                memcmp(reader->columns, plan->columns, sizeof *plan->columns * plan->column_count) == 0;
    if (!same)
        MSL_TRY(rename_columns(b, plan, reader->cte.sources, reader->columns, reader->column_count, &plan));
    *reader = *plan;
    if (reader->kind == MSL_LOGICAL_CTE) reader->cte.cte->reader = reader;
    return MORSEL_OK;
}

/// A kept query emits ids of its own, now that a reader has those it was bound with.
static morsel_status give_own_ids(msl_binder *b, msl_cte *cte, uint32_t **ids) {
    uint32_t count = cte->plan->column_count;
    MSL_TRY(MSL_TAKE(b->p, *ids, count));
    for (uint32_t k = 0; k < count; k++) {
        uint32_t id = cte->plan->columns[k];
        MSL_TRY(msl_new_column(b->p, msl_column_type(b->p, id), msl_column_name(b->p, id), &(*ids)[k]));
    }
    return rename_columns(b, cte->plan, cte->plan->columns, *ids, count, &cte->plan);
}

static void point_readers(msl_logical *node, const msl_cte *cte, const uint32_t *ids) {
    if (node->kind == MSL_LOGICAL_CTE && node->cte.cte == cte)
        memcpy(node->cte.sources, ids, sizeof *ids * node->column_count);
    for (uint32_t c = 0; c < node->child_count; c++) point_readers(node->children[c], cte, ids);
}

morsel_status msl_settle_ctes(msl_binder *b, msl_logical *root) {
    msl_ctes *all = &b->p->ctes;
    count_readers(root);
    uint32_t kept = all->count;
    for (uint32_t k = all->count; k-- > 0;) { // readers come after what they read
        msl_cte *cte = all->items[k];
        if (cte->readers == 0) continue; // named in what was bound only to be checked
        count_readers(cte->plan);
        if (cte->readers == 1 && !cte->is_forced) {
            MSL_TRY(put_in_place(b, cte));
            continue;
        }
        uint32_t *ids;
        MSL_TRY(give_own_ids(b, cte, &ids));
        point_readers(root, cte, ids);
        for (uint32_t j = kept; j < all->count; j++) point_readers(all->items[j]->plan, cte, ids);
        all->items[--kept] = cte;
    }
    if (all->count == 0) return MORSEL_OK;
    memmove(all->items, all->items + kept, sizeof *all->items * (all->count - kept));
    all->count -= kept;
    return MORSEL_OK;
}
