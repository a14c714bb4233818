"""The table of folders in ARCHITECTURE.md, made from the packages' own docstrings.

`python -m tests.architecture` writes it; a test compares it with the tree.
"""

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("analysis", "press", "audit", "report")
BEGIN, END = "<!-- folders: python -m tests.architecture -->", "<!-- end of folders -->"


def module_files():
    return sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))


def folders():
    return sorted({path.parent for path in module_files()})


def first_sentence(path):
    text = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    paragraph = " ".join(text.split("\n\n")[0].split())
    return paragraph.replace("|", "\\|")


def modules_in(folder):
    return [path for path in folder.glob("*.py") if path.name != "__init__.py"]


def table():
    lines = ["| folder | what it holds | modules |", "|---|---|--:|"]
    for folder in folders():
        name = folder.relative_to(ROOT).as_posix()
        what = first_sentence(folder / "__init__.py")
        lines.append(f"| `{name}/` | {what} | {len(modules_in(folder))} |")
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
