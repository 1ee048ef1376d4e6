#!/usr/bin/env python3
"""Runs the examples of the documentation and compares what they print.

    check_docs.py --morsel PROGRAM --generator PROGRAM [--rows N] PAGE...
    check_docs.py ... --update PAGE...      writes what is printed into the pages: look at the difference

What is run in a page, in order, all in one shell that starts in an empty folder with products.tsv (bench/) and UnicodeData.txt:

    ```file NAME      a file is made with this content
    ```sql            runs. The ```text block that follows, if one does, must be what it prints, errors included; without
                      one the block must print no error. Output is in column mode, NULL as NULL.
    morsel> ...       an indented block that begins so is a transcript of a prompt: typed lines and what they print, boxed
    - ... `SQL`       in a list under "<!-- unsupported -->": the SQL must answer "not supported yet" (a page of limits)

Pages are skipped, and the run says so, when UnicodeData.txt is not installed.
"""
import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile

UNICODE = "/usr/share/unicode/UnicodeData.txt"
MARK = "@@@ example %d @@@"


class Example:
    """A piece of SQL, the lines that it should print (None: anything but an error), and where these lines stand."""

    def __init__(self, line, sql, expected, span, kind):
        self.line, self.sql, self.expected, self.span, self.kind = line, sql, expected, span, kind
        self.printed = []


def fenced(lines, at):
    """The content of the fence that opens at lines[at], and the line behind its end."""
    end = at + 1
    while end < len(lines) and lines[end].rstrip() != "```":
        end += 1
    return lines[at + 1:end], end + 1


def read_sql(lines, at):
    sql, after = fenced(lines, at)
    follow = after
    while follow < len(lines) and not lines[follow].strip():
        follow += 1
    if follow < len(lines) and lines[follow].startswith("```text"):
        expected, end = fenced(lines, follow)
        return Example(at + 1, "\n".join(sql), expected, (follow + 1, end - 1), "sql"), end
    return Example(at + 1, "\n".join(sql), None, None, "sql"), after


def read_transcript(lines, at):
    """Typed lines and the output up to the next prompt, or to the end of the indented block."""
    examples, end = [], at
    while end < len(lines) and lines[end].startswith("    "):
        if not lines[end].startswith("    morsel> "):
            return examples, end
        start, typed = end, [lines[end][12:]]
        end += 1
        while end < len(lines) and lines[end].startswith("       ...> "):
            typed.append(lines[end][12:])
            end += 1
        first = end
        while end < len(lines) and lines[end].startswith("    ") and not lines[end].startswith("    morsel> "):
            end += 1
        output = [line[4:] for line in lines[first:end]]
        examples.append(Example(start + 1, "\n".join(typed), output, (first, end), "transcript"))
    return examples, end


def read_page(lines):
    examples, files, unsupported, at, in_list = [], [], [], 0, False
    while at < len(lines):
        line = lines[at]
        if line.strip() == "<!-- unsupported -->":
            in_list = True
        elif line.startswith("#"):
            in_list = False
        if line.startswith("```sql"):
            example, at = read_sql(lines, at)
            examples.append(example)
        elif line.startswith("```file "):
            content, after = fenced(lines, at)
            files.append((line[8:].strip(), "\n".join(content) + "\n"))
            at = after
        elif line.startswith("```"):
            at = fenced(lines, at)[1]
        elif line.startswith("    morsel> "):
            more, at = read_transcript(lines, at)
            examples.extend(more)
        else:
            if in_list and line.startswith("- "):
                unsupported.extend((at + 1, sql) for sql in re.findall(r"`([^`]+)`", line))
            at += 1
    return examples, files, unsupported


def shell(options, folder, script):
    name = os.path.join(folder, ".example.sql")
    with open(name, "w", encoding="utf-8") as out:
        out.write(script)
    command = [options.morsel, "-batch", "-no-init", "-f", ".example.sql"]
    run = subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=300, check=False)
    os.remove(name)
    text = run.stdout.decode("utf-8", "replace")
    # A script names its file and line; a prompt does not.
    return [re.sub(r"^\.example\.sql:\d+: ", "Error: ", line).rstrip() for line in text.split("\n")]


