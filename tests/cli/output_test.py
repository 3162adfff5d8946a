"""What the tool prints: the same bytes for the same input, JSON, JUnit, timelines, traces, colour and help."""

import gzip
import json
import os
import pty
import re
import subprocess
import unittest
import xml.etree.ElementTree as ElementTree
from pathlib import Path

from tool import (BINARY, PASSING, PATIENCE, SCENARIOS, ToolTest, inconclusive, scenario, takes_no_limit_of_memory,
                  unmet)


class SameBytes(ToolTest):
    def test_any_number_of_threads_prints_the_same_bytes(self):
        # A sanitizer takes fifteen times as long for the same bytes.
        scenarios = os.path.join(SCENARIOS, "web") if takes_no_limit_of_memory() else SCENARIOS
        for format in ("human", "json"):
            outputs = {self.tool("run", scenarios, "-j", jobs, "--format", format, "--timeline").stdout
                       for jobs in ("1", "3", "8")}
            self.assertEqual(len(outputs), 1)

    def test_the_same_seed_prints_the_same_bytes_and_another_seed_others(self):
        self.write("a.json", scenario(network={"latency": "5ms..80ms"}))
        run = lambda seed: self.expect(0, "run", "a.json", "--seed", seed, "--format", "json").stdout
        self.assertEqual(run("7"), run("7"))
        hashes = {json.loads(run(str(seed)))["scenarios"][0]["runHash"] for seed in range(1, 6)}
        self.assertGreater(len(hashes), 1)

    def test_checks_of_several_traces_print_in_the_order_of_the_paths(self):
        names = [self.trace(f"t{i}.jsonl", {"t": 1010, "ev": "connect", "dev": "alice/phone"},
                            {"t": 1020, "ev": "online", "dev": "alice/phone"}, {"t": 1030, "ev": "settled"})
                 for i in range(12)]
        outputs = {self.expect(0, "check", *names, "-j", jobs).stdout for jobs in ("1", "8")}
        self.assertEqual(len(outputs), 1)
        shown = [line.split()[1] for line in outputs.pop().splitlines() if line.startswith("ok")]
        self.assertEqual(shown, names)

    def test_check_of_a_folder_judges_all_traces_in_it_and_below(self):
        self.write("b.json", PASSING)
        self.expect(0, "run", "b.json", "--trace", "b.jsonl")
        whole = self.read("b.jsonl").encode()
        self.write("t/b.jsonl", whole)
        self.write("t/a.jsonl.gz", gzip.compress(whole))
        self.write("t/deep/c.jsonl", "no trace\n")
        for other in ("t/notes.txt", "t/x.json", "t/deep/b.jsonl~"):
            self.write(other, "not a trace")
        shown = lambda code, *arguments: re.findall(r"^(ok|ERROR) +(\S+jsonl\S*)", self.expect(code, "check", *arguments).stdout, re.M)
        good = [("ok", "t/a.jsonl.gz"), ("ok", "t/b.jsonl")]
        self.assertEqual(shown(3, "t", "-j", "2"), good + [("ERROR", "t/deep/c.jsonl")])
        os.remove(self.path("t/deep/c.jsonl"))
        self.assertEqual(shown(0, "./t//", "b.jsonl"), good + [("ok", "b.jsonl")])
        self.write("none/x.json", PASSING)
        told = self.expect(4, "check", "none")
        self.assertIn("mdsync check: none holds no trace: no *.jsonl, *.jsonl.gz or *.jsonl.zst\n", told.stderr)
        self.assertEqual(shown(0, "none", "b.jsonl"), [("ok", "b.jsonl")])


class Excerpts(ToolTest):
    def test_carets_stand_in_the_text_that_was_run_whatever_became_of_the_file(self):
        self.write("a.json", unmet())
        shown = self.expect(1, "run", "a.json").stdout
        self.assertIn("^ expected here", shown)
        os.mkfifo(self.path("p.json"))
        feeder = subprocess.Popen(["sh", "-c", "cat a.json > p.json"], cwd=self.folder)
        piped = self.expect(1, "run", "p.json").stdout
        self.assertEqual(feeder.wait(), 0)
        self.assertEqual(piped.replace("p.json", "a.json"), shown)


