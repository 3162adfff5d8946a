"""The HTML page in a headless Chromium: what is drawn, clicks, keys, links, filters, names of all kinds, contrast, speed.

What can be said of the file alone is looked at without a browser, too. Without Chromium the other tests are skipped
(exit 77 if that leaves nothing that was tried in it). MDSYNC_AXE names axe-core's script, where it is at hand."""

import json
import os
import re
import sys
import unittest
import urllib.parse

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "cli"))
from browser import CONTRAST, Browser, chromium  # noqa: E402
from tool import PASSING, SCENARIOS, ToolTest, scenario  # noqa: E402

ELEVENTH = os.path.join(SCENARIOS, "web", "eleventh-tab.json")
HOSTILE = {
    "name": "</script><script>window.owned=1</script> \u2028\u2029 \u0001 <!-- \u202e back",
    "description": "]]> <b>bold</b> \u0000",
    "tags": ["</option></select><img src=x>"],
    "app": {"sync": True},
    "users": {"<b>\"&'": {"<script>": "android"}, "王小明": {"手机": "ios", "网页": "web"}, "שרה": {"محمول": "android"}},
    "groups": {"组<": ["<b>\"&'", "王小明", "שרה"]},
    "steps": [
        {"login": ["<b>\"&'/<script>", "王小明/*", "שרה/محمول"]},
        {"send": "消息<script>", "from": "王小明/手机", "to": "group:组<", "text": "</script>\u2029<!-- \u0007"},
        {"send": "רגע", "from": "שרה/محمول", "to": "王小明", "text": "שלום"},
        {"note": "</script><svg onload=window.owned=1>"},
        {"expect": {"device": "王小明/*", "lacks": ["רגע"]}},
    ],
}


def link(*parts):
    return "#" + "/".join(urllib.parse.quote(str(part), safe="") for part in parts)


class PageTest(ToolTest):
    """A page is made, and opened in a browser that all tests share."""

    browser = None

    @classmethod
    def setUpClass(cls):
        if chromium():
            cls.browser = Browser()

    @classmethod
    def tearDownClass(cls):
        if cls.browser:
            cls.browser.close()
            cls.browser = None

    def setUp(self):
        super().setUp()
        if not self.browser:
            self.skipTest("no Chromium: apt install chromium, or name one in MDSYNC_CHROMIUM")
        self.browser.said.clear()
        self.browser.size(1500, 900)
        self.browser.theme("light")

    def tearDown(self):
        if self.browser:
            self.assertEqual(self.browser.said, [], "the page said something, or wanted something from the network")

    def page(self, *arguments, code=0, kind="html"):
        self.expect(code, *arguments, "--report", f"{kind}=page.html", "-q")
        return self.path("page.html")

    def eleventh(self):
        return self.page("run", ELEVENTH, "--server", "mutant:evict-second", code=1)

    def web(self):
        return self.page("run", os.path.join(SCENARIOS, "web"), "--server", "mutant:evict-second", code=1)

    def text(self, selector):
        return self.browser.run(f"[...document.querySelectorAll({json.dumps(selector)})].map(each => each.textContent).join('\\n')")

    def count(self, selector):
        return self.browser.run(f"document.querySelectorAll({json.dumps(selector)}).length")

    def open(self, path, *parts):
        self.browser.open(path, link(*parts) if parts else "")


