/// test_expression.c: programs against a row-by-row reference: random expressions over columns with NULLs, in every
/// vector form, with selections; calls that fail only where they must not be made; sharing; filters; constants.
#include "test_plan.h"

#define ROWS 200u
#define COLUMNS 3u

/// A BIGINT or BOOLEAN that may be NULL; or an error.
typedef struct cell {
    int64_t v;
    bool is_null, fails;
} cell;

/* ---- the reference ---- */

static cell null_cell(void) { return (cell){.is_null = true}; }

static cell reference(const msl_expr *e, const msl_chunk *in, uint32_t row);

static cell reference_call(const msl_expr *e, const msl_chunk *in, uint32_t row) {
    cell a[2] = {{0}};
    bool is_null = false;
    for (uint32_t i = 0; i < e->arg_count; i++) {
        a[i] = reference(e->args[i], in, row);
        if (a[i].fails) return a[i];
        is_null |= a[i].is_null;
    }
    if (is_null) return null_cell();
    const msl_function *f = e->call.function;
    if (f == &fn_add) return (cell){.v = a[0].v + a[1].v};
    if (f == &fn_less) return (cell){.v = a[0].v < a[1].v};
    if (f == &fn_equal) return (cell){.v = a[0].v == a[1].v};
    if (f == &fn_mod) return a[1].v == 0 ? null_cell() : (cell){.v = a[0].v % a[1].v};
    if (f == &fn_fail_if) return (cell){.v = a[0].v, .fails = a[0].v == a[1].v};
    return (cell){.v = a[0].v};
}

/// AND, OR: what cannot fail decides first, then the rest in the text's order.
static cell reference_junction(const msl_expr *e, const msl_chunk *in, uint32_t row) {
    int64_t decisive = e->kind == MSL_EXPR_OR;
    bool any_null = false;
    for (int can_fail = 0; can_fail < 2; can_fail++) {
        bool decided = false;
        for (uint32_t i = 0; i < e->arg_count; i++) {
            if (!!(e->args[i]->flags & MSL_EXPR_CAN_FAIL) != can_fail) continue;
            cell a = reference(e->args[i], in, row);
            if (a.fails) return a;
            any_null |= a.is_null;
            decided |= !a.is_null && a.v == decisive;
            if (decided && can_fail) break;
        }
        if (decided) return (cell){.v = decisive};
    }
    return any_null ? null_cell() : (cell){.v = !decisive};
}

static cell reference_in(const msl_expr *e, const msl_chunk *in, uint32_t row) {
    cell x = reference(e->args[0], in, row);
    if (x.fails) return x;
    bool found = false, unknown = x.is_null;
    for (int pass = 0; pass < 2; pass++) { // constants, then the others
        for (uint32_t i = 1; i < e->arg_count; i++) {
            bool is_constant = e->args[i]->kind == MSL_EXPR_CONSTANT;
            if (is_constant != (pass == 0)) continue;
            if (found && (e->args[i]->flags & MSL_EXPR_CAN_FAIL)) continue;
            cell a = reference(e->args[i], in, row);
            if (a.fails) return a;
            unknown |= a.is_null;
            found |= !x.is_null && !a.is_null && a.v == x.v;
        }
    }
    if (!found && unknown) return null_cell();
    return (cell){.v = found != !!(e->flags & MSL_EXPR_NEGATED)};
}

