#!/usr/bin/env python3
"""Runs the same queries over text files that Debian packages bring, in Morsel and in SQLite, and compares the rows.

    debian_files.py MORSEL

Files: UnicodeData.txt and others of unicode-data, zone1970.tab, zone.tab and iso3166.tab of tzdata, /etc/services and
/etc/passwd. What is not installed is skipped with a notice; exit status 77 when nothing could be compared.
"""
import os
import sqlite3
import subprocess
import sys

UNICODE = "/usr/share/unicode/UnicodeData.txt"
BLOCKS = "/usr/share/unicode/Blocks.txt"
ZONES = "/usr/share/zoneinfo/zone1970.tab"
COUNTRIES = "/usr/share/zoneinfo/iso3166.tab"
PASSWD = "/etc/passwd"


def load(db, name, path, delimiter, columns, numbers=()):
    """The file as a SQLite table, split in the plainest way; empty fields are NULL, short rows are padded."""
    db.execute("CREATE TABLE %s (%s)" % (name, ", ".join(c + (" INTEGER" if c in numbers else " TEXT") for c in columns)))
    with open(path, encoding="utf-8", newline="") as f:
        for line in f:
            line = line.rstrip("\n")
            if line.startswith("#") or not line:
                continue
            fields = [x if x else None for x in line.split(delimiter)]
            fields = fields[:len(columns)] + [None] * (len(columns) - len(fields))
            db.execute("INSERT INTO %s VALUES (%s)" % (name, ",".join("?" * len(columns))), fields)


UNICODE_COLUMNS = ["code", "name", "category", "combining", "bidi", "decomposition", "decimal_digit", "digit", "numeric_value",
                   "mirrored", "old_name", "comment", "upper", "lower", "title"]

TABLES = {
    "u": (UNICODE, ";", UNICODE_COLUMNS, ("combining", "decimal_digit", "digit"),
          "read_csv('%s', delim=';', header=false, names=[%s])" % (UNICODE, ", ".join("'%s'" % c for c in UNICODE_COLUMNS))),
    "z": (ZONES, "\t", ["codes", "coordinates", "zone", "comments"], (),
          "read_csv('%s', null_padding=true, comment='#', names=['codes', 'coordinates', 'zone', 'comments'])" % ZONES),
    "c": (COUNTRIES, "\t", ["code", "country"], (), "read_csv('%s', comment='#', names=['code', 'country'])" % COUNTRIES),
    "p": (PASSWD, ":", ["login", "pass", "uid", "gid", "gecos", "home", "program"], ("uid", "gid"),
          "read_csv('%s', delim=':', quote='', header=false, "
          "names=['login', 'pass', 'uid', 'gid', 'gecos', 'home', 'program'])" % PASSWD),
}

