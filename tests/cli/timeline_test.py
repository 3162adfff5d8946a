"""The ladder finds the failure, and pictures of a run for tickets and viewers: Mermaid, Markdown, Perfetto."""

import json
import os
import re
import shutil
import unicodedata
import unittest

from tool import SCENARIOS, ToolTest, scenario, unmet

ELEVENTH = os.path.join(SCENARIOS, "web", "eleventh-tab.json")
BOTH = os.path.join(SCENARIOS, "online", "every-device-of-both.json")
EVICTS = ("--server", "mutant:evict-second")
LOSES = ("--server", "mutant:drops-messages")
WIDE = {
    "name": "Names of all widths",
    "app": {"sync": True},
    "users": {"王小明": {"手机": "ios", "网页": "web"}, "bob": {"pixel": "android"}},
    "steps": [
        {"login": ["王小明/手机", "王小明/网页", "bob/pixel"]},
        {"send": "消息", "from": "bob/pixel", "to": "王小明", "text": "你好，今天晚上一起吃饭吗？我们去那家新开的餐厅，听说那里的菜很好吃"},
        {"note": "look \u202e\u0007\u001b[31m here"},
        {"expect": {"device": "王小明/*", "lacks": ["消息"]}},
    ],
}


def columns(text):
    """How many columns a terminal gives it."""
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


class Timeline(ToolTest):
    def ladder(self, *arguments, code=1, width=120, flag="--timeline=fail", **options):
        """The ladder of the only case, without what is said of its failures."""
        done = self.expect(code, *arguments, flag, env={"COLUMNS": str(width)}, **options)
        return re.split(r"^(?:FAIL|PASS) ", re.sub(r"^ok .*\n", "", done.stdout), maxsplit=1, flags=re.M)[0]


