/// fn_list_distance.c: lists of numbers as vectors of one length: products, distances, the angle between them.
#include "functions/fn_nested_int.h"

#include <math.h>

/// What is summed over the pairs of elements.
typedef struct pair_sums {
    double product, a_squares, b_squares, difference_squares;
} pair_sums;

static morsel_status unequal(msl_kernel_ctx *ctx) {
    return msl_error_set(ctx->err, MORSEL_DATA, "22023", "the lists must have the same number of elements");
}

/// Both lists in blocks; *has_null: an element is NULL, so that nothing can be said.
static morsel_status sum_pairs(msl_kernel_ctx *ctx, const msl_string *a, const msl_string *b, pair_sums *out,
                               bool *has_null) {
    const char *x = msl_string_bytes(a), *y = msl_string_bytes(b);
    double left[64], right[64];
    uint64_t valid[2][2];
    const msl_type *type = msl_type_of(MSL_TYPE_DOUBLE);
    *out = (pair_sums){0};
    *has_null = false;
    for (;;) {
        msl_vector v = {.type = type, .form = MSL_FORM_FLAT, .capacity = 64, .data = left, .valid_room = valid[0]};
        msl_vector u = {.type = type, .form = MSL_FORM_FLAT, .capacity = 64, .data = right, .valid_room = valid[1]};
        uint32_t n = msl_nested_read_many(&x, &v, 0, 64, ctx->scratch), m = msl_nested_read_many(&y, &u, 0, 64,
                                                                                                 ctx->scratch);
        if (n != m) return unequal(ctx);
        if (n == 0) return MORSEL_OK;
        *has_null |= v.valid || u.valid;
        for (uint32_t k = 0; k < n; k++) {
            out->product += left[k] * right[k];
            out->a_squares += left[k] * left[k];
            out->b_squares += right[k] * right[k];
            out->difference_squares += (left[k] - right[k]) * (left[k] - right[k]);
        }
    }
}

static double cosine(const pair_sums *s) {
    double x = s->product / (sqrt(s->a_squares) * sqrt(s->b_squares));
    return x > 1 ? 1 : x < -1 ? -1 : x;
}
static double product(const pair_sums *s) { return s->product; }
static double negative_product(const pair_sums *s) { return -s->product; }
static double distance(const pair_sums *s) { return sqrt(s->difference_squares); }
static double cosine_distance(const pair_sums *s) { return 1 - cosine(s); }

static morsel_status run(MSL_KERNEL_ARGS, double (*result)(const pair_sums *)) {
    (void)arg_count;
    MSL_ROWS(row) {
        pair_sums sums;
        bool has_null;
        if (!msl_vector_is_valid(out, row)) continue;
        MSL_TRY(sum_pairs(ctx, msl_nested_at(args[0], row), msl_nested_at(args[1], row), &sums, &has_null));
        if (has_null) msl_vector_set_null(out, row);
        else ((double *)out->data)[row] = result(&sums);
    }
    return MORSEL_OK;
}

#define KERNEL(name, result)                                                                                           \
    morsel_status name(MSL_KERNEL_ARGS) { return run(ctx, args, arg_count, sel, n, out, result); }
KERNEL(msl_kernel_list_product, product)
KERNEL(msl_kernel_list_negative_product, negative_product)
KERNEL(msl_kernel_list_distance, distance)
KERNEL(msl_kernel_list_cosine, cosine)
KERNEL(msl_kernel_list_cosine_distance, cosine_distance)
