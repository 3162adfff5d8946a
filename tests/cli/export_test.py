"""mdsync export: a recorded trace becomes a scenario that repeats it."""

import gzip
import json
import unittest

from tool import SCENARIOS, ToolTest

HEADER = {"mdsync": "trace/1", "t": 1714525200000, "source": "staging gateway", "app": {"sync": True},
          "silent": ["connect", "settled", "caught-up"],
          "users": {"alice": {"phone": "android", "web": "web"}, "bob": {"pixel": "android"}},
          "messageTypes": {"app:Poke": "status"}}


def at(ms, ev, **keys):
    return {"t": 1714525200000 + ms, "ev": ev, **keys}


# What a gateway saw: alice's second device gets nothing. No connects, no settled lines, digests for texts.
FIELD = [
    at(123, "online", dev="alice/phone"),
    at(177, "online", dev="bob/pixel"),
    at(1000, "online", dev="alice/web"),
    at(2011, "send", msg="3f2a", dev="bob/pixel", to="alice", digest="5eb63bbb"),
    at(2045, "accept", msg="3f2a"),
    at(2098, "receive", msg="3f2a", dev="alice/phone", digest="5eb63bbb"),
    at(90098, "offline", dev="alice/phone", reason="drop"),
    at(190000, "offline", dev="bob/pixel", reason="logout"),
]


