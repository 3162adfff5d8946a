"""The emulator's console in a headless Chromium, while a small client of the vendor's service talks to the emulator.

Without Chromium the tests are skipped (exit 77). MDSYNC_AXE names axe-core's script, where it is at hand."""

import json
import os
import re
import sys
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "cli"))
from browser import CONTRAST, Browser, chromium  # noqa: E402
from sdk_client import Page, Profile, Service  # noqa: E402
from tool import ToolTest  # noqa: E402

ELSEWHERE = "emulator.test"  # a name of this machine that is not loopback's
HOSTILE = "<img src=x onerror='window.owned=1'><script>window.owned=1</script>"
SMALL = (390, 844)


class ConsoleTest(ToolTest):
    """An emulator of its own, and a browser that all tests share."""

    browser = None

    @classmethod
    def setUpClass(cls):
        cls.browser = Browser(more=[f"--host-resolver-rules=MAP {ELSEWHERE} 127.0.0.1"])

    @classmethod
    def tearDownClass(cls):
        cls.browser.close()
        cls.browser = None

    def setUp(self):
        super().setUp()
        self.browser.size(1280, 800)
        self.browser.theme("light")
        self.origin = ""
        self.allowed = ()  # what the page may say besides asking the emulator

    def tearDown(self):
        self.browser.load("about:blank")
        said = [each for each in self.browser.said
                if not each.startswith(f"network: {self.origin}/mdsync/") and not each.startswith(self.allowed)]
        self.browser.said.clear()
        self.assertEqual(said, [], "the page said something, or asked somebody else")

    def serve(self, *arguments, place="127.0.0.1:0"):
        process = self.start("serve", "--sdk", place, *arguments)
        line = process.stdout.readline().decode()
        host, port = re.fullmatch(r"sdk: http://(127\.0\.0\.1):(\d+)\n", line).groups()
        self.place = (host, int(port))
        self.service = Service(self.place)
        return process

    def console(self, *arguments, host="127.0.0.1"):
        self.serve(*arguments)
        self.visit(host)

    def visit(self, host="127.0.0.1"):
        self.origin = f"http://{host}:{self.place[1]}"
        self.browser.load(self.origin + "/mdsync/")
        self.browser.run("localStorage.clear()")

    def page(self, user, **options):
        page = Page(self.place, user, **options)
        self.addCleanup(page.close)
        return page

    def text(self, selector):
        return self.browser.run(f"[...document.querySelectorAll({json.dumps(selector)})].map(each => each.textContent).join('\\n')")

    def count(self, selector):
        return self.browser.run(f"document.querySelectorAll({json.dumps(selector)}).length")

    def until(self, condition, what):
        end = time.monotonic() + 60
        while not condition():
            self.assertLess(time.monotonic(), end, what)
            time.sleep(0.05)

    def until_text(self, selector, words):
        self.until(lambda: words in self.text(selector), f"{words!r} comes into {selector}")

    def until_state(self, condition, what):
        self.until(lambda: condition(self.service.state()), what)

    def button(self, label):
        return f'button[aria-label="{label}"]'

    def type_into(self, selector, words):
        self.browser.run(f"document.querySelector({json.dumps(selector)}).select()")
        self.browser.type(words)


