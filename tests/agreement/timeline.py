"""What happened, as plain facts: sessions, installations, groups, rooms, switch, settings, messages, recalls.

Positions: a place in the trace is the number of an event; "at position p" means just after event p and before p+1.
Where the text leaves open when something was accepted there are several *moments* (position, time), one for each
place where it may have been; who judges asks its question at each of them.
"""

from bisect import bisect_left, bisect_right
from datetime import datetime, timedelta, timezone

from trace_reading import DAY, HORIZON, duration_ms, parse_zone, target_of

END = 1 << 60            # a position, or a time, that never comes
ON, OFF, CHANGING, UNDECIDED = "ON", "OFF", "CHANGING", "UNDECIDED"


class Session:
    __slots__ = ("dev", "user", "start", "t", "end", "end_t", "reason", "inst", "first_of_inst", "days", "offline_days",
                 "windows", "caught_up")

    def __init__(self, dev, user, start, t, inst, first_of_inst, days, offline_days):
        self.dev, self.user, self.start, self.t, self.inst = dev, user, start, t, inst
        self.first_of_inst = first_of_inst   # the first session after a `reinstall`
        self.days, self.offline_days = days, offline_days
        self.end, self.end_t, self.reason = END, END, None
        self.windows = None
        self.caught_up = END                 # place of its first `caught-up`


class Receipt:
    __slots__ = ("i", "t", "dev", "user", "inst", "session", "offline", "via", "digest", "text", "violated", "first",
                 "firm_i", "firm_t", "ended", "msg", "unsure", "doubtful")

    def __init__(self, i, t, dev, user, inst, session, offline, e):
        self.i, self.t, self.dev, self.user, self.inst = i, t, dev, user, inst
        self.session = session               # the one it belongs to, if any
        self.offline = offline               # the device was offline
        self.ended = None                    # the last session that ended, if offline
        self.via, self.digest, self.text = e.get("via"), e.get("digest"), e.get("text")
        self.violated = None                 # the ban that it violated
        self.doubtful = False                # whether it violated one hangs on where the acceptance was
        self.first = True                    # the installation's first receipt of this message
        self.unsure = False                  # to which session it belongs depends on where the acceptance was
        self.firm_i, self.firm_t = END, END  # from here on its installation has been online at a `settled` since


class Shown:
    """A `recalled`."""
    __slots__ = ("i", "t", "dev", "user", "inst", "session", "offline", "ended", "violated", "msg")

    def __init__(self, i, t, dev, user, inst, session, offline, ended):
        self.i, self.t, self.dev, self.user, self.inst = i, t, dev, user, inst
        self.session, self.offline, self.ended, self.violated = session, offline, ended, None


class Request:
    """A `recall`; or (answers of sends) nothing else."""
    __slots__ = ("i", "t", "dev", "user", "s_i", "lost")

    def __init__(self, i, t, dev, user):
        self.i, self.t, self.dev, self.user = i, t, dev, user
        self.s_i = None
        self.lost = False     # its device was offline, or has an `offline` meanwhile, or the server restarted


class Recall:
    """One possible way in which the message was recalled: by which request, at which moment."""
    __slots__ = ("request", "i", "t", "s")

    def __init__(self, request, i, t, s=None):
        self.request, self.i, self.t = request, i, t
        self.s = s            # silent `recall-accept`: what is owed either way is owed at this S


