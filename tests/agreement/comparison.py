"""Compares what the tool says about a trace with what the second reading says.

A judgement is reduced to what both must agree on: a set of facts, each a short text that can be read in a report.
What is left to the program (how often a rule is counted, how a violation is worded) is left out.
"""

import json
import os
import re
import subprocess

from second_reading import judge

# Rules about what did not happen in time, or about who had to go: the line at which that is told is the tool's own affair.
NO_LINE = ("delivery.answered", "limit.per-class", "limit.within", "limit.newest-wins", "web.ten-tabs",
           "web.evict-earliest", "web.newest-connects", "service.default-off", "service.takes-effect")

# Rules whose violation is one of a user, or of nobody in particular: which device the tool names is its own affair.
NO_DEVICE = ("delivery.no-loss", "limit.per-class", "web.evict-earliest", "api.include-sender-offline",
             "api.include-sender-online", "delivery.answered", "service.default-off", "service.takes-effect")


def facts_of(verdict, violations, checked):
    """violations: [(rule, line, device, user, message)]."""
    facts = {f"verdict {verdict}"} | {f"checked {rule}" for rule in checked}
    for rule, line, device, user, message in violations:
        place = "" if rule in NO_LINE else f" line {line}"
        whom = user or (device or "").split("/")[0] if rule in NO_DEVICE else device
        facts.add(f"violated {rule}{place} {whom or '-'} {message or '-'}")
    return facts


def run_tool(tool, options, paths):
    """{path: facts} as `mdsync check` sees the traces."""
    done = subprocess.run([tool, "check", "--format", "json", "-j", "1", *options, *paths], capture_output=True, text=True)
    try:
        cases = json.loads(done.stdout)["scenarios"]
    except (ValueError, KeyError):
        cases = []
    found = {}
    for case in cases:
        violations = [(v["rule"], v["event"] + 2, v["device"], v["user"], v["message"]) for v in case["violations"]]
        checked = [rule for rule, count in case["rules"].items() if count["checked"]]
        found[case["id"]] = facts_of(case["verdict"], violations, checked)
    for path in paths:
        if path not in found or "verdict error" in found[path]:
            line = re.search(re.escape(path) + r":(\d+)", done.stderr + done.stdout)
            found[path] = {"verdict error", f"line {line[1] if line else f'unknown, exit {done.returncode}'}"}
    return found


def read_apart(lines, options):
    """The facts as the second reading sees the trace (None: the text leaves too much open to compare any), and the
    beginnings of those about which both may be right."""
    given = list(zip(options, options[1:]))
    settle = next((value for flag, value in given if flag == "--settle"), None)
    said = judge(lines, settle, dict(value.split("=", 1) for flag, value in given if flag == "--reading"))
    if said["verdict"] == "error":
        return {"verdict error", f"line {said['line']}"}, []
    if said["left_out"]:
        return None, []
    violations = [(v["rule"], v["line"], v.get("device"), v.get("user"), v.get("message")) for v in said["violations"]]
    either_way = []
    for rule, line in said["either_way"]:
        either_way += [f"checked {rule}", "checked service."]
        if rule.endswith("."):
            either_way += [f"violated {rule}", "violated service."]
        elif line is not None:
            either_way += [f"violated {rule} " + ("" if rule in NO_LINE else f"line {line} "), "violated service."]
    return facts_of(said["verdict"], violations, [rule for rule, count in said["rules"].items() if count["checked"]]), either_way


def differences(tool, apart, either_way):
    """Facts that only one of the two sees, as `tool: ...` and `apart: ...`; the verdict only where nothing else differs."""
    if any(fact.startswith((*either_way, "verdict")) for fact in tool ^ apart) and either_way:
        tool, apart = ({f for f in facts if not f.startswith((*either_way, "verdict"))} for facts in (tool, apart))
    found = [f"tool: {fact}" for fact in tool - apart] + [f"apart: {fact}" for fact in apart - tool]
    telling = [f for f in found if not f.split(": ")[1].startswith("verdict")]
    # A violation is a check: where one alone sees it, that only it has checked the rule says nothing more.
    violated = {f.split()[2] for f in telling if f.split()[1] == "violated"}
    telling = [f for f in telling if not (f.split()[1] == "checked" and f.split()[2] in violated)]
    return sorted(telling or found)


def kind(difference):
    """What a difference is about, without the lines, devices and messages of its trace."""
    return " ".join(difference.split()[:3])


def compare(tool, items, folder):
    """items: [(name, options, lines)].  [(name, options, lines, differences)] of those that differ."""
    groups = {}
    for name, options, lines in items:
        path = os.path.join(folder, f"{name}.jsonl")
        with open(path, "w", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")
        groups.setdefault(tuple(options), []).append((path, name, lines))
    out = []
    for options, group in groups.items():
        told = run_tool(tool, options, [path for path, _, _ in group])
        for path, name, lines in group:
            apart, either_way = read_apart(lines, options)
            found = differences(told[path], apart, tuple(either_way)) if apart is not None else []
            if found:
                out.append((name, options, lines, found))
            os.remove(path)
    return out
