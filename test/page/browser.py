"""browser.py: a headless Chromium, driven over a pipe with the DevTools protocol.

The protocol's messages are JSON objects, each ended by a NUL byte, on the browser's file descriptors
3 and 4 (--remote-debugging-pipe). No port is opened, and nothing but the standard library is needed.
Below the browser is what the tests of all pages share: how their cases are run and told.
"""
import base64
import json
import os
import select
import shutil
import subprocess
import tempfile
import time

FLAGS = ("--headless --no-sandbox --disable-gpu --disable-quic --no-first-run"
         " --disable-background-networking --disable-component-update --disable-sync"
         " --disable-dev-shm-usage --hide-scrollbars --force-color-profile=srgb"
         " --remote-debugging-pipe").split()


def find():
    for name in ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"):
        if shutil.which(name):
            return shutil.which(name)
    return None


class Browser:
    """One browser with one page. Errors of the page, and requests it makes, are collected."""

    def __init__(self, path, seconds=240):
        self.seconds = seconds  # what no machine needs
        self.profile = tempfile.mkdtemp(prefix="unheap-page-")
        to_browser, self.writer = os.pipe()
        self.reader, from_browser = os.pipe()

        def place_pipes():
            # Through high numbers first: 3 and 4 may be among the pipes themselves.
            high = os.dup2(to_browser, 90), os.dup2(from_browser, 91)
            os.dup2(high[0], 3)
            os.dup2(high[1], 4)

        self.process = subprocess.Popen(
            [path, *FLAGS, "--user-data-dir=" + self.profile, "about:blank"],
            preexec_fn=place_pipes, close_fds=False,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(to_browser)
        os.close(from_browser)
        self.buffer = b""
        self.next_id = 0
        self.session = None
        self.errors = []
        self.requests = []
        self.loaded = set()
        self.session = self.call("Target.attachToTarget", targetId=self._first_page(),
                                 flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(domain + ".enable")
        self.call("Page.setLifecycleEventsEnabled", enabled=True)

    def _first_page(self):
        """The browser answers before it has one."""
        deadline = time.monotonic() + self.seconds
        while time.monotonic() < deadline:
            for target in self.call("Target.getTargets")["targetInfos"]:
                if target["type"] == "page":
                    return target["targetId"]
            time.sleep(0.05)
        raise TimeoutError("the browser has no page")

    def close(self):
        try:
            self.session = None
            self.call("Browser.close")
        except (OSError, RuntimeError, TimeoutError):
            self.process.kill()
        self.process.wait()
        os.close(self.writer)
        os.close(self.reader)
        shutil.rmtree(self.profile, ignore_errors=True)

    def _read(self, deadline):
        while b"\0" not in self.buffer:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([self.reader], [], [], left)[0]:
                raise TimeoutError("the browser does not answer")
            piece = os.read(self.reader, 1 << 20)
            if not piece:
                raise RuntimeError("the browser has gone")
            self.buffer += piece
        message, self.buffer = self.buffer.split(b"\0", 1)
        return json.loads(message)

    def _note(self, message):
        """Keeps what a test wants to know of the browser's own reports."""
        method, params = message.get("method"), message.get("params", {})
        if method == "Runtime.exceptionThrown":
            details = params["exceptionDetails"]
            self.errors.append(details.get("exception", {}).get("description", details["text"]))
        elif method == "Log.entryAdded" and params["entry"]["level"] in ("error", "warning"):
            self.errors.append(params["entry"]["text"])
        elif method == "Runtime.consoleAPICalled" and params["type"] in ("error", "warning", "assert"):
            self.errors.append(str([arg.get("value") for arg in params["args"]]))
        elif method == "Network.requestWillBeSent":
            self.requests.append(params["request"]["url"])
        elif method == "Page.lifecycleEvent" and params["name"] == "load":
            self.loaded.add(params["loaderId"])

    def call(self, method, **params):
        self.next_id += 1
        message = {"id": self.next_id, "method": method, "params": params}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.writer, json.dumps(message).encode() + b"\0")
        deadline = time.monotonic() + self.seconds
        while True:
            answer = self._read(deadline)
            if answer.get("id") == self.next_id:
                if "error" in answer:
                    raise RuntimeError("%s: %s" % (method, answer["error"]["message"]))
                return answer["result"]
            self._note(answer)

    # ---- what tests say ----

    def view(self, width, height, theme="light"):
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height,
                  deviceScaleFactor=1, mobile=False)
        self.call("Emulation.setEmulatedMedia",
                  features=[{"name": "prefers-color-scheme", "value": theme},
                            {"name": "prefers-reduced-motion", "value": "reduce"}])

    def open(self, path):
        """A file, or an address."""
        self.errors.clear()
        self.requests.clear()
        url = path if "://" in path else "file://" + os.path.abspath(path)
        loader = self.call("Page.navigate", url=url)["loaderId"]
        deadline = time.monotonic() + self.seconds
        while loader not in self.loaded:
            self._note(self._read(deadline))

    def has_errors(self):
        """Whether the page reports one; reports come when they come."""
        deadline = time.monotonic() + self.seconds
        while not self.errors and time.monotonic() < deadline:
            try:
                self._note(self._read(time.monotonic() + 0.1))
            except TimeoutError:
                pass
        return bool(self.errors)

    def script(self, expression):
        """The value of a JavaScript expression, which may be a promise."""
        result = self.call("Runtime.evaluate", expression=expression, returnByValue=True,
                           awaitPromise=True)
        if "exceptionDetails" in result:
            details = result["exceptionDetails"]
            raise RuntimeError(details.get("exception", {}).get("description", details["text"]))
        return result["result"].get("value")

    def key(self, name, code=0, text=""):
        for kind in ("keyDown", "keyUp"):
            self.call("Input.dispatchKeyEvent", type=kind, key=name, code=name,
                      windowsVirtualKeyCode=code, text=text if kind == "keyDown" else "")

    def type(self, text):
        self.call("Input.insertText", text=text)

    def click(self, selector):
        """Clicks the middle of the first element that the selector finds, with the mouse."""
        x, y = self.script(
            "(() => { const e = document.querySelector(%s); e.scrollIntoView({block: 'center'});"
            " const r = e.getBoundingClientRect();"
            " return [r.x + r.width / 2, r.y + r.height / 2]; })()" % json.dumps(selector))
        for kind in ("mousePressed", "mouseReleased"):
            self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    def screenshot(self, path, whole=False):
        params = {"format": "png", "captureBeyondViewport": whole}
        if whole:
            size = self.call("Page.getLayoutMetrics")["cssContentSize"]
            params["clip"] = {"x": 0, "y": 0, "width": size["width"], "height": size["height"],
                              "scale": 1}
        with open(path, "wb") as file:
            file.write(base64.b64decode(self.call("Page.captureScreenshot", **params)["data"]))


