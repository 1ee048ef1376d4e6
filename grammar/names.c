/* names.c: what the kinds, operators and units of the syntax tree are called, for printing, dumps and messages. */
#include "grammar/grammar.h"

const char *msl_ast_expr_kind_name(msl_ast_expr_kind kind) {
    static const char *const names[] = {
        [MSL_AST_NULL] = "NULL", [MSL_AST_BOOLEAN] = "BOOLEAN", [MSL_AST_NUMBER] = "NUMBER", [MSL_AST_STRING] = "STRING",
        [MSL_AST_BLOB] = "BLOB", [MSL_AST_TYPED] = "TYPED LITERAL", [MSL_AST_INTERVAL] = "INTERVAL",
        [MSL_AST_PARAMETER] = "PARAMETER", [MSL_AST_COLUMN] = "COLUMN", [MSL_AST_STAR] = "STAR", [MSL_AST_UNARY] = "UNARY",
        [MSL_AST_BINARY] = "BINARY", [MSL_AST_CHAIN] = "CHAIN", [MSL_AST_LIKE] = "LIKE", [MSL_AST_BETWEEN] = "BETWEEN",
        [MSL_AST_IN] = "IN", [MSL_AST_EXISTS] = "EXISTS", [MSL_AST_SUBQUERY] = "SUBQUERY",
        [MSL_AST_ARRAY_SUBQUERY] = "ARRAY SUBQUERY", [MSL_AST_QUANTIFIED] = "ANY/ALL", [MSL_AST_CASE] = "CASE",
        [MSL_AST_CAST] = "CAST", [MSL_AST_CALL] = "CALL", [MSL_AST_COLLATE] = "COLLATE", [MSL_AST_INDEX] = "INDEX",
        [MSL_AST_SLICE] = "SLICE", [MSL_AST_FIELD] = "FIELD", [MSL_AST_LIST] = "LIST", [MSL_AST_STRUCT] = "STRUCT",
        [MSL_AST_MAP] = "MAP", [MSL_AST_ROW] = "ROW", [MSL_AST_DEFAULT] = "DEFAULT"};
    return (size_t)kind < sizeof names / sizeof names[0] ? names[kind] : "?";
}

const char *msl_ast_op_text(msl_ast_op op) {
    static const char *const texts[MSL_AST_OP_COUNT] = {
        [MSL_AST_OP_NONE] = "", [MSL_AST_OP_OR] = "OR", [MSL_AST_OP_AND] = "AND", [MSL_AST_OP_CONCAT] = "||",
        [MSL_AST_OP_ADD] = "+", [MSL_AST_OP_SUBTRACT] = "-", [MSL_AST_OP_MULTIPLY] = "*", [MSL_AST_OP_DIVIDE] = "/",
        [MSL_AST_OP_INTEGER_DIVIDE] = "//", [MSL_AST_OP_MODULO] = "%", [MSL_AST_OP_EQ] = "=", [MSL_AST_OP_NE] = "<>",
        [MSL_AST_OP_LT] = "<", [MSL_AST_OP_LE] = "<=", [MSL_AST_OP_GT] = ">", [MSL_AST_OP_GE] = ">=",
        [MSL_AST_OP_DISTINCT] = "IS DISTINCT FROM", [MSL_AST_OP_NOT_DISTINCT] = "IS NOT DISTINCT FROM",
        [MSL_AST_OP_POWER] = "^", [MSL_AST_OP_BIT_AND] = "&", [MSL_AST_OP_BIT_OR] = "|", [MSL_AST_OP_SHIFT_LEFT] = "<<",
        [MSL_AST_OP_SHIFT_RIGHT] = ">>", [MSL_AST_OP_ARROW] = "->", [MSL_AST_OP_ARROW_TEXT] = "->>",
        [MSL_AST_OP_REGEX] = "~", [MSL_AST_OP_REGEX_CI] = "~*", [MSL_AST_OP_NOT_REGEX] = "!~",
        [MSL_AST_OP_NOT_REGEX_CI] = "!~*", [MSL_AST_OP_CONTAINS] = "@>", [MSL_AST_OP_CONTAINED] = "<@",
        [MSL_AST_OP_OVERLAPS] = "&&", [MSL_AST_OP_STARTS_WITH] = "^@", [MSL_AST_OP_NEGATE] = "-", [MSL_AST_OP_PLUS] = "+",
        [MSL_AST_OP_BIT_NOT] = "~", [MSL_AST_OP_NOT] = "NOT", [MSL_AST_OP_IS_NULL] = "IS NULL",
        [MSL_AST_OP_IS_NOT_NULL] = "IS NOT NULL", [MSL_AST_OP_IS_TRUE] = "IS TRUE", [MSL_AST_OP_IS_NOT_TRUE] = "IS NOT TRUE",
        [MSL_AST_OP_IS_FALSE] = "IS FALSE", [MSL_AST_OP_IS_NOT_FALSE] = "IS NOT FALSE",
        [MSL_AST_OP_IS_UNKNOWN] = "IS UNKNOWN", [MSL_AST_OP_IS_NOT_UNKNOWN] = "IS NOT UNKNOWN", [MSL_AST_OP_LIKE] = "LIKE",
        [MSL_AST_OP_ILIKE] = "ILIKE", [MSL_AST_OP_GLOB] = "GLOB", [MSL_AST_OP_SIMILAR] = "SIMILAR TO"};
    return (size_t)op < MSL_AST_OP_COUNT ? texts[op] : "?";
}

