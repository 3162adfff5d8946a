"""What users see of a trace: the screens of all devices at every settled moment.

This is a definition, not a judge: it knows no rule and does not ask whether anything is right. Two traces look alike if
their screens do. On a device's screen are
  * whether it is connected, and how often it was refused;
  * the messages that it received in this installation and does not show recalled, with their bodies: of each
    conversation, in the order in which they came, as far as they came in one session and one way. What comes in
    different ways or sessions an app sorts into its place; status messages have no place to keep;
  * which of its own messages it shows recalled, those that it recalled itself from the moment this was accepted;
  * which of its requests failed;
  * the conversation list that it was told in this session. A list that a trace does not tell looks like any other.
What users do (send, ask for a recall, log out, reinstall, join) is no part of it, only what comes of it.
"""

# What a service shows. Everything else is asked for, done to it, or written down about it.
SHOWN = {"online", "refused", "receive", "recalled", "caught-up", "reject", "recall-reject"}
KICKS = {"replaced", "evicted", "server"}  # an `offline` for one of these reasons is the service's doing


def is_shown(event):
    """Whether the event is something that the service shows to a user."""
    return event["ev"] in SHOWN or event["ev"] == "offline" and event["reason"] in KICKS


STATUS = ("status",)


class Cast:
    """What does not change when one event is moved about: who wrote which message to whom, and which are status."""

    def __init__(self, header, events):
        self.users = header["users"]
        self.types = header.get("messageTypes", {})
        self.messages = {event["msg"]: event for event in events if event["ev"] in ("send", "publish")}

    def author(self, message):
        event = self.messages.get(message, {})
        return event.get("from") or event.get("dev", "/").split("/")[0]

    def conversation(self, message, user):
        """`bob`, `group:team`: where a device of `user` shows the message."""
        to = self.messages.get(message, {}).get("to")
        return self.author(message) if to == user else to

    def status(self, message):
        event = self.messages.get(message, {})
        kind = event.get("type", "RC:TxtMsg")
        return kind == "RC:TypSts" or self.types.get(kind) == "status" or "status" in event.get("api", "")


class Screen:
    """One device's. The lists are kept as running hashes besides, so that a picture costs little on a long trace."""

    def __init__(self):
        self.connected = False
        self.session = 0
        self.refused = 0
        self.failed = ()
        self.install()

    def install(self):
        self.lists = {}  # conversation, session and way -> what came, in order
        self.hashes = {}  # the same -> how many of it are shown, and a hash of them
        self.places = {}  # message -> its keys in `lists`
        self.own, self.recalled = set(), set()
        self.conversations = None

    def receive(self, key, message, shown, ordered):
        self.lists.setdefault(key, []).append((message, shown))
        self.places.setdefault(message, []).append(key)
        if message not in self.recalled:
            self.append(key, shown, ordered)

    def append(self, key, shown, ordered):
        count, before = self.hashes.get(key, (0, 0))
        self.hashes[key] = (count + 1, hash((before, shown)) if ordered else before + hash(shown))

    def recall(self, message):
        if message in self.recalled:
            return
        self.recalled.add(message)
        for key in self.places.get(message, []):
            self.hashes.pop(key, None)
            for other, shown in self.lists[key]:
                if other not in self.recalled:
                    self.append(key, shown, key != STATUS)

    def picture(self):
        """Everything but the conversation list, as a value."""
        struck = tuple(sorted(self.own & self.recalled)) if self.recalled else ()
        return (self.connected, self.refused, self.failed, tuple(sorted(self.hashes.items())), struck)


def look(cast, events):
    """The screens at every settled moment and at the end: a list of {device: (picture, list)}."""
    screens = {f"{user}/{device}": Screen() for user, devices in cast.users.items() for device in devices}
    pictures = {name: (screen.picture(), None) for name, screen in screens.items()}
    recalls = {}  # message -> who asked for it to be recalled and is not answered yet, in order
    moments, touched = [], set()
    for event in [*events, {"ev": "settled"}]:
        if event["ev"] == "settled":
            for name in touched:
                pictures[name] = (screens[name].picture(), screens[name].conversations)
            touched.clear()
            moments.append(dict(pictures))
            continue
        name = concerned(cast, recalls, event)
        if name in screens:
            show(cast, screens[name], event)
            touched.add(name)
    return moments


def concerned(cast, recalls, event):
    """The device on whose screen the event may show, or none. An answer belongs to the earliest open request."""
    kind = event["ev"]
    if kind == "reject":
        return cast.messages.get(event["msg"], {}).get("dev")
    if kind == "recall":
        recalls.setdefault(event["msg"], []).append(event.get("dev"))
    if kind in ("recall-accept", "recall-reject") and recalls.get(event["msg"]):
        return recalls[event["msg"]].pop(0)
    return event.get("dev")


def show(cast, screen, event):
    """Brings a screen up to date with one event."""
    kind = event["ev"]
    if kind == "online" and not screen.connected:
        screen.connected, screen.session, screen.conversations = True, screen.session + 1, None
    elif kind == "offline":
        screen.connected = False
    elif kind == "refused":
        screen.refused += 1
    elif kind == "reinstall":
        screen.connected = False
        screen.install()
    elif kind == "send":
        screen.own.add(event["msg"])
    elif kind in ("reject", "recall-reject"):
        screen.failed += ((kind, event["msg"]),)
    elif kind == "receive":
        receive(cast, screen, event)
    elif kind in ("recalled", "recall-accept"):
        screen.recall(event["msg"])
    elif kind == "caught-up" and "conversations" in event and screen.connected:
        screen.conversations = tuple(sorted(event["conversations"]))


def receive(cast, screen, event):
    message = event["msg"]
    shown = (message, event.get("text", event.get("digest", "")))
    if cast.status(message):
        screen.receive(STATUS, message, shown, ordered=False)
    else:
        conversation = str(cast.conversation(message, event["dev"].split("/")[0]))
        screen.receive((conversation, str(screen.session), event.get("via", "")), message, shown, ordered=True)


def alike(one, other, devices=None):
    """Whether two traces look the same at every settled moment, on these devices or on all."""
    def same(a, b):
        return a[0] == b[0] and (a[1] == b[1] or a[1] is None or b[1] is None)

    return len(one) == len(other) and all(same(x[d], y[d]) for x, y in zip(one, other) for d in devices or x)
