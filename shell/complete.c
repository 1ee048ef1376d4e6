/// complete.c: candidates for the word before the cursor.
///
/// Inside '...' file names; after a dot at the line's start dot commands; otherwise keywords, tables and views,
/// functions, and the columns of the tables and files that the statement names after FROM and JOIN. The catalog is
/// asked through SQL, so nothing here can go stale; a file's columns are found by DESCRIBE, which reads only its
/// beginning.
#include "shell/complete.h"
#include "shell/format.h"

#include <ctype.h>
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#define MOST_SOURCES 8u    ///< tables of a statement whose columns are offered
#define MOST_ITEMS 5000u

typedef struct collector {
    shell_completions *out;
    const char *prefix;
    size_t prefix_length;
    bool lower; ///< the user types small letters: keywords follow
} collector;

static void offer(collector *c, const char *name) {
    shell_completions *out = c->out;
    if (strncasecmp(name, c->prefix, c->prefix_length) != 0 || out->count >= MOST_ITEMS) return;
    out->items = shell_grow(out->items, &out->room, out->count + 1, sizeof *out->items);
    out->items[out->count++] = shell_copy(name, -1);
}

static bool is_word_byte(char ch) { return isalnum((unsigned char)ch) || ch == '_' || (unsigned char)ch >= 0x80; }

/* ---- files ---- */

static void offer_files(collector *c, const char *typed, size_t length) {
    shell_text folder = {0}, path = {0};
    size_t slash = length;
    while (slash > 0 && typed[slash - 1] != '/') slash--;
    shell_text_add(&folder, typed, slash);
    DIR *dir = opendir(folder.length ? shell_text_string(&folder) : ".");
    for (struct dirent *entry; dir && (entry = readdir(dir));) {
        if (entry->d_name[0] == '.' && !(length > slash && typed[slash] == '.')) continue;
        shell_text_clear(&path);
        shell_text_add(&path, typed, slash);
        shell_text_puts(&path, entry->d_name);
        struct stat about;
        if (stat(shell_text_string(&path), &about) == 0 && S_ISDIR(about.st_mode)) shell_text_char(&path, '/');
        if (strncmp(path.bytes, c->prefix, c->prefix_length) == 0) offer(c, path.bytes);
    }
    if (dir) closedir(dir);
    shell_text_free(&folder);
    shell_text_free(&path);
    c->out->is_file = true;
}

/* ---- names from the engine ---- */

static void offer_quoted(collector *c, const char *name) {
    size_t length = morsel_quote_name(name, NULL, 0);
    char *quoted = shell_new(length + 1, 1);
    morsel_quote_name(name, quoted, length + 1);
    offer(c, quoted);
    shell_free(&quoted);
}

static bool offer_name(void *context, size_t columns, const char *const *cells) {
    if (columns && cells[0]) offer_quoted(context, cells[0]);
    return true;
}

static bool offer_function(void *context, size_t columns, const char *const *cells) {
    if (!columns || !cells[0] || !isalpha((unsigned char)cells[0][0])) return true; // operators have entries too
    shell_text call = {0};
    shell_text_printf(&call, "%s(", cells[0]);
    offer(context, call.bytes);
    shell_text_free(&call);
    return true;
}

static void offer_keywords(collector *c) {
    for (size_t k = 0; morsel_keyword(k); k++) {
        char word[64];
        size_t length = strlen(morsel_keyword(k));
        if (length >= sizeof word) continue;
        for (size_t i = 0; i <= length; i++) {
            char ch = morsel_keyword(k)[i];
            word[i] = (char)(c->lower ? tolower((unsigned char)ch) : toupper((unsigned char)ch));
        }
        offer(c, word);
    }
}

/// Offers the columns of one name or 'file'.
static void offer_columns(shell *sh, collector *c, const char *source, size_t length) {
    shell_text sql = {0};
    shell_text_puts(&sql, "DESCRIBE ");
    shell_text_add(&sql, source, length);
    shell_each_row(sh, shell_text_string(&sql), offer_name, c, NULL);
    shell_text_free(&sql);
}

/// Length of a word or quoted text at `text`.
static size_t token_length(const char *text) {
    if (*text == '\'' || *text == '"') {
        const char *end = strchr(text + 1, *text);
        return end ? (size_t)(end - text) + 1 : 0;
    }
    size_t length = 0;
    while (is_word_byte(text[length]) || (length && text[length] == '.')) length++;
    return length;
}

