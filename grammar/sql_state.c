/* sql_state.c: what a shell needs to know while a statement is being typed: is it finished, or inside something? */
#include "grammar/grammar_int.h"
#include "sql_grammar.h"

msl_sql_state msl_sql_state_of(const char *sql, size_t length) {
    if (length >= UINT32_MAX) return MSL_SQL_OPEN;
    msl_lexer lexer = {.sql = sql, .length = (uint32_t)length};
    msl_sql_state state = MSL_SQL_EMPTY;
    for (;;) {
        msl_raw_token token;
        switch (msl_lex_next(&lexer, &token)) {
        case MSL_LEX_OK:
            if (token.major == 0) return state;
            // A semicolon alone completes nothing, so that the shell may drop it.
            if (token.major == TK_SEMICOLON)
                state = state == MSL_SQL_EMPTY ? MSL_SQL_EMPTY : MSL_SQL_COMPLETE;
            else
                state = MSL_SQL_OPEN;
            break;
        case MSL_LEX_OPEN_STRING: return MSL_SQL_IN_STRING;
        case MSL_LEX_OPEN_NAME: return MSL_SQL_IN_NAME;
        case MSL_LEX_OPEN_COMMENT: return MSL_SQL_IN_COMMENT;
        case MSL_LEX_EMPTY_NAME:
        case MSL_LEX_BAD_NUMBER:
        case MSL_LEX_BAD_BLOB:
        case MSL_LEX_NUL:
        case MSL_LEX_BAD_UTF8:
        case MSL_LEX_CURLY_QUOTE:
        case MSL_LEX_BACKTICK:
        case MSL_LEX_BAD_CHARACTER: state = MSL_SQL_OPEN; break; // wrong, but the statement may still be closed
        }
    }
}

bool msl_sql_is_complete(const char *sql, size_t length) {
    msl_sql_state state = msl_sql_state_of(sql, length);
    return state == MSL_SQL_COMPLETE || state == MSL_SQL_EMPTY;
}
