"""The diagrams of mdsync export --as mermaid, read by Mermaid's own parser, and drawn, in a headless Chromium.

MDSYNC_MERMAID names Mermaid's script, where it is at hand (.ci/run page fetches it from npm). Without it, or without Chromium,
nothing is tried (exit 77)."""

import glob
import json
import os
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "cli"))
from browser import Browser, chromium  # noqa: E402
from tool import SCENARIOS, ToolTest  # noqa: E402

SCRIPT = os.environ.get("MDSYNC_MERMAID", "")
# What Mermaid's language has words and signs for, in every place where a file has words of its own.
HOSTILE = {
    "name": "end",
    "app": {"sync": True},
    "users": {"end": {"participant": "ios", "%%": "web", "<br>": "web"}, "loop;": {"a->>b": "android"}, "王小明": {"手机": "ios"},
              "שרה": {"#35;": "android"}, "as": {"note": "android"}},
    "steps": [
        {"login": ["end/*", "loop;/a->>b", "王小明/手机", "שרה/#35;", "as/note"]},
        {"send": "end", "from": "loop;/a->>b", "to": "end", "text": "; end\n%% #59; \"quoted\" `ticks` $$x$$ \u0007"},
        {"send": "消息", "from": "王小明/手机", "to": "end", "text": "<script>alert(1)</script>"},
        {"note": "participant x as y; activate z"},
        {"expect": {"device": "end/*", "lacks": ["end"]}},
    ],
}


class MermaidTest(ToolTest):
    @classmethod
    def setUpClass(cls):
        cls.browser = Browser(width=1400, height=1600)

    @classmethod
    def tearDownClass(cls):
        cls.browser.close()

    def setUp(self):
        super().setUp()
        with open(SCRIPT, encoding="utf-8") as file:
            script = file.read().replace("</script", "<\\/script")
        self.write("page.html", f"<!doctype html><meta charset=utf-8><body><div id=here></div><script>{script}</script>")
        self.browser.open(self.path("page.html"))
        self.browser.run("mermaid.initialize({startOnLoad: false}); 1")

    def diagram(self, *arguments):
        return self.expect(0, "export", *arguments, "--as", "mermaid").stdout

    def drawn(self, text):
        """The words that are seen."""
        said = self.browser.run(f"""mermaid.parse({json.dumps(text)})
            .then(() => mermaid.render('picture', {json.dumps(text)}))
            .then(({{svg}}) => {{ here.innerHTML = svg; return 'drawn: ' + [...here.querySelectorAll('text')].map(t => t.textContent).join('|'); }})
            .catch(error => String(error))""")
        self.assertTrue(said.startswith("drawn: "), f"{said}\n{text}")
        return said

    def test_what_fails_is_drawn(self):
        for path, server in (("web/eleventh-tab.json", "evict-second"), ("online/every-device-of-both.json", "drops-messages"),
                             ("recall/against-a-login.json#seed=1,to=alice", "recall-forgets-offline")):
            for part in ("all", "fail"):
                words = self.drawn(self.diagram(os.path.join(SCENARIOS, path), "--server", "mutant:" + server, "--timeline=" + part))
                self.assertIn("✗", words)
        picture = os.environ.get("MDSYNC_PICTURE")
        if picture:
            self.browser.picture(picture)

    def test_words_of_a_file_stay_words(self):
        self.write("a.json", HOSTILE)
        words = self.drawn(self.diagram("a.json", "--timeline=all"))
        for part in ("participant", "%%", "a->>b", "手机", "#35;", '; end?%% #59; "quoted"', "<script>alert(1)", "participant x as y; activate z",
                     "消息 live"):
            self.assertIn(part, words)

    def test_every_case_of_some_families(self):
        drawn = 0
        for path in sorted(glob.glob(os.path.join(SCENARIOS, "[cs]*", "*.json")))[::4]:
            done = self.tool("export", path, "--as", "mermaid")
            if done.returncode == 0:  # else the file has several cases
                self.drawn(done.stdout)
                drawn += 1
        self.assertGreater(drawn, 2)


if __name__ == "__main__":
    if not chromium() or not os.path.exists(SCRIPT):
        print("skipped: no Chromium, or MDSYNC_MERMAID names no mermaid.min.js (npm install mermaid)")
        sys.exit(77)
    unittest.main()