class Failures(Timeline):
    def test_it_shows_what_is_around_the_failure_and_counts_the_rest(self):
        whole = self.ladder("run", ELEVENTH, *EVICTS, flag="--timeline")
        around = self.ladder("run", ELEVENTH, *EVICTS)
        self.assertLess(len(around.splitlines()), len(whole.splitlines()) * 2 / 3)
        self.assertRegex(around, r"\.\.\. \d+ events")
        self.assertIn("offline (evicted by alice/tab11)", around)
        self.assertNotIn("caught up (0)", around)
        self.assertNotIn("caught up (0)", self.ladder("run", ELEVENTH, *EVICTS, flag="--timeline=fail"))

    def test_the_violated_rule_stands_in_the_margin_at_its_event(self):
        for flag in ("--timeline", "--timeline=fail"):
            lines = self.ladder("run", ELEVENTH, *EVICTS, flag=flag).splitlines()
            at = next(i for i, line in enumerate(lines) if line.startswith("! web.evict-earliest"))
            self.assertIn("alice/tab2 was disconnected; alice/tab1 is older", lines[at])
            self.assertTrue(lines[at - 1].startswith("!"), lines[at - 1])
            self.assertIn("offline (evicted by", lines[at - 1])

    def test_steps_are_named_by_their_lines(self):
        text = self.ladder("run", ELEVENTH, *EVICTS, flag="--timeline")
        self.assertIn("eleventh-tab.json\n2024-05-01 (+08:00)\n", text)
        self.assertRegex(text, r"(?m)^  +:12  09:00:00\.040 .*connect")
        self.assertNotRegex(text, r"#\d")

    def test_steps_of_another_file_name_it(self):
        self.write("cast.json", {"app": {"sync": True}, "users": {"alice": {"phone": "android"}, "bob": {"pixel": "android"}},
                                 "steps": [{"login": ["alice/phone", "bob/pixel"]}]})
        self.write("a.json", {"name": "a", "extends": "cast.json", "steps": [
            {"send": "m1", "from": "bob/pixel", "to": "alice"}, {"expect": {"device": "alice/phone", "lacks": ["m1"]}}]})
        text = self.ladder("run", "a.json", flag="--timeline")
        self.assertRegex(text, r"(?m)^ *cast\.json:\d+  09:00:00\.000 ")
        self.assertRegex(text, r"(?m)^  +:\d+  09:00:00\.\d+ .*send m1")

    def test_expect_steps_have_a_tick_or_a_cross(self):
        text = self.ladder("run", ELEVENTH, *EVICTS, flag="--timeline", width=171)
        self.assertRegex(text, r"(?m)^  +:13  ✓ alice has 9 web devices online$")
        self.assertRegex(text, r"(?m)^! +:18  ✗ alice/tab1 is online, expected offline \(evicted\)$")
        self.write("a.json", scenario())
        self.assertRegex(self.ladder("run", "a.json", code=0, flag="--timeline"), r"✓ .*alice/phone")

    def test_what_did_not_come_is_shown_where_it_was_due(self):
        lines = self.ladder("run", BOTH, *LOSES).splitlines()
        at = next(i for i, line in enumerate(lines) if "✗ m1" in line)
        self.assertTrue(lines[at].startswith("!"))
        self.assertTrue(any(line.startswith("! online.received") for line in lines[at:at + 3]), lines[at:])

    def test_what_no_device_of_a_user_got_is_missing_on_those_that_are_online(self):
        path = os.path.join(SCENARIOS, "delivery", "two-thousand-messages.json") + "#sync=false"
        text = self.ladder("run", path, *LOSES)
        self.assertRegex(text, r"(?m)^!.* ✗ m1 missing +\|\n! delivery\.no-loss: no device of bob received m1")
        self.assertNotRegex(text, r"not shown: .*bob/pixel")

    def test_of_what_passed_nothing_is_shown(self):
        self.write("a.json", scenario())
        self.assertEqual(self.expect(0, "run", "a.json", "--timeline=fail").stdout, self.expect(0, "run", "a.json").stdout)

    def test_where_no_event_failed_it_says_so(self):
        self.write("a.json", scenario(rules=["recall.offline-devices"]))
        self.assertIn("--timeline shows all", self.ladder("run", "a.json"))

    def test_a_recorded_trace_names_its_lines(self):
        self.expect(1, "run", ELEVENTH, *EVICTS, "--trace", "t.jsonl")
        lines = self.ladder("check", "t.jsonl").splitlines()
        at = next(i for i, line in enumerate(lines) if line.startswith("! web.evict-earliest"))
        number = int(re.match(r"! +:(\d+)  ", lines[at - 1]).group(1))
        event = json.loads(self.read("t.jsonl").splitlines()[number - 1])
        self.assertEqual((event["ev"], event["dev"]), ("offline", "alice/tab2"))

    def test_behind_a_real_clock_what_is_missing_stands_where_it_was_due(self):
        """The first event behind the moment is the device's own, and about something else."""
        def at(ms, ev, **keys):
            return {"t": 1000 + ms, "ev": ev, **keys}

        self.trace("t.jsonl", at(0, "online", dev="alice/phone"), at(0, "online", dev="bob/pixel"),
                   at(100, "send", msg="m1", dev="bob/pixel", to="alice"), at(120, "accept", msg="m1"),
                   at(90000, "offline", dev="alice/phone", reason="drop"))
        text = self.ladder("check", "t.jsonl", "--settle", "5s")
        self.assertRegex(text, r"(?m)^!.*✗ m1 missing.*\n! delivery.no-loss: ")

    def test_an_answer_may_be_missing(self):
        self.trace("t.jsonl", {"t": 1000, "ev": "online", "dev": "alice/phone"},
                   {"t": 1100, "ev": "send", "msg": "m1", "dev": "alice/phone", "to": "bob"}, {"t": 1200, "ev": "settled"})
        self.assertRegex(self.ladder("check", "t.jsonl"), r"(?m)^!.*✗ answer to m1 missing\n! delivery.answered: ")

    def test_a_long_run_is_short(self):
        path = os.path.join(SCENARIOS, "..", "scenarios")
        text = self.expect(1, "run", path, "-k", "two-thousand", "--server", "mutant:drops-messages", "--timeline=fail",
                           "-q").stdout
        self.assertLess(len(text.splitlines()), 400)

    def test_no_other_word(self):
        self.write("a.json", scenario())
        self.assertIn('"fial" is not one of all, fail', self.expect(2, "run", "a.json", "--timeline=fial").stderr)
        self.assertEqual(self.expect(0, "run", "a.json", "--timeline").stdout, self.expect(0, "run", "a.json", "--timeline=all").stdout)

    def test_reports_in_files_show_the_same_part(self):
        self.expect(1, "run", ELEVENTH, *EVICTS, "--timeline=fail", "--color", "always", "--report", "timeline=t.txt", "--report",
                    "json=r.json", "--report", "human=h.txt")
        for name in ("t.txt", "h.txt"):
            self.assertIn("! web.evict-earliest", self.read(name))
        self.assertIn("! web.evict-earliest", json.loads(self.read("r.json"))["scenarios"][0]["timeline"])
        self.assertNotIn("\x1b", self.read("t.txt") + self.read("h.txt"))
        self.assertNotIn("\\u001b", self.read("r.json"))


