#!/usr/bin/env python3
"""A second reading of the rules in spec.md: judges traces of multi-device message synchronization.

usage: second_reading.py [--settle DURATION] [--reading NAME=VALUE]... [--json] TRACE...

Written from spec.md and formats.md alone.  It reads a whole trace into a timeline of facts (timeline.py) and then
asks each rule its question, at every moment at which an acceptance may have been: a rule is violated, kept or tempted
only if it is so at all of them.
"""

import argparse
import json
import sys
from collections import defaultdict
from itertools import combinations

from timeline import CHANGING, END, OFF, ON, UNDECIDED, Message, Receipt, Timeline
from trace_reading import HORIZON, Malformed, check_readings, duration_ms, read_trace

RULES = """off.single-device off.no-sent-sync off.no-compensation off.recall-stays-local off.api-online-only
online.received online.sent limit.per-class limit.classes-independent limit.within limit.newest-wins web.ten-tabs
web.evict-earliest web.newest-connects status.online-only status.online-sync status.api-online-only
service.default-off service.takes-effect service.prepaid service.days-range compensation.device-switch
compensation.reinstall compensation.window compensation.conversations recall.online-devices recall.offline-devices
recall.no-return recall.basic api.include-sender-online api.include-sender-offline api.exclude-sender
chatroom.live-only delivery.answered delivery.no-loss delivery.no-phantom delivery.no-leak delivery.once
delivery.only-online delivery.order delivery.intact""".split()

# A `receive` that several rules forbid violates the first of these (spec.md 2, One fault, one violation).
RECEIPT_BANS = """chatroom.live-only status.api-online-only status.online-only delivery.only-online delivery.once
api.exclude-sender off.api-online-only off.no-compensation off.no-sent-sync off.single-device
compensation.window""".split()
LIMIT_CODES = ("31010", "31023", "mdsync:limit")

KEPT, VIOLATED, LAPSED, OPEN, NONE, MAYBE = "kept", "violated", "lapsed", "open", "none", "maybe"
FORGOTTEN = "forgotten"      # kept; but the message's horizon passed before S, and programs may have forgotten it


def takes_effect_goes_with(rule):
    return (rule.startswith(("off.", "online.", "web.", "compensation.", "api.include-sender-"))
            or (rule.startswith("recall.") and rule != "recall.basic") or rule == "status.online-sync")


class Tally:
    """Counts of each rule, and the violations."""

    def __init__(self, default_off):
        self.counts = {r: {"checked": 0, "violated": 0, "undecided": 0, "lapsed": 0} for r in RULES}
        self.violations = []
        self.open = []
        self.either_way = []                 # (rule, line) about which programs need not agree; line None: whether it is
                                             # checked; a family (`limit.`): about nothing of it
        self.left_out = set()                # why programs need not agree about this trace at all
        self.default_off = default_off       # the app began with the service off

    def companions(self, rule, turns):
        if rule.startswith("off.") and turns == 0 and self.default_off:
            yield "service.default-off"
        if turns and takes_effect_goes_with(rule):
            yield "service.takes-effect"

    def check(self, rule, turns=0):
        self.counts[rule]["checked"] += 1
        for c in self.companions(rule, turns):
            self.counts[c]["checked"] += 1

    def violate(self, rule, i, text, turns=0, **about):
        for r in (rule, *self.companions(rule, turns)):
            self.counts[r]["checked"] += 1
            self.counts[r]["violated"] += 1
            self.violations.append({"rule": r, "line": i + 1, **about, "text": text})

    def undecided(self, rule):
        self.counts[rule]["undecided"] += 1

    def lapse(self, rule):
        self.counts[rule]["lapsed"] += 1

    def leave_open(self, rule):
        self.open.append(rule)


def all_of(answers):
    """True or False if all say so, else None (undecided)."""
    answers = set(answers)
    return answers.pop() if len(answers) == 1 else None


