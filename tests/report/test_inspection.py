"""An inspection as people and programs read it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, ClassVar

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from docs import make
from scanner import rulebook
from scanner.inspection import find, judged
from scanner.model import Policy, UsageError
from scanner.report import inspection, life
from scanner.report.neutral import HARMFUL
from scanner.report.style import Style
from tests import strategies
from tests.correlate.known import mint as signed
from tests.strategies import compact, segment

NOW = 1_767_225_600
"""2026-01-01T00:00:00Z."""
BOOK = rulebook.load()


def look(text: str, now: int = NOW, tries: int = 0) -> Any:
    """An inspection; without tries, for trying all known secrets takes its time."""
    policy = Policy(tries=tries)
    return judged(find(text.encode(), BOOK, policy), BOOK, policy, now)


def text(token: str, now: int = NOW, **style: Any) -> str:
    return b"".join(inspection.render_text(look(token, now), Style(**style))).decode()


def data(token: str, **style: Any) -> Any:
    return json.loads(b"".join(inspection.render_json(look(token), Style(**style))))


def lines(section: str, shown: str) -> list[str]:
    """The lines of a section, without their indent."""
    [body] = re.findall(rf"^{section}\n((?:  .*\n)+)", shown, re.MULTILINE)
    return [line.strip() for line in body.splitlines()]


def claims(**values: Any) -> str:
    return compact({"alg": "HS256"}, values)


def claim(value: Any, name: str = "x") -> str:
    """How a value is shown, without its name and meaning."""
    return re.split("  +", lines("Claims", text(claims(**{name: value})))[0])[1]


class TestClaims:
    @pytest.mark.parametrize(
        ("value", "shown"),
        [
            ("plain text", "plain text"),
            ("", '""'),
            (" padded ", '" padded "'),
            ("7", '"7"'),
            ("true", '"true"'),
            ("null", '"null"'),
            ("NaN", '"NaN"'),
            (7, "7"),
            (7.5, "7.5"),
            (True, "true"),
            (None, "null"),
            (["a", "b"], "a, b"),
            (["a", 7], '["a", 7]'),
            (["a,b"], '["a,b"]'),
            ([], "[]"),
            ({"a": {"b": ["é"]}}, '{"a": {"b": ["é"]}}'),
            (10**30, "1" + "0" * 30),
            ("\x1b[31mred\u202e\n::error::x", "\\x1b[31mred\\u202e\\x0a::error::x"),
        ],
    )
    def test_a_value_cannot_be_taken_for_another(self, value, shown):
        """A text is bare only where it reads as nothing else; nothing in it acts on the terminal."""
        assert claim(value) == shown

    def test_a_long_value_is_cut(self):
        """And said how long it is; JSON has all of it."""
        shown = "".join(lines("Claims", text(claims(x="y" * 5_000))))
        assert shown.endswith("yy… (5,000 characters; --format json has all)")
        assert shown.count("y") == 600
        assert data(claims(x="y" * 5_000))["inspect"]["claims"] == {"x": "y" * 5_000}

    @pytest.mark.parametrize(
        ("name", "value", "shown"),
        [
            ("exp", NOW + 3_600, "exp  2026-01-01 01:00 UTC  expires in 1 hour"),
            ("exp", NOW - 86_400, "exp  2025-12-31 00:00 UTC  expired 1 day ago"),
            ("exp", NOW, "exp  2026-01-01 00:00 UTC  expired now"),
            ("exp", 0, "exp  0  never expires: 0 stands for no expiry"),
            ("exp", "soon", "exp  soon  no usable date"),
            ("iat", (NOW - 60) * 1000, "iat  2025-12-31 23:59 UTC  issued 1 minute ago, written as milliseconds"),
            ("iat", "1767225540", "iat  2025-12-31 23:59 UTC  issued 1 minute ago, written as text"),
            ("nbf", NOW + 60, "nbf  2026-01-01 00:01 UTC  begins in 1 minute"),
            ("nbf", NOW - 60, "nbf  2025-12-31 23:59 UTC  begun 1 minute ago"),
            ("auth_time", NOW - 60, "auth_time  2025-12-31 23:59 UTC  logged in 1 minute ago"),
        ],
    )
    def test_times_are_dates(self, name, value, shown):
        assert lines("Claims", text(claims(**{name: value}))) == [shown]

    def test_powers_and_persons_are_pointed_out(self):
        shown = lines("Claims", text(claims(scope="read admin", roles=["ops", "root"], email="a@b.example", n=7)))
        assert shown == [
            "scope  read admin   what it may do; wide power: admin",
            "roles  ops, root    roles of the subject; wide power: root",
            "email  a@b.example  mail address; personal",
            "n      7",
        ]

    def test_long_names_and_values_have_their_own_lines(self):
        """A name wider than its column, and a value with its meaning below it."""
        name = "https://app.example/claims/tenant"
        assert lines(
            "Claims", text(claims(**{name: "t7", "iss": "https://a-very-long-host-name.idp.example/tenant"}))
        ) == [
            name,
            "t7",
            "iss  https://a-very-long-host-name.idp.example/tenant",
            "issuer",
        ]

    def test_bounds(self):
        """A name of any length fits the width, and a thousand claims are not listed."""
        shown = text(claims(**{"n" * 5_000: 1}), width=80)
        assert max(map(len, shown.splitlines())) <= 80
        assert "".join(lines("Claims", shown)).count("n") == 200
        listed = lines("Claims", text(claims(**{f"c{number}": 1 for number in range(1_000)})))
        assert (len(listed), listed[-1]) == (201, "and 800 more; --format json has all")


class TestSecrets:
    PASSWORD = "correct horse battery"

    def token(self) -> str:
        header = {"alg": "ES256", "jwk": {"kty": "EC", "crv": "P-256", "x": "xx", "d": "the private part"}}
        inner = compact({"alg": "HS256"}, {"sub": "inner"})
        values = {"password": self.PASSWORD, "user": {"client_secret": "s3cr3t-of-user"}, "id_token": inner}
        return compact(header, values, b"\x07" * 64)

    @pytest.mark.parametrize("render", [inspection.render_text, inspection.render_json])
    def test_they_stay_hidden(self, render):
        """The token, its signature, and what it holds of other secrets."""
        shown = b"".join(render(look(self.token()), Style(width=120))).decode()
        signature = self.token().rpartition(".")[2]
        for secret in (
            self.token(),
            signature,
            self.PASSWORD,
            "s3cr3t-of-user",
            "the private part",
            "eyJhbGciOiAiSFMy",
        ):
            assert secret not in shown
        assert shown.count("(a secret; --show-secrets shows it)") == 4

    def test_but_on_request(self):
        shown = text(self.token(), show_secrets=True)
        assert self.token() in shown
        assert self.PASSWORD in shown
        found = data(self.token(), show_secrets=True)
        assert found["subjects"][0]["value"] == self.token()
        assert found["inspect"]["claims"]["user"] == {"client_secret": "s3cr3t-of-user"}
        assert found["inspect"]["header"]["jwk"]["d"] == "the private part"


class TestLife:
    HOUR = 3_600

    def drawn(self, **values: int) -> list[str]:
        return lines("Life", text(claims(**values)))

    def test_now_stands_where_it_is(self):
        """Half of it is over."""
        now, bar, labels, words = self.drawn(iat=NOW - self.HOUR, exp=NOW + self.HOUR)
        assert now == "now, 2026-01-01 00:00 UTC"
        assert bar == "┣" + "━" * 45 + "●" + "─" * 44 + "┫"
        assert re.split("  +", labels) == ["issued 2025-12-31 23:00 UTC", "expires 2026-01-01 01:00 UTC"]
        assert words == "Live for another 1 hour (of 2 hours)."

    def test_over(self):
        _, bar, _, words = self.drawn(iat=NOW - 2 * self.HOUR, exp=NOW - self.HOUR)
        assert bar == "┣" + "━" * 45 + "┫" + "·" * 44 + "●"
        assert words == "Expired 1 hour ago, after a life of 1 hour."

    def test_not_begun(self):
        _, bar, labels, more, words = self.drawn(iat=NOW - self.HOUR, nbf=NOW + self.HOUR, exp=NOW + 2 * self.HOUR)
        assert bar == "┣" + "·" * 29 + "●" + "·" * 30 + "┣" + "─" * 29 + "┫"
        assert re.split("  +", labels) == ["issued 2025-12-31 23:00 UTC", "begins 2026-01-01 01:00 UTC"]
        assert more == "expires 2026-01-01 02:00 UTC"
        assert words == "Not valid before 2026-01-01 01:00 UTC."

    def test_without_end(self):
        _, bar, label, words = self.drawn(iat=NOW - self.HOUR)
        assert bar == "┣" + "━" * 60 + "●" + "─" * 29 + "▶"
        assert (label, words) == ("issued 2025-12-31 23:00 UTC", "Live, with no end.")

    def test_the_class_may_set_the_end(self):
        """A DPoP proof has no `exp`, and is good for minutes."""
        token = compact({"alg": "ES256", "typ": "dpop+jwt", "jwk": {}}, {"iat": NOW - 60, "jti": "1"}, b"s" * 64)
        _, _, labels, words = lines("Life", text(token))
        assert re.split("  +", labels) == ["issued 2025-12-31 23:59 UTC", "expires 2026-01-01 00:04 UTC"]
        assert words == "Live for another 4 minutes."

    def test_without_times(self):
        assert self.drawn() == ["Live, with no end."]
        assert lines("Life", text(claims(exp="never"))) == [
            "Nobody but its issuer can tell whether it is live, for its `exp` is no date."
        ]

    @given(
        *(st.none() | st.integers(-62_135_596_800, 253_370_764_799) | st.integers(NOW - 9, NOW + 9) for _ in range(3)),
        st.integers(70, 120),
    )
    def test_every_life_fits_its_width(self, iat, nbf, exp, width):
        """Whatever the times, all marks are on the line, and the labels under it do not run into each other."""
        span = life.Span(iat, nbf, exp, NOW)
        drawn = ["".join(text for text, _ in line) for line in life.time_line(span, width)]
        if drawn:
            assert {len(drawn[1])} == {width + 4}
            assert max(map(len, drawn)) <= width + 4
            assert drawn[1].count("●") == 1
            assert not re.search("UTC ?[a-z]", "\n".join(drawn[2:]))
            labelled = [iat, nbf if nbf != iat else None, exp]
            assert "\n".join(drawn[2:]).count("UTC") == 3 - labelled.count(None)


class TestIssuers:
    SUPABASE: ClassVar = {"iss": "supabase", "ref": "abcdefghijklmnopqrst", "role": "service_role", "exp": NOW + 60}

    def test_who_issued_it_and_how_it_is_ended(self):
        """From the table of issuers, with the page that says so."""
        shown = text(claims(**self.SUPABASE))
        assert lines("Claims", shown)[0] == "iss   supabase              issuer: Supabase"
        assert lines("How to end it", shown)[0].startswith("One key cannot be revoked: ")
        assert lines("How to end it", shown)[-1] == "https://supabase.com/docs/guides/api/api-keys"

    def test_what_has_ended_needs_no_end(self):
        assert "How to end it" not in text(claims(**self.SUPABASE | {"exp": NOW - 60}))


class TestOtherPayloads:
    @pytest.mark.parametrize(
        ("payload", "shown"),
        [
            (b'["a"]', "JSON, but no object: it holds no claims"),
            (b"hello", "text: it holds no claims"),
            (b"\xff\xfe", "bytes: it holds no claims"),
            (b"", "detached: what is signed is elsewhere"),
        ],
    )
    def test_without_claims(self, payload, shown):
        token = compact({"alg": "HS256"}, payload)
        assert lines("Payload", text(token)) == [shown]
        assert data(token)["inspect"]["claims"] is None

    def test_encrypted(self):
        token = compact({"alg": "dir", "enc": "A256GCM"}, b"") + ".AAAA.BBBBBBBBBBBBBBBBBBBBBB"
        shown = text(token)
        assert lines("Payload", shown) == ["encrypted: only the holder of the key can read it"]
        assert lines("Protection", shown)[0].startswith("encrypted, with an authentication tag of ")

    def test_empty(self):
        """Unsecured, so that nothing is signed."""
        assert lines("Payload", text(compact({"alg": "none"}, b"", b""))) == [
            "empty: what is signed is elsewhere, or nothing is"
        ]


class TestOtherForms:
    def test_paseto(self):
        """Its version and purpose, its footer and its claims; nobody's keys for web tokens check it."""
        body = segment(json.dumps({"sub": "svc", "exp": "2026-01-01T01:00:00Z"}).encode() + b"s" * 64)
        footer = segment(json.dumps({"kid": "k4.pid.1"}).encode())
        shown = text(f"v4.public.{body}.{footer}")
        assert [line.split()[:2] for line in lines("Form", shown)] == [["version", "v4"], ["purpose", "public"]]
        assert lines("Footer", shown)[0].split()[:2] == ["kid", "k4.pid.1"]
        assert [line.split()[0] for line in lines("Claims", shown)] == ["sub", "exp"]
        assert not re.search("^(Signature|Protection)$", shown, re.MULTILINE)

    def test_key_of_a_service(self):
        """What it is, and no word on claims."""
        shown = text("glsa_MadeUpForThisExample0123456789ab_0123abcd")
        assert "Grafana service account token from Grafana" in shown
        assert lines("Form", shown)[0].split()[:2] == ["vendor", "grafana-service-account"]
        assert not re.search("^(Payload|Claims|Life|Signature|Protection)$", shown, re.MULTILINE)

    def test_disclosures(self):
        """Their names stand with the form, their values among the claims."""
        issued = compact({"alg": "none"}, {"_sd_alg": "sha-256"}, b"")
        shown = text(f"{issued}~{segment(json.dumps(['salt', 'given_name', 'Ann']).encode())}~")
        assert lines("Form", shown)[0].startswith("disclosures  given_name")
        assert lines("Claims", shown)[0].startswith("given_name  Ann")


