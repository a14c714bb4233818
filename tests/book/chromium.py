"""Chromium driven through its DevTools pipe: a page is opened, used, and watched for requests."""

import json
import os
import shutil
import subprocess
import time
from contextlib import contextmanager, suppress

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--remote-debugging-pipe",
)  # fmt: skip
PATIENCE = 60
"""Seconds that one answer may take on a busy machine."""


@contextmanager
def chromium(folder):
    """Give a browser with a fresh profile in `folder`; it ends with the block."""
    program = next(filter(shutil.which, PROGRAMS))
    to_read, to_write = os.pipe()
    read, write = os.pipe()
    ends = {3: to_read, 4: write}  # the descriptors at which the browser looks for its pipe

    def connect():
        spare = {number: os.dup(end) for number, end in ends.items()}
        for number, end in spare.items():
            os.dup2(end, number)

    process = subprocess.Popen(
        [program, *FLAGS, f"--user-data-dir={folder}"], preexec_fn=connect, pass_fds=tuple(ends),
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    os.close(to_read)
    os.close(write)
    try:
        with os.fdopen(to_write, "wb", buffering=0) as out, os.fdopen(read, "rb") as answers:
            yield Browser(out, answers)
    finally:
        process.kill()
        process.wait()


class Browser:
    """One tab, and the requests that its pages made."""

    def __init__(self, out, answers):
        self._out = out
        self._answers = answers
        self._buffer = b""
        self._last = 0
        self._session = None
        self.requests = []
        target = self.ask("Target.createTarget", url="about:blank")["targetId"]
        attached = self.ask("Target.attachToTarget", targetId=target, flatten=True)
        self._session = attached["sessionId"]
        for domain in ("Page", "Network", "Runtime"):
            self.ask(f"{domain}.enable")

    def ask(self, method, **parameters):
        """Send a command and return its result."""
        self._last += 1
        message = {"id": self._last, "method": method, "params": parameters}
        if self._session and not method.startswith(("Target.", "Browser.")):
            message["sessionId"] = self._session
        self._out.write(json.dumps(message).encode() + b"\0")
        while (answer := self._next()).get("id") != self._last:
            pass
        if "error" in answer:
            raise RuntimeError(answer["error"]["message"])
        return answer["result"]

    def _next(self):
        while b"\0" not in self._buffer:
            data = os.read(self._answers.fileno(), 1 << 16)
            assert data, "the browser has ended"
            self._buffer += data
        first, _, self._buffer = self._buffer.partition(b"\0")
        message = json.loads(first)
        if message.get("method") == "Network.requestWillBeSent":
            self.requests.append(message["params"]["request"]["url"])
        return message

    def open(self, address):
        """Open a page and wait until it is loaded."""
        self.ask("Page.navigate", url=address)
        here = f"location.href == {json.dumps(address)}"
        self.wait(f"{here} && document.readyState == 'complete'")

    def run(self, script):
        """Run a script in the page and return its value."""
        done = self.ask(
            "Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True
        )
        assert "exceptionDetails" not in done, done["exceptionDetails"]
        return done["result"].get("value")

    def wait(self, script):
        """Wait until a script gives something true, on this page or the next, and return it."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            with suppress(RuntimeError):  # between two pages there is none to ask
                if value := self.run(script):
                    return value
            time.sleep(0.05)
        raise AssertionError(f"never true: {script}")

    def click(self, selector):
        """Click with the mouse on the first element that a selector finds."""
        x, y = self.run(
            f"(found => {{ found.scrollIntoView({{block: 'center', inline: 'center'}});"
            "const box = found.getBoundingClientRect();"
            "return [box.left + box.width / 2, box.top + box.height / 2]; })"
            f"(document.querySelector({json.dumps(selector)}))"
        )
        for kind in ("mousePressed", "mouseReleased"):
            self.ask("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    def type(self, text):
        """Type into the element that has the focus."""
        self.ask("Input.insertText", text=text)

    def press(self, key):
        """Press a key, such as Tab or Enter."""
        codes = {"Tab": 9, "Enter": 13}
        text = {"text": "\r"} if key == "Enter" else {}
        for kind in ("keyDown", "keyUp"):
            self.ask(
                "Input.dispatchKeyEvent", type=kind, key=key, code=key,
                windowsVirtualKeyCode=codes[key], **(text if kind == "keyDown" else {}),
            )  # fmt: skip

    def show(self, width, height=900, dark=False):
        """Set the size of the window, and whether the reader prefers a dark ground."""
        self.ask("Emulation.setDeviceMetricsOverride", width=width, height=height,
                 deviceScaleFactor=1, mobile=False)  # fmt: skip
        scheme = "dark" if dark else "light"
        self.ask("Emulation.setEmulatedMedia",
                 features=[{"name": "prefers-color-scheme", "value": scheme}])  # fmt: skip
