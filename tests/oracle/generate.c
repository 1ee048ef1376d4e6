#include "generate.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

uint64_t choose(choice *c, uint64_t n) {
    uint64_t x = c->state += 0x9e3779b97f4a7c15ull;
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9ull;
    x = (x ^ x >> 27) * 0x94d049bb133111ebull;
    return (x ^ x >> 31) % n;
}

int chance(choice *c, unsigned percent) { return choose(c, 100) < percent; }

void text_add(text *t, const char *fmt, ...) {
    va_list args, again;
    va_start(args, fmt);
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, fmt, args);
    va_end(args);
    if (t->length + (size_t)n + 1 > t->room) {
        t->room = (t->length + (size_t)n + 1) * 2;
        t->bytes = realloc(t->bytes, t->room);
        if (!t->bytes) abort();
    }
    vsnprintf(t->bytes + t->length, (size_t)n + 1, fmt, again);
    va_end(again);
    t->length += (size_t)n;
}

void text_free(text *t) {
    free(t->bytes);
    *t = (text){0};
}

/* ---- tables ----
 *
 * Every table has the columns i (small integers), b (integers up to the limits), d (doubles, multiples of 1/1024), s (text)
 * and k (a key with duplicates), so that any column can stand beside any other table's. */

static const char *const words[] = {"",        "a",      "b",     "ab",          "abc",       "Abc",    "zebra",
                                    "naïve",   "日本語", "x y",   "it''s",       "twelve char", "thirteen char",
                                    "a somewhat longer text that lies outside", "a somewhat longer text that lies elsewhere",
                                    "100%",    "under_score", "ÅÄÖ", "0", "-1"};
#define WORDS (sizeof words / sizeof words[0])

static void add_double(choice *c, text *out) {
    int64_t n = (int64_t)choose(c, 20480) - 10240;
    if (chance(c, 10)) text_add(out, "-0e0");
    else if (chance(c, 20)) text_add(out, "%lld.0e0", (long long)(n / 1024));
    else text_add(out, "%.10fe0", (double)n / 1024);
}

static void add_big(choice *c, text *out) {
    static const char *const limits[] = {"9223372036854775807", "(-9223372036854775807-1)", "-9223372036854775807", "2147483647",
                                         "2147483648", "-2147483648", "4294967296", "0", "1", "-1"};
    if (chance(c, 40)) text_add(out, "%s", limits[choose(c, sizeof limits / sizeof limits[0])]);
    else text_add(out, "%lld", (long long)choose(c, 2000) - 1000);
}

void generate_tables(choice *c, text *out) {
    static const unsigned sizes[ORACLE_TABLES] = {0, 7, 40, 150};
    for (unsigned t = 0; t < ORACLE_TABLES; t++) {
        text_add(out, "CREATE TABLE t%u(i INTEGER, b BIGINT, d DOUBLE, s VARCHAR, k INTEGER);\n", t);
        unsigned rows = sizes[t] ? sizes[t] + (unsigned)choose(c, 5) : 0;
        for (unsigned r = 0; r < rows; r++) {
            text_add(out, "INSERT INTO t%u VALUES (", t);
            if (chance(c, 12)) text_add(out, "NULL");
            else text_add(out, "%d", (int)choose(c, 21) - 10);
            text_add(out, ", ");
            if (chance(c, 12)) text_add(out, "NULL");
            else add_big(c, out);
            text_add(out, ", ");
            if (chance(c, 12)) text_add(out, "NULL");
            else add_double(c, out);
            if (chance(c, 12)) text_add(out, ", NULL");
            else text_add(out, ", '%s'", words[choose(c, WORDS)]);
            text_add(out, ", %d);\n", (int)choose(c, rows / 3 + 2));
        }
    }
}

/* ---- queries ---- */

typedef enum kind { INT, REAL, TEXT, KINDS } kind;

#define MOST_COLUMNS 40

/// What can be named at a place.
typedef struct scope {
    struct { char name[24]; kind kind; int is_big; } columns[MOST_COLUMNS];
    unsigned count, nesting;   ///< queries around this one
    const struct scope *outer; ///< of the query around it, where the subquery may use its columns
} scope;

static void scope_add(scope *s, const char *alias, const char *column, kind k, int is_big) {
    if (s->count == MOST_COLUMNS) return;
    snprintf(s->columns[s->count].name, sizeof s->columns[0].name, "%s%s%s", alias, alias[0] ? "." : "", column);
    s->columns[s->count].kind = k;
    s->columns[s->count++].is_big = is_big;
}

static void scope_add_table(scope *s, const char *alias) {
    scope_add(s, alias, "i", INT, 0);
    scope_add(s, alias, "b", INT, 1);
    scope_add(s, alias, "d", REAL, 0);
    scope_add(s, alias, "s", TEXT, 0);
    scope_add(s, alias, "k", INT, 0);
}

/// A column of the kind, or NULL; big ones only where no arithmetic follows.
static const char *pick(choice *c, const scope *s, kind k, int may_be_big) {
    if (s->outer && chance(c, 30)) {
        const char *outer = pick(c, s->outer, k, may_be_big);
        if (outer) return outer;
    }
    unsigned start = s->count ? (unsigned)choose(c, s->count) : 0;
    for (unsigned n = 0; n < s->count; n++) {
        unsigned i = (start + n) % s->count;
        if (s->columns[i].kind == k && (may_be_big || !s->columns[i].is_big)) return s->columns[i].name;
    }
    return NULL;
}

static void predicate(choice *c, text *out, const scope *s, int depth);
static void subquery_from(choice *c, text *out, const scope *s, scope *inner, int depth);
static void scalar_subquery(choice *c, text *out, const scope *s, kind k, int depth);
static void value(choice *c, text *out, const scope *s, kind k, int depth);

static void literal(choice *c, text *out, kind k) {
    if (k == INT) text_add(out, "%d", (int)choose(c, 21) - 10);
    else if (k == REAL) add_double(c, out);
    else text_add(out, "'%s'", words[choose(c, WORDS)]);
}

/// A column, or a literal where there is none.
static void leaf(choice *c, text *out, const scope *s, kind k, int may_be_big) {
    const char *column = chance(c, 80) ? pick(c, s, k, may_be_big) : NULL;
    if (column) text_add(out, "%s", column);
    else literal(c, out, k);
}

