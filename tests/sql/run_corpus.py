#!/usr/bin/env python3
"""Runs a folder of sqllogictest files (SQLite's public corpus) against Morsel, several files at a time.

    tests/sql/run_corpus.py FOLDER [--jobs N] [--runner build/release/tests/sql/slt_runner] [--except LIST]
                            [--only PART] [--failures N] [--timeout SECONDS] [--set name=value]...

Prints a line for each file (records, how many passed, seconds, records a second), then the first failures,
then sums by folder. Records named in the list of exceptions (corpus_exceptions.txt beside this script) must fail and
are counted apart; the records that the corpus excuses PostgreSQL from because of GROUP BY (there it is as strict as Morsel) are
passed over. Exit status 1 when anything else fails, crashes or takes too long, 2 for wrong arguments.
"""
import argparse
import collections
import concurrent.futures
import os
import re
import resource
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
STRICT = "# PostgreSQL has strict column usage for GROUP BY clauses"
SUMMARY = re.compile(r": (\d+) records, (\d+) failed, (\d+) excepted, ([0-9.]+) s$", re.M)
Outcome = collections.namedtuple("Outcome", "path records failed excepted seconds problem text")


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder")
    parser.add_argument("--jobs", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--runner", default=os.path.join(HERE, "../../build/release/tests/sql/slt_runner"))
    parser.add_argument("--except", dest="exceptions", default=os.path.join(HERE, "corpus_exceptions.txt"))
    parser.add_argument("--only", default="", help="run files whose path contains this")
    parser.add_argument("--failures", type=int, default=3, help="failures to show of each file")
    parser.add_argument("--timeout", type=float, default=1800, help="seconds for one file")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE")
    return parser.parse_args()


def corpus(folder, only):
    """Paths below the folder, the largest files first so that the last ones to end are short."""
    found = []
    for where, _, names in os.walk(folder):
        found += [os.path.join(where, n) for n in names if n.endswith((".test", ".slt"))]
    return sorted((f for f in found if only in f), key=lambda f: (-os.path.getsize(f), f))


def run(path, options):
    """One file in a process of its own: what it costs and whether it crashes is known of each."""
    command = [options.runner, "--verbose", "--ascii", "--skipif", STRICT, "--failures", str(options.failures)]
    if os.path.exists(options.exceptions):
        command += ["--except", options.exceptions]
    for setting in options.set:
        command += ["--set", setting]
    start = time.monotonic()
    process = subprocess.Popen(command + [path], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    problem = ""
    try:
        output, _ = process.communicate(timeout=options.timeout)
    except subprocess.TimeoutExpired:
        process.kill()
        output, _ = process.communicate()
        problem = f"not done after {options.timeout:g} s"
    seconds = time.monotonic() - start
    text = output.decode("utf-8", "replace")
    name = os.path.relpath(path, options.folder)
    found = SUMMARY.search(text)
    if not found:
        problem = problem or f"ended with status {process.returncode}"
        return Outcome(name, 0, 1, 0, seconds, problem, text)
    records, failed, excepted = (int(found.group(k)) for k in (1, 2, 3))
    return Outcome(name, records, failed, excepted, seconds, "", text[: found.start()].rpartition("\n")[0])


def rate(passed, records):
    """A share that says 100 % only when nothing is missing."""
    return "100 %" if passed == records else f"{min(99.999, 100 * passed / max(1, records)):.3f} %"


def print_sums(outcomes, wall):
    groups = collections.defaultdict(list)
    for o in outcomes:
        parts = o.path.split(os.sep)
        groups["/".join(parts[:-1][:2]) or parts[0]].append(o)
    print(f"\n{'folder':24} {'files':>5} {'records':>9} {'failed':>7} {'excepted':>8} {'seconds':>8} {'records/s':>9}")
    for name, members in sorted(groups.items()) + [("all", outcomes)]:
        records, failed, excepted = (sum(getattr(o, field) for o in members) for field in ("records", "failed", "excepted"))
        seconds = sum(o.seconds for o in members)
        print(f"{name:24} {len(members):5} {records:9} {failed:7} {excepted:8} {seconds:8.1f} {records / max(seconds, 1e-9):9.0f}")
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(f"wall clock {wall:.1f} s, processors {used.ru_utime:.1f} s + {used.ru_stime:.1f} s in the system, "
          f"largest process {used.ru_maxrss / 1024:.0f} MB")


def main():
    options = arguments()
    paths = corpus(options.folder, options.only)
    if not paths or not os.access(options.runner, os.X_OK):
        what = "there are no .test or .slt files" if not paths else f"there is no {options.runner}: build slt_runner"
        print(f"run_corpus.py: {what}", file=sys.stderr)
        return 2
    start, outcomes = time.monotonic(), []
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for future in concurrent.futures.as_completed([pool.submit(run, p, options) for p in paths]):
            o = future.result()
            outcomes.append(o)
            passed = o.records - o.failed - o.excepted
            print(f"{o.path}: {o.problem or rate(passed, o.records - o.excepted)}, {o.records} records, {o.failed} failed, "
                  f"{o.excepted} excepted, {o.seconds:.2f} s, {o.records / max(o.seconds, 1e-9):.0f}/s", flush=True)
    bad = sorted((o for o in outcomes if o.failed), key=lambda o: o.path)
    for o in bad:
        print(f"\n---- {o.path}: {o.problem or f'{o.failed} failed'}\n{o.text}")
    print_sums(outcomes, time.monotonic() - start)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
