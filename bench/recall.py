"""How many tokens, session secrets and keys are found, and how much else, beside the peers."""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Final, NamedTuple

import jwt

from bench import cases, peers, secret_cases
from bench.measure import MeasurementError, run
from bench.peers import ALL_RULES, OURS, PEERS, Scanner
from bench.setup import Setup, tell
from bench.table import Row, row

RECALL, PRECISION = 0.98, 0.99
"""What a repository asks for at least."""
BASE64_RECALL = 1.0
SECRET_RECALL, SECRET_PRECISION, KEY_RECALL = 0.85, 0.97, 1.0
"""What is asked for of session secrets and private keys."""

_LARGEST: Final = 1 << 22
"""Bytes of a file that the oracle reads; larger ones are no source."""
_CANDIDATE: Final = re.compile(r"[A-Za-z0-9_-]{6,}\.[A-Za-z0-9_-]*\.[A-Za-z0-9_-]*")


class Places(NamedTuple):
    """Lines of files, each as its path below the folder and its number from 1."""

    lines: frozenset[tuple[str, int]]

    @property
    def files(self) -> frozenset[str]:
        """The paths alone."""
        return frozenset(path for path, _ in self.lines)


_REPORTS: Final[dict[str, re.Pattern[str]]] = {
    "kingfisher": re.compile(r'"line":(?P<line>\d+),.*?"path":"(?:\./)?(?P<path>[^"]+)"'),
    "betterleaks": re.compile(r'"location":\{"path":"(?:\./)?(?P<path>[^"]+)","start_line":(?P<line>\d+)'),
    "gitleaks": re.compile(r"File: +(?:\./)?(?P<path>.+)\nLine: +(?P<line>\d+)"),
    "detect-secrets": re.compile(r'"filename": "(?:\./)?(?P<path>[^"]+)".*?"line_number": (?P<line>\d+)', re.DOTALL),
}
"""Where a finding stands, in the report of each peer."""


def rows(setup: Setup) -> Iterator[Row]:
    """A row a scanner for the labelled files, and for each folder that the user named. Raises MeasurementError."""
    scanners = [(OURS, setup.bin), *((peer, setup.peers / "bin") for peer in PEERS if peer.program in _REPORTS)]
    yield from _on_labelled(setup, _TOKENS, scanners)
    yield from _on_labelled(setup, _SECRETS, [scanners[0], *((peer, setup.peers / "bin") for peer in ALL_RULES)])
    for corpus in setup.corpora:
        real = oracle(corpus)
        for scanner, programs in scanners:
            yield _on_corpus(scanner, corpus, real, _scan(setup, scanner, programs, corpus))


def oracle(folder: Path) -> Places:
    """Where PyJWT reads a token with JSON claims in the text files of a folder: no code of ours has a part in it."""
    lines = set()
    for place, _, names in os.walk(folder):
        if ".git" in Path(place).relative_to(folder).parts:
            continue
        for path in (Path(place, name) for name in names):
            if path.is_symlink() or not path.is_file() or path.stat().st_size > _LARGEST:
                continue
            text = path.read_bytes().decode("latin-1")
            for candidate in _CANDIDATE.finditer(text):
                if _is_token(candidate[0]):
                    lines.add((path.relative_to(folder).as_posix(), text.count("\n", 0, candidate.start()) + 1))
    return Places(frozenset(lines))


def _is_token(text: str) -> bool:
    try:
        header = jwt.get_unverified_header(text)
        claims = jwt.decode(text, options={"verify_signature": False})
    except (jwt.PyJWTError, ValueError, RecursionError):
        return False
    return isinstance(header.get("alg"), str) and isinstance(claims, dict)


class _Labelled(NamedTuple):
    """A set of labelled files, and what is asked for."""

    name: str
    cases: Callable[[], Iterable[cases.Case]]
    recalls: dict[str, float]
    """By group, at least."""
    precision: float


_TOKENS: Final = _Labelled("labelled files", cases.cases, {"plain": RECALL, "base64": BASE64_RECALL}, PRECISION)
_SECRETS: Final = _Labelled(
    "labelled secrets",
    secret_cases.cases,
    {"session secrets": SECRET_RECALL, "private keys": KEY_RECALL},
    SECRET_PRECISION,
)


