#!/usr/bin/env python3
"""Spoils good traces in one event at a time and asks `mdsync check` whether it notices.

usage: mutate.py [MDSYNC] [--each N] [--seed N] [--unnoticed] [--markdown]    MDSYNC may also come from the environment

Records all scenarios on the reference server. Of each trace, N events by which the service shows something are
  dropped;
  duplicated: the same line again, at once or somewhere later;
  moved to another place, with the time of that place;
  swapped with another event nearby, the times staying where they are.
Of these mutations the ones count that change what a user sees: screens.py says what that is. They are *noticed* if the
trace is then malformed or violates a rule; a verdict that is merely inconclusive is none. At least 95 % must be noticed,
and each of the others must be of a kind that KINDS names, with the reason why the rules' text lets it pass. The same seed
gives the same mutations.

Exit 1 if a good trace does not pass, too few are noticed, or an unnoticed one is of no known kind.
"""
import argparse
import collections
import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile

import screens

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
WANTED = 95  # percent
BATCH = 1000  # traces that one call of the tool is given


# ---- Mutations: each gives the spoilt events and the places, in the good trace, of the events concerned ---------------


def at_time(event, t):
    return {**event, "t": t}


def drop(events, i, _):
    return events[:i] + events[i + 1:], (i,)


def duplicate(events, i, chance):
    place = i + 1 if chance.random() < 0.5 else chance.randint(i + 1, len(events))
    return events[:place] + [at_time(events[i], events[place - 1]["t"])] + events[place:], (i,)


def move(events, i, chance):
    rest = events[:i] + events[i + 1:]
    place = chance.choice([p for p in range(len(rest) + 1) if p != i])
    moved = at_time(events[i], rest[place - 1]["t"] if place else rest[0]["t"])
    return rest[:place] + [moved] + rest[place:], (i,)


def swap(events, i, chance):
    # A settled moment is what the recorder vouches for, not an event; to move something past it is a move.
    near = [k for k in range(max(0, i - 20), min(len(events), i + 21)) if k != i and events[k]["ev"] != "settled"]
    if not near:
        return events, (i,)
    k = chance.choice(near)
    spoilt = list(events)
    spoilt[i], spoilt[k] = at_time(events[k], events[i]["t"]), at_time(events[i], events[k]["t"])
    return spoilt, (i, k)


OPERATIONS = {"drop": drop, "duplicate": duplicate, "move": move, "swap": swap}


class Good:
    """A trace of the reference server."""

    def __init__(self, path):
        self.name = path.name
        self.header, *self.lines = path.read_text("utf-8").splitlines()
        self.events = [json.loads(line) for line in self.lines]
        self.written = {id(event): line for event, line in zip(self.events, self.lines)}
        self.cast = screens.Cast(json.loads(self.header), self.events)
        self.switched = any(event["ev"] == "sync" for event in self.events)
        self.result = None

    def text(self, events):
        lines = [self.written.get(id(event)) or json.dumps(event, ensure_ascii=False) for event in events]
        return "\n".join([self.header, *lines, ""])

    def mutations(self, each, seed):
        """Those that change what a user sees."""
        before = screens.look(self.cast, self.events)
        chance = random.Random(f"{seed} {self.name}")
        shown = [i for i, event in enumerate(self.events) if screens.is_shown(event)]
        for operation, spoil in OPERATIONS.items():
            for i in sorted(chance.sample(shown, min(each, len(shown)))):
                spoilt, places = spoil(self.events, i, chance)
                concerned = [self.events[p] for p in places]
                if not screens.alike(before, screens.look(self.cast, spoilt), screens_of(concerned)):
                    yield Mutation(self, operation, concerned, spoilt)


def screens_of(concerned):
    """The devices on whose screens the events show; nothing for all. What else a swap changes is the users' doing."""
    shown = [event for event in concerned if screens.is_shown(event)]
    return {event["dev"] for event in shown} if all("dev" in event for event in shown) else None


