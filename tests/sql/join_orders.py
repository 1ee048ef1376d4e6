#!/usr/bin/env python3
"""Random trees of joins of every kind over small tables with NULLs and duplicates: the optimiser's order of joins must give
the rows of the text's order, and those of SQLite where SQLite has the words.

    join_orders.py MORSEL [--seed N] [--queries N]
"""
import collections
import random
import sqlite3
import subprocess
import sys

MORSEL = sys.argv[1]
OPTIONS = dict(zip(sys.argv[2::2], map(int, sys.argv[3::2])))
TABLES = 7
COLUMNS = ["a", "b", "c"]


def make_tables(r):
    """Statements that make t0 .. t6: few rows, small numbers, NULLs; some without rows."""
    text = ""
    for t in range(TABLES):
        text += f"CREATE TABLE t{t} (a INTEGER, b INTEGER, c INTEGER);\n"
        rows = r.choice([0, 1, 3, 5, 8])
        values = ["(%s)" % ", ".join("NULL" if r.random() < 0.15 else str(r.randint(0, 4)) for _ in COLUMNS) for _ in range(rows)]
        if values:
            text += f"INSERT INTO t{t} VALUES {', '.join(values)};\n"
    return text


def column(r, names):
    return f"{r.choice(names)}.{r.choice(COLUMNS)}"


def condition(r, left, right):
    """A predicate over both sides, now and then over more or fewer relations."""
    kind = r.random()
    if kind < 0.7:
        return f"{column(r, left)} = {column(r, right)}"
    if kind < 0.78:
        return f"{column(r, left)} IS NOT DISTINCT FROM {column(r, right)}"
    if kind < 0.86:
        return f"{column(r, left)} + {column(r, left)} = {column(r, right)}"
    if kind < 0.93:
        return f"{column(r, left)} < {column(r, right)}"
    return f"({column(r, right)} = {r.randint(0, 4)} OR {column(r, left)} IS NULL)"


def tree(r, names):
    """(FROM text, visible names) of a random tree over the tables called so."""
    if len(names) == 1:
        return f"t{r.randrange(TABLES)} {names[0]}", names
    cut = r.randint(1, len(names) - 1) if r.random() < 0.5 else len(names) - 1
    left, left_names = tree(r, names[:cut])
    right, right_names = tree(r, names[cut:])
    kind = r.choice(["JOIN"] * 5 + ["LEFT JOIN"] * 4 + ["RIGHT JOIN", "FULL JOIN", "SEMI JOIN", "ANTI JOIN", "CROSS JOIN"])
    right = f"({right})" if len(names) - cut > 1 else right
    if kind == "CROSS JOIN":
        return f"{left} CROSS JOIN {right}", left_names + right_names
    text = " AND ".join(condition(r, left_names, right_names) for _ in range(r.choice([1, 1, 1, 2])))
    visible = left_names if kind in ("SEMI JOIN", "ANTI JOIN") else left_names + right_names
    return f"{left} {kind} {right} ON {text}", visible


def query(r):
    names = [f"x{k}" for k in range(r.randint(3, 7))]
    text, visible = tree(r, names)
    sql = "SELECT " + ", ".join(f"{n}.{c} AS {n}{c}" for n in visible for c in COLUMNS[:2]) + " FROM " + text
    wheres = [condition(r, visible, visible) for _ in range(r.choice([0, 0, 1, 2]))]
    if wheres:
        sql += " WHERE " + " AND ".join(wheres)
    return sql, visible


def ask(setup, queries, disabled):
    script = f"SET disabled_optimizers = '{disabled}';\n{setup}" + "".join(f"{q};\n.print ---\n" for q in queries)
    run = subprocess.run([MORSEL, "-csv", "-noheader", "-nullvalue", "N"], input=script, capture_output=True, text=True)
    parts = run.stdout.split("---\n")[:-1]
    return [collections.Counter(p.splitlines()) for p in parts], run.stderr


def in_sqlite(db, sql):
    if "SEMI JOIN" in sql or "ANTI JOIN" in sql:
        return None
    try:
        rows = db.execute(sql.replace("IS NOT DISTINCT FROM", "IS")).fetchall()
    except sqlite3.Error:
        return None
    return collections.Counter(",".join("N" if v is None else str(v) for v in row) for row in rows)


def main():
    r = random.Random(OPTIONS.get("--seed", 7))
    failed = compared = 0
    for _ in range(max(1, OPTIONS.get("--queries", 600) // 100)):
        setup = make_tables(r)
        queries = [query(r)[0] for _ in range(100)]
        queries = [q for q in queries if q.count("CROSS JOIN") < 4]
        ordered, errors = ask(setup, queries, "")
        plain, plain_errors = ask(setup, queries, "all")
        if errors or plain_errors or len(ordered) != len(queries) or len(plain) != len(queries):
            print(errors[:2000] or plain_errors[:2000] or "the shell has ended")
            failed += 1
            continue
        db = sqlite3.connect(":memory:")
        db.executescript(setup)
        for sql, rows, expected in zip(queries, ordered, plain):
            known = in_sqlite(db, sql)
            compared += 1
            if rows != expected or (known is not None and rows != known):
                failed += 1
                print(f"{sql};\n  ordered {sum(rows.values())} rows, as written {sum(expected.values())}, "
                      f"SQLite {sum(known.values()) if known is not None else '-'}")
    print(f"{compared} queries compared, {failed} failed")
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()