class WhatIsShown(ConsoleTest):
    def test_who_comes_and_what_happens_is_seen_without_a_reload(self):
        self.console("--sync", "on", "--clock", "virtual")
        self.until_text("#server", "reference server")
        self.until_text("#sync", "service on")
        self.until_text("#nobody", f"tok-alice@{self.origin}")
        alice, bob = self.page("alice"), self.page("bob")
        self.until(lambda: self.count(".user[aria-label=alice] .device.online") == 1, "alice's page is online")
        uid = bob.send("alice", "good morning")
        self.assertTrue(alice.until_shown(("received", uid)))
        self.until_text("#stage svg", "m1 “good morning”")
        self.assertIn("alice", self.text(".user-head"))
        alice.quiet()
        self.until_text(".user[aria-label=alice] summary", "1 message")
        alice.close()
        self.until(lambda: self.count(".user[aria-label=alice] .device.online") == 0, "alice has gone")
        self.browser.click("#as-list")
        self.assertIn("offline (drop)", self.text("#stage .list"))

    def test_a_page_that_comes_late_sees_who_is_online(self):
        self.serve("--sync", "on")
        bob = self.page("bob")
        self.page("alice")
        for i in range(1200):
            bob.send("carol", f"number {i} " + 200 * "x")
        self.visit()
        self.until_text("#stage svg", "number 1199")
        self.assertIn(f"{self.service.state()['events']:,} events, the last 400 here", self.text("#events-count"))
        self.assertEqual(self.count(".device.online"), 2)
        self.browser.click("#as-list")
        first = int(self.browser.run("document.querySelector('#stage li').dataset.number"))
        line = json.loads(self.browser.run("events.feed.events.at(-1).line"))
        self.assertEqual(self.service.trace()[-1], line)
        self.assertGreater(first, 1000)
        self.assertLessEqual(self.count("#stage li"), 300)
        self.assertLess(self.browser.run("events.feed.events.length"), 1000)

    def test_a_violation_is_shown_with_its_clause(self):
        self.console("--sync", "on", "--clock", "virtual", "--server", "mutant:recall-forgets-offline")
        self.until_text("#server.bad", "known-bad server: recall-forgets-offline")
        profile = Profile()
        away, bob = self.page("alice", profile=profile), self.page("bob")
        self.page("alice")
        uid = bob.send("alice", "oops")
        self.assertTrue(away.until_shown(("received", uid)))
        away.quiet()
        away.close()
        self.until_state(lambda state: not state["users"]["alice"]["web1"]["online"], "alice has gone")
        self.assertEqual(bob.recall(uid, "alice"), 0)
        back = self.page("alice", profile=profile)
        back.quiet()
        self.browser.click('[data-jump="3600000"]')
        self.until_state(lambda state: state["now"] > 1714528800000, "the clock has jumped")
        bob.send("alice", "time has passed")  # what was due is judged by what comes next
        rule = next(each for each in self.service.get("rules") if each["name"] == "recall.offline-devices")
        self.until_text("#violated .card", rule["name"])
        card = self.text("#violated .card")
        self.assertIn("alice/web1", card)
        self.assertIn("m1 “oops”", card)
        self.assertIn(rule["quote"], card)
        self.assertIn(rule["source"], card)
        self.assertIn(rule["statement"], card)
        self.until(lambda: self.count("#stage .wrong") > 0, "the ladder marks it")
        self.browser.click("#violated .card button")
        self.assertIn(rule["name"], self.text("#detail"))
        self.browser.click("#verdict-button")
        self.until_text("#verdict-text .verdict", "FAIL")
        self.assertIn(rule["name"], self.text("#verdict-text"))
        self.assertNotIn("null", self.text("#verdict-text"))

    def test_what_people_write_is_never_markup(self):
        self.console("--sync", "on")
        alice, bob = self.page("alice"), self.page("bob")
        uid = bob.send("alice", HOSTILE)
        self.assertTrue(alice.until_shown(("received", uid)))
        alice.quiet()
        self.until_text("#stage svg", "<img src=x")
        self.until_text(".user[aria-label=alice] summary", "1 message")
        self.browser.click(".user[aria-label=alice] summary")
        self.until_text(".user[aria-label=alice] .device details", "<img src=x")
        self.browser.click("#as-list")
        self.until_text("#stage .list", "<img src=x")
        self.browser.click("#stage .live")
        self.assertIn("onerror='window.owned=1'", self.text("#detail pre"))
        self.assertEqual(self.browser.run("[document.images.length, typeof window.owned]"), [0, "undefined"])

    def test_one_message_or_one_device_alone(self):
        self.console("--sync", "on")
        alice, bob = self.page("alice"), self.page("bob")
        for words in ("one", "two"):
            uid = bob.send("alice", words)
            self.assertTrue(alice.until_shown(("received", uid)))
        alice.quiet()
        self.until_text("#stage svg", "“two”")
        self.browser.click("#as-list")
        self.browser.click("#stage .send")
        self.browser.click("#detail .row button")
        self.assertIn("“one”", self.text("#stage"))
        self.assertNotIn("“two”", self.text("#stage"))
        self.assertIn("only m1 “one”", self.text("#focus"))
        self.browser.click("#focus")
        self.assertIn("“two”", self.text("#stage"))

    def test_the_view_stays_while_somebody_looks_at_what_was(self):
        self.console("--sync", "on")
        bob = self.page("bob")
        for i in range(60):
            bob.send("carol", f"number {i}")
        self.until_text("#stage svg", "number 59")
        self.browser.run("events.timeline.node.scrollTop = 0")
        self.until(lambda: not self.browser.run("document.querySelector('#follow').hidden"), "a way to the end is offered")
        bob.send("carol", "one more")
        self.until_text("#follow", "2 new events")
        self.assertEqual(self.browser.run("events.timeline.node.scrollTop"), 0)
        self.browser.click("#follow")
        self.assertIn("one more", self.text("#stage svg"))
        self.assertTrue(self.browser.run("document.querySelector('#follow').hidden"))


