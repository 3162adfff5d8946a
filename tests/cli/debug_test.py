"""mdsync debug and check --explain-event: a run or a trace, looked into event by event."""

import json
import os
import pty
import select
import time
import unittest

from tool import BINARY, PATIENCE, ToolTest, scenario, unmet

RECORDED = """\
{"mdsync":"trace/1","t":1714546800000,"app":{"sync":true},"users":{"alice":{"mac":"macos","phone":"ios"},"bob":{"pixel":"android"}}}
{"t":1714546800000,"ev":"online","dev":"alice/mac"}
{"t":1714546800000,"ev":"online","dev":"bob/pixel"}
{"t":1714546800010,"ev":"settled"}
{"t":1714546800020,"ev":"send","dev":"bob/pixel","msg":"m1","to":"alice"}
{"t":1714546800030,"ev":"accept","msg":"m1"}
{"t":1714546800040,"ev":"receive","dev":"alice/mac","msg":"m1","via":"live"}
{"t":1714546800050,"ev":"receive","dev":"alice/mac","msg":"m1","via":"live"}
{"t":1714546800060,"ev":"settled"}
"""


BEGIN = 1714546800000


class Debugging(ToolTest):
    def setUp(self):
        super().setUp()
        self.write("t.jsonl", RECORDED)

    def debug(self, *commands, file="t.jsonl", code=0):
        return self.expect(code, "debug", file, *self.options, stdin="".join(f"{each}\n" for each in commands).encode())

    options = ()

    def said(self, *commands, **more):
        """What the last command printed."""
        out = self.debug(*commands, **more).stdout
        return out.rsplit(f") {commands[-1]}\n", 1)[1]

    def test_it_says_where_it_stands_and_what_fails(self):
        out = self.debug("where").stdout
        self.assertIn("t.jsonl: 8 events, 1 failure", out)
        self.assertIn("(mdsync 0/8) where\nbefore the first event\n", out)

    def test_steps_forwards_and_backwards(self):
        self.assertIn("#3       :4  15:00:00.010  settled", self.said("step 3"))
        self.assertIn("#1       :2  15:00:00.000  alice/mac  online", self.said("step 3", "back 2"))
        self.assertEqual(self.said("step 3", "back 9"), "before the first event\n")
        self.assertEqual(self.said("end", "step"), "the trace ends here\n")

    def test_an_empty_line_of_a_script_says_nothing(self):
        self.assertIn("(mdsync 1/8) where", self.debug("step", "", "where").stdout)

    def test_a_run_without_events(self):
        self.write("idle.json", {"name": "Idle", "users": {"alice": {"phone": "android"}},
                                 "steps": [{"expect": {"device": "alice/phone", "online": True}}]})
        self.assertIn("(mdsync 0/0) rules\n", self.debug("next", "previous", "end", "list", "rules", file="idle.json").stdout)

    def test_lines_of_another_file_are_not_taken_for_those_of_this_one(self):
        self.write("cast.json", {"users": {"alice": {"phone": "android"}, "bob": {"pixel": "android"}},
                                 "steps": [{"login": ["alice/phone", "bob/pixel"]}]})
        self.write("a.json", {"extends": "cast.json", "name": "A", "steps": [{"send": "m1", "from": "bob/pixel", "to": "alice"}]})
        self.assertIn("#1           09:00:00", self.said("step", file="a.json"))
        self.assertRegex(self.said("break m1", "continue", file="a.json"), r"#\d+ +:\d+ ")

    def test_what_a_recalling_device_shows(self):
        self.write("r.json", {"name": "R", "users": {"alice": {"phone": "android"}, "bob": {"pixel": "android"}},
                              "steps": [{"login": ["alice/phone", "bob/pixel"]}, {"send": "m1", "from": "bob/pixel", "to": "alice"},
                                        {"recall": "m1", "by": "bob/pixel"}]})
        self.assertRegex(self.said("end", "devices", file="r.json"), r"bob/pixel +online since .*, has m1 \(recalled\)\n")

    def test_goes_to_a_line_a_time_an_event_and_a_failure(self):
        self.assertIn("#4 ", self.said("to 5"))
        self.assertIn("#5 ", self.said("to 15:00:00.030"))
        self.assertIn("#2 ", self.said("to #2"))
        shown = self.said("next")
        self.assertIn("#7 ", shown)
        self.assertIn("delivery.once is violated", shown)
        self.assertEqual(self.said("next", "next"), "nothing fails behind this\n")
        self.assertIn("#7 ", self.said("end", "previous"))

    def test_stops_where_a_rule_is_violated_or_a_message_comes(self):
        self.assertIn("#6 ", self.said("break m1 alice/mac", "continue"))
        self.assertIn("#4 ", self.said("break m1", "continue"))
        self.assertIn("#2 ", self.said("break bob/pixel", "continue"))
        self.assertIn("#7 ", self.said("break delivery.once", "continue"))
        self.assertIn("#7 ", self.said("break failure", "continue"))
        self.assertEqual(self.said("break m1", "break failure", "delete 1", "breaks"), "  1  failure\n")
        self.assertIn("#8 ", self.said("break alice/phone", "continue"))

    def test_shows_devices_messages_and_what_is_under_way(self):
        self.assertRegex(self.said("to #6", "devices"), r"alice/mac +online since 15:00:00.000, has m1\n"
                                                        r" +alice/phone +never online, has nothing\n")
        self.assertRegex(self.said("to #5", "store"), r"m1 +bob/pixel -> alice, accepted 15:00:00.030, on bob/pixel\n")
        self.assertRegex(self.said("to #5", "flight"), r"m1 +to alice/mac, comes 15:00:00.040 \(#6\)\n")
        self.assertRegex(self.said("to #4", "flight"), r"m1 +asked 15:00:00.020 by bob/pixel, not answered\n")
        self.assertRegex(self.said("to #5", "owed"), r"alice/mac +m1 by online.received\n")
        self.assertEqual(self.said("to #6", "owed bob"), "  nothing is owed\n")
        self.assertIn("came 15:00:00.050 live", self.said("end", "why alice/mac m1"))
        self.assertIn("has       m1", self.said("end", "why alice/mac"))

    def test_says_what_the_rules_said(self):
        said = self.said("to #7", "rules")
        self.assertRegex(said, r"delivery.no-leak +not broken +m1 is to alice\n")
        self.assertRegex(said, r"delivery.once +broken +alice/mac received m1 a second time")
        self.assertNotIn("off.single-device", said)  # nothing is asked after it
        self.assertRegex(self.said("end", "rules"), r"online.received +kept +m1 on alice/mac: came 15:00:00.050 live\n")
        self.assertIn("no ban is asked", self.said("to #6", "rules"))

    def test_an_unmet_expectation_is_a_failure_with_its_reason(self):
        self.write("bad.json", unmet())
        shown = self.said("next", file="bad.json")
        self.assertIn("is not met: ", shown)
        self.assertIn('"expect"', self.read("bad.json"))
        self.assertRegex(shown, r"#\d+ +:\d+ ")

    def test_a_failure_that_a_later_event_shows_names_it(self):
        self.trace("tabs.jsonl", *[{"t": BEGIN + i, "ev": "online", "dev": f"alice/t{i}"} for i in range(10)],
                   {"t": BEGIN + 20, "ev": "offline", "dev": "alice/t9", "reason": "evicted", "by": "alice/t10"},
                   {"t": BEGIN + 20, "ev": "online", "dev": "alice/t10"},
                   header={"mdsync": "trace/1", "t": BEGIN, "app": {"sync": True},
                           "users": {"alice": {f"t{i}": "web" for i in range(11)}}})
        said = self.said("next", "rules", file="tabs.jsonl")
        self.assertIn("web.evict-earliest is judged with #12", said)
        self.assertRegex(self.said("next", "step", "rules", file="tabs.jsonl"),
                         r"web.evict-earliest +broken +the disconnection of alice/t9 by the login of alice/t10, 11 of 10:\n")

    def test_a_mistake_in_a_script_ends_it(self):
        self.write("script", "step\nstop\nstep\n")
        result = self.expect(2, "debug", "t.jsonl", "--script", "script")
        self.assertRegex(result.stderr, r'^mdsync debug: script:2: there is no command "stop"; did you mean ')
        self.assertNotIn("(mdsync 1/8) step", result.stdout)
        for command in ("why", "why alice/mat", "to noon", "step x", "break m2", "owed carol", "delete 1", "where now", "to #99", "help a b", "store m1 m2", "owed alice bob"):
            with self.subTest(command=command):
                self.debug(command, code=2)

    def test_scripts_give_the_same_bytes_each_time(self):
        commands = ("step 2", "devices", "next", "rules", "why alice/mac m1", "end", "flight", "failures", "help", "quit", "step")
        first = self.debug(*commands)
        self.assertEqual(first.stdout, self.debug(*commands).stdout)
        self.assertNotIn("(mdsync 8/8) step", first.stdout)
        self.write("script", "".join(f"{each}\n" for each in commands))
        self.assertEqual(first.stdout, self.expect(0, "debug", "t.jsonl", "--script", "script").stdout)

    def test_every_command_that_help_names_is_understood(self):
        names = [line.split()[0].rstrip(",") for line in self.said("help").splitlines() if line[2:3].strip()]
        self.assertGreater(len(names), 15)
        for name in names:
            self.assertNotIn("there is no command", self.tool("debug", "t.jsonl", stdin=f"{name}\n".encode()).stderr, name)

    def test_a_script_that_is_a_folder_or_missing(self):
        self.assertIn("Is a directory", self.expect(3, "debug", "t.jsonl", "--script", ".").stderr)
        self.assertIn("--script FILE", self.expect(2, "debug", "-", stdin=RECORDED.encode()).stderr)
        self.assertIn("No such file", self.expect(3, "debug", "t.jsonl", "--script", "none").stderr)


