#!/usr/bin/env python3
"""Who may include whom, and what must not decide anything, read from the sources.

The rooms and what each may include are those of docs/architecture.md. The linker checks the same for functions; only
the sources show what a header brings in. What a ban is for stands beside it in BANS.

    sources.py ROOT          check a checkout
    sources.py --self-test   plant each mistake in a small tree and see that it is found
"""

import re
import sys
import tempfile
from pathlib import Path

BASE = {"base"}
TRACE = BASE | {"trace"}

# room -> the rooms below sim/ whose public headers (FACES) it may include, and whose headers may be seen through them.
# base and drive have no secrets: their own headers are open to these rooms, too.
ROOMS = {
    "base": set(),
    "trace": BASE,
    "scenario": TRACE,
    "world": TRACE,
    "rules": TRACE,
    "system": TRACE | {"scenario", "world"},
    "drive": TRACE | {"scenario", "world", "rules", "system"},
    "result": TRACE | {"scenario", "rules"},
    "story": TRACE | {"rules"},
    "run": TRACE | {"scenario", "rules", "system", "drive", "result", "story"},
    "repeat": TRACE | {"scenario", "world", "rules", "system", "drive", "result", "run"},
    "mutation": TRACE | {"scenario", "world", "rules", "system", "result", "run"},
    "shrink": TRACE | {"scenario", "world", "rules", "system", "drive", "result", "run"},
    "random": TRACE | {"scenario", "world", "rules", "system", "drive", "result", "run", "shrink"},
    "exhaustive": TRACE | {"scenario", "world", "rules", "system", "drive", "result", "run"},
    "sdk": TRACE | {"scenario", "world", "rules", "system", "drive", "result", "run"},
    "bench": TRACE | {"scenario", "world", "rules", "system", "drive", "result", "run", "random", "exhaustive", "sdk"},
    "report": TRACE | {"scenario", "rules", "result", "story"},
    "debug": TRACE | {"rules", "result", "story", "report"},
}
OPEN = {"base", "drive"}

# room -> the private headers of other rooms that it may include, each with a reason in docs/architecture.md.
DOORS = {
    "system": {"trace/event_reader.hpp", "trace/fault.hpp", "trace/fields.hpp", "trace/header_reader.hpp",
               "trace/keys.hpp", "trace/names.hpp"},
    "result": {"scenario/mistakes.hpp"},
    "repeat": {"result/document.hpp"},
    "shrink": {"run/observer.hpp", "scenario/certainty.hpp", "scenario/steps.hpp"},
    "story": {"rules/counsel.hpp", "rules/rule.hpp", "rules/witness.hpp", "rules/history/history.hpp",
              "rules/history/session.hpp"},
    "report": {"rules/history/window.hpp"},
    "debug": {"report/text.hpp"},
    "sdk": {"system/accepting.hpp", "system/address.hpp", "system/request_reader.hpp", "system/wall_clock.hpp",
            "trace/fields.hpp", "trace/header_reader.hpp", "trace/names.hpp", "world/audience.hpp", "world/decisions.hpp", "world/fault.hpp",
            "world/lines.hpp", "world/network.hpp", "world/packet.hpp", "world/state.hpp"},
    "bench": {"result/document.hpp", "sdk/port.hpp", "sdk/protobuf.hpp"},
    "random": {"result/document.hpp", "result/search_document.hpp", "scenario/certainty.hpp"},
    "exhaustive": {"result/document.hpp", "result/search_document.hpp", "rules/canonical.hpp", "world/canonical.hpp", "world/decisions.hpp",
                   "world/lines.hpp", "world/state.hpp"},
}

# The files in which the rules are judged, one a family: they speak the words of a history and do not see how it is kept.
FAMILIES = {"off", "online", "limit", "web", "status", "service", "compensation", "recall", "api", "chatroom", "delivery"}
MACHINERY = [
    ("the Judge", r'"rules/judge\.hpp"'),
    ("how a history is kept", r"\bh\.(devices|sides|users|messages|receipts|marks|catchUpMarks|threads|recalls|slotOf"
                              r"|stayOf|memberOf|memberships|stays|unaccepted|pastThreads|strays)\b"),
    ("the slots of receipts", r"\b(firstDevice|authorSlot|recipientSlot|slotBase|ordinal)\b|\.slots?\b"),
]