static void binary(choice *c, text *out, const scope *s, kind k, int depth, const char *op) {
    text_add(out, "(");
    value(c, out, s, k, depth - 1);
    text_add(out, " %s ", op);
    value(c, out, s, k, depth - 1);
    text_add(out, ")");
}

static void call(choice *c, text *out, const scope *s, const char *name, kind k, unsigned args, int depth) {
    text_add(out, "%s(", name);
    for (unsigned i = 0; i < args; i++) {
        if (i) text_add(out, ", ");
        value(c, out, s, k, depth - 1);
    }
    text_add(out, ")");
}

static void case_value(choice *c, text *out, const scope *s, kind k, int depth) {
    text_add(out, "CASE");
    for (unsigned n = 1 + (unsigned)choose(c, 2); n; n--) {
        text_add(out, " WHEN ");
        predicate(c, out, s, depth - 1);
        text_add(out, " THEN ");
        value(c, out, s, k, depth - 1);
    }
    if (chance(c, 70)) {
        text_add(out, " ELSE ");
        value(c, out, s, k, depth - 1);
    }
    text_add(out, " END");
}

/// A product that would overflow for rows that the condition keeps out.
static void guarded_product(choice *c, text *out, const scope *s) {
    const char *big = pick(c, s, INT, 1);
    if (!big) big = "3";
    text_add(out, "CASE WHEN %s BETWEEN -1000 AND 1000 THEN %s * %s %% 97 ELSE 0 END", big, big, big);
}

static void int_value(choice *c, text *out, const scope *s, int depth) {
    switch (choose(c, 11)) {
    case 0: binary(c, out, s, INT, depth, "+"); break;
    case 1: binary(c, out, s, INT, depth, "-"); break;
    case 2:
        text_add(out, "(");
        leaf(c, out, s, INT, 0);
        text_add(out, " * %d)", (int)choose(c, 7) - 3);
        break;
    case 3: binary(c, out, s, INT, depth, "/"); break;
    case 4: binary(c, out, s, INT, depth, "%"); break;
    case 5: call(c, out, s, "abs", INT, 1, depth); break;
    case 6: call(c, out, s, "length", TEXT, 1, depth); break;
    case 7: guarded_product(c, out, s); break;
    case 8: call(c, out, s, "instr", TEXT, 2, depth); break;
    case 9:
        text_add(out, "(-");
        value(c, out, s, INT, depth - 1);
        text_add(out, ")");
        break;
    default:
        text_add(out, "CASE WHEN ");
        predicate(c, out, s, depth - 1);
        text_add(out, " THEN 1 ELSE 0 END");
    }
}

static void real_value(choice *c, text *out, const scope *s, int depth) {
    switch (choose(c, 6)) {
    case 0: binary(c, out, s, REAL, depth, "+"); break;
    case 1: binary(c, out, s, REAL, depth, "-"); break;
    case 2:
        text_add(out, "(");
        value(c, out, s, REAL, depth - 1);
        text_add(out, " * 5e-1)");
        break;
    case 3: call(c, out, s, "abs", REAL, 1, depth); break;
    case 4:
        text_add(out, "CAST(");
        value(c, out, s, INT, depth - 1);
        text_add(out, " AS DOUBLE)");
        break;
    default:
        text_add(out, "(");
        leaf(c, out, s, REAL, 0);
        text_add(out, " / 4e0)");
    }
}

static void text_value(choice *c, text *out, const scope *s, int depth) {
    switch (choose(c, 7)) {
    case 0: binary(c, out, s, TEXT, depth, "||"); break;
    case 1:
        text_add(out, "substr(");
        value(c, out, s, TEXT, depth - 1);
        text_add(out, ", %d, %d)", 1 + (int)choose(c, 4), (int)choose(c, 6));
        break;
    case 2: // SQLite answers replace(x, '', NULL) with x: the pattern is never empty
        text_add(out, "replace(");
        value(c, out, s, TEXT, depth - 1);
        text_add(out, ", '%s', ", chance(c, 50) ? "a" : "longer");
        value(c, out, s, TEXT, depth - 1);
        text_add(out, ")");
        break;
    case 3: call(c, out, s, "trim", TEXT, 1, depth); break;
    case 4:
        text_add(out, "CAST(");
        value(c, out, s, INT, depth - 1);
        text_add(out, " AS VARCHAR)");
        break;
    case 5: call(c, out, s, "ltrim", TEXT, 1, depth); break;
    default: call(c, out, s, "nullif", TEXT, 2, depth);
    }
}

static void value(choice *c, text *out, const scope *s, kind k, int depth) {
    if (depth <= 0 || chance(c, 35)) {
        leaf(c, out, s, k, 0);
        return;
    }
    if (chance(c, 12)) {
        case_value(c, out, s, k, depth);
    } else if (chance(c, 10)) {
        call(c, out, s, "coalesce", k, 2 + (unsigned)choose(c, 2), depth);
    } else if (chance(c, 9)) {
        scalar_subquery(c, out, s, k, depth);
    } else if (k == INT) {
        int_value(c, out, s, depth);
    } else if (k == REAL) {
        real_value(c, out, s, depth);
    } else {
        text_value(c, out, s, depth);
    }
}

static void comparison(choice *c, text *out, const scope *s, int depth) {
    static const char *const ops[] = {"=", "<>", "<", "<=", ">", ">=", "IS DISTINCT FROM", "IS NOT DISTINCT FROM"};
    kind k = (kind)choose(c, KINDS);
    unsigned op = (unsigned)choose(c, chance(c, 85) ? 6 : 8);
    if (k == INT && chance(c, 30)) leaf(c, out, s, INT, 1);
    else value(c, out, s, k, depth - 1);
    text_add(out, " %s ", ops[op]);
    if (k == INT && chance(c, 30)) leaf(c, out, s, INT, 1);
    else if (k == INT && chance(c, 10)) value(c, out, s, REAL, depth - 1);
    else value(c, out, s, k, depth - 1);
}

