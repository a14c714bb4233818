"""`report trace`: the way from an exhibit back to code and files."""

from __future__ import annotations

import json
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from analysis.errors import ConfigurationError
from analysis.evaluation import find_root


def trace(identity: str, *, as_json: bool = False) -> int:
    """Print where an exhibit comes from; return 0.

    Parameters
    ----------
    identity
        Its name, its label or its short reference.
    """
    ledger = read_ledger(find_root(Path.cwd()))
    found = find_record(ledger, identity)
    print(json.dumps(found, indent=1, ensure_ascii=False) if as_json else tree(found, ledger))
    return 0


def read_ledger(root: Path) -> dict[str, Any]:
    """Return the ledger of the last build."""
    path = root / ".report" / "ledger.json"
    if not path.is_file():
        raise ConfigurationError("nothing was built yet", remedy="run `report build` first")
    return dict(json.loads(path.read_text(encoding="utf-8")))


def find_record(ledger: dict[str, Any], identity: str) -> dict[str, Any]:
    """Return the record of one exhibit."""
    name = identity.removeprefix("fig-").removeprefix("tbl-").replace("-", "_")
    records = ledger["records"]
    for record in records:
        if identity == record["reference"] or name == record["id"]:
            return dict(record)
    known = [record["id"] for record in records] + [record["reference"] for record in records]
    near = get_close_matches(name, known, n=3)
    raise ConfigurationError(
        f"the report shows no '{identity}'",
        remedy=f"did you mean {' or '.join(near)}?" if near else "see the audit trail appendix",
    )


def tree(record: dict[str, Any], ledger: dict[str, Any]) -> str:
    """Return a record as lines of text, from what is printed down to the files."""
    code = ledger["code"]
    commit = ledger["commit"]

    def place(key: str) -> str:
        at = code[key]
        return f"{at['file']}:{at['first']}-{at['last']}  {key.rpartition('.')[2]}"

    files = {file["name"]: file for file in ledger["files"]}
    clean = "" if commit["clean"] else " (with uncommitted changes)"
    lines = [
        f"{record['reference']}  {record['id']} ({record['kind']})",
        f"  prints    {record['printed']}",
        f"  shown at  {', '.join(record['shown'])}",
        f"  commit    {commit['id']}{clean}",
        f"  made by   {place(record['function'])}",
        "  rests on",
        *[f"            {place(key)}" for key in record["upstream"] if key != record["function"]],
        "  data",
    ]
    lines += [
        f"            {name}  {files[name]['rows']} rows  sha256 {files[name]['sha256']}"
        for name in record["files"]
    ] or ["            none: stated in study.toml"]
    return "\n".join(lines)
