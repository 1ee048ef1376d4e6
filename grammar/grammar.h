/// grammar.h: the door of the grammar: SQL text in, syntax tree out, and what a shell needs to know about SQL text.
///
/// Memory   Everything returned lives in the arena that was passed in.
/// Threads  No state of its own: any number of threads, each with its own arena.
/// Errors   MORSEL_SYNTAX 42601 (syntax), 54001 (nested too deeply), 22021 (bytes that are not UTF-8, NUL bytes),
///          54000 (statement over 1 GiB), 42P02 (parameter number out of range); MORSEL_UNSUPPORTED 0A000 for syntax
///          that is known and not taken (GRANT, ...); MORSEL_NOMEM. Positions are byte offsets in `sql`.
#ifndef MSL_GRAMMAR_GRAMMAR_H
#define MSL_GRAMMAR_GRAMMAR_H

#include "base/arena.h"
#include "grammar/ast.h"
#include "grammar/ast_statement.h"

/// Parses the first statement of `sql`.
///   in      sql: any bytes, need not be NUL-terminated; length <= 1 GiB
///   out     *consumed_bytes: offset of what follows the statement and its semicolon (== length at the end). Set on
///   errors
///           too: the offset after the next semicolon outside quotes, where a shell that goes on would continue.
///           *out: the tree, or NULL when there are only blanks, comments and semicolons
///   errors  see the head of this file; the tree's spans and errors count from the start of `sql`
morsel_status msl_parse_statement(msl_arena *arena, const char *sql, size_t length, size_t *consumed_bytes,
                                  msl_ast_statement **out, msl_error *err) MSL_MUST_CHECK;
/// Parses one expression that takes the whole text ("DEFAULT" values, tests).
morsel_status msl_parse_expression(msl_arena *arena, const char *sql, size_t length, msl_ast_expr **out,
                                   msl_error *err) MSL_MUST_CHECK;
/// Parses a type name that takes the whole text, e.g. "DECIMAL(18, 2)[]".
morsel_status msl_parse_type(msl_arena *arena, const char *sql, size_t length, msl_ast_type **out,
                             msl_error *err) MSL_MUST_CHECK;

/// What a shell should do with the text typed so far.
typedef enum msl_sql_state {
    MSL_SQL_EMPTY,     ///< only blanks and comments
    MSL_SQL_COMPLETE,  ///< ends with a semicolon (blanks and comments may follow)
    MSL_SQL_OPEN,      ///< text without a semicolon at its end
    MSL_SQL_IN_STRING, ///< ends inside '...', E'...' or $tag$...
    MSL_SQL_IN_NAME,   ///< ends inside "..."
    MSL_SQL_IN_COMMENT ///< ends inside a block comment
} msl_sql_state;
msl_sql_state msl_sql_state_of(const char *sql, size_t length);
/// True for COMPLETE and EMPTY.
bool msl_sql_is_complete(const char *sql, size_t length);

/* ---- back to text ---- */

/// SQL text of a tree: parses to an equal tree. NULL when memory is refused. *length (may be NULL) without the NUL.
char *msl_ast_print_statement(msl_arena *arena, const msl_ast_statement *statement, size_t *length);
char *msl_ast_print_query(msl_arena *arena, const msl_ast_query *query, size_t *length);
char *msl_ast_print_expr(msl_arena *arena, const msl_ast_expr *expr, size_t *length);
char *msl_ast_print_type(msl_arena *arena, const msl_ast_type *type, size_t *length);
/// The tree, one node a line, indented, with spans (EXPLAIN AST, debugger).
char *msl_ast_dump_statement(msl_arena *arena, const msl_ast_statement *statement, size_t *length);

/// `name` as it must be written: bare if it is a plain lower or upper case word and no reserved keyword, else quoted.
char *msl_quote_name(msl_arena *arena, const char *name, size_t length);
/// `text` as a string literal.
char *msl_quote_string(msl_arena *arena, const char *text, size_t length);

/* ---- keywords ---- */

typedef enum msl_keyword_class {
    MSL_KEYWORD_RESERVED, ///< never a name without quotes (except after AS and after a dot)
    MSL_KEYWORD_JOIN,     ///< reserved, but before an opening parenthesis the name of a function: left('abc', 2)
    MSL_KEYWORD_FREE,     ///< a name wherever the keyword makes no sense
    MSL_KEYWORD_CALL      ///< a keyword only before an opening bracket
} msl_keyword_class;

typedef struct msl_keyword {
    const char *text; ///< upper case
    uint16_t token;
    uint8_t class_; ///< msl_keyword_class
    uint8_t length;
} msl_keyword;

/// The keywords in alphabetical order; *count of them.
const msl_keyword *msl_keywords(size_t *count);
/// The keyword spelled like this in any case, or NULL.
const msl_keyword *msl_keyword_find(const char *text, size_t length);

/* ---- names of things, for messages and walks ---- */

const char *msl_ast_expr_kind_name(msl_ast_expr_kind kind);           ///< "CASE", "COLUMN", ...
const char *msl_ast_op_text(msl_ast_op op);                           ///< "+", "IS DISTINCT FROM", ...
const char *msl_ast_statement_kind_name(msl_ast_statement_kind kind); ///< "CREATE TABLE", ...
const char *msl_ast_unit_name(msl_ast_unit unit);                     ///< "DAY", ...

#endif
