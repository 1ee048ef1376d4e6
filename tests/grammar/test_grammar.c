/* test_grammar.c: what the parser makes of right statements, and the small machines around it.
 *
 * Round trips over corpus/ (parse, print, parse, print: equal), the shape of single expressions, spans, limits, failing
 * memory, statement splitting, keywords, quoting, and the search for the nearest name. Usage: test_grammar
 * CORPUS_FOLDER
 */
#include "corpus.h"

#include "base/nearest.h"
#include "grammar/grammar.h"

#include <stdlib.h>

static int failures;

#define CHECK(condition, ...)                                                                                          \
    do {                                                                                                               \
        if (!(condition)) {                                                                                            \
            failures++;                                                                                                \
            fprintf(stderr, "%s:%d: ", __FILE__, __LINE__);                                                            \
            fprintf(stderr, __VA_ARGS__);                                                                              \
            fputc('\n', stderr);                                                                                       \
        }                                                                                                              \
    } while (0)

/* ---- round trips ---- */

static void round_trip(msl_arena *arena, const char *sql, size_t length, const msl_ast_statement *statement) {
    msl_error err;
    msl_error_clear(&err);
    size_t first_length, second_length, consumed;
    char *first = msl_ast_print_statement(arena, statement, &first_length);
    CHECK(first, "no text for: %.*s", (int)length, sql);
    if (!first) return;
    msl_ast_statement *again;
    morsel_status status = msl_parse_statement(arena, first, first_length, &consumed, &again, &err);
    CHECK(status == MORSEL_OK && again, "%s\n  in the printed %s", err.message, first);
    if (status != MORSEL_OK || !again) return;
    char *second = msl_ast_print_statement(arena, again, &second_length);
    CHECK(second && strcmp(first, second) == 0, "printed twice, differs:\n  %s\n  %s", first, second ? second : "");
    CHECK(again->kind == statement->kind, "another kind: %s", first);
    CHECK(again->parameter_count == statement->parameter_count || strchr(sql, ':'), "other parameters: %s", first);
    CHECK(msl_ast_dump_statement(arena, statement, NULL), "no dump: %s", first);
}

static void test_corpus(msl_arena *arena, const char *folder) {
    static char text[CORPUS_BYTES];
    size_t statements = 0;
    for (size_t f = 0; f < CORPUS_FILES; f++) {
        size_t length = corpus_read(folder, corpus_files[f], text), consumed;
        CHECK(length, "%s is empty", corpus_files[f]);
        for (size_t at = 0; at < length; at += consumed) {
            msl_ast_statement *statement;
            msl_error err;
            msl_error_clear(&err);
            morsel_status status = msl_parse_statement(arena, text + at, length - at, &consumed, &statement, &err);
            CHECK(status == MORSEL_OK, "%s: %s (%s) in %.*s", corpus_files[f], err.message, err.hint, (int)consumed,
                  text + at);
            if (status != MORSEL_OK || !statement) continue;
            statements++;
            round_trip(arena, text + at, consumed, statement);
            msl_arena_reset(arena);
        }
    }
    CHECK(statements >= 400, "only %zu statements", statements);
}

/* ---- the shape of expressions ---- */

