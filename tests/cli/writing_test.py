"""What helps whoever writes scenarios: warnings where a test tests nothing, messages that say the mend, files of the wrong
kind, and the commands new, fmt and watch."""

import json
import os
import signal
import unittest

from tool import SCENARIOS, ToolTest, scenario, unmet

USERS = {"alice": {"phone": "android", "laptop": "web"}, "bob": {"pixel": "android"}}
LOGIN = {"login": ["alice/phone", "alice/laptop", "bob/pixel"]}


class WritingTest(ToolTest):
    def lint(self, content, *arguments, code=0):
        """What lint finds in a file: (code, line, message, hint)."""
        self.write("a.json", content)
        done = self.expect(code, "lint", "--format", "json", "a.json", *arguments)
        return [(d["code"], d["line"], d["message"], d["hint"]) for d in json.loads(done.stdout)["diagnostics"]]

    def complaint(self, **keys):
        """The one error of a file with these keys: its message and hint."""
        [(_, _, message, hint)] = self.lint(scenario(**keys), code=3)
        return message, hint

    def of_step(self, step):
        return self.complaint(rules=None, steps=[LOGIN, step], groups={"team": ["alice", "bob"]}, chatrooms=["lobby"])


class Warnings(WritingTest):
    def sends(self, type, **keys):
        step = {"send": "m1", "from": "bob/pixel", "to": "alice", "type": type}
        return [(c, m, h) for c, _, m, h in self.lint(scenario(steps=[LOGIN, step], **keys))]

    def test_a_type_of_the_vendor_that_nobody_knows(self):
        self.assertEqual(self.sends("RC:TypSt"), [("scenario.unknown-type", 'nobody knows the message type "RC:TypSt"',
                                                   'did you mean "RC:TypSts"?')])
        self.assertEqual(self.sends("RC:Mine"), [("scenario.unknown-type", 'nobody knows the message type "RC:Mine"',
                                                  'declare it in "messageTypes"')])
        for known in ("RC:TypSts", "RC:ImgMsg", "app:Anything"):
            self.assertEqual(self.sends(known), [])
        self.assertEqual(self.sends("RC:Mine", messageTypes={"RC:Mine": "status"}), [])

    def test_a_type_that_is_nearly_a_declared_one(self):
        self.assertEqual(self.sends("app:Pok", messageTypes={"app:Poke": "status"})[0][2], 'did you mean "app:Poke"?')

    def recalls(self, *steps):
        return self.lint(scenario(steps=[LOGIN, {"send": "hello", "from": "bob/pixel", "to": "alice"}, *steps]))

    def test_a_recall_of_what_no_step_sends(self):
        [(code, _, message, hint)] = self.recalls({"recall": "helo", "by": "bob/pixel"})
        self.assertEqual((code, message, hint),
                         ("scenario.never-sent", 'no step sends the message "helo"', 'did you mean "hello"?'))
        [(_, _, _, hint)] = self.recalls({"recall": "other", "api": "bob"})
        self.assertEqual(hint, 'if that is meant, add "refused": true')

    def test_a_recall_that_shall_be_refused_or_comes_too_early_is_meant(self):
        self.assertEqual(self.recalls({"recall": "m2", "by": "bob/pixel", "refused": True}), [])
        self.assertEqual(self.recalls({"recall": "m2", "by": "bob/pixel"},
                                      {"send": "m2", "from": "bob/pixel", "to": "alice"}), [])
        self.assertEqual(self.recalls({"repeat": 0, "steps": [{"recall": "x${i}", "by": "bob/pixel"}]}), [])

    def test_a_file_that_expects_nothing(self):
        [(code, line, message, _)] = self.lint(scenario(rules=None, steps=[LOGIN]))
        self.assertEqual((code, line, message), ("scenario.tests-nothing", 2, "this scenario expects nothing and lists no rule"))
        self.assertEqual(self.lint(scenario(steps=[LOGIN])), [])
        self.assertEqual(self.lint(scenario(rules=None, steps=[{"logout": "bob/pixel", "refused": True}, LOGIN]), code=3)[0][0],
                         "scenario.impossible-step")

    def test_a_run_tells_them_and_goes_on(self):
        self.write("a.json", scenario(rules=None, steps=[LOGIN]))
        self.assertIn("warning[scenario.tests-nothing]", self.expect(0, "run", "a.json").stderr)


