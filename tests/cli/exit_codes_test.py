"""Every exit code that the tool promises, and which goes first where several apply."""

import os
import signal
import subprocess
import time
import unittest

from tool import BINARY, PATIENCE, ToolTest, inconclusive, long, scenario, unmet


class ExitCodes(ToolTest):
    def test_0_everything_that_was_checked_is_right(self):
        self.write("a.json", scenario())
        done = self.expect(0, "run", "a.json")
        self.assertEqual(done.stderr, "")
        self.assertIn("PASS  1 case: 1 passed", done.stdout)

    def test_1_a_violated_rule(self):
        self.write("a.json", scenario())
        done = self.expect(1, "run", "a.json", "--server", "mutant:" + self.a_mutant_of("online.received"))
        self.assertIn("online.received", done.stdout)

    def test_1_an_unmet_expectation(self):
        self.write("a.json", unmet())
        done = self.expect(1, "run", "a.json")
        self.assertIn("alice/phone has m1, expected it to lack m1", done.stdout)

    def test_1_a_listed_rule_that_was_not_exercised(self):
        self.write("a.json", scenario(rules=["web.evict-earliest"]))
        done = self.expect(1, "run", "a.json")
        self.assertIn("not exercised", done.stdout)

    def test_1_a_required_rule_that_was_not_exercised(self):
        self.write("a.json", scenario())
        self.expect(0, "run", "a.json", "--require", "online.received,delivery.answered")
        self.expect(1, "run", "a.json", "--require", "online.received,web.evict-earliest")
        done = self.expect(1, "run", "a.json", "--require", "all")
        self.assertIn("web.evict-earliest", done.stdout)
        self.expect(0, "run", "a.json", "--trace", "t.jsonl")
        self.expect(0, "check", "t.jsonl", "--require", "online.received,delivery.answered")
        self.expect(1, "check", "t.jsonl", "--require", "online.received,web.evict-earliest")
        self.expect(1, "check", "t.jsonl", "--require", "all")

    def test_1_a_rule_that_too_few_files_guard(self):
        self.write("a.json", scenario())
        done = self.expect(1, "rules", "--unguarded", "a.json")
        self.assertRegex(done.stdout, r"online.received +1 of 3  a.json")
        self.assertRegex(done.stdout, r"web.evict-earliest +0 of 3")
        for copy in ("b.json", "c.json"):
            self.write(copy, scenario())
        done = self.expect(1, "rules", "--unguarded", "a.json", "b.json", "c.json")
        self.assertNotIn("online.received", done.stdout)

    def test_2_a_wrong_command_line(self):
        for arguments in ([], ["rnu"], ["run"], ["run", "a.json", "--sed", "1"], ["run", "a.json", "--seed", "x"],
                          ["run", "a.json", "--seed", "-1"], ["run", "a.json", "-j", "0"], ["run", "a.json", "--seed"],
                          ["run", "a.json", "--server", "mutant:none"], ["run", "a.json", "--format", "yaml"],
                          ["run", "a.json", "--rule", "web.tabs"], ["run", "a.json", "--report", "junit"],
                          ["run", "a.json", "--report", "pdf=x"], ["run", "a.json", "--reading", "window=daily"],
                          ["run", "a.json", "--require", "nothing"], ["check"], ["check", "t", "--settle", "5"],
                          ["check", "t", "--skew", "x"], ["explain"], ["explain", "no.such-thing"], ["rules", "x.y"],
                          ["lint"], ["list"], ["version", "extra"]):
            with self.subTest(arguments=arguments):
                done = self.expect(2, *arguments)
                self.assertEqual(done.stdout, "")
                self.assertNotEqual(done.stderr, "")

    def test_2_a_number_that_is_none_says_what_it_may_be(self):
        for option, value, low, high, *command in (("--seed", "-1", 0, 2**64 - 1, "run", "a.json"),
                                                   ("--jobs", "2x", 1, 1024, "check", "t"),
                                                   ("--steps", "401", 1, 400, "explore"),
                                                   ("--users", "5", 10, 1000000, "bench"),
                                                   ("--seed", "-1", 0, 2**64 - 1, "bench")):
            with self.subTest(option=option, command=command):
                done = self.expect(2, *command, option, value)
                self.assertIn(f'{option}: "{value}" is not a whole number from {low} to {high}', done.stderr)

    def test_3_a_missing_or_broken_file_while_the_others_still_run(self):
        self.write("good.json", scenario())
        self.write("bad.json", scenario(steps=[{"sned": "m1"}]))
        done = self.expect(3, "run", "good.json", "bad.json", "missing.json")
        self.assertIn("ok    good.json", done.stdout)
        self.assertIn("bad.json:", done.stderr)
        self.assertIn('did you mean "send"?', done.stderr)
        self.assertIn("missing.json", done.stderr)

    def test_3_a_malformed_trace(self):
        self.trace("t.jsonl", {"t": 1010, "ev": "onlin", "dev": "alice/phone"})
        done = self.expect(3, "check", "t.jsonl")
        self.assertIn("t.jsonl:2:", done.stderr)
        self.expect(3, "check", "missing.jsonl")

    def test_4_nothing_was_selected(self):
        self.write("a.json", scenario())
        os.mkdir(self.path("empty"))
        self.expect(4, "run", "empty")
        self.expect(4, "run", "a.json", "-k", "no such name")
        self.expect(4, "run", "a.json", "--tag", "nothing")
        self.expect(4, "run", "a.json", "--rule", "web.evict-earliest")
        self.expect(4, "list", "empty")
        self.expect(4, "lint", "empty")

    def test_4_an_argument_that_names_nothing_even_if_others_pass(self):
        self.write("a.json", scenario(matrix={"n": [1, 2]}))
        done = self.expect(4, "run", "a.json#n=1", "a.json#n=7")
        self.assertIn("a.json#n=7 names no scenario", done.stderr)

    def test_4_nothing_was_checked(self):
        self.write("a.json", scenario(rules=None, steps=[{"note": "nothing happens"}]))
        done = self.expect(4, "run", "a.json")
        self.assertIn("NOTHING CHECKED", done.stdout)
        self.trace("t.jsonl")
        self.expect(4, "check", "t.jsonl")

    def test_5_a_trace_that_ended_too_early(self):
        self.write("a.json", inconclusive())
        done = self.expect(5, "run", "a.json")
        self.assertIn("open when the trace ended", done.stdout)

    def test_5_lenient_reading_lost_lines(self):
        self.trace("t.jsonl", {"t": 1010, "ev": "connect", "dev": "alice/phone"},
                   {"t": 1020, "ev": "online", "dev": "alice/phone"}, {"t": 1030, "ev": "settled"}, {"t": 1040, "ev": "x"})
        self.expect(3, "check", "t.jsonl")
        self.expect(5, "check", "t.jsonl", "--lenient")

    def test_6_a_report_that_cannot_be_written(self):
        self.write("a.json", scenario())
        self.expect(6, "run", "a.json", "--report", "json=no/such/folder/r.json")
        self.expect(6, "run", "a.json", "--trace", "/dev/null/trace.jsonl")

    @unittest.skipUnless(os.path.exists("/dev/full"), "no /dev/full here")
    def test_6_standard_output_that_is_full(self):
        self.write("a.json", scenario())
        with open("/dev/full", "wb") as full:
            for arguments in (["run", "a.json"], ["version"], ["rules"], ["list", "a.json"], ["run", "--help"],
                              ["--version"], ["man"], ["completion", "bash"], ["complete"]):
                done = subprocess.run([BINARY, *arguments], cwd=self.folder, stdout=full, stderr=subprocess.PIPE)
                self.assertEqual(done.returncode, 6, done.stderr)
                self.assertIn(b"standard output could not be written", done.stderr)

    @unittest.skipUnless(os.path.exists("/dev/full"), "no /dev/full here")
    def test_a_standard_error_that_takes_nothing_changes_nothing_else(self):
        self.write("a.json", scenario())
        for code, *arguments in ((3, "run", "no.json"), (3, "check", "no.jsonl"), (3, "merge", "no.json"),
                                 (2, "run", "--no-such"), (2, "explain", "nonsense"), (2, "serve"),
                                 (3, "serve", "--tcp", "192.0.2.1:1"),
                                 (6, "run", "a.json", "--report", "json=no/r.json", "--report", "junit=j.xml"),
                                 (70, "run", "a.json")):
            with self.subTest(arguments=arguments), open("/dev/full", "wb") as full:
                fault = {"MDSYNC_FAULT": "throw"} if code == 70 else {}
                done = subprocess.run([BINARY, *arguments], cwd=self.folder, stdin=subprocess.DEVNULL,
                                      stdout=subprocess.DEVNULL, stderr=full, env={**os.environ, **fault}, timeout=PATIENCE)
                self.assertEqual(done.returncode, code)
        self.assertIn("<testsuites", self.read("j.xml"))  # what came after the complaint is there

    def test_closed_standard_files_are_no_trap(self):
        self.write("a.json", scenario())
        closed = lambda command: subprocess.run(f"{BINARY} {command}", shell=True, cwd=self.folder, timeout=PATIENCE,
                                                stderr=subprocess.DEVNULL).returncode
        self.assertEqual(closed("check - <&- >/dev/null"), 3)
        self.assertEqual(closed("run - <&- >/dev/null"), 3)
        self.assertEqual(closed("run a.json >&-"), 6)
        self.assertEqual(closed("run a.json >/dev/null 2>&-"), 0)

    def test_70_a_bug(self):
        self.write("a.json", scenario())
        for place in ("throw", "worker"):
            done = self.expect(70, "run", "a.json", env={"MDSYNC_FAULT": place})
            self.assertIn("internal error", done.stderr)

    def test_the_worst_goes_first(self):
        self.write("unmet.json", unmet())
        self.write("open.json", inconclusive())
        self.write("good.json", scenario())
        self.write("bad.json", "{")
        unwritable = ["--report", "json=no/folder/r.json"]
        self.expect(3, "run", "unmet.json", "bad.json", "open.json", *unwritable)
        self.expect(1, "run", "unmet.json", "open.json", *unwritable)
        self.expect(6, "run", "good.json", "open.json", *unwritable)
        self.expect(5, "run", "good.json", "open.json")


