"""Systems behind the adapter protocol: the reference server behind it gives the same bytes as in the process."""

import json
import os
import re
import shlex
import signal
import socket
import subprocess
import time
import unittest

from tool import BINARY, SCENARIOS, ToolTest, scenario


def comparable(text):
    """A result document without the lines to paste, which name the target."""
    document = json.loads(text)
    for case in document["scenarios"]:
        case.pop("again", None)
    return document


class TargetTest(ToolTest):
    def served(self, server="reference"):
        return f"exec:{shlex.quote(BINARY)} serve --stdio --server {server}"

    def port(self, server="reference"):
        """Starts a server on a port of its own choice; gives the target that names it."""
        process = subprocess.Popen([BINARY, "serve", "--tcp", "127.0.0.1:0", "--server", server],
                                   stdout=subprocess.PIPE)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        self.addCleanup(process.stdout.close)
        line = process.stdout.readline().decode()
        return "tcp:" + re.fullmatch(r"listening on (127\.0\.0\.1:\d+)\n", line).group(1)


class SameBytes(TargetTest):
    def compare(self, own, foreign, code=None, paths=(SCENARIOS,)):
        one = self.tool("run", *paths, "--format", "json", "--trace", "own", *own)
        two = self.tool("run", *paths, "--format", "json", "--trace", "foreign", *foreign)
        self.assertEqual(two.stderr, one.stderr)
        self.assertEqual(two.returncode, one.returncode)
        self.assertIn(one.returncode, (0, 1) if code is None else (code,))
        self.assertEqual(comparable(two.stdout), comparable(one.stdout))
        names = sorted(os.listdir(self.path("own")))
        self.assertEqual(sorted(os.listdir(self.path("foreign"))), names)
        self.assertGreater(len(names), 1)
        for name in names:
            self.assertEqual(self.read(f"foreign/{name}"), self.read(f"own/{name}"), name)
        return comparable(one.stdout)

    def test_all_scenarios_behind_a_child_process(self):
        document = self.compare([], ["--target", self.served(), "-j", "4"], code=0)
        self.assertEqual(document["summary"]["notApplicable"], 0)

    def test_all_scenarios_behind_a_socket(self):
        self.compare([], ["--target", self.port(), "-j", "1"], code=0)

    def test_known_bad_servers_too(self):
        for server, family in (("mutant:evict-newest", "web"), ("mutant:never-answers-login", "online"),
                               ("mutant:recall-forgets-offline", "recall"), ("mutant:window-rolling", "compensation"),
                               ("mutant:silent", "delivery"), ("mutant:lying", "delivery")):
            if server not in self.servers():
                continue
            with self.subTest(server=server):
                paths = [os.path.join(SCENARIOS, family)]
                self.compare(["--server", server], ["--target", self.served(server)], code=1, paths=paths)

    def servers(self):
        done = self.tool("serve", "--stdio", "--server", "mutant:x")
        self.assertEqual(done.returncode, 2)
        self.write("any.json", scenario())
        rows = json.loads(self.tool("rules", "--unguarded", "any.json", "--format", "json").stdout)["rules"]
        return {server for row in rows for server in row["servers"]}

    def test_any_number_of_adapters_prints_the_same(self):
        paths = [os.path.join(SCENARIOS, "web"), os.path.join(SCENARIOS, "faults")]
        one = self.expect(0, "run", *paths, "--format", "json", "--target", self.served(), "-j", "1")
        four = self.expect(0, "run", *paths, "--format", "json", "--target", self.served(), "-j", "4")
        self.assertEqual(one.stdout, four.stdout)


if __name__ == "__main__":
    unittest.main()
