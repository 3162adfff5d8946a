"""What files share (`extends`), and values from the command line (`--set`)."""

import json
import os
import re
import unittest

from tool import ToolTest

PAGE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "docs", "scenario-format.md")

CAST = {
    "app": {"sync": True, "compensationDays": 2},
    "tags": ["cast"],
    "users": {"alice": {"phone": "android", "laptop": "web"}, "bob": {"pixel": "android"}},
    "groups": {"team": ["alice", "bob"]},
    "steps": [{"login": ["alice/phone", "bob/pixel"]}],
}

SENDS = [{"send": "m1", "from": "bob/pixel", "to": "alice"},
         {"expect": {"device": "alice/phone", "has": ["m1"]}}]


class ExtendsTest(ToolTest):
    def extending(self, name="a.json", base="cast.json", **keys):
        content = {"extends": base, "name": "A file that extends another", "steps": SENDS, **keys}
        return self.write(name, {key: value for key, value in content.items() if value is not None})

    def listed(self, *arguments):
        return json.loads(self.expect(0, "list", "--format", "json", *arguments).stdout)["cases"]

    def complaints(self, *arguments, code=3):
        done = self.expect(code, "lint", "--format", "json", *arguments)
        return [(d["file"], d["line"], d["code"], d["message"], d["hint"])
                for d in json.loads(done.stdout)["diagnostics"]]


class WhereAStepStands(ExtendsTest):
    def test_the_page_names_the_file_of_a_step_that_was_taken(self):
        self.write("casts/late.json", {**CAST, "steps": [*CAST["steps"],
                                                         {"expect": {"device": "bob/pixel", "online": False}}]})
        self.extending(base="casts/late.json")
        self.expect(1, "run", "a.json", "--report", "html-full=r.html")
        page = self.read("r.html")
        data = {name: json.loads(text) for name, text in
                re.findall(r'<script type="application/json" id="(\w+)">(.*?)</script>', page, re.S)}
        files = [source[3:] for source in data["story0"]["sources"]]
        self.assertEqual(files, [["casts/late.json"]] * (len(CAST["steps"]) + 1) + [[]] * len(SENDS))
        self.assertEqual(data["data"]["cases"][0]["expectations"][0]["file"], "casts/late.json")

    def test_a_time_limit_names_it_too(self):
        self.write("cast.json", CAST)
        self.extending(steps=[{"expect": {"device": "bob/pixel", "online": True, "within": "0ms"}}])
        self.assertRegex(self.expect(1, "run", "a.json").stdout,
                         r"bob/pixel came online \d+ms after the last step, cast.json:\d+; within 0ms was asked")


