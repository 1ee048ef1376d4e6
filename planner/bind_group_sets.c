/// bind_group_sets.c: GROUPING SETS, ROLLUP and CUBE: GROUP BY's list as sets of keys, and grouping().
///
///   GROUP BY a, ROLLUP (b, (c, d))      ->  (a, b, c, d), (a, b), (a)
///   GROUPING SETS (a, CUBE (b, c), ())  ->  (a), (b, c), (b), (c), (), ()
///
/// Elements of the list are multiplied: each set of one with each of the others. Equal sets stay, each with its own
/// groups, but for GROUP BY DISTINCT. One set alone is a plain GROUP BY.
#include "planner/binder.h"

#include <string.h>

#define SETS_MAX      4096u
#define GROUPING_ARGS 62u

static morsel_status too_many(msl_binder *b, msl_ast_span span) {
    msl_at at = msl_binder_at(b, span);
    return msl_error_at(b->p->err, MORSEL_BIND, "54001", at.offset, at.length, "more than %u grouping sets", SETS_MAX);
}

/// What one GROUP BY is read with.
typedef struct sets_reader {
    msl_binder *b;
    msl_select_items *items;
    msl_grouping *g;
} sets_reader;

static morsel_status add_number(msl_binder *b, msl_ids *set, uint32_t key) {
    return msl_id_position(set->items, set->count, key) >= 0 ? MORSEL_OK : MSL_PUSH(b->p, set, key);
}

static morsel_status add_all(msl_binder *b, msl_ids *set, const msl_ids *more) {
    for (uint32_t k = 0; k < more->count; k++) MSL_TRY(add_number(b, set, more->items[k]));
    return MORSEL_OK;
}

/* ---- one element ---- */

/// a or (a, b): keys that stand together.
static morsel_status read_block(sets_reader *r, const msl_ast_group *group, msl_ids *out) {
    bool is_list = group->kind == MSL_AST_GROUP_SET;
    if (!is_list && group->kind != MSL_AST_GROUP_EXPR) {
        msl_at at = msl_binder_at(r->b, group->at);
        return msl_error_at(r->b->p->err, MORSEL_BIND, "42601", at.offset, at.length,
                            "ROLLUP and CUBE take expressions and lists of them; only GROUPING SETS takes other sets");
    }
    for (uint32_t k = 0; k < (is_list ? group->exprs.count : 1); k++) {
        uint32_t key;
        MSL_TRY(msl_group_key(r->b, is_list ? group->exprs.items[k] : group->expr, r->items, r->g, &key));
        MSL_TRY(add_number(r->b, out, key));
    }
    return MORSEL_OK;
}

static morsel_status read_blocks(sets_reader *r, const msl_ast_group *group, msl_ids **out) {
    MSL_TRY(MSL_TAKE(r->b->p, *out, group->count));
    for (uint32_t k = 0; k < group->count; k++) MSL_TRY(read_block(r, group->items[k], &(*out)[k]));
    return MORSEL_OK;
}

/// ROLLUP (a, b): (a, b), (a), ().
static morsel_status read_rollup(sets_reader *r, const msl_ast_group *group, msl_group_sets *out) {
    msl_ids *blocks;
    if (group->count >= SETS_MAX) return too_many(r->b, group->at);
    MSL_TRY(read_blocks(r, group, &blocks));
    for (uint32_t n = group->count + 1; n > 0; n--) {
        msl_ids set = {0};
        for (uint32_t k = 0; k + 1 < n; k++) MSL_TRY(add_all(r->b, &set, &blocks[k]));
        MSL_TRY(MSL_PUSH(r->b->p, out, set));
    }
    return MORSEL_OK;
}

/// CUBE (a, b): (a, b), (a), (b), ().
static morsel_status read_cube(sets_reader *r, const msl_ast_group *group, msl_group_sets *out) {
    msl_ids *blocks;
    if (group->count >= 32 || 1u << group->count > SETS_MAX) return too_many(r->b, group->at);
    MSL_TRY(read_blocks(r, group, &blocks));
    for (uint32_t absent = 0; absent < 1u << group->count; absent++) {
        msl_ids set = {0};
        for (uint32_t k = 0; k < group->count; k++) {
            if (absent >> (group->count - 1 - k) & 1) continue;
            MSL_TRY(add_all(r->b, &set, &blocks[k]));
        }
        MSL_TRY(MSL_PUSH(r->b->p, out, set));
    }
    return MORSEL_OK;
}