/// Each pair: an expression as written, and as the tree prints it.
static const char *const shapes[][2] = {
    {"a+b*c", "a + b * c"},
    {"(a+b)*c", "(a + b) * c"},
    {"a-(b-c)", "a - (b - c)"},
    {"a || b + c", "a || b + c"},
    {"(a || b) + c", "(a || b) + c"},
    {"NOT a = b AND c", "NOT a = b AND c"},
    {"NOT (a AND b)", "NOT (a AND b)"},
    {"a = b IS NULL", "a = b IS NULL"},
    {"a = (b IS NULL)", "a = (b IS NULL)"},
    {"a OR b AND c", "a OR b AND c"},
    {"(a OR b) AND c", "(a OR b) AND c"},
    {"x BETWEEN 1 AND 2 AND y", "x BETWEEN 1 AND 2 AND y"},
    {"a = b NOT LIKE c", "a = b NOT LIKE c"},
    {"-2 ^ 2", "-2 ^ 2"},
    {"-(2 ^ 2)", "-(2 ^ 2)"},
    {"- - a", "-(-a)"},
    {"-a::int", "-CAST(a AS int)"},
    {"a::int[]::text", "CAST(CAST(a AS int[]) AS text)"},
    {"f(x -> x > 1 OR y)", "f(x -> (x > 1 OR y))"},
    {"f(j -> 'k' = 'v')", "f(j -> 'k' = 'v')"},
    {"f(j -> 'a' ->> 'b')", "f(j -> 'a' ->> 'b')"},
    {"j -> k = v", "(j -> k) = v"},
    {"f((x, y) -> x + y)", "f((x, y) -> x + y)"},
    {"f(lambda x, y: x + y)", "f((x, y) -> x + y)"},
    {"a[1:2]", "a[1 : 2]"},
    {"a[b:c]", "a[b : c]"},
    {"a[:]", "a[ : ]"},
    {"(a).b", "(a).b"},
    {"a.b.c", "a.b.c"},
    {"(a.b).c", "(a.b).c"},
    {"extract(year from d)", "date_part('year', d)"},
    {"position('a' in b)", "strpos(b, 'a')"},
    {"substring(a from 2 for 3)", "substring(a, 2, 3)"},
    {"trim(leading 'x' from a)", "ltrim(a, 'x')"},
    {"a AT TIME ZONE 'UTC'", "timezone('UTC', a)"},
    {"timestamp with time zone '2020-01-01'", "TIMESTAMPTZ '2020-01-01'"},
    {"interval 3 days", "INTERVAL 3 DAY"},
    {"interval", "interval"},
    {"1_000.5", "1000.5"},
    {"E'\\x41\\u00e9'", "'A\xC3\xA9'"},
    {"$$it's$$", "'it''s'"},
    {"x'00ff'", "x'00FF'"},
    {"current_date", "current_date()"},
    {"\"current_date\"", "\"current_date\""},
    {"count(*)", "count(*)"},
    {"a IN (1)", "a IN (1)"},
    {"a IN b", "a IN b"},
    {"a IN b[1]", "a IN b[1]"},
    {"((a))", "a"},
    {"(a, b)", "(a, b)"},
    {"row(a)", "ROW(a)"},
    {"a ISNULL", "a IS NULL"},
    {"a == b", "a = b"},
    {"a != b", "a <> b"},
    {"a ** b", "a ^ b"},
    {"case when a then b end", "CASE WHEN a THEN b END"},
    {"{a: :p, 'b c': 1}", "{a: $p, \"b c\": 1}"},
    {"map {1:2, 'x':y}", "MAP {1: 2, 'x': y}"},
    {"left(a, 1)", "left(a, 1)"},
    {"t.left", "t.\"left\""},
    {"'abc'.upper()", "upper('abc')"},
    {"a.b()", "a.b()"},
};

