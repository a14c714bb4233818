"""Sign a seal with an SSH key and check such a signature, both by `ssh-keygen -Y`.

No key is read, kept or created here.
"""

from __future__ import annotations

import re
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from analysis.errors import ConfigurationError

NAMESPACE = "evaluation-report-seal"
"""Purpose of the signature: one made for another purpose is not accepted."""

_ARMOUR = re.compile(
    rb"-----BEGIN SSH SIGNATURE-----\n[A-Za-z0-9+/=\n]+\n-----END SSH SIGNATURE-----\n"
)


@dataclass(frozen=True)
class SignatureCheck:
    """The result of checking a signature with `ssh-keygen`.

    Attributes
    ----------
    good
        Whether the key it names signed exactly this seal.
    signer
        The person to whom `allowed_signers` assigns that key; empty if nobody, or without
        that file.
    key
        The key's fingerprint.
    said
        Reason that `ssh-keygen` gave against it.
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
        A private key, or a public key whose private half is in the SSH agent.
    """
    if not key.is_file():
        raise ConfigurationError("there is no such key", place=str(key), remedy="name a file")
    done = _run(["-Y", "sign", "-f", str(key), "-n", NAMESPACE], seal)
    if done.returncode != 0:
        raise ConfigurationError(
            f"ssh-keygen could not sign: {_last(done.stderr)}",
            place=str(key),
            remedy="name a private key that can be opened, or a public key held by the SSH agent",
        )
    return done.stdout


def check(seal: bytes, signature: bytes, allowed: Path | None) -> SignatureCheck:
    """Return the result of checking a signature over a seal.

    Parameters
    ----------
    allowed
        A file in the format of `ssh-keygen`'s `allowed_signers`; None to check only whether the
        signature is valid.
    """
    if allowed is not None and not allowed.is_file():
        raise ConfigurationError(
            "there is no such file of allowed signers", place=str(allowed), remedy="name a file"
        )
    if _ARMOUR.fullmatch(signature) is None:
        return SignatureCheck(False, "", "", "it contains something other than a signature")
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
            return SignatureCheck(True, "", fingerprint, _not_allowed(found.stderr))
        for name in names:
            done = _run(["-Y", "verify", "-I", name, *listed, *given], seal)
            if done.returncode == 0:
                return SignatureCheck(True, name, fingerprint)
        return SignatureCheck(True, "", fingerprint, _reason(done.stderr or done.stdout))


def _not_allowed(said: bytes) -> str:
    """Return why no signer is allowed to use a key: it is not listed, or not at this time."""
    for line in said.decode(errors="replace").splitlines():
        dated = re.search(r"key (has expired|is not yet valid): (.*)", line)
        if dated is not None:
            return f"the key is an allowed signer's, and {dated[1]}: {dated[2]}"
    return "the key is not that of an allowed signer"


def _reason(said: bytes) -> str:
    """Return the last line of `ssh-keygen`'s output, without the position in the signers' file."""
    return re.sub(r"^.*?:\d+: ", "", _last(said))


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
