"""The code's docstrings and messages, and the documents, keep to the words of CONTRIBUTING.md."""

import ast
import re

import pytest

from tests.architecture import ROOT, module_files

TABLE = re.compile(r"^\| (?P<write>[^|]+) \| (?P<avoid>[^|]+) \|$", re.MULTILINE)
DOCUMENTS = ("*.md", "docs/*.md", "press/*.md", "index.qmd", "chapters/*.qmd")
NAMES = re.compile(r"`[^`\n]+`|^ *\w+(?:, \w+)*(?: :.*)?$|[@#][\w-]+|\w+\.\w+|\w+ = ", re.MULTILINE)
"""What is not prose: code, the heading of a parameter, labels and settings."""


def avoided():
    """Return the phrases that the table puts between backticks, which a program can look for."""
    text = (ROOT / "CONTRIBUTING.md").read_text("utf-8").partition("\n## Words\n")[2]
    return [each for row in TABLE.finditer(text) for each in re.findall(r"`([^`]+)`", row["avoid"])]


def prose_of(code):
    """Yield every docstring and message of a module with its line; a lone word is a key."""
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and " " in node.value:
            yield node.lineno, NAMES.sub(" ", node.value)


def against(text):
    phrases = "|".join(map(re.escape, avoided()))
    return re.findall(rf"(?<![\w-])(?:{phrases})(?![\w-])", text, re.IGNORECASE)


def test_the_table_of_words_is_read():
    assert {"mend", "beside", "lots drawn"} <= set(avoided())
    assert len(avoided()) >= 12


@pytest.mark.parametrize("text", ["see beside it", "Mends nothing: mend it", "lots drawn again"])
def test_a_word_of_the_table_is_seen(text):
    (found,) = prose_of(f'raise ValueError("{text}")')
    assert against(found[1])


def test_docstrings_and_messages_keep_to_the_words():
    found = [
        f"{path.relative_to(ROOT)}:{line}: {word}"
        for path in module_files()
        for line, text in prose_of(path.read_text("utf-8"))
        for word in against(text)
    ]
    assert not found


def test_documents_keep_to_the_words():
    paths = {path for pattern in DOCUMENTS for path in ROOT.glob(pattern)}
    texts = {path: path.read_text("utf-8").partition("\n## Words\n")[0] for path in paths}
    found = {path.name: against(NAMES.sub(" ", text)) for path, text in texts.items()}
    assert not {name: words for name, words in found.items() if words}
