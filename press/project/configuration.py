"""Read the configuration of a project: `_quarto.yml` and the files that override it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from press.chapter.source import read_text
from press.errors import Location, ProjectError
from press.project.yaml import Settings, merged, parse_settings

CONFIGURATION = "_quarto.yml"
_LOCAL = "_quarto.yml.local"


def read_configuration(
    root: Path, profiles: Sequence[str] = ()
) -> tuple[Settings, tuple[str, ...]]:
    """Return a project's settings and the active profiles.

    In Quarto's order, each overriding the one before: `_quarto.yml`, its `metadata-files` (a
    missing one is ignored, since a script may write it), the active profiles from the last to
    the first, `_quarto.yml.local`.

    Raises
    ------
    ProjectError
        There is no `_quarto.yml`, or a requested profile has no file.
    """
    settings = _read(root, CONFIGURATION)
    for name in _names(settings.get("metadata-files")):
        if (root / name).is_file():
            settings = merged(settings, _read(root, name))
    active = _active(settings, profiles)
    for profile in reversed(active):
        name = f"_quarto-{profile}.yml"
        if (root / name).is_file():
            settings = merged(settings, _read(root, name))
        elif profile in profiles:
            raise ProjectError(
                f"there is no profile {profile}", Location(name), "write the file, or name another"
            )
    if (root / _LOCAL).is_file():
        settings = merged(settings, _read(root, _LOCAL))
    return settings, active


def directory_metadata(root: Path, file: str) -> Settings:
    """Return the metadata that a chapter inherits from `_metadata.yml` in its folders.

    From the outermost folder below the project inwards; as in Quarto, that of the project's
    own folder applies only to the chapters directly in it.
    """
    names = Path(file).parent.parts
    folders = ["/".join(names[: depth + 1]) for depth in range(len(names))] or ["."]
    settings = Settings()
    for folder in folders:
        name = (Path(folder) / "_metadata.yml").as_posix()
        if (root / name).is_file():
            settings = merged(settings, parse_settings(read_text(root / name, name), name))
    return settings


def _read(root: Path, name: str) -> Settings:
    if not (root / name).is_file():
        raise ProjectError(
            f"there is no {name} here",
            Location(name),
            "name the folder of a Quarto book project",
        )
    return parse_settings(read_text(root / name, name), name)


def _active(settings: Settings, asked: Sequence[str]) -> tuple[str, ...]:
    """Return the active profiles: those requested, else the default, and one of each group."""
    active = list(asked) or _names(settings.get("profile", "default"))
    group = settings.get("profile", "group") or []
    for names in group if all(isinstance(one, list) for one in group) else [group]:
        if names and not set(names) & set(active):
            active.append(str(names[0]))
    return tuple(active)


def _names(given: object) -> list[str]:
    if given is None:
        return []
    return [str(name) for name in given] if isinstance(given, list) else [str(given)]