class Strict(WritingTest):
    def unused(self, **keys):
        found = self.lint(scenario(**keys), "--strict", code=3)
        self.assertEqual({c for c, _, _, _ in found}, {"scenario.unused"})
        return [m for _, _, m, _ in found]

    def test_warnings_are_errors(self):
        self.assertEqual(len(self.lint(scenario(rules=None, steps=[LOGIN]), "--strict", code=3)), 1)
        self.assertEqual(self.lint(scenario(), "--strict"), [])

    def test_what_is_declared_for_nothing(self):
        self.assertEqual(self.unused(steps=[LOGIN], groups={"team": ["alice"]}, chatrooms=["lobby"],
                                     users={**USERS, "alice": {**USERS["alice"], "pc": "windows"}, "carol": {"x": "web"}}),
                         ['no step needs the device "alice/pc"', 'no step needs the user "carol"',
                          'no step needs the group "team"', 'no step needs the chatroom "lobby"'])
        self.assertEqual(self.lint(scenario(groups={"team": ["alice"]})), [])

    def test_one_name_of_a_range_and_one_case_of_a_matrix_are_enough(self):
        users = {**USERS, "carol": {"tab{1..3}": "web", "a": "ios", "b": "ios"}}
        self.assertEqual(self.lint(scenario(users=users, matrix={"d": ["a", "b"]},
                                            steps=[LOGIN, {"login": ["carol/tab2", "carol/${d}"]}]), "--strict"), [])

    def test_a_cast_is_for_many(self):
        self.write("cast.json", {"users": {**USERS, "carol": {"x": "web"}}})
        self.assertEqual(self.lint(scenario(users=None, extends="cast.json"), "--strict"), [])

    def test_our_own_scenarios_tell_no_warnings(self):
        done = self.expect(0, "lint", SCENARIOS, "--format", "json")
        codes = {d["code"] for d in json.loads(done.stdout)["diagnostics"]}
        self.assertLessEqual(codes, {"scenario.group-status-path"})