class WhatIsDrawn(PageTest):
    def test_a_failing_case_opens_at_the_violated_event(self):
        page = self.eleventh()
        self.open(page, "case", ELEVENTH)
        panel = self.text("#panel")
        self.assertIn("alice/tab2 was disconnected; alice/tab1 is older", panel)
        self.assertIn("Connections beyond 10 will automatically disconnect the earliest", panel)
        self.assertIn("alice/tab11 online, 11 of 10", panel)
        self.assertIn("--server mutant:evict-second", panel)
        self.assertEqual(self.count(".wrong.chosen"), 1)
        shown = self.browser.run("(() => { const r = document.querySelector('.wrong.chosen circle').getBoundingClientRect(),"
                                 " t = document.querySelector('.timeline').getBoundingClientRect(); return r.top > t.top && r.bottom < t.bottom; })()")
        self.assertTrue(shown, "the violated event is in view")
        self.assertIn("tab12", self.text(".device"))
        self.assertIn("alice has 9 web devices online", self.text("svg .result.ok"))
        self.assertIn("alice/tab1 is online, expected offline", self.text("svg .result.bad"))
        self.assertIn("login: alice/tab11", self.text(".gutter code"))

    def test_what_did_not_come_is_a_dashed_arrow(self):
        file = os.path.join(SCENARIOS, "compensation", "accepted-after-midnight.json") + "#to=group:team"
        page = self.page("run", file, "--server", "mutant:window-day-too-short", code=1)
        self.open(page, "case", file)
        self.assertIn("late missing · compensation.device-switch", self.text(".wrong.missing.chosen"))
        self.assertGreater(self.count(".wrong.missing .dashed"), 0)
        self.browser.press("n")
        self.assertIn("Expectation not met", self.text("#panel h2"))

    def test_an_unmet_expectation_says_what_became_of_each_message(self):
        self.write("a.json", scenario(
            app={"sync": True}, rules=None,
            groups={"team": ["bob"]},
            steps=[{"login": ["bob/pixel"]}, {"send": "early", "from": "bob/pixel", "to": "alice"}, {"wait": "3d"},
                   {"login": "alice/phone"}, {"send": "r1", "from": "alice/laptop", "to": "bob"},
                   {"expect": {"device": "alice/phone", "has": ["early", "r1"]}}]))
        page = self.page("run", "a.json", code=1)
        self.open(page, "case", "a.json")
        panel = self.text("#panel")
        self.assertIn("rejects r1", panel)
        self.assertIn("so that nobody gets it", panel)
        self.assertRegex(self.text(".wrong.missing"), "r1")

    def test_the_windows_and_the_half_hour_of_the_switch_are_shaded(self):
        file = os.path.join(SCENARIOS, "service", "another-delay.json") + "#delay=15m"
        page = self.page("run", file, kind="html-full")
        self.open(page, "case", file)
        self.assertGreater(self.count("svg .window"), 0)
        self.assertEqual(self.count("svg .switch"), 2)
        self.browser.press("w")
        self.assertEqual(self.count("svg .window"), 0)

    def test_catch_ups_are_bundles(self):
        file = os.path.join(SCENARIOS, "compensation", "a-thousand-to-catch-up.json") + "#to=group:team"
        page = self.page("run", file, kind="html-full")
        self.open(page, "case", file)
        self.browser.press("End")
        self.assertRegex(self.text("svg text.compensation"), r"×\d{3,} .*compensation")

    def test_passing_cases_keep_their_events_only_where_asked(self):
        self.write("a.json", PASSING)
        self.open(self.page("run", "a.json"), "case", "a.json")
        self.assertEqual(self.count(".timeline"), 0)
        self.assertIn("html-full", self.text("#panel"))
        self.open(self.page("run", "a.json", kind="html-full"), "case", "a.json")
        self.assertEqual(self.count(".timeline"), 1)

    def test_check_and_export_draw_recorded_traces(self):
        self.expect(1, "run", ELEVENTH, "--server", "mutant:evict-second", "--trace", "t.jsonl", "-q")
        self.open(self.page("check", "t.jsonl", code=1), "case", "t.jsonl")
        self.assertIn("web.evict-earliest", self.text("#panel h2"))
        self.assertIn("alice/tab1 online", self.text(".gutter"))
        self.expect(0, "export", "t.jsonl", "--as", "html", "-o", "e.html")
        self.open(self.path("e.html"), "case", "t.jsonl")
        self.assertEqual(self.count(".timeline"), 1)
        self.expect(3, "export", "none.jsonl", "--as", "html", "-o", "n.html")
        self.assertFalse(os.path.exists(self.path("n.html")))

    def test_a_merged_result_has_a_page_without_events(self):
        self.expect(1, "run", ELEVENTH, "--server", "mutant:evict-second", "--report", "json=r.json", "-q")
        self.open(self.page("merge", "r.json", code=1), "case", ELEVENTH)
        self.assertIn("alice/tab2 was disconnected", self.text("#panel"))


