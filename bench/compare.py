"""Reads the rows that engines print, and says whether two engines returned the same."""
import csv
import io
import math

# Peers add floating numbers in whatever order their threads come, so their sums round differently from run to run.
RELATIVE = 1e-12


class RowError(Exception):
    """What an engine printed is not a result of this query."""


def value(text, kind):
    """One printed value as the value that is compared; kinds are those of engines.Query."""
    try:
        if kind == "i":
            return int(text)
        if kind == "f":
            return float(text)
    except ValueError:
        raise RowError(f"'{text}' is not a number") from None
    return text


def read(text, query):
    """The rows of CSV `text` as tuples; in sorted order when the query leaves the order open."""
    rows = []
    for cells in csv.reader(io.StringIO(text, newline="")):
        if len(cells) < len(query.kinds):
            raise RowError(f"row {len(rows) + 1} has {len(cells)} columns instead of {len(query.kinds)}")
        rows.append(tuple(value(cell, kind) for cell, kind in zip(cells, query.kinds)))
    return rows if query.ordered else sorted(rows)


def is_same(left, right):
    """Whether two values are equal; floats, within RELATIVE."""
    if isinstance(left, float) and isinstance(right, float):
        # Infinities are close to themselves only; a NaN is close to nothing, not even to another.
        return math.isclose(left, right, rel_tol=RELATIVE, abs_tol=0.0)
    return left == right


def difference(left, right):
    """The first difference between two results in words, or None. An unordered result must already be sorted."""
    if len(left) != len(right):
        return f"{len(left)} rows against {len(right)}"
    for number, (a, b) in enumerate(zip(left, right), start=1):
        if len(a) != len(b) or not all(map(is_same, a, b)):
            return f"row {number}: {a} against {b}"
    return None