const char *msl_ast_statement_kind_name(msl_ast_statement_kind kind) {
    static const char *const names[] = {
        [MSL_AST_STATEMENT_QUERY] = "SELECT", [MSL_AST_STATEMENT_INSERT] = "INSERT", [MSL_AST_STATEMENT_UPDATE] = "UPDATE",
        [MSL_AST_STATEMENT_DELETE] = "DELETE", [MSL_AST_STATEMENT_TRUNCATE] = "TRUNCATE",
        [MSL_AST_STATEMENT_CREATE_TABLE] = "CREATE TABLE", [MSL_AST_STATEMENT_CREATE_VIEW] = "CREATE VIEW",
        [MSL_AST_STATEMENT_CREATE_INDEX] = "CREATE INDEX", [MSL_AST_STATEMENT_CREATE_SCHEMA] = "CREATE SCHEMA",
        [MSL_AST_STATEMENT_CREATE_SEQUENCE] = "CREATE SEQUENCE", [MSL_AST_STATEMENT_CREATE_TYPE] = "CREATE TYPE",
        [MSL_AST_STATEMENT_CREATE_MACRO] = "CREATE MACRO", [MSL_AST_STATEMENT_DROP] = "DROP",
        [MSL_AST_STATEMENT_ALTER] = "ALTER", [MSL_AST_STATEMENT_COPY] = "COPY", [MSL_AST_STATEMENT_EXPLAIN] = "EXPLAIN",
        [MSL_AST_STATEMENT_DESCRIBE] = "DESCRIBE", [MSL_AST_STATEMENT_SUMMARIZE] = "SUMMARIZE",
        [MSL_AST_STATEMENT_SHOW] = "SHOW", [MSL_AST_STATEMENT_SET] = "SET", [MSL_AST_STATEMENT_RESET] = "RESET",
        [MSL_AST_STATEMENT_PRAGMA] = "PRAGMA", [MSL_AST_STATEMENT_BEGIN] = "BEGIN", [MSL_AST_STATEMENT_COMMIT] = "COMMIT",
        [MSL_AST_STATEMENT_ROLLBACK] = "ROLLBACK", [MSL_AST_STATEMENT_SAVEPOINT] = "SAVEPOINT",
        [MSL_AST_STATEMENT_RELEASE] = "RELEASE", [MSL_AST_STATEMENT_PREPARE] = "PREPARE",
        [MSL_AST_STATEMENT_EXECUTE] = "EXECUTE", [MSL_AST_STATEMENT_DEALLOCATE] = "DEALLOCATE",
        [MSL_AST_STATEMENT_ATTACH] = "ATTACH", [MSL_AST_STATEMENT_DETACH] = "DETACH", [MSL_AST_STATEMENT_USE] = "USE",
        [MSL_AST_STATEMENT_VACUUM] = "VACUUM", [MSL_AST_STATEMENT_ANALYZE] = "ANALYZE",
        [MSL_AST_STATEMENT_CHECKPOINT] = "CHECKPOINT", [MSL_AST_STATEMENT_CALL] = "CALL"};
    return (size_t)kind < sizeof names / sizeof names[0] ? names[kind] : "?";
}

const char *msl_ast_unit_name(msl_ast_unit unit) {
    static const char *const names[] = {"", "MILLENNIUM", "CENTURY", "DECADE", "YEAR", "QUARTER", "MONTH", "WEEK", "DAY",
                                        "HOUR", "MINUTE", "SECOND", "MILLISECOND", "MICROSECOND"};
    return (size_t)unit < sizeof names / sizeof names[0] ? names[unit] : "?";
}
