/* test_grammar_errors.c: wrong statements with the code, the place, the message and the hint that they must give.
 *
 * `offset` and `at` are what the caret line underlines. A NULL hint means that none may be given.
 */
#include "grammar/grammar.h"

#include <stdio.h>
#include <string.h>

typedef struct wrong {
    const char *sql, *sqlstate;
    int64_t offset;
    const char *at, *message, *hint;
} wrong;

#define NEAR(text) "syntax error at or near \"" text "\""
#define END        "syntax error at end of input"

static const wrong table[] = {
    /* mistyped keywords */
    {"SELCT 1", "42601", 0, "SELCT", NEAR("SELCT"), "did you mean SELECT?"},
    {"SELECT * FORM t", "42601", 9, "FORM", NEAR("FORM"), "did you mean FROM?"},
    {"SELECT a FORM t", "42601", 14, "t", NEAR("t"), "did you mean FROM instead of \"FORM\"?"},
    {"SELECT a FROM t WHER a = 1", "42601", 21, "a", NEAR("a"), "did you mean WHERE instead of \"WHER\"?"},
    {"SELECT a FROM t GRUOP BY a", "42601", 22, "BY", NEAR("BY"), "did you mean GROUP instead of \"GRUOP\"?"},
    {"SELECT a FROM t ORDER YB a", "42601", 22, "YB", NEAR("YB"), "did you mean BY?"},
    {"SELECT a FROM t LIMT 5", "42601", 21, "5", NEAR("5"), "did you mean LIMIT instead of \"LIMT\"?"},
    {"SELECT a FROM t LEFT JION u", "42601", 21, "JION", NEAR("JION"), "did you mean JOIN?"},
    {"CREATE TABL t (a INT)", "42601", 7, "TABL", NEAR("TABL"), "did you mean TABLE?"},
    {"INSRET INTO t VALUES (1)", "42601", 0, "INSRET", NEAR("INSRET"), "did you mean INSERT?"},
    {"EXPLIAN SELECT 1", "42601", 0, "EXPLIAN", NEAR("EXPLIAN"), "did you mean EXPLAIN?"},
    /* something is missing */
    {"SELECT", "42601", 6, "", END, "expected an expression"},
    {"SELECT 1 +", "42601", 10, "", END, "expected an expression"},
    {"SELECT FROM t", "42601", 7, "FROM", NEAR("FROM"), "expected an expression"},
    {"SELECT 1 FROM t WHERE", "42601", 21, "", END, "expected an expression"},
    {"SELECT 1 FROM;", "42601", 13, ";", NEAR(";"), "expected a name, a string, \"(\" or LATERAL"},
    {"SELECT a FROM t GROUP a", "42601", 22, "a", NEAR("a"), "expected BY"},
    {"SELECT a FROM t ORDER a", "42601", 22, "a", NEAR("a"), "expected BY"},
    {"SELECT CASE WHEN 1 THEN 2", "42601", 25, "", END, "expected ELSE, END or WHEN"},
    {"SELECT CASE 1 END", "42601", 14, "END", NEAR("END"), "expected WHEN"},
    {"SELECT CAST(1 INT)", "42601", 14, "INT", NEAR("INT"), "expected AS"},
    {"SELECT a BETWEEN 1", "42601", 18, "", END, "expected AND"},
    {"SELECT a IS 5", "42601", 12, "5", NEAR("5"), "expected DISTINCT, FALSE, NOT, NULL, TRUE or UNKNOWN"},
    {"SELECT INTERVAL 3", "42601", 17, "", END, "expected a unit such as DAY"},
    {"SELECT EXTRACT(year d)", "42601", 20, "d", NEAR("d"), "expected FROM"},
    {"SELECT sum(a) OVER (ORDER BY a ROWS BETWEEN 1 AND 2)", "42601", 51, ")", NEAR(")"),
     "expected FOLLOWING or PRECEDING"},
    {"WITH x AS SELECT 1 SELECT 2", "42601", 10, "SELECT", NEAR("SELECT"), "expected \"(\", MATERIALIZED or NOT"},
    {"SELECT 1 UNION", "42601", 14, "", END, "expected a query"},
    {"INSERT t VALUES (1)", "42601", 7, "t", NEAR("t"), "expected INTO or OR"},
    {"INSERT INTO t VALUES 1", "42601", 21, "1", NEAR("1"), "expected \"(\""},
    {"UPDATE t a = 1", "42601", 11, "=", NEAR("="), "expected SET"},
    {"DELETE t", "42601", 7, "t", NEAR("t"), "expected FROM"},
    {"CREATE TABLE t", "42601", 14, "", END, "expected \"(\" or AS"},
    {"COPY t 'x'", "42601", 7, "'x'", NEAR("'x'"), "expected \"(\", FROM or TO"},
    {"SET x", "42601", 5, "", END, "expected \"=\" or TO"},
    {"EXPLAIN", "42601", 7, "", END, "expected a query"},
    {"SELECT * EXCLUDE FROM t", "42601", 17, "FROM", NEAR("FROM"), "expected a name or \"(\""},
    /* brackets */
    {"SELECT (1", "42601", 9, "", END, "an opening bracket is never closed"},
    {"SELECT f([1, 2", "42601", 14, "", END, "opening brackets are never closed"},
    {"SELECT 1)", "42601", 8, ")", NEAR(")"), "no bracket is open that this one could close"},
    {"SELECT a b c FROM t", "42601", 11, "c", NEAR("c"), NULL},
    {"CREATE TABLE t (a INT,, b INT)", "42601", 22, ",", NEAR(","), NULL},
    /* tokens */
    {"SELECT 'abc", "42601", 7, "'", "unterminated string: the quote that opens here is never closed",
     "a quote inside a string is written twice: 'it''s'"},
    {"SELECT E'a\\'", "42601", 7, "E'", "unterminated string: the quote that opens here is never closed",
     "a quote inside a string is written twice: 'it''s'"},
    {"SELECT $x$abc$", "42601", 7, "$x$", "unterminated string: the quote that opens here is never closed",
     "close it with $x$"},
    {"SELECT \"abc", "42601", 7, "\"",
     "unterminated quoted identifier: the double quote that opens here is never closed", NULL},
    {"SELECT /* /* */ 1", "42601", 7, "/*", "unterminated comment: the /* that opens here is never closed",
     "comments nest: each /* needs its own */"},
    {"SELECT \"\"", "42601", 7, "\"\"", "empty quoted identifier \"\"", "an empty string is written ''"},
    {"SELECT 123abc", "42601", 7, "123abc", "malformed number \"123abc\"", NULL},
    {"SELECT 1__0", "42601", 7, "1__0", "malformed number \"1__0\"", NULL},
    {"SELECT 0x", "42601", 7, "0x", "malformed number \"0x\"", NULL},
    {"SELECT 1e+", "42601", 7, "1e+", "malformed number \"1e+\"", NULL},
    {"SELECT x'0G'", "42601", 7, "x'0G'", "malformed blob literal: it takes pairs of hexadecimal digits, as in x'0AFF'",
     NULL},
    {"SELECT x'123'", "42601", 7, "x'123'",
     "malformed blob literal: it takes pairs of hexadecimal digits, as in x'0AFF'", NULL},
    {"SELECT `a`", "42601", 7, "`", "unexpected character \"`\"", "names are quoted with double quotes: \"my column\""},
    {"SELECT a ! b", "42601", 9, "!", "unexpected character \"!\"", NULL},
    {"SELECT \xE2\x80\x9C"
     "a\xE2\x80\x9D",
     "42601", 7, "\xE2\x80\x9C", "unexpected typographic quote \xE2\x80\x9C",
     "strings take straight single quotes '...', names straight double quotes \"...\""},
    {"SELECT '\xFF'", "22021", 8, "\xFF", "invalid UTF-8 in the SQL text: byte 0xFF at offset 8", NULL},
    {"SELECT a\x80", "22021", 8, "\x80", "invalid UTF-8 in the SQL text: byte 0x80 at offset 8", NULL},
    {"SELECT \"\xED\xA0\x80\"", "22021", 8, "\xED", "invalid UTF-8 in the SQL text: byte 0xED at offset 8", NULL},
    {"SELECT 1 -- \xC3", "22021", 12, "\xC3", "invalid UTF-8 in the SQL text: byte 0xC3 at offset 12", NULL},
    {"SELECT E'\\uD800'", "42601", 9, "\\u", "malformed escape in an E'' string", NULL},
    {"SELECT E'\\xFF'", "42601", 7, "E'\\xFF'", "the escapes of this string do not form valid UTF-8 without NUL", NULL},
    {"SELECT $0", "42P02", 7, "$0", "parameter numbers go from 1 to 65535", NULL},
    {"SELECT ?70000", "42P02", 7, "?70000", "parameter numbers go from 1 to 65535", NULL},
    /* rules beyond the syntax */
    {"VALUES (1, 2), (3)", "42601", 16, "3", "VALUES rows have different lengths: row 2 has 1 values, the first row 2",
     NULL},
    {"SELECT * FROM a LEFT JOIN b", "42601", 26, "b", "this join needs ON or USING", NULL},
    {"SELECT * FROM a ASOF JOIN b", "42601", 26, "b", "this join needs ON or USING", NULL},
    {"SELECT * FROM a ON x = y", "42601", 19, "x = y", "ON without a join that takes a condition", NULL},
    {"SELECT * FROM a CROSS JOIN b USING (x)", "42601", 36, "x", "USING without a join that takes a condition", NULL},
    {"SELECT * FROM t AS u(a INT, b)", "42601", 14, "t AS u(a INT, b)",
     "either every column of a table alias has a type or none has", NULL},
    {"COPY t TO x", "42601", 10, "x", "COPY needs a file name in single quotes, STDIN or STDOUT", NULL},
    {"SELECT a LIMIT 1, 2 OFFSET 3", "42601", 27, "3", "OFFSET is given twice", NULL},
    {"SELECT a FETCH FIRST 3 ROWS WITH TIES", "42601", 0, "SELECT a FETCH FIRST 3 ROWS WITH TIES",
     "WITH TIES needs ORDER BY", NULL},
    {"SHOW COLUMNS", "42601", 5, "COLUMNS", "SHOW COLUMNS needs FROM and a table", NULL},
    {"SELECT a::INT[0]", "42601", 14, "0", "an array type's size must be between 1 and 100000", NULL},
    {"SELECT a GLOB 'x' ESCAPE '!'", "42601", 25, "'!'", "GLOB takes no ESCAPE", NULL},
    /* known, and not taken */
    {"GRANT SELECT ON t TO x", "0A000", 0, "GRANT", "not supported yet: the statement GRANT", NULL},
    {"MERGE INTO t USING u ON a = b", "42601", 29, "", "syntax error at end of input", "expected a string, \"(\" or WHEN"},
    {"SELECT * FROM t MATCH_RECOGNIZE (a)", "0A000", 16, "MATCH_RECOGNIZE", "not supported yet: MATCH_RECOGNIZE", NULL},
    {"PIVOT t ON a IN 1", "42601", 16, "1", "syntax error at or near \"1\"", "expected \"(\""},
    {"SELECT * FROM t PIVOT (sum(a))", "42601", 29, ")", "syntax error at or near \")\"", NULL},
    {"UNPIVOT t INTO NAME n VALUE v", "42601", 10, "INTO", "syntax error at or near \"INTO\"",
     "expected a name, \"(\", \":\", AS, ON or TABLESAMPLE"},
    {"BEGIN ISOLATION LEVEL snapshot", "0A000", 22, "snapshot",
     "not supported yet: isolation levels other than SERIALIZABLE (which every transaction has)", NULL},
};