class WhatCanBeDone(ConsoleTest):
    def test_the_switch_turns_and_is_in_force_half_an_hour_later(self):
        self.console("--clock", "virtual")
        self.until_text("#sync", "service off")
        self.browser.click("#turn")
        self.until_text("#sync", "service changing to on")
        self.assertTrue(self.service.state()["sync"]["enabled"])
        self.browser.click('[data-jump="1860000"]')
        self.until_text("#sync", "service on")
        self.until_text("#turn", "Turn off")

    def test_the_clock_jumps_to_the_midnight_of_the_app(self):
        self.write("world.json", {"app": {"timezone": "America/New_York"}, "users": {"alice": {"tab": "web"}}, "start": "2024-03-09T12:00:00-05:00"})
        self.console("--clock", "virtual", "--world", "world.json")
        self.until_text("#now", "2024-03-09 12:0")
        self.browser.click("#midnight")
        self.until_text("#now", "2024-03-10 00:00:")
        self.browser.click("#midnight")  # the day has 23 hours
        self.until_text("#now", "2024-03-11 00:00:")

    def test_the_real_clock_cannot_be_moved(self):
        self.console()
        self.until_text("#clock-kind", "real clock")
        self.assertTrue(self.browser.run("document.querySelector('#jumps').hidden"))

    def test_settings_are_changed_and_a_refusal_is_told(self):
        self.console("--clock", "virtual")
        self.until(lambda: self.browser.run("document.querySelector('#days').value") == "1", "the settings are there")
        self.type_into("#days", "3")
        self.type_into("#mobile", "2")
        self.browser.press("Enter")
        self.until_state(lambda state: (state["app"]["compensationDays"], state["app"]["limits"]["mobile"]) == (3, 2), "the settings are changed")
        self.until(lambda: self.browser.run("document.querySelector('#days').dataset.said") == "3", "the page knows it")
        self.type_into("#days", "99")
        self.browser.click("#settings button")
        self.until_text("#said.bad", "Refused: mdsync:range")
        self.until(lambda: self.browser.run("document.querySelector('#days').value") == "3", "what holds is shown again")

    def test_a_device_is_cut_held_and_slowed(self):
        self.console("--sync", "on")
        alice, other = self.page("alice"), self.page("alice")
        self.until(lambda: self.count(".device.online") == 2, "both are online")
        self.browser.click(self.button("Hold what the server sends to alice/web1"))
        self.until_state(lambda state: state["users"]["alice"]["web1"]["held"], "it is held")
        self.browser.click(self.button("Send on what waits for alice/web1"))
        self.until_state(lambda state: not state["users"]["alice"]["web1"]["held"], "it is released")
        self.browser.click(self.button("Give alice/web1 the slow network that is chosen above"))
        self.until_text(".device .badges", "300–900 ms, 5 % lost")
        self.browser.click(self.button("Give alice/web1 a fast network"))
        self.until_state(lambda state: state["users"]["alice"]["web1"]["network"] == {"latency": [0, 0], "loss": 0}, "it is fast again")
        self.browser.click(self.button("Cut the network of alice/web1"))
        self.assertTrue(alice.until_over())
        self.browser.click(self.button("Cut the network of all devices of alice"))
        self.assertTrue(other.until_over())

    def test_members_come_and_go(self):
        self.write("world.json", {"users": {"alice": {"tab": "web"}, "bob": {"tab": "web"}}, "groups": {"team": ["alice"]}})
        self.console("--world", "world.json")
        self.until_text(".group", "alice")
        self.browser.click("#join-group")
        self.browser.type("team")
        self.browser.click("#join-user")
        self.browser.type("bob")
        self.browser.click("#join button")
        self.until_text(".group", "bob")
        self.browser.click(self.button("Take alice out of team"))
        self.until_state(lambda state: state["groups"]["team"] == ["bob"], "alice has left")

    def test_the_server_restarts_and_the_world_begins_anew(self):
        self.console("--sync", "on")
        alice = self.page("alice")
        self.until(lambda: self.count(".device.online") == 1, "alice is online")
        self.browser.click("#restart")
        self.assertTrue(alice.until_over())
        self.browser.click("#reset")
        self.browser.click("#reset-yes")
        self.until_state(lambda state: not state["users"], "nobody is there")
        self.until_text("#events-count", "0 events")
        self.assertEqual(self.count(".user"), 0)
        self.page("bob")
        self.until_text("#users", "bob")
        self.until_text(".user-head", "bob")


