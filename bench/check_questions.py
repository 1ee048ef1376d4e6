#!/usr/bin/env python3
"""Checks a generator's promises and asks Morsel the questions of a suite, against SQLite over the same rows.

    check_questions.py SUITE GENERATOR MORSEL [--scale X] [--only a,b] [SETTING=VALUE ...]

An answer has at least as many rows as the suite says, so that it proves something. SQLite computes money in doubles: numbers may
differ by 1e-9 of their size. Everything else is compared exactly.
"""
import argparse
import csv
import os
import re
import sqlite3
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
from questions import Suite  # noqa: E402

READERS = {"INTEGER": int, "BIGINT": int, "VARCHAR": str, "DATE": str}


def fill_sqlite(suite, folder):
    db = sqlite3.connect(":memory:")
    db.execute("PRAGMA case_sensitive_like = 1")
    for table in suite.tables:
        columns = suite.columns(table)
        names = [name for name, _, _ in columns]
        readers = [(READERS.get(kind, float), nulls) for _, kind, nulls in columns]
        with open(os.path.join(folder, table + ".tsv"), encoding="utf-8") as file:
            header = file.readline().rstrip("\n").split("\t")
            assert header == names, header
            rows = [[None if nulls and not v else reader(v) for (reader, nulls), v in zip(readers, line.rstrip("\n").split("\t"), strict=True)]
                    for line in file]
        db.execute(f"CREATE TABLE {table} ({', '.join(n + ('' if nulls else ' NOT NULL') for n, _, nulls in columns)})")
        db.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * len(names))})", rows)
    db.executescript(suite.read("indexes.sql") + "ANALYZE;")
    return db


def broken_promises(suite, db, scale):
    """(what, how many rows break it)."""
    for what, sql in re.findall(r"^-- (.*)\n([^;]*);", suite.read("promises.sql"), re.MULTILINE):
        broken = db.execute(sql, {"scale": scale} if ":scale" in sql else ()).fetchone()[0]
        if broken:
            yield what, broken


def same(a, b):
    """A field of Morsel's text and SQLite's value."""
    if b is None:
        return a == "NULL"
    if isinstance(b, str):
        return a == b
    if isinstance(b, int) and "." not in a:
        return int(a) == b
    return abs(float(a) - float(b)) <= 1e-9 * max(abs(float(b)), 1e-30)


def ask_morsel(suite, names, morsel, folder, settings):
    """name -> rows for each question that was answered, and the errors of all."""
    script = "".join(f"SET {s.split('=')[0]} = '{s.split('=', 1)[1]}';\n" for s in settings)
    answers = {}
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as file:
        file.write(script + suite.loading(folder))
        for name in names:
            file.write(f".print ---{name}\n{suite.question(name)}\n")
        file.flush()
        run = subprocess.run([morsel, "-csv", "-noheader", "-nullvalue", "NULL", file.name], capture_output=True, text=True)
    for part in run.stdout.split("---")[1:]:
        name, _, text = part.partition("\n")
        answers[name] = list(csv.reader(text.splitlines()))
    return answers, run.stderr


def difference(rows, expected, least_rows):
    """A sentence about the first one, or None."""
    if len(expected) < least_rows:
        return f"only {len(expected)} rows"
    if rows is None or len(rows) != len(expected):
        return f"{rows and len(rows)} rows instead of {len(expected)}: {rows and rows[:2]} instead of {expected[:2]}"
    for number, (a, b) in enumerate(zip(rows, expected)):
        if len(a) != len(b) or not all(map(same, a, b)):
            return f"row {number} of {len(rows)}: {a} instead of {b}"
    return None


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("suite")
    parser.add_argument("generator")
    parser.add_argument("morsel")
    parser.add_argument("settings", nargs="*", metavar="SETTING=VALUE")
    parser.add_argument("--scale", type=float, default=0.01)
    parser.add_argument("--only", default="")
    options = parser.parse_args()
    suite = Suite(options.suite)
    names = options.only.split(",") if options.only else suite.questions
    wrong = []
    with tempfile.TemporaryDirectory(prefix=f"morsel_{suite.name}_") as folder:
        data = suite.generate(options.generator, options.scale, folder)
        db = fill_sqlite(suite, data)
        wrong += [f"the generator broke its promise about {what}: {broken}" for what, broken in broken_promises(suite, db, options.scale)]
        answers, errors = ask_morsel(suite, names, options.morsel, data, options.settings)
    if errors:
        wrong.append(errors)
    for name in names:
        differs = difference(answers.get(name), db.execute(suite.question(name, "sqlite")).fetchall(), suite.least_rows)
        if differs:
            wrong.append(f"question {name}: {differs}")
    print("\n".join(wrong))
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
