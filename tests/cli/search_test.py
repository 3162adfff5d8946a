"""explore, shrink and replay as people use them."""

import json
import os
import unittest

from tool import ToolTest, scenario, unmet

FAULTY = "mutant:evict-second"


def noisy():
    """Eleven tabs, amid much else."""
    return {
        "name": "Much ado",
        "app": {"sync": True, "compensationDays": 3},
        "users": {"alice": {"tab{1..11}": "web", "phone": "ios"}, "bob": {"mac": "macos"}},
        "steps": [
            {"login": ["bob/mac", "alice/phone"]},
            {"repeat": 50, "steps": [{"send": "m${i}", "from": "bob/mac", "to": "alice"}]},
            {"login": "alice/tab{1..10}"},
            {"wait": "1h"},
            {"repeat": 50, "as": "j", "steps": [{"recall": "m${j}", "by": "bob/mac"}]},
            {"login": "alice/tab11"},
            {"logout": "bob/mac"},
        ],
    }


class Explore(ToolTest):
    def test_the_reference_server_violates_nothing(self):
        done = self.expect(0, "explore", "--runs", "3000")
        self.assertIn("PASS  3000 scenarios", done.stdout)
        self.assertFalse(os.path.exists(self.path("found")))

    def test_a_broken_server_is_found_out_and_the_line_to_paste_shows_it_again(self):
        done = self.expect(1, "explore", "--runs", "2000", "--server", FAULTY)
        self.assertIn("FOUND web.evict-earliest, web", done.stdout)
        self.expect(0, "lint", "found")
        again = [line.split("again:")[1].split() for line in done.stdout.splitlines() if "again:" in line]
        self.assertGreater(len(again), 1)
        for words in again:
            self.assertEqual(words[:2], ["mdsync", "run"])
            self.expect(1, *words[1:])
            self.expect(0, "run", words[2])

    def test_the_document_names_every_failure_and_its_file(self):
        done = self.expect(1, "explore", "--runs", "2000", "--server", FAULTY, "--format", "json", "-o", "here", "-q")
        self.assertEqual(done.stderr, "")
        document = json.loads(done.stdout)
        self.assertEqual(document["mdsync"], "explore/1")
        self.assertEqual(document["runs"], 2000)
        self.assertLessEqual({"runsPerSecond", "failures", "rules"}, set(document))
        self.assertGreater(document["rules"]["web.evict-earliest"]["violated"], 0)
        for failure in document["failures"]:
            self.assertLessEqual({"rule", "scenario", "steps", "seed"}, set(failure))
            self.assertEqual(len(json.loads(self.read(failure["scenario"]))["steps"]), failure["steps"])
            self.assertTrue(failure["scenario"].startswith("here/"))
        self.assertEqual(len({(f["rule"], f["where"]) for f in document["failures"]}), len(document["failures"]))

    def test_any_number_of_threads_prints_the_same(self):
        outputs = {self.expect(1, "explore", "--runs", "1500", "--server", FAULTY, "-j", jobs, "-o", "found").stdout
                   for jobs in ("1", "4")}
        self.assertEqual(len(outputs), 1)
        self.assertTrue(all(name.endswith(".json") for name in os.listdir(self.path("found"))))

    def test_a_seed_alone_finds_its_failure_again(self):
        seed = json.loads(self.expect(1, "explore", "--runs", "2000", "--server", FAULTY, "--format", "json").stdout
                          )["failures"][0]["seed"]
        self.expect(1, "explore", "--seeds", f"{seed}..{seed}", "--server", FAULTY)

    def test_rule_and_without_narrow_the_search(self):
        done = self.expect(1, "explore", "--runs", "2000", "--server", FAULTY, "--rule", "web.evict-earliest")
        self.assertNotIn("limit.newest-wins", done.stdout)
        self.expect(4, "explore", "--runs", "0")
        self.assertIn("logout", self.expect(2, "explore", "--without", "logot").stderr)
        self.assertIn("1..1000", self.expect(2, "explore", "--seeds", "5..1").stderr)
        for bad in (("--time", "soon"), ("--server", "mutant:none"), ("--server", "reference:none"), ("--rule", "web")):
            self.expect(2, "explore", *bad)

    def test_legal_choices_of_the_reference_server_can_be_named(self):
        self.expect(0, "explore", "--runs", "500", "--server", "reference:turns-at-once,off-device=earliest")

    def test_what_was_found_before_is_not_overwritten(self):
        self.write("found/web.evict-earliest-web.json", "mine")
        self.expect(1, "explore", "--runs", "2000", "--server", FAULTY)
        self.assertEqual(self.read("found/web.evict-earliest-web.json"), "mine")
        self.assertTrue(os.path.exists(self.path("found/web.evict-earliest-web-2.json")))

    def test_files_that_cannot_be_written_are_said(self):
        self.write("found", "a file")
        done = self.tool("explore", "--runs", "2000", "--server", FAULTY)
        self.assertEqual(done.returncode, 1)
        self.assertIn("could not be written", done.stderr)


class Shrink(ToolTest):
    def test_a_long_failure_becomes_short_and_still_fails(self):
        self.write("long.json", noisy())
        done = self.expect(0, "shrink", "long.json", "--server", FAULTY, "-o", "small.json")
        small = json.loads(self.read("small.json"))
        self.assertLessEqual(len(small["steps"]), 2)
        self.assertEqual(small["rules"], ["web.evict-earliest"])
        self.assertIn("again: mdsync run small.json --server " + FAULTY, done.stderr)
        self.expect(0, "lint", "small.json")
        self.expect(1, "run", "small.json", "--server", FAULTY)
        self.expect(0, "run", "small.json")

    def test_without_an_output_the_scenario_is_printed_and_nothing_else(self):
        self.write("long.json", noisy())
        text = self.expect(0, "shrink", "long.json", "--server", FAULTY, "-q").stdout
        again = self.expect(0, "shrink", "-", "--server", FAULTY, "-q", stdin=text.encode())
        self.assertEqual(json.loads(again.stdout)["steps"], json.loads(text)["steps"])
        self.assertEqual(again.stderr, "")

    def test_an_unmet_expectation_can_be_made_small(self):
        self.write("unmet.json", unmet())
        small = json.loads(self.expect(0, "shrink", "unmet.json").stdout)
        self.assertEqual([list(step)[0] for step in small["steps"]][-1], "expect")
        self.write("small.json", small)
        self.expect(1, "run", "small.json")

    def test_what_does_not_fail_is_said(self):
        self.write("good.json", scenario())
        self.assertIn("does not fail", self.expect(4, "shrink", "good.json").stderr)
        self.write("long.json", noisy())
        self.assertIn("does not violate delivery.once",
                      self.expect(4, "shrink", "long.json", "--server", FAULTY, "--rule", "delivery.once").stderr)
        self.write("bad.json", "{")
        self.expect(3, "shrink", "bad.json")
        self.expect(3, "shrink", "none.json")
        self.expect(2, "shrink")


if __name__ == "__main__":
    unittest.main()
