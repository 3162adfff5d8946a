#!/usr/bin/env python3
"""The vendor's web SDK, unchanged, in a real browser, against serve --sdk.

Wants a Chromium, and MDSYNC_SDK: the node_modules in which @rongcloud/engine and @rongcloud/imlib-next are; else it is skipped
(77)."""

import functools
import http.server
import json
import os
import re
import subprocess
import sys
import threading
import time
import unittest
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "page"))
import browser as browsers  # noqa: E402

MODULES = os.environ.get("MDSYNC_SDK", "")
PATIENCE = 120  # seconds for what takes a moment on a quiet machine


class Files(http.server.SimpleHTTPRequestHandler):
    """The page, and the SDK's files from npm."""

    def translate_path(self, path):
        path = path.split("?")[0]
        if path.startswith("/node_modules/"):
            return os.path.join(MODULES, os.path.normpath(path[len("/node_modules/"):]))
        return os.path.join(HERE, "page.html")

    def log_message(self, *_):
        pass


Files.extensions_map = {**Files.extensions_map, ".js": "text/javascript", ".mjs": "text/javascript"}


class Profile(browsers.Browser):
    """A browser with a profile of its own."""

    def visit(self, url):
        self.loaded = False
        self.ask("Page.navigate", url=url)
        end = time.monotonic() + PATIENCE
        while not self.loaded:
            self.next(end - time.monotonic())

    def until(self, expression):
        end = time.monotonic() + PATIENCE
        while not self.run(f"Boolean({expression})"):
            if time.monotonic() > end:
                raise AssertionError(f"never came: {expression}; app: {self.run('JSON.stringify(window.app)')}; {self.said}")
            time.sleep(0.02)

    def wrong(self):
        """What the page said that it should not: errors. The SDK asks a host of the vendor's for its settings, in vain."""
        return [line for line in self.said if line.startswith(("exception:", "log:"))
                and not re.search(r"ERR_(NAME_NOT_RESOLVED|INTERNET_DISCONNECTED|CONNECTION_\w+|PROXY_\w+|TUNNEL_\w+|BLOCKED\w*)|Failed to load resource", line)]


class Sdk(unittest.TestCase):
    def setUp(self):
        files = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Files)
        threading.Thread(target=files.serve_forever, daemon=True).start()
        self.addCleanup(files.server_close)
        self.addCleanup(files.shutdown)
        self.origin = "http://127.0.0.1:%d" % files.server_address[1]

    def serve(self, *arguments):
        self.process = subprocess.Popen(
            [os.environ["MDSYNC"], "serve", "--sdk", "127.0.0.1:0", "--sync", "on", "--clock", "virtual", *arguments],
            stdout=subprocess.PIPE, stdin=subprocess.DEVNULL)
        self.addCleanup(self.process.communicate)
        self.addCleanup(self.process.kill)
        self.place = self.process.stdout.readline().decode().strip().removeprefix("sdk: http://")

    def profile(self):
        profile = Profile()
        self.addCleanup(profile.close)
        return profile

    def visit(self, profile, user, to):
        profile.visit(f"{self.origin}/?user={user}&to={to}&at={self.place}")
        profile.until("window.app && app.caughtUp > 0")
        self.assertEqual(profile.run("app.code"), 0)
        return profile

    def console(self, what, **members):
        request = urllib.request.Request(f"http://{self.place}/mdsync/{what}", json.dumps(members).encode() if members else None)
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            return json.loads(answer.read())

    def leave(self, profile, device):
        """Closes the page, and waits until the service knows. A browser may keep a page that was left, with its socket."""
        profile.run("app.leave()")
        profile.visit("about:blank")
        user, name = device.split("/")
        end = time.monotonic() + PATIENCE
        while self.console("state")["users"][user][name]["online"]:
            self.assertLess(time.monotonic(), end)
            time.sleep(0.05)

    def test_chat_recall_reload_and_eleven_tabs(self):
        self.serve()
        alice, bob = self.visit(self.profile(), "alice", "bob"), self.visit(self.profile(), "bob", "alice")
        self.assertEqual(bob.run("app.say('one')"), 0)
        alice.until("app.texts.includes('one')")
        self.assertEqual(alice.run("app.say('two')"), 0)
        bob.until("app.texts.includes('two')")

        # A reload is the same device, and gets what it missed, once.
        self.leave(alice, "alice/web1")
        self.assertEqual(bob.run("app.say('three')"), 0)
        self.visit(alice, "alice", "bob")
        self.assertEqual(alice.run("app.texts"), ["three"])

        # A recall reaches the page, and another profile gets the day without it.
        self.assertEqual(bob.run("app.recall()"), 0)
        alice.until("app.recalled.length == 1")
        other = self.visit(self.profile(), "alice", "bob")
        self.assertEqual(sorted(other.run("app.texts")), ["one", "two"])

        # With nine tabs more there are eleven: the one that connected first goes.
        for _ in range(9):
            alice.run("app.openTab()")
        alice.until("app.states.includes('DISCONNECT 31010')")
        online = [name for name, device in self.console("state")["users"]["alice"].items() if device["online"]]
        self.assertEqual(len(online), 10)
        self.assertNotIn("web1", online)

        self.console("advance", ms=10000)
        result = self.console("verdict")
        self.assertEqual(result["scenarios"][0]["violations"], [])
        for rule in ("online.received", "web.evict-earliest", "recall.online-devices", "compensation.device-switch"):
            self.assertGreater(result["rules"][rule]["checked"], 0, rule)
        self.assertEqual(alice.wrong() + bob.wrong() + other.wrong(), [])

    def test_a_server_that_forgets_a_recall_is_named(self):
        self.serve("--server", "mutant:recall-forgets-offline")
        alice, bob = self.visit(self.profile(), "alice", "bob"), self.visit(self.profile(), "bob", "alice")
        self.assertEqual(bob.run("app.say('oops')"), 0)
        alice.until("app.texts.includes('oops')")
        self.leave(alice, "alice/web1")
        self.assertEqual(bob.run("app.recall()"), 0)
        self.visit(alice, "alice", "bob")
        self.assertEqual(alice.run("app.recalled"), [])
        self.console("advance", ms=10000)
        rules = [violation["rule"] for violation in self.console("verdict")["scenarios"][0]["violations"]]
        self.assertEqual(rules, ["recall.offline-devices"])


if __name__ == "__main__":
    if not browsers.chromium() or not os.path.isdir(os.path.join(MODULES, "@rongcloud", "imlib-next")):
        print("no Chromium, or MDSYNC_SDK names no folder with the vendor's SDK: skipped")
        sys.exit(77)
    unittest.main()
