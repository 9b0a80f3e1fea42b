"""The baseline: the findings that were accepted when the gate was put up, and since.

One JSON document with one record a line, sorted, without values, line numbers and times: equal findings give equal
bytes, and branches that accept different findings merge.
"""

from __future__ import annotations

import datetime
import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated

import msgspec

from scanner.model import Finding, PolicyError, Sighting, Suppression
from scanner.triage import detect_secrets
from scanner.triage.decision import read

SCHEMA = "tokensweep/baseline/1"

_HINT = "mend it, or write it anew with `tokensweep baseline create`"


class Entry(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True, kw_only=True):
    """An accepted finding."""

    id: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{20}$")]
    """`Finding.id`."""
    rule: str
    identity: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]
    """`Subject.identity`."""
    path: str
    """Where it was: `Origin.path`."""
    members: tuple[str, ...] = ()
    """`Origin.members`."""
    reason: str
    """Why it is accepted: the user's words, empty at first."""
    expires: datetime.date | None = None
    """The last day on which it holds, UTC."""


class Baseline(msgspec.Struct, frozen=True):
    """The entries of one of our files."""

    path: Path
    entries: tuple[Entry, ...]


class _Document(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    schema: str
    findings: list[msgspec.Raw]


def load(path: Path) -> Baseline | detect_secrets.DetectSecretsFile:
    """The baseline in a file: one of ours, or one of detect-secrets, which its members tell.

    Raises PolicyError, with the line, for a file that cannot be used.
    """
    data = read(path)
    try:
        members = msgspec.json.decode(data, type=dict[str, msgspec.Raw]).keys()
        if members >= detect_secrets.MEMBERS:
            return detect_secrets.parse(path, data)
        document = msgspec.json.decode(data, type=_Document)
    except (msgspec.DecodeError, RecursionError) as error:
        raise PolicyError(f"{path}:{_line(data, error)}: not a baseline: {error}", hint=_HINT) from error
    if document.schema != SCHEMA:
        raise PolicyError(
            f"{path}: this version of tokensweep reads {SCHEMA}, the file is {document.schema!r}",
            hint="use the version that wrote it or a later one, or write it anew with `tokensweep baseline create`",
        )
    entries = []
    position = 0
    for record in document.findings:
        raw = bytes(record)
        position = data.index(raw, position)
        try:
            entries.append(msgspec.json.decode(raw, type=Entry))
        except msgspec.ValidationError as error:
            line = data.count(b"\n", 0, position) + 1
            raise PolicyError(f"{path}:{line}: not a finding: {error}", hint=_HINT) from error
        position += len(raw)
    return Baseline(path, tuple(entries))


def dump(findings: Iterable[Finding], old: Baseline | None = None) -> bytes:
    """The bytes of a baseline of these findings: the open ones, and those that a baseline of ours has accepted.

    Reasons and expiries are kept from `old`, also where a file has moved; what `old` alone holds is not. An entry that
    has expired stays expired: only the user can renew it.
    """
    accepted = {
        finding.id: finding
        for finding in findings
        if finding.status == "open" or (finding.suppression and finding.suppression.kind == "baseline")
    }
    kept = old.entries if old else ()
    by_id = {entry.id: entry for entry in kept}
    moved = {(entry.rule, entry.identity): entry for entry in kept if entry.id not in accepted}
    entries = []
    for id_, finding in accepted.items():
        entry = by_id.get(id_) or moved.get(_subject(finding))
        entries.append(
            Entry(
                id=id_,
                rule=finding.rule.id,
                identity=finding.subject.identity,
                path=finding.sighting.origin.path,
                members=finding.sighting.origin.members,
                reason=entry.reason if entry else "",
                expires=entry.expires if entry else None,
            )
        )
    entries.sort(key=lambda entry: (entry.path, entry.members, entry.rule, entry.id))
    records = b",\n".join(map(msgspec.json.encode, entries))
    return b'{"schema": "%b", "findings": [\n%b\n]}\n' % (SCHEMA.encode(), records)


class Accepted:
    """The decisions of one baseline of ours, on a day (UTC); `where` is its name for people."""

    def __init__(self, baseline: Baseline, where: str, root: Path | None, today: datetime.date) -> None:
        self._where = where
        self._root = root
        self._today = today
        self._by_id = {entry.id: entry for entry in baseline.entries}
        self._by_subject: dict[tuple[str, str], list[Entry]] = {}
        for entry in baseline.entries:
            self._by_subject.setdefault((entry.rule, entry.identity), []).append(entry)
        self._met: set[str] = set()

    def cover(self, finding: Finding, sighting: Sighting) -> Suppression | None:
        """By the entry of the finding, else by one of the same rule and subject whose file is gone: it has moved."""
        alike = self._by_subject.get(_subject(finding))
        if not alike:
            return None
        entry = self._by_id.get(finding.id) or next(filter(self._is_gone, alike), None)
        if entry is None:
            return None
        self._met.add(entry.id)
        if entry.expires is not None and entry.expires < self._today:
            return None
        return Suppression("baseline", entry.reason or "accepted in the baseline", self._where)

    def notes(self, *, whole: bool) -> Iterator[str]:
        """How many entries have expired, and how many stand for nothing that was found."""
        expired = [e for e in self._by_id.values() if e.expires is not None and e.expires < self._today]
        if expired:
            yield f"{self._where}: {_some(expired)} expired, so what was accepted is open again"
        stale = [entry for entry in self._by_id.values() if entry.id not in self._met]
        if whole and stale:
            yield f"{self._where}: {_some(stale)} found no more; `tokensweep baseline update` removes them"

    def _is_gone(self, entry: Entry) -> bool:
        return self._root is not None and not os.path.lexists(self._root / entry.path)


def _subject(finding: Finding) -> tuple[str, str]:
    return finding.rule.id, finding.subject.identity


def _some(entries: list[Entry]) -> str:
    first = entries[0]
    return (
        f"{len(entries)} of its entries (the first: {first.rule} in {first.path}) {'are' if len(entries) > 1 else 'is'}"
    )


def _line(data: bytes, error: Exception) -> int:
    """The line of a JSON error: msgspec tells the byte in its text alone, and none where the end is missing."""
    byte = re.search(r"\(byte (\d+)\)$", str(error))
    return data.count(b"\n", 0, int(byte[1]) if byte else len(data)) + 1
