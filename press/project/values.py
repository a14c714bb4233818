"""Options whose values must be of one kind, checked where they are written."""

from __future__ import annotations

from press.errors import ChapterError, Place, PressError, ProjectError
from press.project.yaml import Settings

_WHOLE = ("toc-depth", "number-depth")
_MAPPINGS = ("execute", "crossref")


def check_values(settings: Settings, *, of_chapter: bool = False) -> None:
    """Raise for an option of project or chapter whose value is of the wrong kind."""
    formats = settings.get("format", default={})
    names = list(formats) if isinstance(formats, dict) else []
    if not isinstance(formats, dict | str):
        raise _wrong(settings, ("format",), formats, "a format, or a mapping", of_chapter)
    for start in ((), *(("format", name) for name in names)):
        for key in _WHOLE:
            value = settings.get(*start, key)
            if value is not None and (isinstance(value, bool) or not isinstance(value, int)):
                raise _wrong(settings, (*start, key), value, "a whole number", of_chapter)
        for key in _MAPPINGS:
            value = settings.get(*start, key)
            if value not in (None, False) and not isinstance(value, dict):
                raise _wrong(settings, (*start, key), value, "a mapping of options", of_chapter)


def _wrong(
    settings: Settings, path: tuple[str, ...], value: object, wanted: str, of_chapter: bool
) -> PressError:
    error = ChapterError if of_chapter else ProjectError
    place = settings.place(*path) or Place("_quarto.yml")
    return error(f"`{': '.join(path)}` has the value {value!r}", place, f"write {wanted}")
