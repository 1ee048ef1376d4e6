/// bind_literal.c: the types of literals and parameters, and type names.
///
/// An integer literal is INTEGER, BIGINT or HUGEINT, whichever holds it first; with a point it is a DECIMAL of the
/// digits written; with an exponent, or beyond 38 digits, a DOUBLE. Text is untyped until its context types it.
#include "planner/binder.h"

#include "base/nearest.h"
#include "functions/text.h"

#include <stdio.h>
#include <string.h>

/* ---- numbers ---- */

static morsel_status integer_constant(msl_binder *b, msl_i128 v, msl_at at, msl_expr **out) {
    msl_value value = {.type = msl_type_of(MSL_TYPE_HUGEINT)};
    if (v >= INT32_MIN && v <= INT32_MAX) {
        value.type = msl_type_of(MSL_TYPE_INTEGER);
        value.i64 = (int64_t)v;
    } else if (v >= INT64_MIN && v <= INT64_MAX) {
        value.type = msl_type_of(MSL_TYPE_BIGINT);
        value.i64 = (int64_t)v;
    } else {
        msl_value_set_i128(&value, v);
    }
    return msl_expr_constant(b->p, &value, at, out);
}

static morsel_status double_constant(msl_binder *b, const char *text, size_t length, bool is_negative, msl_at at,
                                     msl_expr **out) {
    msl_value value = {.type = msl_type_of(MSL_TYPE_DOUBLE)};
    if (!msl_parse_f64(text, length, &value.f64) || value.f64 - value.f64 != 0) { // inf - inf is NaN
        return msl_error_at(b->p->err, MORSEL_DATA, "22003", at.offset, at.length,
                            "number %.*s is out of range of DOUBLE", (int)(length > 80 ? 80 : length), text);
    }
    if (is_negative) value.f64 = -value.f64;
    return msl_expr_constant(b->p, &value, at, out);
}

static morsel_status hex_constant(msl_binder *b, const char *text, size_t length, bool is_negative, msl_at at,
                                  msl_expr **out) {
    msl_u128 v = 0;
    unsigned base = (text[1] | 32) == 'x' ? 16 : (text[1] | 32) == 'o' ? 8 : 2;
    for (size_t k = 2; k < length; k++) {
        unsigned digit = text[k] <= '9' ? (unsigned)(text[k] - '0') : (unsigned)((text[k] | 32) - 'a' + 10);
        if (v >> 122) {
            return msl_error_at(b->p->err, MORSEL_DATA, "22003", at.offset, at.length,
                                "number %.*s is out of range of HUGEINT", (int)(length > 80 ? 80 : length), text);
        }
        v = v * base + digit;
    }
    return integer_constant(b, is_negative ? -(msl_i128)v : (msl_i128)v, at, out);
}

morsel_status msl_bind_number(msl_binder *b, const char *text, size_t length, bool is_negative, msl_at at,
                              msl_expr **out) {
    if (length > 2 && text[0] == '0' && ((text[1] | 32) == 'x' || (text[1] | 32) == 'o' || (text[1] | 32) == 'b')) {
        return hex_constant(b, text, length, is_negative, at, out);
    }
    if (memchr(text, 'e', length) || memchr(text, 'E', length))
        return double_constant(b, text, length, is_negative, at, out);
    const char *point = memchr(text, '.', length);
    size_t whole = point ? (size_t)(point - text) : length, scale = point ? length - whole - 1 : 0, zeros = 0;
    while (zeros < whole && text[zeros] == '0') zeros++;
    size_t digits = whole - zeros + scale;
    if (digits > 38 + (size_t)!point) return double_constant(b, text, length, is_negative, at, out);
    msl_i128 v;
    if (!point) {
        char signed_text[48]; // the sign belongs to it: -2^127 is a HUGEINT
        int n = snprintf(signed_text, sizeof signed_text, "%s%.*s", is_negative ? "-" : "", (int)(length - zeros),
                         text + zeros);
        if (digits == 0) return integer_constant(b, 0, at, out);
        if (!msl_parse_i128(signed_text, (size_t)n, &v)) return double_constant(b, text, length, is_negative, at, out);
        return integer_constant(b, v, at, out);
    }
    const msl_type *type = msl_type_decimal((uint8_t)(digits ? digits : 1), (uint8_t)scale);
    if (!msl_parse_decimal(text, length, type->precision, type->scale, &v)) {
        return double_constant(b, text, length, is_negative, at, out);
    }
    if (is_negative) v = -v;
    msl_value value = {.type = type};
    if (type->phys == MSL_PHYS_I64) {
        value.i64 = (int64_t)v;
    } else {
        msl_value_set_i128(&value, v);
    }
    return msl_expr_constant(b->p, &value, at, out);
}

/* ---- typed text, intervals ---- */

