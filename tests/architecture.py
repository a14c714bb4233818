"""The table of modules in ARCHITECTURE.md, made from the modules' own docstrings.

`python -m tests.architecture` writes it; a test compares it with the tree.
"""

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("analysis", "press", "audit", "report")
BEGIN, END = "<!-- modules: python -m tests.architecture -->", "<!-- end of modules -->"


def module_files():
    return sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))


def first_sentence(path):
    text = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    paragraph = " ".join(text.split("\n\n")[0].split())
    return paragraph.replace("|", "\\|")


def table():
    lines = ["| module | what it is |", "|---|---|"]
    for path in module_files():
        name = path.relative_to(ROOT).as_posix()
        lines.append(f"| `{name}` | {first_sentence(path)} |")
    return "\n".join(lines)


def imported(path):
    """Return every module of the project that a file imports, anywhere in it."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            found.add(node.module)
            found.update(f"{node.module}.{alias.name}" for alias in node.names)
    return {name for name in found if name.split(".")[0] in PACKAGES}


def write_table():
    page = ROOT / "ARCHITECTURE.md"
    text = page.read_text(encoding="utf-8")
    head, rest = text.split(BEGIN)
    page.write_text(f"{head}{BEGIN}\n{table()}\n{END}{rest.split(END)[1]}", encoding="utf-8")


if __name__ == "__main__":
    write_table()