static void test_shapes(msl_arena *arena) {
    for (size_t n = 0; n < sizeof shapes / sizeof shapes[0]; n++) {
        msl_ast_expr *e;
        msl_error err;
        msl_error_clear(&err);
        morsel_status status = msl_parse_expression(arena, shapes[n][0], strlen(shapes[n][0]), &e, &err);
        CHECK(status == MORSEL_OK, "%s: %s", shapes[n][0], err.message);
        if (status != MORSEL_OK) continue;
        const char *text = msl_ast_print_expr(arena, e, NULL);
        CHECK(text && strcmp(text, shapes[n][1]) == 0, "%s prints %s, not %s", shapes[n][0], text, shapes[n][1]);
    }
    msl_ast_expr *e;
    msl_error err;
    msl_error_clear(&err);
    const char *chain = "a AND b AND c AND d";
    CHECK(msl_parse_expression(arena, chain, strlen(chain), &e, &err) == MORSEL_OK, "%s", err.message);
    CHECK(e->kind == MSL_AST_CHAIN && e->u.chain.count == 4 && e->height == 2, "a chain is no nesting");
    CHECK(msl_parse_expression(arena, "1 2", 3, &e, &err) == MORSEL_SYNTAX, "two expressions are not one");
    msl_ast_type *type;
    msl_error_clear(&err);
    const char *typed = "struct(a decimal(10,2)[], b timestamp with time zone)";
    CHECK(msl_parse_type(arena, typed, strlen(typed), &type, &err) == MORSEL_OK, "%s", err.message);
    const char *text = msl_ast_print_type(arena, type, NULL);
    CHECK(text && strcmp(text, "STRUCT(a decimal(10, 2)[], b TIMESTAMPTZ)") == 0, "%s", text);
}

/* ---- spans and splitting ---- */

static bool span_is(const char *sql, msl_ast_span at, const char *text) {
    return at.length == strlen(text) && memcmp(sql + at.offset, text, at.length) == 0;
}

static void test_spans(msl_arena *arena) {
    const char *sql =
        "  SELECT a + b*2 AS c, (count( * ))\n FROM t AS u JOIN v USING (k) WHERE x NOT IN (1,2) ; SELECT 2";
    msl_ast_statement *s;
    msl_error err;
    msl_error_clear(&err);
    size_t consumed;
    CHECK(msl_parse_statement(arena, sql, strlen(sql), &consumed, &s, &err) == MORSEL_OK, "%s", err.message);
    const msl_ast_select *select = s->u.query->u.select;
    CHECK(strcmp(sql + consumed, " SELECT 2") == 0, "rest: %s", sql + consumed);
    CHECK(s->at.offset == 2 && sql[s->at.offset + s->at.length - 1] == ')', "statement's span");
    CHECK(span_is(sql, select->items[0].expr->at, "a + b*2"), "span of an expression");
    CHECK(span_is(sql, select->items[0].at, "a + b*2 AS c"), "span of an item");
    CHECK(span_is(sql, select->items[1].expr->at, "(count( * ))"), "span of parentheses");
    CHECK(span_is(sql, select->from[0]->at, "t AS u JOIN v USING (k)"), "span of a join");
    CHECK(span_is(sql, select->from[0]->u.join.left->at, "t AS u"), "span of a table");
    CHECK(span_is(sql, select->where->at, "x NOT IN (1,2)"), "span of a condition");
    CHECK(span_is(sql, select->items[0].expr->u.chain.items[1]->at, "b*2"), "span of an operand");

    // After an error the next statement is found behind the semicolon that is in no string and no comment.
    const char *script = ";; -- nothing ;\n SELEC ';' /* ; */ 1; SELECT 2";
    msl_error_clear(&err);
    CHECK(msl_parse_statement(arena, script, strlen(script), &consumed, &s, &err) == MORSEL_SYNTAX, "an error");
    CHECK(strcmp(script + consumed, " SELECT 2") == 0, "goes on at: %s", script + consumed);
    msl_error_clear(&err);
    CHECK(msl_parse_statement(arena, " ; /* x */ -- y", 15, &consumed, &s, &err) == MORSEL_OK && !s && consumed == 15,
          "nothing");
}

