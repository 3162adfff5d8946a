"""Reads a trace (trace/1, formats.md section 2) and finds what is malformed in it.

Nothing is judged here.  `read_trace` gives a `Trace`: the header with all defaults filled in, and the events, each
with its place (`i`: 0 is the header, 1 the first event), or raises `Malformed` with the number of the line.
"""

import json
import re
from datetime import timedelta, timezone
from zoneinfo import ZoneInfo

DAY = 24 * 3600 * 1000
HORIZON = 8 * DAY

CLASS_OF = {"android": "mobile", "ios": "mobile", "harmony": "mobile", "web": "web", "windows": "desktop",
            "macos": "desktop", "linux": "desktop", "electron": "desktop", "miniprogram": "miniprogram"}
SILENT_KINDS = ("connect", "accept", "recall-accept", "caught-up", "settled")
OFFLINE_REASONS = ("logout", "drop", "replaced", "evicted", "uninstall", "server")
VIAS = ("live", "offline", "compensation")
API_PATHS = {f"/{first}/{kind}/publish.json": kind for first in ("message", "statusmessage")
             for kind in ("private", "group", "chatroom")}

# ev -> (required keys, optional keys); alternatives (recall, join, leave) are looked at in `check_event`.
KEYS = {
    "connect": (("dev",), ()), "online": (("dev",), ()), "refused": (("dev", "code"), ()),
    "offline": (("dev", "reason"), ("by",)), "reinstall": (("dev",), ()),
    "send": (("msg", "dev", "to"), ("type", "digest", "text")),
    "publish": (("msg", "from", "to"), ("type", "api", "includeSender", "digest", "text")),
    "accept": (("msg",), ()), "reject": (("msg", "code"), ()),
    "receive": (("msg", "dev"), ("via", "digest", "text")),
    "caught-up": (("dev",), ("count", "conversations")),
    "recall": (("msg",), ("dev", "api")), "recall-accept": (("msg",), ()), "recall-reject": (("msg", "code"), ()),
    "recalled": (("msg", "dev"), ()), "sync": (("enabled",), ("refused",)), "set": (("app",), ("refused",)),
    "join": ((), ("group", "user", "chatroom", "dev", "refused")),
    "leave": ((), ("group", "user", "chatroom", "dev", "refused")),
    "settled": ((), ()), "note": (("text",), ()),
    "device": (("dev", "platform"), ()), "group": (("group", "members"), ()), "room": (("chatroom",), ()),
}
ALLOWED = {ev: frozenset(required + optional + ("t", "ev")) for ev, (required, optional) in KEYS.items()}
HEADER_KEYS = frozenset(("mdsync", "t", "users", "source", "app", "groups", "chatrooms", "messageTypes", "readings",
                         "silent", "accept"))
APP_DEFAULTS = {"environment": "development", "prepaid": False, "sync": False, "compensationDays": 1, "offlineDays": 7,
                "timezone": "+08:00", "limits": {}, "onLimit": "replace"}
READING_DEFAULTS = {"window": "calendar", "switch-delay": "30m", "group-status-path": "docs"}


class Malformed(Exception):
    def __init__(self, line, text):
        super().__init__(f"{line}: {text}")
        self.line, self.text = line, text


