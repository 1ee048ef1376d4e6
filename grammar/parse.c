/* parse.c: the door: feeds the parser with tokens and turns its complaints into messages.
 *
 * Role     Between lexer and parser. The lexer knows no keywords, the LALR(1) parser sees one token ahead; what needs
 *          the neighbours of a token is decided here: whether a word is a keyword, which of two meanings `:` and `->`
 *          have, and the words that only together mean something (classify_word has the list).
 * Depth    Open brackets are counted, so that 100,000 parentheses end at once; the parser's stack is bounded
 *          (%stack_size) and the builders bound the height of the tree. All three give the same error, 54001.
 * Memory   The parser's stack (about 240 KiB) is borrowed from the memory manager for the length of the call.
 */
#include "grammar/grammar_int.h"
#include "sql_grammar.h"

#include <stdio.h>

#define MAX_SQL_BYTES ((size_t)1 << 30)
#define RAW_PROBLEM UINT16_MAX /* major of the ring's token on which the lexer stopped */

/* What an open bracket is, for the meaning of `:`, `->` and IN inside it. */
enum bracket {
    BRACKET_GROUP,       /* ( of an expression, a query, a list of names */
    BRACKET_CALL,        /* ( behind a name: arguments */
    BRACKET_LAMBDA_LIST, /* ( at the beginning of an argument, so far only names and commas inside */
    BRACKET_POSITION,    /* POSITION( before its IN */
    BRACKET_LIST,        /* [ of a list */
    BRACKET_SUBSCRIPT,   /* [ behind a value */
    BRACKET_KEY,         /* { before the colon of an entry */
    BRACKET_VALUE        /* { behind it */
};

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
        if (text[0] == '$') msl_error_hint(p->err, "close it with %s", text);
        else msl_error_hint(p->err, "a quote inside a string is written twice: 'it''s'");
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

/* ---- looking ahead ---- */

/// The raw token `n` places behind the current one (0 = next). Beyond a lexer problem or the end it stays the same.
static const msl_raw_token *peek(msl_parse *p, uint32_t n) {
    while (p->ahead_count <= n) {
        if (p->ahead_count) {
            const msl_raw_token *last = &p->ahead[(p->ahead_first + p->ahead_count - 1) % MSL_PARSE_AHEAD];
            if (last->major == 0 || last->major == RAW_PROBLEM) return last;
        }
        msl_raw_token *token = &p->ahead[(p->ahead_first + p->ahead_count) % MSL_PARSE_AHEAD];
        msl_lex_problem problem = msl_lex_next(&p->lexer, token);
        if (problem != MSL_LEX_OK) {
            p->problem = problem;
            p->problem_token = *token;
            token->major = RAW_PROBLEM;
        }
        p->ahead_count++;
    }
    return &p->ahead[(p->ahead_first + n) % MSL_PARSE_AHEAD];
}

static msl_raw_token take(msl_parse *p) {
    msl_raw_token token = *peek(p, 0);
    if (token.major != 0 && token.major != RAW_PROBLEM) {
        p->ahead_first = (p->ahead_first + 1) % MSL_PARSE_AHEAD;
        p->ahead_count--;
    }
    return token;
}

/// Forgets what was looked at; the next token is cut at `offset`.
static void rewind_to(msl_parse *p, uint32_t offset) {
    p->lexer.cursor = offset;
    p->ahead_first = p->ahead_count = 0;
    p->problem = MSL_LEX_OK;
}

/// The keyword's token if the raw token is one (of any class), its own major otherwise.
static int peek_keyword(msl_parse *p, uint32_t n) {
    const msl_raw_token *t = peek(p, n);
    if (t->major != TK_ID) return t->major;
    const msl_keyword *k = msl_keyword_find(p->lexer.sql + t->at.offset, t->at.length);
    return k ? k->token : TK_ID;
}

