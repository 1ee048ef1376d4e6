#!/usr/bin/env python3
"""nested_values.py MORSEL [--rounds N] [--seed S]: random nested values against a model in this file.

Each round draws a type (lists, arrays, structs, maps of scalars, up to three deep) and some values of it, NULLs at every
level, and asks the shell to store, print, cast to text and back, sort, group, join, take apart and put together again. The
model prints and orders the same values in Python. All of that under several settings of threads and vector sizes.
"""
import argparse
import datetime
import functools
import random
import subprocess
import sys

SETTINGS = [(1, 2048), (8, 2048), (1, 1), (8, 3)]
SCALARS = ["INTEGER", "BIGINT", "TINYINT", "UBIGINT", "HUGEINT", "DOUBLE", "DECIMAL(9,2)", "VARCHAR", "DATE", "BOOLEAN"]
WORDS = ["", "a", "b", "ab", "NULL", "x y", " lead", "it's", "a,b", "[1]", "{k}", "k=v", "q\\r", "twelve bytes", "a text of more than twelve bytes",
         "a text of more than twelve bytez", "\x01\x02", "é", "\x01", '"', "(", ":"]


# ---- types: a scalar's name, or (kind, parts) ----

def draw_type(r, depth):
    if depth == 0 or r.random() < 0.3:
        return r.choice(SCALARS)
    kind = r.choice(["list", "list", "array", "struct", "map"])
    if kind == "list":
        return ("list", draw_type(r, depth - 1))
    if kind == "array":
        return ("array", draw_type(r, depth - 1), r.randint(1, 3))
    if kind == "struct":
        return ("struct", [("f%d" % k, draw_type(r, depth - 1)) for k in range(r.randint(1, 3))])
    return ("map", r.choice(["INTEGER", "VARCHAR"]), draw_type(r, depth - 1))


def sql_type(t):
    if isinstance(t, str):
        return t
    if t[0] == "list":
        return sql_type(t[1]) + "[]"
    if t[0] == "array":
        return "%s[%d]" % (sql_type(t[1]), t[2])
    if t[0] == "struct":
        return "STRUCT(%s)" % ", ".join("%s %s" % (n, sql_type(f)) for n, f in t[1])
    return "MAP(%s, %s)" % (sql_type(t[1]), sql_type(t[2]))


# ---- values: None, a scalar, a list, or for maps a list of pairs ----

def draw_scalar(r, t):
    if t == "VARCHAR":
        return r.choice(WORDS)
    if t == "BOOLEAN":
        return r.random() < 0.5
    if t == "DOUBLE":
        return r.choice([0.0, 1.5, -1.5, -0.25, 1e100, -1e100, 3.0, float("inf"), float("-inf"), float("nan")])
    if t == "DATE":
        return datetime.date(1970, 1, 1) + datetime.timedelta(days=r.randint(-40000, 40000))
    if t == "DECIMAL(9,2)":
        return r.randint(-500, 500)
    low, high = {"TINYINT": (-128, 127), "UBIGINT": (0, 2**64 - 1), "HUGEINT": (-2**127 + 1, 2**127 - 1), "BIGINT": (-2**63 + 1, 2**63 - 1),
                 "INTEGER": (-2**31, 2**31 - 1)}[t]
    return r.choice([0 if low == 0 else -1, 0, 1, low, high, r.randint(low, high)])


def draw(r, t, may_be_null=True):
    if may_be_null and r.random() < 0.15:
        return None
    if isinstance(t, str):
        return draw_scalar(r, t)
    if t[0] == "list":
        return [draw(r, t[1]) for _ in range(r.choice([0, 1, 1, 2, 3]))]
    if t[0] == "array":
        return [draw(r, t[1]) for _ in range(t[2])]
    if t[0] == "struct":
        return [draw(r, f) for _, f in t[1]]
    keys = []
    for _ in range(r.choice([0, 1, 2])):
        key = draw(r, t[1], False)
        if key not in keys:
            keys.append(key)
    return [(k, draw(r, t[2])) for k in keys]


def literal(t, v):
    if v is None:
        return "NULL"
    if isinstance(t, str):
        if t == "VARCHAR":
            return "'" + v.replace("'", "''") + "'"
        return "'%s'::%s" % (text(t, v), t)
    if t[0] in ("list", "array"):
        return "[%s]" % ", ".join(literal(t[1], e) for e in v)
    if t[0] == "struct":
        return "{%s}" % ", ".join("'%s': %s" % (n, literal(f, e)) for (n, f), e in zip(t[1], v))
    return "MAP {%s}" % ", ".join("%s: %s" % (literal(t[1], k), literal(t[2], e)) for k, e in v)


# ---- the model: how values are printed and how they compare ----

