"""Input that is no scenario and no trace: a diagnostic and exit code 3, never a crash."""

import json
import os
import random
import unittest

from tool import ToolTest, scenario


class Junk(ToolTest):
    def refused(self, *arguments):
        """The tool says what is wrong and ends with 3."""
        done = self.expect(3, *arguments)
        said = done.stdout if arguments[0] == "lint" else done.stderr
        self.assertRegex(said, r"error\[[a-z0-9.-]+\]")
        return done

    def test_every_kind_of_junk_is_refused_as_scenario_and_as_trace(self):
        generator = random.Random(1)
        junk = {
            "empty": b"",
            "blank": b" \n",
            "word": b"hello",
            "zero bytes": bytes(100),
            "not utf-8": b'{"name": "\xff\xfe"}',
            "truncated": json.dumps(scenario()).encode()[:100],
            "deep": b"[" * 200000,
            "an array": b"[]",
            "duplicate keys": b'{"name": "a", "name": "b"}',
            "random": generator.randbytes(5000),
            "a long line": b'{"name": "' + b"x" * 1000000,
            "a byte order mark": b"\xef\xbb\xbf{}",
            "gzip that is none": b"\x1f\x8b\x08\x00rest",
            "zstd that is none": b"\x28\xb5\x2f\xfdrest",
        }
        for name, content in junk.items():
            with self.subTest(junk=name):
                self.write("junk", content)
                for command in ("run", "lint", "check"):
                    self.refused(command, "junk")

    def test_what_is_no_file(self):
        os.mkdir(self.path("folder"))
        self.expect(4, "check", "folder")  # none of it is a trace
        self.refused("check", "missing")
        self.refused("run", "missing")
        self.refused("run", "missing.json:3")

    def test_a_mutated_scenario_never_crashes(self):
        generator = random.Random(2)
        text = json.dumps(scenario()).encode()
        for i in range(60):
            mutated = bytearray(text)
            for _ in range(generator.randint(1, 4)):
                mutated[generator.randrange(len(mutated))] = generator.choice(b'{}[]",:0 x\x00\xff')
            self.write("m.json", bytes(mutated))
            done = self.tool("run", "m.json")
            self.assertIn(done.returncode, (0, 1, 3, 4, 5), (bytes(mutated), done.stderr))

    def test_a_mutated_trace_never_crashes(self):
        self.write("a.json", scenario())
        self.expect(0, "run", "a.json", "--trace", "t.jsonl")
        text = self.read("t.jsonl").encode()
        generator = random.Random(3)
        for i in range(60):
            mutated = bytearray(text)
            for _ in range(generator.randint(1, 4)):
                mutated[generator.randrange(len(mutated))] = generator.choice(b'{}[]",:0 x\x00\xff\n')
            self.write("m.jsonl", bytes(mutated))
            for flags in ([], ["--lenient"], ["--timeline"]):
                done = self.tool("check", "m.jsonl", *flags)
                self.assertIn(done.returncode, (0, 1, 3, 4, 5), (bytes(mutated), done.stderr))


if __name__ == "__main__":
    unittest.main()
