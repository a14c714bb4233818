"""Signing a seal with an SSH key, and checking such a signature: all of it by `ssh-keygen -Y`.

No key is read, kept or made here.
"""

from __future__ import annotations

import re
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from analysis.errors import ConfigurationError

NAMESPACE = "evaluation-report-seal"
"""What the signature is for: one made for another purpose is not taken for this one."""


@dataclass(frozen=True)
class SignatureCheck:
    """What `ssh-keygen` says of a signature.

    Attributes
    ----------
    good
        Whether the key it names made it, over exactly this seal.
    signer
        The person whom `allowed_signers` gives that key to; empty if none, or without that
        file.
    key
        The key's fingerprint.
    said
        What `ssh-keygen` said against it.
    """

    good: bool
    signer: str
    key: str
    said: str = ""


def sign(seal: bytes, key: Path) -> bytes:
    """Return the signature over a seal.

    Parameters
    ----------
    key
        A private key, or a public one whose private half the SSH agent holds.
    """
    if not key.is_file():
        raise ConfigurationError("there is no such key", place=str(key), remedy="name a file")
    done = _run(["-Y", "sign", "-f", str(key), "-n", NAMESPACE], seal)
    if done.returncode != 0:
        raise ConfigurationError(
            f"ssh-keygen could not sign: {_last(done.stderr)}",
            place=str(key),
            remedy="name a private key that opens, or a public one that the SSH agent holds",
        )
    return done.stdout


def check(seal: bytes, signature: bytes, allowed: Path | None) -> SignatureCheck:
    """Return what a signature is worth.

    Parameters
    ----------
    allowed
        A file in the form of `ssh-keygen`'s `allowed_signers`; None to see only whether the
        signature is one.
    """
    if allowed is not None and not allowed.is_file():
        raise ConfigurationError(
            "there is no such file of allowed signers", place=str(allowed), remedy="name a file"
        )
    with tempfile.TemporaryDirectory(prefix="report-") as folder:
        path = Path(folder) / "seal.sig"
        path.write_bytes(signature)
        given = ["-n", NAMESPACE, "-s", str(path)]
        plain = _run(["-Y", "check-novalidate", *given], seal)
        key = re.search(rb"(SHA256:\S+)", plain.stdout)
        fingerprint = key[1].decode() if key else ""
        if plain.returncode != 0 or allowed is None:
            return SignatureCheck(plain.returncode == 0, "", fingerprint, _last(plain.stderr))
        listed = ["-f", str(allowed)]
        found = _run(["-Y", "find-principals", "-s", str(path), *listed], b"")
        names = found.stdout.decode(errors="replace").splitlines()
        if found.returncode != 0 or not names:
            return SignatureCheck(True, "", fingerprint, "the key is no allowed signer's")
        done = _run(["-Y", "verify", "-I", names[0], *listed, *given], seal)
        signer = names[0] if done.returncode == 0 else ""
        return SignatureCheck(True, signer, fingerprint, _last(done.stderr or done.stdout))


def _run(arguments: list[str], given: bytes) -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(
            ["ssh-keygen", *arguments], input=given, capture_output=True, check=False, timeout=60
        )
    except FileNotFoundError:
        raise ConfigurationError(
            "signatures are made and checked by ssh-keygen, which is not installed",
            remedy="install OpenSSH 8.2 or newer",
        ) from None


def _last(said: bytes) -> str:
    lines = said.decode(errors="replace").strip().splitlines()
    return lines[-1] if lines else ""
