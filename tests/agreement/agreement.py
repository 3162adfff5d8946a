#!/usr/bin/env python3
"""Random traces, judged by `mdsync check` and by the second reading of the rules: the two must agree.

usage: agreement.py [--traces N] [--seed S] [--jobs J] [--shrink K] [--keep FOLDER] [FILE...]

The tool is named by the environment variable MDSYNC.  The same seed gives the same traces.  With files, these are
compared instead of random traces.  Exit 1 if the two differ in a way that expected.json does not list.
"""

import argparse
import json
import os
import sys
import tempfile
from collections import defaultdict
from concurrent.futures import ProcessPoolExecutor

from comparison import compare, kind
from random_traces import flags, generate
from shrink import shrink

BATCH = 200    # traces of one call of the tool; few enough for a command line
EXPECTED = os.path.join(os.path.dirname(os.path.abspath(__file__)), "expected.json")


def batch(job):
    """(how many traces, [(name, options, lines, differences)]) of some seeds."""
    tool, seeds = job
    items = [(f"seed-{seed}", flags(seed), generate(seed)) for seed in seeds]
    with tempfile.TemporaryDirectory() as folder:
        return len(items), compare(tool, items, folder)


def random_batches(tool, arguments):
    seeds = range(arguments.seed, arguments.seed + arguments.traces)
    jobs = [(tool, seeds[k:k + BATCH]) for k in range(0, len(seeds), BATCH)]
    with ProcessPoolExecutor(arguments.jobs) as pool:
        yield from pool.map(batch, jobs)


def given_files(tool, paths):
    items = []
    for path in paths:
        with open(path, encoding="utf-8") as file:
            lines = file.read().split("\n")
        options = json.loads(lines[0]).get("x-expect", {}).get("flags", [])
        items.append((os.path.basename(path).removesuffix(".jsonl"), options, lines[:-1] if lines[-1] == "" else lines))
    with tempfile.TemporaryDirectory() as folder:
        yield len(items), compare(tool, items, folder)


def keep(folder, name, options, lines, told):
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, name + ".jsonl"), "w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")
    with open(os.path.join(folder, name + ".txt"), "w", encoding="utf-8") as file:
        file.write("\n".join([f"flags: {' '.join(options) or 'none'}", *told]) + "\n")


def shrunk(tool, what, cases, arguments):
    """Shrinks the shortest traces of one kind of difference."""
    for name, options, lines, _ in sorted(cases, key=lambda case: len(case[2]))[:arguments.shrink]:
        small, told = shrink(tool, options, lines, what)
        if arguments.keep:
            keep(arguments.keep, f"{what.replace(': ', '-').replace(' ', '-')}-{name}", options, small, told)
        else:
            print("\n".join([f"{name}, flags: {' '.join(options) or 'none'}", *told, *small, ""]))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--traces", type=int, default=4000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--shrink", type=int, default=1, help="how many traces of each unexpected kind to shrink")
    parser.add_argument("--keep", help="a folder for what was shrunk; else it is printed")
    parser.add_argument("files", nargs="*")
    arguments = parser.parse_args()
    tool = os.path.abspath(os.environ["MDSYNC"])
    with open(EXPECTED, encoding="utf-8") as file:
        expected = {entry["difference"]: entry["reason"] for entry in json.load(file)}
    kinds, total, differing = defaultdict(list), 0, 0
    for number, found in given_files(tool, arguments.files) if arguments.files else random_batches(tool, arguments):
        total, differing = total + number, differing + len(found)
        for name, options, lines, told in found:
            for what in {kind(difference) for difference in told}:
                kinds[what].append((name, options, lines, [d for d in told if kind(d) == what]))
    print(f"{total} traces, {differing} differ")
    for what, cases in sorted(kinds.items(), key=lambda item: -len(item[1])):
        names = " ".join(name for name, *_ in cases[:4])
        print(f"{len(cases):6} {what}   {expected.get(what, 'NOT EXPECTED')}   e.g. {names}", flush=True)
    new = [what for what in kinds if what not in expected]
    for what in new:
        shrunk(tool, what, kinds[what], arguments)
    return 1 if new else 0


if __name__ == "__main__":
    sys.exit(main())