# public header -> the room whose face it is
FACES = {
    "ids": "base",
    "time": "base",
    "calendar": "base",
    "choices": "base",
    "diagnostic": "base",
    "drawing": "base",
    "short_key": "base",
    "lexicon": "base",
    "trace": "trace",
    "trace_io": "trace",
    "op": "trace",
    "presence": "trace",
    "scenario": "scenario",
    "selection": "scenario",
    "layout": "scenario",
    "world": "world",
    "policy": "world",
    "rules": "rules",
    "story": "story",
    "recording": "story",
    "debug": "debug",
    "result": "result",
    "last_time": "result",
    "latency": "result",
    "shard": "base",
    "baseline": "result",
    "diff": "result",
    "matrix": "result",
    "coverage": "result",
    "again": "result",
    "latency": "result",
    "documents": "result",
    "system": "system",
    "serve": "system",
    "run": "run",
    "parallel": "run",
    "export": "repeat",
    "replay": "repeat",
    "mutants": "mutation",
    "shrink": "shrink",
    "explore": "random",
    "campaign": "random",
    "exhaustive": "exhaustive",
    "certificate": "exhaustive",
    "arena": "base",
    "bench": "bench",
    "emulator": "sdk",
    "report": "report",
    "schemas": "report",
    "timeline": "report",
    "glossary": "report",
}

# Public headers of rooms that a room may not include otherwise: the report of the bench shows its figures, plain values;
# a suite passes on which server of the world is meant.
EXTRA_FACES = {"report": {"bench"}, "run": {"policy"}}

# The rooms in which the same seed must give the same bytes.
DETERMINED = set(ROOMS) - {"result", "bench", "report", "sdk"}
SANS_IO = {"base", "trace", "scenario", "world", "rules", "result", "report", "debug"}
EVERY_ROOM = set(ROOMS)

# (what, pattern, rooms in which it is banned, why)
BANS = [
    ("random numbers",
     r"\bstd::\w+_distribution\b|\bstd::(random_)?shuffle\b|\brandom_device\b|\bmt19937|\bs?rand\(\)|<random>",
     EVERY_ROOM, "chance comes from Choices, whose draws are recorded; the standard ones differ between libraries"),
    ("wall clock", r"\bsystem_clock::now\b|\bhigh_resolution_clock\b|\bgettimeofday\b|\btime\((nullptr|NULL|0)\)",
     EVERY_ROOM, "time is what the kernel or the trace says"),
    ("floating point", r"\b(float|double)\b", DETERMINED - {"trace", "scenario", "system"},
     "rounding differs between compilers; probabilities are in parts per million"),
    ("order of pointers", r"\bstd::(less|hash)<[^<>]*\*>|\bstd::(map|set)<(const )?\w+\s*\*",
     EVERY_ROOM, "addresses differ from run to run"),
    ("thread", r"\bstd::(jthread|thread|async|mutex)\b", SANS_IO,
     "these rooms are plain state machines; run/ has the pool"),
    ("printing", r"\bstd::(cout|cerr|clog)\b|\bf?printf\(|\bfmt::print\b|\bputs\(", EVERY_ROOM,
     "nothing below cli/ prints"),
    ("exiting", r"(?<![\w.>:])(std::)?(_?exit|quick_exit|_Exit)\(", EVERY_ROOM, "nothing below cli/ exits"),
]
# Where a ban has a reason not to hold: measuring and rates of the bench decide nothing.
EXEMPT = {("wall clock", "sim/bench/"),
          # a system with a real clock is stamped with it
          ("wall clock", "sim/system/wall_clock")}

TOKEN = re.compile(  # comments, raw strings, strings, characters (not the ' within 1'000)
    r'//[^\n]*|/\*.*?\*/|R"([^\s()\\]{0,16})\(.*?\)\1"|"(?:\\.|[^"\\\n])*"'
    r"|(?<![0-9a-fA-F])'(?:\\.|[^'\\\n])+'", re.S)
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^">]+)[">]', re.M)


def without_comments(text):
    """The text with comments and literals blanked; line numbers and the names of included files stay."""
    includes = {m.start(): m.end() for m in INCLUDE.finditer(text)}

    def blank(match):
        for start, end in includes.items():
            if start <= match.start() < end and match.group().startswith('"'):
                return match.group()
        return re.sub(r"[^\n]", " ", match.group())

    return TOKEN.sub(blank, text)


def line_of(text, offset):
    return text.count("\n", 0, offset) + 1


