"""The table of folders in ARCHITECTURE.md, made from the packages' own docstrings.

`python -m tests.architecture` writes it; a test compares it with the tree.
"""

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("analysis", "exhibits", "press", "audit", "report")
BEGIN, END = "<!-- folders: python -m tests.architecture -->", "<!-- end of folders -->"


def module_files():
    return sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))


def exhibit_files():
    """Return the modules of all exhibits: those of any study, and those of this one."""
    folders = (ROOT / "analysis" / "exhibits", ROOT / "exhibits")
    return sorted(path for folder in folders for path in folder.rglob("*.py"))


def folders():
    return sorted({path.parent for path in module_files()})


def first_sentence(path):
    text = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    paragraph = " ".join(text.split("\n\n")[0].split())
    return paragraph.replace("|", "\\|")


def modules_in(folder):
    return [path for path in folder.glob("*.py") if path.name != "__init__.py"]


def table():
    lines = ["| folder | what it contains |", "|---|---|"]
    for folder in folders():
        name = folder.relative_to(ROOT).as_posix()
        what = first_sentence(folder / "__init__.py")
        lines.append(f"| `{name}/` | {what} |")
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


def dependencies():
    """Return for each module those it imports when it runs, lazily too; not for types alone."""
    files = {module_of(path): path for path in module_files()}
    found = {}
    for module, path in files.items():
        tree = WithoutTypes().visit(ast.parse(path.read_text(encoding="utf-8")))
        names = {
            name if (name := f"{node.module}.{alias.name}") in files else node.module
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom)
            for alias in node.names
        }
        names |= {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import)
                  for alias in node.names}  # fmt: skip
        found[module] = (names & files.keys()) - {module}
    return found


def module_of(path):
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


class WithoutTypes(ast.NodeTransformer):
    """Leaves out what only a type checker imports."""

    def visit_If(self, node):
        typing = isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"
        return None if typing else self.generic_visit(node)


def write_table():
    page = ROOT / "ARCHITECTURE.md"
    text = page.read_text(encoding="utf-8")
    head, rest = text.split(BEGIN)
    page.write_text(f"{head}{BEGIN}\n{table()}\n{END}{rest.split(END)[1]}", encoding="utf-8")


if __name__ == "__main__":
    write_table()
