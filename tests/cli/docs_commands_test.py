"""Every command line that README and docs show is run, and says what the page shows; every link leads somewhere.

A block ```sh is a script. A block without a language whose first line begins with `$ ` is a session: commands, and below each
what it prints, with standard error or without. A line `...` stands for lines that are left out, `...` at the end of a
line for its rest. Numbers, times and hashes may differ. Where a page says "Save this as `FILE`", the next block is that file.
Each page has a folder of its own, with a copy of the scenarios and the examples.

    docs_commands_test.py --renew docs/tour.md    prints the page with what is printed now; script/regenerate does so for all"""

import glob
import itertools
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

from tool import BINARY, PATIENCE

ROOT = os.path.realpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
PAGES = ["README.md"] + sorted(os.path.relpath(page, ROOT) for page in glob.glob(os.path.join(ROOT, "docs", "*.md")))
WITH_LINKS = PAGES + ["CHANGELOG.md", "CONTRIBUTING.md", "scenarios/README.md", "tests/conformance/README.md"]
ELSEWHERE = {  # pages that another test compares to the letter
    "docs/baseline.md": "docs_test.BaselinePage",
    "docs/debug.md": "docs_test.DebugPage",
    "docs/failures.md": "docs_test.FailuresPage",
    "docs/rules.md": "printed by mdsync rules --markdown",
    "docs/search-mutants.md": "printed by mdsync explore --every-mutant --markdown",
}

# What is not run, and why. The first word of the reason says what it needs.
NOT_RUN = [
    (r"^(git clone|#? ?apt|docker|cmake|\./script/(package|test))",
     "network, root or minutes: it installs or builds; .ci/run install does"),
    (r"^mdsync (watch|serve --tcp|serve --sdk)",
     "a person: it goes on until it is interrupted; live_test, target_test and emulator_test run it"),
    (r"^mdsync bench", "minutes: it measures; bench_test runs it with little to measure"),
    (r"tcp:adapter\.test", "a foreign server: it must listen already; target_test runs one"),
    (r"/usr/share/mdsync", "root: it is there once the package is installed; install_test runs it"),
    (r"\bparallel\b", "a foreign program: GNU parallel; campaign_test runs the shards"),
]

# The same with less to do: what is printed differs by numbers alone.
QUICKER = [("--runs 200000", "--runs 3000"), ("--time 8h", "--time 1s")]

# What changes what is printed.
UNWANTED = ("COLUMNS", "FORCE_COLOR", "NO_COLOR", "GITHUB_STEP_SUMMARY")

# What a page takes for granted, made before its first command.
SETUP = {
    "my_adapter.py": """cat > my_adapter.py <<'END'
import os
os.execvp("mdsync", ["mdsync", "serve", "--stdio"])
END""",
    **{f"{name}_adapter.py": f"cp '{ROOT}/tests/cli/odd_adapter.py' {name}_adapter.py" for name in ("slow", "broken", "flaky")},
    "log.jsonl": "mdsync run scenarios/web/eleventh-tab.json --trace log.jsonl -q",
    "logs/": "mkdir logs && mdsync run scenarios/web/eleventh-tab.json --trace logs/a.jsonl -q",
    "field.jsonl": "mdsync run scenarios/web/eleventh-tab.json --server mutant:evict-second --trace field.jsonl -q;"
                   " gzip -c field.jsonl > field.jsonl.zst",  # mdsync looks at the first bytes, not at the name
    "result.json": "mdsync run scenarios/web -q --report json=result.json",
    "big.json": "cp scenarios/web/eleventh-tab.json big.json",
    "my/first.json": "mkdir -p my && mdsync new my/first.json",
    "my/late.json": "mkdir -p my && mdsync new my/late.json",
    "merge campaign/*": "for i in 1 2; do mdsync explore --seeds 1..100 --shard $i/2 --campaign campaign/$i -q; done",
}


def read(name):
    with open(os.path.join(ROOT, name), encoding="utf-8") as file:
        return file.read()