def text(t, v):
    if t == "BOOLEAN":
        return "true" if v else "false"
    if t == "DECIMAL(9,2)":
        return "%s%d.%02d" % ("-" if v < 0 else "", abs(v) // 100, abs(v) % 100)
    if t == "DOUBLE":
        return repr(v)
    return str(v)


def inside(t, v):
    if v is None:
        return "NULL"
    if not isinstance(t, str):
        return shown(t, v)
    s = text(t, v)
    if not s or s.upper() == "NULL" or s[0] == " " or s[-1] == " " or any(c in "[]{}(),'\":=" for c in s):
        return "'" + s.replace("\\", "\\\\").replace("'", "\\'") + "'"
    return s


def shown(t, v):
    if v is None:
        return "NULL"
    if isinstance(t, str):
        return text(t, v)
    if t[0] in ("list", "array"):
        return "[%s]" % ", ".join(inside(t[1], e) for e in v)
    if t[0] == "struct":
        return "{%s}" % ", ".join("'%s': %s" % (n, inside(f, e)) for (n, f), e in zip(t[1], v))
    return "{%s}" % ", ".join("%s=%s" % (inside(t[1], k), inside(t[2], e)) for k, e in v)


def compare(t, a, b):
    """NULL after everything; the rest part by part."""
    if a is None or b is None:
        return (a is None) - (b is None)
    if isinstance(t, str):
        if t == "VARCHAR":
            a, b = a.encode(), b.encode()
        if t == "DOUBLE" and (a != a or b != b):
            return (a != a) - (b != b)
        return (a > b) - (a < b)
    if t[0] == "struct":
        pairs = [(f, x, y) for (_, f), x, y in zip(t[1], a, b)]
    elif t[0] == "map":
        pairs = [p for (k, x), (m, y) in zip(a, b) for p in ((t[1], k, m), (t[2], x, y))]
    else:
        pairs = [(t[1], x, y) for x, y in zip(a, b)]
    for part, x, y in pairs:
        order = compare(part, x, y)
        if order:
            return order
    return (len(a) > len(b)) - (len(a) < len(b))


def questions(t, values):
    """(SQL, lines expected) for the table v(id, x) of the values."""
    name = sql_type(t)
    key = functools.cmp_to_key(lambda a, b: compare(t, a, b))
    ordered = sorted(range(len(values)), key=lambda i: (key(values[i]), i))
    groups = []
    for i in ordered:
        if groups and compare(t, values[groups[-1][0]], values[i]) == 0:
            groups[-1].append(i)
        else:
            groups.append([i])
    yield "SELECT x FROM v ORDER BY id", [shown(t, v) for v in values]
    yield "SELECT id FROM v ORDER BY x, id", [str(i) for i in ordered]
    yield "SELECT id FROM v ORDER BY x DESC NULLS LAST, id", [
        str(i) for g in [g for g in reversed(groups) if values[g[0]] is not None] + [g for g in groups if values[g[0]] is None] for i in g]
    yield "SELECT min(id), count(*) FROM v GROUP BY x ORDER BY min(id)", sorted(
        ("%d|%d" % (min(g), len(g)) for g in groups), key=lambda s: int(s.split("|")[0]))
    yield "SELECT count(*) FROM (SELECT DISTINCT x FROM v)", [str(len(groups))]
    yield "SELECT count(*) FROM v a JOIN v b ON a.x = b.x", [
        str(sum(len(g) ** 2 for g in groups if values[g[0]] is not None))]
    yield "SELECT count(*) FROM v a, v b WHERE a.x < b.x", [str(sum(
        compare(t, a, b) < 0 for a in values for b in values if a is not None and b is not None))]
    yield "SELECT count(*) FROM v WHERE x::VARCHAR::%s IS DISTINCT FROM x" % name, ["0"]
    yield "SELECT count(*) FROM v WHERE ([x])[1] IS DISTINCT FROM x OR ({'f': x}).f IS DISTINCT FROM x", ["0"]
    yield "SELECT list(x ORDER BY id)::VARCHAR FROM v", [shown(("list", t), values)]
    yield "SELECT u FROM (SELECT list(x ORDER BY id) AS l FROM v), unnest(l) AS u", [shown(t, v) for v in values]
    yield "SELECT list_sort(list(x ORDER BY id))::VARCHAR FROM v", [shown(("list", t), [values[i] for i in ordered])]
    yield "SELECT list_transform(list(x ORDER BY id), lambda e: [e])::VARCHAR FROM v", [
        shown(("list", ("list", t)), [[v] for v in values])]
    present = [v for v in values if v is not None]
    if present:
        yield "SELECT min(x), max(x) FROM v", [shown(t, min(present, key=key)) + "|" + shown(t, max(present, key=key))]


def run_round(morsel, seed):
    r = random.Random(seed)
    t = draw_type(r, 3)
    while isinstance(t, str):
        t = draw_type(r, 3)
    values = [draw(r, t) for _ in range(r.randint(1, 25))]
    values += [r.choice(values) for _ in range(r.randint(0, 8))]
    asked = list(questions(t, values))
    script = ["CREATE TABLE v (id INTEGER, x %s);" % sql_type(t)]
    script += ["INSERT INTO v VALUES (%d, %s);" % (i, literal(t, v)) for i, v in enumerate(values)]
    for sql, _ in asked:
        script.append("SELECT '----';\n%s;" % sql)
    for threads, rows in SETTINGS:
        head = "SET threads = %d; SET vector_size = %d;\n" % (threads, rows)
        done = subprocess.run([morsel, "-list", "-noheader", "-nullvalue", "NULL"], input=head + "\n".join(script), text=True, capture_output=True)
        answers = [a.split("\n")[:-1] for a in done.stdout.split("----\n")[1:]]
        where = "seed %d, %s, threads %d, vector_size %d" % (seed, sql_type(t), threads, rows)
        if done.returncode or done.stderr or len(answers) != len(asked):
            print("%s: %s" % (where, done.stderr[:2000] or "exit %d" % done.returncode))
            return False
        for (sql, expected), got in zip(asked, answers):
            if got == expected:
                continue
            print("%s\n%s\nexpected %s\ngot      %s" % (where, sql, expected, got))
            return False
    return True


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("morsel")
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    wrong = sum(not run_round(options.morsel, options.seed + k) for k in range(options.rounds))
    print("%d rounds, %d wrong" % (options.rounds, wrong))
    return wrong > 0


if __name__ == "__main__":
    sys.exit(main())
