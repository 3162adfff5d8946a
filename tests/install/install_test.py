"""cmake --install gives what docs/install.md says, and docs/embedding.md's program is built against it.

    MDSYNC_BUILD=build/dev python3 tests/install/install_test.py
"""

import glob
import gzip
import os
import re
import subprocess
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.join(HERE, "..", "..")
BUILD = os.path.abspath(os.environ["MDSYNC_BUILD"])


def output(*command, code=0, **options):
    run = subprocess.run(command, capture_output=True, text=True, **options)
    if run.returncode != code:
        raise AssertionError(f"{' '.join(command)}: exit code {run.returncode}\n{run.stdout}\n{run.stderr}")
    return run.stdout


def cached(name):
    """A variable of the build."""
    with open(os.path.join(BUILD, "CMakeCache.txt"), encoding="utf-8") as file:
        return re.search(rf"^{name}:\w+=(.*)$", file.read(), re.M).group(1)


class Installed(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="mdsync-install-")
        cls.addClassCleanup(cls.folder.cleanup)
        cls.prefix = os.path.join(cls.folder.name, "prefix")
        output("cmake", "--install", BUILD, "--prefix", cls.prefix)

    def path(self, *parts):
        return os.path.join(self.prefix, *parts)

    def read(self, *parts):
        with open(self.path(*parts), encoding="utf-8") as file:
            return file.read()

    def mdsync(self, *arguments, code=0):
        return output(self.path("bin", "mdsync"), *arguments, code=code)

    def test_the_program_runs_its_scenarios(self):
        self.assertIn("PASS", self.mdsync("run", self.path("share/mdsync/scenarios/web"), "-q"))
        adapter = f"exec:python3 -B {self.path('share/mdsync/adapters/tinychat_adapter.py')}"
        self.assertIn("PASS", self.mdsync("run", self.path("share/mdsync/scenarios/web"), "-q", "--target", adapter))

    def test_who_names_no_scenarios_is_told_where_these_are(self):
        run = subprocess.run([self.path("bin", "mdsync"), "run"], cwd=self.folder.name, capture_output=True, text=True)
        self.assertEqual(run.returncode, 2)
        self.assertIn(f"those that come with mdsync are in {self.path('share/mdsync/scenarios')}", run.stderr)

    def test_each_command_has_a_page(self):
        with gzip.open(self.path("share/man/man1/mdsync-run.1.gz"), "rt", encoding="utf-8") as file:
            self.assertEqual(file.read(), self.mdsync("man", "run"))
        commands = self.mdsync("complete").splitlines()[1:]
        self.assertEqual(len(os.listdir(self.path("share/man/man1"))), len(commands) + 1)

    def test_shells_find_the_completion(self):
        for shell, place in (("bash", "share/bash-completion/completions/mdsync"), ("zsh", "share/zsh/site-functions/_mdsync"),
                             ("fish", "share/fish/vendor_completions.d/mdsync.fish")):
            self.assertEqual(self.read(place), self.mdsync("completion", shell))

    def test_the_links_of_the_documentation_lead_somewhere(self):
        pages = [self.path("share/doc/mdsync/README.md"), *glob.glob(self.path("share/doc/mdsync/docs/*.md"))]
        self.assertGreater(len(pages), 15)
        for page in pages:
            with open(page, encoding="utf-8") as file:
                links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", file.read())
            for link in links:
                with self.subTest(page=os.path.basename(page), link=link):
                    self.assertTrue(os.path.exists(os.path.join(os.path.dirname(page), link)))

    def test_a_program_finds_the_library(self):
        build = os.path.join(self.folder.name, "consumer")
        output("cmake", "-G", "Ninja", "-S", os.path.join(HERE, "consumer"), "-B", build, f"-DCMAKE_PREFIX_PATH={self.prefix}",
               f"-DCMAKE_CXX_COMPILER={cached('CMAKE_CXX_COMPILER')}", "-DCMAKE_BUILD_TYPE=Debug")
        output("cmake", "--build", build)
        self.consume(os.path.join(build, "consumer"))
        # The same with pkg-config.
        packages = os.path.dirname(glob.glob(self.path("lib/**/mdsync.pc"), recursive=True)[0])
        flags = output("pkg-config", "--libs", "mdsync", env={**os.environ, "PKG_CONFIG_PATH": packages}).split()
        linked = os.path.join(self.folder.name, "linked")
        output(cached("CMAKE_CXX_COMPILER"), os.path.join(build, "CMakeFiles/consumer.dir/main.cpp.o"), *flags, "-o", linked)
        self.consume(linked)

    def consume(self, program):
        report = output(program, "eleventh-tab.json", code=1, cwd=self.path("share/mdsync/scenarios/web"))
        self.assertIn("web.evict-earliest", report)

    def test_the_page_shows_this_program(self):
        with open(os.path.join(ROOT, "docs", "embedding.md"), encoding="utf-8") as file:
            page = file.read()
        for name in ("CMakeLists.txt", "main.cpp"):
            with open(os.path.join(HERE, "consumer", name), encoding="utf-8") as file:
                self.assertIn(file.read(), page)

    def test_public_headers_include_no_other_library(self):
        for header in glob.glob(self.path("include/mdsync/*.hpp")):
            for included in re.findall(r"#include [<\"](.+)[>\"]", self.read(header)):
                self.assertRegex(included, r"^(mdsync/\w+\.hpp|[a-z_]+)$", f"{header}: packaging/mdsyncConfig.cmake.in must find it")


class Packages(unittest.TestCase):
    def test_the_changelogs_speak_of_the_same_version(self):
        version = output(os.path.join(BUILD, "mdsync"), "version").split()[1]
        with open(os.path.join(ROOT, "packaging", "debian", "changelog"), encoding="utf-8") as file:
            self.assertTrue(file.readline().startswith(f"mdsync ({version}-1) "))
        with open(os.path.join(ROOT, "CHANGELOG.md"), encoding="utf-8") as file:
            self.assertEqual(re.search(r"^## ([\d.]+)", file.read(), re.M).group(1), version)


if __name__ == "__main__":
    unittest.main()