def blocks(page):
    """(language, text, the file that the page says it is, line) of each fenced block."""
    found, text = [], read(page)
    for block in re.finditer(r"^( *)```(\w*)\n(.*?)^\1```$", text, re.S | re.M):
        before = text[:block.start()].rstrip("\n").split("\n\n")[-1]
        saved = re.search(r"[Ss]ave this\s+as\s+`([^`]+)`", before)
        body = re.sub(rf"^{block[1]}", "", block[3], flags=re.M)
        found.append((block[2], body, saved and saved[1], text[:block.start()].count("\n") + 1))
    return found


def sessions(body):
    """[command, what is shown below it] of a block whose lines begin with `$ `."""
    parts = re.split(r"^\$ (.*)\n", body, flags=re.M)[1:]
    return list(zip(parts[::2], parts[1::2]))


def not_run(command):
    return next((why for pattern, why in NOT_RUN if re.search(pattern, command)), None)


def shape(line):
    line = re.sub(r"\b(?=[0-9]*[a-f])(?=[a-f]*[0-9])[0-9a-f]{8,}\b", "HASH", line.rstrip())
    line = re.sub(r"\d+", "N", line)
    line = re.sub(r"\bN ([a-z]+?)s\b", r"N \1", line)  # 1 case, 2 cases
    return re.sub(r"  +|\^+", lambda same: "  " if same[0].startswith(" ") else "^", line)


def pattern_of(shown):
    """Matches whatever has the shape of what the page shows."""
    def one(line):
        if line == "...":
            return r"(?:.*\n)*?"
        whole = re.escape(shape(line.removesuffix("...")).rstrip() if line.endswith("...") else shape(line))
        return whole + (r".*\n" if line.endswith("...") else r"\n")
    return "".join(map(one, shown.splitlines()))


def set_up(folder, page):
    saved = [name for _, _, name, _ in blocks(page) if name]
    for name, script in SETUP.items():
        if name in read(page) and name not in saved:
            folder.shell(script)


def heard(folder, command, shown):
    """What a command of a session prints: with standard error and, if that is not what the page shows, without."""
    typed = "".join(f"{line}\n" for line in re.findall(r"^\(mdsync \d+/\d+\) (.*)$", shown, re.M))
    said = [folder.shell(command, typed)[0]]
    if not matches(shown, said[0]):
        said.append(folder.shell(f"{{ {command}\n}} 2> /dev/null", typed)[0])
    return said


def matches(shown, said):
    return not shown or re.fullmatch(pattern_of(shown.lstrip("\n")), "".join(shape(line) + "\n" for line in said.lstrip("\n").splitlines()))