class Message:
    def __init__(self, i, t, e, timeline):
        trace = timeline.trace
        self.id, self.i, self.t = e["msg"], i, t
        self.kind, self.to = target_of(trace, e["to"])
        self.api = e["ev"] == "publish"
        self.dev = None if self.api else e["dev"]
        self.author = e["from"] if self.api else trace.dev_user[e["dev"]]
        self.include_sender = self.api and e.get("includeSender", False)
        endpoint = e.get("api", "message") if self.api else None
        self.status_endpoint = self.api and (endpoint == "status" or endpoint.startswith("/statusmessage/") or (
            endpoint == "/message/group/publish.json" and timeline.readings["group-status-path"] == "seed"))
        type_ = e.get("type", "RC:TxtMsg")
        self.status = self.status_endpoint or type_ == "RC:TypSts" or trace.message_types.get(type_) == "status"
        self.digest, self.text = e.get("digest"), e.get("text")
        self.oneself = self.kind == "private" and self.to == self.author
        self.oneself_api = self.oneself and self.api
        # the normal private and group messages, which devices hold
        self.kept = not self.status and self.kind != "chatroom"
        self.inst = None if self.api else timeline.inst_at(self.dev, i)
        self.conversation = (frozenset((self.author, self.to)) if self.kind == "private" else (self.kind, self.to))
        self.receipts, self.shown = [], []
        self.answers = []                  # (i, t, kind)
        self.requests, self.recall_answers = [], []
        self.rejected = END
        self.moments = []                  # possible moments of acceptance; empty: never accepted, or nothing is known
        self.deemed = False                # silent `accept`: accepted somewhere before S
        self.unknown = False               # it may have been accepted, nothing is known
        self.certain = False
        self.horizon_base = t              # the earliest possible acceptance, once it is known; else the asking
        self.end = END                     # where the next message of this id begins
        self.recalls = [None]              # possible recalls; None: it was not recalled
        self.late = []                     # receipts that came after an `offline`
        self.late_recall = False           # a recall was unanswered at its S, and answered or shown later
        self.fog = []                      # (from, to): positions where nothing is known about a recall
        self.fog_devices = []              # (from, device that asked for it)
        self.sender_unsure = False         # reinstalled between `send` and `accept`