static void test_state(void) {
    static const struct {
        const char *sql;
        msl_sql_state state;
    } cases[] = {
        {"", MSL_SQL_EMPTY},
        {" -- x\n/* y */", MSL_SQL_EMPTY},
        {"SELECT 1;", MSL_SQL_COMPLETE},
        {"SELECT 1; -- done", MSL_SQL_COMPLETE},
        {"SELECT 1", MSL_SQL_OPEN},
        {"SELECT ';'", MSL_SQL_OPEN},
        {"SELECT 'a;", MSL_SQL_IN_STRING},
        {"SELECT 'it''s", MSL_SQL_IN_STRING},
        {"SELECT $x$ ; $", MSL_SQL_IN_STRING},
        {"SELECT E'\\';", MSL_SQL_IN_STRING},
        {"SELECT \"a;", MSL_SQL_IN_NAME},
        {"SELECT /* ;", MSL_SQL_IN_COMMENT},
        {"SELECT /* /* */ ;", MSL_SQL_IN_COMMENT},
        {"SELECT $x$ ; $x$;", MSL_SQL_COMPLETE},
        {";", MSL_SQL_EMPTY},
        {"SELECT # ;", MSL_SQL_COMPLETE},
        {"a; b", MSL_SQL_OPEN},
    };
    for (size_t n = 0; n < sizeof cases / sizeof cases[0]; n++)
        CHECK(msl_sql_state_of(cases[n].sql, strlen(cases[n].sql)) == cases[n].state, "state of: %s", cases[n].sql);
    CHECK(msl_sql_is_complete("SELECT 1;", 9) && !msl_sql_is_complete("SELECT 1", 8), "complete");
}

/* ---- limits ---- */

/// `count` times `piece` behind `head`, then `middle`, then `count` times `closing`.
static char *repeat(const char *head, const char *piece, size_t count, const char *middle, const char *closing) {
    size_t piece_length = strlen(piece), closing_length = strlen(closing);
    char *text = malloc(strlen(head) + strlen(middle) + count * (piece_length + closing_length) + 1), *to = text;
    if (!text) exit(1);
    to += sprintf(to, "%s", head);
    for (size_t n = 0; n < count; n++, to += piece_length) memcpy(to, piece, piece_length);
    to += sprintf(to, "%s", middle);
    for (size_t n = 0; n < count; n++, to += closing_length) memcpy(to, closing, closing_length);
    *to = 0;
    return text;
}

static void test_limits(msl_arena *arena) {
    static const struct {
        const char *head, *piece;
        size_t count;
        const char *middle, *closing;
        bool fits;
    } cases[] = {
        {"SELECT ", "(", 1000, "1", ")", true},
        {"SELECT ", "(", 1001, "1", ")", false},
        {"SELECT ", "(", 100000, "1", ")", false},
        {"SELECT ", "(", 100000, "", "", false},
        {"SELECT ", "[", 100000, "", "", false},
        {"SELECT ", "f(", 100000, "", "", false},
        {"SELECT ", "NOT ", 900, "a", "", true},
        {"SELECT ", "NOT ", 100000, "a", "", false},
        {"SELECT ", "- ", 100000, "a", "", false},
        {"SELECT a", "::INT", 100000, "", "", false},
        {"SELECT a", "[1]", 5000, "", "", false},
        {"SELECT ", "CASE WHEN a THEN ", 100000, "b", " END", false},
        {"SELECT ", "CASE WHEN a THEN ", 900, "b", " END", true},
        {"SELECT ", "(SELECT ", 400, "1", ")", true},
        {"SELECT ", "(SELECT ", 5000, "1", ")", false},
        {"SELECT * FROM ", "(SELECT * FROM ", 5000, "t", ")", false},
        {"SELECT a::INT", "[]", 5000, "", "", false},
        {"SELECT 1", " UNION SELECT 1 EXCEPT SELECT 2", 5000, "", "", false},
        {"SELECT 1", " UNION ALL SELECT 1", 20000, "", "", true},
        {"SELECT 1", " + 1", 100000, "", "", true},
        {"SELECT 1", " || 'a'", 100000, "", "", true},
        {"SELECT a", " AND b", 100000, "", "", true},
        {"SELECT a", " OR b AND c", 100000, "", "", true},
        {"SELECT a IN (1", ", 1", 100000, ")", "", true},
        {"VALUES (1)", ", (1)", 100000, "", "", true},
        {"SELECT CASE ", "WHEN a THEN b ", 50000, "END", "", true},
        {"SELECT ", "/*", 50000, "", "*/", false},
        {"SELECT ", "/*", 50000, "", "*/ ", false},
    };
    for (size_t n = 0; n < sizeof cases / sizeof cases[0]; n++) {
        char *sql = repeat(cases[n].head, cases[n].piece, cases[n].count, cases[n].middle, cases[n].closing);
        msl_ast_statement *s;
        msl_error err;
        msl_error_clear(&err);
        size_t consumed;
        morsel_status status = msl_parse_statement(arena, sql, strlen(sql), &consumed, &s, &err);
        CHECK((status == MORSEL_OK) == cases[n].fits, "%s %s x %zu: %s", cases[n].head, cases[n].piece, cases[n].count,
              err.message);
        bool is_depth = strstr(cases[n].piece, "/*") == NULL;
        if (!cases[n].fits && is_depth)
            CHECK(strcmp(err.sqlstate, "54001") == 0, "%s: %s", cases[n].piece, err.message);
        if (status == MORSEL_OK && s) CHECK(msl_ast_print_statement(arena, s, NULL), "prints: %s", cases[n].piece);
        free(sql);
        msl_arena_reset(arena);
    }
}

