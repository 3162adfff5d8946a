"""Adapters that misbehave: each ends its own scenario with a reason, and nothing else; no process is left behind."""

import itertools
import json
import os
import shlex
import signal
import socket
import subprocess
import sys
import threading
import time
import unittest
from concurrent.futures import ThreadPoolExecutor

from tool import BINARY, PATIENCE, ToolTest, scenario

ADAPTER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "misbehaving_adapter.py")
TIMEOUT = ["--timeout", "10s"]  # a busy machine takes seconds to start an adapter

# The requests of the scenario below, in their order.
HELLO, PROBE, RESET, LOGIN, LOGIN_2, SETTLE, SEND, SETTLE_2, ADVANCE, SETTLE_3, BYE = range(1, 12)
WITHIN_A_CASE = range(RESET, BYE)


def small():
    """bob sends alice a message, ten minutes pass: one request of each kind."""
    return {
        "name": "A message comes",
        "app": {"sync": True},
        "users": {"alice": {"phone": "android"}, "bob": {"pixel": "android"}},
        "steps": [
            {"login": ["alice/phone", "bob/pixel"]},
            {"send": "m1", "from": "bob/pixel", "to": "alice", "text": "hi"},
            {"wait": "10m"},
            {"expect": {"device": "alice/phone", "online": True}},
        ],
    }


def gone(process):
    """Whether it ended; whoever adopted an orphan of ours need not have noticed yet."""
    try:
        with open(f"/proc/{process}/stat") as file:
            return file.read().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


