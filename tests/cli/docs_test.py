"""The documentation says what the binary does: generated pages are current, and the examples do what the text claims."""

import json
import os
import re
import shlex
import subprocess
import sys
import tempfile
import unittest

from tool import BINARY, PATIENCE, scenario, unmet

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")


def read(*path):
    with open(os.path.join(ROOT, *path), encoding="utf-8") as page:
        return page.read()


def mdsync(*arguments, cwd=None, columns=""):
    environment = {**{k: v for k, v in os.environ.items() if k != "COLUMNS"}, **({"COLUMNS": columns} if columns else {})}
    return subprocess.run([BINARY, *arguments], capture_output=True, text=True, cwd=cwd, timeout=PATIENCE, env=environment)


class GeneratedPages(unittest.TestCase):
    def test_the_rules_reference_is_what_the_binary_prints(self):
        self.assertEqual(read("docs", "rules.md"), mdsync("rules", "--markdown").stdout, "script/regenerate docs/rules.md")

    def test_the_table_of_known_bad_servers_is_what_the_binary_prints(self):
        table = re.search(r"<!-- mdsync mutants --markdown -->\n(.*?)<!-- end -->", read("docs", "mutants.md"), re.S).group(1)
        self.assertEqual(table, mdsync("mutants", "--markdown").stdout, "script/regenerate docs/mutants.md")

    def test_the_schema_is_what_the_binary_prints(self):
        self.assertEqual(read("docs", "schema", "scenario.schema.json"), mdsync("schema").stdout, "script/regenerate docs/schema/scenario.schema.json")


class MutantsPage(unittest.TestCase):
    def test_it_gives_the_reason_for_every_kind_of_change_that_goes_unnoticed(self):
        sys.path.insert(0, os.path.join(ROOT, "tests", "conformance"))
        import mutate
        rows = re.findall(r"^\| ([a-z ]+) \| \d+ \| (.*) \|$", read("docs", "mutants.md"), re.M)
        reasons = [(name, why) for name, why in rows if "%" not in why]
        self.assertEqual(reasons, [(name, why) for name, why, _ in mutate.KINDS], "script/regenerate docs/mutants.md")


class GettingStarted(unittest.TestCase):
    def setUp(self):
        self.page = read("docs", "getting-started.md")
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        os.mkdir(os.path.join(self.folder, "my"))
        with open(os.path.join(self.folder, "my", "first.json"), "w", encoding="utf-8") as file:
            file.write(re.search(r"```json\n(.*?)```", self.page, re.S).group(1))

    def test_the_first_scenario_passes(self):
        self.assertEqual(mdsync("run", "my/first.json", cwd=self.folder).returncode, 0)

    def test_the_broken_server_fails_it_by_the_rule_that_it_lists(self):
        server = re.search(r"--server (mutant:[a-z-]+)", self.page).group(1)
        run = mdsync("run", "my/first.json", "--server", server, "--format", "json", cwd=self.folder)
        self.assertEqual(run.returncode, 1)
        violated = [v["rule"] for s in json.loads(run.stdout)["scenarios"] for v in s["violations"]]
        self.assertEqual(violated, ["recall.offline-devices"])


class DebugPage(unittest.TestCase):
    def test_its_sessions_are_what_the_binary_prints(self):
        sessions = re.findall(r"```\n\$ mdsync (debug [^\n]*)\n(.*?)```", read("docs", "debug.md"), re.S)
        self.assertGreater(len(sessions), 1)
        for command, shown in sessions:
            typed = "".join(f"{line}\n" for line in re.findall(r"^\(mdsync \d+/\d+\) (.*)$", shown, re.M))
            done = subprocess.run([BINARY, *command.split()], input=typed, capture_output=True, text=True, cwd=ROOT, timeout=PATIENCE)
            self.assertEqual(done.stdout, shown, command)


class TracePage(unittest.TestCase):
    def test_its_example_is_a_conformant_trace(self):
        example = re.search(r"```json\n(.*?)```", read("docs", "trace.md"), re.S).group(1)
        check = subprocess.run([BINARY, "check", "-"], input=example, capture_output=True, text=True, timeout=PATIENCE)
        self.assertEqual(check.returncode, 0, check.stdout + check.stderr)


