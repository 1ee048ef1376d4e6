/* token.c: raw tokens to the parser's tokens.
 *
 * Role     Between lexer and parser. The lexer knows no keywords, the LALR(1) parser sees one token ahead; what needs
 *          the neighbours of a token is decided here: whether a word is a keyword, which of two meanings `:` and `->`
 *          have, and the words that only together mean something (classify_word has the list).
 * State    A ring of raw tokens that were looked at, the last two tokens fed, and the stack of open brackets with what
 *          each of them is; all in msl_parse.
 */
#include "grammar/grammar_int.h"
#include "sql_grammar.h"

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

/* ---- looking ahead ---- */

const msl_raw_token *msl_token_peek(msl_parse *p, uint32_t n) {
    while (p->ahead_count <= n) {
        if (p->ahead_count) {
            const msl_raw_token *last = &p->ahead[(p->ahead_first + p->ahead_count - 1) % MSL_PARSE_AHEAD];
            if (last->major == 0 || last->major == MSL_RAW_PROBLEM) return last;
        }
        msl_raw_token *token = &p->ahead[(p->ahead_first + p->ahead_count) % MSL_PARSE_AHEAD];
        msl_lex_problem problem = msl_lex_next(&p->lexer, token);
        if (problem != MSL_LEX_OK) {
            p->problem = problem;
            p->problem_token = *token;
            token->major = MSL_RAW_PROBLEM;
        }
        p->ahead_count++;
    }
    return &p->ahead[(p->ahead_first + n) % MSL_PARSE_AHEAD];
}

msl_raw_token msl_token_take(msl_parse *p) {
    msl_raw_token token = *msl_token_peek(p, 0);
    if (token.major != 0 && token.major != MSL_RAW_PROBLEM) {
        p->ahead_first = (p->ahead_first + 1) % MSL_PARSE_AHEAD;
        p->ahead_count--;
    }
    return token;
}

void msl_token_rewind(msl_parse *p, uint32_t offset) {
    p->lexer.cursor = offset;
    p->ahead_first = p->ahead_count = 0;
    p->problem = MSL_LEX_OK;
}

/// The keyword's token if the raw token is one (of any class), its own major otherwise.
static int peek_keyword(msl_parse *p, uint32_t n) {
    const msl_raw_token *t = msl_token_peek(p, n);
    if (t->major != TK_ID) return t->major;
    const msl_keyword *k = msl_keyword_find(p->lexer.sql + t->at.offset, t->at.length);
    return k ? k->token : TK_ID;
}

/// The class of a word; FREE for one that is no keyword.
static msl_keyword_class keyword_class(const msl_parse *p, msl_token token) {
    const msl_keyword *k = msl_keyword_find(p->lexer.sql + token.offset, token.length);
    return k ? k->class_ : MSL_KEYWORD_FREE;
}

bool msl_token_is(const msl_parse *p, msl_token token, const char *lower) {
    const char *text = p->lexer.sql + token.offset;
    for (uint32_t i = 0; i < token.length; i++)
        if (!lower[i] || (text[i] >= 'A' && text[i] <= 'Z' ? text[i] + 32 : text[i]) != lower[i]) return false;
    return lower[token.length] == 0;
}

static bool peek_word(msl_parse *p, uint32_t n, const char *lower) {
    const msl_raw_token *t = msl_token_peek(p, n);
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
        msl_raw_token next = msl_token_take(p);
        token->at.length = next.at.offset + next.at.length - token->at.offset;
    }
}

/// What INTERVAL must be followed by to begin a literal; otherwise it is a name (of a type or a column).
static bool interval_literal_follows(msl_parse *p) {
    switch (msl_token_peek(p, 0)->major) {
    case TK_STRING:
    case TK_NUMBER:
    case TK_PARAMETER: return p->previous != TK_TYPECAST;
    case TK_LP: return p->previous != TK_TYPECAST && p->previous != TK_AS;
    case TK_MINUS: return msl_token_peek(p, 1)->major == TK_NUMBER && peek_keyword(p, 2) == TK_UNIT;
    default: return false;
    }
}

