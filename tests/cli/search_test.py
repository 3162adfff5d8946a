"""explore, shrink and replay as people use them."""

import json
import os
import re
import sys
import unittest

from tool import BINARY, ToolTest, scenario, takes_no_limit_of_memory, unmet

FAULTY = "mutant:evict-second"
HERE = os.path.dirname(os.path.abspath(__file__))


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
    def documentation(self, page):
        with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "docs", page),
                  encoding="utf-8") as file:
            return file.read()

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
        self.assertFalse([name for name in os.listdir(self.path("found")) if "-2." in name])

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
        self.assertIn("the folder found could not be made: Not a directory", done.stderr)

    def test_every_known_bad_server_is_caught_about_as_soon_as_the_page_says(self):
        page = self.documentation("search-mutants.md")
        rows = dict(re.findall(r"^\| ([a-z0-9-]+)(?: \(partial\))? \| (\d+|escaped) \|", page, re.M))
        self.assertNotIn("escaped", rows.values())
        self.assertEqual(page, self.expect(0, "explore", "--every-mutant", "--markdown").stdout,
                         "script/regenerate docs/search-mutants.md")
        if takes_no_limit_of_memory():
            return  # a sanitizer takes fifteen times as long to say the same again
        document = json.loads(self.expect(0, "explore", "--every-mutant", "--runs", "2000", "--format", "json").stdout)
        self.assertEqual({m["name"] for m in document["mutants"]}, set(rows))
        self.assertEqual(sum(m["heldOut"] for m in document["mutants"]), 12)
        for mutant in document["mutants"]:
            self.assertTrue(mutant["caught"], mutant)
            self.assertLessEqual(mutant["scenarios"], 2000, mutant)
            self.assertLessEqual(mutant["steps"], 8, mutant)

    def test_a_system_behind_an_adapter_is_searched_too(self):
        target = f"exec:{BINARY} serve --stdio --server {FAULTY}"
        done = self.expect(1, "explore", "--runs", "120", "--target", target)
        self.assertIn("FOUND web.evict-earliest, web", done.stdout)
        small = json.loads(self.read("found/web.evict-earliest-web.json"))
        self.assertLessEqual(len(small["steps"]), 2)
        self.expect(1, "run", "found/web.evict-earliest-web.json", "--target", target)
        self.write("long.json", noisy())
        self.expect(0, "shrink", "long.json", "--target", target, "-o", "small.json")
        self.assertLessEqual(len(json.loads(self.read("small.json"))["steps"]), 2)

    def test_what_the_system_does_not_take_is_not_asked_of_it(self):
        adapter = os.path.join(HERE, "..", "..", "docs", "examples", "tinychat_adapter.py")
        target = f"exec:{sys.executable} {adapter}"
        done = self.expect(0, "explore", "--runs", "100", "--target", target, "--format", "json", "--target-log", "log")
        document = json.loads(done.stdout)
        self.assertLess(document["notApplicable"], 5)
        for word in ("the service off", "onLimit refuse", "time zones with a name", "chatrooms", "recalls by the API"):
            self.assertIn(word, document["leftOut"])
        self.assertNotIn("links without delay", document["leftOut"])
        self.assertIn("\texplore: the service off\t> ", self.read("log"))
        told = [json.loads(line.split("> ", 1)[1]) for line in self.read("log").splitlines() if '"op":"reset"' in line]
        self.assertIn("sync", told[-1]["given"])
        # Several learn it once, and make the same.
        again = self.expect(0, "explore", "--runs", "100", "--target", target, "--format", "json", "-j", "3")
        self.assertEqual(json.loads(again.stdout)["rules"], document["rules"])
        done = self.expect(0, "explore", "--runs", "10", "--target", target)
        self.assertRegex(done.stdout, "\ntarget +takes none of these, and scenarios do without: the service off; onLimit refuse;")

    def test_a_system_that_breaks_is_said(self):
        done = self.expect(3, "explore", "--runs", "20", "--target", "exec:false")
        self.assertIn("the target broke", done.stdout)


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

    def test_what_an_expectation_names_is_still_sent(self):
        self.write("lacks.json", {
            "name": "Alice is away", "users": {"alice": {"phone": "ios"}, "bob": {"pixel": "android"}},
            "steps": [{"login": "bob/pixel"}, {"send": "m1", "from": "bob/pixel", "to": "alice"},
                      {"send": "m2", "from": "bob/pixel", "to": "alice"},
                      {"expect": {"device": "alice/phone", "has": ["m1", "m2"]}}]})
        self.write("small.json", self.expect(0, "shrink", "lacks.json").stdout)
        self.expect(0, "lint", "small.json")
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