static morsel_status read_sets(sets_reader *r, const msl_ast_group *group, msl_group_sets *out) {
    msl_ids set = {0};
    switch (group->kind) {
    case MSL_AST_GROUP_ROLLUP: return read_rollup(r, group, out);
    case MSL_AST_GROUP_CUBE: return read_cube(r, group, out);
    case MSL_AST_GROUP_SETS:
        for (uint32_t k = 0; k < group->count; k++) {
            MSL_TRY(read_sets(r, group->items[k], out));
            if (out->count > SETS_MAX) return too_many(r->b, group->at);
        }
        return MORSEL_OK;
    case MSL_AST_GROUP_EXPR:
    case MSL_AST_GROUP_SET: break;
    }
    MSL_TRY(read_block(r, group, &set));
    return MSL_PUSH(r->b->p, out, set);
}

/* ---- the list ---- */

/// Each set of a with each of b.
static morsel_status multiply(msl_binder *b, const msl_group_sets *left, const msl_group_sets *right,
                              msl_group_sets *out) {
    for (uint32_t k = 0; k < left->count; k++) {
        for (uint32_t j = 0; j < right->count; j++) {
            msl_ids set = {0};
            MSL_TRY(add_all(b, &set, &left->items[k]));
            MSL_TRY(add_all(b, &set, &right->items[j]));
            MSL_TRY(MSL_PUSH(b->p, out, set));
        }
    }
    return MORSEL_OK;
}

/// The sets as rows of a table: is key k in set s?
static morsel_status make_members(msl_binder *b, const msl_grouping *g, bool **out) {
    uint32_t keys = g->keys.count;
    MSL_TRY(MSL_TAKE(b->p, *out, (size_t)g->sets.count * keys));
    for (uint32_t s = 0; s < g->sets.count; s++) {
        const msl_ids *set = &g->sets.items[s];
        for (uint32_t k = 0; k < set->count; k++) (*out)[(size_t)s * keys + set->items[k]] = true;
    }
    return MORSEL_OK;
}

/// GROUP BY DISTINCT: of equal sets the first stays.
static morsel_status drop_equal_sets(msl_binder *b, msl_grouping *g) {
    bool *members;
    uint32_t kept = 0, keys = g->keys.count;
    MSL_TRY(make_members(b, g, &members));
    for (uint32_t s = 0; s < g->sets.count; s++) {
        const bool *row = members + (size_t)s * keys;
        uint32_t k = 0;
        while (k < kept && memcmp(members + (size_t)k * keys, row, keys) != 0) k++;
        if (k < kept) continue;
        memmove(members + (size_t)kept * keys, row, keys);
        g->sets.items[kept++] = g->sets.items[s];
    }
    g->sets.count = kept;
    return MORSEL_OK;
}

morsel_status msl_bind_group_sets(msl_binder *b, const msl_ast_groups *groups, msl_select_items *items,
                                  msl_grouping *g) {
    sets_reader r = {b, items, g};
    for (uint32_t n = 0; n < groups->count; n++) {
        const msl_ast_group *group = groups->items[n];
        msl_group_sets sets = {0}, all = {0};
        MSL_TRY(read_sets(&r, group, &sets));
        if (n == 0) {
            g->sets = sets;
            continue;
        }
        if ((uint64_t)g->sets.count * sets.count > SETS_MAX) return too_many(b, group->at);
        MSL_TRY(multiply(b, &g->sets, &sets, &all));
        g->sets = all;
    }
    if (groups->distinct) MSL_TRY(drop_equal_sets(b, g));
    if (g->sets.count <= 1) {
        g->sets.count = 0;
        return MORSEL_OK;
    }
    return msl_new_column(b->p, msl_type_of(MSL_TYPE_INTEGER), "set", &g->set_id);
}

/* ---- grouping() ---- */

static const msl_aggregate grouping_mark = {.name = "grouping"};

bool msl_is_grouping(const msl_expr *expr) {
    return expr->kind == MSL_EXPR_AGGREGATE &&
           ((const msl_logical_call *)expr->detail)->fn.aggregate == &grouping_mark;
}

