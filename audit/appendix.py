"""The audit trail as the book prints it, read from the ledger of the build under way."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

LEDGER = Path(".report") / "ledger.json"
UNBUILT = "*The audit trail is filled in when the book is built.*"


@dataclass(frozen=True)
class Markdown:
    """Text that displays itself."""

    text: str

    def _repr_markdown_(self) -> str:
        return self.text


def built_from() -> Markdown:
    """Show the commit, the data files with their digests, and the versions."""
    ledger = _ledger()
    if ledger is None:
        return Markdown(UNBUILT)
    commit = ledger["commit"]
    state = "" if commit["clean"] else ", with changes that were not committed"
    files = [
        f"| D{number} | {file['name']} | {file['rows']:,} "
        f"| `{file['sha256'][:32]}` `{file['sha256'][32:]}` |"
        for number, file in enumerate(ledger["files"], start=1)
    ]
    versions = ", ".join(f"{name} {version}" for name, version in ledger["environment"].items())
    return Markdown(
        "\n".join(
            [
                f"This report was built from commit `{commit['id']}`{state}, with {versions}.",
                "",
                "| No. | Data file | Rows | SHA-256 |",
                "|:--|:----------|----:|:--------------------------------|",
                *files,
            ]
        )
    )


def exhibits_shown() -> Markdown:
    """Show, for every exhibit, the lines that make it and the files it rests on."""
    ledger = _ledger()
    if ledger is None:
        return Markdown(UNBUILT)
    number = {file["name"]: f"D{n}" for n, file in enumerate(ledger["files"], start=1)}
    order = {letter: place for place, letter in enumerate("FTCN")}
    records = sorted(
        ledger["records"], key=lambda r: (order[r["reference"][0]], int(r["reference"][1:]))
    )
    lines = [
        "| Ref. | Exhibit | Made by | Data | Shown at |",
        "|:----|:------------------|:------------------|:--------|:----------------|",
    ]
    for record in records:
        at = ledger["code"][record["function"]]
        data = ", ".join(number[name] for name in record["files"]) or "none"
        shown = ", ".join(place.removeprefix("chapters/") for place in record["shown"])
        lines.append(
            f"| {record['reference']} | {record['id']} | {at['file']}:{at['first']}-{at['last']} "
            f"| {data} | {shown} |"
        )
    return Markdown("\n".join(lines))


def _ledger() -> dict[str, Any] | None:
    for folder in (Path.cwd(), *Path.cwd().parents):
        if (folder / LEDGER).is_file():
            return dict(json.loads((folder / LEDGER).read_text(encoding="utf-8")))
    return None
