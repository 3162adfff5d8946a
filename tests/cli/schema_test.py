"""The schemas that mdsync prints are right: all that the tool writes fits them, and of small changes to that each schema says
what the tool says when it reads them."""

import copy
import json
import os
import re
import sys
import unittest

from json_schema import Schema
from tool import BINARY, SCENARIOS, ToolTest, inconclusive, scenario, unmet

DOCS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "docs", "schema")
KINDS = ("scenario", "trace", "adapter", "result", "baseline")


def changes(value, place=()):
    """Small changes of a JSON value: (what was done, the changed value)."""
    def at(new):
        whole = copy.deepcopy(value)
        return new(whole)

    def without(key):
        def change(whole):
            del whole[key]
            return whole
        return change

    def put(key, item):
        def change(whole):
            whole[key] = item
            return whole
        return change

    if isinstance(value, dict):
        yield f"{place} gets a key", at(put("unheardOf", 1))
        for key, item in value.items():
            yield f"{place} loses {key}", at(without(key))
            for what, changed in changes(item, (*place, key)):
                yield what, at(put(key, changed))
    elif isinstance(value, list):
        yield f"{place} is no list", {}
        for number, item in enumerate(value[:2]):
            for what, changed in changes(item, (*place, number)):
                yield what, at(put(number, changed))
    if isinstance(value, str):
        yield f"{place} is a number", 5
        yield f"{place} is another text", value + " \u0001?"
    elif isinstance(value, bool):
        yield f"{place} is a text", "true"
    elif isinstance(value, int):
        yield f"{place} is a text", str(value)
        yield f"{place} has a fraction", value + 0.5
    elif isinstance(value, dict):
        yield f"{place} is a list", [value]


def without_comments(text):
    return re.sub(r'("(?:\\.|[^"\\])*")|//[^\n]*|/\*.*?\*/', lambda found: found.group(1) or "", text, flags=re.S)


class SchemaTest(ToolTest):
    def schema(self, kind):
        return Schema(self.expect(0, "schema", kind).stdout)

    def fits(self, schema, value, what=""):
        self.assertEqual(schema.faults(value), [], what)


class Printed(SchemaTest):
    def test_each_is_the_one_in_the_documentation(self):
        for kind in KINDS:
            with open(os.path.join(DOCS, f"{kind}.schema.json"), encoding="utf-8") as file:
                self.assertEqual(self.expect(0, "schema", kind).stdout, file.read(), f"script/regenerate docs/schema/{kind}")
        self.assertEqual(self.expect(0, "schema").stdout, self.expect(0, "schema", "scenario").stdout)

    def test_another_kind_is_told(self):
        self.assertIn('did you mean "result"?', self.expect(2, "schema", "results").stderr)

    def test_every_definition_is_used_and_there(self):
        for kind in KINDS:
            text = self.expect(0, "schema", kind).stdout
            for name in json.loads(text)["definitions"]:
                self.assertIn(f'"#/definitions/{name}"', text, kind)
            for reference in set(text.split('"$ref": "#/definitions/')[1:]):
                self.assertIn(reference.split('"')[0], json.loads(text)["definitions"], kind)


