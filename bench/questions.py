"""A folder of questions (tpch, retail): its schema, its questions, the generator of its tables.

schema.sql makes the tables; NAME.sql is a question, and NAME.sqlite.sql says the same where SQLite lacks a word; promises.sql counts
what breaks the generator's promises; indexes.sql is what SQLite needs so as not to take minutes.
"""
import os
import re
import subprocess

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


class Suite:
    def __init__(self, name):
        self.name = name
        self.least_rows = 2 if name == "retail" else 0  # of an answer; some of TPC-H's are one row, or none when there are few orders
        self.folder = os.path.join(ROOT, "bench", name)
        self.schema = self.read("schema.sql")
        self.tables = re.findall(r"CREATE TABLE (\w+)", self.schema)
        self.questions = sorted(f[:-4] for f in os.listdir(self.folder) if re.fullmatch(r"[a-z]\d\d\.sql", f))

    def read(self, name):
        with open(os.path.join(self.folder, name), encoding="utf-8") as file:
            return file.read()

    def columns(self, table):
        """(column, type, whether it has NULLs) of a table, as schema.sql has them."""
        body = re.search(r"CREATE TABLE %s \((.*?)\);" % table, self.schema, re.DOTALL).group(1)
        return [(name, kind, not never) for name, kind, never in re.findall(r"(\w+) (\w+(?:\(\d+,\d+\))?)( NOT NULL)?(?:,|$)", body)]

    def question(self, name, dialect=None):
        """The text of a question; that of the dialect where the question needs words of its own there."""
        path = f"{name}.{dialect}.sql"
        return self.read(path if dialect and os.path.exists(os.path.join(self.folder, path)) else f"{name}.sql")

    def generate(self, program, scale, folder):
        """Writes the tables for a scale unless they are there; returns their folder."""
        made = os.path.join(folder, f"{self.name}-{scale}")
        if not os.path.exists(os.path.join(made, "done")):
            os.makedirs(made, exist_ok=True)
            subprocess.run([program, "--scale", str(scale), "-o", made], check=True)
            open(os.path.join(made, "done"), "w").close()
        return made

    def loading(self, folder):
        """Morsel's statements that make and fill the tables in memory."""
        return self.schema + "".join(f"INSERT INTO {t} FROM '{folder}/{t}.tsv';\n" for t in self.tables)

    def loading_duckdb(self, folder):
        return self.schema + "".join(
            f"INSERT INTO {t} SELECT * FROM read_csv('{folder}/{t}.tsv', delim='\t', header=true, quote='');\n" for t in self.tables)
