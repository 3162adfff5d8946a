"""A run speaks while it runs: a line a case, also into a pipe; how far it is, on a terminal; and it stops early if asked."""

import json
import os
import pty
import signal
import subprocess
import time
import unittest
from xml.etree import ElementTree

from tool import BINARY, PASSING, PATIENCE, SCENARIOS, ToolTest, long, scenario, unmet


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

    def test_a_failure_is_told_before_the_other_cases_of_its_file_are_done(self):
        self.write("a.json", {**long(), "matrix": {"times": [1, 5000]}, "steps": [
            *long()["steps"][:1], {"expect": {"device": "u0/p", "online": False}},
            {"repeat": "${times}", "as": "i", "steps": [{"send": "m${i}", "from": "u0/p", "to": "group:crowd"}]}]})
        process = self.begin("run", "a.json", "-j", "1", stdout=subprocess.PIPE, text=True)
        self.assertTrue(process.stdout.readline().startswith("FAIL  a.json#times=1"))
        self.assertIsNone(process.poll())
        process.kill()
        process.stdout.close()

    def test_reports_grow_so_that_a_kill_leaves_what_was_known(self):
        self.write("a.json", scenario())
        self.write("b.json", unmet())
        self.write("long.json", long())
        process = self.begin("run", "a.json", "b.json", "long.json", "-j", "1", "--report", "json=r.json", "--report",
                             "junit=r.xml", stdout=subprocess.DEVNULL)
        deadline = time.monotonic() + PATIENCE
        while not os.path.exists(self.path("r.xml")) and time.monotonic() < deadline:
            time.sleep(0.05)
        self.assertIsNone(process.poll())
        process.kill()
        document = json.loads(self.read("r.json"))
        self.assertTrue(document["interrupted"])
        self.assertEqual([(c["id"], c["verdict"]) for c in document["scenarios"]], [("a.json", "pass"), ("b.json", "fail")])
        cases = {c.get("name"): [child.tag for child in c] for c in ElementTree.fromstring(self.read("r.xml")).iter("testcase")}
        self.assertEqual(cases, {"a.json": [], "b.json": ["failure"], "interrupted": ["error"]})
        self.assertEqual(self.expect(130, "merge", "r.json", "-q").stdout.count("INTERRUPTED"), 0)  # it fails, rather

    def test_a_report_that_goes_to_a_link_or_a_pipe_does_not_grow(self):
        # The first case is over at once; while the second takes its seconds, a report that could grow would do so.
        self.write("a.json", {**long(), "matrix": {"times": [1, 3000]}, "steps": [
            *long()["steps"][:1], {"repeat": "${times}", "as": "i", "steps": [{"send": "m${i}", "from": "u0/p", "to": "group:crowd"}]}]})
        with open(self.path("out"), "w", encoding="utf-8") as out:
            self.begin("run", "a.json", "-j", "1", "--report", "json=/dev/stdout", stdout=out).wait()
        self.assertEqual(self.read("out").count('"result/1"'), 1)

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
        seen, deadline = b"", time.monotonic() + PATIENCE
        while b"long.json 1s" not in seen and time.monotonic() < deadline:
            seen += os.read(master, 4096)
        process.kill()
        os.close(master)
        self.assertIn(b"\r1/2 cases, 1 failed", seen)
        self.assertRegex(seen.decode(), r"\r1/2 cases, 1 failed; \d+s left; long\.json 1s")

    def test_an_interrupted_search_does_not_say_that_it_passed(self):
        process = subprocess.Popen([BINARY, "explore", "--time", "10h", "-q"], cwd=self.folder,
                                   stdout=subprocess.PIPE, text=True)
        time.sleep(1)
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=PATIENCE)
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


