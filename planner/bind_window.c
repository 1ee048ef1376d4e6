/// bind_window.c: calls with OVER: which window they stand over, their frame, their arguments.
///
///   sum(x) OVER (w ROWS 3 PRECEDING) ... WINDOW w AS (PARTITION BY a ORDER BY b)
///   ->  WINDOW node of the expression: args [x, a, b], detail {aggregate sum, 1 partition key, 1 order key, frame}
///
/// Everything that is an expression stands in args, in the order of msl_window_parts, so that walking and rewriting
/// expressions (grouping above all: sum(sum(x)) OVER ...) needs to know nothing of windows. plan_window.c takes the
/// parts apart again.
#include "planner/bind_window.h"

#include "base/nearest.h"

#include <string.h>

/* ---- where a window may stand ---- */

static morsel_status check_place(msl_binder *b, const char *name, msl_at at) {
    msl_clause clause = b->scope ? b->scope->clause : MSL_CLAUSE_VALUES;
    if (b->scope && b->scope->in_aggregate) {
        return msl_error_at(b->p->err, MORSEL_BIND, "42803", at.offset, at.length,
                            "window function %s cannot be used inside of an aggregate", name);
    }
    if (clause == MSL_CLAUSE_SELECT || clause == MSL_CLAUSE_ORDER_BY || clause == MSL_CLAUSE_QUALIFY ||
        clause == MSL_CLAUSE_DISTINCT_ON) {
        return MORSEL_OK;
    }
    morsel_status status = msl_error_at(b->p->err, MORSEL_BIND, "42P20", at.offset, at.length,
                                        "window function %s cannot be used in %s", name, msl_clause_name(clause));
    if (clause == MSL_CLAUSE_WHERE || clause == MSL_CLAUSE_HAVING) {
        msl_error_hint(b->p->err, "conditions on window functions belong in QUALIFY");
    }
    return status;
}

morsel_status msl_refuse_window(msl_binder *b, const msl_expr *expr, const char *where) {
    const msl_expr *window = msl_expr_find_kind(expr, MSL_EXPR_WINDOW);
    const msl_expr *unnest = msl_expr_find_kind(expr, MSL_EXPR_UNNEST);
    if (unnest && strcmp(where, "GROUP BY") != 0) { // rows are grouped by elements, and made before nothing else
        return msl_error_at(b->p->err, MORSEL_BIND, "0A000", unnest->sql_offset, unnest->sql_length,
                            "unnest cannot be used in %s", where);
    }
    if (!window) return MORSEL_OK;
    morsel_status status = msl_error_at(b->p->err, MORSEL_BIND, "42P20", window->sql_offset, window->sql_length,
                                        "a window function cannot be used in %s", where);
    bool has_qualify = strcmp(where, "WHERE") == 0 || strcmp(where, "HAVING") == 0;
    if (has_qualify) msl_error_hint(b->p->err, "conditions on window functions belong in QUALIFY");
    return status;
}

/* ---- named windows ---- */

/// The number of the window of that name among the first `limit`; an error when there is none.
static morsel_status find_window(msl_binder *b, const msl_ast_name *name, uint32_t limit, uint32_t *out) {
    const msl_ast_named_window *windows = b->scope->windows;
    msl_nearest best = msl_nearest_start(name->text, name->length);
    for (uint32_t k = 0; k < limit; k++) {
        *out = k;
        if (msl_same_name(windows[k].name.text, name->text)) return MORSEL_OK;
        msl_nearest_offer(&best, windows[k].name.text, windows[k].name.length);
    }
    msl_at at = msl_binder_at(b, name->at);
    morsel_status status =
        msl_error_at(b->p->err, MORSEL_BIND, "42704", at.offset, at.length, "no window named %s", name->text);
    if (msl_nearest_name(&best))
        msl_error_hint(b->p->err, "did you mean %s?", msl_nearest_name(&best));
    else if (limit < b->scope->window_count)
        msl_error_hint(b->p->err, "a window extends only windows before it");
    return status;
}