class Hands(PageTest):
    def test_filters_by_verdict_rule_tag_and_text(self):
        self.open(self.web())
        everything = self.count("#list a")
        self.browser.click("[data-verdict=fail]")
        failed = self.count("#list a")
        self.assertTrue(0 < failed < everything)
        self.assertEqual(self.count("#list .sign.pass"), 0)
        self.assertIn(f"{failed} of {everything} cases", self.text("#found"))
        self.browser.click("[data-verdict=fail]")
        for field in ("rule", "tag"):
            self.browser.run(f"(() => {{ const s = document.getElementById('{field}'); s.selectedIndex = 1; s.dispatchEvent(new Event('change')); }})()")
            self.assertTrue(0 < self.count("#list a") < everything)
            self.browser.run(f"(() => {{ const s = document.getElementById('{field}'); s.selectedIndex = 0; s.dispatchEvent(new Event('change')); }})()")
        self.browser.press("/")
        self.browser.type("eleventh tab disconnects")
        self.assertEqual(self.count("#list a"), 1)

    def test_a_message_shows_its_way_alone_and_a_device_its_story(self):
        self.open(self.eleventh(), "case", ELEVENTH)
        rows = "view.timeline.layout.rows.length"
        everything = self.browser.run(rows)
        self.browser.press("End")
        self.browser.click("svg text.name")
        self.assertIn("The way of m1", self.text("#panel h2"))
        self.assertLess(self.browser.run(rows), everything)
        self.assertIn("/message/m1", self.browser.run("location.hash"))
        self.browser.press("Escape")
        self.assertEqual(self.browser.run(rows), everything)
        self.browser.click("button.device", nth=1)
        self.assertIn("The story of alice/tab2", self.text("#panel h2"))
        self.assertIn("offline (evicted by alice/tab11)", self.text("#panel"))

    def test_hovering_tells_when_who_and_what(self):
        self.open(self.eleventh(), "case", ELEVENTH)
        self.browser.press("End")
        x, y = self.browser.run("(() => { const t = view.timeline, e = t.story.kinds.indexOf('l'), row = t.layout.rows[t.layout.rowOf(e)],"
                                " at = t.placeOf(e, row), f = t.lanes.getBoundingClientRect(); return [f.left + at[0], f.top + at[1]]; })()")
        self.browser.move_to(x, y)
        self.assertRegex(self.text("#tip"), r"09:00:00\.\d+ alice/tab\d+m1 received live")
        self.browser.move_to(5, 5)
        self.assertEqual(self.browser.run("document.getElementById('tip').hidden"), True)

    def test_keys_do_all_that_the_mouse_does(self):
        self.open(self.web())
        press = self.browser.press
        press("j")
        self.assertIn("#case/", self.browser.run("location.hash"))
        first = self.browser.run("location.hash")
        press("n")
        self.assertIn("/failure/", self.browser.run("location.hash"))
        for _ in range(5):  # to a rule that was violated on a device
            if "/failure/v" in self.browser.run("location.hash"):
                break
            press("n")
        press("d")
        self.assertIn("/device/", self.browser.run("location.hash"))
        press("n")
        press("p")
        press("Home")
        self.assertIn("/event/0", self.browser.run("location.hash"))
        press("ArrowDown")
        press("ArrowRight")
        self.assertRegex(self.browser.run("location.hash"), r"/event/[1-9]")
        self.assertRegex(self.text("#live"), r"^09:00:00\.\d+ \S+/\S+ ")
        press("d")
        self.assertIn("/device/", self.browser.run("location.hash"))
        press("Escape")
        press("s")
        self.assertEqual(self.browser.run("document.getElementById('to-scale').getAttribute('aria-pressed')"), "true")
        height = self.browser.run("view.timeline.layout.height")
        press("+")
        self.assertGreater(self.browser.run("view.timeline.layout.height"), height)
        press("s")
        press("v")
        self.assertGreater(self.count(".events tbody tr"), 10)
        self.assertEqual(self.browser.run("document.activeElement.tagName"), "TABLE")
        press("v")
        press("k")
        press("j")
        self.assertNotEqual(self.browser.run("location.hash"), "")
        press("?")
        self.assertTrue(self.browser.run("document.getElementById('help').open"))
        press("Escape")
        press("t")
        self.assertEqual(self.browser.run("document.documentElement.dataset.theme"), "dark")
        press("g")
        self.assertIn("What failed", self.text("main"))
        self.assertTrue(first)

    def test_every_control_is_reached_by_the_tab_key_and_has_a_name(self):
        self.open(self.eleventh(), "case", ELEVENTH)
        reached = set()
        for _ in range(40):
            self.browser.press("Tab")
            reached.add(self.browser.run("document.activeElement.id || document.activeElement.className || document.activeElement.tagName"))
        self.assertLessEqual({"help-button", "theme-button", "previous", "next", "to-scale", "as-table", "timeline"}, reached)
        nameless = self.browser.run("[...document.querySelectorAll('button,a,input,select')].filter(each => each.checkVisibility() && !(each.textContent.trim() || each.getAttribute('aria-label'))).map(each => each.outerHTML)")
        self.assertEqual(nameless, [])

    def test_links_lead_to_each_case_event_message_device_failure_and_rule(self):
        page = self.eleventh()
        for parts, words in (((), "What failed"), (("case", ELEVENTH, "event", 3), "event 3"), (("case", ELEVENTH, "message", "m1"), "The way of m1"),
                             (("case", ELEVENTH, "device", "alice/tab2"), "The story of alice/tab2"), (("case", ELEVENTH, "failure", "v1"), "web.evict-earliest"),
                             (("rule", "web.evict-earliest"), "Where it was violated"), (("case", "no such"), "There is no case no such"),
                             (("case", ELEVENTH, "event", "x"), "event 0"), (("%",), "What failed"), (("rule", "none"), "There is no rule none")):
            self.open(page, *parts)
            self.assertIn(words, self.text("main"), parts)
        self.open(page, "case", ELEVENTH)
        self.browser.click(".chain a", nth=1)
        self.assertIn("/event/", self.browser.run("location.hash"))
        self.browser.run("history.back()")
        self.browser.paint()
        self.assertNotIn("/event/", self.browser.run("location.hash"))

    def test_a_table_says_the_same_to_who_listens(self):
        self.open(self.eleventh(), "case", ELEVENTH)
        self.browser.click("#as-table")
        rows = self.browser.run("[...document.querySelectorAll('.events tbody tr')].map(row => row.textContent)")
        self.assertEqual(len(rows), self.browser.run("view.story.count"))
        wrong = [row for row in rows if "web.evict-earliest" in row]
        self.assertIn("alice/tab2offline (evicted by alice/tab11)", wrong[0])
        self.assertEqual(self.browser.run("document.querySelector('.events th').scope"), "col")

    def test_on_paper_the_whole_timeline_stands_without_buttons(self):
        self.open(self.eleventh(), "case", ELEVENTH)
        self.browser.ask("Emulation.setEmulatedMedia", media="print")
        self.browser.run("dispatchEvent(new Event('beforeprint')), 1")
        self.assertEqual(self.browser.run("[...document.querySelectorAll('.tools, #cases, #top button')].filter(each => each.checkVisibility()).length"), 0)
        self.assertGreaterEqual(self.count(".lanes .piece"), self.browser.run("Math.floor(view.timeline.layout.height / 720)"))
        self.browser.ask("Emulation.setEmulatedMedia", media="")
        self.browser.pdf(self.path("p.pdf"))
        with open(self.path("p.pdf"), "rb") as file:
            self.assertTrue(file.read(5) == b"%PDF-")