class Judge:
    def __init__(self, timeline):
        self.tl = timeline
        self.trace = timeline.trace
        self.tally = Tally(not self.trace.app["sync"])
        self.all_sessions = [s for ss in timeline.sessions.values() for s in ss]
        self.user_sessions = defaultdict(list)
        for s in self.all_sessions:
            self.user_sessions[s.user].append(s)

    def run(self):
        if any(m.late_recall for m in self.tl.messages):
            self.tally.left_out.add("a recall unanswered at S, and answered or shown later")
        self.judge_service()
        ConnectionRules(self).run()
        self.judge_answers()
        self.judge_receipts()
        self.judge_shown()
        self.judge_order()
        for m in self.tl.messages:
            self.tempt_bans(m)
        self.tempt_once()
        MessageDuties(self).run()
        RecallRules(self).run()
        self.judge_conversations()

    # ---- service.prepaid, service.days-range --------------------------------------------------------------------
    def judge_service(self):
        production = self.trace.app["environment"] == "production"
        for i, e, target, prepaid in self.tl.turn_events:
            if e["enabled"] == target:
                continue
            must_refuse = e["enabled"] and production and not prepaid
            if must_refuse == ("refused" in e):
                self.tally.check("service.prepaid")
            else:
                self.tally.violate("service.prepaid", i, "turned unpaid" if must_refuse else "a turn was refused")
        for i, e in enumerate(self.trace.events):
            if i and e["ev"] == "set" and "compensationDays" in e["app"]:
                good = 1 <= e["app"]["compensationDays"] <= 7
                if good != ("refused" in e):
                    self.tally.check("service.days-range")
                elif good and not 1 <= e["app"].get("offlineDays", 1) <= 7:
                    self.tally.undecided("service.days-range")   # refused because of the other key
                else:
                    self.tally.violate("service.days-range", i, f"{e['app']['compensationDays']} days")

    # ---- delivery.answered --------------------------------------------------------------------------------------
    def judge_answers(self):
        tl, silent = self.tl, self.trace.silent
        asked = []                                           # (i, dev, answers' places, ask while offline?)
        last = {}
        for i in range(tl.n, 0, -1):                         # backwards: the next answer to a connect
            e = self.trace.events[i]
            if e["ev"] in ("online", "refused"):
                last[e["dev"]] = i
            elif e["ev"] == "connect":
                asked.append((i, e["dev"], last.get(e["dev"]), False, None, END))
        asked.reverse()
        if "accept" not in silent:
            for m in tl.messages:
                places = [a[0] for a in m.answers] + [r.i for r in m.receipts]
                asked.append((m.i, m.dev, min(places, default=None), True, m.id, END))
        if "recall-accept" not in silent:
            for m in tl.messages:
                shown = [x for x in m.shown if x.i < m.rejected]
                asked += self.recall_questions(m.requests, m.recall_answers, shown, m.id, m.horizon_base + HORIZON)
            for msg, (requests, answers) in tl.lost_requests.items():
                asked += self.recall_questions(requests, answers, [], msg, END)
        for i, dev, answer, device_matters, msg, horizon in asked:
            s = tl.due(i, tl.T[i])
            if msg and tl.T[i] > horizon:                      # programs may have forgotten the message
                self.tally.either_way.append(("delivery.answered", i + 1))
            if answer is not None and (s is None or answer <= s[0]):
                self.tally.check("delivery.answered")
                if msg and (s[1] if s else tl.T[-1]) > min(tl.T[i] + HORIZON, horizon):
                    self.tally.either_way.append(("delivery.answered", None))
                continue
            stop = s[0] if s else tl.n
            lost = any(i < r <= stop for r in tl.restarts)
            if dev is not None:
                lost = lost or any(i < x <= stop for x in self.offlines_of(dev))
                if device_matters:
                    lost = lost or tl.session_at(dev, i) is None
            if lost or msg and s is not None and s[1] > min(tl.T[i] + HORIZON, horizon):
                self.tally.lapse("delivery.answered")
                if not lost:                                   # the same, at S
                    self.tally.either_way.append(("delivery.answered", i + 1))
            elif s is None and msg and tl.T[-1] > min(tl.T[i] + HORIZON, horizon):
                self.tally.lapse("delivery.answered")
            elif s is None:
                self.tally.leave_open("delivery.answered")
            else:
                self.tally.violate("delivery.answered", i, "no answer", **({"message": msg} if msg else {}),
                                   **({"device": dev} if dev else {}))

    def offlines_of(self, dev):
        return self.tl.offlines.get(dev, ())

    def recall_questions(self, requests, answers, shown, msg, horizon):
        """Each answer belongs to the earliest open request, or undecided to any; a first `recalled` answers too."""
        seen = self.trace.seen
        steps = sorted([(q.i, "ask", q) for q in requests] + [(a[0], a[2], None) for a in answers]
                       + [(x.i, "shown", None) for x in shown], key=lambda x: x[0])
        ways = [((), (), False, ())]         # open requests, (request, place of its answer), taken?, answered by `recalled`
        for i, kind, q in steps:
            nxt = []
            for opened, done, taken, late in ways:
                opened = tuple(x for x in opened if self.tl.T[i] <= x.t + HORIZON)
                if kind == "ask":
                    nxt.append((opened + (q,), done, taken, late))
                    continue
                if kind == "shown" and taken or not opened and not late:
                    nxt.append((opened, done, taken, late))
                    continue
                if kind != "shown" and late:         # the answer of a request that a `recalled` answered before
                    nxt.append((opened, done, taken, late[1:]))
                    if not opened:
                        continue
                if len(opened) > 1 and any(x.dev is not None and self.tl.session_at(x.dev, x.i) is None for x in opened):
                    self.tally.left_out.add("an answer to one of several recalls, one of which a device made that is offline")
                either = len(opened) > 1 and (seen or any(x.lost or self.tl.went_offline(x, i) for x in opened))
                for x in opened if either else opened[:1]:
                    rest = tuple(y for y in opened if y is not x)
                    nxt.append((rest, done + ((x, i),), taken or kind != "recall-reject",
                                late + (x,) if kind == "shown" else late))
            ways = nxt[:200]
        out = []
        for q in requests:
            places = {dict(way[1]).get(q) for way in ways}
            s = self.tl.due(q.i, q.t)
            in_time = {a is not None and (s is None or a <= s[0]) for a in places}
            if len(in_time) == 1:
                out.append((q.i, q.dev, places.pop(), True, msg, horizon))
            else:
                self.tally.undecided("delivery.answered")
        return out

    # ---- who has, who holds -------------------------------------------------------------------------------------
    def holders(self, m, user, dev, inst, i, at_s=None, clean=False):
        """Other terminals of the user that have m, seen before event i (or at S: at_s = (position, time)).

        A list of (session in which it was received or None, sure?, (place, time) since when)."""
        out = []
        p = at_s[0] if at_s else i - 1
        t = at_s[1] if at_s else self.tl.T[i]
        if m.dev is not None and self.trace.dev_user[m.dev] == user and m.i <= p and m.rejected > p:
            last = self.tl.inst_at(m.dev, m.hi) if m.sender_unsure else m.inst
            if m.dev != dev or m.inst != last or m.inst != inst:
                out.append((None, m.dev != dev or not m.inst <= inst <= last, (m.i, m.t)))
        for r in m.receipts:
            if r.i > p:
                break
            if r.user != user or (r.dev, r.inst) == (dev, inst) or (clean and r.violated):
                continue
            lasts = r.session is not None and r.session.end > p
            firm = r.firm_i <= p and r.firm_t <= t
            if lasts or firm:
                lasts = lasts or r.session is not None and r.session.end > r.firm_i      # ... until it needed to no more
                out.append((r.session, not (clean and r.doubtful), (r.i, r.t) if lasts else (r.firm_i, r.firm_t)))
        return out

    def holds(self, m, dev, inst, p, clean=False):
        """Does this installation hold m at position p? True, False or None."""
        received = [r for r in m.receipts if r.dev == dev and r.inst == inst and r.i <= p and not (clean and r.violated)]
        if any(not (clean and r.doubtful) for r in received):
            return True
        if received and m.dev != dev:
            return None
        if m.dev == dev and m.i <= p < m.rejected:
            if m.sender_unsure:
                later = self.tl.inst_at(dev, m.hi)
                return None if m.inst <= inst <= later else False
            return m.inst == inst
        return False

    # ---- bans on receipts ---------------------------------------------------------------------------------------
    def judge_receipts(self):
        for r in self.tl.strays:
            if isinstance(r, Receipt):
                self.tally.violate("delivery.no-phantom", r.i, "nobody sent it", device=r.dev, message=r.msg)
        todo = sorted(((r.i, r, m) for m in self.tl.messages for r in m.receipts), key=lambda x: x[0])
        for i, r, m in todo:
            if i > m.rejected:
                r.violated = "delivery.no-phantom"
                self.tally.violate("delivery.no-phantom", i, "it was rejected", device=r.dev, message=m.id)
                continue
            past = all_of(r.t > self.tl.horizon(m, t) for p, t in m.moments) if m.moments else r.t > m.t + HORIZON
            if past:
                r.violated = "delivery.no-phantom"
                self.tally.violate("delivery.no-phantom", i, "past its horizon", device=r.dev, message=m.id)
                continue
            if past is None:
                self.tally.undecided("delivery.no-phantom")
            else:
                self.tally.check("delivery.no-phantom")
            self.judge_receipt(i, r, m)

    def judge_receipt(self, i, r, m):
        answers = {"delivery.no-leak": [r.user != m.author and r.user not in self.tl.audience(m, p)
                                        for p, t in m.moments]}
        for rule in RECEIPT_BANS:
            answers[rule] = []
        turns = {}
        for moment in m.moments:
            self.tl.suppose(m, moment)
            for rule, (answer, n) in self.forbids(r, m, moment).items():
                answers[rule].append(answer)
                turns.setdefault(rule, set()).add(n)
        for rule, said in answers.items():
            answer = all_of(said) if said else False
            if answer:
                r.violated = rule
                self.tally.violate(rule, i, f"{r.dev} receives {m.id}", min(turns.get(rule, {0})), device=r.dev,
                                   message=m.id)
                break
            if answer is None:
                r.doubtful |= not m.certain
                self.tally.undecided(rule)
        # delivery.intact is judged besides
        for a, b in ((m.digest, r.digest), (m.text, r.text)):
            if a is not None and b is not None:
                if a == b:
                    self.tally.check("delivery.intact")
                else:
                    self.tally.violate("delivery.intact", i, "changed on its way", device=r.dev, message=m.id)

    def forbids(self, r, m, moment):
        """What each ban says to this receipt, if m was accepted at this moment: {rule: (True/False/None, turns)}."""
        tl = self.tl
        p, t = moment
        out = {rule: (False, 0) for rule in RECEIPT_BANS}
        at = tl.session_at(r.dev, p)
        excepted = r.offline and tl.excepted(r, moment)
        session = r.ended if excepted else (None if r.offline else r.session)
        since = at is not None and (at is r.session and not r.offline or excepted)
        # chatroom.live-only
        if m.kind == "chatroom":
            out["chatroom.live-only"] = (not (since and tl.in_room(m.to, r.dev, p)), 0)
        # status.online-only, status.api-online-only
        elif m.status and not m.oneself_api:
            out["status.api-online-only" if m.status_endpoint else "status.online-only"] = (not since, 0)
        # delivery.only-online
        out["delivery.only-online"] = (r.offline and not excepted, 0)
        # delivery.once: twice in one installation, or what it sent
        twice = any(x.dev == r.dev and x.inst == r.inst and x.i < r.i for x in m.receipts)
        if not twice and m.dev == r.dev:
            if m.sender_unsure:
                twice = None if m.inst <= r.inst <= tl.inst_at(r.dev, m.hi) else False
            else:
                twice = m.inst == r.inst
        out["delivery.once"] = (twice, 0)
        # api.exclude-sender
        if m.api and not m.include_sender and r.user == m.author and m.kind != "chatroom" and not m.oneself:
            out["api.exclude-sender"] = (True, 0)
        if not m.kept or m.oneself_api or session is None:
            return out
        decides, n = tl.decides(p, t, session)
        others = None
        came_later = session.start > p
        if not m.oneself and not r.offline:
            # off.api-online-only
            if m.include_sender and r.user == m.author and at is None and decides == OFF:
                out["off.api-online-only"] = (True, n)
            # off.no-compensation
            began, n_began = tl.state(session.start, session.t)
            if came_later and began == OFF:
                others = self.holders(m, r.user, r.dev, r.inst, r.i)
                answer = self.forbidden_copy(others, session, r.i, lambda s: tl.state(s.start, s.t)[0] != OFF)
                out["off.no-compensation"] = (answer, n_began)
            # off.no-sent-sync
            if m.dev is not None and r.user == m.author and r.dev != m.dev and decides == OFF:
                out["off.no-sent-sync"] = (True, n)
            # off.single-device
            if decides == OFF and r.user in tl.audience(m, p):
                before = any(x.user == r.user and x.dev != r.dev and x.i < r.i
                             and tl.decides(p, t, x.session)[0] == OFF for x in m.receipts)
                if before:
                    others = self.off_holders(m, r, p, t)
                    out["off.single-device"] = (bool(others), n)
        # compensation.window
        if came_later and decides == ON:
            inside = tl.inside(t, session)
            if inside is not True:
                others = self.holders(m, r.user, r.dev, r.inst, r.i)
                answer = self.forbidden_copy(others, session, r.i, lambda s: tl.inside(t, s) is not False)
                out["compensation.window"] = (None if inside is None and answer else answer, n)
        return out

    def off_holders(self, m, r, p, t):
        """Other terminals that have m, by receipts for which OFF decides."""
        found = []
        for x in m.receipts:
            if x.i >= r.i or x.user != r.user or (x.dev, x.inst) == (r.dev, r.inst):
                continue
            if self.tl.decides(p, t, x.session)[0] != OFF:
                continue
            lasts = x.session is not None and x.session.end > r.i - 1
            firm = x.firm_i < r.i and x.firm_t <= r.t
            if lasts or firm:
                found.append(x)
        return found

    def forbidden_copy(self, others, session, i, excuses):
        """Another terminal has it: True; only from a later session that still lasts and that excuses it: None."""
        if not others:
            return False
        hard = [s for s, sure, _ in others if sure
                and not (s is not None and s.start > session.start and s.end > i and excuses(s))]
        return True if hard else None

    # ---- delivery.no-phantom and others, of `recalled` ----------------------------------------------------------
    def judge_shown(self):
        for x in self.tl.strays:
            if not isinstance(x, Receipt):
                self.tally.violate("delivery.no-phantom", x.i, "recalled: nobody sent it", device=x.dev, message=x.msg)
        for m in self.tl.messages:
            for x in m.shown:
                if x.t > (m.horizon_base if m.certain else m.t) + HORIZON:    # programs may have forgotten the message
                    for rule in ("delivery.no-phantom", "delivery.no-leak", "delivery.only-online"):
                        self.tally.either_way.append((rule, x.i + 1))
                    continue
                asked = [q for q in m.requests if q.i < x.i]
                open_or_taken = self.recall_still_possible(m, x.i)
                if x.i > m.rejected or not asked or open_or_taken is False:
                    x.violated = "delivery.no-phantom"
                    self.tally.violate("delivery.no-phantom", x.i, "recalled: not asked for, or rejected",
                                       device=x.dev, message=m.id)
                    continue
                if open_or_taken is None:
                    self.tally.undecided("delivery.no-phantom")
                moments = m.moments or ([] if m.kind == "chatroom" else self.tl.moments_between(m.i, x.i - 1))
                leak = all_of(x.user != m.author and x.user not in self.tl.audience(m, p) for p, t in moments)
                if m.kind == "chatroom" and m.deemed and x.i <= m.s_i:      # nobody knows yet whether it was accepted
                    self.tally.either_way += [("delivery.no-leak", x.i + 1), ("delivery.only-online", x.i + 1)]
                if leak:
                    x.violated = "delivery.no-leak"
                    self.tally.violate("delivery.no-leak", x.i, "recalled leaks", device=x.dev, message=m.id)
                    continue
                if x.offline:
                    ok = set()
                    for rec in m.recalls:
                        ok.add(rec is not None and self.tl.excepted(x, (rec.i, rec.t)))
                    if m.fog and x.ended is not None and not self.tl.settled_between(x.ended.end, x.ended.end_t, x.i, x.t):
                        ok.add(True)
                    if ok == {False}:
                        x.violated = "delivery.only-online"
                        self.tally.violate("delivery.only-online", x.i, "recalled while offline", device=x.dev,
                                           message=m.id)
                    elif True in ok and x.ended is not None:
                        x.session, x.inst = x.ended, x.ended.inst

    def recall_still_possible(self, m, i):
        """Is there a recall asked for before i that was not rejected before? False, True, or None."""
        opened, taken = [], False
        unsure = False
        for j, kind in sorted([(q.i, q) for q in m.requests] + [(a[0], a[2]) for a in m.recall_answers]
                              + [(x.i, "shown") for x in m.shown], key=lambda y: y[0]):
            if j >= i:
                break
            if kind == "recall-accept" or kind == "shown":
                if opened:
                    taken = True
                    opened.pop(0) if kind == "recall-accept" else None
            elif kind == "recall-reject":
                if opened:
                    opened.pop(0)
            else:
                opened.append(kind)
        return taken or bool(opened)

    # ---- delivery.order -----------------------------------------------------------------------------------------
    def judge_order(self):
        caught_silent = "caught-up" in self.trace.silent
        lanes = defaultdict(list)
        for m in self.tl.messages:
            if m.status or not m.moments:
                continue
            for r in m.receipts:
                if r.via is None or r.session is None or r.unsure or not r.first or r.violated == "delivery.no-phantom":
                    continue
                if r.via != "live" and (caught_silent or r.i > r.session.caught_up):
                    continue
                lanes[(r.dev, r.session.start, r.via, m.conversation)].append((r.i, m, r))
        for lane in lanes.values():
            lane.sort(key=lambda x: x[0])
            for k, (i, m, r) in enumerate(lane):
                wrong = compared = False
                for _, other, _ in lane[:k]:
                    if other is m:
                        continue
                    if m.hi < other.lo:
                        wrong = True
                    elif other.hi < m.lo:
                        compared = True
                if wrong:
                    self.tally.violate("delivery.order", i, f"{m.id} comes too late", device=r.dev, message=m.id)
                elif compared:
                    self.tally.check("delivery.order")

    # ---- when bans are tempted ----------------------------------------------------------------------------------
    def tempt_bans(self, m):
        if not m.moments or m.unknown:
            return
        asked = []
        latest = max(self.tl.horizon(m, t) for _, t in m.moments)
        for moment in m.moments:
            self.tl.suppose(m, moment)
            asked.append((self.temptations(m, *moment, self.tl.horizon(m, moment[1])), self.temptations(m, *moment, latest)))
        for rule in set().union(*(a for _, a in asked)):
            throughout = [a.get(rule, set()) for a, _ in asked]
            if set.intersection(*({who for _, who in by} for by in throughout)):
                for turns in {turns for turns, _ in set.intersection(*throughout)} or {0}:
                    self.tally.check(rule, turns)
                continue
            self.tally.undecided(rule)
            # by one device here and another there; or where its horizon ends is uncertain: programs may have forgotten it
            if all(rule in a for _, a in asked):
                self.tally.either_way.append((rule, None))

    def temptations(self, m, p, t, horizon):
        """{rule: {(turns, by whom)}} of the bans that m tempts if it was accepted at (p, t)."""
        tl, out = self.tl, {}
        audience = tl.audience(m, p)
        own = {m.author} | audience

        def tempt(rule, by, turns=0):
            out.setdefault(rule, set()).update((turns, who) for who in by)
        # delivery.no-leak: somebody outside has a device online at acceptance or later
        tempt("delivery.no-leak", [s.dev for s in self.all_sessions if s.end > p and s.user not in own and s.t <= horizon])
        # delivery.only-online: a device of author or audience is offline at acceptance
        tempt("delivery.only-online", [d for u in own for d in tl.declared_devices(u, p) if tl.session_at(d, p) is None])
        if m.kind == "chatroom":
            # chatroom.live-only: a device comes online or joins after a message of the room
            tempt("chatroom.live-only", [s.dev for s in self.all_sessions if s.start > p and s.t <= horizon])
            tempt("chatroom.live-only", [d for d, a in tl.joins.get(m.to, ())
                                         if a > p and tl.T[a] <= horizon and not tl.in_room(m.to, d, p)])
            if not out["chatroom.live-only"] and any(a > p for d, a in tl.joins.get(m.to, ())):
                self.tally.either_way.append(("chatroom.live-only", None))    # it was in the room, and left and joined again
            return {rule: by for rule, by in out.items() if by}
        if m.oneself_api:
            return {rule: by for rule, by in out.items() if by}
        # api.exclude-sender: the sender has a device online at acceptance or later
        if m.api and not m.include_sender:
            tempt("api.exclude-sender", [s.dev for s in self.user_sessions[m.author] if s.end > p and s.t <= horizon])
        if m.status:
            came = [s.dev for u in own for s in self.user_sessions[u]
                    if s.start > p and s.t <= horizon and tl.session_at(s.dev, p) is None]
            tempt("status.online-only", came)
            if m.status_endpoint:
                tempt("status.api-online-only", came)
            return {rule: by for rule, by in out.items() if by}
        state, n = tl.state(p, t)
        if state == OFF and not m.oneself:
            # off.single-device: at acceptance two devices of a recipient are online
            for u in audience:
                tempt("off.single-device", combinations(self.sessions_at(u, p), 2), n)
            # off.no-sent-sync: at acceptance another device of the author is online
            if m.dev is not None:
                tempt("off.no-sent-sync", [(d, start) for d, start in self.sessions_at(m.author, p) if d != m.dev], n)
        for u in own:
            for s in self.user_sessions[u]:
                if s.start <= p or s.t > horizon:
                    continue
                decides, turns = tl.decides(p, t, s)
                # off.api-online-only: such a device comes online afterwards
                if m.include_sender and u == m.author and not m.oneself and decides == OFF \
                        and tl.session_at(s.dev, p) is None:
                    tempt("off.api-online-only", [s.dev], turns)
                began, n_began = tl.state(s.start, s.t)
                off = began == OFF and not m.oneself
                window = decides == ON and tl.inside(t, s) is False
                if (off or window) and self.holds(m, s.dev, s.inst, s.start) is False \
                        and any(sure for _, sure, _ in self.holders(m, u, s.dev, s.inst, s.start)):
                    # off.no-compensation: such a session begins, of a device that lacks such a message
                    if off:
                        tempt("off.no-compensation", [s.dev], n_began)
                    # compensation.window: d logs in lacking such a message
                    if window:
                        tempt("compensation.window", [s.dev], turns)
        return {rule: by for rule, by in out.items() if by}

    def sessions_at(self, user, p):
        return sorted((d, self.tl.session_at(d, p).start) for d in self.tl.online_devices(user, p))

    def tempt_once(self):
        """delivery.once: a session begins on a device that holds something."""
        for s in self.all_sessions:
            held = [m for m in self.tl.messages if m.kept and m.i < s.start < m.rejected
                    and self.holds(m, s.dev, s.inst, s.start) is not False]
            if any(s.t <= m.horizon_base + HORIZON and self.holds(m, s.dev, s.inst, s.start)
                   and not any(r.unsure and r.dev == s.dev for r in m.late) for m in held):
                self.tally.check("delivery.once")
            elif held:               # programs may have forgotten it; or which installation received it is undecided
                self.tally.either_way.append(("delivery.once", None))

    # ---- compensation.conversations -----------------------------------------------------------------------------
    def judge_conversations(self):
        tl = self.tl
        seen = set()
        for i, e in enumerate(self.trace.events):
            if not i or e["ev"] != "caught-up" or "conversations" not in e:
                continue
            dev = e["dev"]
            s = tl.session_at(dev, i)
            if s is None or (dev, s.inst) in seen:
                continue
            seen.add((dev, s.inst))
            state, turns = tl.state(s.start, s.t)
            if state != ON:
                self.tally.undecided("compensation.conversations")
                continue
            required, optional, perhaps = set(), set(), set()      # perhaps: its recall was asked for and is not answered yet
            for m in tl.messages:
                if m.i > i or not m.kept:
                    continue
                name = self.conversation_for(m, s.user)
                if name is None:
                    continue
                held = self.holds(m, dev, s.inst, i)
                signs = [a[0] for a in m.answers] + [r.i for r in m.receipts]
                deemed = m.s_i if m.deemed else END
                if m.dev == dev and m.inst < s.inst and i < min([deemed, *signs]):
                    optional.add(name)       # reinstalled since its `send`, and perhaps before its `accept`
                    if tl.T[i] > m.t + HORIZON:
                        self.tally.either_way.append(("compensation.conversations", i + 1))
                tombstone = any(x.dev == dev and x.inst == s.inst and x.i <= i and x.violated != "delivery.no-leak"
                                and x.i < m.rejected for x in m.shown) \
                    or i < m.rejected and self.concerns(m, s.user) \
                    and (any(rec is not None and rec.i < i and rec.request.dev == dev for rec in m.recalls)
                         or any(place < i and by == dev for place, by in m.fog_devices))    # it may have been accepted
                past = tl.T[i] > m.horizon_base + HORIZON
                if held is False:
                    if tombstone:
                        optional.add(name)
                        if past:                        # programs may have forgotten it
                            self.tally.either_way.append(("compensation.conversations", i + 1))
                    continue
                clean = self.holds(m, dev, s.inst, i, clean=True)
                accepted = bool(m.moments) and m.hi < i
                unanswered = sum(q.i < i for q in m.requests) > sum(a[0] < i for a in m.recall_answers)
                recalled = tombstone or any(rec is not None and rec.i < i for rec in m.recalls) \
                    or any(a <= i for a, b in m.fog) or unanswered and any(q.lost and q.s_i is None for q in m.requests)
                if m.oneself_api or held is None or not clean or not accepted or recalled or past:
                    optional.add(name)
                elif unanswered:
                    perhaps.add(name)
                else:
                    required.add(name)
            listed = e["conversations"]
            if perhaps - required - set(listed):
                self.tally.either_way.append(("compensation.conversations", i + 1))
            required |= perhaps
            fine = len(set(listed)) == len(listed) and required <= set(listed) <= required | optional
            if tl.T[i] > self.trace.t0 + HORIZON and self.forgotten(dev, s.inst, i):
                self.tally.either_way.append(("compensation.conversations", i + 1))
            if fine:
                self.tally.check("compensation.conversations", turns)
            else:
                self.tally.violate("compensation.conversations", i, f"lists {listed}, expected {sorted(required)}",
                                   turns, device=dev)

    def forgotten(self, dev, inst, i):
        """Does the device hold what nobody sent, or what came past its horizon?  A program may have forgotten its sending."""
        receipts = [r for r in self.tl.strays if isinstance(r, Receipt)]
        receipts += [r for m in self.tl.messages for r in m.receipts if r.violated == "delivery.no-phantom"]
        return any(r.dev == dev and r.inst == inst and r.i < i for r in receipts)

    def concerns(self, m, user):
        """Is the user author or audience? (What somebody else recalled is in no conversation of theirs.)"""
        return user == m.author or any(user in self.tl.audience(m, p) for p, _ in m.moments or [(m.i, m.t)])

    @staticmethod
    def conversation_for(m, user):
        if m.kind == "group":
            return f"group:{m.to}"
        if m.kind == "chatroom":
            return None
        return m.to if m.author == user else m.author