class Only(Timeline):
    def setUp(self):
        super().setUp()
        self.write("a.json", scenario(steps=[
            {"login": ["alice/phone", "alice/laptop", "bob/pixel"]},
            {"send": "m1", "from": "bob/pixel", "to": "alice"},
            {"send": "m2", "from": "bob/pixel", "to": "alice"},
            {"send": "m3", "from": "alice/laptop", "to": "bob"},
            {"expect": {"device": "alice/phone", "has": ["m1"]}},
            {"expect": {"message": "m2", "accepted": True}},
            {"expect": {"device": "alice/laptop", "has": ["m1"]}}]))

    def only(self, names, code=0):
        return self.ladder("run", "a.json", "--only", names, code=code, flag="--timeline")

    def test_a_device(self):
        text = self.only("alice/phone")
        for part in ("alice/phone", "accepts m1", "m1 live", "m3 live", "✓ alice/phone has m1"):
            self.assertIn(part, text)
        self.assertNotIn("alice/laptop has m1", text)
        self.assertEqual(text.count("m1 live"), 1)

    def test_a_message(self):
        text = self.only("m2")
        for part in ("send m2", "accepts m2", "m2 live", "m2 was accepted"):
            self.assertIn(part, text)
        for part in ("m1", "m3", "connect"):
            self.assertNotIn(part, text)

    def test_a_message_on_a_device(self):
        text = self.only("alice/phone,m2")
        for part in ("send m2", "accepts m2", "connect", "online"):
            self.assertIn(part, text)
        self.assertEqual(text.count("m2 live"), 1)
        self.assertNotIn("m1 live", text)

    def test_a_user_is_all_its_devices(self):
        text = self.only("alice")
        self.assertIn("alice/laptop", text)
        self.assertEqual(text.count("connect"), 2)

    def test_a_name_that_nothing_has(self):
        done = self.expect(0, "run", "a.json", "--timeline", "--only", "alice/fone")
        self.assertIn('--only: no case has a device, user or message "alice/fone"; did you mean "alice/phone"?', done.stderr)

    def test_it_needs_a_timeline(self):
        self.assertIn("--timeline", self.expect(2, "run", "a.json", "--only", "m1").stderr)
        self.expect(0, "run", "a.json", "--only", "m1", "--report", "timeline=t.txt")
        self.assertNotIn("m2", self.read("t.txt").split("ok  ")[0])

    def test_it_goes_with_failures(self):
        text = self.ladder("run", ELEVENTH, *EVICTS, "--only", "alice/tab2")
        self.assertIn("! web.evict-earliest", text)
        self.assertIn("offline (evicted by alice/tab11)", text)
        self.assertNotIn("pixel", text)


class Widths(Timeline):
    def setUp(self):
        super().setUp()
        self.write("wide.json", WIDE)
        shutil.copy(ELEVENTH, self.path("tabs.json"))
        shutil.copy(BOTH, self.path("both.json"))

    def test_no_line_is_wider_than_the_terminal(self):
        for flag in ("--timeline", "--timeline=fail"):
            for width in (50, 80, 100, 120, 200):
                for arguments in (("tabs.json", *EVICTS), ("both.json", *LOSES), ("wide.json",)):
                    for line in self.ladder("run", *arguments, flag=flag, width=width).splitlines():
                        self.assertLessEqual(columns(line), width, (flag, width, line))

    def test_what_needs_more_room_than_there_is_has_rails_at_the_left_and_words_at_the_right(self):
        text = self.ladder("run", ELEVENTH, *EVICTS, width=80, flag="--timeline")
        self.assertRegex(text, r"\|\*\|+ .* alice/tab2 offline \(evicted by alice/tab11\)")

    def test_rails_stand_below_each_other_whatever_the_names(self):
        lines = self.ladder("run", "wide.json", flag="--timeline").splitlines()
        head = next(line for line in lines if "网页" in line)
        at = columns(head[:head.index("王小明/网页")] if "王小明/网页" in head else head[:head.index("网页")])
        rails = [line for line in lines if "消息 live" in line or "accepts 消息" in line]
        self.assertTrue(rails)
        for line in rails:
            shown = ""
            for c in line:
                shown += c + " " * (columns(c) - 1)
            self.assertIn(shown[at], "|消", (at, line))

    def test_nothing_in_a_name_or_note_moves_the_cursor(self):
        text = self.ladder("run", "wide.json", flag="--timeline")
        self.assertIn("note: look ???[31m here", text)
        self.assertNotRegex(text, "[\x00-\x09\x0b-\x1f\u202e\x7f]")

    def test_a_device_keeps_its_colour(self):
        done = self.expect(1, "run", ELEVENTH, *EVICTS, "--timeline", "--color", "always", env={"COLUMNS": "171"}).stdout
        painted = dict(re.findall(r"(\x1b\[[0-9;]+m)(tab\d+|pixel)\x1b\[0m", done) and
                       [(name, code) for code, name in re.findall(r"(\x1b\[[0-9;]+m)(tab\d+|pixel)\x1b\[0m", done)])
        self.assertGreaterEqual(len(set(painted.values())), 4)
        self.assertIn(f"{painted['tab11']}connect\x1b[0m", done)
        self.assertIn("\x1b[31;1m! web.evict-earliest", done)
        self.assertNotIn("\x1b", self.expect(1, "run", ELEVENTH, *EVICTS, "--timeline").stdout)


