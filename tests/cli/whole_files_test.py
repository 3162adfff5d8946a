"""What is written is there as a whole or not at all, and never in place of something that is needed."""

import json
import os
import shutil
import signal
import stat
import subprocess
import time
import unittest

from tool import BINARY, PATIENCE, ToolTest, limits, scenario, unmet

SMALL = 4096  # bytes that a file may have where the disk is "full"


def failing(cases=1):
    return scenario(matrix={"n": list(range(cases))}, name="case ${n}",
                    steps=unmet()["steps"] + [{"note": "${n}"}])


class Rewritten(ToolTest):
    """Every kind of file that is written again."""

    def setUp(self):
        super().setUp()
        self.write("a.json", scenario())
        self.write("bad.json", failing())
        self.expect(1, "run", "bad.json", "--report", "json=old.json", "--trace", "t.jsonl")

    def kinds(self):
        """What writes which file, with its exit code."""
        for kind in ("json", "junit", "html", "html-full", "timeline", "human"):
            yield 1, f"report.{kind}", ("run", "bad.json", "--report", f"{kind}=report.{kind}")
        yield 1, "merged.json", ("merge", "old.json", "--report", "json=merged.json")
        yield 1, "known.json", ("run", "bad.json", "--write-baseline", "known.json")
        yield 1, "bad.run", ("run", "bad.json", "--record", "bad.run")
        yield 1, "bad.jsonl", ("run", "bad.json", "--trace", "bad.jsonl")
        yield 0, "field.json", ("export", "t.jsonl", "--as", "scenario", "-o", "field.json")
        yield 0, "field.html", ("export", "t.jsonl", "--as", "html", "-o", "field.html")
        yield 0, "small.json", ("shrink", "bad.json", "-o", "small.json")

    def test_it_takes_the_place_of_the_old_file(self):
        for code, name, arguments in self.kinds():
            with self.subTest(file=name):
                self.write(name, "old")
                before = open(self.path(name), encoding="utf-8")  # whoever reads it goes on reading the old one
                self.expect(code, *arguments)
                self.assertEqual(before.read(), "old")
                before.close()
                self.assertGreater(len(self.read(name)), 100)

    def test_where_there_is_no_room_the_old_file_stays(self):
        for code, name, arguments in self.kinds():
            with self.subTest(file=name):
                old = "old " * 10
                self.write(name, old)
                done = self.tool(*arguments, preexec_fn=limits(FSIZE=64))
                self.assertEqual(done.returncode, 6 if code == 0 else code, done.stderr)
                self.assertIn("could not be written: File too large", done.stderr)
                self.assertEqual(self.read(name), old)
        self.assertFalse([name for name in os.listdir(self.folder) if name.startswith(".")])

    def test_the_signal_for_files_that_grow_too_large_is_no_death(self):
        self.expect(6, "run", "a.json", "--report", "json=r.json", preexec_fn=limits(FSIZE=64))
        self.assertFalse(os.path.exists(self.path("r.json")))

    def test_reasons_outlive_a_full_disk(self):
        self.write("many.json", failing(60))
        self.expect(1, "run", "many.json#n=0", "--write-baseline", "known.json")
        baseline = json.loads(self.read("known.json"))
        baseline["expected"][0]["reason"] = "written by hand"
        self.write("known.json", baseline)
        before = self.read("known.json")
        done = self.tool("run", "many.json", "--baseline", "known.json", "--write-baseline", "known.json",
                         preexec_fn=limits(FSIZE=SMALL))
        self.assertIn("known.json could not be written", done.stderr)
        self.assertEqual(self.read("known.json"), before)
        self.expect(1, "run", "many.json", "--baseline", "known.json", "--write-baseline", "known.json")
        self.assertIn("written by hand", self.read("known.json"))
        self.assertEqual(len(json.loads(self.read("known.json"))["expected"]), 60)

    def test_killed_at_any_moment_it_is_the_old_or_the_new_one(self):
        self.write("many.json", failing(200))
        report = ("run", "many.json", "-q", "--report", "json=r.json")
        self.expect(1, *report)
        whole = self.read("r.json")
        began = time.monotonic()
        self.expect(1, *report)
        took = time.monotonic() - began
        for i in range(12):
            process = self.start(*report)
            time.sleep(took * (i + 1) / 12)
            process.send_signal(signal.SIGKILL)
            process.communicate()
            self.assertEqual(self.read("r.json"), whole)

    def test_mode_and_links_stay(self):
        os.mkdir(self.path("elsewhere"))
        self.write("elsewhere/r.json", "old")
        os.chmod(self.path("elsewhere/r.json"), 0o640)
        os.symlink("elsewhere/r.json", self.path("r.json"))
        self.expect(0, "run", "a.json", "--report", "json=r.json")
        self.assertEqual(os.readlink(self.path("r.json")), "elsewhere/r.json")
        self.assertEqual(stat.S_IMODE(os.stat(self.path("r.json")).st_mode), 0o640)
        self.assertIn("result/1", self.read("elsewhere/r.json"))
        os.symlink("elsewhere/new.json", self.path("new.json"))  # points to nothing yet
        self.expect(0, "run", "a.json", "--report", "json=new.json")
        self.assertIn("result/1", self.read("elsewhere/new.json"))
        os.symlink("circle", self.path("circle"))
        done = self.expect(6, "run", "a.json", "--report", "json=circle")
        self.assertIn("Too many levels of symbolic links", done.stderr)
        umask = os.umask(0o027)
        self.addCleanup(os.umask, umask)
        self.expect(0, "run", "a.json", "--report", "json=fresh.json")
        self.assertEqual(stat.S_IMODE(os.stat(self.path("fresh.json")).st_mode), 0o640)

    @unittest.skipIf(os.geteuid() == 0, "root may write everything")
    def test_what_may_not_be_written_is_not_replaced(self):
        self.write("r.json", "old")
        os.chmod(self.path("r.json"), 0o444)
        self.expect(6, "run", "a.json", "--report", "json=r.json")
        self.assertEqual(self.read("r.json"), "old")

    def test_pipes_and_devices_are_written_to_as_they_are(self):
        os.mkfifo(self.path("pipe"))
        process = self.start("run", "a.json", "-q", "--report", "json=pipe")
        with open(self.path("pipe"), encoding="utf-8") as pipe:
            self.assertEqual(json.load(pipe)["mdsync"], "result/1")
        process.communicate(timeout=PATIENCE)
        self.assertEqual(process.returncode, 0)
        self.assertTrue(stat.S_ISFIFO(os.stat(self.path("pipe")).st_mode))
        self.expect(0, "run", "a.json", "-q", "--report", "json=/dev/null", "--trace", "/dev/null")
        self.assertTrue(stat.S_ISCHR(os.stat("/dev/null").st_mode))
        with open(self.path("out"), "wb") as out:
            subprocess.run([BINARY, "run", "a.json", "-q", "--report", "json=/dev/stdout"], cwd=self.folder, stdout=out,
                           timeout=PATIENCE, check=True)
        self.assertIn("result/1", self.read("out"))


