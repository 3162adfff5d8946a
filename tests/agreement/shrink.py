"""Shrinks a trace, line by line, as long as the two readings still differ in the same way."""

import tempfile

from comparison import compare, kind


def how(tool, options, lines, wanted, folder):
    """The differences of this kind."""
    found = compare(tool, [("shrunk", options, lines)], folder)
    return [d for d in found[0][3] if kind(d) == wanted] if found else []


def shrink(tool, options, lines, wanted):
    """The smallest trace found by leaving out lines that keeps a difference of this kind, and how it then differs."""
    with tempfile.TemporaryDirectory() as folder:
        told = how(tool, options, lines, wanted, folder)
        step = max(1, len(lines) // 3)
        while True:
            gone, k = False, 1
            while k < len(lines):
                fewer = lines[:k] + lines[k + step:]
                if still := how(tool, options, fewer, wanted, folder):
                    lines, told, gone = fewer, still, True
                else:
                    k += step
            if step == 1 and not gone:
                return lines, told
            step = max(1, step // 2)
