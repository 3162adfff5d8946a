"""Clients of the emulator that do what none should: others are served, and memory stays bounded."""

import os
import random
import re
import resource
import socket
import struct
import time
import unittest

from sdk_client import Page, Service, WebSocket, body, text
from tool import PATIENCE, ToolTest


class Attack(ToolTest):
    def serve(self, *arguments):
        self.process = self.start("serve", "--sdk", "127.0.0.1:0", "--sync", "on", *arguments)
        line = self.process.stdout.readline().decode()
        host, port = re.fullmatch(r"sdk: http://(127\.0\.0\.1):(\d+)\n", line).groups()
        self.place = (host, int(port))
        return Service(self.place)

    def page(self, user, **options):
        page = Page(self.place, user, **options)
        self.addCleanup(page.close)
        return page

    def memory(self):
        """Kilobytes that the process has."""
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as file:
            return int(re.search(r"VmRSS:\s+(\d+)", file.read()).group(1))

    def assert_serves(self):
        alice, bob = self.page("alice"), self.page("bob")
        uid = bob.send("alice", "still there?")
        self.assertTrue(alice.until_shown(("received", uid)))
        self.assertIsNone(self.process.poll())

    def test_frames_that_are_none(self):
        self.serve()
        chance = random.Random(1)
        good = b"\x50" + text("pullMsg") + text("mallory") + struct.pack(">H", 5) + body([(1, 0), (2, 0), (4, 1)])
        page = self.page("mallory")
        for size in range(len(good)):
            page.socket.send(good[:size])  # half of one
        for _ in range(500):
            spoilt = bytearray(good)
            for _ in range(chance.randrange(1, 6)):
                spoilt[chance.randrange(len(spoilt))] = chance.randrange(256)
            page.socket.send(bytes(spoilt))
        page.socket.send(b"\x32" + text("x" * 60000) + text("bob") + b"\0\1")  # an endless topic
        page.socket.send("text is no frame".encode(), opcode=1)
        for number in (0, 1, 0xFFFE, 0xFFFF):  # confirms what nobody said
            page.socket.send(b"\x70" + struct.pack(">H", number))
            page.socket.send(b"\x40" + struct.pack(">H", number))
        self.assert_serves()

    def test_a_client_that_writes_before_it_pulls_and_never_does(self):
        self.serve()
        page = self.page("mallory", pulls=False)
        content = body([(1, 3), (2, "RC:TxtMsg"), (3, '{"content":"%s"}' % ("x" * 10000))])
        try:
            for _ in range(400):
                page.publish("ppMsgP", "bob", content, wait=False)
        except OSError:
            pass  # it is put out
        self.assertTrue(page.until_over())
        self.assert_serves()

    def test_a_client_that_never_reads(self):
        self.serve()
        mallory = self.page("mallory")
        before = self.memory()
        mallory.socket.socket.settimeout(5)
        query = b"\x50" + text("qryPMsg") + text("mallory") + b"\0\7" + body([(1, "bob"), (2, 0), (3, 100), (4, 0)])
        bob = self.page("bob")
        for number in range(50):
            bob.send("mallory", "x" * 100000)
        try:
            for _ in range(2000):  # each is answered with megabytes
                mallory.socket.send(query)
        except OSError:
            pass
        self.assert_serves()
        self.assertLess(self.memory() - before, 200_000)

    def test_ten_thousand_idle_sockets_and_slow_ones(self):
        most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))  # of the emulator, too, which inherits it
        count = min(10_000, most - 200)
        self.serve()
        before = self.memory()
        idle = []
        for i in range(count):
            idle.append(socket.create_connection(self.place, timeout=PATIENCE))
            if i % 2:
                idle[-1].sendall(b"GET /mdsync/state HTTP/1.1\r\nHo")  # and no more
        self.assert_serves()
        self.assertLess((self.memory() - before) / count, 40)  # kilobytes
        for one in idle:
            one.close()
        self.assert_serves()

    def test_a_flood_of_logins(self):
        service = self.serve()
        before = self.memory()
        for i in range(300):
            self.page(f"user{i % 3}").close()
        self.assert_serves()
        self.assertLessEqual(max(len(d) for d in service.state()["users"].values()), 32)
        self.assertLess(self.memory() - before, 100_000)

    def test_requests_that_are_none(self):
        service = self.serve()
        for data in (b"\0" * 1000, b"GET / HTTP/9.9\r\n\r\n", b"POST /mdsync/sync HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
                     b"GET " + b"/x" * 20000 + b" HTTP/1.1\r\n\r\n"):
            with socket.create_connection(self.place, timeout=PATIENCE) as one:
                one.sendall(data)
                one.recv(65536)
        big = "a=" + "x" * (3 << 20)
        try:
            self.assertEqual(service.request("POST", "/message/private/publish.json", big)[0], 413)
        except OSError:
            pass  # it does not wait for the rest
        for form in ("%", "a=%zz", "toUserId=%ff%fe"):
            self.assertIn(service.request("POST", "/user/getToken.json", form)[0], (400, 401))
        self.assert_serves()

    def test_names_that_are_none(self):
        self.serve()
        page = self.page("mallory")
        for target in ("", "a b", "a/b", "x" * 65, "group:team", "\x01"):
            self.assertEqual(page.send(target, "hi"), 1, target)
        for name in ("a b", "x" * 65, "a/b"):
            self.assertEqual(self.page("any", token="tok-" + name).status, 4)
        self.assertEqual(WebSocket(self.place, "/elsewhere").status, 404)
        self.assert_serves()


if __name__ == "__main__":
    unittest.main()
