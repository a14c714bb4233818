"""Check the pages of a finished book with axe-core, in a browser, as readers may see them.

    npm pack axe-core && tar xzf axe-core-*.tgz package/axe.min.js
    python -m benchmarks.accessibility package/axe.min.js _book

Each page is opened from its folder at three widths, on a light and on a dark ground, with the
audit view off and on, without any connection. Of the audit trail's pages, those of a sample are.
`results/accessibility.json` contains one run: the version, how many pages were seen in which
way, and each violation of WCAG 2.2 A or AA with its page.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.book.chromium import chromium

RESULT = Path(__file__).parent / "results" / "accessibility.json"
WIDTHS = (320, 768, 1440)
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
SAMPLE = 12
"""Pages of the audit trail that are seen; those of exhibits differ in their data alone."""
VIEW = ".audit-frame button"
_RUN = (
    "axe.run(document, {resultTypes: ['violations'], runOnly: %s})"
    ".then(found => found.violations.map(each => ({rule: each.id, impact: each.impact,"
    " where: each.nodes.slice(0, 3).map(node => node.target.join(' '))})))"
)


def ways() -> Iterator[tuple[int, bool, bool]]:
    """Yield width, dark ground and audit view: all of them at the widest, two at each other."""
    for dark in (False, True):
        for view in (False, True):
            yield WIDTHS[-1], dark, view
    for width in WIDTHS[:-1]:
        yield width, False, False
        yield width, True, True


def pages_of(book: Path) -> tuple[list[Path], list[Path]]:
    """Return the pages of a book, and a sample of those of its audit trail, evenly spread."""
    every = sorted(book.rglob("*.html"))
    own = [page for page in every if page.relative_to(book).parts[0] != "audit"]
    trail = [page for page in every if page not in own]
    return own, trail[:: max(1, len(trail) // SAMPLE)]


def seen(browser: Any, page: Path, script: str, way: tuple[int, bool, bool]) -> list[Any]:
    """Return the violations on one page, seen in one way."""
    width, dark, view = way
    browser.show(width, dark=dark)
    browser.open(page.as_uri())
    pressed = f"document.querySelector('{VIEW}')?.ariaPressed"
    if browser.run(pressed) in ("true", "false") and (browser.run(pressed) == "true") != view:
        browser.run(f"document.querySelector('{VIEW}').click()")
    browser.run(script)
    found: list[Any] = browser.run(_RUN % json.dumps(RULES))
    return found


def main() -> None:
    """Look at every page in every way, and write what was found."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("axe", type=Path, help="axe.min.js")
    parser.add_argument("book", type=Path, help="folder of a finished book")
    parser.add_argument("--to", type=Path, default=RESULT)
    given = parser.parse_args()
    script = given.axe.read_text(encoding="utf-8")
    book = given.book.resolve()
    own, trail = pages_of(book)
    violations, counts = [], {}
    with tempfile.TemporaryDirectory() as folder, chromium(folder) as browser:
        browser.requests.clear()
        for way in ways():
            for page in [*own, *trail]:
                name = page.relative_to(book).as_posix()
                found = seen(browser, page, script, way)
                violations += [{"page": name, **each, "way": way} for each in found]
            width, dark, view = way
            name = (
                f"{width} px, {'dark' if dark else 'light'}, audit view {'on' if view else 'off'}"
            )
            counts[name] = len(own) + len(trail)
            print(name, len(violations), flush=True)
        version = browser.run("axe.version")
        outside = [each for each in browser.requests if not each.startswith(("file:", "data:"))]
    result = {
        "axe": version, "rules": RULES, "pages": {"report": len(own), "audit": len(trail)},
        "seen": counts, "violations": violations, "requests to a host": outside,
    }  # fmt: skip
    given.to.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
