"""The prompt, driven through a pseudo terminal: boxes, several lines, history, Tab, Ctrl-C, the meter."""
import fcntl
import os
import pty
import re
import select
import signal
import struct
import sys
import tempfile
import termios
import time

MORSEL = sys.argv[1]
failures = 0


class Terminal:
    def __init__(self, folder, *arguments, columns=80):
        self.output = ""
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            environment = {"TERM": "xterm", "HOME": folder, "PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"}
            for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS"):
                if name in os.environ:
                    environment[name] = os.environ[name]
            os.chdir(folder)
            os.execve(MORSEL, [MORSEL, *arguments], environment)
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))

    def read(self, until, seconds=30):
        """Reads until the pattern appears in what came since the last call; returns that, without cursor movements."""
        text = ""
        end = time.time() + seconds
        while time.time() < end:
            ready, _, _ = select.select([self.fd], [], [], 0.1)
            if ready:
                try:
                    data = os.read(self.fd, 65536)
                except OSError:
                    data = b""
                if not data:
                    break
                text += data.decode(errors="replace")
            clean = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b[=>]", "", text).replace("\r", "")
            if re.search(until, clean):
                return clean
        check(False, f"line {sys._getframe(1).f_back.f_lineno}: waited for {until!r}, got {text!r}")
        return text

    def type(self, text):
        time.sleep(0.05)  # the prompt is printed just before the terminal is made ready for single keys
        os.write(self.fd, text.encode())

    def send(self, text, until=r"morsel> $"):
        self.type(text)
        return self.read(until)

    def leave(self, how=".quit\n"):
        """Sends the last words, reads to the end, returns the exit code."""
        self.type(how)
        end = time.time() + 20
        try:
            while time.time() < end:
                if select.select([self.fd], [], [], 0.1)[0] and not os.read(self.fd, 65536):
                    break
        except OSError:
            pass
        if time.time() >= end:
            check(False, "still there after 20 s")
            os.kill(self.pid, signal.SIGKILL)
        _, status = os.waitpid(self.pid, 0)
        os.close(self.fd)
        return os.waitstatus_to_exitcode(status)


def check(condition, message):
    global failures
    if not condition:
        failures += 1
        print(f"FAILED: {message}")


def test_prompt(folder):
    t = Terminal(folder)
    check("Enter \".help\"" in t.read("morsel> $"), "greets")
    out = t.send("SELECT 1 AS n,\n", r"\.\.\.> $")
    out = t.send("'日本' AS s;\n")
    check("│    n    │    s    │" in out and "│ integer │ varchar │" in out, f"a box with types: {out}")
    check("│       1 │ 日本    │" in out and "1 row" in out, f"wide characters, footer: {out}")
    out = t.send("SELECT range AS n FROM range(1000);\n")
    check("1000 rows (40 shown)" in out and " 999 │" in out, f"elided rows: {out[-300:]}")
    check(out.count("│") < 120, "40 rows at most")
    out = t.send("SELECT " + ", ".join(f"'a long text number {k}' AS column_{k}" for k in range(12)) + ";\n")
    check("12 columns (" in out and "…" in out, "elided columns")
    check(all(len(line) <= 80 for line in out.split("\n") if line.startswith("│")), "fits the terminal")
    out = t.send("SELECT nothing;\n")
    check("Error: " in out and "^" in out, "an error with a caret")
    out = t.send(".mode csv\nSELECT 1, NULL, 3;\n", r"1,,3\nmorsel> $")
    t.send(".mode box\n")
    out = t.send("SELECT 1 AS n WHERE false;\n")
    check("0 rows" in out, "no rows")
    check(t.leave("\x04") == 0, "Ctrl-D leaves with 0")


def test_history(folder):
    t = Terminal(folder)
    t.read("morsel> $")
    t.send("\x1b[A\x1b[A\x1b[A", "SELECT 1, NULL, 3;")  # typed in test_prompt
    t.send("\x03")
    t.send("SELECT 'several'\n", r"\.\.\.> $")
    t.send("AS lines;\n")
    out = t.send("\x1b[A\n", r"1 row\nmorsel> $")
    check("several" in out and "lines" in out, f"a statement of several lines comes back whole: {out}")
    out = t.send(".history 2\n")
    check("AS lines;" in out, f".history: {out}")
    check(t.leave() == 0, ".quit leaves with 0")


def test_completion(folder):
    with open(os.path.join(folder, "fruit.csv"), "w") as f:
        f.write("name,colour_of_skin\napple,red\n")
    t = Terminal(folder)
    t.read("morsel> $")
    t.send("CREATE TABLE warehouse(shelf_number INTEGER);\n")
    out = t.send("DESCR\t", "DESCRIBE ")
    out = t.send("wareh\t", "warehouse ")
    out = t.send("\x03")
    out = t.send("FROM 'fru\t", "fruit.csv'")
    out = t.send("WHERE colo\t", "colour_of_skin ")
    out = t.send("\x03")
    out = t.send("SELECT shelf_ FROM warehouse" + "\x1b[D" * 15 + "\t", "number")
    out = t.send("\x03")
    out = t.send(".sch\t", "schema ")
    out = t.send("\x03")
    out = t.send(".mode j\t\t", "jsonlines")
    check("json" in out, "candidates are listed")
    out = t.send("\x03")
    check(t.leave() == 0, "leaves with 0")


def test_interrupt(folder):
    t = Terminal(folder)
    t.read("morsel> $")
    slow = "SELECT count(*) FROM range(1000000) a, range(1000000) b WHERE (a.range + b.range) % 7 = 8;\n"
    t.type(slow)
    out = t.read(r"memory, ", 30)
    check("%  " in out and " of " in out and "/s, " in out and " left" in out, f"the meter: {out}")
    start = time.time()
    out = t.send("\x03")
    check("Interrupted after" in out, f"Ctrl-C cancels: {out}")
    check(time.time() - start < 5, "at once")
    out = t.send("SELECT 'alive';\n")
    check("alive" in out, "the shell goes on")
    out = t.send("SELECT 'drop\x03")
    out = t.send("SELECT 'fresh';\n")
    check("fresh" in out and "Error" not in out, f"Ctrl-C drops the line: {out}")
    check(t.leave() == 0, "leaves with 0")


def test_start_file(folder):
    with open(os.path.join(folder, ".morselrc"), "w") as f:
        f.write(".prompt 'mine> '\n.print from the start file\n")
    t = Terminal(folder)
    out = t.read("mine> $")
    check("from the start file" in out, f"the start file: {out}")
    t.leave()
    t = Terminal(folder, "-no-init")
    t.read("morsel> $")
    t.leave()


for tests in ([test_prompt, test_history], [test_completion], [test_interrupt], [test_start_file]):
    with tempfile.TemporaryDirectory() as home:
        for test in tests:
            test(home)
print("all fine" if not failures else f"{failures} failed")
sys.exit(1 if failures else 0)
