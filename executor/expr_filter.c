/// expr_filter.c: conjunctions: a list of conditions -> the rows for which all are TRUE.
///
/// Idea. Each conjunct is a program of its own and narrows the selection for the next. A comparison computes its two
/// sides only and goes straight to a selection, without a BOOLEAN column. Conjuncts that cannot fail are kept in the
/// order of cost / (1 - selectivity), observed on one chunk in SAMPLE; those that can fail come last, in the text's
/// order. The order never changes the result, since only conjuncts without errors move.
///
///   threads  the compiled filter is shared; order and observations are a lane's own
#include "executor/expr_program.h"
#include "executor/pool.h"

#include <string.h>

#define SAMPLE 8u ///< chunks between two observations

typedef struct conjunct {
    msl_program *program;
    msl_compare_op compare; ///< MSL_CMP_COUNT: one BOOLEAN result
    bool can_fail;
} conjunct;

struct msl_filter {
    conjunct *conjuncts;
    uint32_t count, safe_count; ///< the first safe_count cannot fail
    uint32_t rows;
};

/// What a lane has seen of one conjunct; recent chunks count more.
typedef struct observed {
    double ns_per_row;
    double passing; ///< share of rows
} observed;

struct msl_filter_local {
    const msl_filter *filter;
    msl_evaluator *evals;
    uint32_t *order;
    observed *observed;
    uint32_t *rows[2]; ///< the selection and the one before
    uint64_t chunks;
};

/* ---- compiling ---- */

static msl_compare_op compare_of(const msl_expr *e) {
    if (e->kind != MSL_EXPR_CALL || e->arg_count != 2 || !e->call.function) return MSL_CMP_COUNT;
    if (e->args[0]->type->phys != e->args[1]->type->phys) return MSL_CMP_COUNT;
    if (e->args[0]->type->id == MSL_TYPE_NULL || e->args[0]->type->scale != e->args[1]->type->scale)
        return MSL_CMP_COUNT;
    return msl_compare_op_of(e->call.function->name);
}

static morsel_status compile_conjunct(conjunct *out, msl_expr *e, const msl_query *query, msl_arena *arena,
                                      msl_error *err) {
    out->can_fail = e->flags & MSL_EXPR_CAN_FAIL;
    out->compare = compare_of(e);
    if (out->compare == MSL_CMP_COUNT) return msl_program_compile(&out->program, &e, 1, query, arena, err);
    return msl_program_compile(&out->program, e->args, 2, query, arena, err);
}

morsel_status msl_filter_compile(msl_filter **out, msl_expr *const *conjuncts, uint32_t count, const msl_query *query,
                                 msl_arena *arena, msl_error *err) {
    *out = NULL;
    msl_filter *f = MSL_NEW(arena, msl_filter);
    if (!f || !(f->conjuncts = MSL_NEW_ARRAY(arena, conjunct, count ? count : 1)))
        return msl_error_nomem(err, "FILTER", 64);
    f->rows = query->settings->vector_rows;
    for (int can_fail = 0; can_fail <= 1; can_fail++) {
        for (uint32_t i = 0; i < count; i++) {
            if (!!(conjuncts[i]->flags & MSL_EXPR_CAN_FAIL) != can_fail) continue;
            MSL_TRY(compile_conjunct(&f->conjuncts[f->count++], conjuncts[i], query, arena, err));
        }
        if (!can_fail) f->safe_count = f->count;
    }
    *out = f;
    return MORSEL_OK;
}

morsel_status msl_filter_local_init(msl_filter_local **out, const msl_filter *f, msl_arena *arena, msl_error *err) {
    msl_filter_local *l = MSL_NEW(arena, msl_filter_local);
    *out = l;
    if (!l) return msl_error_nomem(err, "FILTER", sizeof *l);
    l->filter = f;
    l->evals = MSL_NEW_ARRAY(arena, msl_evaluator, f->count + 1);
    l->order = MSL_NEW_ARRAY(arena, uint32_t, f->count + 1);
    l->observed = MSL_NEW_ARRAY(arena, observed, f->count + 1);
    l->rows[0] = MSL_NEW_ARRAY(arena, uint32_t, f->rows);
    l->rows[1] = MSL_NEW_ARRAY(arena, uint32_t, f->rows);
    if (!l->evals || !l->order || !l->observed || !l->rows[0] || !l->rows[1])
        return msl_error_nomem(err, "FILTER", f->rows * 8ull);
    for (uint32_t i = 0; i < f->count; i++) {
        l->order[i] = i;
        l->observed[i] = (observed){.ns_per_row = -1, .passing = 0.5};
        MSL_TRY(msl_evaluator_init(&l->evals[i], f->conjuncts[i].program, arena, err));
    }
    return MORSEL_OK;
}

/* ---- order ---- */

/// What a row costs until it is decided; the least goes first.
static double rank(const observed *o) { return o->ns_per_row / (1.0 - o->passing + 1e-6); }

static void observe(observed *o, uint64_t ns, uint32_t rows, uint32_t passed) {
    double cost = (double)ns / rows, share = (double)passed / rows;
    bool is_new = o->ns_per_row < 0;
    o->ns_per_row = is_new ? cost : o->ns_per_row * 0.75 + cost * 0.25;
    o->passing = is_new ? share : o->passing * 0.75 + share * 0.25;
}

/// Insertion sort of the safe conjuncts; stable, so equal ones keep the text's order.
static void reorder(msl_filter_local *l) {
    for (uint32_t i = 1; i < l->filter->safe_count; i++) {
        uint32_t moving = l->order[i], at = i;
        for (; at > 0 && rank(&l->observed[l->order[at - 1]]) > rank(&l->observed[moving]); at--)
            l->order[at] = l->order[at - 1];
        l->order[at] = moving;
    }
}

/* ---- running ---- */

static morsel_status run_conjunct(msl_filter_local *l, uint32_t c, msl_lane *lane, const msl_chunk *view, bool is_clean,
                                  uint32_t *to, uint32_t *passed) {
    msl_evaluator *eval = &l->evals[c];
    MSL_TRY(msl_program_run(eval, lane, view, is_clean));
    msl_compare_op op = l->filter->conjuncts[c].compare;
    if (op == MSL_CMP_COUNT) *passed = msl_select_true(msl_result(eval, 0), view->sel, view->live, to);
    else *passed = msl_select_compare(op, msl_result(eval, 0), msl_result(eval, 1), view->sel, view->live, to);
    return MORSEL_OK;
}

morsel_status msl_filter_run(msl_filter_local *l, msl_lane *lane, const msl_chunk *in, const uint32_t **sel,
                             uint32_t *live) {
    const msl_filter *f = l->filter;
    bool is_observed = f->safe_count > 1 && l->chunks++ % SAMPLE == 0;
    msl_chunk view = *in;
    for (uint32_t k = 0; k < f->count && view.live > 0; k++) {
        uint32_t c = l->order[k], passed, *to = l->rows[k & 1];
        uint64_t started = is_observed ? msl_now_ns() : 0;
        MSL_TRY(run_conjunct(l, c, lane, &view, in->sel == NULL, to, &passed));
        if (is_observed) observe(&l->observed[c], msl_now_ns() - started, view.live, passed);
        if (passed < view.live) msl_chunk_select(&view, to, passed);
    }
    if (is_observed) reorder(l);
    *sel = view.sel;
    *live = view.live;
    return MORSEL_OK;
}