bool msl_token_is(const msl_parse *p, msl_token token, const char *lower) {
    const char *text = p->lexer.sql + token.offset;
    for (uint32_t i = 0; i < token.length; i++)
        if (!lower[i] || (text[i] >= 'A' && text[i] <= 'Z' ? text[i] + 32 : text[i]) != lower[i]) return false;
    return lower[token.length] == 0;
}

static bool peek_word(msl_parse *p, uint32_t n, const char *lower) {
    const msl_raw_token *t = peek(p, n);
    return t->major == TK_ID && msl_token_is(p, t->at, lower);
}

/* ---- what a token is here ---- */

static uint8_t innermost(const msl_parse *p) { return p->depth ? p->brackets[p->depth] : BRACKET_GROUP; }

/// True where an argument of a call may begin.
static bool at_argument(const msl_parse *p, uint16_t previous) {
    if (innermost(p) != BRACKET_CALL) return false;
    return previous == TK_LP || previous == TK_COMMA || previous == TK_ASSIGN || previous == TK_FAT_ARROW;
}

/// Joins the current word with `more` following ones into one token.
static void swallow(msl_parse *p, msl_raw_token *token, uint32_t more) {
    for (uint32_t n = 0; n < more; n++) {
        msl_raw_token next = take(p);
        token->at.length = next.at.offset + next.at.length - token->at.offset;
    }
}

/// What INTERVAL must be followed by to begin a literal; otherwise it is a name (of a type or a column).
static bool interval_literal_follows(msl_parse *p) {
    switch (peek(p, 0)->major) {
    case TK_STRING:
    case TK_NUMBER:
    case TK_PARAMETER: return p->previous != TK_TYPECAST;
    case TK_LP: return p->previous != TK_TYPECAST && p->previous != TK_AS;
    case TK_MINUS: return peek(p, 1)->major == TK_NUMBER && peek_keyword(p, 2) == TK_UNIT;
    default: return false;
    }
}

/// Whether a word of class CALL is the keyword: its bracket must follow.
static bool call_bracket_follows(msl_parse *p, int token) {
    int next = peek(p, 0)->major;
    switch (token) {
    case TK_ARRAY: return next == TK_LBRACKET || next == TK_LP;
    case TK_MAP: return next == TK_LBRACE || next == TK_LP;
    case TK_VALUES: return next == TK_LP || p->previous == TK_DEFAULT;
    default: return next == TK_LP;
    }
}