/// Where the parts of a window come from: itself and the chain of windows that it extends.
typedef struct window_source {
    const msl_ast_exprs *partition;
    const msl_ast_order *order;
    const msl_ast_window *frame;
} window_source;

static morsel_status extension_error(msl_binder *b, const msl_ast_window *w, const char *problem) {
    msl_at at = msl_binder_at(b, w->at);
    return msl_error_at(b->p->err, MORSEL_BIND, "42P20", at.offset, at.length, "a window made from window %s %s",
                        w->base.text, problem);
}

/// A window may add an ORDER BY and a frame to one that has none; OVER name takes the window as it is.
static morsel_status find_source(msl_binder *b, const msl_ast_window *w, uint32_t limit, window_source *out) {
    *out = (window_source){&w->partition_by, &w->order_by, w};
    for (const msl_ast_window *at = w; at->base.text;) { // each step goes to an earlier window
        MSL_TRY(find_window(b, &at->base, limit, &limit));
        const msl_ast_window *base = b->scope->windows[limit].window;
        if (at->partition_by.count) return extension_error(b, at, "cannot have another PARTITION BY");
        if (out->order->count && base->order_by.count) return extension_error(b, at, "cannot have another ORDER BY");
        if (base->frame_unit && !at->is_reference) {
            morsel_status status = extension_error(b, at, "cannot copy its frame");
            if (!at->order_by.count && !at->frame_unit)
                msl_error_hint(b->p->err, "write OVER %s, without parentheses", at->base.text);
            return status;
        }
        if (at->is_reference) out->frame = base;
        if (!out->order->count) out->order = &base->order_by;
        out->partition = &base->partition_by;
        at = base;
    }
    return MORSEL_OK;
}

/* ---- parts of a window ---- */

static morsel_status bind_key(msl_binder *b, const msl_ast_expr *ast, msl_expr **out) {
    MSL_TRY(msl_bind_expr(b, ast, out));
    MSL_TRY(msl_expr_settle(b->p, *out, out));
    return msl_collate_key(b->p, out);
}

static morsel_status bind_partition(msl_binder *b, const msl_ast_exprs *ast, msl_window_build *w) {
    for (uint32_t k = 0; k < ast->count; k++) {
        msl_expr *key;
        if (ast->items[k]->kind == MSL_AST_ROW)
            return msl_unsupported(b, ast->items[k]->at, "PARTITION BY a row value");
        MSL_TRY(bind_key(b, ast->items[k], &key));
        if (key->kind == MSL_EXPR_CONSTANT) continue; // divides nothing
        MSL_TRY(MSL_PUSH(b->p, &w->partition, key));
    }
    return MORSEL_OK;
}

static morsel_status bind_order(msl_binder *b, const msl_ast_order *ast, msl_window_build *w) {
    for (uint32_t k = 0; k < ast->count; k++) {
        const msl_ast_order_item *item = &ast->items[k];
        if (!item->expr) return msl_unsupported(b, item->at, "ORDER BY ALL in a window");
        msl_logical_order key = {.descending = item->direction == MSL_AST_DESC,
                                 .nulls_first = msl_direction_nulls_first(item)};
        MSL_TRY(bind_key(b, item->expr, &key.expr));
        MSL_TRY(MSL_PUSH(b->p, &w->order, key));
    }
    return MORSEL_OK;
}

/* ---- frames ---- */

static morsel_status frame_error(msl_binder *b, msl_at at, const char *text) {
    return msl_error_at(b->p->err, MORSEL_BIND, "42P20", at.offset, at.length, "%s", text);
}