class WhatIsTaken(ExtendsTest):
    def test_users_settings_and_first_steps_come_from_the_other_file(self):
        self.write("cast.json", CAST)
        self.extending(tags=["mine", "cast"], rules=["online.received"])
        self.assertIn("1 case: 1 passed", self.expect(0, "run", "a.json").stdout)
        [case] = self.listed("a.json")
        self.assertEqual((case["steps"], case["tags"], case["rules"]), (3, ["mine", "cast"], ["online.received"]))

    def test_what_stands_in_both_is_as_the_extending_file_has_it(self):
        self.write("cast.json", {**CAST, "seed": 7, "start": "2024-01-01T00:00:00Z", "chatrooms": ["lobby"],
                                 "messageTypes": {"app:A": "status", "app:B": "status"}})
        self.extending(seed=8, app={"compensationDays": 5}, users={"alice": {"phone": "ios"}, "carol": {"tab": "web"}},
                       groups={"pair": ["alice", "carol"]}, messageTypes={"app:B": "normal"})
        self.expect(0, "run", "a.json", "--trace", "trace.jsonl")
        header = json.loads(self.read("trace.jsonl").splitlines()[0])
        self.assertEqual((header["app"]["sync"], header["app"]["compensationDays"]), (True, 5))
        self.assertEqual(header["users"], {"alice": {"phone": "ios", "laptop": "web"}, "carol": {"tab": "web"},
                                           "bob": {"pixel": "android"}})
        self.assertEqual(header["groups"], {"pair": ["alice", "carol"], "team": ["alice", "bob"]})
        self.assertEqual(header["messageTypes"], {"app:A": "status", "app:B": "normal"})
        self.assertEqual((header["t"], header["chatrooms"]), (1704067200000, ["lobby"]))
        self.assertEqual(json.loads(self.expect(0, "run", "a.json", "--format", "json").stdout)["scenarios"][0]["seed"], 8)

    def test_it_is_the_same_run_as_of_one_file_with_all_of_it(self):
        self.write("cast.json", CAST)
        self.extending()
        self.write("whole.json", {**CAST, "name": "x", "steps": CAST["steps"] + SENDS})
        hashes = [json.loads(self.expect(0, "run", name, "--format", "json").stdout)["scenarios"][0]["runHash"]
                  for name in ("a.json", "whole.json")]
        self.assertEqual(*hashes)

    def test_paths_are_relative_to_the_file_and_files_extend_each_other(self):
        self.write("casts/users.json", {"users": CAST["users"]})
        self.write("casts/on.json", {"extends": "users.json", "app": {"sync": True}, "steps": CAST["steps"]})
        self.extending("web/a.json", "../casts/on.json")
        self.expect(0, "run", "web")
        self.expect(0, "run", "../" + os.path.basename(self.folder) + "/web/a.json")

    def test_up_to_eight_deep(self):
        self.write("c8.json", CAST)
        for i in range(7, 0, -1):
            self.write(f"c{i}.json", {"extends": f"c{i + 1}.json"})
        self.extending("ok.json", "c1.json")
        self.expect(0, "run", "ok.json")
        self.extending("deeper.json", "ok.json")
        [(file, line, code, message, _)] = self.complaints("deeper.json")
        self.assertEqual((file, code, message), ("c7.json", "scenario.bad-extends", "more than 8 files extend each other"))

    def test_the_matrix_of_the_other_file_counts(self):
        self.write("cast.json", {**CAST, "app": {"sync": "${on}"}, "matrix": {"on": [True, False]}})
        self.extending()
        self.assertEqual([c["id"] for c in self.listed("a.json")], ["a.json#on=true", "a.json#on=false"])

    def test_the_page_does_what_it_says(self):
        with open(PAGE, encoding="utf-8") as page:
            section = page.read().split("## What several files share")[1].split("\n## ")[0]
        cast, scenario = re.findall(r"```json\n(.*?)```", section, re.S)
        self.write("cast.json", cast)
        self.write("a.json", scenario)
        self.assertIn("1 case: 1 passed", self.expect(0, "run", ".").stdout)


class WhatIsRun(ExtendsTest):
    def test_a_cast_is_not_run_when_its_folder_is(self):
        self.write("cast.json", {key: CAST[key] for key in ("app", "users")})
        self.extending(steps=CAST["steps"] + SENDS)
        self.assertEqual([c["id"] for c in self.listed(".")], ["a.json"])
        self.expect(0, "lint", ".")

    def test_a_cast_alone_is_nothing_to_run_and_an_error_by_name(self):
        self.write("casts/cast.json", {"users": CAST["users"]})
        self.expect(4, "run", "casts")
        self.assertIn("it is there for others to extend", self.expect(3, "run", "casts/cast.json").stderr)

    def test_a_mistake_in_a_cast_is_found_where_nothing_extends_it(self):
        self.write("casts/cast.json", {"users": {"alice": {"phone": "andriod"}}})
        [(file, _, code, _, _)] = self.complaints("casts")
        self.assertEqual((file, code), ("casts/cast.json", "scenario.unknown-word"))

    def test_a_file_without_a_name_is_a_mistake_unless_another_one_extends_it(self):
        self.write("s/base.json", CAST)
        [(file, _, code, message, _)] = self.complaints("s")
        self.assertEqual((file, code, message), ("s/base.json", "scenario.missing-key", 'a scenario needs the key "name"'))
        self.extending("s/a.json", "base.json")
        self.expect(0, "run", "s")

    def test_a_whole_scenario_that_is_extended_runs_itself_too(self):
        self.write("first.json", {**CAST, "name": "The first"})
        self.extending("second.json", "first.json")
        self.assertEqual([c["id"] for c in self.listed(".")], ["first.json", "second.json"])

    def test_standard_input_extends_what_lies_here(self):
        self.write("cast.json", CAST)
        self.expect(0, "run", "-", stdin=json.dumps({"extends": "cast.json", "name": "x", "steps": SENDS}).encode())