static cell reference(const msl_expr *e, const msl_chunk *in, uint32_t row) {
    switch (e->kind) {
    case MSL_EXPR_COLUMN: {
        msl_value v = msl_vector_get(&in->columns[e->column], row);
        return (cell){.v = v.is_null ? 0 : v.i64, .is_null = v.is_null};
    }
    case MSL_EXPR_CONSTANT: return (cell){.v = e->value.is_null ? 0 : e->value.i64, .is_null = e->value.is_null};
    case MSL_EXPR_CALL: return reference_call(e, in, row);
    case MSL_EXPR_AND:
    case MSL_EXPR_OR: return reference_junction(e, in, row);
    case MSL_EXPR_IN: return reference_in(e, in, row);
    case MSL_EXPR_CASE:
        for (uint32_t i = 0; i + 1 < e->arg_count; i += 2) {
            cell when = reference(e->args[i], in, row);
            if (when.fails) return when;
            if (!when.is_null && when.v) return reference(e->args[i + 1], in, row);
        }
        return reference(e->args[e->arg_count - 1], in, row);
    case MSL_EXPR_COALESCE:
        for (uint32_t i = 0; i < e->arg_count; i++) {
            cell a = reference(e->args[i], in, row);
            if (a.fails || !a.is_null) return a;
        }
        return null_cell();
    default: abort();
    }
}

/* ---- random expressions ---- */

static uint64_t seed = 20240601;
static uint32_t below(uint32_t n) { return (uint32_t)(check_random(&seed) % n); }

static msl_expr *random_int(test_bed *bed, uint32_t depth);

static msl_expr *random_bool(test_bed *bed, uint32_t depth) {
    const msl_type *boolean = msl_type_of(MSL_TYPE_BOOLEAN);
    msl_expr *args[4];
    uint32_t n = 2 + below(3);
    switch (depth ? below(5) : below(2)) {
    case 0:
        return E_CALL(bed, &fn_less, random_int(bed, depth ? depth - 1 : 0), random_int(bed, depth ? depth - 1 : 0));
    case 1:
        return E_CALL(bed, &fn_equal, random_int(bed, depth ? depth - 1 : 0), random_int(bed, depth ? depth - 1 : 0));
    case 2:
        for (uint32_t i = 0; i < n; i++) args[i] = random_int(bed, i ? below(depth) : depth - 1);
        msl_expr *in = e_node(bed, MSL_EXPR_IN, boolean, n, args);
        if (below(2)) in->flags |= MSL_EXPR_NEGATED;
        return in;
    default:
        for (uint32_t i = 0; i < n; i++) args[i] = random_bool(bed, depth - 1);
        return e_node(bed, below(2) ? MSL_EXPR_AND : MSL_EXPR_OR, boolean, n, args);
    }
}

static msl_expr *random_int(test_bed *bed, uint32_t depth) {
    const msl_type *bigint = msl_type_of(MSL_TYPE_BIGINT);
    msl_expr *args[7];
    uint32_t n;
    switch (depth ? below(9) : below(3)) {
    case 0: return e_int(bed, below(8));
    case 1: return below(12) ? e_column(bed, below(COLUMNS), bigint) : e_null(bed, bigint);
    case 2: return e_column(bed, below(COLUMNS), bigint);
    case 3: return E_CALL(bed, &fn_add, random_int(bed, depth - 1), random_int(bed, depth - 1));
    case 4: return E_CALL(bed, &fn_mod, random_int(bed, depth - 1), random_int(bed, depth - 1));
    case 5: return E_CALL(bed, &fn_fail_if, random_int(bed, depth - 1), e_int(bed, below(40)));
    case 6:
        n = 2 + below(2);
        for (uint32_t i = 0; i < n; i++) args[i] = random_int(bed, depth - 1);
        return e_node(bed, MSL_EXPR_COALESCE, bigint, n, args);
    default:
        n = 1 + 2 * (1 + below(3));
        for (uint32_t i = 0; i < n; i++)
            args[i] = i % 2 || i + 1 == n ? random_int(bed, depth - 1) : random_bool(bed, depth - 1);
        return e_node(bed, MSL_EXPR_CASE, bigint, n, args);
    }
}

