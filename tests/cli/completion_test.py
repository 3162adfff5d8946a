"""TAB offers what the command line takes: mdsync complete answers from the same table as --help, and bash, zsh and fish
ask it."""

import os
import re
import shutil
import subprocess
import unittest

from tool import BINARY, ToolTest

# What the help calls a value of which nobody can know beforehand what it will be.
FREE = {"N", "TEXT", "TAG", "DURATION", "D", "DATE", "A..B", "I/N", "HOST:PORT", "NAME=VALUE", "BOUND", "TIME|LINE", "NAME", "KEY", "SECRET", "TOKEN"}


def words_of(answer):
    return [line.split("\t")[0] for line in answer.splitlines()[1:]]


class Completion(ToolTest):
    def answer(self, *words):
        return self.expect(0, "complete", "--", *words).stdout

    def offered(self, *words):
        return words_of(self.answer(*words))

    def commands(self):
        return self.offered("")


class Answers(Completion):
    def test_first_come_the_commands_that_the_help_lists(self):
        listed = re.findall(r"^  ([a-z]+)  +\S", self.expect(0, "--help").stdout, re.M)
        self.assertEqual(self.commands(), listed)
        self.assertEqual(self.offered("ru"), ["run", "rules"])
        self.assertEqual(self.offered("--v"), ["--version"])
        self.assertEqual(self.offered("rum", ""), [])

    def test_each_option_of_each_help_is_offered(self):
        for command in self.commands():
            with self.subTest(command):
                named = re.findall(r"^  (?:-\w,)?(--?[a-z-]+)", self.expect(0, command, "--help").stdout, re.M)
                self.assertEqual(sorted(self.offered(command, "-")), sorted(named))

    def test_each_value_has_its_words_or_its_files(self):
        for command in self.commands():
            for option, kind in re.findall(r"^  (?:-\w,)?(--?[\w-]+) ([A-Z][^ ]*)", self.expect(0, command, "--help").stdout, re.M):
                with self.subTest(command=command, option=option):
                    answer = self.answer(command, option, "")
                    known = bool(words_of(answer)) or not answer.startswith("words")
                    self.assertEqual(known, kind not in FREE, "a new kind of value: cli/kinds.cpp, or FREE above")

    def test_words_of_an_option(self):
        self.assertEqual(self.offered("run", "--format", ""), ["human", "json"])
        self.assertEqual(self.offered("run", "--format=j"), ["--format=json"])
        self.assertEqual(self.offered("run", "--server", "mutant:evict-newest-t"), ["mutant:evict-newest-tab"])
        self.assertIn("web.evict-earliest", self.offered("run", "--rule", ""))
        self.assertEqual(self.offered("run", "--require", "all,web.evict"), ["all,web.evict-earliest"])
        self.assertEqual(self.offered("run", "--report", "ju"), ["junit="])
        self.assertEqual(self.offered("explain", "lap"), ["lapsed"])
        self.assertEqual(self.offered("completion", ""), ["bash", "zsh", "fish"])

    def test_files_and_folders(self):
        self.assertEqual(self.answer("run", "s"), "files\t\n")
        self.assertEqual(self.answer("run", "--report", "json=s"), "files\tjson=\n")
        self.assertEqual(self.answer("run", "--baseline=s"), "files\t--baseline=\n")
        self.assertEqual(self.answer("explore", "-o", ""), "folders\t\n")

    def test_what_is_given_is_not_offered_again(self):
        self.assertNotIn("--seed", self.offered("run", "--seed", "7", "-"))
        self.assertNotIn("--quiet", self.offered("run", "-q", "-"))
        self.assertIn("--rule", self.offered("run", "--rule", "web.evict-earliest", "-"))

    def test_what_excludes_each_other_is_not_offered_together(self):
        self.assertIn("--server", self.offered("run", "-"))
        self.assertNotIn("--server", self.offered("run", "--target", "tcp:localhost:1", "-"))

    def test_an_option_that_takes_several_values_takes_more(self):
        self.assertEqual(self.answer("rules", "--coverage", "a.json", ""), "files\t\n")
        self.assertIn("--min-coverage", self.offered("rules", "--coverage", "a.json", "--"))

    def test_behind_two_dashes_nothing_is_an_option(self):
        self.assertEqual(self.answer("run", "--", "-"), "files\t\n")

    def test_the_help_does_not_name_what_only_shells_ask(self):
        self.assertNotIn("complete", self.commands())

    def test_a_shell_that_nobody_knows(self):
        self.assertIn("is not one of bash, zsh, fish", self.expect(2, "completion", "tcsh").stderr)


