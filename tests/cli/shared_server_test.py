"""A server that several use: whatever one connection does, the others are served."""

import json
import re
import socket
import time
import unittest

from tool import PATIENCE, ToolTest, limits, scenario, takes_no_limit_of_memory

WORLD = {"mdsync": "trace/1", "t": 1000, "users": {"alice": {"phone": "android"}, "bob": {"pixel": "android"}}}
PLACES = 256


class Client:
    """A connection that has said hello."""

    def __init__(self, place):
        self.socket = socket.create_connection(place, timeout=PATIENCE)
        self.lines = self.socket.makefile("rb")
        self.number = 0

    def close(self):
        self.lines.close()
        self.socket.close()

    def post(self, op, **members):
        self.number += 1
        self.socket.sendall(json.dumps({"id": self.number, "op": op, **members}).encode() + b"\n")

    def answer(self):
        """The next line that answers something; None at the end."""
        try:
            for line in self.lines:
                if b'"id":' in line:
                    return json.loads(line)
        except ConnectionError:
            pass
        return None

    def ask(self, op, **members):
        try:
            self.post(op, **members)
        except ConnectionError:
            return self.answer()
        return self.answer()

    def begin(self):
        greeting = self.ask("hello", protocol="mdsync-adapter/1")
        return greeting if not greeting or "error" in greeting else self.ask("reset", world=WORLD)


