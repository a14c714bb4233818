"""The cover image of a book: the first thing on its home page, in HTML alone, as in Quarto."""

from __future__ import annotations

from press.chapter.source import Line, Source
from press.errors import Place
from press.project.yaml import Settings


def with_cover(source: Source, settings: Settings) -> Source:
    """Return the home page's text with the book's cover image in front, if it has one."""
    image = settings.get("book", "cover-image")
    if not image:
        return source
    title = str(settings.get("book", "title", default="")).replace('"', '\\"')
    alt = settings.get("book", "cover-image-alt")
    words = f' fig-alt="{alt}"' if alt else ""
    text = f'![](/{str(image).lstrip("/")} "{title}"){{.quarto-cover-image .nolightbox{words}}}'
    if "://" in str(image):
        text = text.replace("(/", "(", 1)
    place = settings.place("book", "cover-image") or Place("_quarto.yml")
    return Source((Line(text, place), Line("", place), *source.lines))
