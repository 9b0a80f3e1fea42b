"""Pragmas in the scanned text, each spelling with its near misses."""

import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.model import Allow, Policy
from scanner.triage.inline import UNREADABLE, allows_at, own_pragmas

ALL = Policy().inline
TOKEN = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJtZSJ9.c2lnbmF0dXJlIG9mIG91ciBvd24gbWFraW5nISEhIQ"


def allows(line: str, before: str = "", path: str = "app.py", honoured: frozenset[str] = ALL) -> tuple[Allow, ...]:
    return allows_at(line.encode(), before.encode(), path, honoured)


@pytest.mark.parametrize(
    ("comment", "rules", "reason"),
    [
        ("# tokensweep: allow", (), ""),
        ("// tokensweep:allow", (), ""),
        ("/* tokensweep: allow */", (), ""),
        ("<!-- tokensweep: allow a sample for the docs -->", (), "a sample for the docs"),
        ("# tokensweep: allow[token-leaked]", ("token-leaked",), ""),
        (
            "# tokensweep: allow[token-leaked, token-no-expiry] revoked in May",
            ("token-leaked", "token-no-expiry"),
            "revoked in May",
        ),
        ("/* tokensweep: allow[token-leaked] revoked */", ("token-leaked",), "revoked"),
        ('{"note": "tokensweep: allow[token-leaked] revoked", "more": "words"}', ("token-leaked",), "revoked"),
        (
            "# tokensweep: allow[token-leaked] — see https://tickets.example/SEC-4711",
            ("token-leaked",),
            "see https://tickets.example/SEC-4711",
        ),
    ],
)
def test_own_pragma_on_the_line(comment: str, rules: tuple[str, ...], reason: str) -> None:
    """It names all rules or some, and its reason ends where its comment or string does."""
    assert allows(f"token = '{TOKEN}'  {comment}") == (Allow("tokensweep", rules, reason, 0),)


@pytest.mark.parametrize(
    "comment",
    [
        "# tokensweep: allow[",
        "# tokensweep: allow[]",
        "# tokensweep: allow[token-leaked",
        "# tokensweep: allow[token-leaked,]",
        "# tokensweep: allow[token-leaked token-no-expiry]",
        "# tokensweep: allow[*]",
        "# tokensweep: allow[Token-Leaked]",
        "# tokensweep: allow(token-leaked)",
        "# tokensweep: allow: token-leaked",
        "# tokensweep: allow token-leaked",
        "# tokensweep: allow token-leaked, token-no-expiry",
        "# tokensweep: allow-nextline",
        "# tokensweep: allowed",
        "# tokensweep: allow_all",
    ],
)
def test_an_own_pragma_that_cannot_be_read_suppresses_nothing(comment: str) -> None:
    """Above all not everything: who misspells a list of rules did not ask for that."""
    (allow,) = allows(f"token = '{TOKEN}'  {comment}")
    assert allow.rules == (UNREADABLE,)


@pytest.mark.parametrize(
    "comment",
    [
        "# mytokensweep: allow",
        "# x-tokensweep: allow",
        "# tokensweep allow",
        "# tokensweep: error: no such file",
        "# TOKENSWEEP: allow",
        "# tokensweep: deny",
    ],
)
def test_other_words_are_no_own_pragma(comment: str) -> None:
    """What only looks like it is neither honoured nor complained of."""
    assert allows(f"token = '{TOKEN}'  {comment}") == ()


def test_two_own_pragmas_on_a_line() -> None:
    """Both hold, and the reason of the first ends before the second."""
    line = "# tokensweep: allow[token-leaked] revoked # tokensweep: allow[token-no-expiry] by design"
    assert allows(line) == (
        Allow("tokensweep", ("token-leaked",), "revoked"),
        Allow("tokensweep", ("token-no-expiry",), "by design"),
    )