/// Finds what stands after FROM, JOIN, INTO, UPDATE and commas between sources, and offers their columns.
static void offer_columns_of_statement(shell *sh, collector *c, const char *sql) {
    size_t sources = 0;
    bool expects = false;
    while (*sql && sources < MOST_SOURCES) {
        size_t length = token_length(sql);
        if (!length) {
            if (!isspace((unsigned char)*sql)) expects = false;
            sql++;
            continue;
        }
        if (expects) {
            offer_columns(sh, c, sql, length);
            sources++;
        }
        expects = (length == 4 && (strncasecmp(sql, "FROM", 4) == 0 || strncasecmp(sql, "JOIN", 4) == 0 ||
                                   strncasecmp(sql, "INTO", 4) == 0)) ||
                  (length == 6 && strncasecmp(sql, "UPDATE", 6) == 0) ||
                  (length == 8 && strncasecmp(sql, "DESCRIBE", 8) == 0);
        sql += length;
    }
}

/* ---- the word ---- */

/// Byte after the quote that is still open at the end, or SIZE_MAX.
static size_t open_quote(const char *sql, size_t length) {
    size_t start = SIZE_MAX;
    for (size_t k = 0; k < length; k++) {
        if (sql[k] == '\'') start = start == SIZE_MAX ? k + 1 : SIZE_MAX;
    }
    return start;
}

static int by_text(const void *a, const void *b) {
    const char *x = *(char *const *)a, *y = *(char *const *)b;
    int order = strcasecmp(x, y);
    return order ? order : strcmp(x, y);
}

static void sort_and_unite(shell_completions *out) {
    if (!out->count) return;
    qsort(out->items, out->count, sizeof *out->items, by_text);
    size_t kept = 1;
    for (size_t k = 1; k < out->count; k++) {
        if (strcmp(out->items[k], out->items[kept - 1]) == 0) shell_free(&out->items[k]);
        else out->items[kept++] = out->items[k];
    }
    out->count = kept;
}

static void complete_dot(shell *sh, collector *c, const char *line, size_t length, shell_completions *out) {
    size_t space = 0;
    while (space < length && !isspace((unsigned char)line[space])) space++;
    if (space == length) { // the command itself
        out->start = 1;
        c->prefix++;
        c->prefix_length--;
        for (const char *const *name = shell_dot_names(); *name; name++) offer(c, *name);
        return;
    }
    size_t word = length;
    while (word > 0 && !isspace((unsigned char)line[word - 1])) word--;
    out->start = word;
    c->prefix += word;
    c->prefix_length -= word;
    if (space > 2 && strncasecmp(line + 1, "mode", space - 1) == 0) {
        for (size_t k = 0; shell_format_at(k); k++) offer(c, shell_format_at(k)->name);
    } else if (space > 1 && (strncasecmp(line + 1, "tables", space - 1) == 0 ||
                             strncasecmp(line + 1, "schema", space - 1) == 0)) {
        shell_each_row(sh, "SHOW TABLES", offer_name, c, NULL);
    } else {
        offer_files(c, c->prefix, c->prefix_length);
    }
}

void shell_complete_line(shell *sh, const char *earlier, const char *line, size_t length, const char *after,
                         shell_completions *out) {
    *out = (shell_completions){0};
    char *text = shell_copy(line, (ptrdiff_t)length);
    shell_text statement = {0};
    shell_text_printf(&statement, "%s%s", earlier, text);
    collector c = {.out = out, .prefix = text, .prefix_length = length};
    size_t quote = open_quote(shell_text_string(&statement), statement.length), before = statement.length - length;
    if (!*earlier && (text[0] == '.' || text[0] == '\\')) {
        complete_dot(sh, &c, text, length, out);
    } else if (quote != SIZE_MAX && quote >= before) {
        out->start = quote - before;
        c.prefix += out->start;
        c.prefix_length -= out->start;
        offer_files(&c, c.prefix, c.prefix_length);
    } else {
        size_t word = length;
        while (word > 0 && is_word_byte(text[word - 1])) word--;
        out->start = word;
        c.prefix += word;
        c.prefix_length -= word;
        c.lower = c.prefix_length && islower((unsigned char)c.prefix[0]);
        bool qualified = word > 0 && text[word - 1] == '.';
        if (!qualified && c.prefix_length) {
            offer_keywords(&c);
            shell_each_row(sh, "SHOW FUNCTIONS", offer_function, &c, NULL);
        }
        if (!qualified) shell_each_row(sh, "SHOW TABLES", offer_name, &c, NULL);
        shell_text_puts(&statement, after);
        offer_columns_of_statement(sh, &c, shell_text_string(&statement));
    }
    sort_and_unite(out);
    shell_text_free(&statement);
    shell_free(&text);
}

size_t shell_completions_common(const shell_completions *completions) {
    if (!completions->count) return 0;
    const char *first = completions->items[0];
    size_t common = strlen(first);
    for (size_t k = 1; k < completions->count; k++) {
        const char *other = completions->items[k];
        size_t same = 0;
        while (same < common && tolower((unsigned char)first[same]) == tolower((unsigned char)other[same])) same++;
        common = same;
    }
    return common;
}

void shell_completions_free(shell_completions *completions) {
    for (size_t k = 0; k < completions->count; k++) shell_free(&completions->items[k]);
    shell_free(&completions->items);
    *completions = (shell_completions){0};
}
