"""The reference server, by BINARY serve, as an adapter whose system has no groups: what goes to one is unsupported."""

import json
import subprocess
import sys

server = subprocess.Popen([sys.argv[1], "serve", "--stdio"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def batches():
    """What is to begin at the same moment: all but the last of them say that there is more."""
    batch = []
    for line in sys.stdin:
        batch.append(json.loads(line))
        if not batch[-1].get("more"):
            yield batch
            batch = []


def needs_a_group(request):
    return str(request.get("to", "")).startswith("group:") or "group" in request


def refuse(batch):
    """Refuses all of them: the server would wait for the last one, and the case is not applicable anyway."""
    for request in batch:
        print(json.dumps({"id": request["id"], "unsupported": "there are no groups"}), flush=True)


def pass_on(batch):
    """Hands these to the server, and back what it says until the last of them is answered."""
    server.stdin.writelines(json.dumps(request) + "\n" for request in batch)
    server.stdin.flush()
    answered = batch[-1]["op"] == "bye"
    while not answered:
        line = server.stdout.readline()
        print(line, end="", flush=True)
        answered = json.loads(line).get("id") == batch[-1]["id"]


for together in batches():
    if any(map(needs_a_group, together)):
        refuse(together)
    else:
        pass_on(together)
server.stdin.close()
server.wait()
