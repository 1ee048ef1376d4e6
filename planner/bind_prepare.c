/// bind_prepare.c: PREPARE, EXECUTE, DEALLOCATE: what the connection is to do with a named statement.
#include "planner/binder.h"

#include <string.h>

static morsel_status bind_prepare(msl_binder *b, const msl_ast_statement *ast, msl_prepared *out) {
    const msl_ast_prepare *prepare = &ast->u.prepare;
    if (prepare->statement->kind == MSL_AST_STATEMENT_EXECUTE)
        return msl_unsupported(b, prepare->statement->at, "PREPARE of EXECUTE");
    const msl_type **types;
    MSL_TRY(MSL_TAKE(b->p, types, prepare->type_count));
    for (uint32_t k = 0; k < prepare->type_count; k++) MSL_TRY(msl_bind_type(b, prepare->types[k], &types[k]));
    out->kind = MSL_STATEMENT_PREPARE;
    out->named.types = types;
    out->named.type_count = prepare->type_count;
    out->named.sql_offset = prepare->text.offset;
    out->named.sql_length = prepare->text.length;
    return msl_copy_name(b, &prepare->name, &out->named.name);
}

static morsel_status bind_execute(msl_binder *b, const msl_ast_statement *ast, msl_prepared *out) {
    const msl_ast_execute *execute = &ast->u.execute;
    msl_value *values;
    const char **names;
    MSL_TRY(MSL_TAKE(b->p, values, execute->argument_count));
    MSL_TRY(MSL_TAKE(b->p, names, execute->argument_count));
    for (uint32_t k = 0; k < execute->argument_count; k++) {
        const msl_ast_argument *argument = &execute->arguments[k];
        MSL_TRY(msl_bind_constant(b, argument->expr, MSL_CLAUSE_SETTING, &values[k]));
        if (argument->name.text) MSL_TRY(msl_copy_name(b, &argument->name, &names[k]));
    }
    out->kind = MSL_STATEMENT_EXECUTE;
    out->named.values = values;
    out->named.value_names = names;
    out->named.value_count = execute->argument_count;
    return msl_copy_name(b, &execute->name, &out->named.name);
}

morsel_status msl_bind_named_statement(msl_binder *b, const msl_ast_statement *ast, msl_prepared *out) {
    if (ast->kind == MSL_AST_STATEMENT_PREPARE) return bind_prepare(b, ast, out);
    if (ast->kind == MSL_AST_STATEMENT_EXECUTE) return bind_execute(b, ast, out);
    out->kind = MSL_STATEMENT_DEALLOCATE;
    return ast->u.execute.name.text ? msl_copy_name(b, &ast->u.execute.name, &out->named.name) : MORSEL_OK;
}