class BaselinePage(unittest.TestCase):
    def setUp(self):
        self.page = read("docs", "baseline.md")
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        os.mkdir(os.path.join(self.folder, "bin"))
        os.symlink(BINARY, os.path.join(self.folder, "bin", "mdsync"))
        for rule in ("web", "recall"):
            os.makedirs(os.path.join(self.folder, "scenarios", rule))
            self.write(f"scenarios/{rule}/good.json", scenario())
            self.write(f"scenarios/{rule}/known.json", unmet())

    def write(self, name, content):
        with open(os.path.join(self.folder, name), "w", encoding="utf-8") as file:
            file.write(content if isinstance(content, str) else json.dumps(content))

    def shell(self, script):
        path = os.path.join(self.folder, "bin") + os.pathsep + os.environ["PATH"]
        return subprocess.run(["sh", "-c", script], capture_output=True, text=True, cwd=self.folder, timeout=PATIENCE,
                              env={**os.environ, "PATH": path})

    def test_its_gate_lets_known_failures_pass_and_nothing_else(self):
        accept, gate = re.findall(r"```sh\n(.*?)```", self.page, re.S)[:2]
        self.assertLessEqual(len(gate.splitlines() + accept.splitlines()), 10)
        self.shell(accept)
        passed = self.shell(gate)
        self.assertEqual(passed.returncode, 0, passed.stdout + passed.stderr)
        self.write("scenarios/web/good.json", unmet())
        self.assertEqual(self.shell(gate).returncode, 1)  # a new failure
        self.write("scenarios/web/good.json", scenario())
        self.write("scenarios/web/known.json", scenario())
        self.assertEqual(self.shell(gate).returncode, 1)  # a known one that is gone
        self.write("scenarios/web/known.json", unmet())
        os.remove(os.path.join(self.folder, "scenarios/web/good.json"))
        self.assertEqual(self.shell(gate).returncode, 1)  # a lost check

    def test_its_example_is_a_baseline(self):
        self.write("known.json", re.search(r"```json\n(.*?)```", self.page, re.S).group(1))
        done = self.shell("mdsync run scenarios --baseline known.json --today 2026-01-01")
        self.assertEqual(done.returncode, 1)
        self.assertIn("baseline: 0 of 2 entries used, 2 do not hold", done.stdout)

    def test_its_shards_are_merged(self):
        self.shell("mdsync run scenarios --write-baseline known.json")
        merge = self.shell(re.findall(r"```sh\n(.*?)```", self.page, re.S)[2].replace("web.evict-earliest", "online.received"))
        self.assertEqual(merge.returncode, 0, merge.stdout + merge.stderr)
        self.assertIn("PASS  4 cases: 2 passed, 2 failed as expected", merge.stdout)


