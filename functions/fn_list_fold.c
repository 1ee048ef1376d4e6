/// fn_list_fold.c: list_aggregate(list, 'sum') and list_sum(list): an aggregate function run over the elements of each
/// list, with the very callbacks that GROUP BY runs. Elements come in the order of the list, or ascending for those
/// that want them so (median, mode); DISTINCT is list_distinct's.
#include "functions/fn_list_fold.h"

#include "functions/agg_int.h"

#include <string.h>

#define BATCH 256u

typedef struct fold_plan {
    msl_aggregate_binding fn;
    uint32_t constants; ///< arguments of the aggregate behind the element
} fold_plan;

/// The aggregate's name: behind list_ in the function's own, or the second argument.
static morsel_status aggregate_name(const msl_function *self, const msl_value *const *constants, uint32_t arg_count,
                                    const char **name, size_t *length, bool *is_given, msl_error *err) {
    *is_given = strstr(self->name, "_aggr") != NULL;
    *name = self->name + strlen("list_");
    *length = strlen(*name);
    if (!*is_given) return arg_count == 1 ? MORSEL_OK : MORSEL_TYPE;
    if (arg_count < 2) return MORSEL_TYPE;
    const msl_value *value = constants ? constants[1] : NULL;
    if (!value || value->is_null || value->type->phys != MSL_PHYS_STRING) {
        return msl_error_set(err, MORSEL_TYPE, "42804", "the name of the aggregate must be a constant text");
    }
    *name = value->text;
    *length = value->length;
    return MORSEL_OK;
}

morsel_status msl_bind_list_fold(MSL_BIND_ARGS) {
    const char *name;
    size_t length;
    bool is_given;
    const msl_type *element = arg_count ? msl_list_element(types[0]) : NULL, *list;
    if (!element) return MORSEL_TYPE;
    MSL_TRY(aggregate_name(self, constants, arg_count, &name, &length, &is_given, err));
    fold_plan *plan = MSL_NEW(arena, fold_plan);
    uint32_t count = is_given ? arg_count - 1 : 1;
    const msl_type **arg_types = MSL_NEW_ARRAY(arena, const msl_type *, count);
    const msl_value **values = MSL_NEW_ARRAY(arena, const msl_value *, count);
    if (!plan || !arg_types || !values) return msl_error_nomem(err, NULL, sizeof *plan);
    arg_types[0] = element;
    for (uint32_t k = 1; k < count; k++) {
        arg_types[k] = types[k + 1];
        values[k] = constants[k + 1];
    }
    MSL_TRY(msl_aggregate_resolve(name, length, arg_types, values, count, arena, &plan->fn, err));
    plan->constants = count - 1;
    MSL_TRY(msl_want_list(out, 0, plan->fn.arg_types[0], arena, &list, err));
    if (is_given) out->arg_types[1] = msl_type_of(MSL_TYPE_VARCHAR);
    for (uint32_t k = 1; k < count; k++) out->arg_types[k + 1] = plan->fn.arg_types[k];
    out->result = plan->fn.result;
    out->bound = plan;
    return MORSEL_OK;
}

static char *keep_in(void *arena, size_t bytes) { return msl_arena_bytes(arena, bytes); }

typedef struct fold_run {
    msl_kernel_ctx *ctx;
    const fold_plan *plan;
    msl_agg_ctx agg;
    msl_vector elements;
    const msl_vector **args; ///< of the aggregate
    char *state;
} fold_run;

/// Adds rows [0, n) of the elements to the state.
static morsel_status add_elements(fold_run *r, uint32_t n) {
    const msl_aggregate *f = r->plan->fn.aggregate;
    uint32_t rows[BATCH], live = 0;
    const uint32_t *sel = NULL;
    if (r->elements.valid && !(f->flags & MSL_AGG_TAKES_NULLS)) {
        for (uint32_t k = 0; k < n; k++) {
            if (msl_bit(r->elements.valid, k)) rows[live++] = k;
        }
        sel = rows;
        n = live;
    }
    if (n) MSL_TRY(f->update_one(&r->agg, r->args, sel, n, r->state));
    r->agg.first_row += n;
    return MORSEL_OK;
}

