/// expr_build.c: constructors of bound expressions and the implicit conversions (see expr_build.h).
#include "planner/expr_build.h"

#include <stdio.h>
#include <string.h>

morsel_status msl_expr_new(msl_planner *p, msl_expr_kind kind, const msl_type *type, uint32_t arg_count, msl_at at,
                           msl_expr **out) {
    msl_expr *e;
    MSL_TRY(MSL_TAKE(p, e, 1));
    e->kind = kind;
    e->type = type;
    e->arg_count = arg_count;
    e->sql_offset = at.offset;
    e->sql_length = at.length;
    if (arg_count) MSL_TRY(MSL_TAKE(p, e->args, arg_count));
    *out = e;
    return MORSEL_OK;
}

/// A call that its constant arguments keep from failing although its function can fail for others: LIKE and its kin
/// fail only for a bad pattern.
static bool is_tamed(const msl_expr *e) {
    const char *name = e->call.function->name;
    bool is_glob = strcmp(name, "glob") == 0, is_like = strcmp(name, "like") == 0 || strcmp(name, "ilike") == 0;
    if ((!is_like && !is_glob) || e->arg_count != 2 || e->args[1]->kind != MSL_EXPR_CONSTANT) return false;
    const msl_value *pattern = &e->args[1]->value;
    if (pattern->is_null || pattern->length == 0) return true;
    if (is_glob) return !memchr(pattern->text, '[', pattern->length) && !memchr(pattern->text, '\\', pattern->length);
    return pattern->text[pattern->length - 1] != '\\';
}

/// A COLLATE somewhere in the operands holds for the whole, the first one; a cast keeps what its operand has.
static void derive_collation(msl_expr *e) {
    for (uint32_t k = 0; k < e->arg_count && !e->collation_is_said; k++) {
        const msl_expr *arg = e->args[k];
        if (!arg || (!arg->collation_is_said && e->kind != MSL_EXPR_CAST)) continue;
        e->collation = arg->collation;
        e->collation_is_said = arg->collation_is_said;
    }
}

void msl_expr_derive_flags(msl_expr *e) {
    const unsigned inherited = MSL_EXPR_CAN_FAIL | MSL_EXPR_VOLATILE | MSL_EXPR_STABLE;
    derive_collation(e);
    for (uint32_t k = 0; k < e->arg_count; k++) e->flags |= e->args[k]->flags & inherited;
    if (e->kind == MSL_EXPR_PARAM) e->flags |= MSL_EXPR_STABLE;
    if (e->kind == MSL_EXPR_LAMBDA) e->flags |= ((const msl_lambda *)e->detail)->body->flags & inherited;
    if (e->kind == MSL_EXPR_CALL) {
        unsigned f = e->call.function->flags;
        if ((f & MSL_FN_CAN_FAIL) && !is_tamed(e)) e->flags |= MSL_EXPR_CAN_FAIL;
        if (f & MSL_FN_VOLATILE) e->flags |= MSL_EXPR_VOLATILE;
        if (f & MSL_FN_STABLE) e->flags |= MSL_EXPR_STABLE;
    }
}

morsel_status msl_expr_null(msl_planner *p, const msl_type *type, msl_at at, msl_expr **out) {
    msl_value v = {.type = type, .is_null = true};
    return msl_expr_constant(p, &v, at, out);
}

morsel_status msl_expr_column(msl_planner *p, uint32_t id, msl_at at, msl_expr **out) {
    const msl_type *type = msl_column_type(p, id);
    if (type->id == MSL_TYPE_NULL) return msl_expr_null(p, type, at, out);
    MSL_TRY(msl_expr_new(p, MSL_EXPR_COLUMN, type, 0, at, out));
    (*out)->column = id;
    uint8_t collation = p->columns.items[id].collation;
    (*out)->collation = collation ? collation : MSL_COLLATE_BINARY;
    return MORSEL_OK;
}

morsel_status msl_expr_constant(msl_planner *p, const msl_value *value, msl_at at, msl_expr **out) {
    MSL_TRY(msl_expr_new(p, MSL_EXPR_CONSTANT, value->type, 0, at, out));
    (*out)->value = *value;
    return MORSEL_OK;
}

