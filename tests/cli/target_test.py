"""Systems behind the adapter protocol: the reference server behind it gives the same bytes as in the process."""

import json
import os
import re
import shlex
import signal
import subprocess
import sys
import time
import unittest

from tool import BINARY, PASSING, SCENARIOS, ToolTest, scenario

HERE = os.path.dirname(os.path.abspath(__file__))


def comparable(text):
    """A result document without the lines to paste, which name the target."""
    document = json.loads(text)
    for case in document["scenarios"]:
        case.pop("again", None)
    return document


class TargetTest(ToolTest):
    def served(self, server="reference"):
        return f"exec:{shlex.quote(BINARY)} serve --stdio --server {server}"

    def port(self, server="reference"):
        """Starts a server on a port of its own choice; gives the target that names it."""
        process = subprocess.Popen([BINARY, "serve", "--tcp", "127.0.0.1:0", "--server", server],
                                   stdout=subprocess.PIPE)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        self.addCleanup(process.stdout.close)
        line = process.stdout.readline().decode()
        return "tcp:" + re.fullmatch(r"listening on (127\.0\.0\.1:\d+)\n", line).group(1)


class WhatIsNotApplicable(TargetTest):
    def able(self, *ops, server="reference", pipeline="false"):
        """The reference server, of which an adapter can do only this, one thing at a time."""
        listed = json.dumps(["hello", "reset", "settle", "bye", *ops], separators=(",", ":"))
        script = "1s/\"ops\":\\[[^]]*\\]/" + f'"ops":{listed}' + "/;1s/\"pipeline\":true/\"pipeline\":" + f"{pipeline}/"
        served = f"{shlex.quote(BINARY)} serve --stdio --server {server} | sed -u {shlex.quote(script)}"
        return "exec:sh -c " + shlex.quote(served)

    def fall_away(self, target):
        """The files of our scenarios that have no case which this target can be put to, and how many files there are."""
        done = self.expect(0, "run", SCENARIOS, "--target", target, "--format", "json")
        judged = {}
        for case in json.loads(done.stdout)["scenarios"]:
            judged[case["file"]] = judged.get(case["file"], False) or case["verdict"] != "notApplicable"
        return {file for file, any_case in judged.items() if not any_case}, len(judged)

    def about(self, tag):
        """The files of our scenarios that say by their tag that they are about this."""
        listed = self.expect(0, "list", SCENARIOS, "--tag", tag, "--format", "json")
        return {case["file"] for case in json.loads(listed.stdout)["cases"]}

    def test_only_files_about_the_server_api_fall_away_without_it(self):
        others = ["advance", "login", "logout", "drop", "reinstall", "hold", "release", "send", "recall", "sync", "set", "join",
                  "leave", "network", "server"]
        lost, files = self.fall_away(self.able(*others, pipeline="true"))
        self.assertEqual(lost - self.about("api"), set(), "what is published is beside the point of these")
        self.assertLess(len(lost) * 8, files, "too few files can be judged without publish")

    def test_only_files_about_groups_fall_away_without_them(self):
        proxy = shlex.join([sys.executable, os.path.join(HERE, "no_groups_adapter.py"), BINARY])
        lost, files = self.fall_away(f"exec:{proxy}")
        self.assertEqual(lost - self.about("group"), set(), "the group is beside the point of these")
        self.assertLess(len(lost) * 10, files, "too few files can be judged without groups")

    def test_each_reason_says_how_many_cases_it_costs(self):
        login = {"login": ["alice/phone", "bob/pixel"]}
        hold, turn = {"hold": "alice/phone"}, {"sync": "disable"}
        for name, steps in (("a", [login, hold]), ("b", [login, hold, turn]), ("c", [login, turn]), ("d", [login])):
            self.write(f"{name}.json", scenario(rules=None, steps=steps))
        run = self.expect(0, "run", "a.json", "b.json", "c.json", "d.json", "--target", self.able("login"),
                          "--report", "json=r.json")
        told = [line.split() for line in run.stdout.splitlines() if "the target cannot" in line and "for this" in line]
        self.assertEqual([" ".join(words) for words in told],
                         ["2 cases, 1 for this alone the target cannot hold",
                          "2 cases, 1 for this alone the target cannot turn the service (sync)"])
        self.assertEqual(json.loads(self.read("r.json"))["notApplicable"][0],
                         {"reason": "the target cannot hold", "cases": 2, "alone": 1})
        both = json.loads(self.read("r.json"))["scenarios"][1]
        self.assertEqual(both["lacks"], ["the target cannot hold", "the target cannot turn the service (sync)"])
        merged = json.loads(self.expect(0, "merge", "r.json", "--format", "json").stdout)
        self.assertEqual(merged["scenarios"][1]["lacks"], both["lacks"])

    def test_explore_makes_only_what_the_target_can_do(self):
        target = self.able("advance", "login", "logout", "send")
        run = self.expect(0, "explore", "--runs", "60", "--target", target, "--format", "json")
        document = json.loads(run.stdout)
        self.assertEqual((document["runs"], document.get("notApplicable", 0)), (60, 0))
        self.assertGreater(sum(rule["checked"] for rule in document["rules"].values()), 500)

    def test_what_explore_finds_is_what_the_target_failed(self):
        target = self.able("advance", "login", "logout", "send", server="mutant:off-delivers-to-all")
        self.expect(1, "explore", "--runs", "60", "--target", target, "-o", "found")
        files = sorted(name for name in os.listdir(self.path("found")) if name.endswith(".json"))
        self.assertGreater(len(files), 0)
        for name in files:
            run = self.expect(1, "run", f"found/{name}", "--target", target)
            self.assertIn("0 not applicable", run.stdout)