/// Two items compared with two, or looked for in a query.
static void row_predicate(choice *c, text *out, const scope *s, int depth) {
    static const char *const ops[] = {"=", "<>", "<", "<=", ">", ">="};
    kind first = (kind)choose(c, KINDS), second = (kind)choose(c, KINDS);
    text_add(out, "(");
    leaf(c, out, s, first, 0);
    text_add(out, ", ");
    leaf(c, out, s, second, 0);
    if (chance(c, 40)) {
        text_add(out, ") %s (", ops[choose(c, 6)]);
        leaf(c, out, s, first, 0);
        text_add(out, ", ");
        leaf(c, out, s, second, 0);
    } else {
        scope inner = {0};
        text from = {0};
        subquery_from(c, &from, s, &inner, depth - 1);
        text_add(out, ") %sIN (SELECT ", chance(c, 30) ? "NOT " : "");
        leaf(c, out, &inner, first, 0);
        text_add(out, ", ");
        leaf(c, out, &inner, second, 0);
        text_add(out, "%s", from.bytes);
        text_free(&from);
    }
    text_add(out, ")");
}

static void in_predicate(choice *c, text *out, const scope *s, int depth) {
    if (chance(c, 15)) {
        row_predicate(c, out, s, depth);
        return;
    }
    kind k = (kind)choose(c, KINDS);
    value(c, out, s, k, depth - 1);
    text_add(out, chance(c, 30) ? " NOT IN (" : " IN (");
    if (chance(c, 40)) {
        scope inner = {0};
        text from = {0};
        subquery_from(c, &from, s, &inner, depth - 1);
        text_add(out, "SELECT %s", chance(c, 15) ? "DISTINCT " : "");
        if (chance(c, 60)) leaf(c, out, &inner, k, 0);
        else value(c, out, &inner, k, depth - 2);
        text_add(out, "%s", from.bytes);
        text_free(&from);
        if (chance(c, 12)) {
            text_add(out, " %s SELECT ", chance(c, 50) ? "UNION ALL" : "EXCEPT");
            if (chance(c, 50)) leaf(c, out, s, k, 0);
            else literal(c, out, k);
        }
    } else {
        for (unsigned i = 0, n = 1 + (unsigned)choose(c, 5); i < n; i++) {
            if (i) text_add(out, ", ");
            if (chance(c, 8)) text_add(out, "NULL");
            else literal(c, out, k);
        }
    }
    text_add(out, ")");
}

static void predicate(choice *c, text *out, const scope *s, int depth) {
    static const char *const patterns[] = {"%%a%%", "a%%", "%%b", "_b%%", "%%", "", "___", "%%語", "100%%", "%%longer%%lies%%"};
    text_add(out, "(");
    switch (depth <= 0 ? choose(c, 3) : choose(c, 11)) {
    case 0:
    case 1: comparison(c, out, s, depth); break;
    case 2:
        leaf(c, out, s, (kind)choose(c, KINDS), 1);
        text_add(out, chance(c, 50) ? " IS NULL" : " IS NOT NULL");
        break;
    case 3:
    case 4:
        predicate(c, out, s, depth - 1);
        for (unsigned n = 1 + (unsigned)choose(c, 2); n; n--) {
            text_add(out, " AND ");
            predicate(c, out, s, depth - 1);
        }
        break;
    case 5:
        predicate(c, out, s, depth - 1);
        text_add(out, " OR ");
        predicate(c, out, s, depth - 1);
        break;
    case 6:
        text_add(out, "NOT ");
        predicate(c, out, s, depth - 1);
        break;
    case 7: {
        kind k = (kind)choose(c, KINDS);
        value(c, out, s, k, depth - 1);
        text_add(out, chance(c, 25) ? " NOT BETWEEN " : " BETWEEN ");
        value(c, out, s, k, depth - 1);
        text_add(out, " AND ");
        value(c, out, s, k, depth - 1);
        break;
    }
    case 8: in_predicate(c, out, s, depth); break;
    case 9:
        value(c, out, s, TEXT, depth - 1);
        text_add(out, chance(c, 25) ? " NOT LIKE '" : " LIKE '");
        text_add(out, patterns[choose(c, sizeof patterns / sizeof patterns[0])], 0);
        text_add(out, "'");
        break;
    default: {
        scope inner = {0};
        text_add(out, "%sEXISTS (SELECT 1", chance(c, 30) ? "NOT " : "");
        subquery_from(c, out, s, &inner, depth - 1);
        if (chance(c, 15)) text_add(out, " GROUP BY %s HAVING count(*) > %u", pick(c, &inner, INT, 0), (unsigned)choose(c, 3));
        text_add(out, ")");
    }
    }
    text_add(out, ")");
}

/// An ON condition of inequalities between two tables: one side below, an interval, intervals that overlap, text.
static void range_condition(choice *c, text *out, char before, const char *alias) {
    static const char *const operators[] = {"<", "<=", ">", ">="};
    const char *op = operators[choose(c, 4)], *other = operators[choose(c, 4)];
    switch (choose(c, 4)) {
    case 0: text_add(out, "%c.i %s %s.k", before, op, alias); return;
    case 1: text_add(out, "%c.i BETWEEN %s.k AND %s.i", before, alias, alias); return;
    case 2: text_add(out, "%c.i %s %s.k AND %s.i %s %c.k", before, op, alias, alias, other, before); return;
    default: text_add(out, "%c.s %s %s.s AND %c.k %s %s.i", before, op, alias, before, other, alias);
    }
}

/// " FROM ... WHERE ..." of a subquery, which may use columns of the queries around it; fills its scope.
static void subquery_from(choice *c, text *out, const scope *s, scope *inner, int depth) {
    char alias[12];
    inner->nesting = s->nesting + 1;
    if (chance(c, 75)) inner->outer = s;
    snprintf(alias, sizeof alias, "q%u", inner->nesting);
    scope_add_table(inner, alias);
    unsigned table = (unsigned)choose(c, inner->nesting > 1 ? 3 : ORACLE_TABLES);
    if (depth > 0 && chance(c, 10)) { // a query in FROM, whose columns are the same
        scope below = {.nesting = inner->nesting, .outer = inner->outer};
        scope_add_table(&below, "f");
        text_add(out, " FROM (SELECT f.i, f.b, f.d, f.s, f.k FROM t%u AS f WHERE ", table);
        predicate(c, out, &below, depth - 1);
        text_add(out, ") AS %s", alias);
    } else {
        text_add(out, " FROM t%u AS %s", table, alias);
    }
    if (chance(c, 15)) {
        char second[12];
        snprintf(second, sizeof second, "r%u", inner->nesting);
        text_add(out, "%s t%u AS %s ON %s.k = %s.k", chance(c, 50) ? " JOIN" : " LEFT JOIN", (unsigned)choose(c, 2), second, alias, second);
        scope_add_table(inner, second);
    }
    if (!chance(c, 85)) return;
    const char *outer = inner->outer && chance(c, 55) ? pick(c, inner->outer, INT, 0) : NULL;
    text_add(out, " WHERE ");
    if (outer) text_add(out, "%s.%s = %s", alias, chance(c, 50) ? "k" : "i", outer);
    if (outer && chance(c, 50)) return;
    if (outer) text_add(out, " AND ");
    predicate(c, out, inner, depth);
}