/// Columns in random forms, and a random selection.
static void random_chunk(test_bed *bed, msl_chunk *chunk, uint32_t rows) {
    const msl_type *types[COLUMNS];
    msl_error err;
    for (uint32_t c = 0; c < COLUMNS; c++) types[c] = msl_type_of(MSL_TYPE_BIGINT);
    if (msl_chunk_init(chunk, types, COLUMNS, ROWS, &bed->arena, &err) != MORSEL_OK) abort();
    for (uint32_t c = 0; c < COLUMNS; c++) {
        msl_vector *v = &chunk->columns[c];
        bool has_nulls = below(2);
        for (uint32_t i = 0; i < ROWS; i++) {
            ((int64_t *)v->data)[i] = below(8);
            if (has_nulls && below(4) == 0) msl_vector_set_null(v, i);
        }
        uint32_t form = below(4);
        if (form == 0) v->form = MSL_FORM_CONSTANT;
        if (form != 1) continue;
        msl_vector *base = MSL_NEW(&bed->arena, msl_vector);
        uint32_t *rows_of = MSL_NEW_ARRAY(&bed->arena, uint32_t, ROWS);
        *base = *v;
        for (uint32_t i = 0; i < ROWS; i++) rows_of[i] = below(ROWS);
        *v = (msl_vector){
            .type = base->type, .form = MSL_FORM_DICTIONARY, .capacity = ROWS, .child = base, .dict_sel = rows_of};
    }
    chunk->rows = chunk->live = rows;
    if (below(2)) return;
    uint32_t *sel = MSL_NEW_ARRAY(&bed->arena, uint32_t, ROWS), n = 0, share = 1 + below(6);
    for (uint32_t i = 0; i < rows; i++) {
        if (below(share) == 0) sel[n++] = i;
    }
    if (n == 0) sel[n++] = rows - 1;
    msl_chunk_select(chunk, sel, n);
}

static void check_program(test_bed *bed, msl_query *query, msl_expr *const *exprs, uint32_t count) {
    msl_error err;
    msl_error_clear(&err);
    msl_program *program;
    msl_evaluator eval;
    msl_arena scratch;
    msl_arena_init(&scratch, bed->memory);
    msl_lane lane = {.query = query, .err = &err, .scratch = &scratch, .arena = &bed->arena, .env = query->env};
    CHECK(msl_program_compile(&program, exprs, count, query, &bed->arena, &err) == MORSEL_OK, "%s", err.message);
    CHECK(msl_evaluator_init(&eval, program, &bed->arena, &err) == MORSEL_OK, "%s", err.message);
    for (int round = 0; round < 4; round++) {
        msl_chunk in;
        random_chunk(bed, &in, 1 + below(ROWS));
        uint32_t fails_at = in.live; // the first live row for which some expression fails
        for (uint32_t k = 0; k < in.live && fails_at == in.live; k++) {
            for (uint32_t e = 0; e < count; e++) {
                if (reference(exprs[e], &in, msl_chunk_row(&in, k)).fails) fails_at = k;
            }
        }
        msl_error_clear(&err);
        morsel_status status = msl_evaluate(&eval, &lane, &in);
        CHECK((status != MORSEL_OK) == (fails_at < in.live), "status %d, row %u of %u fails", status, fails_at,
              in.live);
        if (status != MORSEL_OK) {
            CHECK(err.sql_offset == 7, "no position");
            uint32_t good = msl_evaluate_prefix(&eval, &lane, &in);
            CHECK(good == fails_at, "prefix %u, not %u", good, fails_at);
            in.live = fails_at;
            if (!in.sel) in.rows = in.live;
            if (in.live == 0) continue;
            CHECK(msl_evaluate(&eval, &lane, &in) == MORSEL_OK, "the prefix works");
        }
        for (uint32_t e = 0; e < count; e++) {
            uint32_t bad = 0;
            for (uint32_t k = 0; k < in.live; k++) {
                uint32_t row = msl_chunk_row(&in, k);
                cell want = reference(exprs[e], &in, row);
                msl_value got = msl_vector_get(msl_result(&eval, e), row);
                int64_t v = got.is_null ? 0 : got.type->id == MSL_TYPE_BOOLEAN ? got.boolean : got.i64;
                bad += got.is_null != want.is_null || (!want.is_null && v != want.v);
            }
            CHECK(bad == 0, "expression %u: %u of %u rows differ", e, bad, in.live);
        }
    }
    msl_arena_deinit(&scratch);
}

