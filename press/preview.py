"""Preview a book: serve it locally, rebuild it on each change, show errors on the page."""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from press.errors import PressError

STATE = "/.press/state"
_PAUSE = 0.2  # seconds between two checks of the files
_NAMED = 5  # files named on the pages while they are rebuilt
_HOSTS = ("127.0.0.1", "localhost")
# Polls the state of the book: reloads the page after a rebuild, and shows an error on top of it.
_SCRIPT = """
<script>
(function () {
  var seen = null, cover = null;
  function show(error) {
    if (!error) { if (cover) { cover.remove(); cover = null; } return; }
    if (!cover) {
      cover = document.createElement("pre");
      cover.setAttribute("role", "alert");
      cover.style.cssText = "position:fixed;inset:auto 0 0 0;max-height:60vh;overflow:auto;margin:0;" +
        "padding:1rem 1.5rem;background:#801650;color:#fff;z-index:99;white-space:pre-wrap;font-size:15px";
      document.body.appendChild(cover);
    }
    cover.textContent = error;
  }
  setInterval(function () {
    fetch("%s").then(function (answer) { return answer.json(); }).then(function (state) {
      if (seen !== null && state.version !== seen && !state.error) location.reload();
      seen = state.version;
      show(state.error || state.pending);
    }).catch(function () {});
  }, 250);
})();
</script>
"""  # noqa: E501 - one line of the page's own style

Rebuild = Callable[[frozenset[str]], object]
Say = Callable[[str], object]
Snapshot = dict[str, tuple[int, int, int]]


@dataclass
class State:
    """State sent to the page: version of the last build, current error, changes not yet shown."""

    version: str = ""
    error: str = ""
    pending: str = ""


def serve(
    project: Path,
    out: Path,
    rebuild: Rebuild,
    *,
    port: int = 0,
    errors: tuple[type[Exception], ...] = (PressError,),
    complete: Callable[[], object] = lambda: None,
    ignored: frozenset[str] = frozenset(),
    also: Callable[[], Iterable[Path]] = tuple,
    say: Say = print,
    stop: threading.Event | None = None,
) -> None:
    """Serve a book and rebuild it whenever a file of the project changes, until interrupted.

    Parameters
    ----------
    project
        The project's folder.
    out
        The book's folder.
    rebuild
        Called first without paths, then with the paths that have changed, relative to the
        project.
    port
        Port on this machine; 0 for a free one.
    errors
        Exceptions that `rebuild` raises for an author's mistake: shown on the page and terminal.
    complete
        Called once no file has changed since the last rebuild, for what pages need not wait for.
    ignored
        Names of folders at the top of the project without sources.
    also
        Returns the files and folders to watch besides the project's own, at present.
    say
        Called with the address, with errors and with what was rebuilt.
    stop
        Stops the server when set.
    """
    state, ended = State(), stop or threading.Event()

    def look() -> Snapshot:
        found = snapshot(project, ignored, out)
        for path in also():
            beside = snapshot(path, frozenset()) if path.is_dir() else _facts(path, "")
            found |= {str(path / name): facts for name, facts in beside.items()}
        return found

    with _serving(out, state, port) as address:
        say(f"preview: {address} (end with Ctrl-C)")
        try:
            before = look()
            _attempt(rebuild, frozenset(), state, errors, say)
            due = True
            for changed in changes(before, look, ended):
                if changed:
                    say(f"changed: {', '.join(sorted(changed))}")
                    _attempt(rebuild, changed, state, errors, say)
                elif due:
                    _complete(complete, state, errors, say)
                due = bool(changed)
        except KeyboardInterrupt:
            say("preview ended")


