/// test_faults.c: the N-th allocation fails, for every N that a statement makes, once and from then on. Each time the
/// statement must end with MORSEL_NOMEM (or succeed without that block), and the connection must work afterwards.
#include "api/api_int.h"

#include <stdio.h>
#include <string.h>

static int failures;

static const char *const setup =
    "CREATE TABLE t(a INTEGER, b VARCHAR, d DOUBLE);"
    "INSERT INTO t SELECT range % 50, 'a text of more than twelve bytes ' || range, range * 5e-1 FROM range(500);"
    "CREATE TABLE k(a INTEGER, b VARCHAR); CREATE INDEX k_a ON k(a); CREATE INDEX k_ba ON k(b, a);"
    "INSERT INTO k SELECT range % 300, 'a text of more than twelve bytes ' || range % 300 FROM range(1000);"
    "CREATE VIEW v AS SELECT a, count(*) AS n FROM t GROUP BY a;";

static const char *const statements[] = {
    "SELECT 1",
    "SELECT a, b FROM t WHERE a > 10 AND b LIKE '%9%'",
    "SELECT a, count(*), sum(d), min(b) FROM t GROUP BY a ORDER BY 2 DESC, 1 LIMIT 5",
    "SELECT k.b, sum(t.d), avg(t.d), min(t.b), count(*) FROM t JOIN k ON t.a = k.a GROUP BY k.b",
    "SELECT b, a FROM t ORDER BY b DESC, a",
    "SELECT x.b, y.n FROM t x JOIN v y ON x.a = y.a WHERE y.n > 3",
    "SELECT x.a FROM t x LEFT JOIN t y ON x.a < y.a AND y.a > 48",
    "SELECT [a, 1], {'x': b, 'y': [b]}, MAP {b: a}, list_sort(string_split(b, '9')), [a]::VARCHAR[] FROM t WHERE a < 20",
    "SELECT list(b ORDER BY a), histogram(b), list_transform(list(a), lambda x: x + 1), ARRAY(SELECT n FROM v) FROM t",
    "SELECT a, u.x FROM t, unnest(string_split(b, '1')) WITH ORDINALITY AS u(x, n) WHERE n > 1 ORDER BY [b, u.x]",
    "SELECT DISTINCT b FROM t UNION SELECT 'x' EXCEPT SELECT b FROM t WHERE a = 1",
    "SELECT count(DISTINCT b), string_agg(b, ',') FROM t",
    "WITH w AS (SELECT a, count(*) AS n, max(b) AS b FROM t GROUP BY a) SELECT x.b, y.n FROM w x JOIN w y ON x.a = y.n",
    "WITH RECURSIVE w(n, s) AS (SELECT 1, b FROM t WHERE a = 1 UNION ALL SELECT n + 1, s FROM w WHERE n < 40) SELECT count(*), max(s) FROM w",
    "WITH RECURSIVE w(a, b) AS (SELECT a, b FROM t WHERE a < 3 UNION SELECT t.a, t.b FROM t JOIN w ON t.a = w.a + 1 WHERE t.a < 9) SELECT * FROM w",
    "WITH RECURSIVE w(n, s) AS (SELECT a, b FROM t WHERE a < 2 UNION ALL SELECT n + 9, s FROM (SELECT n, s FROM w ORDER BY s LIMIT 20) AS q "
    "WHERE n < 40) SELECT count(*), max(s) FROM w",
    "WITH RECURSIVE w(n, s) AS (SELECT a, b FROM t WHERE a = 1 UNION SELECT n + 1, s || '.' FROM w WHERE n < 6 ORDER BY 2 DESC) SELECT * FROM w",
    "SELECT a FROM t WHERE a IN (SELECT a + 1 FROM t) AND EXISTS (SELECT 1 FROM v)",
    "SELECT a FROM t ORDER BY b LIMIT (SELECT count(*) FROM v) OFFSET (SELECT min(n) FROM v)",
    "SELECT a, (WITH RECURSIVE w(n) AS (SELECT t.a UNION SELECT n + 1 FROM w WHERE n < t.a + 3) SELECT count(*) FROM w) FROM t WHERE a < 9",
    "SELECT count(*) FROM t WHERE (nullif(a, 3), b) NOT IN (SELECT nullif(a, 5), nullif(b, 'x') FROM t WHERE a <> 7)",
    "SELECT x.a FROM t x JOIN t y ON x.a % 2 = y.a % 2 AND x.d BETWEEN y.d AND y.d + 3 WHERE x.a < 5",
    "SELECT x.a, y.a FROM t x FULL JOIN t y ON x.a = y.a AND EXISTS (SELECT 1 FROM v WHERE v.n > x.a AND v.a < y.a) WHERE x.a < 4",
    "SELECT * FROM k WHERE b IN ('a text of more than twelve bytes 7', 'a text of more than twelve bytes 8') AND a IN (7, 9)",
    "SELECT x.a, k.b FROM t x JOIN k ON k.a = x.a AND k.b = x.b WHERE x.a < 3",
    "SELECT count(k.b) FROM (VALUES (3), (NULL), (900)) x(a) LEFT JOIN k ON k.a = x.a",
    "INSERT INTO k SELECT a, b FROM t WHERE a < 5",
    "DELETE FROM k WHERE a % 3 > 0 OR b = 'x' AND a = 3",
    "REINDEX k",
    "CREATE OR REPLACE TABLE u AS SELECT * FROM t",
    "INSERT INTO t SELECT * FROM t WHERE a = 3",
    "EXPLAIN SELECT a, count(*) FROM t GROUP BY a",
    "SELECT a, grouping(a), count(DISTINCT b), sum(d) FROM t GROUP BY ROLLUP (a)",
    "SELECT a, b, sum(d) FROM t WHERE a < 5 GROUP BY CUBE (a, b)",
    "PIVOT (SELECT a % 12 AS a, b, d FROM t) ON a USING max(b), sum(d) AS s GROUP BY d > 3",
    "UNPIVOT INCLUDE NULLS t ON a::VARCHAR, b AS x INTO NAME n VALUE v",
    "SELECT b COLLATE nocase, max(b COLLATE nocase), count(DISTINCT b COLLATE rtrim) FROM t GROUP BY b COLLATE nocase ORDER BY 1 COLLATE nocase",
    "SELECT DISTINCT b COLLATE nocase FROM t INTERSECT SELECT upper(b) FROM t",
    "CREATE OR REPLACE TABLE w (b VARCHAR COLLATE nocase PRIMARY KEY)",
    "CREATE OR REPLACE MACRO plus(x, y := 1) AS x + y",
    "CREATE OR REPLACE MACRO top(n) AS TABLE SELECT a, b FROM t ORDER BY a LIMIT n",
    "MERGE INTO t USING (SELECT a + 2 AS a, max(b) AS b FROM t WHERE a < 5 GROUP BY a) s ON t.a = s.a WHEN MATCHED THEN UPDATE SET b = s.b WHEN NOT MATCHED BY SOURCE AND t.a = 1 "
    "THEN DELETE RETURNING merge_action(), t.b",
    "SELECT a, mad(d), entropy(b), skewness(d), first(b IGNORE NULLS ORDER BY d DESC) FROM t GROUP BY a",
    "SELECT a, median(d), mode(a), mad(d), quantile_cont(d, [0.1, 0.9]), max(b) FROM t GROUP BY a",
    "SELECT median(d), mode(d), corr(a, d) FROM t",
    "SELECT * FROM t WHERE b LIKE 'a%of%9%' ORDER BY a DESC LIMIT 3",
    "SELECT median(d) OVER w, mode(a) OVER w, sum(DISTINCT d) OVER w, string_agg(b, ',') OVER w, string_agg(b, ',' ORDER BY d) OVER w "
    "FROM t WINDOW w AS (PARTITION BY a ORDER BY d ROWS 3 PRECEDING EXCLUDE CURRENT ROW)",
    "SELECT upper(b) || '!', CASE WHEN a > 5 THEN b ELSE 'small' END, CAST(a AS VARCHAR) FROM t",
};