class WhatIsWrong(ExtendsTest):
    def test_a_mistake_is_shown_in_the_file_in_which_it_stands(self):
        self.write("cast.json", '{\n"users": {"alice": {"phone": "android"}},\n"ap": {},\n"steps": [{"login": "alice/fon"}]}')
        self.extending(steps=[{"login": "bob/pixel"}])
        self.assertEqual([(file, line, code) for file, line, code, _, _ in self.complaints("a.json")],
                         [("a.json", 6, "scenario.undeclared"), ("cast.json", 3, "scenario.unknown-key"),
                          ("cast.json", 4, "scenario.undeclared")])
        self.assertIn("--> cast.json:4:", self.expect(3, "run", "a.json").stderr)

    def test_what_is_no_json_is_shown_there_too(self):
        self.write("cast.json", '{\n"users": {,}}')
        self.extending()
        [(file, line, code, _, _)] = self.complaints("a.json")
        self.assertEqual((file, line, code), ("cast.json", 2, "scenario.not-json"))

    def test_a_file_that_is_not_there(self):
        self.write("cast.json", CAST)
        self.extending(base="casts.json")
        [(file, line, code, message, hint)] = self.complaints("a.json")
        self.assertEqual((file, line, code), ("a.json", 2, "scenario.bad-extends"))
        self.assertIn('can\'t read "casts.json": No such file', message)
        self.assertEqual(hint, 'did you mean "cast.json"?')

    def test_what_is_no_file_name(self):
        os.mkdir(self.path("folder"))
        for base in ("folder", "", "${x}", "a\0b"):
            self.extending(base=base)
            [(file, line, code, _, _)] = self.complaints("a.json")
            self.assertEqual((file, line, code), ("a.json", 2, "scenario.bad-extends"), base)
        self.extending(base=5)
        self.assertEqual([(c[0], c[2]) for c in self.complaints("a.json")], [("a.json", "scenario.wrong-type")])

    def test_a_circle(self):
        self.write("b.json", '{\n"extends":\n"./a.json"}')
        self.extending(base="b.json")
        [(file, line, code, message, _)] = self.complaints("a.json")
        self.assertEqual((file, line, code, message), ("b.json", 3, "scenario.bad-extends", '"a.json" would extend itself'))

    def test_a_second_matrix(self):
        self.write("cast.json", {**CAST, "app": {"sync": "${on}"}, "matrix": {"on": [True]}})
        self.extending(matrix={"n": [1]}, seed="${n}")
        self.assertIn(("a.json", "scenario.bad-extends"), [(c[0], c[2]) for c in self.complaints("a.json")])

    def test_what_cannot_be_merged(self):
        self.write("cast.json", {**CAST, "groups": "${g}", "tags": "none", "matrix": {"g": [{}]}})
        self.extending(groups={"team": ["bob"]}, tags=["a"])
        self.assertEqual(sorted((c[0], c[2]) for c in self.complaints("a.json")),
                         [("cast.json", "scenario.bad-extends"), ("cast.json", "scenario.wrong-type")])

    def test_a_mistake_in_what_the_other_file_is_told_alone_is_not_ours(self):
        self.write("cast.json", {**CAST, "name": 5, "rules": ["nonsense"]})
        self.extending()
        self.expect(0, "run", "a.json")

    def test_a_failing_step_of_the_other_file_is_shown_there(self):
        base = {**CAST, "steps": CAST["steps"] + SENDS + [{"expect": {"device": "alice/phone", "lacks": ["m1"]}}]}
        self.write("base.json", json.dumps(base, indent=1))
        self.extending(base="base.json", steps=[{"note": "nothing more"}])
        done = self.expect(1, "run", "a.json", "--report", "json=result.json", "--report", "junit=junit.xml",
                           "--report", "html=page.html")
        self.assertRegex(done.stdout, r"--> base\.json:\d+:3\n")
        [unmet] = [e for e in json.loads(self.read("result.json"))["scenarios"][0]["expectations"] if e["verdict"] == "fail"]
        self.assertEqual(unmet["file"], "base.json")
        self.assertIn(f"at base.json:{unmet['line']}:", self.read("junit.xml"))
        merged = self.expect(1, "merge", "result.json").stdout
        self.assertIn(f"--> base.json:{unmet['line']}:", merged)