/// Whether a word of class CALL is the keyword: its bracket must follow.
static bool call_bracket_follows(msl_parse *p, int token) {
    int next = msl_token_peek(p, 0)->major;
    switch (token) {
    case TK_ARRAY: return next == TK_LBRACKET || next == TK_LP;
    case TK_MAP: return next == TK_LBRACE || next == TK_LP;
    case TK_VALUES: return next == TK_LP || p->previous == TK_DEFAULT;
    default: return next == TK_LP;
    }
}

/// PIVOT and UNPIVOT begin a query where one may stand and something to read from follows; behind a FROM item their
/// bracket follows. Otherwise they are names.
static uint16_t classify_pivot(msl_parse *p, const void *parser, uint16_t token) {
    uint16_t query = token == TK_PIVOT ? TK_PIVOT_QUERY : TK_UNPIVOT_QUERY;
    int next = msl_token_peek(p, 0)->major;
    bool names_source = next == TK_LP || next == TK_STRING ||
                        (next == TK_ID && keyword_class(p, msl_token_peek(p, 0)->at) != MSL_KEYWORD_RESERVED);
    if (names_source && msl_grammar_accepts(parser, query)) return query;
    uint16_t behind = token == TK_PIVOT ? TK_PIVOT_FROM : TK_UNPIVOT_FROM;
    bool says_nulls = token == TK_UNPIVOT && peek_keyword(p, 1) == TK_NULLS;
    return (next == TK_LP || says_nulls) && msl_grammar_accepts(parser, behind) ? behind : TK_ID;
}

