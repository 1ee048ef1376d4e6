/* list_functions.c: prints docs/sql/functions.md from the registry, so that the page names what there is and nothing else.
 *
 *     list_functions >docs/sql/functions.md          after a function was added
 *
 * The order within a section is the registry's: kin stand together. Overloads that say the same are one line.
 */
#include "functions/function.h"
#include "functions/window_function.h"
#include "storage/sources.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

/// Writes a table cell: | would end it.
static void put_cell(const char *text, size_t length) {
    for (size_t i = 0; i < length; i++) {
        if (text[i] == '|') putchar('\\');
        putchar(text[i]);
    }
}

/// Writes "name(args): what it does" as two cells; a description without such a sign is a signature alone.
static void put_row(const char *description) {
    const char *end = strstr(description, ": ");
    if (!end) end = strstr(description, "; ");
    if (!end && !strchr(description, '(')) end = strstr(description, ", ");
    size_t n = end ? (size_t)(end - description) : strlen(description);
    printf("| `");
    put_cell(description, n);
    printf("` | ");
    if (end) put_cell(end + 2, strlen(end + 2));
    printf(" |\n");
}

static void put_section(const char *title, const char *text) {
    printf("\n## %s\n\n%s%s| | |\n|---|---|\n", title, text, *text ? "\n\n" : "");
}

static bool is_word(const char *name) { return isalpha((unsigned char)*name) && !strchr(name, ' '); }

/// True when an entry before `index` has the same description.
static bool is_function_repeated(size_t index) {
    for (size_t i = 0; i < index; i++) {
        if (strcmp(msl_function_at(i)->description, msl_function_at(index)->description) == 0) return true;
    }
    return false;
}

/// Operators and functions; `word` chooses.
static void list_scalars(bool word) {
    for (size_t i = 0; msl_function_at(i); i++) {
        const msl_function *f = msl_function_at(i);
        bool is_operator = !is_word(f->name) || strcmp(f->name, "like") == 0 || strcmp(f->name, "ilike") == 0 ||
                           strcmp(f->name, "glob") == 0 || strcmp(f->name, "not") == 0;
        if (is_operator != word && !is_function_repeated(i)) put_row(f->description);
    }
}

int main(void) {
    printf("# Functions\n\n"
           "Made from the registry by `tests/docs/list_functions.c`; `SHOW FUNCTIONS` prints the same. Names may be written in any case. A NULL\n"
           "argument makes the result NULL unless the text says otherwise. AND, OR, CASE, COALESCE, IN, BETWEEN and CAST are\n"
           "[expressions](expressions.md), not functions.\n");
    put_section("Operators", "");
    list_scalars(false);
    put_section("Functions", "Positions in text count code points from 1. A regular expression is one of PCRE; flags are letters such as `i`, `g`.");
    list_scalars(true);
    put_section("Aggregates", "Each takes DISTINCT, FILTER and ORDER BY, and OVER: see [aggregates](aggregates.md).");
    for (size_t i = 0; msl_aggregate_at(i); i++) {
        const char *description = msl_aggregate_at(i)->description;
        if (i == 0 || strcmp(msl_aggregate_at(i - 1)->description, description) != 0) put_row(description);
    }
    put_section("Window functions", "They need OVER: see [window functions](windows.md).");
    for (size_t i = 0; msl_window_function_at(i); i++) put_row(msl_window_function_at(i)->description);
    put_section("Table functions", "They stand in FROM; arguments in brackets may be left out and are named: `delim = ';'`.");
    for (size_t i = 0; msl_source_ops_at(i); i++) {
        const char *description = msl_source_ops_at(i)->description;
        if (description) put_row(description);
    }
    return 0;
}