@pytest.mark.parametrize("indent", ["", "    ", "\t"])
@pytest.mark.parametrize("mark", ["#", "//", "/*", "<!--", "--", ";", "{#", "*"])
def test_own_pragma_on_the_line_before(mark: str, indent: str) -> None:
    """It covers the next line, if nothing but a comment's mark stands before it."""
    before = f"{indent}{mark} tokensweep: allow-next-line[token-leaked] revoked"
    assert allows(TOKEN, before) == (Allow("tokensweep", ("token-leaked",), "revoked", -1),)


@pytest.mark.parametrize(
    ("line", "before"),
    [
        (TOKEN, "# tokensweep: allow"),
        (TOKEN, f"x = '{TOKEN}'  # tokensweep: allow-next-line"),
        (f"{TOKEN}  # tokensweep: allow-next-line", ""),
    ],
)
def test_a_pragma_for_another_line_does_not_cover_this_one(line: str, before: str) -> None:
    """One for its own line stands on it; one for the next line stands alone, above it."""
    assert allows(line, before) == ()


@pytest.mark.parametrize(
    "comment",
    [
        f"# tokensweep: allow[token-leaked] {TOKEN} was revoked",
        f"# tokensweep: allow was {TOKEN}",
        f"# tokensweep: allow[token-leaked] token={TOKEN}",
    ],
)
def test_a_reason_holds_no_token(comment: str) -> None:
    """Reasons are printed, and a pragma may stand before the token."""
    (allow,) = allows(comment)
    assert not any(part in allow.reason for part in TOKEN.split("."))


def test_a_reason_is_bounded() -> None:
    (allow,) = allows("# tokensweep: allow " + "words " * 10_000)
    assert len(allow.reason) == 200


@pytest.mark.parametrize(
    ("line", "spelling"),
    [
        ("x # gitleaks:allow", "gitleaks"),
        ("gitleaks:allowed anywhere, as for its own tool", "gitleaks"),
        ("x // betterleaks:allow", "betterleaks"),
        ("x # trufflehog:ignore", "trufflehog"),
        ("x # ggignore", "ggshield"),
        ("x // ggignore: a test's password", "ggshield"),
        ("x /* ggignore */", "ggshield"),
        ("x <!-- ggignore -->", "ggshield"),
    ],
)
def test_foreign_spellings(line: str, spelling: str) -> None:
    """Each is honoured, and can be turned off alone."""
    assert allows(line) == (Allow(spelling),)
    assert allows(line, honoured=ALL - {spelling}) == ()
    assert allows("x", before=line) == ()


@pytest.mark.parametrize(
    "line",
    [
        "gitleaks: allow",
        "GITLEAKS:ALLOW",
        "gitleaks-allow",
        "trufflehog: ignore",
        "ggignore",
        "x = 'ggignore'",
        "# see .ggignore",
        "# ggignore-start",
        "# ggignored",
    ],
)
def test_near_misses_of_foreign_spellings(line: str) -> None:
    assert allows(line) == ()


MARKS = ["#", "//", "/*", "'", "--", "<!--", "<!-- #", ";", ""]
CLOSES = ["", " */", "*/", " -->", "-->", " --> x", " because", "*/ "]
WORDS = [
    "pragma: allowlist secret",
    "pragma:whitelist-secret",
    "pragma:  allowlist secret",
    "pragma: allowlist nextline secret",
    "pragma: allowlist-nextline-secret",
    "pragma: whitelist nextline secret",
    "Pragma: allowlist secret",
    "pragma: allowlist_secret",
    "pragma: allowlist secrets",
]
PATHS = ["app.py", "a.yaml", "a.yml", "yaml", "a.YAML"]


def detect_secrets_allows(line: str, before: str, path: str) -> bool:
    """What detect-secrets itself says."""
    from detect_secrets.filters.allowlist import is_line_allowlisted
    from detect_secrets.util.code_snippet import CodeSnippet

    snippet = CodeSnippet(snippet=[before.rstrip(), line.rstrip()], start_line=0, target_index=1)
    return is_line_allowlisted(path, line.rstrip(), snippet)


