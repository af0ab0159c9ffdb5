"""How a figure is written down: `name: value unit (bar ≤ limit unit)`, and `, missed` when it is not reached."""
import math
import statistics
import sys

REACHED = {"≤": lambda value, limit: value <= limit, "≥": lambda value, limit: value >= limit}


def line(name, value, unit, sign, limit, digits=0):
    """One figure; judged as measured, not as rounded."""
    missed = "" if REACHED[sign](value, limit) else ", missed"
    return f"{name}: {value:.{digits}f} {unit} (bar {sign} {limit} {unit}{missed})"


def say(text):
    """What helps to read a figure, beside it."""
    print(f"   {text}", file=sys.stderr, flush=True)


def p50(values):
    return statistics.median(values)


def p95(values):
    """The value that 95 of 100 do not exceed (nearest rank)."""
    return sorted(values)[math.ceil(0.95 * len(values)) - 1]


def spread(values, digits=1):
    return f"{min(values):.{digits}f} – {p50(values):.{digits}f} – {max(values):.{digits}f}"
