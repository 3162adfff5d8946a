"""script/performance: the committed pictures and tables are what it draws from the committed figures, and it can measure."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from xml.etree import ElementTree

from tool import BINARY

ROOT = os.path.realpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
PICTURES = [f"docs/pictures/performance-{name}.svg" for name in ("devices", "in-flight", "threads")]
PAGE = "docs/performance.md"
FIGURES = "docs/performance/figures.json"
SVG = "{http://www.w3.org/2000/svg}"


def read(*path):
    with open(os.path.join(*path), encoding="utf-8") as file:
        return file.read()


def shape(figures):
    """Which keys there are, and how many of each; lists of rounds and numbers of threads may be longer or shorter."""
    if isinstance(figures, dict):
        return "by threads" if figures and all(key.isdigit() for key in figures) else {key: shape(figures[key]) for key in figures}
    if isinstance(figures, list):
        return "rounds" if all(isinstance(each, (int, float)) for each in figures) else [shape(figures[0])]
    return type(figures).__name__.replace("float", "int")


class Performance(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="mdsync-performance-test-")
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def script(self, *arguments):
        done = subprocess.run([sys.executable, "-B", os.path.join(ROOT, "script", "performance"), *arguments], cwd=self.folder,
                              env={**os.environ, "MDSYNC": BINARY}, capture_output=True, text=True, timeout=300, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_the_pictures_and_tables_are_what_is_drawn_from_the_figures(self):
        self.script("draw", "--to", self.folder)
        for name in [*PICTURES, PAGE]:
            self.assertEqual(read(self.folder, name), read(ROOT, name), f"{name} is stale: script/performance draw")

    def test_a_picture_says_in_words_what_it_shows_and_can_be_dark(self):
        for name in PICTURES:
            picture = ElementTree.fromstring(read(ROOT, name))
            self.assertEqual(picture.get("aria-labelledby"), "title told")
            self.assertEqual([each.get("id") for each in picture if each.tag in (SVG + "title", SVG + "desc")], ["title", "told"])
            self.assertGreater(len(picture.find(SVG + "desc").text), 100)
            self.assertIn("@media (prefers-color-scheme: dark)", picture.find(SVG + "style").text)

    def test_what_it_measures_can_be_drawn(self):
        self.script("measure", "--little", "--rounds", "2", "--output", "new/figures.json")
        new, committed = json.loads(read(self.folder, "new", "figures.json")), json.loads(read(ROOT, FIGURES))
        for figures in (new, committed):
            figures["parts"].pop("sdk", None)  # a busy machine cannot measure it
        self.assertEqual(shape(new), shape(committed))
        self.assertEqual(len(new["parts"]["world"]["perSecond"]), 2)
        self.script("draw", "--figures", "new/figures.json", "--to", self.folder)
        self.assertNotEqual(read(self.folder, PAGE), read(ROOT, PAGE))
        for name in PICTURES:
            ElementTree.fromstring(read(self.folder, name))


if __name__ == "__main__":
    unittest.main()
