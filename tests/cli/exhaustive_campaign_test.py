"""Campaigns of exhaustive searches: they outlive their process, and machines share them."""

import json
import os
import random
import re
import shutil
import signal
import time
import unittest

from tool import ToolTest, takes_no_limit_of_memory

SEARCH = ("explore", "--exhaustive", "-q")
BAD = (*SEARCH, "--server", "mutant:loses-in-flight", "--devices", "4", "--platforms", "android,android,web")


def without(words):
    return [flag for word in words.split() for flag in ("--without", word)]


def without_loss(text):
    """What all shards look at each of them remembers: so the bound of the loss is another."""
    return re.sub("^loss .*\n", "", text, flags=re.M)


class ExhaustiveCampaign(ToolTest):
    def document(self, folder):
        return json.loads(self.read(f"{folder}/certificate.json"))

    def shards(self, count, *words, codes=(0,)):
        """Searches `count` shards, in the folders s1, s2 and so on."""
        for i in range(1, count + 1):
            done = self.tool(*words, "--shard", f"{i}/{count}", "--campaign", f"s{i}")
            self.assertIn(done.returncode, codes, done.stdout + done.stderr)
            self.assertIn(f"shard   {i}/{count}, by the kinds of steps", done.stdout)
        return [f"s{i}" for i in range(count, 0, -1)]

    def test_shards_merged_say_what_one_search_says(self):
        one = without_loss(self.expect(0, *SEARCH, "--shard", "1/1").stdout)
        folders = self.shards(4, *SEARCH)
        merged = self.expect(0, "merge", *folders[:-1], "s1/certificate.json", "-q")
        self.assertEqual(without_loss(merged.stdout), one)
        self.assertEqual(merged.stderr, "")
        self.assertRegex(self.expect(0, "merge", *folders).stderr, r"^\d+ states in ")

        def plain(text):
            document = json.loads(text)
            for key in ("statesPerSecond", "lossBelowTwoToThe"):
                del document["exhaustive"][key]
            return document
        one, merged = (plain(self.expect(0, *words, "--format", "json").stdout)
                       for words in ((*SEARCH, "--shard", "1/1"), ("merge", *folders)))
        self.assertEqual(one, merged)
        self.assertEqual((one["exhaustive"]["certificate"], one["exhaustive"]["shard"]), (3, {"number": 1, "of": 1}))
        # All look at what is there while a step is left. That is little.
        states = [self.document(folder)["searched"]["rounds"][-1]["states"] for folder in folders]
        self.assertEqual(sum(states), one["exhaustive"]["states"])
        self.assertLess(max(states), 2 * min(states))

    def test_what_one_shard_finds_is_found(self):
        one = self.expect(1, *BAD, "--shard", "1/1", "-o", "one").stdout
        folders = self.shards(4, *BAD, codes=(0, 1))
        self.assertIn("COMPLETE  no violation by mutant:loses-in-flight in ", self.tool(*BAD, "--shard", "2/4").stdout)
        document = json.loads(self.expect(1, "merge", *folders, "--format", "json").stdout)
        text = self.expect(1, "merge", *folders, "-q").stdout
        self.assertEqual([failure["rule"] for failure in document["failures"]], re.findall(r"^FOUND (\S+)", one, re.M))
        self.assertEqual(re.search("^FAIL .*", text, re.M).group(), re.search("^FAIL .*", one, re.M).group())
        self.assertEqual(re.search("^hash .*", text, re.M).group(), re.search("^hash .*", one, re.M).group())
        for failure in document["failures"]:
            self.assertTrue(failure["reproduces"])
            self.expect(1, "run", failure["scenario"], "--server", "mutant:loses-in-flight")
        # A shard with fewer steps to look at than another looks further: what was put to the test there does not count.
        self.assertEqual(re.search("^rules .*", text, re.M).group(), re.search("^rules .*", one, re.M).group())
        # One shard does not know what the others find with fewer steps; nor does anybody if one is missing.
        self.assertIn("; with fewer steps than 3 there is none of this shard", self.tool(*BAD, "--shard", "1/4", "--campaign", "s1").stdout)
        known = self.expect(3, "merge", *[folder for folder in folders if folder != "s2"])
        self.assertIn("FOUND delivery.no-loss", known.stdout)
        self.assertRegex(known.stdout, r"FAIL  1 violated rule in \d+ branching states; missing: shard 2/4")

    def test_killed_again_and_again_it_says_the_same(self):
        # A sanitizer takes ten times as long for a step.
        steps = "3" if takes_no_limit_of_memory() else "4"
        words = (*SEARCH, "--steps", steps, *without("set hold group chatroom status"), "-j", "2")
        straight = self.expect(0, *words, "--campaign", "straight").stdout
        generator = random.Random(5)
        for _ in range(6):
            process = self.start(*words, "--campaign", "c")
            time.sleep(generator.uniform(0.05, 0.5))
            process.send_signal(signal.SIGKILL)
            process.communicate()
        self.assertEqual(self.expect(0, *words, "--campaign", "c").stdout, straight)
        for part in ("plan", "probe"):
            self.assertEqual(self.document("c")[part], self.document("straight")[part])
        self.assertEqual(self.document("c")["searched"]["rounds"], self.document("straight")["searched"]["rounds"])
        # It is no shard: so it is a certificate as any other.
        self.assertEqual(straight, self.expect(0, *words).stdout)

    def test_what_is_finished_is_not_searched_again(self):
        first = self.expect(1, *BAD, "--campaign", "c")
        before = os.stat(self.path("c/certificate.json")).st_mtime_ns
        self.assertEqual(self.expect(1, *BAD, "--campaign", "c").stdout, first.stdout)
        self.assertEqual(os.stat(self.path("c/certificate.json")).st_mtime_ns, before)
        self.assertIn("again:    mdsync run c/found/delivery.no-loss.json", first.stdout)
        self.expect(1, "run", "c/found/delivery.no-loss.json", "--server", "mutant:loses-in-flight")
        # What is lost is found again.
        whole = self.read("c/found/delivery.no-loss.json")
        self.write("c/found/delivery.no-loss.json", whole[:100])
        self.assertEqual(self.expect(1, *BAD, "--campaign", "c").stdout, first.stdout)
        self.assertEqual(self.read("c/found/delivery.no-loss.json"), whole)

    def test_it_goes_on_behind_the_rounds_that_are_whole(self):
        self.expect(0, *SEARCH, "--steps", "2", "--campaign", "c")
        rounds = self.document("c")["searched"]["rounds"]
        # A round that was searched is taken as it is.
        document = self.document("c")
        document["searched"]["rounds"][1]["states"] += 1
        self.write("c/certificate.json", document)
        self.expect(0, *SEARCH, "--steps", "3", "--campaign", "c")
        after = self.document("c")["searched"]["rounds"]
        self.assertEqual([after[0]["states"], after[1]["states"] - 1], [rounds[0]["states"], rounds[1]["states"]])
        self.assertEqual(len(after), 3)
        self.assertIn("c holds a search of 3 steps; this command asks for 2", self.expect(2, *SEARCH, "--steps", "2", "--campaign", "c").stderr)

    def test_more_steps_may_be_asked_for_of_all_shards(self):
        few = (*BAD, *without("set hold group chatroom status"))
        self.shards(4, *few, codes=(0, 1))
        folders = self.shards(4, *few, "--steps", "4", codes=(0, 1))
        one = self.expect(1, *few, "--steps", "4", "--shard", "1/1").stdout
        merged = self.expect(1, "merge", *folders, "-q").stdout
        for line in ("bounds", "rules", "hash", "FAIL"):
            self.assertEqual(re.search(f"^{line} .*", merged, re.M).group(), re.search(f"^{line} .*", one, re.M).group())
        # Fewer than were asked for before are another search, even if no more were searched.
        self.expect(5, *SEARCH, "--steps", "4", "--max-states", "5000", "--campaign", "c")
        self.assertIn("this command asks for 2", self.expect(2, *SEARCH, "--steps", "2", "--campaign", "c").stderr)

    def test_a_seed_is_kept(self):
        words = (*SEARCH, "--server", "mutant:drops-one-in-thousand", "--format", "json", "--campaign", "c")
        first, again = (json.loads(self.expect(1, *words).stdout)["failures"] for _ in range(2))
        self.assertEqual(first, again)
        self.assertNotEqual(first[0]["seed"], 1)

    def test_what_a_shard_remembers_of_others_counts_for_the_limit(self):
        whole = json.loads(self.expect(0, *SEARCH, "--format", "json").stdout)["exhaustive"]["states"]
        done = self.expect(5, *SEARCH, "--shard", "7/1000", "--max-states", str(whole // 20))
        self.assertIn("stopped: --max-states", done.stdout)

    def test_a_shard_that_is_missing_or_not_finished_is_said(self):
        folders = self.shards(3, *SEARCH)
        two = self.expect(3, "merge", *folders[:-1])
        self.assertIn("missing: shard 1/3", two.stderr)
        self.expect(0, *SEARCH, "--steps", "1", "--shard", "3/30", "--campaign", "many")
        self.assertRegex(self.expect(3, "merge", "many").stderr, r"missing: shard 1/30, 2/30, 4/30, .*11/30 and 19 more\n")
        self.assertRegex(two.stdout, r"INCOMPLETE  no violation by reference in \d+ branching states; stopped: missing: shard 1/3")
        shutil.rmtree(self.path("s1"))
        stopped = self.expect(5, *SEARCH, "--max-states", "100", "--shard", "1/3", "--campaign", "s1")
        self.assertIn("stopped: --max-states 100", stopped.stdout)
        self.assertFalse(self.document("s1")["searched"]["finished"])
        merged = self.expect(5, "merge", *folders)
        self.assertIn("not finished: shard 1/3", merged.stderr)
        self.assertIn("stopped: not finished: shard 1/3", merged.stdout)
        self.expect(0, *SEARCH, "--shard", "1/3", "--campaign", "s1")
        self.expect(0, "merge", *folders)

    def test_what_are_no_shards_of_one_search_is_not_merged(self):
        small = (*SEARCH, "--steps", "2")
        for folder, words in {"a": ("--shard", "1/2"), "b": ("--shard", "2/2", "--messages", "2"), "c": ("--shard", "2/3"),
                              "d": (), "e": ("--shard", "2/2", "--steps", "1")}.items():
            self.expect(0, *(SEARCH if "--steps" in words else small), *words, "--campaign", folder)
        self.expect(0, "explore", "-q", "--runs", "20", "--campaign", "r")
        for folder, why in {"a": "both shard 1/2", "b": "--messages 2, not 1", "c": "3 shards, not 2", "d": "one of them is no shard",
                            "e": "--steps 1, not 2", "r": "only one of them is exhaustive", "empty": "empty is no campaign"}.items():
            os.makedirs(self.path("empty"), exist_ok=True)
            done = self.expect(3, "merge", "a", folder)
            self.assertIn(why, done.stderr)
            self.assertIn("nothing was merged" if folder != "empty" else "can't be merged", done.stderr)
        document = self.document("a")
        document["plan"]["shard"]["number"] = 2
        document["probe"] = "0" * 32
        self.write("old/certificate.json", document)
        self.assertIn("another version", self.expect(3, "merge", "a", "old").stderr)
        self.assertIn("--require", self.expect(2, "merge", "a", "--require", "all").stderr)

    def test_another_search_does_not_go_on_there(self):
        small = (*SEARCH, "--steps", "2")
        self.expect(0, *small, "--shard", "1/2", "--campaign", "c")
        for words, why in ((("--shard", "2/2"), "--shard 2/2, not 1/2"), ((), "--shard none, not 1/2"),
                           (("--shard", "1/2", "--faults", "2"), "--faults 2, not 1"),
                           (("--shard", "1/2", "--without", "wait"), "--without wait, not none"),
                           (("--shard", "1/2", "--rule", "delivery.once"), "--rule delivery.once, not all"),
                           (("--shard", "1/2", "--server", "mutant:evict-second"), "the server mutant:evict-second, not reference")):
            self.assertIn(f"c holds another search: this one has {why}", self.expect(2, *small, *words, "--campaign", "c").stderr)
        self.assertIn("another kind of search", self.expect(2, "explore", "-q", "--runs", "5", "--campaign", "c").stderr)
        self.expect(0, "explore", "-q", "--runs", "5", "--campaign", "r")
        self.assertIn("another kind of search", self.expect(2, *small, "--campaign", "r").stderr)
        document = self.document("c")
        document["probe"] = "0" * 32
        self.write("c/certificate.json", document)
        self.assertIn("another version of mdsync", self.expect(2, *small, "--shard", "1/2", "--campaign", "c").stderr)

    def test_the_order_of_words_does_not_matter(self):
        words = ("--without", "wait", "--without", "set", "--rule", "delivery.once", "--rule", "online.received")
        back = tuple(word for i in range(len(words) - 2, -1, -2) for word in words[i:i + 2])
        self.expect(0, *SEARCH, "--steps", "2", *words, "--shard", "1/2", "--campaign", "a")
        self.expect(0, *SEARCH, "--steps", "2", *back, "--shard", "1/2", "--campaign", "a")
        self.expect(0, *SEARCH, "--steps", "2", *back, "--shard", "2/2", "--campaign", "b")
        self.expect(0, "merge", "a", "b")

    def test_damage_is_said_and_nothing_is_lost(self):
        self.expect(0, *SEARCH, "--steps", "2", "--shard", "1/2", "--campaign", "c")
        text = self.read("c/certificate.json")
        for damaged in (text[:200], text.replace('"of": 2', '"of": 0'), text.replace('"of": 2', '"of": 999999'), text.replace('"users": 2', '"users": 9'),
                        text.replace('"failures": []', '"failures": [1]'), text.replace('"steps": 1,', '"steps": 7,'), text.replace('"sum": "', '"sum": "x'),
                        re.sub('"milliseconds": .*', '"milliseconds": -1,', text), text.replace('"reference"', '"mutant:nosuch"'),
                        text.replace('"platforms": []', '"platforms": ["toaster"]'), text.replace("certificate/1", "certificate/9"), text.replace('"delivery.once"', '"delivery.onse"')):
            self.assertNotEqual(damaged, text)
            self.write("c/certificate.json", damaged)
            for words in ((*SEARCH, "--steps", "2", "--shard", "1/2", "--campaign", "c"), ("merge", "c/certificate.json")):
                self.assertIn("c/certificate.json:", self.expect(3, *words).stderr)
            self.assertEqual(self.read("c/certificate.json"), damaged)

    def test_a_finding_that_cannot_be_is_refused(self):
        bad = ("explore", "--exhaustive", "--steps", "2", "-q", "--server", "mutant:off-stores-for-sender", "--campaign", "c")
        self.expect(1, *bad)
        whole = self.document("c")
        for steps, rounds in ((9, 2), (0, 0), (1, 2), (2, 0)):
            document = json.loads(json.dumps(whole))
            document["searched"]["failures"][0]["steps"] = steps
            document["searched"]["rounds"] = document["searched"]["rounds"][:rounds]
            self.write("c/certificate.json", document)
            for words in (bad, ("merge", "c")):
                self.assertIn("a search ends with the number of steps that violates a rule", self.expect(3, *words).stderr)
        document = json.loads(json.dumps(whole))
        document["searched"]["failures"] *= 2
        self.write("c/certificate.json", document)
        self.assertIn("a rule is violated once", self.expect(3, "merge", "c").stderr)
        # Nor does it say what it likes to the terminal.
        whole["searched"]["failures"][0].update(text="\x1b[31mred\nCOMPLETE  no violation", path=["\x1b]0;title\x07"])
        self.write("c/certificate.json", whole)
        shown = self.expect(1, "merge", "c").stdout
        self.assertNotIn("\x1b", shown)
        self.assertNotRegex(shown, "(?m)^COMPLETE")

    def test_what_compares_is_neither_shared_nor_kept(self):
        for words in (("--shard", "1/2"), ("--campaign", "c")):
            self.assertIn("--every-state", self.expect(2, *SEARCH, "--every-state", *words).stderr)


if __name__ == "__main__":
    unittest.main()
