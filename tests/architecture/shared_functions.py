#!/usr/bin/env python3
"""The server and the rules must not agree because they ask the same function.

What sim/world and sim/rules both call is read from the symbols of their libraries: functions of ours that either calls
or carries a copy of (inline ones), in both. Each must be on the allow-list beside this file: time and calendar, ids,
chance, the words and values of the trace. A window, a limit, a class or an audience must not come to stand there.

    shared_functions.py NM LIBRARY LIBRARY ALLOW-LIST
"""

import re
import subprocess
import sys


def functions(nm, library):
    """The functions and objects of namespace mdsync that `library` takes from elsewhere or carries inline copies of."""
    output = subprocess.run([nm, "--demangle", library], check=True, capture_output=True, text=True).stdout
    own, others = set(), set()
    for line in output.splitlines():
        match = re.match(r"[0-9a-fA-F]*\s+(\w) (.*)", line)
        if not match:
            continue
        kind, name = match.groups()
        if name.startswith("typeinfo"):  # of function types, too, where a sanitizer wants to know them
            continue
        (others if kind in "UWVu" else own).add(name)
    # A template of std over our types is not a function of ours.
    return {name for name in map(plain, others - own) if name.startswith("mdsync::")}


def plain(name):
    """The `mdsync::f` in `mdsync::Day mdsync::f<int>(int)[abi:cxx11] const`: no types, arguments or templates."""
    name = re.sub(r"^(guard variable|vtable|VTT) for ", "", name)
    for awkward, tame in (("(anonymous namespace)", "anonymous"), ("operator<=>", "operator~"),
                          ("operator()", "call"), ("operator[]", "at")):
        name = name.replace(awkward, tame)
    name = re.sub(r"operator(<<?|>>?|->)=?", "operator~", name)  # `operator<`, and its relatives, without the bracket
    depth, flat = 0, ""
    for char in name:
        if char == "<":
            depth += 1
        elif char == ">":
            depth -= 1
        elif depth == 0 and char in "([":
            break
        elif depth == 0:
            flat += char
    # A template's symbol begins with its result type.
    return flat.strip().split(" ")[-1]


def allowed(path):
    with open(path, encoding="utf-8") as lines:
        return {line.split("#")[0].strip() for line in lines} - {""}


def main():
    nm, first, second, allow_list = sys.argv[1:]
    mine, yours = functions(nm, first), functions(nm, second)
    shared, permitted = mine & yours, allowed(allow_list)
    # `mdsync::Lexicon::*` allows the members of a class, never those of a namespace.
    unexpected = sorted(shared - permitted - {name for name in shared if name.rpartition("::")[0] + "::*" in permitted})
    for name in unexpected:
        print(f"both rooms call {name}: write it in each from the seed or, if it decides nothing, add it to {allow_list}")
    print(f"{len(mine)} and {len(yours)} functions from elsewhere, {len(shared)} by both, {len(unexpected)} not allowed")
    # Two rooms that share not even the time were not looked at.
    return 1 if unexpected or not mine or not yours else 0


if __name__ == "__main__":
    sys.exit(main())
