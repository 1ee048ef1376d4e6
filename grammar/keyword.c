/* keyword.c: the keyword table and the quoting of names.
 *
 * The table is keywords.def, sorted; a word is looked up by binary search on its upper-case form (eight comparisons,
 * most of them decided by the first letter).
 */
#include "grammar/grammar_int.h"
#include "sql_grammar.h"

static const msl_keyword keywords[] = {
#define MSL_KEYWORD(name, token_name, class_name)                                                                      \
    {.text = name, .token = TK_##token_name, .class_ = MSL_KEYWORD_##class_name, .length = sizeof(name) - 1},
#include "grammar/keywords.def"
#undef MSL_KEYWORD
};
#define KEYWORD_COUNT      (sizeof keywords / sizeof keywords[0])
#define KEYWORD_MAX_LENGTH 16

const msl_keyword *msl_keywords(size_t *count) {
    *count = KEYWORD_COUNT;
    return keywords;
}

const msl_keyword *msl_keyword_find(const char *text, size_t length) {
    char upper[KEYWORD_MAX_LENGTH];
    if (length < 2 || length > KEYWORD_MAX_LENGTH) return NULL;
    for (size_t i = 0; i < length; i++) {
        char c = text[i];
        upper[i] = c >= 'a' && c <= 'z' ? (char)(c - 32) : c;
    }
    size_t low = 0, high = KEYWORD_COUNT;
    while (low < high) {
        size_t middle = (low + high) / 2;
        const msl_keyword *k = &keywords[middle];
        size_t shared = k->length < length ? k->length : length;
        int order = memcmp(upper, k->text, shared);
        if (order == 0) order = (length > k->length) - (length < k->length);
        if (order == 0) return k;
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}

/// A word that the lexer reads back as one name.
static bool is_plain_word(const char *name, size_t length) {
    if (!length) return false;
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)name[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
        if (!letter && !(i > 0 && c >= '0' && c <= '9')) return false;
    }
    return true;
}

/// Copies with each `quote` doubled, between quotes.
static char *quote_with(msl_arena *arena, char quote, const char *text, size_t length) {
    size_t doubled = 0;
    for (size_t i = 0; i < length; i++) doubled += text[i] == quote;
    char *out = msl_arena_bytes(arena, length + doubled + 3);
    if (!out) return NULL;
    char *to = out;
    *to++ = quote;
    for (size_t i = 0; i < length; i++) {
        if (text[i] == quote) *to++ = quote;
        *to++ = text[i];
    }
    *to++ = quote;
    *to = 0;
    return out;
}

char *msl_quote_name(msl_arena *arena, const char *name, size_t length) {
    const msl_keyword *k = msl_keyword_find(name, length);
    bool free_word = !k || k->class_ == MSL_KEYWORD_FREE || k->class_ == MSL_KEYWORD_CALL;
    if (free_word && is_plain_word(name, length)) return msl_arena_strndup(arena, name, length);
    return quote_with(arena, '"', name, length);
}

char *msl_quote_string(msl_arena *arena, const char *text, size_t length) {
    return quote_with(arena, '\'', text, length);
}
