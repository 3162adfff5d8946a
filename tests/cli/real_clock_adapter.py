"""An adapter with a real clock: what happens is reported a little later, from another thread, without a time.

    real_clock_adapter.py [SILENT-OR-OPTION]...

`accept`, `caught-up`, ...: cannot see these and says so. `pending`: logins are answered before they are known.
`refuse`: refuses the second login of a user. `no-pipeline`, `no-recall`: cannot do that. `late`: does not wait for what
is on its way before it says settled. `lost`: delivers nothing. `no-send-by-bob`: refuses what bob sends.
`forgets-pixel`: when the server restarts, bob/pixel stays online. `lost-at-first`: delivers nothing when it is given a
case for the first time. `lost-for-seed-2`: delivers nothing where the seed is 2. `slow`: delivers after 0.4 s, and knows
that something is on its way."""

import json
import sys
import threading
import time

KINDS = ["connect", "accept", "recall-accept", "caught-up", "settled"]
SILENT = [word for word in sys.argv[1:] if word in KINDS]
OPTIONS = [word for word in sys.argv[1:] if word not in KINDS]
QUIET = 0.6 if "slow" in OPTIONS else 0.15
lock = threading.Lock()
last = time.monotonic()


def say(line):
    global last
    with lock:
        last = time.monotonic()
        print(json.dumps(line), flush=True)


def event(kind, **keys):
    if kind not in SILENT:
        say({"ev": kind, **keys})


def soon(kind, **keys):
    lag = 0.4 if "slow" in OPTIONS and kind == "receive" else 0.03
    threading.Timer(lag, lambda: event(kind, **keys)).start()


def main():
    online, text, holders, seen, lost = [], {}, {}, set(), "lost" in OPTIONS
    for line in sys.stdin:
        request = json.loads(line)
        op, dev, outcome = request["op"], request.get("dev"), {"ok": {}}
        if op == "hello":
            ops = ["login", "logout", "send", "server"] + ([] if "no-recall" in OPTIONS else ["recall"])
            outcome = {"ok": {"name": "lazy", "clock": "real", "quiet": int(QUIET * 1000), "ops": ops, "silent": SILENT,
                              "pipeline": "no-pipeline" not in OPTIONS}}
        elif op == "reset":
            online, text, holders = [], {}, {}
            lost = ("lost" in OPTIONS or ("lost-at-first" in OPTIONS and request["case"] not in seen)
                    or ("lost-for-seed-2" in OPTIONS and request["seed"] == 2))
            seen.add(request["case"])
        elif op == "login" and "refuse" in OPTIONS and any(d.split("/")[0] == dev.split("/")[0] for d in online):
            outcome = {"refused": "31023"}
        elif op == "login":
            online.append(dev)
            if "pending" in OPTIONS:
                soon("online", dev=dev)
                outcome = {"ok": {"pending": True}}
            else:
                event("online", dev=dev)
            soon("caught-up", dev=dev, count=0)
        elif op == "logout":
            online.remove(dev)
            event("offline", dev=dev, reason="logout")
        elif op == "server":
            for device in online:
                if device != "bob/pixel" or "forgets-pixel" not in OPTIONS:
                    event("offline", dev=device, reason="server")
        elif op == "send" and dev.startswith("bob/") and "no-send-by-bob" in OPTIONS:
            outcome = {"refused": "403"}
        elif op == "send":
            soon("accept", msg=request["msg"])
            holders[request["msg"]] = [d for d in online if d.split("/")[0] in (dev.split("/")[0], request["to"])]
            for device in holders[request["msg"]]:
                if device != dev and not lost:
                    soon("receive", msg=request["msg"], dev=device, text=request["text"])
        elif op == "recall":
            soon("recall-accept", msg=request["msg"])
            for device in holders[request["msg"]]:
                soon("recalled", msg=request["msg"], dev=device)
        elif op == "settle":
            while "late" not in OPTIONS and time.monotonic() - last < QUIET:
                time.sleep(0.01)
        elif op == "bye":
            return
        else:
            outcome = {"unsupported": "there is no " + op}
        say({"id": request["id"], **outcome})


main()
