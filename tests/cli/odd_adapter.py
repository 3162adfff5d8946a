"""An adapter before the simulated server that goes wrong as its name says: docs/troubleshooting.md shows what comes of it.

slow_adapter.py does not answer a login, broken_adapter.py ends at one, flaky_adapter.py forgets recalls in its first world."""

import json
import os
import subprocess
import sys
import time

MODE = os.path.basename(sys.argv[0]).removesuffix("_adapter.py")
HELLO = '{"id":1,"op":"hello","protocol":"mdsync-adapter/1"}\n'


class Server:
    def __init__(self, *options):
        self.process = subprocess.Popen(["mdsync", "serve", "--stdio", *options], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)

    def ask(self, line):
        """What it says to this request: events, and then the answer."""
        self.process.stdin.write(line)
        self.process.stdin.flush()
        said = []
        while not said or '"id":' not in said[-1][:6]:
            said.append(self.process.stdout.readline())
        return said


def main():
    server = Server("--server", "mutant:recall-forgets-offline") if MODE == "flaky" else Server()
    worlds = 0
    for line in sys.stdin:
        op = json.loads(line)["op"]
        if op == "bye":
            break
        if op == "login" and MODE == "slow":
            print("waiting for staging", file=sys.stderr, flush=True)
            time.sleep(60)
        if op == "login" and MODE == "broken":
            raise RuntimeError("staging is down")
        worlds += op == "reset"
        if op == "reset" and worlds == 2 and MODE == "flaky":
            server = Server()
            server.ask(HELLO)
        sys.stdout.write("".join(server.ask(line)))
        sys.stdout.flush()


if __name__ == "__main__":
    main()