class Names(PageTest):
    def test_names_stay_names_whatever_they_hold(self):
        self.write("h.json", HOSTILE)
        page = self.page("run", "h.json", code=1)
        with open(page, encoding="utf-8") as file:
            data = re.search(r'id="data">(.*?)</script>', file.read(), re.S).group(1)
        self.assertNotIn("<", data)
        self.assertNotRegex(data, "[\u2028\u2029]")
        self.assertEqual(json.loads(data)["cases"][0]["name"], HOSTILE["name"])
        self.open(page)
        for hash in ((), ("case", "h.json"), ("case", "h.json", "message", "消息<script>"), ("case", "h.json", "device", "<b>\"&'/<script>"),
                     ("case", "h.json", "message", "רגע"), ("case", "h.json", "event", 0)):
            self.browser.go(link(*hash) if hash else "#")
            self.assertIsNone(self.browser.run("window.owned"))
            self.assertEqual(self.count("main script, main img, main b b, #list script, select img"), 0)
        self.browser.go(link("case", "h.json"))
        self.assertIn("王小明", self.text(".user-head"))
        self.assertIn("محمول", self.text(".device"))
        self.assertIn("消息<script>", self.text("svg .msg"))
        self.browser.press("v")
        self.assertIn("שרה/محمول", self.text(".events"))

    def test_right_to_left_names_stay_within_themselves(self):
        self.write("h.json", HOSTILE)
        self.open(self.page("run", "h.json", code=1), "case", "h.json")
        self.assertGreater(self.browser.run("[...document.querySelectorAll('bdi')].filter(each => /[\\u0590-\\u06ff]/.test(each.textContent)).length"), 2)
        # A sentence that mixes both is not mirrored: its device stands left of its verb.
        left, right = self.browser.run("""(() => { const p = document.querySelector('#panel .lead bdi').firstChild, at = (word) => { const r = document.createRange(), i = p.data.indexOf(word);
          r.setStart(p, i); r.setEnd(p, i + word.length); return r.getBoundingClientRect().left; }; return [at('王小明'), at('has')]; })()""")
        self.assertLess(left, right)