static msl_query_settings settings = {.threads = 1, .vector_rows = ROWS};

static void random_programs(test_bed *bed, msl_query *query) {
    for (int i = 0; i < 1500; i++) {
        msl_expr *exprs[3];
        uint32_t n = 1 + below(3);
        for (uint32_t e = 0; e < n; e++)
            exprs[e] = below(2) ? random_int(bed, 1 + below(3)) : random_bool(bed, 1 + below(3));
        check_program(bed, query, exprs, n);
        if (i % 50 == 49) msl_arena_reset(&bed->arena);
    }
}

/// Filters pass exactly the rows for which all conjuncts are TRUE, also after they were reordered.
static void random_filters(test_bed *bed, msl_query *query) {
    for (int i = 0; i < 150; i++) {
        msl_error err;
        msl_error_clear(&err);
        msl_expr *c[4], *ordered[4];
        uint32_t n = 1 + below(4), m = 0;
        for (uint32_t k = 0; k < n; k++) c[k] = random_bool(bed, below(3));
        for (int can_fail = 0; can_fail < 2; can_fail++) {
            for (uint32_t k = 0; k < n; k++) {
                if (!!(c[k]->flags & MSL_EXPR_CAN_FAIL) == can_fail) ordered[m++] = c[k];
            }
        }
        msl_filter *filter;
        msl_filter_local *local;
        msl_arena scratch;
        msl_arena_init(&scratch, bed->memory);
        msl_lane lane = {.query = query, .err = &err, .scratch = &scratch, .arena = &bed->arena, .env = query->env};
        CHECK(msl_filter_compile(&filter, ordered, n, query, &bed->arena, &err) == MORSEL_OK, "%s", err.message);
        CHECK(msl_filter_local_init(&local, filter, &bed->arena, &err) == MORSEL_OK, "%s", err.message);
        for (int round = 0; round < 20; round++) {
            msl_chunk in;
            random_chunk(bed, &in, 1 + below(ROWS));
            const uint32_t *sel;
            uint32_t live, want = 0, wrong = 0;
            bool fails = false;
            msl_error_clear(&err);
            morsel_status status = msl_filter_run(local, &lane, &in, &sel, &live);
            for (uint32_t k = 0; k < in.live; k++) {
                uint32_t row = msl_chunk_row(&in, k);
                bool passes = true;
                for (uint32_t j = 0; j < n && passes; j++) {
                    cell v = reference(ordered[j], &in, row);
                    if (v.fails) fails = true;
                    passes = !v.fails && !v.is_null && v.v;
                }
                if (!passes) continue;
                if (status == MORSEL_OK) wrong += want >= live || (sel ? sel[want] : want) != row;
                want++;
            }
            CHECK((status != MORSEL_OK) == fails, "status %d", status);
            CHECK(status != MORSEL_OK || (want == live && wrong == 0), "%u rows, not %u; %u wrong", live, want, wrong);
        }
        msl_arena_deinit(&scratch);
        if (i % 20 == 19) msl_arena_reset(&bed->arena);
    }
}

