#!/usr/bin/env python3
"""Random traces, plausible and implausible: a loose simulation of a service with random faults.

usage: random_traces.py [--seed S] [--count N] [--out FOLDER]
   generate(seed) -> list of lines;  flags(seed) -> the command line flags under which the trace is meant to be judged
"""

import argparse
import json
import os
import random
from datetime import datetime, timedelta

from trace_reading import parse_zone

DAY = 86_400_000
PLATFORMS = ["android", "ios", "harmony", "web", "web", "windows", "macos", "linux", "electron", "miniprogram"]
CLASS = {"android": "mobile", "ios": "mobile", "harmony": "mobile", "web": "web", "windows": "desktop",
         "macos": "desktop", "linux": "desktop", "electron": "desktop", "miniprogram": "miniprogram"}
ZONES = ["+08:00", "+00:00", "-05:00", "America/New_York", "Europe/Berlin", "Asia/Shanghai", "America/Sao_Paulo",
         "Asia/Beirut", "Pacific/Apia"]
STARTS = [1714525200000, 1714525200000, 1710000000000, 1711800000000, 1730563200000, 1541300000000]


def flags(seed):
    r = random.Random(f"flags {seed}")
    out = []
    if r.random() < 0.12:
        out += ["--settle", r.choice(["5s", "1s", "200ms", "2s"])]
    return out


