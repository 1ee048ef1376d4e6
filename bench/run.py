#!/usr/bin/env python3
"""Measures Morsel against the engines that are installed: whole processes, warm file, in alternating pairs.

README.md beside this file says what each figure means. Needs Python 3.9, a C compiler on the first run, and nothing else.
"""
import argparse
import dataclasses
import datetime
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
import compare  # noqa: E402
import engines  # noqa: E402
from engines import BENCH, QUERIES  # noqa: E402

ROOT = os.path.dirname(BENCH)
DEFAULT_ROWS = 13_000_000
QUICK_FACTOR = 4  # a quick query is repeated this many times as often

# A pair is clean when the canary found both processors free before and after it, and nothing else used much of them
# meanwhile. Medians are over all pairs; the ratio over the clean ones is given beside them.
CLEAN_SCALING = 1.75
CLEAN_FOREIGN_S = 0.06
CLEAN_FOREIGN_SHARE = 0.1


class BenchError(Exception):
    """The benchmark cannot go on; the text says why."""


@dataclasses.dataclass
class Sample:
    """One run of one engine; error is None when it ended well."""

    wall: float = 0.0
    cpu: float = 0.0
    peak_mb: float = 0.0
    foreign: float = 0.0  # CPU seconds that others used meanwhile
    text: str = ""  # what it printed
    rows: list = None
    error: str = None


@dataclasses.dataclass
class Pair:
    """Morsel and a peer, run one right after the other; either may be None."""

    morsel: Sample
    peer: Sample
    clean: bool


@dataclasses.dataclass
class Line:
    """One line of the report: a query at a number of threads, Morsel beside one peer."""

    query: str
    threads: int
    engine: str
    pairs: list
    verdict: str


# ---- programs and files ----


def build_program(name, directory, beside):
    """The path of the program made from bench/NAME.c: the one beside Morsel when it is current, else compiled here."""
    source = os.path.join(BENCH, name + ".c")
    built = [os.path.join(beside, "bench", "bench_" + name), os.path.join(directory, name)]
    for path in built:
        if os.path.exists(path) and os.path.getmtime(path) >= os.path.getmtime(source):
            return path
    compiler = os.environ.get("CC") or shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    if not compiler:
        raise BenchError("found no C compiler: build the project first, or set CC")
    command = [compiler, "-std=gnu17", "-D_GNU_SOURCE", "-O2", "-pthread", source, "-o", built[-1]]
    if subprocess.run(command).returncode != 0:
        raise BenchError(f"could not compile {source}")
    return built[-1]


def is_current(generate, arguments, path):
    """Whether `path` begins as the generator would write it now. It is renamed into place, so it is never cut short."""
    if not os.path.exists(path):
        return False
    with open(path, "rb") as file:
        head = file.read(65536)
    with subprocess.Popen([*generate, *arguments], stdout=subprocess.PIPE) as process:
        expected = process.stdout.read(65536)
        process.stdout.close()
        process.terminate()
    return head == expected


def provide_files(generator, directory, rows):
    """Writes the tables that are not there yet; returns table -> path."""
    name = "products.tsv" if rows == DEFAULT_ROWS else f"products-{rows}.tsv"
    files = {"products": os.path.join(directory, name), "managers": os.path.join(directory, "managers.tsv")}
    for table, path in files.items():
        arguments = ["--rows", str(rows), "--table", table]
        if is_current([generator], arguments, path):
            continue
        notice(f"writing {path}")
        if subprocess.run([generator, *arguments, "-o", path + ".part"]).returncode != 0:
            raise BenchError(f"could not write {path}")
        os.replace(path + ".part", path)
    return files


def warm(paths, buffer=bytearray(1 << 20)):
    """Reads the files, so that they are in the page cache."""
    for path in paths:
        with open(path, "rb", buffering=0) as file:
            while file.readinto(buffer):
                pass


# ---- the machine ----