/// A subexpression that stands in several expressions is computed once; one in a branch only for its rows.
static void sharing(test_bed *bed, msl_query *query) {
    const msl_type *bigint = msl_type_of(MSL_TYPE_BIGINT);
    msl_error err;
    msl_error_clear(&err);
    msl_chunk in;
    random_chunk(bed, &in, 100);
    for (uint32_t i = 0; i < 100; i++) ((int64_t *)in.columns[0].data)[i] = i;
    in.columns[0].form = MSL_FORM_FLAT;
    in.columns[0].valid = NULL;
    in.sel = NULL;
    in.live = in.rows;
    msl_expr *exprs[3];
    for (int i = 0; i < 3; i++) {
        exprs[i] = E_CALL(bed, &fn_add, E_CALL(bed, &fn_counted, e_column(bed, 0, bigint)), e_int(bed, i));
    }
    msl_expr *rare =
        E_NODE(bed, MSL_EXPR_CASE, bigint, E_CALL(bed, &fn_less, e_column(bed, 0, bigint), e_int(bed, 5)),
               E_CALL(bed, &fn_counted, E_CALL(bed, &fn_add, e_column(bed, 0, bigint), e_int(bed, 1))), e_int(bed, 0));
    msl_program *program;
    msl_evaluator eval;
    msl_arena scratch;
    msl_arena_init(&scratch, bed->memory);
    msl_lane lane = {.query = query, .err = &err, .scratch = &scratch, .arena = &bed->arena, .env = query->env};
    for (int branch = 0; branch < 2; branch++) {
        atomic_store(&test_counted, 0);
        CHECK(msl_program_compile(&program, branch ? &rare : exprs, branch ? 1 : 3, query, &bed->arena, &err) ==
                  MORSEL_OK,
              "compile");
        CHECK(msl_evaluator_init(&eval, program, &bed->arena, &err) == MORSEL_OK, "init");
        CHECK(msl_evaluate(&eval, &lane, &in) == MORSEL_OK, "%s", err.message);
        CHECK(atomic_load(&test_counted) == (branch ? 5 : 100), "computed for %llu rows",
              (unsigned long long)test_counted);
    }
    msl_arena_deinit(&scratch);
}

static void constants(test_bed *bed) {
    msl_error err;
    msl_error_clear(&err);
    msl_value v;
    msl_expr *sum = E_CALL(bed, &fn_add, e_int(bed, 40), e_int(bed, 2));
    CHECK(msl_expr_fold(sum, NULL, &bed->arena, &v, &err) == MORSEL_OK && v.i64 == 42, "%lld", (long long)v.i64);
    msl_expr *text = E_CALL(bed, &fn_label, e_int(bed, 7));
    CHECK(msl_expr_fold(text, NULL, &bed->arena, &v, &err) == MORSEL_OK && v.length == 24 &&
              memcmp(v.text, "a rather long label of 7", 24) == 0,
          "text");
    msl_expr *bad = E_CALL(bed, &fn_fail_if, e_int(bed, 7), e_int(bed, 7));
    CHECK(msl_expr_fold(bad, NULL, &bed->arena, &v, &err) == MORSEL_DATA && err.sql_offset == 7, "%s", err.message);
    msl_error_clear(&err);
    msl_expr *deep = e_int(bed, 0); // a long chain is no nesting
    for (int i = 0; i < 20000; i++) deep = E_CALL(bed, &fn_add, deep, e_int(bed, 1));
    CHECK(msl_expr_fold(deep, NULL, &bed->arena, &v, &err) == MORSEL_OK && v.i64 == 20000, "%s", err.message);
    deep = e_int(bed, 0); // deep, but not too deep
    for (int i = 0; i < 2500; i++) deep = E_CALL(bed, &fn_add, e_int(bed, 1), deep);
    CHECK(msl_expr_fold(deep, NULL, &bed->arena, &v, &err) == MORSEL_OK && v.i64 == 2500, "%s", err.message);
    for (int i = 0; i < 1000; i++) deep = E_CALL(bed, &fn_add, e_int(bed, 1), deep);
    CHECK(msl_expr_fold(deep, NULL, &bed->arena, &v, &err) == MORSEL_UNSUPPORTED, "too deep");
}

int main(void) {
    test_bed bed;
    test_bed_open(&bed, 1, ROWS);
    msl_environment env = {0};
    atomic_bool cancelled = false;
    msl_query query = {.memory = bed.memory,
                       .arena = &bed.arena,
                       .settings = &settings,
                       .env = &env,
                       .cancelled = &cancelled,
                       .wake_fd = -1};
    random_programs(&bed, &query);
    random_filters(&bed, &query);
    sharing(&bed, &query);
    constants(&bed);
    test_bed_close(&bed);
    return check_done("executor expressions");
}
