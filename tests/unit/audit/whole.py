"""Make a ledger of a test whole: what its records name is there, as in one that a build wrote."""

DEFINITION = {"file": "code.py", "first": 2, "last": 3, "sha256": "5" * 64, "uses": []}


def whole(ledger):
    """Add the definitions, nodes, files and settings that the records of a ledger name."""
    for each in ledger["records"]:
        for key in (each["function"], *each["upstream"]):
            ledger["code"].setdefault(key, dict(DEFINITION))
        for node in (each["id"], *each["nodes"]):
            made = {"function": each["function"], "needs": [], "files": [], "settings": []}
            ledger["graph"].setdefault(node, made)
        for name in each["settings"]:
            ledger["settings"].setdefault(name, {"line": 1, "sha256": "6" * 64})
        known = {file["name"] for file in ledger["files"]}
        for name in sorted({*each["files"], *each["columns"]} - known):
            ledger["files"].append({"name": name, "sha256": "0" * 64, "rows": 1, "part": "extract"})
    return ledger
