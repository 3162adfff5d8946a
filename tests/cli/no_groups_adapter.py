"""The reference server, by BINARY serve, as an adapter whose system has no groups: what goes to one is unsupported."""

import json
import subprocess
import sys

server = subprocess.Popen([sys.argv[1], "serve", "--stdio"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
for line in sys.stdin:
    request = json.loads(line)
    if str(request.get("to", "")).startswith("group:") or "group" in request:
        print(json.dumps({"id": request["id"], "unsupported": "there are no groups"}), flush=True)
        continue
    server.stdin.write(line)
    server.stdin.flush()
    if request["op"] == "bye":
        break
    while True:
        said = json.loads(server.stdout.readline())
        said.get("ok", {}).pop("more", None)  # each request is answered before the next
        print(json.dumps(said), flush=True)
        if said.get("id") == request["id"]:
            break
server.stdin.close()
server.wait()