/// Bounds that make no frame whatever the rows are.
static morsel_status check_bounds(msl_binder *b, const msl_ast_window *ast) {
    msl_at at = msl_binder_at(b, ast->at);
    msl_ast_bound_kind start = ast->frame_start.kind, end = ast->frame_end.kind;
    if (start == MSL_AST_BOUND_UNBOUNDED_FOLLOWING)
        return frame_error(b, at, "a frame cannot start at UNBOUNDED FOLLOWING");
    if (end == MSL_AST_BOUND_UNBOUNDED_PRECEDING)
        return frame_error(b, at, "a frame cannot end at UNBOUNDED PRECEDING");
    if (start > MSL_AST_BOUND_PRECEDING && end < start) {
        return frame_error(b, at,
                           start == MSL_AST_BOUND_CURRENT_ROW
                               ? "a frame that starts at the current row cannot end before it"
                               : "a frame that starts with following rows cannot end before them");
    }
    return MORSEL_OK;
}

/// A distance that is known must be one.
static morsel_status check_distance(msl_binder *b, const msl_expr *e, const char *which) {
    if (e->kind != MSL_EXPR_CONSTANT) return MORSEL_OK;
    if (e->value.is_null) {
        return msl_error_at(b->p->err, MORSEL_BIND, "22004", e->sql_offset, e->sql_length,
                            "the frame's %s must not be NULL", which);
    }
    msl_value zero = {.type = e->type};
    if (msl_value_compare(&e->value, &zero) >= 0) return MORSEL_OK;
    return msl_error_at(b->p->err, MORSEL_BIND, "22013", e->sql_offset, e->sql_length,
                        "the frame's %s must not be negative", which);
}

/// The type that RANGE adds offsets in, or NULL.
static const msl_type *range_type(const msl_type *key, const msl_type *offset) {
    switch (key->id) {
    case MSL_TYPE_DATE:
    case MSL_TYPE_TIME:
    case MSL_TYPE_TIMESTAMP:
    case MSL_TYPE_TIMESTAMPTZ:
    case MSL_TYPE_INTERVAL: return key;
    default: break;
    }
    if (!msl_type_is_numeric(key)) return NULL;
    if (offset->id == MSL_TYPE_UNTYPED || offset->id == MSL_TYPE_NULL) return key;
    const msl_type *common = msl_type_is_numeric(offset) ? msl_type_common(key, offset) : NULL;
    return common && msl_type_is_numeric(common) ? common : NULL;
}

static morsel_status range_distance(msl_binder *b, const msl_type *type, msl_expr *e, const char *what,
                                    msl_expr **out) {
    bool is_time = !msl_type_is_numeric(type);
    return msl_expr_require(b->p, e, is_time ? msl_type_of(MSL_TYPE_INTERVAL) : type, what, out);
}

/// The ORDER BY key as the type that both offsets and it convert to; the offsets likewise.
static morsel_status bind_range(msl_binder *b, const msl_ast_window *ast, msl_window_build *w, msl_expr **offsets) {
    msl_at at = msl_binder_at(b, ast->at);
    if (w->order.count != 1) return frame_error(b, at, "RANGE with an offset needs exactly one ORDER BY key");
    msl_expr *key = w->order.items[0].expr;
    const msl_type *type = key->type;
    for (uint32_t k = 0; k < 2; k++) {
        const msl_type *both = offsets[k] ? range_type(type, offsets[k]->type) : type;
        if (!both) {
            return msl_error_unsupported(b->p->err, offsets[k]->sql_offset, offsets[k]->sql_length,
                                         "RANGE with an offset of type %s over an ORDER BY key of type %s",
                                         msl_type_text(b->p, offsets[k]->type), msl_type_text(b->p, type));
        }
        type = both;
    }
    static const char *const what[2] = {"the frame's start", "the frame's end"};
    for (uint32_t k = 0; k < 2; k++) {
        if (offsets[k]) MSL_TRY(range_distance(b, type, offsets[k], what[k], &offsets[k]));
    }
    w->range_key = key;
    return key->type == type ? MORSEL_OK : msl_expr_cast(b->p, key, type, false, msl_expr_at(key), &w->range_key);
}

