"""The documentation says what the binary does: generated pages are current, and the examples do what the text claims."""

import json
import os
import re
import subprocess
import tempfile
import unittest

from tool import BINARY

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")


def read(*path):
    with open(os.path.join(ROOT, *path), encoding="utf-8") as page:
        return page.read()


def mdsync(*arguments, cwd=None):
    return subprocess.run([BINARY, *arguments], capture_output=True, text=True, cwd=cwd, timeout=60)


class GeneratedPages(unittest.TestCase):
    def test_the_rules_reference_is_what_the_binary_prints(self):
        self.assertEqual(read("docs", "rules.md"), mdsync("rules", "--markdown").stdout, "mdsync rules --markdown > docs/rules.md")

    def test_the_schema_is_what_the_binary_prints(self):
        self.assertEqual(read("docs", "schema", "scenario.schema.json"), mdsync("schema").stdout)


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


class TracePage(unittest.TestCase):
    def test_its_example_is_a_conformant_trace(self):
        example = re.search(r"```json\n(.*?)```", read("docs", "trace.md"), re.S).group(1)
        check = subprocess.run([BINARY, "check", "-"], input=example, capture_output=True, text=True, timeout=60)
        self.assertEqual(check.returncode, 0, check.stdout + check.stderr)


class Commands(unittest.TestCase):
    def test_every_command_of_the_help_is_named_in_the_readme(self):
        commands = re.findall(r"^  ([a-z]+) {4,}", mdsync("--help").stdout.split("Subcommands:")[1], re.M)
        named = re.search(r"lists the commands: ([a-z, ]+)\.", read("README.md").replace("\n", " ")).group(1).split(", ")
        self.assertEqual(sorted(commands), sorted(named))


if __name__ == "__main__":
    unittest.main()
