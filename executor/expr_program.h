/// expr_program.h: what a compiled program looks like; expr_compile.c writes it, expr_eval.c runs it. Inside
/// expressions.
///
/// REGISTERS are vectors: constants (made once, shared by all lanes), columns of the input chunk, temporaries.
/// Temporaries share storage SLOTS by liveness, so that a long program stays in the cache.
///
/// SCOPES are sets of rows: scope 0 is the chunk's selection; branches of CASE, COALESCE, AND, OR, IN narrow them.
/// Every instruction runs in a scope and is skipped when that is empty. A value may be used in its scope and in those
/// within, so common subexpressions are shared along that line. Scopes of branches that are over give their row buffers
/// back.
#ifndef MSL_EXPR_PROGRAM_H
#define MSL_EXPR_PROGRAM_H

#include "executor/expression.h"
#include "functions/select.h"

typedef enum msl_opcode {
    MSL_CODE_CALL,           ///< out = kernel(args)
    MSL_CODE_BEGIN,          ///< out is empty: FLAT, no NULLs (rows are moved into it)
    MSL_CODE_MOVE,           ///< rows of scope: out = args[0]
    MSL_CODE_AND,            ///< out = out AND args[0]
    MSL_CODE_OR,
    MSL_CODE_UNLESS_FALSE,   ///< target = rows of scope where args[0] is not FALSE
    MSL_CODE_UNLESS_TRUE,    ///< target = rows of scope where args[0] is not TRUE
    MSL_CODE_SPLIT,          ///< target = rows where args[0] is TRUE, rest = the others (may be narrowed in place)
    MSL_CODE_COALESCE,       ///< rows where args[0] is present: out = args[0]; target = the others
    MSL_CODE_IN_SET,         ///< out = args[0] IN the set; FALSE or NULL otherwise
    MSL_CODE_IN_ITEM,        ///< out = out OR args[0] = args[1]
    MSL_CODE_LAMBDA,         ///< out = the lambda over args[0], ...
    MSL_CODE_NOT             ///< out = NOT out
} msl_opcode;

typedef enum msl_register_kind { MSL_REGISTER_CONSTANT, MSL_REGISTER_COLUMN, MSL_REGISTER_TEMP } msl_register_kind;

typedef struct msl_register {
    msl_register_kind kind;
    const msl_type *type;
    uint32_t column;            ///< COLUMN
    bool is_operand;            ///< COLUMN: some instruction reads it (else it is only passed on)
    const msl_vector *constant; ///< CONSTANT
    uint32_t slot;              ///< TEMP: its storage
    uint32_t last_use;          ///< instruction; UINT32_MAX: a result
    bool is_freed;              ///< its slot was given on
} msl_register;

/// Constants of an IN list, hashed.
typedef struct msl_in_set {
    const msl_type *type;
    msl_vector values;          ///< FLAT
    uint32_t count;
    uint32_t *slots;            ///< 1 + index in values; 0 = free; linear probing
    uint32_t mask;
    bool has_null;
} msl_in_set;

/// A compiled lambda.
typedef struct msl_lambda_code {
    const msl_lambda *lambda;
    const msl_program *body;
    const msl_type *param_types[3];
    uint32_t capture_count;
} msl_lambda_code;

typedef struct msl_instruction {
    msl_opcode code;
    uint32_t out;
    uint32_t scope;
    uint32_t target, rest;      ///< scopes made
    uint32_t arg_count;
    uint32_t *args;             ///< registers
    const msl_function_binding *call;
    unsigned flags;             ///< msl_function_flags
    uint32_t local;             ///< index in the evaluator's locals; UINT32_MAX = none
    const msl_in_set *set;
    const msl_lambda_code *lambda;
    int64_t sql_offset;
    uint32_t sql_length;
    uint32_t next_hashed;       ///< chain of value numbering; UINT32_MAX ends
} msl_instruction;

typedef struct msl_scope {
    uint32_t parent;            ///< UINT32_MAX for scope 0
    uint32_t buffer;            ///< row buffer; scope 0 has none
} msl_scope;

struct msl_program {
    msl_instruction *code;
    uint32_t count, room;
    msl_register *registers;
    uint32_t register_count, register_room;
    msl_scope *scopes;
    uint32_t scope_count, scope_room;
    uint32_t buffer_count;
    uint8_t *slot_widths;       ///< bytes of a value, by slot
    uint32_t slot_count;
    uint32_t local_count, max_args;
    uint32_t *results;          ///< register of each expression
    uint32_t result_count;
    uint32_t rows;              ///< capacity of vectors
};

/// Runs the program for rows of `in`. `is_clean`: every row of the columns can be read, live or not, so kernels that
/// cannot fail may run densely.
MSL_MUST_CHECK morsel_status msl_program_run(msl_evaluator *eval, msl_lane *lane, const msl_chunk *in, bool is_clean);

/// A lane's part of a lambda, and running it for rows that have their arguments (expr_lambda.c).
typedef struct msl_lambda_local msl_lambda_local;
MSL_MUST_CHECK morsel_status msl_lambda_local_new(const msl_lambda_code *code, msl_arena *arena, void **out, msl_error *err);
MSL_MUST_CHECK morsel_status msl_lambda_run(const msl_lambda_code *code, void *local, msl_lane *lane,
                                            const msl_vector *const *args, msl_rows rows, msl_vector *out);

/// Makes the set of an IN list's constants (expr_in.c).
MSL_MUST_CHECK morsel_status msl_in_set_new(const msl_in_set **out, const msl_type *type, const msl_value *values,
                                            uint32_t count, msl_arena *arena, msl_error *err);
/// out = x IN set for the selected rows: TRUE, FALSE, or NULL where x is NULL or the set holds a NULL and no match.
void msl_in_set_probe(const msl_in_set *set, const msl_vector *x, const uint32_t *sel, uint32_t n, msl_vector *out);
/// out = out OR x = item, with SQL's NULLs.
void msl_in_item(const msl_vector *x, const msl_vector *item, const uint32_t *sel, uint32_t n, uint32_t *room,
                 msl_vector *out);

#endif