class Mutation:
    """A good trace, spoilt in one place."""

    def __init__(self, good, operation, concerned, events):
        self.good, self.operation, self.concerned = good, operation, concerned
        self.text = good.text(events)
        self.offline = any(happens_offline(events, e) for e in concerned)
        self.late = any(comes_after_catch_up(events, e) for e in concerned if e["ev"] == "receive")
        self.result = None

    def noticed(self):
        return self.result["verdict"] in ("fail", "error")

    def concerns(self, *kinds):
        return any(event["ev"] in kinds for event in self.concerned)

    def messages(self):
        """Of the receipts concerned, the messages: as they were sent."""
        return [self.good.cast.messages.get(e["msg"], {}) | {"id": e["msg"]} for e in self.concerned if e["ev"] == "receive"]

    def more(self, key):
        """Whether the tool counted more of this than on the good trace."""
        total = lambda result: sum(counts[key] for counts in result["rules"].values())
        return total(self.result) > total(self.good.result)

    def tolerates(self, what):
        return self.result.get("tolerances", {}).get(what, 0) > self.good.result.get("tolerances", {}).get(what, 0)

    def __str__(self):
        return f"{self.operation} {self.good.name}: " + ", ".join(json.dumps(event) for event in self.concerned)


def same(one, other):
    return {**one, "t": 0} == {**other, "t": 0}


def happens_offline(events, event):
    """Whether something comes to a device that is offline."""
    online = False
    for other in events:
        if other.get("dev") != event.get("dev"):
            continue
        if not online and event["ev"] in ("receive", "recalled") and same(other, event):
            return True
        online = other["ev"] == "online" or online and other["ev"] not in ("offline", "reinstall")
    return False


def comes_after_catch_up(events, event):
    caught_up = False
    for other in events:
        if other.get("dev") != event.get("dev"):
            continue
        if caught_up and same(other, event):
            return True
        caught_up = other["ev"] == "caught-up" or caught_up and other["ev"] != "online"
    return False


# ---- Why some go unnoticed ------------------------------------------------------------------------------------------


def unowed(m):
    """A status message or one of a chatroom."""
    return any(m.good.cast.status(sent["id"]) or sent.get("to", "").startswith("chatroom:") for sent in m.messages())


def left_since(m):
    """A message of a group that the device's user leaves in this trace."""
    left = {(e["user"], f"group:{e['group']}") for e in m.good.events if e["ev"] == "leave" and "group" in e}
    return any((e["dev"].split("/")[0], m.good.cast.messages.get(e["msg"], {}).get("to")) in left
               for e in m.concerned if e["ev"] == "receive")


def copy_while_off(m):
    """Of a server-API message, to its sender."""
    return m.good.off and any(sent.get("includeSender") for sent in m.messages())


KINDS = [
    ("restart", "That a restart ends sessions, and when, is no promise of the page: an `offline` with reason `server` may be "
     "missing or stand elsewhere. A following `online` of the device is a tolerance.",
     lambda m: any(e["ev"] == "offline" and e["reason"] == "server" for e in m.concerned)),
    ("acceptance unknown", "A `receive` that stands before its `accept` (a tolerance): acceptance then lies anywhere since "
     "the `send`, and a rule is violated only if it is so wherever in between.",
     lambda m: m.tolerates("acceptance after the first sign of it")),
    ("nothing owed", "A message of a chatroom, or a status message while the service is off or through the server API: the "
     "page does not say who must get it, so none is missed.", unowed),
    ("one copy is enough", "While off, one of the sender's devices must get a copy of a server-API message. If another of them "
     "did not get one, that is no loss.", copy_while_off),
    ("recall while off", "While the service is off or its switch turns, a recall need reach nobody but a recipient who has "
     "one device in all.", lambda m: m.concerns("recalled") and m.good.off),
    ("left the group", "A user who has left the group since a message was accepted is not owed this "
     "message any more.", left_since),
    ("answered twice", "A second refusal or rejection says what the first one said; `second answer` is a tolerance.",
     lambda m: m.operation == "duplicate" and m.concerns("refused", "reject", "recall-reject")),
    ("later list", "Only the first conversation list of an installation is judged; a later one, and one that is told twice "
     "or in another session, is not.", lambda m: m.concerns("caught-up")),
    ("end of a session", "Until the next settled moment the end of a session may cross with what was under way: what comes "
     "to the device then is allowed. What does not come any more has lapsed, and so has the answer to a login.",
     lambda m: m.offline or m.more("lapsed")),
    ("another session", "There is a session more or less, or one is longer or shorter, and nothing that is owed was missed. "
     "A trace may lack `connect`, so nobody can say that the device did not ask; and an `offline` may have been the answer.",
     lambda m: m.concerns("online")),
    ("sent again", "What comes from the offline store or by compensation after the `caught-up` was sent again, and is not "
     "compared with the order of the rest.", lambda m: m.late),
    ("undecided", "The page, or the place of an event in the trace, allows both: counted as undecided, never as a failure.",
     lambda m: m.more("undecided")),
]