# Each query is spelled alike in both; {u} stands for the table or the file.
QUERIES = [
    "SELECT count(*), count(name), count(old_name), count(upper), count(digit), count(numeric_value) FROM {u} t",
    "SELECT category, count(*) AS n FROM {u} t GROUP BY category ORDER BY n DESC, category",
    "SELECT category, bidi, count(*), min(code), max(name), sum(combining) FROM {u} t GROUP BY category, bidi ORDER BY 1, 2",
    "SELECT code, name FROM {u} t WHERE name LIKE '%SMILING%' ORDER BY code",
    "SELECT code, name, lower FROM {u} t WHERE lower IS NOT NULL AND category <> 'Lu' ORDER BY code",
    "SELECT digit, count(*) FROM {u} t WHERE digit IS NOT NULL GROUP BY digit ORDER BY digit",
    "SELECT substr(code, 1, 2) AS page, count(*) FROM {u} t GROUP BY page HAVING count(*) > 200 ORDER BY page",
    "SELECT name FROM {u} t ORDER BY length(name) DESC, name LIMIT 20",
    "SELECT a.code, b.code FROM {u} a JOIN {u} b ON a.upper = b.code WHERE a.lower IS NOT NULL ORDER BY 1, 2",
    "SELECT count(*) FROM {u} a JOIN {u} b ON a.lower = b.code AND b.upper = a.code",
    "SELECT a.code, a.name FROM {u} a LEFT JOIN {u} b ON b.code = a.upper AND b.lower = a.code "
    "WHERE a.upper IS NOT NULL AND b.code IS NULL ORDER BY a.code",
    "SELECT DISTINCT numeric_value FROM {u} t WHERE numeric_value LIKE '%/%' ORDER BY numeric_value",
    "SELECT category FROM {u} t WHERE mirrored = 'Y' INTERSECT SELECT category FROM {u} t WHERE combining = 0 ORDER BY 1",
    "SELECT sum(combining), max(combining), count(DISTINCT combining), count(DISTINCT bidi) FROM {u} t",
    "SELECT t.* FROM {u} t WHERE code IN ('0041', '00DF', '1F600', 'FFFD', '0660') ORDER BY code",
    "SELECT count(*), count(comments), min(zone), max(zone) FROM {z} t",
    "SELECT * FROM {z} t ORDER BY zone",
    "SELECT substr(zone, 1, instr(zone, '/') - 1) AS area, count(*) FROM {z} t GROUP BY area ORDER BY area",
    "SELECT z.zone, c.country FROM {z} z JOIN {c} c ON substr(z.codes, 1, 2) = c.code ORDER BY 1, 2",
    "SELECT c.code, c.country FROM {c} c WHERE c.code NOT IN (SELECT substr(codes, 1, 2) FROM {z} z) ORDER BY 1",
    "SELECT c.country, count(z.zone) FROM {c} c LEFT JOIN {z} z ON c.code = substr(z.codes, 1, 2) GROUP BY c.country ORDER BY 1",
    "SELECT country FROM {c} t WHERE country > 'Å' ORDER BY country",
    "SELECT login, uid, home FROM {p} t ORDER BY uid, login",
    "SELECT program, count(*), min(uid), max(gid) FROM {p} t GROUP BY program ORDER BY program",
]


def as_text(value):
    return "" if value is None else str(value)


def main():
    morsel = sys.argv[1]
    db = sqlite3.connect(":memory:")
    there = {}
    for name, (path, delimiter, columns, numbers, source) in TABLES.items():
        if os.access(path, os.R_OK):
            load(db, name, path, delimiter, columns, numbers)
            there[name] = source
        else:
            print("%s is not there: its queries are skipped" % path)
    compared = failed = 0
    for query in QUERIES:
        used = [name for name in TABLES if "{%s}" % name in query]
        if any(name not in there for name in used):
            continue
        want = []
        for row in db.execute(query.replace("{", "").replace("}", "")):
            want.append("|".join(as_text(v) for v in row))
        ours = query.format(**there)
        # NULLs sort first in SQLite's ascending order, and last in its descending order.
        ours = ours.replace(" DESC", " DESC NULLS LAST") if "NULLS" not in ours else ours
        for threads in ("1", "8"):
            run = subprocess.run([morsel, "-threads", threads, "-c", ours], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            got = run.stdout.decode().split("\n")[:-1]
            compared += 1
            if run.returncode == 0 and (got == want or sorted(got) == sorted(want) and has_null_keys(want)):
                continue
            failed += 1
            print("another result at %s threads: %s" % (threads, query))
            print(run.stderr.decode())
            for k in range(max(len(got), len(want))):
                a = want[k] if k < len(want) else "(no row)"
                b = got[k] if k < len(got) else "(no row)"
                if a != b:
                    print("  row %d: SQLite has %r, Morsel has %r" % (k + 1, a, b))
                    break
    print("%d results compared, %d differ" % (compared, failed))
    return 77 if not compared else failed != 0


def has_null_keys(rows):
    """An empty first field is a NULL that the two engines sort to different ends."""
    return any(r.startswith("|") or r == "" for r in rows)


sys.exit(main())
