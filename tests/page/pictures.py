#!/usr/bin/env python3
"""Takes the pictures of the documentation again, docs/pictures/*.png: pages of real runs and the emulator's console, in a headless Chromium.

    MDSYNC=build/release/mdsync python3 tests/page/pictures.py

Look at them afterwards: no test does. A picture has at most 256 colours, the nearest ones, which makes it a third as large."""

import collections
import os
import re
import struct
import subprocess
import sys
import tempfile
import time
import zlib

from browser import Browser, chromium

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "cli"))
from sdk_client import Page, Profile, Service  # noqa: E402

ROOT = os.path.realpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
PICTURES = os.path.join(ROOT, "docs", "pictures")
OPEN_THE_FIRST_CASE = "document.querySelector('a[href*=\"#case/\"]')?.click()"
FORGETS = ("--server", "mutant:recall-forgets-offline")


# ---- PNG -----------------------------------------------------------------------------------------------------------------

def chunks(data):
    at = 8
    while at < len(data):
        size, kind = struct.unpack(">I4s", data[at:at + 8])
        yield kind, data[at + 8:at + 8 + size]
        at += 12 + size


def paeth(left, up, corner):
    guess = left + up - corner
    return min((left, up, corner), key=lambda each: abs(guess - each))


def unfiltered(kind, line, above, step):
    """A line of the picture as it was before PNG wrote down how it differs from its neighbours."""
    for i, byte in enumerate(line):
        left, up, corner = (line[i - step] if i >= step else 0), above[i], (above[i - step] if i >= step else 0)
        line[i] = (byte + (0, left, up, (left + up) // 2, paeth(left, up, corner))[kind]) & 255
    return line


def pixels(data):
    """Width, height, and the lines of a picture as Chromium writes it, each a list of (red, green, blue)."""
    parts = collections.defaultdict(bytes)
    for kind, part in chunks(data):
        parts[kind] += part
    width, height, depth, colours, _, _, interlaced = struct.unpack(">IIBBBBB", parts[b"IHDR"])
    assert depth == 8 and colours in (2, 6) and not interlaced
    step = 3 if colours == 2 else 4
    raw, above, lines = zlib.decompress(parts[b"IDAT"]), bytearray(width * step), []
    for y in range(height):
        start = y * (width * step + 1)
        above = unfiltered(raw[start], bytearray(raw[start + 1:start + 1 + width * step]), above, step)
        lines.append([tuple(above[i:i + 3]) for i in range(0, width * step, step)])
    return width, height, lines


def distance(one, other):
    return sum((a - b) ** 2 for a, b in zip(one, other))


def palette(counted):
    """At most 256 colours, the frequent ones first, none of them near another: each hue keeps one."""
    apart = 30
    while True:
        chosen = []
        for colour, _ in counted.most_common():
            if all(distance(colour, other) > apart for other in chosen):
                chosen.append(colour)
        if len(chosen) <= 256:
            return chosen
        apart *= 1.4


def small(data):
    """The same picture as a PNG with a palette."""
    width, height, lines = pixels(data)
    counted = collections.Counter(colour for line in lines for colour in line)
    colours = palette(counted)
    nearest = {colour: min(range(len(colours)), key=lambda i: distance(colour, colours[i])) for colour in counted}
    raw = b"".join(b"\0" + bytes(nearest[colour] for colour in line) for line in lines)

    def chunk(kind, part):
        return struct.pack(">I", len(part)) + kind + part + struct.pack(">I", zlib.crc32(kind + part))

    return b"".join([b"\x89PNG\r\n\x1a\n", chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)),
                     chunk(b"PLTE", b"".join(map(bytes, colours))), chunk(b"IDAT", zlib.compress(raw, 9)), chunk(b"IEND", b"")])


# ---- The pictures --------------------------------------------------------------------------------------------------------

class Studio:
    def __init__(self, folder):
        self.folder = folder
        os.symlink(os.path.join(ROOT, "scenarios"), os.path.join(folder, "scenarios"))
        with open(os.path.join(ROOT, "docs", "tour.md"), encoding="utf-8") as tour:
            laptop = re.search(r"```json\n(.*?)```", tour.read(), re.S).group(1)
        with open(os.path.join(folder, "laptop.json"), "w", encoding="utf-8") as file:
            file.write(laptop)

    def page(self, *run):
        """The page of a run."""
        subprocess.run([os.path.abspath(os.environ["MDSYNC"]), "run", *run, "-q", "--report", "html=page.html"], cwd=self.folder,
                       stdout=subprocess.DEVNULL, check=False)
        return os.path.join(self.folder, "page.html")

    def take(self, browser, name):
        path = os.path.join(self.folder, name)
        browser.picture(path)
        with open(path, "rb") as file, open(os.path.join(PICTURES, name), "wb") as picture:
            picture.write(small(file.read()))
        print(name, os.path.getsize(path), "->", os.path.getsize(os.path.join(PICTURES, name)))


def forgotten_recall(place):
    """What the picture of the console shows: alice's tab is away while bob takes a message back. Her pages, to be kept."""
    service, profile = Service(place), Profile()
    phone, bob = Page(place, "alice", platform="ios"), Page(place, "bob")
    tab = Page(place, "alice", profile=profile)
    uid = bob.send("alice", "the old plan")
    for page in (phone, tab):
        page.until_shown(("received", uid))
        page.quiet()
    tab.close()
    while service.state()["users"]["alice"]["web1"]["online"]:
        time.sleep(0.05)
    bob.recall(uid, "alice")
    phone.until_shown(("recalled", uid))
    service.console("advance", ms=3600000)
    tab = Page(place, "alice", profile=profile)
    service.console("advance", ms=3600000)
    uid = bob.send("alice", "the new plan")
    for page in (phone, tab):
        page.until_shown(("received", uid))
        page.quiet()
    return phone, tab, bob


def take_console(studio):
    """The console of an emulator whose server is wrong."""
    command = [os.path.abspath(os.environ["MDSYNC"]), "serve", "--sdk", "127.0.0.1:0", "--sync", "on", "--clock", "virtual", *FORGETS]
    with subprocess.Popen(command, cwd=studio.folder, stdout=subprocess.PIPE, text=True) as process:
        host, port = re.search(r"http://([\d.]+):(\d+)", process.stdout.readline()).groups()
        pages = forgotten_recall((host, int(port)))
        with Browser(1280, 720) as browser:
            browser.load(f"http://{host}:{port}/mdsync/")
            for wanted in ("#violated .card", "#stage .wrong"):
                while not browser.run(f"document.querySelector({wanted!r}) !== null"):
                    time.sleep(0.1)
            studio.take(browser, "console.png")
        for page in pages:
            page.close()
        process.terminate()


def main():
    if not chromium():
        sys.exit("there is no Chromium")
    with tempfile.TemporaryDirectory() as folder:
        studio = Studio(folder)
        with Browser(1240, 660) as browser:
            browser.open(studio.page("scenarios/compensation/accepted-after-midnight.json", "--server", "mutant:window-by-send-time"))
            browser.run(OPEN_THE_FIRST_CASE)
            studio.take(browser, "page.png")
            browser.open(studio.page("laptop.json", *FORGETS))
            browser.run(OPEN_THE_FIRST_CASE)
            studio.take(browser, "tour-failure.png")
            browser.click("button.device", nth=1)
            studio.take(browser, "tour-device.png")
        with Browser(1240, 560) as browser:
            browser.open(studio.page("scenarios/recall", "scenarios/web", *FORGETS))
            studio.take(browser, "tour-summary.png")
        take_console(studio)


if __name__ == "__main__":
    main()