morsel_status msl_expr_bigint(msl_planner *p, int64_t value, msl_expr **out) {
    msl_value v = {.type = msl_type_of(MSL_TYPE_BIGINT), .i64 = value};
    return msl_expr_constant(p, &v, MSL_NOWHERE, out);
}

morsel_status msl_expr_boolean(msl_planner *p, bool value, msl_at at, msl_expr **out) {
    msl_value v = {.type = msl_type_of(MSL_TYPE_BOOLEAN), .boolean = value};
    return msl_expr_constant(p, &v, at, out);
}

const char *msl_type_text(msl_planner *p, const msl_type *type) {
    if (type->id == MSL_TYPE_UNTYPED) return "a text literal";
    char text[512];
    size_t length = msl_type_format(type, text, sizeof text);
    char *copy = msl_arena_strndup(p->arena, text, length < sizeof text ? length : sizeof text - 1);
    return copy ? copy : "?";
}

morsel_status msl_expr_evaluate(msl_planner *p, const msl_expr *expr, msl_value *out) {
    MSL_ASSERT(!(expr->flags & (MSL_EXPR_VOLATILE | MSL_EXPR_STABLE)));
    if (expr->kind == MSL_EXPR_CONSTANT) {
        *out = expr->value;
        return MORSEL_OK;
    }
    morsel_status status = p->env->evaluate(p->env->evaluate_context, expr, p->arena, out, p->err);
    if (status != MORSEL_OK) msl_error_locate(p->err, expr->sql_offset, expr->sql_length);
    return status;
}

/* ---- calls ---- */

morsel_status msl_expr_call(msl_planner *p, const char *name, size_t name_length, msl_expr *const *args,
                            uint32_t arg_count, msl_at at, msl_expr **out) {
    const msl_type **types;
    const msl_value **constants;
    MSL_TRY(MSL_TAKE(p, types, arg_count));
    MSL_TRY(MSL_TAKE(p, constants, arg_count));
    for (uint32_t k = 0; k < arg_count; k++) {
        types[k] = args[k]->type;
        constants[k] = args[k]->kind == MSL_EXPR_CONSTANT ? &args[k]->value : NULL;
    }
    msl_expr *e;
    MSL_TRY(msl_expr_new(p, MSL_EXPR_CALL, NULL, arg_count, at, &e));
    morsel_status status =
        msl_function_resolve(name, name_length, types, constants, arg_count, p->arena, &e->call, p->err);
    if (status != MORSEL_OK) {
        msl_error_locate(p->err, at.offset, at.length);
        return status;
    }
    for (uint32_t k = 0; k < arg_count; k++) MSL_TRY(msl_expr_coerce(p, args[k], e->call.arg_types[k], &e->args[k]));
    e->type = e->call.result;
    msl_expr_derive_flags(e);
    *out = e;
    return MORSEL_OK;
}

morsel_status msl_expr_call1(msl_planner *p, const char *name, msl_expr *a, msl_at at, msl_expr **out) {
    return msl_expr_call(p, name, strlen(name), &a, 1, at, out);
}

morsel_status msl_expr_call2(msl_planner *p, const char *name, msl_expr *a, msl_expr *b, msl_at at, msl_expr **out) {
    msl_expr *args[2] = {a, b};
    return msl_expr_call(p, name, strlen(name), args, 2, at, out);
}

/* ---- conversions ---- */

static bool is_untyped_parameter(const msl_expr *e) {
    return e->kind == MSL_EXPR_PARAM && e->type->id == MSL_TYPE_UNTYPED;
}