def busy_seconds():
    """CPU seconds that all processors together have worked since the start of the machine; None where not known."""
    try:
        with open("/proc/stat", encoding="ascii") as file:
            ticks = [int(word) for word in file.readline().split()[1:]]
    except OSError:
        return None
    user, nice, system, _, _, irq, softirq, steal = ticks[:8]  # left out: idle and waiting for a disk
    return (user + nice + system + irq + softirq + steal) / os.sysconf("SC_CLK_TCK")


def machine():
    """The processor and the number of cores, in words."""
    model = platform.machine()
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            names = [line.split(":", 1)[1].strip() for line in file if line.startswith("model name")]
        model = names[0] if names else model
    except OSError:
        pass
    return f"{model}, {os.cpu_count()} cores, {platform.system()} {platform.machine()}"


class Canary:
    """Fixed arithmetic on one thread and on two: whether the machine could be measured on."""

    def __init__(self, measure):
        self.measure = measure
        self.single = []
        self.scaling = []  # 2.0: two threads did twice the work of one in the same time
        self.foreign = []

    def sing(self):
        """Runs it, and returns whether the processors were free."""
        one, two = (
            int(subprocess.run([self.measure, "canary", n], capture_output=True, check=True, text=True).stdout)
            for n in ("1", "2")
        )
        self.single.append(one / 1e9)
        self.scaling.append(2 * one / two)
        # On a single processor there is nothing to scale to.
        return os.cpu_count() == 1 or self.scaling[-1] > CLEAN_SCALING

    def words(self):
        single = f"one thread {statistics.median(self.single) * 1e3:.1f} ms (best {min(self.single) * 1e3:.1f})"
        scaling = f"two threads do {statistics.median(self.scaling):.2f} times its work (worst {min(self.scaling):.2f})"
        foreign = f"others used {statistics.median(self.foreign or [0]):.2f} CPU s during a run (median)"
        return f"Canary: {single}; {scaling}; {foreign}."


# ---- measuring ----


class Bench:
    """Runs engines and keeps what is common to all runs."""

    def __init__(self, measure, files, directory, timeout):
        self.measure = measure
        self.files = files
        self.timeout = timeout
        self.out = os.path.join(directory, "out")
        self.err = os.path.join(directory, "err")
        self.canary = Canary(measure)

    def sample(self, engine, query, threads):
        """One run of one engine, its file in the page cache."""
        warm([self.files[table] for table in query.files])
        command = engine.command(query, threads, self.files)
        environment = {**os.environ, **engine.environment(threads)}
        before = busy_seconds()
        done = subprocess.run(
            [self.measure, "run", str(self.timeout), self.out, self.err, *command],
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
        )
        after = busy_seconds()
        if done.returncode != 0:
            raise BenchError(f"could not run {command[0]}")
        wall_ns, user_us, system_us, peak_kb, how = map(int, done.stdout.split())
        cpu = (user_us + system_us) / 1e6
        foreign = max(0.0, after - before - cpu) if before is not None else 0.0
        self.canary.foreign.append(foreign)
        sample = Sample(wall=wall_ns / 1e9, cpu=cpu, peak_mb=peak_kb / 1024, foreign=foreign)
        with open(self.out, encoding="utf-8", errors="replace", newline="") as file:
            sample.text = file.read()
        if how == 0:
            try:
                sample.rows = compare.read(sample.text, query)
            except compare.RowError as error:
                sample.error = str(error)
        elif how == -124:
            sample.error = f"more than {self.timeout:g} s"
        else:
            with open(self.err, encoding="utf-8", errors="replace") as file:
                complaint = file.read().strip().splitlines()
            # A Python traceback says it in its last line, a shell in its first.
            place = -1 if complaint and complaint[0].startswith("Traceback") else 0
            sample.error = f"exit {how}: {complaint[place] if complaint else 'no message'}"
        return sample

    def pairs(self, morsel, peer, query, threads, repetitions):
        """Alternating runs of both engines (either may be None); ends early when one of them fails."""
        result = []
        free = self.canary.sing()
        for number in range(repetitions):
            both = [engine for engine in (morsel, peer) if engine is not None]
            samples = {}
            for engine in both if number % 2 == 0 else reversed(both):
                samples[engine] = self.sample(engine, query, threads)
            was_free, free = free, self.canary.sing()
            quiet = all(s.foreign < CLEAN_FOREIGN_S + CLEAN_FOREIGN_SHARE * s.wall for s in samples.values())
            result.append(Pair(samples.get(morsel), samples.get(peer), was_free and free and quiet))
            if any(sample.error for sample in samples.values()):
                break
        return result