class Clashes(ToolTest):
    """A command line that would write over what it reads does nothing."""

    def setUp(self):
        super().setUp()
        self.write("s/a.json", scenario())
        self.expect(0, "run", "s", "--report", "json=old.json", "--trace", "t.jsonl", "--record", "a.run")
        os.symlink("s/a.json", self.path("link"))
        os.link(self.path("s/a.json"), self.path("hard"))
        self.write("known.json", {"mdsync": "baseline/1", "expected": []})
        self.write("bad.json", failing())
        self.expect(1, "run", "bad.json", "--report", "json=failed.json")
        self.files = ("s/a.json", "old.json", "failed.json", "t.jsonl", "a.run", "known.json")
        self.before = [self.read(name) for name in self.files]

    def refused(self, *arguments):
        with self.subTest(arguments=arguments):
            done = self.expect(2, *arguments)
            self.assertRegex(done.stderr, "would replace|both write")
            self.assertEqual([self.read(name) for name in self.files], self.before)

    def test_no_output_replaces_an_input(self):
        for name in ("s/a.json", "./s/../s/a.json", "link", "hard"):
            self.refused("run", "s", "--report", f"json={name}")
            self.refused("run", "s/a.json", "--trace", name)
        self.refused("run", "s", "-k", "no such case", "--record", "s/a.json")
        self.refused("run", "s", "--write-baseline", "s/a.json")
        self.refused("run", "s", "--target", "exec:true", "--target-log", "s/a.json")
        self.refused("run", "s", "--baseline", "known.json", "--report", "json=known.json")
        for output in (("--report", "json=failed.json"), ("--trace", "failed.json"), ("--record", "failed.json"),
                       ("--write-baseline", "failed.json")):
            self.refused("run", "--failed", "failed.json", *output)
        self.refused("check", "t.jsonl", "--report", "human=t.jsonl")
        self.refused("check", "t.jsonl", "--write-baseline", "t.jsonl")
        self.refused("merge", "old.json", "--report", "junit=old.json")
        self.refused("export", "t.jsonl", "--as", "scenario", "-o", "t.jsonl")
        self.refused("shrink", "s/a.json", "-o", "s/a.json")
        self.refused("shrink", "s/a.json", "--target", "exec:true", "--target-log", "s/a.json")
        self.refused("replay", "a.run", "--target", "exec:true", "--target-log", "a.run")

    def test_no_output_replaces_another(self):
        self.refused("run", "s", "--report", "json=r", "--report", "junit=r")
        self.refused("run", "s", "--report", "json=r", "--trace", "./r")

    def test_what_may_be_the_same(self):
        self.expect(0, "run", "s", "--baseline", "known.json", "--write-baseline", "./known.json")
        self.expect(0, "run", "s", "--report", "json=-", "--report", "junit=-")
        self.expect(0, "run", "s", "--report", "json=/dev/null", "--report", "junit=/dev/null")
        self.expect(0, "run", "s", "--report", "json=s/new.txt")