class Shells(Completion):
    """What the scripts make of the answers. `mdsync` is found on PATH, as where it is installed."""

    def setUp(self):
        super().setUp()
        os.mkdir(os.path.join(self.folder, "bin"))
        os.symlink(BINARY, os.path.join(self.folder, "bin", "mdsync"))

    def shell(self, name, script, *flags):
        """Runs `script` in this shell, behind mdsync's own."""
        if not shutil.which(name):
            self.skipTest(f"there is no {name} here")
        path = os.path.join(self.folder, name + ".script")
        with open(path, "w", encoding="utf-8") as file:
            file.write(self.expect(0, "completion", name).stdout)
        checked = subprocess.run([name, "-n", path], capture_output=True, text=True)
        self.assertEqual((checked.returncode, checked.stderr), (0, ""))
        environment = {**os.environ, "PATH": os.path.join(self.folder, "bin") + os.pathsep + os.environ["PATH"],
                       "HOME": self.folder, "SCRIPT": path}
        run = subprocess.run([name, *flags, "-c", script], capture_output=True, text=True, cwd=self.folder, env=environment)
        self.assertEqual((run.returncode, run.stderr), (0, ""))
        return run.stdout.splitlines()

    def bash(self, *broken):
        """TAB behind these words, broken where bash breaks them; a blank stands for what divides words."""
        line = "".join(broken)
        words = [word for word in broken if word.strip()] + ([""] if line.endswith(" ") else [])
        return self.shell("bash", f"""
            source "$SCRIPT"
            compopt() {{ echo "compopt $*"; }}
            COMP_WORDS=({" ".join("'" + word + "'" for word in words)}) COMP_CWORD={len(words) - 1}
            COMP_LINE='{line}' COMP_POINT={len(line)}
            _mdsync && printf '%s\\n' "${{COMPREPLY[@]}}" """, "--norc")

    def test_bash(self):
        self.assertEqual(self.bash("mdsync", " ", "ru"), ["run", "rules"])
        self.assertEqual(self.bash("mdsync", " ", "run", " ", "--format", " "), ["human", "json"])
        self.assertEqual(self.bash("mdsync", " ", "explain", " ", "offline\\"), [""])
        self.assertIn("offline\\ store", self.bash("mdsync", " ", "explain", " ", "off"))

    def test_bash_completes_what_follows_where_it_breaks_words(self):
        self.assertEqual(self.bash("mdsync", " ", "run", "  ", "--format", "="), ["human", "json"])
        self.assertEqual(self.bash("mdsync", " ", "run", " ", "--format", "=", "j"), ["json"])
        self.assertEqual(self.bash("mdsync", " ", "run", " ", "--server", " ", "mutant", ":", "evict-newest-t"), ["evict-newest-tab"])
        self.assertEqual(self.bash("mdsync", " ", "run", " ", "--report", " ", "ju"), ["compopt -o nospace", "junit="])

    def test_bash_completes_files_itself(self):
        self.assertEqual(self.bash("mdsync", " ", "run", " ", "--report", " ", "json", "=", "x"), ["compopt -o default", ""])
        self.assertEqual(self.bash("mdsync", " ", "explore", " ", "-o", " "), ["compopt -o dirnames", ""])

    def zsh(self, *words):
        return self.shell("zsh", f"""
            compdef() {{ :; }}
            source "$SCRIPT"
            compadd() {{ print -l -- "${{(P@)@[-1]}}"; }}
            compset() {{ print "behind $2"; }}
            _files() {{ print "files $*"; }}
            words=({" ".join("'" + word + "'" for word in words)}) CURRENT={len(words)} PREFIX='{words[-1]}'
            _mdsync || true""", "-f")

    def test_zsh(self):
        self.assertEqual(self.zsh("mdsync", "ru"), ["run", "rules"])
        self.assertEqual(self.zsh("mdsync", "run", "--format", ""), ["human", "json"])
        self.assertEqual(self.zsh("mdsync", "run", "--server", "mutant:evict-newest-t"), ["mutant:evict-newest-tab"])
        self.assertEqual(self.zsh("mdsync", "run", "--report", "json=x"), ["behind json=", "files "])
        self.assertEqual(self.zsh("mdsync", "explore", "-o", ""), ["behind ", "files -/"])

    def fish(self, line):
        said = self.shell("fish", f"source $SCRIPT; complete -C '{line}'", "--no-config")
        return [word.split("\t")[0] for word in said]

    def test_fish(self):
        os.mkdir(os.path.join(self.folder, "cases"))
        self.assertEqual(self.fish("mdsync ru"), ["run", "rules"])
        self.assertEqual(self.fish("mdsync run --format "), ["human", "json"])
        self.assertEqual(self.fish("mdsync run --server=mutant:evict-newest-t"), ["--server=mutant:evict-newest-tab"])
        self.assertEqual(self.fish("mdsync run --report json=ca"), ["json=cases/"])
        self.assertEqual(self.fish("mdsync explore -o ca"), ["cases/"])


if __name__ == "__main__":
    unittest.main()
