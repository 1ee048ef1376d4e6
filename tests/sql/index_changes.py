#!/usr/bin/env python3
"""Random changes of a table with indexes, in and out of transactions, and look-ups by its keys after each of them: the rows
must be those of SQLite.

    index_changes.py MORSEL [--seed N] [--steps N] [SETTING=VALUE ...]
"""
import random
import sqlite3
import subprocess
import sys

MORSEL = sys.argv[1]
OPTIONS = {sys.argv[k]: int(sys.argv[k + 1]) for k in range(2, len(sys.argv) - 1) if sys.argv[k].startswith("--")}
SETTINGS = "".join("SET %s = '%s';\n" % tuple(s.split("=", 1)) for s in sys.argv[2:] if "=" in s)
WORDS = ["north", "south", "a text longer than twelve bytes", "", "x"]
SETUP = ["CREATE TABLE t(id INTEGER PRIMARY KEY, k INTEGER, s VARCHAR, x DOUBLE, a INTEGER, b INTEGER)",
         "CREATE INDEX by_k ON t(k)", "CREATE INDEX by_s ON t(s)", "CREATE INDEX by_x ON t(x)", "CREATE INDEX by_ab ON t(a, b)",
         "CREATE TABLE few(k INTEGER, s VARCHAR)"]


class Maker:
    def __init__(self, r):
        self.r, self.next_id, self.is_open, self.savepoints = r, 0, False, 0

    def maybe(self, text):
        return "NULL" if self.r.random() < 0.1 else str(text)

    def word(self):
        return "'%s'" % (self.r.choice(WORDS) if self.r.random() < 0.3 else "word %d" % self.r.randrange(60))

    def row(self, number):
        r = self.r
        return "(%d, %s, %s, %s, %s, %s)" % (number, self.maybe(r.randrange(200)), self.maybe(self.word()),
                                             self.maybe(r.randrange(-50, 50) / 4), self.maybe(r.randrange(12)),
                                             self.maybe(r.randrange(12)))

    def rows(self, count):
        self.next_id += count
        return ", ".join(self.row(self.next_id - k) for k in range(count))

    def condition(self):
        """About a key, for the most part."""
        r = self.r
        kind = r.randrange(12)
        if kind < 3:
            return "k = %s" % r.choice([r.randrange(220), r.randrange(220), "NULL"])
        if kind == 3:
            return "k IN (%s)" % ", ".join(self.maybe(r.randrange(220)) for _ in range(r.randrange(1, 9)))
        if kind == 4:
            return "s = %s" % self.word()
        if kind == 5:
            return "s IN (%s) AND k < 90" % ", ".join(self.word() for _ in range(4))
        if kind == 6:
            return "x = %s" % (r.randrange(-50, 50) / 4)
        if kind == 7:
            return "a = %d AND b = %d" % (r.randrange(13), r.randrange(13))
        if kind == 8:
            return "a IN (%d, %d) AND b IN (%d, %d, 3)" % tuple(r.randrange(13) for _ in range(4))
        if kind == 9:
            return "a = %d" % r.randrange(13)
        if kind == 10:
            return "id IN (%s)" % ", ".join(str(r.randrange(self.next_id + 2)) for _ in range(r.randrange(1, 6)))
        return "id = %d" % r.randrange(self.next_id + 2)

    def change(self):
        r = self.r
        kind = r.randrange(22)
        if kind < 6:
            return "INSERT INTO t VALUES " + self.rows(r.choice([1, 1, 2, 30, 400]))
        if kind < 7:
            return "INSERT INTO t VALUES " + self.row(r.randrange(self.next_id + 1))  # a duplicate, as a rule
        if kind < 8:
            return "INSERT OR REPLACE INTO t VALUES " + ", ".join(self.row(r.randrange(self.next_id + 1)) for _ in range(3))
        if kind < 12:
            return "UPDATE t SET k = k + %d, s = %s WHERE %s" % (r.randrange(3), self.maybe(self.word()), self.condition())
        if kind < 13:
            return "UPDATE t SET x = 0.25 - x, b = a, a = b WHERE id % 7 = 3"
        if kind < 15:
            return "DELETE FROM t WHERE " + self.condition()
        if kind < 16:
            return "DELETE FROM t WHERE id %% %d = 1" % r.randrange(2, 9)
        if kind < 17:
            return "DELETE FROM t WHERE id > %d" % (self.next_id * r.choice([0.3, 0.9]))
        if kind < 18:
            return r.choice(["DROP INDEX by_s", "CREATE INDEX by_s ON t(s)"])
        return self.transaction()

    def transaction(self):
        r = self.r
        if not self.is_open:
            self.is_open, self.savepoints = True, 0
            return "BEGIN"
        kind = r.randrange(6)
        if kind < 2:
            self.is_open = False
            return r.choice(["COMMIT", "ROLLBACK"])
        if kind < 4 or not self.savepoints:
            self.savepoints += 1
            return "SAVEPOINT s%d" % self.savepoints
        self.savepoints = r.randrange(1, self.savepoints + 1)
        return "ROLLBACK TO s%d" % self.savepoints

    def questions(self):
        yield "SELECT count(*), sum(id), sum(k) FROM t WHERE " + self.condition()
        yield "SELECT * FROM t WHERE %s ORDER BY id" % self.condition()
        yield "SELECT count(*), sum(t.id) FROM few JOIN t ON t.k = few.k"
        yield "SELECT few.k, t.id FROM few LEFT JOIN t ON t.s = few.s AND t.k = few.k ORDER BY 1, 2"
        yield "SELECT count(*) FROM t WHERE k IN (SELECT k FROM few)"


def statements(r, steps):
    maker = Maker(r)
    yield from SETUP
    yield "INSERT INTO t VALUES " + maker.rows(3000)
    yield "INSERT INTO few VALUES " + ", ".join("(%s, %s)" % (maker.maybe(k), maker.word()) for k in (3, 77, 77, 199, 500))
    for _ in range(steps):
        yield maker.change()
        yield from maker.questions()


def as_text(value):
    return "NULL" if value is None else str(value)


def ask_sqlite(script):
    db = sqlite3.connect(":memory:", isolation_level=None)
    for statement in script:
        try:
            yield "".join("|".join(as_text(v) for v in row) + "\n" for row in db.execute(statement))
        except sqlite3.Error as error:
            yield "error\n" if not isinstance(error, sqlite3.OperationalError) or "already exists" in str(error) or "no such index" in str(
                error) else "SQLite: %s\n" % error


def ask_morsel(script):
    text = SETTINGS + "".join("%s;\n.print ---\n" % s for s in script)
    run = subprocess.run([MORSEL, "-nullvalue", "NULL"], input=text.encode(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    for answer in run.stdout.decode().split("---\n")[:-1]:
        lines = answer.split("\n")
        yield "error\n" if any(line.startswith("stdin:") for line in lines) else answer


def main():
    script = list(statements(random.Random(OPTIONS.get("--seed", 1)), OPTIONS.get("--steps", 250)))
    answers = list(ask_morsel(script))
    failed = len(answers) != len(script)
    errors = rows = 0
    for statement, want, got in zip(script, ask_sqlite(script), answers):
        errors += want == "error\n"
        rows += want.count("\n")
        if sorted(want.split("\n")) == sorted(got.split("\n")):
            continue
        failed = True
        print("another result: %s\n  SQLite:\n%s  Morsel:\n%s" % (statement[:300], want[:500], got[:500]))
        break
    print("%d statements compared, %d rows, %d errors" % (len(answers), rows, errors))
    return failed or rows < len(script)


sys.exit(main())
