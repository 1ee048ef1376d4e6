/// generate_tables.c: the rows that all queries run over.
///
/// Every table has the columns
///
///     i  small integers          b  integers up to the limits     d  doubles, multiples of 1/1024
///     s  text                    k  a key with duplicates
///
/// and in Morsel m (DECIMAL), a (DATE), h (INTERVAL of days, since equal intervals may be written in several ways), l
/// (a list), r (a struct), o (BOOLEAN) and n, a primary key in the tables 1 and 3, so that any column can stand beside
/// any other table's. One table is empty. Every column but k has NULLs, also inside lists and structs, and every one
/// has duplicates.
#include "generate_int.h"

static const char *const words[] = {"",
                                    "a",
                                    "b",
                                    "ab",
                                    "abc",
                                    "Abc",
                                    "zebra",
                                    "naïve",
                                    "日本語",
                                    "x y",
                                    "it''s",
                                    "twelve char",
                                    "thirteen char",
                                    "a somewhat longer text that lies outside",
                                    "a somewhat longer text that lies elsewhere",
                                    "100%",
                                    "under_score",
                                    "ÅÄÖ",
                                    "0",
                                    "-1"};
#define WORDS (sizeof words / sizeof words[0])

static void add_double(choice *c, text *out) {
    int64_t n = (int64_t)choose(c, 20480) - 10240;
    if (chance(c, 10))
        text_add(out, "-0e0");
    else if (chance(c, 20))
        text_add(out, "%lld.0e0", (long long)(n / 1024));
    else
        text_add(out, "%.10fe0", (double)n / 1024);
}

static void add_big(choice *c, text *out) {
    static const char *const limits[] = {"9223372036854775807",
                                         "(-9223372036854775807-1)",
                                         "-9223372036854775807",
                                         "2147483647",
                                         "2147483648",
                                         "-2147483648",
                                         "4294967296",
                                         "0",
                                         "1",
                                         "-1"};
    if (chance(c, 40))
        text_add(out, "%s", limits[choose(c, sizeof limits / sizeof limits[0])]);
    else
        text_add(out, "%lld", (long long)choose(c, 2000) - 1000);
}

/// A list with a cast, so that also an empty one has a type.
static void add_list(choice *c, text *out) {
    text_add(out, "CAST([");
    for (unsigned n = (unsigned)choose(c, 4), i = 0; i < n; i++) {
        text_add(out, i ? ", " : "");
        if (chance(c, 15))
            text_add(out, "NULL");
        else
            text_add(out, "%d", (int)choose(c, 9) - 4);
    }
    text_add(out, "] AS INTEGER[])");
}

void add_literal(choice *c, text *out, kind k) {
    switch (k) {
    case INT: text_add(out, "%d", (int)choose(c, 21) - 10); break;
    case REAL: add_double(c, out); break;
    case TEXT: text_add(out, "'%s'", words[choose(c, WORDS)]); break;
    case DECIMAL: text_add(out, "%d.%02u", (int)choose(c, 21) - 10, (unsigned)choose(c, 4) * 25); break;
    case DAY: text_add(out, "DATE '2024-0%u-%02u'", 1 + (unsigned)choose(c, 3), 1 + (unsigned)choose(c, 29)); break;
    case SPAN: text_add(out, "INTERVAL '%d days'", (int)choose(c, 41) - 10); break;
    case LIST: add_list(c, out); break;
    case STRUCT:
        text_add(out, "{'x': ");
        if (chance(c, 15))
            text_add(out, "NULL");
        else
            text_add(out, "%d", (int)choose(c, 5));
        text_add(out, ", 'y': '%s'}", words[choose(c, 7)]);
        break;
    case BOOL: text_add(out, chance(c, 50) ? "true" : "false"); break;
    case KINDS: break;
    }
}

/// The values of Morsel's own columns.
static void add_own_columns(choice *c, text *out, unsigned row, int has_key) {
    for (kind k = SHARED_KINDS; k < KINDS; k++) {
        text_add(out, ", ");
        if (chance(c, 12))
            text_add(out, "NULL");
        else
            add_literal(c, out, k);
    }
    text_add(out, ", %u", has_key ? row : row / 2);
}

void generate_tables(choice *c, text *out, text *for_sqlite) {
    static const unsigned sizes[ORACLE_TABLES] = {0, 7, 40, 150};
    for (unsigned t = 0; t < ORACLE_TABLES; t++) {
        int has_key = t & 1;
        text_add(for_sqlite, "CREATE TABLE t%u(i INTEGER, b BIGINT, d DOUBLE, s VARCHAR, k INTEGER);\n", t);
        text_add(out,
                 "CREATE TABLE t%u(i INTEGER, b BIGINT, d DOUBLE, s VARCHAR, k INTEGER, m DECIMAL(9, 2), a DATE, h "
                 "INTERVAL, "
                 "l INTEGER[], r STRUCT(x INTEGER, y VARCHAR), o BOOLEAN, n INTEGER%s);\n",
                 t, has_key ? " PRIMARY KEY" : "");
        unsigned rows = sizes[t] ? sizes[t] + (unsigned)choose(c, 5) : 0;
        for (unsigned r = 0; r < rows; r++) {
            text row = {0};
            if (chance(c, 12))
                text_add(&row, "NULL");
            else
                text_add(&row, "%d", (int)choose(c, 21) - 10);
            text_add(&row, ", ");
            if (chance(c, 12))
                text_add(&row, "NULL");
            else
                add_big(c, &row);
            text_add(&row, ", ");
            if (chance(c, 12))
                text_add(&row, "NULL");
            else
                add_double(c, &row);
            if (chance(c, 12))
                text_add(&row, ", NULL");
            else
                text_add(&row, ", '%s'", words[choose(c, WORDS)]);
            text_add(&row, ", %d", (int)choose(c, rows / 3 + 2));
            text_add(for_sqlite, "INSERT INTO t%u VALUES (%s);\n", t, row.bytes);
            add_own_columns(c, &row, r, has_key);
            text_add(out, "INSERT INTO t%u VALUES (%s);\n", t, row.bytes);
            text_free(&row);
        }
    }
    text_add(out, "CREATE INDEX i2 ON t2(k);\nCREATE INDEX i3 ON t3(s);\n");
}

unsigned any_table(choice *c, unsigned tables) {
    if (!chance(c, 8)) return 1 + (unsigned)choose(c, tables - 1);
    reach(c, CLAUSE_EMPTY_TABLE);
    return 0;
}