class Mermaid(Timeline):
    def diagram(self, *arguments):
        return self.expect(0, "export", *arguments, "--as", "mermaid").stdout

    def test_a_trace_and_a_scenario(self):
        self.expect(1, "run", BOTH, *LOSES, "--trace", "t.jsonl")
        for arguments in (("t.jsonl",), (BOTH, *LOSES)):
            text = self.diagram(*arguments)
            self.assertTrue(text.startswith("sequenceDiagram\n"))
            self.assertRegex(text, r"(?m)^ *server->>d\d+: .*m1 live$")
            self.assertRegex(text, r"(?m)^ *server--xd\d+: m1 missing$")
            self.assertIn("online.received", text)
            self.assertIn("✗ online.received", text)

    def test_names_are_only_labels(self):
        self.write("wide.json", WIDE)
        text = self.diagram("wide.json")
        self.assertIn("participant d0 as 手机", text)
        self.assertNotRegex(text, r"[\x00-\x09\x0b-\x1f]")
        for line in text.splitlines():
            self.assertNotIn(";", re.sub(r"#\d+;", "", line))

    def test_part_of_it(self):
        self.write("a.json", scenario())
        self.assertNotIn("laptop", self.diagram("a.json", "--only", "alice/phone,m1").replace("alice/laptop", ""))
        whole = self.diagram(ELEVENTH, *EVICTS, "--timeline=all")
        self.assertNotIn(" connect\n", whole)
        self.assertGreater(len(whole), len(self.diagram(ELEVENTH, *EVICTS)))

    def test_each_activation_ends(self):
        for arguments in ((ELEVENTH, *EVICTS), (BOTH, *LOSES), (BOTH,), (ELEVENTH, *EVICTS, "--timeline=all")):
            active = set()
            for verb, device in re.findall(r"(?m)^ *(activate|deactivate) (d\d+)$", self.diagram(*arguments)):
                self.assertEqual(device in active, verb == "deactivate", arguments)
                active ^= {device}
            self.assertFalse(active, arguments)


class Markdown(Timeline):
    def test_a_ticket_has_the_failure_the_diagram_and_the_ladder(self):
        text = self.expect(0, "export", BOTH, *LOSES, "--as", "markdown").stdout
        for part in ("## mdsync: fail", "online.received", "```mermaid\nsequenceDiagram\n", "<details><summary>", "✗ m1",
                     "mdsync run ", "--server mutant:drops-messages"):
            self.assertIn(part, text)
        self.assertEqual(text.count("```") % 2, 0)
        self.assertNotIn("\x1b", text)

    def test_a_ticket_and_a_diagram_stay_small_enough_to_be_shown(self):
        self.write("long.json", {"name": "Long", "users": {"a": {"p": "ios"}, "b": {"p": "ios"}},
                                 "steps": [{"login": ["a/p", "b/p"]},
                                           {"repeat": 1500, "steps": [{"send": "m${i}", "from": "a/p", "to": "b"}]}]})
        ticket = self.expect(0, "export", "long.json", "--as", "markdown").stdout
        self.assertLess(len(ticket), 70000)
        self.assertIn("the rest is cut off", ticket)
        self.assertEqual(ticket.count("```") % 2, 0)
        self.write("wide.json", {"name": "Wide", "users": {f"u{i}": {"p": "ios"} for i in range(1000)},
                                 "steps": [{"login": [f"u{i}/p" for i in range(1000)]}]})
        diagram = self.expect(0, "export", "wide.json", "--as", "mermaid").stdout
        self.assertLess(len(diagram), 50000)
        self.assertIn("too many devices", diagram)

    def test_no_name_ends_a_block(self):
        self.write("a.json", {**WIDE, "steps": WIDE["steps"][:2] + [{"note": "```\n# owned"}] + WIDE["steps"][3:]})
        text = self.expect(0, "export", "a.json", "--as", "markdown").stdout
        self.assertNotRegex(text, r"(?m)^# owned")
        self.assertEqual(text.count("```") % 2, 0)