class Found(ToolTest):
    """What a search finds does not replace what somebody keeps."""

    SEARCH = ("explore", "--server", "mutant:evict-second", "-q", "--runs", "200")
    NAME = "web.evict-earliest-web"

    def test_neither_scenario_nor_run_is_replaced(self):
        self.expect(1, *self.SEARCH, "-o", "found")
        names = sorted(os.listdir(self.path("found")))
        self.assertIn(self.NAME + ".run", names)
        text = self.read(f"found/{self.NAME}.run")
        self.expect(1, *self.SEARCH, "-o", "found")
        self.assertEqual(sorted(os.listdir(self.path("found"))), names)  # the same once more is the same files
        self.write(f"found/{self.NAME}.run", "mine")
        self.expect(1, *self.SEARCH, "-o", "found")
        self.assertEqual(self.read(f"found/{self.NAME}.run"), "mine")
        self.assertEqual(self.read(f"found/{self.NAME}-2.run"), text)
        self.assertTrue(os.path.exists(self.path(f"found/{self.NAME}-2.json")))

    def test_a_full_disk_leaves_no_empty_file(self):
        done = self.tool(*self.SEARCH, "-o", "found", preexec_fn=limits(FSIZE=64))
        self.assertIn("could not be written", done.stderr)
        self.assertEqual(os.listdir(self.path("found")), [])

    def test_what_a_full_disk_left_is_made_whole(self):
        self.expect(1, *self.SEARCH, "-o", "found")
        names, text = sorted(os.listdir(self.path("found"))), self.read(f"found/{self.NAME}.json")
        self.write(f"found/{self.NAME}.json", text[:40])
        self.write(f"found/{self.NAME}.run", "")
        self.expect(1, *self.SEARCH, "-o", "found")
        self.assertEqual(sorted(os.listdir(self.path("found"))), names)
        self.assertEqual(self.read(f"found/{self.NAME}.json"), text)

    def test_a_campaign_makes_whole_what_is_damaged(self):
        self.expect(1, *self.SEARCH, "--campaign", "c")
        names = sorted(os.listdir(self.path("c/found")))
        for name, damage in ((".json", ""), (".run", ""), (".json", "\0" * 100), (".run", "{")):
            with self.subTest(file=name, damage=damage):
                text = self.read(f"c/found/{self.NAME}{name}")
                self.write(f"c/found/{self.NAME}{name}", damage)
                self.expect(1, *self.SEARCH, "--campaign", "c")
                self.assertEqual(self.read(f"c/found/{self.NAME}{name}"), text)
                self.assertEqual(sorted(os.listdir(self.path("c/found"))), names)
        self.assertIn("passed", self.expect(0, "run", "c/found").stdout)

    def test_a_campaign_keeps_what_somebody_edited(self):
        self.expect(1, *self.SEARCH, "--campaign", "c")
        edited = {**json.loads(self.read(f"c/found/{self.NAME}.json")), "description": "mine"}
        self.write(f"c/found/{self.NAME}.json", edited)
        self.expect(1, *self.SEARCH, "--campaign", "c")
        self.assertEqual(json.loads(self.read(f"c/found/{self.NAME}.json")), edited)