/// A subquery of one row: an aggregate, or the first of its values.
static void scalar_subquery(choice *c, text *out, const scope *s, kind k, int depth) {
    static const char *const aggregates[] = {"max", "min", "sum", "count"};
    scope inner = {0};
    text from = {0};
    subquery_from(c, &from, s, &inner, depth - 1);
    const char *own = k == REAL ? "d" : k == TEXT ? "s" : chance(c, 50) ? "k" : "i";
    if (chance(c, 65)) {
        text_add(out, "(SELECT %s(q%u.%s)", aggregates[k == TEXT ? choose(c, 2) : k == REAL ? choose(c, 3) : choose(c, 4)],
                 inner.nesting, own);
        if (k != TEXT && chance(c, 30)) {
            text_add(out, " + ");
            leaf(c, out, s, k, 0);
        }
        text_add(out, "%s", from.bytes);
        if (chance(c, 10)) text_add(out, " HAVING count(*) %s %u", chance(c, 50) ? ">" : "=", (unsigned)choose(c, 3));
        text_add(out, ")");
    } else {
        text_add(out, "(SELECT ");
        if (chance(c, 70)) text_add(out, "q%u.%s", inner.nesting, own);
        else value(c, out, &inner, k, depth - 2);
        text_add(out, " AS v%s ORDER BY v %sNULLS %s LIMIT 1", from.bytes, chance(c, 50) ? "DESC " : "", chance(c, 50) ? "FIRST" : "LAST");
        if (chance(c, 20)) text_add(out, " OFFSET %u", (unsigned)choose(c, 3));
        text_add(out, ")");
    }
    text_free(&from);
}

/// FROM with one to three tables; fills the scope.
static void from_clause(choice *c, text *out, scope *s, int depth) {
    static const char *const joins[] = {"JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN", "CROSS JOIN"};
    unsigned n = chance(c, 50) ? 1 : chance(c, 70) ? 2 : 3;
    text_add(out, " FROM ");
    for (unsigned i = 0; i < n; i++) {
        char alias[8];
        snprintf(alias, sizeof alias, "%c", 'x' + (int)i);
        unsigned join = i ? (unsigned)choose(c, 5) : 0;
        if (i) text_add(out, " %s ", joins[join]);
        unsigned table = (unsigned)choose(c, n == 3 ? 3 : ORACLE_TABLES); // three large ones multiply up
        if (depth > 1 && chance(c, 12)) {
            scope inner = {0};
            scope_add_table(&inner, "p");
            text_add(out, "(SELECT * FROM t%u AS p WHERE ", table);
            predicate(c, out, &inner, depth - 1);
            text_add(out, ") AS %s", alias);
        } else {
            text_add(out, "t%u AS %s", table, alias);
        }
        scope_add_table(s, alias);
        if (i && join < 4) {
            char before = (char)('x' + (int)choose(c, i));
            if (n == 2 && chance(c, 12)) { // with more tables SQLite takes the first k where the standard sees several
                text_add(out, " USING (%s)", chance(c, 50) ? "k" : "k, s");
                continue;
            }
            if (chance(c, 65)) text_add(out, " ON %c.%s = %s.%s", before, chance(c, 50) ? "k" : "i", alias, chance(c, 50) ? "k" : "i");
            else if (chance(c, 50)) text_add(out, " ON %c.s = %s.s", before, alias);
            else {
                text_add(out, " ON ");
                range_condition(c, out, before, alias);
            }
            if (chance(c, 25)) {
                text_add(out, " AND ");
                predicate(c, out, s, depth - 2);
            }
        }
    }
}

static void where_clause(choice *c, text *out, const scope *s, int depth) {
    if (!chance(c, 65)) return;
    text_add(out, " WHERE ");
    predicate(c, out, s, depth);
}

/// Many calls whose FILTERs compare the same keys with constants, as PIVOT makes them; one number says all of their answers.
static void branches(choice *c, text *out, const scope *s, int depth) {
    text key = {0}, second = {0}, argument = {0};
    leaf(c, &key, s, INT, 0);
    if (chance(c, 40)) leaf(c, &second, s, TEXT, 0);
    leaf(c, &argument, s, INT, 0);
    int first = (int)choose(c, 6) - 3, rest = chance(c, 30);
    text_add(out, "(");
    for (int k = 0; k < 10; k++) {
        text_add(out, "%s%d * count(%s) FILTER (WHERE %s = %d", k ? " + " : "", k * k + 1, argument.bytes, key.bytes, first + k);
        if (second.length) text_add(out, " AND %s = 'a'", second.bytes);
        if (rest && k % 3 == 0) {
            text_add(out, " AND ");
            predicate(c, out, s, depth - 2);
        }
        text_add(out, ")");
    }
    text_add(out, ")");
    text_free(&key);
    text_free(&second);
    text_free(&argument);
}

/// An aggregate call; every result is exact in both engines.
static void aggregate(choice *c, text *out, const scope *s, int depth) {
    if (chance(c, 4)) {
        branches(c, out, s, depth);
        return;
    }
    switch (choose(c, 9)) {
    case 0: text_add(out, "count(*)"); break;
    case 1: call(c, out, s, "count", (kind)choose(c, KINDS), 1, depth); break;
    case 2: call(c, out, s, "sum", INT, 1, depth); break;
    case 3: call(c, out, s, "sum", REAL, 1, 1); break;
    case 4: call(c, out, s, "min", (kind)choose(c, KINDS), 1, depth); break;
    case 5: call(c, out, s, "max", (kind)choose(c, KINDS), 1, depth); break;
    case 6: call(c, out, s, "avg", INT, 1, 1); break;
    case 7:
        text_add(out, "count(DISTINCT ");
        value(c, out, s, (kind)choose(c, KINDS), depth - 1);
        text_add(out, ")");
        break;
    default:
        text_add(out, "sum(DISTINCT ");
        value(c, out, s, INT, depth - 1);
        text_add(out, ")");
    }
    if (chance(c, 20)) {
        text_add(out, " FILTER (WHERE ");
        predicate(c, out, s, depth - 1);
        text_add(out, ")");
    }
}