class Perfetto(Timeline):
    def events(self, *arguments):
        document = json.loads(self.expect(0, "export", *arguments, "--as", "perfetto").stdout)
        return document["traceEvents"]

    def test_it_is_sorted_and_balanced(self):
        self.write("wide.json", WIDE)
        self.expect(1, "run", ELEVENTH, *EVICTS, "--trace", "t.jsonl")
        for arguments in ((ELEVENTH, *EVICTS), (BOTH, *LOSES), ("wide.json",), ("t.jsonl",)):
            events = self.events(*arguments)
            times = [event["ts"] for event in events]
            self.assertEqual(times, sorted(times))
            self.assertLessEqual({event["ph"] for event in events}, set("MXisf"))
            flows = {}
            for event in events:
                if event["ph"] in "sf":
                    flows.setdefault(event["id"], []).append(event["ph"])
            self.assertTrue(flows)
            self.assertEqual({tuple(each) for each in flows.values()}, {("s", "f")})
            self.nested(events)

    def nested(self, events):
        """On a track a slice holds another one, or ends before it."""
        tracks = {}
        for event in events:
            if event["ph"] == "X":
                tracks.setdefault((event["pid"], event["tid"]), []).append((event["ts"], event["ts"] + event["dur"]))
        for track in tracks.values():
            open_ends = []
            for begin, end in sorted(track, key=lambda slice: (slice[0], -slice[1])):
                while open_ends and open_ends[-1] <= begin + 1e-9:
                    open_ends.pop()
                self.assertTrue(not open_ends or end <= open_ends[-1] + 1e-9, (begin, end, open_ends))
                open_ends.append(end)

    def test_tracks_are_named(self):
        events = self.events(ELEVENTH, *EVICTS)
        named = {event["args"]["name"] for event in events if event["name"] in ("thread_name", "process_name")}
        self.assertLessEqual({"alice", "bob", "server", "alice/tab1", "bob/pixel", "eleventh-tab.json"}, named)
        tracks = {(event["pid"], event["tid"]) for event in events if event["name"] == "thread_name"}
        self.assertLessEqual({(event["pid"], event["tid"]) for event in events if event["ph"] != "M"}, tracks)

    def test_violations_and_expectations_are_there(self):
        names = [event["name"] for event in self.events(ELEVENTH, *EVICTS)]
        self.assertIn("web.evict-earliest", names)
        self.assertTrue(any(name.startswith("✗ ") for name in names))
        self.assertTrue(any(name.startswith("✓ ") for name in names))
        self.assertIn("online", names)


class Export(Timeline):
    def test_what_cannot_be_is_refused(self):
        self.write("a.json", unmet())
        self.assertIn("a.json is a scenario", self.expect(2, "export", "a.json", "--as", "scenario").stderr)
        self.expect(1, "run", "a.json", "--trace", "t.jsonl")
        self.assertIn("--only", self.expect(2, "export", "t.jsonl", "--as", "scenario", "--only", "m1").stderr)
        self.assertIn("--timeline", self.expect(2, "export", "t.jsonl", "--as", "perfetto", "--timeline=fail").stderr)
        self.assertIn("--server", self.expect(2, "export", "t.jsonl", "--as", "mermaid", "--server", "reference").stderr)

    def test_nothing_that_it_reads_is_written_over(self):
        self.write("a.json", scenario())
        before = self.read("a.json")
        self.expect(2, "export", "a.json", "--as", "mermaid", "-o", "a.json")
        self.assertEqual(self.read("a.json"), before)

    def test_one_case_is_meant(self):
        self.write("a.json", scenario(matrix={"n": [1, 2]}))
        self.assertIn("a.json#n=1", self.expect(2, "export", "a.json", "--as", "mermaid").stderr)
        self.expect(0, "export", "a.json#n=1", "--as", "mermaid", "-o", "a.mmd")
        self.assertTrue(self.read("a.mmd").startswith("sequenceDiagram"))

    def test_the_page_of_a_scenario_has_its_expectations(self):
        self.write("a.json", unmet())
        self.expect(0, "export", "a.json", "--as", "html", "-o", "page.html")
        self.assertIn('"unmet":{"4"', self.read("page.html").replace(" ", ""))


if __name__ == "__main__":
    unittest.main()
