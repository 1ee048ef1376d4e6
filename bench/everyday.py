"""What analysts ask every day, a question for each kind of work, over tables of the H2O generator: the `everyday` suite of in_memory.py.

x is the table of the group-by questions with a row number, t a series of moments: the same rows, not in the order of time.
"""
TABLES = """CREATE TABLE g AS SELECT * FROM '{}';
CREATE TABLE x AS SELECT *, row_number() OVER () AS rid FROM g;
DROP TABLE g;
CREATE TABLE t AS SELECT rid, TIMESTAMP '2024-01-01' + INTERVAL 1 SECOND * ((rid * 7919) % 10000000) AS ts, id6, v3 FROM x;
"""

QUESTIONS = {
    # windows
    "lag": "SELECT sum(d) FROM (SELECT v3 - lag(v3) OVER (PARTITION BY id4 ORDER BY rid) AS d FROM x)",
    "running sum": "SELECT max(s) FROM (SELECT sum(v1) OVER (PARTITION BY id6 ORDER BY rid) AS s FROM x)",
    "7 rows": "SELECT max(s) FROM (SELECT avg(v3) OVER (PARTITION BY id5 ORDER BY rid ROWS BETWEEN 6 PRECEDING AND CURRENT ROW) AS s FROM x)",
    "7 days": "SELECT max(s) FROM (SELECT count(*) OVER (PARTITION BY id6 % 100 ORDER BY ts RANGE BETWEEN INTERVAL 7 DAY PRECEDING "
              "AND CURRENT ROW) AS s FROM t)",
    "top 3": "SELECT count(*) FROM (SELECT rank() OVER (PARTITION BY id3 ORDER BY v3 DESC) AS r FROM x) WHERE r <= 3",
    "latest": "SELECT count(*), sum(rid) FROM (SELECT DISTINCT ON (id6) id6, rid FROM x ORDER BY id6, v3, rid)",
    "ntile": "SELECT n, count(*) FROM (SELECT ntile(100) OVER (ORDER BY v3) AS n FROM x) GROUP BY n ORDER BY n",
    "numbers": "SELECT max(r) FROM (SELECT row_number() OVER (ORDER BY v3, rid) AS r FROM x)",
    # groups
    "distinct in groups": "SELECT id4, count(DISTINCT id6) FROM x GROUP BY id4 ORDER BY id4",
    "distinct in all": "SELECT count(DISTINCT id3), count(DISTINCT id6) FROM x",
    "rollup": "SELECT id1, id2, id4, sum(v1) FROM x GROUP BY ROLLUP (id1, id2, id4) ORDER BY 1, 2, 3 LIMIT 9",
    "cube": "SELECT id1, id4, id5, count(*) FROM x GROUP BY CUBE (id1, id4, id5) ORDER BY 1, 2, 3 LIMIT 9",
    "quantile": "SELECT id4, quantile_cont(v3, 0.9) FROM x GROUP BY id4 ORDER BY id4",
    "arg_max": "SELECT count(*), sum(r) FROM (SELECT id6, arg_max(rid, v3) AS r FROM x GROUP BY id6)",
    "list": "SELECT max(len(l)) FROM (SELECT id6, list(v3) AS l FROM x GROUP BY id6)",
    "string_agg": "SELECT max(length(s)) FROM (SELECT id4, string_agg(id1, ',' ORDER BY rid) AS s FROM x GROUP BY id4)",
    "filters": "SELECT sum(v1) FILTER (WHERE id4 < 10), sum(v2) FILTER (WHERE id4 BETWEEN 10 AND 20), count(*) FILTER (WHERE v3 > 50) FROM x",
    "pivot": "SELECT count(*) FROM (PIVOT (SELECT id6, id1, v1 FROM x WHERE id6 <= 1000) ON id1 USING sum(v1) GROUP BY id6)",
    # values
    "case": "SELECT CASE WHEN v1 > 3 THEN 'hi' WHEN v2 > 7 THEN 'mid' ELSE 'lo' END AS c, count(*), avg(v3) FROM x GROUP BY c ORDER BY c",
    "like": "SELECT count(*) FROM x WHERE upper(substr(id3, 3)) LIKE '%42'",
    "regex": "SELECT count(*) FROM x WHERE regexp_matches(id3, '9[0-4]+7$')",
    "concat": "SELECT max(id1 || '-' || id2 || '-' || id4) FROM x",
    "replace": "SELECT sum(length(replace(id3, '0', 'zero'))) FROM x",
    "casts": "SELECT sum(CAST(CAST(v3 AS VARCHAR) AS DOUBLE)) FROM x",
    "math": "SELECT sum(sqrt(v3) * ln(v3 + 1) + pow(v3, 0.3)) FROM x",
    "date_trunc": "SELECT date_trunc('day', ts) AS d, count(*), sum(v3) FROM t GROUP BY d ORDER BY d",
    "extract": "SELECT extract(hour FROM ts) AS h, count(*) FROM t GROUP BY h ORDER BY h",
    "strftime": "SELECT strftime(ts, '%Y-%m') AS m, count(*) FROM t GROUP BY m ORDER BY m",
    "unnest": "SELECT sum(u) FROM (SELECT unnest([v1, v2, v1 + v2]) AS u FROM x)",
    # sets and joins
    "distinct": "SELECT count(*) FROM (SELECT DISTINCT id3, id4 FROM x)",
    "union": "SELECT count(*) FROM (SELECT id6 FROM x WHERE v1 = 1 UNION SELECT id6 FROM x WHERE v1 = 2)",
    "except": "SELECT count(*) FROM (SELECT id6, id5 FROM x WHERE v1 = 1 EXCEPT SELECT id6, id5 FROM x WHERE v1 = 2)",
    "self join": "SELECT count(*) FROM x a JOIN x b ON a.rid = b.rid + 1 WHERE a.id4 = b.id4",
    "join by text": "SELECT count(*), sum(a.v1) FROM x a JOIN (SELECT DISTINCT id3 FROM x WHERE v1 = 5) b USING (id3)",
    "in": "SELECT count(*) FROM x WHERE id6 IN (SELECT id6 FROM x WHERE v3 > 99.9)",
    "not exists": "SELECT count(*) FROM x a WHERE NOT EXISTS (SELECT 1 FROM x b WHERE b.id3 = a.id3 AND b.v3 > 99)",
    "above average": "SELECT count(*) FROM x a WHERE v3 > (SELECT avg(v3) FROM x b WHERE b.id5 = a.id5)",
    "asof": "SELECT count(*) FROM t a ASOF JOIN (SELECT id6, ts FROM t WHERE v3 < 20) b ON a.id6 = b.id6 AND a.ts >= b.ts",
    "band": "SELECT count(*) FROM (SELECT * FROM x WHERE rid <= 20000) a JOIN (SELECT * FROM x WHERE rid <= 20000) b "
            "ON a.v3 < b.v3 AND a.v3 > b.v3 - 1",
    # order
    "top 10": "SELECT * FROM x ORDER BY v3 DESC, rid LIMIT 10",
    "page of texts": "SELECT max(id3), min(id3) FROM (SELECT id3 FROM x ORDER BY id3 DESC LIMIT 1000 OFFSET 500000)",
    "new table": "CREATE OR REPLACE TABLE y AS SELECT id6, v3 * 2 AS w FROM x WHERE v1 > 2",
}