static void plain_select(choice *c, text *out, unsigned columns, const kind *kinds, int depth) {
    scope s = {0};
    text from = {0};
    from_clause(c, &from, &s, depth);
    text_add(out, "SELECT %s", chance(c, 20) ? "DISTINCT " : "");
    for (unsigned i = 0; i < columns; i++) {
        if (i) text_add(out, ", ");
        if (kinds[i] == INT && chance(c, 15)) leaf(c, out, &s, INT, 1);
        else value(c, out, &s, kinds[i], depth);
        text_add(out, " AS c%u", i);
    }
    text_add(out, "%s", from.bytes);
    where_clause(c, out, &s, depth);
    text_free(&from);
}

static void group_keys(choice *c, text *keys, unsigned count, const scope *s, int depth) {
    for (unsigned i = 0; i < count; i++) {
        if (chance(c, 60)) leaf(c, &keys[i], s, (kind)choose(c, KINDS), 1);
        else value(c, &keys[i], s, (kind)choose(c, KINDS), depth - 1);
        if (!strchr("0123456789-'", keys[i].bytes[0])) continue; // a literal in GROUP BY would be a position
        text_free(&keys[i]);
        text_add(&keys[i], "coalesce(x.k, 0)");
    }
}

static void grouped_select(choice *c, text *out, unsigned columns, int depth) {
    scope s = {0};
    text from = {0}, keys[3] = {{0}};
    unsigned key_count = (unsigned)choose(c, columns < 3 ? columns : 3);
    from_clause(c, &from, &s, depth);
    group_keys(c, keys, key_count, &s, depth);
    text_add(out, "SELECT ");
    for (unsigned i = 0; i < columns; i++) {
        if (i) text_add(out, ", ");
        if (i < key_count) text_add(out, "%s", keys[i].bytes);
        else aggregate(c, out, &s, depth - 1);
        text_add(out, " AS c%u", i);
    }
    text_add(out, "%s", from.bytes);
    where_clause(c, out, &s, depth);
    for (unsigned i = 0; i < key_count; i++) text_add(out, "%s%s", i ? ", " : " GROUP BY ", keys[i].bytes);
    if (key_count && chance(c, 25)) {
        text_add(out, " HAVING ");
        aggregate(c, out, &s, 1);
        text_add(out, chance(c, 50) ? " IS NOT NULL" : " IS NULL");
        if (chance(c, 50)) text_add(out, " OR count(*) > %d", (int)choose(c, 3));
    }
    text_free(&from);
    for (unsigned i = 0; i < 3; i++) text_free(&keys[i]);
}

/* ---- grouping sets ----
 *
 * For SQLite a UNION ALL of one grouping for each set. */

#define MOST_SETS 16u

typedef struct key_sets {
    unsigned masks[MOST_SETS]; ///< bit k: key k is in the set
    unsigned count;
} key_sets;

static void key_list(text *out, const text *keys, unsigned mask) {
    const char *separator = "";
    text_add(out, "(");
    for (unsigned k = 0; keys[k].bytes; k++) {
        if (!(mask >> k & 1)) continue;
        text_add(out, "%s%s", separator, keys[k].bytes);
        separator = ", ";
    }
    text_add(out, ")");
}

/// One element of GROUP BY over the keys of `mask`.
static void sets_element(choice *c, text *out, key_sets *s, const text *keys, unsigned mask) {
    unsigned which = (unsigned)choose(c, 3);
    text_add(out, which == 0 ? "ROLLUP " : which == 1 ? "CUBE " : "GROUPING SETS (");
    if (which < 2) key_list(out, keys, mask);
    if (which == 0) {
        for (unsigned left = mask;; left &= ~(1u << (31 - (unsigned)__builtin_clz(left)))) {
            s->masks[s->count++] = left;
            if (!left) return;
        }
    }
    if (which == 1) {
        for (unsigned sub = mask;; sub = (sub - 1) & mask) {
            s->masks[s->count++] = sub;
            if (!sub) return;
        }
    }
    unsigned missing = mask; // every key stands in some set
    for (unsigned n = 1 + (unsigned)choose(c, 3); n; n--) {
        unsigned set = ((unsigned)choose(c, 8) & mask) | (n == 1 ? missing : 0);
        missing &= ~set;
        key_list(out, keys, set);
        text_add(out, n > 1 ? ", " : ")");
        s->masks[s->count++] = set;
    }
}

/// GROUP BY; its sets.
static void sets_clause(choice *c, text *out, key_sets *s, const text *keys, unsigned key_count) {
    unsigned all = (1u << key_count) - 1;
    text_add(out, " GROUP BY ");
    if (key_count < 2 || chance(c, 50)) {
        sets_element(c, out, s, keys, all);
        return;
    }
    if (chance(c, 50)) { // a key, and sets of the others
        text_add(out, "%s, ", keys[0].bytes);
        sets_element(c, out, s, keys, all & ~1u);
        for (unsigned i = 0; i < s->count; i++) s->masks[i] |= 1;
        return;
    }
    key_sets left = {{0}, 0}, right = {{0}, 0};
    unsigned half = 1u + (unsigned)choose(c, all - 1);
    sets_element(c, out, &left, keys, half);
    text_add(out, ", ");
    sets_element(c, out, &right, keys, all & ~half);
    for (unsigned i = 0; i < left.count * right.count && s->count < MOST_SETS; i++) {
        s->masks[s->count++] = left.masks[i / right.count] | right.masks[i % right.count];
    }
}