class Judge:
    """Compares every result of one query with the first one that a peer returned, and Morsel's with each other."""

    def __init__(self, query):
        self.query = query
        self.reference = None
        self.morsel_text = None
        self.failures = []

    def verdict(self, pairs, engine, threads):
        """'same', or what is wrong, for the report's line; remembers failures in full."""
        found = []
        for pair in pairs:
            for name, sample in ((engine, pair.peer), ("morsel", pair.morsel)):
                if sample is not None:
                    found += self.judge(sample, name)
        for text in dict.fromkeys(found):
            self.failures.append(f"{self.query.name}, {threads_word(threads)}: {text}")
        return "same" if not found else found[0].split(":")[0]

    def judge(self, sample, name):
        if sample.error:
            return [f"{name} failed: {sample.error}"]
        found = []
        if self.reference is None:
            self.reference = sample.rows
        difference = compare.difference(sample.rows, self.reference)
        if difference:
            found.append(f"{name} differs: {difference}")
        if name == "morsel":
            # Its digits must not depend on the number of threads, not even in the last place.
            text = sample.text if self.query.ordered else sorted(sample.text.splitlines())
            if self.morsel_text is None:
                self.morsel_text = text
            if text != self.morsel_text:
                found.append("morsel differs from itself: other digits in another run")
        return found


# ---- report ----


def seconds(value):
    """Seconds with three digits or so."""
    return f"{value:.4f}" if value < 0.0995 else f"{value:.3f}" if value < 9.95 else f"{value:.1f}"


def figures(samples):
    """Median wall, CPU and peak of the runs that ended well, as three cells."""
    good = [s for s in samples if s is not None and s.error is None]
    if not good:
        return ["-", "-", "-"]
    wall, cpu, peak = (statistics.median(getattr(s, name) for s in good) for name in ("wall", "cpu", "peak_mb"))
    return [seconds(wall), seconds(cpu), f"{peak:.1f}"]


def ratios(pairs):
    """Medians of Morsel / peer within the pairs: wall, CPU, peak; then wall over the clean pairs, and their number."""
    good = [p for p in pairs if p.morsel and p.peer and not p.morsel.error and not p.peer.error]
    clean = [p for p in good if p.clean]
    if not good:
        return ["-"] * 4

    def ratio(name, chosen):
        return statistics.median(getattr(p.morsel, name) / max(getattr(p.peer, name), 1e-6) for p in chosen)

    cells = [f"{ratio(name, good):.3f}" for name in ("wall", "cpu", "peak_mb")]
    return cells + [f"{ratio('wall', clean):.3f} ({len(clean)})" if clean else "- (0)"]


HEADER = [
    "query", "threads", "engine", "n", "wall s", "CPU s", "peak MB", "Morsel wall s", "CPU s", "peak MB",
    "wall ratio", "CPU ratio", "peak ratio", "clean wall ratio", "rows",
]  # fmt: skip


