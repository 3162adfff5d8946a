"""The project file mdsync.toml, the environment, and the command line over both."""

import json
import os
import unittest

from tool import BINARY, ToolTest, scenario, unmet

SERVE = f"exec:{BINARY} serve --stdio"


class ProjectTest(ToolTest):
    def project(self, **keys):
        self.write("mdsync.toml", "".join(f"{key} = {json.dumps(value)}\n" for key, value in keys.items()))

    def setUp(self):
        super().setUp()
        self.write("s/good.json", scenario())

    def run_result(self, *arguments, code=0, **options):
        return json.loads(self.expect(code, "run", "--format", "json", *arguments, **options).stdout)

    def ids(self, *arguments, **options):
        return self.expect(0, "list", "--ids", *arguments, **options).stdout.split()


class Keys(ProjectTest):
    def test_paths_are_what_is_meant_where_nothing_is_named(self):
        self.write("t/other.json", scenario())
        self.write("u/named.json", scenario())
        self.project(paths=["s", "t/other.json"])
        self.assertEqual(self.ids(), ["s/good.json", "t/other.json"])
        self.assertEqual(self.ids("u"), ["u/named.json"])
        self.assertEqual(self.ids(env={"MDSYNC_PATHS": "u:s"}), ["u/named.json", "s/good.json"])
        self.assertIn("2 files, 0 with errors", self.expect(0, "lint").stdout)
        self.expect(0, "run")

    def test_the_paths_of_a_result_go_before_those_of_the_project(self):
        self.write("u/bad.json", unmet())
        self.expect(1, "run", "u", "--report", "json=r.json")
        self.project(paths=["s"])
        self.assertEqual(self.ids("--failed", "r.json"), ["u/bad.json"])

    def test_a_target(self):
        self.project(target=SERVE, timeout="9s")
        self.expect(0, "run", "s", "--target-log", "log")
        self.assertIn('"op":"hello"', self.read("log"))

    def test_the_environment_wins_over_the_file_and_the_command_line_over_both(self):
        self.project(target="exec:false")
        self.expect(3, "run", "s")
        self.expect(0, "run", "s", env={"MDSYNC_TARGET": SERVE})
        self.expect(3, "run", "s", "--target", "exec:false", env={"MDSYNC_TARGET": SERVE})
        self.expect(0, "run", "s", "--target", SERVE)
        os.remove(self.path("mdsync.toml"))
        self.expect(3, "run", "s", env={"MDSYNC_TARGET": "exec:false"})
        self.expect(0, "run", "s", env={"MDSYNC_TARGET": ""})

    def test_a_server_on_the_command_line_puts_the_target_aside(self):
        self.project(target="exec:false", timeout="9s")
        self.expect(0, "run", "s", "--server", "reference")
        self.expect(0, "run", "s", "--server", "reference", env={"MDSYNC_TARGET": "exec:false", "MDSYNC_TIMEOUT": "1s"})

    def test_a_timeout_without_a_target_waits_for_one(self):
        self.project(timeout="9s")
        self.expect(0, "run", "s")
        self.expect(0, "run", "s", "--target", SERVE)

    def test_the_timeout_of_the_command_line_goes_with_the_target_of_the_project(self):
        self.project(target=SERVE)
        self.expect(0, "run", "s", "--timeout", "9s")

    def test_the_line_that_runs_it_again_names_the_target(self):
        self.write("u/bad.json", unmet())
        self.project(target=SERVE, timeout="9s")
        again = self.expect(1, "run", "u").stdout.split("again:")[1].splitlines()[0]
        self.assertIn(f"--target 'exec:{BINARY} serve --stdio' --timeout 9s", again)

    def test_a_baseline(self):
        self.write("u/bad.json", unmet())
        self.expect(1, "run", "u", "--write-baseline", "known.json")
        self.write("known.json", self.read("known.json").replace("say here why it is tolerated", "ours"))
        self.project(baseline="known.json")
        self.expect(0, "run", "u")
        self.expect(0, "run", "s")
        self.write("other.json", {"mdsync": "baseline/1", "expected": []})
        self.expect(1, "run", "u", "--baseline", "other.json")
        self.expect(1, "run", "u", env={"MDSYNC_BASELINE": "other.json"})

    def test_other_commands_do_not_mind(self):
        self.project(target="exec:false", timeout="1s", baseline="gone.json", paths=["gone"])
        self.expect(0, "rules")
        self.expect(0, "list", "s")
        self.expect(0, "mutants")

    def test_another_file(self):
        self.project(paths=["gone"])
        self.write("other.toml", 'paths = "s"\n')
        self.assertEqual(self.expect(0, "--config", "other.toml", "list", "--ids").stdout.split(), ["s/good.json"])
        os.mkdir(self.path("scenarios"))
        self.write("scenarios/a.json", scenario())
        self.assertEqual(self.expect(0, "--config", "/dev/null", "list", "--ids").stdout.split(), ["scenarios/a.json"])
        self.assertIn("gone.toml", self.expect(2, "--config", "gone.toml", "list").stderr)


class Mistakes(ProjectTest):
    def wrong(self, text, *arguments):
        self.write("mdsync.toml", text)
        return self.expect(2, *(arguments or ("run", "s"))).stderr

    def test_what_is_wrong_with_it(self):
        for text, said in (
                ('tagret = "x"\n', 'mdsync.toml: there is no key "tagret"; did you mean "target"?'),
                ('colour = "x"\n', 'mdsync.toml: there is no key "colour"; known: target, timeout, baseline, paths'),
                ('[run]\ntarget = "x"\n', 'there are no sections, and "run" is one'),
                ('target = ["a", "b"]\n', '"target" takes one text'),
                ('target = "exec:a"\ntarget = "exec:b"\n', '"target" takes one text'),
                ('paths = []\n', '"paths" is empty')):
            self.assertIn(said, self.wrong(text), text)

    def test_a_value_is_checked_like_that_of_an_option(self):
        self.assertIn("mdsync.toml: target: ", self.wrong('target = "python3 x"\n'))
        self.assertIn("mdsync.toml: timeout: ", self.wrong(f'target = "{SERVE}"\ntimeout = "soon"\n'))
        os.remove(self.path("mdsync.toml"))
        self.assertIn("MDSYNC_TARGET: ", self.expect(2, "run", "s", env={"MDSYNC_TARGET": "python3 x"}).stderr)

    def test_help_is_given_all_the_same(self):
        self.write("mdsync.toml", "colour = 1\n")
        self.expect(0, "run", "--help")

    @unittest.skipIf(os.geteuid() == 0, "root reads everything")
    def test_a_file_that_cannot_be_read(self):
        self.project(paths=["s"])
        os.chmod(self.path("mdsync.toml"), 0)
        self.assertIn("mdsync.toml: Permission denied", self.expect(2, "run").stderr)

    def test_another_file_is_called_by_its_name(self):
        self.write("my.toml", "colour = 1\n")
        self.assertIn("mdsync: my.toml: there is no key", self.expect(2, "--config", "my.toml", "run", "s").stderr)


if __name__ == "__main__":
    unittest.main()
