"""The queries of the benchmark, and how each engine is told to run one of them as a whole process.

An engine prints its rows as CSV without a header on standard output; compare.py reads them.
"""
import dataclasses
import json
import os
import shutil
import subprocess

BENCH = os.path.dirname(os.path.abspath(__file__))
PEERS_PY = os.path.join(BENCH, "peers.py")


@dataclasses.dataclass(frozen=True)
class Query:
    """One query.

    kinds    a letter for each column of the result that is compared: i integer, t text (dates too), f float;
             columns beyond are ignored (DESCRIBE spells types differently everywhere)
    ordered  False: the rows come in any order
    quick    milliseconds: repeated more often
    files    the tables that it reads
    """

    name: str
    what: str
    sql: str
    kinds: str
    ordered: bool = True
    quick: bool = False
    files: tuple = ("products",)

    def sql_for(self, tables):
        """The SQL with each {table} replaced by what FROM wants there."""
        return " ".join(self.sql.format(**tables).split())


QUERIES = [
    Query("select1", "start and stop", "SELECT 1", "i", quick=True, files=()),
    Query("open", "names and types of the columns", "DESCRIBE SELECT * FROM {products}", "t", quick=True),
    Query("head", "the first five rows", "SELECT * FROM {products} LIMIT 5", "itttttfi", quick=True),
    Query(
        "group3",
        "group by three text columns, top 5",
        """SELECT cat_1, cat_2, cat_3, count(rid) AS n FROM {products}
           GROUP BY cat_1, cat_2, cat_3 ORDER BY n DESC, cat_3 LIMIT 5""",
        "ttti",
    ),
    Query(
        "group3_full",
        "the same, all 1,000 groups",
        "SELECT cat_1, cat_2, cat_3, count(rid) AS n FROM {products} GROUP BY cat_1, cat_2, cat_3",
        "ttti",
        ordered=False,
    ),
    Query(
        "filter_sum",
        "filter and sum",
        "SELECT sum(price) AS total FROM {products} WHERE qty > 5 AND r_date >= '2020-01-01'",
        "f",
    ),
    Query(
        "group_pid",
        "group by pid, top 10 by sum",
        """SELECT pid, count(*) AS n, sum(price) AS total FROM {products}
           GROUP BY pid ORDER BY total DESC, pid LIMIT 10""",
        "tif",
    ),
    Query(
        "group_pid_check",
        "group by pid, all groups reduced to one row",
        """SELECT count(*) AS groups, sum(n) AS n, max(n) AS most, sum(n * n) AS squares, sum(total) AS total,
                  max(total) AS highest
           FROM (SELECT pid, count(*) AS n, sum(price) AS total FROM {products} GROUP BY pid) AS g""",
        "iiiiff",
    ),
    Query(
        "top10",
        "whole rows, top 10 by price",
        "SELECT * FROM {products} ORDER BY price DESC, rid LIMIT 10",
        "itttttfi",
    ),
    Query(
        "join",
        "join with a small file, group by",
        """SELECT m.manager, count(*) AS n, sum(p.qty) AS items, sum(p.price * m.margin) AS profit
           FROM {products} AS p JOIN {managers} AS m ON p.cat_2 = m.cat_2
           GROUP BY m.manager ORDER BY m.manager""",
        "tiif",
        files=("products", "managers"),
    ),
]


def quoted(text):
    """`text` as an SQL string literal."""
    return "'" + text.replace("'", "''") + "'"


class Engine:
    """One program to measure; subclasses say how it is run.

    name      as --engines spells it
    version   what it says of itself
    slow      one repetition is enough (--slow-n)
    default   names of the queries that it runs without being asked for by name; None: all
    """

    name = ""
    slow = False
    default = None
    threads_limit = None  # it cannot use more

    def __init__(self, version):
        self.version = version

    def supports(self, query):
        return True

    def command(self, query, threads, files):
        """The argument vector that runs `query`; files: table -> path."""
        raise NotImplementedError

    def environment(self, threads):
        """What is added to the environment."""
        return {}