static int check(msl_arena *arena, const wrong *w, size_t length) {
    msl_ast_statement *s;
    msl_error err;
    msl_error_clear(&err);
    size_t consumed;
    morsel_status status = msl_parse_statement(arena, w->sql, length, &consumed, &s, &err);
    size_t at_length = strlen(w->at);
    int bad = status == MORSEL_OK || s || strcmp(err.sqlstate, w->sqlstate) != 0 || err.sql_offset != w->offset ||
              err.sql_length != at_length || memcmp(w->sql + w->offset, w->at, at_length) != 0 ||
              strcmp(err.message, w->message) != 0 || strcmp(err.hint, w->hint ? w->hint : "") != 0;
    if (bad)
        fprintf(stderr, "%s\n  got  %s %lld+%u %s [%s]\n  want %s %lld+%zu %s [%s]\n", w->sql, err.sqlstate,
                (long long)err.sql_offset, err.sql_length, err.message, err.hint, w->sqlstate, (long long)w->offset,
                at_length, w->message, w->hint ? w->hint : "");
    return bad;
}

int main(void) {
    msl_memory *memory = msl_memory_new(0);
    msl_arena arena;
    msl_arena_init(&arena, memory);
    int failures = 0;
    for (size_t n = 0; n < sizeof table / sizeof table[0]; n++)
        failures += check(&arena, &table[n], strlen(table[n].sql));
    msl_ast_statement *s;
    msl_error err;
    msl_error_clear(&err);
    size_t consumed;
    if (msl_parse_statement(&arena, "SELECT 'a\0b'", 12, &consumed, &s, &err) != MORSEL_SYNTAX || err.sql_offset != 9 ||
        strcmp(err.message, "NUL byte in the SQL text") != 0) {
        fprintf(stderr, "NUL: %s at %lld\n", err.message, (long long)err.sql_offset);
        failures++;
    }
    msl_arena_deinit(&arena);
    msl_memory_free(memory);
    if (failures) fprintf(stderr, "%d wrong statements with another answer\n", failures);
    return failures != 0;
}