/// The token of an unquoted word. May take following words in (TIMESTAMP WITH TIME ZONE).
/// LONG: one case a word that means something only together with its neighbours.
static uint16_t classify_word(msl_parse *p, const void *parser, msl_raw_token *token) {
    const msl_keyword *k = msl_keyword_find(p->lexer.sql + token->at.offset, token->at.length);
    if (p->previous == TK_DOT) return TK_ID;
    if (!k) {
        bool words = (msl_token_is(p, token->at, "double") && peek_word(p, 0, "precision")) ||
                     ((msl_token_is(p, token->at, "character") || msl_token_is(p, token->at, "char")) && peek_word(p, 0, "varying"));
        if (!words) return TK_ID;
        swallow(p, token, 1);
        return TK_TYPE_WORDS;
    }
    if (k->class_ == MSL_KEYWORD_JOIN && peek(p, 0)->major == TK_LP) return TK_ID;
    if (k->class_ == MSL_KEYWORD_CALL && !call_bracket_follows(p, k->token)) {
        // Where no name fits, VALUES without its bracket is still VALUES, for the sake of the message.
        bool lone_values = k->token == TK_VALUES && msl_grammar_accepts(parser, TK_VALUES) && !msl_grammar_accepts(parser, TK_ID);
        return lone_values ? TK_VALUES : TK_ID;
    }
    uint16_t result = k->token;
    switch (k->token) {
    case TK_NOT:
        switch (peek_keyword(p, 0)) {
        case TK_BETWEEN: case TK_IN: case TK_LIKE: case TK_ILIKE: case TK_GLOB: case TK_SIMILAR: result = TK_NOT_LA;
        }
        break;
    case TK_INTERVAL: result = interval_literal_follows(p) ? TK_INTERVAL : TK_ID; break;
    case TK_WITH:
        if (peek_keyword(p, 0) == TK_TIME && peek_keyword(p, 1) == TK_ZONE) {
            swallow(p, token, 2);
            return TK_WITH_TIME_ZONE;
        }
        if (peek_keyword(p, 0) == TK_ORDINALITY) result = TK_WITH_ORDINALITY;
        break;
    case TK_WITHOUT:
        if (peek_keyword(p, 0) == TK_TIME && peek_keyword(p, 1) == TK_ZONE) {
            swallow(p, token, 2);
            return TK_WITHOUT_TIME_ZONE;
        }
        break;
    case TK_USING:
        if (peek_keyword(p, 0) == TK_SAMPLE && peek(p, 1)->major != TK_RP) result = TK_USING_SAMPLE;
        break;
    case TK_ON:
        if (peek_keyword(p, 0) == TK_CONFLICT && msl_grammar_accepts(parser, TK_ON_CONFLICT)) result = TK_ON_CONFLICT;
        break;
    case TK_ROW:
        if (peek(p, 0)->major == TK_LP) result = TK_ROW_CALL;
        break;
    case TK_GENERATED: result = peek_keyword(p, 0) == TK_ALWAYS ? TK_GENERATED_ALWAYS : TK_ID; break;
    case TK_SEMI: result = peek_keyword(p, 0) == TK_JOIN ? TK_SEMI_JOIN : TK_ID; break;
    case TK_ANTI: result = peek_keyword(p, 0) == TK_JOIN ? TK_ANTI_JOIN : TK_ID; break;
    case TK_POSITIONAL: result = peek_keyword(p, 0) == TK_JOIN ? TK_POSITIONAL_JOIN : TK_ID; break;
    case TK_ASOF:
        switch (peek_keyword(p, 0)) {
        case TK_JOIN: case TK_INNER: case TK_LEFT: case TK_RIGHT: case TK_FULL: case TK_SEMI: case TK_ANTI: result = TK_ASOF_JOIN; break;
        default: result = TK_ID;
        }
        break;
    case TK_GROUPING: result = peek_keyword(p, 0) == TK_SETS ? TK_GROUPING : TK_ID; break;
    case TK_AT: result = peek_keyword(p, 0) == TK_TIME ? TK_AT : TK_ID; break;
    case TK_IN:
        if (innermost(p) == BRACKET_POSITION) {
            p->brackets[p->depth] = BRACKET_GROUP;
            result = TK_IN_POSITION;
        }
        break;
    case TK_IGNORE:
    case TK_RESPECT:
        if (peek_keyword(p, 0) == TK_NULLS && peek_keyword(p, 1) == TK_OVER)
            result = k->token == TK_IGNORE ? TK_IGNORE_OVER : TK_RESPECT_OVER;
        break;
    case TK_LAMBDA: result = at_argument(p, p->previous) && peek(p, 0)->major == TK_ID ? TK_LAMBDA : TK_ID; break;
    }
    // Behind AS every word is a name unless a statement, a query or a type can begin with it there.
    if (p->previous == TK_AS && result != TK_ID && !msl_grammar_accepts(parser, result)) return TK_ID;
    return result;
}

/// `:name` is a parameter, or a colon and a name: behind a name (x: expr), in a slice, behind a key.
static bool is_colon(const msl_parse *p) {
    switch ((enum bracket)innermost(p)) {
    case BRACKET_SUBSCRIPT:
    case BRACKET_KEY: return true;
    case BRACKET_LIST:
    case BRACKET_VALUE: return false;
    case BRACKET_GROUP:
    case BRACKET_CALL:
    case BRACKET_LAMBDA_LIST:
    case BRACKET_POSITION: break;
    }
    switch (p->previous) { // words that are no names before an expression
    case TK_BY: case TK_ESCAPE: case TK_INTERVAL: case TK_ROWS: case TK_RANGE: case TK_GROUPS: case TK_ZONE: case TK_FIRST:
    case TK_NEXT: return false;
    default: return p->previous_is_name;
    }
}