static void sets_select(choice *c, text *out, text *for_sqlite, unsigned columns, int depth) {
    scope s = {0};
    text from = {0}, keys[4] = {{0}}, items[4] = {{0}}, having = {0}, clause = {0};
    unsigned key_count = 1 + (unsigned)choose(c, 3), shown[4] = {0};
    key_sets all = {{0}, 0};
    from_clause(c, &from, &s, depth);
    group_keys(c, keys, key_count, &s, depth);
    for (unsigned k = 1; k < key_count; k++) { // equal keys would be in each other's sets
        for (unsigned j = 0; j < k; j++) {
            text other = {0};
            if (strcmp(keys[k].bytes, keys[j].bytes) != 0) continue;
            text_add(&other, "coalesce(%s, %s)", keys[j].bytes, keys[j].bytes);
            text_free(&keys[k]);
            keys[k] = other;
        }
    }
    where_clause(c, &from, &s, depth);
    sets_clause(c, &clause, &all, keys, key_count);
    for (unsigned i = 0; i < columns; i++) {
        shown[i] = chance(c, 45) ? 1 + (unsigned)choose(c, key_count) : chance(c, 20) ? 100 : 0; // a key, grouping(), an aggregate
        if (shown[i] == 0) aggregate(c, &items[i], &s, depth - 1);
    }
    if (chance(c, 25)) {
        aggregate(c, &having, &s, 1);
        text_add(&having, chance(c, 50) ? " IS NOT NULL" : " IS NULL");
    } else {
        text_add(&having, "count(*) >= 0"); // makes () a grouping whatever is selected
    }
    text_add(out, "SELECT ");
    for (unsigned i = 0; i < columns; i++) {
        text_add(out, i ? ", " : "");
        text_add(out, "%s", shown[i] == 100 ? "grouping" : shown[i] ? keys[shown[i] - 1].bytes : items[i].bytes);
        if (shown[i] == 100) key_list(out, keys, (1u << key_count) - 1);
        text_add(out, " AS c%u", i);
    }
    text_add(out, "%s%s HAVING %s", from.bytes, clause.bytes, having.bytes);
    for (unsigned n = 0; n < all.count; n++) {
        unsigned mask = all.masks[n], grouping = 0;
        for (unsigned k = 0; k < key_count; k++) grouping = grouping * 2 + !(mask >> k & 1);
        text_add(for_sqlite, n ? " UNION ALL SELECT " : "SELECT ");
        for (unsigned i = 0; i < columns; i++) {
            text_add(for_sqlite, i ? ", " : "");
            if (shown[i] == 100) text_add(for_sqlite, "%u", grouping);
            else if (shown[i] == 0) text_add(for_sqlite, "%s", items[i].bytes);
            else text_add(for_sqlite, "%s", mask >> (shown[i] - 1) & 1 ? keys[shown[i] - 1].bytes : "NULL");
            text_add(for_sqlite, " AS c%u", i);
        }
        text_add(for_sqlite, "%s", from.bytes);
        for (unsigned k = 0, first = 1; k < key_count; k++) {
            if (mask >> k & 1) text_add(for_sqlite, "%s%s", first ? " GROUP BY " : ", ", keys[k].bytes), first = 0;
        }
        text_add(for_sqlite, " HAVING %s", having.bytes);
    }
    for (unsigned i = 0; i < 4; i++) text_free(&keys[i]), text_free(&items[i]);
    text_free(&from), text_free(&having), text_free(&clause);
}

/* ---- windows ----
 *
 * What depends on the order of rows stands over an order by every column of FROM, so that only equal rows are peers; ranks
 * and aggregates over RANGE and GROUPS take any order. */

/// A frame; key: whether RANGE may have offsets, and of which kind (KINDS: none).
static void frame(choice *c, text *out, int is_total, kind key) {
    static const char *const excludes[] = {"", " EXCLUDE NO OTHERS", " EXCLUDE CURRENT ROW", " EXCLUDE GROUP", " EXCLUDE TIES"};
    unsigned unit = is_total ? (unsigned)choose(c, 3) : 1 + (unsigned)choose(c, 2);
    int has_offsets = unit != 1 || key != KINDS;
    text_add(out, unit == 0 ? " ROWS " : unit == 1 ? " RANGE " : " GROUPS ");
    unsigned start = (unsigned)choose(c, 4), end = 1 + (unsigned)choose(c, 4); // UNBOUNDED, PRECEDING, CURRENT, FOLLOWING, UNBOUNDED
    if (!has_offsets) {
        start &= 2;
        end = end < 3 ? 2 : 4;
    }
    if (start >= 2 && end < start) end = start;
    int is_short = end == 2 && start <= 2 && chance(c, 40);
    if (!is_short) text_add(out, "BETWEEN ");
    for (unsigned side = 0; side < (is_short ? 1u : 2u); side++) {
        unsigned bound = side ? end : start;
        char offset[32];
        if (unit == 1 && key == REAL) snprintf(offset, sizeof offset, "%u.5e0", (unsigned)choose(c, 6));
        else snprintf(offset, sizeof offset, "%u", (unsigned)choose(c, chance(c, 80) ? 5 : 60));
        if (side) text_add(out, " AND ");
        if (bound == 0) text_add(out, "UNBOUNDED PRECEDING");
        else if (bound == 1) text_add(out, "%s PRECEDING", offset);
        else if (bound == 2) text_add(out, "CURRENT ROW");
        else if (bound == 3) text_add(out, "%s FOLLOWING", offset);
        else text_add(out, "UNBOUNDED FOLLOWING");
    }
    if (chance(c, 35)) text_add(out, "%s", excludes[choose(c, 5)]);
}

static void order_key(choice *c, text *out, const char *column, unsigned k) {
    text_add(out, "%s%s%s NULLS %s", k ? ", " : "ORDER BY ", column, chance(c, 40) ? " DESC" : "", chance(c, 50) ? "FIRST" : "LAST");
}

static void total_order(choice *c, text *out, const scope *s) {
    unsigned start = (unsigned)choose(c, s->count);
    for (unsigned k = 0; k < s->count; k++) order_key(c, out, s->columns[(start + k) % s->count].name, k);
}

static void partition_by(choice *c, text *out, const scope *s) {
    unsigned keys = (unsigned)choose(c, 3);
    for (unsigned k = 0; k < keys; k++) {
        text_add(out, "%s", k ? ", " : "PARTITION BY ");
        if (chance(c, 70)) leaf(c, out, s, (kind)choose(c, KINDS), 1);
        else value(c, out, s, (kind)choose(c, KINDS), 1);
    }
    if (keys) text_add(out, " ");
}