class Repeats(ToolTest):
    def violated(self, *arguments):
        document = json.loads(self.tool("run", *arguments, "--format", "json").stdout)
        return sorted(rule for rule, counts in document["rules"].items() if counts["violated"] > 0)

    def test_a_recorded_violation_happens_again_on_the_server_that_was_recorded_and_not_on_a_right_one(self):
        server = ("--server", "mutant:evict-second")
        self.expect(1, "run", SCENARIOS + "/web/eleventh-tab.json", *server, "--trace", "t.jsonl")
        done = self.expect(0, "export", "t.jsonl", "--as", "scenario", "-o", "again.json")
        self.assertEqual(done.stdout, "")
        self.assertIn("violates web.evict-earliest", done.stderr)
        self.assertIn("mdsync run again.json", done.stderr)
        self.expect(0, "lint", "again.json")
        made = json.loads(self.read("again.json"))
        self.assertEqual(made["rules"], ["web.evict-earliest"])
        self.assertIn("alice/tab1 is older", made["description"])
        self.assertEqual(self.violated("again.json", *server), ["web.evict-earliest"])
        self.expect(0, "run", "again.json")

    def test_a_field_log_without_connects_and_settled_lines_is_repeated_at_the_moments_of_acceptance(self):
        self.trace("field.jsonl", *FIELD, header=HEADER)
        self.expect(0, "export", "field.jsonl", "--as", "scenario", "-o", "field.json")
        made = json.loads(self.read("field.json"))
        self.assertEqual(made["rules"], ["online.received"])
        self.assertEqual(made["network"], {"latency": "0ms"})
        self.assertEqual([step for step in made["steps"] if "note" not in step], [
            {"wait": "123ms"}, {"login": "alice/phone"}, {"wait": "54ms"}, {"login": "bob/pixel"}, {"wait": "823ms"},
            {"login": "alice/web"}, {"wait": "1s45ms"},
            {"send": "3f2a", "from": "bob/pixel", "to": "alice", "text": "5eb63bbb"},
            {"wait": "1m28s53ms"}, {"drop": "alice/phone"}, {"wait": "1m39s902ms"}, {"logout": "bob/pixel"}])
        self.expect(0, "run", "field.json")
        self.assertEqual(self.violated("field.json", "--server", "mutant:on-delivers-to-one"), ["online.received"])

    def test_a_log_may_come_compressed_out_of_order_damaged_and_from_standard_input(self):
        lines = [json.dumps(line) + "\n" for line in [HEADER, *FIELD]]
        plain = "".join(lines).encode()
        once = self.expect(0, "export", "-", "--as", "scenario", stdin=plain).stdout
        packed = self.expect(0, "export", "-", "--as", "scenario", stdin=gzip.compress(plain)).stdout
        self.assertEqual(once, packed)
        lines[1], lines[2] = lines[2], lines[1]
        self.expect(3, "export", "-", "--as", "scenario", stdin="".join(lines).encode())
        moved = self.expect(0, "export", "-", "--as", "scenario", "--skew", "1s", stdin="".join(lines).encode()).stdout
        self.assertEqual(json.loads(once)["steps"][:4], json.loads(moved)["steps"][:4])
        damaged = plain + b'{"t":17145'
        self.assertIn("error", self.expect(3, "export", "-", "--as", "scenario", stdin=damaged).stderr)
        self.expect(0, "export", "-", "--as", "scenario", "--lenient", stdin=damaged)

    def test_readings_of_the_command_line_are_written_down(self):
        self.trace("field.jsonl", *FIELD, header=HEADER)
        done = self.expect(0, "export", "field.jsonl", "--as", "scenario", "--reading", "window=rolling", "-q")
        self.assertEqual(json.loads(done.stdout)["readings"], {"window": "rolling"})
        self.assertEqual(done.stderr, "")

    def test_what_cannot_be_repeated_is_said(self):
        # The server cuts one device alone as if it had been restarted.
        events = FIELD[:6] + [at(3000, "offline", dev="alice/phone", reason="server")]
        self.trace("field.jsonl", *events, header=HEADER)
        done = self.expect(0, "export", "field.jsonl", "--as", "scenario")
        self.assertIn("line 8: alice/phone alone was cut by a restart", done.stderr)
        self.assertIn("line 8: alice/phone alone was cut by a restart", json.loads(done.stdout)["description"])

    def test_a_login_that_was_refused_because_the_device_is_online_changes_nothing(self):
        events = FIELD[:2] + [at(500, "connect", dev="alice/phone"), at(510, "refused", dev="alice/phone", code="31023")]
        self.trace("field.jsonl", *events, header=HEADER)
        steps = json.loads(self.expect(0, "export", "field.jsonl", "--as", "scenario").stdout)["steps"]
        self.assertEqual(steps, [{"wait": "123ms"}, {"login": "alice/phone"}, {"wait": "54ms"}, {"login": "bob/pixel"}])

    def test_a_trace_has_no_name_that_a_scenario_does_not_take(self):
        header = {**HEADER, "users": {"al\u00a0ice": {"phone": "android"}, "bob": {"pixel": "android"}}}
        self.trace("field.jsonl", at(1, "online", dev="bob/pixel"), header=header)
        self.assertIn("trace.bad-name", self.expect(3, "export", "field.jsonl", "--as", "scenario").stderr)

    def test_an_id_that_is_used_again_gets_a_new_name(self):
        days = 9 * 86_400_000
        again = [at(days, "send", msg="3f2a", dev="bob/pixel", to="alice"), at(days + 9, "accept", msg="3f2a"),
                 at(days + 20, "recall", msg="3f2a", dev="bob/pixel"), at(days + 29, "recall-accept", msg="3f2a")]
        self.trace("field.jsonl", *FIELD[:6], *again, header=HEADER)
        steps = json.loads(self.expect(0, "export", "field.jsonl", "--as", "scenario").stdout)["steps"]
        sent = [step["send"] for step in steps if "send" in step]
        self.assertEqual(len(set(sent)), 2)
        self.assertEqual([step["recall"] for step in steps if "recall" in step], sent[1:])

    def test_a_trace_without_events_gives_a_scenario_without_steps(self):
        self.trace("empty.jsonl", header=HEADER)
        made = json.loads(self.expect(0, "export", "empty.jsonl", "--as", "scenario").stdout)
        self.assertEqual(made["steps"], [])


class Refuses(ToolTest):
    def test_the_exit_codes_tell_what_is_wrong(self):
        self.trace("field.jsonl", *FIELD, header=HEADER)
        self.expect(3, "export", "missing.jsonl", "--as", "scenario")
        self.assertEqual(self.expect(3, "export", "-", "--as", "scenario", stdin=b"junk\n").stdout, "")
        self.expect(6, "export", "field.jsonl", "--as", "scenario", "-o", "no/such/folder.json")
        self.assertIn("--as", self.expect(2, "export", "field.jsonl").stderr)
        self.assertIn('did you mean "scenario"', self.expect(2, "export", "field.jsonl", "--as", "scenaro").stderr)

    def test_a_trace_that_no_scenario_can_hold_is_refused_with_the_reason(self):
        many = [at(1000 + i, "publish", **{"msg": f"n{i}", "from": "bob", "to": "alice"}) for i in range(10_001)]
        self.trace("long.jsonl", *many, header=HEADER)
        done = self.expect(3, "export", "long.jsonl", "--as", "scenario", "-o", "long.json")
        self.assertIn("does not fit into a scenario", done.stderr)
        self.assertIn("10000", done.stderr)
        self.assertIn("10,000", self.expect(0, "explain", "export.too-much").stdout)


if __name__ == "__main__":
    unittest.main()