def unordered_names(text):
    """Names declared in `text` with an unordered type, directly or by an alias."""
    types = [r"(?:std::|boost::)?unordered_(?:multi)?(?:map|set)"]
    names = set()
    for alias in re.finditer(r"\busing\s+(\w+)\s*=\s*(?:std::|boost::)?unordered_", text):
        types.append(re.escape(alias.group(1)))
    for start in re.finditer(r"\b(?:" + "|".join(types) + r")\b", text):
        position, depth = start.end(), 0
        if text[position:position + 1] == "<":
            while position < len(text):
                depth += {"<": 1, ">": -1}.get(text[position], 0)
                position += 1
                if depth == 0:
                    break
        declared = re.match(r"\s*&?\s*(\w+)\s*[;={(,)]", text[position:])
        if declared:
            names.add(declared.group(1))
    return names


def iterations_over(names, text):
    for name in names:
        loop = r"for\s*\([^;()]*:\s*(?:\w+(?:\.|->))*" + name + r"\s*\)"
        for found in re.finditer(loop + r"|\b" + name + r"\.c?begin\(", text):
            yield found.start(), name


class Checker:
    def __init__(self, root):
        self.root = Path(root)
        self.mistakes = []
        self.files = {}
        for top in ("include", "sim", "cli"):
            for path in sorted((self.root / top).rglob("*.[ch]pp")):
                self.files[path.relative_to(self.root).as_posix()] = without_comments(path.read_text())

    def complain(self, name, line, message):
        self.mistakes.append(f"{name}:{line}: {message}")

    def check(self):
        for name, text in self.files.items():
            parts = name.split("/")
            self.dear_headers(name, text)
            if parts[0] == "include":
                continue
            for match in INCLUDE.finditer(text):
                self.include(name, parts, match.group(2), line_of(text, match.start(2)))
            if parts[0] == "sim":
                self.bans(name, parts[1], text)
        self.public_headers()
        self.iteration()
        self.families()
        return self.mistakes

    def families(self):
        """A rule is named in its family's file alone, and that file includes words, not machinery."""
        for name, text in self.files.items():
            parts = name.split("/")
            if parts[:2] != ["sim", "rules"] or not name.endswith(".cpp"):
                continue
            family = parts[2].removesuffix(".cpp") if len(parts) == 3 else ""
            for match in re.finditer(r"\bRuleId::([A-Z][a-z]+)[A-Z]\w*", text):
                if match.group(1).lower() != family:
                    self.complain(name, line_of(text, match.start()),
                                  f"{match.group()} outside {match.group(1).lower()}.cpp: a rule is judged in one file")
            if family not in FAMILIES:
                continue
            for what, pattern in MACHINERY:
                for match in re.finditer(pattern, text):
                    self.complain(name, line_of(text, match.start()),
                                  f"{what} ({match.group().strip()}) in the file of a family: ask the history")

    def include(self, name, parts, included, line):
        target = included.split("/")
        if parts[0] == "cli":
            if target[0] in ROOMS and len(target) > 1:
                self.complain(name, line, f"cli includes {included}: it may include mdsync/*.hpp only")
            return
        room = parts[1]
        if room not in ROOMS:
            self.complain(name, 1, f"sim/{room} is not a room; add it to docs/architecture.md and to this test")
            return
        if target[0] == "mdsync" and len(target) == 2:
            header = target[1].removesuffix(".hpp")
            face = FACES.get(header)
            if face is None:
                self.complain(name, line, f"{included} is the face of no room; add it to FACES in this test")
            elif face != room and face not in ROOMS[room] and header not in EXTRA_FACES.get(room, set()):
                self.complain(name, line, f"room {room} may not include {included}, the face of {face}")
        elif target[0] in ROOMS and len(target) > 1 and target[0] != room:
            if target[0] not in ROOMS[room] & OPEN and included not in DOORS.get(room, set()):
                self.complain(name, line, f"room {room} may not include {included}")
        elif target[0] in ("cli", "tests") or included.startswith("."):
            self.complain(name, line, f"{included}: name headers from sim/ or include/, by room")

    def public_headers(self):
        """They include only each other, and never in a circle."""
        graph = {}
        for name, text in self.files.items():
            if not name.startswith("include/"):
                continue
            below = graph.setdefault(name.removeprefix("include/"), [])
            for match in INCLUDE.finditer(text):
                if match.group(1) == '"':
                    below.append(match.group(2))
                    if not match.group(2).startswith("mdsync/"):
                        self.complain(name, line_of(text, match.start(2)), f"a public header includes {match.group(2)}")
        done, open_ = set(), []

        def visit(header):
            if header in open_:
                circle = " -> ".join(open_ + [header])
                self.complain("include/" + header, 1, f"headers include each other in a circle: {circle}")
            elif header not in done:
                open_.append(header)
                for below in graph.get(header, []):
                    visit(below)
                open_.pop()
                done.add(header)

        for header in graph:
            visit(header)
        self.rules_and_world_apart(graph)

    def rules_and_world_apart(self, graph):
        """Nothing that a file of sim/rules includes, however indirectly, may be of sim/world, nor the reverse."""
        for room, other in (("rules", "world"), ("world", "rules")):
            for name, text in self.files.items():
                if not name.startswith(f"sim/{room}/"):
                    continue
                seen, todo = set(), [m.group(2) for m in INCLUDE.finditer(text)]
                while todo:
                    header = todo.pop()
                    if header in seen:
                        continue
                    seen.add(header)
                    text_of = self.files.get("sim/" + header, self.files.get("include/" + header, ""))
                    todo += [m.group(2) for m in INCLUDE.finditer(text_of)]
                for header in sorted(seen):
                    if header.startswith(other + "/") or header == f"mdsync/{other}.hpp":
                        self.complain(name, 1, f"sim/{room} reaches {header} of sim/{other} through its includes")

    def dear_headers(self, name, text):
        """Those that cost seconds in every file that sees them."""
        for match in INCLUDE.finditer(text):
            included, line = match.group(2), line_of(text, match.start())
            if name.endswith(".hpp") and re.match(r"boost/(asio|beast|process)|asio", included):
                self.complain(name, line, f"{included} in a header: it costs seconds in every file")
            if included.startswith("CLI/") and name != "cli/command_line.cpp":
                self.complain(name, line, f"{included} costs seconds: only cli/command_line.cpp includes it")

    def bans(self, name, room, text):
        for what, pattern, rooms, why in BANS:
            if room not in rooms or any(what == e[0] and name.startswith(e[1]) for e in EXEMPT):
                continue
            for match in re.finditer(pattern, text):
                self.complain(name, line_of(text, match.start()), f"{what} ({match.group().strip()}): {why}")

    def iteration(self):
        """A name declared with an unordered type in a header may be iterated in any file that includes it."""
        declared = {name: unordered_names(text) for name, text in self.files.items()}
        for name, text in self.files.items():
            parts = name.split("/")
            if parts[0] == "sim" and parts[1] not in DETERMINED:
                continue
            names = set(declared[name])
            for match in INCLUDE.finditer(text):
                for folder in ("sim/", "include/"):
                    # A member of a class elsewhere ends in _ or is reached by a dot; both are found by its name.
                    names |= declared.get(folder + match.group(2), set())
            for offset, container in iterations_over(names, text):
                self.complain(name, line_of(text, offset),
                              f"iteration over {container}, which is unordered: the order differs between libraries")