class Duty:
    """One thing owed: what its rule says at each moment at which the acceptance may have been."""

    def __init__(self, rule, message, user, dev, outcomes, when, at_line):
        self.rule, self.message, self.user, self.dev = rule, message, user, dev
        self.outcomes, self.when, self.at_line = outcomes, when, at_line     # outcomes: [(what, turns)]


def verdict_of(outcomes):
    """What a duty comes to, if it may have been any of these."""
    kinds = {o[0] for o in outcomes}
    if len(kinds) == 1:
        return kinds.pop()
    if kinds == {KEPT, FORGOTTEN}:
        return FORGOTTEN
    if kinds <= {OPEN, VIOLATED} and OPEN in kinds:
        return OPEN
    return MAYBE


class MessageDuties:
    """online.*, status.online-sync, api.include-sender-*, compensation.device-switch / reinstall, delivery.no-loss."""

    def __init__(self, judge):
        self.judge, self.tl, self.trace, self.tally = judge, judge.tl, judge.trace, judge.tally

    def run(self):
        for m in self.tl.messages:
            if m.moments and m.kind != "chatroom":
                self.judge_message(m)

    def judge_message(self, m):
        duties = []
        users = set().union(*({m.author} | self.tl.audience(m, p) for p, t in m.moments))
        for u in sorted(users):
            for s in self.judge.user_sessions[u]:
                if s.end > m.lo:
                    self.session_duties(m, u, s, duties)
            if m.include_sender and u == m.author and not m.oneself and not m.status:
                self.any_device_duty(m, u, duties)
        self.settle(m, duties)

    def add(self, duties, rule, m, user, dev, judged):
        """judged: [(what, turns, when)] for each moment."""
        if any(j[0] != NONE for j in judged):
            when = max((j[2] for j in judged if j[2] is not None), default=END)
            duties.append(Duty(rule, m, user, dev, [(j[0], j[1]) for j in judged], when, min(when, self.tl.n)))

    def lapse_at(self, m, user, p, t, recall, session, by):
        """The first place at which a duty lapses: session's end, recall, horizon, or when the user left the group."""
        tl = self.tl
        place = session.end if session is not None else END
        if recall is not None:
            place = min(place, recall.i if by is None or recall.t <= by else END)
        place = min(place, tl.left_after(m, user, p))
        return place

    def outcome(self, m, user, moment, recall, session, arise, kept_at, even_recalled=False):
        """What a duty that arose at `arise` comes to; kept_at: the place where it was kept, or END."""
        tl = self.tl
        p, t = moment
        s = tl.due(*arise)
        if m.deemed and arise is moment:             # what is owed either way is owed at S
            s = (m.s_i, m.s_t)
        lapse = self.lapse_at(m, user, p, t, recall, session, s[1] if s else None)
        if lapse <= arise[0] and not even_recalled:
            return NONE, None
        until = session.end if even_recalled else lapse
        # what came late is kept, too, if nothing but the session had ended
        late = self.came_late(m, session, kept_at) and (
            even_recalled or kept_at < self.lapse_at(m, user, p, t, recall, None, s[1] if s else None))
        if kept_at <= (s[0] if s else self.tl.n) and (kept_at < until or late):
            forgotten = (s[1] if s else tl.T[-1]) > tl.horizon(m, t)
            return FORGOTTEN if forgotten else KEPT, max(kept_at, arise[0])
        if lapse <= arise[0]:
            return NONE, None
        stop = s[0] if s else tl.n
        stop_t = s[1] if s else tl.T[-1]
        if any(a <= stop and (b > stop or s is None) for a, b in m.fog):
            return MAYBE, stop
        if lapse <= stop or stop_t > tl.horizon(m, t):
            return LAPSED, stop
        if s is None:
            return OPEN, None
        return VIOLATED, s[0]

    @staticmethod
    def came_late(m, session, place):
        """Did the device get m here, after the `offline` of this session, but so that it belongs to it?"""
        return any(r.i == place and r.session is session for r in m.late)

    def worlds(self, m):
        for moment in m.moments:
            self.tl.suppose(m, moment)
            for recall in m.recalls:
                yield moment, recall

    def first_receipt(self, m, dev, inst=None, user=None):
        for r in m.receipts:
            if (dev is None or r.dev == dev) and (inst is None or r.inst == inst) and (user is None or r.user == user):
                return r.i
        return END

    def session_duties(self, m, u, s, duties):
        tl = self.tl
        table = defaultdict(list)
        rules = ["delivery.no-loss"]
        if m.status:
            rules = ["status.online-sync"]
        else:
            rules += ["online.received", "online.sent", "api.include-sender-online", "api.include-sender-offline",
                      "compensation.reinstall" if s.first_of_inst else "compensation.device-switch"]
        for moment, recall in self.worlds(m):
            found = self.in_one_world(m, u, s, moment, recall)
            for rule in rules:
                table[rule].append(found.get(rule, (NONE, 0, None)))
        for rule, judged in table.items():
            if m.unknown:
                judged = [(OPEN if j[0] in (OPEN, VIOLATED) else j[0], j[1], j[2]) for j in judged]
            self.add(duties, rule, m, u, s.dev, judged)

    def in_one_world(self, m, u, s, moment, recall):
        """What each rule owes the device of this session, if m was accepted at this moment (and recalled so)."""
        tl, out = self.tl, {}
        p, t = moment
        if s.end <= p:
            return out
        audience = tl.audience(m, p)
        recipient = u in audience
        if not recipient and u != m.author:
            return out
        online_at = s.start <= p
        decides, turns = tl.decides(p, t, s)
        if online_at:
            arise = moment
            received = next((r.i for r in m.receipts if r.session is s), END)

            def say(rule, kept_at=received, turns=turns):
                out[rule] = self.with_turns(self.outcome(m, u, moment, recall, s, arise, kept_at), turns)
            if m.status:
                # status.online-sync
                if recipient and m.dev is not None and decides == ON:
                    say("status.online-sync")
                return out
            # online.received
            if recipient and decides == ON:
                say("online.received")
            if u == m.author and m.dev is not None and decides == ON:
                # online.sent: every other device
                if s.dev != m.dev:
                    say("online.sent")
                elif m.sender_unsure and s.inst != m.inst:
                    out["online.sent"] = (MAYBE, turns, None)
            # api.include-sender-online, while ON
            if u == m.author and m.include_sender and not m.oneself and decides == ON:
                say("api.include-sender-online")
        else:
            if m.status or s.t > tl.horizon(m, t):
                return out
            arise = (s.start, s.t)
            if decides == ON and not m.oneself_api:
                self.compensation(m, u, s, moment, recall, turns, out)
                self.include_sender_offline(m, u, s, moment, recall, turns, out)
        # delivery.no-loss
        if recipient:
            if online_at or s.t - t <= s.offline_days * 24 * 3600 * 1000:
                out["delivery.no-loss"] = self.with_turns(self.no_loss(m, u, moment, recall, s, arise), 0)
        return out

    def no_loss(self, m, u, moment, recall, s, arise):
        """delivery.no-loss: kept by a receipt while such a device is online, or owed to one that still is at S."""
        due = (m.s_i, m.s_t) if m.deemed and arise is moment else self.tl.due(*arise)
        got = self.first_receipt(m, None, user=u)
        if s.end <= min(got, due[0] if due else self.tl.n) and not self.came_late(m, s, got):
            if got <= (due[0] if due else self.tl.n):        # it came to the user in time, but nobody was online
                self.judge.tally.either_way.append(("delivery.no-loss", None))
            return LAPSED, due[0] if due else None
        return self.outcome(m, u, moment, recall, s, arise, got, even_recalled=True)

    @staticmethod
    def with_turns(result, turns):
        return result[0], turns, result[1]

    def compensation(self, m, u, s, moment, recall, turns, out):
        """compensation.device-switch and compensation.reinstall."""
        tl = self.tl
        p, t = moment
        inside = tl.inside(t, s)
        if inside is False:
            return
        rule = "compensation.reinstall" if s.first_of_inst else "compensation.device-switch"
        due = tl.due(s.start, s.t)
        last = min((tl.n, tl.T[-1]), (s.end, s.end_t))          # of a session that ended before S: when it ended
        others = self.judge.holders(m, u, s.dev, s.inst, s.start, at_s=min(due or last, last), clean=True)
        at_start = self.judge.holders(m, u, s.dev, s.inst, s.start, at_s=(s.start, s.t), clean=True)
        if not others:
            # of what S there never was, nobody can say who would have had it then
            if (due is None or due[1] > tl.horizon(m, t) or s.end <= due[0]) and (at_start or any(
                    r.user == u and (r.dev, r.inst) != (s.dev, s.inst) and not r.violated for r in m.receipts)):
                self.tally.either_way.append((rule, None))
            return
        arise = (s.start, s.t)
        if tl.D is not None:
            arise, others = self.last_condition(m, u, s, last)
            due = tl.due(*arise)
            if not others:
                return
        held = self.judge.holds(m, s.dev, s.inst, s.start)
        kept_at = self.first_receipt(m, s.dev, s.inst)
        if held:
            kept_at = min(kept_at, s.start)
        if held and s.t <= tl.horizon(m, t):
            result = FORGOTTEN if (due[1] if due else tl.T[-1]) > tl.horizon(m, t) else KEPT, s.start
        else:
            result = self.outcome(m, u, moment, recall, s, arise, kept_at)
        if result[0] in (KEPT, FORGOTTEN) and any(a <= max(kept_at, s.start) < b for a, b in m.fog):
            result = MAYBE, s.start
        lost_recall = any(q.lost and q.i < max(s.end, kept_at) and q.s_i is None for q in m.requests)
        ended = s.end <= (due[0] if due else tl.n) and not any(
            sure for _, sure, _ in self.judge.holders(m, u, s.dev, s.inst, s.start, at_s=due or (tl.n, tl.T[-1]), clean=True))
        # A message that it held when this session began, and that was recalled, or its user gone, before: nothing is owed,
        # or it is kept already.
        over_before = held and (recall is not None and recall.i <= s.start or tl.left_after(m, u, p) <= s.start)
        unclean = held and not self.judge.holds(m, s.dev, s.inst, s.start, clean=True)
        # nothing is known of a recall; or who had it, when it ended?
        if result[0] == KEPT and (lost_recall or ended or unclean or over_before):
            self.tally.either_way.append((rule, None))
        if inside is None or not any(sure for _, sure, _ in others) or held is None and result[0] == VIOLATED:
            result = (MAYBE, result[1])
        out[rule] = self.with_turns(result, turns)

    def last_condition(self, m, u, s, last):
        """Time mode: a duty arises with the last of its conditions, that another terminal has m.  When, and which have it?"""
        arise = login = (s.start, s.t)
        while True:
            due = self.tl.due(*arise)
            others = self.judge.holders(m, u, s.dev, s.inst, s.start, at_s=min(due or last, last), clean=True)
            others = [x for x in others if x[2][1] <= s.t + self.tl.D]     # who has it only after the session's first S: not owed
            since = max(login, min((x[2] for x in others if x[1]), default=login))
            if since <= arise:
                return arise, others
            arise = since           # who had it before may have lost it by S

    def include_sender_offline(self, m, u, s, moment, recall, turns, out):
        """api.include-sender-offline: no device of the sender has received m; one holds it at the first S."""
        tl = self.tl
        if not m.include_sender or u != m.author or m.oneself:
            return
        inside = tl.inside(moment[1], s)
        if inside is False:
            return
        got = self.first_receipt(m, None, user=u)
        if got <= s.start:
            return
        if got > s.end:                # what comes late to a session that ended is of it, whoever else has it meanwhile
            got = next((r.i for r in m.late if r.session is s), got)
        result = self.outcome(m, u, moment, recall, s, (s.start, s.t), got)
        if result[0] in (KEPT, FORGOTTEN) and any(a <= max(got, s.start) < b for a, b in m.fog):
            result = MAYBE, s.start
        if inside is None and result[0] in (VIOLATED, OPEN):
            result = (MAYBE, result[1])
        out["api.include-sender-offline"] = self.with_turns(result, turns)

    def any_device_duty(self, m, u, duties):
        """api.include-sender-online, in every state: some device of theirs has received m (while ON each is asked, too)."""
        tl = self.tl
        judged, there = [], []
        for moment, recall in self.worlds(m):
            p, t = moment
            state, turns = tl.state(p, t)
            sessions = [x for x in self.judge.user_sessions[u] if x.start <= p < x.end]
            there.append(set(sessions))
            if not sessions:
                judged.append((NONE, 0, None))
                continue
            got = self.first_receipt(m, None, user=u)
            results = [self.outcome(m, u, moment, recall, x, moment, got) for x in sessions]
            kinds = [r[0] for r in results]
            pick = next((k for k in (KEPT, FORGOTTEN, VIOLATED, OPEN, MAYBE, LAPSED, NONE) if k in kinds))
            when = next(r[1] for r in results if r[0] == pick)
            judged.append((pick, 0 if state == CHANGING else turns, when))
        if m.unknown:
            judged = [(OPEN if j[0] in (OPEN, VIOLATED) else j[0], j[1], j[2]) for j in judged]
        if not set.intersection(*there):          # one device was online at some moments and another at the others
            self.tally.either_way.append(("api.include-sender-online", None))
        self.add(duties, "api.include-sender-online", m, u, None, judged)

    def settle(self, m, duties):
        """Looks at the duties in the order of their S; what was violated is owed no more."""
        tally = self.tally
        last = {"delivery.no-loss": 2, "api.include-sender-offline": 1, "api.include-sender-online": 0.5}
        duties.sort(key=lambda d: (d.when, verdict_of(d.outcomes) not in (KEPT, FORGOTTEN), last.get(d.rule, 0)))
        devices, users, named = set(), set(), set()
        for d in duties:
            if d.user in users or (d.dev is not None and d.dev in devices and d.rule != "delivery.no-loss"):
                continue
            what = verdict_of(d.outcomes)
            if d.rule == "delivery.no-loss" and d.user in named and what == VIOLATED:
                continue
            if d.rule == "api.include-sender-online" and d.dev is None and d.user in named and what == VIOLATED:
                continue
            turns = min(o[1] for o in d.outcomes)
            if what in (KEPT, FORGOTTEN):
                tally.check(d.rule, turns)
                if what == FORGOTTEN:
                    tally.either_way.append((d.rule, None))
            elif what == VIOLATED:
                about = {"message": m.id, "user": d.user}
                if d.dev:
                    about["device"] = d.dev
                tally.violate(d.rule, d.at_line, f"{d.dev or d.user} lacks {m.id}", turns, **about)
                named.add(d.user)
                if d.rule in ("delivery.no-loss", "api.include-sender-offline"):
                    users.add(d.user)
                elif d.dev:
                    devices.add(d.dev)
            elif what == LAPSED:
                tally.lapse(d.rule)
            elif what == OPEN:
                tally.leave_open(d.rule)
            elif what == MAYBE:
                tally.undecided(d.rule)