class HowLongItTakes(TargetTest):
    """A clock of its own makes a conformance run a measurement."""

    def measured(self, *arguments, code=0):
        self.write("a.json", scenario())
        adapter = os.path.join(HERE, "real_clock_adapter.py")
        target = "exec:" + shlex.join([sys.executable, adapter])
        return self.expect(code, "run", "a.json", "--target", target, "--report", "json=r.json", *arguments)

    def test_percentiles_stand_in_every_report(self):
        run = self.measured("--report", "junit=r.xml", "--report", "markdown=r.md", "--report", "html=r.html")
        self.assertRegex(run.stdout, r"latency +count +p50 +p90 +p99 +max\ndelivery +\d+ ")
        self.assertRegex(run.stdout, r"\d+ ms a case, of 1 that took real time")
        document = json.loads(self.read("r.json"))
        self.assertLessEqual(document["latency"]["delivery"]["p50"], document["latency"]["delivery"]["max"])
        self.assertEqual(sum(each["times"] for each in document["scenarios"][0]["times"]["login"]),
                         document["latency"]["login"]["count"])
        self.assertIn("<system-out>", self.read("r.xml"))
        self.assertIn("latency", self.read("r.md"))
        self.assertIn("delivery  ", self.read("r.html"))
        merged = json.loads(self.expect(0, "merge", "r.json", "--format", "json").stdout)
        self.assertEqual(merged["latency"], document["latency"])

    def test_a_bound_that_is_not_kept_fails_the_run(self):
        self.measured("--max-latency", "p99=1h,login.max=1h")
        run = self.measured("--max-latency", "p50=0ms,catch-up.max=1h", code=1)
        self.assertRegex(run.stdout, r"FAIL +--max-latency +the p50 of \d+ deliver(y|ies) is \d+ms, and 0ms is allowed")
        self.assertEqual(len(json.loads(self.read("r.json"))["latencyExceeded"]), 1)

    def test_what_a_virtual_clock_shows_is_no_latency(self):
        self.write("a.json", scenario())
        run = self.expect(1, "run", "a.json", "--target", self.served(), "--max-latency", "p99=1h")
        self.assertIn("no delivery was measured", run.stdout)
        self.assertNotRegex(run.stdout, "latency +count")
        self.expect(2, "run", "a.json", "--target", self.served(), "--max-latency", "p99=soon")


