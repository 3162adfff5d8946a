"""mdsync man: a page for each command, made from what its help says, that man and mandoc have nothing to say against."""

import os
import re
import shutil
import subprocess
import unittest

from tool import ToolTest

DOCS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "docs")


class Manual(ToolTest):
    def setUp(self):
        super().setUp()
        self.expect(0, "man", "--output", "pages")
        self.pages = {name: self.read(os.path.join("pages", name)) for name in sorted(os.listdir(self.path("pages")))}

    def shown(self, page):
        """The page as a reader sees it, without the roff."""
        return re.sub(r"\\f[BRI]|\\&", "", page).replace("\\-", "-").replace("\\(dq", '"').replace("\\(aq", "'")

    def test_there_is_a_page_for_each_command(self):
        commands = [line.split("\t")[0] for line in self.expect(0, "complete").stdout.splitlines()[1:]]
        self.assertEqual(set(self.pages), {"mdsync.1", *(f"mdsync-{command}.1" for command in commands)})
        for command in commands:
            self.assertEqual(self.expect(0, "man", command).stdout, self.pages[f"mdsync-{command}.1"])
            self.assertIn(f".BR mdsync\\-{command} (1)", self.pages["mdsync.1"])
        self.assertEqual(self.expect(0, "man").stdout, self.pages["mdsync.1"])

    def test_a_page_tells_all_that_the_help_tells(self):
        for name, page in self.pages.items():
            command = name[:-2].split("-")[1:]
            usage, rest = self.expect(0, *command, "--help").stdout.split("\nUsage:", 1)
            for option in re.findall(r"^  (?:-\w,)?(--?[a-z-]+)", rest, re.M):
                with self.subTest(page=name, option=option):
                    self.assertRegex(self.shown(page), rf"(?m)^(-\w, )?{option}( |\[|$)")
            self.assertIn(" ".join(usage.split()), self.shown(page))
            for example in re.findall(r"^  (mdsync .*)", rest, re.M):
                self.assertIn(example, self.shown(page).replace("\\(ti", "~"))

    def test_the_first_page_tells_the_documented_exit_codes(self):
        with open(os.path.join(DOCS, "exit-codes.md"), encoding="utf-8") as file:
            documented = re.findall(r"^\| ([\d, ]+) \|", file.read(), re.M)
        told = re.search(r"\.SH EXIT STATUS\n(.*?)\.SH ", self.pages["mdsync.1"], re.S).group(1)
        self.assertEqual(re.findall(r"^\\fB(\d+)", told, re.M), ", ".join(documented).split(", "))

    def test_mandoc_has_nothing_to_warn_of(self):
        if not shutil.which("mandoc"):
            self.skipTest("there is no mandoc here")
        said = subprocess.run(["mandoc", "-T", "lint", "-W", "warning", *sorted(self.pages)], cwd=self.path("pages"),
                              capture_output=True, text=True)
        # A build that knows no commit knows no date.
        warnings = [line for line in said.stdout.splitlines() if "missing date" not in line]
        self.assertEqual(warnings, [])

    def test_man_has_nothing_to_warn_of(self):
        if not shutil.which("man") or not shutil.which("groff"):
            self.skipTest("there is no man here")
        for name in self.pages:
            said = subprocess.run(["man", "--warnings", "-E", "UTF-8", "-l", "-Tutf8", "-Z", name], cwd=self.path("pages"),
                                  stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
                                  env={**os.environ, "LC_ALL": "C.UTF-8", "MANWIDTH": "80"})
            self.assertEqual(said.stderr, "")

    def test_a_command_that_there_is_not(self):
        self.assertIn('did you mean "check"?', self.expect(2, "man", "chekc").stderr)

    def test_a_folder_that_cannot_be(self):
        self.write("file", "")
        self.expect(6, "man", "--output", "file/pages")


if __name__ == "__main__":
    unittest.main()