class RecallRules:
    """recall.*, off.recall-stays-local."""

    def __init__(self, judge):
        self.judge, self.tl, self.trace, self.tally = judge, judge.tl, judge.trace, judge.tally

    def run(self):
        for m in self.tl.messages:
            if m.kept and m.moments and any(m.recalls) and not m.oneself_api:    # what was never accepted cannot be recalled
                self.judge_message(m)

    def worlds(self, m):
        for moment in m.moments or [None]:
            if moment:
                self.tl.suppose(m, moment)
            for recall in m.recalls:
                yield moment, recall

    def judge_message(self, m):
        recalls = [rec for rec in m.recalls if rec is not None]
        first, last = (self.tl.horizon(m, m.moments[k][1]) for k in (0, -1))
        if any(not self.is_first(m, m.moments[-1], rec) or rec.t > first for rec in recalls) or any(first < x.t <= last for x in self.judge.all_sessions):
            # recalled before it was accepted, or something happens where it is uncertain whether its horizon has passed
            for rule in ("recall.online-devices", "recall.offline-devices", "recall.no-return", "recall.basic",
                         "off.recall-stays-local"):
                self.tally.either_way.append((rule, None))
        self.no_return(m)                # first: a receipt that violated it raises no duty, nor does holding what it brought
        devices = [d for ds in self.trace.user_devices.values() for d in ds]
        done = set()
        todo = []
        for dev in devices:
            for s in self.tl.sessions[dev]:
                table = defaultdict(list)
                for moment, recall in self.worlds(m):
                    found = self.in_one_world(m, dev, s, moment, recall) if recall else {}
                    for rule in ("recall.online-devices", "recall.offline-devices", "recall.basic"):
                        table[rule].append(found.get(rule, (NONE, 0, None)))
                for rule, judged in table.items():
                    if any(j[0] != NONE for j in judged):
                        when = max((j[2] for j in judged if j[2] is not None), default=END)
                        todo.append((when, dev, rule, judged))
        todo.sort(key=lambda x: x[0])
        for when, dev, rule, judged in todo:
            if dev in done:
                continue
            what, turns = verdict_of(judged), min(j[1] for j in judged)
            if what in (KEPT, FORGOTTEN):
                self.tally.check(rule, turns)
                if what == FORGOTTEN:
                    self.tally.either_way.append((rule, None))
            elif what == VIOLATED:
                done.add(dev)
                self.tally.violate(rule, when, f"{dev} does not show {m.id} recalled", turns, device=dev, message=m.id)
            elif what == LAPSED:
                self.tally.lapse(rule)
            elif what == OPEN:
                self.tally.leave_open(rule)
            elif what == MAYBE:
                self.tally.undecided(rule)
        self.stays_local(m)

    @staticmethod
    def is_first(m, moment, recall):
        """Was m surely accepted before it was recalled? (At one and the same place nobody can say.)"""
        return moment[0] < recall.i or moment[0] == recall.i and m.certain

    def in_one_world(self, m, dev, s, moment, recall):
        tl, out = self.tl, {}
        rp, rt = recall.i, recall.t
        user = s.user
        if s.end <= rp or rp < m.i or dev == recall.request.dev:
            return out
        p, t = moment if moment else (m.i, m.t)
        if not self.is_first(m, (p, t), recall):
            return out
        horizon = tl.horizon(m, t)
        online_at = s.start <= rp
        looked = rp if online_at else s.start
        held = self.judge.holds(m, dev, s.inst, looked, clean=True)
        if held is False:
            return out
        arise = (rp, rt) if online_at else (s.start, s.t)
        if arise[1] > horizon:
            return out
        left = tl.left_after(m, user, p)
        if left <= arise[0]:
            return out
        due = recall.s if online_at and recall.s else tl.due(*arise)
        shown = next((x.i for x in m.shown if x.dev == dev and x.inst == s.inst), END)
        lapse = min(s.end, left)
        stop, stop_t = due if due else (tl.n, tl.T[-1])
        if not online_at and shown <= s.start:
            return out
        late = any(x.i == shown and x.offline and x.session is s for x in m.shown)
        if shown <= stop and (shown < lapse or late and shown < left) and tl.T[shown] <= horizon:
            what = FORGOTTEN if stop_t > horizon else KEPT
        elif lapse <= stop or stop_t > horizon:
            what = LAPSED
        elif due is None:
            what = OPEN
        else:
            what = VIOLATED
        if held is None and what != LAPSED:
            what = MAYBE
        when = None if what == OPEN else (shown if what in (KEPT, FORGOTTEN) else stop)
        decides, turns = tl.decides(rp, rt, s)
        if online_at:
            if decides == ON:
                out["recall.online-devices"] = (what, turns, when)
            if tl.state(rp, rt)[0] != ON and user in (tl.audience(m, p) if moment else ()) \
                    and len(tl.declared_devices(user, rp)) == 1:
                out["recall.basic"] = (what, 0, when)
        elif decides == ON:
            if tl.inside(rt, s) is not True and what in (VIOLATED, OPEN, KEPT, FORGOTTEN):
                what = MAYBE
            out["recall.offline-devices"] = (what, turns, when)
        return out

    # ---- recall.no-return ---------------------------------------------------------------------------------------
    def no_return(self, m):
        tl = self.tl
        for r in m.receipts:
            if r.violated:
                continue
            answers, turns = [], set()
            for moment, recall in self.worlds(m):
                answer, n = self.returned(m, r, moment, recall)
                answers.append(answer)
                turns.add(n)
            answer = all_of(answers)
            if answer:
                r.violated = "recall.no-return"
                due = tl.due(r.i, r.t)
                self.tally.violate("recall.no-return", due[0], f"{r.dev} shows {m.id} again", min(turns),
                                   device=r.dev, message=m.id)
            elif answer is None:
                self.tally.undecided("recall.no-return")
        tempted, turns = [], set()
        for moment, recall in self.worlds(m):
            answer, n = self.tempted(m, moment, recall)
            tempted.append(answer)
            turns.add(n)
        answer = all_of(tempted)
        if answer:
            self.tally.check("recall.no-return", min(turns))
        elif answer is None:
            self.tally.undecided("recall.no-return")

    def inst_of(self, x, recall):
        """The installation that shows the recall: the one that ended if it was on its way to that, else the one there now."""
        if not x.offline:
            return x.inst
        return x.ended.inst if self.tl.excepted(x, (recall.i, recall.t)) else self.tl.inst_at(x.dev, x.i)

    def returned(self, m, r, moment, recall):
        tl = self.tl
        q = recall.request if recall else None
        if recall is None or moment is None or recall.i >= r.i or r.dev == q.dev and r.inst == tl.inst_at(q.dev, recall.i):
            return False, 0
        if tl.left_after(m, r.user, moment[0]) < r.i:
            return False, 0
        decides, turns = tl.decides(recall.i, recall.t, r.session)
        if decides != ON:
            return False, 0
        due = tl.due(r.i, r.t)
        if due is None:
            return False, 0
        if any(x.dev == r.dev and self.inst_of(x, recall) == r.inst and x.i <= due[0] for x in m.shown):
            return False, 0
        if r.session is None or r.session.end <= due[0] or due[1] > tl.horizon(m, moment[1]):
            return None, 0
        return True, turns

    def tempted(self, m, moment, recall):
        """An installation of author or audience that lacks m is online after recall-accept."""
        tl = self.tl
        if recall is None or moment is None:
            return False, 0
        best = None
        for u in {m.author} | tl.audience(m, moment[0]):
            for s in self.judge.user_sessions[u]:
                if s.end <= recall.i:
                    continue
                looked, looked_t = max((s.start, s.t), (recall.i, recall.t))
                if tl.left_after(m, u, moment[0]) <= looked or looked_t > tl.horizon(m, moment[1]):
                    continue
                decides, turns = tl.decides(recall.i, recall.t, s)
                if decides == ON and self.judge.holds(m, s.dev, s.inst, looked) is False:
                    best = max(turns, best or 0)
        return best is not None, best or 0

    # ---- off.recall-stays-local ---------------------------------------------------------------------------------
    def stays_local(self, m):
        if m.oneself:
            return
        tl = self.tl
        # violated: shown on more devices than allowed
        counted = set()
        for x in m.shown:
            if x.violated or x.dev in counted or x.t > m.horizon_base + HORIZON:
                continue
            answers, turns = [], set()
            for moment, recall in self.worlds(m):
                answer, n = self.one_too_many(m, x, recall) if recall and self.is_first(m, moment, recall) else (False, 0)
                answers.append(answer)
                turns.add(n)
            answer = all_of(answers)
            if answer:
                counted.add(x.dev)
                self.tally.violate("off.recall-stays-local", x.i, f"shown on {x.dev} too", min(turns), device=x.dev,
                                   message=m.id)
            elif answer is None:
                self.tally.undecided("off.recall-stays-local")
        answers, turns = [], set()
        for moment, recall in self.worlds(m):
            answer, n = self.more_devices(m, moment, recall)
            answers.append(answer)
            turns.add(n)
            if not answer and self.more_devices(m, moment, recall, later=True)[0]:
                self.tally.either_way.append(("off.recall-stays-local", None))
        answer = all_of(answers)
        if answer:
            self.tally.check("off.recall-stays-local", min(turns))
        elif answer is None:
            self.tally.undecided("off.recall-stays-local")

    def counts_here(self, m, x, recall):
        """Does this showing count: did the device hold m then, and does OFF decide?"""
        if recall is None or not m.i <= recall.i < x.i or x.violated:
            return False, 0
        decides, turns = self.tl.decides(recall.i, recall.t, x.session)
        if decides != OFF:
            return False, 0
        held = self.judge.holds(m, x.dev, x.inst, x.i)
        return held, turns

    def one_too_many(self, m, x, recall):
        counts, turns = self.counts_here(m, x, recall)
        if counts is False:
            return False, 0
        q = recall.request
        if x.dev == q.dev or x.offline:              # delivery.only-online's exception violates no off rule
            return False, 0
        if any(y.i < x.i and y.dev == x.dev and y.violated in (None, "delivery.only-online")
               and (y.inst == x.inst or self.counts_here(m, y, recall)[0]) for y in m.shown):
            return False, 0                          # no further device: it showed it before, or had its tombstone
        if q.dev is not None and x.user == q.user:
            return counts, turns
        for y in m.shown:
            if y.i >= x.i:
                break
            if y.user == x.user and y.dev != x.dev:
                before, _ = self.counts_here(m, y, recall)
                if before and y.offline:             # it was on its way to a device that had gone: the server can't know
                    before = None
                if before:
                    return counts, turns
                if before is None:
                    counts = None
        return (None, turns) if counts is None else (False, 0)

    def more_devices(self, m, moment, recall, later=False):
        """More devices than allowed hold m and are online at recall-accept or come online later (later: or receive it then)."""
        tl = self.tl
        if recall is None or not self.is_first(m, moment, recall):
            return False, 0
        q = recall.request
        own = {m.author} | tl.audience(m, moment[0])
        by_user = defaultdict(set)
        best = 0
        for s in self.judge.all_sessions:
            if s.end <= recall.i or s.dev == q.dev or s.user not in own:
                continue
            decides, turns = tl.decides(recall.i, recall.t, s)
            if decides != OFF:
                continue
            looked, looked_t = max((s.start, s.t), (recall.i, recall.t))
            held = self.judge.holds(m, s.dev, s.inst, looked) is True or later and any(r.session is s for r in m.receipts)
            if held and looked_t <= m.horizon_base + HORIZON:
                by_user[s.user].add(s.dev)
                best = max(best, turns)
        for user, devices in by_user.items():
            allowed = 0 if q.dev is not None and user == q.user else 1
            if len(devices) > allowed:
                return True, best
        return False, 0


