"""The help, and what is said to a word that is nearly right."""

import re
import unittest

from tool import ToolTest

COMMANDS = ("run", "watch", "lint", "list", "new", "fmt", "check", "export", "explore", "shrink", "replay", "rules", "mutants",
            "explain", "diff", "merge", "serve", "schema", "bench", "version")


class HelpTest(ToolTest):
    def test_it_is_as_wide_as_the_terminal(self):
        for columns in (60, 80, 200):
            for command in COMMANDS:
                text = self.expect(0, command, "--help", env={"COLUMNS": str(columns)}).stdout
                groups, rest = text.split("\nOptions:\n")
                lines = groups.splitlines() + rest.split("\n\n")[0].splitlines()
                self.assertLessEqual(max(len(line) for line in lines), columns, (command, columns))

    def test_what_belongs_together_stands_together(self):
        text = self.expect(0, "run", "--help").stdout
        groups = re.findall(r"^([A-Z][a-z ]+):$", text, re.M)
        self.assertEqual(groups[:6], ["Which cases", "System under test", "How to run", "Known failures", "Reports", "Options"])
        for option, group in (("--failed", "Which cases"), ("--timeout", "System under test"), ("--retries", "How to run"),
                              ("--baseline", "Known failures"), ("-x", "Reports"), ("--help", "Options")):
            self.assertIn(f"{option}", text.split(f"\n{group}:\n")[1].split("\n\n")[0], option)

    def test_help_of_a_command(self):
        for command in COMMANDS:
            self.assertEqual(self.expect(0, "help", command).stdout, self.expect(0, command, "--help").stdout)
        self.assertEqual(self.expect(0, "help").stdout, self.expect(0, "--help").stdout)

    def test_help_of_what_is_no_command(self):
        self.assertEqual(self.expect(2, "help", "rn").stderr, 'mdsync help: there is no command "rn"; did you mean "run"?\n')
        self.assertIn("; there are run, watch, ", self.expect(2, "help", "nonsense").stderr)


class NearlyRight(ToolTest):
    def said(self, *arguments):
        return self.expect(2, *arguments).stderr

    def test_commands_and_options(self):
        self.assertIn('did you mean "run"?', self.said("rn"))
        self.assertIn('did you mean "--server"?', self.said("run", "--sever", "x"))

    def test_rules_and_what_begins_like_one(self):
        self.assertIn('did you mean "recall.offline-devices"?', self.said("rules", "recall.offline-device"))
        self.assertIn('unknown rule "web.evict"; did you mean "web.evict-earliest"', self.said("run", "--rule", "web.evict"))
        self.assertRegex(self.said("rules", "web"), r'did you mean "web\.[a-z-]+", "web\.')

    def test_codes_and_words(self):
        self.assertIn('did you mean "scenario.unknown-verb"?', self.said("explain", "scenario.unknown-verbs"))
        self.assertRegex(self.said("explain", "scenario"), r'did you mean "scenario\.[^?]* or \d+ more\?')
        self.assertIn("it takes a rule, the code of a diagnostic", self.said("explain", "quite-something-else"))


if __name__ == "__main__":
    unittest.main()
