"""Tests of the benchmark itself: the generator's promises, the stop-watch, the comparison of results.

    test_bench.py GENERATE_PRODUCTS MEASURE [unittest arguments]
"""
import collections
import os
import subprocess
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
import compare  # noqa: E402
import engines  # noqa: E402
import run  # noqa: E402

ROWS = 65_000


def generate(*arguments):
    return subprocess.run([GENERATE, *arguments], capture_output=True, check=True).stdout


class Generator(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.bytes = generate("--rows", str(ROWS))
        lines = cls.bytes.decode().splitlines()
        cls.header, cls.rows = lines[0].split("\t"), [line.split("\t") for line in lines[1:]]

    def column(self, name):
        place = self.header.index(name)
        return [row[place] for row in self.rows]

    def test_rectangular(self):
        self.assertEqual(self.header, "rid cat_1 cat_2 cat_3 r_date pid price qty".split())
        self.assertEqual({len(row) for row in self.rows}, {8})
        self.assertEqual(self.column("rid"), [str(i + 1) for i in range(ROWS)])

    def test_categories(self):
        for name, count in (("cat_1", 10), ("cat_2", 100), ("cat_3", 1000)):
            self.assertEqual(len(set(self.column(name))), count)
        for child, parent, count in (("cat_2", "cat_1", 100), ("cat_3", "cat_2", 1000)):
            self.assertEqual(len(set(zip(self.column(child), self.column(parent)))), count)

    def test_products(self):
        pids = collections.Counter(self.column("pid"))
        expected = ROWS * 2 / 13
        self.assertLess(abs(len(pids) - expected), expected * 0.01)
        self.assertEqual(len(set(zip(self.column("pid"), self.column("cat_3")))), len(pids))
        # The number behind the two letters makes a pid unique.
        self.assertEqual(len({pid[2:] for pid in pids}), len(pids))

    def test_values(self):
        dates = sorted(set(self.column("r_date")))
        self.assertEqual((dates[0], dates[-1], len(dates)), ("2015-01-01", "2024-12-31", 3653))
        self.assertEqual(set(self.column("qty")), {str(i) for i in range(1, 11)})
        for price in self.column("price"):
            self.assertRegex(price, r"^(0|[1-9]\d{0,3})\.\d\d$")
        self.assertGreater(min(map(float, self.column("price"))), 0)

    def test_deterministic(self):
        with tempfile.TemporaryDirectory() as directory:
            path = os.path.join(directory, "products.tsv")
            generate("--rows", str(ROWS), "-o", path)
            with open(path, "rb") as file:
                self.assertEqual(file.read(), self.bytes)
        self.assertNotEqual(generate("--rows", "100", "--seed", "1"), generate("--rows", "100", "--seed", "2"))

    def test_one_row(self):
        self.assertEqual(len(generate("--rows", "1").splitlines()), 2)

    def test_managers(self):
        rows = [line.split("\t") for line in generate("--table", "managers").decode().splitlines()]
        names = [row[0] for row in rows[1:]]
        known = set(self.column("cat_2"))
        self.assertEqual(rows[0], ["cat_2", "manager", "margin"])
        self.assertEqual(len(set(names)), len(names))
        self.assertEqual(len(known & set(names)), 95)
        self.assertEqual(len(set(names) - known), 3)

    def test_refusals(self):
        for arguments in (["--rows", "0"], ["--rows", "-5"], ["--rows", "7x"], ["--rows"], ["--what", "x"]):
            done = subprocess.run([GENERATE, *arguments], capture_output=True)
            self.assertEqual((done.returncode, done.stdout), (1, b""))
            self.assertIn(b"generate_products: ", done.stderr)
        self.assertEqual(subprocess.run([GENERATE, "-o", "/no/such/folder/x"], capture_output=True).returncode, 1)

    @unittest.skipUnless(os.path.exists("/dev/full"), "needs a full disk")
    def test_full_disk(self):
        done = subprocess.run([GENERATE, "--rows", "10", "-o", "/dev/full"], capture_output=True)
        self.assertEqual(done.returncode, 1)


class Measure(unittest.TestCase):
    def measure(self, *command, limit="20"):
        with tempfile.TemporaryDirectory() as directory:
            out, err = os.path.join(directory, "out"), os.path.join(directory, "err")
            done = subprocess.run([MEASURE, "run", limit, out, err, *command], capture_output=True, check=True)
            with open(out, encoding="utf-8") as file:
                return [*map(int, done.stdout.split()), file.read()]

    def test_output(self):
        wall_ns, user_us, system_us, peak_kb, how, text = self.measure("sh", "-c", "echo hello; exit 3")
        self.assertEqual((how, text), (3, "hello\n"))
        self.assertGreater(wall_ns, 0)
        self.assertGreaterEqual(user_us + system_us, 0)
        self.assertGreater(peak_kb, 0)

    def test_figures(self):
        program = "x = bytearray(100_000_000)\nfor i in range(2_000_000): pass"
        wall_ns, user_us, system_us, peak_kb, how, _ = self.measure(sys.executable, "-c", program)
        self.assertEqual(how, 0)
        self.assertGreater(user_us + system_us, 10_000)
        self.assertGreater(wall_ns, 10_000_000)
        self.assertGreater(peak_kb, 95_000)

    def test_peak_is_the_childs(self):
        # Not that of this process, which is larger.
        ballast = bytearray(200_000_000)
        peak_kb = self.measure("sh", "-c", "exit 0")[3]
        self.assertLess(peak_kb, len(ballast) // 2048)

    def test_signal(self):
        self.assertEqual(self.measure("sh", "-c", "kill -9 $$")[4], -9)

    def test_timeout(self):
        wall_ns, how = [self.measure("sh", "-c", "sleep 60 & sleep 60", limit="0.2")[i] for i in (0, 4)]
        self.assertEqual(how, -124)
        self.assertLess(wall_ns, 20e9)

    def test_not_a_program(self):
        done = subprocess.run([MEASURE, "run", "1", os.devnull, os.devnull, "/no/such/program"], capture_output=True)
        self.assertEqual(done.returncode, 2)

    def test_canary(self):
        for threads in ("1", "2"):
            done = subprocess.run([MEASURE, "canary", threads], capture_output=True, check=True)
            self.assertGreater(int(done.stdout), 0)


def query_of(kinds, ordered=True):
    return engines.Query("q", "", "SELECT 1", kinds, ordered=ordered)


class Compare(unittest.TestCase):
    def test_spelling_of_numbers(self):
        query = query_of("tfi")
        left, right = compare.read('"a",12.30,5\r\n', query), compare.read("a,12.3,5\n", query)
        self.assertIsNone(compare.difference(left, right))

    def test_sums_may_round(self):
        self.assertIsNone(compare.difference([(1e9,)], [(1e9 * (1 + 5e-13),)]))
        self.assertIsNotNone(compare.difference([(1e9,)], [(1e9 * (1 + 5e-12),)]))
        self.assertIsNotNone(compare.difference([(0.0,)], [(1e-300,)]))

    def test_integers_and_text_may_not(self):
        self.assertIsNotNone(compare.difference([(2**53,)], [(2**53 + 1,)]))
        self.assertIsNotNone(compare.difference([("a",)], [("a ",)]))
        self.assertIsNotNone(compare.difference([(1,)], []))

    def test_order(self):
        left, right = "1\n2\n", "2\n1\n"
        for ordered in (True, False):
            query = query_of("i", ordered)
            found = compare.difference(compare.read(left, query), compare.read(right, query))
            self.assertEqual(found is not None, ordered)

    def test_not_a_result(self):
        for text in ("x\n", "1.5\n", "\n"):
            with self.assertRaises(compare.RowError):
                compare.read(text, query_of("i"))

    def test_digits_of_morsel(self):
        query = query_of("f")
        judge = run.Judge(query)
        pairs = []
        for text in ("0.3\n", "0.30000000000000004\n"):
            pairs.append(run.Pair(run.Sample(text=text, rows=compare.read(text, query)), None, True))
        self.assertEqual(judge.verdict(pairs[:1], "-", 1), "same")
        self.assertEqual(judge.verdict(pairs[1:], "-", 2), "morsel differs from itself")
        self.assertEqual(len(judge.failures), 1)


class Report(unittest.TestCase):
    def test_ratios_of_pairs(self):
        pairs = [
            run.Pair(run.Sample(wall=a, cpu=a, peak_mb=10), run.Sample(wall=b, cpu=b, peak_mb=20), clean)
            for a, b, clean in ((1, 2, True), (1, 4, False), (3, 4, False))
        ]
        self.assertEqual(run.ratios(pairs), ["0.500", "0.500", "0.500", "0.500 (1)"])
        self.assertEqual(run.ratios([run.Pair(None, run.Sample(wall=1), True)]), ["-"] * 4)

    def test_table_is_rectangular(self):
        line = run.Line("q", 1, "duckdb", [run.Pair(None, run.Sample(wall=1, cpu=1, peak_mb=1), False)], "same")
        self.assertEqual(len({row.count("|") for row in run.table([line]).splitlines()}), 1)


if __name__ == "__main__":
    GENERATE, MEASURE = sys.argv[1:3]
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]])
