"""Again, less, more: what failed last time, another try, some of the cases, a machine's share of them."""

import json
import os
import re
import shlex
import sys
import unittest
from xml.etree import ElementTree

from tool import PASSING, SCENARIOS, ToolTest, scenario, unmet

HERE = os.path.dirname(os.path.abspath(__file__))


class RunTest(ToolTest):
    def ids(self, *arguments, code=0):
        return self.expect(code, "list", "--ids", *arguments).stdout.splitlines()

    def ran(self, code, *arguments):
        document = json.loads(self.expect(code, "run", *arguments, "--format", "json").stdout)
        return [c["id"] for c in document["scenarios"]]


class Failed(RunTest):
    def setUp(self):
        super().setUp()
        for name, content in (("a", scenario()), ("b", unmet()), ("c", scenario(matrix={"n": [1, 2]}, rules=["web.ten-tabs"])),
                              ("d", "{"), ("e", scenario())):
            self.write(f"all/{name}.json", content)

    def test_what_failed_and_what_was_broken_runs_again(self):
        self.expect(3, "run", "all", "--report", "json=r.json")
        self.assertEqual(self.ran(3, "all", "--failed", "r.json"),
                         ["all/b.json", "all/c.json#n=1", "all/c.json#n=2", "all/d.json"])
        self.write("all/d.json", scenario(matrix={"n": [1, 2]}))
        self.write("all/b.json", scenario())
        self.assertEqual(self.ran(1, "--failed", "r.json", "-k", "not c.json#n=2"),
                         ["all/b.json", "all/c.json#n=1", "all/d.json#n=1", "all/d.json#n=2"])

    def test_the_paths_are_those_of_that_run_and_it_goes_on_until_all_is_well(self):
        os.remove(self.path("all/d.json"))
        self.expect(1, "run", "all", "--report", "json=r.json")
        self.assertEqual(self.ran(1, "--failed", "r.json", "--report", "json=again.json"),
                         ["all/b.json", "all/c.json#n=1", "all/c.json#n=2"])
        self.write("all/b.json", scenario())
        self.write("all/c.json", scenario(matrix={"n": [1, 2]}))
        self.assertEqual(len(self.ran(0, "--failed", "again.json", "--report", "json=third.json")), 3)
        done = self.expect(4, "run", "--failed", "third.json")
        self.assertIn("nothing of this failed in third.json", done.stderr)

    def test_of_a_run_that_was_cut_short_what_never_ran_is_run(self):
        os.remove(self.path("all/d.json"))
        self.expect(1, "run", "all", "-x", "--report", "json=r.json")
        self.assertEqual(self.ran(1, "--failed", "r.json"),
                         ["all/b.json", "all/c.json#n=1", "all/c.json#n=2", "all/e.json"])

    def test_what_a_baseline_expects_did_not_fail(self):
        os.remove(self.path("all/d.json"))
        self.expect(1, "run", "all", "--write-baseline", "known.json")
        self.expect(0, "run", "all", "--baseline", "known.json", "--report", "json=r.json")
        self.expect(4, "run", "--failed", "r.json")

    def test_a_result_that_is_none_is_told(self):
        self.write("r.json", "{}")
        self.assertIn("r.json", self.expect(3, "run", "all", "--failed", "r.json").stderr)