class AdaptersPage(unittest.TestCase):
    def setUp(self):
        self.page = read("docs", "adapters.md")
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def said(self):
        """The page's conversation; what is indented belongs to the line above."""
        block = re.search(r"```\n(> .*?)```", self.page, re.S).group(1)
        return block.replace("\n    ", "").splitlines()

    def test_its_conversation_is_what_is_said(self):
        with open(os.path.join(self.folder, "a.json"), "w", encoding="utf-8") as file:
            file.write(re.search(r"```json\n(.*?)```", self.page, re.S).group(1))
        run = mdsync("run", "a.json", "--target", f"exec:'{BINARY}' serve --stdio", "--target-log", "log", cwd=self.folder)
        self.assertEqual(run.returncode, 0, run.stdout + run.stderr)
        with open(os.path.join(self.folder, "log"), encoding="utf-8") as log:
            self.assertEqual(self.said(), [line.rstrip("\n").split("\t")[3] for line in log])

    def test_its_other_end_answers_so(self):
        requests = "".join(line[2:] + "\n" for line in self.said() if line.startswith("> "))
        answers = [line[2:] for line in self.said() if line.startswith("< ")]
        served = subprocess.run([BINARY, "serve", "--stdio"], input=requests, capture_output=True, text=True, timeout=PATIENCE)
        self.assertEqual(served.stdout.splitlines(), answers)

    def test_it_names_every_request_and_every_event(self):
        hello = json.loads(next(line[2:] for line in self.said() if line.startswith("< ")))["ok"]
        for op in hello["ops"]:
            self.assertRegex(self.page, rf'"op":"{op}"|, `{op}` \|', op)
        for event in ("online", "refused", "offline", "accept", "reject", "receive", "caught-up", "recall-accept",
                      "recall-reject", "recalled"):
            self.assertIn(f'{{"ev":"{event}"', self.page)
        for line in re.findall(r'`(\{"(?:id|op|ev)".*?\})`', self.page):
            json.loads(line.replace("{...}", "{}"))

    def test_its_example_names_the_clause(self):
        command, rule = re.search(r"\$ mdsync (run .*?)\n```\n\n.*?: `([a-z.-]+)`", self.page, re.S).groups()
        target = re.search(r'--target exec:"(.*?)"', command).group(1)
        path = command.split()[1]
        run = mdsync("run", path, "--target", "exec:" + target, "--format", "json", cwd=ROOT)
        self.assertEqual(run.returncode, 1)
        self.assertIn(rule, [v["rule"] for case in json.loads(run.stdout)["scenarios"] for v in case["violations"]])


class WhatIsShown(unittest.TestCase):
    def comes_so(self, page, least):
        """Numbers aside; `...` stands for lines that are left out."""
        def shape(text):
            return re.sub(r"\d+", "N", text)

        shown = re.findall(r"```\n\$ (?:COLUMNS=(\d+) )?mdsync (.*)\n((?:.*\n)*?)```", read("docs", page))
        self.assertGreaterEqual(len(shown), least)
        for columns, command, text in shown:
            with self.subTest(command):
                rest = shape(mdsync(*shlex.split(command), cwd=ROOT, columns=columns).stdout)
                for part in re.split(r"^\.\.\.\n", text, flags=re.M):
                    self.assertIn(shape(part), rest)
                    rest = rest[rest.index(shape(part)) + len(shape(part)):]

    def test_how_to_read_a_failure(self):
        self.comes_so("failures.md", 7)

    def test_what_happened_drawn(self):
        self.comes_so("timeline.md", 2)


class Readme(unittest.TestCase):
    def test_the_first_command_prints_lines_of_the_kind_that_it_shows(self):
        """Numbers and names change with every new scenario: script/regenerate renews them, no commit has to."""
        def shape(line):
            return re.sub(r"\d+", "N", re.sub(r"scenarios/\S+ +", "FILE ", line))

        lines = mdsync("run", "scenarios", cwd=ROOT).stdout.splitlines()
        shown = re.search(r"mdsync run scenarios\n(.*?)```", read("README.md"), re.S).group(1).splitlines()
        self.assertEqual([shape(line) for line in shown], [shape(line) for line in lines[:2] + ["..."] + lines[-2:]])

    def test_the_failure_that_it_shows_comes_so(self):
        shown = re.search(r"```\n(FAIL .*?)```", read("README.md"), re.S).group(1)
        command = re.search(r"again: +mdsync (.*)", shown).group(1)
        self.assertIn(shown, mdsync(*command.split(), cwd=ROOT).stdout)

    def test_it_says_how_many_rules_there_are(self):
        rules = json.loads(mdsync("rules", "--format", "json").stdout)["rules"]
        self.assertEqual(re.findall(r"judged by (\d+) \*\*rules\*\*", read("README.md")), [str(len(rules))])

    def test_every_command_of_the_help_is_named_in_the_readme(self):
        commands = re.findall(r"^  ([a-z]+) {4,}", mdsync("--help").stdout.split("\nScenarios:")[1], re.M)
        named = re.search(r"lists the commands: ([a-z, ]+)\.", read("README.md").replace("\n", " ")).group(1).split(", ")
        self.assertEqual(sorted(commands), sorted(named))


if __name__ == "__main__":
    unittest.main()
