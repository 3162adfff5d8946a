"""A small client of the emulator: it says the frames that the vendor's SDK says, and keeps what it was shown."""

import base64
import hashlib
import http.client
import json
import os
import select
import socket
import struct
import time
import urllib.parse

from tool import PATIENCE


# ---- Protobuf: numbers and bytes are all there is


def varint(number):
    number &= (1 << 64) - 1
    out = b""
    while True:
        out += bytes([number & 0x7F | (0x80 if number > 0x7F else 0)])
        number >>= 7
        if not number:
            return out


def body(fields):
    """[(number, value)]: whole numbers, texts and bytes."""
    out = b""
    for number, value in fields:
        if isinstance(value, int):
            out += varint(number << 3) + varint(value)
        else:
            data = value.encode() if isinstance(value, str) else value
            out += varint(number << 3 | 2) + varint(len(data)) + data
    return out


def fields(data):
    """{number: [values]}, texts as bytes."""
    at, found = 0, {}

    def number():
        nonlocal at
        value, shift = 0, 0
        while True:
            byte = data[at]
            at += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    while at < len(data):
        key = number()
        if key & 7 == 0:
            value = number()
        else:
            size = number()
            value = data[at : at + size]
            at += size
        found.setdefault(key >> 3, []).append(value)
    return found


def text(value):
    data = value.encode()
    return struct.pack(">H", len(data)) + data


# ---- WebSocket


