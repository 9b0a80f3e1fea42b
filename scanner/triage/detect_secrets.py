"""A baseline of detect-secrets, read by detect-secrets itself."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from scanner.model import Finding, Sighting, Subject, Suppression

MEMBERS = frozenset({"version", "plugins_used", "results"})
"""What its JSON object has in every version, and ours has not."""

_AUDITS = {None: "not audited", False: "audited as no secret", True: "audited as a real secret"}
"""What `is_secret` means, the graver the later."""


class DetectSecretsFile(msgspec.Struct, frozen=True):
    """What a baseline of detect-secrets holds."""

    path: Path
    results: dict[str, list[dict[str, Any]]]
    """File name to its secrets, as detect-secrets reads them."""


class _Secret(msgspec.Struct, omit_defaults=True):
    type: str
    hashed_secret: str
    is_secret: bool | None = None


class _Document(msgspec.Struct):
    results: dict[str, list[_Secret]]


def parse(path: Path, data: bytes) -> DetectSecretsFile:
    """The baseline in a file's bytes. Raises msgspec.DecodeError where detect-secrets could not read them."""
    return DetectSecretsFile(path, msgspec.to_builtins(msgspec.json.decode(data, type=_Document).results))


class DetectSecrets:
    """The decisions of one baseline of detect-secrets; `where` is its name for people."""

    def __init__(self, file: DetectSecretsFile, where: str) -> None:
        self._file = file
        self._where = where
        self._audits: dict[str, dict[str, bool | None]] | None = None
        self._hashes: dict[str, list[str]] = {}

    def cover(self, finding: Finding, sighting: Sighting) -> Suppression | None:
        """By file and hash; not by line, as in detect-secrets, and not in archives, which it does not open."""
        if self._audits is None:
            self._audits = _audits(self._file)
        audits = self._audits.get(sighting.origin.path)
        if not audits or sighting.origin.members:
            return None
        subject = finding.subject
        if subject.identity not in self._hashes:
            self._hashes[subject.identity] = _hashes(subject)
        for value in self._hashes[subject.identity]:
            if value in audits:
                reason = f"known to detect-secrets, {_AUDITS[audits[value]]}"
                return Suppression("detect-secrets", reason, self._where)
        return None

    def notes(self, *, whole: bool) -> Iterator[str]:
        """None: an entry that we do not meet may be no token."""
        return iter(())


def _audits(file: DetectSecretsFile) -> dict[str, dict[str, bool | None]]:
    """Path to the hashes of its secrets, and how each was audited."""
    # Not `detect_secrets.core.baseline.load`: for an old version it runs the plugins that the file names, which is code
    # of the scanned repository.
    from detect_secrets.core.secrets_collection import SecretsCollection

    order = list(_AUDITS)
    audits: dict[str, dict[str, bool | None]] = {}
    for name, secret in SecretsCollection.load_from_baseline({"results": file.results}):
        known = audits.setdefault(posixpath.normpath(name.replace("\\", "/")), {})
        # Several of its detectors may have found one text; it was audited if any of them was.
        known[secret.secret_hash] = max(known.get(secret.secret_hash), secret.is_secret, key=order.index)
    return audits


def _hashes(subject: Subject) -> list[str]:
    """The hashes under which detect-secrets may know a subject.

    Its JWT detector takes `header.payload.` with the second dot and without the signature; its others take the whole.
    """
    from detect_secrets.core.potential_secret import PotentialSecret

    text = subject.sealed.reveal().decode("utf-8", "replace")
    parts = text.split(".")
    return [PotentialSecret.hash_secret(text), PotentialSecret.hash_secret(".".join([*parts[:2], ""]))]