def _attempt(
    rebuild: Rebuild,
    changed: frozenset[str],
    state: State,
    errors: tuple[type[Exception], ...],
    say: Say,
) -> None:
    start = time.perf_counter()
    named = ", ".join(sorted(changed)[:_NAMED]) or "files before the preview began"
    state.pending = f"These pages may be out of date: being rebuilt after a change of {named}"
    try:
        rebuild(changed)
    except errors as error:
        state.error = str(error)
        say(state.error)
        return
    finally:
        state.pending = ""
    state.error = ""
    state.version = str(time.time_ns())
    say(f"built in {time.perf_counter() - start:.1f} s")


def _complete(
    complete: Callable[[], object], state: State, errors: tuple[type[Exception], ...], say: Say
) -> None:
    try:
        complete()
    except errors as error:
        state.error = str(error)
        say(state.error)


def changes(
    before: Snapshot, look: Callable[[], Snapshot], stop: threading.Event
) -> Iterator[frozenset[str]]:
    """Yield the paths that have changed since the last check, perhaps none, until `stop` is set."""
    while not stop.wait(_PAUSE):
        now = look()
        changed = {path for path in before.keys() | now.keys() if before.get(path) != now.get(path)}
        before = now
        yield frozenset(changed)


def snapshot(project: Path, ignored: frozenset[str], out: Path | None = None) -> Snapshot:
    """Return the times and size of every file of a project, and of folders that it links to.

    Hidden folders are left out, those at the top that are ignored, and the book itself. The change
    time is included because a copy that preserves times keeps the modification time.
    """
    found: Snapshot = {}
    seen = {os.path.realpath(out)} if out else set()
    for place, folders, files in os.walk(project, followlinks=True):
        folder = Path(place)
        real = os.path.realpath(place)
        if real in seen or "pyvenv.cfg" in files:  # links can form a cycle
            folders.clear()
            continue
        seen.add(real)
        here = ignored if folder == project else ()
        folders[:] = [
            name
            for name in folders
            if not name.startswith(".") and name != "__pycache__" and name not in here
        ]
        for name in files:
            found |= _facts(folder / name, (folder / name).relative_to(project).as_posix())
    return found


def _facts(path: Path, name: str) -> Snapshot:
    try:
        facts = path.stat()
    except OSError:  # deleted since it was listed
        return {}
    return {name: (facts.st_mtime_ns, facts.st_ctime_ns, facts.st_size)}


@contextmanager
def _serving(out: Path, state: State, port: int) -> Iterator[str]:
    handler = partial(_Handler, state, directory=str(out))
    server = ThreadingHTTPServer(("127.0.0.1", port), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(SimpleHTTPRequestHandler):
    """Serve the book's files, adding the reload script to pages."""

    def __init__(self, state: State, *arguments: Any, **options: Any) -> None:
        self.state = state
        super().__init__(*arguments, **options)

    def do_GET(self) -> None:
        """Answer a request."""
        if self.headers.get("Host", "").partition(":")[0] not in _HOSTS:
            self.send_error(403)  # a page of another site that has found this port
        elif self.path == STATE:
            self._send(json.dumps(asdict(self.state)).encode(), "application/json")
        else:
            page = Path(self.translate_path(self.path))
            page = page / "index.html" if page.is_dir() else page
            if page.suffix == ".html":
                self._page(page)
            else:
                # Two versions written within one second have the same date.
                del self.headers["If-Modified-Since"]
                super().do_GET()

    def _page(self, page: Path) -> None:
        script = _SCRIPT % STATE
        if page.is_file():
            text = page.read_text("utf-8").replace("</body>", script + "</body>")
        else:
            text = f"<!DOCTYPE html><title>Not built yet</title><body>Not built yet.{script}</body>"
        self._send(text.encode(), "text/html; charset=utf-8")

    def _send(self, body: bytes, kind: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def end_headers(self) -> None:
        """End the headers of a response, which no browser may keep: a picture may be another."""
        self.send_header("Cache-Control", "no-store")
        super().end_headers()

    def log_message(self, format: str, *arguments: Any) -> None:  # noqa: A002 - the base's name
        """Log no requests: the terminal is for messages about the book."""
