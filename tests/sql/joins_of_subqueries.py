#!/usr/bin/env python3
"""joins_of_subqueries.py MORSEL FILE.slt ...: what the plans of the corpus' queries are made of.

Every query of the files is explained. No plan may hold a nested loop whose condition has an equality between columns of the
two sides: an equality with a column of the query around must come out as a hash join, through whatever it stands below.
(That nothing runs once a row needs no test: there is no operator that could run a plan again for each row.)
"""
import re
import subprocess
import sys

EQUALITY = re.compile(r"^[A-Za-z_][\w.]*(?: = | IS NOT DISTINCT FROM )[A-Za-z_][\w.]*$")
WORDS = re.compile(r"\b(TRUE|FALSE|NULL)\b")


def records(path):
    """(kind, sql) of the statements that succeed and the queries."""
    for block in re.split(r"\n\s*\n", open(path, encoding="utf-8").read()):
        lines = [line for line in block.split("\n") if not line.startswith("#")]
        if not lines or not lines[0].strip():
            continue
        head, sql = lines[0], "\n".join(lines[1:]).split("\n----")[0].strip()
        if head.startswith("query") and sql.upper().startswith(("SELECT", "WITH", "FROM", "VALUES")):
            yield "query", sql
        elif head.startswith("statement ok"):
            yield "statement", sql


def loops_with_equality(plan):
    for line in plan.split("\n"):
        line = line.strip()
        if not line.startswith("LOOP_JOIN"):
            continue
        condition = re.sub(r"  \(~[^)]*\)$", "", line.split("  ", 2)[2]) if line.count("  ") > 1 else ""
        for part in condition.split(" AND "):
            if EQUALITY.match(part.strip("() ")) and not WORDS.search(part):
                yield line


def main():
    morsel, files = sys.argv[1], sys.argv[2:]
    explained = failed = 0
    for path in files:
        script, queries = [], []
        for kind, sql in records(path):
            script.append(sql + ";" if kind == "statement" else f".print @@{len(queries)}\nEXPLAIN {sql};")
            if kind == "query":
                queries.append(sql)
        run = subprocess.run([morsel, ":memory:"], input="\n".join(script), capture_output=True, text=True, check=False)
        for part in run.stdout.split("@@")[1:]:
            number, _, plan = part.partition("\n")
            explained += 1
            for line in loops_with_equality(plan):
                failed += 1
                print(f"{path}: a nested loop with an equality\n{queries[int(number)]}\n  {line}\n")
    print(f"{explained} plans, {failed} wrong")
    return failed != 0 or explained == 0


if __name__ == "__main__":
    sys.exit(main())