/// The token of an unquoted word. May take following words in (TIMESTAMP WITH TIME ZONE).
/// LONG: one case a word that means something only together with its neighbours.
static uint16_t classify_word(msl_parse *p, const void *parser, msl_raw_token *token) {
    const msl_keyword *k = msl_keyword_find(p->lexer.sql + token->at.offset, token->at.length);
    if (p->previous == TK_DOT) return TK_ID;
    if (!k) {
        bool words = (msl_token_is(p, token->at, "double") && peek_word(p, 0, "precision")) ||
                     ((msl_token_is(p, token->at, "character") || msl_token_is(p, token->at, "char")) &&
                      peek_word(p, 0, "varying"));
        if (!words) return TK_ID;
        swallow(p, token, 1);
        return TK_TYPE_WORDS;
    }
    if (k->class_ == MSL_KEYWORD_JOIN && msl_token_peek(p, 0)->major == TK_LP) return TK_ID;
    if (k->class_ == MSL_KEYWORD_CALL && !call_bracket_follows(p, k->token)) {
        // Where no name fits, VALUES without its bracket is still VALUES, for the sake of the message.
        bool lone_values =
            k->token == TK_VALUES && msl_grammar_accepts(parser, TK_VALUES) && !msl_grammar_accepts(parser, TK_ID);
        return lone_values ? TK_VALUES : TK_ID;
    }
    uint16_t result = k->token;
    switch (k->token) {
    case TK_NOT:
        switch (peek_keyword(p, 0)) {
        case TK_BETWEEN:
        case TK_IN:
        case TK_LIKE:
        case TK_ILIKE:
        case TK_GLOB:
        case TK_SIMILAR: result = TK_NOT_LA;
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
        if (peek_keyword(p, 0) == TK_SAMPLE && msl_token_peek(p, 1)->major != TK_RP) result = TK_USING_SAMPLE;
        break;
    case TK_ON:
        if (peek_keyword(p, 0) == TK_CONFLICT && msl_grammar_accepts(parser, TK_ON_CONFLICT)) result = TK_ON_CONFLICT;
        break;
    case TK_ROW:
        if (msl_token_peek(p, 0)->major == TK_LP) result = TK_ROW_CALL;
        break;
    case TK_GENERATED: result = peek_keyword(p, 0) == TK_ALWAYS ? TK_GENERATED_ALWAYS : TK_ID; break;
    case TK_SEMI: result = peek_keyword(p, 0) == TK_JOIN ? TK_SEMI_JOIN : TK_ID; break;
    case TK_ANTI: result = peek_keyword(p, 0) == TK_JOIN ? TK_ANTI_JOIN : TK_ID; break;
    case TK_POSITIONAL: result = peek_keyword(p, 0) == TK_JOIN ? TK_POSITIONAL_JOIN : TK_ID; break;
    case TK_ASOF:
        switch (peek_keyword(p, 0)) {
        case TK_JOIN:
        case TK_INNER:
        case TK_LEFT:
        case TK_RIGHT:
        case TK_FULL:
        case TK_SEMI:
        case TK_ANTI: result = TK_ASOF_JOIN; break;
        default: result = TK_ID;
        }
        break;
    case TK_GROUPING: result = peek_keyword(p, 0) == TK_SETS ? TK_GROUPING : TK_ID; break;
    case TK_AT: result = peek_keyword(p, 0) == TK_TIME ? TK_AT : TK_ID; break;
    case TK_PIVOT:
    case TK_UNPIVOT: result = classify_pivot(p, parser, result); break;
    case TK_INCLUDE: result = peek_keyword(p, 0) == TK_NULLS ? TK_INCLUDE : TK_ID; break;
    case TK_EXCLUDE:
        if (p->previous == TK_UNPIVOT_QUERY && peek_keyword(p, 0) != TK_NULLS) result = TK_ID;
        break;
    case TK_IN:
        if (innermost(p) == BRACKET_POSITION) {
            p->brackets[p->depth] = BRACKET_GROUP;
            result = TK_IN_POSITION;
        } else if (msl_grammar_accepts(parser, TK_PIVOT_IN)) {
            result = TK_PIVOT_IN;
        }
        break;
    case TK_IGNORE:
    case TK_RESPECT:
        if (peek_keyword(p, 0) == TK_NULLS && peek_keyword(p, 1) == TK_OVER)
            result = k->token == TK_IGNORE ? TK_IGNORE_OVER : TK_RESPECT_OVER;
        break;
    case TK_LAMBDA:
        result = at_argument(p, p->previous) && msl_token_peek(p, 0)->major == TK_ID ? TK_LAMBDA : TK_ID;
        break;
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
    case TK_BY:
    case TK_ESCAPE:
    case TK_INTERVAL:
    case TK_ROWS:
    case TK_RANGE:
    case TK_GROUPS:
    case TK_ZONE:
    case TK_FIRST:
    case TK_NEXT: return false;
    default: return p->previous_is_name;
    }
}

/// `name -> body` at the beginning of an argument is a lambda, whose body reaches as far as it can; but
/// `column -> 'key'` is the JSON operator with its own precedence there too.
static bool is_lambda_arrow(msl_parse *p) {
    bool names_before = p->lambda_list_closed || (p->previous_is_name && at_argument(p, p->before_previous));
    if (!names_before) return false;
    int next = msl_token_peek(p, 0)->major;
    return next != TK_STRING && next != TK_NUMBER && next != TK_PARAMETER;
}

static bool is_free_keyword(const msl_parse *p, msl_token token) {
    const msl_keyword *k = msl_keyword_find(p->lexer.sql + token.offset, token.length);
    return k && k->class_ == MSL_KEYWORD_FREE;
}

uint16_t msl_token_classify(msl_parse *p, const void *parser, msl_raw_token *token, bool *is_name) {
    char first = token->at.length ? p->lexer.sql[token->at.offset] : 0;
    if (token->major == TK_ID) {
        uint16_t major = first == '"' ? TK_ID : classify_word(p, parser, token);
        *is_name = major == TK_ID || is_free_keyword(p, token->at);
        return major;
    }
    if (token->major == TK_ARROW && is_lambda_arrow(p)) return TK_LAMBDA_ARROW;
    if (token->major == TK_PARAMETER && first == ':' && is_colon(p)) {
        msl_token_rewind(p, token->at.offset + 1);
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

bool msl_token_track_brackets(msl_parse *p, uint16_t major, bool is_name) {
    p->lambda_list_closed = false;
    uint8_t *top = p->depth ? &p->brackets[p->depth] : NULL;
    uint8_t opened;
    switch (major) {
    case TK_LP:
        opened = at_argument(p, p->previous)  ? BRACKET_LAMBDA_LIST
                 : names_a_call(p)            ? BRACKET_CALL
                 : p->previous == TK_POSITION ? BRACKET_POSITION
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