def table(lines):
    """The lines as a Markdown table that is also readable as text."""
    cells = [HEADER]
    for line in lines:
        peers, own = [p.peer for p in line.pairs], [p.morsel for p in line.pairs]
        left = [line.query, str(line.threads), line.engine, str(len(line.pairs))]
        cells.append(left + figures(peers) + figures(own) + ratios(line.pairs) + [line.verdict])
    widths = [max(len(row[i]) for row in cells) for i in range(len(HEADER))]
    is_text = [title in ("query", "engine", "rows") for title in HEADER]

    def written(row):
        return "| " + " | ".join(c.ljust(w) if t else c.rjust(w) for c, w, t in zip(row, widths, is_text)) + " |"

    rule = "|" + "|".join("-" * (w + 2) if t else "-" * (w + 1) + ":" for w, t in zip(widths, is_text)) + "|"
    return "\n".join([written(cells[0]), rule] + [written(row) for row in cells[1:]])


def scaling_words(lines, counts):
    """Morsel's CPU time at each number of threads over that at one, for each query; '' without such figures."""
    result = []
    for name in dict.fromkeys(line.query for line in lines):
        medians = {}
        for threads in counts:
            chosen = [p.morsel for x in lines if x.query == name and x.threads == threads for p in x.pairs if p.morsel]
            good = [sample.cpu for sample in chosen if sample.error is None]
            if good:
                medians[threads] = statistics.median(good)
        if 1 in medians:
            result += [f"{name} {t}: {medians[t] / medians[1]:.2f}" for t in medians if t != 1]
    return "Morsel's CPU time at more threads over that at one: " + ", ".join(result) + "." if result else ""


def git_revision():
    """The commit that the tree stands at, '+' when it has changes; '' outside of a repository."""
    return engines.first_line(["git", "-C", ROOT, "describe", "--always", "--dirty=+", "--abbrev=10"])


def record(path, heading, paragraphs):
    is_new = not os.path.exists(path)
    with open(path, "a", encoding="utf-8") as file:
        if is_new:
            file.write("# Results\n\nWritten by `bench/run.py --record`; README.md says what each figure means.\n")
        file.write(f"\n## {heading}\n\n" + "\n\n".join(paragraphs) + "\n")


def threads_word(threads):
    return "1 thread" if threads == 1 else f"{threads} threads"


def notice(text):
    print(f"run.py: {text}", file=sys.stderr, flush=True)


# ---- command line ----


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add = parser.add_argument
    add("--morsel", default=os.path.join(ROOT, "build", "release", "morsel"), help="the program to measure")
    add("--python", default=sys.executable, help="a Python that has the peers' packages installed")
    add("--duckdb", help="DuckDB's command-line program (default: the one of --python's package, or on PATH)")
    add("--engines", help="peers, comma-separated; 'all', 'none'; default: the fast ones, and SQLite for select1")
    add("--only", metavar="QUERY,...", help="default: all of " + ",".join(q.name for q in QUERIES))
    add("--rows", type=int, default=DEFAULT_ROWS, help="rows of products.tsv (default %(default)s)")
    add("--threads", default="1,2", help="numbers of threads, comma-separated (default %(default)s)")
    add("--n", type=int, default=5, help=f"pairs of each kind; {QUICK_FACTOR} times as many for quick queries")
    add("--slow-n", type=int, default=1, help="pairs with the slow peers: pandas, Dask, SQLite")
    add("--timeout", type=float, default=300, help="seconds that one run may take (default %(default)s)")
    add("--data", default=os.path.join(tempfile.gettempdir(), "bench"), help="where the files are or are written")
    add("--record", action="store_true", help="append the report to bench/RESULTS.md")
    options = parser.parse_args()
    if options.rows < 1 or options.n < 1 or options.slow_n < 1:
        parser.error("--rows, --n and --slow-n take numbers from 1")
    names = [q.name for q in QUERIES]
    chosen = options.only.split(",") if options.only else names
    for name in chosen:
        if name not in names:
            parser.error(f"there is no query '{name}': choose from {', '.join(names)}")
    options.queries = [q for q in QUERIES if q.name in chosen]
    try:
        options.threads = [int(word) for word in options.threads.split(",")]
    except ValueError:
        parser.error("--threads takes numbers, comma-separated")
    return options