class Set(ExtendsTest):
    def matrix(self, matrix, name="m.json", **keys):
        return self.write(name, {**CAST, "name": "x", "app": {"sync": True, "compensationDays": "${days}"},
                                 "matrix": matrix, "steps": CAST["steps"] + SENDS, **keys})

    def ids(self, *arguments):
        return self.expect(0, "list", "--ids", *arguments).stdout.split()

    def test_a_variable_has_this_one_value(self):
        self.matrix({"days": [1, 2], "seed": [5, 6]}, seed="${seed}")
        self.assertEqual(self.ids("m.json", "--set", "days=3"), ["m.json#days=3,seed=5", "m.json#days=3,seed=6"])
        self.assertEqual(self.ids("m.json", "--set", "days=3", "--set", "seed=9"), ["m.json#days=3,seed=9"])
        self.assertEqual(self.ids("m.json", "--set", "days=3", "--set", "days=4", "--set", "seed=9"), ["m.json#days=4,seed=9"])
        self.expect(0, "run", "m.json", "--set", "days=3")

    def test_entries_that_are_the_same_then_are_one(self):
        self.matrix([{"days": 1, "s": 1}, {"days": 2, "s": 1}, {"days": 1, "s": 2}], seed="${s}")
        self.assertEqual(self.ids("m.json", "--set", "days=3"), ["m.json#days=3,s=1", "m.json#days=3,s=2"])

    def test_it_is_json_where_that_parses_and_else_text(self):
        self.matrix({"days": [1], "text": ["a"]}, steps=CAST["steps"] + [{**SENDS[0], "text": "${text}"}])
        for given, text in (('say "hi" \\', 'say "hi" \\'), ("3", "3"), ('"3"', "3"), ("[", "["), ("", ""), ("ü\x01", "ü\x01")):
            self.expect(0, "run", "m.json", "--set", "text=" + given, "--trace", "t.jsonl")
            sent = [json.loads(l) for l in self.read("t.jsonl").splitlines() if '"ev":"send"' in l]
            self.assertEqual(sent[0].get("text", ""), text, given)

    def test_a_value_of_the_wrong_kind_is_a_mistake_that_names_it(self):
        self.matrix({"days": [1]})
        [(file, line, code, message, _)] = self.complaints("m.json", "--set", "days=many")
        self.assertEqual(code, "scenario.wrong-type")
        self.assertIn("with days=many", message)
        [(file, _, code, _, _)] = self.complaints("m.json", "--set", "days=${x}")
        self.assertEqual((file, code), ("--set days=${x}", "scenario.bad-substitution"))

    def test_a_file_without_the_variable_stays_as_it_is(self):
        self.matrix({"days": [1, 2]})
        self.write("other.json", {**CAST, "name": "y"})
        self.assertEqual(self.ids("m.json", "other.json", "--set", "days=3"), ["m.json#days=3", "other.json"])

    def test_a_name_that_no_selected_file_has_is_a_usage_error(self):
        self.matrix({"days": [1, 2]})
        self.write("other.json", {**CAST, "name": "y"})
        for command in ("run", "list", "lint", "shrink", "mutants"):
            done = self.expect(2, command, "m.json", "--set", "day=3")
            self.assertEqual(done.stderr, 'mdsync: --set day: no matrix here has this key; did you mean "days"?\n')
        self.assertIn("no file here has a matrix", self.expect(2, "run", "other.json", "--set", "days=3").stderr)
        self.expect(2, "run", ".", "-k", "other", "--set", "days=3")
        for text in ("days", "=3"):
            self.assertIn("not of the form NAME=VALUE", self.expect(2, "run", "m.json", "--set", text).stderr)

    def test_the_line_that_runs_it_again_says_it(self):
        self.matrix({"days": [1]}, steps=CAST["steps"] + SENDS[:1] + [{"expect": {"device": "alice/phone", "lacks": ["m1"]}}])
        done = self.expect(1, "run", "m.json", "--set", "days=3")
        again = re.search(r"again: +mdsync (.*)\n", done.stdout).group(1)
        self.assertEqual(again, "run m.json#days=3 --seed 1 --set days=3")
        self.expect(1, *again.split())
        self.expect(0, "shrink", "m.json", "--set", "days=3")

    def test_the_matrix_of_what_is_extended_takes_it_too(self):
        self.matrix({"days": [1, 2]}, "base.json")
        self.extending(base="base.json", steps=[])
        self.assertEqual(self.ids("a.json", "--set", "days=7"), ["a.json#days=7"])


if __name__ == "__main__":
    unittest.main()