class Looks(PageTest):
    def test_text_stands_out_in_light_and_dark(self):
        page = self.web()
        api = os.path.join(SCENARIOS, "recall")
        other = self.path("other.html")
        self.expect(1, "run", api, "--server", "mutant:recall-forgets-offline", "--report", f"html={other}", "-q")
        for theme in ("light", "dark"):
            self.browser.theme(theme)
            for path, keys in ((page, ""), (page, "j"), (page, "jv"), (other, "j"), (other, "jm")):
                self.browser.open(path)
                for key in keys:
                    self.browser.press(key)
                self.assertEqual(self.browser.run("document.documentElement.dataset.theme"), theme)
                self.assertEqual(json.loads(self.browser.run(CONTRAST)), [], (theme, path, keys))

    def test_axe_finds_nothing(self):
        axe = os.environ.get("MDSYNC_AXE", "")
        if not os.path.exists(axe):
            self.skipTest("MDSYNC_AXE names no axe.min.js (npm install axe-core)")
        with open(axe, encoding="utf-8") as file:
            script = file.read()
        page = self.web()
        for theme in ("light", "dark"):
            self.browser.theme(theme)
            for keys in ("", "j", "jv", "jd"):
                self.browser.open(page)
                for key in keys:
                    self.browser.press(key)
                self.browser.run(script + "; 1")
                found = self.browser.run("axe.run(document, {resultTypes: ['violations']}).then(all => JSON.stringify(all.violations.map(v => [v.id, v.nodes.slice(0, 3).map(n => n.html.slice(0, 200))])))")
                self.assertEqual(json.loads(found), [], (theme, keys))


