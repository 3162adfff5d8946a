"""Known-bad servers: what `mdsync mutants` prints and how it ends, and that our scenarios catch every one of them."""

import json
import os
import pty
import re
import signal
import subprocess
import unittest

from tool import BINARY, PATIENCE, SCENARIOS, ToolTest, long, scenario, takes_no_limit_of_memory

RULES = [rule["id"] for rule in json.loads(subprocess.run([BINARY, "rules", "--format", "json"], capture_output=True,
                                                          timeout=PATIENCE).stdout)["rules"]]


@unittest.skipUnless(takes_no_limit_of_memory(), "OurScenarios runs them all")
class UnderASanitizer(unittest.TestCase):
    """The verdicts are those of any other build: what counts here is that every known-bad server runs."""

    def test_every_known_bad_server_runs(self):
        folders = [os.path.join(SCENARIOS, family) for family in ("recall", "service", "status")]
        done = subprocess.run([BINARY, "mutants", *folders, "--format", "json"], capture_output=True, text=True, timeout=900)
        self.assertIn(done.returncode, (0, 1), done.stderr)
        self.assertGreater(len(json.loads(done.stdout)["mutants"]), 100)


@unittest.skipIf(takes_no_limit_of_memory(), "a sanitizer takes ten times as long for the same verdicts")
class OurScenarios(unittest.TestCase):
    """The proof that the rules notice: the whole folder, run once."""

    @classmethod
    def setUpClass(cls):
        done = subprocess.run([BINARY, "mutants", SCENARIOS, "--format", "json"], capture_output=True, text=True,
                              timeout=900)
        cls.code, cls.document = done.returncode, json.loads(done.stdout)
        cls.mutants = {mutant["name"]: mutant for mutant in cls.document["mutants"]}

    def test_every_known_bad_server_is_caught_by_a_rule_that_it_names(self):
        self.assertEqual({m["name"]: m["verdict"] for m in self.document["mutants"] if m["verdict"] != "caught"}, {})
        self.assertEqual((self.code, self.document["verdict"]), (0, "pass"))
        for mutant in self.document["mutants"]:
            first = mutant["caughtBy"][0]
            self.assertTrue(first["expected"] and first["rule"] in mutant["expected"], mutant)
            self.assertLessEqual(1, mutant["failed"])
            self.assertLessEqual(1, mutant["activated"])

    def test_every_rule_catches_one_that_names_it(self):
        self.assertEqual(self.document["rulesThatCaughtNone"], [])
        caught = {by["rule"] for m in self.document["mutants"] for by in m["caughtBy"] if by["expected"]}
        self.assertEqual(caught, set(RULES))

    def test_every_rule_is_guarded_by_three_files(self):
        guards = {row["rule"]: row for row in self.document["guards"]}
        self.assertEqual(set(guards), set(RULES))
        self.assertEqual({rule: row["files"] for rule, row in guards.items() if len(row["files"]) < 3}, {})
        for mutant in self.document["mutants"]:
            self.assertEqual({rule for rule, row in guards.items() if mutant["name"] in row["servers"]},
                             set(mutant["expected"]))

    def test_at_least_sixty_are_really_different_and_twelve_of_them_partial(self):
        summary = self.document["summary"]
        self.assertLessEqual(60, summary["distinct"])
        self.assertLessEqual(12, summary["distinctPartial"])
        twins = sum(len(group) - 1 for group in self.document["coinciding"])
        self.assertEqual(summary["distinct"] + twins, summary["mutants"])
        self.assertEqual(summary["mutants"], len(self.mutants))

    def test_the_partial_ones_are_confined_in_several_ways(self):
        ways = {mutant["partial"] for mutant in self.document["mutants"]} - {None}
        self.assertLessEqual({"web tabs", "mobiles", "desktops", "group messages", "private messages", "one in 100",
                              "one in 1000"}, ways)

    def test_who_coincides_names_the_same_rules_and_fails_as_often(self):
        for group in self.document["coinciding"]:
            rows = [self.mutants[name] for name in group]
            self.assertEqual(len({row["failed"] for row in rows}), 1, group)
            self.assertEqual(len({json.dumps(sorted((by["rule"], by["scenario"]) for by in row["caughtBy"]))
                                  for row in rows}), 1, group)

    def test_run_finds_what_the_matrix_says(self):
        for name in ("off-syncs-sent-group", "evict-second", "compensates-not-quite-all", "drops-one-in-thousand",
                     "recall-lost-in-catch-up", "forgets-members-at-restart", "lying"):
            with self.subTest(server=name):
                first = self.mutants[name]["caughtBy"][0]
                done = subprocess.run([BINARY, "run", first["scenario"], "--server", "mutant:" + name, "--format",
                                       "json"], capture_output=True, text=True, timeout=PATIENCE)
                self.assertEqual(done.returncode, 1)
                self.assertIn(first["rule"], [v["rule"] for v in json.loads(done.stdout)["scenarios"][0]["violations"]])

    def test_first_is_first(self):
        """No scenario before the one that the matrix names shows that rule violated."""
        name = "evict-second"
        run = json.loads(subprocess.run([BINARY, "run", SCENARIOS, "--server", "mutant:" + name, "--format", "json"],
                                        capture_output=True, timeout=PATIENCE).stdout)
        failed = {s["id"]: [r for r, counts in s["rules"].items() if counts["violated"]] for s in run["scenarios"]}
        for by in self.mutants[name]["caughtBy"]:
            self.assertEqual(next(s for s, rules in failed.items() if by["rule"] in rules), by["scenario"])
        self.assertEqual(sum(1 for rules in failed.values() if rules), self.mutants[name]["failed"])