/// An aggregate that SQLite too computes over windows. is_total: rows of the frame have one order only.
static void window_aggregate(choice *c, text *out, const scope *s, int depth, int is_total) {
    unsigned which = (unsigned)choose(c, is_total ? 8 : 7);
    switch (which) {
    case 7:
        text_add(out, "group_concat('.' || "); // SQLite takes a result without a character for NULL
        value(c, out, s, TEXT, depth - 1);
        text_add(out, chance(c, 40) ? ")" : ", '%s')", chance(c, 50) ? "" : "; ");
        break;
    case 0: text_add(out, "count(*)"); break;
    case 1: call(c, out, s, "count", (kind)choose(c, KINDS), 1, depth); break;
    case 2: call(c, out, s, "sum", INT, 1, depth); break;
    case 3: call(c, out, s, "sum", REAL, 1, 1); break;
    case 4: call(c, out, s, "min", (kind)choose(c, KINDS), 1, depth); break;
    case 5: call(c, out, s, "max", (kind)choose(c, KINDS), 1, depth); break;
    default: call(c, out, s, "avg", INT, 1, 1);
    }
    if (which == 4 || which == 5 || !chance(c, 25)) return; // SQLite 3.40 forgets FILTER of min and max over moving frames
    text_add(out, " FILTER (WHERE ");
    predicate(c, out, s, depth - 1);
    text_add(out, ")");
}

/// A function whose answer depends on each row's own place.
static void placed_function(choice *c, text *out, const scope *s, int depth) {
    kind k = (kind)choose(c, KINDS);
    unsigned which = (unsigned)choose(c, 8);
    static const char *const names[] = {"lag", "lead", "first_value", "last_value", "nth_value", "row_number", "ntile", "lag"};
    text_add(out, "%s(", names[which]);
    if (which == 6) text_add(out, "%u", 1 + (unsigned)choose(c, 9));
    if (which == 5 || which == 6) {
        text_add(out, ")");
        return;
    }
    value(c, out, s, k, depth);
    if (which == 4) text_add(out, ", %u", 1 + (unsigned)choose(c, 4));
    if ((which < 2 || which == 7) && chance(c, 60)) {
        text_add(out, ", %u", (unsigned)choose(c, 4));
        if (chance(c, 60)) {
            text_add(out, ", ");
            value(c, out, s, k, 1);
        }
    }
    text_add(out, ")");
}

static void rank_function(choice *c, text *out) {
    static const char *const names[] = {"rank", "dense_rank", "percent_rank", "cume_dist"};
    text_add(out, "%s()", names[choose(c, 4)]);
}

/// One window call. `has_named`: p (a partition) and w (p with a total order) can be named.
static void window_call(choice *c, text *out, const scope *s, int depth, int has_named) {
    int is_total = chance(c, 60), is_ranked = chance(c, 15), is_placed = is_total && chance(c, 45);
    if (is_ranked) rank_function(c, out);
    else if (is_placed) placed_function(c, out, s, depth);
    else window_aggregate(c, out, s, depth, is_total);
    if (has_named && is_total && chance(c, 40)) {
        text_add(out, " OVER w");
        return;
    }
    text_add(out, " OVER (");
    if (is_total) {
        if (has_named && chance(c, 50)) {
            text_add(out, chance(c, 50) ? "p " : "w ");
            if (out->bytes[out->length - 2] == 'p') total_order(c, out, s);
        } else {
            partition_by(c, out, s);
            total_order(c, out, s);
        }
        if (chance(c, 70)) frame(c, out, 1, KINDS);
    } else {
        kind k = chance(c, 70) ? INT : REAL;
        const char *key = pick(c, s, k, 0);
        if (has_named && chance(c, 30)) text_add(out, "p ");
        else partition_by(c, out, s);
        if (!key || chance(c, 15)) {
            text_add(out, ")");
            return;
        }
        order_key(c, out, key, 0);
        if (chance(c, 20)) {
            order_key(c, out, pick(c, s, (kind)choose(c, KINDS), 1), 1);
            k = KINDS;
        }
        if (chance(c, 80)) frame(c, out, 0, k);
    }
    text_add(out, ")");
}

static void window_select(choice *c, text *out, unsigned columns, const kind *kinds, int depth) {
    scope s = {0};
    text from = {0};
    from_clause(c, &from, &s, depth);
    int has_named = chance(c, 40);
    text_add(out, "SELECT %s", chance(c, 10) ? "DISTINCT " : "");
    for (unsigned i = 0; i < columns; i++) {
        if (i) text_add(out, ", ");
        if (i && chance(c, 25)) value(c, out, &s, kinds[i], depth);
        else window_call(c, out, &s, depth < 2 ? depth : 2, has_named);
        text_add(out, " AS c%u", i);
    }
    text_add(out, "%s", from.bytes);
    where_clause(c, out, &s, depth);
    if (has_named) {
        text_add(out, " WINDOW p AS (");
        partition_by(c, out, &s);
        text_add(out, "), w AS (p ");
        total_order(c, out, &s);
        text_add(out, ")");
    }
    text_free(&from);
}

/// Windows over groups.
static void window_over_groups(choice *c, text *out, unsigned columns, int depth) {
    scope s = {0}, groups = {0};
    text from = {0};
    from_clause(c, &from, &s, depth);
    scope_add(&groups, "x", "k", INT, 0);
    scope_add(&groups, "x", "s", TEXT, 0);
    text_add(out, "SELECT ");
    for (unsigned i = 0; i < columns; i++) {
        static const char *const calls[] = {"sum(count(*))", "min(sum(x.i))", "max(max(x.d))", "count(min(x.s))", "row_number()",
                                            "lag(count(*))", "first_value(max(x.i))", "avg(count(x.b))"};
        text_add(out, "%s%s OVER (", i ? ", " : "", calls[choose(c, 8)]);
        if (chance(c, 40)) text_add(out, "PARTITION BY x.%s ", chance(c, 50) ? "k" : "s");
        total_order(c, out, &groups);
        if (chance(c, 60)) frame(c, out, 1, KINDS);
        text_add(out, ") AS c%u", i);
    }
    text_add(out, "%s", from.bytes);
    where_clause(c, out, &s, depth);
    text_add(out, " GROUP BY x.k, x.s");
    if (chance(c, 25)) text_add(out, " HAVING count(*) > 1");
    text_free(&from);
}

