"""What a suite put to the test: rule by scenario, the aspects of each rule, and what was never exercised."""

import json
import unittest

from tool import PASSING, SCENARIOS, ToolTest, scenario


class Coverage(ToolTest):
    def result(self, name, *arguments):
        self.tool("run", *arguments, "--report", f"json={name}")
        return name

    def coverage(self, *arguments, code=0):
        document = json.loads(self.expect(code, "rules", "--coverage", *arguments, "--format", "json").stdout)
        self.assertEqual(document["mdsync"], "coverage/1")
        return document, {row["id"]: row for row in document["rules"]}

    def test_the_scenarios_leave_no_aspect_of_any_rule_out(self):
        self.result("r", SCENARIOS)
        _, rules = self.coverage("r")
        self.assertEqual({name: row["never"] for name, row in rules.items() if row["never"]}, {})
        done = self.expect(0, "rules", "--coverage", "r", "--min-coverage", "100")
        self.assertRegex(done.stdout, rf"{len(rules)} of {len(rules)} rules, (\d+) of \1 aspects \(100.0 %\)")

    def test_a_rule_names_its_scenarios_its_aspects_and_what_was_never_exercised(self):
        self.write("a.json", scenario())
        group = [PASSING["steps"][0], {"send": "m1", "from": "bob/pixel", "to": "group:team"}]
        self.write("b.json", scenario(groups={"team": ["alice", "bob"]}, steps=group))
        document, rules = self.coverage(self.result("a", "a.json"), self.result("b", "b.json"))
        received = rules["online.received"]
        self.assertEqual([(s["id"], s["checked"]) for s in received["scenarios"]], [("a.json", 2), ("b.json", 2)])
        self.assertEqual({k: n for k, n in received["aspects"].items() if n > 0},
                         {"private": 1, "group": 1, "device": 2, "mobile": 2, "web": 2, "unturned": 2})
        self.assertEqual(received["never"], ["api", "desktop", "miniprogram", "turned"])
        self.assertEqual((rules["web.ten-tabs"]["checked"], rules["web.ten-tabs"]["scenarios"]), (0, []))
        self.assertEqual(document["cases"], 2)
        self.assertEqual(document["total"], sum(max(1, len(row["aspects"])) for row in rules.values()))

    def test_people_read_it_as_a_table_as_markdown_and_one_rule_at_length(self):
        self.write("a.json", scenario())
        self.result("r", "a.json")
        table = self.expect(0, "rules", "--coverage", "r").stdout
        self.assertRegex(table, r"(?m)^online.received +2 +1 +5/10  group, api, desktop, miniprogram, turned$")
        self.assertRegex(table, r"(?m)^web.ten-tabs +0 +0 +0/2  not exercised$")
        self.assertIn("put to the test by 1 case", table.splitlines()[-1])
        markdown = self.expect(0, "rules", "--coverage", "r", "--markdown").stdout
        self.assertIn("| web.ten-tabs | 0 | 0 | 0/2 | **not exercised** |", markdown)
        one = self.expect(0, "rules", "online.received", "--coverage", "r").stdout
        self.assertRegex(one, r"(?m)^    group +a group message: never$")
        self.assertRegex(one, r"(?m)^ +2  a.json$")
        self.assertNotIn("web.ten-tabs", one)
        self.assertIn("a.json", self.expect(0, "rules", "--coverage", "r", "-v").stdout)

    def test_a_threshold_gates(self):
        self.write("a.json", scenario())
        self.result("r", "a.json")
        document, _ = self.coverage("r")
        percent = document["permille"] // 10
        self.expect(0, "rules", "--coverage", "r", "--min-coverage", str(percent))
        done = self.expect(1, "rules", "--coverage", "r", "--min-coverage", str(percent + 1))
        self.assertIn(f"the coverage is below {percent + 1} %", done.stderr)
        self.expect(2, "rules", "--min-coverage", "50")
        self.expect(2, "rules", "--coverage", "r", "--min-coverage", "101")
        self.expect(3, "rules", "--coverage", "a.json")
        self.write("none", {"mdsync": "result/1", "scenarios": []})
        self.expect(4, "rules", "--coverage", "none")

    def test_a_violation_and_a_recorded_trace_count_too(self):
        self.write("a.json", scenario())
        server = "mutant:" + self.a_mutant_of("online.received")
        _, rules = self.coverage(self.result("r", "a.json", "--server", server))
        self.assertGreater(rules["online.received"]["aspects"]["private"], 0)
        self.expect(0, "run", "a.json", "--trace", "t.jsonl")
        self.expect(0, "check", "t.jsonl", "--report", "json=t")
        _, rules = self.coverage("t")
        self.assertEqual([s["id"] for s in rules["online.received"]["scenarios"]], ["t.jsonl"])

    def test_the_boundary_is_the_millisecond(self):
        def at(clock):
            steps = [{"login": ["alice/phone", "bob/pixel"]},
                     {"wait": {"until": f"2024-05-0{clock}+08:00"}},
                     {"send": "m1", "from": "bob/pixel", "to": "alice", "text": "x"},
                     {"wait": {"until": "2024-05-02T12:00:00+08:00"}}, {"login": "alice/laptop"}]
            self.write("a.json", scenario(rules=None, steps=steps, network={"latency": "0ms"}))
            _, rules = self.coverage(self.result("r", "a.json"))
            return (rules["compensation.device-switch"]["aspects"]["boundary"],
                    rules["compensation.window"]["aspects"]["boundary"])
        self.assertEqual(at("2T00:00:00.001"), (0, 0))
        self.assertEqual(at("2T00:00:00.000"), (1, 0))
        self.assertEqual(at("1T23:59:59.999"), (0, 1))
        self.assertEqual(at("1T23:59:59.998"), (0, 0))


if __name__ == "__main__":
    unittest.main()
