"""What the tool prints fits the terminal, is painted where that helps, and what it says to paste can be pasted."""

import fcntl
import json
import os
import pty
import shlex
import struct
import subprocess
import termios
import unittest

from tool import BINARY, ToolTest, scenario, unmet

RED, BLUE = "\x1b[31;1m", "\x1b[34;1m"


def fails(text="hi"):
    """Fails an expectation on a long line."""
    return json.dumps(unmet()).replace('"text": "hi"', f'"text": {json.dumps(text)}')


class Width(ToolTest):
    def place(self, columns):
        """The lines that show where it fails."""
        self.write("a.json", fails())
        text = self.expect(1, "run", "a.json", env={"COLUMNS": str(columns)}).stdout
        lines = text.split("-->")[1].split("\n\n")[0].splitlines()[1:]
        self.assertEqual(len(lines), 3, text)
        return lines

    def test_a_line_of_the_file_is_cut_around_the_caret(self):
        for columns in (40, 60, 100, 200):
            for line in self.place(columns):
                self.assertLessEqual(len(line.rstrip()), columns + len(" expected here"), (columns, line))
        excerpt, carets = self.place(60)[1:]
        self.assertEqual(excerpt[carets.index("^"):][:11], '{"expect": ')
        self.assertGreater(len(self.place(200)[1]), len(self.place(100)[1]))

    def test_sentences_are_as_wide_as_the_terminal(self):
        self.write("a.json", scenario())
        mutant = "mutant:" + self.a_mutant_of("online.received")
        for columns in (50, 150):
            text = self.expect(1, "run", "a.json", "--server", mutant, env={"COLUMNS": str(columns)}).stdout
            sentence = text.split("\n\n")[1].splitlines()
            longest = max(len(line) for line in sentence)
            self.assertLessEqual(longest, columns)
            self.assertGreater(longest, columns - 30 if columns == 50 else 100)

    def test_a_mistake_in_a_file_too(self):
        self.write("a.json", '{"name": "' + "x" * 150 + '", "users": {}, "steps": [], "nmae": 1}')
        for columns in (50, 120):
            lines = self.expect(3, "run", "a.json", env={"COLUMNS": str(columns)}).stderr.splitlines()
            excerpt = next(line for line in lines if line.startswith("1 |"))
            self.assertLessEqual(len(excerpt), columns)
            self.assertIn('"nmae"', excerpt)

    def test_a_ladder_that_does_not_fit_has_its_words_beside_the_rails(self):
        self.write("a.json", scenario())
        wide = self.expect(0, "run", "a.json", "--timeline", env={"COLUMNS": "120"}).stdout
        narrow = self.expect(0, "run", "a.json", "--timeline", env={"COLUMNS": "50"}).stdout
        self.assertIn("server            alice/phone", wide)
        self.assertNotIn("server            alice/phone", narrow)
        self.assertRegex(narrow, r"\* +alice/phone connect\n")
        self.expect(0, "run", "a.json", "--report", "timeline=t.txt", env={"COLUMNS": "50"})
        self.assertIn("server            alice/phone", self.read("t.txt"))

    def test_a_terminal_says_how_wide_it_is(self):
        self.write("a.json", fails("x" * 200))
        ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 60, 0, 0))
        environment = {k: v for k, v in os.environ.items() if k not in ("COLUMNS", "NO_COLOR", "FORCE_COLOR")}
        done = subprocess.Popen([BINARY, "run", "a.json"], cwd=self.folder, stdout=theirs, stderr=subprocess.DEVNULL,
                                env=environment)
        os.close(theirs)
        said = b""
        try:
            while chunk := os.read(ours, 4096):
                said += chunk
        except OSError:  # the other end is closed
            pass
        done.wait()
        os.close(ours)
        excerpt = next(line for line in said.decode().splitlines() if "..." in line)
        self.assertIn(BLUE, excerpt)
        self.assertLessEqual(len(excerpt.replace(BLUE, "").replace("\x1b[0m", "")), 60)


class Colour(ToolTest):
    def test_carets_and_places(self):
        self.write("a.json", fails())
        self.write("b.json", "{,}")
        done = self.expect(3, "run", "a.json", "b.json", "--color", "always", env={"FORCE_COLOR": "1"})
        for text in (done.stdout, done.stderr):
            self.assertIn(f"{BLUE}-->\x1b[0m", text)
            self.assertIn(f"{RED}^", text)
        plain = self.expect(3, "run", "a.json", "b.json")
        self.assertNotIn("\x1b", plain.stdout + plain.stderr)

    def test_a_warning_is_no_error(self):
        self.write("a.json", scenario(rules=None, steps=[]))
        self.assertIn("\x1b[33;1mwarning[scenario.tests-nothing]", self.expect(4, "run", "a.json", env={"FORCE_COLOR": "1"}).stderr)


class Pasted(ToolTest):
    def lines(self, **env):
        self.write("a.json", scenario())
        done = self.expect(1, "run", "a.json", "--server", "mutant:" + self.a_mutant_of("online.received"), env=env)
        return [done.stdout.split(word)[1].splitlines()[0].strip() for word in ("again:", "why:")]

    def test_the_program_is_called_as_it_was(self):
        again, why = self.lines(MDSYNC_PROGRAM="")
        for line, code in ((again, 1), (why, 0)):
            self.assertTrue(line.startswith(BINARY + " "), line)
            self.assertEqual(subprocess.run(shlex.split(line), cwd=self.folder, capture_output=True).returncode, code)

    def test_a_script_may_say_its_own_name(self):
        again, why = self.lines(MDSYNC_PROGRAM="./script/mdsync")
        self.assertTrue(again.startswith("./script/mdsync run a.json --seed 1 --server mutant:"), again)
        self.assertTrue(why.startswith("./script/mdsync explain "), why)

    def test_all_that_failed_too(self):
        for name in ("a.json", "b.json"):
            self.write(name, unmet())
        self.assertIn("  ./m run --seed 1 \\\n    a.json b.json", self.expect(1, "run", "a.json", "b.json",
                                                                    env={"MDSYNC_PROGRAM": "./m"}).stdout)

    def test_documents_do_not_tell_how_it_was_called(self):
        self.write("a.json", unmet())
        done = self.expect(1, "run", "a.json", "--format", "json", env={"MDSYNC_PROGRAM": "./m"})
        self.assertEqual(json.loads(done.stdout)["scenarios"][0]["again"], "mdsync run a.json --seed 1")


class Replay(ToolTest):
    def test_chance_is_told_by_whose_it_is(self):
        self.write("a.json", scenario(network={"latency": "5ms..80ms"}))
        self.expect(0, "run", "a.json", "--record", "a.run")
        run = json.loads(self.read("a.run"))
        run["choices"][0][2] += 1
        self.write("b.run", run)
        said = self.expect(1, "replay", "b.run").stdout
        self.assertRegex(said, r"chance    draw 0 was latency \(one of 77\) of the link from alice/phone to the server, and is "
                               r"latency \(one of 76\) of the link from alice/phone to the server\n")


if __name__ == "__main__":
    unittest.main()
