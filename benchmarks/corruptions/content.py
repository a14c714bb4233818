"""Corruptions of the bytes of a file."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import strategies as st

from benchmarks.corruptions.tables import Draw


def _at(draw: Draw, content: bytes) -> int:
    return draw(st.integers(0, len(content) - 1))


def _byte_changed(draw: Draw, content: bytes) -> tuple[bytes, str]:
    at, byte = _at(draw, content), draw(st.integers(0, 255))
    return content[:at] + bytes([byte]) + content[at + 1 :], f"byte {at} is {byte:#04x}"


def _byte_inserted(draw: Draw, content: bytes) -> tuple[bytes, str]:
    at, byte = _at(draw, content), draw(st.sampled_from((0, 9, 10, 13, 26, 34, 44, 59, 233, 255)))
    return content[:at] + bytes([byte]) + content[at:], f"{byte:#04x} before byte {at}"


def _cut_short(draw: Draw, content: bytes) -> tuple[bytes, str]:
    at = _at(draw, content)
    return content[:at], f"cut after {at} bytes"


def _cut_at_line_end(draw: Draw, content: bytes) -> tuple[bytes, str]:
    at = content.rfind(b"\n", 0, _at(draw, content) + 1) + 1
    return content[:at], f"cut after {at} bytes, at the end of a line"


def _recoded(draw: Draw, content: bytes) -> tuple[bytes, str]:
    code = draw(st.sampled_from(("utf-16", "utf-16-le", "utf-32", "utf-7", "cp037", "utf-8-sig")))
    return content.decode().encode(code), f"in {code}"


def _other_line_ends(draw: Draw, content: bytes) -> tuple[bytes, str]:
    end = draw(st.sampled_from((b"\r\n", b"\r", b"\n\n", b"\x1e", b"\n\r")))
    return content.replace(b"\n", end), f"lines end with {end!r}"


def _other_separator(draw: Draw, content: bytes) -> tuple[bytes, str]:
    mark = draw(st.sampled_from((b";", b"\t", b"|", b" ", b", ", b"\x1f")))
    return content.replace(b",", mark), f"values separated by {mark!r}"


def _quoted(draw: Draw, content: bytes) -> tuple[bytes, str]:
    mark = draw(st.sampled_from((b'"', b"'", b"\xe2\x80\x9c")))
    lines = content.splitlines()
    cells = [mark + line.replace(b",", mark + b"," + mark) + mark for line in lines]
    return b"\n".join(cells) + b"\n", f"every value within {mark.decode()}"


def _zeroed(draw: Draw, content: bytes) -> tuple[bytes, str]:
    at, many = _at(draw, content), draw(st.sampled_from((1, 512, 10_000)))
    return content[:at] + bytes(many) + content[at + many :], f"{many} zero bytes at {at}"


def _other_content(draw: Draw, content: bytes) -> tuple[bytes, str]:  # noqa: ARG001
    kinds = {
        "nothing": b"",
        "a line end": b"\n",
        "a web page": b"<!DOCTYPE html>\n<html><body>Please log in</body></html>\n",
        "an archive": b"PK\x03\x04" + bytes(60),
        "JSON": b'[{"child_id": "C00001"}]\n',
    }
    kind = draw(st.sampled_from(sorted(kinds)))
    return kinds[kind], f"{kind} in its place"


BYTE_WAYS: dict[str, tuple[Callable[[Draw, bytes], tuple[bytes, str]], bool]] = {
    # A changed byte can turn one digit into another, and a file can be cut at the end of a line.
    "byte changed": (_byte_changed, True),
    "byte inserted": (_byte_inserted, True),
    "cut short": (_cut_short, False),
    "cut at a line end": (_cut_at_line_end, True),
    "encoding": (_recoded, False),
    "line ends": (_other_line_ends, False),
    "separator": (_other_separator, False),
    "quotation marks": (_quoted, False),
    "zero bytes": (_zeroed, False),
    "content": (_other_content, False),
}
"""Each way, with whether the result may be an honest extract."""