# ---- the tests ----

class Page:
    """A page that is written into the folder and opened, with the helpers of page_helpers.js in it."""

    def __init__(self, chromium, folder):
        self.browser, self.folder = chromium, folder
        here = os.path.dirname(os.path.abspath(__file__))
        with open(os.path.join(here, "page_helpers.js"), encoding="utf-8") as file:
            self.helpers = file.read()

    def write(self, name, content, change=None):
        path = os.path.join(self.folder, name)
        with open(path, "wb") as file:
            file.write(change(content) if change else content)
        return path

    def visit(self, path, width=1440, height=1000, theme="light"):
        self.browser.view(width, height, theme)
        self.browser.open(path)
        self.browser.script(self.helpers)

    def ask(self, expression):
        return self.browser.script(expression)

    def key(self, name, code=0):
        self.browser.key(name, code, name if len(name) == 1 else "")

    def shot(self, name, whole=True):
        self.browser.screenshot(os.path.join(self.folder, name + ".png"), whole)


def is_equal(got, wanted, what):
    assert got == wanted, "%s: %r, wanted %r" % (what, got, wanted)


def _run_cases(chromium, make_page, cases, folder):
    failures = 0
    page = make_page(chromium, folder)
    for number, (name, case) in enumerate(cases, 1):
        try:
            case(page)
            print("ok %d - %s" % (number, name), flush=True)
        except (AssertionError, RuntimeError, TimeoutError, KeyError) as error:
            failures += 1
            print("not ok %d - %s\n# %s" % (number, name, repr(error).replace("\\n", "\n# ")),
                  flush=True)
    return failures != 0


def run_cases(what, make_page, cases, screenshots=None):
    """Runs (name, case) pairs on the page that make_page(browser, folder) gives, prints a line for
    each and returns the exit code. Files and screenshots go into the folder, if one is given."""
    path = find()
    if not path:
        print("ok 1 - %s in a browser # SKIP there is no Chromium" % what)
        return 0
    chromium = Browser(path)
    try:
        if screenshots:
            os.makedirs(screenshots, exist_ok=True)
            return _run_cases(chromium, make_page, cases, screenshots)
        with tempfile.TemporaryDirectory() as folder:
            return _run_cases(chromium, make_page, cases, folder)
    finally:
        chromium.close()