def add_footer(printed):
    """The line with the number of rows, which a box has on a terminal only."""
    border = next((at for at, line in enumerate(printed) if line.startswith("├")), None)
    if border is not None and printed[-1].startswith("└"):
        rows = len(printed) - border - 2
        printed.append(f"{rows} row" if rows == 1 else f"{rows} rows")


def run_examples(options, folder, examples):
    script = [".nullvalue NULL", ".mode column"]
    for number, example in enumerate(examples):
        script.append(".print " + MARK % number)
        if example.sql.startswith("EXPLAIN"):  # a plan is plain lines at a prompt
            script += [".headers off", example.sql, ".headers on"]
        elif example.kind == "transcript":
            script += [".mode box", ".types on", example.sql, ".types auto", ".mode column"]
        else:
            script.append(example.sql)
    script.append(".print " + MARK % len(examples))
    printed = shell(options, folder, "\n".join(script) + "\n")
    for number, example in enumerate(examples):
        try:
            start, end = printed.index(MARK % number), printed.index(MARK % (number + 1))
        except ValueError:
            return "the shell ended early:\n" + "\n".join(printed[-20:])
        example.printed = printed[start + 1:end]
        while example.printed and not example.printed[-1]:
            example.printed.pop()
        if example.kind == "transcript":
            add_footer(example.printed)
    return None


def write_page(page, lines, examples):
    for example in reversed(examples):
        if example.span is None:
            continue
        indent = "    " if example.kind == "transcript" else ""
        lines[example.span[0]:example.span[1]] = [(indent + line).rstrip() for line in example.printed]
    with open(page, "w", encoding="utf-8") as out:
        out.write("\n".join(lines))


def complain(page, example, what):
    print(f"{page}:{example.line}: {what}")
    print("    " + example.sql.replace("\n", "\n    "))
    for title, lines in (("expected", example.expected), ("printed", example.printed)):
        if lines is not None:
            print("  " + title + ":")
            print("\n".join("    " + line for line in lines))


def check_page(options, page):
    with open(page, encoding="utf-8") as source:
        lines = source.read().split("\n")
    examples, files, unsupported = read_page(lines)
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(UNICODE, folder)
        products = os.path.join(folder, "products.tsv")
        subprocess.run([options.generator, "--rows", str(options.rows), "-o", products], check=True, stdout=subprocess.DEVNULL)
        for name, content in files:
            with open(os.path.join(folder, name), "w", encoding="utf-8") as out:
                out.write(content)
        problem = run_examples(options, folder, examples)
        if problem:
            print(f"{page}: {problem}")
            return 1
        answers = []
        for line, sql in unsupported:
            setup = "CREATE TABLE t(a INTEGER, b INTEGER);\n.print\n"
            answers.append((line, sql, "\n".join(shell(options, folder, setup + sql + ";\n"))))
    if options.update:
        write_page(page, lines, examples)
        return 0
    bad = 0
    for example in examples:
        if example.expected is None:
            wrong = any(line.startswith("Error: ") for line in example.printed)
            what = "this example fails"
        else:
            wrong = [line.rstrip() for line in example.expected] != example.printed
            what = "this example prints something else"
        if wrong:
            complain(page, example, what)
            bad += 1
    for line, sql, answer in answers:
        if "not supported yet" not in answer:
            print(f"{page}:{line}: said to be unsupported, but answers:\n    {sql}\n{answer}")
            bad += 1
    print(f"{page}: {len(examples)} examples, {len(answers)} limits, {bad} wrong")
    return bad


def main():
    parser = argparse.ArgumentParser(description="Runs the examples of the documentation.")
    parser.add_argument("--morsel", required=True)
    parser.add_argument("--generator", required=True)
    parser.add_argument("--rows", type=int, default=1000)
    parser.add_argument("--update", action="store_true")
    parser.add_argument("pages", nargs="+")
    options = parser.parse_args()
    options.morsel, options.generator = os.path.abspath(options.morsel), os.path.abspath(options.generator)
    if not os.path.exists(UNICODE):
        print(f"skipped: {UNICODE} is not installed")
        return 0
    return 1 if sum(check_page(options, page) for page in options.pages) else 0


if __name__ == "__main__":
    sys.exit(main())