class WebSocket:
    def __init__(self, place, path, headers=""):
        self.socket = socket.create_connection(place, timeout=PATIENCE)
        key = base64.b64encode(os.urandom(16)).decode()
        self.socket.sendall(
            (
                f"GET {path} HTTP/1.1\r\nHost: {place[0]}:{place[1]}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n{headers}\r\n"
            ).encode()
        )
        self.buffer = b""
        while b"\r\n\r\n" not in self.buffer:
            self.buffer += self.receive()
        head, self.buffer = self.buffer.split(b"\r\n\r\n", 1)
        self.status = int(head.split()[1])
        if self.status == 101:
            wanted = base64.b64encode(hashlib.sha1((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").encode()).digest())
            assert wanted in head, head

    def receive(self):
        data = self.socket.recv(65536)
        if not data:
            raise ConnectionError("the connection has ended")
        return data

    def send(self, message, opcode=2):
        mask = os.urandom(4)
        size = len(message)
        head = bytes([0x80 | opcode])
        if size < 126:
            head += bytes([0x80 | size])
        elif size < 65536:
            head += b"\xfe" + struct.pack(">H", size)
        else:
            head += b"\xff" + struct.pack(">Q", size)
        self.socket.sendall(head + mask + bytes(b ^ mask[i % 4] for i, b in enumerate(message)))

    def next(self):
        """The next binary message; None: the connection has ended."""
        while True:
            frame = self.frame()
            if frame is None or frame[0] == 8:
                return None
            if frame[0] == 2:
                return frame[1]

    def frame(self):
        try:
            while (taken := self.parse()) is None:
                self.buffer += self.receive()
        except (ConnectionError, OSError):
            return None
        opcode, data, size = taken
        self.buffer = self.buffer[size:]
        return opcode, data

    def parse(self):
        if len(self.buffer) < 2:
            return None
        size, at = self.buffer[1] & 0x7F, 2
        for mark, width, code in ((126, 2, ">H"), (127, 8, ">Q")):
            if self.buffer[1] & 0x7F == mark:
                if len(self.buffer) < 2 + width:
                    return None
                size, at = struct.unpack(code, self.buffer[2 : 2 + width])[0], 2 + width
        if len(self.buffer) < at + size:
            return None
        return self.buffer[0] & 0x0F, self.buffer[at : at + size], at + size

    def isQuiet(self):
        return not self.parse() and not select.select([self.socket], [], [], 0)[0]

    def close(self):
        self.socket.close()


# ---- The SDK


class Profile:
    """What a browser's profile stores: the cursors of its last pull."""

    def __init__(self):
        self.received = 0
        self.sent = 0


class Page:
    """A page with the SDK in it. It pulls when it is told to, and confirms what it got."""

    def __init__(self, place, user, profile=None, platform=None, token=None, device_id=None, pulls=True, name=None):
        self.user = user
        self.profile = profile or Profile()
        self.shown = []  # (what, id, from, content), in order
        self.reason = None  # of a DISCONNECT
        self.status = None  # of the CONNACK
        self.is_over = False
        self.answers = {}
        self.number = 0
        self.pulls = pulls
        query = {
            "appId": "ak",
            "token": token or f"tok-{user}",
            "sdkVer": "5.38.0",
            "deviceId": device_id or base64.b16encode(os.urandom(8)).decode(),
            "protocolVer": "3",
        }
        if platform:
            query["platform"] = platform
        self.socket = WebSocket(place, "/websocket?" + urllib.parse.urlencode(query), f"mdsync-device: {name}\r\n" if name else "")
        while self.status is None and not self.is_over:
            self.hear()
        if self.status == 0 and pulls:
            self.pull()

    # -- What it says

    def next_number(self):
        self.number += 1
        return self.number

    def query(self, topic, target, content, wait=True):
        number = self.next_number()
        self.socket.send(b"\x50" + text(topic) + text(target) + struct.pack(">H", number) + content)
        if not wait:
            return None
        return self.answer(number)

    def publish(self, topic, target, content, wait=True):
        number = self.next_number()
        self.socket.send(b"\x32" + text(topic) + text(target) + struct.pack(">H", number) + content)
        return self.answer(number) if wait else None

    def answer(self, number):
        end = time.monotonic() + PATIENCE
        while number not in self.answers and not self.is_over and time.monotonic() < end:
            self.hear()
        return self.answers.get(number)

    def send(self, target, words, topic="ppMsgP", kind="RC:TxtMsg"):
        """Sends a message; its id, or the status of the refusal."""
        content = json.dumps({"content": words})
        status, uid = self.publish(topic, target, body([(1, 3), (2, kind), (3, content)]))
        return uid if status == 0 else status

    def typing(self, target):
        content = json.dumps({"typingContentType": "RC:TxtMsg"})
        self.publish("ppMsgS", target, body([(1, 0), (2, "RC:TypSts"), (3, content)]), wait=False)

    def recall(self, uid, target):
        content = json.dumps({"conversationType": 1, "targetId": target, "messageUId": uid, "sentTime": 1})
        return self.publish("recallMsg", self.user, body([(1, 1), (2, "RC:RcCmd"), (3, content)]))[0]

    def pull(self):
        """Pulls until there is no more, and confirms each answer."""
        while not self.is_over:
            number = self.next_number()
            request = body([(1, self.profile.received), (2, 0), (4, 1), (6, self.profile.sent), (7, 1)])
            self.socket.send(b"\x50" + text("pullMsg") + text(self.user) + struct.pack(">H", number) + request)
            answer = self.answer(number)
            if answer is None:
                return
            status, data = answer
            assert status == 0, status
            found = fields(data)
            for entry in found.get(1, []):
                self.show(fields(entry))
            self.profile.received = found[2][0]
            self.socket.send(b"\x70" + struct.pack(">H", number))
            if found[3][0]:
                return

    # -- What it hears

    def hear(self):
        message = self.socket.next()
        if message is None:
            self.is_over = True
            return
        command = message[0] >> 4
        if command == 2:
            self.status = message[2]
        elif command == 4:
            number, seconds, status, millis = struct.unpack(">HiHH", message[1:11])
            size = struct.unpack(">H", message[11:13])[0]
            self.answers[number] = (status, message[13 : 13 + size].decode())
        elif command == 6:
            number, seconds, status = struct.unpack(">HiH", message[1:9])
            self.answers[number] = (status, message[9:])
        elif command == 14:
            self.reason = message[2]
        elif command == 3:
            self.take(message[5:])

    def take(self, rest):
        size = struct.unpack(">H", rest[:2])[0]
        topic, rest = rest[2 : 2 + size].decode(), rest[2 + size :]
        size = struct.unpack(">H", rest[:2])[0]
        rest = rest[2 + size :]
        number, data = struct.unpack(">H", rest[:2])[0], fields(rest[2:])
        self.socket.send(b"\x40" + struct.pack(">H", number))
        if topic == "s_msg":
            self.show(data)
        elif data[1][0] == 1 and self.pulls:
            self.pull()
        elif data[1][0] == 2:
            self.pull_room(data[3][0].decode())

    def pull_room(self, room):
        number = self.next_number()
        self.socket.send(b"\x50" + text("chrmPull") + text(room) + struct.pack(">H", number) + body([(1, 0), (2, 5), (4, 1)]))
        answer = self.answer(number)
        for entry in fields(answer[1]).get(1, []):
            self.show(fields(entry))
        self.socket.send(b"\x70" + struct.pack(">H", number))

    def show(self, entry):
        name = entry[4][0].decode()
        content = json.loads(entry[5][0])
        if name == "RC:RcCmd":
            self.shown.append(("recalled", content["messageUId"]))
        else:
            way = "sent" if entry.get(10) == [1] else "received"
            self.shown.append((way, entry[9][0].decode()))
        self.last = entry

    # -- Waiting

    def until(self, condition):
        """Hears until the condition holds."""
        end = time.monotonic() + PATIENCE
        while not condition() and time.monotonic() < end and not self.is_over:
            self.hear()
        return condition()

    def until_shown(self, what):
        return self.until(lambda: what in self.shown)

    def until_over(self):
        return self.until(lambda: self.is_over) or self.is_over

    def quiet(self):
        """Asks for something and has the answer: what was said before has been heard."""
        self.query("qAppBot", self.user, b"")
        while not self.socket.isQuiet():
            self.hear()

    def close(self):
        self.socket.close()


# ---- HTTP


class Service:
    """The server API and the console."""

    def __init__(self, place):
        self.place = place

    def request(self, method, path, data=None, headers=None):
        connection = http.client.HTTPConnection(*self.place, timeout=PATIENCE)
        connection.request(method, path, data, headers or {})
        answer = connection.getresponse()
        text = answer.read()
        connection.close()
        return answer.status, text, answer

    def api(self, path, secret="sec", app="ak", **form):
        nonce, moment = "14314", "1408710653000"
        headers = {
            "App-Key": app,
            "Nonce": nonce,
            "Timestamp": moment,
            "Signature": hashlib.sha1((secret + nonce + moment).encode()).hexdigest(),
            "Content-Type": "application/x-www-form-urlencoded",
        }
        status, text, _ = self.request("POST", path, urllib.parse.urlencode(form, doseq=True), headers)
        return status, json.loads(text)

    def console(self, what, **members):
        status, text, _ = self.request("POST", "/mdsync/" + what, json.dumps(members))
        return status, json.loads(text)

    def get(self, what):
        return json.loads(self.request("GET", "/mdsync/" + what)[1])

    def state(self):
        return self.get("state")

    def verdict(self):
        return self.get("verdict")

    def trace(self):
        return [json.loads(line) for line in self.request("GET", "/mdsync/trace")[1].decode().splitlines()]