class OnATerminal(ToolTest):
    """What is typed can be edited, completed and had again."""

    def converse(self, *typed):
        self.write("t.jsonl", RECORDED)
        child, terminal = pty.fork()
        if child == 0:
            os.chdir(self.folder)
            os.environ.update(TERM="xterm", COLUMNS="100", LC_ALL="C.UTF-8")
            os.execv(BINARY, [BINARY, "debug", "t.jsonl", "--color", "never"])
        shown = b""
        try:
            for keys in typed:
                shown = self.read_until(terminal, b"(mdsync ", shown)
                os.write(terminal, keys)
                time.sleep(0.2)
            while True:
                try:
                    part = os.read(terminal, 4096)
                except OSError:
                    break
                if not part:
                    break
                shown += part
        finally:
            os.close(terminal)
            _, status = os.waitpid(child, 0)
        self.assertEqual(os.waitstatus_to_exitcode(status), 0, shown)
        return shown.decode(errors="replace")

    def read_until(self, terminal, wanted, shown):
        count = shown.count(wanted)
        deadline = time.monotonic() + PATIENCE
        while shown.count(wanted) == count and time.monotonic() < deadline:
            if select.select([terminal], [], [], 0.5)[0]:
                shown += os.read(terminal, 4096)
        return shown

    def test_keys(self):
        shown = self.converse(b"devi\t\r", b"break alice/m\t\r", b"\x1b[A\r", b"step\r", b"\r", b"quit\r")
        self.assertIn("(mdsync 2/8)", shown)
        self.assertIn("never online, has nothing", shown)
        self.assertIn("break 1: alice/mac", shown)
        self.assertIn("break 2: alice/mac", shown)

    def test_letters_of_any_script_can_be_typed(self):
        shown = self.converse("why alice/手机\r".encode(), b"quit\r")
        self.assertIn('there is no device "alice/手机"', shown)

    def test_the_end_of_input_ends_it(self):
        self.assertIn("(mdsync 1/8)", self.converse(b"step\r", b"\x04"))


