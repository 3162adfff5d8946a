"""What `mdsync check` keeps in memory is what can still matter, not how long the trace is; of many scenario files `lint`
and `run` keep the texts."""

import array
import fcntl
import json
import os
import pathlib
import re
import subprocess
import termios
import time
import unittest

from tool import BINARY, ToolTest, scenario, takes_no_limit_of_memory

DAY = 86_400_000
PER_DAY = 1_000  # messages
USERS = 20


def trace(days):
    """A log of that many busy days: private and group messages, recalls, reconnecting tabs, and settled moments."""
    t = 1_714_525_200_000
    names = [f"u{i}" for i in range(USERS)]
    group = names[:6]
    yield {"mdsync": "trace/1", "t": t, "app": {"sync": True, "compensationDays": 7}, "groups": {"g": group},
           "users": {name: {"phone": "android", "web": "web"} for name in names}}
    for name in names:
        for device in ("phone", "web"):
            yield {"t": t, "ev": "online", "dev": f"{name}/{device}"}
            yield {"t": t, "ev": "caught-up", "dev": f"{name}/{device}", "count": 0, "conversations": []}
    yield {"t": t, "ev": "settled"}
    for n in range(days * PER_DAY):
        t += DAY // PER_DAY
        message = f"m{n}"
        to_group = n % 5 == 0
        author = names[n % (6 if to_group else USERS)]
        recipient = names[(n + 1 + n % 7) % USERS]
        concerned = group if to_group else [author, recipient]
        yield {"t": t, "ev": "send", "msg": message, "dev": f"{author}/phone", "to": "group:g" if to_group else recipient,
               "digest": f"{n:x}"}
        yield {"t": t, "ev": "accept", "msg": message}
        devices = [f"{name}/{device}" for name in concerned for device in ("phone", "web")]
        for device in devices:
            if device != f"{author}/phone":
                yield {"t": t, "ev": "receive", "msg": message, "dev": device, "via": "live", "digest": f"{n:x}"}
        if n % 50 == 0:
            yield {"t": t, "ev": "recall", "msg": message, "dev": f"{author}/phone"}
            yield {"t": t, "ev": "recall-accept", "msg": message}
            for device in devices:
                yield {"t": t, "ev": "recalled", "msg": message, "dev": device}
        if n % 97 == 0:
            web = f"{names[n % USERS]}/web"
            yield {"t": t, "ev": "offline", "dev": web, "reason": "drop"}
            yield {"t": t, "ev": "online", "dev": web}
            yield {"t": t, "ev": "caught-up", "dev": web, "count": 0}
        yield {"t": t, "ev": "settled"}


LARGE_PAGES = pathlib.Path("/sys/kernel/mm/transparent_hugepage/enabled")


class Memory(ToolTest):
    @unittest.skipIf(takes_no_limit_of_memory(), "a sanitizer has a heap of its own")
    @unittest.skipUnless(LARGE_PAGES.exists() and "[madvise]" in LARGE_PAGES.read_text("ascii"), "the kernel has none for who asks")
    def test_what_is_large_lies_in_large_pages(self):
        run = subprocess.Popen([BINARY, "bench", "--only", "world", "--deliveries", "10000000"], stdout=subprocess.DEVNULL)
        self.addCleanup(run.wait)
        self.addCleanup(run.kill)
        heap = re.compile(r"\[heap\]\n(?:[A-Z].*\n)*?VmFlags:.* hg\b")  # `hg`: asked for
        while not heap.search(pathlib.Path(f"/proc/{run.pid}/smaps").read_text("ascii")):
            self.assertIsNone(run.poll(), "it ended, and never asked for a large page")

    def peak(self, days):
        """The most memory, in KiB, that checking so many days took, up to the last line."""
        # A sanitizer would keep what was freed.
        environment = {**os.environ, "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "") + ":quarantine_size_mb=1"}
        checker = subprocess.Popen([BINARY, "check", "-", "-q"], cwd=self.folder, env=environment,
                                   stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
        for line in trace(days):
            checker.stdin.write(json.dumps(line, separators=(",", ":")).encode() + b"\n")
        checker.stdin.flush()
        while array.array("i", fcntl.ioctl(checker.stdin, termios.FIONREAD, b"\0" * 4))[0] > 0:
            time.sleep(0.001)
        # What the system accounts to an ended child includes the memory of this program, from which it was started.
        with open(f"/proc/{checker.pid}/status", encoding="utf-8") as file:
            peak = next(int(line.split()[1]) for line in file if line.startswith("VmHWM"))
        checker.stdin.close()
        self.assertEqual(checker.wait(), 0)
        return peak

    def test_a_hundred_days_take_at_most_a_fifth_more_than_ten(self):
        self.assertLess(self.peak(100), 1.2 * self.peak(10))


class ManyFiles(ToolTest):
    def peak(self, command, files):
        """The most memory, in KiB, that so many files of many steps take."""
        steps = [{"send": f"m{i}", "from": "bob/pixel", "to": "alice"} for i in range(200)]
        long = scenario(rules=None, steps=[{"login": ["alice/phone", "bob/pixel"]}, *steps])
        folder = f"{command}-{files}"
        for i in range(files):
            self.write(f"{folder}/{i}.json", json.dumps(long))
        environment = {**os.environ, "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "") + ":quarantine_size_mb=1"}
        tool = subprocess.Popen([BINARY, command, folder, "-q"], cwd=self.folder, env=environment,
                                stdout=subprocess.DEVNULL)
        _, status, usage = os.wait4(tool.pid, 0)
        tool.returncode = os.waitstatus_to_exitcode(status)
        self.assertEqual(tool.returncode, 0)
        return usage.ru_maxrss

    def test_ten_times_the_files_take_not_three_times_the_memory(self):
        for command in ("lint", "run"):
            self.assertLess(self.peak(command, 400), 3 * self.peak(command, 40), command)


if __name__ == "__main__":
    unittest.main()