class Signals(ToolTest):
    def interrupt(self, sig, *more):
        self.write("a.json", scenario())
        self.write("long.json", long())
        process = subprocess.Popen([BINARY, "run", "a.json", "long.json", "-j", "2", *more], cwd=self.folder,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        # The signal must come while cases run: wait for the first case's trace.
        deadline = time.monotonic() + PATIENCE
        while not os.path.exists(self.path("traces/a.jsonl")) and time.monotonic() < deadline:
            time.sleep(0.01)
        process.send_signal(sig)
        out, err = process.communicate(timeout=PATIENCE)
        return process.returncode, out, err

    def test_130_ctrl_c_reports_what_there_is(self):
        code, out, err = self.interrupt(signal.SIGINT, "--trace", "traces")
        self.assertEqual(code, 130, err)
        self.assertIn("ok    a.json", out)
        self.assertIn("interrupted", out)

    def test_143_termination_is_marked_in_json_too(self):
        code, out, err = self.interrupt(signal.SIGTERM, "--trace", "traces", "--format", "json")
        self.assertEqual(code, 143, err)
        self.assertIn('"interrupted": true', out)

    def test_130_ctrl_c_while_a_pipe_is_silent(self):
        done = self.trace("t.jsonl", {"t": 1010, "ev": "connect", "dev": "alice/phone"},
                          {"t": 1020, "ev": "online", "dev": "alice/phone"}, {"t": 1030, "ev": "settled"})
        process = subprocess.Popen([BINARY, "check", done, "-", "-j", "1", "--report", "json=r.json"], cwd=self.folder,
                                   stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        process.stdin.write(self.read("t.jsonl").splitlines()[0] + "\n")
        process.stdin.flush()
        self.wait_for_thread(process.pid)
        process.send_signal(signal.SIGINT)
        code = process.wait(timeout=PATIENCE)
        out = process.stdout.read()
        process.stdin.close()
        process.stdout.close()
        process.stderr.close()
        self.assertEqual(code, 130)
        self.assertIn("interrupted", out)
        self.assertTrue(os.path.exists(self.path("r.json")))

    def wait_for_thread(self, pid):
        """Until the tool has started its threads, the one that hears signals among them."""
        deadline = time.monotonic() + PATIENCE
        while len(os.listdir(f"/proc/{pid}/task")) < 3 and time.monotonic() < deadline:
            time.sleep(0.01)


if __name__ == "__main__":
    unittest.main()