/// `name -> body` at the beginning of an argument is a lambda, whose body reaches as far as it can; but
/// `column -> 'key'` is the JSON operator with its own precedence there too.
static bool is_lambda_arrow(msl_parse *p) {
    bool names_before = p->lambda_list_closed || (p->previous_is_name && at_argument(p, p->before_previous));
    if (!names_before) return false;
    int next = peek(p, 0)->major;
    return next != TK_STRING && next != TK_NUMBER && next != TK_PARAMETER;
}

static uint16_t classify(msl_parse *p, const void *parser, msl_raw_token *token) {
    char first = token->at.length ? p->lexer.sql[token->at.offset] : 0;
    if (token->major == TK_ID && first != '"') return classify_word(p, parser, token);
    if (token->major == TK_ARROW && is_lambda_arrow(p)) return TK_LAMBDA_ARROW;
    if (token->major == TK_PARAMETER && first == ':' && is_colon(p)) {
        rewind_to(p, token->at.offset + 1);
        token->at.length = 1;
        return TK_COLON;
    }
    return token->major;
}

/* ---- brackets ---- */

static bool ends_value(const msl_parse *p) {
    uint16_t major = p->previous;
    return p->previous_is_name || major == TK_RP || major == TK_RBRACKET || major == TK_RBRACE || major == TK_STRING ||
           major == TK_PARAMETER || major == TK_TYPE_WORDS;
}

static bool names_a_call(const msl_parse *p) {
    uint16_t major = p->previous;
    return p->previous_is_name || major == TK_COLUMNS || major == TK_MAP || major == TK_SUBSTRING || major == TK_TRIM;
}

/// Keeps the stack of open brackets; false when it is full.
static bool track_brackets(msl_parse *p, uint16_t major, bool is_name) {
    p->lambda_list_closed = false;
    uint8_t *top = p->depth ? &p->brackets[p->depth] : NULL;
    uint8_t opened;
    switch (major) {
    case TK_LP:
        opened = at_argument(p, p->previous)     ? BRACKET_LAMBDA_LIST
                 : names_a_call(p)     ? BRACKET_CALL
                 : p->previous == TK_POSITION    ? BRACKET_POSITION
                                                 : BRACKET_GROUP;
        break;
    case TK_LBRACKET: opened = ends_value(p) ? BRACKET_SUBSCRIPT : BRACKET_LIST; break;
    case TK_LBRACE: opened = BRACKET_KEY; break;
    case TK_RP:
        p->lambda_list_closed = top && *top == BRACKET_LAMBDA_LIST;
        if (p->depth) p->depth--;
        return true;
    case TK_RBRACKET:
    case TK_RBRACE:
        if (p->depth) p->depth--;
        return true;
    case TK_COLON:
        if (top && *top == BRACKET_KEY) *top = BRACKET_VALUE;
        return true;
    case TK_COMMA:
        if (top && *top == BRACKET_VALUE) *top = BRACKET_KEY;
        return true;
    default:
        if (!is_name && top && *top == BRACKET_LAMBDA_LIST) *top = BRACKET_GROUP;
        return true;
    }
    if (top && *top == BRACKET_LAMBDA_LIST) *top = BRACKET_GROUP;
    if (p->depth >= MSL_AST_MAX_DEPTH) return false;
    p->brackets[++p->depth] = opened;
    return true;
}

/* ---- syntax errors ---- */

void msl_parse_unexpected(msl_parse *p, int major, msl_token token) {
    if (p->status != MORSEL_OK) return;
    char text[80];
    msl_parse_token_text(p, token, text);
    msl_ast_span at = {token.offset, token.length};
    if (major == 0 && token.length == 0) msl_parse_fail(p, at, "syntax error at end of input");
    else msl_parse_fail(p, at, "syntax error at or near \"%s\"", text);
    p->is_unexpected = true;
    p->unexpected = token;
    p->unexpected_is_end = major == 0;
}

