/// expr.h: bound expressions: names and types resolved, casts explicit. Plain data in the plan's arena.
///
/// In logical plans a COLUMN names a query-wide unique column id, so that moving an expression never renumbers it; the
/// physical planner turns ids into positions in the operator's input chunk. Operand order of AND, OR is the text's.
#ifndef MSL_EXPR_H
#define MSL_EXPR_H

#include "functions/collation.h"
#include "functions/function.h"

typedef enum msl_expr_kind {
    MSL_EXPR_COLUMN,    ///< column: id (logical) or input position (physical)
    MSL_EXPR_CONSTANT,  ///< value
    MSL_EXPR_PARAM,     ///< parameter number `column` (0-based), of type `type`
    MSL_EXPR_CALL,      ///< call.kernel over args; call.function names it
    MSL_EXPR_CAST,      ///< args[0] to type; call.kernel and call.bound from msl_cast_resolve; flags MSL_EXPR_TRY
    MSL_EXPR_AND,       ///< n-ary; an argument that can fail is computed only for rows not yet decided
    MSL_EXPR_OR,
    MSL_EXPR_CASE,      ///< args: when1, then1, when2, then2, ..., else (always there)
    MSL_EXPR_COALESCE,  ///< args left to right until not NULL
    MSL_EXPR_LAMBDA,    ///< args: a list, the initial value where there is one, captured values; detail: msl_lambda
    MSL_EXPR_IN,        ///< args[0] IN (args[1..]), NULL meaning as in SQL; types equal
    MSL_EXPR_AGGREGATE, ///< binder and logical AGGREGATE only
    MSL_EXPR_SUBQUERY,  ///< binder only; turned into joins before the physical plan
    MSL_EXPR_WINDOW,    ///< binder only
    MSL_EXPR_UNNEST     ///< binder only: an element of the list args[0]; becomes a column of an UNNEST node
} msl_expr_kind;

typedef enum msl_expr_flags {
    MSL_EXPR_TRY = 1,       ///< CAST: a failing row is NULL
    MSL_EXPR_CAN_FAIL = 2,  ///< this node or one below may return an error for some row
    MSL_EXPR_VOLATILE = 4,  ///< this node or one below gives a new value each time
    MSL_EXPR_STABLE = 8,    ///< this node or one below is fixed for an execution only (now(), parameters)
    MSL_EXPR_NEGATED = 16   ///< IN: NOT IN
} msl_expr_flags;

typedef enum msl_lambda_kind { MSL_LAMBDA_TRANSFORM, MSL_LAMBDA_FILTER, MSL_LAMBDA_REDUCE } msl_lambda_kind;

/// What is done with the elements of a list. TRANSFORM, FILTER: parameters (element[, number]); REDUCE: (accumulator,
/// element[, number]).
typedef struct msl_lambda {
    msl_lambda_kind kind;
    struct msl_expr *body;        ///< over positions: parameters, then captured values
    uint32_t param_count;
    const char *names[3];         ///< of the parameters
    bool has_initial;             ///< REDUCE: args[1] begins; else the first element, and an empty list gives NULL
} msl_lambda;

typedef struct msl_expr {
    msl_expr_kind kind;
    unsigned flags;
    uint8_t collation;            ///< msl_collation of a text; binder only: what is compared under it is put into its function
    bool collation_is_said;       ///< by COLLATE in the expression, not by a column
    const msl_type *type;
    uint32_t column;              ///< COLUMN, PARAM
    uint32_t arg_count;
    struct msl_expr **args;
    msl_value value;              ///< CONSTANT
    msl_function_binding call;    ///< CALL, CAST
    void *detail;                 ///< LAMBDA: msl_lambda; AGGREGATE, SUBQUERY, WINDOW: the binder's own structs
    int64_t sql_offset;           ///< of the text it came from, -1 = made by the planner
    uint32_t sql_length;
} msl_expr;

#endif