class Folder:
    """Where the commands of a page run."""

    def __init__(self, quicker=QUICKER):
        self.quicker = quicker
        self.path = tempfile.mkdtemp(prefix="mdsync-docs-")
        for name in ("scenarios", "docs/examples", "docs/schema"):
            shutil.copytree(os.path.join(ROOT, name), os.path.join(self.path, name), ignore=shutil.ignore_patterns("__pycache__"))
        for name in ("bin", "script"):
            os.mkdir(os.path.join(self.path, name))
            with open(os.path.join(self.path, name, "mdsync"), "w", encoding="utf-8") as file:
                file.write(f'#!/bin/sh\n"{BINARY}" "$@"\ncode=$?\n'
                           f'echo "$code mdsync $*" >> "{self.path}/codes"\nexit $code\n')
            os.chmod(os.path.join(self.path, name, "mdsync"), 0o755)

    def write(self, name, text):
        os.makedirs(os.path.dirname(os.path.join(self.path, name)), exist_ok=True)
        with open(os.path.join(self.path, name), "w", encoding="utf-8") as file:
            file.write(text)

    def shell(self, script, typed=""):
        """What it prints, and the exit codes of its calls of mdsync."""
        for usual, quicker in self.quicker:
            script = script.replace(usual, quicker)
        environment = {name: value for name, value in os.environ.items() if name not in UNWANTED}
        environment["PATH"] = os.path.join(self.path, "bin") + os.pathsep + environment["PATH"]
        open(os.path.join(self.path, "codes"), "w", encoding="utf-8").close()
        done = subprocess.run(["sh", "-c", script], cwd=self.path, env=environment, input=typed, text=True, timeout=PATIENCE,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        with open(os.path.join(self.path, "codes"), encoding="utf-8") as file:
            return done.stdout, [line.split(" ", 1) for line in file.read().splitlines()]


class Commands(unittest.TestCase):
    def run_page(self, page):
        folder = Folder()
        self.addCleanup(shutil.rmtree, folder.path, ignore_errors=True)
        set_up(folder, page)
        for language, body, name, line in blocks(page):
            with self.subTest(page=page, line=line):
                if name:
                    folder.write(name, body)
                elif language == "sh":
                    self.run_script(folder, body)
                elif not language and body.startswith("$ "):
                    self.run_session(folder, body)
                elif not language:
                    self.assertNotRegex(body, r"(?m)^(\./script/)?mdsync ", "commands stand in a block ```sh, or behind `$ `")

    def run_script(self, folder, body):
        lines = [line for line in body.splitlines() if not not_run(line)]
        said, codes = folder.shell("\n".join(lines) + "\n")
        self.assertNotRegex(said, r"(?m)^sh: .*not found")
        for code, command in codes:
            self.assertIn(code, ("0", "1"), f"{command}\n{said[-2000:]}")

    def run_session(self, folder, body):
        for command, shown in sessions(body):
            if not_run(command):
                continue
            said = heard(folder, command, shown)
            if not any(matches(shown, each) for each in said):
                self.fail(f"$ {command}\n--- the page shows\n{shown}\n--- it prints\n{said[0][:6000]}")
            self.assertNotRegex(said[0], r"(?m)^sh: .*not found", command)


def renewed(shown, said):
    """What the page shows, with the lines that have the same shape as they are printed now; all of it if nothing is left out."""
    now = said.splitlines()
    lines = shown.splitlines()
    if not any(line.endswith("...") for line in lines):
        return said
    if not matches(shown, said):
        return shown
    at, result = 0, []
    for i, line in enumerate(lines):
        if line.endswith("..."):
            result.append(line)
            at += line != "..."
            continue
        part = [shape(each) for each in itertools.takewhile(lambda each: not each.endswith("..."), lines[i:])]
        at = next(n for n in range(at, len(now)) if [shape(each) for each in now[n:n + len(part)]] == part)
        result.append(now[at])
        at += 1
    return "".join(line + "\n" for line in result)


def renew(page):
    """The text of the page, with its sessions as they are now."""
    folder, text = Folder(quicker=[each for each in QUICKER if "--time" in each[0]]), read(page)
    set_up(folder, page)
    for language, body, name, _ in blocks(page):
        if name:
            folder.write(name, body)
        elif language == "sh":
            folder.shell("\n".join(line for line in body.splitlines() if not not_run(line)))
        elif not language and body.startswith("$ "):
            for command, shown in sessions(body):
                if not not_run(command):
                    said = heard(folder, command, shown)
                    now = next((each for each in said if matches(shown, each)), said[0])
                    text = text.replace(f"$ {command}\n{shown}", f"$ {command}\n{renewed(shown, now) if shown else ''}")
    shutil.rmtree(folder.path)
    return text


def add_test(page):
    name = re.sub(r"\W", "_", page.lower())
    setattr(Commands, f"test_{name}", lambda self: self.run_page(page))


for each in PAGES:
    if each not in ELSEWHERE:
        add_test(each)


class InText(unittest.TestCase):
    """Commands within a sentence or a table: there is such a command, and it has these options."""

    def test_they_are_commands_of_this_program(self):
        helps = {}
        for page in PAGES:
            prose = re.sub(r"^( *)```.*?^\1```$", "", read(page), flags=re.S | re.M)
            for command, rest in re.findall(r"`(?:\./script/)?mdsync ([a-z]+)\b([^`]*)`", prose):
                with self.subTest(page=page, command=command + rest):
                    if command not in helps:
                        helps[command] = self.help(command)
                    for option in re.findall(r"(?<=\s)(--?[a-z][a-z-]*)", rest.split(" -- ")[0].split("exec:")[0]):
                        self.assertRegex(helps[command], rf"(?<![\w-]){option}\b", option)

    def help(self, command):
        told = subprocess.run([BINARY, command, "--help"], capture_output=True, text=True, check=False).stdout
        if command not in ("help", "complete"):  # these two tell of others
            self.assertIn(f"Usage: mdsync {command}", told)
        return told


class EditorsPage(unittest.TestCase):
    """The patterns of the editors find what is wrong in a file, and where."""

    def setUp(self):
        self.folder = Folder()
        self.addCleanup(shutil.rmtree, self.folder.path, ignore_errors=True)
        self.files = {name: body for _, body, name, _ in blocks("docs/editors.md") if name}
        for name, body in self.files.items():
            self.folder.write(name, body)

    def test_visual_studio_code(self):
        lint, watch = json.loads(self.files[".vscode/tasks.json"])["tasks"]
        for task in (lint, watch):
            pattern = task["problemMatcher"]["pattern"]
            said, _ = self.folder.shell(task["command"].replace("watch", "run").replace("scenarios", "scenarios/twice.json"))
            found = [match for match in map(re.compile(pattern["regexp"]).match, said.splitlines()) if match]
            self.assertEqual([[match[pattern[part]] for part in ("severity", "file", "line", "column", "code")] for match in found],
                             [["error", "scenarios/twice.json", "6", "16", "scenario.impossible-step"]])
        self.assertTrue(json.loads(self.files[".vscode/settings.json"])["json.schemas"])

    @unittest.skipUnless(shutil.which("vim"), "there is no vim")
    def test_vim(self):
        self.folder.write("found.vim", """silent make!
let found = filter(getqflist(), 'v:val.valid')
call writefile(map(found, 'join([bufname(v:val.bufnr), v:val.lnum, v:val.col, v:val.type])'), 'found')
qa!
""")
        said, _ = self.folder.shell("vim -es -N -u mdsync.vim scenarios/twice.json -S found.vim > messages; cat found")
        self.assertEqual(said, "scenarios/twice.json 6 16 e\n")


def anchor(heading):
    """As GitHub makes it."""
    words = re.sub(r"[^\w\- ]", "", re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).strip().lower())
    return words.replace(" ", "-")


