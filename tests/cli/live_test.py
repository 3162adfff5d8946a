"""A run speaks while it runs: a line a case, also into a pipe; how far it is, on a terminal; and it stops early if asked."""

import json
import os
import pty
import signal
import subprocess
import time
import unittest

from tool import BINARY, ToolTest, long, scenario, unmet


class WhileItRuns(ToolTest):
    def begin(self, *arguments, **options):
        process = subprocess.Popen([BINARY, *arguments], cwd=self.folder, **options)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return process

    def test_a_pipe_sees_a_case_when_it_is_done_and_a_kill_leaves_it_there(self):
        self.write("a.json", scenario())
        self.write("b.json", unmet())
        self.write("long.json", long())
        with subprocess.Popen([BINARY, "run", "a.json", "b.json", "long.json", "-j", "1"], cwd=self.folder,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
            lines = [process.stdout.readline()]
            while not lines[-1].startswith("  again:"):
                lines.append(process.stdout.readline())
                self.assertTrue(lines[-1])
            self.assertIsNone(process.poll())
            process.kill()
            rest = process.stdout.read()
        self.assertTrue(lines[0].startswith("ok    a.json"))
        self.assertIn("FAIL  b.json", "".join(lines))
        self.assertNotIn("PASS", rest)

    def test_traces_are_told_one_by_one_too(self):
        good = self.trace("good.jsonl", {"t": 1010, "ev": "connect", "dev": "alice/phone"},
                          {"t": 1020, "ev": "online", "dev": "alice/phone"}, {"t": 1030, "ev": "settled"})
        with subprocess.Popen([BINARY, "check", good, "-", "-j", "1"], cwd=self.folder, stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE, text=True) as process:
            self.assertTrue(process.stdout.readline().startswith("ok    good.jsonl"))
            process.stdin.write(self.read(good))
            process.stdin.close()
            self.assertIn("PASS", process.stdout.read())

    def test_what_is_told_at_once_is_what_is_told_at_the_end(self):
        for name, content in (("a", scenario(matrix={"n": [1, 2]})), ("b", unmet()), ("c", "{"), ("d", unmet())):
            self.write(f"all/{name}.json", content)
        for flags in ([], ["-q"], ["-v"], ["--timeline"]):
            shown = self.expect(3, "run", "all", *flags, "--report", "human=report.txt").stdout
            self.assertEqual(shown, self.read("report.txt"))

    def test_a_terminal_sees_how_far_it_is_and_what_takes_long(self):
        self.write("a.json", unmet())
        self.write("long.json", long())
        try:
            master, slave = pty.openpty()
        except OSError as error:  # a plain chroot
            self.skipTest(f"there are no terminals here: {error}")
        process = self.begin("run", "a.json", "long.json", "-j", "1", stdout=subprocess.DEVNULL, stderr=slave)
        os.close(slave)
        seen, deadline = b"", time.monotonic() + 60
        while b"long.json 1s" not in seen and time.monotonic() < deadline:
            seen += os.read(master, 4096)
        process.kill()
        os.close(master)
        self.assertIn(b"\r1/2 cases, 1 failed", seen)
        self.assertRegex(seen.decode(), r"\r1/2 cases, 1 failed; \d+s left; long\.json 1s")

    def test_an_interrupted_search_does_not_say_that_it_passed(self):
        process = subprocess.Popen([BINARY, "explore", "--time", "10m", "-q"], cwd=self.folder,
                                   stdout=subprocess.PIPE, text=True)
        time.sleep(1)
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 130)
        self.assertNotIn("PASS", out)
        self.assertIn("INTERRUPTED  ", out)


class StopsEarly(ToolTest):
    def setUp(self):
        super().setUp()
        for i in range(12):
            self.write(f"all/{i:02}.json", unmet() if i in (3, 5, 9) else scenario())

    def test_x_stops_after_the_first_failure_and_any_number_of_threads_prints_the_same_bytes(self):
        for flags, last, left in ((["-x"], "03", 8), (["--max-failures", "2"], "05", 6), (["--max-failures", "9"], "11", 0)):
            outputs = {self.expect(1, "run", "all", "-j", jobs, *flags).stdout for jobs in ("1", "8")}
            self.assertEqual(len(outputs), 1)
            shown = outputs.pop()
            self.assertIn(f"all/{last}.json", shown)
            self.assertEqual(f"stopped: {left} cases not run\n" in shown, left > 0)
            self.assertNotIn(f"all/{int(last) + 1:02}.json", shown)

    def test_the_document_says_how_many_were_not_run(self):
        document = json.loads(self.expect(1, "run", "all", "-x", "--format", "json").stdout)
        self.assertEqual((document["notRun"], len(document["scenarios"])), (8, 4))

    def test_what_a_baseline_expects_is_no_reason_to_stop(self):
        self.expect(1, "run", "all", "--write-baseline", "known.json")
        self.assertNotIn("stopped", self.expect(0, "run", "all", "--baseline", "known.json", "-x").stdout)


if __name__ == "__main__":
    unittest.main()
