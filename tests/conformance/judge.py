#!/usr/bin/env python3
"""Judges every trace of traces/ with `mdsync check` and compares with traces/index.json.

usage: judge.py MDSYNC [-k TEXT]      MDSYNC may also come from the environment

Each trace and its entry was written by hand from the rules' text, not taken from the program. An entry of the index:
  verdict    pass, fail, inconclusive or error (a malformed trace)
  rules      with fail: exactly the rules that are violated, the accompanying service rules included
  line       with error: the line of the first mistake
  flags      given on the command line
  checked    rules that must have been put to the test; unchecked: rules that must not
  why        the sentence that decides

Besides, an accompanying service rule must name the line and the chain of what it accompanies, and the folder itself is
checked: for every rule there is a pair RULE.NAME.bad.jsonl and RULE.NAME.good.jsonl of
which the one violates exactly that rule and the other, a near miss, differs in one line and violates nothing.
Exit 1 if anything differs, 2 for wrong usage.
"""
import argparse
import concurrent.futures
import difflib
import json
import os
import pathlib
import shutil
import subprocess
import sys

TRACES = pathlib.Path(__file__).resolve().parent / "traces"
ACCOMPANYING = {"service.default-off", "service.takes-effect"}
EXIT_CODES = {"pass": 0, "fail": 1, "error": 3, "inconclusive": 5}


def judge(tool, name, want):
    """The ways in which the tool's judgement of one trace differs from what the index says."""
    run = subprocess.run([tool, "check", "--format", "json", *want.get("flags", []), str(TRACES / name)],
                         capture_output=True, text=True, timeout=60, check=False)
    faults = []
    if run.returncode != EXIT_CODES[want["verdict"]]:
        faults.append(f"exit code {run.returncode}, expected {EXIT_CODES[want['verdict']]}")
    try:
        document = json.loads(run.stdout)
    except ValueError:
        document = None
    if want["verdict"] == "error":
        if f"{name}:{want['line']}" not in run.stderr + run.stdout and f":{want['line']}:" not in run.stderr:
            faults.append(f"line {want['line']} is not named")
        return faults
    if document is None:
        return [*faults, "no JSON document on stdout"]
    if document.get("verdict") != want["verdict"]:
        faults.append(f"verdict {document.get('verdict')}, expected {want['verdict']}")
    rules = document.get("rules", {})
    violated = {rule for rule, counts in rules.items() if counts.get("violated", 0) > 0}
    checked = {rule for rule, counts in rules.items() if counts.get("checked", 0) > 0}
    expected = set(want.get("rules", []))
    faults += strange_companions(document)
    faults += [f"{rule} was violated" for rule in sorted(violated - expected)]
    faults += [f"{rule} was not violated" for rule in sorted(expected - violated)]
    faults += [f"{rule} was not checked" for rule in want.get("checked", []) if rule not in checked]
    faults += [f"{rule} was checked" for rule in want.get("unchecked", []) if rule in checked]
    return faults


def strange_companions(document):
    """A service rule that is violated along with another one names the same line and the same chain as that one."""
    faults = []
    for scenario in document.get("scenarios", []):
        all_of_them = scenario["violations"]
        for companion in all_of_them:
            if companion["rule"] not in ACCOMPANYING:
                continue
            same = [one for one in all_of_them if companion["text"].endswith(f": {one['rule']} is violated")
                    and all(one[key] == companion[key] for key in one if key not in ("rule", "text"))]
            if not same or not companion["because"]:
                faults.append(f"{companion['rule']} says other things than what it accompanies: {companion['text']}")
    return faults


def differs_in_one_line(bad, good):
    """Whether one line was changed, removed or added between two files."""
    matcher = difflib.SequenceMatcher(None, bad.splitlines(), good.splitlines(), autojunk=False)
    changes = [op for op in matcher.get_opcodes() if op[0] != "equal"]
    return len(changes) == 1 and changes[0][2] - changes[0][1] <= 1 and changes[0][4] - changes[0][3] <= 1


def violates_exactly(rule, violated):
    """Whether the rules are this one alone; an off rule comes with its service rule, a service rule with another one."""
    if rule in ACCOMPANYING:
        return rule in violated and len(violated) == 2
    return rule in violated and violated - {rule} <= ACCOMPANYING


def missing_pairs(index, rules):
    """The faults of the folder: files without entry and rules without a pair."""
    files = {path.name for path in TRACES.glob("*.jsonl")}
    faults = [f"{name}: not in the index" for name in sorted(files - set(index))]
    faults += [f"{name}: no such file" for name in sorted(set(index) - files)]
    guarded = set()
    for name in sorted(index):
        if not name.endswith(".bad.jsonl"):
            continue
        near = name.replace(".bad.jsonl", ".good.jsonl")
        rule = next((r for r in rules if name.startswith(r + ".")), None)
        if near not in index or rule is None:
            faults.append(f"{name}: no near miss, or not named after a rule")
        elif index[near]["verdict"] != "pass" or not differs_in_one_line((TRACES / name).read_text("utf-8"),
                                                                        (TRACES / near).read_text("utf-8")):
            faults.append(f"{near}: not a legal trace that differs in one line")
        elif violates_exactly(rule, set(index[name]["rules"])):
            guarded.add(rule)
    return faults + [f"{rule}: no pair of traces violates exactly it and nearly" for rule in rules if rule not in guarded]


def main():
    parser = argparse.ArgumentParser(usage="judge.py MDSYNC [-k TEXT]")
    parser.add_argument("tool", nargs="?", default=os.environ.get("MDSYNC"))
    parser.add_argument("-k", default="", help="only traces whose name contains this")
    options = parser.parse_args()
    if not options.tool:
        parser.error("no program given")
    if not shutil.which(options.tool):
        parser.error(f"{options.tool} is no program")
    index = json.loads((TRACES / "index.json").read_text("utf-8"))
    rules = json.loads((TRACES / "rules.json").read_text("utf-8"))
    names = sorted(name for name in index if options.k in name)
    wrong = missing_pairs(index, rules)
    with concurrent.futures.ThreadPoolExecutor() as pool:
        for name, faults in zip(names, pool.map(lambda n: judge(options.tool, n, index[n]), names)):
            if faults:
                wrong.append(f"{name}: {'; '.join(faults)}  ({index[name]['why']})")
    for line in wrong:
        print(line)
    print(f"{len(names)} traces judged, {len(wrong)} differences")
    return 1 if wrong or not names else 0


if __name__ == "__main__":
    sys.exit(main())