class Mends(WritingTest):
    def test_platforms(self):
        def platform(word):
            return self.complaint(users={**USERS, "carol": {"x": word}})
        for word, meant in (("iphone", "ios"), ("iPad", "ios"), ("andriod", "android"), ("Chrome", "web"), ("mac", "macos")):
            self.assertEqual(platform(word), (f'there is no platform "{word}"', f'did you mean "{meant}"?'))
        self.assertEqual(platform("toaster")[1], "one of android, ios, harmony, web, windows, macos, linux, electron, miniprogram")
        message, hint = platform({"platform": "android"})
        self.assertEqual(message, '"x" takes a word, not an object')
        self.assertIn('"android", "ios"', hint)

    def test_switches(self):
        self.assertEqual(self.of_step({"sync": True}), ('"sync" takes a word, not true', 'write "enable"'))
        self.assertEqual(self.of_step({"sync": False})[1], 'write "disable"')
        self.assertEqual(self.complaint(app={"sync": "on"}), ('"sync" takes true or false, not the text "on"', "write true"))
        self.assertEqual(self.complaint(app={"prepaid": "no"})[1], "write false")

    def test_targets(self):
        def target(to):
            return self.of_step({"send": "m1", "from": "bob/pixel", "to": to})
        self.assertEqual(target("team"), ('there is no user "team"', 'did you mean "group:team"?'))
        self.assertEqual(target("lobby")[1], 'did you mean "chatroom:lobby"?')
        self.assertEqual(target("chatroom:team"), ('there is no chatroom "team"', 'did you mean "group:team"?'))
        self.assertEqual(target("group:alice"), ('there is no group "alice"', 'did you mean "alice"?'))

    def test_percents(self):
        for given, hint in ((5, "5 % is 0.05"), (50, "50 % is 0.5"), (100, "100 % is 1"), (1000, "")):
            self.assertEqual(self.complaint(network={"loss": given}), (f'"loss" is 0..1, not {given}', hint))

    def test_numbers_in_quotes(self):
        self.assertEqual(self.complaint(app={"compensationDays": "3"})[1], "write 3")

    def test_since_when_a_device_is_online(self):
        self.write("a.json", '{"name": "x", "users": {"alice": {"phone": "android"}}, "steps": [\n'
                   '{"login": "alice/phone"},\n{"note": "n"},\n{"login": "alice/phone"},\n'
                   '{"logout": "alice/phone"},\n{"logout": "alice/phone"}]}')
        found = json.loads(self.expect(3, "lint", "--format", "json", "a.json").stdout)["diagnostics"]
        self.assertEqual([(d["line"], d["message"], d["hint"]) for d in found],
                         [(4, "alice/phone is certainly online and can't log in", "it is so since line 2"),
                          (6, "alice/phone is certainly offline and can't log out", "it is so since line 5")])
        self.assertEqual(self.complaint(steps=[{"logout": "bob/pixel"}])[1], "no step before logs it in")

    def test_since_when_it_is_so_in_the_file_that_is_extended(self):
        self.write("cast.json", {"users": USERS, "steps": [LOGIN]})
        [(_, _, _, hint)] = self.lint(scenario(users=None, extends="cast.json", steps=[{"login": "bob/pixel"}]), code=3)
        self.assertRegex(hint, r"^it is so since cast\.json:\d+$")

    def test_single_quotes(self):
        [(_, _, message, hint)] = self.lint("{'name': 1}", code=3)
        self.assertEqual((message, hint), ('expected a key in double quotes, found "\'"', "write \" instead of '"))

    def test_a_part_of_a_key(self):
        self.assertEqual(self.of_step({"set": {"days": 3}})[1], 'did you mean "compensationDays" or "offlineDays"?')
        self.assertEqual(self.of_step({"set": {"limit": 3}})[1], 'did you mean "limits"?')


class WrongKind(WritingTest):
    def hint(self, command, name, code="scenario.wrong-kind"):
        done = self.expect(3, command, name)
        self.assertIn(f"error[{code}]: this is ", done.stderr)
        return done.stderr

    def test_what_is_no_scenario(self):
        self.write("s.json", scenario())
        self.trace("t.jsonl", {"t": 1000, "ev": "connect", "dev": "alice/phone"})
        self.trace("header.jsonl")
        self.expect(0, "run", "s.json", "--report", "json=r.json", "--write-baseline", "b.json", "--record", "r.run")
        for name, use in (("t.jsonl", "mdsync check t.jsonl"), ("header.jsonl", "mdsync check header.jsonl"),
                          ("r.json", "mdsync merge r.json, mdsync diff OLD NEW, or mdsync run --failed r.json"),
                          ("b.json", "mdsync run --baseline b.json"), ("r.run", "mdsync replay r.run")):
            said = self.hint("run", name)
            self.assertIn(use, said, name)
            self.assertEqual(said.count("error["), 1, said)

    def test_what_is_no_trace(self):
        self.write("s.json", scenario())
        self.write("named.json", {"mdsync": "scenario/1", **scenario()})
        self.write("line.json", json.dumps(scenario()))
        self.expect(0, "run", "s.json", "--report", "json=r.json")
        for name in ("s.json", "named.json", "line.json"):
            self.assertIn(f"mdsync run {name}", self.hint("check", name, "trace.wrong-kind"))
        self.assertIn("this is a result, not a trace", self.hint("check", "r.json", "trace.wrong-kind"))

    def test_what_is_no_result(self):
        self.trace("t.jsonl", {"t": 1000, "ev": "connect", "dev": "alice/phone"})
        self.write("s.json", {"mdsync": "scenario/1", **scenario()})
        self.assertIn("mdsync check t.jsonl", self.expect(3, "diff", "t.jsonl", "t.jsonl").stderr)
        self.assertIn("mdsync run s.json", self.expect(3, "merge", "s.json").stderr)

    def test_text_that_only_speaks_of_it_is_what_it_is(self):
        self.write("s.json", scenario(description='it holds "mdsync": "trace/1" somewhere'))
        self.expect(0, "run", "s.json")


