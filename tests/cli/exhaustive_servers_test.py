"""What an exhaustive search finds of every known-bad server, against a table: a search that has lost a violation on its way
to be faster prints COMPLETE, and nothing else tells.

    MDSYNC=build/ci/mdsync python3 tests/cli/exhaustive_servers_test.py --renew    prints the table
"""

import concurrent.futures
import json
import os
import subprocess
import sys
import tempfile
import unittest

from tool import BINARY, PATIENCE, takes_no_limit_of_memory

TABLE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "exhaustive_servers.json")


def without(words):
    return [flag for word in words.split() for flag in ("--without", word)]


# Small ones besides those that go without saying; what they leave out, these try.
BOUNDS = {
    "default": [],
    "tabs": ["--devices", "4", "--platforms", "android,android,web", *without("set group chatroom status")],
    "messages": ["--messages", "2", "--faults", "2",
                 *without("set group chatroom status include-sender hold server reinstall")],
    "steps": ["--steps", "4", "--faults", "2",
              *without("set group chatroom status include-sender publish hold server")],
}


def servers():
    listed = subprocess.run([BINARY, "mutants", "--format", "json"], capture_output=True, text=True, timeout=PATIENCE, check=True)
    return ["reference", *("mutant:" + mutant["name"] for mutant in json.loads(listed.stdout)["mutants"])]


def search(server, bounds, folder, *flags):
    """`2 steps: off.single-device`, or `nothing` where everything was looked at."""
    command = [BINARY, "explore", "--exhaustive", "--quiet", "--format", "json", "--server", server,
               "-o", os.path.join(folder, server.replace(":", "-") + bounds), *BOUNDS[bounds], *flags]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
    if done.returncode not in (0, 1):
        return f"exit code {done.returncode}: {done.stderr}"
    document = json.loads(done.stdout)
    found = document["exhaustive"]
    rules = [failure["rule"] for failure in document["failures"]]
    if found["complete"] != (not rules) or done.returncode != (1 if rules else 0):
        return f"complete: {found['complete']}, exit code {done.returncode}, violated: {rules}"
    return f"{found['rounds'][-1]['steps']} steps: {', '.join(rules)}" if rules else "nothing"


def table(names, *flags):
    with tempfile.TemporaryDirectory(prefix="mdsync-test-") as folder, \
            concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        rows = {name: {bounds: pool.submit(search, name, bounds, folder, *flags) for bounds in BOUNDS} for name in names}
        return {name: {bounds: found.result() for bounds, found in row.items()} for name, row in rows.items()}


class Servers(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        with open(TABLE, encoding="utf-8") as file:
            cls.expected = json.load(file)
        cls.names = servers()

    def test_the_table_has_every_server_and_much_is_found(self):
        self.assertEqual(list(self.expected), self.names, "script/regenerate tests/cli/exhaustive_servers.json")
        for bounds in BOUNDS:
            found = [name for name, row in self.expected.items() if row[bounds] != "nothing"]
            self.assertGreater(len(found), 20, bounds)
            self.assertNotIn("reference", found)

    def test_every_known_bad_server_is_found_to_violate_what_the_table_says(self):
        # A sanitizer takes ten times as long for the same verdicts: there it is the search that is looked at, not the servers.
        names = self.names[::50] if takes_no_limit_of_memory() else self.names
        # Two threads stop where they find something, and one of them begins again: so the first line tries one thread, too.
        for flags in (("-j", "2"), ("-j", "1", "--every-state")):
            with self.subTest(flags=flags):
                self.assertEqual(table(names, *flags), {name: self.expected[name] for name in names},
                                 "a change of a server or of a rule: script/regenerate tests/cli/exhaustive_servers.json; "
                                 "of the search: a fault of it")


if __name__ == "__main__":
    if sys.argv[1:] == ["--renew"]:
        print(json.dumps(table(servers(), "-j", "1"), indent=1))
    else:
        unittest.main()