class Size(PageTest):
    @staticmethod
    def crowd(messages):
        """About 22 events a message."""
        return {"name": "A crowd", "app": {"sync": True},
                "users": {"alice": {"phone": "android", "tab{1..9}": "web"}, "bob": {"pixel": "android", "web{1..9}": "web"}},
                "groups": {"team": ["alice", "bob"]},
                "steps": [{"login": ["alice/*", "bob/*"]},
                          {"repeat": messages, "as": "i", "steps": [{"send": "m${i}", "from": "alice/phone", "to": "group:team", "text": "x"}]},
                          {"expect": {"device": "bob/pixel", "lacks": ["m7"]}}]}

    # Times are asked for only on a quiet machine: MDSYNC_MEASURE=1.
    MEASURES = bool(os.environ.get("MDSYNC_MEASURE"))

    def test_ten_thousand_events_scroll_smoothly(self):
        self.write("big.json", self.crowd(470))
        self.open(self.page("run", "big.json", code=1), "case", "big.json")
        self.assertGreater(self.browser.run("view.story.count"), 10000)
        median = self.browser.run("""new Promise(done => { const node = view.timeline.node, times = []; node.scrollTop = 0; let last = performance.now();
          const step = now => { times.push(now - last); last = now; node.scrollTop += 40; if (times.length < 200) requestAnimationFrame(step); else done(times.sort((a, b) => a - b)[100]); };
          requestAnimationFrame(step); })""")
        if self.MEASURES:
            self.assertLess(median, 20, "ms a frame: 60 a second are 16.7")
        self.assertLess(self.count(".lanes *"), 6000, "only what is in view is drawn")

    def test_a_hundred_thousand_events_open_folded_within_two_seconds(self):
        self.write("big.json", self.crowd(4600))
        self.open(self.page("run", "big.json", code=1), "case", "big.json")
        self.assertGreater(self.browser.run("view.story.count"), 100000)
        self.assertTrue(self.browser.run("view.timeline.layout.folded"))
        if self.MEASURES:
            self.assertLess(self.browser.run("performance.now()"), 2000, "ms since the page was asked for")
        self.browser.run("view.timeline.node.scrollTop = 0")
        self.browser.paint()
        self.browser.click("[data-fold]")
        self.assertGreater(self.count("[data-opens]"), 0)
        self.browser.click("[data-opens]")
        self.assertEqual(self.count("[data-opens]"), 0)

    def test_the_whole_suite_is_less_than_eight_megabytes(self):
        for arguments, code in (((), 0), (("--server", "mutant:on-delivers-to-one"), 1)):
            page = self.page("run", SCENARIOS, *arguments, code=code)
            self.assertLess(os.path.getsize(page), 8_000_000)
        self.assertLess(os.path.getsize(self.page("run", SCENARIOS, kind="html-full")), 8_000_000)


class WithoutBrowser(ToolTest):
    def test_the_page_holds_its_sources_and_asks_nobody_for_more(self):
        self.write("a.json", PASSING)
        self.expect(0, "run", "a.json", "--report", "html=page.html", "--report", "html-full=full.html")
        page = self.read("page.html")
        source = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "sim", "report", "html")
        for name in os.listdir(source):
            with open(os.path.join(source, name), encoding="utf-8") as file:
                if name != "page.html":
                    self.assertIn(file.read().strip(), page, name)
        self.assertNotRegex(page, r"https?://|@import|<link rel=.stylesheet")
        self.assertGreater(len(self.read("full.html")), len(page))
        self.assertNotIn("story0", page.split("<script>")[0])
        self.expect(0, "run", "a.json", "--report", "html=again.html")
        self.assertEqual(page, self.read("again.html"))

    def test_other_reports_do_not_grow(self):
        self.write("a.json", PASSING)
        self.expect(0, "run", "a.json", "--report", "json=1.json")
        self.expect(0, "run", "a.json", "--report", "json=2.json", "--report", "html-full=page.html")
        self.assertEqual(self.read("1.json"), self.read("2.json"))


if __name__ == "__main__":
    if not chromium():
        print("skipped but for what needs no browser: no Chromium (apt install chromium, or name one in MDSYNC_CHROMIUM)")
        done = unittest.main(defaultTest="WithoutBrowser", exit=False)
        sys.exit(77 if done.result.wasSuccessful() else 1)
    unittest.main()
