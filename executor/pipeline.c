/// pipeline.c: splits a physical plan into operators, pipelines and groups, and prints them.
///
/// The plan is walked from the root with the chain of streaming operators that stand between the node and the sink of
/// the current group. A node that can be a source closes a pipeline: source, then the chain. A node with a sink role
/// opens a group of its own for the child that runs into it; joins do so for their build side and go on with the probe
/// side.
///
///   memory   the query's arena
///   errors   MORSEL_UNSUPPORTED names the node; a plan deeper than 5,000 nodes or a union of more than a million
///            inputs is refused
#include "executor/recursion.h"

#include <stdio.h>
#include <string.h>

#define MAX_PLAN_DEPTH 5000u

/// Streaming operators above a node, nearest first.
typedef struct chain {
    msl_operator *op;
    const struct chain *above;
    uint32_t length;
    bool has_limit;
} chain;

typedef struct splitter {
    msl_scheduler *s;
    msl_error *err;
    uint32_t depth;
} splitter;

/* ---- operators ---- */

static morsel_status no_memory(splitter *sp, size_t bytes) { return msl_error_nomem(sp->err, "the plan", bytes); }

/// Doubles an array of pointers in the arena when it is full.
static bool grow(msl_arena *arena, void ***array, uint32_t count, uint32_t *room) {
    if (count < *room) return true;
    uint32_t more = *room ? *room * 2 : 4;
    void **bigger = MSL_NEW_ARRAY(arena, void *, more);
    if (!bigger) return false;
    if (count) memcpy(bigger, *array, count * sizeof *bigger);
    *array = bigger;
    *room = more;
    return true;
}

static uint32_t count_nodes(const msl_plan *plan, uint32_t depth) {
    uint32_t n = 1;
    if (depth > MAX_PLAN_DEPTH) return n;
    for (uint32_t i = 0; i < plan->child_count; i++) n += count_nodes(plan->children[i], depth + 1);
    return n;
}

static const char *kind_name(msl_plan_kind kind) {
    static const char *const names[MSL_PLAN_KIND_COUNT] = {
        "SCAN",      "VALUES",      "FILTER",   "PROJECT",   "LIMIT",     "AGG_SIMPLE", "AGG_PARTIAL",
        "AGG_FINAL", "AGG_COLLECT", "EXCHANGE", "HASH_JOIN", "LOOP_JOIN", "RANGE_JOIN", "SORT",
        "TOP_N",     "UNION_ALL",   "REPEAT",   "EXPAND",    "UNNEST",    "WINDOW",     "CTE",
        "RECURSIVE", "WORK",        "DRAW",     "CHANGE",    "COPY_TO"};
    return kind < MSL_PLAN_KIND_COUNT && names[kind] ? names[kind] : "an unknown node";
}

static morsel_status make_operators(splitter *sp, const msl_plan *plan, msl_operator *parent, msl_operator **out) {
    msl_scheduler *s = sp->s;
    if (++sp->depth > MAX_PLAN_DEPTH) {
        return msl_error_set(sp->err, MORSEL_UNSUPPORTED, "54001", "the plan is nested more than %u deep",
                             MAX_PLAN_DEPTH);
    }
    const msl_operator_ops *ops = msl_operator_ops_of(plan->kind);
    if (!ops) return msl_error_unsupported(sp->err, -1, 0, "the operator %s", kind_name(plan->kind));
    msl_operator *op = MSL_NEW(&s->arena, msl_operator);
    msl_operator **children = MSL_NEW_ARRAY(&s->arena, msl_operator *, plan->child_count ? plan->child_count : 1);
    if (!op || !children) return no_memory(sp, sizeof *op);
    op->ops = ops;
    op->plan = plan;
    op->query = &s->query;
    op->parent = parent;
    op->children = children;
    s->operators[s->operator_count++] = op;
    for (uint32_t i = 0; i < plan->child_count; i++) MSL_TRY(make_operators(sp, plan->children[i], op, &children[i]));
    sp->depth--;
    *out = op;
    return MORSEL_OK;
}

/* ---- groups and pipelines ---- */

static morsel_status new_group(splitter *sp, msl_operator *sink, msl_group **out) {
    msl_scheduler *s = sp->s;
    msl_group *g = MSL_NEW(&s->arena, msl_group);
    if (!g || !grow(&s->arena, (void ***)&s->groups, s->group_count, &s->group_room)) return no_memory(sp, sizeof *g);
    g->scheduler = s;
    g->sink = sink;
    sink->sink_group = g;
    g->finalize_task.run = msl_finalize_task;
    g->work.group = g;
    g->work.failed_item = UINT64_MAX;
    s->groups[s->group_count++] = g;
    *out = g;
    return MORSEL_OK;
}

/// The node that keeps the rows which a CTE node reads.
static msl_operator *rows_behind(msl_operator *op) {
    bool is_reader = op->plan->kind == MSL_PLAN_CTE && op->plan->cte.owner;
    return is_reader ? msl_query_operator(op->query, op->plan->cte.owner) : op;
}

