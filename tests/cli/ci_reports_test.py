"""What a CI server shows: marks in a change, the page of a job, JUnit as dashboards read it, lint for code hosts."""

import json
import os
import re
import shutil
import subprocess
import unittest
from xml.etree import ElementTree

from tool import PATIENCE, SCENARIOS, ToolTest, inconclusive, scenario, unmet

SCHEMA = os.path.join(SCENARIOS, "..", "docs", "schema", "junit.xsd")


class GitHub(ToolTest):
    def marks(self, code, *arguments, **options):
        self.expect(code, "run", *arguments, "--report", "github=marks.txt", **options)
        return self.read("marks.txt").splitlines()

    def test_a_failure_is_marked_where_it_is(self):
        self.write("x/a.json", unmet())
        mark, = self.marks(1, "x")
        self.assertRegex(mark, r"^::error file=x/a\.json,line=\d+,col=\d+,title=expectation::alice/phone has m1, expected it to lack")
        line = int(re.search(r"line=(\d+)", mark)[1])
        self.assertIn("{", self.read("x/a.json").splitlines()[line - 1])
        self.assertIn("expect", self.read("x/a.json").splitlines()[line])

    def test_what_would_end_a_command_is_spelled_out(self):
        self.write("x/a,b:c.json", scenario(rules=["web.ten-tabs"], matrix={"n": ["50%\n::warning::no"]}))
        marks = self.marks(1, "x")
        self.assertEqual([mark.split(" ")[0] for mark in marks], ["::error", "::warning"])
        self.assertIn("file=x/a%2Cb%3Ac.json,", marks[0])
        self.assertIn("50%25", marks[0])

    def test_there_are_ten_at_most_and_each_cause_comes_first(self):
        for i in range(20):
            self.write(f"all/{i:02}.json", unmet())
        self.write("all/zz.json", scenario(rules=["web.ten-tabs"]))
        marks = self.marks(1, "all")
        self.assertEqual(len(marks), 11)
        self.assertIn("title=not exercised", marks[1])
        self.assertEqual(marks[-1], "mdsync: and 11 more")

    def test_errors_and_what_was_required_are_marked(self):
        self.write("bad.json", {"nmae": 1, **scenario()})
        marks = self.marks(3, "bad.json", "--require", "web.ten-tabs")
        self.assertRegex(marks[0], r"^::error file=bad\.json,line=2,col=2,title=scenario\.unknown-key::")
        self.assertTrue(any("no case put web.ten-tabs to the test" in mark for mark in marks))

    def test_nothing_is_said_where_all_is_well(self):
        self.write("a.json", scenario())
        self.assertEqual(self.marks(0, "a.json"), [])

    def test_the_page_of_the_job_gets_a_summary(self):
        self.write("a.json", unmet())
        self.write("summary.md", "before\n")
        self.marks(1, "a.json", env={"GITHUB_STEP_SUMMARY": self.path("summary.md")})
        page = self.read("summary.md")
        self.assertTrue(page.startswith("before\n## mdsync: fail\n"))
        self.assertIn("### expectation, in 1 case", page)
        done = self.expect(1, "run", "a.json", "--report", "github=-", env={"GITHUB_STEP_SUMMARY": self.path("no/such")})
        self.assertIn("could not be written", done.stderr)
        self.write("good.json", scenario())
        self.expect(6, "run", "good.json", "--report", "github=-", env={"GITHUB_STEP_SUMMARY": self.path("no/such")})


class Markdown(ToolTest):
    def test_a_broken_build_has_its_causes_and_what_to_run_again(self):
        self.expect(1, "run", os.path.join(SCENARIOS, "web"), "--server", "mutant:evict-second", "--report", "markdown=r.md")
        page = self.read("r.md")
        self.assertIn("| cases | passed | failed | checks |", page)
        self.assertRegex(page, r"### web.evict-earliest, in \d\d cases")
        self.assertIn("<details><summary>The cases</summary>", page)
        self.assertIn("mdsync run --server mutant:evict-second \\\n", page)
        self.assertEqual(page.count("```") % 2, 0)

    def test_it_stays_under_a_mebibyte(self):
        self.expect(1, "run", SCENARIOS, "--server", "mutant:drops-messages", "--report", "markdown=r.md", "-q")
        self.assertLess(os.path.getsize(self.path("r.md")), 2 ** 20)

    def test_what_a_file_says_does_not_become_markup(self):
        self.write("a`b.json", scenario(rules=["web.ten-tabs"], matrix={"n": ["```", "<b>"]}))
        self.tool("run", "a`b.json", "--report", "markdown=r.md")
        self.assertEqual(self.read("r.md").count("```") % 2, 0)
        self.assertIn("`a'b.json#n=", self.read("r.md"))


