"""An adapter of a server that has no latency: what somebody sends has arrived before the answer.

    instant_adapter.py MDSYNC SERVER

It passes all requests on to `MDSYNC serve --server SERVER`, whose links it makes as quick as that, and lets nobody make
them slower: such a system has no links to set."""

import json
import subprocess
import sys

QUICK = {"op": "network", "latency": [0, 0], "loss": 0, "duplicate": 0}


class Server:
    def __init__(self, binary, name):
        self.process = subprocess.Popen([binary, "serve", "--stdio", "--server", name], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)
        self.asked = 0

    def ask(self, request):
        """Passes on what happens meanwhile; gives the answer."""
        self.asked += 1
        print(json.dumps({**request, "id": self.asked}), file=self.process.stdin, flush=True)
        for line in self.process.stdout:
            said = json.loads(line)
            if said.get("id") == self.asked:
                return said
            sys.stdout.write(line)
        sys.exit("the server has ended")


def answer(server, request):
    if request["op"] == "network":
        same = {key: request[key] for key in QUICK} == QUICK
        return {"ok": {}} if same else {"unsupported": "links have no latency here"}
    answered = server.ask(request)
    if request["op"] == "hello":
        answered["ok"].pop("more", None)
    if request["op"] == "reset" and "ok" in answered:
        server.ask(QUICK)
    return answered


def main():
    server = Server(*sys.argv[1:])
    for line in sys.stdin:
        request = json.loads(line)
        if request["op"] == "bye":
            break
        print(json.dumps({**answer(server, request), "id": request["id"]}), flush=True)


main()
