"""Pipes that stay silent and files without an end: one signal ends the tool, with what there is written."""

import json
import os
import signal
import threading
import time
import unittest

from tool import PATIENCE, ToolTest, scenario, unmet

SOON = 25  # seconds; what nobody interrupts is ended after thirty


class Waiting(ToolTest):
    def setUp(self):
        super().setUp()
        self.write("a.json", scenario())
        self.expect(0, "run", "a.json", "--trace", "t.jsonl", "--report", "json=old.json")
        os.mkfifo(self.path("pipe"))

    def ends(self, code, *arguments, sig=signal.SIGTERM):
        """Ends with this code, soon after one signal; gives what was printed."""
        process = self.start(*arguments)
        self.wait_until_it_listens(process)
        process.send_signal(sig)
        began = time.monotonic()
        out, err = process.communicate(timeout=PATIENCE)
        self.assertEqual(process.returncode, code, (arguments, out, err))
        self.assertLess(time.monotonic() - began, SOON, arguments)
        return out.decode(), err.decode()

    def wait_until_it_listens(self, process):
        """Until it holds signals back to hear them itself, or waits in a read with the usual ones."""
        deadline = time.monotonic() + PATIENCE
        while process.poll() is None and time.monotonic() < deadline:
            with open(f"/proc/{process.pid}/status", encoding="utf-8") as file:
                blocked = next(int(line.split()[1], 16) for line in file if line.startswith("SigBlk"))
            if blocked & 1 << signal.SIGTERM - 1:
                time.sleep(0.3)
                return
            time.sleep(0.02)

    def test_a_pipe_that_nobody_writes_to(self):
        for arguments in (("check", "pipe"), ("check", "pipe", "--timeline"), ("run", "pipe"), ("run", "a.json", "pipe"),
                          ("mutants", "pipe"), ("rules", "--unguarded", "pipe")):
            for sig in (signal.SIGTERM, signal.SIGINT):
                with self.subTest(arguments=arguments, signal=sig):
                    self.ends(128 + sig, *arguments, sig=sig)

    def test_a_report_that_nobody_reads(self):
        for arguments in (("run", "a.json", "--report", "json=pipe", "--report", "junit=r.xml"),
                          ("run", "a.json", "--write-baseline", "pipe"),
                          ("check", "t.jsonl", "--report", "html=pipe")):
            with self.subTest(arguments=arguments):
                _, err = self.ends(143, *arguments)
                self.assertIn("pipe could not be written", err)
        self.assertIn("<testsuites", self.read("r.xml"))

    def test_standard_output_that_nobody_empties(self):
        end, start = os.pipe()
        self.addCleanup(os.close, end)
        for number in range(100):
            self.write(f"many/{number}.json", scenario())
        process = self.start("run", "many", "-v", "--timeline", stdout=start)
        os.close(start)
        self.wait_until_it_listens(process)
        time.sleep(1)
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=SOON)
        self.assertEqual(process.returncode, 143)

    def test_a_pipe_whose_reader_comes_late_gets_all(self):
        process = self.start("run", "a.json", "--report", "json=pipe", "--report", "json=file.json")
        time.sleep(0.5)
        with open(self.path("pipe"), encoding="utf-8") as pipe:
            text = pipe.read()
        process.communicate(timeout=PATIENCE)
        self.assertEqual(process.returncode, 0)
        self.assertEqual(json.loads(text), json.loads(self.read("file.json")))

    def test_what_had_ended_is_reported(self):
        out, _ = self.ends(143, "check", "t.jsonl", "pipe", "-j", "2", "--report", "json=r.json")
        self.assertIn("ok    t.jsonl", out)
        document = json.loads(self.read("r.json"))
        self.assertTrue(document["interrupted"])
        self.assertEqual([case["id"] for case in document["scenarios"]], ["t.jsonl"])

    def test_a_baseline_that_is_silent(self):
        out, _ = self.ends(143, "run", "a.json", "--baseline", "pipe", "--report", "json=r.json")
        self.assertNotIn("PASS", out)
        self.assertTrue(json.loads(self.read("r.json"))["interrupted"])

    def test_what_reads_without_an_end(self):
        self.ends(143, "check", "/dev/zero")
        self.trace("bad.jsonl", {"t": 1010, "ev": "onlin", "dev": "alice/phone"})
        feed, sink = os.pipe()
        process = self.start("check", "-", stdin=feed)
        os.close(feed)
        stop = threading.Event()

        def write():
            with os.fdopen(sink, "wb", buffering=0) as pipe:
                try:
                    pipe.write(self.read("bad.jsonl").encode())
                    while not stop.is_set():
                        pipe.write(b'{"t":1020,"ev":"settled"}\n' * 1000)
                except BrokenPipeError:
                    pass
        writer = threading.Thread(target=write)
        writer.start()
        self.addCleanup(writer.join)
        self.addCleanup(stop.set)
        self.wait_until_it_listens(process)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=PATIENCE)
        self.assertEqual(process.returncode, 130)

    def test_a_document_that_is_silent(self):
        for arguments in (("diff", "pipe", "old.json"), ("merge", "pipe"), ("replay", "pipe"),
                          ("rules", "--coverage", "pipe")):
            with self.subTest(arguments=arguments):
                process = self.start(*arguments)
                time.sleep(0.3)
                process.send_signal(signal.SIGTERM)
                process.communicate(timeout=PATIENCE)
                self.assertIn(process.returncode, (143, -signal.SIGTERM))

    def test_a_second_signal_ends_it_at_once(self):
        process = self.start("run", "a.json", "--report", "json=pipe")  # nobody reads it
        self.wait_until_it_listens(process)
        process.send_signal(signal.SIGINT)
        time.sleep(0.2)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=SOON)
        self.assertEqual(process.returncode, -signal.SIGINT)


class Once(ToolTest):
    """A pipe is opened once: who wrote to it does not write again."""

    def through(self, name, code, *arguments):
        os.mkfifo(self.path("pipe"))
        process = self.start(*arguments)
        with open(self.path("pipe"), "wb") as pipe:
            pipe.write(self.read(name).encode())
        out, err = process.communicate(timeout=PATIENCE)
        self.assertEqual(process.returncode, code, (out, err))
        return out.decode(), err.decode()

    def test_a_trace_that_fails(self):
        self.write("bad.json", scenario())
        self.expect(1, "run", "bad.json", "--server", "mutant:" + self.a_mutant_of("online.received"), "--trace", "t.jsonl")
        out, _ = self.through("t.jsonl", 1, "check", "pipe")
        self.assertIn("online.received", out)

    def test_a_scenario_that_fails(self):
        self.write("bad.json", unmet())
        out, _ = self.through("bad.json", 1, "run", "pipe")
        self.assertIn("expected it to lack m1", out)

    def test_a_scenario_that_a_baseline_names(self):
        self.write("bad.json", unmet())
        self.write("known.json", {"mdsync": "baseline/1", "expected": [
            {"scenario": "pipe", "rule": "expectation", "reason": "as we know"},
            {"scenario": "other", "rule": "expectation", "reason": "as we know"}]})
        os.mkfifo(self.path("other"))
        self.through("bad.json", 0, "run", "pipe", "--baseline", "known.json")


if __name__ == "__main__":
    unittest.main()