def everything():
    """A scenario with every verb."""
    steps = [
        {"login": ["alice/phone", "alice/laptop", "bob/pixel"]}, {"sync": "enable"}, {"sync": "disable", "refused": False},
        {"send": "m1", "from": "bob/pixel", "to": "alice", "text": "hi"},
        {"send": "g1", "from": "bob/pixel", "to": "group:team", "type": "app:A"},
        {"publish": "p1", "from": "bob", "to": "alice", "api": "status", "includeSender": True},
        {"publish": "p2", "from": "bob", "to": "group:team", "api": "/statusmessage/group/publish.json"},
        {"recall": "m1", "by": "bob/pixel"}, {"recall": "p2", "api": "bob"}, {"recall": "none", "api": "bob", "refused": True},
        {"set": {"compensationDays": 3, "limits": {"mobile": 2}}}, {"set": {"offlineDays": 9}, "refused": True},
        {"join": "chatroom:lobby", "by": "alice/phone"}, {"send": "r1", "from": "alice/phone", "to": "chatroom:lobby"},
        {"leave": "chatroom:lobby", "by": "alice/phone"}, {"leave": "group:team", "user": "alice"},
        {"join": "group:team", "user": "alice"}, {"hold": "alice/phone"},
        {"send": "m2", "from": "bob/pixel", "to": "alice", "settle": False}, {"release": "alice/phone"},
        {"network": {"latency": "1ms..9ms", "loss": 0, "duplicate": 0.5}, "on": ["alice/phone"]},
        {"concurrently": [{"send": "c1", "from": "bob/pixel", "to": "alice"}, {"logout": "alice/laptop"}]},
        {"drop": "alice/phone", "noticedAfter": "10s"}, {"wait": "1m"}, {"wait": {"until": "2024-05-03T00:00:00+08:00"}},
        {"reinstall": "alice/phone"}, {"login": "alice/phone"}, {"server": "restart"},
        {"repeat": 2, "as": "i", "steps": [{"note": "${i}"}]},
        {"expect": {"device": "alice/phone", "online": False, "offlineReason": "server"}},
        {"expect": {"user": "alice", "onlineCount": 0, "class": "web", "online": [], "within": "2s"}},
        {"expect": {"device": "alice/phone", "online": False, "within": "2s"}}, {"expect": {"message": "m1", "accepted": True}},
        {"expect": {"service": "sync", "state": "changing"}},
    ]
    return scenario(rules=None, steps=steps, groups={"team": ["alice", "bob"]}, chatrooms=["lobby"], matrix={"n": [1]},
                    seed="${n}", messageTypes={"app:A": "normal"}, start="2024-05-01T09:00:00+08:00",
                    network={"latency": "5ms"}, readings={"window": "any", "switch-delay": "30m"})


class Scenarios(SchemaTest):
    def test_our_scenarios_fit(self):
        schema = self.schema("scenario")
        for folder, _, names in os.walk(SCENARIOS):
            for name in (name for name in names if name.endswith(".json")):
                with open(os.path.join(folder, name), encoding="utf-8") as file:
                    text = file.read()
                self.fits(schema, json.loads(without_comments(text)), name)

    def test_what_the_tool_writes_fits(self):
        schema = self.schema("scenario")
        self.write("a.json", everything())
        self.expect(1, "run", "a.json", "--trace", "t.jsonl")
        self.expect(0, "export", "t.jsonl", "--as", "scenario", "-o", "e.json")
        self.expect(0, "new", "n.json", "--rule", "recall.offline-devices")
        for name in ("e.json", "n.json"):
            self.fits(schema, json.loads(self.read(name)), name)

    def test_casts_and_files_that_extend_them_fit(self):
        schema = self.schema("scenario")
        self.fits(schema, {"users": {"a": {"b": "web"}}})
        self.fits(schema, {"extends": "cast.json", "name": "x", "steps": []})
        self.assertNotEqual(schema.faults({"name": "x", "steps": []}), [])

    def test_what_it_forbids_the_reader_refuses(self):
        schema = self.schema("scenario")
        self.fits(schema, everything())
        wrong = [(what, changed) for what, changed in changes(everything()) if schema.faults(changed)]
        self.assertGreater(len(wrong), 50)
        for number, (what, changed) in enumerate(wrong):
            self.write(f"s/{number:04}.json", changed)
        found = json.loads(self.expect(3, "lint", "s", "--format", "json").stdout)["diagnostics"]
        refused = {d["file"] for d in found if d["severity"] == "error"}
        self.assertEqual([what for number, (what, _) in enumerate(wrong) if f"s/{number:04}.json" not in refused], [])

    def test_it_says_the_mistakes_of_an_editor(self):
        schema = self.schema("scenario")
        for place, changed in (("/rules/0", scenario(rules=["recall.offline-device"])),
                               ("/steps/0/wait", scenario(steps=[{"wait": "10 min"}])),
                               ("/steps/0", scenario(steps=[{"recall": "m1"}])),
                               ("/steps/0/expect", scenario(steps=[{"expect": {"device": "a/b", "onlin": True}}])),
                               ("/start", scenario(start="yesterday")),
                               ("/network/latency", scenario(network={"latency": "fast"}))):
            faults = schema.faults(changed)
            self.assertTrue(any(fault.startswith(place + ":") for fault in faults), (place, faults))