class Hostile(ToolTest):
    def setUp(self):
        super().setUp()
        self.write("a.json", small())
        self.runs = itertools.count(1)

    def target(self, fault, at, lives=""):
        pids = self.path(f"pids{next(self.runs)}")
        command = [sys.executable, ADAPTER, pids, fault, str(at), str(lives)]
        return "exec:" + " ".join(shlex.quote(word) for word in command if word), pids

    def lives(self, pids):
        """The processes that there were, none of which may be there any more."""
        with open(pids) as file:
            numbers = [int(line) for line in file]
        deadline = time.monotonic() + PATIENCE  # who is killed still has to be given the time to die
        for number in numbers:
            while not gone(number):
                self.assertLess(time.monotonic(), deadline, f"process {number} is left")
                time.sleep(0.01)
        return len(numbers)

    def misbehave(self, code, fault, at, reason, *more):
        """Runs the scenario against an adapter that does `fault` at request `at`; what is printed matches `reason`."""
        target, pids = self.target(fault, at)
        done = self.tool("run", "a.json", "--target", target, *TIMEOUT, *more)
        self.assertEqual(done.returncode, code, f"{fault} at {at}\n{done.stdout}\n{done.stderr}")
        self.assertRegex(done.stdout + done.stderr, reason, f"{fault} at {at}")
        self.assertEqual(self.lives(pids), 1, f"{fault} at {at}")
        return done

    def misbehave_all(self, *runs):
        """The same for several at once: most of their time is waiting."""
        with ThreadPoolExecutor(8) as pool:
            for outcome in [pool.submit(self.misbehave, *run) for run in runs]:
                outcome.result()

    def test_the_adapter_is_right_otherwise(self):
        self.misbehave(0, "nothing", 0, "PASS  1 case: 1 passed")

    def test_one_that_dies_whenever_that_is(self):
        self.misbehave_all(
            *((3, "die", at, "(?s)target.unreachable.*exited with code 3.*! out of memory, or so")
              for at in (HELLO, PROBE)),
            *((3, "die", at, r"(?s)ERROR a\.json .* closed its output before it answered [a-z]+: it exited with code 3"
               r'.*\n  > {"id":%d,.*\n  ! out of memory, or so' % at) for at in WITHIN_A_CASE),
            (3, "killed", SEND, "it was killed by signal 9"),
            (0, "die", BYE, r"(?s)PASS.*warning\[target.farewell\].*exited with code 3"))

    def test_one_that_hangs(self):
        self.misbehave_all(
            (3, "hang", HELLO, "target.unreachable.*did not answer hello within 10s"),
            (3, "hang", PROBE, "target.unreachable.*did not answer a request that does not exist"),
            (3, "hang", RESET, "did not answer reset"),
            (3, "hang", LOGIN, "did not answer login"),
            (3, "hang", SETTLE, "did not answer settle"),
            (3, "hang", ADVANCE, "did not answer advance"),
            (3, "hang-forever", SEND, "did not answer send within 10s"),
            (0, "hang-forever", BYE, r"(?s)PASS.*warning\[target.farewell\].*did not exit by itself"))

    def test_one_that_leaves_a_process_behind(self):
        target, pids = self.target("leave-a-child", SEND)
        self.expect(3, "run", "a.json", "--target", target, *TIMEOUT)
        self.assertEqual(self.lives(pids), 2)

    def test_one_that_talks_nonsense(self):
        runs = (
            ("garbage", "a line that is not JSON"),
            ("bytes", "not UTF-8"),
            ("zeros", "not JSON"),
            ("blank", "not JSON"),
            ("a-list", "is no object"),
            ("cut", "closed its output"),
            ("deep", "nested more than 1024 deep"),
            ("wide", 'unknown key "x"'),
            ("typo", 'unknown key "refusd".*did you mean "refused"'),
            ("no-id", 'lacks "id"'),
            ("both", "exactly one of"),
            ("neither", "exactly one of"),
            ("error", "reports an error: no connection to the staging system"))
        self.misbehave_all(*((3, fault, SEND, reason) for fault, reason in runs),
                           (3, "garbage", HELLO, r"(?s)target.unreachable.*not JSON.*< Segmentation fault"))

    def test_one_that_answers_out_of_turn(self):
        self.misbehave_all(
            (3, "wrong-id", SEND, r"answered request 8 while 7 \(send\)"),
            (3, "then-twice", LOGIN, r"answered request 4 while 5 \(login\)"))

    def test_one_that_never_ends_a_line(self):
        target, pids = self.target("no-end", SEND)
        process = subprocess.Popen([BINARY, "run", "a.json", "--target", target], cwd=self.folder,
                                   stdout=subprocess.PIPE)
        text = process.stdout.read().decode()
        process.stdout.close()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        self.assertEqual(process.returncode, 3)
        self.assertIn("sent a line of more than 4 MiB", text)
        self.assertLess(usage.ru_maxrss, 512 * 1024)  # KiB
        self.lives(pids)

    def test_one_that_never_stops_talking(self):
        done = self.misbehave(3, "chatter", SEND, "did not answer send within 10s|more than 1000000 events")
        self.assertIn('< {"t": 1714525200002, "ev": "online"', done.stdout)

    def test_one_that_floods_its_standard_error(self):
        for more in ((), ("--target-log", "log.txt")):
            with self.subTest(more=more):
                done = self.tool("run", "a.json", "--target", "exec:sh -c 'yes >&2'", "--timeout", "300ms", *more)
                self.assertEqual(done.returncode, 3, done.stderr)
                self.assertIn("did not answer hello within 300ms", done.stdout + done.stderr)

    def test_one_that_closes_its_files(self):
        self.misbehave_all(
            (3, "close-output", SEND, "closed its output before it answered send: it still runs"),
            (3, "close-input", SEND, "did not answer send"),
            (3, "then-deaf", LOGIN_2, "closed its input before it was asked to settle|did not answer settle"))

    def test_one_whose_clock_is_wrong(self):
        self.misbehave_all(
            (3, "no-time", LOGIN, 'the answer to login lacks "t"'),
            (3, "no-time", ADVANCE, 'the answer to advance lacks "t"'),
            (3, "past", SETTLE, "clock runs backwards: the answer to settle says 5"),
            (3, "past-event", SETTLE, 'clock runs backwards: the event "online"'),
            (3, "no-t", SETTLE, 'the event lacks "t"'),
            (3, "late", ADVANCE, "advanced its clock to 1714525800003 instead of 1714525800002"))

    def test_one_that_answers_what_cannot_be(self):
        self.misbehave_all(
            (3, "pending", SEND, "only the answer to login can be pending"),
            (3, "held", SEND, "only the answer to settle can be held"),
            (3, "refuse", SETTLE, "refused to settle"),
            (3, "refuse", RESET, "refused a reset"),
            (3, "says-t", LOGIN, "answered login with ok, but alice/phone never came online"),
            (4, "unsupported", SEND, r"not applicable: not today"),
            (4, "unsupported", RESET, r"not applicable: not today"))

    def test_one_whose_events_are_wrong(self):
        self.misbehave_all(
            (3, "stranger", SEND, r'no device "alice/fridge" is declared'),
            (3, "own-event", SEND, 'event "settled", which the tool writes itself'),
            (3, "unknown-event", SEND, 'unknown event "onlin".*did you mean "online"'),
            (3, "unasked", SEND, '"accept" of "m77", which was not asked for'))

    def test_one_whose_hello_is_wrong(self):
        self.misbehave_all(
            (3, "other-protocol", HELLO, 'speaks "mdsync-adapter/9", not "mdsync-adapter/1"'),
            (3, "no-such-op", HELLO, r'"ops" names "logn".*did you mean "login"'),
            (3, "no-clock", HELLO, 'lacks "clock"'),
            (3, "unsupported", HELLO, "refuses mdsync-adapter/1: not today"),
            (3, "yes", PROBE, 'did not answer the unknown request "teleport" with unsupported'))

    def test_the_partial_trace_is_kept(self):
        self.misbehave(3, "die", ADVANCE, "ERROR", "--trace", "t.jsonl", "--report", "json=r.json")
        events = [json.loads(line) for line in self.read("t.jsonl").splitlines()]
        self.assertEqual([e.get("ev") for e in events], [None, "connect", "online", "connect", "online", "settled",
                                                         "send", "accept", "receive", "settled"])
        self.expect(0, "check", "t.jsonl")
        document = json.loads(self.read("r.json"))
        self.assertEqual((document["verdict"], document["summary"]["errors"]), ("error", 1))
        case = document["scenarios"][0]
        self.assertEqual((case["verdict"], case["violations"]), ("error", []))
        self.assertIn("! out of memory, or so", case["lastLines"])
        self.assertIn("--target", case["again"])
        self.assertIn("! out of memory, or so", self.expect(3, "merge", "r.json").stdout)

    def test_the_others_still_run_with_a_fresh_adapter(self):
        self.write("b.json", small())
        self.write("c.json", small())
        target, pids = self.target("die", SEND, lives=1)
        done = self.expect(3, "run", "a.json", "b.json", "c.json", "--target", target)
        self.assertIn("ERROR a.json", done.stdout)
        self.assertIn("ok    b.json", done.stdout)
        self.assertIn("3 cases: 2 passed, 1 in error", done.stdout)
        self.assertEqual(self.lives(pids), 2)
        target, pids = self.target("unsupported", SEND, lives=1)
        done = self.expect(0, "run", "a.json", "b.json", "c.json", "--target", target)
        self.assertIn("1 not applicable (not today: 1)", done.stdout)
        self.assertEqual(self.lives(pids), 1)

    def test_one_that_cannot_be_reached(self):
        done = self.expect(3, "run", "a.json", "--target", "exec:./no-such-adapter --fast")
        self.assertIn("cannot start ./no-such-adapter: No such file or directory", done.stderr)
        self.write("not-executable", "x")
        done = self.expect(3, "run", "a.json", "--target", "exec:./not-executable")
        self.assertIn("Permission denied", done.stderr)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            place = f"127.0.0.1:{free.getsockname()[1]}"
            done = self.expect(3, "run", "a.json", "--target", "tcp:" + place)
        self.assertIn(f"cannot connect to {place}: Connection refused", done.stderr)

    def test_a_connection_that_ends(self):
        with socket.create_server(("127.0.0.1", 0)) as server:
            threading.Thread(target=lambda: server.accept()[0].close(), daemon=True).start()
            done = self.expect(3, "run", "a.json", "--target", f"tcp:127.0.0.1:{server.getsockname()[1]}")
        self.assertIn("closed the connection before it answered hello", done.stderr)

    def test_a_connection_that_says_nothing(self):
        with socket.create_server(("127.0.0.1", 0)) as server:
            target = f"tcp:127.0.0.1:{server.getsockname()[1]}"
            done = self.expect(3, "run", "a.json", "--target", target, "--timeout", "300ms")
        self.assertIn("did not answer hello within 300ms", done.stderr)

    def test_a_socket_is_said_goodbye_to(self):
        heard = []

        def listen(server):
            with server.accept()[0] as peer, peer.makefile("rw") as lines:
                for line in lines:
                    request = json.loads(line)
                    heard.append(request["op"])
                    if request["op"] == "hello":
                        answer = {"ok": {"clock": "real", "ops": []}}
                    else:
                        answer = {"unsupported": "nothing works yet"}
                    lines.write(json.dumps({"id": request["id"], **answer}) + "\n")
                    lines.flush()

        self.write("notes.json", {"name": "x", "users": {"alice": {"phone": "android"}}, "steps": [{"note": "hm"}]})
        with socket.create_server(("127.0.0.1", 0)) as server:
            thread = threading.Thread(target=listen, args=[server], daemon=True)
            thread.start()
            target = f"tcp:127.0.0.1:{server.getsockname()[1]}"
            done = self.expect(4, "run", "a.json", "notes.json", "--target", target)
            thread.join(10)
        self.assertIn("(nothing works yet: 1; ", done.stdout)
        self.assertRegex(done.stdout, "1 case, 0 for this alone +the target cannot log in")
        self.assertEqual(heard, ["hello", "teleport", "reset", "bye"])

    def test_an_interrupt_writes_what_there_is_and_ends_the_adapter(self):
        self.write("b.json", small())
        # The first case is asked 7 things after hello and the probe; the second hangs in its send.
        target, pids = self.target("hang-forever", SETTLE_3 + SEND - PROBE)
        process = subprocess.Popen([BINARY, "run", "a.json", "b.json", "--target", target, "--timeout", "1h",
                                    "--format", "json", "--trace", "traces"], cwd=self.folder, stdout=subprocess.PIPE)
        deadline = time.monotonic() + PATIENCE
        while not os.path.exists(self.path("traces/a.jsonl")) and time.monotonic() < deadline:
            time.sleep(0.01)
        time.sleep(0.2)
        process.send_signal(signal.SIGINT)
        text, _ = process.communicate(timeout=PATIENCE)
        self.assertEqual(process.returncode, 130)
        document = json.loads(text)
        self.assertTrue(document["interrupted"])
        self.assertEqual([case["id"] for case in document["scenarios"]], ["a.json"])
        self.assertEqual(self.lives(pids), 1)


