"""Campaigns: searches that outlive their process, and that several machines share."""

import json
import os
import re
import shutil
import signal
import subprocess
import time
import unittest

from tool import BINARY, ToolTest

SEARCH = ("explore", "--server", "mutant:evict-second", "-q")
RUNS = ("--runs", "1500")


class Campaign(ToolTest):
    def document(self, folder):
        return json.loads(self.read(f"{folder}/campaign.json"))

    def begin(self, *words, server=("--server", "mutant:evict-second", "--time", "1h")):
        """A search that goes on until it is stopped; returns once it has written how far it is."""
        process = subprocess.Popen([BINARY, "explore", "-q", *server, *words], cwd=self.folder,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.addCleanup(process.communicate)
        self.addCleanup(process.kill)
        while process.poll() is None:
            if os.path.exists(self.path("c/campaign.json")) and self.document("c")["explored"]["seeds"] > 0:
                return process
            time.sleep(0.02)
        self.fail(process.stderr.read())

    def same_as_without_a_stop(self, seeds):
        """What the campaign `c` says after `seeds` is what a search says that was never stopped."""
        runs = ("--runs", str(seeds))
        stopped = self.expect(1, *SEARCH, "--campaign", "c", *runs).stdout
        straight = self.expect(1, *SEARCH, "--campaign", "straight", *runs).stdout
        self.assertEqual(stopped, straight.replace(" straight/", " c/"))
        self.assertIn(f"FAIL  {seeds} scenarios", stopped)
        for name in os.listdir(self.path("straight/found")):
            self.assertEqual(self.read(f"c/found/{name}"), self.read(f"straight/found/{name}"))

    def test_after_a_crash_it_goes_on_where_it_was(self):
        process = self.begin("--campaign", "c")
        process.kill()
        process.wait()
        self.same_as_without_a_stop(self.document("c")["explored"]["seeds"] + 1000)

    def test_stopped_politely_it_loses_nothing(self):
        process = self.begin("--campaign", "c")
        process.send_signal(signal.SIGTERM)
        out, _ = process.communicate()
        self.assertEqual(process.returncode, 143)
        self.assertIn(b"interrupted", out)
        explored = self.document("c")["explored"]
        self.assertFalse(explored["finished"])
        self.assertIn(f"FAIL  {explored['runs']} scenarios".encode(), out)
        self.same_as_without_a_stop(explored["seeds"] + 200)

    def test_shards_merged_say_what_one_search_says(self):
        one = self.expect(1, *SEARCH, *RUNS, "-o", "one")
        seeds = 0
        for i in ("1", "2", "3"):
            self.tool(*SEARCH, *RUNS, "--shard", f"{i}/3", "--campaign", f"s{i}")
            seeds += self.document(f"s{i}")["explored"]["seeds"]
        self.assertEqual(seeds, 1500)
        merged = self.expect(1, "merge", "s3", "s1", "s2/campaign.json", "-q")
        self.assertEqual(merged.stderr, "")
        text = merged.stdout
        for i in ("1", "2", "3"):
            text = text.replace(f" s{i}/found/", " one/")
        self.assertEqual(text, one.stdout)
        document = json.loads(self.expect(1, "merge", "s1", "s2", "s3", "--format", "json").stdout)
        self.assertEqual((document["mdsync"], document["runs"]), ("explore/1", 1500))
        for failure in document["failures"]:
            self.expect(1, "run", failure["scenario"], "--server", failure["server"])

    def test_a_shard_that_is_missing_or_not_finished_is_said(self):
        reference = ("explore", "-q", "--seeds", "1..400")
        for i in ("1", "2"):
            self.expect(0, *reference, "--shard", f"{i}/3", "--campaign", f"s{i}")
        done = self.expect(3, "merge", "s1", "s2")
        self.assertIn("PASS", done.stdout)
        self.assertIn("missing: shard 3/3", done.stderr)
        self.expect(0, *reference, "--shard", "3/3", "--campaign", "s3")
        self.expect(0, "merge", "s1", "s2", "s3")
        # Time that is over does not make it finished.
        shutil.rmtree(self.path("s2"))
        self.tool(*reference, "--time", "1ms", "--shard", "2/3", "--campaign", "s2", "-j", "1")
        document = self.document("s2")
        document["explored"].update(finished=False, seeds=100, runs=100)
        self.write("s2/campaign.json", document)
        self.assertIn("not finished: shard 2/3", self.expect(5, "merge", "s1", "s2", "s3").stderr)

    def test_time_ends_a_search_but_does_not_finish_its_seeds(self):
        self.tool("explore", "-q", "--seeds", "1..100000000", "--time", "20ms", "--campaign", "seeds")
        self.assertFalse(self.document("seeds")["explored"]["finished"])
        self.tool("explore", "-q", "--time", "20ms", "--campaign", "open")
        self.assertTrue(self.document("open")["explored"]["finished"])

    def test_what_are_no_shards_of_one_search_is_not_merged(self):
        for folder, words in {"a": ("--shard", "1/2", "--runs", "40"),
                              "b": ("--shard", "2/2", "--runs", "40", "--steps", "20"),
                              "c": ("--shard", "2/3", "--runs", "40"),
                              "d": ("--shard", "2/2", "--runs", "50")}.items():
            self.expect(0, "explore", "-q", *words, "--campaign", folder)
        self.assertIn("both shard 1/2", self.expect(3, "merge", "a", "a").stderr)
        self.assertIn("--steps 20, not 40", self.expect(3, "merge", "a", "b").stderr)
        self.assertIn("3 shards, not 2", self.expect(3, "merge", "a", "c").stderr)
        self.assertIn("another number of seeds", self.expect(3, "merge", "a", "d").stderr)
        document = self.document("a")
        document["generator"] = "0" * 32
        document["plan"]["shard"]["number"] = 2
        self.write("old/campaign.json", document)
        self.assertIn("another version", self.expect(3, "merge", "a", "old").stderr)
        self.write("result.json", '{"mdsync": "result/1"}')
        self.assertIn("result.json is no campaign", self.expect(3, "merge", "a", "result.json").stderr)
        self.assertIn("nosuch is no campaign", self.expect(3, "merge", "a", "nosuch").stderr)
        self.expect(2, "merge", "a", "--require", "all")

    def test_another_search_is_not_mixed_in(self):
        self.expect(0, "explore", "-q", "--runs", "100", "--campaign", "c")
        for words, says in ((("--steps", "20"), "--steps 20, not 40"),
                            (("--server", "mutant:evict-second"), "the server mutant:evict-second, not reference"),
                            (("--rule", "recall.basic"), "--rule recall.basic, not none"),
                            (("--without", "wait"), "--without wait, not none"),
                            (("--seeds", "7..9"), "the first seed 7, not 1"),
                            (("--shard", "1/2"), "--shard 1/2, not 1/1"),
                            (("--no-freedom",), "--no-freedom")):
            self.assertIn(says, self.expect(2, "explore", "-q", "--campaign", "c", *words).stderr)
        document = self.document("c")
        document["generator"] = "0" * 32
        self.write("c/campaign.json", document)
        self.assertIn("another version", self.expect(2, "explore", "-q", "--campaign", "c").stderr)

    def test_a_search_can_be_made_longer(self):
        self.expect(0, "explore", "-q", "--runs", "100", "--campaign", "c")
        self.assertIn("PASS  300 scenarios", self.expect(0, "explore", "-q", "--runs", "300", "--campaign", "c").stdout)
        done = self.expect(2, "explore", "-q", "--runs", "200", "--campaign", "c")
        self.assertIn("c has explored 300 seeds; this command asks for 200", done.stderr)

    def test_a_scenario_that_is_gone_is_made_again(self):
        first = self.expect(1, *SEARCH, *RUNS, "--campaign", "c").stdout
        shutil.copytree(self.path("c/found"), self.path("before"))
        shutil.rmtree(self.path("c/found"))
        self.assertEqual(self.expect(1, *SEARCH, *RUNS, "--campaign", "c").stdout, first)
        for name in os.listdir(self.path("before")):
            self.assertEqual(self.read(f"c/found/{name}"), self.read(f"before/{name}"))

    def test_an_interrupt_of_a_foreign_system_is_no_fault_of_its_own(self):
        target = ("--target", f"exec:{BINARY} serve --stdio", "--time", "1h", "-j", "2")
        process = self.begin("--campaign", "c", *target, server=())
        process.send_signal(signal.SIGINT)
        process.communicate()
        self.assertEqual(process.returncode, 130)
        explored = self.document("c")["explored"]
        self.assertEqual((explored["errors"], explored["runs"]), (0, explored["seeds"]))

    def test_an_interrupt_while_a_failure_is_made_small_leaves_no_half_of_it(self):
        target = ("explore", "-q", "-j", "1", "--target", f"exec:{BINARY} serve --stdio --server mutant:evict-second")
        straight = self.expect(1, *target, "--runs", "80", "--campaign", "straight").stdout
        for delay in (0.03, 0.06, 0.09, 0.15, 0.3):
            process = subprocess.Popen([BINARY, *target, "--runs", "80", "--campaign", "c"], cwd=self.folder,
                                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            time.sleep(delay)
            process.send_signal(signal.SIGINT)
            self.assertIn(process.wait(), (1, 130, -signal.SIGINT))  # the last: before it listens to signals
        self.assertEqual(self.expect(1, *target, "--runs", "80", "--campaign", "c").stdout.replace(" c/", " straight/"),
                         straight)

    def test_a_system_that_only_breaks_has_explored_nothing(self):
        for _ in range(2):
            done = self.expect(3, "explore", "-q", "--runs", "300", "-j", "1", "--target", "exec:false", "--campaign", "c")
            self.assertIn("the target broke 6 times", done.stdout)
            self.assertEqual(self.document("c")["explored"]["seeds"], 0)

    def test_two_at_once_do_not_get_in_each_others_way(self):
        self.begin("--campaign", "c")
        self.assertIn("another mdsync", self.expect(2, *SEARCH, "--campaign", "c").stderr)

    def test_damage_is_said_and_nothing_is_lost(self):
        self.expect(0, "explore", "-q", "--runs", "100", "--campaign", "c")
        text = self.read("c/campaign.json")
        for damaged in (text[:200], text.replace('"once": "', '"once": "xyz'), text.replace('"of": 1', '"of": 0'),
                        text.replace('"of": 1', '"of": 999999999999'), text.replace('"failures": []', '"failures": [1]'),
                        text.replace('"seeds": 100', '"seeds": 101'), text.replace('"runs": 100', '"runs": 102'),
                        re.sub('"milliseconds": .*', '"milliseconds": 9223372036854775807,', text),
                        text.replace('"sparseness": 0', '"sparseness": 64'), text.replace("campaign/1", "campaign/9"), text.replace('"delivery.once"', '"delivery.onse"')):
            self.assertNotEqual(damaged, text)
            self.write("c/campaign.json", damaged)
            done = self.expect(3, "explore", "-q", "--runs", "200", "--campaign", "c")
            self.assertIn("c/campaign.json:", done.stderr)
            self.assertEqual(self.read("c/campaign.json"), damaged)

    def test_a_folder_that_cannot_be_written_is_said(self):
        self.write("c", "a file")
        self.assertIn("c is no folder", self.expect(6, "explore", "-q", "--runs", "100", "--campaign", "c").stderr)

    def test_words_that_mean_nothing_are_refused(self):
        for words in (("--shard", "0/2"), ("--shard", "3/2"), ("--shard", "2"), ("--shard", "1/1000000"),
                      ("--campaign", ""), ("--campaign", "c", "-o", "d"),
                      ("--campaign", "c", "--every-mutant"), ("--shard", "1/2", "--every-mutant")):
            self.expect(2, "explore", *words)


if __name__ == "__main__":
    unittest.main()