/// A CAST node; the constant it makes when `value` is a constant text, so that errors show while planning.
static morsel_status cast_node(msl_planner *p, msl_expr *value, const msl_type *to, bool is_try, msl_at at,
                               msl_expr **out) {
    msl_expr *e;
    MSL_TRY(msl_expr_new(p, MSL_EXPR_CAST, to, 1, at, &e));
    e->args[0] = value;
    unsigned flags = 0;
    e->call.kernel = msl_cast_resolve(value->type, to, is_try, p->arena, &e->call.bound, &flags);
    if (!e->call.kernel) {
        morsel_status status = msl_error_at(p->err, MORSEL_TYPE, "42846", at.offset, at.length, "cannot cast %s to %s",
                                            msl_type_text(p, value->type), msl_type_text(p, to));
        return status;
    }
    if (is_try) e->flags |= MSL_EXPR_TRY;
    if ((flags & MSL_FN_CAN_FAIL) && !is_try) e->flags |= MSL_EXPR_CAN_FAIL;
    if (flags & MSL_FN_STABLE) e->flags |= MSL_EXPR_STABLE;
    msl_expr_derive_flags(e);
    *out = e;
    return MORSEL_OK;
}

static morsel_status retype_constant(msl_planner *p, const msl_expr *value, const msl_type *to, msl_expr **out) {
    msl_value v = value->value;
    v.type = to;
    return msl_expr_constant(p, &v, msl_expr_at(value), out);
}

/// A parameter takes the first type that a context asks for; later contexts cast from it.
static morsel_status type_parameter(msl_planner *p, msl_expr *value, const msl_type *to, msl_expr **out) {
    msl_parameter *parameter = &p->parameters.items[value->column];
    if (!parameter->type) parameter->type = to;
    msl_expr *typed;
    MSL_TRY(msl_expr_new(p, MSL_EXPR_PARAM, parameter->type, 0, msl_expr_at(value), &typed));
    typed->column = value->column;
    typed->flags = value->flags;
    *out = typed;
    if (typed->type == to) return MORSEL_OK;
    return cast_node(p, typed, to, false, msl_expr_at(value), out);
}

morsel_status msl_expr_cast(msl_planner *p, msl_expr *value, const msl_type *to, bool is_try, msl_at at,
                            msl_expr **out) {
    *out = value;
    if (value->type == to) return MORSEL_OK;
    if (value->kind == MSL_EXPR_CONSTANT && value->value.is_null) return retype_constant(p, value, to, out);
    if (is_untyped_parameter(value)) return type_parameter(p, value, to, out);
    if (value->type->id == MSL_TYPE_UNTYPED) {
        MSL_ASSERT(value->kind == MSL_EXPR_CONSTANT);
        MSL_TRY(retype_constant(p, value, msl_type_of(MSL_TYPE_VARCHAR), &value));
        *out = value;
        if (to->id == MSL_TYPE_VARCHAR) return MORSEL_OK;
    }
    return cast_node(p, value, to, is_try, at, out);
}

/// An integer constant and a wider signed type: the value itself, without the evaluator (lists may be long).
static bool is_widened_integer(const msl_expr *value, const msl_type *to) {
    bool is_signed = value->type->id >= MSL_TYPE_TINYINT && value->type->id <= MSL_TYPE_BIGINT;
    return value->kind == MSL_EXPR_CONSTANT && !value->value.is_null && is_signed && to->id > value->type->id && to->id <= MSL_TYPE_BIGINT;
}

morsel_status msl_expr_coerce(msl_planner *p, msl_expr *value, const msl_type *to, msl_expr **out) {
    if (is_widened_integer(value, to)) {
        msl_value wide = {.type = to, .i64 = value->value.i64};
        return msl_expr_constant(p, &wide, msl_expr_at(value), out);
    }
    MSL_TRY(msl_expr_cast(p, value, to, false, msl_expr_at(value), out));
    if ((*out)->kind != MSL_EXPR_CAST || (*out)->args[0]->kind != MSL_EXPR_CONSTANT) return MORSEL_OK;
    if ((*out)->flags & (MSL_EXPR_STABLE | MSL_EXPR_VOLATILE)) return MORSEL_OK;
    // A literal whose context fixes its type is converted here: a bad one is an error of the statement's text.
    msl_value v;
    MSL_TRY(msl_expr_evaluate(p, *out, &v));
    return msl_expr_constant(p, &v, msl_expr_at(value), out);
}

