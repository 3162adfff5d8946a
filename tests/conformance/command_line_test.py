#!/usr/bin/env python3
"""`mdsync check` says of every trace of traces/ what the trace's first line expects (README.md).

unit_rules judges them too, with the rules alone, and tells what differs line by line: work with that. This is about
the way there: files, flags, exit codes, the document.
"""
import collections
import json
import os
import pathlib
import subprocess
import unittest

TRACES = pathlib.Path(__file__).resolve().parent / "traces"
TOOL = os.environ["MDSYNC"]
EXIT_CODES = {"pass": 0, "fail": 1, "error": 3, "inconclusive": 5}


def expectation(path):
    return json.loads(path.read_bytes().split(b"\n", 1)[0])["x-expect"]


def check(flags, paths):
    return subprocess.run([TOOL, "check", "--format", "json", *flags, *map(str, paths)], capture_output=True, text=True,
                          timeout=300, check=False)


class CommandLine(unittest.TestCase):
    maxDiff = None

    def test_every_trace_comes_out_as_expected(self):
        batches = collections.defaultdict(list)
        for path in sorted(TRACES.glob("*.jsonl")):
            batches[tuple(expectation(path).get("flags", []))].append(path)
        self.assertGreater(len(batches), 5)
        for flags, paths in batches.items():
            results = json.loads(check(flags, paths).stdout)["scenarios"]
            self.assertEqual([str(path) for path in paths], [result["file"] for result in results])
            for path, result in zip(paths, results):
                expected = expectation(path)
                violated = {violation["rule"] for violation in result["violations"]}
                self.assertEqual((expected["verdict"], set(expected.get("rules", []))), (result["verdict"], violated),
                                 f"{path}: {expected['why']}")

    def test_the_exit_code_tells_the_verdict(self):
        for verdict, code in EXIT_CODES.items():
            path = next(p for p in sorted(TRACES.glob("*.jsonl")) if expectation(p)["verdict"] == verdict)
            run = check(expectation(path).get("flags", []), [path])
            self.assertEqual(code, run.returncode, path)

    def test_a_mistake_is_shown_with_its_place(self):
        path = TRACES / "malformed.not-json.jsonl"
        self.assertIn(f"{path}:{expectation(path)['line']}:", check([], [path]).stderr)


if __name__ == "__main__":
    unittest.main()