static void order_clause(choice *c, text *out, unsigned columns) {
    unsigned start = (unsigned)choose(c, columns);
    for (unsigned i = 0; i < columns; i++) {
        text_add(out, "%s%u%s NULLS %s", i ? ", " : " ORDER BY ", (start + i) % columns + 1, chance(c, 50) ? " DESC" : "",
                 chance(c, 50) ? "FIRST" : "LAST");
    }
    if (!chance(c, 50)) return;
    text_add(out, " LIMIT %u", (unsigned)choose(c, 12));
    if (chance(c, 40)) text_add(out, " OFFSET %u", (unsigned)choose(c, 6));
}

/* ---- WITH: c0 to c2 ---- */

/// One query with two readers: streamed, grouped, limited in an order that decides.
static void shared_with(choice *c, text *out) {
    unsigned table = (unsigned)choose(c, ORACLE_TABLES);
    const char *hint = chance(c, 20) ? "MATERIALIZED " : chance(c, 10) ? "NOT MATERIALIZED " : "";
    switch (choose(c, 4)) {
    case 0:
        text_add(out, "WITH w AS %s(SELECT i, k, s FROM t%u WHERE i IS NOT NULL) ", hint, table);
        text_add(out, "SELECT a.i AS c0, b.s AS c1, count(*) AS c2 FROM w AS a JOIN w AS b ON a.k = b.k GROUP BY a.i, b.s");
        return;
    case 1:
        text_add(out, "WITH w AS %s(SELECT k, count(*) AS n, min(i) AS m, max(s) AS s FROM t%u GROUP BY k) ", hint, table);
        text_add(out, "SELECT a.m AS c0, b.s AS c1, a.n AS c2 FROM w AS a %sJOIN w AS b ON a.k = b.m%s",
                 chance(c, 50) ? "LEFT " : "", chance(c, 50) ? " WHERE a.n > 1" : "");
        return;
    case 2:
        text_add(out, "WITH w AS %s(SELECT DISTINCT i, s FROM t%u) ", hint, table);
        text_add(out, "SELECT i AS c0, s AS c1, 1 AS c2 FROM w WHERE i > %d UNION ALL SELECT i, s, 2 FROM w WHERE i < %d",
                 (int)choose(c, 10) - 5, (int)choose(c, 10) - 5);
        return;
    default:
        text_add(out, "WITH w AS %s(SELECT i, count(*) AS n FROM t%u GROUP BY i ORDER BY i NULLS FIRST LIMIT %u), ", hint, table,
                 1 + (unsigned)choose(c, 9));
        text_add(out, "v AS (SELECT i, n FROM w WHERE n > 1 UNION SELECT n, i FROM w) ");
        text_add(out, "SELECT a.i AS c0, b.n AS c1, (SELECT count(*) FROM w) AS c2 FROM v AS a JOIN v AS b ON a.n = b.i");
    }
}

/// A walk along i -> k of a table from some rows on, or a count; UNION, or UNION ALL for a few rounds.
static void recursive_with(choice *c, text *out) {
    unsigned table = (unsigned)choose(c, ORACLE_TABLES);
    int all = chance(c, 35), from = (int)choose(c, 8) - 4;
    unsigned rounds = all ? 1 + (unsigned)choose(c, 2) : 1 + (unsigned)choose(c, 6);
    text_add(out, "WITH RECURSIVE w(i, n) AS (SELECT i, 0 FROM t%u WHERE i BETWEEN %d AND %d UNION%s ", table, from, from + 2,
             all ? " ALL" : "");
    scope s = {0};
    scope_add_table(&s, "t");
    switch (choose(c, 3)) {
    case 0: text_add(out, "SELECT t.k, w.n + 1 FROM w JOIN t%u AS t ON t.i = w.i WHERE w.n < %u", table, rounds); break;
    case 1: text_add(out, "SELECT t.k, w.n + 1 FROM t%u AS t, w WHERE w.i = t.i AND w.n < %u", table, rounds); break;
    default:
        text_add(out, "SELECT coalesce(t.k, w.i + 1), w.n + 1 FROM w LEFT JOIN t%u AS t ON t.i = w.i WHERE w.n < %u", table,
                 rounds);
    }
    if (chance(c, 30)) {
        text_add(out, " AND ");
        predicate(c, out, &s, 1);
    }
    text_add(out, ") SELECT %si AS c0, n AS c1, %s AS c2 FROM w", chance(c, 20) ? "DISTINCT " : "",
             chance(c, 50) ? "i * 2" : "(SELECT max(n) FROM w)");
}

void generate_query(choice *c, text *out, text *for_sqlite, int *is_ordered) {
    static const char *const sets[] = {"UNION", "UNION ALL", "INTERSECT", "EXCEPT"};
    static const unsigned others[] = {1, 3, 2, 0}; // INTERSECT stays alone: SQLite's binds no tighter than the others
    unsigned columns = 1 + (unsigned)choose(c, 4);
    int depth = 1 + (int)choose(c, 3);
    kind kinds[4];
    for (unsigned i = 0; i < 4; i++) kinds[i] = (kind)choose(c, KINDS);
    if (chance(c, 10)) {
        columns = 3;
        if (chance(c, 50)) shared_with(c, out);
        else recursive_with(c, out);
    } else if (chance(c, 30)) {
        if (chance(c, 20)) window_over_groups(c, out, columns, depth);
        else window_select(c, out, columns, kinds, depth);
    } else if (chance(c, 15)) {
        unsigned op = (unsigned)choose(c, 4);
        plain_select(c, out, columns, kinds, depth);
        for (unsigned n = 1 + (unsigned)choose(c, 3); n; n--) {
            text_add(out, " %s ", sets[op]);
            if (chance(c, 40)) op = others[op];
            plain_select(c, out, columns, kinds, depth - 1);
        }
    } else if (chance(c, 45)) {
        if (chance(c, 25)) sets_select(c, out, for_sqlite, columns, depth);
        else grouped_select(c, out, columns, depth);
    } else {
        plain_select(c, out, columns, kinds, depth);
    }
    *is_ordered = chance(c, 40);
    if (!*is_ordered) return;
    text order = {0};
    order_clause(c, &order, columns);
    text_add(out, "%s", order.bytes);
    if (for_sqlite->bytes) text_add(for_sqlite, "%s", order.bytes);
    text_free(&order);
}
