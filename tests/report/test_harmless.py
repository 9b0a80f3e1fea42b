"""No format passes on what could hurt its reader: controls, commands for runners, markup, or secrets."""

import base64
import json
import os
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.model import Coverage, Excluded, Finding, Origin, Policy, Severity, Skipped, Suppression
from scanner.report import FORMATS
from scanner.report.neutral import plain
from tests.reports import KEY, LEAKED, NOW, rendered, report, sighting, subject

ACTIVE = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")
"""What acts on a terminal, or hides or turns text: written out here, for the code's own list may have a hole."""

EVIL = (
    "\x1b]0;owned\x07",
    "\x1b[2J",
    "\x9b31m",
    "\u202egpj.exe",
    "a\u200bb",
    "\n::error file=x::owned",
    "\r\n##[command]owned",
    "::add-mask::x",
    "##[error]x",
    "[bold]x[/bold] a[/b]",
    "[link](https://evil.example)",
    "</script>{0}%s",
    "\udcff",
)
texts = st.one_of(st.sampled_from(EVIL), st.text(st.characters(), max_size=30)).filter(
    lambda text: not re.search("[\ud800-\udfff]", text)
)
names = st.one_of(st.sampled_from(EVIL), st.binary(max_size=30).map(os.fsdecode))
"""Names from a command line, which hold lone surrogates for bytes that are not UTF-8."""


def hostile(text, name):
    """A report with `text` wherever what was scanned is quoted, and `name` wherever the command line is."""
    place = sighting(f"{text}.env", members=(text,))
    token = subject("eyJhbGciOi.e30.c2ln", place, sighting(), token_issuer=text, token_class_title=text)
    coverage = Coverage(
        planned=9,
        read=9,
        excluded={"vendored": Excluded(1, [text])},
        skipped=[Skipped(name, "unreadable", text)],
        undecided={"token-leaked": text},
        notes=[text],
    )
    made = report(
        Finding(LEAKED, token, Severity.HIGH, place),
        Finding(LEAKED, token, Severity.HIGH, sighting(), "suppressed", Suppression("inline", text, text)),
        coverage=coverage,
    )
    made.targets = (name,)
    return made


@pytest.mark.parametrize("format_", FORMATS)
@given(text=texts, name=names)
def test_found_text_is_inert(format_, text, name):
    """Whatever a path, claim or comment says, a terminal and a runner see printable text and our own line ends."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GITHUB_ACTIONS", "true")
        output = rendered(format_, hostile(text, name), include_suppressed=True)
    # Our own break-up of runner commands is a word joiner.
    assert not ACTIVE.search(output.replace(":\u2060:", "").replace("#\u2060#[", ""))
    assert not [line for line in output.splitlines() if line.lstrip().startswith("::") or "##[" in line]


@given(text=texts, name=texts)
def test_json_readers_get_the_text_back(text, name):
    """What is made harmless for terminals is still the same value for programs."""
    loaded = json.loads(rendered("json", hostile(text, name)))
    assert loaded["findings"][0]["location"]["path"] == f"{text}.env"
    assert loaded["coverage"]["notes"] == [text]
    assert loaded["scan"]["targets"] == [name]


def test_colored_text_is_inert():
    """The only escapes are colours of ours; markup of rich is text."""
    for text in EVIL[:-1]:
        output = rendered("text", hostile(text, text), color=True, include_suppressed=True)
        assert not ACTIVE.search(re.sub(r"\x1b\[[0-9;]*m", "", output))
    assert "[bold]x[/bold] a[/b].env" in rendered("text", hostile(EVIL[9], ""), color=True)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("é 日本 – ✓ 🔑", "é 日本 – ✓ 🔑"),
        ("a\tb\nc\x1b[1m", r"a\x09b\x0ac\x1b[1m"),
        ("\x7f\x9b\u202e\U000e0041", r"\x7f\x9b\u202e\U000e0041"),
    ],
)
def test_plain(text, shown):
    """Letters of all scripts stay; what acts is spelt out."""
    assert plain(text) == shown


SECRET_CLAIMS = ("sub", "email", "name", "phone_number", "password", "api_key", "jti", "sid", "nonce", "aud", "custom")
marks = st.text("bcdfghjkmnpqrstvwxz23456789", min_size=12, max_size=20).map(lambda text: f"Zq{text}")


@pytest.fixture(scope="module")
def book():
    from scanner import rulebook

    return rulebook.load()


@given(data=st.data(), names=st.sets(st.sampled_from(SECRET_CLAIMS), min_size=1))
def test_no_format_shows_a_secret(book, data, names):
    """The rules as shipped, on a token full of private claims: of its values only the issuer's host comes out."""
    import jwt

    from scanner.decode.jws import decode
    from scanner.judge import Judge
    from scanner.pipeline import examine_bytes

    mark = data.draw(marks)
    claims = {name: data.draw(st.sampled_from([mark, [mark], {"value": mark}])) for name in names - {"sub", "jti"}}
    claims |= dict.fromkeys(names & {"sub", "jti"}, mark)
    raw = jwt.encode({"iss": f"https://idp.example/{mark}", "exp": NOW + 3600} | claims, KEY, algorithm="HS256")
    (found,) = examine_bytes(f"token = {raw}\n".encode(), Origin("file", ".env"), book, Policy()).subjects
    token = decode(found.sealed.reveal())
    assert token
    findings = Judge(book, Policy(), NOW).judge(found, token)
    assert findings
    of = report(*findings)
    of.rules = book.rules
    _, payload, signature = raw.split(".")
    for format_ in FORMATS:
        for color in (False, True):
            output = rendered(format_, of, color=color)
            assert mark not in output
            assert payload[:16] not in output
            assert signature not in output
        assert "idp.example" in output or format_ == "sarif"


def test_no_output_shows_what_was_found(book, tmp_path):
    """Of the examples of all patterns, as they stand, in base64 and escaped, no output holds a piece of one.

    But for the heads that tell a form, and for secrets that are public knowledge.
    """
    from scanner import pipeline, secrets
    from scanner.sources.targets import plan_of
    from scanner.triage import baseline

    for pattern in book.patterns:
        for number, example in enumerate(pattern.examples):
            path = tmp_path / pattern.id / f"{number}{'.env' if pattern.makes == 'secret' else '.log'}"
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(example.blob)
            path.with_suffix(".b64").write_bytes(b"data: " + base64.b64encode(example.blob))
            path.with_suffix(".json").write_text(json.dumps({"text": example.blob.decode("latin-1")}))
    of = pipeline.scan(plan_of([str(tmp_path)]), Policy(jobs=1, tries=0), NOW)
    assert {subject.kind for subject in of.subjects} == {"token", "cookie", "secret", "key"}
    outputs = [
        rendered(format_, of, color=color, include_suppressed=True) for format_ in FORMATS for color in (False, True)
    ]
    outputs.append(baseline.dump(of.findings).decode())
    on_request, told = rendered("json", of, show_secrets=True), 0
    for found in of.subjects:
        raw = found.sealed.reveal()[found.head :].partition(b"-----END")[0].rstrip()
        if found.kind == "secret" and secrets.publisher(raw):
            continue
        half = raw[len(raw) // 2 :][:16]
        pieces = (raw,) if found.kind == "secret" else (half, raw[-16:])
        for piece in (*pieces, base64.b64encode(raw)[:24]):
            shown = piece.decode("latin-1")
            assert len(shown) >= 8
            assert not any(shown in output for output in outputs), (found.kind, found.decoder)
        told += half.decode("latin-1") in on_request
    assert told > 50
