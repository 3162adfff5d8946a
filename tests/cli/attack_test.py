"""Files that were damaged in every way, and names that would like to be commands: nothing crashes, nothing gets through."""

import json
import os
import random
import re
import signal
import subprocess
import time
import unittest
import xml.etree.ElementTree as ElementTree

from tool import BINARY, PATIENCE, ToolTest, scenario, unmet

CODES = (0, 1, 3, 4, 5)
EACH = 25  # damaged files of each kind


def damaged(text, generator):
    """`text` with a few bytes changed, a piece left out, doubled, moved or cut, or a number made large."""
    text = bytearray(text)
    for _ in range(generator.randint(1, 4)):
        at = generator.randrange(len(text))
        end = min(len(text), at + generator.randint(1, 60))
        kind = generator.randrange(6)
        if kind == 0:
            text[at] = generator.choice(b'{}[]",:0 x\x00\xff\n\\e-')
        elif kind == 1:
            del text[at:end]
        elif kind == 2:
            text[at:at] = text[at:end]
        elif kind == 3:
            del text[max(at, 1):]
        elif kind == 4:
            text[at:at] = generator.choice([b"18446744073709551616", b"-1", b"null", b"[[", b"\xed\xa0\x80", b'"\\u0000"'])
        else:
            numbers = list(re.finditer(rb"\d+", text))
            if numbers:
                number = generator.choice(numbers)
                text[number.start():number.end()] = b"9" * generator.randint(1, 25)
        if not text:
            text = bytearray(b"{")
    return bytes(text)


class Damaged(ToolTest):
    def setUp(self):
        super().setUp()
        self.write("bad.json", unmet())
        self.write("old.json", "")
        self.expect(1, "run", "bad.json", "--report", "json=old.json", "--trace", "t.jsonl", "--record", "a.run",
                    "--write-baseline", "known.json")

    def attack(self, name, *commands, codes=CODES):
        generator = random.Random(name)
        whole = self.read(name).encode()
        for i in range(EACH):
            content = damaged(whole, generator)
            self.write(name, content)
            for command in commands:
                done = subprocess.run([BINARY, *command], cwd=self.folder, stdin=subprocess.DEVNULL,
                                      capture_output=True, timeout=PATIENCE)
                self.assertIn(done.returncode, codes, (command, content, done.stderr))
                self.assertNotIn(b"\x1b", done.stdout + done.stderr)
                if done.returncode == 3:
                    self.assertTrue(done.stderr or done.stdout, command)
        self.write(name, whole)

    def test_scenarios(self):
        self.attack("bad.json", ("run", "bad.json"), ("lint", "bad.json"))

    def test_traces(self):
        self.attack("t.jsonl", ("check", "t.jsonl"), ("check", "t.jsonl", "--lenient", "--skew", "1s", "--timeline"),
                    ("export", "t.jsonl", "--as", "scenario", "-q"))

    def test_results(self):
        self.write("other.json", self.read("old.json"))
        self.attack("old.json", ("diff", "old.json", "other.json"), ("merge", "old.json", "--format", "json"),
                    ("rules", "--coverage", "old.json"))

    def test_baselines(self):
        self.attack("known.json", ("run", "bad.json", "--baseline", "known.json"))

    def test_run_files(self):
        self.attack("a.run", ("replay", "a.run"))

    def test_campaigns(self):
        search = ("explore", "--server", "mutant:evict-second", "-q", "--runs", "60", "--campaign", "c")
        self.tool(*search)
        self.attack("c/campaign.json", ("merge", "c"))

    def test_certificates(self):
        search = ("explore", "--exhaustive", "--steps", "2", "--server", "mutant:off-stores-for-sender", "-q", "--campaign", "e")
        self.tool(*search)
        self.attack("e/certificate.json", ("merge", "e"), search, codes=(*CODES, 2))  # 2: it is another search now


