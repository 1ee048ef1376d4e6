/* lexer.re: SQL text to raw tokens (re2c).
 *
 * Role     Cuts one token at a time; skips blanks and comments. Words come out as ID: which of them are keywords
 *          depends on their neighbours and is settled in token.c. Nothing is copied; a token is (offset, length).
 * Input    Any bytes. The text needs no NUL at its end: the scanner peeks a NUL beyond it, and a NUL inside is told
 *          from the end by the position.
 * UTF-8    Names may hold every well-formed character above U+00A0 except general punctuation (U+2000 to U+206F), whose
 *          blanks are blanks here and whose curly quotes get a message of their own. Strings and comments are checked
 *          whole.
 * Quotes   Strings, quoted names, dollar quotes and comments are found by their opening bytes and run through by hand:
 *          so each unterminated one has its own problem code, and memchr does the walking.
 */
#include "grammar/grammar_int.h"
#include "sql_grammar.h"

/* ---- what is run through by hand ---- */

/// Well-formed UTF-8 after RFC 3629 (no surrogates, no overlong forms).
size_t msl_utf8_bad_offset(const char *bytes, size_t length) {
    const unsigned char *s = (const unsigned char *)bytes;
    size_t at = 0;
    while (at < length) {
        unsigned char c = s[at];
        if (c < 0x80) {
            at++;
            continue;
        }
        size_t more = c >= 0xC2 && c <= 0xDF ? 1 : c >= 0xE0 && c <= 0xEF ? 2 : c >= 0xF0 && c <= 0xF4 ? 3 : 0;
        if (!more || length - at <= more) return at;
        unsigned char low = c == 0xE0 ? 0xA0 : c == 0xF0 ? 0x90 : 0x80;
        unsigned char high = c == 0xED ? 0x9F : c == 0xF4 ? 0x8F : 0xBF;
        if (s[at + 1] < low || s[at + 1] > high) return at;
        for (size_t k = 2; k <= more; k++)
            if ((s[at + k] & 0xC0) != 0x80) return at;
        at += more + 1;
    }
    return length;
}

/// Checks the bytes of [start, end) and points the token at the first bad one.
static msl_lex_problem check_bytes(const msl_lexer *lexer, uint32_t start, uint32_t end, msl_raw_token *token) {
    size_t length = end - start;
    const char *bytes = lexer->sql + start;
    const char *nul = memchr(bytes, 0, length);
    if (nul) {
        token->at = (msl_token){start + (uint32_t)(nul - bytes), 1};
        return MSL_LEX_NUL;
    }
    size_t bad = msl_utf8_bad_offset(bytes, length);
    if (bad == length) return MSL_LEX_OK;
    token->at = (msl_token){start + (uint32_t)bad, 1};
    return MSL_LEX_BAD_UTF8;
}

/// Runs from behind the opening quote to behind the closing one; a doubled quote stays inside.
static bool skip_quoted(msl_lexer *lexer, char quote, bool backslash) {
    const char *sql = lexer->sql;
    uint32_t at = lexer->cursor;
    for (;;) {
        if (backslash) {
            while (at < lexer->length && sql[at] != quote && sql[at] != '\\') at++;
            if (at < lexer->length && sql[at] == '\\') {
                at += 2;
                if (at > lexer->length) at = lexer->length;
                continue;
            }
        } else {
            const char *found = memchr(sql + at, quote, lexer->length - at);
            at = found ? (uint32_t)(found - sql) : lexer->length;
        }
        if (at >= lexer->length) {
            lexer->cursor = lexer->length;
            return false;
        }
        if (at + 1 < lexer->length && sql[at + 1] == quote) {
            at += 2;
            continue;
        }
        lexer->cursor = at + 1;
        return true;
    }
}

/// Runs to behind the closing tag of a dollar quote; [tag, tag + tag_length) is `$tag$`.
static bool skip_dollar(msl_lexer *lexer, uint32_t tag, uint32_t tag_length) {
    const char *end = lexer->sql + lexer->length;
    for (const char *at = lexer->sql + lexer->cursor; (at = memchr(at, '$', (size_t)(end - at))); at++) {
        if ((size_t)(end - at) < tag_length) break;
        if (memcmp(at, lexer->sql + tag, tag_length) == 0) {
            lexer->cursor = (uint32_t)(at - lexer->sql) + tag_length;
            return true;
        }
    }
    lexer->cursor = lexer->length;
    return false;
}