static morsel_status add_need(splitter *sp, msl_pipeline *p, msl_operator *op) {
    op = rows_behind(op);
    if (!(msl_operator_roles(op->ops, op->plan) & MSL_ROLE_SINK)) return MORSEL_OK;
    msl_group *g = op->sink_group;
    MSL_ASSERT(g);
    if (op->plan->kind == MSL_PLAN_RECURSIVE) p->streams_from = g;
    else p->needs[p->need_count++] = g;
    if (!grow(&sp->s->arena, (void ***)&g->dependents, g->dependent_count, &g->dependent_room))
        return no_memory(sp, 64);
    g->dependents[g->dependent_count++] = p;
    return MORSEL_OK;
}

msl_operator *msl_query_operator(const msl_query *query, const msl_plan *plan) {
    const msl_scheduler *s = msl_scheduler_of(query);
    for (uint32_t i = 0; i < s->operator_count; i++) {
        if (s->operators[i]->plan == plan) return s->operators[i];
    }
    return NULL;
}

/// A scan that drops rows by the keys of joins' build sides waits for those.
static morsel_status add_filter_needs(splitter *sp, msl_pipeline *p, const msl_operator *scan) {
    for (uint32_t i = 0; i < scan->plan->scan.join_filter_count; i++) {
        msl_operator *join = msl_query_operator(&sp->s->query, scan->plan->scan.join_filters[i].join);
        bool is_known = !join;
        for (uint32_t k = 0; k < p->need_count && !is_known; k++) is_known = p->needs[k] == join->sink_group;
        if (!is_known) MSL_TRY(add_need(sp, p, join));
    }
    return MORSEL_OK;
}

/// Rows run into a TOP_N once the LIMIT above knows how many are wanted.
static morsel_status add_limit_need(splitter *sp, msl_pipeline *p, const msl_operator *sink) {
    bool asks = sink->plan->kind == MSL_PLAN_TOP_N && sink->plan->sort.is_limited_above;
    return asks ? add_need(sp, p, msl_limit_above(sink)) : MORSEL_OK;
}

/// Closes a pipeline: `source`, then the chain, into the group.
static morsel_status new_pipeline(splitter *sp, msl_operator *source, const chain *above, msl_group *g,
                                  bool is_remainder) {
    msl_scheduler *s = sp->s;
    bool is_scan = source->plan->kind == MSL_PLAN_SCAN;
    uint32_t n = 1 + (above ? above->length : 0), filters = is_scan ? source->plan->scan.join_filter_count : 0;
    msl_pipeline *p = MSL_NEW(&s->arena, msl_pipeline);
    if (p) p->ops = MSL_NEW_ARRAY(&s->arena, msl_operator *, n);
    if (p) p->needs = MSL_NEW_ARRAY(&s->arena, msl_group *, n + filters + 1);
    if (p) p->missing = MSL_NEW_ARRAY(&s->arena, uint64_t, s->settings.threads + 1);
    if (!p || !p->ops || !p->needs || !p->missing ||
        !grow(&s->arena, (void ***)&s->pipelines, s->pipeline_count, &s->pipeline_room) ||
        !grow(&s->arena, (void ***)&g->pipelines, g->pipeline_count, &g->pipeline_room)) {
        return no_memory(sp, sizeof *p);
    }
    if (g->pipeline_count >= MSL_PLACE_PIPELINES) {
        return msl_error_unsupported(sp->err, -1, 0, "a union of more than %u inputs", MSL_PLACE_PIPELINES);
    }
    p->scheduler = s;
    p->group = g;
    p->is_remainder = is_remainder;
    p->is_lazy = (g == s->groups_root && s->plan->is_ordered) || (above && above->has_limit);
    p->is_out_of_order = is_scan && source->plan->scan.top_n.plan;
    p->missing_room = s->settings.threads + 1;
    atomic_init(&p->failed_at, UINT64_MAX);
    atomic_init(&p->limit_at, UINT64_MAX);
    p->ops[p->op_count++] = source;
    if (!is_remainder) MSL_TRY(add_need(sp, p, source));
    for (const chain *c = above; c; c = c->above) {
        p->ops[p->op_count++] = c->op;
        MSL_TRY(add_need(sp, p, c->op));
    }
    if (filters) MSL_TRY(add_filter_needs(sp, p, source));
    MSL_TRY(add_limit_need(sp, p, g->sink));
    p->index = s->pipeline_count;
    p->place = g->pipeline_count;
    s->pipelines[s->pipeline_count++] = p;
    g->pipelines[g->pipeline_count++] = p;
    return MORSEL_OK;
}

static morsel_status split(splitter *sp, msl_operator *op, const chain *above, msl_group *g);

