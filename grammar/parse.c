/* parse.c: the door: feeds the parser with tokens and turns its complaints into messages.
 *
 * Depth    Open brackets are counted, so that 100,000 parentheses end at once; the parser's stack is bounded
 *          (%stack_size) and the builders bound the height of the tree. All three give the same error, 54001.
 * Memory   The parser's stack (about 240 KiB) is borrowed from the memory manager for the length of the call.
 */
#include "grammar/grammar_int.h"
#include "sql_grammar.h"

#include <stdio.h>

#define MAX_SQL_BYTES ((size_t)1 << 30)

/* ---- failures ---- */

void msl_parse_token_text(const msl_parse *p, msl_token token, char out[80]) {
    size_t length = token.length;
    const char *text = p->lexer.sql + token.offset;
    bool cut = length > 60;
    if (cut) {
        length = 60;
        while (length > 0 && ((unsigned char)text[length] & 0xC0) == 0x80) length--;
    }
    size_t n = 0;
    for (; n < length; n++) out[n] = (unsigned char)text[n] < 0x20 ? ' ' : text[n];
    snprintf(out + n, 80 - n, "%s", cut ? "..." : "");
}

void msl_parse_fail(msl_parse *p, msl_ast_span at, const char *fmt, ...) {
    if (p->status != MORSEL_OK) return;
    char message[512];
    va_list args;
    va_start(args, fmt);
    vsnprintf(message, sizeof message, fmt, args);
    va_end(args);
    p->status = msl_error_at(p->err, MORSEL_SYNTAX, "42601", at.offset, at.length, "%s", message);
}

void msl_parse_unsupported(msl_parse *p, msl_ast_span at, const char *what) {
    if (p->status == MORSEL_OK) p->status = msl_error_unsupported(p->err, at.offset, at.length, "%s", what);
}

void msl_parse_too_deep(msl_parse *p, msl_ast_span at) {
    if (p->status != MORSEL_OK) return;
    p->status = msl_error_at(p->err, MORSEL_SYNTAX, "54001", at.offset, at.length, "statement is nested too deeply");
    msl_error_hint(p->err, "expressions, parentheses and subqueries may nest up to %d levels", MSL_AST_MAX_DEPTH);
}

static void report_problem(msl_parse *p) {
    msl_token at = p->problem_token.at;
    msl_ast_span span = {at.offset, at.length};
    unsigned byte = at.offset < p->lexer.length ? (unsigned char)p->lexer.sql[at.offset] : 0;
    char text[80];
    msl_parse_token_text(p, at, text);
    switch (p->problem) {
    case MSL_LEX_OK: break;
    case MSL_LEX_OPEN_STRING:
        msl_parse_fail(p, span, "unterminated string: the quote that opens here is never closed");
        if (text[0] == '$')
            msl_error_hint(p->err, "close it with %s", text);
        else
            msl_error_hint(p->err, "a quote inside a string is written twice: 'it''s'");
        break;
    case MSL_LEX_OPEN_NAME:
        msl_parse_fail(p, span, "unterminated quoted identifier: the double quote that opens here is never closed");
        break;
    case MSL_LEX_OPEN_COMMENT:
        msl_parse_fail(p, span, "unterminated comment: the /* that opens here is never closed");
        msl_error_hint(p->err, "comments nest: each /* needs its own */");
        break;
    case MSL_LEX_EMPTY_NAME:
        msl_parse_fail(p, span, "empty quoted identifier \"\"");
        msl_error_hint(p->err, "an empty string is written ''");
        break;
    case MSL_LEX_BAD_NUMBER: msl_parse_fail(p, span, "malformed number \"%s\"", text); break;
    case MSL_LEX_BAD_BLOB:
        msl_parse_fail(p, span, "malformed blob literal: it takes pairs of hexadecimal digits, as in x'0AFF'");
        break;
    case MSL_LEX_NUL:
        if (p->status == MORSEL_OK)
            p->status = msl_error_at(p->err, MORSEL_SYNTAX, "22021", at.offset, 1, "NUL byte in the SQL text");
        break;
    case MSL_LEX_BAD_UTF8:
        if (p->status == MORSEL_OK)
            p->status = msl_error_at(p->err, MORSEL_SYNTAX, "22021", at.offset, 1,
                                     "invalid UTF-8 in the SQL text: byte 0x%02X at offset %u", byte, at.offset);
        break;
    case MSL_LEX_CURLY_QUOTE:
        msl_parse_fail(p, span, "unexpected typographic quote %s", text);
        msl_error_hint(p->err, "strings take straight single quotes '...', names straight double quotes \"...\"");
        break;
    case MSL_LEX_BACKTICK:
        msl_parse_fail(p, span, "unexpected character \"`\"");
        msl_error_hint(p->err, "names are quoted with double quotes: \"my column\"");
        break;
    case MSL_LEX_BAD_CHARACTER: msl_parse_fail(p, span, "unexpected character \"%s\"", text); break;
    }
}