class Replay(ToolTest):
    def recorded(self, **changes):
        self.write("a.json", scenario(network={"latency": "5ms..80ms", "loss": 0.2}, **changes))
        self.expect(0, "run", "a.json", "--seed", "7", "--record", "a.run")
        return json.loads(self.read("a.run"))

    def test_a_recorded_run_repeats(self):
        run = self.recorded()
        self.assertEqual(run["mdsync"], "run/1")
        self.assertEqual((run["server"], run["seed"]), ("reference", 7))
        self.assertTrue(any(choice[1] == "latency" for choice in run["choices"]))
        result = json.loads(self.expect(0, "run", "a.json", "--seed", "7", "--format", "json").stdout)
        self.assertEqual(run["runHash"], result["scenarios"][0]["runHash"])
        self.assertIn("REPEATED  a.run", self.expect(0, "replay", "a.run").stdout)
        self.assertTrue(json.loads(self.expect(0, "replay", "a.run", "--format", "json").stdout)["same"])

    def test_what_explore_found_repeats_and_another_server_differs(self):
        self.expect(1, "explore", "--runs", "1000", "--server", FAULTY)
        runs = [name for name in os.listdir(self.path("found")) if name.endswith(".run")]
        self.assertTrue(runs)
        for name in runs:
            self.assertIn("FAIL", self.expect(0, "replay", f"found/{name}").stdout)
            self.assertIn("DIFFERENT", self.expect(1, "replay", f"found/{name}", "--server", "reference").stdout)

    def test_the_draws_count_and_not_the_seed(self):
        run = self.recorded()
        self.write("seedless.run", {**run, "seed": 1})
        self.expect(0, "replay", "seedless.run")

    def test_the_first_differing_event_is_named(self):
        run = self.recorded()
        number = next(i for i, line in enumerate(run["events"]) if '"accept"' in line)
        later = next(i for i, choice in enumerate(run["choices"]) if choice[1] == "latency" and i > 8)
        stream, label, bound, value = run["choices"][later]
        run["choices"][later] = [stream, label, bound, (value + 1) % bound]
        self.write("b.run", {**run, "runHash": run["runHash"]})
        done = self.expect(1, "replay", "b.run", "--format", "json")
        difference = json.loads(done.stdout)["difference"]
        self.assertEqual(run["events"][difference["event"]], difference["recorded"])
        self.assertNotEqual(difference["recorded"], difference["now"])
        self.assertIn(f"first at event {difference['event']}", self.expect(1, "replay", "b.run").stdout)
        self.assertGreater(number, 0)

    def test_a_draw_that_is_not_asked_for_is_named(self):
        run = self.recorded()
        run["choices"][0][1] = "loss"
        self.write("c.run", run)
        self.assertIn("draw 0 was loss", self.expect(1, "replay", "c.run").stdout)

    def test_damaged_run_files_are_bad_input_with_a_place(self):
        run = self.recorded()
        self.write("cut.run", self.read("a.run")[:300])
        self.expect(3, "replay", "cut.run")
        self.expect(3, "replay", "none.run")
        self.expect(3, "replay", "a.json")
        for key, value in (("choices", [[1, "latency", 5, 5]]), ("choices", [[1, "late", 5, 1]]), ("choices", {}),
                           ("scenario", {"name": "x"}), ("server", 5), ("events", [7])):
            self.write("bad.run", {**run, key: value})
            done = self.expect(3, "replay", "bad.run")
            self.assertIn("bad.run:", done.stderr, key)
        self.write("other.run", {**run, "server": "mutant:none"})
        self.assertIn("does not exist", self.expect(3, "replay", "other.run").stderr)

    def test_only_one_case_can_be_recorded(self):
        self.write("two.json", scenario(matrix={"n": [1, 2]}))
        self.assertIn("one case", self.expect(2, "run", "two.json", "--record", "two.run").stderr)


if __name__ == "__main__":
    unittest.main()