static morsel_status bind_offset(msl_binder *b, const msl_ast_bound *bound, const char *which, msl_expr **out) {
    *out = NULL;
    if (!bound->distance) return MORSEL_OK;
    MSL_TRY(msl_bind_expr(b, bound->distance, out));
    msl_expr *e = *out;
    if (e->kind == MSL_EXPR_PARAM) return MORSEL_OK;
    if (!msl_expr_is_foldable(e)) {
        return msl_error_at(b->p->err, MORSEL_BIND, "42P10", e->sql_offset, e->sql_length,
                            "the frame's %s must be a number or a parameter", which);
    }
    msl_value v;
    if (e->type->id == MSL_TYPE_UNTYPED) return MORSEL_OK;
    MSL_TRY(msl_expr_evaluate(b->p, e, &v));
    return msl_expr_constant(b->p, &v, msl_expr_at(e), out);
}

/// Is the frame the whole partition for every row?
static bool is_whole(const msl_window_frame *f, bool has_order) {
    if (f->exclude != MSL_EXCLUDE_NO_OTHERS) return false;
    bool peers_are_all = !has_order && f->unit != MSL_FRAME_ROWS;
    return (f->start == MSL_BOUND_UNBOUNDED_PRECEDING || (peers_are_all && f->start == MSL_BOUND_CURRENT_ROW)) &&
           (f->end == MSL_BOUND_UNBOUNDED_FOLLOWING || (peers_are_all && f->end == MSL_BOUND_CURRENT_ROW));
}

static morsel_status bind_frame(msl_binder *b, const msl_ast_window *ast, msl_window_build *w) {
    static const msl_frame_bound bounds[] = {MSL_BOUND_UNBOUNDED_PRECEDING, MSL_BOUND_PRECEDING, MSL_BOUND_CURRENT_ROW,
                                             MSL_BOUND_FOLLOWING, MSL_BOUND_UNBOUNDED_FOLLOWING};
    static const msl_frame_unit units[] = {MSL_FRAME_RANGE, MSL_FRAME_ROWS, MSL_FRAME_RANGE, MSL_FRAME_GROUPS};
    static const msl_frame_exclude excludes[] = {MSL_EXCLUDE_NO_OTHERS, MSL_EXCLUDE_CURRENT_ROW, MSL_EXCLUDE_GROUP,
                                                 MSL_EXCLUDE_TIES};
    w->frame = (msl_window_frame){
        .unit = MSL_FRAME_RANGE, .start = MSL_BOUND_UNBOUNDED_PRECEDING, .end = MSL_BOUND_CURRENT_ROW};
    if (ast->frame_unit) {
        MSL_TRY(check_bounds(b, ast));
        w->frame.unit = units[ast->frame_unit];
        w->frame.start = bounds[ast->frame_start.kind];
        w->frame.end = bounds[ast->frame_end.kind];
        w->frame.exclude = excludes[ast->exclude];
        if (w->frame.unit == MSL_FRAME_GROUPS && w->order.count == 0) {
            return frame_error(b, msl_binder_at(b, ast->at), "GROUPS needs an ORDER BY in the window");
        }
        msl_expr *offsets[2];
        MSL_TRY(bind_offset(b, &ast->frame_start, "start", &offsets[0]));
        MSL_TRY(bind_offset(b, &ast->frame_end, "end", &offsets[1]));
        const msl_type *bigint = msl_type_of(MSL_TYPE_BIGINT);
        bool is_range = w->frame.unit == MSL_FRAME_RANGE;
        if (is_range && (offsets[0] || offsets[1])) MSL_TRY(bind_range(b, ast, w, offsets));
        if (!is_range && offsets[0])
            MSL_TRY(msl_expr_require(b->p, offsets[0], bigint, "the frame's start", &offsets[0]));
        if (!is_range && offsets[1])
            MSL_TRY(msl_expr_require(b->p, offsets[1], bigint, "the frame's end", &offsets[1]));
        if (offsets[0]) MSL_TRY(check_distance(b, offsets[0], "start"));
        if (offsets[1]) MSL_TRY(check_distance(b, offsets[1], "end"));
        w->frame.start_offset = offsets[0];
        w->frame.end_offset = offsets[1];
    }
    return MORSEL_OK;
}