class WhatAnAdapterEmulates(TargetTest):
    """Rules that rest on what the adapter does by itself say nothing of the system behind it."""

    TABS = os.path.join(SCENARIOS, "web")

    def emulating(self, words, server="reference"):
        emulates = f'"silent":[],"emulates":{json.dumps(words)}'
        served = f"{shlex.quote(BINARY)} serve --stdio --server {server} | sed -u '1s/\"silent\":\\[\\]/{emulates}/'"
        return "exec:sh -c " + shlex.quote(served)

    def test_they_are_told_apart(self):
        run = self.expect(0, "run", self.TABS, "--target", self.emulating(["limits", "once"]), "--report", "json=r.json",
                          "--report", "markdown=r.md")
        told = "Not the system but its adapter, which emulates limits, once, is judged by"
        self.assertIn(told, run.stdout)
        self.assertIn(told, self.read("r.md"))
        document = json.loads(self.read("r.json"))
        apart = {name.split(".")[0] for name in document["emulated"]}
        self.assertEqual(apart, {"limit", "web", "delivery"})
        self.assertEqual(document["emulated"]["web.ten-tabs"], document["rules"]["web.ten-tabs"])
        self.assertIn("delivery.once", document["emulated"])
        self.assertNotIn("delivery.intact", document["emulated"])
        self.assertEqual(document["scenarios"][0]["emulates"], ["limits", "once"])
        self.assertEqual(self.expect(0, "merge", "r.json", "--format", "json").stdout.count('"emulates": ['),
                         len(document["scenarios"]))

    def test_they_are_not_what_require_asks_for(self):
        target = ["--target", self.emulating(["limits"]), "--require", "web.ten-tabs,delivery.once"]
        run = self.expect(1, "run", self.TABS, *target)
        self.assertRegex(run.stdout, r"FAIL\s+web.ten-tabs\s+required, but no case put it to the test")
        self.assertNotRegex(run.stdout, r"FAIL\s+delivery.once")
        self.expect(0, "run", self.TABS, "--target", self.served(), "--require", "web.ten-tabs,delivery.once")

    def test_they_are_not_covered(self):
        self.expect(0, "run", self.TABS, "--target", self.emulating(["limits"]), "--report", "json=r.json")
        self.assertRegex(self.expect(0, "rules", "--coverage", "r.json").stdout, r"web.ten-tabs\s+0")

    def test_a_fault_of_the_adapter_is_called_one(self):
        run = self.expect(1, "run", self.TABS, "--target", self.emulating(["limits"], "mutant:evict-newest"))
        self.assertIn('The adapter is to blame: it emulates "limits"', run.stdout)

    def test_an_unknown_word_is_an_error(self):
        run = self.expect(3, "run", self.TABS, "--target", self.emulating(["limit"]))
        self.assertIn('"emulates"', run.stdout + run.stderr)
        self.assertIn("limits", run.stdout + run.stderr)