class Timeline:
    def __init__(self, trace, settle=None, readings=None):
        self.trace = trace
        self.readings = {**trace.readings, **(readings or {})}
        self.delay = duration_ms(self.readings["switch-delay"])
        self.zone = parse_zone(trace.app["timezone"])
        self.T = [trace.t0] + [e["t"] for e in trace.events[1:]]
        self.n = len(self.T) - 1
        self.D = settle
        if settle is None and "settled" in trace.silent:
            self.D = 5000
        self.settles = [i for i, e in enumerate(trace.events) if i and e["ev"] == "settled"]
        self.tolerated = 0
        self.sessions = {d: [] for d in trace.dev_class}
        self.reinstalls = {d: [] for d in trace.dev_class}
        self.turns = []                    # (i, t, target)
        self.limits_at = [(0, dict(trace.app["limits"]))]
        self.group_log = {}                # group -> [(i, members)]
        self.room_stays = {}               # room -> [(dev, from, to)]
        self.joins = {}                    # room -> [(dev, place)]
        self.restarts = []                 # places of `offline` with reason `server`
        self.offlines = {}                 # dev -> places of its `offline`s, and where a session ended without one
        self.messages = []                 # all, in the order of their sends
        self.strays = []                   # receipts and recalled of ids that nobody sent
        self.lost_requests = {}            # id -> (recalls, answers) of what nobody ever sent
        self.walk()
        self.index_settles()
        for m in self.messages:
            self.find_acceptance(m)
            self.find_recalls(m)

    # ---- the walk over the events -------------------------------------------------------------------------------
    def walk(self):
        trace = self.trace
        app = trace.app
        target = app["sync"]
        days, offline_days = app["compensationDays"], app["offlineDays"]
        current = {}                                  # dev -> its session
        by_id = {}
        self.turn_events = []                         # (i, e, target before, prepaid)
        prepaid = app["prepaid"]
        open_stays = {}                               # (room, dev) -> place of the join
        early = {}                                    # id -> recalls of what nobody had sent
        fresh = set()                                 # devices reinstalled and not online since
        for g, members in trace.groups.items():
            if trace.group_declared_at[g] == 0:
                self.group_log[g] = [(0, frozenset(members))]

        def close(dev, i, t, reason):
            s = current.pop(dev)
            s.end, s.end_t, s.reason = i, t, reason
            self.offlines.setdefault(dev, []).append(i)
            for key in [k for k in open_stays if k[1] == dev]:
                self.room_stays.setdefault(key[0], []).append((dev, open_stays.pop(key), i))

        for i in range(1, self.n + 1):
            e, t = trace.events[i], self.T[i]
            ev = e["ev"]
            if ev == "online":
                dev = e["dev"]
                if dev in current:
                    close(dev, i, t, "drop")
                    self.tolerated += 1
                s = Session(dev, trace.dev_user[dev], i, t, len(self.reinstalls[dev]), dev in fresh, days, offline_days)
                fresh.discard(dev)
                current[dev] = s
                self.sessions[dev].append(s)
            elif ev == "offline":
                if e["reason"] == "server":
                    self.restarts.append(i)
                if e["dev"] in current:
                    close(e["dev"], i, t, e["reason"])
                else:
                    self.tolerated += 1
                    self.offlines.setdefault(e["dev"], []).append(i)
            elif ev == "reinstall":
                dev = e["dev"]
                if dev in current:
                    close(dev, i, t, "uninstall")
                    self.tolerated += 1
                self.reinstalls[dev].append(i)
                fresh.add(dev)
            elif ev == "sync":
                self.turn_events.append((i, e, target, prepaid))
                if "refused" not in e and e["enabled"] != target:
                    target = e["enabled"]
                    self.turns.append((i, t, target))
            elif ev == "set":
                if "refused" not in e:
                    days = e["app"].get("compensationDays", days)
                    offline_days = e["app"].get("offlineDays", offline_days)
                    prepaid = e["app"].get("prepaid", prepaid)
                    if "limits" in e["app"]:
                        self.limits_at.append((i, {**self.limits_at[-1][1], **e["app"]["limits"]}))
            elif ev in ("join", "leave"):
                if "refused" in e:
                    continue
                if "group" in e:
                    log = self.group_log[e["group"]]
                    members = log[-1][1]
                    log.append((i, members | {e["user"]} if ev == "join" else members - {e["user"]}))
                elif ev == "join":
                    self.joins.setdefault(e["chatroom"], []).append((e["dev"], i))
                    if e["dev"] in current:
                        open_stays.setdefault((e["chatroom"], e["dev"]), i)
                elif (e["chatroom"], e["dev"]) in open_stays:
                    self.room_stays.setdefault(e["chatroom"], []).append(
                        (e["dev"], open_stays.pop((e["chatroom"], e["dev"])), i))
            elif ev == "group":
                self.group_log[e["group"]] = [(i, frozenset(e["members"]))]
            elif ev in ("send", "publish"):
                old = by_id.get(e["msg"])
                if old is not None:
                    old.end = i
                m = by_id[e["msg"]] = Message(i, t, e, self)
                if e["msg"] in early:              # its recall was asked for before it was sent
                    m.requests, m.recall_answers = early.pop(e["msg"])
                self.messages.append(m)
            elif ev in ("accept", "reject"):
                by_id[e["msg"]].answers.append((i, t, ev))
            elif ev in ("receive", "recalled"):
                dev = e["dev"]
                session, offline, ended = current.get(dev), False, None
                inst = len(self.reinstalls[dev])
                if session is None:
                    offline = True
                    ended = self.sessions[dev][-1] if self.sessions[dev] else None
                m = by_id.get(e["msg"])
                if ev == "receive":
                    r = Receipt(i, t, dev, trace.dev_user[dev], inst, session, offline, e)
                    r.ended, r.msg = ended, e["msg"]
                    (m.receipts if m else self.strays).append(r)
                else:
                    r = Shown(i, t, dev, trace.dev_user[dev], inst, session, offline, ended)
                    r.msg = e["msg"]
                    (m.shown if m else self.strays).append(r)
            elif ev == "caught-up":
                s = current.get(e["dev"])
                if s is None:
                    self.tolerated += 1
                elif s.caught_up == END:
                    s.caught_up = i
            elif ev == "recall":
                dev = e.get("dev")
                q = Request(i, t, dev, e["api"] if dev is None else trace.dev_user[dev])
                m = by_id.get(e["msg"])
                if m is None:
                    early.setdefault(e["msg"], ([], []))[0].append(q)
                else:
                    m.requests.append(q)
            elif ev in ("recall-accept", "recall-reject"):
                m = by_id.get(e["msg"])
                (m.recall_answers if m else early[e["msg"]][1]).append((i, t, ev))
        self.lost_requests = early
        for (room, dev), start in open_stays.items():
            self.room_stays.setdefault(room, []).append((dev, start, END))

    # ---- settled ------------------------------------------------------------------------------------------------
    def index_settles(self):
        self.settle_T = [self.T[i] for i in self.settles]

    def due(self, i, t):
        """S for what arose at position i, time t: (position, time), or None if the trace ends before."""
        if self.D is None:
            k = bisect_right(self.settles, i)
            return (self.settles[k], self.T[self.settles[k]]) if k < len(self.settles) else None
        due = t + self.D
        if due >= self.T[-1]:
            return None
        return (bisect_right(self.T, due) - 1, due)

    def settled_between(self, i, t, j, tj):
        """Is there a `settled` after place i and before place j (in time mode: is j more than D after i)?"""
        if self.D is None:
            k = bisect_right(self.settles, i)
            return k < len(self.settles) and self.settles[k] < j
        return tj > t + self.D

    def last_settled_before(self, i):
        k = bisect_left(self.settles, i)
        return self.settles[k - 1] if k else 0

    # ---- devices ------------------------------------------------------------------------------------------------
    def inst_at(self, dev, i):
        return bisect_right(self.reinstalls[dev], i)

    def session_at(self, dev, p):
        for s in self.sessions[dev]:
            if s.start > p:
                return None
            if p < s.end:
                return s
        return None

    def last_ended(self, dev, p):
        found = None
        for s in self.sessions[dev]:
            if s.end <= p:
                found = s
        return found

    def online_devices(self, user, p):
        return [d for d in self.trace.user_devices[user] if self.session_at(d, p)]

    def declared_devices(self, user, p):
        return [d for d in self.trace.user_devices[user] if self.trace.declared_at[d] <= p]

    def members_at(self, group, p):
        found = frozenset()
        for i, members in self.group_log[group]:
            if i > p:
                break
            found = members
        return found

    def left_after(self, m, user, p):
        """The place where the user left m's group after position p, or END."""
        if m.kind != "group":
            return END
        before = None
        for i, members in self.group_log[m.to]:
            if i > p and before is not None and user in before and user not in members:
                return i
            before = members
        return END

    def in_room(self, room, dev, p):
        return any(d == dev and a <= p < b for d, a, b in self.room_stays.get(room, ()))

    def audience(self, m, p):
        if m.kind == "private":
            return frozenset() if m.oneself else frozenset((m.to,))
        if m.kind == "group":
            return self.members_at(m.to, p) - {m.author}
        return frozenset(self.trace.dev_user[d] for d, a, b in self.room_stays.get(m.to, ()) if a <= p < b) - {m.author}

    # ---- switch, windows ----------------------------------------------------------------------------------------
    def state(self, p, t):
        """(state, number of turns before)."""
        n = 0
        last = None
        for turn in self.turns:
            if turn[0] > p:
                break
            last = turn
            n += 1
        if last is None:
            return (ON if self.trace.app["sync"] else OFF, 0)
        if t < last[1] + self.delay:
            return (CHANGING, n)
        return (ON if last[2] else OFF, n)

    def decides(self, p, t, session):
        """The state that decides for a device in this session, about what was accepted at (p, t)."""
        a = self.state(p, t)
        if session is None or session.end <= p:
            return (UNDECIDED, a[1])
        if session.start <= p:
            return a if a[0] != CHANGING else (UNDECIDED, a[1])
        b = self.state(session.start, session.t)
        if a == b and a[0] != CHANGING:
            return a
        return (UNDECIDED, a[1])

    def windows(self, s):
        """The beginnings of the window of a login (one, or two under the reading `any`)."""
        if s.windows is None:
            kind = self.readings["window"]
            starts = []
            if kind in ("calendar", "any"):
                starts.append(self.first_instant(s.t, s.days - 1))
            if kind in ("rolling", "any"):
                starts.append(s.t - s.days * DAY)
            s.windows = starts
        return s.windows

    def first_instant(self, t, days_back):
        """The first instant, in ms, of the day that lies `days_back` days before the day of t in app.timezone."""
        zone = self.zone
        local = (datetime.fromtimestamp(t // 1000, timezone.utc)).astimezone(zone)
        day = local.date() - timedelta(days=days_back)
        # the day's first instant lies within 30 h around its midnight in UTC; find it by bisection, since
        # a day may lack its midnight, or have two
        middle = int(datetime(day.year, day.month, day.day, tzinfo=timezone.utc).timestamp())
        naive = datetime(day.year, day.month, day.day)
        guess = naive.replace(tzinfo=zone)
        candidates = {int(guess.replace(fold=f).timestamp()) for f in (0, 1)}
        plain = [c for c in candidates if datetime.fromtimestamp(c, timezone.utc).astimezone(zone).replace(tzinfo=None) == naive]
        if len(plain) == len(candidates) == 1:
            c = plain[0]
            if datetime.fromtimestamp(c - 1, timezone.utc).astimezone(zone).date() < day:
                return c * 1000
        low, high = middle - 30 * 3600, middle + 30 * 3600
        for c in range(low, high, 60):                 # rare: look minute by minute, then second by second
            if datetime.fromtimestamp(c, timezone.utc).astimezone(zone).date() == day:
                for x in range(c - 60, c + 1):
                    if datetime.fromtimestamp(x, timezone.utc).astimezone(zone).date() == day:
                        return x * 1000
            elif datetime.fromtimestamp(c, timezone.utc).astimezone(zone).date() > day:
                return c * 1000                        # a day that was left out altogether
        return high * 1000

    def inside(self, t, s):
        """Is what was accepted at t inside the window of this session's login? None: undecided."""
        answers = {t >= w for w in self.windows(s)}
        return answers.pop() if len(answers) == 1 else None

    # ---- acceptance ---------------------------------------------------------------------------------------------
    def moments_between(self, lo, hi, t_end=None):
        """All moments at positions lo..hi: both ends of the time that each position lasts."""
        out = []
        for p in range(lo, min(hi, self.n) + 1):
            a = self.T[p]
            b = self.T[p + 1] if p < self.n else (t_end if t_end is not None else a)
            if t_end is not None and p == hi:
                b = max(a, min(b, t_end))
            out.append((p, a))
            if b != a:
                out.append((p, b))
        return out

    def lost_meanwhile(self, dev, i, s_i):
        """Of what was asked at i: is its device offline, or has an `offline` up to s_i, or did the server restart?"""
        stop = self.n if s_i is None else s_i
        if any(i < r <= stop for r in self.restarts):
            return True
        if dev is None:
            return False
        return self.session_at(dev, i) is None or any(i < x <= stop for x in self.offlines.get(dev, ()))

    def horizon(self, m, t):
        """The last moment of m, if it was accepted at t."""
        return (m.horizon_base if m.deemed else t) + HORIZON

    def went_offline(self, q, i):
        """Has the device that asked for this recall gone offline since?"""
        return q.dev is not None and any(q.i < x < i for x in self.offlines.get(q.dev, ()))

    def find_acceptance(self, m):
        silent = "accept" in self.trace.silent
        first = next((r for r in m.receipts if r.t <= m.t + HORIZON), None)    # later it is no answer
        answer = m.answers[0] if m.answers else None
        self.tolerated += max(0, len(m.answers) - 1)
        s = self.due(m.i, m.t)
        m.s_i, m.s_t = s if s else (None, None)
        m.lost = self.lost_meanwhile(m.dev, m.i, m.s_i)
        deemed = silent and s is not None and s[1] <= m.t + HORIZON and (first is None or first.i > s[0]) and (answer is None or answer[0] > s[0])
        if deemed and not m.lost:
            # asked, not rejected, not received by S: accepted somewhere in between
            hi = s[0] - 1 if self.D is None else s[0]
            m.moments = self.moments_between(m.i, hi, s[1])
            m.deemed = True
        elif answer and answer[2] == "reject" and (first is None or first.i > answer[0]):
            m.rejected = answer[0]
        elif answer and answer[2] == "accept" and (first is None or first.i > answer[0]):
            if self.trace.seen:
                m.moments = self.moments_between(m.i, answer[0] - 1)
            else:
                m.moments = [(answer[0], answer[1])]
        elif first is not None:
            m.moments = self.moments_between(m.i, first.i - 1)
            if not self.trace.seen or not answer:
                self.tolerated += 1
        elif silent:
            m.unknown = True
        m.certain = len(m.moments) == 1
        if m.moments:
            m.horizon_base = m.moments[0][1]
        m.lo = m.moments[0][0] if m.moments else None
        m.hi = m.moments[-1][0] if m.moments else None
        if m.dev is not None and m.moments:
            m.sender_unsure = any(m.i < x <= m.hi for x in self.reinstalls[m.dev])
        m.late = [r for r in m.receipts if r.offline and r.ended is not None and m.moments]
        for r in m.receipts:
            self.find_firm(r)
        for r in m.late:
            r.unsure = len({self.excepted(r, moment) for moment in m.moments}) > 1
        if m.moments:
            self.suppose(m, m.moments[0])
        seen_by = set()
        for r in m.receipts:
            r.first = (r.dev, r.inst) not in seen_by
            seen_by.add((r.dev, r.inst))

    def find_firm(self, r):
        """From when on has the receipt's installation been online at a `settled` since (in time mode: D later)?"""
        r.firm_i, r.firm_t = END, END
        if self.D is None:
            for x in self.settles[bisect_right(self.settles, r.i):]:
                on = self.session_at(r.dev, x)
                if on is not None and on.inst == r.inst:
                    r.firm_i, r.firm_t = x, self.T[x]
                    break
                if self.inst_at(r.dev, x) > r.inst:
                    break
        else:
            on = next((x for x in self.sessions[r.dev] if x.inst == r.inst and x.end > r.i
                       and x.end_t >= r.t + self.D), None)
            if on is not None:
                r.firm_t = max(on.t, r.t + self.D)
                r.firm_i = max(on.start, r.i, bisect_right(self.T, r.firm_t - 1) - 1)

    def suppose(self, m, moment):
        """Lets the receipts that came after an `offline` belong where they do if m was accepted at this moment."""
        for r in m.late:
            session = r.ended if self.excepted(r, moment) else None
            if r.session is not session:
                r.session = session
                r.inst = session.inst if session else self.inst_at(r.dev, r.i)
                self.find_firm(r)

    def excepted(self, r, moment):
        """delivery.only-online's exception: accepted before its `offline`, and no `settled` since."""
        return (r.ended is not None and moment[0] < r.ended.end
                and not self.settled_between(r.ended.end, r.ended.end_t, r.i, r.t))

    # ---- recalls ------------------------------------------------------------------------------------------------
    def find_recalls(self, m):
        """The possible recalls of m: a walk over requests, answers and `recalled`, with every way it may have been."""
        if not m.requests:
            return
        silent = "recall-accept" in self.trace.silent
        steps = [(q.i, 0, "ask", q) for q in m.requests]
        steps += [(i, 0, kind, t) for i, t, kind in m.recall_answers]
        steps += [(x.i, 0, "shown", x) for x in m.shown]
        for q in m.requests:
            s = self.due(q.i, q.t)
            q.s_i = s[0] if s else None
            q.lost = self.lost_meanwhile(q.dev, q.i, q.s_i)
            if s:
                steps.append((s[0], 1, "due", q))
        steps.sort(key=lambda x: (x[0], x[1]))
        # a way: (open requests, requests over which nothing is known)
        ways = [((), ())]
        done = []                          # Recall
        fog = {}                           # request -> place from which nothing is known

        def answer_to(way, i):
            opened = way[0]
            if len(opened) > 1 and (silent or self.trace.seen or any(self.went_offline(q, i) for q in opened)):
                return opened
            return opened[:1]

        for i, _, kind, what in steps:
            nxt = []
            for way in ways:
                opened, foggy = way
                if kind == "ask":
                    nxt.append((opened + (what,), foggy))
                    continue
                live = tuple(q for q in opened if self.T[i] <= q.t + HORIZON)
                if kind == "due":
                    if what not in opened:
                        nxt.append(way)
                    elif silent and not what.lost:
                        hi = i - 1 if self.D is None else i
                        s = self.due(what.i, what.t)
                        done += [Recall(what, p, t, s) for p, t in self.moments_between(what.i, hi, s[1] if self.D is not None else None)]
                    elif what.lost:
                        fog.setdefault(what, [what.i, END])
                        nxt.append((opened, foggy + (what,)))
                    else:
                        nxt.append(way)
                    continue
                candidates = answer_to((live, foggy), i)
                if not candidates:
                    nxt.append(way)
                    continue
                for q in candidates:
                    if q.s_i is not None and q.s_i < i and not (kind == "recall-reject" and not silent):
                        m.late_recall = True
                    rest = tuple(x for x in opened if x is not q)
                    if kind == "recall-reject":
                        if q in fog:
                            fog[q][1] = min(fog[q][1], i)
                        nxt.append((rest, foggy))
                    else:
                        if q in fog:
                            fog[q][1] = min(fog[q][1], i)
                        if kind == "recall-accept" and not self.trace.seen:
                            done.append(Recall(q, i, what))
                            continue
                        lo = q.i
                        if q.s_i is not None and q.s_i < i and not q.lost:
                            lo = q.s_i
                        done += [Recall(q, p, t) for p, t in self.moments_between(lo, i - 1)]
            ways = []
            for w in nxt:
                if w not in ways:
                    ways.append(w)
            if not ways:
                break
        if silent or self.trace.seen:      # where an answer is only seen, it may still come and tell of before
            for way in ways:
                for q in way[0]:
                    if q.s_i is None:
                        fog.setdefault(q, [q.i, END])
        m.recalls = done + ([None] if ways else [])
        m.fog = [tuple(x) for x in fog.values()]
        lost = {q for way in ways for q in way[0] if q.lost and q.s_i is None}      # its S never came
        m.fog_devices = [(q.i, q.dev) for q in {*fog, *lost}]
        m.recall_certain = len(done) == 1 and not ways
