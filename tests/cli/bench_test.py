"""bench: what it measures is the product at work, so its load is judged, and it says when it could not measure."""

import json
import resource
import subprocess
import unittest

from tool import BINARY, ToolTest

SMALL_WORLD = ["--users", "20", "--deliveries", "900", "--lines", "1100"]
SMALL_SDK = ["--only", "sdk", "--connections", "60", "--sdk-deliveries", "600"]


class Bench(ToolTest):
    def figures(self, code, *arguments):
        return json.loads(self.expect(code, "bench", "--format", "json", *arguments).stdout)

    def test_each_part_is_measured_where_it_is_asked_for(self):
        self.assertEqual(list(self.figures(0, *SMALL_WORLD)), ["mdsync", "world", "check"])
        self.assertEqual(list(self.figures(0, "--only", "world", *SMALL_WORLD)), ["mdsync", "world"])
        self.assertEqual(list(self.figures(0, "--only", "check", *SMALL_WORLD)), ["mdsync", "check"])
        self.assertEqual(list(self.figures(0, *SMALL_SDK)), ["mdsync", "sdk"])
        self.assertEqual(list(self.figures(0, "--sdk", *SMALL_WORLD, *SMALL_SDK[2:])), ["mdsync", "world", "check", "sdk"])

    def test_the_emulator_serves_every_page_and_is_compared_with_an_echo(self):
        sdk = self.figures(0, *SMALL_SDK)["sdk"]
        self.assertEqual((sdk["connections"], sdk["deliveries"], sdk["violations"]), (60, 600, {}))
        self.assertAlmostEqual(sdk["ratioToEcho"], sdk["deliveriesPerSecond"] / sdk["echoesPerSecond"], 6)
        self.assertLessEqual(sdk["latency"]["p50"], sdk["latency"]["p99"])
        told = self.expect(0, "bench", *SMALL_SDK).stdout
        self.assertIn("60 connections         600 deliveries", told)
        self.assertIn("x an echo on the same port", told)

    def test_what_is_measured_is_judged(self):
        sdk = self.figures(1, *SMALL_SDK, "--server", "mutant:reorders")["sdk"]
        self.assertIn("delivery.order", sdk["violations"])

    def test_without_files_for_its_connections_it_takes_fewer_or_says_so(self):
        def few(count):
            return subprocess.run([BINARY, "bench", *SMALL_SDK], capture_output=True, text=True,
                                  preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (count, count)))
        self.assertIn("45 connections", few(290).stdout)
        refused = few(220)
        self.assertEqual(refused.returncode, 1)
        self.assertIn("failed: this process may have only 10 connections", refused.stdout)


if __name__ == "__main__":
    unittest.main()
