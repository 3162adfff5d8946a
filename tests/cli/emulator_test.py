"""serve --sdk: the vendor's service for the vendor's own SDK, asked by a small client that says the same frames."""

import json
import re
import signal
import socket
import unittest

from sdk_client import Page, Profile, Service, WebSocket, body, fields, text
from tool import PATIENCE, ToolTest


class Emulator(ToolTest):
    def serve(self, *arguments):
        self.process = self.start("serve", "--sdk", "127.0.0.1:0", *arguments)
        line = self.process.stdout.readline().decode()
        host, port = re.fullmatch(r"sdk: http://(127\.0\.0\.1):(\d+)\n", line).groups()
        self.place = (host, int(port))
        self.service = Service(self.place)
        return self.service

    def page(self, user, **options):
        page = Page(self.place, user, **options)
        self.addCleanup(page.close)
        return page

    def end(self):
        """Ends it as Ctrl-C does; its exit code and what it printed."""
        self.process.send_signal(signal.SIGINT)
        out, err = self.process.communicate(timeout=PATIENCE)
        return self.process.returncode, out.decode(), err.decode()

    # ---- Messages

    def test_what_bob_writes_comes_to_all_pages_of_alice(self):
        self.serve("--sync", "on")
        first, second, bob = self.page("alice"), self.page("alice"), self.page("bob")
        uid = bob.send("alice", "hi")
        self.assertRegex(uid, r"^[0-9A-V]{4}(-[0-9A-V]{4}){3}$")
        self.assertTrue(first.until_shown(("received", uid)))
        self.assertTrue(second.until_shown(("received", uid)))

    def test_what_alice_sends_her_other_page_shows_as_sent(self):
        self.serve("--sync", "on")
        first, second = self.page("alice"), self.page("alice")
        uid = first.send("bob", "hi")
        self.assertTrue(second.until_shown(("sent", uid)))
        first.quiet()
        self.assertEqual(first.shown, [])

    def test_while_the_service_is_off_one_page_gets_it(self):
        self.serve()
        phone, tab, bob = self.page("alice", platform="android"), self.page("alice"), self.page("bob")
        uid = bob.send("alice", "hi")
        self.assertTrue(tab.until_shown(("received", uid)))
        phone.quiet()
        self.assertEqual(phone.shown, [])

    def test_typing_is_shown_to_who_is_online_and_to_nobody_later(self):
        self.serve("--sync", "on")
        alice, bob = self.page("alice"), self.page("bob")
        bob.typing("alice")
        self.assertTrue(alice.until(lambda: alice.shown))
        self.assertEqual(self.page("alice").shown, [])

    def test_a_page_that_comes_later_gets_what_it_missed_once(self):
        self.serve("--sync", "on")
        profile = Profile()
        alice, bob = self.page("alice", profile=profile), self.page("bob")
        seen = bob.send("alice", "one")
        self.assertTrue(alice.until_shown(("received", seen)))
        alice.close()
        missed = bob.send("alice", "two")
        again = self.page("alice", profile=profile)
        self.assertEqual(again.shown, [("received", missed)])

    def test_a_new_profile_gets_the_day_in_both_directions(self):
        self.serve("--sync", "on")
        alice, bob = self.page("alice"), self.page("bob")
        got, sent = bob.send("alice", "one"), alice.send("bob", "two")
        self.assertTrue(alice.until_shown(("received", got)))
        new = self.page("alice")
        self.assertEqual(new.shown, [("received", got), ("sent", sent)])

    def test_a_recall_reaches_pages_online_and_pages_that_come_back(self):
        self.serve("--sync", "on")
        profile = Profile()
        here, away, bob = self.page("alice"), self.page("alice", profile=profile), self.page("bob")
        uid = bob.send("alice", "oops")
        self.assertTrue(here.until_shown(("received", uid)))
        self.assertTrue(away.until_shown(("received", uid)))
        away.close()
        self.assertEqual(bob.recall(uid, "alice"), 0)
        self.assertTrue(here.until_shown(("recalled", uid)))
        self.assertEqual(self.page("alice", profile=profile).shown, [("recalled", uid)])

    def test_a_long_absence_comes_in_several_packages(self):
        self.serve("--sync", "on")
        self.page("alice").close()
        bob = self.page("bob")
        sent = [bob.send("alice", str(i)) for i in range(450)]
        alice = self.page("alice")
        self.assertEqual(alice.shown, [("received", uid) for uid in sent])

    # ---- Devices

    def test_the_eleventh_tab_puts_the_first_out(self):
        self.serve("--sync", "on")
        tabs = [self.page("alice") for _ in range(11)]
        self.assertTrue(tabs[0].until_over())
        self.assertEqual(tabs[0].reason, 1)
        tabs[1].quiet()
        self.assertFalse(tabs[1].is_over)

    def test_a_reload_is_the_same_device_and_one_more_tab_another(self):
        service = self.serve("--sync", "on")
        profile = Profile()
        self.page("alice", profile=profile).close()
        self.wait_for(lambda: not service.state()["users"]["alice"]["web1"]["online"])
        self.page("alice", profile=profile)
        self.assertEqual(list(service.state()["users"]["alice"]), ["web1"])
        self.page("alice", profile=profile)
        devices = service.state()["users"]["alice"]
        self.assertEqual(list(devices), ["web1", "web2"])
        self.assertEqual(devices["web1"]["installation"], devices["web2"]["installation"])

    def wait_for(self, condition):
        import time
        end = time.monotonic() + PATIENCE
        while not condition():
            self.assertLess(time.monotonic(), end)
            time.sleep(0.02)

    def test_a_second_phone_is_refused_where_the_app_says_so(self):
        self.write("world.json", {"app": {"onLimit": "refuse"}, "users": {"alice": {"phone": "android"}}})
        self.serve("--world", "world.json")
        self.page("alice", platform="android")
        self.assertEqual(self.page("alice", platform="android").status, 13)

    def test_what_one_tab_has_its_profile_has(self):
        self.serve("--sync", "on")
        profile = Profile()
        first, bob = self.page("alice", profile=profile), self.page("bob")
        uid = bob.send("alice", "one")
        self.assertTrue(first.until_shown(("received", uid)))
        second = self.page("alice", profile=profile)
        self.assertEqual(second.shown, [])
        later = bob.send("alice", "two")
        self.assertTrue(second.until_shown(("received", later)))

    def test_the_app_has_a_key_and_a_secret(self):
        service = self.serve("--app-key", "key", "--secret", "hush")
        self.assertEqual(service.api("/user/checkOnline.json", userId="alice")[1]["code"], 1004)
        self.assertEqual(service.api("/user/checkOnline.json", app="key", secret="hush", userId="alice")[1]["code"], 200)
        for app, status in (("ak", 2), ("key", 0)):
            page = WebSocket(self.place, f"/websocket?appId={app}&token=tok-alice")
            self.addCleanup(page.close)
            self.assertEqual(page.next()[2], status)

    def test_a_reading_holds_for_the_server_and_for_its_trace(self):
        service = self.serve("--clock", "stepped", "--reading", "switch-delay=1m")
        service.console("sync", enabled=True)
        service.console("advance", ms=60 * 1000)
        self.assertEqual(service.state()["sync"]["state"], "on")
        self.assertEqual(service.trace()[0]["readings"], {"switch-delay": "1m"})

    def test_a_tool_says_which_declared_device_it_is(self):
        self.write("world.json", {"users": {"alice": {"phone": "android", "mac": "macos"}}})
        service = self.serve("--world", "world.json")
        self.page("alice", name="mac")
        self.page("alice", name="phone").close()
        self.wait_for(lambda: not service.state()["users"]["alice"]["phone"]["online"])
        self.page("alice", name="phone")  # a new profile
        devices = service.state()["users"]["alice"]
        self.assertEqual({name: d["online"] for name, d in devices.items()}, {"phone": True, "mac": True})
        self.assertIn({"ev": "reinstall", "dev": "alice/phone"}, [{k: e[k] for k in e if k != "t"} for e in service.trace()])

    def test_a_stepped_clock_stands_still(self):
        service = self.serve("--clock", "stepped")
        self.assertEqual(service.state()["now"], 1714525200000)
        self.page("alice")
        self.assertEqual(service.console("advance", ms=7)[1]["ok"]["underWay"], 0)
        pulse = json.loads(service.request("GET", "/mdsync/pulse")[1])
        self.assertEqual(pulse, {"now": 1714525200007, "due": None, "underWay": 0, "online": 1})
        self.assertEqual(service.state()["now"], 1714525200007)

    def test_a_device_is_back_before_the_server_noticed_that_it_was_cut(self):
        self.write("world.json", {"users": {"alice": {"phone": "android"}}})
        service = self.serve("--world", "world.json")
        phone = self.page("alice", name="phone")
        service.console("drop", dev="alice/phone", noticedAfter=60000)
        self.assertTrue(phone.until_over())
        again = self.page("alice", name="phone", profile=phone.profile)
        again.quiet()
        self.assertFalse(again.is_over)
        events = [e["ev"] for e in service.trace() if e.get("dev") == "alice/phone"]
        self.assertEqual(events[:1] + events[-4:], ["connect", "connect", "offline", "online", "caught-up"])

    def test_a_slow_link_delays_a_login_of_a_known_device(self):
        self.write("world.json", {"users": {"alice": {"phone": "android"}}, "network": {"latency": "0ms"}})
        service = self.serve("--world", "world.json", "--clock", "stepped")
        service.console("network", latency=[1000, 1000], on=["alice/phone"])
        with socket.create_connection(self.place, timeout=PATIENCE) as probe:
            probe.sendall(b"GET /websocket?appId=ak&token=tok-alice HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                          b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\nmdsync-device: phone\r\n\r\n")
            probe.recv(65536)
            self.assertEqual(service.state()["due"], 1714525201000)  # the CONNACK

    def test_who_is_slow_to_pull_is_waited_for(self):
        self.write("world.json", {"users": {"alice": {"phone": "android"}}})
        service = self.serve("--world", "world.json", "--clock", "stepped")
        service.console("network", latency=[3000, 3000], on=["alice/phone"])
        page = WebSocket(self.place, "/websocket?appId=ak&token=tok-alice", "mdsync-device: phone\r\n")
        self.addCleanup(page.close)
        service.console("advance", ms=3000)
        self.assertIsNotNone(page.next())  # the CONNACK
        service.console("advance", ms=6000)
        self.assertFalse(service.state()["users"]["alice"]["phone"]["online"])
        service.console("advance", ms=60000)
        self.wait_for(lambda: service.state()["users"]["alice"]["phone"]["online"])

    def test_two_phones_log_in_in_the_order_in_which_they_were_told(self):
        service = self.serve("--clock", "stepped")
        first = self.page("alice", platform="android", pulls=False)
        second = self.page("alice", platform="ios", pulls=False)
        request = body([(1, 0), (2, 0), (4, 1), (6, 0), (7, 1)])
        second.query("pullMsg", "alice", request, wait=False)
        second.quiet()  # it has been heard, and waits
        self.page("alice")  # a tab is of another class: it waits for nobody
        first.query("pullMsg", "alice", request)
        self.assertTrue(first.until_over())
        self.assertEqual([line["dev"] for line in service.trace() if line.get("ev") == "online"],
                         ["alice/web1", "alice/android1", "alice/ios1"])

    def test_the_clock_does_not_leap_over_what_arrives_before(self):
        self.write("world.json", {"users": {"alice": {"phone": "android"}}})
        service = self.serve("--world", "world.json", "--clock", "stepped")
        service.console("network", latency=[50, 50], on=["alice/phone"])
        page = WebSocket(self.place, "/websocket?appId=ak&token=tok-alice", "mdsync-device: phone\r\n")
        self.addCleanup(page.close)
        now = service.state()["now"]
        self.assertEqual(service.console("advance", ms=80, due=now + 80)[1]["ok"]["t"], now)
        self.assertEqual(service.console("advance", ms=50, due=now + 50)[1]["ok"]["t"], now + 50)
        self.assertIsNotNone(page.next())  # the CONNACK

    def test_a_leap_lets_arrive_in_order_what_lies_within_it(self):
        self.write("world.json", {"users": {"alice": {"p1": "android", "p2": "ios"}}})
        service = self.serve("--world", "world.json", "--clock", "stepped")
        phones = []
        for name, latency in (("p1", 50), ("p2", 20)):
            service.console("network", latency=[latency, latency], on=[f"alice/{name}"])
            phones.append(WebSocket(self.place, "/websocket?appId=ak&token=tok-alice", f"mdsync-device: {name}\r\n"))
            self.addCleanup(phones[-1].close)
        now = service.console("advance", ms=100)[1]["ok"]["t"]  # p2 is told first that it is in, whoever opened first
        pull = b"\x50" + text("pullMsg") + text("alice") + b"\0\1" + body([(1, 0), (2, 0), (4, 1), (6, 0), (7, 1)])
        for phone, due in zip(phones, (now + 50, now + 20)):
            phone.send(pull)
            self.wait_for(lambda due=due: service.state()["due"] == due)
        service.console("advance", ms=100)
        self.assertEqual([line["dev"] for line in service.trace() if line.get("ev") == "online"], ["alice/p2", "alice/p1"])

    def test_a_slow_link_delays_both_ways(self):
        service = self.serve("--sync", "on")
        alice, bob = self.page("alice"), self.page("bob")
        self.assertEqual(service.console("network", latency=[50, 50], on=["alice/web1"])[0], 200)
        uid = bob.send("alice", "hi")
        self.assertTrue(alice.until_shown(("received", uid)))
        received = lambda: [e for e in service.trace() if e.get("ev") == "receive"]
        self.wait_for(received)
        sent = [e for e in service.trace() if e.get("ev") == "send"]
        # The notification, the pull, its answer, the confirmation.
        self.assertGreaterEqual(received()[0]["t"] - sent[0]["t"], 200)

    def test_a_token_of_nobody_is_refused(self):
        service = self.serve("--require-token")
        self.assertEqual(self.page("alice").status, 4)
        status, answer = service.api("/user/getToken.json", userId="alice", name="Alice")
        self.assertEqual((status, answer["code"]), (200, 200))
        token, where = answer["token"].split("@")
        self.assertEqual(where, "http://%s:%d" % self.place)
        self.assertEqual(self.page("alice", token=token + "@").status, 0)

    # ---- Groups and rooms

    def test_a_group_gets_a_message_and_who_left_does_not(self):
        service = self.serve("--sync", "on")
        alice, bob, carol = self.page("alice"), self.page("bob"), self.page("carol")
        self.assertEqual(service.api("/group/create.json", userId=["alice", "bob", "carol"], groupId="team", groupName="T")[0], 200)
        self.assertEqual(service.api("/group/quit.json", userId="carol", groupId="team")[0], 200)
        uid = alice.send("team", "hello", topic="pgMsgP")
        self.assertTrue(bob.until_shown(("received", uid)))
        self.assertEqual(carol.send("team", "and me?", topic="pgMsgP"), 22406)
        carol.quiet()
        self.assertEqual(carol.shown, [])

    def test_a_room_tells_those_inside(self):
        self.serve("--sync", "on")
        alice, bob = self.page("alice"), self.page("bob")
        self.assertEqual(bob.query("joinChrm", "lobby", body([(1, 0)]))[0], 0)
        self.assertEqual(alice.send("lobby", "too early", topic="chatMsg"), 23406)
        self.assertEqual(alice.query("joinChrm", "lobby", body([(1, 0)]))[0], 0)
        uid = alice.send("lobby", "hello", topic="chatMsg")
        self.assertTrue(bob.until_shown(("received", uid)))

    # ---- History

    def test_the_history_and_the_conversations_are_there(self):
        self.serve("--sync", "on")
        alice, bob = self.page("alice"), self.page("bob")
        first, second = bob.send("alice", "one"), alice.send("bob", "two")
        recalled = bob.send("alice", "three")
        bob.recall(recalled, "alice")
        status, data = alice.query("qryPMsg", "alice", body([(1, "bob"), (2, 0), (3, 20), (4, 0)]))
        self.assertEqual(status, 0)
        entries = [fields(entry) for entry in fields(data)[1]]
        self.assertEqual([entry[9][0].decode() for entry in entries], [second, first])
        status, data = alice.query("qryRelationR", "alice", body([(2, 10), (3, 0), (4, 0)]))
        self.assertEqual([fields(entry)[2][0] for entry in fields(data)[1]], [b"bob"])

    def test_a_question_that_nobody_knows_has_an_answer(self):
        self.serve()
        self.assertEqual(self.page("alice").query("qryFuture", "alice", b"")[0], 1)

    # ---- The server API

    def test_the_server_api_sends_and_recalls(self):
        service = self.serve("--sync", "on")
        alice, bob = self.page("alice"), self.page("bob")
        status, answer = service.api("/message/private/publish.json", fromUserId="bob", toUserId="alice",
                                     objectName="RC:TxtMsg", content='{"content":"hi"}', isIncludeSender=1)
        self.assertEqual((status, answer["code"]), (200, 200))
        uid = answer["messageUIDs"][0]["messageUID"]
        self.assertTrue(alice.until_shown(("received", uid)))
        self.assertTrue(bob.until_shown(("sent", uid)))
        status, answer = service.api("/message/recall.json", fromUserId="bob", conversationType=1, targetId="alice",
                                     messageUID=uid, sentTime=1)
        self.assertEqual(answer, {"code": 200})
        self.assertTrue(alice.until_shown(("recalled", uid)))

    def test_the_server_api_says_what_is_wrong(self):
        service = self.serve()
        message = {"fromUserId": "bob", "toUserId": "alice", "objectName": "RC:TxtMsg", "content": "{}"}
        path = "/message/private/publish.json"
        wrong = [
            (401, 1004, service.api(path, secret="other", **message)),
            (401, 1004, service.api(path, app="other", **message)),
            (400, 1002, service.api(path, **{**message, "toUserId": "a b"})),
            (400, 1002, service.api(path, **{**message, "content": ""})),
            (400, 1005, service.api(path, **{**message, "content": "x" * 140000})),
            (400, 1002, service.api("/message/group/publish.json", **{**message, "toGroupId": "nowhere"})),
            (400, 1002, service.api("/message/recall.json", fromUserId="bob", conversationType=1, targetId="alice",
                                    messageUID="D24F-9KEV-8004-0007", sentTime=1)),
            (404, 1002, service.api("/user/block.json", userId="alice")),
        ]
        for status, code, (got, answer) in wrong:
            self.assertEqual((got, answer["code"]), (status, code), answer)
            self.assertTrue(answer["errorMessage"])

    def test_who_is_online_can_be_asked(self):
        service = self.serve()
        self.assertEqual(service.api("/user/checkOnline.json", userId="alice")[1]["status"], "0")
        self.page("alice")
        self.assertEqual(service.api("/user/checkOnline.json", userId="alice")[1]["status"], "1")

    def test_the_documented_rates_are_kept_on_request(self):
        service = self.serve("--rate-limits", "--sync", "on")
        bob = self.page("bob")
        self.assertIn(20604, [bob.send("alice", str(i)) for i in range(12)])

    # ---- Navigation

    def test_navigation_names_this_place_and_whether_the_service_is_on(self):
        service = self.serve("--sync", "on")
        status, text, answer = service.request("POST", "/v2/navi.json?cloud=0", "token=tok-alice&v=5.38.0", {"RC-Appkey": "ak"})
        navigation = json.loads(text)
        self.assertEqual((status, navigation["code"], navigation["openHistoryMsg"]), (200, 200, 1))
        self.assertEqual(navigation["serverAddr"][0]["addr"], "%s:%d" % self.place)
        self.assertEqual(answer.getheader("Access-Control-Allow-Origin"), "*")
        _, text, _ = service.request("POST", "/v2/navi.json?cloud=0", "token=nobody", {"RC-Appkey": "ak"})
        self.assertEqual(json.loads(text)["code"], 401)
        status, _, answer = service.request("OPTIONS", "/v2/navi.json?cloud=0", headers={"Access-Control-Request-Headers": "rc-appkey"})
        self.assertEqual((status, answer.getheader("Access-Control-Allow-Headers")), (204, "rc-appkey"))

    # ---- The console

    def test_the_console_turns_the_switch_and_moves_the_clock(self):
        service = self.serve("--clock", "virtual")
        self.page("alice")
        self.assertEqual(service.state()["sync"], {"enabled": False, "state": "off"})
        self.assertEqual(service.console("sync", enabled=True), (200, {"ok": {}}))
        self.assertEqual(service.state()["sync"]["state"], "changing")
        self.assertEqual(service.console("advance", ms=30 * 60 * 1000)[0], 200)
        self.assertEqual(service.state()["sync"], {"enabled": True, "state": "on"})
        self.assertEqual(service.console("set", app={"compensationDays": 9}), (200, {"refused": "mdsync:range"}))
        self.assertEqual(service.console("set", app={"compensationDays": 3}), (200, {"ok": {}}))
        self.assertEqual(service.state()["app"]["compensationDays"], 3)

    def test_the_console_cuts_and_holds(self):
        service = self.serve("--sync", "on")
        alice, bob = self.page("alice"), self.page("bob")
        self.assertEqual(service.console("hold", dev="alice/web1"), (200, {"ok": {}}))
        uid = bob.send("alice", "hi")
        self.assertTrue(service.state()["users"]["alice"]["web1"]["held"])
        self.assertEqual(service.state()["users"]["alice"]["web1"]["waiting"], 1)
        self.assertEqual(service.console("release", dev="alice/web1"), (200, {"ok": {}}))
        self.assertTrue(alice.until_shown(("received", uid)))
        self.assertEqual(service.console("drop", user="alice"), (200, {"ok": {}}))
        self.assertTrue(alice.until_over())
        self.assertEqual(service.console("drop", user="alice"), (200, {"refused": "mdsync:offline"}))

    def test_the_server_can_be_restarted(self):
        service = self.serve("--sync", "on")
        alice = self.page("alice")
        self.assertEqual(service.console("server", do="restart"), (200, {"ok": {}}))
        self.assertTrue(alice.until_over())

    def test_the_console_is_a_folder(self):
        service = self.serve()
        status, _, answer = service.request("GET", "/mdsync")
        self.assertEqual((status, answer.getheader("Location")), (308, "/mdsync/"))

    def test_a_reset_begins_anew_with_a_world_of_its_own(self):
        service = self.serve()
        alice = self.page("alice")
        world = {"mdsync": "trace/1", "t": 1714525200000, "app": {"sync": True}, "users": {"bob": {"tab": "web"}}}
        self.assertEqual(service.console("reset", seed=7, world=world)[0], 200)
        self.assertTrue(alice.until_over())
        self.page("bob")
        state = service.state()
        self.assertEqual(list(state["users"]), ["bob"])
        self.assertEqual(list(state["users"]["bob"]), ["tab"])
        self.assertEqual(state["sync"]["state"], "on")

    def test_the_console_says_what_is_wrong(self):
        service = self.serve()
        for what, members, words in [
            ("hold", {"dev": "alice/web9"}, "no device"),
            ("sync", {}, "lacks"),
            ("advance", {"ms": 1}, "--clock virtual"),
            ("drop", {}, "lacks"),
            ("drop", {"user": "nobody"}, "there is no"),
        ]:
            status, answer = service.console(what, **members)
            self.assertEqual(status, 400, (what, answer))
            self.assertIn(words, answer["error"])
        self.assertEqual(service.console("fly")[0], 404)

    def test_a_page_of_another_origin_cannot_turn_the_switch(self):
        service = self.serve()
        for headers in ({"Origin": "http://evil.example"}, {"Host": "evil.example", "Origin": "http://evil.example"}):
            status, text, _ = service.request("POST", "/mdsync/sync", '{"enabled":true}', headers)
            self.assertEqual(status, 403, text)
        self.assertEqual(service.state()["sync"]["enabled"], False)
        own = {"Origin": "http://%s:%d" % self.place}
        self.assertEqual(service.request("POST", "/mdsync/sync", '{"enabled":true}', own)[0], 200)

    # ---- The verdict

    def test_the_verdict_names_the_rule_that_a_bad_server_breaks(self):
        service = self.serve("--sync", "on", "--clock", "virtual", "--server", "mutant:recall-forgets-offline", "--trace", "t.jsonl")
        profile = Profile()
        alice, bob = self.page("alice", profile=profile), self.page("bob")
        uid = bob.send("alice", "oops")
        self.assertTrue(alice.until_shown(("received", uid)))
        alice.close()
        self.wait_for(lambda: not service.state()["users"]["alice"]["web1"]["online"])
        bob.recall(uid, "alice")
        self.page("alice", profile=profile).quiet()
        service.console("advance", ms=10000)
        result = service.verdict()
        self.assertEqual(result["verdict"], "fail")
        self.assertEqual([v["rule"] for v in result["scenarios"][0]["violations"]], ["recall.offline-devices"])
        code, out, _ = self.end()
        self.assertEqual(code, 1)
        self.assertIn("recall.offline-devices", out)
        # The trace is one that check judges alike.
        self.assertIn("recall.offline-devices", self.expect(1, "check", "t.jsonl").stdout)

    def test_all_is_well_at_the_end(self):
        service = self.serve("--sync", "on", "--clock", "virtual", "--trace", "t.jsonl")
        alice, bob = self.page("alice"), self.page("bob")
        uid = bob.send("alice", "hi")
        self.assertTrue(alice.until_shown(("received", uid)))
        alice.quiet()
        service.console("advance", ms=10000)
        service.verdict()
        code, out, err = self.end()
        self.assertEqual((code, err), (0, ""))
        self.assertIn("online.received", self.expect(0, "check", "t.jsonl", "-v").stdout)

    def test_the_trace_can_be_followed(self):
        self.serve("--sync", "on")
        follower = socket.create_connection(self.place, timeout=PATIENCE)
        self.addCleanup(follower.close)
        follower.sendall(b"GET /mdsync/trace?follow HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        self.page("alice")
        heard = b""
        while b'"ev":"online"' not in heard:
            data = follower.recv(65536)
            self.assertTrue(data, heard)
            heard += data
        self.assertIn(b'data: {"mdsync":"trace/1"', heard)

    def follow(self, query, until):
        """The events of the trace that is followed: [(kind, data)], up to the one whose data has `until`."""
        follower = socket.create_connection(self.place, timeout=PATIENCE)
        self.addCleanup(follower.close)
        follower.sendall(b"GET /mdsync/trace?%s HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" % query)
        heard = b""
        while until not in heard:
            data = follower.recv(65536)
            self.assertTrue(data, heard)
            heard += data
        found = re.findall(r"(?:event: (\w+)\n)?data: (.*)\n\n", heard.decode() + "\n\n")
        return [(kind or "message", data) for kind, data in found]

    def test_the_end_of_the_trace_can_be_followed(self):
        service = self.serve("--sync", "on")
        alice = self.page("alice")
        for i in range(20):
            alice.send("bob", f"number {i}")
        lines = service.request("GET", "/mdsync/trace")[1].decode().splitlines()
        sizes = [len(line) + 1 for line in lines]
        for size, whole in ((0, 0), (sizes[-1] - 1, 0), (sizes[-1], 1), (sizes[-2] + sizes[-1] + 1, 2)):
            left_out = len(lines) - 1 - whole
            last = lines[-1].encode() if whole else b"event: skipped\ndata: %d\n" % left_out
            told = self.follow(b"follow&last=%d" % size, last + b"\n")
            self.assertEqual(told[:2], [("message", lines[0]), ("skipped", str(left_out))])
            self.assertEqual([data for _, data in told[2:]], lines[len(lines) - whole :])
        for query in (b"follow&last=1000000", b"follow&last=some"):
            self.assertEqual([data for _, data in self.follow(query, lines[-1].encode() + b"\n\n")], lines)

    def test_the_rules_that_are_counted_are_told(self):
        service = self.serve()
        rules = service.get("rules")
        self.assertEqual([each["name"] for each in rules], list(service.state()["rules"]))
        evicts = next(each for each in rules if each["name"] == "web.evict-earliest")
        self.assertIn("automatically disconnect the earliest", evicts["quote"])
        self.assertIn("Impact on Web Platform Connection Count", evicts["source"])

    def test_a_world_that_cannot_be_read_is_told_by_its_own_name(self):
        told = self.expect(3, "serve", "--sdk", "127.0.0.1:0", "--world", "gone.json").stderr
        self.assertEqual(told, "error[scenario.unreadable]: can't read the file: No such file or directory\n --> gone.json\n\n")

    def test_a_wrong_world_is_told_with_its_place(self):
        self.write("world.json", '{"users": {"alice": {"phone": "androdi"}}}')
        done = self.expect(3, "serve", "--sdk", "127.0.0.1:0", "--world", "world.json")
        self.assertIn("world.json:1:", done.stderr)
        self.write("steps.json", {"users": {"alice": {"phone": "android"}}, "steps": [{"login": "alice/phone"}]})
        self.assertIn("no steps", self.expect(3, "serve", "--sdk", "127.0.0.1:0", "--world", "steps.json").stderr)

    def test_a_trace_does_not_replace_the_world(self):
        self.write("world.json", {"users": {}})
        self.expect(2, "serve", "--sdk", "127.0.0.1:0", "--world", "world.json", "--trace", "world.json")

    def test_options_that_need_the_sdk_are_not_ignored(self):
        self.expect(2, "serve", "--stdio", "--sync", "on")
        self.expect(2, "serve", "--sdk", "127.0.0.1:0", "--stdio")


if __name__ == "__main__":
    unittest.main()