morsel_status msl_expr_require(msl_planner *p, msl_expr *value, const msl_type *to, const char *what, msl_expr **out) {
    if (msl_type_implicit_cost(value->type, to) < 0) {
        return msl_error_at(p->err, MORSEL_TYPE, "42804", value->sql_offset, value->sql_length, "%s must be %s, not %s",
                            what, msl_type_text(p, to), msl_type_text(p, value->type));
    }
    return msl_expr_coerce(p, value, to, out);
}

morsel_status msl_expr_settle(msl_planner *p, msl_expr *value, msl_expr **out) {
    *out = value;
    if (value->type->id != MSL_TYPE_UNTYPED) return MORSEL_OK;
    return msl_expr_coerce(p, value, msl_type_of(MSL_TYPE_VARCHAR), out);
}

morsel_status msl_expr_unify(msl_planner *p, msl_expr **exprs, uint32_t count, const char *what,
                             const msl_type **type) {
    const msl_type *common = msl_type_of(MSL_TYPE_NULL);
    for (uint32_t k = 0; k < count; k++) {
        const msl_type *next = msl_type_common(common, exprs[k]->type);
        if (!next) {
            return msl_error_at(p->err, MORSEL_TYPE, "42804", exprs[k]->sql_offset, exprs[k]->sql_length,
                                "%s types %s and %s do not match", what, msl_type_text(p, common),
                                msl_type_text(p, exprs[k]->type));
        }
        common = next;
    }
    if (common->id == MSL_TYPE_UNTYPED) common = msl_type_of(MSL_TYPE_VARCHAR);
    for (uint32_t k = 0; k < count; k++) MSL_TRY(msl_expr_coerce(p, exprs[k], common, &exprs[k]));
    *type = common;
    return MORSEL_OK;
}

/* ---- AND, OR, CASE ---- */

morsel_status msl_expr_junction(msl_planner *p, msl_expr_kind kind, msl_expr *const *args, uint32_t count, msl_at at,
                                msl_expr **out) {
    MSL_ASSERT(kind == MSL_EXPR_AND || kind == MSL_EXPR_OR);
    if (count == 0) return msl_expr_boolean(p, kind == MSL_EXPR_AND, at, out);
    *out = args[0];
    if (count == 1) return MORSEL_OK;
    uint32_t total = 0;
    for (uint32_t k = 0; k < count; k++) total += args[k]->kind == kind ? args[k]->arg_count : 1;
    msl_expr *e;
    MSL_TRY(msl_expr_new(p, kind, msl_type_of(MSL_TYPE_BOOLEAN), total, at, &e));
    uint32_t n = 0;
    for (uint32_t k = 0; k < count; k++) {
        if (args[k]->kind != kind) {
            e->args[n++] = args[k];
            continue;
        }
        for (uint32_t j = 0; j < args[k]->arg_count; j++) e->args[n++] = args[k]->args[j];
    }
    msl_expr_derive_flags(e);
    *out = e;
    return MORSEL_OK;
}

morsel_status msl_expr_case(msl_planner *p, msl_expr *const *args, uint32_t count, msl_at at, msl_expr **out) {
    MSL_ASSERT(count % 2 == 1);
    msl_expr *e;
    MSL_TRY(msl_expr_new(p, MSL_EXPR_CASE, NULL, count, at, &e));
    msl_expr **results;
    uint32_t pairs = count / 2;
    MSL_TRY(MSL_TAKE(p, results, pairs + 1));
    for (uint32_t k = 0; k < pairs; k++) {
        MSL_TRY(
            msl_expr_require(p, args[2 * k], msl_type_of(MSL_TYPE_BOOLEAN), "a condition of CASE", &e->args[2 * k]));
        results[k] = args[2 * k + 1];
    }
    if (args[count - 1]) {
        results[pairs] = args[count - 1];
    } else {
        MSL_TRY(msl_expr_null(p, msl_type_of(MSL_TYPE_NULL), at, &results[pairs]));
    }
    MSL_TRY(msl_expr_unify(p, results, pairs + 1, "CASE", &e->type));
    for (uint32_t k = 0; k < pairs; k++) e->args[2 * k + 1] = results[k];
    e->args[count - 1] = results[pairs];
    msl_expr_derive_flags(e);
    *out = e;
    return MORSEL_OK;
}
