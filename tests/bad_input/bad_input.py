#!/usr/bin/env python3
"""What goes wrong must end in one clear error or in a right answer, and the connection must work afterwards.

    bad_input.py MORSEL [PATTERN]

Each check runs the shell; after every wrong statement the same connection is asked for something easy. A check
fails on: another exit status, a message without the words it must have, rows where none may come or other rows, more
memory or time than it may take, a signal. PATTERN runs only the checks whose names contain it.
"""
import gzip
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

MORSEL = os.path.abspath(sys.argv[1])
PATTERN = sys.argv[2] if len(sys.argv) > 2 else ""
SANITIZED = os.environ.get("MORSEL_TEST_SLOW") == "1"  # a build with sanitizers: slower and larger
PEAK = ".shell grep VmHWM /proc/$PPID/status\n"
ALIVE = "SELECT 'still ' || 'alive'"
checks = failures = 0


class Run:
    """One run of the shell to its end, with its output, peak memory and time."""

    def __init__(self, args, stdin=None, limit_s=20, prepare=None, env=None):
        # The last word of a script asks for the peak of the shell's memory (ru_maxrss would count this process too).
        if stdin is not None:
            stdin += PEAK
        started = time.monotonic()
        self.process = subprocess.Popen([MORSEL] + args, stdin=subprocess.PIPE if stdin is not None else subprocess.DEVNULL,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE, preexec_fn=prepare, env=env)
        killer = threading.Timer(limit_s * (10 if SANITIZED else 1), self.process.kill)
        killer.start()
        out, err = self.process.communicate(None if stdin is None else stdin.encode())
        killer.cancel()
        self.code = self.process.returncode
        self.out = out.decode("utf-8", "replace")
        self.err = err.decode("utf-8", "replace")
        self.peak_mb = 0
        if "VmHWM:" in self.out:
            self.out, _, peak = self.out.rpartition("VmHWM:")
            self.peak_mb = int(peak.split()[0]) / 1024
        self.seconds = time.monotonic() - started
        if os.environ.get("MORSEL_TEST_TIMES") and self.seconds > 0.7:
            print("%5.1f s %5.0f MB  %s" % (self.seconds, self.peak_mb, str(args)[-60:] + " " + str(stdin)[:100]))


def say(name, what, run=None):
    global failures
    failures += 1
    print("FAILED %s: %s" % (name, what))
    if run:
        print("  exit %s, %.1f s, %.0f MB" % (run.code, run.seconds, run.peak_mb))
        print("  out: %s" % run.out[:300].replace("\n", "\n       "))
        print("  err: %s" % run.err[:600].replace("\n", "\n       "))


def wanted(name):
    global checks
    if PATTERN not in name:
        return False
    checks += 1
    return True


def error(name, sql, *words, threads=(1, 8), options=(), prepare=None, peak_mb=None, limit_s=20):
    """The statement fails with all these words in its message, prints no row, and the connection goes on."""
    if not wanted(name):
        return
    for count in threads:
        run = Run(["-threads", str(count), *options], "%s;\n%s;\n" % (sql, ALIVE), limit_s, prepare)
        missing = [w for w in words if w.lower() not in run.err.lower()]
        if run.code != 1:
            say(name, "%s at %d threads: exit status 1 was expected" % (sql[:200], count), run)
        elif missing:
            say(name, "%s at %d threads: the message lacks %s" % (sql[:200], count, missing), run)
        elif run.out != "still alive\n":
            say(name, "%s at %d threads: other rows than those of the statement behind" % (sql[:200], count), run)
        elif peak_mb and run.peak_mb > peak_mb and not SANITIZED:
            say(name, "%s: more than %d MB" % (sql[:200], peak_mb), run)


def answer(name, sql, rows, threads=(1, 8), options=(), peak_mb=None, limit_s=20, may_warn=True):
    """The statement prints exactly these rows (a text, or a function of the output)."""
    if not wanted(name):
        return
    for count in threads:
        run = Run(["-threads", str(count), *options], "%s;\n%s;\n" % (sql, ALIVE), limit_s)
        good = rows(run.out) if callable(rows) else run.out == rows + "still alive\n"
        if run.code != 0:
            say(name, "%s at %d threads: exit status 0 was expected" % (sql[:200], count), run)
        elif not good:
            say(name, "%s at %d threads: other rows" % (sql[:200], count), run)
        elif not may_warn and run.err:
            say(name, "%s at %d threads: a warning" % (sql[:200], count), run)
        elif peak_mb and run.peak_mb > peak_mb and not SANITIZED:
            say(name, "%s: more than %d MB" % (sql[:200], peak_mb), run)


def path(name):
    return os.path.join(FOLDER, name)


def write(name, content):
    with open(path(name), "wb") as f:
        f.write(content if isinstance(content, bytes) else content.encode())
    return path(name)


# ---- files that are not there, not files, or empty ----