class SameBytes(TargetTest):
    def compare(self, own, foreign, code=None, paths=(SCENARIOS,)):
        one = self.tool("run", *paths, "--format", "json", "--trace", "own", *own)
        two = self.tool("run", *paths, "--format", "json", "--trace", "foreign", *foreign)
        self.assertEqual(two.stderr, one.stderr)
        self.assertEqual(two.returncode, one.returncode)
        self.assertIn(one.returncode, (0, 1) if code is None else (code,))
        self.assertEqual(comparable(two.stdout), comparable(one.stdout))
        names = sorted(os.listdir(self.path("own")))
        self.assertEqual(sorted(os.listdir(self.path("foreign"))), names)
        self.assertGreater(len(names), 1)
        for name in names:
            self.assertEqual(self.read(f"foreign/{name}"), self.read(f"own/{name}"), name)
        return comparable(one.stdout)

    def test_all_scenarios_behind_a_child_process(self):
        document = self.compare([], ["--target", self.served(), "-j", "4"], code=0)
        self.assertEqual(document["summary"]["notApplicable"], 0)

    def test_all_scenarios_behind_a_socket(self):
        self.compare([], ["--target", self.port(), "-j", "1"], code=0)

    def test_acceptances_that_are_only_seen_accuse_nobody(self):
        seen = self.served() + " --accept seen"
        self.expect(0, "run", SCENARIOS, "-q", "-j", "2", "--target", seen)
        self.write("a.json", scenario())
        self.expect(0, "run", "a.json", "--target", seen, "--trace", "t.jsonl")
        self.assertEqual(json.loads(self.read("t.jsonl").splitlines()[0])["accept"], "seen")
        self.expect(1, "run", SCENARIOS + "/delivery", "-q", "--target",
                    self.served("mutant:reorders") + " --accept seen")

    def test_known_bad_servers_too(self):
        for server, family in (("mutant:evict-newest", "web"), ("mutant:never-answers-login", "online"),
                               ("mutant:recall-forgets-offline", "recall"), ("mutant:window-rolling", "compensation"),
                               ("mutant:silent", "delivery"), ("mutant:lying", "delivery")):
            if server not in self.servers():
                continue
            with self.subTest(server=server):
                paths = [os.path.join(SCENARIOS, family)]
                self.compare(["--server", server], ["--target", self.served(server)], code=1, paths=paths)

    def servers(self):
        done = self.tool("serve", "--stdio", "--server", "mutant:x")
        self.assertEqual(done.returncode, 2)
        self.write("any.json", scenario())
        rows = json.loads(self.tool("rules", "--unguarded", "any.json", "--format", "json").stdout)["rules"]
        return {server for row in rows for server in row["servers"]}

    def test_any_number_of_adapters_prints_the_same(self):
        paths = [os.path.join(SCENARIOS, "web"), os.path.join(SCENARIOS, "faults")]
        one = self.expect(0, "run", *paths, "--format", "json", "--target", self.served(), "-j", "1")
        four = self.expect(0, "run", *paths, "--format", "json", "--target", self.served(), "-j", "4")
        self.assertEqual(one.stdout, four.stdout)