def duration_ms(text):
    """`250ms`, `90s`, `30m`, `25h`, `2d`, `29m59s` in milliseconds; ValueError if it is none."""
    if not isinstance(text, str) or not re.fullmatch(r"(?:\d+(?:ms|d|h|m|s))+", text):
        raise ValueError(f"not a duration: {text!r}")
    unit = {"ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000, "d": DAY}
    return sum(int(n) * unit[u] for n, u in re.findall(r"(\d+)(ms|d|h|m|s)", text))


def parse_zone(name):
    m = re.fullmatch(r"([+-])(\d\d):(\d\d)", name)
    if m:
        hours, minutes = int(m[2]), int(m[3])
        if hours > 23 or minutes > 59:
            raise ValueError(name)
        delta = timedelta(hours=hours, minutes=minutes)
        return timezone(delta if m[1] == "+" else -delta)
    return ZoneInfo(name)


def check_readings(readings):
    """The readings with their defaults; ValueError for a name or a value that does not exist."""
    out = dict(READING_DEFAULTS)
    for name, value in readings.items():
        if name not in out:
            raise ValueError(f"no reading {name!r}")
        if name == "window" and value not in ("calendar", "rolling", "any"):
            raise ValueError(f"window {value!r}")
        if name == "switch-delay":
            duration_ms(value)
        if name == "group-status-path" and value not in ("docs", "seed"):
            raise ValueError(f"group-status-path {value!r}")
        out[name] = value
    return out


def no_duplicates(pairs):
    out = dict(pairs)
    if len(out) != len(pairs):
        raise ValueError("duplicate key")
    return out


DECODER = json.JSONDecoder(object_pairs_hook=no_duplicates)
NAME = re.compile(r"[^\s/:{}*,]+")


def is_name(x):
    return isinstance(x, str) and NAME.fullmatch(x) is not None and len(x.encode()) <= 64


def is_int(x):
    return isinstance(x, int) and not isinstance(x, bool)


class Trace:
    """Header facts and events of one trace; `dev_class` and friends know what was declared, and from which place."""

    def __init__(self):
        self.t0 = 0
        self.app = {}
        self.readings = {}
        self.silent = frozenset()
        self.seen = False              # "accept": "seen"
        self.events = [None]           # events[i]; 0 is the header
        self.users = {}                # user -> {device name: platform}
        self.dev_class = {}            # "user/device" -> class
        self.dev_user = {}
        self.declared_at = {}          # "user/device" -> place
        self.user_devices = {}         # user -> ["user/device", ...]
        self.groups = {}               # group -> members declared
        self.group_declared_at = {}
        self.rooms = {}                # room -> place of its declaration
        self.message_types = {}
        self.tolerated = 0

    def add_device(self, user, name, platform, place):
        full = f"{user}/{name}"
        self.users.setdefault(user, {})[name] = platform
        self.dev_class[full] = CLASS_OF[platform]
        self.dev_user[full] = user
        self.declared_at[full] = place
        self.user_devices.setdefault(user, []).append(full)


def parse_object(text, line):
    if not text.strip():
        raise Malformed(line, "a blank line")
    try:
        value, end = DECODER.raw_decode(text.lstrip(" \t"))
        if text.lstrip(" \t")[end:].strip(" \t\r"):
            raise ValueError("something after the object")
    except (ValueError, RecursionError) as e:
        raise Malformed(line, f"not JSON: {e}") from None
    if not isinstance(value, dict):
        raise Malformed(line, "not an object")
    return value


def check_app(app, fail, changing=False):
    """The keys of `app` in a header, or (changing) in a `set`."""
    for key, value in app.items():
        if key.startswith("x-"):
            continue
        if key not in APP_DEFAULTS or (changing and key not in ("compensationDays", "offlineDays", "limits", "prepaid")):
            fail(f"unknown key {key!r} in app")
        if key in ("prepaid", "sync") and not isinstance(value, bool):
            fail(f"{key} is no boolean")
        if key in ("compensationDays", "offlineDays"):
            if not is_int(value):
                fail(f"{key} is no integer")
            if not changing and not 1 <= value <= 7:
                fail(f"{key} outside 1..7")
        if key == "environment" and value not in ("development", "production"):
            fail("environment")
        if key == "onLimit" and value not in ("replace", "refuse"):
            fail("onLimit")
        if key == "limits":
            if not isinstance(value, dict):
                fail("limits is no object")
            for k, n in value.items():
                if k not in ("mobile", "miniprogram"):
                    fail(f"no limit for {k!r}")
                if not is_int(n) or n < 1:
                    fail("a limit is an integer of at least 1")
        if key == "timezone":
            try:
                parse_zone(value)
            except Exception:
                fail(f"timezone {value!r}")


def read_header(trace, h):
    def fail(text):
        raise Malformed(1, text)
    for key in h:
        if key not in HEADER_KEYS and not key.startswith("x-"):
            fail(f"unknown key {key!r}")
    for key in ("mdsync", "t", "users"):
        if key not in h:
            fail(f"{key} is missing")
    if h["mdsync"] != "trace/1":
        fail("not trace/1")
    if not is_int(h["t"]) or h["t"] < 0:
        fail("t")
    trace.t0 = h["t"]
    if not isinstance(h["users"], dict):
        fail("users")
    for user, devices in h["users"].items():
        if not is_name(user) or not isinstance(devices, dict):
            fail(f"user {user!r}")
        trace.users[user] = {}
        trace.user_devices[user] = []
        for name, platform in devices.items():
            if not is_name(name) or not isinstance(platform, str) or platform not in CLASS_OF:
                fail(f"device {name!r}")
            trace.add_device(user, name, platform, 0)
    if not isinstance(h.get("source", ""), str):
        fail("source")
    app = h.get("app", {})
    if not isinstance(app, dict):
        fail("app")
    check_app(app, fail)
    trace.app = {**APP_DEFAULTS, **{k: v for k, v in app.items() if not k.startswith("x-")}}
    trace.app["limits"] = {"mobile": 1, "miniprogram": 1, **trace.app["limits"]}
    if trace.app["environment"] == "production" and not trace.app["prepaid"] and trace.app["sync"]:
        fail("production, unpaid, and sync on")
    groups = h.get("groups", {})
    if not isinstance(groups, dict):
        fail("groups")
    for group, members in groups.items():
        check_members(trace, group, members, fail)
        trace.groups[group] = list(members)
        trace.group_declared_at[group] = 0
    rooms = h.get("chatrooms", [])
    if not isinstance(rooms, list):
        fail("chatrooms")
    for room in rooms:
        if not is_name(room) or room in trace.rooms:
            fail(f"chatroom {room!r}")
        trace.rooms[room] = 0
    types = h.get("messageTypes", {})
    if not isinstance(types, dict) or any(v not in ("status", "normal") for v in types.values()):
        fail("messageTypes")
    trace.message_types = types
    readings = h.get("readings", {})
    try:
        trace.readings = check_readings(readings)
    except (ValueError, AttributeError, TypeError) as e:
        fail(f"readings: {e}")
    silent = h.get("silent", [])
    if not isinstance(silent, list) or any(k not in SILENT_KINDS for k in silent):
        fail("silent")
    trace.silent = frozenset(silent)
    if h.get("accept", "instant") not in ("instant", "seen"):
        fail("accept")
    trace.seen = h.get("accept") == "seen"


def check_members(trace, group, members, fail):
    if not is_name(group) or group in trace.groups:
        fail(f"group {group!r}")
    if not isinstance(members, list) or any(not isinstance(m, str) or m not in trace.users for m in members) \
            or len(set(members)) != len(members):
        fail(f"members of {group!r}")


def target_of(trace, to):
    """(kind, name) of a declared target, else None."""
    if not isinstance(to, str):
        return None
    if to.startswith("group:"):
        return ("group", to[6:]) if to[6:] in trace.groups else None
    if to.startswith("chatroom:"):
        return ("chatroom", to[9:]) if to[9:] in trace.rooms else None
    return ("private", to) if to in trace.users else None


class Asked:
    """What of one message id must be remembered to find malformed lines: horizons, and what was asked for."""

    def __init__(self, t):
        self.asked_t = t            # of the `send` or `publish`
        self.until = t + HORIZON    # the id may be used again after this
        self.answered = False
        self.received = False


class EventChecker:
    def __init__(self, trace):
        self.trace = trace
        self.sent = {}              # message id -> Asked
        self.recall_until = {}      # message id -> the last moment at which an answer to a recall is one

    def check(self, e, line):
        trace, ev = self.trace, e.get("ev")

        def fail(text):
            raise Malformed(line, text)
        if "ev" not in e:
            fail("ev is missing")
        if not isinstance(ev, str) or ev not in KEYS:
            fail(f"no event {ev!r}")
        if "t" not in e:
            fail("t is missing")
        if not is_int(e["t"]):
            fail("t is no integer")
        if not e.keys() <= ALLOWED[ev]:
            for key in e:
                if key not in ALLOWED[ev] and not key.startswith("x-"):
                    fail(f"unknown key {key!r}")
        for key in KEYS[ev][0]:
            if key not in e:
                fail(f"{key} is missing")
        self.check_values(e, ev, fail)
        if "msg" in e:
            self.check_message(e, ev, fail)

    def check_values(self, e, ev, fail):
        trace = self.trace
        if "msg" in e and not is_name(e["msg"]):
            fail("msg is no name")
        if ev == "device":
            parts = e["dev"].split("/") if isinstance(e["dev"], str) else []
            if len(parts) != 2 or not is_name(parts[0]) or not is_name(parts[1]):
                fail("dev is no user/device")
            if not isinstance(e["platform"], str) or e["platform"] not in CLASS_OF:
                fail("platform")
            if e["dev"] in trace.dev_class:
                fail("declared twice")
            trace.add_device(parts[0], parts[1], e["platform"], len(trace.events))
            return
        if ev == "group":
            check_members(trace, e["group"], e["members"], fail)
            trace.groups[e["group"]] = list(e["members"])
            trace.group_declared_at[e["group"]] = len(trace.events)
            return
        if ev == "room":
            if not is_name(e["chatroom"]) or e["chatroom"] in trace.rooms:
                fail("chatroom")
            trace.rooms[e["chatroom"]] = len(trace.events)
            return
        for key in ("dev", "by"):
            if key in e and (not isinstance(e[key], str) or e[key] not in trace.dev_class):
                fail(f"no device {e[key]!r}")
        if "by" in e and trace.dev_user[e["by"]] != trace.dev_user[e["dev"]]:
            fail("by is a device of another user")
        for key in ("code", "refused", "type", "text"):
            if key in e and not isinstance(e[key], str):
                fail(f"{key} is no string")
        if "digest" in e and (not isinstance(e["digest"], str) or len(e["digest"].encode()) > 64):
            fail("digest")
        if "digest" in e and "text" in e:
            fail("digest and text")
        if ev == "offline" and e["reason"] not in OFFLINE_REASONS:
            fail("reason")
        if ev == "receive" and e.get("via", "live") not in VIAS:
            fail("via")
        if "to" in e and target_of(trace, e["to"]) is None:
            fail(f"no target {e['to']!r}")
        if ev == "publish":
            if not isinstance(e["from"], str) or e["from"] not in trace.users:
                fail("from")
            if not isinstance(e.get("includeSender", False), bool):
                fail("includeSender")
            api = e.get("api", "message")
            if api not in ("message", "status") and API_PATHS.get(api if isinstance(api, str) else "") != target_of(trace, e["to"])[0]:
                fail("api")
        if ev == "caught-up":
            if "count" in e and (not is_int(e["count"]) or e["count"] < 0):
                fail("count")
            if "conversations" in e and (not isinstance(e["conversations"], list) or
                                         any(target_of(trace, c) is None for c in e["conversations"])):
                fail("conversations")
        if ev == "recall":
            if ("dev" in e) == ("api" in e):
                fail("dev or api")
            if "api" in e and (not isinstance(e["api"], str) or e["api"] not in trace.users):
                fail("api is no user")
        if ev == "sync" and not isinstance(e["enabled"], bool):
            fail("enabled")
        if ev == "set":
            if not isinstance(e["app"], dict):
                fail("app")
            check_app(e["app"], fail, changing=True)
        if ev in ("join", "leave"):
            if "group" in e:
                if "chatroom" in e or "dev" in e or "user" not in e:
                    fail("group and user, or chatroom and dev")
                if e["group"] not in trace.groups or e["user"] not in trace.users:
                    fail("undeclared")
            else:
                if "user" in e or "chatroom" not in e or "dev" not in e:
                    fail("group and user, or chatroom and dev")
                if not isinstance(e["chatroom"], str) or e["chatroom"] not in trace.rooms:
                    fail("undeclared")

    def check_message(self, e, ev, fail):
        """An id used twice, and answers to what nobody asked (spec.md: horizon; section 4, An id used again)."""
        msg, t = e["msg"], e["t"]
        m = self.sent.get(msg)
        if ev in ("send", "publish"):
            if m is not None and t <= m.until:
                fail(f"{msg} is used twice")
            self.sent[msg] = Asked(t)
        elif ev in ("accept", "reject"):
            if m is None or t > m.asked_t + HORIZON:
                fail(f"nobody asked for {msg}")
            if ev == "accept" and not m.answered and not m.received:
                m.until = t + HORIZON
            m.answered = True
        elif ev == "receive":
            if m is not None and not m.received and not m.answered and t <= m.asked_t + HORIZON:
                m.until = t + HORIZON
                m.received = True
        elif ev == "recall":
            self.recall_until[msg] = t + HORIZON
        elif ev in ("recall-accept", "recall-reject"):
            if msg not in self.recall_until or t > self.recall_until[msg]:
                fail(f"nobody asked to recall {msg}")


def read_lines(source):
    """The lines of a path, of bytes, or of a list of lines; the last may lack its newline, CR LF is taken."""
    if isinstance(source, (list, tuple)):
        return [s.rstrip("\n") for s in source]
    with open(source, "rb") as f:
        data = f.read()
    lines = data.split(b"\n")
    if lines and lines[-1] == b"":
        lines.pop()
    out = []
    for n, raw in enumerate(lines, 1):
        try:
            out.append(raw.decode("utf-8").rstrip("\r"))
        except UnicodeDecodeError:
            out.append("\x00not UTF-8")
    return out


def read_trace(source):
    lines = read_lines(source)
    if not lines:
        raise Malformed(1, "empty")
    trace = Trace()
    read_header(trace, parse_object(lines[0], 1))
    checker = EventChecker(trace)
    last = trace.t0
    for n, text in enumerate(lines[1:], 2):
        e = parse_object(text, n)
        if is_int(e.get("t")) and e["t"] < last:
            raise Malformed(n, "time runs backwards")
        checker.check(e, n)
        last = e["t"]
        trace.events.append(e)
    return trace
