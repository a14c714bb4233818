"""Missing, renamed, extra and replaced files."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from hypothesis import strategies as st

from benchmarks.corruptions.tables import Draw

Files = tuple[Mapping[str, bytes | None], str]


def _gone(draw: Draw, file: str, extract: Mapping[str, bytes]) -> Files:  # noqa: ARG001
    return {file: None}, "file out"


def _renamed_file(draw: Draw, file: str, extract: Mapping[str, bytes]) -> Files:
    name = draw(st.sampled_from((file.upper(), f"{file}.txt", f"copy of {file}", f" {file}")))
    return {file: None, name: extract[file]}, f"named {name!r}"


def _one_more(draw: Draw, file: str, extract: Mapping[str, bytes]) -> Files:
    name = draw(
        st.sampled_from((f"old_{file}", file.replace(".csv", ".xlsx"), "notes.doc", "x.csv"))
    )
    return {name: extract[file]}, f"{name!r} next to it"


def _another_in_its_place(draw: Draw, file: str, extract: Mapping[str, bytes]) -> Files:
    other = draw(st.sampled_from(sorted(set(extract) - {file})))
    return {file: extract[other]}, f"{other} in its place"


FILE_WAYS: dict[str, Callable[[Draw, str, Mapping[str, bytes]], Files]] = {
    "file out": _gone,
    "file renamed": _renamed_file,
    "file too many": _one_more,
    "another file": _another_in_its_place,
}
