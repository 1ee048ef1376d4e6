#!/usr/bin/env python3
"""Times the 22 questions of TPC-H in Morsel beside DuckDB: tables in memory, one process each, alternating pairs.

    run.py [--scale 1] [--n 5] [--threads 2] [--only 1,6,19] [--duckdb PROGRAM] [--morsel PROGRAM] [--data FOLDER]

A figure is CPU time (user + system) of the process while it answers, the median over the pairs; the ratio is the median
of the pairs' ratios. Wall time is printed beside it. Results are compared: numbers to 1e-9, the rest exactly.
"""
import argparse
import os
import shutil
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(1, os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir))
import tables  # noqa: E402
from session import Report, Session, measure  # noqa: E402

ROOT = os.path.dirname(os.path.dirname(tables.HERE))
def start(options, data):
    settings = f"SET threads = {options.threads};\n"
    sessions = {"morsel": Session([options.morsel, "-csv", "-noheader"], settings + tables.loading(data))}
    if shutil.which(options.duckdb):
        load = tables.schema() + "".join(
            f"INSERT INTO {t} SELECT * FROM read_csv('{data}/{t}.tsv', delim='\t', header=true, quote='');\n" for t in tables.TABLES)
        sessions["duckdb"] = Session([options.duckdb, "-csv", "-noheader", "-init", "/dev/null"], settings + load)
    return sessions


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--scale", type=float, default=1)
    parser.add_argument("--n", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--only", default="")
    parser.add_argument("--morsel", default=os.path.join(ROOT, "build/release/morsel"))
    parser.add_argument("--generator", default=os.path.join(ROOT, "build/release/bench/bench_generate_tpch"))
    parser.add_argument("--duckdb", default="duckdb", help="the program itself: a script that starts it has no CPU time of its own")
    parser.add_argument("--data", default=os.path.join(tempfile.gettempdir(), "bench"))
    options = parser.parse_args()
    data = tables.generate(options.generator, options.scale, options.data)
    sessions = start(options, data)
    report = Report("question")
    for number in map(int, options.only.split(",")) if options.only else tables.QUESTIONS:
        report.add(f"q{number:02}", *measure(sessions, tables.question(number), options.n))
    sys.exit(report.end())


if __name__ == "__main__":
    main()