/// Runs to behind the end of a block comment; comments nest.
static bool skip_comment(msl_lexer *lexer) {
    const char *sql = lexer->sql;
    uint32_t open = 1, at = lexer->cursor;
    while (at + 1 < lexer->length) {
        if (sql[at] == '*' && sql[at + 1] == '/') {
            at += 2;
            if (--open == 0) {
                lexer->cursor = at;
                return true;
            }
        } else if (sql[at] == '/' && sql[at + 1] == '*') {
            at += 2;
            open++;
        } else {
            at++;
        }
    }
    lexer->cursor = lexer->length;
    return false;
}

/* ---- the scanner ---- */

/// LONG: one rule a token; the table is the documentation.
msl_lex_problem msl_lex_next(msl_lexer *lexer, msl_raw_token *token) {
    const unsigned char *text = (const unsigned char *)lexer->sql;
    const uint32_t limit = lexer->length;
    uint32_t cursor, marker, start;
    msl_lex_problem problem;
    *token = (msl_raw_token){0};

#define TOKEN(name) do { token->major = TK_##name; goto done; } while (0)
next:
    start = cursor = lexer->cursor;
    if (start >= limit) {
        token->at = (msl_token){limit, 0};
        return MSL_LEX_OK;
    }
    /*!re2c
    re2c:api = custom;
    re2c:api:style = free-form;
    re2c:yyfill:enable = 0;
    re2c:define:YYCTYPE = "unsigned char";
    re2c:define:YYPEEK = "(cursor < limit ? text[cursor] : 0)";
    re2c:define:YYSKIP = "cursor++;";
    re2c:define:YYBACKUP = "marker = cursor;";
    re2c:define:YYRESTORE = "cursor = marker;";
    re2c:indent:top = 1;

    tail    = [\x80-\xBF];
    blank   = [ \t\n\r\f\v] | "\xC2\xA0" | "\xE2\x80" [\x80-\x8A\xA8\xA9\xAF] | "\xE3\x80\x80" | "\xEF\xBB\xBF";
    high    = "\xC2" [\xA1-\xBF] | [\xC3-\xDF] tail | "\xE0" [\xA0-\xBF] tail | [\xE1\xE4-\xEC\xEE] tail tail
            | "\xE2" [\x82-\xBF] tail | "\xE3\x80" [\x81-\xBF] | "\xE3" [\x81-\xBF] tail | "\xED" [\x80-\x9F] tail
            | "\xEF" [\x80-\xBA\xBC-\xBF] tail | "\xEF\xBB" [\x80-\xBE]
            | "\xF0" [\x90-\xBF] tail tail | [\xF1-\xF3] tail tail tail | "\xF4" [\x80-\x8F] tail tail;
    first   = [A-Za-z_] | high;
    word    = first (first | [0-9$])*;
    label   = first (first | [0-9])*;
    hex     = [0-9a-fA-F];
    digits  = [0-9] ("_"? [0-9])*;
    number  = digits ("." digits?)? | "." digits;
    exp     = [eE] [-+]? digits;

    *            { goto odd; }
    "\x00"       { goto odd; }
    blank+       { lexer->cursor = cursor; goto next; }
    "--" [^\n\x00]*    {
                   /* Stops at a NUL byte too, which the next round reports. */
                   lexer->cursor = cursor;
                   if ((problem = check_bytes(lexer, start, cursor, token)) != MSL_LEX_OK) return problem;
                   goto next; }
    "/*"         { lexer->cursor = cursor;
                   token->at = (msl_token){start, 2};
                   if (!skip_comment(lexer)) return MSL_LEX_OPEN_COMMENT;
                   if ((problem = check_bytes(lexer, start, lexer->cursor, token)) != MSL_LEX_OK) return problem;
                   goto next; }

    word         { TOKEN(ID); }
    ["]          { lexer->cursor = cursor;
                   token->at = (msl_token){start, 1};
                   if (!skip_quoted(lexer, '"', false)) return MSL_LEX_OPEN_NAME;
                   cursor = lexer->cursor;
                   if (cursor - start == 2) { token->at.length = 2; return MSL_LEX_EMPTY_NAME; }
                   token->major = TK_ID; goto checked; }
    ['] | [eE][']     { lexer->cursor = cursor;
                   token->at = (msl_token){start, cursor - start};
                   if (!skip_quoted(lexer, '\'', cursor - start == 2)) return MSL_LEX_OPEN_STRING;
                   cursor = lexer->cursor;
                   token->major = TK_STRING; goto checked; }
    [xX][']      { lexer->cursor = cursor;
                   token->at = (msl_token){start, 2};
                   if (!skip_quoted(lexer, '\'', false)) return MSL_LEX_OPEN_STRING;
                   cursor = lexer->cursor;
                   token->at.length = cursor - start;
                   if ((cursor - start - 3) % 2) return MSL_LEX_BAD_BLOB;
                   for (uint32_t i = start + 2; i + 1 < cursor; i++) {
                       unsigned char c = text[i];
                       if (!((c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'f'))) return MSL_LEX_BAD_BLOB;
                   }
                   TOKEN(BLOB); }
    "$" label? "$"  {
                   lexer->cursor = cursor;
                   token->at = (msl_token){start, cursor - start};
                   if (!skip_dollar(lexer, start, cursor - start)) return MSL_LEX_OPEN_STRING;
                   cursor = lexer->cursor;
                   token->major = TK_STRING; goto checked; }
    "$" [0-9]+ | "?" [0-9]* | "$" label | [:@] word   { TOKEN(PARAMETER); }

    number exp? | '0x' hex ("_"? hex)* | '0b' [01] ("_"? [01])* | '0o' [0-7] ("_"? [0-7])*   { TOKEN(NUMBER); }
    (number exp? | '0x' (hex | "_")* | '0b' [01_]* | '0o' [0-7_]*) (first | [0-9$])+ | digits ("." digits)? [eE] [-+]  {
                   lexer->cursor = cursor; token->at = (msl_token){start, cursor - start}; return MSL_LEX_BAD_NUMBER; }

    "("    { TOKEN(LP); }
    ")"    { TOKEN(RP); }
    "["    { TOKEN(LBRACKET); }
    "]"    { TOKEN(RBRACKET); }
    "{"    { TOKEN(LBRACE); }
    "}"    { TOKEN(RBRACE); }
    ","    { TOKEN(COMMA); }
    ";"    { TOKEN(SEMICOLON); }
    "."    { TOKEN(DOT); }
    ":"    { TOKEN(COLON); }
    "::"   { TOKEN(TYPECAST); }
    ":="   { TOKEN(ASSIGN); }
    "=>"   { TOKEN(FAT_ARROW); }
    "->"   { TOKEN(ARROW); }
    "->>"  { TOKEN(ARROW_TEXT); }
    "=" | "=="    { TOKEN(EQ); }
    "<>" | "!="   { TOKEN(NE); }
    "<"    { TOKEN(LT); }
    "<="   { TOKEN(LE); }
    ">"    { TOKEN(GT); }
    ">="   { TOKEN(GE); }
    "+"    { TOKEN(PLUS); }
    "-"    { TOKEN(MINUS); }
    "*"    { TOKEN(STAR); }
    "/"    { TOKEN(SLASH); }
    "//"   { TOKEN(DSLASH); }
    "%"    { TOKEN(PERCENT); }
    "^" | "**"    { TOKEN(CARET); }
    "||"   { TOKEN(CONCAT); }
    "|"    { TOKEN(PIPE); }
    "&"    { TOKEN(AMP); }
    "#"    { TOKEN(HASH); }
    "&&"   { TOKEN(OVERLAPS); }
    "<<"   { TOKEN(LSHIFT); }
    ">>"   { TOKEN(RSHIFT); }
    "~"    { TOKEN(TILDE); }
    "~*"   { TOKEN(REGEX_CI); }
    "!~"   { TOKEN(NOT_REGEX); }
    "!~*"  { TOKEN(NOT_REGEX_CI); }
    "@>"   { TOKEN(CONTAINS); }
    "<@"   { TOKEN(CONTAINED); }
    "^@"   { TOKEN(STARTS_WITH); }
    */

odd: // a byte that begins no token: say which kind of mistake it is
    cursor = start + 1;
    while (cursor < limit && (text[cursor] & 0xC0) == 0x80 && cursor - start < 4) cursor++;
    lexer->cursor = cursor;
    token->at = (msl_token){start, cursor - start};
    if (text[start] == 0) return MSL_LEX_NUL;
    if (text[start] == '`') return MSL_LEX_BACKTICK;
    if (msl_utf8_bad_offset(lexer->sql + start, cursor - start) != cursor - start) return MSL_LEX_BAD_UTF8;
    // U+2018 to U+201F are the typographic quotes.
    bool punctuation = cursor - start == 3 && text[start] == 0xE2 && text[start + 1] == 0x80;
    if (punctuation && text[start + 2] >= 0x98 && text[start + 2] <= 0x9F) return MSL_LEX_CURLY_QUOTE;
    return MSL_LEX_BAD_CHARACTER;

checked:
    problem = check_bytes(lexer, start, cursor, token);
    if (problem != MSL_LEX_OK) return problem;
done:
    lexer->cursor = cursor;
    token->at = (msl_token){start, cursor - start};
    return MSL_LEX_OK;
#undef TOKEN
}
