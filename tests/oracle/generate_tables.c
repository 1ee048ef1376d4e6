/// generate_tables.c: the rows that all queries run over.
///
/// Every table has the columns i (small integers), b (integers up to the limits), d (doubles, multiples of 1/1024), s (text)
/// and k (a key with duplicates), so that any column can stand beside any other table's. One table is empty.
#include "generate_int.h"

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

void add_literal(choice *c, text *out, kind k) {
    if (k == INT) text_add(out, "%d", (int)choose(c, 21) - 10);
    else if (k == REAL) add_double(c, out);
    else text_add(out, "'%s'", words[choose(c, WORDS)]);
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