# One mistake each: (file, what it holds, what must be said of it; None: nothing).
PLANTED = [
    ("sim/rules/a.cpp", '#include "world/server.hpp"\n', "room rules may not include world/server.hpp"),
    ("sim/world/a.cpp", '#include "mdsync/rules.hpp"\n', "room world may not include mdsync/rules.hpp"),
    ("sim/random/a.cpp", '#include "run/observer.hpp"\n', "room random may not include run/observer.hpp"),
    ("sim/shrink/a.cpp", '#include "run/observer.hpp"\n', None),
    ("sim/base/a.cpp", '#include "trace/reader.hpp"\n', "room base may not include trace/reader.hpp"),
    ("sim/world/a.cpp", '#include "mdsync/nobody.hpp"\n', "the face of no room"),
    ("sim/shed/a.cpp", '#include "base/a.hpp"\n', "sim/shed is not a room"),
    ("cli/a.cpp", '#include "run/runner.hpp"\n', "cli includes run/runner.hpp"),
    ("include/mdsync/a.hpp", '#include "base/a.hpp"\n', "a public header includes base/a.hpp"),
    ("include/mdsync/a.hpp", '#include "mdsync/a.hpp"\n', "in a circle"),
    ("sim/run/pool.hpp", "#include <boost/asio/thread_pool.hpp>\n", "in a header"),
    ("cli/a.cpp", "#include <CLI/CLI.hpp>\n", "only cli/command_line.cpp includes it"),
    ("cli/command_line.cpp", "#include <CLI/CLI.hpp>\n", None),
    ("sim/world/a.cpp", "auto d = std::uniform_int_distribution<int>(0, 1);\n", "random numbers"),
    ("sim/world/a.cpp", "std::shuffle(a, b, c);\n", "random numbers"),
    ("sim/base/a.cpp", "std::random_device r;\n", "random numbers"),
    ("sim/run/a.cpp", "auto t = std::chrono::system_clock::now();\n", "wall clock"),
    ("sim/rules/a.cpp", "double loss = 0.05;\n", "floating point"),
    ("sim/rules/a.cpp", "std::map<Device*, int> m;\n", "order of pointers"),
    ("sim/rules/a.cpp", "std::thread t;\n", "thread"),
    ("sim/run/a.cpp", 'std::cerr << "x";\n', "printing"),
    ("sim/run/a.cpp", "std::exit(1);\n", "exiting"),
    ("sim/world/a.cpp",
     "std::unordered_map<int, std::vector<int>> m;\nvoid f() { for (auto& [k, v] : m) g(k); }\n",
     "iteration over m"),
    ("sim/world/a.cpp", "using M = std::unordered_set<int>;\nM seen;\nauto x = seen.begin();\n", "iteration over seen"),
    ("sim/world/a.cpp",
     "// std::shuffle and double are banned\n/* std::cout */ const char* s = \"std::cerr\";\n",
     None),
    ("sim/world/a.cpp", "std::unordered_map<int, int> m;\nauto x = m.find(1);\n", None),
    ("sim/bench/bench.cpp", "double rate = 1.0;\n", None),
    ("sim/run/a.cpp",
     "#include <boost/asio/thread_pool.hpp>\n#include \"base/a.hpp\"\n#include \"mdsync/trace.hpp\"\n",
     None),
    ("sim/rules/a.cpp", "monitor.exit(1); onExit(2);\n", None),
    ("sim/rules/off.cpp", "check(RuleId::OffSingleDevice);\n", None),
    ("sim/rules/off.cpp", "check(RuleId::WebTenTabs);\n", "outside web.cpp"),
    ("sim/rules/duties.cpp", "check(RuleId::DeliveryNoLoss);\n", "outside delivery.cpp"),
    ("sim/rules/web.cpp", '#include "rules/judge.hpp"\n', "the Judge"),
    ("sim/rules/web.cpp", "const auto& d = h.devices[3];\n", "how a history is kept"),
    ("sim/rules/web.cpp", "id = user.firstDevice.value + i;\n", "the slots of receipts"),
    ("sim/world/a.cpp",
     "const auto big = 1'000'000; std::shuffle(a, b, c); const auto more = 2'000;\n",
     "random numbers"),
]