@given(
    st.builds(
        "{}{}{}{}".format,
        st.sampled_from(MARKS),
        st.sampled_from(["", " ", "\t ", "x"]),
        st.sampled_from(WORDS),
        st.sampled_from(CLOSES),
    ),
    st.sampled_from(["", "  ", "\t", "x = 1  ", "'"]),
    st.booleans(),
    st.sampled_from(PATHS),
)
def test_pragmas_of_detect_secrets_hold_where_it_says_so(comment: str, code: str, above: bool, path: str) -> None:
    """Line or line before, every comment mark, `.yaml` files: the library is the oracle."""
    line, before = ("x", code + comment) if above else (code + comment, "")
    assert bool(allows(line, before, path)) is detect_secrets_allows(line, before, path)


@pytest.mark.parametrize(
    ("line", "before", "path", "number"),
    [
        ("x  # pragma: allowlist secret", "", "app.py", 0),
        ("x  <!-- pragma: whitelist secret -->", "", "a.html", 0),
        ("x", "# pragma: allowlist nextline secret", "app.py", -1),
        ("x", "    // pragma: allowlist-nextline-secret", "a.js", -1),
        ("x", "<!-- pragma: allowlist nextline secret -->", "a.html", -1),
    ],
)
def test_pragmas_of_detect_secrets(line: str, before: str, path: str, number: int) -> None:
    """On the line, and on the one before."""
    assert allows(line, before, path) == (Allow("detect-secrets", line=number),)


def test_own_pragmas_of_a_line() -> None:
    """Both verbs, those that cannot be read too, wherever they stand."""
    line = b"x # tokensweep: allow-next-line[token-leaked] y tokensweep: allow["
    assert own_pragmas(line) == (
        Allow("tokensweep", ("token-leaked",), "y"),
        Allow("tokensweep", (UNREADABLE,)),
    )
    assert own_pragmas(b"tokensweep found nothing") == ()


PIECES = st.sampled_from(
    [
        b"tokensweep: allow",
        b"[",
        b"]",
        b"a-b",
        b",",
        b"pragma: allowlist secret",
        b"#",
        b"/*",
        b"*/",
        b" ",
        b"\t",
        b"ggignore",
        b"-",
        b"\xff",
        b"\x00",
        b"\r",
    ]
)


@given(st.lists(PIECES | st.binary(max_size=8)).map(b"".join), st.lists(PIECES).map(b"".join), st.text())
def test_any_bytes_are_read(line: bytes, before: bytes, path: str) -> None:
    """Hostile text neither raises nor makes an allow of unknown form."""
    for allow in allows_at(line, before, path, ALL):
        assert allow.spelling in ALL
        assert allow.line in {0, -1}
        assert len(allow.reason) <= 200


@pytest.mark.parametrize(
    "piece",
    [
        b"tokensweep: allow ",
        b"tokensweep: allow[a-",
        b"tokensweep: allow a-b",
        b"# ",
        b"#\t",
        b"/* pragma: allowlist secret ",
        b"*/ ",
        b"<!-- # ",
        b"a-",
        b"-- pragma:",
        b"-",
    ],
)
def test_time_is_linear(piece: bytes) -> None:
    """A megabyte of what the expressions like takes no more than a moment."""
    line = b"tokensweep: allow pragma: ggignore " + piece * (1_000_000 // len(piece))
    started = time.perf_counter()
    allows_at(line, line, "app.py", ALL)
    assert time.perf_counter() - started < 5


def test_honoured_names_are_those_of_the_policy() -> None:
    """The policy's default honours every spelling that there is."""
    line = (
        "# tokensweep: allow gitleaks:allow betterleaks:allow trufflehog:ignore # ggignore # pragma: allowlist secret"
    )
    found: Any = {allow.spelling for allow in allows(line)}
    assert found == ALL