/* ---- failing memory ---- */

static void test_memory(msl_memory *memory) {
    static const char *const statements[] = {
        "WITH x AS (SELECT * EXCLUDE (a) REPLACE (b + 1 AS b) FROM t JOIN u ON t.k = u.k JOIN v USING (k)) "
        "SELECT DISTINCT f(a, b := 2) FILTER (WHERE c) OVER (PARTITION BY d ORDER BY e ROWS 1 PRECEDING), CASE WHEN a "
        "THEN 1 END, "
        "x -> 'k', COLUMNS('a'), {a: [1, 2]} FROM read_csv('x', sep = ',') AS r(a INT) WHERE a IN (SELECT 1) GROUP BY "
        "ROLLUP (a) LIMIT 5",
        "INSERT INTO t (a, b) VALUES (1, 'x'), (2, E'\\n') ON CONFLICT (a) DO UPDATE SET b = 1 RETURNING *",
        "CREATE TABLE t (a INT PRIMARY KEY, b DECIMAL(10, 2) DEFAULT 1, CHECK (a > b))",
        "ALTER TABLE t ADD COLUMN c STRUCT(a INT)",
        "CREATE TYPE e AS ENUM('a', 'b')",
        "COPY (SELECT 1) TO 'x' (FORMAT csv, HEADER)",
    };
    for (size_t n = 0; n < sizeof statements / sizeof statements[0]; n++) {
        // Small blocks and a shifting start move the failure to every kind of node.
        for (size_t filled = 0; filled < 512; filled += 16) {
            morsel_status status = MORSEL_NOMEM;
            for (uint64_t nth = 1; status != MORSEL_OK && nth < 64; nth++) {
                msl_arena arena;
                msl_arena_init(&arena, memory);
                arena.block_bytes = 512;
                (void)msl_arena_bytes(&arena, filled);
                msl_ast_statement *s;
                msl_error err;
                msl_error_clear(&err);
                size_t consumed;
                msl_memory_fail_at(memory, nth, filled % 32 == 0);
                status = msl_parse_statement(&arena, statements[n], strlen(statements[n]), &consumed, &s, &err);
                msl_memory_fail_at(memory, 0, false);
                CHECK(status == MORSEL_OK ? s != NULL : status == MORSEL_NOMEM && !s, "%s: %s", statements[n],
                      err.message);
                msl_arena_deinit(&arena);
            }
            CHECK(status == MORSEL_OK, "never succeeds: %s", statements[n]);
        }
    }
}

/* ---- keywords, quoting, nearest names ---- */

