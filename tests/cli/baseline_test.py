"""Known failures: a baseline tolerates what it expects, and must be true itself; results are compared and merged."""

import json
import unittest
import xml.etree.ElementTree as ElementTree

from tool import PASSING, SCENARIOS, ToolTest, scenario, unmet

GHOST = [{"t": 1010, "ev": "online", "dev": "alice/phone"},
         {"t": 1020, "ev": "receive", "msg": "ghost", "dev": "alice/phone"}, {"t": 1030, "ev": "settled"}]
GOOD = [{"t": 1010, "ev": "online", "dev": "alice/phone"},
        {"t": 1020, "ev": "send", "msg": "m1", "dev": "alice/phone", "to": "alice"}, {"t": 1020, "ev": "accept", "msg": "m1"},
        {"t": 1030, "ev": "online", "dev": "bob/pixel"}, {"t": 1040, "ev": "settled"}]


class BaselineTest(ToolTest):
    def baseline(self, *entries, name="known.json"):
        lines = ",\n".join("  " + json.dumps({"reason": "BUG-7", **entry}) for entry in entries)
        return self.write(name, '{"mdsync": "baseline/1", "expected": [\n' + lines + "\n]}\n")

    def entries(self, name="known.json"):
        return json.loads(self.read(name))["expected"]

    def run_with(self, code, *entries, arguments=("a.json",), more=()):
        self.baseline(*entries)
        return self.expect(code, "run", *arguments, "--baseline", "known.json", *more)