def check_missing():
    error("missing", "FROM '%s'" % path("nothing.csv"), "nothing.csv", "no file")
    write("sales.csv", "a,b\n1,2\n")
    error("missing_near", "FROM '%s'" % path("slaes.csv"), "slaes.csv", "sales.csv")
    error("missing_folder", "FROM '%s'" % path("no/such/folder.csv"), "no/such/folder.csv")
    error("missing_glob", "FROM '%s'" % path("nothing*.csv"), "nothing*.csv")
    error("missing_in_list", "FROM ['%s', '%s']" % (path("sales.csv"), path("nothing.csv")), "nothing.csv")
    os.symlink("circle.csv", path("circle.csv"))
    error("missing_circle", "FROM '%s'" % path("circle.csv"), "circle.csv")
    error("directory", "FROM '%s'" % FOLDER, "director")
    error("directory_copy", "COPY (SELECT 1) TO '%s'" % FOLDER, "director")
    write("empty.csv", "")
    error("empty", "FROM '%s'" % path("empty.csv"), "empty.csv", "empty")
    answer("empty_declared", "SELECT count(*) FROM read_csv('%s', columns={'a': 'INTEGER'})" % path("empty.csv"), "0\n")
    write("empty.csv.gz", gzip.compress(b""))
    error("empty_gz", "FROM '%s'" % path("empty.csv.gz"), "empty.csv.gz")
    write("header.csv", "a,b,c\n")
    answer("header_only", "SELECT count(*), count(a) FROM '%s'" % path("header.csv"), "0|0\n")
    answer("header_only_rows", "FROM '%s'" % path("header.csv"), "")
    write("header_no_end.csv", "a,b,c")
    answer("header_no_end", "SELECT count(*) FROM '%s'" % path("header_no_end.csv"), "0\n")
    write("newlines.csv", "\n\n\n")
    answer("newlines", "SELECT count(*) FROM read_csv('%s', columns={'a': 'VARCHAR', 'b': 'VARCHAR'})" % path("newlines.csv"), "0\n")
    write("bom.csv", b"\xef\xbb\xbf")
    error("bom_only", "FROM '%s'" % path("bom.csv"), "bom.csv", "empty")
    error("device", "FROM '/dev/null'", "/dev/null")


def check_unreadable():
    secret = write("secret.csv", "a\n1\n")
    os.chmod(secret, 0)
    prepare = None
    if os.geteuid() == 0:
        os.chmod(FOLDER, 0o755)
        prepare = lambda: (os.setgid(65534), os.setuid(65534))
        probe = subprocess.run([MORSEL, "-version"], preexec_fn=prepare, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) \
            if os.access(MORSEL, os.X_OK) else None
        if not probe or probe.returncode:
            print("unreadable: skipped, another user cannot run the shell")
            return
    error("unreadable", "FROM '%s'" % secret, "secret.csv", "permission denied", prepare=prepare)
    error("unwritable", "COPY (SELECT 1) TO '/proc/version'", "/proc/version", prepare=prepare)


# ---- content ----

def check_binary():
    random.seed(1)
    write("binary.csv", random.randbytes(1 << 20))
    error("binary", "FROM '%s'" % path("binary.csv"), "binary.csv")
    error("binary_all", "SELECT count(*), max(column0) FROM read_csv('%s', all_varchar=true)" % path("binary.csv"), "binary.csv")
    error("program", "SELECT * FROM '%s' LIMIT 100000" % shutil.which("ls"), "ls")
    write("nul.csv", b"a,b\n1,x\x00y\n2,\x00\n3,plain\n")
    error("nul", "SELECT a, length(b), hex(b) FROM '%s'" % path("nul.csv"), "nul.csv", "NUL byte")
    write("zeros.csv", b"\x00" * 100000)
    error("nul_only", "SELECT count(*) FROM read_csv('%s', header=false)" % path("zeros.csv"), "zeros.csv", "NUL byte")
    # Beyond what detection looks at, a NUL byte is a character like any other.
    write("nul_late.csv", b"a,b\n" + b"1,x\n" * 1000000 + b"2,x\x00y\n3,z\n")
    answer("nul_late", "SELECT a, length(b), hex(b) FROM '%s' WHERE a > 1" % path("nul_late.csv"), "2|3|780079\n3|1|7A\n")
    answer("nul_late_group", "SELECT b = 'x', count(*) FROM '%s' GROUP BY b ORDER BY 2 DESC, b" % path("nul_late.csv"),
           "true|1000000\nfalse|1\nfalse|1\n")
    write("quote.csv", "a,b\n1,x\n2,\"open\n3,y\n")
    error("open_quote", "SELECT count(*), max(b) FROM read_csv('%s', quote='\"', delim=',', header=true)" % path("quote.csv"), "quote.csv", "quote")
    with open(path("quote_large.csv"), "w") as f:
        f.write("a,b\n")
        for i in range(400000):
            f.write("%d,text %d\n" % (i, i))
        f.write("7,\"open\n")
        for i in range(1000):
            f.write("%d,text %d\n" % (i, i))
    error("open_quote_large", "SELECT count(*), sum(a) FROM '%s'" % path("quote_large.csv"), "quote_large.csv", "line 400002", "quote")
    error("open_quote_rows", "CREATE TABLE q AS FROM '%s'" % path("quote_large.csv"), "quote_large.csv", "line 400002", "quote")
    write("utf8.csv", b"a,b\n1,\xff\xfe\n2,ok\n")
    error("utf8", "SELECT b FROM '%s'" % path("utf8.csv"), "utf8.csv", "line 2", "UTF-8", "encoding")
    write("surrogate.csv", b"a,b\n1,\xed\xa0\x80\n")
    error("utf8_surrogate", "SELECT b FROM '%s'" % path("surrogate.csv"), "UTF-8")