static morsel_status text_as(msl_binder *b, const char *bytes, size_t length, const msl_type *type, msl_at at,
                             msl_expr **out) {
    char *copy = msl_arena_strndup(b->p->arena, bytes, length);
    if (!copy) return msl_planner_nomem(b->p);
    msl_value value = {.type = msl_type_of(MSL_TYPE_UNTYPED), .text = copy, .length = length};
    MSL_TRY(msl_expr_constant(b->p, &value, at, out));
    return msl_expr_coerce(b->p, *out, type, out);
}

morsel_status msl_bind_typed_literal(msl_binder *b, const msl_ast_expr *ast, msl_expr **out) {
    const msl_type *type;
    MSL_TRY(msl_bind_type(b, ast->u.typed.type, &type));
    return text_as(b, ast->u.typed.bytes, ast->u.typed.length, type, msl_binder_at(b, ast->at), out);
}

/// INTERVAL '1 day' (text), INTERVAL 3 DAY (a literal with a unit), INTERVAL (x) DAY (x times one day).
morsel_status msl_bind_interval(msl_binder *b, const msl_ast_expr *ast, msl_expr **out) {
    const msl_ast_expr *value = ast->u.interval.value;
    const msl_type *type = msl_type_of(MSL_TYPE_INTERVAL);
    msl_at at = msl_binder_at(b, ast->at);
    if (ast->u.interval.unit_to != MSL_AST_UNIT_NONE)
        return msl_unsupported(b, ast->at, "interval ranges (YEAR TO MONTH)");
    bool is_text = value->kind == MSL_AST_STRING, has_unit = ast->u.interval.unit != MSL_AST_UNIT_NONE;
    if (is_text && !has_unit) return text_as(b, value->u.text.bytes, value->u.text.length, type, at, out);
    const char *unit = has_unit ? msl_ast_unit_name(ast->u.interval.unit) : "";
    if (is_text || (value->kind == MSL_AST_NUMBER && has_unit)) {
        char *text = msl_arena_printf(b->p->arena, "%.*s %s", (int)value->u.text.length, value->u.text.bytes, unit);
        if (!text) return msl_planner_nomem(b->p);
        return text_as(b, text, strlen(text), type, at, out);
    }
    msl_expr *factor;
    MSL_TRY(msl_bind_expr(b, value, &factor));
    if (!has_unit) return msl_expr_cast(b->p, factor, type, false, at, out);
    char *one = msl_arena_printf(b->p->arena, "1 %s", unit);
    if (!one) return msl_planner_nomem(b->p);
    MSL_TRY(text_as(b, one, strlen(one), type, at, out));
    return msl_expr_call2(b->p, "*", *out, factor, at, out);
}

/* ---- parameters ---- */

morsel_status msl_bind_parameter(msl_binder *b, const msl_ast_expr *ast, msl_expr **out) {
    msl_planner *p = b->p;
    msl_at at = msl_binder_at(b, ast->at);
    if (b->inside_view) return msl_unsupported(b, ast->at, "parameters in a view");
    uint32_t index = 0;
    if (ast->u.parameter.kind == MSL_AST_PARAMETER_NAME) {
        index = p->positional_parameters;
        while (index < p->parameters.count && strcmp(p->parameters.items[index].name + 1, ast->u.parameter.name) != 0)
            index++;
    } else {
        MSL_ASSERT(ast->u.parameter.index >= 1);
        index = ast->u.parameter.index - 1;
    }
    while (p->parameters.count <= index) MSL_TRY(MSL_PUSH(p, &p->parameters, ((msl_parameter){0})));
    msl_parameter *parameter = &p->parameters.items[index];
    if (ast->u.parameter.kind == MSL_AST_PARAMETER_NAME && !parameter->name) {
        parameter->name = msl_arena_printf(p->arena, "$%s", ast->u.parameter.name);
        if (!parameter->name) return msl_planner_nomem(p);
    }
    // A bound value says the type, but for text, which is as untyped as a text literal.
    const msl_type *type = NULL;
    if (index < p->env->parameter_count && p->env->parameters) type = p->env->parameters[index].type;
    bool is_declared = index < p->env->declared_count;
    if (is_declared) type = p->env->declared[index];
    bool says_little =
        !type || (!is_declared && type->id == MSL_TYPE_VARCHAR) || type->id == MSL_TYPE_NULL || type->id == MSL_TYPE_UNTYPED;
    if (says_little) {
        type = msl_type_of(MSL_TYPE_UNTYPED);
    } else {
        parameter->type = type;
    }
    MSL_TRY(msl_expr_new(p, MSL_EXPR_PARAM, type, 0, at, out));
    (*out)->column = index;
    msl_expr_derive_flags(*out);
    return MORSEL_OK;
}

/* ---- type names ---- */