class Resumed(ToolTest):
    SEARCH = ("explore", "--server", "mutant:evict-second", "-q", "--runs", "2000", "-j", "2")

    def test_killed_again_and_again_a_campaign_says_the_same(self):
        straight = self.expect(1, *self.SEARCH, "--campaign", "straight").stdout
        generator = random.Random(4)
        for _ in range(8):
            process = self.start(*self.SEARCH, "--campaign", "c")
            time.sleep(generator.uniform(0.01, 0.4))
            process.send_signal(signal.SIGKILL)
            process.communicate()
        self.assertEqual(self.expect(1, *self.SEARCH, "--campaign", "c").stdout, straight.replace(" straight/", " c/"))
        self.assertEqual(sorted(os.listdir(self.path("c/found"))), sorted(os.listdir(self.path("straight/found"))))


class Injected(ToolTest):
    """Names that somebody else chose are shown, and nothing more."""

    NAMES = ("\x1b[31mred", "a'b", "$(touch hacked)", "`touch hacked`", 'q"q', "<b>&amp;", "a;touch hacked", "]]>",
             "-v", "new\nline", "\u009b31m", "\u202etxt", "\u200ftxt", "nul\\u0000", "%s%n", "{0}", "back\\slash")

    def harmless(self, done):
        for text in (done.stdout, done.stderr):
            for control in ("\x1b", "\x9b", "\u009b", "\u202e", "\u200f"):
                self.assertNotIn(control, text)
        self.assertFalse(os.path.exists(self.path("hacked")))

    def again(self, text):
        """The commands that the output proposes, run by a shell that knows the tool."""
        os.makedirs(self.path("bin"), exist_ok=True)
        if not os.path.exists(self.path("bin/mdsync")):
            os.symlink(BINARY, self.path("bin/mdsync"))
        commands = [line.split("again:", 1)[1].strip() for line in text.splitlines() if "again:" in line]
        self.assertTrue(commands, text)
        for command in commands:
            done = subprocess.run(["bash", "-c", command], cwd=self.folder, capture_output=True, timeout=PATIENCE,
                                  env={**os.environ, "PATH": self.path("bin") + ":" + os.environ["PATH"]})
            self.assertEqual(done.returncode, 1, (command, done.stdout, done.stderr))
        self.assertFalse(os.path.exists(self.path("hacked")))

    def test_names_of_files(self):
        for name in self.NAMES:
            with self.subTest(name=name):
                path = "./" + name.replace("/", "_") + ".json"
                self.write(path, unmet())
                done = self.expect(1, "run", path, "--report", "junit=j.xml", "--report", "json=r.json")
                self.harmless(done)
                self.harmless(self.expect(1, "run", path, "-q", "--report", "github=-"))
                ElementTree.parse(self.path("j.xml"))
                self.assertEqual(json.loads(self.read("r.json"))["mdsync"], "result/1")
                if "\n" not in name:
                    self.again(done.stdout)

    def test_what_stands_in_files(self):
        for name in self.NAMES:
            with self.subTest(name=name):
                self.write("a.json", {**unmet(), "name": name, "tags": ["t"], "description": name})
                done = self.expect(1, "run", "a.json", "--report", "junit=j.xml", "--report", "json=r.json", "--timeline")
                self.harmless(done)
                ElementTree.parse(self.path("j.xml"))
                self.assertEqual(json.loads(self.read("r.json"))["scenarios"][0]["name"], name)

    def test_names_of_folders_that_a_search_writes_to(self):
        for name in ("\x1b[31mred", "$(touch hacked)", "a'b", "\u009b31m"):
            for option in ("-o", "--campaign"):
                with self.subTest(name=name, option=option):
                    done = self.expect(1, "explore", "--server", "mutant:evict-second", "-q", "--runs", "100", option,
                                       name)
                    self.harmless(done)
                    self.again(done.stdout)
        done = self.expect(6, "run", self.write("a.json", scenario()), "--report", "json=no/\x1b[31m.json")
        self.harmless(done)


if __name__ == "__main__":
    unittest.main()
