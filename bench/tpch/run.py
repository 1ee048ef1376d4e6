#!/usr/bin/env python3
"""Times the 22 questions of TPC-H in Morsel beside DuckDB: tables in memory, one process each, alternating pairs.

    run.py [--scale 1] [--n 5] [--threads 2] [--only 1,6,19] [--duckdb PROGRAM] [--morsel PROGRAM] [--data FOLDER]

A figure is CPU time (user + system) of the process while it answers, the median over the pairs; the ratio is the median
of the pairs' ratios. Wall time is printed beside it. Results are compared: numbers to 1e-9, the rest exactly.
"""
import argparse
import csv
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
import tables  # noqa: E402

ROOT = os.path.dirname(os.path.dirname(tables.HERE))
END = "---end---"


class Session:
    """A shell that is given one statement after another."""

    def __init__(self, command, setup):
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.ask(setup)

    def ask(self, sql):
        """The lines that come out."""
        self.process.stdin.write(f"{sql}\n.print {END}\n")
        self.process.stdin.flush()
        lines = []
        for line in self.process.stdout:
            if line.rstrip("\n").endswith(END):
                return lines
            lines.append(line.rstrip("\n"))
        raise SystemExit("the process ended: " + "\n".join(lines[-5:]))

    def cpu_seconds(self):
        """Of all its threads: the clock that clock_getcpuclockid() names for a process."""
        return time.clock_gettime(~self.process.pid << 3 | 2)

    def timed(self, sql):
        """(rows, CPU seconds, wall seconds)."""
        cpu, wall = self.cpu_seconds(), time.perf_counter()
        lines = self.ask(sql)
        return list(csv.reader(lines)), self.cpu_seconds() - cpu, time.perf_counter() - wall


def same_field(a, b):
    if a == b:
        return True
    try:
        return abs(float(a) - float(b)) <= 1e-9 * max(abs(float(a)), abs(float(b)))
    except ValueError:
        return False


def same_rows(a, b):
    return len(a) == len(b) and all(len(x) == len(y) and all(map(same_field, x, y)) for x, y in zip(a, b))


def start(options, data):
    settings = f"SET threads = {options.threads};\n"
    sessions = {"morsel": Session([options.morsel, "-csv", "-noheader"], settings + tables.loading(data))}
    if shutil.which(options.duckdb):
        load = tables.schema() + "".join(
            f"INSERT INTO {t} SELECT * FROM read_csv('{data}/{t}.tsv', delim='\t', header=true, quote='');\n" for t in tables.TABLES)
        sessions["duckdb"] = Session([options.duckdb, "-csv", "-noheader", "-init", "/dev/null"], settings + load)
    return sessions


def measure(sessions, number, pairs):
    """name -> list of (cpu, wall), and whether the answers agree."""
    figures, answers = {name: [] for name in sessions}, {}
    for pair in range(pairs + 1):  # the first is not counted
        for name in sorted(sessions, reverse=pair % 2 == 1):
            answers[name], cpu, wall = sessions[name].timed(tables.question(number))
            if pair:
                figures[name].append((cpu, wall))
    rows = list(answers.values())
    return figures, all(same_rows(rows[0], other) for other in rows[1:])


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
    ratios, differ = [], False
    print("question  morsel CPU ms  wall ms  duckdb CPU ms  wall ms  ratio")
    for number in map(int, options.only.split(",")) if options.only else tables.QUESTIONS:
        figures, agree = measure(sessions, number, options.n)
        line = f"q{number:02}     "
        for runs in figures.values():
            line += "  %12.1f %8.1f" % tuple(1e3 * statistics.median(column) for column in zip(*runs))
        if "duckdb" in figures:
            ratios.append(statistics.median(m[0] / max(d[0], 1e-6) for m, d in zip(figures["morsel"], figures["duckdb"])))
            line += f"  {ratios[-1]:6.2f}"
        print(line + ("" if agree else "  ANSWERS DIFFER"), flush=True)
        differ = differ or not agree
    if ratios:
        print(f"geometric mean {statistics.geometric_mean(ratios):.2f}, worst {max(ratios):.2f}")
    sys.exit(differ)


if __name__ == "__main__":
    main()