static morsel_status unknown_type(msl_binder *b, const char *name, msl_at at) {
    msl_nearest best = msl_nearest_start(name, strlen(name));
    for (size_t k = 0; msl_type_name_at(k); k++)
        msl_nearest_offer(&best, msl_type_name_at(k), strlen(msl_type_name_at(k)));
    morsel_status status =
        msl_error_at(b->p->err, MORSEL_TYPE, "42704", at.offset, at.length, "no type named %s", name);
    if (msl_nearest_name(&best)) msl_error_hint(b->p->err, "did you mean %s?", msl_nearest_name(&best));
    return status;
}

/// The number in parentheses after a type name.
static morsel_status type_modifier(msl_binder *b, const msl_ast_expr *ast, int64_t low, int64_t high, const char *what,
                                   int64_t *out) {
    msl_at at = msl_binder_at(b, ast->at);
    int64_t v;
    if (ast->kind != MSL_AST_NUMBER || !msl_parse_i64(ast->u.text.bytes, ast->u.text.length, &v) || v < low ||
        v > high) {
        return msl_error_at(b->p->err, MORSEL_TYPE, "22023", at.offset, at.length,
                            "%s must be a number from %lld to %lld", what, (long long)low, (long long)high);
    }
    *out = v;
    return MORSEL_OK;
}

static morsel_status decimal_type(msl_binder *b, const msl_ast_type *ast, const msl_type **out) {
    int64_t precision, scale = 0;
    MSL_TRY(type_modifier(b, ast->modifiers.items[0], 1, 38, "the precision of DECIMAL", &precision));
    if (ast->modifiers.count > 1) {
        MSL_TRY(type_modifier(b, ast->modifiers.items[1], 0, precision, "the scale of DECIMAL", &scale));
    }
    *out = msl_type_decimal((uint8_t)precision, (uint8_t)scale);
    return MORSEL_OK;
}

static morsel_status modified_type(msl_binder *b, const msl_ast_type *ast, const char *name, const msl_type **out) {
    msl_at at = msl_binder_at(b, ast->at);
    int64_t v;
    uint32_t allowed = (*out)->id == MSL_TYPE_DECIMAL ? 2 : 1;
    if (ast->modifiers.count > allowed) {
        return msl_error_at(b->p->err, MORSEL_TYPE, "42601", at.offset, at.length, "type %s takes at most %u number%s",
                            name, allowed, allowed > 1 ? "s" : "");
    }
    if (msl_same_name(name, "float")) { // the number of binary digits
        MSL_TRY(type_modifier(b, ast->modifiers.items[0], 1, 53, "the precision of FLOAT", &v));
        if (v <= 24) *out = msl_type_of(MSL_TYPE_REAL);
        return MORSEL_OK;
    }
    switch ((*out)->id) {
    case MSL_TYPE_DECIMAL: return decimal_type(b, ast, out);
    case MSL_TYPE_VARCHAR:
        MSL_TRY(type_modifier(b, ast->modifiers.items[0], 1, INT32_MAX, "the length", &v));
        if (b->p->env->warn) {
            char *message = msl_arena_printf(b->p->arena, "%s(%lld): the length is not enforced", name, (long long)v);
            if (!message) return msl_planner_nomem(b->p);
            b->p->env->warn(b->p->env->warn_sink, message);
        }
        return MORSEL_OK;
    case MSL_TYPE_TIME:
    case MSL_TYPE_TIMESTAMP:
    case MSL_TYPE_TIMESTAMPTZ:
        MSL_TRY(type_modifier(b, ast->modifiers.items[0], 0, 9, "the precision", &v));
        if (v == 6) return MORSEL_OK;
        return msl_unsupported(b, ast->at, "time types with a precision other than 6 (microseconds)");
    default:
        return msl_error_at(b->p->err, MORSEL_TYPE, "42601", at.offset, at.length,
                            "type %s takes no number in parentheses", name);
    }
}

morsel_status msl_bind_type(msl_binder *b, const msl_ast_type *ast, const msl_type **out) {
    msl_at at = msl_binder_at(b, ast->at);
    switch (ast->kind) {
    case MSL_AST_TYPE_NAMED: break;
    case MSL_AST_TYPE_LIST:
    case MSL_AST_TYPE_ARRAY:
    case MSL_AST_TYPE_STRUCT:
    case MSL_AST_TYPE_MAP: return msl_bind_nested_type(b, ast, out);
    case MSL_AST_TYPE_UNION: return msl_unsupported(b, ast->at, "UNION types");
    case MSL_AST_TYPE_ENUM: return msl_unsupported(b, ast->at, "ENUM types");
    }
    const msl_ast_name *name = &ast->name.items[ast->name.count - 1];
    *out = ast->name.count == 1 ? msl_type_by_name(name->text, name->length) : NULL;
    if (!*out && ast->name.count == 1 && msl_same_name(name->text, "json"))
        return msl_unsupported(b, ast->at, "type JSON");
    if (!*out) return unknown_type(b, name->text, at);
    if (ast->modifiers.count == 0) return MORSEL_OK;
    return modified_type(b, ast, name->text, out);
}