def choose_peers(wanted, found):
    """The peers to run, and whether they were asked for by name."""
    if wanted is None:
        return [peer for peer in found.values() if peer.default != ()], False
    if wanted == "none":
        return [], True
    if wanted == "all":
        return list(found.values()), True
    for name in wanted.split(","):
        if name not in found:
            raise BenchError(f"the engine '{name}' is not installed; found: {', '.join(found) or 'none'}")
    return [found[name] for name in wanted.split(",")], True


def plan(query, peers, by_name, counts):
    """The (peer, threads) combinations to run for a query; peer None: Morsel alone."""
    for threads in counts:
        chosen = [
            peer
            for peer in peers
            if peer.supports(query)
            and (by_name or peer.default is None or query.name in peer.default)
            and threads <= (peer.threads_limit or threads)
        ]
        for peer in chosen or [None]:
            yield peer, threads


def run_all(bench, options, morsel, peers, by_name):
    """Runs everything; returns the lines of the report and the failures."""
    lines, failures = [], []
    for query in options.queries:
        judge = Judge(query)
        for peer, threads in plan(query, peers, by_name, options.threads):
            if peer is None and morsel is None:
                continue
            notice(f"{query.name}, {threads_word(threads)}, {peer.name if peer else 'morsel'}: {query.what}")
            if peer is not None and peer.slow and not query.quick:
                repetitions = options.slow_n
            else:
                repetitions = options.n * (QUICK_FACTOR if query.quick else 1)
            pairs = bench.pairs(morsel, peer, query, threads, repetitions)
            name = peer.name if peer else "-"
            lines.append(Line(query.name, threads, name, pairs, judge.verdict(pairs, name, threads)))
        failures += judge.failures
    return lines, failures


def run(options):
    os.makedirs(options.data, exist_ok=True)
    beside = os.path.dirname(os.path.abspath(options.morsel))
    files = provide_files(build_program("generate_products", options.data, beside), options.data, options.rows)
    measure = build_program("measure", options.data, beside)
    morsel = None
    if os.access(options.morsel, os.X_OK):
        morsel = engines.Morsel(os.path.abspath(options.morsel))
    else:
        notice(f"there is no program '{options.morsel}': measuring the peers alone")
    for program in filter(None, [options.python, options.duckdb]):
        if not shutil.which(program):
            raise BenchError(f"there is no program '{program}'")
    found = engines.find_peers(options.python, options.duckdb)
    peers, by_name = choose_peers(options.engines, found)

    started = datetime.datetime.now(datetime.timezone.utc)
    with tempfile.TemporaryDirectory() as directory:
        bench = Bench(measure, files, directory, options.timeout)
        lines, failures = run_all(bench, options, morsel, peers, by_name)
    if not lines:
        raise BenchError("there was nothing to run")

    versions = [f"Morsel {morsel.version} at {git_revision() or 'no commit'}"] if morsel else []
    versions += [f"{peer.name} {peer.version}" for peer in peers]
    size = os.path.getsize(files["products"]) / 1e6
    paragraphs = [
        f"{machine()}. {'; '.join(versions)}. products.tsv: {options.rows:,} rows, {size:.0f} MB.",
        table(lines),
        bench.canary.words(),
    ]
    paragraphs += [words for words in [scaling_words(lines, options.threads)] if words]
    paragraphs += ["\n".join("- " + failure for failure in failures)] if failures else []
    print("\n\n".join(paragraphs))
    if options.record:
        record(os.path.join(BENCH, "RESULTS.md"), started.strftime("%Y-%m-%d %H:%M UTC"), paragraphs)
    return 1 if failures else 0


def main():
    try:
        return run(parse_arguments())
    except BenchError as error:
        print(f"run.py: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
