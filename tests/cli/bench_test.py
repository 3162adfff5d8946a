"""bench: what it measures is the product at work, so its load is judged, and it says when it could not measure."""

import json
import os
import resource
import signal
import subprocess
import time
import unittest

from tool import BINARY, PATIENCE, ToolTest

SMALL_WORLD = ["--users", "20", "--deliveries", "900", "--lines", "1100", "--scenarios", "100", "--steps", "1"]
SMALL_SDK = ["--only", "sdk", "--connections", "60", "--sdk-deliveries", "600"]


class Bench(ToolTest):
    def figures(self, code, *arguments):
        return json.loads(self.expect(code, "bench", "--format", "json", *arguments).stdout)

    def test_each_part_is_measured_where_it_is_asked_for(self):
        costs = {"world": ["world", "crowded"], "check": ["check"], "search": ["explore", "exhaustive"], "sdk": ["sdk"]}
        for arguments, parts in (([], ["world", "check", "search"]), (["--only", "world"], ["world"]), (["--only", "check"], ["check"]),
                                 (["--only", "search"], ["search"]), (["--sdk", *SMALL_SDK[2:]], ["world", "check", "search", "sdk"])):
            figures = self.figures(0, *SMALL_WORLD, *arguments)
            self.assertEqual(list(figures), ["mdsync", *parts, "load", "rounds", "costs"])
            self.assertEqual(list(figures["costs"]), [cost for part in parts for cost in costs[part]])
            self.assertTrue(all(cost > 0 for cost in figures["costs"].values()))

    def test_a_change_that_costs_more_than_is_tolerated_is_told(self):
        search = ["--only", "search", *SMALL_WORLD]
        before = self.figures(0, *search)
        self.write("cheaper.json", {**before, "costs": {"explore": 0.001, "exhaustive": 1e9, "world": 1}})
        told = self.expect(1, "bench", *search, "--against", "cheaper.json", "--rounds", "1").stdout
        self.assertRegex(told, r"\n  explore +0\.00 then +[\d.]+ now +\+[\d.]+ %  DEARER\n  exhaustive +1000000000\.00 then .* -100\.0 %\n  world +measured only then\n$")
        self.write("dearer.json", {**before, "costs": {"explore": 1e9, "exhaustive": 1e9}})
        self.expect(0, "bench", *search, "--against", "dearer.json", "--rounds", "3")
        # Some four times as dear: more than the default tolerates, less than eleven times.
        self.write("quarter.json", {**before, "costs": {name: cost / 4 for name, cost in before["costs"].items()}})
        self.expect(1, "bench", *search, "--against", "quarter.json", "--rounds", "3")
        self.expect(0, "bench", *search, "--against", "quarter.json", "--rounds", "3", "--tolerance", "1000")
        self.expect(2, "bench", *search, "--tolerance", "1000")
        whole = self.expect(1, "bench", *search, "--against", "cheaper.json", "--rounds", "1", "--format", "json")
        self.assertEqual(json.loads(whole.stdout)["mdsync"], "bench/1")
        self.assertIn("DEARER", whole.stderr)
        self.write("world.json", {**before, "costs": {"world": 3}})  # nothing was compared: that is no pass
        told = self.expect(4, "bench", *search, "--against", "world.json", "--rounds", "1").stdout
        self.assertIn("\n  explore      measured only now\n", told)
        self.assertIn("\n  world        measured only then\n", told)

    def test_what_is_no_earlier_run_is_told_before_anything_is_measured(self):
        good = self.figures(0, "--only", "search", *SMALL_WORLD)
        for content, why in (({"mdsync": "result/1"}, "bench/1"), ({"mdsync": "bench/1", "load": good["load"]}, "costs"),
                             ({**good, "costs": {"world": "3"}}, "a cost is a number above 0"),
                             ({**good, "costs": {"world": 0}}, "a cost is a number above 0"),
                             ({**good, "load": {**good["load"], "steps": 2}}, "it was measured with 2 steps, and this run has 1"),
                             ({**good, "load": {**good["load"], "inFlight": 500}}, "it was measured with 500 inFlight, and this run has 4000")):
            self.write("before.json", content)
            self.assertIn(why, self.expect(3, "bench", *SMALL_WORLD, "--against", "before.json").stderr)
        self.expect(3, "bench", "--against", "missing.json")
        # What could not be chosen yet when it was measured was as it is usual.
        older = {name: value for name, value in good["load"].items() if name != "inFlight"}
        self.write("older.json", {**good, "load": older, "costs": {"explore": 1e9, "exhaustive": 1e9}})
        search = ["--only", "search", *SMALL_WORLD, "--against", "older.json", "--rounds", "1"]
        self.expect(0, "bench", *search)
        self.assertIn("it was measured with 4000 inFlight, and this run has 500", self.expect(3, "bench", *search, "--in-flight", "500").stderr)

    def test_as_many_are_in_flight_as_are_asked_for(self):
        for in_flight in (200, 2000):
            figures = self.figures(0, "--only", "world", "--users", "100", "--deliveries", "90000", "--in-flight", str(in_flight))
            self.assertEqual((list(figures["costs"]), figures["load"]["inFlight"]), (["world"], in_flight))
            self.assertNotIn("crowded", figures["world"])
            self.assertLess(abs(figures["world"]["inFlight"] - in_flight), in_flight / 4)
        told = self.expect(0, "bench", "--only", "world", *SMALL_WORLD, "--in-flight", "200").stdout
        self.assertEqual(len([line for line in told.splitlines() if "judged deliveries" in line]), 1)

    def test_a_trace_is_as_long_as_it_is_asked_for_with_its_logins(self):
        for lines in (1000, 5000, 15000, 50000):
            self.assertLess(abs(self.figures(0, "--only", "check", "--lines", str(lines))["check"]["lines"] - lines), 20)
        self.expect(2, "bench", "--only", "check", "--lines", "999")

    def interrupted(self, after, *arguments, signal_number=signal.SIGINT):
        """What it prints if it is interrupted once it can be, and has had so many seconds of a processor."""
        process = self.start("bench", *arguments)
        def status(name, kind):
            with open(f"/proc/{process.pid}/{name}", encoding="utf-8") as file:
                return kind(file.read())
        def hears(text):
            return int(text.split("SigBlk:")[1].split()[0], 16) >> (signal_number - 1) & 1  # a thread waits for it
        def seconds(text):
            return sum(map(int, text.rsplit(")", 1)[1].split()[11:13])) / os.sysconf("SC_CLK_TCK")
        while not status("status", hears) or status("stat", seconds) < after:
            self.assertIsNone(process.poll())
            time.sleep(0.01)
        process.send_signal(signal_number)
        told = process.communicate(timeout=PATIENCE)[0].decode("utf-8")
        self.assertEqual(process.returncode, 128 + signal_number)
        return told

    def interrupted_late(self, is_late, *arguments):
        """What it prints if it is interrupted late enough: how late that is depends on the machine."""
        after = 0.25
        told = self.interrupted(after, *arguments)
        while not is_late(told) and after < 100:
            after *= 2
            told = self.interrupted(after, *arguments)
        return told

    def test_an_interrupt_leaves_what_was_measured(self):
        # In the first round: what had ended; here one search of two.
        search = ["--only", "search", "--scenarios", "10", "--steps", "6"]
        document = json.loads(self.interrupted_late(lambda told: "explore" in told, *search, "--format", "json"))
        self.assertTrue(document["interrupted"])
        self.assertEqual((list(document["costs"]), document["search"]["scenarios"]), (["explore"], 10))
        self.assertNotIn("states", document["search"])
        told = self.interrupted_late(lambda told: "drawn scenarios" in told, *search)
        self.assertRegex(told, r"10 drawn scenarios .*\ninterrupted: what had not ended is missing\n$")
        self.assertNotIn("branching states", told)
        # In a later one: the medians of those before.
        search = ["--only", "search", *SMALL_WORLD, "--rounds", "1000"]
        rounds = json.loads(self.interrupted_late(lambda told: "exhaustive" in told, *search, "--format", "json"))
        self.assertEqual(list(rounds["costs"]), ["explore", "exhaustive"])
        self.assertTrue(1 <= rounds["rounds"] < 1000)
        self.assertTrue(rounds["interrupted"])

    def test_an_interrupt_ends_every_part(self):
        for part, amount in (("world", ["--deliveries", "9000000"]), ("check", ["--lines", "3000000"]), ("search", ["--scenarios", "1000000"]),
                             ("sdk", ["--sdk-deliveries", "10000000"])):
            told = self.interrupted(0, "--only", part, *amount)
            self.assertEqual(told, "interrupted: what had not ended is missing\n")
        self.interrupted(0, "--only", "world", signal_number=signal.SIGTERM)

    def test_an_interrupt_comes_before_what_became_dearer(self):
        self.write("before.json", {**self.figures(0, "--only", "search", *SMALL_WORLD), "costs": {"explore": 0.001}})
        search = ["--only", "search", *SMALL_WORLD, "--rounds", "1000"]
        told = self.interrupted_late(lambda told: "DEARER" in told, *search, "--against", "before.json")
        self.assertRegex(told, r"interrupted: .*\nagainst before\.json.*\n  explore .* DEARER\n")

    def test_the_emulator_serves_every_page_and_is_compared_with_an_echo(self):
        sdk = self.figures(0, *SMALL_SDK)["sdk"]
        self.assertEqual((sdk["connections"], sdk["deliveries"], sdk["violations"]), (60, 600, {}))
        self.assertAlmostEqual(sdk["ratioToEcho"], sdk["deliveriesPerSecond"] / sdk["echoesPerSecond"], 6)
        self.assertLessEqual(sdk["latency"]["p50"], sdk["latency"]["p99"])
        told = self.expect(0, "bench", *SMALL_SDK).stdout
        self.assertIn("60 connections         600 deliveries", told)
        self.assertIn("x an echo on the same port", told)

    def test_what_is_measured_is_judged(self):
        search = self.figures(1, "--only", "search", *SMALL_WORLD, "--server", "mutant:off-delivers-to-all")["search"]
        self.assertGreater(search["found"], 0)
        sdk = self.figures(1, *SMALL_SDK, "--server", "mutant:reorders")["sdk"]
        self.assertIn("delivery.order", sdk["violations"])
        told = self.expect(1, "bench", *SMALL_SDK, "--server", "mutant:reorders").stdout
        self.assertRegex(told, r"delivery\.order +\d+ violated")
        told = self.expect(1, "bench", "--only", "check", "--users", "100", "--lines", "5000", "--server", "mutant:reorders").stdout
        self.assertRegex(told, r"\d+ violations")

    def test_what_could_not_be_measured_has_no_figures(self):
        told = self.expect(1, "bench", *SMALL_SDK, "--server", "mutant:silent").stdout
        self.assertRegex(told, r"  failed: not every page could log in\n")
        self.assertNotIn("nan", told)
        document = self.figures(1, *SMALL_SDK, "--server", "mutant:silent")
        self.assertEqual(list(document["sdk"]), ["problem", "violations"])

    def test_without_files_for_its_connections_it_takes_fewer_or_says_so(self):
        def few(count):
            return subprocess.run([BINARY, "bench", *SMALL_SDK], capture_output=True, text=True,
                                  preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (count, count)))
        self.assertIn("45 connections", few(290).stdout)
        refused = few(220)
        self.assertEqual(refused.returncode, 1)
        self.assertIn("failed: this process may have only 10 connections", refused.stdout)


if __name__ == "__main__":
    unittest.main()
