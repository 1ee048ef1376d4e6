#!/usr/bin/env python3
"""Times questions over tables in memory in Morsel beside DuckDB: one process each, alternating pairs.

    in_memory.py SUITE... [--rows 10000000] [--n 3] [--threads 2] [--duckdb PROGRAM] [--morsel PROGRAM] [--data FOLDER]

Suites: group and join, the questions of H2O.ai's benchmark of data frames, each into a new table; everyday, one question for
each kind of work (everyday.py) over --everyday rows; load, a text file into a table; sort, that table by (pid, r_date, rid) into
another one. A figure is CPU time (user + system) of the process while it
answers, the median over the pairs; the ratio is the median of the pairs' ratios. What the tables hold afterwards is compared.
"""
import argparse
import os
import shutil
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
import everyday  # noqa: E402
from session import Report, Session, measure  # noqa: E402

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
JOINED = "CREATE TABLE ans AS SELECT x.*, {columns}, v2 FROM x {how} {table} USING ({key})"

# name: (question, what is compared of its answer)
GROUP = {
    "q1": ("SELECT id1, sum(v1) AS v1 FROM x GROUP BY id1", "count(*), sum(v1)"),
    "q2": ("SELECT id1, id2, sum(v1) AS v1 FROM x GROUP BY id1, id2", "count(*), sum(v1)"),
    "q3": ("SELECT id3, sum(v1) AS v1, avg(v3) AS v3 FROM x GROUP BY id3", "count(*), sum(v1), sum(v3)"),
    "q4": ("SELECT id4, avg(v1) AS v1, avg(v2) AS v2, avg(v3) AS v3 FROM x GROUP BY id4", "count(*), sum(v1), sum(v2), sum(v3)"),
    "q5": ("SELECT id6, sum(v1) AS v1, sum(v2) AS v2, sum(v3) AS v3 FROM x GROUP BY id6", "count(*), sum(v1), sum(v2), sum(v3)"),
    "q6": ("SELECT id4, id5, median(v3) AS median_v3, stddev(v3) AS sd_v3 FROM x GROUP BY id4, id5",
           "count(*), sum(median_v3), sum(sd_v3)"),
    "q7": ("SELECT id3, max(v1) - min(v2) AS range_v1_v2 FROM x GROUP BY id3", "count(*), sum(range_v1_v2)"),
    "q8": ("SELECT id6, v3 AS largest2_v3 FROM (SELECT id6, v3, row_number() OVER (PARTITION BY id6 ORDER BY v3 DESC) AS order_v3 "
           "FROM x WHERE v3 IS NOT NULL) AS s WHERE order_v3 <= 2", "count(*), sum(largest2_v3)"),
    "q9": ("SELECT id2, id4, pow(corr(v1, v2), 2) AS r2 FROM x GROUP BY id2, id4", "count(*), sum(round(r2, 9))"),
    "q10": ("SELECT id1, id2, id3, id4, id5, id6, sum(v3) AS v3, count(*) AS count FROM x GROUP BY id1, id2, id3, id4, id5, id6",
            "count(*), sum(v3), sum(count)"),
}
SMALL, MEDIUM = "small.id4 AS small_id4", "medium.id1 AS medium_id1, medium.id4 AS medium_id4"
JOIN = {
    "q1": (JOINED.format(columns=SMALL, how="JOIN", table="small", key="id1"), "count(*), sum(v1), sum(v2)"),
    "q2": (JOINED.format(columns=MEDIUM + ", medium.id5 AS medium_id5", how="JOIN", table="medium", key="id2"), "count(*), sum(v1), sum(v2)"),
    "q3": (JOINED.format(columns=MEDIUM + ", medium.id5 AS medium_id5", how="LEFT JOIN", table="medium", key="id2"), "count(*), sum(v1), sum(v2)"),
    "q4": (JOINED.format(columns=MEDIUM + ", medium.id2 AS medium_id2", how="JOIN", table="medium", key="id5"), "count(*), sum(v1), sum(v2)"),
    "q5": (JOINED.format(columns="big.id1 AS big_id1, big.id2 AS big_id2, big.id4 AS big_id4, big.id5 AS big_id5, big.id6 AS big_id6",
                         how="JOIN", table="big", key="id3"), "count(*), sum(v1), sum(v2)"),
}