class ConnectionRules:
    """limit.* and web.*: who may be online together, and who goes."""

    def __init__(self, judge):
        self.judge, self.tl, self.trace, self.tally = judge, judge.tl, judge.trace, judge.tally

    def limits_before(self, i):
        found = self.tl.limits_at[0][1]
        for j, limits in self.tl.limits_at:
            if j < i:
                found = limits
        return found

    def number(self, cls, i, t):
        """(number for limit.per-class, number for limit.within, do the web rules hold (None: undecided), turns)."""
        limits = self.limits_before(i)
        if cls != "web":
            n = limits.get(cls, 1)
            return n, n, False, 0
        state, turns = self.tl.state(i - 1, t)
        if state == ON:
            return 10, 10, True, turns
        if state == OFF:
            return 1, 1, False, turns
        return 10, 1, None, turns

    def run(self):
        tl, trace, events = self.tl, self.trace, self.trace.events
        self.logins = defaultdict(list)          # (user, class) -> places of `online`
        self.dev_answers = defaultdict(list)     # dev -> [(place, online?)]
        for i in range(1, tl.n + 1):
            e = events[i]
            if e["ev"] in ("online", "refused"):
                dev = e["dev"]
                if e["ev"] == "online":
                    self.logins[(trace.dev_user[dev], trace.dev_class[dev])].append(i)
                self.dev_answers[dev].append((i, e["ev"] == "online"))
        self.cuts = {}                            # place of a disconnection -> the login it belongs to, or None
        self.cut_by = defaultdict(list)           # login -> places of its disconnections
        for i in range(1, tl.n + 1):
            e = events[i]
            if e["ev"] == "offline" and e["reason"] in ("replaced", "evicted") and tl.session_at(e["dev"], i - 1):
                login = self.belongs(i, e)
                self.cuts[i] = login
                if isinstance(login, int):
                    self.cut_by[login].append(i)
        self.to_look = defaultdict(list)          # (user, class, S) -> [(login, number, rule, turns)]
        self.find_grown()
        counts, online = defaultdict(int), {}
        for i in range(1, tl.n + 1):
            e, t = events[i], tl.T[i]
            ev = e["ev"]
            if ev not in ("online", "offline", "refused", "reinstall"):
                continue
            dev = e["dev"]
            key = (trace.dev_user[dev], trace.dev_class[dev])
            number = self.number(key[1], i, t)
            grown = i in self.grown
            if ev == "online":
                counts[key] += dev not in online
                online[dev] = i
                self.judge_login(i, t, dev, key, number, counts[key], grown)
            elif ev == "refused":
                if e["code"] in LIMIT_CODES:
                    self.judge_refusal(i, t, dev, key, number, counts[key] + (dev not in online), grown)
            elif dev in online:
                if i in self.cuts:
                    self.judge_cut(i, t, dev, key, number, counts[key], grown)
                counts[key] -= 1
                del online[dev]
        self.look_at_s()

    def find_grown(self):
        """The places at which a class is over its number from before, because the number shrank (spec.md 4)."""
        tl, trace = self.tl, self.trace
        self.grown = set()
        if len(tl.limits_at) == 1 and not tl.turns:
            return
        keys = {(trace.dev_user[d], c) for d, c in trace.dev_class.items()}
        counts, online, legal = defaultdict(int), set(), {}

        def look(key, i, t):
            n = self.number(key[1], i, t)[0]
            a = legal.get(key)
            legal[key] = n if a is None or n >= a else max(n, min(a, counts[key]))
            return legal[key] > n
        for i in range(1, tl.n + 1):
            e, t = trace.events[i], tl.T[i]
            over = {key for key in keys if look(key, i, t)}
            if e["ev"] not in ("online", "offline", "refused", "reinstall"):
                continue
            dev = e["dev"]
            key = (trace.dev_user[dev], trace.dev_class[dev])
            if e["ev"] == "online" and dev in online:     # ends its session first
                counts[key] -= 1
                online.discard(dev)
                over = {key} if look(key, i, t) else set()
            if key in over:
                self.grown.add(i)
            if e["ev"] == "online":
                counts[key] += 1 - sum(1 for cut in self.cut_by.get(i, ()) if cut < i)
                online.add(dev)
            elif e["ev"] in ("offline", "reinstall") and dev in online:
                login = self.cuts.get(i)
                counts[key] -= not (isinstance(login, int) and login > i)    # seen early: it goes with its login
                online.discard(dev)

    # ---- to which login an eviction belongs (spec.md 4, An eviction belongs) ------------------------------------
    def near_before(self, j, i):
        """Is j, before i, since the last `settled` (in time mode: within D)?"""
        if self.tl.D is None:
            return self.tl.last_settled_before(i) < j < i
        return j < i and self.tl.T[i] - self.tl.T[j] <= self.tl.D

    def near_after(self, j, i):
        if self.tl.D is None:
            s = self.tl.due(i, self.tl.T[i])
            return j > i and (s is None or j < s[0])
        return j > i and self.tl.T[j] - self.tl.T[i] <= self.tl.D

    def belongs(self, i, e):
        tl, trace = self.tl, self.trace
        dev = e["dev"]
        if "by" in e:
            by = e["by"]
            if trace.dev_class[by] != trace.dev_class[dev]:
                return "other class"
            s = tl.session_at(by, i - 1)
            began = tl.session_at(dev, i - 1).start
            before = [a[0] for a in self.dev_answers[by] if a[1] and self.near_before(a[0], i)]
            after = [a[0] for a in self.dev_answers[by] if a[1] and self.near_after(a[0], i)]
            if len({*before, *after, *([s.start] if s else [])}) > 1:
                self.tally.either_way += [("limit.", None), ("web.", None)]    # `by` of a device that logged in twice
            if s is not None:
                return s.start
            if before and (before[-1] >= began or not after):
                return before[-1] if before[-1] >= began or tl.due(i, tl.T[i]) else None
            return after[0] if after else None
        logins = self.logins[(trace.dev_user[dev], trace.dev_class[dev])]
        before = [j for j in logins if self.near_before(j, i)]
        if before:
            return before[-1]
        after = [j for j in logins if self.near_after(j, i)]
        return after[0] if after else None

    def at_login(self, login):
        """The connections of the class that counted at this login: [(device, place where its session began)]."""
        dev = self.trace.events[login]["dev"]
        user, cls = self.trace.dev_user[dev], self.trace.dev_class[dev]
        found = []
        for d in self.trace.user_devices[user]:
            if self.trace.dev_class[d] == cls:
                s = self.tl.session_at(d, login)
                if s is not None:
                    found.append((d, s.start))
        for c in self.cut_by.get(login, ()):
            if c < login:
                d = self.trace.events[c]["dev"]
                s = self.tl.session_at(d, c - 1)
                if s is not None and d != dev and (d, s.start) not in found:
                    found.append((d, s.start))
        return sorted(found, key=lambda x: x[1])

    # ---- a login ------------------------------------------------------------------------------------------------
    def judge_login(self, i, t, dev, key, number, count, grown):
        tally = self.tally
        user, cls = key
        # limit.classes-independent: a login while another class is online
        if any(self.trace.dev_class[d] != cls for d in self.tl.online_devices(user, i)):
            tally.check("limit.classes-independent")
        per_class, within, web, turns = number
        if grown:
            tally.undecided("limit.per-class" if not web else "web.evict-earliest")
            return
        n = len(self.at_login(i))
        due = self.tl.due(i, t)
        if web:
            if n == 10:
                tally.check("web.ten-tabs", turns)
            if n > 10:
                self.newcomer_stays("web.newest-connects", i, dev, due, turns)
                self.look(key, due, i, 10, "web.evict-earliest", turns)
            return
        if n <= within:
            tally.check("limit.within")
        if n > per_class:
            tally.check("limit.per-class")
            self.look(key, due, i, per_class, "limit.per-class", 0)
            if web is None:
                return
            if self.trace.app["onLimit"] == "refuse":
                tally.violate("limit.newest-wins", i, f"{dev} was not refused", device=dev)
            else:
                self.newcomer_stays("limit.newest-wins", i, dev, due, 0)

    def newcomer_stays(self, rule, i, dev, due, turns):
        """The duty that the newcomer stays until S."""
        end = self.tl.session_at(dev, i).end
        if end > (due[0] if due else self.tl.n):
            self.tally.check(rule, turns)
        else:
            self.tally.lapse(rule)                 # or violated by its own disconnection

    def look(self, key, due, i, number, rule, turns):
        if due is None:
            left = sum(1 for d in self.tl.online_devices(key[0], self.tl.n)
                       if self.trace.dev_class[d] == key[1] and self.tl.session_at(d, self.tl.n).start <= i)
            if rule.startswith("web."):
                if left > number:
                    self.tally.leave_open(rule)
                else:
                    self.tally.check(rule, turns)
            return
        if rule.startswith("web."):
            self.tally.check(rule, turns)
        self.to_look[(key, due[0])].append((i, number, rule, turns))

    def look_at_s(self):
        """limit.per-class, web.evict-earliest: how many are left at S."""
        for (key, s), logins in self.to_look.items():
            user, cls = key
            there = [self.tl.session_at(d, s) for d in self.tl.online_devices(user, s) if self.trace.dev_class[d] == cls]
            told = set()
            for i, number, rule, turns in logins:      # what came online after this login is asked about at its own
                left = sum(1 for session in there if session.start <= i)
                if left > number and rule not in told:
                    self.tally.violate(rule, s, f"{left} connections of {cls} of {user}", turns, user=user)
                    told.add(rule)

    # ---- a refusal ----------------------------------------------------------------------------------------------
    def judge_refusal(self, i, t, dev, key, number, count, grown):
        tally = self.tally
        per_class, within, web, turns = number
        if grown or self.tl.session_at(dev, i):
            tally.undecided("limit.within")        # refused while online: which of the two is the newcomer?
            return
        coming = {self.trace.events[j]["dev"] for j in self.logins[key] if self.near_after(j, i)} - {dev}
        n = count + sum(1 for d in coming if not self.tl.session_at(d, i))
        if self.tl.due(i, t) is None and n <= within:
            tally.undecided("limit.within")        # the login that caused it may still come
            return
        if web:
            if n > 10:
                tally.violate("web.newest-connects", i, f"{dev} was refused", turns, device=dev)
            else:
                tally.violate("web.ten-tabs", i, f"{dev} was refused", turns, device=dev)
            return
        if n <= within:
            tally.violate("limit.within", i, f"{dev} was refused", device=dev)
        elif web is None:
            tally.undecided("limit.newest-wins")
        elif self.trace.app["onLimit"] == "refuse":
            tally.check("limit.newest-wins")
        else:
            tally.violate("limit.newest-wins", i, f"{dev} was refused", device=dev)

    # ---- a disconnection ----------------------------------------------------------------------------------------
    def judge_cut(self, i, t, dev, key, number, count, grown):
        tally = self.tally
        login = self.cuts[i]
        if grown or login in self.grown:           # whatever login it would belong to
            tally.undecided("limit.within")
            return
        if login == "other class":
            tally.violate("limit.classes-independent", i, f"{dev} was disconnected", device=dev)
            return
        if login is None:
            per_class, within, web, turns = number
            if self.tl.due(i, t) is None:
                tally.undecided("limit.within")    # the login that caused it may still come
                return
            if web:
                if count <= 10:
                    tally.violate("web.ten-tabs", i, f"{dev} was disconnected for no login", turns, device=dev)
            elif count <= within:
                tally.violate("limit.within", i, f"{dev} was disconnected for no login", device=dev)
            return
        per_class, within, web, turns = self.number(key[1], login, self.tl.T[login])
        there = self.at_login(login)
        n = len(there)
        newcomer = self.trace.events[login]["dev"] == dev and self.tl.session_at(dev, i - 1).start == login
        if web:
            if n <= 10:
                tally.violate("web.ten-tabs", i, f"{dev} was disconnected", turns, device=dev)
            elif newcomer:
                tally.violate("web.newest-connects", i, f"the newcomer {dev} was disconnected", turns, device=dev)
            elif self.rank(there, dev, i) >= n - 10:
                tally.violate("web.evict-earliest", i, f"{dev} was disconnected", turns, device=dev)
            return
        if n <= within:
            tally.violate("limit.within", i, f"{dev} was disconnected", device=dev)
        elif web is None:
            tally.undecided("limit.newest-wins")
        elif self.trace.app["onLimit"] == "refuse" or newcomer or self.rank(there, dev, i) >= n - per_class:
            tally.violate("limit.newest-wins", i, f"{dev} was disconnected", device=dev)

    def rank(self, there, dev, i):
        start = self.tl.session_at(dev, i - 1).start
        return next((k for k, (d, s) in enumerate(there) if s == start), END)