class CommandLine(ToolTest):
    def test_a_target_that_is_misspelt_is_a_usage_error(self):
        self.write("a.json", scenario())
        for target, says in (("prosody", "neither exec:COMMAND nor tcp:HOST:PORT"), ("exec:", "names no command"),
                             ("exec:a 'b", "a quote that is never closed"), ("tcp:localhost", "tcp:HOST:PORT"),
                             ("tcp:localhost:0", "tcp:HOST:PORT"), ("tcp:localhost:99999", "tcp:HOST:PORT")):
            done = self.expect(2, "run", "a.json", "--target", target)
            self.assertIn(says, done.stderr)
        self.expect(2, "run", "a.json", "--target", "exec:true", "--server", "reference")
        self.expect(2, "run", "a.json", "--timeout", "5s")
        self.expect(2, "run", "a.json", "--target", "exec:true", "--timeout", "soon")
        self.expect(2, "run", "a.json", "--target", "exec:true", "--timeout", "0ms")
        self.expect(2, "serve")
        self.expect(2, "serve", "--stdio", "--tcp", "127.0.0.1:0")
        self.expect(2, "serve", "--tcp", "7000")

    def test_words_of_a_command_are_split_as_a_shell_does(self):
        self.write("a.json", scenario())
        self.write("two words.sh", '#!/bin/sh\nprintf "%s|" "$@" >&2\n')
        os.chmod(self.path("two words.sh"), 0o755)
        done = self.expect(3, "run", "a.json", "--target", r"""exec:'./two words.sh' "a b" c\ d 'e"f' "" g""")
        self.assertIn('a b|c d|e"f||g|', done.stderr)


if __name__ == "__main__":
    unittest.main()