/// Constant keys order nothing. A frame that covers the partition is written in one way.
static void simplify(msl_window_build *w) {
    uint32_t kept = 0;
    for (uint32_t k = 0; k < w->order.count && !w->range_key; k++) {
        if (w->order.items[k].expr->kind != MSL_EXPR_CONSTANT) w->order.items[kept++] = w->order.items[k];
    }
    if (!w->range_key) w->order.count = kept;
    if (!is_whole(&w->frame, w->order.count > 0)) return;
    w->frame = (msl_window_frame){
        .unit = MSL_FRAME_ROWS, .start = MSL_BOUND_UNBOUNDED_PRECEDING, .end = MSL_BOUND_UNBOUNDED_FOLLOWING};
}

static morsel_status bind_window_of(msl_binder *b, const msl_ast_window *ast, uint32_t limit, msl_window_build *w) {
    window_source source;
    MSL_TRY(find_source(b, ast, limit, &source));
    MSL_TRY(bind_partition(b, source.partition, w));
    MSL_TRY(bind_order(b, source.order, w));
    MSL_TRY(bind_frame(b, source.frame, w));
    for (uint32_t k = 0; k < w->partition.count; k++)
        MSL_TRY(msl_refuse_window(b, w->partition.items[k], "PARTITION BY"));
    for (uint32_t k = 0; k < w->order.count; k++)
        MSL_TRY(msl_refuse_window(b, w->order.items[k].expr, "the ORDER BY of a window"));
    simplify(w);
    return MORSEL_OK;
}

morsel_status msl_bind_named_windows(msl_binder *b) {
    const msl_ast_named_window *windows = b->scope->windows;
    b->scope->clause = MSL_CLAUSE_SELECT;
    for (uint32_t k = 0; k < b->scope->window_count; k++) {
        for (uint32_t j = 0; j < k; j++) {
            if (!msl_same_name(windows[j].name.text, windows[k].name.text)) continue;
            msl_at at = msl_binder_at(b, windows[k].name.at);
            return msl_error_at(b->p->err, MORSEL_BIND, "42P20", at.offset, at.length, "WINDOW names %s twice",
                                windows[k].name.text);
        }
        msl_window_build unused = {0};
        MSL_TRY(bind_window_of(b, windows[k].window, k, &unused));
    }
    return MORSEL_OK;
}

/* ---- calls ---- */

static morsel_status count_arguments(msl_binder *b, const msl_window_function *fn, const msl_ast_call *call,
                                     msl_at at) {
    uint32_t n = call->argument_count;
    if (n >= fn->least && n <= fn->most && !call->star) return MORSEL_OK;
    morsel_status status =
        fn->most == 0
            ? msl_error_at(b->p->err, MORSEL_TYPE, "42883", at.offset, at.length, "%s takes no arguments", fn->name)
            : msl_error_at(b->p->err, MORSEL_TYPE, "42883", at.offset, at.length, "%s takes %u%s%s argument%s, not %u",
                           fn->name, fn->least, fn->least == fn->most ? "" : " to ",
                           fn->least == fn->most ? ""
                           : fn->most == 2       ? "2"
                                                 : "3",
                           fn->most == 1 ? "" : "s", n);
    msl_error_hint(b->p->err, "%s", fn->description);
    return status;
}

