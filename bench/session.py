"""A shell (Morsel's or DuckDB's) that stays open and is timed statement by statement, and comparing what two of them answer.

What runs over tables in memory uses it: run_questions.py, in_memory.py.
"""
import csv
import statistics
import subprocess
import time

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

    def close(self):
        self.process.stdin.close()
        self.process.wait()

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


def measure(sessions, sql, pairs, before=""):
    """name -> list of (cpu, wall), and whether the answers agree. `before` is run ahead of each time, untimed."""
    figures, answers = {name: [] for name in sessions}, {}
    for pair in range(pairs + 1):  # the first is not counted
        for name in sorted(sessions, reverse=pair % 2 == 1):
            if before:
                sessions[name].ask(before)
            answers[name], cpu, wall = sessions[name].timed(sql)
            if pair:
                figures[name].append((cpu, wall))
    rows = list(answers.values())
    return figures, all(same_rows(rows[0], other) for other in rows[1:])


class Report:
    """A line for each measurement, and in the end what the ratios come to."""

    def __init__(self, what):
        self.ratios, self.differ = [], False
        print(f"{what:10}  morsel CPU ms  wall ms  duckdb CPU ms  wall ms  ratio", flush=True)

    def add(self, name, figures, agree):
        line = f"{name:10}"
        for runs in figures.values():
            line += "  %12.1f %8.1f" % tuple(1e3 * statistics.median(column) for column in zip(*runs))
        if "duckdb" in figures:
            self.ratios.append(statistics.median(m[0] / max(d[0], 1e-6) for m, d in zip(figures["morsel"], figures["duckdb"])))
            line += f"  {self.ratios[-1]:6.2f}"
        print(line + ("" if agree else "  ANSWERS DIFFER"), flush=True)
        self.differ = self.differ or not agree

    def end(self):
        if self.ratios:
            print(f"geometric mean {statistics.geometric_mean(self.ratios):.2f}, worst {max(self.ratios):.2f}", flush=True)
        return self.differ
