"""mdsync explore --exhaustive: every scenario within bounds, and the certificate."""

import json
import os
import pathlib
import random
import subprocess
import sys
import unittest

from tool import BINARY, ToolTest, takes_no_limit_of_memory

CERTIFICATES = pathlib.Path(__file__).resolve().parents[2] / "script" / "certificates"
SMALL = ("explore", "--exhaustive", "--steps", "2", "--quiet")


class Exhaustive(ToolTest):
    def test_a_complete_search_ends_with_a_certificate(self):
        done = self.expect(0, *SMALL)
        self.assertIn("bounds  2 users, 3 devices, 1 message, 2 steps, 1 fault\n", done.stdout)
        self.assertIn("devices alice/phone android, alice/tab web, bob/phone android\n", done.stdout)
        self.assertIn("COMPLETE  no violation by reference in ", done.stdout)
        self.assertEqual(done.stderr, "")
        self.assertEqual(self.expect(0, *SMALL).stdout, done.stdout)

    def test_the_certificate_as_json_names_bounds_verbs_rules_and_numbers(self):
        document = json.loads(self.expect(0, *SMALL, "--without", "sync", "--format", "json").stdout)
        self.assertEqual(document["mdsync"], "explore/1")
        self.assertEqual(document["failures"], [])
        found = document["exhaustive"]
        self.assertTrue(found["complete"])
        self.assertEqual(found["bounds"], {"users": 2, "devices": 3, "messages": 1, "steps": 2, "faults": 1})
        self.assertEqual(found["without"], ["sync"])
        self.assertNotIn("sync", found["verbs"])
        self.assertEqual([line["steps"] for line in found["rounds"]], [1, 2])
        self.assertEqual(found["states"], found["rounds"][-1]["states"])
        self.assertGreater(found["transitions"], found["states"])
        self.assertEqual(found["certificate"], 2)
        self.assertRegex(found["hash"], "^[0-9a-f]{32}$")
        self.assertEqual(document["rules"]["delivery.answered"]["checked"], 1)
        self.assertEqual(document["rules"]["service.takes-effect"]["checked"], 0)

    def test_the_certificate_is_the_same_with_any_number_of_threads(self):
        for flags in ((), ("--server", "mutant:ignores-limits", "--devices", "4", "--platforms", "android,android")):
            one = self.tool(*SMALL, *flags, "-j", "1")
            for jobs in (("-j", "2"), ("-j", "5"), ()):
                self.assertEqual(self.tool(*SMALL, *flags, *jobs).stdout, one.stdout)

    def test_so_it_is_within_any_bounds(self):
        """States that count as one and have other futures: then it matters which of them is come to first."""
        generator = random.Random(11)
        words = json.loads(self.expect(0, *SMALL, "--format", "json").stdout)["exhaustive"]["verbs"]
        self.assertIn("reorder", words)
        for i in range(3 if takes_no_limit_of_memory() else 12):
            users = generator.randint(1, 2)
            flags = ["--users", users, "--devices", users + generator.randint(0, 2), "--messages", generator.randint(1, 2),
                     "--faults", generator.randint(0, 2), "--platforms", generator.choice(("android,web", "web,web,android", "windows,android"))]
            left_out = {*generator.sample(words, 8), "set", *(["reorder"] if i % 3 == 0 else [])}
            flags += [flag for word in sorted(left_out) for flag in ("--without", word)]
            command = ("explore", "--exhaustive", "--steps", "3", "-q", *map(str, flags))
            for shard in ((), ("--shard", "1/1")):
                one = self.expect(0, *command, *shard, "-j", "1").stdout
                self.assertEqual(self.expect(0, *command, *shard, "-j", "3").stdout, one, command)

    def test_the_certificates_in_the_documents_are_what_the_program_prints(self):
        check = subprocess.run([sys.executable, "-B", CERTIFICATES, "--check"], capture_output=True, text=True,
                               env={**os.environ, "MDSYNC": BINARY}, check=False)
        self.assertEqual((check.stderr, check.returncode), ("", 0))

    def test_every_state_may_be_remembered_for_comparing(self):
        documents = [json.loads(self.expect(0, *SMALL, *flags, "--format", "json").stdout)["exhaustive"]
                     for flags in ((), ("--every-state",))]
        self.assertEqual([found["certificate"] for found in documents], [2, 1])
        self.assertGreater(documents[1]["states"], 2 * documents[0]["states"])
        self.assertEqual(documents[1]["depth"], documents[0]["depth"])
        self.assertNotEqual(documents[1]["hash"], documents[0]["hash"])
        self.assertRegex(self.expect(0, *SMALL).stdout, r"steps +branching +transitions +depth\n")
        self.assertRegex(self.expect(0, *SMALL, "--every-state").stdout, r"steps +states +transitions +depth\n")
        self.expect(2, "explore", "--runs", "1", "--every-state")

    def test_what_is_found_is_a_file_that_fails_by_the_same_rule(self):
        done = self.expect(1, *SMALL, "--server", "mutant:ignores-limits", "--devices", "4", "--platforms",
                           "android,android", "-o", "out")
        self.assertIn("FOUND limit.per-class\n", done.stdout)
        self.assertIn("again:    mdsync run out/limit.per-class.json --server mutant:ignores-limits\n", done.stdout)
        self.assertIn("    login of alice/phone\n", done.stdout)
        self.expect(0, "lint", "out/limit.per-class.json")
        run = json.loads(self.expect(1, "run", "out/limit.per-class.json", "--server", "mutant:ignores-limits",
                                     "--format", "json").stdout)
        self.assertGreater(run["rules"]["limit.per-class"]["violated"], 0)
        self.expect(0, "run", "out/limit.per-class.json")

    def test_a_search_that_stops_early_is_no_proof(self):
        done = self.expect(5, *SMALL, "--max-states", "100")
        self.assertIn("INCOMPLETE  no violation by reference in ", done.stdout)
        self.assertIn("stopped: --max-states 100\n", done.stdout)
        together = self.expect(5, "explore", "--exhaustive", "--quiet", "--max-states", "10000", "-j", "3")
        self.assertIn("stopped: --max-states 10000\n", together.stdout)

    def test_a_search_for_one_rule_says_so_and_proves_nothing_where_that_was_not_tried(self):
        some = self.expect(0, "explore", "--exhaustive", "--steps", "2", "--rule", "online.received").stdout
        self.assertIn("\nonly    online.received\n", some)
        self.assertIn("COMPLETE  no violation of online.received by reference in ", some)
        none = self.expect(4, "explore", "--exhaustive", "--steps", "2", "--rule", "delivery.once").stdout
        document = json.loads(self.expect(4, "explore", "--exhaustive", "--steps", "2", "--rule", "delivery.once", "--format", "json").stdout)
        self.assertEqual(document["exhaustive"]["rules"], ["delivery.once"])
        self.assertIn("NOTHING  none of delivery.once was put to the test by reference in ", none)

    def test_bounds_that_make_no_sense_are_refused(self):
        self.assertIn("--devices 1: from one for each user", self.expect(2, *SMALL, "--devices", "1").stderr)
        self.assertIn("--without network: an exhaustive search knows login,",
                      self.expect(2, *SMALL, "--without", "network").stderr)
        self.expect(2, *SMALL, "--platforms", "toaster")

    def test_flags_of_the_other_search_are_refused(self):
        for flags in (("--seeds", "1..2"), ("--runs", "3"), ("--no-freedom",)):
            self.expect(2, *SMALL, *flags)
        self.expect(2, "explore", "--runs", "1", "--devices", "2")
        self.expect(2, "explore", "--runs", "1", "--without", "reorder")


if __name__ == "__main__":
    unittest.main()
