"""Every output mode prints, byte for byte, what the sqlite3 program prints for the same script.

Numbers are left out, and control characters in modes with columns, where the two spell them differently on purpose (docs/shell.md)."""
import subprocess
import sys

MODES = ["list", "csv", "json", "line", "column", "table", "box", "markdown", "quote", "html", "tabs", "insert",
         "insert t1", "insert 'my table'", "ascii", "tcl"]

ROWS = r"""(1, 'x', 1.5e0), (2, 'he said "hi", ok', -0.25e0), (3, NULL, NULL), (4, 'line
two', 3.5e0), (5, 'tab	x|y', 0.125e0), (6, 'a;b,c', 12345.5e0), (7, '<a href="x">&''</a>', 2.5e0), (8, '', 0.5e0),
(9, 'back\slash \n', 1.25e0), (NULL, ' blanks ', 2.25e0), (11, 'trailing newline
', 1.75e0)"""

# Other modes show control characters as ^A (docs/shell.md).
CONTROLS = "SELECT 'a\x01b\x08c\x0cd\x0fe\x1bf\x1fg\x7fh' AS k;"
CONTROL_MODES = ("list", "csv", "json", "line", "quote", "html", "tabs", "insert", "ascii", "tcl")

SCRIPT = """.mode {mode}
.headers {headers}
WITH t(a, b, c) AS (VALUES {rows}) SELECT * FROM t;
WITH t(a, b, c) AS (VALUES {rows}) SELECT a FROM t WHERE a < 0;
WITH t(a, b, c) AS (VALUES (1, 'x', 2)) SELECT a, b AS "x y", c AS "q""q", b AS "select" FROM t;
.nullvalue NIL
WITH t(a, b, c) AS (VALUES {rows}) SELECT b, a FROM t WHERE b IS NULL;
{controls}
.print 'a b' "c\\td" e
SELECT 'last'
"""

SEPARATORS = """.mode {mode}
.headers on
.separator ' ; '
WITH t(a, b) AS (VALUES (1, 'x'), (2, 'y ; z')) SELECT * FROM t;
.separator , @@
WITH t(a, b) AS (VALUES (1, 'x'), (2, 'y,z')) SELECT * FROM t;
"""

FLAGS = [["-csv", "-header"], ["-json"], ["-box"], ["-separator", "::"], ["-csv", "-separator", ";"], 
         ["-csv", "-newline", "!"], ["-tabs", "-nullvalue", "N"], ["-line", "-noheader"], ["-column"], ["-markdown"], ["-table"],
         ["-html", "-header"], ["-quote"], ["-echo"], ["-ascii"], ["-list", "-header"]]


def run(program, script, flags=()):
    done = subprocess.run([program, *flags, "-batch"], input=script.encode(), capture_output=True, timeout=60)
    return done.stdout, done.stderr


def main():
    morsel, sqlite = sys.argv[1:3]
    version = subprocess.run([sqlite, "-version"], capture_output=True, text=True).stdout
    if not version.startswith("3.40."):
        print(f"skipped: sqlite3 is {version.split()[0]}, the comparison is with 3.40")
        return 0
    cases = []
    for mode in MODES:
        for headers in ["on", "off"]:
            cases.append((f"{mode}, headers {headers}", SCRIPT.format(mode=mode, headers=headers, rows=ROWS,
                                                                     controls=CONTROLS if mode in CONTROL_MODES else ""), []))
        if mode not in ("json", "insert", "insert t1", "insert 'my table'"):
            cases.append((f"{mode}, separators", SEPARATORS.format(mode=mode), []))
    for flags in FLAGS:
        script = f"-- rows\nWITH t(a, b, c) AS (VALUES {ROWS}) SELECT * FROM t;\nSELECT 1 AS one; SELECT NULL AS n;\n"
        cases.append((" ".join(flags), script, flags))
    failed = 0
    for name, script, flags in cases:
        ours, errors = run(morsel, script, flags)
        theirs, _ = run(sqlite, script, flags)
        if ours != theirs or errors:
            failed += 1
            print(f"== {name}: differs\n-- morsel\n{ours.decode(errors='replace')}{errors.decode()}")
            print(f"-- sqlite3\n{theirs.decode(errors='replace')}")
    print(f"{len(cases)} scripts, {failed} differ")
    return 1 if failed else 0


sys.exit(main())
