#!/usr/bin/env python3
"""Checks the generator's promises and asks Morsel the 22 questions, against SQLite over the same rows.

    check.py GENERATOR MORSEL [--scale X] [SETTING=VALUE ...]

SQLite computes money in doubles: numbers may differ by 1e-9 of their size. Everything else is compared exactly.
"""
import csv
import os
import sqlite3
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
import tables  # noqa: E402

# Keys that the questions look rows up by; SQLite reads whole tables without them.
INDEXES = ["lineitem (l_orderkey)", "lineitem (l_partkey)", "partsupp (ps_partkey)", "orders (o_custkey)", "orders (o_orderkey)"]


def fill_sqlite(folder):
    db = sqlite3.connect(":memory:")
    db.execute("PRAGMA case_sensitive_like = 1")
    for table in tables.TABLES:
        columns = tables.column_types(table)
        kinds = {"INTEGER": int, "BIGINT": int, "VARCHAR": str, "DATE": str}
        readers = [kinds.get(kind, float) for _, kind in columns]
        with open(os.path.join(folder, table + ".tsv"), encoding="utf-8") as file:
            header = file.readline().rstrip("\n").split("\t")
            assert header == [name for name, _ in columns], header
            rows = [[r(v) for r, v in zip(readers, line.rstrip("\n").split("\t"), strict=True)] for line in file]
        db.execute(f"CREATE TABLE {table} ({', '.join(header)})")
        db.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * len(header))})", rows)
    for index, columns in enumerate(INDEXES):
        db.execute(f"CREATE INDEX i{index} ON {columns}")
    db.execute("ANALYZE")
    return db


def promises(db, scale):
    """(what, SQL that counts violations)."""
    sizes = {"region": 5, "nation": 25, "supplier": 10000 * scale, "part": 200000 * scale, "partsupp": 800000 * scale,
             "customer": 150000 * scale, "orders": 1500000 * scale}
    for table, rows in sizes.items():
        yield f"rows of {table}", f"SELECT abs(count(*) - {round(rows)}) FROM {table}"
    yield "lines an order", """SELECT count(*) FROM (SELECT count(l_orderkey) AS n FROM orders LEFT JOIN lineitem
                               ON l_orderkey = o_orderkey GROUP BY o_orderkey) WHERE n NOT BETWEEN 1 AND 7"""
    yield "order keys", "SELECT count(*) FROM orders WHERE (o_orderkey - 1) % 32 > 7"
    yield "customers without orders", "SELECT count(*) FROM orders WHERE o_custkey % 3 = 0"
    yield "prices", """SELECT count(*) FROM lineitem, part WHERE p_partkey = l_partkey
                       AND abs(l_quantity * p_retailprice - l_extendedprice) > 0.001"""
    yield "totals", """SELECT count(*) FROM (SELECT o_totalprice AS t, sum(l_extendedprice * (1 + l_tax) * (1 - l_discount)) AS s
                       FROM orders, lineitem WHERE l_orderkey = o_orderkey GROUP BY o_orderkey) WHERE abs(t - s) > 0.05"""
    yield "pairs", """SELECT count(*) FROM lineitem WHERE NOT EXISTS (SELECT 1 FROM partsupp
                      WHERE ps_partkey = l_partkey AND ps_suppkey = l_suppkey)"""
    yield "suppliers of a part", "SELECT count(*) FROM (SELECT 1 FROM partsupp GROUP BY ps_partkey, ps_suppkey HAVING count(*) > 1)"
    yield "dates", """SELECT count(*) FROM lineitem, orders WHERE l_orderkey = o_orderkey
                      AND NOT (o_orderdate < l_shipdate AND l_shipdate < l_receiptdate AND l_receiptdate <= '1998-12-31')"""
    yield "flags", """SELECT count(*) FROM lineitem WHERE (l_returnflag = 'N') <> (l_receiptdate > '1995-06-17')
                      OR (l_linestatus = 'O') <> (l_shipdate > '1995-06-17')"""


def same(a, b):
    """A field of Morsel's text and SQLite's value."""
    if b is None:
        return a == "NULL"
    if isinstance(b, str):
        return a == b
    if isinstance(b, int) and "." not in a:
        return int(a) == b
    return abs(float(a) - float(b)) <= 1e-9 * max(abs(float(b)), 1e-30)


def ask_morsel(morsel, folder, settings):
    """number -> (rows, error) for each question."""
    script = "".join(f"SET {s.split('=')[0]} = '{s.split('=', 1)[1]}';\n" for s in settings) + tables.loading(folder)
    answers = {}
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as file:
        file.write(script)
        for number in sorted(tables.QUESTIONS):
            file.write(f".print ---{number}\n{tables.question(number)}\n")
        file.flush()
        run = subprocess.run([morsel, "-csv", "-noheader", "-nullvalue", "NULL", file.name], capture_output=True, text=True)
    for part in run.stdout.split("---")[1:]:
        number, _, text = part.partition("\n")
        answers[int(number)] = list(csv.reader(text.splitlines()))
    return answers, run.stderr


def main():
    arguments, settings, scale = sys.argv[1:3], sys.argv[3:], 0.01
    if settings[:1] == ["--scale"]:
        scale, settings = float(settings[1]), settings[2:]
    generator, morsel = arguments
    wrong = 0
    with tempfile.TemporaryDirectory(prefix="morsel_tpch_") as folder:
        data = tables.generate(generator, scale, folder)
        db = fill_sqlite(data)
        for what, sql in promises(db, scale):
            broken = db.execute(sql).fetchone()[0]
            if broken:
                print(f"the generator broke its promise about {what}: {broken}")
                wrong += 1
        answers, errors = ask_morsel(morsel, data, settings)
    if errors:
        print(errors)
        wrong += 1
    for number in sorted(tables.QUESTIONS):
        expected = db.execute(tables.question(number, "sqlite")).fetchall()
        rows = answers.get(number)
        right = rows is not None and len(rows) == len(expected) and all(
            len(a) == len(b) and all(map(same, a, b)) for a, b in zip(rows, expected))
        if not right:
            print(f"question {number}: {rows and rows[:3]} instead of {expected[:3]}")
            wrong += 1
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
