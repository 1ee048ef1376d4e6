/// expr_build.h: making bound expressions. Expressions are immutable once made, so nodes may be shared; whoever changes
/// one copies the path to the change (expr_walk.h).
#ifndef MSL_EXPR_BUILD_H
#define MSL_EXPR_BUILD_H

#include "planner/planner_int.h"

morsel_status msl_expr_new(msl_planner *p, msl_expr_kind kind, const msl_type *type, uint32_t arg_count, msl_at at,
                           msl_expr **out) MSL_MUST_CHECK;
/// A reference to a column id; a column of type NULL becomes the constant NULL.
morsel_status msl_expr_column(msl_planner *p, uint32_t id, msl_at at, msl_expr **out) MSL_MUST_CHECK;
morsel_status msl_expr_constant(msl_planner *p, const msl_value *value, msl_at at, msl_expr **out) MSL_MUST_CHECK;
morsel_status msl_expr_bigint(msl_planner *p, int64_t value, msl_expr **out) MSL_MUST_CHECK;
morsel_status msl_expr_boolean(msl_planner *p, bool value, msl_at at, msl_expr **out) MSL_MUST_CHECK;
morsel_status msl_expr_null(msl_planner *p, const msl_type *type, msl_at at, msl_expr **out) MSL_MUST_CHECK;
/// A call of a scalar function or operator; arguments get the implicit casts that the chosen overload asks for.
///   errors  those of msl_function_resolve, located at `at`
morsel_status msl_expr_call(msl_planner *p, const char *name, size_t name_length, msl_expr *const *args,
                            uint32_t arg_count, msl_at at, msl_expr **out) MSL_MUST_CHECK;
morsel_status msl_expr_call1(msl_planner *p, const char *name, msl_expr *a, msl_at at, msl_expr **out) MSL_MUST_CHECK;
morsel_status msl_expr_call2(msl_planner *p, const char *name, msl_expr *a, msl_expr *b, msl_at at,
                             msl_expr **out) MSL_MUST_CHECK;
/// An explicit cast. A constant text is read right away; a parameter takes the type.
morsel_status msl_expr_cast(msl_planner *p, msl_expr *value, const msl_type *to, bool is_try, msl_at at,
                            msl_expr **out) MSL_MUST_CHECK;
/// Gives `value` the type `to` where that is implicit (the caller has checked): literals are converted, parameters
/// typed, everything else cast.
morsel_status msl_expr_coerce(msl_planner *p, msl_expr *value, const msl_type *to, msl_expr **out) MSL_MUST_CHECK;
/// As coerce, but first checks that the conversion is implicit.
///   errors  MORSEL_TYPE 42804 "<what> must be <to>, not <from>"
morsel_status msl_expr_require(msl_planner *p, msl_expr *value, const msl_type *to, const char *what,
                               msl_expr **out) MSL_MUST_CHECK;
/// A text literal or untyped parameter becomes VARCHAR; anything else stays.
morsel_status msl_expr_settle(msl_planner *p, msl_expr *value, msl_expr **out) MSL_MUST_CHECK;
/// The n-ary AND / OR of conditions; one condition is itself, none is TRUE / FALSE. Nested ones are spliced in.
morsel_status msl_expr_junction(msl_planner *p, msl_expr_kind kind, msl_expr *const *args, uint32_t count, msl_at at,
                                msl_expr **out) MSL_MUST_CHECK;
/// Casts all to their least common type.
///   errors  MORSEL_TYPE 42804 "<what> types A and B do not match"
morsel_status msl_expr_unify(msl_planner *p, msl_expr **exprs, uint32_t count, const char *what,
                             const msl_type **type) MSL_MUST_CHECK;
/// CASE over when1, then1, ..., else (may be NULL): conditions must be BOOLEAN, results get one type.
morsel_status msl_expr_case(msl_planner *p, msl_expr *const *args, uint32_t count, msl_at at,
                            msl_expr **out) MSL_MUST_CHECK;
/// Sets the flags that follow from the arguments' and from the node itself.
void msl_expr_derive_flags(msl_expr *expr);
/// The value of a constant expression (no columns, parameters, stable or volatile calls).
morsel_status msl_expr_evaluate(msl_planner *p, const msl_expr *expr, msl_value *out) MSL_MUST_CHECK;
static inline msl_at msl_expr_at(const msl_expr *expr) { return (msl_at){expr->sql_offset, expr->sql_length}; }
/// SQL spelling of a type in the statement's arena ("?" when memory is refused).
const char *msl_type_text(msl_planner *p, const msl_type *type);

#endif