class Traces(SchemaTest):
    def lines(self):
        self.write("a.json", everything())
        self.expect(1, "run", "a.json", "--trace", "t.jsonl")
        return [json.loads(line) for line in self.read("t.jsonl").splitlines()]

    def test_what_the_tool_writes_fits(self):
        schema = self.schema("trace")
        lines = self.lines()
        self.assertGreater(len({line.get("ev") for line in lines}), 18)
        for line in lines:
            self.fits(schema, line, line)

    def test_it_says_of_each_changed_line_what_the_reader_says(self):
        schema = self.schema("trace")
        lines = self.lines()
        seen, wrong = set(), []
        for number, line in enumerate(lines):
            if (line.get("ev"), *sorted(line)) in seen:
                continue
            seen.add((line.get("ev"), *sorted(line)))
            for what, changed in changes(line):
                if not isinstance(changed, dict) or "another text" in what and "'text'" not in what:
                    continue  # names that nobody declared are the reader's
                if "'users'" in what and "loses" in what:
                    continue
                wrong.append((number, f"{line.get('ev')}: {what}", changed))
        names = []
        for place, (number, _, changed) in enumerate(wrong):
            whole = lines[:number] + [changed]
            names.append(self.write(f"t/{place:04}.jsonl", "".join(json.dumps(line) + "\n" for line in whole)))
        done = self.tool("check", *names, "--format", "json")
        results = json.loads(done.stdout)["scenarios"]
        self.assertEqual(len(results), len(wrong))
        differ = []
        for (_, what, changed), result in zip(wrong, results):
            isRefused = any(d["severity"] == "error" for d in result.get("diagnostics", []))
            if isRefused != bool(schema.faults(changed)):
                differ.append((what, "refused" if isRefused else "taken", schema.faults(changed)))
        self.assertEqual(differ, [])

    def test_keys_for_notes_of_ones_own(self):
        self.fits(self.schema("trace"), {"t": 1, "ev": "settled", "x-note": {"a": 1}})


# An adapter that answers hello, reset and login, and says the line in the file `said` once, before it answers `login`.
ADAPTER = """
import json, sys
said = json.load(open("said"))
for line in sys.stdin:
    request = json.loads(line)
    op = request["op"]
    if op == "bye":
        break
    ok = {"t": 1714525200000} if op == "settle" else {}
    if op == "hello":
        ok = {"name": "small", "clock": "virtual", "ops": ["login", "send"]}
        if said["op"] == "hello": ok = said["line"]
    if op == "login":
        print(json.dumps({"ev": "online", "t": 1714525200000, "dev": request["dev"]}))
        ok = {"t": 1714525200000}
    answer = {"id": request["id"], "ok": ok}
    if op not in ("hello", "reset", "login", "send", "settle"):
        answer = {"id": request["id"], "unsupported": "no"}
    if op == said["op"] and op != "hello":
        line = dict(said["line"])
        if "id" in line and line["id"] == 1: line["id"] = request["id"]
        print(json.dumps(line))
        if "ev" not in line: answer = None
    if answer: print(json.dumps(answer))
    sys.stdout.flush()
"""


class Adapters(SchemaTest):
    maxDiff = None

    def test_all_that_is_said_between_the_tool_and_its_own_server_fits(self):
        schema = self.schema("adapter")
        self.write("a.json", everything())
        self.expect(1, "run", "a.json", "--target", f"exec:{BINARY} serve --stdio", "--target-log", "log")
        said = [re.search(r"\t([<>]) (\{.*)$", line).groups() for line in self.read("log").splitlines()]
        requests = [json.loads(text) for way, text in said if way == ">"]
        answers = [json.loads(text) for way, text in said if way == "<"]
        self.assertGreater(len({line["op"] for line in requests}), 18)
        self.assertGreater(len({line.get("ev") for line in answers}), 7)
        for line in requests + answers:
            self.fits(schema, line, line)

    def test_it_says_of_each_changed_answer_and_event_what_the_tool_says(self):
        schema = self.schema("adapter")
        self.write("adapter.py", ADAPTER)
        self.write("a.json", {"name": "x", "users": {"alice": {"phone": "android"}, "bob": {"web": "web"}},
                              "steps": [{"login": ["alice/phone", "bob/web"]},
                                        {"send": "m1", "from": "alice/phone", "to": "bob"}]})
        t = 1714525200000
        lines = [("send", {"id": 1, "ok": {}}), ("send", {"id": 1, "refused": "mdsync:no"}),
                 ("send", {"id": 1, "unsupported": "cannot"}),
                 ("send", {"t": t, "ev": "accept", "msg": "m1"}),
                 ("send", {"t": t, "ev": "receive", "msg": "m1", "dev": "bob/web", "via": "live", "text": ""}),
                 ("settle", {"id": 1, "ok": {"t": t, "held": True}}),
                 ("hello", {"name": "s", "clock": "virtual", "ops": ["login", "send"], "silent": ["accept"], "pipeline": True,
                            "more": False, "accept": "seen"})]
        differ = []
        for op, line in lines:
            for what, changed in [("as it is", line), *changes(line)]:
                if not isinstance(changed, dict) or "another text" in what or "gets a key" in what and "ev" not in line:
                    continue  # answers may gain keys
                if "loses t" in what or "'id'" in what and "number" in what or what.startswith("('t',)") and op == "settle":
                    continue  # a virtual clock tells the time of each; the schema knows no clock
                self.write("said", {"op": op, "line": changed})
                done = self.tool("run", "a.json", "--target", f"exec:{sys.executable} adapter.py", "--timeout", "2s")
                whole = {"id": 1, "ok": changed} if op == "hello" else changed
                faults = schema.faults(whole) or (Schema(json.dumps({**schema.root, "if": True, "then": {
                    "$ref": "#/definitions/capabilities"}})).faults(changed) if op == "hello" else [])
                if (done.returncode == 3) != bool(faults):
                    differ.append((op, what, done.returncode, faults, done.stdout[:300]))
        self.assertEqual(differ, [])


