"""What the tests of the command line share: the binary under test, and small scenario and trace files.

The binary is named by the environment variable MDSYNC. Every call runs in a folder of its own."""

import functools
import json
import os
import resource
import shutil
import subprocess
import tempfile
import unittest

os.environ["MDSYNC_PROGRAM"] = "mdsync"  # what lines to paste begin with, wherever the binary lies
BINARY = os.path.abspath(os.environ["MDSYNC"])
# Seconds for what must come. No machine is so slow: what takes longer hangs. What a test hangs on purpose must last longer.
PATIENCE = 600
SCENARIOS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "scenarios")

# A scenario that passes on the reference server: one check of its own and several rules put to the test.
PASSING = {
    "name": "A phone and a laptop both get the message",
    "rules": ["online.received"],
    "tags": ["smoke"],
    "app": {"sync": True},
    "users": {"alice": {"phone": "android", "laptop": "web"}, "bob": {"pixel": "android"}},
    "steps": [
        {"login": ["alice/phone", "alice/laptop", "bob/pixel"]},
        {"send": "m1", "from": "bob/pixel", "to": "alice", "text": "hi"},
        {"expect": {"device": "alice/*", "has": ["m1"]}},
    ],
}

HEADER = {"mdsync": "trace/1", "t": 1000, "users": {"alice": {"phone": "android"}, "bob": {"pixel": "android"}}}


def scenario(**changes):
    """PASSING with some keys replaced; a key set to None is left out."""
    changed = {**PASSING, **changes}
    return {key: value for key, value in changed.items() if value is not None}


def unmet():
    return scenario(steps=PASSING["steps"] + [{"expect": {"device": "alice/phone", "lacks": ["m1"]}}])


def inconclusive():
    """Ends while the message is on its way."""
    return scenario(rules=None, steps=PASSING["steps"][:1] + [{**PASSING["steps"][1], "settle": False}])


def limits(**wanted):
    """For `preexec_fn`: limits(AS=10 ** 9) lets the tool have so much address space; as `ulimit` does."""
    def set_them():
        for name, most in wanted.items():
            resource.setrlimit(getattr(resource, "RLIMIT_" + name), (most, most))
    return set_them


@functools.cache
def takes_no_limit_of_memory():
    """Sanitizers want terabytes of address space."""
    return subprocess.run([BINARY, "version"], preexec_fn=limits(AS=10 ** 9), capture_output=True,
                          timeout=PATIENCE).returncode != 0


def long():
    """Takes many times longer than a small scenario: every message goes to two thousand phones."""
    return {
        "name": "A crowd",
        "users": {f"u{i}": {"p": "android"} for i in range(2000)},
        "groups": {"crowd": [f"u{i}" for i in range(2000)]},
        "steps": [
            {"login": [f"u{i}/p" for i in range(2000)]},
            {"repeat": 5000, "as": "i", "steps": [{"send": "m${i}", "from": "u0/p", "to": "group:crowd"}]},
        ],
    }


class ToolTest(unittest.TestCase):
    """A test with a folder of its own, in which the tool runs."""

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="mdsync-test-")
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, content):
        os.makedirs(os.path.dirname(self.path(name)), exist_ok=True)
        mode = "wb" if isinstance(content, bytes) else "w"
        with open(self.path(name), mode) as file:
            file.write(content if isinstance(content, (bytes, str)) else json.dumps(content, indent=1))
        return name

    def read(self, name):
        with open(self.path(name), encoding="utf-8") as file:
            return file.read()

    def trace(self, name, *events, header=None):
        return self.write(name, "".join(json.dumps(line) + "\n" for line in [header or HEADER, *events]))

    def tool(self, *arguments, stdin=b"", env=None, **options):
        """Runs the tool; gives its CompletedProcess with text output."""
        environment = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "FORCE_COLOR", "COLUMNS") and (not k.startswith("MDSYNC_") or k == "MDSYNC_PROGRAM")}
        environment.update(env or {})
        given = {} if "stdin_file" in options else {"input": stdin}
        if "stdin_file" in options:
            given = {"stdin": options.pop("stdin_file")}
        done = subprocess.run([BINARY, *arguments], cwd=self.folder, capture_output=True, env=environment, timeout=PATIENCE,
                              **given, **options)
        done.stdout = done.stdout.decode("utf-8")
        done.stderr = done.stderr.decode("utf-8")
        return done

    def expect(self, code, *arguments, **options):
        """Runs the tool and expects this exit code."""
        done = self.tool(*arguments, **options)
        self.assertEqual(done.returncode, code, f"{arguments}\n{done.stdout}\n{done.stderr}")
        return done

    def start(self, *arguments, **options):
        """Starts the tool; it is ended at the end of the test if it is still there."""
        options = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options}
        process = subprocess.Popen([BINARY, *arguments], cwd=self.folder, **options)
        self.addCleanup(process.communicate)
        self.addCleanup(process.kill)
        return process

    def a_mutant_of(self, rule):
        """The name of a known-bad server that the rule must catch."""
        self.write("any.json", scenario())
        for row in json.loads(self.tool("rules", "--unguarded", "any.json", "--format", "json").stdout)["rules"]:
            if row["id"] == rule and row["servers"]:
                return row["servers"][0]
        self.fail(f"no known-bad server for {rule}")