/// A node with a sink role: a group for the child that runs into it. (Readers of a CTE come here several times.)
static morsel_status split_sink(splitter *sp, msl_operator *op) {
    msl_group *own;
    if (op->sink_group) return MORSEL_OK;
    MSL_TRY(new_group(sp, op, &own));
    MSL_ASSERT(op->ops->sink_child < op->plan->child_count);
    if (op->plan->kind == MSL_PLAN_RECURSIVE) {
        MSL_TRY(msl_rounds_new(sp->s, op, own, sp->err));
        MSL_TRY(split(sp, op->children[0], NULL, own));
        own->rounds->base_count = own->pipeline_count;
        return split(sp, op->children[1], NULL, own);
    }
    return split(sp, op->children[op->ops->sink_child], NULL, own);
}

/// Recursion: as deep as the plan, which make_operators has limited.
static morsel_status split(splitter *sp, msl_operator *op, const chain *above, msl_group *g) {
    unsigned roles = msl_operator_roles(op->ops, op->plan);
    if (roles == 0) { // UNION ALL
        for (uint32_t i = 0; i < op->plan->child_count; i++) MSL_TRY(split(sp, op->children[i], above, g));
        return MORSEL_OK;
    }
    msl_operator *rows = rows_behind(op);
    if (rows != op || roles & MSL_ROLE_SINK) MSL_TRY(split_sink(sp, rows));
    if (!(roles & MSL_ROLE_STREAM)) return new_pipeline(sp, op, above, g, false);
    chain *link = MSL_NEW(&sp->s->arena, chain);
    if (!link) return no_memory(sp, sizeof *link);
    *link = (chain){.op = op, .above = above, .length = 1 + (above ? above->length : 0),
                    .has_limit = op->plan->kind == MSL_PLAN_LIMIT || (above && above->has_limit)};
    MSL_TRY(split(sp, op->children[0], link, g));
    return roles & MSL_ROLE_SOURCE ? new_pipeline(sp, op, above, g, true) : MORSEL_OK;
}

morsel_status msl_pipelines_split(msl_scheduler *s, msl_error *err) {
    splitter sp = {.s = s, .err = err};
    s->operators = MSL_NEW_ARRAY(&s->arena, msl_operator *, count_nodes(s->plan, 0));
    msl_operator *result = MSL_NEW(&s->arena, msl_operator);
    if (!s->operators || !result) return no_memory(&sp, sizeof *result);
    MSL_TRY(make_operators(&sp, s->plan, NULL, &s->root));
    *result = (msl_operator){.ops = &msl_op_result, .plan = s->plan, .query = &s->query, .is_open = true,
                             .global = msl_result_new(&s->arena)};
    if (!result->global) return no_memory(&sp, 64);
    s->result = result;
    MSL_TRY(new_group(&sp, result, &s->groups_root));
    MSL_TRY(split(&sp, s->root, NULL, s->groups_root));
    return msl_rounds_settle(s, err);
}

/* ---- display ---- */

/// Appends to *text in the arena; quadratic in the number of pieces, which is small.
static bool append(msl_arena *arena, const char **text, const char *piece) {
    *text = msl_arena_printf(arena, "%s%s", *text, piece);
    return *text != NULL;
}

static bool append_operator(msl_arena *arena, const char **text, const msl_operator *op) {
    if (!append(arena, text, op->ops->name)) return false;
    if (op->plan->kind != MSL_PLAN_SCAN || op->ops->roles == 0) return true;
    return append(arena, text, " ") && append(arena, text, op->plan->scan.source->display);
}

static bool append_pipeline(msl_arena *arena, const char **text, const msl_pipeline *p) {
    char number[64];
    snprintf(number, sizeof number, "P%u", p->index + 1);
    bool ok = append(arena, text, number);
    uint32_t listed = 0;
    for (uint32_t j = 0; ok && p->streams_from && j < p->streams_from->pipeline_count; j++) {
        snprintf(number, sizeof number, "%sP%u", listed++ ? ", " : " (beside ", p->streams_from->pipelines[j]->index + 1);
        ok = append(arena, text, number);
    }
    if (listed) ok = ok && append(arena, text, ")");
    listed = 0;
    for (uint32_t i = 0; ok && i < p->need_count; i++) {
        for (uint32_t j = 0; ok && j < p->needs[i]->pipeline_count; j++) {
            snprintf(number, sizeof number, "%sP%u", listed++ ? ", " : " (after ",
                     p->needs[i]->pipelines[j]->index + 1);
            ok = append(arena, text, number);
        }
    }
    ok = ok && append(arena, text, listed ? "): " : ": ");
    for (uint32_t i = 0; ok && i < p->op_count; i++) {
        ok = append_operator(arena, text, p->ops[i]) && append(arena, text, " -> ");
    }
    const msl_operator *sink = p->group->sink;
    return ok && append(arena, text, sink == p->scheduler->result ? "result" : sink->ops->name) &&
           append(arena, text, "\n");
}

morsel_status msl_query_pipelines(const msl_query *query, msl_arena *arena, const char **out, msl_error *err) {
    const msl_scheduler *s = msl_scheduler_of(query);
    const char *text = "";
    for (uint32_t i = 0; i < s->pipeline_count; i++) {
        if (!append_pipeline(arena, &text, s->pipelines[i])) return msl_error_nomem(err, "EXPLAIN", 256);
    }
    *out = text;
    return MORSEL_OK;
}