class OnePage(ToolTest):
    """A broken build is read once: each cause at length where it comes first, and at the end what to run again."""

    def lines(self, code, *arguments):
        done = self.expect(code, *arguments)
        return (done.stdout + done.stderr).splitlines()

    def test_a_server_that_drops_messages_is_a_page(self):
        lines = self.lines(1, "run", SCENARIOS, "--server", "mutant:drops-messages", "-q")
        self.assertLess(len(lines), 100)
        text = "\n".join(lines)
        self.assertIn("online.received: ... was online all the time and did not receive ...", text)
        self.assertRegex(text, r"in \d{3} cases: ")
        self.assertIn("what failed, again; without ", text)
        self.assertIn("mdsync run --server mutant:drops-messages \\", text)

    def test_whatever_fails_it_is_a_page(self):
        many = [{"expect": {"device": "alice/phone", "has": [f"n{i}"]}} for i in range(60)]
        sends = [{"send": "n{0..2000}", "from": "alice/laptop", "to": "bob"}]
        for i in range(40):
            self.write(f"all/broken{i}.json", "{")
            self.write(f"all/unmet{i}.json", scenario(steps=PASSING["steps"] + sends + many + [
                {"expect": {"device": "alice/phone", "lacks": ["n{1..2000}"]}}]))
            self.write(f"all/idle{i}.json", scenario(rules=["web.evict-earliest", "web.ten-tabs", "recall.offline-devices"]))
        self.write("base.json", {"mdsync": "baseline/1", "expected": [
            {"scenario": f"all/idle{i}.json", "rule": "online.received", "reason": "no"} for i in range(40)]})
        lines = self.lines(3, "run", "all", "-q", "--require", "all", "--baseline", "base.json")
        self.assertLess(len(lines), 100)

    def test_what_looks_alike_is_told_once_and_each_other_case_has_a_line(self):
        for name in "abc":
            self.write(f"all/{name}.json", unmet())
        self.write("all/d.json", scenario(rules=["web.evict-earliest"]))
        shown = self.expect(1, "run", "all").stdout
        self.assertEqual(shown.count(" --> all/"), 1)
        self.assertEqual([line.split("  ")[-1] for line in shown.splitlines() if line.startswith("FAIL  all/")],
                         ["expectation", "expectation, as above", "expectation, as above", "not exercised"])
        self.assertIn("2 causes:\n  expectation: ... has ..., expected it to lack ...\n"
                      "      in 3 cases: all/a.json, all/b.json, all/c.json\n", shown)
        self.assertEqual(self.expect(1, "run", "all", "-v").stdout.count(" --> all/"), 3)

    def test_the_list_at_the_end_can_be_pasted(self):
        self.write("all/a b.json", scenario(matrix={"n": [1, 2]}, rules=["web.evict-earliest"]))
        self.write("all/c.json", unmet())
        shown = self.expect(1, "run", "all", "--reading", "window=rolling", "--color", "never").stdout
        pasted = shown[shown.index("what failed, again:\n"):].split("\n\n")[0].split("\n", 1)[1]
        self.assertIn("--reading window=rolling", pasted)
        folder = self.path("bin")
        os.mkdir(folder)
        os.symlink(BINARY, os.path.join(folder, "mdsync"))
        again = subprocess.run(["sh", "-c", pasted], cwd=self.folder, capture_output=True, text=True, timeout=PATIENCE,
                               env={**os.environ, "PATH": folder + os.pathsep + os.environ["PATH"]})
        self.assertEqual(again.returncode, 1)
        self.assertIn("FAIL  3 cases: 0 passed, 3 failed", again.stdout)

    def test_consequences_are_a_line_each_beneath_their_cause(self):
        shown = self.expect(1, "run", os.path.join(SCENARIOS, "web", "eleventh-tab.json"), "--server",
                            "mutant:evict-second").stdout
        self.assertEqual(shown.count("FAIL  "), 2)  # the first line and the last one
        self.assertRegex(shown, r"\n  also:     :\d+ ")
        self.assertRegex(shown, r"more failures?: -v\n")

    def test_a_timeline_that_one_report_is_for_stays_out_of_the_others(self):
        self.write("a.json", unmet())
        shown = self.expect(1, "run", "a.json", "--report", "timeline=t.txt", "--report", "json=r.json", "--report",
                            "human=h.txt").stdout
        self.assertIn("send m1", self.read("t.txt"))
        self.assertNotIn("send m1", shown + self.read("h.txt"))
        self.assertNotIn("timeline", json.loads(self.read("r.json"))["scenarios"][0])
        self.assertIn("send m1", self.expect(1, "run", "a.json", "--timeline").stdout)


if __name__ == "__main__":
    unittest.main()
