#!/usr/bin/env python3
"""Times the questions of a suite in Morsel beside DuckDB: tables in memory, one process each, alternating pairs.

    run_questions.py tpch|retail [--scale 1] [--n 5] [--threads 2] [--only q01,q06] [--duckdb PROGRAM] [--morsel PROGRAM] [--data FOLDER]

A figure is CPU time (user + system) of the process while it answers, the median over the pairs; the ratio is the median
of the pairs' ratios. Wall time is printed beside it. Results are compared: numbers to 1e-9, the rest exactly.
"""
import argparse
import os
import shutil
import sys
import tempfile

sys.dont_write_bytecode = True
from questions import ROOT, Suite  # noqa: E402
from session import Report, Session, measure  # noqa: E402


def start(options, suite, data):
    settings = f"SET threads = {options.threads};\n"
    flags = ["-csv", "-noheader", "-nullvalue", "NULL"]
    sessions = {"morsel": Session([options.morsel, *flags], settings + suite.loading(data))}
    if shutil.which(options.duckdb):
        settings += f"SET integer_division = true;\nSET memory_limit = '{options.duckdb_memory}';\nSET temp_directory = '{data}/spilled';\n"
        sessions["duckdb"] = Session([options.duckdb, *flags, "-init", "/dev/null"], settings + suite.loading_duckdb(data))
    return sessions


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("suite")
    parser.add_argument("--scale", type=float, default=1)
    parser.add_argument("--n", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--only", default="")
    parser.add_argument("--morsel", default=os.path.join(ROOT, "build/release/morsel"))
    parser.add_argument("--programs", default=os.path.join(ROOT, "build/release/bench"), help="where the generators are")
    parser.add_argument("--duckdb", default="duckdb", help="the program itself: a script that starts it has no CPU time of its own")
    parser.add_argument("--duckdb-memory", default="6GB", help="its limit: at a larger scale some of its plans take all there is")
    parser.add_argument("--data", default=os.path.join(tempfile.gettempdir(), "bench"))
    options = parser.parse_args()
    suite = Suite(options.suite)
    data = suite.generate(os.path.join(options.programs, f"bench_generate_{suite.name}"), options.scale, options.data)
    sessions = start(options, suite, data)
    report = Report("question")
    for name in options.only.split(",") if options.only else suite.questions:
        report.add(name, *measure(sessions, suite.question(name), options.n))
    sys.exit(report.end())


if __name__ == "__main__":
    main()