def kind_of(mutation):
    return next((name for name, _, fits in KINDS if fits(mutation)), None)


# ---- Judging --------------------------------------------------------------------------------------------------------


def judge(tool, folder, texts):
    """What the tool says of each of these traces."""
    results = []
    for begin in range(0, len(texts), BATCH):
        paths = []
        for number, text in enumerate(texts[begin:begin + BATCH]):
            paths.append(os.path.join(folder, f"{number}.jsonl"))
            pathlib.Path(paths[-1]).write_text(text, "utf-8")
        run = subprocess.run([tool, "check", "--format", "json", *paths], capture_output=True, timeout=300, check=False)
        results += json.loads(run.stdout)["scenarios"]
    return results


def spoil_all(tool, each, seed):
    """All visible mutations of the traces of all scenarios, judged; and the good traces."""
    with tempfile.TemporaryDirectory() as folder:
        # From the root, so that the traces' names, and with them the choices, are the same wherever that lies.
        subprocess.run([tool, "run", "scenarios", "-q", "--trace", f"{folder}/good"], cwd=ROOT, check=True, timeout=300,
                       stdout=subprocess.DEVNULL)
        goods = [Good(path) for path in sorted(pathlib.Path(folder, "good").glob("*.jsonl"))]
        for good, result in zip(goods, judge(tool, folder, [good.text(good.events) for good in goods]), strict=True):
            good.result = result
            good.off = good.switched or not json.loads(good.header).get("app", {}).get("sync", False)
        mutations = [mutation for good in goods for mutation in good.mutations(each, seed)]
        for mutation, result in zip(mutations, judge(tool, folder, [m.text for m in mutations]), strict=True):
            mutation.result = result
        return goods, mutations


def percent(part, whole):
    return f"{100 * part / whole:.1f} %" if whole else "-"


def figures(mutations):
    """By operation, how many change what a user sees, and how many of these are noticed; then the sum."""
    rows = []
    for operation in [*OPERATIONS, None]:
        seen = [m for m in mutations if operation in (m.operation, None)]
        noticed = sum(m.noticed() for m in seen)
        rows.append((operation or "together", len(seen), noticed, percent(noticed, len(seen))))
    return rows


def markdown(mutations):
    lines = ["| one event is | visible mutations | noticed | |", "|---|---|---|---|"]
    words = {"drop": "dropped", "duplicate": "duplicated", "move": "moved", "swap": "swapped"}
    lines += [f"| {words.get(name, name)} | {seen} | {noticed} | {share} |" for name, seen, noticed, share in
              figures(mutations)]
    counts = collections.Counter(kind_of(m) for m in mutations if not m.noticed())
    lines += ["", "| not noticed | of these | why |", "|---|---|---|"]
    lines += [f"| {name} | {counts[name]} | {why} |" for name, why, _ in KINDS]
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(usage="mutate.py [MDSYNC] [--each N] [--seed N] [--unnoticed] [--markdown]")
    parser.add_argument("tool", nargs="?", default=os.environ.get("MDSYNC"))
    parser.add_argument("--each", type=int, default=4, help="events of a trace that each operation is tried on")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--unnoticed", action="store_true", help="list the mutations that are not noticed, by kind")
    parser.add_argument("--markdown", action="store_true", help="the tables of docs/mutants.md")
    options = parser.parse_args()
    if not options.tool:
        parser.error("no program given")
    goods, mutations = spoil_all(os.path.abspath(options.tool), options.each, options.seed)
    unnoticed = [m for m in mutations if not m.noticed()]
    wrong = [f"{good.name} is a good trace, and does not pass" for good in goods if good.result["verdict"] != "pass"]
    wrong += [f"not noticed, and of no known kind: {m}" for m in unnoticed if kind_of(m) is None]
    if 100 * (len(mutations) - len(unnoticed)) < WANTED * len(mutations) or not mutations:
        wrong.append(f"fewer than {WANTED} % are noticed")
    if options.unnoticed:
        print("\n".join(sorted(f"{kind_of(m)}: {m}" for m in unnoticed)))
    if options.markdown:
        print(markdown(mutations))
    print("\n".join(wrong) + ("\n" if wrong else "") +
          "; ".join(f"{name}: {noticed} of {seen} noticed, {share}" for name, seen, noticed, share in figures(mutations)))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