/* ---- syntax errors ---- */

void msl_parse_unexpected(msl_parse *p, int major, msl_token token) {
    if (p->status != MORSEL_OK) return;
    char text[80];
    msl_parse_token_text(p, token, text);
    msl_ast_span at = {token.offset, token.length};
    if (major == 0 && token.length == 0)
        msl_parse_fail(p, at, "syntax error at end of input");
    else
        msl_parse_fail(p, at, "syntax error at or near \"%s\"", text);
    p->is_unexpected = true;
    p->unexpected = token;
    p->unexpected_is_end = major == 0;
}

/// Statements and clauses that are known by name and not part of the language yet.
static bool refuse_unsupported(msl_parse *p, const msl_raw_token *token) {
    static const char *const statements[] = {"grant", "revoke", "comment", "export",
                                             "import",  "install", "load",    "lock",  "listen", "notify",  "declare",
                                             "cluster", "refresh", "do",      "kill",  "handler"};
    if (token->major != TK_ID) return false;
    char text[80];
    if (p->previous == 0) {
        for (size_t n = 0; n < sizeof statements / sizeof statements[0]; n++) {
            if (!msl_token_is(p, token->at, statements[n])) continue;
            if (msl_token_peek(p, 0)->major == TK_COLON || msl_token_peek(p, 0)->major == TK_DOT) return false;
            snprintf(text, sizeof text, "the statement %s", statements[n]);
            for (char *c = text + sizeof "the statement"; *c; c++) *c = (char)(*c >= 'a' && *c <= 'z' ? *c - 32 : *c);
            msl_parse_unsupported(p, msl_token_span(token->at), text);
            return true;
        }
    }
    bool behind_source = p->previous == TK_ID || p->previous == TK_RP || p->previous == TK_STRING;
    if (!behind_source || msl_token_peek(p, 0)->major != TK_LP) return false;
    if (!msl_token_is(p, token->at, "match_recognize")) return false;
    msl_parse_unsupported(p, msl_token_span(token->at), "MATCH_RECOGNIZE");
    return true;
}

/* ---- the loop ---- */

/// Feeds tokens up to a semicolon or the end; or up to p->stop_at, to look at the parser's state there.
static void feed(msl_parse *p, void *parser, uint16_t start_major) {
    if (start_major) msl_grammar(parser, start_major, (msl_token){0, 0}, p);
    while (p->status == MORSEL_OK) {
        msl_raw_token token = msl_token_take(p);
        if (token.at.offset >= p->stop_at) return;
        if (token.major == MSL_RAW_PROBLEM) {
            report_problem(p);
            return;
        }
        if (!start_major && refuse_unsupported(p, &token)) return;
        bool at_end = token.major == 0 || (token.major == TK_SEMICOLON && !start_major);
        bool is_name = false;
        uint16_t major = at_end ? 0 : msl_token_classify(p, parser, &token, &is_name);
        if (!at_end && !msl_token_track_brackets(p, major, is_name)) {
            msl_parse_too_deep(p, msl_token_span(token.at));
            return;
        }
        msl_grammar(parser, major, token.at, p);
        if (p->status != MORSEL_OK) return;
        if (at_end) {
            if (token.major == TK_SEMICOLON) p->rule_end = token.at.offset + token.at.length;
            return;
        }
        p->before_previous = p->previous;
        p->previous = major;
        p->previous_is_name = is_name;
        p->previous_token = token.at;
        p->rule_end = token.at.offset + token.at.length;
    }
}

static void begin(msl_parse *p, msl_arena *arena, const char *sql, uint32_t length, msl_error *err) {
    // Field by field: the bracket stack need not be cleared.
    p->arena = arena;
    p->err = err;
    p->status = MORSEL_OK;
    p->lexer = (msl_lexer){.sql = sql, .length = length};
    p->ahead_first = p->ahead_count = 0;
    p->problem = MSL_LEX_OK;
    p->previous = p->before_previous = 0;
    p->previous_is_name = false;
    p->previous_token = (msl_token){0, 0};
    p->rule_end = p->depth = 0;
    p->lambda_list_closed = false;
    p->greatest_parameter = 0;
    p->is_unexpected = p->unexpected_is_end = false;
    p->unexpected = (msl_token){0, 0};
    p->stop_at = UINT32_MAX;
    p->statement = NULL;
    p->expr = NULL;
    p->type = NULL;
}