class Tolerated(BaselineTest):
    def test_a_written_baseline_makes_the_same_run_pass(self):
        server = ("--server", "mutant:" + self.a_mutant_of("web.evict-earliest"))
        folder = SCENARIOS + "/web"
        first = self.expect(1, "run", folder, *server, "--write-baseline", "known.json")
        self.assertIn("known.json now expects", first.stderr)
        again = self.expect(0, "run", folder, *server, "--baseline", "known.json", "--write-baseline", "again.json")
        self.assertRegex(again.stdout, r"(?m)^known .*web.evict-earliest, expectation: known failure: say here why")
        self.assertRegex(again.stdout, r"PASS .* failed as expected")
        self.assertNotIn("FAIL", again.stdout)
        self.assertEqual(self.read("known.json"), self.read("again.json"))
        keys = [(e["scenario"], e["rule"], e.get("device", "")) for e in self.entries()]
        self.assertEqual(keys, sorted(set(keys)))
        self.expect(1, "run", folder, "--baseline", "known.json")

    def test_json_and_junit_show_expected_failures_and_their_reasons(self):
        self.write("a.json", scenario())
        server = ("--server", "mutant:" + self.a_mutant_of("online.received"))
        self.expect(1, "run", "a.json", *server, "--write-baseline", "known.json")
        self.write("known.json", self.read("known.json").replace("known failure: say here why it is tolerated and who "
                                                                 "will repair it", "BUG-7 <slow>"))
        done = self.expect(0, "run", "a.json", *server, "--baseline", "known.json", "--report", "junit=r.xml",
                           "--format", "json")
        document = json.loads(done.stdout)
        self.assertEqual((document["verdict"], document["summary"]["failed"], document["summary"]["expectedFailures"]),
                         ("pass", 1, 1))
        self.assertEqual(document["baseline"]["wrong"], [])
        case = document["scenarios"][0]
        self.assertEqual((case["verdict"], case["expectedFailure"]), ("fail", True))
        self.assertEqual({v["expected"] for v in case["violations"]}, {"BUG-7 <slow>"})
        root = ElementTree.fromstring(self.read("r.xml"))
        self.assertEqual((root.get("tests"), root.get("failures"), root.get("skipped")), ("1", "0", "1"))
        self.assertRegex(next(root.iter("skipped")).get("message"), r"^expected failure: .*BUG-7 <slow>")

    def test_an_unmet_expectation_and_a_rule_that_was_not_exercised_have_entries_of_their_own(self):
        self.write("a.json", unmet())
        self.write("b.json", scenario(rules=["web.evict-earliest"]))
        self.run_with(0, {"scenario": "a.json", "rule": "expectation"},
                      {"scenario": "b.json", "rule": "web.evict-earliest", "notExercised": True},
                      arguments=("a.json", "b.json"))
        done = self.run_with(1, {"scenario": "a.json", "rule": "expectation"},
                             {"scenario": "b.json", "rule": "web.evict-earliest"}, arguments=("a.json", "b.json"))
        self.assertIn("FAIL  b.json", done.stdout)
        self.assertIn("known.json:3", done.stdout)
        self.assertIn("nothing put web.evict-earliest to the test", done.stdout)
        self.expect(1, "run", "a.json", "b.json", "--write-baseline", "new.json")
        self.expect(0, "run", "a.json", "b.json", "--baseline", "new.json")

    def test_what_accompanies_an_expected_violation_is_expected_with_it(self):
        off = scenario(app={"sync": False}, rules=None, steps=PASSING["steps"][:2])
        self.write("a.json", off)
        server = ("--server", "mutant:" + self.a_mutant_of("off.single-device"))
        violated = [v["rule"] for v in json.loads(self.expect(
            1, "run", "a.json", *server, "--format", "json").stdout)["scenarios"][0]["violations"]]
        self.assertIn("service.default-off", violated)
        self.expect(1, "run", "a.json", *server, "--write-baseline", "known.json")
        self.assertNotIn("service.default-off", [e["rule"] for e in self.entries()])
        self.expect(0, "run", "a.json", *server, "--baseline", "known.json")

    def test_a_case_is_named_by_its_choice_and_a_path_by_any_spelling(self):
        self.write("x/a.json", scenario(matrix={"n": [1, 2]}, rules=["web.evict-earliest"]))
        for n, code in ((1, 1), (2, 1)):
            self.run_with(code, {"scenario": f"x/a.json#n={n}", "rule": "web.evict-earliest", "notExercised": True},
                          arguments=("x",))
        entries = [{"scenario": f"./x//a.json#n={n}", "rule": "web.evict-earliest", "notExercised": True} for n in (1, 2)]
        self.run_with(0, *entries, arguments=("./x",))

    def test_a_trace_is_named_by_its_path(self):
        self.trace("t.jsonl", *GHOST)
        self.trace("u.jsonl", *GOOD)
        self.expect(1, "check", "t.jsonl", "u.jsonl", "--write-baseline", "known.json")
        self.assertEqual([(e["scenario"], e["rule"], e["device"]) for e in self.entries()],
                         [("t.jsonl", "delivery.no-phantom", "alice/phone")])
        self.expect(0, "check", "t.jsonl", "u.jsonl", "--baseline", "known.json")
        self.expect(0, "check", "t.jsonl", "t.jsonl", "--baseline", "known.json")
        self.trace("u.jsonl", *GHOST)
        done = self.expect(1, "check", "t.jsonl", "u.jsonl", "--baseline", "known.json")
        self.assertIn("FAIL  u.jsonl", done.stdout)
        self.assertNotIn("FAIL  t.jsonl", done.stdout)

    def test_what_is_open_beside_expected_failures_stays_open(self):
        self.trace("t.jsonl", *GHOST, "no event", header=None)
        known = self.baseline({"scenario": "t.jsonl", "rule": "delivery.no-phantom"})
        self.expect(5, "check", "t.jsonl", "--lenient", "--baseline", known)

    def test_violations_beyond_those_that_are_described_need_an_entry_for_any_device(self):
        many = [{"t": 1020 + i, "ev": "receive", "msg": f"g{i}", "dev": "alice/phone"} for i in range(1200)]
        self.trace("t.jsonl", GHOST[0], *many, {"t": 9000, "ev": "settled"})
        self.baseline({"scenario": "t.jsonl", "rule": "delivery.no-phantom", "device": "alice/phone"})
        self.expect(1, "check", "t.jsonl", "--baseline", "known.json")
        self.expect(1, "check", "t.jsonl", "--write-baseline", "known.json")
        self.assertNotIn("device", self.entries()[0])
        self.expect(0, "check", "t.jsonl", "--baseline", "known.json")


