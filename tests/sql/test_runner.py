#!/usr/bin/env python3
"""slt_runner and run_corpus.py notice what they must: each case is a small file and what the runner says of it.

    tests/sql/test_runner.py SLT_RUNNER
"""
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
START = "statement ok\nCREATE TABLE t (a INTEGER, b VARCHAR)\n\nstatement ok\nINSERT INTO t VALUES (2, 'x'), (1, NULL), (3, '')\n\n"

# name, records after START, options, exit status, part of what is printed
CASES = [
    ("rows", "query IT rowsort\nSELECT * FROM t\n----\n1\nNULL\n2\nx\n3\n(empty)\n", [], 0, "0 failed"),
    ("values", "query IT valuesort\nSELECT * FROM t\n----\n(empty)\n1\n2\n3\nNULL\nx\n", [], 0, "0 failed"),
    ("hash", "query I nosort\nSELECT a FROM t ORDER BY a\n----\n3 values hashing to c0710d6b4f15dfa88f600b0e6b624077\n", [], 0, ""),
    ("wrong hash", "query I nosort\nSELECT 1\n----\n1 values hashing to c0710d6b4f15dfa88f600b0e6b624077\n", [], 1, "another result"),
    ("wrong value", "query I\nSELECT 1\n----\n2\n", [], 1, "line 1 of the result: expected '2', got '1'"),
    ("a value more", "query I\nSELECT 1 UNION ALL SELECT 2\n----\n1\n", [], 1, "expected 1 lines, got 2; the first one more: '2'"),
    ("a value less", "query I\nSELECT 1\n----\n1\n2\n", [], 1, "expected 2 lines, got 1; the first one more: '2'"),
    ("no rows", "query I\nSELECT a FROM t WHERE a > 9\n----\n", [], 0, ""),
    ("columns", "query II\nSELECT 1\n----\n1\n", [], 1, "another number of columns"),
    ("types", "query IIIIRRT\nSELECT 2.9e0, -2.9e0, 'x', true, 1, '2.5', 7\n----\n2\n-2\n0\n1\n1.000\n2.500\n7\n", [], 0, ""),
    ("unprintable", "query T\nSELECT 'a' || chr(10) || chr(9) || chr(228)\n----\na@@@@\n", ["--ascii"], 0, ""),
    ("labels", "query I nosort one\nSELECT 1\n----\n1\n\nquery I nosort one\nSELECT 2\n----\n2\n", [], 1, "the first query of this label"),
    ("equal labels", "query I nosort one\nSELECT 1\n----\n1\n\nquery I rowsort one\nSELECT 2 - 1\n----\n1\n", [], 0, ""),
    ("ok that fails", "statement ok\nSELECT nothing\n", [], 1, "the statement failed"),
    ("error that succeeds", "statement error\nSELECT 1\n", [], 1, "should fail"),
    ("others only", "onlyif mysql # DIV\nquery I\nSELECT 5 DIV 2\n----\n2\n\nquery I\nSELECT 5 / 2\n----\n2\n", [], 0, "0 failed"),
    ("skipped for others", "skipif mysql # not compatible\nquery I\nSELECT 5 / 2\n----\n3\n", [], 1, "1 failed"),
    ("skipped for us", "skipif morsel\nquery I\nSELECT 5 / 2\n----\n3\n", [], 0, ""),
    ("skipped for a reason", "skipif mysql # not compatible\nquery I\nSELECT 5 / 2\n----\n3\n", ["--skipif", "# not comp"], 0, ""),
    ("halt", "halt\n\nstatement ok\nSELECT nothing\n", [], 0, "2 records"),
    ("halt of others", "onlyif mssql\nhalt\n\nstatement ok\nSELECT nothing\n", [], 1, "1 failed"),
    ("exception", "query I\nSELECT 1 +\n 1\n----\n3\n", ["7  wrong\n    SELECT 1 + 1\n    SQLite: 2\n"], 0, "1 excepted"),
    ("exception that succeeds", "query I\nSELECT 1\n----\n1\n", ["7  wrong\n    SELECT 1\n"], 1, "is an exception, and succeeds"),
    ("exception of other SQL", "query I\nSELECT 1\n----\n2\n", ["7  wrong\n    SELECT 2\n"], 1, "1 failed"),
    ("carriage returns", "query I\r\nSELECT a\r\nFROM t WHERE a = 1\r\n----\r\n1\r\n", [], 0, ""),
]


def run(command):
    done = subprocess.run(command, capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


def main():
    runner, bad = sys.argv[1], 0
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "case.test")
        for name, records, options, status, text in CASES:
            with open(path, "w", newline="") as f:
                f.write(START + records)
            if options and options[0][0].isdigit():
                with open(os.path.join(folder, "list"), "w") as f:
                    f.write("case.test:" + options[0])
                options = ["--except", os.path.join(folder, "list")]
            got, output = run([runner, "--verbose", *options, path])
            if got != status or text not in output:
                bad += 1
                print(f"{name}: expected status {status} and '{text}', got {got}:\n{output}")
        # the script over a folder: one file is right, one is not
        with open(path, "w") as f:
            f.write(START)
        script = [sys.executable, os.path.join(HERE, "run_corpus.py"), folder, "--runner", runner]
        got, output = run(script)
        if got != 0 or "case.test: 100 %, 2 records" not in output:
            bad += 1
            print(f"run_corpus.py, all right: {got}\n{output}")
        with open(os.path.join(folder, "wrong.test"), "w") as f:
            f.write("query I\nSELECT 1\n----\n1\n\nquery I\nSELECT 1\n----\n2\n")
        got, output = run(script)
        if got != 1 or "wrong.test: 50.000 %, 2 records, 1 failed" not in output or "expected '2', got '1'" not in output:
            bad += 1
            print(f"run_corpus.py, one wrong: {got}\n{output}")
    print(f"{len(CASES) + 2 - bad} passed, {bad} failed")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
