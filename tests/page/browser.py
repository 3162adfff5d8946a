"""A headless Chromium, asked over its own protocol through a pipe: no driver, no library, no port.

    with Browser() as browser:
        browser.open(path, "#case/...")
        browser.run("document.title")
        browser.press("n"); browser.click("#by-events")
        browser.said            what the page wrote to its console, and what it wanted from the network
"""

import base64
import json
import os
import select
import shutil
import subprocess
import tempfile
import time
import urllib.parse

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# Every text that is painted, and how well it stands out from what is behind it (WCAG 2.1: 4.5, large text 3).
CONTRAST = """(() => {
  const rgb = text => text.match(/[\\d.]+/g).map(Number);
  const over = (front, back) => { const a = front[3] ?? 1; return [0, 1, 2].map(i => front[i] * a + back[i] * (1 - a)); };
  const light = colour => { const [r, g, b] = colour.map(v => (v /= 255) <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  const weak = new Map();
  for (const node of document.querySelectorAll('body *')) {
    const isSvg = node instanceof SVGElement;
    if (!node.checkVisibility?.() || ![...node.childNodes].some(each => each.nodeType === 3 && each.data.trim())) continue;
    if (['SCRIPT', 'STYLE', 'OPTION'].includes(node.tagName) || node.disabled) continue;
    const style = getComputedStyle(node);
    let back = [255, 255, 255], chain = [];
    for (let up = node; up; up = up.parentElement) chain.unshift(getComputedStyle(up).backgroundColor);
    for (const each of chain) back = over(rgb(each), back);
    const front = over(rgb(isSvg ? style.fill : style.color), back);
    const [a, b] = [light(front), light(back)].sort((x, y) => y - x);
    const size = parseFloat(style.fontSize), large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < (large ? 3 : 4.5)) weak.set(`${node.tagName} ${node.getAttribute('class')}`, `${ratio.toFixed(2)} ${node.textContent.slice(0, 30)}`);
  }
  return JSON.stringify([...weak]);
})()"""


