"""Keyboard shortcuts: the shortcode `kbd`, with keys that may differ by operating system."""

from __future__ import annotations

import html
import re

from press.document import tree
from press.document.tree import Node, Nodes

_SYSTEMS = {"mac": "mac", "win": "windows", "linux": "linux"}


def keys_markdown(arguments: list[str]) -> str | None:
    """Return a `kbd` shortcode as a Markdown span; None if it is malformed."""
    plain = [word for word in arguments if not re.match(r"\w+=", word)]
    named = dict(word.split("=", 1) for word in arguments if word not in plain)
    if named == {"mode": "plain"} and plain:
        return f"[{_literal(plain[0])}]{{.press-keys mode=plain}}"
    if len(plain) > 1 or not named.keys() <= _SYSTEMS.keys():
        return None
    words = [".press-keys", *(f'{_SYSTEMS[key]}="{keys}"' for key, keys in named.items())]
    return f"[{_literal(plain[0] if plain else '')}]{{{' '.join(words)}}}"


def _literal(words: str) -> str:
    return re.sub(r"([^\w\s])", r"\\\1", words)


def keys_html(node: Node) -> Nodes:
    """Return a shortcut as HTML; the page's script shows the one for the reader's system."""
    (_, _, pairs), words = node["c"]
    given = dict(pairs)
    if given.pop("mode", ""):
        attributes, hidden = ' data-mode="plain" class="kbd"', []
    else:
        spoken = [f"{system}: {keys}" for system, keys in given.items()]
        title = ", ".join(sorted([*spoken, *([tree.plain(words)] if words else [])]))
        own = [f'data-{system}="{html.escape(keys)}"' for system, keys in sorted(given.items())]
        attributes = f' title="{html.escape(title)}" aria-hidden="true" {" ".join(own)}'.rstrip()
        hidden = [tree.span(words, marks=["visually-hidden"])]
    return [
        tree.raw("html", f"<kbd{attributes}>", inline=True),
        *words,
        tree.raw("html", "</kbd>", inline=True),
        *hidden,
    ]


def keys_in_print(node: Node) -> Nodes:
    """Return a shortcut for print, with the keys for each operating system spelled out."""
    (_, _, pairs), words = node["c"]
    own = [(system, keys) for system, keys in pairs if system != "mode"]
    if not words:
        return _parted([[_typed(keys), tree.text(f" ({system})")] for system, keys in own], ", ")
    if not own:
        return [_typed(tree.plain(words))]
    named = _parted([[tree.text(f"{system}: "), _typed(keys)] for system, keys in own], "; ")
    return [_typed(tree.plain(words)), tree.text(" ("), *named, tree.text(")")]


def _typed(keys: str) -> Node:
    return {"t": "Code", "c": [["", [], []], keys]}


def _parted(groups: list[Nodes], sign: str) -> Nodes:
    """Join groups of inlines with a separator."""
    return [
        node for at, group in enumerate(groups) for node in ([tree.text(sign)] * bool(at) + group)
    ]
