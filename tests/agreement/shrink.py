"""Shrinks a trace, line by line, as long as the two readings still differ in the same way."""

import tempfile

from comparison import compare


def how(tool, options, lines, wanted, folder):
    """The differences that are wanted."""
    found = compare(tool, [("shrunk", options, lines)], folder)
    return [d for d in found[0][3] if wanted(d, lines)] if found else []


def shrink(tool, options, lines, wanted):
    """The smallest trace found by leaving out lines that keeps a wanted difference, and how it then differs.

    wanted(difference, lines): is this one of those that are looked for?"""
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