class TestJson:
    def test_it_is_the_report_of_a_scan_and_more(self):
        """By the published schema."""
        found = data(claims(iss="https://idp.example", iat=NOW, exp=NOW + 60, nbf="x"))
        schema = json.loads((make.ROOT / "docs/report.schema.json").read_text(encoding="utf-8"))
        jsonschema.validate(found, schema, format_checker=jsonschema.FormatChecker())
        assert found["inspect"] == {
            "header": {"alg": "HS256"},
            "claims": {"iss": "https://idp.example", "iat": NOW, "exp": NOW + 60, "nbf": "x"},
            "payload": "object",
            "times": {"iat": "2026-01-01T00:00:00Z", "exp": "2026-01-01T00:01:00Z", "nbf": None},
            "reading": "",
            "others": 0,
        }

    def test_numbers_that_few_can_hold(self):
        """Whole ones stay as they are, others have no JSON."""
        token = compact({"alg": "HS256"}, b'{"a":123456789012345678901234567890,"b":NaN,"c":-Infinity,"d":"\\ud800"}')
        assert data(token)["inspect"]["claims"] == {
            "a": 123456789012345678901234567890,
            "b": None,
            "c": None,
            "d": "?",
        }


@settings(max_examples=50)
@given(strategies.tokens() | strategies.encrypted(), st.booleans())
def test_every_token_is_shown_harmlessly(token, color):
    """No control character but colour's own, and no line wider than asked."""
    try:
        found = look(token.raw)
    except UsageError:
        return
    style = Style(width=80, color=color)
    shown = b"".join(inspection.render_text(found, style)).decode()
    bare = re.sub("\x1b\\[[0-9;]*m", "", shown) if color else shown
    assert not re.search(HARMFUL.replace("\x00-\x1f", "\x00-\x09\x0b-\x1f"), bare)
    assert max(map(len, bare.splitlines())) <= 80
    assert json.loads(b"".join(inspection.render_json(found, style)))["inspect"]["header"]


class TestKnownSecrets:
    """What is said of a signature of HMAC."""

    @staticmethod
    def signature(secret: str) -> list[str]:
        shown = inspection.render_text(look(signed(secret).decode(), tries=10_000), Style())
        return lines("Signature", b"".join(shown).decode())

    def test_a_known_secret_is_named(self):
        assert self.signature("secret") == ['forgeable, 32 bytes, made with "secret" (a common secret).']

    def test_a_miss_is_no_proof(self):
        assert self.signature("of no list, 7c1e09") == [
            "not checked, 32 bytes. No known secret made it. `--jwks FILE` checks it with its secret as a JWK."
        ]


def test_kinds_of_tokens(snapshot, tmp_path: Path):
    """Those of the documentation, in colour."""
    make._mint(tmp_path)
    shown = [text((tmp_path / f"{name}.jwt").read_text(), color=True) for name in ("session", "unsecured", "encrypted")]
    assert "\n\n".join(shown) == snapshot
