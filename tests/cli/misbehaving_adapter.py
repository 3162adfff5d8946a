"""An adapter that is right until a given request, for tests of what the tool makes of it then.

    misbehaving_adapter.py PIDFILE FAULT N [LIVES]

Everybody receives everything at once, in virtual time. At the N-th request (hello is the first) it does FAULT instead
of answering; with LIVES, only in its first so many lives, which PIDFILE counts: a line for each process."""

import json
import os
import signal
import subprocess
import sys
import time

PIDS, FAULT, AT = sys.argv[1], sys.argv[2], int(sys.argv[3])
LIVES = int(sys.argv[4]) if len(sys.argv) > 4 else 10 ** 9
FOREVER = 24 * 3600  # seconds: longer than any test waits, or what was not killed would have gone by itself
OPS = ["hello", "reset", "advance", "settle", "bye", "login", "logout", "send"]


def register(pid):
    with open(PIDS, "a") as file:
        file.write(f"{pid}\n")
    with open(PIDS) as file:
        return len(file.readlines())


def say(line):
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


def raw(data):
    sys.stdout.flush()
    view = memoryview(data)
    while view:
        view = view[os.write(1, view):]


class Server:
    """Just enough of one: a message goes to all devices of the recipient at once."""

    def reset(self, world):
        self.now, self.users, self.online = world["t"], world["users"], set()

    def event(self, kind, **keys):
        say({"t": self.now, "ev": kind, **keys})

    def do(self, request):
        op, ok = request["op"], {}
        if op == "hello":
            ok = {"name": "misbehaving", "clock": "virtual", "ops": OPS}
        elif op == "reset":
            self.reset(request["world"])
        elif op == "advance":
            self.now += request["ms"]
        elif op == "login":
            self.now += 1
            self.online.add(request["dev"])
            self.event("online", dev=request["dev"])
        elif op == "logout":
            self.online.discard(request["dev"])
            self.event("offline", dev=request["dev"], reason="logout")
        elif op == "send":
            self.event("accept", msg=request["msg"])
            for device in sorted(self.online):
                if device.startswith(request["to"] + "/"):
                    self.event("receive", msg=request["msg"], dev=device, via="live", text=request["text"])
        if op in ("advance", "login", "settle"):
            ok["t"] = self.now
        return {"id": request["id"], "ok": ok}


def misbehave(server, request):
    number = request["id"]
    answer = server.do(request) if FAULT.startswith("then-") else None
    fault = FAULT.removeprefix("then-")
    if fault == "die":
        print("out of memory, or so", file=sys.stderr, flush=True)
        os._exit(3)
    if fault == "killed":
        os.kill(os.getpid(), signal.SIGKILL)
    if fault == "hang":
        time.sleep(FOREVER)
    if fault == "hang-forever":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        time.sleep(FOREVER)
    if fault == "leave-a-child":
        register(subprocess.Popen(["sleep", str(FOREVER)], stdout=subprocess.DEVNULL).pid)
        os._exit(0)
    if fault == "chatter":
        while True:
            raw((json.dumps({"t": server.now, "ev": "online", "dev": "alice/phone"}) + "\n").encode() * 500)
    if fault == "garbage":
        raw(b"Segmentation fault (core dumped)\n")
    if fault == "bytes":
        raw(bytes(range(128, 256)) + b"\n")
    if fault == "zeros":
        raw(b"\0" * 1000 + b"\n")
    if fault == "blank":
        raw(b"\n")
    if fault == "a-list":
        raw(b"[1,2,3]\n")
    if fault == "cut":
        raw(b'{"id":1,"o')
        os._exit(0)
    if fault == "no-end":
        chunk = b"x" * (1 << 20)
        for _ in range(1024):
            raw(chunk)
    if fault == "deep":
        raw(b"[" * 300000 + b"]" * 300000 + b"\n")
    if fault == "wide":
        raw(b'{"id":%d,"ok":{"x":[' % number + b"0," * 1000000 + b"0]}}\n")
    if fault == "close-output":
        os.close(1)
        time.sleep(FOREVER)
    if fault == "close-input":
        os.close(0)
        time.sleep(FOREVER)
    if fault == "deaf":
        say(answer)
        os.close(0)
        time.sleep(FOREVER)
    if fault == "wrong-id":
        say({"id": number + 1, "ok": {}})
    if fault == "no-id":
        say({"ok": {}})
    if fault == "both":
        say({"id": number, "ok": {}, "refused": "1008"})
    if fault == "neither":
        say({"id": number})
    if fault == "typo":
        say({"id": number, "refusd": "1008"})
    if fault == "twice":
        say(answer)
        say(answer)
        return
    if fault == "error":
        say({"id": number, "error": "no connection to the staging system"})
    if fault == "no-time":
        say({"id": number, "ok": {}})
    if fault == "past":
        say({"id": number, "ok": {"t": 5}})
    if fault == "past-event":
        say({"t": 5, "ev": "online", "dev": "alice/phone"})
    if fault == "no-t":
        say({"ev": "online", "dev": "alice/phone"})
    if fault == "late":
        server.now += 1
        say(server.do(request))
    if fault == "pending":
        say({"id": number, "ok": {"pending": True}})
    if fault == "held":
        say({"id": number, "ok": {"held": True}})
    if fault == "says-t":
        say({"id": number, "ok": {"t": server.now}})
    if fault == "refuse":
        say({"id": number, "refused": "1008"})
    if fault == "unsupported":
        say({"id": number, "unsupported": "not today"})
        return
    if fault == "stranger":
        server.event("online", dev="alice/fridge")
    if fault == "own-event":
        server.event("settled")
    if fault == "unknown-event":
        server.event("onlin", dev="alice/phone")
    if fault == "unasked":
        server.event("accept", msg="m77")
    if fault == "yes":
        say({"id": number, "ok": {}})
    if fault == "other-protocol":
        say({"id": number, "ok": {"protocol": "mdsync-adapter/9", "clock": "virtual", "ops": OPS}})
    if fault == "no-such-op":
        say({"id": number, "ok": {"clock": "virtual", "ops": ["logn"]}})
    if fault == "no-clock":
        say({"id": number, "ok": {"ops": OPS}})
    time.sleep(FOREVER)  # what it said must be enough


def main():
    life = register(os.getpid())
    server = Server()
    for number, line in enumerate(sys.stdin, 1):
        request = json.loads(line)
        if number == AT and life <= LIVES:
            misbehave(server, request)
        elif request["op"] == "bye":
            return
        elif request["op"] not in OPS:
            say({"id": request["id"], "unsupported": "no such request"})
        else:
            say(server.do(request))


if __name__ == "__main__":
    try:
        main()
    except BrokenPipeError:
        os._exit(0)