morsel_status msl_bind_grouping(msl_binder *b, const msl_ast_call *call, const char *name, msl_at at, msl_expr **out) {
    uint32_t count = call->argument_count;
    if (count == 0 || count > GROUPING_ARGS) {
        return msl_error_at(b->p->err, MORSEL_TYPE, "42883", at.offset, at.length,
                            "%s takes 1 to %u arguments, not %u", name, GROUPING_ARGS, count);
    }
    msl_logical_call *detail;
    MSL_TRY(MSL_TAKE(b->p, detail, 1));
    detail->fn.aggregate = &grouping_mark;
    detail->fn.result = msl_type_of(MSL_TYPE_BIGINT);
    detail->display = name;
    MSL_TRY(msl_expr_new(b->p, MSL_EXPR_AGGREGATE, detail->fn.result, count, at, out));
    for (uint32_t k = 0; k < count; k++) {
        if (call->arguments[k].name.text)
            return msl_unsupported(b, call->arguments[k].name.at, "named arguments of grouping");
        MSL_TRY(msl_bind_expr(b, call->arguments[k].expr, &(*out)->args[k]));
    }
    detail->args = (*out)->args;
    detail->arg_count = count;
    (*out)->detail = detail;
    return MORSEL_OK;
}

/// Is key k outside of the row's set? `weight`, or 0; NULL in *out where every set has it.
static morsel_status absence(msl_binder *b, const msl_grouping *g, uint32_t k, int64_t weight, msl_expr **out) {
    msl_exprs args = {0};
    msl_expr *column, *in, *parts[3];
    *out = NULL;
    MSL_TRY(msl_expr_column(b->p, g->set_id, MSL_NOWHERE, &column));
    MSL_TRY(MSL_PUSH(b->p, &args, column));
    for (uint32_t s = 0; s < g->sets.count; s++) {
        if (msl_id_position(g->sets.items[s].items, g->sets.items[s].count, k) < 0) continue;
        msl_value number = {.type = column->type, .i64 = s};
        msl_expr *constant;
        MSL_TRY(msl_expr_constant(b->p, &number, MSL_NOWHERE, &constant));
        MSL_TRY(MSL_PUSH(b->p, &args, constant));
    }
    if (args.count == g->sets.count + 1) return MORSEL_OK;
    MSL_TRY(msl_expr_new(b->p, MSL_EXPR_IN, msl_type_of(MSL_TYPE_BOOLEAN), args.count, MSL_NOWHERE, &in));
    memcpy(in->args, args.items, sizeof *args.items * args.count);
    msl_expr_derive_flags(in);
    parts[0] = in;
    MSL_TRY(msl_expr_bigint(b->p, 0, &parts[1]));
    MSL_TRY(msl_expr_bigint(b->p, weight, &parts[2]));
    return msl_expr_case(b->p, parts, 3, MSL_NOWHERE, out);
}

morsel_status msl_grouping_bits(msl_binder *b, const msl_grouping *g, const msl_expr *expr, msl_expr **out) {
    MSL_TRY(msl_expr_bigint(b->p, 0, out));
    bool is_first = true;
    for (uint32_t a = 0; a < expr->arg_count; a++) {
        const msl_expr *arg = expr->args[a];
        msl_expr *bit;
        uint32_t k = 0;
        while (k < g->keys.count && !msl_expr_equal(g->shown.items[k] ? g->shown.items[k] : g->keys.items[k], arg)) k++;
        if (k == g->keys.count) {
            return msl_error_at(b->p->err, MORSEL_BIND, "42803", arg->sql_offset, arg->sql_length,
                                "arguments of grouping must be keys of GROUP BY");
        }
        if (g->sets.count == 0) continue;
        MSL_TRY(absence(b, g, k, (int64_t)1 << (expr->arg_count - 1 - a), &bit));
        if (bit && is_first) *out = bit;
        else if (bit) MSL_TRY(msl_expr_call2(b->p, "|", *out, bit, msl_expr_at(expr), out));
        is_first = is_first && !bit;
    }
    return MORSEL_OK;
}

/* ---- the nodes ---- */

/// Expressions and the ids that they become.
typedef struct projection {
    msl_exprs exprs;
    msl_ids ids;
} projection;

static morsel_status emit(msl_binder *b, projection *p, msl_expr *e, uint32_t id) {
    MSL_TRY(MSL_PUSH(b->p, &p->exprs, e));
    return MSL_PUSH(b->p, &p->ids, id);
}

