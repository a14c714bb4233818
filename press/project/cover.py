"""Cover image of a book, at the top of its home page in HTML only, as in Quarto."""

from __future__ import annotations

from press.chapter.source import Line, Source
from press.errors import Location
from press.project.yaml import Settings


def with_cover(source: Source, settings: Settings) -> Source:
    """Insert the book's cover image, if it has one, at the start of the home page."""
    image = settings.get("book", "cover-image")
    if not image:
        return source
    title = str(settings.get("book", "title", default="")).replace('"', '\\"')
    alt = settings.get("book", "cover-image-alt")
    words = f' fig-alt="{alt}"' if alt else ""
    text = f'![](/{str(image).lstrip("/")} "{title}"){{.quarto-cover-image .nolightbox{words}}}'
    if "://" in str(image):
        text = text.replace("(/", "(", 1)
    place = settings.location("book", "cover-image") or Location("_quarto.yml")
    return Source((Line(text, place), Line("", place), *source.lines))