/// What only aggregates take.
static morsel_status refuse_aggregate_parts(msl_binder *b, const msl_window_function *fn, const msl_ast_call *call,
                                            msl_at at) {
    const char *what = call->distinct             ? "DISTINCT"
                       : call->order_by.count     ? "ORDER BY among its arguments"
                       : call->within_group.count ? "WITHIN GROUP"
                       : call->filter             ? "FILTER"
                                                  : NULL;
    if (what)
        return msl_error_at(b->p->err, MORSEL_BIND, "42809", at.offset, at.length,
                            "%s is no aggregate: %s cannot be given", fn->name, what);
    if (call->null_treatment == MSL_AST_NULLS_UNSAID || fn->takes_nulls_option) return MORSEL_OK;
    return msl_error_at(b->p->err, MORSEL_BIND, "42809", at.offset, at.length,
                        "%s does not look at values: %s NULLS cannot be said", fn->name,
                        call->null_treatment == MSL_AST_IGNORE_NULLS ? "IGNORE" : "RESPECT");
}

/// Types of the arguments of a window function, and its result.
static morsel_status type_arguments(msl_binder *b, msl_window_kind kind, const char *name, msl_expr **args,
                                    uint32_t count, const msl_type **result) {
    const msl_type *bigint = msl_type_of(MSL_TYPE_BIGINT);
    *result = kind == MSL_WINDOW_PERCENT_RANK || kind == MSL_WINDOW_CUME_DIST ? msl_type_of(MSL_TYPE_DOUBLE) : bigint;
    if (kind < MSL_WINDOW_NTILE) return MORSEL_OK;
    if (kind == MSL_WINDOW_NTILE) return msl_expr_require(b->p, args[0], bigint, "the number of buckets", &args[0]);
    if (count >= 2)
        MSL_TRY(msl_expr_require(b->p, args[1], bigint,
                                 kind == MSL_WINDOW_NTH_VALUE ? "the number of the row" : "the offset", &args[1]));
    msl_expr *values[2] = {args[0], count == 3 ? args[2] : NULL};
    if (count == 3) {
        MSL_TRY(msl_expr_unify(b->p, values, 2, name, result));
        args[2] = values[1];
    } else {
        MSL_TRY(msl_expr_settle(b->p, values[0], &values[0]));
    }
    args[0] = values[0];
    *result = args[0]->type;
    return MORSEL_OK;
}

static morsel_status bind_function(msl_binder *b, const msl_ast_expr *ast, const msl_window_function *fn, msl_at at,
                                   msl_window_build *w) {
    const msl_ast_call *call = ast->u.call;
    msl_logical_call *c = &w->call;
    MSL_TRY(count_arguments(b, fn, call, at));
    MSL_TRY(refuse_aggregate_parts(b, fn, call, at));
    MSL_TRY(MSL_TAKE(b->p, c->args, call->argument_count));
    c->arg_count = call->argument_count;
    for (uint32_t k = 0; k < call->argument_count; k++) {
        if (call->arguments[k].name.text)
            return msl_unsupported(b, call->arguments[k].name.at, "named arguments of window functions");
        MSL_TRY(msl_bind_expr(b, call->arguments[k].expr, &c->args[k]));
    }
    MSL_TRY(type_arguments(b, fn->kind, fn->name, c->args, c->arg_count, &w->type));
    w->kind = fn->kind;
    w->ignore_nulls = call->null_treatment == MSL_AST_IGNORE_NULLS;
    if (!fn->uses_frame)
        w->frame = (msl_window_frame){
            .unit = MSL_FRAME_ROWS, .start = MSL_BOUND_UNBOUNDED_PRECEDING, .end = MSL_BOUND_UNBOUNDED_FOLLOWING};
    if (!fn->uses_frame) w->range_key = NULL;
    return msl_text_name(b, ast->at, &c->display);
}

static morsel_status bind_aggregate(msl_binder *b, const msl_ast_expr *ast, const char *name, msl_window_build *w) {
    msl_expr *aggregate;
    MSL_TRY(msl_bind_aggregate_over(b, ast, name, &aggregate));
    w->kind = MSL_WINDOW_AGGREGATE;
    w->call = *(const msl_logical_call *)aggregate->detail;
    w->type = aggregate->type;
    return MORSEL_OK;
}