static morsel_status column_of(msl_binder *b, uint32_t id, msl_expr **out) {
    MSL_TRY(msl_expr_new(b->p, MSL_EXPR_COLUMN, msl_column_type(b->p, id), 0, MSL_NOWHERE, out));
    (*out)->column = id;
    return MORSEL_OK;
}

/// What a call reads becomes a column of its own, unless it is one that is no key: it is computed once, from keys that
/// are there.
static morsel_status emit_read(msl_binder *b, const msl_grouping *g, projection *p, msl_expr **e) {
    uint32_t id;
    const msl_expr *expr = *e;
    bool is_column = expr->kind == MSL_EXPR_COLUMN;
    if (expr->type->id == MSL_TYPE_NULL) return MORSEL_OK;
    if (is_column && msl_id_position(g->key_ids.items, g->key_ids.count, expr->column) < 0) return MORSEL_OK;
    for (uint32_t k = 0; k < p->exprs.count; k++) {
        bool is_key = msl_id_position(g->key_ids.items, g->key_ids.count, p->ids.items[k]) >= 0;
        if (!is_key && msl_expr_equal(p->exprs.items[k], expr)) return column_of(b, p->ids.items[k], e);
    }
    MSL_TRY(msl_new_column(b->p, expr->type, is_column ? msl_column_name(b->p, expr->column) : NULL, &id));
    MSL_TRY(emit(b, p, *e, id));
    return column_of(b, id, e);
}

/// The input's columns that are no keys, then the keys, then what calls read.
static morsel_status project_keys(msl_binder *b, const msl_grouping *g, msl_logical *aggregate, msl_expr *const *keys,
                                  msl_logical **plan) {
    projection p = {0};
    msl_expr *e;
    for (uint32_t c = 0; c < (*plan)->column_count; c++) {
        uint32_t id = (*plan)->columns[c];
        if (msl_id_position(g->key_ids.items, g->key_ids.count, id) >= 0) continue;
        MSL_TRY(column_of(b, id, &e));
        MSL_TRY(emit(b, &p, e, id));
    }
    for (uint32_t k = 0; k < g->keys.count; k++) MSL_TRY(emit(b, &p, keys[k], g->key_ids.items[k]));
    for (uint32_t c = 0; c < aggregate->aggregate.call_count; c++) {
        msl_logical_call *call = aggregate->aggregate.calls[c];
        for (uint32_t a = 0; a < call->arg_count; a++) MSL_TRY(emit_read(b, g, &p, &call->args[a]));
        if (call->filter) MSL_TRY(emit_read(b, g, &p, &call->filter));
        for (uint32_t k = 0; k < call->order_count; k++) MSL_TRY(emit_read(b, g, &p, &call->order[k].expr));
    }
    msl_logical *node;
    MSL_TRY(msl_logical_new(b->p, MSL_LOGICAL_PROJECT, 1, 0, &node));
    node->children[0] = *plan;
    node->column_count = p.ids.count;
    if (p.ids.count) node->columns = p.ids.items;
    node->project.exprs = p.exprs.items;
    if (!p.exprs.items) MSL_TRY(MSL_TAKE(b->p, node->project.exprs, 0));
    *plan = node;
    return MORSEL_OK;
}

morsel_status msl_expand_groups(msl_binder *b, const msl_grouping *g, msl_logical *aggregate, msl_expr *const *keys,
                                msl_logical **plan) {
    msl_logical *node;
    msl_ids totals = {0};
    MSL_TRY(project_keys(b, g, aggregate, keys, plan));
    uint32_t columns = (*plan)->column_count;
    MSL_TRY(msl_logical_new(b->p, MSL_LOGICAL_EXPAND, 1, columns + 1, &node));
    memcpy(node->columns, (*plan)->columns, sizeof *node->columns * columns);
    node->columns[columns] = node->expand.set = g->set_id;
    node->children[0] = *plan;
    node->expand.keys = g->key_ids.items;
    node->expand.key_count = g->keys.count;
    node->expand.set_count = g->sets.count;
    MSL_TRY(make_members(b, g, &node->expand.members));
    for (uint32_t s = 0; s < g->sets.count; s++) {
        if (g->sets.items[s].count == 0) MSL_TRY(MSL_PUSH(b->p, &totals, s));
    }
    aggregate->aggregate.totals = totals.items;
    aggregate->aggregate.total_count = totals.count;
    *plan = node;
    return MORSEL_OK;
}