class Json(ToolTest):
    def test_standard_output_is_one_document_whatever_happens(self):
        self.write("good.json", scenario())
        self.write("unmet.json", unmet())
        self.write("bad.json", "{")
        document = json.loads(self.expect(3, "run", "good.json", "unmet.json", "bad.json", "--format", "json").stdout)
        self.assertEqual(document["mdsync"], "result/1")
        self.assertEqual(document["verdict"], "error")
        self.assertEqual([s["verdict"] for s in document["scenarios"]], ["pass", "fail", "error"])
        summary = document["summary"]
        self.assertEqual((summary["scenarios"], summary["passed"], summary["failed"], summary["errors"]), (3, 1, 1, 1))
        self.assertEqual((summary["expectations"], summary["unmet"]), (5, 1))

    def test_a_scenario_has_the_promised_keys(self):
        self.write("a.json", scenario(matrix={"n": [1, 2]}))
        document = json.loads(self.expect(0, "run", "a.json#n=2", "--format", "json").stdout)
        self.assertLessEqual({"mdsync", "version", "verdict", "summary", "rules", "scenarios"}, set(document))
        one = document["scenarios"][0]
        self.assertLessEqual({"id", "case", "name", "verdict", "seed", "runHash", "violations", "expectations",
                              "notExercised", "rules"}, set(one))
        self.assertEqual(one["id"], "a.json#n=2")
        self.assertEqual(one["case"], {"n": "2"})
        self.assertEqual(one["seed"], 1)
        self.assertEqual(set(one["expectations"][0]), {"step", "line", "verdict", "text"})
        self.assertEqual(document["rules"]["online.received"],
                         {"checked": 2, "violated": 0, "undecided": 0, "lapsed": 0,
                          "aspects": ["private", "device", "mobile", "web", "unturned"]})

    def test_an_unmet_expectation_names_its_step_and_line(self):
        self.write("a.json", unmet())
        document = json.loads(self.expect(1, "run", "a.json", "--format", "json").stdout)
        wrong = [e for e in document["scenarios"][0]["expectations"] if e["verdict"] == "fail"]
        self.assertEqual(len(wrong), 1)
        self.assertEqual(wrong[0]["step"], 4)
        lines = self.read("a.json").splitlines()
        self.assertIn("{", lines[wrong[0]["line"] - 1])
        self.assertIn("expect", lines[wrong[0]["line"]])

    def test_a_violation_in_a_trace_names_its_line(self):
        self.trace("t.jsonl", {"t": 1010, "ev": "online", "dev": "alice/phone"},
                   {"t": 1020, "ev": "receive", "msg": "ghost", "dev": "alice/phone"})
        document = json.loads(self.expect(1, "check", "t.jsonl", "--format", "json").stdout)
        violation = document["scenarios"][0]["violations"][0]
        self.assertEqual(violation["rule"], "delivery.no-phantom")
        self.assertEqual((violation["line"], violation["device"], violation["message"]), (3, "alice/phone", "ghost"))
        self.assertIsNone(violation["step"])

    def test_the_other_commands_print_documents_too(self):
        self.write("a.json", scenario())
        self.write("bad.json", scenario(steps=[{"sned": "m1"}]))
        self.assertEqual(json.loads(self.expect(0, "list", "a.json", "--format", "json").stdout)["mdsync"], "list/1")
        lint = json.loads(self.expect(3, "lint", "a.json", "bad.json", "--format", "json").stdout)
        self.assertEqual((lint["mdsync"], lint["files"], lint["broken"]), ("lint/1", 2, 1))
        self.assertEqual(lint["diagnostics"][0]["file"], "bad.json")
        self.assertEqual(json.loads(self.expect(0, "rules", "--format", "json").stdout)["mdsync"], "rules/1")