class Morsel(Engine):
    name = "morsel"

    def __init__(self, program):
        super().__init__(first_line([program, "-version"]) or "of unknown version")
        self.program = program

    def command(self, query, threads, files):
        sql = query.sql_for({table: quoted(path) for table, path in files.items()})
        return [self.program, "-csv", "-noheader", "-threads", str(threads), "-c", sql]


class DuckDB(Engine):
    """The command-line program where there is one (it starts faster), the Python module otherwise."""

    name = "duckdb"

    def __init__(self, version, prefix):
        super().__init__(version)
        self.prefix = prefix

    def command(self, query, threads, files):
        sql = query.sql_for({table: quoted(path) for table, path in files.items()})
        if self.prefix[-1] == PEERS_PY:
            return [*self.prefix, "duckdb", sql, str(threads)]
        return [*self.prefix, "-no-init", "-csv", "-noheader", "-c", f"SET threads = {threads}; {sql}"]


class Frames(Engine):
    """A data frame library; peers.py holds the queries in its own words."""

    def __init__(self, version, python):
        super().__init__(version)
        self.python = python

    def command(self, query, threads, files):
        paths = [files.get("products", ""), files.get("managers", "")]
        return [self.python, PEERS_PY, self.name, query.name, str(threads), *paths]

    def supports(self, query):
        return query.name != "select1"


class Polars(Frames):
    name = "polars"

    def environment(self, threads):
        return {"POLARS_MAX_THREADS": str(threads)}


class Pandas(Frames):
    name = "pandas"
    slow = True
    default = ()
    threads_limit = 1


class Dask(Frames):
    name = "dask"
    slow = True
    default = ()


class SQLite(Engine):
    """Has to import the file into a table in memory first, so by default it only takes part in select1."""

    name = "sqlite"
    slow = True
    default = ("select1",)
    threads_limit = 1
    tables = {
        "products": "rid INTEGER, cat_1 TEXT, cat_2 TEXT, cat_3 TEXT, r_date TEXT, pid TEXT, price REAL, qty INTEGER",
        "managers": "cat_2 TEXT, manager TEXT, margin REAL",
    }

    def __init__(self, version, program):
        super().__init__(version)
        self.program = program

    def supports(self, query):
        return query.name != "open"

    def command(self, query, threads, files):
        sql = query.sql_for({table: table for table in self.tables})
        # Tabs before CSV: CSV mode changes the end of a row too, and tabs mode would not change it back.
        steps = [f"CREATE TABLE {table}({self.tables[table]});" for table in query.files] + [".mode tabs"]
        steps += [f".import --skip 1 {quoted(files[table])} {table}" for table in query.files] + [".mode csv"]
        commands = [word for step in steps for word in ("-cmd", step)]
        return [self.program, "-batch", "-csv", "-noheader", *commands, ":memory:", sql]


def first_line(command):
    """The first line that `command` prints, or '' when it fails."""
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    lines = done.stdout.strip().splitlines()
    return lines[0] if done.returncode == 0 and lines else ""


# Run by the other Python: the versions of what is installed there, and the DuckDB program if a package brings it.
PROBE = """
import importlib.metadata, importlib.util, json, os
found = {}
for name in ("duckdb", "polars", "pandas", "dask"):
    try:
        found[name] = importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        pass
package = importlib.util.find_spec("duckdb_cli")
if package is not None:
    found["duckdb_program"] = os.path.join(os.path.dirname(package.origin), "duckdb")
print(json.dumps(found))
"""


def find_peers(python, duckdb_program):
    """Every peer that is installed, by name."""
    found = json.loads(first_line([python, "-c", PROBE]) or "{}")
    peers = {}
    program = duckdb_program or found.get("duckdb_program") or shutil.which("duckdb")
    version = first_line([program, "--version"]) if program else ""
    if version:
        peers["duckdb"] = DuckDB(version.split()[0].lstrip("v"), [program])
    elif "duckdb" in found:
        peers["duckdb"] = DuckDB(found["duckdb"] + " (Python)", [python, PEERS_PY])
    for engine in (Polars, Pandas, Dask):
        if engine.name in found:
            peers[engine.name] = engine(found[engine.name], python)
    program = shutil.which("sqlite3")
    version = first_line([program, "--version"]) if program else ""
    if version:
        peers["sqlite"] = SQLite(version.split()[0], program)
    return peers
