#!/usr/bin/env python3
"""Random traces, judged by `mdsync check` and by the second reading of the rules: the two must agree.

usage: agreement.py [--traces N] [--seed S] [--jobs J] [--shrink K] [--keep FOLDER] [FILE...]

The tool is named by the environment variable MDSYNC.  The same seed gives the same traces.  With files, these are
compared instead of random traces.  Exit 1 if the two differ in a way that expected.json does not list, or more often.
"""

import argparse
import json
import os
import sys
import tempfile
from collections import defaultdict
from concurrent.futures import ProcessPoolExecutor

from comparison import compare, kind
from expectation import Expectations, allowed
from random_traces import flags, generate
from shrink import shrink

BATCH = 200    # traces of one call of the tool; few enough for a command line


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


def shrunk(tool, what, cases, arguments, expectations):
    """Shrinks the shortest traces of one kind of difference, as long as nobody expects it."""
    for name, options, lines, _ in sorted(cases, key=lambda case: len(case[2]))[:arguments.shrink]:
        number = expectations.number_of(what, lines)
        small, told = shrink(tool, options, lines,
                             lambda d, fewer: kind(d) == what and expectations.number_of(what, fewer) == number)
        if arguments.keep:
            keep(arguments.keep, f"{what.replace(': ', '-').replace(' ', '-')}-{name}", options, small, told)
        else:
            print("\n".join([f"{name}, flags: {' '.join(options) or 'none'}", *told, *small, ""]))


def sorted_out(found, expectations):
    """{(kind, number of the entry that knows it, or None): cases}."""
    cases = defaultdict(list)
    for name, options, lines, told in found:
        for what in {kind(difference) for difference in told}:
            cases[what, expectations.number_of(what, lines)].append(
                (name, options, lines, [d for d in told if kind(d) == what]))
    return cases


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--traces", type=int, default=4000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--shrink", type=int, default=1, help="how many traces of each unexpected kind to shrink")
    parser.add_argument("--keep", help="a folder for what was shrunk; else it is printed")
    parser.add_argument("files", nargs="*")
    arguments = parser.parse_args()
    tool = os.path.abspath(os.environ["MDSYNC"])
    expectations = Expectations()
    total, found = 0, []
    for number, differing in given_files(tool, arguments.files) if arguments.files else random_batches(tool, arguments):
        total += number
        found += differing
    print(f"{total} traces, {len(found)} differ")
    new = []
    for (what, number), cases in sorted(sorted_out(found, expectations).items(), key=lambda item: -len(item[1])):
        entry = None if number is None else expectations.entries[number]
        says = "NOT EXPECTED" if entry is None else entry["reason"]
        if entry and not arguments.files and len(cases) > (most := allowed(entry, total)):
            says = f"MORE OFTEN THAN EXPECTED (at most {most}): {says}"
            entry = None
        if entry is None:
            new.append((what, cases))
        print(f"{len(cases):6} {what}   {says}   e.g. {' '.join(name for name, *_ in cases[:4])}", flush=True)
    for what, cases in new:
        shrunk(tool, what, cases, arguments, expectations)
    return 1 if new else 0


if __name__ == "__main__":
    sys.exit(main())