class Flaky(RunTest):
    def lazy(self, *options):
        return ["--target", "exec:" + shlex.join([sys.executable, os.path.join(HERE, "real_clock_adapter.py"), *options])]

    def test_a_case_that_passes_in_the_end_is_flaky_which_is_no_failure(self):
        self.write("a.json", scenario())
        self.expect(1, "run", "a.json", *self.lazy("lost-at-first"))
        done = self.expect(0, "run", "a.json", *self.lazy("lost-at-first"), "--retries", "2", "--report", "json=r.json",
                           "--report", "junit=r.xml", "--trace", "t.jsonl")
        self.assertRegex(done.stdout, "flaky a.json +passed at attempt 2; before: online.received: .*did not receive m1")
        self.assertIn("PASS  1 case: 0 passed, 1 flaky", done.stdout)
        case = json.loads(self.read("r.json"))["scenarios"][0]
        self.assertEqual((case["verdict"], case["attempts"], case["failedAttempts"]), ("flaky", 2, 1))
        self.assertEqual(json.loads(self.read("r.json"))["summary"]["flaky"], 1)
        self.assertIn("flaky: passed at attempt 2", ElementTree.fromstring(self.read("r.xml")).find(".//system-out").text)
        self.expect(1, "check", "t.jsonl")  # the attempt that failed
        self.expect(0, "merge", "r.json")

    def test_it_can_be_a_failure_unless_a_baseline_expects_it(self):
        self.write("a.json", scenario())
        run = ["run", "a.json", *self.lazy("lost-at-first"), "--retries", "1"]
        self.expect(1, *run, "--fail-on-flaky", "--report", "junit=r.xml", "--report", "json=r.json")
        self.assertEqual(ElementTree.fromstring(self.read("r.xml")).get("failures"), "1")
        self.expect(1, "merge", "r.json")
        self.expect(0, *run, "--write-baseline", "known.json")
        self.assertIn('"rule": "flaky"', self.read("known.json"))
        done = self.expect(0, *run, "--fail-on-flaky", "--baseline", "known.json")
        self.assertIn("as expected: passed at attempt 2", done.stdout)
        # That it passes at once for a time, or fails as before, changes nothing of the entry.
        self.expect(0, "run", "a.json", *self.lazy(), "--retries", "1", "--fail-on-flaky", "--baseline", "known.json")
        self.expect(1, "run", "a.json", *self.lazy("lost"), "--retries", "1", "--baseline", "known.json")

    def test_what_fails_each_time_fails(self):
        self.write("a.json", scenario())
        done = self.expect(1, "run", "a.json", *self.lazy("lost"), "--retries", "2")
        self.assertIn("attempts: 3 of 3 failed", done.stdout)

    def test_each_case_is_run_so_often_with_other_seeds(self):
        self.write("a.json", scenario())
        done = self.expect(1, "run", "a.json", *self.lazy("lost-for-seed-2"), "--repeat", "3")
        self.assertIn("attempts: 1 of 3 failed", done.stdout)
        self.assertRegex(done.stdout, "again: +mdsync run a.json --seed 2 ")
        document = json.loads(self.expect(0, "run", "a.json", "--repeat", "3", "--format", "json").stdout)["scenarios"][0]
        self.assertEqual((document["attempts"], document["failedAttempts"], document["seed"]), (3, 0, 1))

    def test_retries_are_for_systems_that_need_not_repeat_themselves(self):
        self.write("a.json", scenario())
        self.assertIn("--target", self.expect(2, "run", "a.json", "--retries", "2").stderr)
        self.expect(2, "run", "a.json", *self.lazy(), "--retries", "2", "--repeat", "2")


class Shards(RunTest):
    def test_each_case_is_in_one_shard_and_merge_makes_one_run_of_them(self):
        everything = self.ids(SCENARIOS)
        shares = [self.ids(SCENARIOS, "--shard", f"{i}/3") for i in (1, 2, 3)]
        self.assertEqual(sorted(everything), sorted(sum(shares, [])))
        self.assertTrue(all(len(share) > len(everything) / 5 for share in shares))
        folder = os.path.join(SCENARIOS, "web")
        for i in (1, 2, 3):
            self.expect(0, "run", folder, "--shard", f"{i}/3", "--report", f"json={i}.json")
        merged = json.loads(self.expect(0, "merge", "1.json", "2.json", "3.json", "--format", "json").stdout)
        whole = json.loads(self.expect(0, "run", folder, "--format", "json").stdout)
        self.assertEqual(merged["summary"], whole["summary"])

    def test_a_new_file_moves_no_other_one(self):
        for name in "abcdefgh":
            self.write(f"all/{name}.json", scenario())
        before = self.ids("all", "--shard", "1/2")
        self.write("all/aa.json", scenario())
        self.assertEqual([i for i in self.ids("all", "--shard", "1/2") if i != "all/aa.json"], before)

    def test_merge_knows_what_is_missing_or_there_twice(self):
        for name in "abcdefgh":
            self.write(f"all/{name}.json", scenario())
        for i, shard in enumerate(("1/3", "2/3", "1/3", "1/2")):
            self.expect(0, "run", "all", "--shard", shard, "--report", f"json={i}.json")
        done = self.expect(3, "merge", "0.json", "1.json")
        self.assertIn("PASS", done.stdout)
        self.assertIn("missing: shard 3/3", done.stderr)
        self.assertIn("this is shard 1/3, as is 0.json", self.expect(3, "merge", "0.json", "2.json").stderr)
        self.assertIn("this is shard 1/2, and others are of 3", self.expect(3, "merge", "1.json", "3.json").stderr)

    def test_traces_are_shared_out_too(self):
        names = [self.trace(f"t{i}.jsonl", {"t": 1010, "ev": "connect", "dev": "alice/phone"},
                            {"t": 1020, "ev": "online", "dev": "alice/phone"}, {"t": 1030, "ev": "settled"}) for i in range(8)]
        seen = []
        for i in (1, 2):
            document = json.loads(self.expect(0, "check", *names, "--shard", f"{i}/2", "--format", "json").stdout)
            self.assertEqual(document["shard"], f"{i}/2")
            seen += [c["id"] for c in document["scenarios"]]
        self.assertEqual(sorted(seen), names)

    def test_a_shard_that_is_none_is_told(self):
        for shard in ("0/2", "3/2", "1", "a/b", "1/2/3", "-1/2"):
            self.assertIn("is not of the form I/N", self.expect(2, "run", SCENARIOS, f"--shard={shard}").stderr)


