#!/usr/bin/env python3
"""Which changes of a trace a user sees: the definition of screens.py by example."""
import unittest

import screens

HEADER = {"users": {"ann": {"phone": "android", "tab": "web"}, "ben": {"phone": "android"}}, "messageTypes": {}}


def event(kind, dev=None, **more):
    return {"ev": kind, "t": 0, **({"dev": dev} if dev else {}), **more}


def sent(name, to="ann", **more):
    return event("send", "ben/phone", msg=name, to=to, text=name, **more)


def got(name, dev="ann/phone", via="live"):
    return event("receive", dev, msg=name, via=via, text=name)


SETTLED = event("settled")
START = [event("online", "ann/phone"), event("online", "ben/phone"), SETTLED]
GOOD = [*START, sent("m1"), sent("m2"), sent("g1", "group:team"), sent("t1", type="RC:TypSts"),
        got("m1"), got("m2"), got("g1"), got("t1"), SETTLED]


class Seen(unittest.TestCase):
    def alike(self, one, other):
        cast = screens.Cast(HEADER, one)
        return screens.alike(screens.look(cast, one), screens.look(cast, other))

    def without(self, *dropped):
        return [e for e in GOOD if e not in dropped]

    def ending(self, *more):
        return [*GOOD, *more, SETTLED]

    def test_a_message_that_does_not_come_comes_late_or_twice_is_seen(self):
        self.assertTrue(self.alike(GOOD, list(GOOD)))
        self.assertFalse(self.alike(GOOD, self.without(got("m1"))))
        self.assertFalse(self.alike(GOOD, self.without(got("t1"))))
        self.assertFalse(self.alike(self.ending(), [*self.without(got("m1")), got("m1"), SETTLED]))
        self.assertFalse(self.alike(self.ending(), self.ending(got("m1"))))

    def test_order_is_seen_within_a_conversation_only(self):
        swapped = lambda a, b: [b if e == a else a if e == b else e for e in GOOD]
        self.assertFalse(self.alike(GOOD, swapped(got("m1"), got("m2"))))
        self.assertTrue(self.alike(GOOD, swapped(got("m2"), got("g1"))))
        self.assertTrue(self.alike(GOOD, swapped(got("m2"), got("t1"))))

    def test_what_users_do_and_what_a_recorder_notes_is_not_seen(self):
        for more in (event("connect", "ann/tab"), event("note", text="x"), event("accept", msg="m1"), sent("m3"),
                     event("recall", "ben/phone", msg="m1"), event("join", group="team", user="ann")):
            self.assertTrue(self.alike(self.ending(), self.ending(more)), more)

    def test_connections_and_refusals_are_seen(self):
        self.assertFalse(self.alike(self.ending(), self.ending(event("offline", "ann/phone", reason="replaced"))))
        self.assertFalse(self.alike(self.ending(), self.ending(event("refused", "ann/tab", code="31010"))))
        self.assertFalse(self.alike(self.ending(), self.ending(event("online", "ann/tab"))))
        self.assertTrue(self.alike(self.ending(), self.ending(event("online", "ann/phone"))))

    def test_a_recall_is_seen_where_the_message_is(self):
        self.assertFalse(self.alike(self.ending(), self.ending(event("recalled", "ann/phone", msg="m1"))))
        self.assertFalse(self.alike(self.ending(), self.ending(event("recalled", "ben/phone", msg="m1"))))
        self.assertTrue(self.alike(self.ending(), self.ending(event("recalled", "ann/tab", msg="m1"))))
        accepted = [event("recall", "ben/phone", msg="m1"), event("recall-accept", msg="m1")]
        self.assertTrue(self.alike(self.ending(*accepted), self.ending(*accepted, event("recalled", "ben/phone", msg="m1"))))

    def test_what_was_recalled_first_never_shows(self):
        tombstone = [*START, sent("m1"), event("recalled", "ann/phone", msg="m1")]
        self.assertTrue(self.alike([*tombstone, got("m1"), SETTLED], [*tombstone, SETTLED]))

    def test_a_reinstalled_app_is_empty(self):
        again = [event("reinstall", "ann/phone"), event("online", "ann/phone")]
        self.assertTrue(self.alike(self.ending(*again, got("m1")), self.ending(*again, got("m1"))))
        self.assertFalse(self.alike(self.ending(*again), self.ending(*again, got("m1"))))

    def test_one_may_look_at_some_devices_only(self):
        cast = screens.Cast(HEADER, GOOD)
        one, other = screens.look(cast, GOOD), screens.look(cast, self.without(got("m1")))
        self.assertTrue(screens.alike(one, other, {"ann/tab"}))
        self.assertFalse(screens.alike(one, other, {"ann/tab", "ann/phone"}))

    def test_a_list_that_is_not_told_looks_like_any_other(self):
        told = lambda *names: event("caught-up", "ann/phone", conversations=list(names))
        self.assertTrue(self.alike(self.ending(told("ben")), self.ending()))
        self.assertFalse(self.alike(self.ending(told("ben")), self.ending(told("ben", "group:team"))))

    def test_failures_are_seen_by_who_asked(self):
        self.assertFalse(self.alike(self.ending(), self.ending(event("reject", msg="m1", code="x"))))


if __name__ == "__main__":
    unittest.main()