class Canaries(ToolTest):
    """A server that says nothing and one that only makes things up: no scenario may take either for good."""

    def convicted(self, server):
        """By scenario, the rules that `run` found violated, which is what `check` finds on the recorded traces."""
        self.tool("run", SCENARIOS, "--server", "mutant:" + server, "--trace", "traces", "-q", "--report", "json=r.json")
        ran = json.loads(self.read("r.json"))["scenarios"]
        traces = sorted(os.path.join(folder, name) for folder, _, names in os.walk(self.path("traces")) for name in names)
        self.assertEqual(len(traces), len(ran))
        self.tool("check", *traces, "-q", "--report", "json=c.json")
        checked = json.loads(self.read("c.json"))["scenarios"]
        counts = lambda results: sorted(json.dumps([s["events"], s["verdict"] == "error", s["rules"]]) for s in results)
        self.assertEqual(counts(checked), counts(ran))
        # Nothing but the console was used there: no server took part.
        self.console = {s["id"] for s in ran if set(s["rules"]) <= {"service.days-range", "service.prepaid"}}
        return {s["id"]: [rule for rule, counted in s["rules"].items() if counted["violated"]] for s in ran}

    def test_the_silent_server_is_convicted_in_every_scenario_and_on_every_trace(self):
        rules = self.convicted("silent")
        self.assertEqual({s for s, found in rules.items() if not found}, self.console)
        self.assertTrue(all("delivery.answered" in found for s, found in rules.items() if found))
        self.assertLess(len(self.console), 5)

    def test_the_lying_server_is_convicted_in_every_scenario_and_on_every_trace(self):
        rules = self.convicted("lying")
        self.assertEqual({s for s, found in rules.items() if not found}, self.console)
        self.assertTrue(all("delivery.no-phantom" in found for s, found in rules.items() if found))
        self.assertLess(len(self.console), 5)