class RealClock(ToolTest):
    """A system that lives in our time: events are stamped as they come, waits are slept."""

    def lazy(self, *options):
        return ["--target", "exec:" + shlex.join([sys.executable, os.path.join(HERE, "real_clock_adapter.py"), *options])]

    def events(self, name):
        return [json.loads(line) for line in self.read(name).splitlines()]

    def test_events_are_stamped_when_they_come(self):
        self.write("a.json", scenario(start="2030-01-01T00:00:00+08:00"))
        before = time.time() * 1000 - 1
        self.expect(0, "run", "a.json", *self.lazy(), "--trace", "t.jsonl")
        header, *events = self.events("t.jsonl")
        times = [header["t"], *(event["t"] for event in events)]
        self.assertEqual(times, sorted(times))
        self.assertGreater(times[0], before)
        self.assertLess(times[-1], time.time() * 1000 + 1)
        self.assertEqual(header["source"], "lazy")
        self.assertEqual(sorted(e["dev"] for e in events if e["ev"] == "receive"), ["alice/laptop", "alice/phone"])
        self.expect(0, "check", "t.jsonl")

    def test_a_system_that_loses_messages_is_convicted(self):
        self.write("a.json", scenario())
        done = self.expect(1, "run", "a.json", *self.lazy("lost"))
        self.assertIn("online.received", done.stdout)
        self.assertRegex(done.stdout, "again: +mdsync run a.json --seed 1 --target 'exec:.*real_clock_adapter.py lost'")

    def test_a_wait_is_slept_up_to_a_bound(self):
        steps = PASSING["steps"]
        self.write("short.json", scenario(steps=[*steps, {"wait": "300ms"}]))
        begun = time.monotonic()
        self.expect(0, "run", "short.json", *self.lazy(), "--trace", "t.jsonl")
        self.assertGreater(time.monotonic() - begun, 0.3)
        times = [event["t"] for event in self.events("t.jsonl") if event.get("ev") == "settled"]
        self.assertGreaterEqual(times[-1] - times[-2], 300)
        self.write("long.json", scenario(steps=[*steps, {"wait": "1d"}]))
        done = self.expect(4, "run", "long.json", *self.lazy())
        self.assertIn("not applicable: a wait of 1d is longer than --max-wait 1m", done.stdout)
        done = self.expect(4, "run", "short.json", *self.lazy(), "--max-wait", "200ms")
        self.assertIn("a wait of 300ms is longer than --max-wait 200ms", done.stdout)
        self.write("date.json", scenario(steps=[*steps, {"wait": {"until": "2024-05-01T12:00:00+08:00"}}]))
        done = self.expect(4, "run", "date.json", *self.lazy())
        self.assertRegex(done.stdout, "not applicable: the scenario waits until 2024-05-01T12:00:00.000.08:00, and it is 20")
        self.write("fine.json", scenario(steps=[*steps, {"wait": "199ms"}]))
        done = self.expect(4, "run", "fine.json", *self.lazy())
        self.assertIn("not applicable: a wait of 199ms needs a finer clock than one that moves by 50ms", done.stdout)

    def test_what_a_system_refuses_unasked_makes_its_case_not_applicable(self):
        steps = [{"login": "alice/phone"}, {"login": "bob/pixel"},
                 {"send": "m1", "from": "bob/pixel", "to": "alice", "text": "hi"}]
        lazy = self.lazy("no-send-by-bob")
        reason = "not applicable: the system refused m1 (403), which no rule judges"
        has = {"expect": {"device": "alice/phone", "has": "m1"}}
        self.write("has.json", scenario(rules=None, steps=[*steps, has]))
        self.assertIn(reason, self.expect(4, "run", "has.json", *lazy).stdout)
        self.write("rule.json", scenario(rules=["online.received"], steps=steps))
        self.assertIn(reason, self.expect(4, "run", "rule.json", *lazy).stdout)
        # What has nothing to do with the refusal still fails the case.
        online = {"expect": {"device": "bob/pixel", "online": False}}
        self.write("both.json", scenario(rules=None, steps=[*steps, has, online]))
        self.expect(1, "run", "both.json", *lazy)
        # Wanted, it is judged as ever; and our own server refuses nothing without a reason.
        wanted = [*steps[:2], {**steps[2], "refused": "403"}]
        self.write("wanted.json", scenario(rules=None, steps=wanted))
        self.expect(0, "run", "wanted.json", *lazy)
        self.write("offline.json", scenario(rules=None, steps=[steps[0], steps[2], has]))
        self.expect(1, "run", "offline.json")

    def test_what_comes_too_late_is_told_by_when_it_came(self):
        both = {"device": ["alice/phone", "alice/laptop"], "has": ["m1"]}
        self.write("a.json", scenario(steps=[*PASSING["steps"], {"wait": "50ms"}, {"expect": {**both, "within": "200ms"}}]))
        self.expect(0, "run", "a.json", *self.lazy())
        done = self.expect(1, "run", "a.json", *self.lazy("slow"), "--report", "junit=r.xml", "--report", "html=r.html",
                           "--report", "json=r.json")
        late = r"alice/phone got m1 (4\d\d)ms after the last step, line (\d+); within 200ms was asked"
        took, line = re.search(late, done.stdout).groups()
        self.assertIn('"send"', self.read("a.json").splitlines()[int(line)])
        self.assertIn("came ", done.stdout)
        for report in ("r.xml", "r.html", "r.json"):
            self.assertIn(f"got m1 {took}ms after the last step", self.read(report), report)
        # What never came is explained as without it.
        done = self.expect(1, "run", "a.json", *self.lazy("lost"), "-v")
        self.assertIn("alice/phone lacks m1, expected it to have m1 within 200ms", done.stdout)
        self.assertIn("- m1: ", done.stdout)
        # A clock that moves by 50 ms by itself knows nothing of 20.
        self.write("a.json", scenario(steps=[*PASSING["steps"], {"expect": {**both, "within": "20ms"}}]))
        done = self.expect(4, "run", "a.json", *self.lazy())
        self.assertIn("not applicable: an expectation within 20ms needs a finer clock than one that moves by 50ms", done.stdout)

    def test_a_session_that_outlives_a_restart_of_the_server_fails_the_case(self):
        steps = [{"login": ["alice/phone", "bob/pixel"]}, {"server": "restart"}]
        self.write("a.json", scenario(rules=None, steps=steps))
        done = self.expect(1, "run", "a.json", *self.lazy("forgets-pixel"))
        self.assertIn("bob/pixel had no offline (server) when the server restarted", done.stdout)
        self.assertNotIn("alice/phone had no offline", done.stdout)

    def test_reset_names_the_case_and_what_its_file_sets(self):
        self.write("a.json", scenario(app={"sync": True, "compensationDays": 1}, matrix={"n": [1, 2]}))
        self.tool("run", "a.json#n=2", *self.lazy(), "--target-log", "log")
        reset = next(json.loads(line.split("\t")[3][2:]) for line in self.read("log").splitlines() if '"op":"reset"' in line)
        self.assertEqual((reset["case"], reset["given"]), ("a.json#n=2", ["sync", "compensationDays"]))
        self.assertEqual(reset["world"]["accept"], "seen")

    def test_a_login_may_be_known_later(self):
        self.write("a.json", scenario())
        self.expect(0, "run", "a.json", *self.lazy("pending"))

    def test_a_refusal_in_an_answer_stands_in_the_trace(self):
        steps = [{"login": "alice/phone"}, {"login": "alice/laptop", "refused": "31023"}]
        self.write("a.json", scenario(rules=None, steps=steps))
        self.tool("run", "a.json", *self.lazy("refuse"), "--trace", "t.jsonl", "--report", "json=r.json")
        refused = [event for event in self.events("t.jsonl") if event.get("ev") == "refused"]
        self.assertEqual([(e["dev"], e["code"]) for e in refused], [("alice/laptop", "31023")])
        self.assertEqual([e["verdict"] for e in json.loads(self.read("r.json"))["scenarios"][0]["expectations"]], ["pass"])

    def test_what_cannot_be_done_or_seen_is_not_applicable(self):
        steps = PASSING["steps"]
        recalled = [*steps[:2], {"recall": "m1", "by": "bob/pixel"}]
        for name, file, options in (
            ("the target cannot recall", scenario(rules=None, steps=recalled), ["no-recall"]),
            ("the target cannot publish", scenario(steps=[{"publish": "m1", "from": "bob", "to": "alice"}], rules=None), []),
            ("concurrent requests", scenario(rules=None, steps=[{"concurrently": steps[:1]}]), ["no-pipeline"]),
            ("needs accept", scenario(steps=[*steps, {"expect": {"message": "m1", "accepted": True}}]), ["accept"]),
            ("needs recall-accept", scenario(rules=None, steps=[*recalled, {"expect": {"device": "bob/pixel",
                                             "recalled": ["m1"]}}]), ["recall-accept"]),
            ("compensation.conversations needs caught-up", scenario(rules=["compensation.conversations"]), ["caught-up"]),
            ("delivery.answered needs accept", scenario(rules=["delivery.answered"]), ["accept"]),
        ):
            with self.subTest(name=name):
                self.write("a.json", file)
                self.assertIn(name, self.expect(4, "run", "a.json", *self.lazy(*options)).stdout)

    def test_what_is_silent_is_not_missed(self):
        self.write("a.json", scenario())
        self.expect(0, "run", "a.json", *self.lazy("accept", "caught-up"), "--trace", "t.jsonl")
        header, *events = self.events("t.jsonl")
        self.assertEqual(header["silent"], ["accept", "caught-up"])
        self.assertNotIn("accept", [event["ev"] for event in events])
        self.expect(0, "check", "t.jsonl")

    def test_who_says_settled_too_early_is_blamed_for_what_is_late(self):
        self.write("a.json", scenario())
        self.assertIn("online.received", self.expect(1, "run", "a.json", *self.lazy("late")).stdout)

    def test_all_requests_of_a_moment_go_out_before_the_first_answer(self):
        logins = [{"login": ["alice/phone", "alice/laptop", "bob/pixel"]}]
        self.write("a.json", scenario(rules=None, steps=[{"concurrently": logins}, *PASSING["steps"][1:]]))
        self.expect(0, "run", "a.json", *self.lazy("pending"), "--target-log", "log")
        said = [line.split("\t")[3].split(" ", 1) for line in self.read("log").splitlines()]
        first = next(i for i, (mark, line) in enumerate(said) if mark == ">" and '"login"' in line)
        self.assertEqual([mark for mark, _ in said[first:first + 3]], [">"] * 3)