def check_nul_text():
    write("nul_text.csv", b"a,b\n1,x\0y\n2,\0\n")
    error("nul_refused", "FROM '%s'" % path("nul_text.csv"), "NUL byte at byte 7")
    answer("nul_taken", "SELECT sum(a), max(length(b)), min(ascii(b)) FROM read_csv('%s', encoding='utf-8')" % path("nul_text.csv"),
           "3|3|0\n")


def check_long_line():
    with open(path("line.csv"), "wb") as f:
        for _ in range(64):
            f.write(b"x" * (1 << 20))
    error("long_line_memory", "SELECT count(*) FROM '%s'" % path("line.csv"), "line.csv", options=("-memory", "32MB"),
          peak_mb=100)
    answer("long_line", "SELECT count(*), max(length(column0)) FROM read_csv('%s', header=false)" % path("line.csv"),
           "1|67108864\n", threads=(2,), peak_mb=500)
    error("long_line_limit", "SELECT count(*) FROM read_csv('%s', max_line_size=1000000)" % path("line.csv"), "line.csv", "line 1",
          "max_line_size", threads=(2,))
    with open(path("line.csv"), "ab") as f:
        block = b"y" * (1 << 20)
        for _ in range(236):
            f.write(block)
    error("long_line_300", "SELECT length(column0) FROM read_csv('%s', header=false)" % path("line.csv"), "line.csv", "max_line_size",
          threads=(2,))
    error("long_line_300_name", "SELECT count(*) FROM '%s'" % path("line.csv"), "line 1 of", "line.csv", "max_line_size", peak_mb=400)
    os.unlink(path("line.csv"))
    write("limit.csv", b"a,b\n1,x\n22222222222222222222,y\n3,z\n4,444444444444444444444\n")
    error("long_line_small_limit", "SELECT count(*) FROM read_csv('%s', max_line_size=20)" % path("limit.csv"), "line 3",
          "max_line_size")
    answer("long_line_skipped", "SELECT count(*) FROM read_csv('%s', max_line_size=20, ignore_errors=true)" % path("limit.csv"), "2\n")
    with open(path("second.csv"), "wb") as f:
        f.write(b"a,b\n1,2\n")
        for _ in range(70):
            f.write(b"x" * (1 << 20))
    error("long_line_place", "SELECT count(*) FROM read_csv('%s', max_line_size=1000000)" % path("second.csv"), "begins at byte 8 ")
    os.unlink(path("second.csv"))
    with open(path("late.csv"), "wb") as f:
        f.write(b"a,b\n" + b"1,x\n" * 500000 + b"2," + b"z" * (40 << 20) + b"\n" + b"3,y\n" * 1000)
    answer("long_line_late", "SELECT count(*), sum(a), max(length(b)) FROM '%s'" % path("late.csv"), "501001|503002|41943040\n",
           peak_mb=400)
    error("long_line_late_memory", "SELECT count(*), max(length(b)) FROM '%s'" % path("late.csv"), "memory",
          options=("-memory", "24MB"), peak_mb=100)
    os.unlink(path("late.csv"))


def check_wide():
    columns = 100000
    with open(path("wide.csv"), "w") as f:
        f.write(",".join("c%d" % i for i in range(columns)) + "\n")
        for r in range(3):
            f.write(",".join(str(i + r) for i in range(columns)) + "\n")
    answer("wide_count", "SELECT count(*) FROM '%s'" % path("wide.csv"), "3\n", peak_mb=200)
    answer("wide_one", "SELECT c99999, c0 FROM '%s' ORDER BY c5 DESC" % path("wide.csv"), "100001|2\n100000|1\n99999|0\n", peak_mb=200)
    want = "".join("|".join(str(i + r) for i in range(columns)) + "\n" for r in range(3))
    answer("wide_all", "SELECT * FROM '%s'" % path("wide.csv"), want, peak_mb=200)
    answer("wide_exclude", "SELECT * EXCLUDE (c0) FROM '%s' LIMIT 1" % path("wide.csv"),
           lambda out: out.startswith("1|2|3|") and out.endswith("|99999\nstill alive\n"), threads=(2,), peak_mb=250)
    with open(path("wide.csv"), "a") as f:
        for r in range(3, 30):
            f.write(",".join(str(i % 1000 + r) for i in range(columns)) + "\n")
    for name, sql, most_mb in (("rows", "SELECT * FROM '%s'", 200), ("pair", "SELECT count(*) FROM '%s' a SEMI JOIN '%s' b ON a.c1 = b.c2", 250),
                              ("sort", "SELECT * FROM '%s' ORDER BY c7 DESC LIMIT 1", 300)):
        answer("wide_" + name, sql.replace("%s", path("wide.csv")), lambda out: len(out) > 10, peak_mb=most_mb)
    answer("wide_table", "CREATE TABLE w AS FROM '%s'; SELECT sum(c99999), count(*) FROM w" % path("wide.csv"), "327405|30\n",
           limit_s=60)
    error("wide_name", "SELECT c100000 FROM '%s'" % path("wide.csv"), "c100000", threads=(2,))


