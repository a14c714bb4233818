"""A PDF is typeset again if anything that it rests on has changed, and only then."""

from pathlib import Path

import pytest

from press.cache import using_cache
from press.pdf.pdf_cache import cached_pdf


class Store(dict):
    """A store in memory."""

    code = "code"

    def read(self, key):
        return self.get(key)

    def write(self, key, data):
        self[key] = data


class Typesetter:
    """A typesetter that notes how often it is asked."""

    def __init__(self, folder):
        self.text = '#image("/one.svg")'
        self.folder, self.fonts = folder / "typst", folder / "fonts"
        self.standards, self.timestamp = ["ua-1"], 7
        self.store, self.clean, self.made = Store(), True, 0
        for name in ("typst/one.svg", "typst/part.typ", "fonts/a.ttf"):
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_text("one")

    def __call__(self):
        """Return how often a PDF was made in this call."""
        before = self.made
        with using_cache(self.store):
            pdf = cached_pdf(
                self.text, self.folder, self.standards, self.timestamp, [self.fonts], self.make,
                clean=lambda: self.clean,
            )  # fmt: skip
        assert pdf == b"%PDF" + self.text.encode()
        return self.made - before

    def make(self):
        self.made += 1
        return b"%PDF" + self.text.encode()


@pytest.fixture
def typesetter(tmp_path):
    return Typesetter(tmp_path)


def file(path, text="two"):
    return lambda one: (one.folder.parent / path).write_text(text)


def set_to(name, value):
    return lambda one: setattr(one, name, value)


CHANGES = {
    "text": set_to("text", "Words."),
    "standards": set_to("standards", ["a-3a"]),
    "date": set_to("timestamp", 8),
    "code": lambda one: setattr(one.store, "code", "other"),
    "picture": file("typst/one.svg"),
    "new file": file("typst/two.svg"),
    "renamed file": lambda one: (one.folder / "one.svg").rename(one.folder / "two.svg"),
    "file gone": lambda one: (one.folder / "one.svg").unlink(),
    "font": file("fonts/a.ttf"),
    "new font": file("fonts/b.ttf"),
    "fonts gone": lambda one: setattr(one, "fonts", Path("nowhere")),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_it_is_typeset_again_after_each_change_and_only_then(typesetter, change):
    assert [typesetter(), typesetter()] == [1, 0]
    change(typesetter)
    assert [typesetter(), typesetter()] == [1, 0]


DOUBTFUL = {
    "a package": set_to("text", '#import "@preview/cetz:0.3.1": canvas'),
    "a package of this machine": set_to("text", "#import '@local/own:1.0.0'"),
    "a package in a file": file("typst/part.typ", '#import "@local/own:1.0.0"'),
    "today": set_to("text", "#datetime.today().display()"),
    "no date": set_to("timestamp", None),
    "a warning": set_to("clean", False),
}


@pytest.mark.parametrize("change", DOUBTFUL.values(), ids=DOUBTFUL)
def test_it_is_always_typeset_if_it_may_rest_on_anything_else(typesetter, change):
    change(typesetter)
    assert [typesetter(), typesetter()] == [1, 1]
