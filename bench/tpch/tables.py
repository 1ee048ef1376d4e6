"""The files of bench/tpch: the generator's tables and the 22 questions."""
import os
import re
import subprocess

HERE = os.path.dirname(os.path.abspath(__file__))
TABLES = ["region", "nation", "supplier", "part", "partsupp", "customer", "orders", "lineitem"]
QUESTIONS = range(1, 23)


def read(name):
    with open(os.path.join(HERE, name), encoding="utf-8") as file:
        return file.read()


def schema():
    return read("schema.sql")


def column_types(table):
    """(column, type) of a table, as schema.sql has them."""
    body = re.search(r"CREATE TABLE %s \((.*?)\);" % table, schema(), re.DOTALL).group(1)
    return re.findall(r"(\w+) (\w+(?:\(\d+,\d+\))?) NOT NULL", body)


def question(number, dialect=None):
    """The text of a question; that of the dialect where the question needs words of its own there."""
    path = f"q{number:02}.{dialect}.sql"
    return read(path if dialect and os.path.exists(os.path.join(HERE, path)) else f"q{number:02}.sql")


def generate(program, scale, folder):
    """Writes the tables for a scale unless they are there; returns their folder."""
    made = os.path.join(folder, f"tpch-{scale}")
    if not os.path.exists(os.path.join(made, "done")):
        os.makedirs(made, exist_ok=True)
        subprocess.run([program, "--scale", str(scale), "-o", made], check=True)
        open(os.path.join(made, "done"), "w").close()
    return made


def loading(folder):
    """Morsel's statements that make and fill the tables in memory."""
    return schema() + "".join(f"INSERT INTO {t} FROM '{folder}/{t}.tsv';\n" for t in TABLES)