class NoLatency(ToolTest):
    """A system in which nothing is ever on its way."""

    def instant(self, server):
        return ["--target", "exec:" + shlex.join([sys.executable, os.path.join(HERE, "instant_adapter.py"), BINARY, server])]

    def test_the_right_server_is_not_accused(self):
        done = self.expect(0, "run", SCENARIOS, *self.instant("reference"), "--format", "json")
        summary = json.loads(done.stdout)["summary"]
        self.assertEqual((summary["failed"], summary["errors"], summary["inconclusive"]), (0, 0, 0))
        self.assertGreater(summary["passed"], 350)

    def test_what_has_nothing_to_do_with_latency_is_caught(self):
        for server, rule, name in (
            ("evict-idle", "web.evict-earliest", "web/busiest-tab-is-still-the-earliest"),
            ("loses-while-held", "online.received", "faults/written-to-a-held-newcomer"),
            ("compensates-again-after-reinstall", "delivery.once", "compensation/second-login-after-reinstall"),
            ("never-answers-lonely-group", "delivery.answered", "delivery/group-of-one"),
            ("copy-lost-on-its-way", "api.include-sender-offline", "api/copy-swallowed-by-a-frozen-phone"),
            ("store-lost-at-turning-on", "delivery.no-loss", "service/queue-outlives-the-turn"),
            ("rejects-and-delivers-group", "delivery.no-phantom", "delivery/outsider-writes-to-the-group"),
        ):
            with self.subTest(server=server):
                file = os.path.join(SCENARIOS, name + ".json")
                self.assertIn(rule, self.expect(1, "run", file, *self.instant("mutant:" + server)).stdout)