class New(ToolTest):
    def rules(self):
        return [row["id"] for row in json.loads(self.expect(0, "rules", "--format", "json").stdout)["rules"]]

    def test_a_first_file_passes_and_is_laid_out(self):
        self.expect(0, "new", "s/first.json")
        self.expect(0, "run", "s/first.json")
        self.expect(0, "lint", "s/first.json", "--strict")
        self.expect(0, "fmt", "--check", "s/first.json")
        self.assertEqual(self.expect(0, "new").stdout, self.read("s/first.json"))

    def test_of_each_rule_it_puts_the_rule_to_the_test(self):
        warned = set()
        for rule in self.rules():
            if self.expect(0, "new", f"s/{rule}.json", "--rule", rule).stderr:
                warned.add(f"s/{rule}.json")
        done = json.loads(self.tool("run", "s", "--format", "json").stdout)
        self.assertEqual({s["id"] for s in done["scenarios"] if s["verdict"] != "pass"}, warned)
        self.assertLessEqual(len(warned), 1)
        for case in json.loads(self.expect(0, "list", "s", "--format", "json").stdout)["cases"]:
            self.assertEqual(case["rules"], [case["file"][2:-5]])

    def test_it_writes_over_nothing(self):
        self.write("a.json", "mine")
        self.assertIn("a.json is there already", self.expect(2, "new", "a.json").stderr)
        self.assertEqual(self.read("a.json"), "mine")

    def test_a_rule_that_is_none(self):
        self.assertIn('did you mean "web.ten-tabs"?', self.expect(2, "new", "--rule", "web.ten-tab").stderr)


LOOSE = """// who and what
{ "name":"x" ,   "users" : {"alice":{"phone":"android"},
  // the other one
      "bob":{"pixel":"android"}},  /* settings */
"app":{"sync":true},


"steps":[ {"login":["alice/phone","bob/pixel"]}, // both
   {"note":"\\u00fc // no comment"},{"repeat":2,"steps":[{"note":"n"}]},

   {"concurrently":[
 {"logout":"alice/phone"},{"logout":"bob/pixel"}]}
   // the end
 ] }
/* bye */"""

LAID = """// who and what
{
  "name": "x",
  "users": {
    "alice": { "phone": "android" },
    // the other one
    "bob": { "pixel": "android" }
  }, /* settings */
  "app": { "sync": true },

  "steps": [
    { "login": ["alice/phone", "bob/pixel"] }, // both
    { "note": "\\u00fc // no comment" },
    { "repeat": 2, "steps": [
      { "note": "n" }
    ] },

    { "concurrently": [
      { "logout": "alice/phone" },
      { "logout": "bob/pixel" }
    ] }
    // the end
  ]
}
/* bye */
"""