class Links(unittest.TestCase):
    def test_each_leads_somewhere(self):
        for page in WITH_LINKS:
            prose = re.sub(r"^( *)```.*?^\1```$", "", read(page), flags=re.S | re.M)
            for link in re.findall(r"\]\(([^)\s]+)\)", prose):
                if re.match(r"[a-z]+:", link):
                    continue
                with self.subTest(page=page, link=link):
                    name, _, place = link.partition("#")
                    target = os.path.normpath(os.path.join(os.path.dirname(page), name)) if name else page
                    self.assertTrue(os.path.exists(os.path.join(ROOT, target)), target)
                    if place:
                        headings = re.findall(r"^#+ (.*)$", re.sub(r"^```.*?^```$", "", read(target), flags=re.S | re.M), re.M)
                        self.assertIn(place, map(anchor, headings))

    def test_each_page_can_be_found_from_the_readme(self):
        linked = set(re.findall(r"\]\((docs/[\w-]+\.md)", read("README.md")))
        for page in PAGES[1:]:
            if page not in linked:
                with self.subTest(page):
                    self.assertTrue(any(f"({os.path.basename(page)}" in read(other) for other in linked))

    def test_each_picture_is_small_is_told_in_words_and_is_shown(self):
        shown = set()
        for page in WITH_LINKS:
            for words, picture in re.findall(r"!\[([^\]]*)\]\(([^)]+)\)", read(page)):
                self.assertGreater(len(words), 40, f"{page}: say what {picture} shows, for who cannot see it")
                shown.add(os.path.normpath(os.path.join(ROOT, os.path.dirname(page), picture)))
        there = set(glob.glob(os.path.join(ROOT, "docs", "pictures", "*")))
        self.assertEqual(shown, there)
        for picture in there:
            self.assertLess(os.path.getsize(picture), 150_000, picture)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--renew"]:
        sys.stdout.write(renew(sys.argv[2]))
    else:
        unittest.main()