class Untrue(BaselineTest):
    """Entries that do not hold fail the run and are named with their line."""

    def setUp(self):
        super().setUp()
        self.write("a.json", scenario())
        self.write("wrong.json", unmet())

    def problem(self, code, text, *entries, **options):
        done = self.run_with(1, *entries, **options)
        self.assertRegex(done.stdout, rf"(?m)^FAIL  known.json:\d+ +{code}$")
        self.assertIn(text, done.stdout.replace("\n", " ").replace("  ", " "))
        return done

    def test_an_unexpected_pass(self):
        done = self.problem("baseline.unexpected-pass", "online.received was kept",
                            {"scenario": "wrong.json", "rule": "expectation"},
                            {"scenario": "a.json", "rule": "online.received"}, arguments=("a.json", "wrong.json"))
        self.assertIn("--> known.json:3:", done.stdout)
        self.assertIn("^^^^", done.stdout)
        self.assertIn("why:      mdsync explain baseline.unexpected-pass", done.stdout)
        self.problem("baseline.unexpected-pass", "names alice/phone",
                     {"scenario": "a.json", "rule": "online.received", "device": "alice/phone"})
        self.problem("baseline.unexpected-pass", "all expectations were met", {"scenario": "a.json", "rule": "expectation"})
        self.problem("baseline.unexpected-pass", "was put to the test",
                     {"scenario": "a.json", "rule": "online.received", "notExercised": True})

    def test_an_entry_that_fits_nothing(self):
        self.write("m.json", scenario(matrix={"n": [1, 2]}))
        for text, entry in (("no such file", {"scenario": "b.json", "rule": "online.received"}),
                            ("no such case", {"scenario": "m.json#n=3", "rule": "online.received"}),
                            ("no such case", {"scenario": "m.json", "rule": "online.received"}),
                            ("no device alice/fone", {"scenario": "a.json", "rule": "online.received",
                                                      "device": "alice/fone"}),
                            ("nothing put web.ten-tabs to the test", {"scenario": "a.json", "rule": "web.ten-tabs"})):
            with self.subTest(text=text):
                self.problem("baseline.unused", text, entry)

    def test_a_scenario_that_was_not_selected_or_not_judged_is_left_alone(self):
        self.write("m.json", scenario(matrix={"n": [1, 2]}))
        self.run_with(0, {"scenario": "wrong.json", "rule": "expectation"}, {"scenario": "m.json#n=1", "rule": "web.ten-tabs"})
        done = self.run_with(0, {"scenario": "wrong.json", "rule": "expectation"},
                             arguments=("a.json", "wrong.json", "m.json", "-k", "a.json"))
        self.assertIn("baseline: 0 of 1 entry used, 1 not judged", done.stdout)

    def test_an_entry_ends_on_its_day(self):
        entry = {"scenario": "wrong.json", "rule": "expectation", "expires": "2027-01-01"}
        self.run_with(0, entry, arguments=("wrong.json",), more=("--today", "2026-12-31"))
        done = self.problem("baseline.expired", "the failure is still there", entry, arguments=("wrong.json",),
                            more=("--today", "2027-01-01"))
        self.assertIn("FAIL  wrong.json", done.stdout)
        self.problem("baseline.expired", "the failure was not seen", {**entry, "scenario": "a.json"},
                     more=("--today", "2027-01-01"))
        self.run_with(0, entry, more=("--today", "2027-01-01"))
        self.run_with(1, {**entry, "expires": "2000-01-01"}, arguments=("wrong.json",))
        self.run_with(0, {**entry, "expires": "9999-12-31"}, arguments=("wrong.json",))
        self.expect(2, "run", "a.json", "--today", "tomorrow")

    def test_json_and_junit_name_what_does_not_hold(self):
        self.baseline({"scenario": "a.json", "rule": "online.received"})
        done = self.expect(1, "run", "a.json", "--baseline", "known.json", "--format", "json", "--report", "junit=r.xml")
        document = json.loads(done.stdout)
        wrong = document["baseline"]["wrong"]
        self.assertEqual([(w["code"], w["file"], w["line"]) for w in wrong], [("baseline.unexpected-pass", "known.json", 2)])
        self.assertEqual((document["verdict"], document["scenarios"][0]["verdict"]), ("fail", "pass"))
        root = ElementTree.fromstring(self.read("r.xml"))
        self.assertEqual([f.get("type") for f in root.iter("failure")], ["baseline.unexpected-pass"])