class Log(TargetTest):
    def test_every_line_is_written_down(self):
        self.write("a.json", scenario())
        self.write("b.json", scenario())
        script = f"echo hello from >&2; exec {shlex.quote(BINARY)} serve --stdio"
        self.expect(0, "run", "a.json", "b.json", "--target", "exec:" + shlex.join(["sh", "-c", script]),
                    "--target-log", "log")
        logged = [line.split("\t") for line in self.read("log").splitlines()]
        lines = [f"{adapter} {said}" for _, adapter, _, said in logged]
        self.assertIn("1 ! hello from", lines)
        for time, *_ in logged:
            self.assertRegex(time, r"^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}")
        cases = [case for _, _, case, _ in logged]
        self.assertEqual(cases[0], "-")
        self.assertEqual([case for case in dict.fromkeys(cases)], ["-", "a.json", "b.json"])
        asked = [json.loads(line[4:]) for line in lines if line.startswith("1 > ")]
        self.assertEqual([request["op"] for request in asked[:4]], ["hello", "teleport", "reset", "login"])
        self.assertEqual([request["id"] for request in asked], list(range(1, len(asked) + 1)))
        self.assertEqual((asked[-1]["op"], [r["op"] for r in asked].count("reset")), ("bye", 2))
        answers = [json.loads(line[4:]) for line in lines if line.startswith("1 < ")]
        self.assertEqual([a["id"] for a in answers if "id" in a], [request["id"] for request in asked[:-1]])

    def test_a_log_that_cannot_be_written_is_told(self):
        self.write("a.json", scenario())
        done = self.expect(6, "run", "a.json", "--target", self.served(), "--target-log", "no/such/folder")
        self.assertIn("no/such/folder could not be written: No such file or directory", done.stderr)


