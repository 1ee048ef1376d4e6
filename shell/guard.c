/// guard.c: looks at the words of a statement without parsing it: what -safe and -readonly forbid, EXPLAIN, blank
/// text.
///
/// Only words outside of quotes and comments count, at any depth of parentheses. A word that is also a plain name (a
/// column called update) makes the check refuse a harmless statement; quoting the name helps. It never lets a harmful
/// one through.
#include "shell/state.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

/// Skips one quoted text, quoted name, comment or dollar-quoted text starting at `at`; returns its end, or `at` when
/// none starts.
static size_t skip_quoted(const char *sql, size_t length, size_t at, bool *open) {
    char c = sql[at], next = at + 1 < length ? sql[at + 1] : 0;
    if (c == '\'' || c == '"' || c == '`') {
        for (size_t k = at + 1; k < length; k++) {
            if (sql[k] != c) continue;
            if (k + 1 < length && sql[k + 1] == c) k++;
            else return k + 1;
        }
        return length;
    }
    if (c == '-' && next == '-') {
        const char *end = memchr(sql + at, '\n', length - at);
        return end ? (size_t)(end - sql) + 1 : length;
    }
    if (c == '/' && next == '*') {
        size_t depth = 1, k = at + 2; // block comments nest, as in the standard
        for (; k + 1 < length && depth; k++) {
            if (sql[k] == '*' && sql[k + 1] == '/') depth--, k++;
            else if (sql[k] == '/' && sql[k + 1] == '*') depth++, k++;
        }
        if (depth) *open = true;
        return depth ? length : k;
    }
    return at;
}

static bool is_word_byte(char c) {
    return isalnum((unsigned char)c) || c == '_' || c == '$' || (unsigned char)c >= 0x80;
}

/// Finds the next word outside of quotes and comments from *at on; false at the end.
static bool next_word(const char *sql, size_t length, size_t *at, const char **word, size_t *word_length) {
    bool open = false;
    while (*at < length) {
        size_t after = skip_quoted(sql, length, *at, &open);
        if (after > *at) {
            *at = after;
            continue;
        }
        size_t start = *at;
        while (*at < length && is_word_byte(sql[*at])) (*at)++;
        if (*at > start) {
            *word = sql + start;
            *word_length = *at - start;
            return true;
        }
        (*at)++;
    }
    return false;
}

static bool is_one_of(const char *word, size_t length, const char *const *words) {
    for (; *words; words++) {
        if (strlen(*words) == length && strncasecmp(*words, word, length) == 0) return true;
    }
    return false;
}

const char *shell_forbidden(const shell *sh, const char *sql, size_t length) {
    static const char *const writes_files[] = {"COPY", "EXPORT", "ATTACH", "INSTALL", "LOAD", NULL};
    static const char *const changes[] = {"INSERT", "UPDATE", "DELETE", "CREATE", "DROP", "ALTER", "TRUNCATE", "MERGE",
                                          "IMPORT", "VACUUM", "COPY", "EXPORT", "ATTACH", NULL};
    if (!sh->safe && !sh->readonly) return NULL;
    size_t at = 0, word_length;
    const char *word;
    while (next_word(sql, length, &at, &word, &word_length)) {
        if (sh->safe && is_one_of(word, word_length, writes_files))
            return "-safe forbids statements that write files or attach databases";
        if (sh->readonly && is_one_of(word, word_length, changes))
            return "-readonly forbids statements that change data";
    }
    return NULL;
}

bool shell_begins_with(const char *sql, size_t length, const char *wanted) {
    size_t at = 0, word_length;
    const char *word;
    return next_word(sql, length, &at, &word, &word_length) && strlen(wanted) == word_length &&
           strncasecmp(word, wanted, word_length) == 0;
}

bool shell_is_blank(const char *sql, size_t length, bool *open) {
    *open = false;
    for (size_t at = 0; at < length;) {
        if (isspace((unsigned char)sql[at])) {
            at++;
            continue;
        }
        if (sql[at] == '\'' || sql[at] == '"' || sql[at] == '`') return false;
        size_t after = skip_quoted(sql, length, at, open);
        if (after == at) return false;
        at = after;
    }
    return true;
}
