#!/usr/bin/env python3
"""An example of an adapter: mdsync in front of TinyChat, a message server of seventy lines.

    mdsync run scenarios --target exec:"python3 docs/examples/tinychat_adapter.py"

The first half is the server, which knows nothing of mdsync; yours is larger and already there. The second half is the
adapter, explained in docs/adapters.md: a method for each request. Arguments bring back mistakes that TinyChat once
made: `same-text` took a text sent twice in a row for a retry, `short-page` fetched two messages at a login, no more."""

import json
import sys

DAY = 24 * 60 * 60 * 1000
CLASSES = {"android": "mobile", "ios": "mobile", "harmony": "mobile", "web": "web", "miniprogram": "miniprogram"}


class TinyChat:
    """Every device of a user gets everything; `notify` is told what happens. Times are milliseconds."""

    def __init__(self, users, groups, app, defects, notify):
        self.classes = {f"{user}/{name}": CLASSES.get(platform, "desktop")
                        for user, devices in users.items() for name, platform in devices.items()}
        self.owner = {device: device.split("/")[0] for device in self.classes}
        self.groups, self.app, self.defects, self.notify = groups, app, defects, notify
        self.zone = int(app["timezone"][:3]) * 60 * 60 * 1000
        self.online = []  # in the order in which they connected
        self.messages = {}  # by id, in the order in which they were accepted
        self.has = {device: {} for device in self.classes}  # message id -> whether it is shown recalled

    def connect(self, device, now):
        kind, self.online = self.classes[device], [d for d in self.online if d != device]
        limit = 10 if kind == "web" else self.app["limits"].get(kind, 1)
        rivals = [d for d in self.online if self.owner[d] == self.owner[device] and self.classes[d] == kind]
        for rival in rivals[:max(0, len(rivals) + 1 - limit)]:
            self.disconnect(rival, "evicted" if kind == "web" else "replaced", by=device)
        self.online.append(device)
        self.notify("online", dev=device)
        for id in [id for id, shown in self.has[device].items() if self.messages[id]["recalled"] and not shown]:
            self.show_recalled(device, id)
        self.catch_up(device, now)

    def catch_up(self, device, now):
        midnight = (now + self.zone) // DAY * DAY - self.zone
        backlog = [id for id, message in self.messages.items() if self.owner[device] in message["users"]
                   and id not in self.has[device] and not message["recalled"]]
        for id in backlog[-2:] if "short-page" in self.defects else backlog:
            time = self.messages[id]["time"]
            if time >= midnight - (self.app["compensationDays"] - 1) * DAY:
                self.deliver(device, id, "compensation")
            elif now - time <= self.app["offlineDays"] * DAY and self.owner[device] not in self.messages[id]["seen"]:
                self.deliver(device, id, "offline")

    def disconnect(self, device, reason, **by):
        if device in self.online:
            self.online.remove(device)
            self.notify("offline", dev=device, reason=reason, **by)

    def post(self, id, device, to, text, now):
        users = [self.owner[device], *(self.groups[to[6:]] if to.startswith("group:") else [to])]
        if "same-text" in self.defects and [(m["to"], m["text"]) for m in self.messages.values()][-1:] == [(to, text)]:
            users = []
        self.messages[id] = dict(users=users, to=to, text=text, time=now, recalled=False, seen={self.owner[device]})
        self.has[device][id] = False
        self.notify("accept", msg=id)
        for other in self.online:
            if self.owner[other] in users and other != device:
                self.deliver(other, id, "live")

    def deliver(self, device, id, via):
        self.has[device][id] = False
        self.messages[id]["seen"].add(self.owner[device])
        self.notify("receive", msg=id, dev=device, via=via, text=self.messages[id]["text"])

    def recall(self, id):
        self.messages[id]["recalled"] = True
        self.notify("recall-accept", msg=id)
        for device in [d for d in self.online if id in self.has[d]]:
            self.show_recalled(device, id)

    def show_recalled(self, device, id):
        self.has[device][id] = True
        self.notify("recalled", msg=id, dev=device)


class Adapter:
    def event(self, kind, **keys):
        print(json.dumps({"t": self.now, "ev": kind, **keys}), flush=True)

    def hello(self, request):
        return {"name": "TinyChat", "clock": "virtual", "silent": ["caught-up"],
                "ops": ["advance", "login", "logout", "reinstall", "send", "recall", "network"]}

    def reset(self, request):
        world, app = request["world"], request["world"]["app"]
        if not app["sync"] or app["onLimit"] == "refuse" or not app["timezone"].endswith(":00") or \
                world["readings"]["window"] == "rolling":
            raise NotImplementedError("TinyChat always synchronizes, replaces, and counts days by whole hours")
        self.now, self.status = world["t"], {"RC:TypSts": "status", **world["messageTypes"]}
        self.chat = TinyChat(world["users"], world["groups"], app, sys.argv[1:], self.event)

    def advance(self, request):
        self.now += request["ms"]

    def settle(self, request):
        pass  # everything happens at once

    def network(self, request):
        if request["latency"] != [0, 0] or request["loss"] or request["duplicate"]:
            raise NotImplementedError("TinyChat has a perfect network")

    def login(self, request):
        self.chat.connect(request["dev"], self.now)

    def logout(self, request):
        self.chat.disconnect(request["dev"], "logout")

    def reinstall(self, request):
        self.chat.disconnect(request["dev"], "uninstall")
        self.chat.has[request["dev"]] = {}

    def send(self, request):
        if request["to"].startswith("chatroom:") or self.status.get(request["type"]) == "status":
            raise NotImplementedError("TinyChat has neither chatrooms nor status messages")
        if request["dev"] not in self.chat.online:
            return "offline"
        self.chat.post(request["msg"], request["dev"], request["to"], request["text"], self.now)

    def recall(self, request):
        if "dev" not in request:
            raise NotImplementedError("TinyChat has no server API")
        if request["dev"] not in self.chat.online or request["msg"] not in self.chat.messages:
            return "impossible"
        self.chat.recall(request["msg"])

    def answer(self, request):
        if request["op"] not in ["hello", "reset", "settle", *self.hello(None)["ops"]]:
            return {"unsupported": "there is no " + request["op"]}
        try:
            outcome = getattr(self, request["op"])(request)
        except NotImplementedError as why:
            return {"unsupported": str(why)}
        return {"refused": outcome} if isinstance(outcome, str) else {"ok": outcome or {"t": self.now}}


if __name__ == "__main__":
    adapter = Adapter()
    for request in map(json.loads, sys.stdin):
        if request["op"] == "bye":
            break
        print(json.dumps({"id": request["id"], **adapter.answer(request)}), flush=True)