class Reports(ToolTest):
    def test_several_reports_are_written_beside_standard_output(self):
        self.write("a.json", scenario())
        done = self.expect(0, "run", "a.json", "--report", "json=r.json", "--report", "junit=r.xml", "--report",
                           "timeline=r.txt", "--report", "human=r.human")
        self.assertIn("PASS", done.stdout)
        self.assertEqual(json.loads(self.read("r.json"))["verdict"], "pass")
        self.assertEqual(ElementTree.fromstring(self.read("r.xml")).tag, "testsuites")
        self.assertIn("send m1 to alice", self.read("r.txt"))
        self.assertIn("PASS", self.read("r.human"))

    def test_junit_counts_agree_with_its_elements(self):
        self.write("x/good.json", scenario())
        self.write("x/unmet.json", unmet())
        self.write("y/idle.json", scenario(rules=["web.evict-earliest"]))
        self.write("y/open.json", inconclusive())
        self.write("y/bad.json", "{")
        self.expect(3, "run", "x", "y", "--report", "junit=r.xml")
        root = ElementTree.fromstring(self.read("r.xml"))
        self.assertEqual([s.get("name") for s in root], ["x", "y"])
        for scope in [root, *root]:
            for attribute, tag in (("tests", "testcase"), ("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
                self.assertEqual(int(scope.get(attribute)), len(list(scope.iter(tag))), (scope.get("name"), tag))
        self.assertEqual((root.get("tests"), root.get("failures"), root.get("errors"), root.get("skipped")),
                         ("5", "2", "1", "1"))
        self.assertIn("web.evict-earliest was not exercised", [f.get("message") for f in root.iter("failure")])
        self.assertIn("inconclusive", next(root.iter("skipped")).get("message"))

    def test_junit_is_well_formed_whatever_the_input_contains(self):
        name = "<evil> & \"quoted\" \u0001 \ufffe ]]>"
        self.write("a.json", scenario(name=name, matrix={"n": ["<&>", "\u0007"]}))
        self.write(b"b\xff.json".decode("utf-8", "surrogateescape"), "{")
        self.tool("run", ".", "--report", "junit=r.xml")
        ElementTree.fromstring(self.read("r.xml"))

    def test_a_failure_ends_with_a_line_that_repeats_it(self):
        self.write("my file.json", unmet())
        done = self.expect(1, "run", "my file.json", "--seed", "9", "--reading", "window=rolling")
        again = next(line for line in done.stdout.splitlines() if line.strip().startswith("again:"))
        command = again.split("mdsync", 1)[1].strip()
        self.assertEqual(command, "run 'my file.json' --seed 9 --reading window=rolling")
        repeated = subprocess.run(f"{BINARY} {command}", shell=True, cwd=self.folder, capture_output=True, text=True)
        self.assertEqual(repeated.stdout, done.stdout)


class Traces(ToolTest):
    def test_what_a_run_recorded_is_judged_alike_by_check(self):
        self.write("a.json", scenario())
        run = json.loads(self.expect(0, "run", "a.json", "--trace", "t.jsonl", "--format", "json").stdout)
        check = json.loads(self.expect(0, "check", "t.jsonl", "--format", "json").stdout)
        self.assertEqual(run["rules"], check["rules"])
        self.assertEqual(run["summary"]["events"], check["summary"]["events"])

    def test_all_scenarios_are_judged_alike_by_check(self):
        run = json.loads(self.expect(0, "run", SCENARIOS, "--trace", "traces", "--format", "json").stdout)
        files = sorted(os.listdir(self.path("traces")))
        self.assertEqual(len(files), run["summary"]["scenarios"])
        check = json.loads(self.expect(0, "check", *[f"traces/{f}" for f in files], "--format", "json").stdout)
        self.assertEqual(run["rules"], check["rules"])

    def test_several_cases_go_into_a_folder(self):
        self.write("sub/a.json", scenario(matrix={"n": [1, 2]}))
        self.expect(0, "run", "sub/a.json", "--trace", "traces")
        self.assertEqual(sorted(os.listdir(self.path("traces"))), ["sub_a.n=1.jsonl", "sub_a.n=2.jsonl"])

    def test_a_trace_may_come_from_standard_input(self):
        self.write("a.json", scenario())
        self.expect(0, "run", "a.json", "--trace", "t.jsonl")
        self.expect(0, "check", "-", stdin=self.read("t.jsonl").encode())

    def test_the_timeline_shows_what_happened(self):
        self.write("a.json", scenario())
        for arguments in (["run", "a.json", "--trace", "t.jsonl"], ["check", "t.jsonl"]):
            out = self.expect(0, *arguments, "--timeline").stdout
            self.assertIn("2024-05-01 (+08:00)", out)
            self.assertIn('send m1 to alice "hi"', out)
            self.assertIn("m1 live", out)


class Selection(ToolTest):
    def ids(self, *arguments):
        document = json.loads(self.expect(0, "list", *arguments, "--format", "json").stdout)
        return [case["id"] for case in document["cases"]]

    def setUp(self):
        super().setUp()
        self.write("s/a.json", scenario(name="First", tags=["x"], matrix={"n": [1, 2]}))
        self.write("s/b.json", scenario(name="Second", tags=["y"], rules=["delivery.answered"]))
        self.write("s/ignored.txt", "no scenario")

    def test_a_folder_stands_for_its_files_in_the_order_of_their_names(self):
        self.assertEqual(self.ids("s"), ["s/a.json#n=1", "s/a.json#n=2", "s/b.json"])

    def test_a_case_named_twice_runs_once(self):
        self.assertEqual(self.ids("s", "s/b.json"), ["s/a.json#n=1", "s/a.json#n=2", "s/b.json"])

    def test_cases_by_choice_text_tag_and_rule(self):
        self.assertEqual(self.ids("s/a.json#n=2"), ["s/a.json#n=2"])
        self.assertEqual(self.ids("s", "-k", "SECOND"), ["s/b.json"])
        self.assertEqual(self.ids("s", "-k", "second", "-k", "n=1"), ["s/a.json#n=1", "s/b.json"])
        self.assertEqual(self.ids("s", "--tag", "y"), ["s/b.json"])
        self.assertEqual(self.ids("s", "--rule", "delivery.answered"), ["s/b.json"])

    def test_a_line_names_the_matrix_entry_that_holds_it(self):
        text = json.dumps(scenario(matrix=None))[:-1] + ',\n"matrix": [\n{"n": 1},\n{"n": 2}\n]}'
        self.write("c.json", text)
        self.assertEqual(self.ids("c.json:4"), ["c.json#n=2"])
        self.assertEqual(self.ids("c.json:1"), ["c.json#n=1", "c.json#n=2"])

    def test_a_scenario_may_come_from_standard_input(self):
        done = self.expect(0, "run", "-", stdin=json.dumps(scenario()).encode())
        self.assertIn("ok    -", done.stdout)


class Colour(ToolTest):
    def setUp(self):
        super().setUp()
        self.write("a.json", scenario())

    def test_a_pipe_gets_none_unless_asked_for(self):
        self.assertNotIn("\x1b", self.expect(0, "run", "a.json").stdout)
        self.assertIn("\x1b", self.expect(0, "run", "a.json", "--color", "always").stdout)
        self.assertIn("\x1b", self.expect(0, "run", "a.json", env={"FORCE_COLOR": "1"}).stdout)

    def test_no_colour_wins_over_force_colour_and_the_flag_over_both(self):
        both = {"NO_COLOR": "1", "FORCE_COLOR": "1"}
        self.assertNotIn("\x1b", self.expect(0, "run", "a.json", env=both).stdout)
        self.assertIn("\x1b", self.expect(0, "run", "a.json", "--color", "always", env=both).stdout)
        self.assertNotIn("\x1b", self.expect(0, "run", "a.json", "--color", "never", env={"FORCE_COLOR": "1"}).stdout)

    def test_files_and_json_never_get_colour(self):
        done = self.expect(0, "run", "a.json", "--color", "always", "--format", "json", "--report", "human=r.txt")
        self.assertNotIn("\x1b", done.stdout + self.read("r.txt"))

    def test_a_terminal_gets_colour_and_nothing_else_on_standard_error_at_the_end(self):
        try:
            master, slave = pty.openpty()
        except OSError as error:  # a plain chroot
            self.skipTest(f"there are no terminals here: {error}")
        done = subprocess.run([BINARY, "run", "a.json"], cwd=self.folder, stdout=slave, stderr=slave, timeout=PATIENCE,
                              env={k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "FORCE_COLOR")})
        os.close(slave)
        shown = os.read(master, 65536).decode()
        os.close(master)
        self.assertEqual(done.returncode, 0)
        self.assertIn("\x1b[32mok", shown)

    def test_quiet_says_less_and_verbose_more(self):
        plain, quiet, verbose = (self.expect(0, "run", "a.json", *flags).stdout for flags in ([], ["-q"], ["-v"]))
        self.assertLess(len(quiet), len(plain))
        self.assertGreater(len(verbose), len(plain))
        self.assertEqual(plain.splitlines()[-1], quiet.splitlines()[-1])


class Help(ToolTest):
    COMMANDS = ("run", "check", "lint", "list", "rules", "explain", "schema", "man", "completion", "version")

    def test_every_command_has_a_help_with_an_example(self):
        for command in self.COMMANDS:
            done = self.expect(0, command, "--help")
            self.assertIn("Example", done.stdout)
            self.assertIn(f"mdsync {command}", done.stdout)
            self.assertEqual(done.stderr, "")

    def test_the_help_lists_the_commands(self):
        done = self.expect(0, "--help")
        for command in self.COMMANDS:
            self.assertIn(f"  {command} ", done.stdout)

    def test_unknown_words_get_the_nearest_known_one(self):
        self.write("a.json", scenario())
        for arguments, hint in ((["chekc"], "check"), (["run", "a.json", "--sede", "1"], "--seed"),
                                (["run", "a.json", "--rule", "web.evict-earlist"], "web.evict-earliest"),
                                (["run", "a.json", "--format", "jsno"], "json"),
                                (["run", "a.json", "--server", "refrence"], "reference"),
                                (["explain", "scenario.unknown-vreb"], "scenario.unknown-verb")):
            done = self.expect(2, *arguments)
            self.assertIn(f'did you mean "{hint}"?', done.stderr, arguments)

    def test_options_with_one_value_do_not_swallow_paths(self):
        self.write("a.json", scenario())
        self.expect(0, "run", "-k", "phone", "a.json")
        self.expect(0, "run", "--require", "online.received", "a.json")
        self.expect(0, "run", "--report", "json=r.json", "a.json")
        self.expect(0, "run", "--reading", "window=any", "a.json")

    def test_the_words_of_the_glossary_are_explained(self):
        page = (Path(SCENARIOS).parent / "docs/glossary.md").read_text()
        words = re.findall(r"^## (.+)$", page, re.M)
        self.assertLessEqual(20, len(words))
        for word in words:
            self.assertTrue(self.expect(0, "explain", word).stdout.startswith(word + "\n\n"), word)
        self.assertIn("Eight days", self.expect(0, "explain", "horizon").stdout)
        self.assertIn('did you mean "horizon"', self.expect(2, "explain", "horizn").stderr)

    def test_rules_codes_and_exit_codes_are_explained(self):
        self.assertIn("A smallest trace that violates it", self.expect(0, "explain", "web.evict-earliest").stdout)
        self.assertIn("scenario.unknown-verb", self.expect(0, "explain", "scenario.unknown-verb").stdout)
        for code in ("0", "1", "2", "3", "4", "5", "6", "70", "130", "143"):
            self.assertIn(f"exit code {code}", self.expect(0, "explain", code).stdout)
        self.assertEqual(self.expect(0, "rules", "web.ten-tabs").stdout, self.expect(0, "explain", "web.ten-tabs").stdout)

    def test_the_schema_is_json(self):
        self.assertIn("properties", json.loads(self.expect(0, "schema").stdout))

    def test_the_version_is_said_twice_alike(self):
        version = self.expect(0, "version").stdout
        self.assertEqual(version, self.expect(0, "--version").stdout)
        # With the commit, where git knows one.
        self.assertRegex(version, r"^mdsync \d+\.\d+\.\d+( \([0-9a-f]{12}(-changed)?(, \d{4}-\d\d-\d\d)?\))?\n$")


if __name__ == "__main__":
    unittest.main()