class Results(SchemaTest):
    def some(self):
        """Results of many kinds, by name."""
        self.write("good.json", scenario())
        self.write("bad.json", unmet())
        self.write("open.json", inconclusive())
        self.write("broken.json", "{")
        mutant = "mutant:" + self.a_mutant_of("online.received")
        self.tool("run", "bad.json", "--write-baseline", "known.json")
        self.write("known.json", self.read("known.json").replace("say here why it is tolerated", "ours"))
        runs = {
            "all.json": ("run", "good.json", "bad.json", "open.json", "broken.json", "gone.json", "--require", "all",
                         "--timings", "--shard", "1/1"),
            "server.json": ("run", "good.json", "--server", mutant),
            "known-result.json": ("run", "bad.json", "--baseline", "known.json"),
            "target.json": ("run", "good.json", "--target", "exec:false"),
            "first.json": ("run", "bad.json", "good.json", "-x"),
            "nothing.json": ("run", "good.json", "-k", "nothing-of-this"),
        }
        for name, arguments in runs.items():
            self.tool(*arguments, "--report", f"json={name}")
        self.trace("t.jsonl", {"t": 1000, "ev": "online", "dev": "alice/phone"}, {"t": 999, "ev": "settled"})
        self.tool("check", "t.jsonl", "--lenient", "--report", "json=check.json")
        return {name: json.loads(self.read(name)) for name in [*runs, "check.json"]}

    def test_what_the_tool_writes_fits(self):
        schema = self.schema("result")
        for name, result in self.some().items():
            self.fits(schema, result, name)

    def test_what_fits_is_read(self):
        schema = self.schema("result")
        names, expected = [], []
        for name, result in self.some().items():
            for what, changed in changes(result):
                if schema.faults(changed) or not isinstance(changed, dict):
                    continue
                names.append(self.write(f"r/{len(names):04}.json", changed))
                expected.append((name, what))
        self.assertGreater(len(names), 100)
        differ = []
        for name, what in zip(names, expected):
            done = self.tool("merge", name)
            if "error[document" in done.stderr and "another text" not in str(what):
                differ.append((what, done.stderr[:200]))
        self.assertEqual(differ, [])


class Baselines(SchemaTest):
    ENTRY = {"scenario": "good.json", "rule": "online.received", "device": "alice/phone", "reason": "ours",
             "expires": "2999-01-01"}

    def test_what_the_tool_writes_fits(self):
        self.write("bad.json", unmet())
        self.tool("run", "bad.json", "--write-baseline", "known.json")
        self.fits(self.schema("baseline"), json.loads(self.read("known.json")))

    def test_it_says_of_each_change_what_the_reader_says(self):
        schema = self.schema("baseline")
        self.write("good.json", scenario())
        whole = {"mdsync": "baseline/1", "expected": [self.ENTRY, {"scenario": "good.json", "rule": "web.ten-tabs",
                                                                   "notExercised": True, "reason": "ours"}]}
        differ = []
        for what, changed in [("as it is", whole), *changes(whole)]:
            if not isinstance(changed, dict) or "another text" in what and "'rule'" not in what and "expires" not in what:
                continue
            self.write("known.json", changed)
            done = self.tool("run", "good.json", "--baseline", "known.json")
            if (done.returncode == 3) != bool(schema.faults(changed)):
                differ.append((what, done.returncode, schema.faults(changed)))
        self.assertEqual(differ, [])


if __name__ == "__main__":
    unittest.main()