class Serve(TargetTest):
    def test_several_connections_have_a_world_each(self):
        target = self.port()
        paths = [os.path.join(SCENARIOS, "web")]
        one = self.expect(0, "run", *paths, "--format", "json", "--target", target, "-j", "1").stdout
        four = self.expect(0, "run", *paths, "--format", "json", "--target", target, "-j", "4").stdout
        self.assertEqual(one, four)

    def test_an_input_that_ends_ends_it(self):
        self.assertEqual(self.expect(0, "serve", "--stdio").stdout, "")
        hello = b'{"id":1,"op":"hello","protocol":"mdsync-adapter/1"}\n'
        self.assertIn('"clock":"virtual"', self.expect(0, "serve", "--stdio", stdin=hello).stdout)
        self.assertEqual(self.expect(0, "serve", "--stdio", stdin=b'{"id":1,"op":"hello"').stdout, "")

    def test_hostile_requests_are_survived(self):
        nested = b'{"id":1,"op":"hello","protocol":' + b"[" * 100000 + b"\n"
        lines = self.expect(0, "serve", "--stdio", stdin=nested + b"\xff\n\n" + b"{}\n").stdout.splitlines()
        self.assertEqual([list(json.loads(line)) for line in lines], [["id", "error"]] * 4)
        done = self.expect(0, "serve", "--stdio", stdin=b"x" * (33 << 20))
        self.assertEqual(json.loads(done.stdout), {"id": 0, "error": "a request of more than 32 MiB"})

    def test_a_port_that_is_taken_is_told(self):
        place = self.port().removeprefix("tcp:")
        done = self.expect(3, "serve", "--tcp", place)
        self.assertIn(f"cannot listen at {place}: Address already in use", done.stderr)

    def test_it_ends_with_a_signal(self):
        process = subprocess.Popen([BINARY, "serve", "--tcp", "127.0.0.1:0"], stdout=subprocess.PIPE)
        process.stdout.readline()
        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.wait(10), -signal.SIGTERM)
        process.stdout.close()


class TinyChat(ToolTest):
    """The example of docs/adapters.md: a server of its own with defects of its own."""

    FOLDER = os.path.join(HERE, "..", "..", "docs", "examples")

    def tinychat(self, *defects):
        return ["--target", "exec:" + shlex.join([sys.executable, os.path.join(self.FOLDER, "tinychat_adapter.py"),
                                                  *defects])]

    def violated(self, done):
        return {v["rule"] for case in json.loads(done.stdout)["scenarios"] for v in case["violations"]}

    def test_it_is_as_short_as_it_says(self):
        with open(os.path.join(self.FOLDER, "tinychat_adapter.py")) as file:
            self.assertLessEqual(len(file.readlines()), 150)

    def test_without_its_defects_no_scenario_finds_fault(self):
        done = self.expect(0, "run", SCENARIOS, os.path.join(self.FOLDER, "scenarios"), *self.tinychat(), "--format", "json")
        summary = json.loads(done.stdout)["summary"]
        self.assertEqual((summary["failed"], summary["errors"], summary["inconclusive"]), (0, 0, 0))
        self.assertGreater(summary["passed"], 25)
        self.assertGreater(summary["notApplicable"], 50)

    def test_a_text_that_is_taken_for_a_retry(self):
        done = self.expect(1, "run", os.path.join(self.FOLDER, "scenarios"), *self.tinychat("same-text"), "--format", "json")
        self.assertEqual(self.violated(done), {"online.received", "online.sent"})
        self.assertEqual([case["verdict"] for case in json.loads(done.stdout)["scenarios"]], ["pass", "fail", "pass"])

    def test_a_backlog_of_which_only_one_page_is_fetched(self):
        done = self.expect(1, "run", os.path.join(self.FOLDER, "scenarios"), *self.tinychat("short-page"), "--format", "json")
        self.assertEqual(self.violated(done), {"compensation.device-switch"})
        self.assertEqual([case["verdict"] for case in json.loads(done.stdout)["scenarios"]], ["fail", "pass", "pass"])


if __name__ == "__main__":
    unittest.main()
