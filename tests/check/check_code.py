#!/usr/bin/env python3
"""Holds the rules of the code that a script can check.

    check_code.py SOURCE_FOLDER

    layers   a folder includes only what stands below it; another folder's *_int.h is nobody's business; the shell sees morsel.h
    calls    no unbounded or global-state function of C; memory comes from base/, files that may differ are listed with a reason
    sizes    no source file above 900 lines; lines up to 150 columns
    words    no left-over work in the sources
"""
import os
import re
import sys

# What each folder may include besides itself, lowest first.
BELOW = {
    "base": set(),
    "grammar": {"base"},
    "functions": {"base"},
    "storage": {"base", "functions"},
    "planner": {"base", "grammar", "functions", "storage"},
    "executor": {"base", "functions", "storage", "planner"},
    "api": {"base", "grammar", "functions", "storage", "planner", "executor"},
    "shell": set(),
}

FORBIDDEN = ("strcpy", "strcat", "sprintf", "vsprintf", "gets", "strtok", "atoi", "atol", "atof", "alloca", "longjmp", "setjmp", "assert")
ALLOCATING = ("malloc", "calloc", "realloc", "free", "strdup", "strndup", "asprintf")

# Files that may allocate by themselves, and why.
ALLOCATES = {
    "base/memory.c": "the one allocator, which counts",
    "api/api_error.c": "errors outlive the database whose memory is counted",
    "shell/text.c": "all memory of the shell, which is not the engine's",
}

# Of these folders only the named headers may be included from the folder that stands first.
DOORS = {("executor", "planner"): {"physical.h", "expr.h"}}

MOST_LINES, MOST_COLUMNS = 900, 150


def blank(match):
    return re.sub(r"[^\n]", " ", match.group(0))


def code_of(text):
    """The text with comments and literals blanked, lines kept."""
    return re.sub(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', blank, text, flags=re.S)


def check_layers(folder, path, text):
    for number, line in enumerate(text.split("\n"), 1):
        match = re.match(r'\s*#\s*include\s+"([^"]+)"', line)
        if not match or "/" not in match.group(1):
            continue
        other, name = match.group(1).split("/", 1)
        if other == folder or other not in BELOW:
            continue
        if other not in BELOW[folder]:
            yield f"{path}:{number}: {folder} must not know {other} ({match.group(1)})"
        elif name.endswith("_int.h") or name not in DOORS.get((folder, other), {name}):
            yield f"{path}:{number}: {match.group(1)} is internal to {other}"


def check_calls(path, code):
    for number, line in enumerate(code.split("\n"), 1):
        for name in re.findall(r"(?<![\w.>])([a-z_]+)\s*\(", line):
            if name in FORBIDDEN:
                yield f"{path}:{number}: {name} is forbidden"
            if name in ALLOCATING and path not in ALLOCATES:
                yield f"{path}:{number}: {name}: memory comes from msl_arena and msl_memory"


def check_sizes(path, text):
    lines = text.split("\n")
    if len(lines) - 1 > MOST_LINES:
        yield f"{path}: {len(lines) - 1} lines; {MOST_LINES} are the most"
    for number, line in enumerate(lines, 1):
        if len(line) > MOST_COLUMNS:
            yield f"{path}:{number}: {len(line)} columns; {MOST_COLUMNS} are the most"


def check_words(path, text):
    for number, line in enumerate(text.split("\n"), 1):
        match = re.search(r"\b(TO" r"DO|FIX" r"ME|XX" r"X|HA" r"CK)\b", line)
        if match:
            yield f"{path}:{number}: {match.group(1)}: finish it or write down what is missing in the documentation"


def check_file(root, folder, name):
    path = f"{folder}/{name}"
    with open(os.path.join(root, path), encoding="utf-8") as source:
        text = source.read()
    yield from check_layers(folder, path, text)
    if name.endswith((".c", ".h", ".inc")):
        yield from check_calls(path, code_of(text))
    yield from check_sizes(path, text)
    yield from check_words(path, text)


def main():
    root = sys.argv[1]
    bad, count = [], 0
    for folder in BELOW:
        for name in sorted(os.listdir(os.path.join(root, folder))):
            if name.endswith((".c", ".h", ".inc", ".y", ".re", ".def")):
                bad.extend(check_file(root, folder, name))
                count += 1
    for path in ALLOCATES:
        if not os.path.exists(os.path.join(root, path)):
            bad.append(f"{path} has an exception, but does not exist")
    print("\n".join(bad) if bad else f"{count} files keep the rules")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