class Selection(RunTest):
    def setUp(self):
        super().setUp()
        self.write("scenarios/web/a.json", scenario(tags=["smoke", "slow"]))
        self.write("scenarios/web/b.json", scenario(tags=["smoke"]))
        self.write("scenarios/c.json", scenario(tags=[], matrix={"n": [1, 2]}, name="A ${n} in it"))

    def test_texts_and_tags_combine(self):
        self.assertEqual(self.ids("-k", "web and not b.json"), ["scenarios/web/a.json"])
        self.assertEqual(self.ids("--tag", "smoke and not slow"), ["scenarios/web/b.json"])
        self.assertEqual(self.ids("--tag", "!smoke"), ["scenarios/c.json#n=1", "scenarios/c.json#n=2"])
        self.assertEqual(self.ids("-k", "a.json", "-k", "(n=1 or n=3) and c"), ["scenarios/c.json#n=1", "scenarios/web/a.json"])
        self.assertIn("a word is missing at the end", self.expect(2, "run", "-k", "web and").stderr)

    def test_without_a_path_the_folder_scenarios_is_meant(self):
        self.assertEqual(len(self.ran(0)), 4)
        self.assertIn("3 files, 0 with errors", self.expect(0, "lint").stdout)
        os.rename(self.path("scenarios"), self.path("others"))
        self.assertIn('no folder "scenarios" here', self.expect(2, "run").stderr)

    def test_one_file_has_one_name(self):
        self.assertEqual(self.ran(0, "./scenarios/web/a.json", "scenarios//web/a.json", "./scenarios/web"),
                         ["scenarios/web/a.json", "scenarios/web/b.json"])
        self.write("-odd.json", scenario())
        self.assertEqual(self.ran(0, "./-odd.json"), ["./-odd.json"])

    def test_a_line_or_case_that_is_not_there_names_nothing(self):
        lines = len(self.read("scenarios/web/a.json").splitlines())
        self.expect(0, "run", f"scenarios/web/a.json:{lines}")
        done = self.expect(4, "run", f"scenarios/web/a.json:{lines + 1}")
        self.assertIn("names no scenario: the file has no such line", done.stderr)
        self.assertIn("there are n=1 n=2", self.expect(4, "run", "scenarios/c.json#n=9").stderr)

    def test_a_list_can_be_short(self):
        self.assertEqual(self.expect(0, "list", "--brief").stdout.splitlines(), [
            "    2  scenarios/c.json  A 1 in it", f"    1  scenarios/web/a.json  {PASSING['name']}",
            f"    1  scenarios/web/b.json  {PASSING['name']}", "4 cases in 3 files"])
        self.assertEqual(self.expect(0, "list", "--tags").stdout, "    1  slow\n    2  smoke\n")
        self.assertEqual(json.loads(self.expect(0, "list", "--format", "json").stdout)["tags"], {"slow": 1, "smoke": 2})
        self.expect(2, "list", "--ids", "--brief")


class Times(RunTest):
    def test_the_slowest_are_named(self):
        for name in "abc":
            self.write(f"all/{name}.json", scenario())
        shown = self.expect(0, "run", "all", "--durations", "2").stdout
        self.assertEqual(len(re.findall(r"^ +\d+\.\d{3} s  all/[abc]\.json$", shown, re.MULTILINE)), 2)
        self.assertTrue(shown.splitlines()[-1].startswith("PASS"))

    def test_times_stand_in_reports_where_they_are_wanted_and_nowhere_else(self):
        self.write("a.json", scenario())
        reports = ["--report", "json=r.json", "--report", "junit=r.xml"]
        self.expect(0, "run", "a.json", *reports, "--durations", "1")
        self.assertNotIn("time=", self.read("r.xml"))
        self.assertNotIn("micros", self.read("r.json"))
        self.expect(0, "run", "a.json", *reports, "--timings")
        self.assertGreater(json.loads(self.read("r.json"))["scenarios"][0]["micros"], 0)
        root = ElementTree.fromstring(self.read("r.xml"))
        self.assertRegex(root.find(".//testcase").get("time"), r"^\d+\.\d{6}$")
        self.assertEqual(root.get("time"), root.find(".//testcase").get("time"))
        self.expect(0, "merge", "r.json", "--report", "junit=m.xml")
        self.assertEqual(self.read("m.xml"), self.read("r.xml"))


if __name__ == "__main__":
    unittest.main()
