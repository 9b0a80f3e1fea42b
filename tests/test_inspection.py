"""One token out of whatever was pasted: where it is found, and by what it is judged."""

from __future__ import annotations

import base64
import urllib.parse
from pathlib import Path

import biscuit_auth
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner import rulebook
from scanner.inspection import Found, find, inspect
from scanner.model import Policy, Severity, Token, UsageError
from tests import strategies
from tests.scans import NOW, mint
from tests.signing import key, key_set, public, sign

TOKEN = sign(
    key("P-256"), "ES256", {"iss": "https://idp.example", "sub": "svc", "scope": "read", "iat": NOW - 60}, kid="1"
)
OTHER = sign(key("P-256"), "ES256", {"iss": "https://other.example"}, kid="1")


BOOK = rulebook.load()


def look(text: str | bytes) -> Found:
    return find(text.encode() if isinstance(text, str) else text, BOOK, Policy())


def broken(text: str, width: int, end: str = "\n") -> str:
    return end.join(text[at : at + width] for at in range(0, len(text), width))


@pytest.mark.parametrize(
    ("text", "reading"),
    [
        (TOKEN, ""),
        (f"  {TOKEN}\n", ""),
        (f'"{TOKEN}"', ""),
        (f"`{TOKEN}`,", ""),
        (f"Authorization: Bearer {TOKEN}", ""),
        (f"curl -H 'Authorization: Bearer {TOKEN}' https://api.example/", ""),
        (f"Cookie: lang=en; session={TOKEN}; theme=dark", ""),
        (f"https://app.example/cb#access_token={TOKEN}&state=7", ""),
        (f'{{"access_token":"{TOKEN}","expires_in":3600}}', ""),
        (broken(TOKEN, 64), "broken over lines"),
        (broken(TOKEN, 76, "\r\n    "), "broken over lines"),
        (broken(TOKEN, 40, "\\\n"), "broken over lines"),
        (f"Bearer {broken(TOKEN, 64)}\n", "broken over lines"),
        (f"{TOKEN[:-20]}\n{TOKEN[-20:]}\n", "broken over lines"),
        (urllib.parse.quote(TOKEN).replace(".", "%2E"), "percent-encoded"),
        (base64.b64encode(TOKEN.encode()).decode(), "in base64"),
        (base64.urlsafe_b64encode(f"ann:{TOKEN}".encode()).decode().rstrip("="), "in base64"),
        ("token: " + base64.b64encode(TOKEN.encode()).decode(), "in base64"),
        (broken(base64.b64encode(TOKEN.encode()).decode(), 76), "broken over lines, in base64"),
    ],
)
def test_what_a_token_is_copied_with(text, reading):
    """It is found whole, and said is how."""
    found = look(text)
    assert [subject.sealed.reveal().decode() for subject in found.subjects] == [TOKEN]
    assert found.reading == reading


def test_the_first_of_several():
    """The others are counted, each once."""
    found = inspect(f"{OTHER} {TOKEN} {TOKEN} {mint()}".encode(), Policy(), NOW)
    assert (found.subject.sealed.reveal().decode(), found.others) == (OTHER, 2)


def test_a_token_that_was_cut_is_judged_as_it_is():
    """Where no reading holds a whole one."""
    cut = look(TOKEN[:-6]).decoded
    assert isinstance(cut, Token)
    assert "signature-length" in cut.anomalies


@pytest.mark.parametrize("text", ["", " \n", "hello", "eyJ.eyJ.x", "a.b.c", "%zz", "x" * 10_000, "ey" * 1_000_000])
def test_no_token(text):
    """Is a mistake of the user's, with words on what is taken."""
    with pytest.raises(
        UsageError, match="nothing to inspect" if not text.strip() else "no token or cookie that can be read"
    ) as no:
        look(text)
    assert no.value.hint.startswith("give a JSON web token")


def test_forms_without_a_head_need_no_word():
    """All of the text is the token: what a scan looks for behind a word only is told here."""
    raw = biscuit_auth.BiscuitBuilder('user("1234")').build(biscuit_auth.KeyPair().private_key).to_base64()
    found = look(f" {raw}\n")
    assert isinstance(found.decoded, Token)
    assert (found.decoded.form, [s.sealed.reveal().decode() for s in found.subjects]) == ("biscuit", [raw])
    assert inspect(raw.encode(), Policy(), NOW).report.findings


def test_what_only_looks_like_a_token_is_named():
    """The mistake is told by its name."""
    with pytest.raises(
        UsageError, match=r"no token or cookie: it is a value signed by itsdangerous, such as a Flask session cookie"
    ):
        look(f"{strategies.segment(b'{}')}.ZkVxyg.{strategies.segment(b's' * 20)}")


@given(st.binary(max_size=300) | strategies.tokens().map(lambda token: token.raw.encode()))
def test_no_text_does_harm(text):
    """Whatever is pasted, it is a token or a mistake that is told."""
    try:
        found = look(text)
    except UsageError:
        return
    assert found.decoded.identity == found.subjects[0].identity


def test_by_what_it_is_judged(tmp_path: Path):
    """The rules of a scan but those on places, under the policy, with the given keys."""
    found = inspect(TOKEN.encode(), Policy(), NOW)
    rules = {finding.rule.id: finding.severity.value for finding in found.report.findings}
    assert rules == {"token-no-audience": "medium", "token-no-expiry": "high"}
    assert (found.report.status(Severity.MEDIUM), found.others) == (1, 0)
    assert inspect(f"{TOKEN} {OTHER}".encode(), Policy(), NOW).others == 1
    (tmp_path / "keys.json").write_bytes(key_set(public(key("P-256"), kid="1")))
    policy = Policy(
        disabled_rules=frozenset({"token-no-expiry"}),
        severities={"token-no-audience": Severity.INFO},
        jwks=(str(tmp_path / "keys.json"),),
    )
    found = inspect(TOKEN.encode(), policy, NOW)
    rules = {finding.rule.id: finding.severity.value for finding in found.report.findings}
    assert rules == {"token-no-audience": "info", "token-signature-verified": "info"}
    assert found.subject.evidence["signature_key"] == "keys.json (`1`)"
    assert found.report.status(Severity.MEDIUM) == 0