def chromium():
    """The browser's path, or None: MDSYNC_CHROMIUM names one that is not on the path."""
    return os.environ.get("MDSYNC_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)


class Browser:
    def __init__(self, width=1500, height=900, theme="light", more=()):
        self.folder = tempfile.mkdtemp(prefix="mdsync-browser-")
        to_browser, self.out = os.pipe()
        self.inn, from_browser = os.pipe()
        command = [chromium(), "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars",
                   "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
                   f"--user-data-dir={self.folder}", f"--window-size={width},{height}", "--remote-debugging-pipe", *more, "about:blank"]
        # The protocol's pipe is 3 to the browser and 4 from it.
        script = f'exec "$@" 3<&{to_browser} 4>&{from_browser}'
        self.process = subprocess.Popen(["bash", "-c", script, "browser", *command], pass_fds=(to_browser, from_browser),
                                        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(to_browser)
        os.close(from_browser)
        self.bytes = b""
        self.number = 0
        self.said = []
        self.loaded = False
        self.session = None
        target = self.ask("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.ask(domain + ".enable")
        self.size(width, height)
        self.theme(theme)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.process.kill()
        self.process.wait()
        os.close(self.out)
        os.close(self.inn)
        shutil.rmtree(self.folder, ignore_errors=True)

    # ---- the protocol -----------------------------------------------------------------------------------------------

    def ask(self, method, **parameters):
        self.number += 1
        request = {"id": self.number, "method": method, "params": parameters}
        if self.session:
            request["sessionId"] = self.session
        data = json.dumps(request).encode() + b"\0"
        while data:
            data = data[os.write(self.out, data):]
        while True:
            message = self.next(60)
            if message.get("id") == self.number:
                if "error" in message:
                    raise RuntimeError(f"{method}: {message['error']}")
                return message["result"]

    def next(self, seconds):
        """The next message; events are noted."""
        end = time.monotonic() + seconds
        while b"\0" not in self.bytes:
            if not select.select([self.inn], [], [], max(0, end - time.monotonic()))[0]:
                raise TimeoutError("the browser says nothing")
            more = os.read(self.inn, 1 << 20)
            if not more:
                raise RuntimeError("the browser ended")
            self.bytes += more
        line, self.bytes = self.bytes.split(b"\0", 1)
        message = json.loads(line)
        self.note(message.get("method"), message.get("params"))
        return message

    def note(self, method, parameters):
        if method == "Runtime.consoleAPICalled":
            self.said.append("console: " + " ".join(str(each.get("value", each.get("description"))) for each in parameters["args"]))
        elif method == "Runtime.exceptionThrown":
            details = parameters["exceptionDetails"]
            self.said.append("exception: " + details.get("exception", {}).get("description", details["text"]))
        elif method == "Log.entryAdded":
            self.said.append("log: " + parameters["entry"]["text"])
        elif method == "Network.requestWillBeSent":
            url = parameters["request"]["url"]
            if not url.startswith(("file:", "data:", "about:")):
                self.said.append("network: " + url)
        elif method == "Page.loadEventFired":
            self.loaded = True

    # ---- what a person does -----------------------------------------------------------------------------------------

    def open(self, path, hash=""):
        # By way of an empty page: an address of which only the part behind # differs is not loaded anew.
        for url in ("about:blank", "file://" + urllib.parse.quote(os.path.abspath(path)) + hash):
            self.load(url)
        self.paint()

    def load(self, url):
        self.loaded = False
        self.ask("Page.navigate", url=url)
        end = time.monotonic() + 60
        while not self.loaded:
            self.next(end - time.monotonic())

    def run(self, script):
        """The value of an expression of the page, awaited."""
        result = self.ask("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in result:
            raise RuntimeError(result["exceptionDetails"].get("exception", {}).get("description", str(result)))
        return result["result"].get("value")

    def paint(self):
        """Waits until what was done is drawn."""
        self.run("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(1))))")

    def go(self, hash):
        self.run(f"location.hash = {json.dumps(hash)}; 1")
        self.paint()

    def press(self, key):
        codes = {"Escape": 27, "Enter": 13, "ArrowDown": 40, "ArrowUp": 38, "ArrowLeft": 37, "ArrowRight": 39, "Home": 36,
                 "End": 35, "Tab": 9}
        more = {"windowsVirtualKeyCode": codes[key]} if key in codes else {"text": key}
        if key == "Enter":
            more["text"] = "\r"
        self.ask("Input.dispatchKeyEvent", type="keyDown", key=key, **more)
        self.ask("Input.dispatchKeyEvent", type="keyUp", key=key)
        self.paint()

    def type(self, text):
        self.ask("Input.insertText", text=text)
        self.paint()

    def click(self, selector, nth=0):
        self.ask("Runtime.evaluate", expression=f"document.querySelectorAll({json.dumps(selector)})[{nth}].scrollIntoViewIfNeeded()")
        box = self.run(f"(() => {{ const r = document.querySelectorAll({json.dumps(selector)})[{nth}].getBoundingClientRect();"
                       " return [r.x + r.width / 2, r.y + r.height / 2]; })()")
        self.click_at(*box)

    def click_at(self, x, y):
        self.ask("Input.dispatchMouseEvent", type="mouseMoved", x=x, y=y)
        for kind in ("mousePressed", "mouseReleased"):
            self.ask("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)
        self.paint()

    def move_to(self, x, y):
        self.ask("Input.dispatchMouseEvent", type="mouseMoved", x=x, y=y)
        self.paint()

    def size(self, width, height):
        self.ask("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)

    def theme(self, theme):
        self.ask("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": theme},
                                                         {"name": "prefers-reduced-motion", "value": "reduce"}])

    def picture(self, path):
        self.paint()
        data = self.ask("Page.captureScreenshot", format="png")["data"]
        with open(path, "wb") as file:
            file.write(base64.b64decode(data))

    def pdf(self, path):
        data = self.ask("Page.printToPDF", printBackground=True, landscape=True, preferCSSPageSize=True)["data"]
        with open(path, "wb") as file:
            file.write(base64.b64decode(data))