class Files(BaselineTest):
    def test_mistakes_are_shown_where_they_are_while_the_run_goes_on(self):
        self.write("a.json", scenario())
        good = {"scenario": "a.json", "rule": "online.received"}
        for code, text, content in (
                ("unknown-key", 'did you mean "device"?', [{**good, "devise": "x"}]),
                ("missing-key", 'the key "rule" is missing', [{"scenario": "a.json"}]),
                ("unknown-rule", 'did you mean "online.received"?', [{**good, "rule": "online.recieved"}]),
                ("bad-date", '"2027-02-30" is not a date', [{**good, "expires": "2027-02-30"}]),
                ("duplicate-name", "the first is on line 2", [good, {**good, "scenario": "./a.json"}]),
                ("conflicting-keys", "only a violation has a device", [{**good, "rule": "expectation", "device": "x/y"}]),
                ("out-of-range", "say why the failure is tolerated", [{**good, "reason": " "}]),
                ("wrong-type", '"reason" takes a text, not a number', [{**good, "reason": 1}])):
            with self.subTest(code=code):
                self.baseline(*content)
                done = self.expect(3, "run", "a.json", "--baseline", "known.json")
                self.assertIn(f"error[document.{code}]", done.stderr)
                self.assertIn(text, done.stderr)
                self.assertRegex(done.stderr, r"--> known.json:\d+:\d+")
                self.assertIn("^", done.stderr)
                self.assertIn("ok    a.json", done.stdout)
                self.expect(0, "explain", f"document.{code}")
        for content, text in (("", "the file is empty"), ("[]", "one JSON object"), ("{", "the file ends"),
                              ('{"mdsync": "result/1"}', 'not "baseline/1"'), ("{}", 'the key "mdsync" is missing'),
                              (b"\xff\xfe", "UTF-8")):
            with self.subTest(content=content):
                self.write("known.json", content)
                self.assertIn(text, self.expect(3, "run", "a.json", "--baseline", "known.json").stderr)
        self.expect(3, "run", "a.json", "--baseline", "missing.json")
        self.expect(3, "run", "a.json", "--baseline", ".")

    def test_bringing_a_baseline_up_to_date_keeps_reasons_and_what_was_not_judged(self):
        self.write("a.json", unmet())
        self.write("b.json", unmet())
        self.write("good.json", scenario())
        known = [{"scenario": "b.json", "rule": "expectation", "reason": "BUG-8", "expires": "2099-01-01"},
                 {"scenario": "c.json", "rule": "expectation"}, {"scenario": "good.json", "rule": "online.received"}]
        self.baseline(*known)
        self.expect(1, "run", "a.json", "good.json", "--baseline", "known.json", "--write-baseline", "known.json")
        self.assertEqual([e["scenario"] for e in self.entries()], ["a.json", "b.json"])
        self.assertEqual(self.entries()[1], known[0])
        self.expect(0, "run", "a.json", "b.json", "good.json", "--baseline", "known.json")

    def test_a_baseline_that_can_not_be_written_is_an_exit_6_and_one_without_entries_is_fine(self):
        self.write("a.json", scenario())
        self.expect(6, "run", "a.json", "--write-baseline", "no/such/folder.json")
        self.expect(0, "run", "a.json", "--write-baseline", "known.json")
        self.assertEqual(self.entries(), [])
        self.expect(0, "run", "a.json", "--baseline", "known.json")


class Diffs(BaselineTest):
    def result(self, name, *arguments):
        self.tool("run", *arguments, "--report", f"json={name}")
        return name

    def changes(self, code, *results):
        document = json.loads(self.expect(code, "diff", *results, "--format", "json").stdout)
        self.assertEqual(document["mdsync"], "diff/1")
        human = self.expect(code, "diff", *results).stdout
        self.assertIn("WORSE", human.splitlines()[-1])
        return {kind: [(c["scenario"], c["text"]) for c in document[kind]]
                for kind in ("worse", "better", "appeared", "noLongerChecked", "checkedByFewer")}

    def test_nothing_changed(self):
        self.write("a.json", scenario())
        self.result("old", "a.json")
        self.assertEqual(set(map(tuple, self.changes(0, "old", "old").values())), {()})

    def test_a_failure_is_worse_and_its_repair_better(self):
        self.write("a.json", scenario())
        self.result("old", "a.json")
        self.result("new", "a.json", "--server", "mutant:" + self.a_mutant_of("online.received"))
        worse = self.changes(1, "old", "new")
        self.assertIn("online.received violated", "\n".join(text for _, text in worse["worse"]))
        self.assertIn("expectation unmet", "\n".join(text for _, text in worse["worse"]))
        self.assertEqual(worse["better"], [])
        better = self.changes(0, "new", "old")
        self.assertIn("no longer: online.received violated", "\n".join(text for _, text in better["better"]))

    def test_what_is_no_longer_checked_stops_a_release(self):
        self.write("a.json", scenario())
        self.write("b.json", scenario(name="B"))
        both = self.result("both", "a.json", "b.json")
        one = self.result("one", "a.json")
        self.assertEqual(self.changes(1, both, one)["noLongerChecked"], [("b.json", "is gone (was pass)")])
        self.assertEqual(self.changes(0, one, both)["appeared"], [("b.json", "pass")])
        self.write("a.json", scenario(rules=None, steps=PASSING["steps"][:1]))
        less = self.changes(1, one, self.result("less", "a.json"))
        self.assertIn((None, "online.received is no longer put to the test by any case"), less["noLongerChecked"])
        rarer = self.changes(0, both, self.result("rarer", "a.json", "b.json"))
        self.assertIn(("a.json", "online.received is no longer put to the test"), rarer["checkedByFewer"])

    def test_a_case_that_appears_and_fails_is_worse(self):
        self.write("a.json", scenario())
        self.write("b.json", unmet())
        done = self.changes(1, self.result("old", "a.json"), self.result("new", "a.json", "b.json"))
        self.assertEqual([scenario for scenario, _ in done["worse"]], ["b.json"])

    def test_a_case_that_broke_is_worse(self):
        self.write("a.json", scenario())
        old = self.result("old", "a.json")
        self.write("a.json", "{")
        self.assertEqual([s for s, _ in self.changes(1, old, self.result("new", "a.json"))["worse"]], ["a.json"])

    def test_documents_of_other_kinds_and_damaged_ones_are_named_with_their_place(self):
        self.write("a.json", scenario())
        old = self.result("old", "a.json")
        self.write("cut", self.read("old")[:200])
        for bad, text in (("cut", "the file ends"), ("a.json", 'the key "mdsync" is missing'), ("none", "can't read")):
            for pair in ((old, bad), (bad, old)):
                self.assertIn(text, self.expect(3, "diff", *pair).stderr)
        document = json.loads(self.read("old"))
        document["scenarios"][0]["verdict"] = "great"
        document["news"] = {"later": [1, 2]}
        self.write("new", document)
        self.assertIn('there is no verdict "great"', self.expect(3, "diff", "old", "new").stderr)
        document["scenarios"][0]["verdict"] = "pass"
        self.write("new", document)
        self.expect(0, "diff", "old", "new")
        self.write("empty", {"mdsync": "result/1", "scenarios": []})
        self.expect(4, "diff", "empty", "old")
        self.expect(2, "diff", "old")