/// Statements and clauses that are known by name and not part of the language yet.
static bool refuse_unsupported(msl_parse *p, const msl_raw_token *token) {
    static const char *const statements[] = {"merge", "pivot", "unpivot", "grant", "revoke", "comment", "export", "import",
                                             "install", "load", "lock", "listen", "notify", "declare", "cluster",
                                             "reindex", "refresh", "do", "kill", "handler"};
    if (token->major != TK_ID) return false;
    char text[80];
    if (p->previous == 0) {
        for (size_t n = 0; n < sizeof statements / sizeof statements[0]; n++) {
            if (!msl_token_is(p, token->at, statements[n])) continue;
            if (peek(p, 0)->major == TK_COLON || peek(p, 0)->major == TK_DOT) return false;
            snprintf(text, sizeof text, "the statement %s", statements[n]);
            for (char *c = text + sizeof "the statement"; *c; c++) *c = (char)(*c >= 'a' && *c <= 'z' ? *c - 32 : *c);
            msl_parse_unsupported(p, msl_token_span(token->at), text);
            return true;
        }
    }
    bool behind_source = p->previous == TK_ID || p->previous == TK_RP || p->previous == TK_STRING;
    if (!behind_source || peek(p, 0)->major != TK_LP) return false;
    const char *clause = msl_token_is(p, token->at, "pivot")             ? "PIVOT"
                         : msl_token_is(p, token->at, "unpivot")         ? "UNPIVOT"
                         : msl_token_is(p, token->at, "match_recognize") ? "MATCH_RECOGNIZE"
                                                                         : NULL;
    if (!clause) return false;
    msl_parse_unsupported(p, msl_token_span(token->at), clause);
    return true;
}

/* ---- the loop ---- */

static bool is_free_keyword(const msl_parse *p, msl_token token) {
    const msl_keyword *k = msl_keyword_find(p->lexer.sql + token.offset, token.length);
    return k && k->class_ == MSL_KEYWORD_FREE;
}

/// Feeds tokens up to a semicolon or the end; or up to p->stop_at, to look at the parser's state there.
static void feed(msl_parse *p, void *parser, uint16_t start_major) {
    if (start_major) msl_grammar(parser, start_major, (msl_token){0, 0}, p);
    while (p->status == MORSEL_OK) {
        msl_raw_token token = take(p);
        if (token.at.offset >= p->stop_at) return;
        if (token.major == RAW_PROBLEM) {
            report_problem(p);
            return;
        }
        if (!start_major && refuse_unsupported(p, &token)) return;
        bool at_end = token.major == 0 || (token.major == TK_SEMICOLON && !start_major);
        bool is_word_token = token.major == TK_ID;
        uint16_t major = at_end ? 0 : classify(p, parser, &token);
        bool is_name = is_word_token && (major == TK_ID || is_free_keyword(p, token.at));
        if (!at_end && !track_brackets(p, major, is_name)) {
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
    p->question_marks = p->greatest_parameter = 0;
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
    rewind_to(p, from);
    for (;;) {
        msl_raw_token token;
        msl_lex_problem problem = msl_lex_next(&p->lexer, &token);
        if (problem == MSL_LEX_OPEN_STRING || problem == MSL_LEX_OPEN_NAME || problem == MSL_LEX_OPEN_COMMENT) return p->lexer.length;
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
    while (peek(&p, 0)->major == TK_SEMICOLON) take(&p);
    if (peek(&p, 0)->major == 0) return MORSEL_OK;
    uint32_t start = peek(&p, 0)->at.offset;
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

morsel_status msl_parse_expression(msl_arena *arena, const char *sql, size_t length, msl_ast_expr **out, msl_error *err) {
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