class JUnit(ToolTest):
    def report(self, *arguments):
        self.tool("run", *arguments, "--report", "junit=r.xml")
        return ElementTree.fromstring(self.read("r.xml"))

    @unittest.skipUnless(shutil.which("xmllint"), "there is no xmllint")
    def test_it_has_the_form_that_the_schema_says(self):
        self.write("x/good.json", scenario())
        self.write("x/unmet.json", unmet())
        self.write("x/idle.json", scenario(rules=["web.evict-earliest"]))
        self.write("x/open.json", inconclusive())
        self.write("x/bad.json", "{")
        self.write("known.json", {"mdsync": "baseline/1", "expected": [
            {"scenario": "x/unmet.json", "rule": "expectation", "reason": "<known>"},
            {"scenario": "x/good.json", "rule": "expectation", "reason": "no"}]})
        for arguments in (["x"], ["x", "--timings"], ["x", "--baseline", "known.json", "--require", "all"],
                          [SCENARIOS, "--server", "mutant:drops-messages"]):
            self.report(*arguments)
            done = subprocess.run(["xmllint", "--noout", "--nonet", "--schema", SCHEMA, self.path("r.xml")],
                                  capture_output=True, text=True, timeout=PATIENCE)
            self.assertEqual(done.returncode, 0, done.stderr)

    def test_a_test_has_its_folder_as_its_class_and_says_where_it_failed(self):
        self.write("x/y/a.json", scenario())
        self.write("x/y/b.json", scenario(matrix={"n": [1]}, rules=["web.evict-earliest"]))
        self.write("x/y/c.json", unmet())
        a, b, c = self.report("x").iter("testcase")
        self.assertEqual((a.get("classname"), a.get("name"), a.get("file"), a.get("line")), ("x.y", "a.json", "x/y/a.json", None))
        self.assertEqual((b.get("classname"), b.get("name"), b.get("file")), ("x.y", "b.json#n=1", "x/y/b.json"))
        self.assertEqual([(p.get("name"), p.get("value")) for p in b.iter("property")][0], ("rule", "web.evict-earliest"))
        self.assertIn("seed", [p.get("value") for p in b.iter("property")][1])
        self.assertGreater(int(c.get("line")), 1)

    def test_a_case_with_many_failures_does_not_fill_the_disk(self):
        many = [{"expect": {"device": "alice/phone", "has": ["m1"], "lacks": ["m1"]}}] * 200
        self.write("a.json", scenario(steps=scenario()["steps"] + many))
        failure = self.report("a.json").find(".//failure")
        self.assertIn("and 180 more", failure.text)


class Lint(ToolTest):
    def setUp(self):
        super().setUp()
        self.write("bad.json", {"nmae": 1, **scenario()})

    def test_as_marks_in_a_change(self):
        self.assertIn("::error file=bad.json,line=2,col=2,title=scenario.unknown-key::",
                      self.expect(3, "lint", "bad.json", "--format", "github").stdout)

    def test_as_sarif(self):
        document = json.loads(self.expect(3, "lint", "bad.json", "--format", "sarif").stdout)
        self.assertEqual(document["version"], "2.1.0")
        run, = document["runs"]
        self.assertEqual(run["tool"]["driver"]["name"], "mdsync")
        result = run["results"][0]
        self.assertEqual((result["level"], result["ruleId"]), ("error", "scenario.unknown-key"))
        self.assertEqual(result["locations"][0]["physicalLocation"],
                         {"artifactLocation": {"uri": "bad.json"}, "region": {"startLine": 2, "startColumn": 2}})
        self.write("good.json", scenario())
        self.assertEqual(json.loads(self.expect(0, "lint", "good.json", "--format", "sarif").stdout)["runs"][0]["results"], [])


if __name__ == "__main__":
    unittest.main()