def self_test():
    failures = 0
    for number, (name, text, expected) in enumerate(PLANTED):
        with tempfile.TemporaryDirectory() as root:
            path = Path(root, name)
            path.parent.mkdir(parents=True)
            path.write_text(text)
            mistakes = Checker(root).check()
        said = any(expected in mistake for mistake in mistakes) if expected else not mistakes
        if not said:
            failures += 1
            print(f"planted {number} in {name}: expected {expected!r}, got {mistakes}")
    # The indirect way from the rules to the world leads through a header that the rules may include.
    with tempfile.TemporaryDirectory() as root:
        way = (("sim/rules/a.cpp", '#include "base/b.hpp"\n'), ("sim/base/b.hpp", '#include "world/c.hpp"\n'))
        for name, text in way:
            Path(root, name).parent.mkdir(parents=True, exist_ok=True)
            Path(root, name).write_text(text)
        if not any("reaches world/c.hpp" in mistake for mistake in Checker(root).check()):
            failures += 1
            print("the way from rules through base to world was not found")
    print(f"{len(PLANTED) + 1} planted, {failures} not judged as expected")
    return failures


def main():
    if sys.argv[1:] == ["--self-test"]:
        return 1 if self_test() else 0
    checker = Checker(sys.argv[1])
    mistakes = checker.check()
    for mistake in mistakes:
        print(mistake)
    print(f"{len(checker.files)} files, {len(mistakes)} mistakes")
    # No files is a wrong ROOT, not a clean one.
    return 1 if mistakes or not checker.files else 0


if __name__ == "__main__":
    sys.exit(main())