class World:
    def __init__(self, seed):
        self.r = r = random.Random(seed)
        self.t = r.choice(STARTS) + r.choice([0, 0, r.randrange(DAY)])
        self.events = []
        self.fault = r.choice([0, 0, 0.03, 0.1, 0.3])     # how often the service errs
        self.jump = r.choice(["short", "short", "mixed", "days"])
        self.settle_odds = r.choice([1, 1, 0.9, 0.6, 0.2])
        self.aims = r.choice([0, 0, 0.1, 0.4])            # how often it waits for a boundary
        self.accepted_at = []
        self.many_tabs = r.random() < 0.12
        self.users, self.devices = {}, []
        for u in ["alice", "bob", "carol", "dave"][:r.choice([2, 2, 3, 3, 4])]:
            self.users[u] = {}
            for k in range(r.choice([1, 1, 2, 2, 3, 4])):
                self.users[u][f"d{k + 1}"] = r.choice(PLATFORMS)
        self.platform = {}
        if self.many_tabs:
            for k in range(r.choice([11, 12, 13])):
                self.users["alice"][f"tab{k + 1}"] = "web"
        self.platform = {f"{u}/{d}": p for u, ds in self.users.items() for d, p in ds.items()}
        self.devices = list(self.platform)
        names = list(self.users)
        self.groups = {"team": r.sample(names, r.randrange(2, len(names) + 1))} if r.random() < 0.7 else {}
        self.rooms = {"lobby": set()} if r.random() < 0.4 else {}
        self.app = {"sync": r.random() < 0.6}
        if r.random() < 0.1:
            del self.app["sync"]
        if r.random() < 0.15:
            self.app["environment"] = "production"
            self.app["prepaid"] = self.app.get("sync", False) or r.random() < 0.4
        if r.random() < 0.3:
            self.app["compensationDays"] = r.choice([1, 2, 3, 7])
        if r.random() < 0.15:
            self.app["offlineDays"] = r.choice([1, 2, 7])
        if r.random() < 0.25:
            self.app["timezone"] = r.choice(ZONES)
        if r.random() < 0.3:
            self.app["limits"] = {"mobile": r.choice([1, 2, 3])}
        if r.random() < 0.25:
            self.app["onLimit"] = r.choice(["refuse", "replace"])
        self.on = self.app.get("sync", False)
        self.turned = -DAY
        self.days = self.app.get("compensationDays", 1)
        self.offline_days = self.app.get("offlineDays", 7)
        self.limits = dict(self.app.get("limits", {}))
        self.paid = self.app.get("prepaid", False)
        self.online = {}                      # dev -> order of its login
        self.store = {d: set() for d in self.devices}
        self.room_of = {}
        self.msgs = {}                        # id -> facts
        self.order = []
        self.n = self.login_n = 0
        self.silent = []
        if r.random() < 0.22:
            self.silent = r.sample(["connect", "accept", "recall-accept", "caught-up", "settled"], r.choice([1, 1, 2, 3]))
        self.seen = r.random() < 0.15
        self.types = {"app:Poke": "status", "app:Order": "normal"} if r.random() < 0.4 else {}
        self.lost_answers = 0.02 if r.random() < 0.3 else 0.25 if r.random() < 0.1 else 0
        self.digests = r.random() < 0.3
        self.readings = {}
        if r.random() < 0.1:
            self.readings = r.choice([{"window": "rolling"}, {"window": "any"}, {"switch-delay": "15m"},
                                      {"switch-delay": "1s"}, {"group-status-path": "seed"}])
        self.delay = {"15m": 900_000, "1s": 1000}.get(self.readings.get("switch-delay"), 1_800_000)
        # what happens more often here than chance would have it
        self.focus = random.Random(f"focus {seed}").choice([None] * 8 + [self.recalled_while_away, self.sent_while_away])

    # ---- helpers ----
    def odd(self, p):
        return self.r.random() < p

    def bad(self, weight=1.0):
        return self.r.random() < self.fault * weight

    def user(self, dev):
        return dev.split("/")[0]

    def state(self):
        if self.t < self.turned + self.delay:
            return "CHANGING"
        return "ON" if self.on else "OFF"

    def of(self, user):
        return [d for d in self.devices if self.user(d) == user]

    # ---- actions: each gives a list of events (without t) ----
    def login(self, dev):
        out = []
        cls, user = CLASS[self.platform[dev]], self.user(dev)
        if self.odd(0.3) and "connect" not in self.silent:
            out.append({"ev": "connect", "dev": dev})
            if self.bad(0.3):
                return out
        others = sorted((d for d in self.online if d != dev and self.user(d) == user and CLASS[self.platform[d]] == cls),
                        key=lambda d: self.online[d])
        number = self.limits.get(cls, 1)
        web = cls == "web" and self.state() != "OFF"
        if web:
            number = 10
        if self.bad(0.3):
            number += self.r.choice([-1, 1])
        refuse = self.app.get("onLimit") == "refuse" and not web
        over = len(others) + 1 - number
        if over > 0 and refuse != self.bad(0.3):
            return out + [{"ev": "refused", "dev": dev, "code": self.r.choice(["31010", "31023", "mdsync:limit"])}]
        if self.odd(0.01):
            return out + [{"ev": "refused", "dev": dev, "code": self.r.choice(["31010", "1008", "mdsync:limit"])}]
        gone = []
        if over > 0 and not refuse and not self.bad():
            gone = others[:over]
            if self.bad():
                gone = self.r.sample(others + [dev], min(len(others) + 1, self.r.choice([1, 2])))
        elif self.bad(0.2):
            gone = [self.r.choice([d for d in self.online if self.user(d) == user] or [dev])]
        cuts = []
        for d in gone:
            e = {"ev": "offline", "dev": d, "reason": self.r.choice(["evicted", "replaced"]) if self.odd(0.1)
                 else "evicted" if web else "replaced"}
            if self.odd(0.8):
                e["by"] = dev
            elif self.odd(0.1):
                e["by"] = self.r.choice(self.of(user))
            cuts.append(e)
        early = [c for c in cuts if c["dev"] != dev and self.odd(0.1)]
        out += early
        for c in cuts:
            if c["dev"] != dev:
                self.go(c["dev"])
        self.login_n += 1
        self.online[dev] = self.login_n
        out.append({"ev": "online", "dev": dev})
        late = [c for c in cuts if c not in early]
        catch = self.catch_up(dev)
        if self.odd(0.5):
            out += late + catch
        else:
            k = self.r.randrange(len(catch) + 1)
            out += catch[:k] + late + catch[k:]
        for c in late:
            if c["dev"] == dev:
                self.go(dev)
        return out

    def go(self, dev):
        self.online.pop(dev, None)
        self.room_of.pop(dev, None)

    def catch_up(self, dev):
        out, brought, user = [], 0, self.user(dev)
        midnight = (self.t + 8 * 3_600_000) // DAY * DAY - 8 * 3_600_000
        start = midnight - (self.days - 1) * DAY
        if self.bad(0.3):
            start += self.r.choice([-1, 1]) * DAY
        for mid in self.order:
            m = self.msgs[mid]
            if not m["accepted"] or mid in self.store[dev] or m["room"]:
                continue
            mine = user == m["author"] and (m["api"] is None or m["include"]) or user in m["audience"]
            if self.bad(0.1):
                mine = not mine
            if not mine:
                continue
            got = [d for d in self.of(user) if mid in m["got"].get(d, ())or d in m["got"]] or (m["dev"] and self.user(m["dev"]) == user)
            if m["status"]:
                if self.bad(0.5):
                    out.append(self.receive(mid, dev, "offline"))
                continue
            if m["recalled"] and not self.bad():
                if mid in m["held_by"].get(dev, ()):
                    pass
                continue
            via = None
            if not got and user in m["audience"] and self.t - m["t"] <= 7 * DAY:
                via = "offline"
            elif self.state() == "ON" and m["t"] >= start and not self.bad():
                via = "compensation"
            elif self.bad(0.3):
                via = self.r.choice(["compensation", "offline", "live"])
            if via and not self.bad(0.5):
                out.append(self.receive(mid, dev, via))
                brought += 1
        for mid in list(self.store[dev]):
            m = self.msgs.get(mid)
            if m and m["recalled"] and mid not in m["shown"].get(dev, set()):
                if (self.state() == "ON") != self.bad():
                    out.append({"ev": "recalled", "msg": mid, "dev": dev})
                    m["shown"].setdefault(dev, set()).add(mid)
        if self.bad(0.5):
            self.r.shuffle(out)
        if "caught-up" not in self.silent and self.odd(0.9):
            e = {"ev": "caught-up", "dev": dev}
            if self.odd(0.5):
                e["count"] = brought
            if self.odd(0.4):
                e["conversations"] = self.conversations(dev)
            out.append(e)
            if out[:-1] and self.bad(0.3):
                x = self.r.choice(out)
                if x["ev"] == "receive":
                    out.append(dict(x))
        return out

    def conversations(self, dev):
        user, names = self.user(dev), []
        for mid in self.order:
            if mid in self.store[dev]:
                m = self.msgs[mid]
                if m["room"] or m["status"] or (m["recalled"] and self.odd(0.5)):
                    continue
                name = m["to"] if m["to"].startswith("group:") or m["author"] == user else m["author"]
                if name not in names:
                    names.append(name)
        if self.bad():
            names = names[1:] if self.odd(0.5) else names + [self.r.choice(list(self.users))]
        return names

    def receive(self, mid, dev, via):
        e = {"ev": "receive", "msg": mid, "dev": dev}
        if self.odd(0.9):
            e["via"] = via
        m = self.msgs[mid]
        if "digest" in m:
            e["digest"] = m["digest"] if not self.bad(0.3) else "zz"
        m["got"].setdefault(dev, []).append(self.t)
        self.store[dev].add(mid)
        return e

    def write(self, api=False, author=None):
        r = self.r
        self.n += 1
        mid = f"m{self.n}"
        if self.odd(0.02) and self.order:
            old = r.choice(self.order)
            if self.t > self.msgs[old]["t"] + 9 * DAY:
                mid = old
                self.order.remove(old)
                for d in self.store:
                    self.store[d].discard(old)
        dev = None
        if api:
            author = author or r.choice(list(self.users))
        else:
            pool = list(self.online) if self.online and not self.odd(0.04) else self.devices
            dev = r.choice(pool)
            author = self.user(dev)
        others = [u for u in self.users if u != author]
        to = r.choice(others)
        x = r.random()
        if x < 0.25 and self.groups:
            to = "group:" + r.choice(list(self.groups))
        elif x < 0.4 and self.rooms:
            to = "chatroom:" + r.choice(list(self.rooms))
        elif x < 0.5:
            to = author
        type_ = "RC:TxtMsg"
        if self.odd(0.12):
            type_ = "RC:TypSts"
        elif self.types and self.odd(0.15):
            type_ = r.choice(["app:Poke", "app:Order"])
        e = {"ev": "publish", "msg": mid, "from": author, "to": to} if api else {"ev": "send", "msg": mid, "dev": dev, "to": to}
        if type_ != "RC:TxtMsg" or self.odd(0.2):
            e["type"] = type_
        endpoint = None
        if api:
            kind = to.split(":")[0] if ":" in to else "private"
            endpoint = r.choice(["message", "message", "status", f"/message/{kind}/publish.json",
                                 f"/statusmessage/{kind}/publish.json"])
            if endpoint != "message" or self.odd(0.5):
                e["api"] = endpoint
            if self.odd(0.5):
                e["includeSender"] = self.odd(0.8)
        status = type_ in ("RC:TypSts", "app:Poke") or bool(endpoint and ("status" in endpoint))
        m = {"t": self.t, "author": author, "dev": dev, "to": to, "status": status, "api": endpoint if api else None,
             "include": e.get("includeSender", False), "room": to.startswith("chatroom:"), "accepted": False,
             "recalled": False, "got": {}, "shown": {}, "held_by": {}, "audience": set()}
        if self.digests:
            if self.odd(0.7):
                m["digest"] = e["digest"] = f"{r.randrange(1 << 32):08x}"
            else:
                e["text"] = "hello"
        self.msgs[mid] = m
        self.order.append(mid)
        if dev:
            self.store[dev].add(mid)
        out = [e]
        if self.odd(0.03) or (dev and dev not in self.online and self.odd(0.8)):
            if self.odd(0.9):
                out.append({"ev": "reject", "msg": mid, "code": r.choice(["1008", "mdsync:offline"])})
            if not self.bad():
                return out
        if self.bad(0.2) and self.odd(0.5):
            return out
        m["accepted"] = True
        kind = to.split(":")[0] if ":" in to else "private"
        if kind == "private":
            m["audience"] = {to} - {author}
        elif kind == "group":
            m["audience"] = set(self.groups[to[6:]]) - {author}
        else:
            m["audience"] = {self.user(d) for d in self.rooms[to[9:]] if d in self.online} - {author}
        accept = []
        if ("accept" not in self.silent and not self.odd(self.lost_answers)) or self.odd(0.02):
            accept = [{"ev": "accept", "msg": mid}]
        receipts = []
        if m["room"]:
            targets = [d for d in self.rooms[to[9:]] if d in self.online and d != dev]
        else:
            targets = []
            for u in sorted(m["audience"]):
                on = sorted((d for d in self.of(u) if d in self.online), key=lambda d: -self.online[d])
                if self.state() == "OFF" and not status and not self.bad(0.6):
                    on = on[:1]
                elif self.state() == "CHANGING" and self.odd(0.5):
                    on = on[:1]
                targets += on
            own = [d for d in self.of(author) if d in self.online and d != dev]
            if (not api and self.state() == "ON" and not status) or (api and m["include"]):
                targets += own
            elif self.bad(0.4):
                targets += own
            if api and to == author and self.odd(0.7):
                targets += own
        if self.bad(0.5) and targets:
            targets.remove(r.choice(targets))
        if self.bad(0.2):
            targets.append(r.choice(self.devices))
        for d in targets:
            receipts.append(self.receive(mid, d, "live"))
            if self.bad(0.15):
                receipts.append(self.receive(mid, d, "live"))
        r.shuffle(receipts)
        if accept and (self.seen and self.odd(0.6) or self.odd(0.03)):
            k = r.randrange(len(receipts) + 1)
            out += receipts[:k] + accept + receipts[k:]
        else:
            out += accept + receipts
        if self.odd(0.01):
            out.append({"ev": r.choice(["accept", "reject"]), "msg": mid})
            if out[-1]["ev"] == "reject":
                out[-1]["code"] = "1008"
        return out

    def recall(self, mid=None):
        r = self.r
        if not self.order:
            return []
        mid = mid or r.choice(self.order[-6:])
        if not self.odd(0.02) and not any(e.get("msg") == mid and e["ev"] in ("send", "publish") for e in self.events):
            return []
        m = self.msgs[mid]
        e = {"ev": "recall", "msg": mid}
        by = None
        if self.odd(0.25):
            e["api"] = m["author"] if self.odd(0.8) else r.choice(list(self.users))
        else:
            pool = [d for d in self.of(m["author"]) if d in self.online] if self.odd(0.8) else list(self.online)
            by = r.choice(pool or self.devices)
            e["dev"] = by
        out = [e]
        if self.odd(0.05):
            if self.odd(0.95):
                out.append({"ev": "recall-reject", "msg": mid, "code": "mdsync:no"})
            if not self.bad():
                return out
        if self.bad(0.2):
            return out
        m["recalled"] = True
        accept = []
        if ("recall-accept" not in self.silent and not self.odd(self.lost_answers)) or self.odd(0.02):
            accept = [{"ev": "recall-accept", "msg": mid}]
        shown = []
        user = self.user(by) if by else e["api"]
        for u in self.users:
            on = [d for d in self.of(u) if d in self.online and mid in self.store[d]]
            if self.state() != "ON" and not self.bad(0.6):
                on = [] if by and u == user else on[:1]
            for d in on:
                if d == by and self.odd(0.5):
                    continue
                if not self.bad(0.6) and not (self.focus and self.odd(0.2)):
                    shown.append({"ev": "recalled", "msg": mid, "dev": d})
                    m["shown"].setdefault(d, set()).add(mid)
        if self.bad(0.3) or self.odd(0.03):
            d = r.choice(self.devices)
            shown.append({"ev": "recalled", "msg": mid, "dev": d})
        r.shuffle(shown)
        if accept and (self.seen and self.odd(0.6) or self.odd(0.03)):
            k = r.randrange(len(shown) + 1)
            out += shown[:k] + accept + shown[k:]
        else:
            out += accept + shown
        return out

    def recalled_while_away(self):
        """Somebody is away while a message is recalled."""
        if not self.online:
            return []
        dev = self.r.choice(list(self.online))
        self.go(dev)
        held = [mid for mid in self.order if mid in self.store[dev] and not self.msgs[mid]["recalled"]]
        mid = self.r.choice(held[-6:]) if held else None
        out = [{"ev": "offline", "dev": dev, "reason": "drop"}] + self.recall(mid)
        if mid and self.odd(0.3):                 # and it stays unknown there
            self.msgs[mid]["shown"].setdefault(dev, set()).add(mid)
        return out + (self.login(dev) if self.odd(0.7) else [])

    def sent_while_away(self):
        """The backend writes in the name of somebody who is away."""
        user = self.r.choice(list(self.users))
        there = [d for d in self.of(user) if d in self.online]
        for dev in there:
            self.go(dev)
        out = [{"ev": "offline", "dev": dev, "reason": "logout"} for dev in there] + self.write(api=True, author=user)
        return out + (self.login(self.r.choice(self.of(user))) if self.odd(0.7) and self.of(user) else [])

    def odd_event(self):
        """What no good service or recorder writes, yet well-formed."""
        r = self.r
        dev = r.choice(self.devices)
        mid = r.choice(self.order) if self.order else "ghost"
        x = r.randrange(7)
        if x == 0:
            return [{"ev": "receive", "msg": r.choice(["ghost", mid]), "dev": dev, "via": r.choice(["live", "offline", "compensation"])}]
        if x == 1:
            return [{"ev": "recalled", "msg": mid, "dev": dev}]
        if x == 2:
            return [{"ev": "offline", "dev": dev, "reason": r.choice(["drop", "logout"])}] if dev not in self.online else []
        if x == 3 and dev in self.online:
            self.room_of.pop(dev, None)
            return [{"ev": "online", "dev": dev}]
        if x == 4:
            return [{"ev": "caught-up", "dev": dev}]
        if x == 5 and self.online:
            d = r.choice(list(self.online))
            self.go(d)
            e = {"ev": "offline", "dev": d, "reason": r.choice(["replaced", "evicted"])}
            if self.odd(0.6):
                e["by"] = r.choice(self.of(self.user(d)))
            return [e]
        return [{"ev": "note", "text": "odd"}]

    def action(self):
        r = self.r
        if self.focus and self.odd(0.3):
            return self.focus()
        x = r.random()
        off = [d for d in self.devices if d not in self.online]
        if x < 0.24 and off:
            if self.many_tabs:
                tabs = [d for d in off if "/tab" in d]
                if tabs and self.odd(0.8):
                    off = tabs
            return self.login(r.choice(off))
        if x < 0.34 and self.online:
            dev = r.choice(list(self.online))
            if self.many_tabs and self.odd(0.6):
                return []
            self.go(dev)
            return [{"ev": "offline", "dev": dev, "reason": r.choice(["logout", "drop"])}]
        if x < 0.37:
            dev = r.choice(self.devices)
            out = []
            if dev in self.online:
                self.go(dev)
                if self.odd(0.9):
                    out.append({"ev": "offline", "dev": dev, "reason": "uninstall"})
            self.store[dev] = set()
            return out + [{"ev": "reinstall", "dev": dev}] + (self.login(dev) if self.odd(0.6) else [])
        if x < 0.62:
            return self.write()
        if x < 0.72:
            return self.write(api=True)
        if x < 0.80:
            return self.recall()
        if x < 0.825:
            enable = (not self.on) if self.odd(0.85) else self.on
            must = enable and self.app.get("environment") == "production" and not self.paid
            e = {"ev": "sync", "enabled": enable}
            if (must and not self.bad()) or self.bad(0.2):
                e["refused"] = "mdsync:unpaid"
            elif enable != self.on:
                self.on, self.turned = enable, self.t
                if self.odd(0.8):
                    return [e, {"wait": r.choice([self.delay, self.delay + 1, self.delay + 1000, self.delay - 1, 1000])}]
            return [e]
        if x < 0.85:
            key = r.choice(["compensationDays", "compensationDays", "offlineDays", "limits", "prepaid"])
            value = {"compensationDays": r.choice([0, 1, 2, 3, 7, 8]), "offlineDays": r.choice([1, 3, 7]),
                     "limits": {r.choice(["mobile", "miniprogram"]): r.choice([1, 2, 3])}, "prepaid": self.odd(0.5)}[key]
            e = {"ev": "set", "app": {key: value}}
            wrong = key == "compensationDays" and not 1 <= value <= 7
            if wrong != self.bad(0.3):
                e["refused"] = "mdsync:days-range"
            else:
                if key == "compensationDays":
                    self.days = value
                if key == "offlineDays":
                    self.offline_days = value
                if key == "limits":
                    self.limits.update(value)
                if key == "prepaid":
                    self.paid = value
            return [e]
        if x < 0.88 and self.groups:
            g = r.choice(list(self.groups))
            u = r.choice(list(self.users))
            if u in self.groups[g]:
                self.groups[g].remove(u)
                return [{"ev": "leave", "group": g, "user": u}]
            self.groups[g].append(u)
            return [{"ev": "join", "group": g, "user": u}]
        if x < 0.95 and self.rooms:
            room = r.choice(list(self.rooms))
            dev = r.choice(list(self.online) or self.devices)
            if dev not in self.online and not self.odd(0.1):
                return []
            if dev in self.rooms[room] and self.odd(0.5):
                self.rooms[room].discard(dev)
                return [{"ev": "leave", "chatroom": room, "dev": dev}]
            self.rooms[room].add(dev)
            return [{"ev": "join", "chatroom": room, "dev": dev}]
        if x < 0.957:
            out = [{"ev": "offline", "dev": d, "reason": "server"} for d in self.online]
            for d in list(self.online):
                self.go(d)
            return out
        if x < 0.967:
            if self.odd(0.6):
                u = r.choice(list(self.users) + ["erin"])
                name = f"x{len(self.devices)}"
                platform = r.choice(PLATFORMS)
                dev = f"{u}/{name}"
                self.users.setdefault(u, {})
                self.devices.append(dev)
                self.platform[dev] = platform
                self.store[dev] = set()
                return [{"ev": "device", "dev": dev, "platform": platform}] + (self.login(dev) if self.odd(0.7) else [])
            if self.odd(0.5):
                g = f"g{len(self.groups)}"
                self.groups[g] = r.sample(list(self.users), r.randrange(0, len(self.users) + 1))
                return [{"ev": "group", "group": g, "members": list(self.groups[g])}]
            c = f"r{len(self.rooms)}"
            self.rooms[c] = set()
            return [{"ev": "room", "chatroom": c}]
        if self.bad() or self.odd(0.03):
            return self.odd_event()
        return []

    def aimed(self):
        """A wait until just before, at or after a boundary: of a window, the horizon, `offlineDays`, or a turn; 0: none."""
        r, ends = self.r, [self.turned + self.delay]
        for t in self.accepted_at[-6:]:
            ends += [t + 8 * DAY, t + self.offline_days * DAY, t + self.days * DAY]
        local = datetime.fromtimestamp(self.t // 1000, parse_zone(self.app.get("timezone", "+08:00")))
        midnight = (local + timedelta(days=r.choice([1, self.days]))).replace(hour=0, minute=0, second=0, microsecond=0)
        end = r.choice([*ends, int(midnight.timestamp()) * 1000]) + r.choice([-1, 0, 0, 1])
        return max(0, end - self.t)

    def wait(self):
        r = self.r
        if self.odd(self.aims):
            return self.aimed()
        if self.jump == "short" or self.odd(0.6):
            return r.choice([0, 0, 10, 100, 1000, 5000, 5001, 4999])
        if self.jump == "mixed":
            return r.choice([1000, 60_000, 900_000, 1_800_000, 1_799_999, 3_600_000, 4 * 3_600_000, DAY])
        return r.choice([3_600_000, 6 * 3_600_000, DAY // 2, DAY, DAY, 2 * DAY, 7 * DAY, 8 * DAY, 8 * DAY + 1])

    def emit(self, e):
        if "wait" in e:
            self.t += e["wait"]
            return
        self.events.append({"t": self.t, **e})
        if e["ev"] == "accept":
            self.accepted_at.append(self.t)
        self.t += self.r.choice([0, 0, 1, 5, 20])

    def run(self):
        r = self.r
        tabs = r.choice([9, 10, 11]) if self.many_tabs and self.odd(0.8) else 0
        for dev in list(self.devices):
            tabs -= "/tab" in dev
            if self.odd(0.5) and not self.many_tabs or "/tab" in dev and tabs >= 0:
                for e in self.login(dev):
                    self.emit(e)
                self.settled()
        for _ in range(r.choice([4, 8, 12, 20, 30])):
            k = 1 if self.odd(0.75) else r.choice([2, 3])
            streams = [s for s in (self.action() for _ in range(k)) if s]
            while streams:
                s = r.choice(streams)
                self.emit(s.pop(0))
                streams = [x for x in streams if x]
                if self.bad(0.05):
                    self.t += r.choice([1000, 6000, DAY])
            self.settled()
            self.t += self.wait()
        if self.odd(0.05) and self.events:
            del self.events[r.randrange(len(self.events)):]

    def settled(self):
        if self.odd(self.settle_odds) and ("settled" not in self.silent or self.odd(0.05)):
            self.events.append({"t": self.t, "ev": "settled"})


def spoil(lines, r):
    """Makes it malformed (mostly)."""
    k = r.randrange(len(lines))
    x = r.randrange(8)
    if x == 0:
        lines[k] = lines[k][: r.randrange(len(lines[k]))]
    elif x == 1:
        lines.insert(k, "")
    elif x == 2:
        lines[k] = lines[k].replace('"ev"', '"vev"', 1)
    elif x == 3:
        lines[k] = lines[k].replace("alice/", "nobody/", 1)
    elif x == 4:
        lines[k] = lines[k].replace('"msg":"m', '"msg":"q', 1)
    elif x == 5:
        lines[k] = lines[k].replace('"t":17', '"t":16', 1)
    elif x == 6:
        lines.insert(k, lines[k])
    else:
        lines[k] = lines[k].replace("}", ',"extra":1}', 1)
    return lines


def generate(seed):
    w = World(seed)
    header = {"mdsync": "trace/1", "t": w.t, "source": "random", "app": w.app, "users": {u: dict(d) for u, d in w.users.items()},
              "groups": {g: list(m) for g, m in w.groups.items()}, "chatrooms": list(w.rooms), "messageTypes": w.types}
    if w.silent:
        header["silent"] = w.silent
    if w.seen:
        header["accept"] = "seen"
    if w.readings:
        header["readings"] = w.readings
    w.run()
    lines = [json.dumps(x, separators=(",", ":")) for x in [header, *w.events]]
    if w.odd(0.03):
        lines = spoil(lines, w.r)
    return lines


def main():
    a = argparse.ArgumentParser()
    a.add_argument("--seed", type=int, default=1)
    a.add_argument("--count", type=int, default=1)
    a.add_argument("--out")
    a = a.parse_args()
    for seed in range(a.seed, a.seed + a.count):
        text = "\n".join(generate(seed)) + "\n"
        if a.out:
            os.makedirs(a.out, exist_ok=True)
            with open(os.path.join(a.out, f"r{seed}.jsonl"), "w") as f:
                f.write(text)
        else:
            print(text, end="")


if __name__ == "__main__":
    main()
