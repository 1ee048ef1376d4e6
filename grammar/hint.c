/* hint.c: what a syntax error suggests: the keyword that was meant, or the few things that would fit.
 *
 * Both ask the parser, in the state before the wrong token, which tokens it would take (msl_grammar_accepts).
 */
#include "grammar/grammar_int.h"
#include "base/nearest.h"
#include "sql_grammar.h"

#include <stdio.h>

static bool is_word(const msl_parse *p, msl_token token) {
    if (!token.length) return false;
    char c = (char)(p->lexer.sql[token.offset] | 32);
    return c >= 'a' && c <= 'z';
}

bool msl_hint_keyword(msl_parse *p, const void *parser, msl_token word, bool instead) {
    const char *typed = p->lexer.sql + word.offset;
    if (!is_word(p, word) || msl_keyword_find(typed, word.length)) return false;
    msl_nearest search = msl_nearest_start(typed, word.length);
    size_t count;
    const msl_keyword *all = msl_keywords(&count);
    for (size_t n = 0; n < count; n++) {
        if (all[n].length == 2 && word.length > 2) continue; // INT is not IN
        if (msl_grammar_accepts(parser, all[n].token)) msl_nearest_offer(&search, all[n].text, all[n].length);
    }
    const char *near = msl_nearest_name(&search);
    if (!near) return false;
    char text[80];
    msl_parse_token_text(p, word, text);
    if (instead)
        msl_error_hint(p->err, "did you mean %.*s instead of \"%s\"?", (int)search.best_length, near, text);
    else
        msl_error_hint(p->err, "did you mean %.*s?", (int)search.best_length, near);
    return true;
}

/// Operators that can follow any expression: no news where one has just ended.
static bool is_operator(uint16_t major) {
    switch (major) {
    case TK_AND:
    case TK_OR:
    case TK_NOT:
    case TK_IS:
    case TK_ISNULL:
    case TK_NOTNULL:
    case TK_IN:
    case TK_LIKE:
    case TK_ILIKE:
    case TK_GLOB:
    case TK_SIMILAR:
    case TK_BETWEEN:
    case TK_COLLATE:
    case TK_AT:
    case TK_EQ: return true;
    default: return false;
    }
}

/// Collects up to `most` things that the parser would take; most + 1 says there are more.
static size_t collect_expected(const void *parser, const char **found, size_t most) {
    static const struct {
        uint16_t major;
        const char *text;
    } signs[] = {
        {TK_ID, "a name"},    {TK_STRING, "a string"}, {TK_NUMBER, "a number"}, {TK_UNIT, "a unit such as DAY"},
        {TK_LP, "\"(\""},     {TK_RP, "\")\""},        {TK_COMMA, "\",\""},     {TK_RBRACKET, "\"]\""},
        {TK_RBRACE, "\"}\""}, {TK_EQ, "\"=\""},        {TK_COLON, "\":\""},     {0, "the end of the statement"},
    };
    const size_t sign_count = sizeof signs / sizeof signs[0];
    uint16_t majors[16];
    size_t n = 0, count;
    const msl_keyword *all = msl_keywords(&count);
    bool after_expression = msl_grammar_accepts(parser, TK_PLUS) && msl_grammar_accepts(parser, TK_AND);
    for (size_t k = 0; k < sign_count + count; k++) {
        uint16_t major = k < sign_count ? signs[k].major : all[k - sign_count].token;
        bool known = after_expression && is_operator(major);
        for (size_t i = 0; i < n; i++) known |= majors[i] == major;
        if (known || !msl_grammar_accepts(parser, major)) continue;
        if (n == most) return most + 1;
        majors[n] = major;
        found[n++] = k < sign_count ? signs[k].text : all[k - sign_count].text;
    }
    return n;
}

void msl_hint_expected(msl_parse *p, const void *parser, uint32_t open_brackets) {
    enum { MOST = 6 };
    const char *found[MOST];
    if (p->unexpected_is_end && open_brackets) {
        msl_error_hint(p->err, "%s never closed",
                       open_brackets == 1 ? "an opening bracket is" : "opening brackets are");
        return;
    }
    if (!p->unexpected_is_end && !open_brackets && p->unexpected.length == 1 &&
        strchr(")]}", p->lexer.sql[p->unexpected.offset])) {
        msl_error_hint(p->err, "no bracket is open that this one could close");
        return;
    }
    if (msl_grammar_accepts(parser, TK_NUMBER) && msl_grammar_accepts(parser, TK_CASE)) {
        msl_error_hint(p->err, "expected an expression");
        return;
    }
    if (msl_grammar_accepts(parser, TK_SELECT) && !msl_grammar_accepts(parser, TK_ID)) {
        msl_error_hint(p->err, "expected a query");
        return;
    }
    size_t n = collect_expected(parser, found, MOST);
    if (n == 0 && msl_grammar_accepts(parser, TK_AND)) found[n++] = "AND"; // of BETWEEN
    if (n == 0 || n > MOST) return;
    char list[MOST * 32];
    int at = snprintf(list, sizeof list, "%s", found[0]);
    for (size_t i = 1; i < n; i++)
        at += snprintf(list + at, sizeof list - (size_t)at, "%s%s", i + 1 < n ? ", " : " or ", found[i]);
    msl_error_hint(p->err, "expected %s", list);
}