def check_compressed():
    text = b"a,b\n" + b"".join(b"%d,some text %d\n" % (i, i) for i in range(200000))
    packed = gzip.compress(text, 6)
    write("cut.csv.gz", packed[:len(packed) * 2 // 3])
    error("gzip_cut", "SELECT count(*) FROM '%s'" % path("cut.csv.gz"), "cut.csv.gz")
    answer("gzip_cut_limit", "FROM '%s' LIMIT 2" % path("cut.csv.gz"), "0|some text 0\n1|some text 1\n")
    write("end.csv.gz", packed[:-4])
    error("gzip_end", "SELECT count(*) FROM '%s'" % path("end.csv.gz"), "end.csv.gz")
    broken = bytearray(packed)
    broken[len(broken) // 2] ^= 0xFF
    write("broken.csv.gz", bytes(broken))
    error("gzip_broken", "SELECT count(*), sum(a) FROM '%s'" % path("broken.csv.gz"), "broken.csv.gz")
    write("not.csv.gz", text[:1000])
    error("gzip_not", "FROM read_csv('%s', compression='gzip')" % path("not.csv.gz"), "not.csv.gz")
    write("two.csv.gz", gzip.compress(b"a,b\n1,x\n") + gzip.compress(b"2,y\n"))
    answer("gzip_members", "FROM '%s'" % path("two.csv.gz"), "1|x\n2|y\n")
    if shutil.which("zstd"):
        packed = subprocess.run(["zstd", "-q", "-c"], input=text, stdout=subprocess.PIPE).stdout
        write("cut.csv.zst", packed[:len(packed) * 2 // 3])
        error("zstd_cut", "SELECT count(*) FROM '%s'" % path("cut.csv.zst"), "cut.csv.zst")
        broken = bytearray(packed)
        broken[len(broken) // 2] ^= 0xFF
        write("broken.csv.zst", bytes(broken))
        error("zstd_broken", "SELECT count(*), sum(a) FROM '%s'" % path("broken.csv.zst"), "broken.csv.zst")


def check_bad_rows():
    lines = ["id,n"] + ["%d,%d" % (i, i) for i in range(1, 1000001)]
    lines[400000] = "400000,first"
    lines[900000] = "900000,second"
    write("rows.csv", "\n".join(lines) + "\n")
    declared = "read_csv('%s', types={'n': 'BIGINT'})" % path("rows.csv")
    error("two_bad_rows", "SELECT sum(n) FROM %s" % declared, "rows.csv", "line 400001", "column n", "first")
    error("two_bad_rows_group", "SELECT n %% 7, count(*) FROM %s GROUP BY 1" % declared, "line 400001", "first")
    error("two_bad_rows_sort", "SELECT * FROM %s ORDER BY n DESC LIMIT 3" % declared, "line 400001", "first")
    answer("bad_row_limit", "SELECT * FROM read_csv('%s', types={'n': 'BIGINT'}) LIMIT 5" % path("rows.csv"),
           "1|1\n2|2\n3|3\n4|4\n5|5\n")
    answer("bad_row_unread", "SELECT sum(id) FROM %s" % declared, "500000500000\n")
    answer("bad_row_ignored", "SELECT count(*), sum(n) FROM read_csv('%s', types={'n': 'BIGINT'}, ignore_errors=true)" % path("rows.csv"),
           "999998|499999200000\n")
    answer("widened", "SELECT count(n), max(n) FROM '%s'" % path("rows.csv"), "1000000|second\n")
    if wanted("bad_row_after_rows"):
        # Rows before the bad one come out, then the error.
        for count in (1, 8):
            run = Run(["-threads", str(count)], "SELECT n FROM %s;\n%s;\n" % (declared, ALIVE))
            rows = run.out.split("\n")
            good = run.code == 1 and rows[:399999] == [str(i) for i in range(1, 400000)] and rows[399999:] == ["still alive", ""]
            if not good or "line 400001" not in run.err:
                say("bad_row_after_rows", "%d rows at %d threads" % (len(rows), count), run)


# ---- files that change while they are read ----

def paced(name, content, change, judge):
    """Reads the file with a slow reader of the output; `change` is applied when a part of it has come out."""
    if not wanted(name):
        return
    file = write(name + ".csv", content)
    for count in (1, 8):
        write(name + ".csv", content)
        process = subprocess.Popen([MORSEL, "-threads", str(count), "-c", "SELECT * FROM '%s'" % file, "-c", ALIVE],
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        killer = threading.Timer(60, process.kill)
        killer.start()
        head = process.stdout.read(100000)
        time.sleep(0.1)
        change(file)
        out = head + process.stdout.read()
        err = process.stderr.read().decode("utf-8", "replace")
        code = process.wait()
        killer.cancel()
        process.stdout.close()
        process.stderr.close()
        text = out.decode("utf-8", "replace")
        problem = judge(code, text, err)
        if not problem and not text.endswith("still alive\n"):
            problem = "the connection is dead"
        if problem:
            say(name, "%s at %d threads: exit %s, %d bytes of rows, %s" % (problem, count, code, len(out), err[:300]))


def check_changing():
    rows = 1500000
    content = b"id,text\n" + b"".join(b"%d,row number %d\n" % (i, i) for i in range(rows))
    whole = "".join("%d|row number %d\n" % (i, i) for i in range(rows)) + "still alive\n"

    def error_or_whole(words):
        def judge(code, text, err):
            if code == 0:
                return None if text == whole else "success, but not the rows of the file"
            if not any(w in err for w in words):
                return "an unclear error"
            body = text[:text.rfind("still alive")]
            return None if whole.startswith(body) else "rows that were never in the file"
        return judge

    def shrink(file):
        os.truncate(file, len(content) // 2 + 3)

    def grow(file):
        with open(file, "ab") as f:
            f.write(b"99,grown\n" * 1000)

    def replace(file):
        with open(file + ".new", "wb") as f:
            f.write(b"id,text\n" + b"7,other\n" * (len(content) // 8))
        os.replace(file + ".new", file)

    def remove(file):
        os.unlink(file)

    changed = error_or_whole(("changed", "truncated", "shorter", "longer", "replaced"))
    paced("shrinks", content, shrink, changed)
    paced("grows", content, grow, changed)
    paced("replaced", content, replace, changed)
    paced("removed", content, remove, changed)
    if wanted("fifo"):
        # A pipe that pauses in the middle of a row, then goes on.
        fifo = path("fifo.csv")
        os.mkfifo(fifo)

        def feed():
            with open(fifo, "wb", buffering=0) as f:
                f.write(b"a,b\n1,x\n2,")
                time.sleep(0.3)
                f.write(b"y\n" + b"3,z\n" * 10000)
        feeder = threading.Thread(target=feed)
        feeder.start()
        run = Run(["-c", "SELECT count(*), sum(a), max(b) FROM '%s'" % fifo])
        feeder.join()
        if run.code != 0 or run.out != "10002|30003|z\n":
            say("fifo", "other rows", run)


# ---- SQL ----

def check_sql():
    big = 10 << 20
    answer("sql_comment", "SELECT /* %s */ 1" % ("c" * big), "1\n", threads=(2,), peak_mb=300)
    answer("sql_literal", "SELECT length('%s')" % ("t" * big), "%d\n" % big, threads=(2,), peak_mb=300)
    error("sql_name", "SELECT %s" % ("n" * big), "no column", threads=(2,), peak_mb=300)
    answer("sql_sum", "SELECT %s" % "+".join(["1"] * 5000), "5000\n", threads=(2,))
    error("sql_sum_long", "SELECT %s" % "+".join(["1"] * 300000), "more than 5000 operators", threads=(2,))
    answer("sql_or", "SELECT %s" % " OR ".join(["false"] * 200000), "false\n", threads=(2,), limit_s=60)
    answer("sql_concat", "SELECT length(%s)" % "||".join(["'a'"] * 5000), "5000\n", threads=(2,), limit_s=60)
    answer("sql_in", "SELECT 777777 IN (%s)" % ",".join(str(i) for i in range(800000)), "true\n", threads=(2,), limit_s=60)
    answer("sql_in_column", "SELECT count(*) FROM range(10) r(i) WHERE i IN (%s)" % ",".join(str(i) for i in range(5, 300000)), "5\n",
           threads=(2,), limit_s=60)
    answer("sql_values", "SELECT count(*), sum(a) FROM (VALUES %s) t(a, b)" % ",".join("(%d,'x')" % i for i in range(200000)),
           "200000|19999900000\n", threads=(2,), limit_s=60)
    answer("sql_columns", "SELECT %s" % ",".join("%d AS c%d" % (i, i) for i in range(20000)),
           lambda out: out.startswith("0|1|2|") and out.endswith("|19999\nstill alive\n"), threads=(2,), limit_s=60)
    answer("sql_statements", "SELECT 1;" * 20000 + "SELECT 2", "1\n" * 20000 + "2\n", threads=(2,), limit_s=60)
    answer("sql_unions", " UNION ALL ".join(["SELECT 1 AS x"] * 1000), "1\n" * 1000, threads=(2,), limit_s=60)
    deep = 100000
    for name, sql in (("parens", "SELECT " + "(" * deep + "1" + ")" * deep),
                      ("open_parens", "SELECT " + "(" * deep),
                      ("subqueries", "SELECT " + "(SELECT " * deep + "1" + ")" * deep),
                      ("from", "SELECT * FROM " + "(SELECT * FROM " * deep + "range(1)" + ")" * deep),
                      ("not", "SELECT " + "NOT " * deep + "true"),
                      ("minus", "SELECT " + "- " * deep + "1"),
                      ("case", "SELECT " + "CASE WHEN true THEN " * deep + "1" + " END" * deep),
                      ("calls", "SELECT " + "abs(" * deep + "1" + ")" * deep),
                      ("casts", "SELECT 1" + "::INTEGER" * deep),
                      ("joins", "SELECT * FROM " + "(" * deep + "range(1)" + ")" * deep),
                      ("in", "SELECT " + "1 IN (" * deep + "1" + ")" * deep),
                      ("lists", "SELECT " + "[" * deep + "]" * deep),
                      ("with", "WITH a AS (" * deep + "SELECT 1" + ") SELECT 1" * deep),
                      ("between", "SELECT 1 " + "BETWEEN 1 AND 2 IS TRUE " * deep),
                      ("types", "SELECT CAST(1 AS INTEGER" + "[]" * deep + ")"),
                      ("comments", "SELECT " + "/*" * deep + "*/" * deep + " nosuch")):
        error("deep_" + name, sql, "" if name in ("between", "comments") else "nested too deeply", threads=(2,), limit_s=30)
    for name, sql in (("unary", "SELECT " + "-+" * 200 + "1"),):
        answer("nested_" + name, sql, "1\n", threads=(2,))
    error("names", "SELECT nosuch FROM range(1)", "nosuch")
    error("names_table", "SELECT 1 FROM nosuch", "nosuch")
    error("names_function", "SELECT nosuch(1)", "nosuch")
    error("type", "SELECT 1 + DATE '2020-01-01' * 2", "DATE")
    error("overflow", "SELECT sum(i + 9223372036854775000) FROM range(1000) r(i)", "out of range")
    answer("division", "SELECT 1 / 0, 1 % 0, 1.5 / 0, 1e0 / 0, i / (i - i) FROM range(1) r(i)", "||||\n")
    error("bytes", "SELECT '\\x00' || chr(0) || nosuch", "nosuch")
    if wanted("sql_nul"):
        run = Run(["-f", write("nul.sql", b"SELECT 1\x00; SELECT 2;\nSELECT 3;\n")])
        if run.code != 1 or "NUL" not in run.err.upper():
            say("sql_nul", "a NUL byte in a script", run)
    if wanted("sql_not_utf8"):
        run = Run(["-f", write("latin.sql", b"SELECT 'M\xfcller';\nSELECT 3;\n")])
        if run.code != 1 or "UTF-8" not in run.err or run.out != "3\n":
            say("sql_not_utf8", "a script that is not UTF-8", run)


# ---- memory ----

def check_memory():
    small = ("-memory", "16MB")
    text = "'a text that does not fit inline ' || i"
    for name, sql in (("group", "SELECT count(*) FROM (SELECT i, count(*) FROM range(3000000) r(i) GROUP BY i)"),
                      ("group_text", "SELECT count(*) FROM (SELECT %s AS t, count(*) FROM range(1000000) r(i) GROUP BY t)" % text),
                      ("distinct", "SELECT count(*) FROM (SELECT DISTINCT i FROM range(3000000) r(i))"),
                      ("count_distinct", "SELECT count(DISTINCT i) FROM range(3000000) r(i)"),
                      ("sort", "SELECT i FROM range(3000000) r(i) ORDER BY i % 1000, i LIMIT 3 OFFSET 2000000"),
                      ("sort_text", "SELECT t FROM (SELECT %s AS t FROM range(1000000) r(i)) ORDER BY t OFFSET 999999" % text),
                      ("join", "SELECT count(*) FROM range(3000000) a(i) JOIN range(3000000) b(i) ON a.i = b.i"),
                      ("loop_join", "SELECT count(*) FROM range(3000000) a(i) JOIN (SELECT i, %s AS t FROM range(1000000) r(i)) b "
                                    "ON a.i < b.i AND length(b.t) > a.i" % text),
                      ("string_agg", "SELECT length(string_agg(%s, ',')) FROM range(1000000) r(i)" % text),
                      ("median", "SELECT median(i) FROM range(5000000) r(i)"),
                      ("union", "SELECT count(*) FROM (SELECT i FROM range(3000000) r(i) UNION SELECT i FROM range(3000000) r(i))"),
                      ("table", "CREATE TABLE big AS SELECT i, %s AS t FROM range(1000000) r(i)" % text),
                      ("not_in", "SELECT count(*) FROM range(3000000) a(i) WHERE i NOT IN (SELECT i FROM range(2000000) b(i))")):
        error("memory_" + name, sql, "memory", options=small, peak_mb=80)
    error("memory_repeat", "SELECT repeat('x', 100000000)", "", options=small, peak_mb=80)
    if wanted("memory_again"):
        # After the refusal all of the budget is free again: the same small query works many times.
        sql = "SELECT count(*) FROM (SELECT i, count(*) FROM range(3000000) r(i) GROUP BY i);\n"
        small_sql = "SELECT count(*) FROM (SELECT i, count(*) FROM range(50000) r(i) GROUP BY i);\n"
        run = Run(["-memory", "16MB"], (sql + small_sql) * 5)
        if run.out != "50000\n" * 5:
            say("memory_again", "memory is not given back", run)
    answer("memory_enough", "SELECT count(*), sum(i) FROM range(20000000) r(i)", "20000000|199999990000000\n", options=small, peak_mb=80)
    if wanted("memory_table_dropped"):
        sql = "CREATE TABLE t AS SELECT i FROM range(1000000) r(i); DROP TABLE t;\n" * 5 + "SELECT 1;\n"
        run = Run(["-memory", "24MB"], sql)
        if run.code != 0 or run.out != "1\n":
            say("memory_table_dropped", "the memory of dropped tables", run)


# ---- output ----

def check_output():
    if wanted("closed_stdout"):
        for count in (1, 8):
            started = time.monotonic()
            process = subprocess.Popen([MORSEL, "-threads", str(count), "-c", "SELECT i, 'text' FROM range(1000000000) r(i)"],
                                       stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            first = process.stdout.readline()
            process.stdout.close()
            killer = threading.Timer(20, process.kill)
            killer.start()
            err = process.stderr.read()
            process.stderr.close()
            code = process.wait()
            killer.cancel()
            if first != b"0|text\n" or code != -signal.SIGPIPE or err or time.monotonic() - started > (30 if SANITIZED else 3):
                say("closed_stdout", "exit %s after %.1f s, %s" % (code, time.monotonic() - started, err[:200]))
    if os.path.exists("/dev/full"):
        for name, args in (("rows", ["-c", "SELECT i FROM range(1000000) r(i)"]), ("one", ["-c", "SELECT 1"]),
                           ("box", ["-box", "-c", "SELECT 1"])):
            if not wanted("full_" + name):
                continue
            with open("/dev/full", "w") as full:
                run = subprocess.run([MORSEL] + args, stdout=full, stderr=subprocess.PIPE, timeout=60)
            if run.returncode != 1 or b"No space left" not in run.stderr:
                say("full_" + name, "exit %s: %s" % (run.returncode, run.stderr[:300]))
        error("full_copy", "COPY (SELECT i FROM range(1000000) r(i)) TO '/dev/full'", "/dev/full", "no space left")
        error("full_copy_small", "COPY (SELECT 1) TO '/dev/full'", "/dev/full", "no space left")
        error("full_copy_gz", "COPY (SELECT i FROM range(1000000) r(i)) TO '/dev/full' (COMPRESSION gzip)", "/dev/full", "no space left")
    if wanted("file_too_large"):
        # A file may not grow beyond 1 MB, as on a disk with a quota.
        prepare = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20))
        target = path("quota.csv")
        run = Run(["-c", "COPY (SELECT i FROM range(1000000) r(i)) TO '%s'" % target, "-c", ALIVE], prepare=prepare)
        if run.code != 1 or "quota.csv" not in run.err or run.out != "still alive\n" or os.path.exists(target):
            say("file_too_large", "a file that may not grow", run)
    error("copy_nowhere", "COPY (SELECT 1) TO '%s'" % path("no/such/out.csv"), "no/such/out.csv")
    if wanted("copy_leaves_nothing"):
        before = set(os.listdir(FOLDER))
        run = Run(["-c", "COPY (SELECT ('x' || i)::INTEGER FROM range(10) r(i)) TO '%s'" % path("half.csv")])
        if run.code != 1 or set(os.listdir(FOLDER)) != before:
            say("copy_leaves_nothing", "left behind: %s" % (set(os.listdir(FOLDER)) - before), run)


# ---- cancelling ----

def check_pipes():
    """Standard input: compressed, encoded, cut off, in small pieces, named twice."""
    text = b"a,b\n" + b"".join(b"%d,x%d\n" % (i, i) for i in range(50000))
    packed = gzip.compress(text)
    count = "SELECT count(*), sum(a) FROM '/dev/stdin'"
    for name, sql, content, code, out, words in (
            ("plain", count, text, 0, b"50000|1249975000\n", ""),
            ("gzip", count, packed, 0, b"50000|1249975000\n", ""),
            ("gzip_cut", count, packed[:len(packed) // 2], 1, None, "whole gzip file"),
            ("utf16", "FROM '-'", "a,b\n1,\u017c\n".encode("utf-16"), 0, "1|\u017c\n".encode(), ""),
            ("one_byte", "FROM read_csv('-', header=false)", b"7", 0, b"7\n", ""),
            ("empty", "FROM '-'", b"", 1, b"", "is empty"),
            ("twice", "SELECT count(*) FROM '/dev/stdin' a, '-' b", text, 1, b"", "reads it twice"),
            ("twice_with", "WITH s AS (FROM '-') SELECT count(*) FROM s a, s b", text, 1, b"", "reads it twice"),
            ("kept", "CREATE TABLE t AS FROM '-' LIMIT 9; SELECT count(*) FROM t a, t b", text, 0, b"81\n", "")):
        if not wanted("pipe_" + name):
            continue
        for count_ in ("1", "8"):
            run = subprocess.run([MORSEL, "-threads", count_, "-c", sql], input=content, capture_output=True, timeout=60)
            if run.returncode != code or (out is not None and run.stdout != out) or words not in run.stderr.decode():
                say("pipe_" + name, "exit %d: %r %r" % (run.returncode, run.stdout[:200], run.stderr[:300]))


def check_interrupt():
    if os.path.exists(path("stall.csv")):
        os.unlink(path("stall.csv"))
    os.mkfifo(path("stall.csv"))
    holder = os.open(path("stall.csv"), os.O_RDWR)
    os.write(holder, b"a,b\n1,2\n")
    statements = (("cross", "SELECT count(*) FROM range(1000000000) a(i), range(1000000000) b(i) WHERE a.i + b.i < 0"),
                  ("scan", "SELECT sum(i) FROM range(100000000000) r(i)"),
                  ("group", "SELECT count(*) FROM (SELECT i, count(*) FROM range(30000000) r(i) GROUP BY i)"),
                  ("sort", "SELECT i FROM range(30000000) r(i) ORDER BY i % 1000, i OFFSET 29000000"),
                  ("join", "SELECT count(*) FROM range(30000000) a(i) JOIN range(30000000) b(i) ON a.i = b.i"),
                  ("regex", "SELECT count(*) FROM range(100000000) r(i) WHERE i::VARCHAR ~ '^(1+)+$'"),
                  ("fifo", "SELECT count(*) FROM '%s'" % path("stall.csv")),
                  ("rows", "SELECT i FROM range(100000000000) r(i)"),
                  ("fold", "SELECT length(lpad('x', 900000000, 'yz') || lpad('x', 900000000, 'yz'))"),
                  ("replace", "SELECT sum(length(replace(repeat('ab', 100000000 + i::INTEGER), 'a', 'bb'))) FROM range(100) r(i)"),
                  ("planner", "WITH c0 AS (SELECT 1 x)" + "".join(", c%d AS NOT MATERIALIZED (SELECT a.x FROM c%d a, c%d b)" % (i, i - 1, i - 1)
                                                                 for i in range(1, 24)) + " FROM c23"))
    for name, sql in statements:
        if not wanted("interrupt_" + name):
            continue
        process = subprocess.Popen([MORSEL, "-c", sql], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        killer = threading.Timer(30, process.kill)
        killer.start()
        time.sleep(0.25 if not SANITIZED else 1)
        sent = time.monotonic()
        process.send_signal(signal.SIGINT)
        err = process.stderr.read()
        process.stderr.close()
        code = process.wait()
        took = time.monotonic() - sent
        killer.cancel()
        if code != 130 or took > (10 if SANITIZED else 1.0):
            say("interrupt_" + name, "exit %s after %.3f s, %s" % (code, took, err[:200]))
    os.close(holder)
    if wanted("interrupt_goes_on"):
        # An interactive shell cancels the statement and takes the next.
        process = subprocess.Popen([MORSEL, "-interactive"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        killer = threading.Timer(60, process.kill)
        killer.start()
        process.stdin.write(b"SELECT count(*) FROM range(1000000000) a(i), range(1000000000) b(i) WHERE a.i + b.i < 0;\n")
        process.stdin.flush()
        time.sleep(0.5)
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate((ALIVE + ";\n").encode())
        killer.cancel()
        if process.returncode != 0 or b"still alive" not in out or b"nterrupt" not in out:
            say("interrupt_goes_on", "exit %s: %s" % (process.returncode, out[-400:]))
    error("timeout", "SET timeout = 200; SELECT count(*) FROM range(1000000000) a(i), range(1000000000) b(i) WHERE a.i + b.i < 0", "timeout",
          threads=(1, 8))


with tempfile.TemporaryDirectory(prefix="morsel_bad_") as FOLDER:
    for check in (check_missing, check_unreadable, check_binary, check_nul_text, check_long_line, check_wide, check_compressed,
                  check_bad_rows,
                  check_changing, check_sql, check_memory, check_output, check_pipes,
                  check_interrupt):
        started = time.monotonic()
        check()
        if os.environ.get("MORSEL_TEST_TIMES"):
            print("%-20s %.1f s" % (check.__name__, time.monotonic() - started))
print("%d checks, %d failed" % (checks, failures))
sys.exit(failures != 0)