static void report(const char *sql, uint64_t n, const char *what) {
    fprintf(stderr, "allocation %llu of: %s\n  %s\n", (unsigned long long)n, sql, what);
    failures++;
}

/// Runs a statement and reads all its rows.
static morsel_status run(morsel_connection *con, const char *sql) {
    morsel_error *err = NULL;
    morsel_status status = morsel_exec(con, sql, -1, NULL, &err);
    morsel_error_free(&err);
    return status;
}

/// One sweep over the allocations of a statement; `step` skips some where there are many.
static void sweep(const char *sql, bool sticky, const char *threads) {
    morsel_database *db = NULL;
    morsel_connection *con = NULL;
    morsel_option option = {"threads", threads};
    if (morsel_open(NULL, &option, 1, &db, NULL) || morsel_connect(db, &con, NULL) || run(con, setup)) {
        report(sql, 0, "the setup failed");
        return;
    }
    uint64_t before = msl_memory_allocations(db->memory);
    if (run(con, sql) != MORSEL_OK) report(sql, 0, "fails without any fault");
    uint64_t total = msl_memory_allocations(db->memory) - before;
    uint64_t step = total / 120 + 1;
    for (uint64_t n = 1; n <= total + 5; n += step) {
        msl_memory_fail_at(db->memory, n, sticky);
        morsel_status status = run(con, sql);
        msl_memory_fail_at(db->memory, 0, false);
        if (status != MORSEL_OK && status != MORSEL_NOMEM) {
            char what[64];
            snprintf(what, sizeof what, "ended with status %d", status);
            report(sql, n, what);
        }
        if (run(con, "SELECT 1") != MORSEL_OK) report(sql, n, "the connection is broken afterwards");
        if (failures > 20) break;
    }
    morsel_disconnect(&con);
    morsel_close(&db); // the memory manager asserts that everything was given back
}

int main(void) {
    for (size_t i = 0; i < sizeof statements / sizeof statements[0]; i++) {
        sweep(statements[i], false, "1");
        sweep(statements[i], true, "1");
        sweep(statements[i], false, "3");
    }
    printf("%d failed\n", failures);
    return failures != 0;
}