class Merged(BaselineTest):
    def setUp(self):
        super().setUp()
        self.write("x/good.json", scenario(matrix={"n": [1, 2]}))
        self.write("x/odd \"name\".json", unmet())
        self.write("y/off.json", scenario(app={"sync": False}, rules=None, steps=PASSING["steps"][:2]))
        self.write("y/bad.json", scenario(steps=[{"sned": "m1"}]))
        self.trace("t.jsonl", *GHOST)

    def test_shards_read_like_the_run_that_was_not_split(self):
        server = ("--server", "mutant:" + self.a_mutant_of("off.single-device"))
        self.baseline({"scenario": "x/odd \"name\".json", "rule": "expectation"},
                      {"scenario": "y/off.json", "rule": "web.ten-tabs"})
        common = (*server, "--baseline", "known.json", "--require", "online.received,web.ten-tabs")
        for name, folders in (("all", ("x", "y")), ("1", ("x",)), ("2", ("y",))):
            self.tool("run", *folders, *common, "--report", f"json={name}.json", "--report", f"junit={name}.xml",
                      "--report", f"human={name}.txt")
        self.expect(3, "merge", "1.json", "2.json", "--report", "json=m.json", "--report", "junit=m.xml", "--report",
                    "human=m.txt")
        for kind in ("json", "xml", "txt"):
            self.assertEqual(self.read(f"m.{kind}"), self.read(f"all.{kind}"))

    def test_the_exit_code_is_that_of_one_run(self):
        self.tool("run", "x/good.json", "--report", "json=good")
        self.tool("check", "t.jsonl", "--report", "json=ghost")
        self.expect(0, "merge", "good")
        self.expect(1, "merge", "good", "ghost")
        self.expect(1, "merge", "good", "--require", "web.ten-tabs")
        self.assertIn("2 cases", self.expect(0, "merge", "good", "--require", "online.received").stdout)

    def test_the_same_scenario_twice_is_an_error_that_names_both(self):
        self.tool("run", "x/good.json", "--report", "json=1.json")
        self.tool("run", "./x/good.json#n=2", "--report", "json=2.json")
        done = self.expect(3, "merge", "1.json", "2.json")
        self.assertIn("x/good.json#n=2 is in 1.json too", done.stderr)
        self.assertRegex(done.stderr, r"--> 2.json:\d+:\d+")
        self.assertRegex(done.stderr, r"it stands at 1.json:\d+")
        self.assertEqual(done.stdout, "")
        self.expect(3, "merge", "1.json", "1.json")
        self.expect(3, "merge", "1.json", "none.json")
        self.expect(2, "merge")
        self.expect(2, "merge", "1.json", "--timeline")  # the events are not in a result


if __name__ == "__main__":
    unittest.main()