# ---- the whole -------------------------------------------------------------------------------------------------------
def judge(source, settle=None, readings=None):
    """Judges a trace (a path, or a list of lines); settle in ms or as a duration, readings {name: value}."""
    name = source if isinstance(source, str) else None
    if isinstance(settle, str):
        settle = duration_ms(settle)
    try:
        trace = read_trace(source)
    except Malformed as e:
        return {"file": name, "verdict": "error", "line": e.line, "rules": {}, "violations": [], "tolerated": 0,
                "text": e.text}
    j = Judge(Timeline(trace, settle, readings))
    j.run()
    tally = j.tally
    verdict = "fail" if tally.violations else "inconclusive" if tally.open else "pass"
    return {"file": name, "verdict": verdict, "line": None, "rules": tally.counts,
            "violations": sorted(tally.violations, key=lambda v: v["line"]), "tolerated": j.tl.tolerated,
            "open": tally.open, "either_way": tally.either_way, "left_out": sorted(tally.left_out)}


def main():
    a = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    a.add_argument("--settle")
    a.add_argument("--reading", action="append", default=[])
    a.add_argument("--json", action="store_true", help="(always)")
    a.add_argument("traces", nargs="+")
    a = a.parse_args()
    try:
        readings = dict(r.split("=", 1) for r in a.reading)
        check_readings(readings)
        settle = duration_ms(a.settle) if a.settle else None
    except ValueError as e:
        sys.exit(f"usage: {e}")
    for path in a.traces:
        print(json.dumps(judge(path, settle, readings)))


if __name__ == "__main__":
    main()