class TheList(ToolTest):
    def listed(self, *arguments):
        return json.loads(self.expect(0, "mutants", "--format", "json", *arguments).stdout)["mutants"]

    def test_without_a_path_it_lists_them(self):
        done = self.expect(0, "mutants")
        self.assertIn("evict-second\n    disconnects the second earliest\n    web.evict-earliest, limit.newest-wins\n",
                      done.stdout)
        self.assertIn("only: web tabs", done.stdout)
        rows = self.listed()
        self.assertEqual(set(rows[0]), {"name", "breaks", "partial", "expected"})
        self.assertTrue(all(row["expected"] and set(row["expected"]) <= set(RULES) for row in rows))
        self.assertEqual(len({row["name"] for row in rows}), len(rows))
        self.assertIn(f"\n{len(rows)} known-bad servers", done.stdout)

    def test_it_narrows_by_text_and_by_rule(self):
        names = lambda *arguments: [row["name"] for row in self.listed(*arguments)]
        self.assertEqual(names("-k", "NEWEST tab"), ["evict-newest-tab"])
        self.assertEqual(names("-k", "evict-newest", "--rule", "limit.newest-wins"), ["evict-newest", "evict-newest-mobile"])
        self.assertEqual(set(names("-k", "nine-tabs", "-k", "one-tab")), {"nine-tabs", "one-tab"})

    def test_it_tells_of_nothing_that_fits(self):
        self.assertIn("no known-bad server fits", self.expect(4, "mutants", "-k", "no such thing").stderr)

    def test_every_name_is_a_server_to_run_against(self):
        self.write("a.json", scenario())
        for row in self.listed()[::10]:
            self.assertIn(self.tool("run", "a.json", "--server", "mutant:" + row["name"], "-q").returncode, (0, 1))


class Matrix(ToolTest):
    def setUp(self):
        super().setUp()
        self.write("s/a.json", scenario())

    def verdict(self, code, *arguments):
        document = json.loads(self.expect(code, "mutants", *arguments, "--format", "json").stdout)
        return {mutant["name"]: mutant["verdict"] for mutant in document["mutants"]}

    def test_0_what_was_asked_for_is_caught(self):
        self.assertEqual(self.verdict(0, "s/a.json", "-k", "on-delivers-to-one"), {"on-delivers-to-one": "caught"})
        done = self.expect(0, "mutants", "s/a.json", "-k", "on-delivers-to-one")
        self.assertRegex(done.stdout, r"caught +on-delivers-to-one +online.received +s/a.json\n")
        self.assertEqual(done.stderr, "")

    def test_rules_unguarded_says_the_same_of_what_guards_what(self):
        guards = json.loads(self.tool("mutants", "s", "--format", "json").stdout)["guards"]
        rules = json.loads(self.expect(1, "rules", "--unguarded", "s", "--format", "json").stdout)["rules"]
        self.assertEqual([(row["rule"], row["files"], row["servers"]) for row in guards],
                         [(row["id"], row["files"], row["servers"]) for row in rules])
        self.assertEqual({row["rule"] for row in guards if row["files"]} >= {"online.received"}, True)

    def test_1_one_escapes(self):
        done = self.expect(1, "mutants", "s/a.json", "-k", "newest-first")
        self.assertIn("ESCAPED  newest-first: catches up from the newest to the oldest", done.stdout)
        again = re.search(r"look:  mdsync (.*)", done.stdout).group(1)
        self.expect(0, *again.split())
        self.assertEqual(self.verdict(1, "s/a.json", "-k", "newest-first"), {"newest-first": "escaped"})

    def test_1_one_is_caught_by_another_rule_only(self):
        where = os.path.join(SCENARIOS, "web", "evicted-tab-goes-silent.json")
        self.assertEqual(self.verdict(1, where, "-k", "ignores-limits"), {"ignores-limits": "caughtByOther"})
        done = self.expect(1, "mutants", where, "-k", "ignores-limits")
        self.assertRegex(done.stdout, r"OTHER +ignores-limits")
        self.assertIn("caught by web.evict-earliest in", done.stdout)

    def test_0_or_1_one_is_not_activated(self):
        """That a single file gives no occasion is no fault; that a whole folder gives none is a hole in it."""
        self.assertEqual(self.verdict(0, "s/a.json", "-k", "nine-tabs"), {"nine-tabs": "notActivated"})
        self.assertEqual(self.verdict(0, "s", "-k", "nine-tabs"), {"nine-tabs": "notActivated"})
        whole = self.expect(1, "mutants", "s").stdout
        self.assertIn("no occasion   nine-tabs: allows nine tabs (web.ten-tabs)\n", whole)
        self.assertRegex(whole, r"(?s)IDLE +\d+ rules caught no known-bad server that names them:\n.*web.ten-tabs")
        self.assertNotIn("IDLE", self.expect(1, "mutants", "s/a.json").stdout)

    def test_2_a_wrong_command_line(self):
        for arguments in (["s", "--markdown"], ["--rule", "web.tabs"], ["s", "-j", "0"], ["--format", "xml"],
                          ["s", "--server", "reference"]):
            with self.subTest(arguments=arguments):
                self.expect(2, "mutants", *arguments)

    def test_3_a_broken_file_and_the_others_still_run(self):
        self.write("s/b.json", "{")
        done = self.expect(3, "mutants", "s", "-k", "on-delivers-to-one")
        self.assertIn("s/b.json:1:2", done.stderr)
        self.assertIn("1 known-bad server: 1 caught", done.stdout)

    def test_4_nothing_selected(self):
        os.mkdir(self.path("empty"))
        self.assertIn("names no scenario", self.expect(4, "mutants", "empty").stderr)
        self.assertIn("NOTHING", self.expect(4, "mutants", "s", "-k", "no such thing").stdout)

    def test_6_output_that_cannot_be_written(self):
        with open("/dev/full", "w", encoding="utf-8") as full:
            done = subprocess.run([BINARY, "mutants", "s/a.json", "-k", "nine-tabs"], cwd=self.folder, stdout=full,
                                  stderr=subprocess.DEVNULL, timeout=PATIENCE)
        self.assertEqual(done.returncode, 6)

    def test_70_a_bug_in_a_worker(self):
        self.assertIn("internal error", self.expect(70, "mutants", "s", env={"MDSYNC_FAULT": "worker"}).stderr)

    def test_standard_input_is_a_scenario_too(self):
        done = self.expect(0, "mutants", "-", "-k", "on-delivers-to-one", stdin=json.dumps(scenario()).encode())
        self.assertIn("PASS  1 known-bad server: 1 caught", done.stdout)

    def test_any_number_of_threads_prints_the_same_bytes(self):
        for format in ("human", "json"):
            outputs = {self.tool("mutants", os.path.join(SCENARIOS, "web"), "-j", jobs, "--format", format).stdout
                       for jobs in ("1", "2", "7")}
            self.assertEqual(len(outputs), 1)

    def test_quiet_shows_the_trouble_and_the_last_line(self):
        self.assertEqual(len(self.expect(0, "mutants", "s/a.json", "-k", "on-delivers-to-one", "-q").stdout.splitlines()), 1)
        self.assertIn("ESCAPED", self.expect(1, "mutants", "s/a.json", "-k", "newest-first", "-q").stdout)