/// A table-driven parser has already made some reductions when it finds that a token does not fit, and by then it has
/// forgotten what would have fitted. So the text is read a second time up to that token; and where the token before it
/// may be a mistyped keyword that was taken for a name, a third time up to there.
static void add_hint(msl_parse *p, void *parser, uint16_t start_major) {
    msl_parse again;
    msl_error ignored;
    bool word_before = p->previous == TK_ID && p->previous_is_name;
    msl_token places[2] = {p->unexpected, p->previous_token};
    for (int n = 0; n < (word_before ? 2 : 1); n++) {
        msl_error_clear(&ignored);
        begin(&again, p->arena, p->lexer.sql, p->lexer.length, &ignored);
        again.stop_at = places[n].offset;
        msl_grammar_init(parser);
        feed(&again, parser, start_major);
        bool hinted = again.status != MORSEL_OK || msl_hint_keyword(p, parser, places[n], n > 0);
        if (!hinted && n == (word_before ? 1 : 0)) {
            if (n > 0) { // back to the place of the error
                begin(&again, p->arena, p->lexer.sql, p->lexer.length, &ignored);
                again.stop_at = places[0].offset;
                msl_grammar_finalize(parser);
                msl_grammar_init(parser);
                feed(&again, parser, start_major);
            }
            msl_hint_expected(p, parser, again.depth);
        }
        msl_grammar_finalize(parser);
        if (hinted) return;
    }
}

/// Sets the parser up and feeds it. `start_major` is a START_ token for an expression or a type, else 0.
static morsel_status parse(msl_parse *p, uint16_t start_major) {
    size_t bytes = (size_t)1 << 18; // a size that the memory manager recycles
    if (bytes < msl_grammar_parser_size()) bytes = msl_grammar_parser_size();
    void *parser = msl_memory_alloc(p->arena->memory, bytes);
    if (!parser) return p->status = msl_error_nomem(p->err, "the parser", bytes);
    msl_grammar_init(parser);
    feed(p, parser, start_major);
    msl_grammar_finalize(parser);
    if (p->is_unexpected) add_hint(p, parser, start_major);
    msl_memory_release(p->arena->memory, parser, bytes);
    return p->status;
}

static morsel_status check_length(size_t length, msl_error *err) {
    if (length <= MAX_SQL_BYTES) return MORSEL_OK;
    return msl_error_set(err, MORSEL_SYNTAX, "54000", "statement of %zu bytes is too long: the limit is 1 GiB", length);
}

/// Where a caller goes on after an error: behind the next semicolon that is in no string and no comment.
static size_t resume_offset(msl_parse *p, uint32_t from) {
    msl_token_rewind(p, from);
    for (;;) {
        msl_raw_token token;
        msl_lex_problem problem = msl_lex_next(&p->lexer, &token);
        if (problem == MSL_LEX_OPEN_STRING || problem == MSL_LEX_OPEN_NAME || problem == MSL_LEX_OPEN_COMMENT)
            return p->lexer.length;
        if (problem == MSL_LEX_OK && token.major == 0) return p->lexer.length;
        if (problem == MSL_LEX_OK && token.major == TK_SEMICOLON) return token.at.offset + token.at.length;
    }
}

morsel_status msl_parse_statement(msl_arena *arena, const char *sql, size_t length, size_t *consumed_bytes,
                                  msl_ast_statement **out, msl_error *err) {
    *out = NULL;
    *consumed_bytes = length;
    MSL_TRY(check_length(length, err));
    msl_parse p;
    begin(&p, arena, sql, (uint32_t)length, err);
    while (msl_token_peek(&p, 0)->major == TK_SEMICOLON) msl_token_take(&p);
    if (msl_token_peek(&p, 0)->major == 0) return MORSEL_OK;
    uint32_t start = msl_token_peek(&p, 0)->at.offset;
    if (parse(&p, 0) != MORSEL_OK) {
        *consumed_bytes = resume_offset(&p, p.rule_end > start ? p.rule_end : start);
        return p.status;
    }
    *consumed_bytes = p.rule_end;
    p.statement->at = (msl_ast_span){start, p.previous_token.offset + p.previous_token.length - start};
    p.statement->parameter_count = p.greatest_parameter;
    *out = p.statement;
    return MORSEL_OK;
}

morsel_status msl_parse_expression(msl_arena *arena, const char *sql, size_t length, msl_ast_expr **out,
                                   msl_error *err) {
    *out = NULL;
    MSL_TRY(check_length(length, err));
    msl_parse p;
    begin(&p, arena, sql, (uint32_t)length, err);
    MSL_TRY(parse(&p, TK_START_EXPRESSION));
    *out = p.expr;
    return MORSEL_OK;
}

morsel_status msl_parse_type(msl_arena *arena, const char *sql, size_t length, msl_ast_type **out, msl_error *err) {
    *out = NULL;
    MSL_TRY(check_length(length, err));
    msl_parse p;
    begin(&p, arena, sql, (uint32_t)length, err);
    MSL_TRY(parse(&p, TK_START_TYPE));
    *out = p.type;
    return MORSEL_OK;
}