class Folders(ToolTest):
    def test_a_folder_that_cannot_be_made_says_why(self):
        self.write("file", "")
        self.write("a.json", scenario())
        self.write("b.json", scenario())
        for arguments in (("run", "a.json", "b.json", "--trace", "file/traces"),
                          ("explore", "--server", "mutant:evict-second", "-q", "--runs", "200", "-o", "file/found"),
                          ("explore", "-q", "--runs", "1", "--campaign", "file/c")):
            with self.subTest(arguments=arguments):
                done = self.tool(*arguments)
                self.assertIn(done.returncode, (1, 6))
                self.assertIn("Not a directory", done.stderr)
                self.assertNotIn("No such file", done.stderr)

    def test_a_folder_on_a_disk_that_cannot_be_written_to_says_so(self):
        self.disk("ro")
        if subprocess.run(["mount", "-o", "remount,ro", self.path("ro")], capture_output=True).returncode != 0:
            self.skipTest("no disk can be made read-only here")
        done = self.expect(6, "explore", "-q", "--runs", "1", "--campaign", "ro/c")
        self.assertIn("Read-only file system", done.stderr)
        self.write("a.json", scenario())
        self.write("b.json", scenario())
        done = self.expect(6, "run", "a.json", "b.json", "--trace", "ro/t")
        self.assertIn("Read-only file system", done.stderr)

    def disk(self, name, size="64k"):
        """A small disk of its own, where we may make one."""
        os.mkdir(self.path(name))
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", self.path(name)],
                                 capture_output=True) if shutil.which("mount") else None
        if mounted is None or mounted.returncode != 0:
            self.skipTest("no disk can be mounted here")
        self.addCleanup(subprocess.run, ["umount", self.path(name)], capture_output=True)

    def test_a_disk_that_is_really_full(self):
        self.disk("disk")
        self.write("many.json", failing(300))
        self.expect(1, "run", "many.json#n=0", "--write-baseline", "disk/known.json", "--report", "json=disk/r.json")
        self.write("disk/rest", "")
        with open(self.path("disk/rest"), "wb", buffering=0) as rest:
            try:
                while rest.write(b"x" * 1024) == 1024:
                    pass
            except OSError:
                pass
        before = {name: self.read(f"disk/{name}") for name in os.listdir(self.path("disk"))}
        done = self.tool("run", "many.json", "-q", "--write-baseline", "disk/known.json", "--baseline", "disk/known.json",
                         "--report", "json=disk/r.json", "--trace", "disk/traces")
        self.assertEqual(done.returncode, 1)
        self.assertIn("No space left on device", done.stderr)
        self.tool("explore", "--server", "mutant:evict-second", "-q", "--runs", "200", "--campaign", "disk/c")
        for name, text in before.items():
            self.assertEqual(self.read(f"disk/{name}"), text)
        os.remove(self.path("disk/rest"))
        self.expect(1, "explore", "--server", "mutant:evict-second", "-q", "--runs", "200", "--campaign", "disk/c")
        self.assertIn("passed", self.expect(0, "run", "disk/c/found").stdout)


if __name__ == "__main__":
    unittest.main()
