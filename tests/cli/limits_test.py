"""What is too large, and machines that have too little: a message and the right exit code, never a hang or a crash."""

import os
import re
import subprocess
import unittest

from tool import BINARY, PATIENCE, SCENARIOS, ToolTest, limits, scenario, takes_no_limit_of_memory

ENOUGH = 1_500_000_000  # bytes of address space, for what is bounded
FILES = os.path.join(SCENARIOS, "online")


class Documents(ToolTest):
    COMMANDS = (("merge", "{}"), ("diff", "{}", "{}"), ("rules", "--coverage", "{}"), ("replay", "{}"),
                ("run", "a.json", "--baseline", "{}"))

    def setUp(self):
        super().setUp()
        self.write("a.json", scenario())

    def refused(self, path, code, commands=COMMANDS, **options):
        for command in commands:
            arguments = [word.format(path) for word in command]
            with self.subTest(arguments=arguments):
                done = self.expect(3, *arguments, **options)
                self.assertIn(f"error[{code}]", done.stderr)

    def bounded(self):
        return {} if takes_no_limit_of_memory() else {"preexec_fn": limits(AS=ENOUGH)}

    def test_one_that_is_too_large(self):
        with open(self.path("large"), "wb") as file:
            file.truncate(3 << 30)
        self.refused("large", "document.too-large", **self.bounded())
        os.mkdir(self.path("c"))
        os.rename(self.path("large"), self.path("c/campaign.json"))
        self.refused("c", "document.too-large", [("merge", "{}"), ("explore", "--campaign", "{}")], **self.bounded())

    def test_one_without_an_end(self):
        self.refused("/dev/zero", "document.too-large", [("diff", "{}", "/dev/null")], **self.bounded())

    def test_one_that_cannot_be_read(self):
        self.refused("/proc/self/mem", "document.unreadable")
        self.refused(self.folder, "document.unreadable", self.COMMANDS[1:])
        self.refused("missing", "document.unreadable")

    def test_a_scenario_from_standard_input_has_the_limit_of_a_file(self):
        for command in ("run", "lint", "list", "shrink", "mutants"):
            with self.subTest(command=command), open("/dev/zero", "rb") as zero:
                done = self.expect(3, command, "-", stdin_file=zero, **self.bounded())
                self.assertIn("scenario.too-large", done.stdout + done.stderr)

    def test_standard_input_that_cannot_be_read(self):
        folder = os.open(self.folder, os.O_RDONLY)
        self.addCleanup(os.close, folder)
        for command in ("run", "lint"):
            done = self.expect(3, command, "-", stdin_file=folder)
            self.assertIn("standard input could not be read: Is a directory", done.stderr)
        self.assertIn("trace.unreadable", self.expect(3, "check", "-", stdin_file=folder).stderr)


class Machine(ToolTest):
    """A machine that gives little."""

    def setUp(self):
        super().setUp()
        self.write("a.json", scenario())

    @unittest.skipIf(takes_no_limit_of_memory(), "a sanitizer needs all the address space that there is")
    def test_threads_that_cannot_be_started(self):
        self.expect(0, "run", "a.json", "--trace", "t.jsonl")
        for most in (60, 100, 200):  # MB; a thread takes eight
            for arguments in (("run", FILES, "-q", "-j", "64"), ("explore", "-q", "--runs", "100", "-j", "16"),
                              ("check", "t.jsonl", "t.jsonl", "t.jsonl", "-q", "-j", "3")):
                with self.subTest(arguments=arguments, megabytes=most):
                    done = self.tool(*arguments, preexec_fn=limits(AS=most * 1_000_000))
                    self.assertIn(done.returncode, (0, 70), done.stderr)
                    self.assertNotIn("internal error", done.stderr)
                    if done.returncode == 70:
                        self.assertRegex(done.stderr, "there is not enough memory|the system refuses what is needed")

    @unittest.skipIf(takes_no_limit_of_memory(), "a sanitizer needs all the address space that there is")
    def test_fewer_threads_than_wanted_do_the_work(self):
        everything = self.expect(0, "run", FILES, "--format", "json", "-j", "1").stdout
        done = self.expect(0, "run", FILES, "--format", "json", "-j", "64", preexec_fn=limits(AS=250_000_000))
        self.assertEqual(done.stdout, everything)

    def test_files_that_cannot_be_opened(self):
        self.expect(0, "run", "a.json", "--trace", "t.jsonl")
        for most in range(3, 12):
            for arguments in (("run", "a.json"), ("check", "t.jsonl"), ("explore", "-q", "--runs", "2"),
                              ("run", "a.json", "--target", f"exec:{BINARY} serve --stdio"),
                              ("serve", "--tcp", "127.0.0.1:99999"), ("run", "a.json", "--report", "json=r.json")):
                with self.subTest(arguments=arguments, most=most):
                    done = subprocess.run([BINARY, *arguments], cwd=self.folder, stdin=subprocess.DEVNULL,
                                          capture_output=True, timeout=PATIENCE, preexec_fn=limits(NOFILE=most))
                    self.assertNotIn(b"internal error", done.stderr)
                    if done.returncode == 127:  # the loader itself could not open its libraries
                        self.assertIn(b"error while loading", done.stderr)


class Bounds(ToolTest):
    def test_every_bound_is_in_the_documentation(self):
        docs = os.path.join(SCENARIOS, "..", "docs")
        with open(os.path.join(docs, "scenario-format.md"), encoding="utf-8") as file:
            page = file.read()
        told = self.tool("explain", "scenario.too-large").stdout
        for bound in re.findall(r"\d[\d,]* (?:MiB|steps|names|parts|devices|cases)", " ".join(told.split())):
            self.assertIn(bound.split()[0], page, bound)
        self.assertIn("2,000,000", page)
        self.write("many.json", scenario(steps=[{"expect": {"device": "alice/phone", "lacks": ["m{1..5000}"]}}] * 500))
        done = self.expect(3, "run", "many.json")
        self.assertIn("2000000 parts", done.stderr)


if __name__ == "__main__":
    unittest.main()