class Interrupted(ToolTest):
    def test_130_ctrl_c_reports_the_servers_that_were_done(self):
        try:
            master, slave = pty.openpty()
        except OSError as error:  # a root without /dev/pts
            self.skipTest(f"no terminal can be had here: {error}")
        process = subprocess.Popen([BINARY, "mutants", SCENARIOS, "-j", "1", "--format", "json"], cwd=self.folder,
                                   stdout=subprocess.PIPE, stderr=slave)
        os.close(slave)
        progress = b""
        while not re.search(rb"\b[1-9]\d*/", progress) and process.poll() is None:
            progress += os.read(master, 1024)
        process.send_signal(signal.SIGINT)
        document = json.loads(process.communicate(timeout=PATIENCE)[0])
        os.close(master)
        self.assertEqual(process.returncode, 130)
        self.assertTrue(document["interrupted"])
        self.assertEqual(document["verdict"], "inconclusive")
        self.assertTrue(0 < len(document["mutants"]) < 100, len(document["mutants"]))
        self.assertEqual({mutant["verdict"] for mutant in document["mutants"]}, {"caught"})

    def test_143_before_any_was_done(self):
        self.write("long.json", long())
        process = subprocess.Popen([BINARY, "mutants", "long.json", "-j", "2"], cwd=self.folder, stdout=subprocess.PIPE)
        while len(os.listdir(f"/proc/{process.pid}/task")) < 3:
            pass
        process.send_signal(signal.SIGTERM)
        out = process.communicate(timeout=PATIENCE)[0].decode()
        self.assertEqual(process.returncode, 143)
        self.assertTrue(out.startswith("INTERRUPTED  0 known-bad servers"), out)


if __name__ == "__main__":
    unittest.main()