class TheWayThere(ConsoleTest):
    def test_the_page_says_that_the_emulator_ended_and_finds_the_next_one(self):
        self.allowed = ("log: Failed to load resource",)  # Chromium's word for a server that does not answer
        process = self.serve("--sync", "on")
        self.visit()
        self.page("alice")
        self.until_text("#users", "alice")
        process.terminate()
        process.communicate(timeout=60)
        self.until_text("#lost", "The emulator does not answer")
        self.serve(place="127.0.0.1:%d" % self.place[1])
        self.until(lambda: self.browser.run("document.querySelector('#lost').hidden"), "it is found")
        self.until_text("#sync", "service off")
        self.until(lambda: self.count(".user") == 0, "the old users have gone")

    def test_from_elsewhere_it_asks_for_the_token(self):
        self.allowed = ("log: Failed to load resource",)  # so Chromium tells of a 403
        self.console("--console-token", "very secret", "--sync", "on", host=ELSEWHERE)
        self.page("alice")
        for word in ("wrong", "very secret"):
            self.until(lambda: self.browser.run("document.querySelector('#token-dialog').open"), "the token is asked for")
            self.assertIn("its token", self.text("#token-why"))
            self.browser.click("#token")
            self.browser.type(word)
            self.browser.press("Enter")
        self.until_text("#users", "alice")
        self.until_text(".user-head", "alice")
        self.browser.click(self.button("Cut the network of alice/web1"))
        self.until_state(lambda state: not state["users"]["alice"]["web1"]["online"], "the button has the token, too")


class Looks(ConsoleTest):
    def filled(self):
        """A page of which every part has something to show."""
        self.write("world.json", {"app": {"sync": True}, "users": {"alice": {"tab": "web"}}, "groups": {"team": ["alice"]}})
        self.console("--clock", "virtual", "--world", "world.json", "--server", "mutant:recall-forgets-offline")
        profile = Profile()
        away, bob = self.page("alice", profile=profile), self.page("bob")
        self.page("alice", platform="android")
        uid = bob.send("alice", "oops")
        self.assertTrue(away.until_shown(("received", uid)))
        away.quiet()
        away.close()
        self.until_state(lambda state: not state["users"]["alice"]["tab"]["online"], "alice has gone")
        self.assertEqual(bob.recall(uid, "alice"), 0)
        self.page("alice", profile=profile).quiet()
        self.service.console("hold", dev="alice/android1")
        self.service.console("advance", ms=3600000)
        bob.send("alice", "time has passed")
        self.until_text("#violated .card", "recall.offline-devices")
        self.browser.click("#violated .card button")
        self.until_text(".badges", "held")

    def test_text_stands_out_and_nothing_is_wider_than_the_window(self):
        self.filled()
        for theme in ("light", "dark"):
            for size in ((1280, 800), (900, 700), SMALL):
                self.browser.size(*size)
                self.browser.run(f"setTheme({json.dumps(theme)})")
                for kind in ("#as-list", "#as-ladder"):
                    self.browser.click(kind)
                    self.until(lambda: self.count("#stage li, #stage svg") > 0, "the events are drawn")
                    self.assertEqual(json.loads(self.browser.run(CONTRAST)), [], (theme, size, kind))
                self.assertLessEqual(self.browser.run("document.documentElement.scrollWidth"), size[0])

    def test_axe_finds_nothing(self):
        axe = os.environ.get("MDSYNC_AXE", "")
        if not os.path.exists(axe):
            self.skipTest("MDSYNC_AXE names no axe.min.js (npm install axe-core)")
        with open(axe, encoding="utf-8") as file:
            script = file.read()
        self.filled()
        self.browser.run(script + "; 1")
        for kind in ("#as-list", "#as-ladder"):
            self.browser.click(kind)
            found = self.browser.run("axe.run(document, {resultTypes: ['violations']}).then(all => JSON.stringify(all.violations.map(v => [v.id, v.nodes.slice(0, 3).map(n => n.html.slice(0, 200))])))")
            self.assertEqual(json.loads(found), [], kind)


if __name__ == "__main__":
    if not chromium():
        print("skipped: no Chromium (apt install chromium, or name one in MDSYNC_CHROMIUM)")
        sys.exit(77)
    unittest.main()