static void test_words(msl_arena *arena) {
    size_t count;
    const msl_keyword *all = msl_keywords(&count);
    for (size_t n = 0; n < count; n++) {
        CHECK(n == 0 || strcmp(all[n - 1].text, all[n].text) < 0, "%s is out of order", all[n].text);
        CHECK(msl_keyword_find(all[n].text, all[n].length) == &all[n], "%s is not found", all[n].text);
    }
    CHECK(msl_keyword_find("sElEcT", 6) && !msl_keyword_find("selects", 7) && !msl_keyword_find("x", 1), "find");
    static const char *const quoted[][2] = {{"a", "a"},
                                            {"Abc_1", "Abc_1"},
                                            {"1a", "\"1a\""},
                                            {"select", "\"select\""},
                                            {"year", "year"},
                                            {"a b", "\"a b\""},
                                            {"a\"b", "\"a\"\"b\""},
                                            {"", "\"\""},
                                            {"left", "\"left\""},
                                            {"caf\xC3\xA9", "\"caf\xC3\xA9\""}};
    for (size_t n = 0; n < sizeof quoted / sizeof quoted[0]; n++) {
        const char *text = msl_quote_name(arena, quoted[n][0], strlen(quoted[n][0]));
        CHECK(text && strcmp(text, quoted[n][1]) == 0, "%s is quoted as %s", quoted[n][0], text);
    }
    CHECK(strcmp(msl_quote_string(arena, "it's", 4), "'it''s'") == 0, "string quoting");
    // A name printed bare must read back as that name, whatever keyword it is.
    for (size_t n = 0; n < count; n++) {
        char sql[256];
        const char *name = msl_quote_name(arena, all[n].text, all[n].length);
        snprintf(sql, sizeof sql, "SELECT %s, t.%s AS %s FROM %s AS %s WHERE %s = 1 ORDER BY %s", name, name, name,
                 name, name, name, name);
        msl_ast_statement *s;
        msl_error err;
        msl_error_clear(&err);
        size_t consumed;
        CHECK(msl_parse_statement(arena, sql, strlen(sql), &consumed, &s, &err) == MORSEL_OK, "%s: %s", sql,
              err.message);
    }
}

static const char *nearest(const char *typed, const char *const *names) {
    msl_nearest search = msl_nearest_start(typed, strlen(typed));
    for (; *names; names++) msl_nearest_offer(&search, *names, strlen(*names));
    return msl_nearest_name(&search);
}

static void test_nearest(void) {
    CHECK(msl_edit_distance("FORM", 4, "from", 4, 3) == 1, "a swap is one edit");
    CHECK(msl_edit_distance("abc", 3, "abc", 3, 3) == 0 && msl_edit_distance("", 0, "abc", 3, 3) == 3, "ends");
    CHECK(msl_edit_distance("kitten", 6, "sitting", 7, 5) == 3 && msl_edit_distance("kitten", 6, "sitting", 7, 2) == 3,
          "limit");
    static const char *const columns[] = {"cat_1", "cat_2", "price", "quantity", "id", NULL};
    const char *found = nearest("prcie", columns);
    CHECK(found && strcmp(found, "price") == 0, "prcie");
    found = nearest("quantty", columns);
    CHECK(found && strcmp(found, "quantity") == 0, "quantty");
    CHECK(!nearest("zebra", columns) && !nearest("x", columns), "nothing is near");
}

int main(int argc, char **argv) {
    if (argc < 2) return 2;
    msl_memory *memory = msl_memory_new(0);
    msl_arena arena;
    msl_arena_init(&arena, memory);
    test_corpus(&arena, argv[1]);
    test_shapes(&arena);
    test_spans(&arena);
    test_state();
    test_limits(&arena);
    test_memory(memory);
    test_words(&arena);
    test_nearest();
    msl_arena_deinit(&arena);
    msl_memory_free(memory);
    if (failures) fprintf(stderr, "%d checks failed\n", failures);
    return failures != 0;
}