class Shared(ToolTest):
    def serve(self, *arguments, **options):
        """Starts a server; the place where it listens."""
        self.server = self.start("serve", "--tcp", "127.0.0.1:0", *arguments, **options)
        line = self.server.stdout.readline().decode()
        host, port = re.fullmatch(r"listening on (127\.0\.0\.1):(\d+)\n", line).groups()
        self.place = (host, int(port))

    def client(self):
        client = Client(self.place)
        self.addCleanup(client.close)
        return client

    def still_serves(self):
        """A whole run, as somebody else would make it."""
        self.assertIsNone(self.server.poll(), "the server ended")
        self.write("a.json", scenario())
        for _ in range(50):  # until those who were cut off have made room
            done = self.tool("run", "a.json", "-q", "--target", "tcp:{}:{}".format(*self.place))
            if done.returncode == 0:
                return
            time.sleep(0.2)
        self.fail(done.stdout + done.stderr)

    def test_one_that_wants_more_memory_than_there_is(self):
        if takes_no_limit_of_memory():
            self.skipTest("a sanitizer needs all the address space that there is")
        self.serve(preexec_fn=limits(AS=400_000_000))
        greedy = self.client()
        greedy.begin()
        greedy.ask("login", dev="bob/pixel")
        last = {}
        for i in range(200):
            last = greedy.ask("send", msg=f"m{i}", dev="bob/pixel", to="alice", text="x" * 3_000_000)
            if last is None or "error" in last:
                break
        self.assertTrue(last is None or "error" in last)
        greedy.close()
        self.still_serves()

    def test_one_that_wants_more_than_its_share(self):
        self.serve()
        greedy = self.client()
        greedy.begin()
        greedy.ask("login", dev="bob/pixel")
        for i in range(200):
            last = greedy.ask("send", msg=f"m{i}", dev="bob/pixel", to="alice", text="x" * 3_000_000)
            if "error" in last:
                break
        self.assertIn("more than 256 MiB: begin anew with reset", last["error"])
        self.assertIn("ok", greedy.ask("reset", world=WORLD))
        self.assertIn("ok", greedy.ask("login", dev="bob/pixel"))
        self.still_serves()

    def megabytes(self, what):
        """VmRSS: of memory that the server has now; VmHWM: that it had at its most."""
        with open(f"/proc/{self.server.pid}/status", encoding="utf-8") as file:
            return next(int(line.split()[1]) // 1024 for line in file if line.startswith(what))

    def test_one_text_to_many_is_not_kept_as_often(self):
        if takes_no_limit_of_memory():
            self.skipTest("a sanitizer keeps what was freed")
        self.serve()
        users = {f"u{i}": {"p": "android"} for i in range(100)}
        client = self.client()
        client.ask("hello", protocol="mdsync-adapter/1")
        client.ask("reset", world={"mdsync": "trace/1", "t": 1000, "users": users, "groups": {"all": list(users)}})
        for user in users:
            client.ask("login", dev=f"{user}/p")
        client.ask("send", msg="m1", dev="u0/p", to="group:all", text="x" * 1_000_000)
        client.post("settle")
        received = 0
        for line in client.lines:
            if b'"id":' in line[:10]:
                break
            received += b'"ev":"receive"' in line[:100]
        self.assertEqual(received, 99)
        self.assertLess(self.megabytes("VmHWM"), 60)  # not 100 and more
        self.still_serves()

    def test_what_was_asked_at_length_is_not_kept_while_nothing_is_said(self):
        if takes_no_limit_of_memory():
            self.skipTest("a sanitizer keeps what was freed")
        self.serve()
        for _ in range(8):
            client = self.client()
            client.socket.sendall(b'{"id":1,"op":"hello","x":[' + b"0," * 1_000_000 + b"0]}\n")
            self.assertIn("error", client.answer())
        self.assertLess(self.megabytes("VmRSS"), 60)  # not eight times 30
        self.still_serves()

    def test_more_connections_than_files(self):
        if takes_no_limit_of_memory():
            self.skipTest("a sanitizer opens a pipe to see whether memory can be read, and takes no pipe for no object")
        self.serve(preexec_fn=limits(NOFILE=40))
        clients = [self.client() for _ in range(60)]
        for client in clients[:20]:
            self.assertIn("ok", client.begin())
        for client in clients:
            client.close()
        self.still_serves()

    def test_more_connections_than_threads(self):
        if takes_no_limit_of_memory():
            self.skipTest("a sanitizer needs all the address space that there is")
        self.serve(preexec_fn=limits(AS=300_000_000))
        clients = [self.client() for _ in range(120)]
        for client in clients:
            client.close()
        self.still_serves()

    def test_silence_keeps_nobody_out(self):
        self.serve("--idle", "1h")
        silent = [self.client() for _ in range(PLACES)]
        time.sleep(0.5)
        refused = Client(self.place)
        self.assertIn(f"all {PLACES} places are taken", refused.answer()["error"])
        refused.close()
        time.sleep(11)  # who was silent for ten seconds gives way
        self.still_serves()
        self.assertIsNone(silent[0].answer())

    def test_silence_ends_a_connection(self):
        self.serve("--idle", "300ms")
        client = self.client()
        client.begin()
        self.assertIsNone(client.answer())
        deaf = self.client()  # asks and never listens
        deaf.socket.settimeout(60)
        deaf.begin()
        with self.assertRaises(OSError):
            while True:
                deaf.post("no-such-request" * 1000)
        self.still_serves()

    def test_the_limit_is_a_duration(self):
        self.expect(2, "serve", "--tcp", "127.0.0.1:0", "--idle", "soon")
        self.expect(2, "serve", "--tcp", "127.0.0.1:0", "--idle", "0ms")
        self.expect(2, "serve", "--stdio", "--idle", "1m")


class Clock(ToolTest):
    def test_it_stops_at_the_last_instant_of_a_trace(self):
        requests = [{"op": "hello", "protocol": "mdsync-adapter/1"}, {"op": "reset", "world": WORLD},
                    {"op": "login", "dev": "alice/phone"}]
        requests += [{"op": "advance", "ms": 8_640_000_000_000}] * 40
        requests += [{"op": "settle"}, {"op": "bye"}]
        lines = "".join(json.dumps({"id": i + 1, **request}) + "\n" for i, request in enumerate(requests))
        done = self.expect(0, "serve", "--stdio", stdin=lines.encode())
        answers = [json.loads(line) for line in done.stdout.splitlines()]
        times = [line["ok"]["t"] for line in answers if "ok" in line and "t" in line["ok"]]
        times += [line["t"] for line in answers if "t" in line]
        self.assertLess(max(times), 253_402_300_800_000)
        self.assertTrue([line for line in answers if "no clock of a trace goes so far" in line.get("error", "")])


if __name__ == "__main__":
    unittest.main()
