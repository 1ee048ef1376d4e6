#!/usr/bin/env python3
"""Asks Morsel and SQLite the questions of against_sqlite.sql over the same generated text files and compares the rows.

    against_sqlite.py MORSEL [--small] [SETTING=VALUE ...]

Morsel reads the files where they lie, and again as tables in memory. Settings are given with SET before the questions.
--small: a fifth of the rows, for settings that make everything slow.
"""
import os
import random
import sqlite3
import subprocess
import sys
import tempfile

MORSEL = sys.argv[1]
SHARE = 5 if "--small" in sys.argv[2:] else 1
SETTINGS = "".join("SET %s = '%s';\n" % tuple(s.split("=", 1)) for s in sys.argv[2:] if s != "--small")


def maybe(r, share, value):
    return None if r.random() < share else value


def tables():
    """Four tables: small integers, dates, texts with quotes and many-byte letters, NULLs, keys without a partner."""
    r = random.Random(20)
    first = ["Anna", "Bo", "Çelik", "Dag", "Eva", "Łukasz", "Mary Ann", "O'Hara", "Zoë", "山田"]
    last = ["Anderson", "Berg", "Jackson", "Larsson", "Müller", "Smith", "de la Cruz", "Wilson, Jr."]
    day = lambda: "2021-%02d-%02d" % (r.randint(1, 12), r.randint(1, 28))
    customers = [(i, "%s %s %d" % (r.choice(first), r.choice(last), i), maybe(r, .1, r.choice(["north", "south", "east", "west"])),
                  maybe(r, .05, r.choice("abc")), maybe(r, .1, r.randint(-2000, 8000)), day()) for i in range(1, 1500 // SHARE + 1)]
    products = [(i, "product %d \"%s\"" % (i, r.choice(["x", "yy", ""])), r.choice(["tool", "toy", "food", "book"]), r.randint(1, 99))
                for i in range(1, 300 // SHARE + 1)]
    orders = [(i, maybe(r, .03, r.randint(1, 1800 // SHARE)), maybe(r, .02, day()), maybe(r, .1, r.choice(["open", "paid", "paid", "void"])))
              for i in range(1, 8000 // SHARE + 1)]
    items = [(r.randint(1, 9000 // SHARE), maybe(r, .02, r.randint(1, 330 // SHARE)), r.randint(1, 10), maybe(r, .01, r.randint(1, 99)))
             for i in range(20000 // SHARE)]
    return {"customers": (["id", "name", "region", "grade", "balance", "since"], customers),
            "products": (["id", "name", "kind", "price"], products),
            "orders": (["id", "customer", "day", "status"], orders),
            "items": (["order_id", "product", "qty", "price"], items)}


def field(value):
    if value is None:
        return ""
    text = str(value)
    return '"%s"' % text.replace('"', '""') if any(c in text for c in ',"\n') else text


def as_text(value):
    if value is None:
        return "NULL"
    return repr(value) if isinstance(value, float) else str(value)


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    with open(os.path.join(here, "against_sqlite.sql"), encoding="utf-8") as f:
        text = "".join(line for line in f if not line.startswith("--"))
    questions = [q.strip().replace("\n", " ") for q in text.split(";") if q.strip()]
    db = sqlite3.connect(":memory:")
    db.execute("PRAGMA case_sensitive_like = 1")
    failed = compared = 0
    with tempfile.TemporaryDirectory(prefix="morsel_sql_") as folder:
        views, copies = "", ""
        for name, (columns, rows) in tables().items():
            path = os.path.join(folder, name + ".csv")
            with open(path, "w", encoding="utf-8") as f:
                f.write(",".join(columns) + "\n")
                f.writelines(",".join(field(v) for v in row) + "\n" for row in rows)
            db.execute("CREATE TABLE %s (%s)" % (name, ", ".join(columns)))
            db.executemany("INSERT INTO %s VALUES (%s)" % (name, ",".join("?" * len(columns))), rows)
            views += "CREATE VIEW %s AS FROM '%s';\n" % (name, path)
            copies += "CREATE TABLE %s AS FROM '%s';\n" % (name, path)
        wanted = [["|".join(as_text(v) for v in row) for row in db.execute(q)] for q in questions]
        for setup in (views, copies):
            script = SETTINGS + setup + "".join("%s;\n.print ---\n" % q for q in questions)
            run = subprocess.run([MORSEL, "-nullvalue", "NULL"], input=script.encode(), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            answers = run.stdout.decode().split("---\n")
            if run.stderr:
                print(run.stderr.decode()[:4000])
                failed += 1
            for question, want, answer in zip(questions, wanted, answers):
                got = answer.split("\n")[:-1]
                compared += 1
                if got == want:
                    continue
                failed += 1
                print("another result: %s" % question)
                print("  SQLite has %d rows, Morsel has %d" % (len(want), len(got)))
                for k in range(max(len(got), len(want))):
                    a, b = (x[k] if k < len(x) else "(no row)" for x in (want, got))
                    if a != b:
                        print("  row %d: SQLite has %r, Morsel has %r" % (k + 1, a, b))
                        break
    print("%d answers compared, %d differ" % (compared, failed))
    return failed != 0 or compared < 2 * len(questions)


sys.exit(main())
