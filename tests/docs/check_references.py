#!/usr/bin/env python3
"""What the pages name exists: links and their anchors, files in tables, C code of examples/, SQLSTATEs of the sources.

    check_references.py SOURCE_FOLDER
"""
import os
import re
import sys

SOURCES = ("base", "grammar", "functions", "storage", "planner", "executor", "api")


def read(path):
    with open(path, encoding="utf-8") as source:
        return source.read()


def pages_of(root):
    pages = [os.path.join(root, "README.md")]
    for folder, _, names in os.walk(os.path.join(root, "docs")):
        pages.extend(os.path.join(folder, name) for name in names if name.endswith(".md"))
    return sorted(pages)


def anchors_of(text):
    """Anchors as they are made from headings: lower case, blanks to -, other signs dropped."""
    headings = re.findall(r"^#+ +(.*)$", re.sub(r"^```.*?^```", "", text, flags=re.S | re.M), flags=re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def check_links(root):
    bad = []
    for page in pages_of(root):
        text = re.sub(r"^```.*?^```", "", read(page), flags=re.S | re.M)
        for target in re.findall(r"\]\(([^)\s]+)\)", text):
            if "://" in target:
                continue
            path, _, anchor = target.partition("#")
            file = os.path.normpath(os.path.join(os.path.dirname(page), path)) if path else page
            if not os.path.exists(file):
                bad.append(f"{page}: no file {target}")
            elif anchor and anchor not in anchors_of(read(file)):
                bad.append(f"{page}: no heading for {target}")
    return bad


def check_index(root):
    """Every page is named in the index."""
    index = read(os.path.join(root, "docs", "README.md"))
    docs = os.path.join(root, "docs")
    names = [os.path.relpath(page, docs) for page in pages_of(root)[0:] if page.startswith(docs)]
    return [f"docs/README.md does not name {name}" for name in names if name != "README.md" and f"({name})" not in index]


def check_code(root):
    """C fragments of the C page stand in an example, and so compile and run."""
    squeeze = lambda text: [line.strip() for line in text.split("\n") if line.strip()]
    programs = [squeeze(read(os.path.join(root, "examples", name))) for name in sorted(os.listdir(os.path.join(root, "examples")))
                if name.endswith(".c")]
    bad = []
    for fragment in re.findall(r"^```c\n(.*?)^```", read(os.path.join(root, "docs", "c_api.md")), flags=re.S | re.M):
        lines = squeeze(fragment)
        size = len(lines)
        if not any(lines == program[at:at + size] for program in programs for at in range(len(program) - size + 1)):
            bad.append("docs/c_api.md: this fragment is in no program of examples/:\n" + fragment)
    return bad


def check_states(root):
    """The states of errors.md are those that the sources use."""
    used = set()
    for folder in SOURCES:
        for name in os.listdir(os.path.join(root, folder)):
            if name.endswith((".c", ".h", ".inc", ".y", ".re")):
                used.update(re.findall(r'"([0-9][0-9A-Z]{4}|P0[0-9]{3}|XX000)"', read(os.path.join(root, folder, name))))
    used = {state for state in used if not re.fullmatch(r"\d+[MGK]B", state)}  # "512MB" is no state
    rows = re.findall(r"^\| ([0-9A-Z, ]+) \|", read(os.path.join(root, "docs", "sql", "errors.md")), flags=re.M)
    listed = {state for row in rows for state in row.split(", ")}
    return ([f"docs/sql/errors.md lacks {state}" for state in sorted(used - listed)] +
            [f"docs/sql/errors.md names {state}, which nothing uses" for state in sorted(listed - used)])


def main():
    root = sys.argv[1]
    bad = check_links(root) + check_index(root) + check_code(root) + check_states(root)
    print("\n".join(bad) if bad else "links, index, C fragments and SQLSTATEs are right")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