/// Puts the parts into one expression.
static morsel_status make_expr(msl_binder *b, msl_window_build *w, msl_at at, msl_expr **out) {
    msl_exprs all = {0};
    msl_window_parts *parts;
    MSL_TRY(MSL_TAKE(b->p, parts, 1));
    parts->kind = w->kind;
    parts->call = w->call;
    parts->frame = w->frame;
    parts->ignore_nulls = w->ignore_nulls;
    parts->has_range_key = w->range_key != NULL;
    parts->partition_count = w->partition.count;
    parts->order_count = w->order.count;
    parts->order = w->order.items;
    for (uint32_t k = 0; k < w->call.arg_count; k++) MSL_TRY(MSL_PUSH(b->p, &all, w->call.args[k]));
    if (w->call.filter) MSL_TRY(MSL_PUSH(b->p, &all, w->call.filter));
    for (uint32_t k = 0; k < w->call.order_count; k++) MSL_TRY(MSL_PUSH(b->p, &all, w->call.order[k].expr));
    for (uint32_t k = 0; k < all.count; k++)
        MSL_TRY(msl_refuse_window(b, all.items[k], "the arguments of another one"));
    for (uint32_t k = 0; k < w->partition.count; k++) MSL_TRY(MSL_PUSH(b->p, &all, w->partition.items[k]));
    for (uint32_t k = 0; k < w->order.count; k++) MSL_TRY(MSL_PUSH(b->p, &all, w->order.items[k].expr));
    if (w->range_key) MSL_TRY(MSL_PUSH(b->p, &all, w->range_key));
    MSL_TRY(msl_expr_new(b->p, MSL_EXPR_WINDOW, w->type, all.count, at, out));
    if (all.count) memcpy((*out)->args, all.items, sizeof *all.items * all.count);
    (*out)->detail = parts;
    msl_expr_derive_flags(*out);
    return MORSEL_OK;
}

morsel_status msl_bind_window(msl_binder *b, const msl_ast_expr *ast, const char *name, msl_expr **out) {
    const msl_ast_call *call = ast->u.call;
    msl_at at = msl_binder_at(b, ast->at);
    size_t length = strlen(name);
    const msl_window_function *fn = msl_window_function_find(name, length);
    if (!call->over) {
        morsel_status status =
            msl_error_at(b->p->err, MORSEL_BIND, "42P20", at.offset, at.length, "window function %s needs OVER", name);
        msl_error_hint(b->p->err, "%s(...) OVER (PARTITION BY ... ORDER BY ...)", name);
        return status;
    }
    if (!fn && !msl_aggregate_exists(name, length)) {
        if (msl_function_exists(name, length)) {
            return msl_error_at(b->p->err, MORSEL_BIND, "42809", at.offset, at.length,
                                "%s is neither a window function nor an aggregate: OVER cannot be said", name);
        }
        msl_at name_at = msl_binder_at(b, call->name.items[0].at);
        msl_nearest best = msl_nearest_start(name, length);
        for (size_t k = 0; msl_window_function_at(k); k++) {
            msl_nearest_offer(&best, msl_window_function_at(k)->name, strlen(msl_window_function_at(k)->name));
        }
        for (size_t k = 0; msl_aggregate_at(k); k++)
            msl_nearest_offer(&best, msl_aggregate_at(k)->name, strlen(msl_aggregate_at(k)->name));
        morsel_status status = msl_error_at(b->p->err, MORSEL_BIND, "42883", name_at.offset, name_at.length,
                                            "no window function or aggregate named %s", name);
        if (msl_nearest_name(&best)) msl_error_hint(b->p->err, "did you mean %s?", msl_nearest_name(&best));
        return status;
    }
    MSL_TRY(check_place(b, name, at));
    msl_window_build w = {0};
    MSL_TRY(bind_window_of(b, call->over, b->scope->window_count, &w));
    if (fn)
        MSL_TRY(bind_function(b, ast, fn, at, &w));
    else
        MSL_TRY(bind_aggregate(b, ast, name, &w));
    return make_expr(b, &w, at, out);
}
