"""Tokens that are encoded, escaped or broken: found for what they are, where they stand, with how they stood there."""

from __future__ import annotations

import base64
import json
import textwrap
from pathlib import Path
from typing import Final

import jsonschema
import pytest

from scanner import pipeline
from scanner.model import Origin, Policy
from scanner.report import render
from scanner.report.style import Style
from scanner.rulebook import load
from tests.scans import Scan, mint

TOKEN: Final = mint(1)
SCHEMA: Final = json.loads((Path(__file__).parents[2] / "docs/report.schema.json").read_text(encoding="utf-8"))


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def joined(separator: str, width: int = 50) -> str:
    return separator.join(textwrap.wrap(TOKEN, width))


CASES: Final[dict[str, tuple[str, list[str]]]] = {
    "as it is": (f"token: {TOKEN}\n", []),
    "a Kubernetes Secret": (f"data:\n  token: {encoded(TOKEN)}\n", ["base64"]),
    "basic authorization": (f"Authorization: Basic {encoded('ann:' + TOKEN)}\n", ["base64"]),
    "one byte on": (f"state={encoded('x' + TOKEN)}&code=1\n", ["base64"]),
    "two bytes on, URL alphabet": (f"?s={base64.urlsafe_b64encode(f'ab{TOKEN}'.encode()).decode()}\n", ["base64"]),
    "encoded twice": (f"token: {encoded(encoded(TOKEN))}\n", ["base64", "base64"]),
    "in MIME's 76 columns": ("\n".join(textwrap.wrap(encoded(TOKEN), 76)) + "\n", ["lines", "base64"]),
    "percent-encoded dots": (f"?t={TOKEN.replace('.', '%2E')}&a=1\n", ["percent"]),
    "escaped in JSON": (json.dumps({"t": "?"}).replace("?", TOKEN.replace(".", "\\u002e")) + "\n", ["escapes"]),
    "64 columns": (joined("\n", 64) + "\n", ["lines"]),
    "a block of YAML": (f"token: >-\n{textwrap.indent(joined(chr(10)), '  ')}\nnext: 1\n", ["lines"]),
    "a sum of strings": ('t = ("' + joined('" +\n     "') + '")\n', ["strings"]),
}


@pytest.mark.parametrize("name", CASES)
def test_wrapped(name: str, root: Path, scan: Scan) -> None:
    """One subject, the same whatever is around it; its span holds it and no line before; the report says how."""
    text, wrapping = CASES[name]
    (root / "a.txt").write_bytes(b"first = 1\n" + text.encode())
    report = scan()
    [subject] = report.subjects
    assert subject.sealed.reveal().decode() == TOKEN
    [sighting] = subject.sightings
    assert list(sighting.wrapping) == wrapping
    assert 10 <= sighting.start < sighting.end <= 10 + len(text.encode())
    assert sighting.line == 2 + text[: sighting.start - 10].count("\n")
    document = json.loads(b"".join(render("json", report, Style())))
    jsonschema.validate(document, SCHEMA)
    assert document["subjects"][0]["sightings"][0]["wrapping"] == wrapping


@pytest.mark.parametrize("after", ["abcdefghij", "eyJhbGciOiJIUzI1NiJ9", "0123456789_-abc"])
def test_a_whole_token_swallows_no_next_line(after: str) -> None:
    """What stands on the next line is no more of a token whose signature is complete."""
    data = f"{TOKEN}\n{after}\n".encode()
    [subject] = pipeline.examine_bytes(data, Origin("file", "a.txt"), load(), Policy()).subjects
    assert [(s.start, s.end, s.wrapping) for s in subject.sightings] == [(0, len(TOKEN), ())]


@pytest.mark.parametrize(
    "text",
    [
        encoded("a document without any token " * 20),
        encoded('{"alg": "HS256"}'),
        encoded("eyJhbGciOiJIUzI1NiJ9.payload.signature"),
        TOKEN.partition(".")[0] + "\n" + "not a token at all",
    ],
)
def test_what_holds_none(text: str) -> None:
    assert pipeline.examine_bytes(text.encode(), Origin("file", "a.txt"), load(), Policy()).subjects == []


def test_people_are_told_how_it_stood(root: Path, scan: Scan) -> None:
    (root / "secret.yaml").write_text(f"data:\n  token: {encoded(TOKEN)}\n")
    text = b"".join(render("text", scan(), Style())).decode()
    assert "  secret.yaml:2:10  (in base64)\n" in text