/// How many elements an update will see.
static uint64_t count_live(const msl_aggregate *f, const msl_slot *slots, uint32_t count) {
    uint64_t live = 0;
    for (uint32_t k = 0; k < count; k++) live += (f->flags & MSL_AGG_TAKES_NULLS) || !msl_slot_is_null(&slots[k]);
    return live;
}

static morsel_status fold_list(fold_run *r, const msl_string *list) {
    const msl_aggregate *f = r->plan->fn.aggregate;
    bool sorts = f->flags & MSL_AGG_BY_ARGUMENT;
    const char *at = msl_string_bytes(list);
    msl_slot *slots = NULL;
    uint32_t count = 0;
    if (f->flags & MSL_AGG_COLLECTS) {
        MSL_TRY(msl_slots_of(r->ctx, r->elements.type, list, &slots, &count));
        if (sorts) MSL_TRY(msl_slots_sort(r->ctx, slots, count));
        if (f->begin) MSL_TRY(f->begin(&r->agg, r->state, count_live(f, slots, count)));
    }
    for (uint32_t done = 0;;) {
        uint32_t n = 0;
        msl_vector_reset(&r->elements);
        if (sorts) {
            for (; n < BATCH && done < count; n++, done++) {
                MSL_TRY(msl_slot_into(r->ctx, slots[done].at, &r->elements, n));
            }
        } else {
            n = msl_nested_read_many(&at, &r->elements, 0, BATCH, r->ctx->scratch);
            if (n == UINT32_MAX) return msl_error_nomem(r->ctx->err, NULL, list->length);
        }
        if (n == 0) return MORSEL_OK;
        if (msl_fn_cancelled(r->ctx)) return msl_fn_interrupted(r->ctx->err);
        MSL_TRY(add_elements(r, n));
    }
}

/// The aggregate's further arguments, as constants of the row.
static morsel_status set_constants(fold_run *r, const msl_vector *const *args, uint32_t row) {
    for (uint32_t k = 0; k < r->plan->constants; k++) {
        const msl_vector *from = args[k + 2];
        msl_vector *v = (msl_vector *)(uintptr_t)r->args[k + 1];
        *v = (msl_vector){.type = from->type, .form = MSL_FORM_CONSTANT, .capacity = 1,
                          .data = (void *)(uintptr_t)msl_vector_at(from, row)};
        static uint64_t no_rows[1];
        if (!msl_vector_is_valid(from, row)) v->valid = no_rows;
    }
    return MORSEL_OK;
}

morsel_status msl_kernel_list_fold(MSL_KERNEL_ARGS) {
    (void)arg_count;
    fold_run r = {.ctx = ctx, .plan = ctx->bound};
    const msl_aggregate *f = r.plan->fn.aggregate;
    r.agg = (msl_agg_ctx){.err = ctx->err, .env = ctx->env, .bound = r.plan->fn.bound, .keep = keep_in,
                          .keeper = ctx->scratch};
    r.args = MSL_NEW_ARRAY(ctx->scratch, const msl_vector *, r.plan->constants + 1);
    msl_vector *constants = MSL_NEW_ARRAY(ctx->scratch, msl_vector, r.plan->constants + 1);
    if (!r.args || !constants) return msl_error_nomem(ctx->err, NULL, sizeof *constants);
    MSL_TRY(msl_vector_init(&r.elements, args[0]->type->children[0], BATCH, ctx->scratch, ctx->err));
    r.args[0] = &r.elements;
    for (uint32_t k = 0; k < r.plan->constants; k++) r.args[k + 1] = &constants[k];
    MSL_ROWS(row) {
        if (!msl_vector_is_valid(args[0], row)) {
            msl_vector_set_null(out, row);
            continue;
        }
        r.state = msl_arena_alloc(ctx->scratch, f->state_bytes ? f->state_bytes : 8);
        if (!r.state) return msl_error_nomem(ctx->err, NULL, f->state_bytes);
        r.agg.ordinal = r.agg.first_row = 0;
        MSL_TRY(set_constants(&r, args, row));
        f->init(r.plan->fn.bound, r.state);
        MSL_TRY(fold_list(&r, msl_nested_at(args[0], row)));
        MSL_TRY(f->finalize(&r.agg, r.state, out, row));
    }
    return MORSEL_OK;
}