class ExplainEvent(ToolTest):
    def test_what_each_rule_said_and_why(self):
        self.write("t.jsonl", RECORDED)
        out = self.expect(0, "check", "t.jsonl", "--explain-event", "8").stdout
        self.assertTrue(out.startswith("#7       :8  15:00:00.050  alice/mac  m1 live\n"), out)
        self.assertRegex(out, r"delivery.no-phantom +not broken +bob/pixel sent m1 15:00:00.020\n")
        self.assertRegex(out, r"delivery.once +broken ")
        document = json.loads(self.expect(0, "check", "t.jsonl", "--explain-event", "8", "--format", "json").stdout)
        self.assertEqual(document["mdsync"], "event/1")
        self.assertEqual([each["rule"] for each in document["violated"]], ["delivery.once"])
        self.assertEqual(document["counts"]["delivery.once"]["violated"], 1)
        self.assertEqual(document["bans"][-1]["said"], "broken")

    def test_connections_are_heard_too(self):
        self.write("t.jsonl", RECORDED)
        out = self.expect(0, "check", "t.jsonl", "--explain-event", "4").stdout
        self.assertIn("limit.within", self.expect(0, "check", "t.jsonl", "--explain-event", "2").stdout + out)

    def test_no_report_goes_with_it(self):
        self.write("t.jsonl", RECORDED)
        for option in (("--report", "html=z.html"), ("--timeline",), ("--require", "all"), ("-x",)):
            self.assertIn("does not go with it", self.expect(2, "check", "t.jsonl", "--explain-event", "8", *option).stderr)

    def test_numbers_are_those_of_check_where_devices_are_declared_on_the_way(self):
        lines = RECORDED.splitlines(keepends=True)
        lines.insert(1, '{"t":1714546800000,"ev":"device","dev":"alice/tab","platform":"web"}\n')
        self.write("t.jsonl", "".join(lines))
        self.expect(1, "check", "t.jsonl", "--report", "json=r.json")
        event = json.loads(self.read("r.json"))["scenarios"][0]["violations"][0]["event"]
        document = json.loads(self.expect(0, "check", "t.jsonl", "--explain-event", "9", "--format", "json").stdout)
        self.assertEqual(document["event"], event)
        markdown = self.expect(0, "export", "t.jsonl", "--as", "markdown").stdout
        self.assertRegex(markdown, r"! +:9 ")

    def test_a_line_without_an_event(self):
        self.write("t.jsonl", RECORDED)
        self.assertIn("line 1 of t.jsonl holds no event", self.expect(2, "check", "t.jsonl", "--explain-event", "1").stderr)
        self.assertIn("wants one trace", self.expect(2, "check", "t.jsonl", "t.jsonl", "--explain-event", "1").stderr)


if __name__ == "__main__":
    unittest.main()