def generated(options, program, path, arguments):
    """The file, made when it is not there yet."""
    if not os.path.exists(path):
        os.makedirs(options.data, exist_ok=True)
        subprocess.run([os.path.join(options.programs, program), *arguments, "-o", path + ".part"], check=True)
        os.rename(path + ".part", path)
    return path


def h2o(options, table, rows):
    path = os.path.join(options.data, f"h2o_{rows}_{table}.csv")
    return generated(options, "bench_generate_h2o", path, [table, "--rows", str(rows)])


def products(options):
    path = os.path.join(options.data, f"products_{options.products}.tsv")
    return generated(options, "bench_generate_products", path, ["--rows", str(options.products)])


def open_sessions(options, setup):
    setup = f"SET threads = {options.threads};\n" + setup
    sessions = {"morsel": Session([options.morsel, "-csv", "-noheader"], setup)}
    if shutil.which(options.duckdb):
        sessions["duckdb"] = Session([options.duckdb, "-csv", "-noheader", "-init", "/dev/null"], setup)
    return sessions


def run(options, title, sessions, questions):
    """Each question makes the table `ans`; the answer that is compared is taken from it afterwards."""
    report = Report(title)
    for name, (sql, compared) in questions.items():
        create = sql if sql.startswith("CREATE") else f"CREATE TABLE ans AS {sql}"
        figures, _ = measure(sessions, create + ";", options.n, "DROP TABLE IF EXISTS ans;")
        _, agree = measure(sessions, f"SELECT {compared} FROM ans;", 0)
        report.add(name, figures, agree)
    for session in sessions.values():
        session.close()
    return report.end()


def run_everyday(options):
    sessions = open_sessions(options, everyday.TABLES.format(h2o(options, "group", options.everyday)))
    report = Report("everyday")
    for name, sql in everyday.QUESTIONS.items():
        report.add(name, *measure(sessions, sql + ";", options.n))
    for session in sessions.values():
        session.close()
    return report.end()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("suites", nargs="+", choices=["group", "join", "everyday", "load", "sort"])
    parser.add_argument("--rows", type=int, default=10_000_000, help="of the H2O tables")
    parser.add_argument("--everyday", type=int, default=3_000_000, help="rows of the everyday questions")
    parser.add_argument("--products", type=int, default=13_000_000, help="rows of products.tsv")
    parser.add_argument("--n", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--morsel", default=os.path.join(ROOT, "build/release/morsel"))
    parser.add_argument("--programs", default=os.path.join(ROOT, "build/release/bench"), help="where the generators are")
    parser.add_argument("--duckdb", default="duckdb", help="the program itself: a script that starts it has no CPU time of its own")
    parser.add_argument("--data", default=os.path.join(tempfile.gettempdir(), "bench"))
    options = parser.parse_args()
    differ = False
    for suite in options.suites:
        if suite == "group":
            sessions = open_sessions(options, f"CREATE TABLE x AS FROM '{h2o(options, 'group', options.rows)}';\n")
            differ |= run(options, suite, sessions, GROUP)
        elif suite == "join":
            setup = "".join(f"CREATE TABLE {t} AS FROM '{h2o(options, t, options.rows)}';\n" for t in ("x", "small", "medium", "big"))
            differ |= run(options, suite, open_sessions(options, setup), JOIN)
        elif suite == "everyday":
            differ |= run_everyday(options)
        elif suite == "load":
            question = {"load": (f"SELECT * FROM '{products(options)}'", "count(*), sum(rid), sum(price), sum(qty)")}
            differ |= run(options, suite, open_sessions(options, ""), question)
        else:
            question = {"sort": ("SELECT * FROM p ORDER BY pid, r_date, rid", "count(*), sum(rid), sum(price), sum(qty)")}
            differ |= run(options, suite, open_sessions(options, f"CREATE TABLE p AS FROM '{products(options)}';\n"), question)
    sys.exit(differ)


if __name__ == "__main__":
    main()
