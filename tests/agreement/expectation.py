"""What expected.json lists: differences that are known, where they may be seen, and how often.

"where" names shapes that the trace must have, so that the same difference in a plainer trace is told.  "per_1000" is how
often it is seen in a thousand traces; more than chance allows is a new fault of a listed kind.
"""

import json
import math
import os

EXPECTED = os.path.join(os.path.dirname(os.path.abspath(__file__)), "expected.json")
ASKED = {"send": ("accept", "reject"), "publish": ("accept", "reject"), "recall": ("recall-accept", "recall-reject")}
LONGEST_SETTLE = 5000     # in time mode no `settled` matters: what is owed is looked at this many ms later, at most
SHOWN = {"receive": ("send", "publish"), "recalled": ("recall",)}


def came_again(events):
    """A session ends, and its device is online again or reinstalled before what was owed to it is looked at."""
    ended, online = {}, set()                 # ended: device -> time of its `offline`, since the last `settled`
    for e in events:
        if e["ev"] in ("online", "reinstall"):
            if e["dev"] in online or e["dev"] in ended:
                return True
            (online.add if e["ev"] == "online" else online.discard)(e["dev"])
        elif e["ev"] == "offline":
            online.discard(e["dev"])
            ended[e["dev"]] = e["t"]
        elif e["ev"] == "settled":
            ended = {dev: t for dev, t in ended.items() if e["t"] - t <= LONGEST_SETTLE}
    return False


def uncertain_acceptance(events):
    """What was asked is not answered, or was received or shown before its answer."""
    unanswered = set()
    for e in events:
        if e["ev"] in ASKED:
            unanswered.add((e["ev"], e["msg"]))
        elif e["ev"] in SHOWN:
            if any((ask, e["msg"]) in unanswered for ask in SHOWN[e["ev"]]):
                return True
        else:
            unanswered -= {(ask, e.get("msg")) for ask, answers in ASKED.items() if e["ev"] in answers}
    return bool(unanswered)


SHAPES = {
    "a device came again": lambda header, events: came_again(events),
    "uncertain acceptance": lambda header, events: header.get("accept") == "seen" or uncertain_acceptance(events),
    "somebody left a group": lambda header, events: any(e["ev"] == "leave" and "group" in e for e in events),
    "an `offline`": lambda header, events: any(e["ev"] == "offline" for e in events),
    "a recall": lambda header, events: any(e["ev"] == "recall" for e in events),
}


def has_shape(shape, lines):
    header, *events = map(json.loads, lines)
    return SHAPES[shape](header, events)


class Expectations:
    def __init__(self, path=EXPECTED):
        with open(path, encoding="utf-8") as file:
            self.entries = json.load(file)

    def number_of(self, what, lines):
        """The number of the entry that knows this kind of difference in this trace, or None."""
        for number, entry in enumerate(self.entries):
            if entry["difference"] == what and all(has_shape(shape, lines) for shape in entry.get("where", [])):
                return number
        return None


def allowed(entry, traces):
    """How often this may be seen in so many traces: by Poisson's law, more is seen once in a thousand tries.

    What is seen 0.05 times in a thousand traces is seen once in every twentieth thousand: one sighting is no news.  The
    last term is Cornish and Fisher's, for a law that leans to one side; without it the rare kinds are allowed nothing.
    """
    mean, z = entry["per_1000"] * traces / 1000, 3.1
    return int(mean + z * math.sqrt(mean) + (z * z - 1) / 6)