class Fmt(ToolTest):
    def fmt(self, text):
        return self.expect(0, "fmt", "-", stdin=text.encode()).stdout

    def test_blanks_change_and_nothing_else(self):
        self.assertEqual(self.fmt(LOOSE), LAID)
        self.assertEqual(self.fmt(LAID), LAID)

    def test_what_does_not_fit_is_broken(self):
        long = ["alice/" + "x" * 30] * 4
        self.assertEqual(self.fmt(json.dumps({"a": long, "b": long[:2]})),
                         "{\n  \"a\": [\n" + ",\n".join(f'    "{name}"' for name in long) + "\n  ],\n  \"b\": "
                         + json.dumps(long[:2]) + "\n}\n")

    def test_comments_anywhere_stay(self):
        text = '/*a*/{/*b*/"k"/*c*/:/*d*/[/*e*/1/*f*/,/*g*/2/*h*/]/*i*/,//j\n"l":{/*m*/},"n":[//o\n]//p\n}//q'
        laid = self.fmt(text)
        for letter in "abcdefghimjopq":
            self.assertRegex(laid, rf"/[/*]{letter}")
        self.assertEqual(self.fmt(laid), laid)

    def test_our_scenarios_mean_the_same_and_stay_as_they_are_then(self):
        for folder, _, names in os.walk(SCENARIOS):
            for name in (name for name in names if name.endswith(".json")):
                with open(os.path.join(folder, name), encoding="utf-8") as file:
                    self.write(os.path.join("s", os.path.basename(folder), name), file.read())
        before = self.expect(0, "run", "s", "--format", "json").stdout
        self.expect(0, "fmt", "s", "-q")
        self.assertEqual(self.expect(0, "fmt", "--check", "s").stdout, "")
        hashes = [[s["runHash"] for s in json.loads(text)["scenarios"]]
                  for text in (before, self.expect(0, "run", "s", "--format", "json").stdout)]
        self.assertEqual(*hashes)

    def test_check_writes_nothing(self):
        self.write("a.json", LOOSE)
        self.write("b.json", LAID)
        self.assertEqual(self.expect(1, "fmt", "--check", "a.json", "b.json").stdout, "a.json is not laid out\n")
        self.assertEqual(self.read("a.json"), LOOSE)
        self.assertEqual(self.expect(0, "fmt", ".").stdout, "./a.json\n")
        self.assertEqual(self.read("a.json"), LAID)

    def test_what_is_no_json_stays_as_it_is(self):
        self.write("a.json", "{,}")
        self.assertIn("a.json:1:2", self.expect(3, "fmt", "a.json").stderr)
        self.assertEqual(self.read("a.json"), "{,}")
        self.assertIn("No such file", self.expect(3, "fmt", "gone.json").stderr)


class Watch(ToolTest):
    def lines_until(self, process, text):
        lines = []
        while not lines or text not in lines[-1]:
            line = process.stderr.readline() if text.startswith("watching") else process.stdout.readline()
            self.assertTrue(line, lines)
            lines.append(line.decode())
        return lines

    def test_what_changes_is_run_again(self):
        self.write("s/a.json", scenario())
        self.write("s/b.json", scenario())
        process = self.start("watch", "s")
        self.lines_until(process, "PASS  2 cases")
        self.lines_until(process, "watching 2 files; Ctrl-C ends")
        self.write("s/b.json", unmet())
        self.lines_until(process, "changed: s/b.json")
        self.lines_until(process, "FAIL  1 case")
        self.lines_until(process, "watching 2 files")
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.wait(), 130)

    def test_who_extends_what_changes_is_run_again(self):
        self.write("cast.json", {"users": scenario()["users"], "app": {"sync": True}})
        self.write("s/a.json", scenario(users=None, extends="../cast.json"))
        self.write("s/b.json", scenario())
        process = self.start("watch", "s", "-q")
        self.lines_until(process, "PASS  2 cases")
        self.write("cast.json", {"users": scenario()["users"], "app": {"sync": True}, "steps": [{"note": "new"}]})
        self.lines_until(process, "changed: s/a.json\n")
        self.lines_until(process, "PASS  1 case")

    def test_a_new_file_is_run(self):
        self.write("s/a.json", scenario())
        process = self.start("watch", "s")
        self.lines_until(process, "PASS  1 case")
        self.write("s/b.json", scenario())
        self.lines_until(process, "changed: s/b.json\n")

    def test_standard_input_does_not_change(self):
        self.assertIn("standard input does not change", self.expect(2, "watch", "-").stderr)


if __name__ == "__main__":
    unittest.main()