def _on_labelled(setup: Setup, labelled: _Labelled, scanners: Iterable[tuple[Scanner, Path]]) -> Iterator[Row]:
    folder = setup.scratch / labelled.name.replace(" ", "-")
    labels = _write(folder, labelled)
    for scanner, programs in scanners:
        try:
            found = _scan(setup, scanner, programs, folder)
        except MeasurementError as reason:
            yield Row(f"{labelled.name}: {scanner.name}", "", str(reason), "not measured")
            continue
        yield _row(labelled, scanner, labels, found.files)


def _write(folder: Path, labelled: _Labelled) -> dict[str, cases.Case]:
    """Write the labelled files; the label of each by its path. A whole name gets a folder of its own."""
    labels = {}
    for number, case in enumerate(labelled.cases()):
        name = f"case-{number:05}{case.suffix}" if labelled is _TOKENS else f"case-{number:05}/{case.suffix}"
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(case.content)
        labels[name] = case
    return labels


def _scan(setup: Setup, scanner: Scanner, programs: Path, folder: Path) -> Places:
    """What a scanner reports below a folder. Raises MeasurementError."""
    tell(f"recall: {scanner.name} on {folder.name}")
    if scanner is not OURS:
        peers.install(scanner.package, setup.peers)
        peers.prove(scanner, programs, setup.scratch)
    output = setup.scratch / "recall.out"
    run([programs / scanner.program, *scanner.arguments], folder, output, scanner.finished)
    text = output.read_text(errors="replace")
    return Places(frozenset(_ours(text) if scanner is OURS else _theirs(text, _REPORTS[scanner.program])))


def _ours(report: str) -> Iterator[tuple[str, int]]:
    """Every place of a subject with a finding."""
    document = json.loads(report)
    found = {finding["subject"] for finding in document["findings"]}
    for subject in document["subjects"]:
        if subject["id"] in found:
            yield from ((sighting["path"], sighting["line"]) for sighting in subject["sightings"])


def _theirs(report: str, finding: re.Pattern[str]) -> Iterator[tuple[str, int]]:
    return ((place["path"], int(place["line"])) for place in finding.finditer(report))


def _row(labelled: _Labelled, scanner: Scanner, labels: dict[str, cases.Case], found: frozenset[str]) -> Row:
    held = Counter(case.group for case in labels.values() if case.holds)
    hit = Counter(labels[name].group for name in found if name in labels and labels[name].holds)
    false = sum(not labels[name].holds for name in found if name in labels)
    precision = hit.total() / (hit.total() + false) if found else 0.0
    recalls = {group: hit[group] / count for group, count in held.items()}
    figure = ", ".join(f"{group} {recall:.1%}" for group, recall in recalls.items())
    met = None
    if scanner is OURS:
        enough = all(recalls[group] >= least for group, least in labelled.recalls.items())
        met = enough and precision >= labelled.precision
        missed = Counter(case.place for name, case in labels.items() if case.holds and name not in found)
        missed.update(case.place for name, case in labels.items() if not case.holds and name in found)
        figure += f"; wrong: {', '.join(sorted(missed)) or 'none'}"
    least = ", ".join(f"{group} {recall:.0%}" for group, recall in labelled.recalls.items())
    target = f"recall of {least}; precision {labelled.precision:.0%}" if scanner is OURS else ""
    return row(f"{labelled.name}: {scanner.name}", target, f"recall of {figure}; precision {precision:.1%}", met)


def _on_corpus(scanner: Scanner, corpus: Path, real: Places, found: Places) -> Row:
    both = len(real.lines & found.lines)
    recall = both / len(real.lines) if real.lines else 1.0
    figure = f"{both} of {len(real.lines)} lines ({recall:.1%}), {len(found.lines - real.lines)} lines beside them"
    met = recall >= RECALL if scanner is OURS else None
    return row(f"{corpus.name}: {scanner.name}", f"recall {RECALL:.0%}" if scanner is OURS else "", figure, met)
