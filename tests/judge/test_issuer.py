"""Which issuer a token comes from, and what follows from that."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner import rulebook
from scanner.decode.jws import decode
from scanner.expressions import Condition, Situation
from scanner.facts import FACTS
from scanner.judge.issuer import Issuers
from scanner.judge.token import TokenFacts
from scanner.rulebook import Minted, RuleBook
from scanner.rulecheck import mint
from tests.books import BASE, folder

NOW = 1_767_225_600
"""2026-01-01 UTC."""
SHIPPED = rulebook.load()
ISSUER = """
[[issuer]]
id = "ID"
title = "TITLE"
known_by = [KNOWN_BY]
powers = "none"
rotate = "Change the key."
url = "https://idp.example/docs"
MORE
[[issuer.example]]
token = { header = "", claims = "" }
finds = true
[[issuer.example]]
token = { header = "", claims = "" }
finds = false
"""


def issuer(name: str, known_by: str, more: str = "") -> str:
    """A rule file's `[[issuer]]`."""
    text = ISSUER.replace("ID", name, 1).replace("TITLE", name.title(), 1)
    return text.replace("KNOWN_BY", known_by).replace("MORE", more)


def holds(name: str, condition: Condition, situation: Situation) -> bool:
    """Whether a condition holds; an error in one is a mistake in the test."""
    outcome = condition.decide(situation)
    assert isinstance(outcome, bool) or not outcome.error, (name, outcome)
    return outcome is True


def told(book: RuleBook, claims: dict[str, Any] | str, **header: Any) -> dict[str, Any]:
    """The facts of a token, with what its issuer tells."""
    token = decode(mint(Minted({"alg": "RS256"} | header, claims)))
    assert token is not None
    facts = TokenFacts(book, NOW).of(token)
    Issuers(book, holds).add_to(facts)
    return facts


@pytest.fixture
def book(tmp_path):
    """A rule book of some issuers."""

    def load(*issuers: str, own: str = "") -> RuleBook:
        base = folder(tmp_path / "base", base=BASE, issuers="".join(issuers))
        return rulebook.load([folder(tmp_path / "own", own=own)] if own else [], base)

    return load


class TestMarks:
    @pytest.mark.parametrize(
        ("pattern", "claim", "fits"),
        [
            ("https://idp.example", "https://idp.example", True),
            ("https://idp.example", "https://idp.example/", True),
            ("https://idp.example/", "https://idp.example", True),
            ("https://idp.example", "https://IDP.example", True),
            ("https://idp.example", "https://idp.example/x", False),
            ("https://*.idp.example", "https://a.b.idp.example", True),
            ("https://*.idp.example", "https://idp.example", False),
            ("https://*.idp.example", "https://evil.example/.idp.example", False),
            ("https://*.idp.example", "https://evil.example?.idp.example", False),
            ("https://*.idp.example", "https://evil.example#.idp.example", False),
            ("https://*.idp.example", "https://you@evil.example\n.idp.example", False),
            ("https://*.idp.example", "https://x.idp.example.evil.example", False),
            ("https://idp.example/*", "https://idp.example/a/b", False),
            ("https://idp.example/**", "https://idp.example/a/b", True),
            ("**/realms/*", "http://sso.example:8080/auth/realms/shop", True),
            ("a+b", "a+b", True),
            ("a+b", "aab", False),
            ("a.b", "axb", False),
        ],
    )
    def test_a_star_stays_within_a_host(self, book, pattern, claim, fits):
        """`*` reaches neither from a host into a path nor over a user's name; letter case and a last slash are none."""
        rules = book(issuer("idp", f'{{ iss = ["{pattern}"] }}'))
        assert told(rules, {"iss": claim})["token.issuer_known"] is fits

    @pytest.mark.parametrize(
        ("claims", "fits"),
        [
            ({"iss": "https://idp.example", "tenant": "a", "sub": "app:1", "aud": ["x", "api:1"]}, True),
            ({"iss": "https://idp.example", "tenant": "a", "sub": "app:1", "aud": "api:1"}, True),
            ({"iss": "https://idp.example", "tenant": "a", "sub": "usr:1", "aud": "api:1"}, False),
            ({"iss": "https://idp.example", "tenant": "a", "sub": "app:1", "aud": "x"}, False),
            ({"iss": "https://idp.example", "tenant": "a", "sub": "app:1"}, False),
            ({"iss": "https://idp.example", "sub": "app:1", "aud": "api:1"}, False),
            ({"tenant": "a", "sub": "app:1", "aud": "api:1"}, False),
            ({"iss": 7, "tenant": "a", "sub": ["app:1"], "aud": {"api:1": 1}}, False),
        ],
    )
    def test_all_that_a_mark_names_has_to_hold(self, book, claims, fits):
        """Issuer, subject, one of the audiences, and every claim."""
        rules = book(
            issuer("idp", '{ iss = ["https://idp.example"], sub = ["app:*"], aud = ["api:*"], claims = ["tenant"] }')
        )
        assert told(rules, claims)["token.issuer_known"] is fits

    def test_a_condition_has_the_last_word(self, book):
        """It is asked where all else fits."""
        rules = book(issuer("idp", """{ claims = ["a"], when = "token.algorithm == 'ES256'" }"""))
        assert told(rules, {"a": 1}, alg="ES256")["token.issuer_id"] == "idp"
        assert "token.issuer_id" not in told(rules, {"a": 1})

    def test_the_first_that_fits_is_taken(self, book):
        """In the order of the file, by any of an issuer's marks; but the user's own come first."""
        rules = [
            issuer("special", '{ claims = ["a", "b"] }'),
            issuer("general", '{ claims = ["x"] }, { claims = ["a"] }'),
        ]
        assert told(book(*rules), {"a": 1, "b": 1})["token.issuer_id"] == "special"
        assert told(book(*rules), {"a": 1})["token.issuer_id"] == "general"
        own = book(*rules, own=issuer("mine", '{ claims = ["b"] }'))
        assert told(own, {"a": 1, "b": 1})["token.issuer_id"] == "mine"

    def test_only_what_is_left_in_play_is_asked(self):
        """A thousand tokens, each with a subject of its own, ask no condition of an issuer whose marks do not fit."""
        asked: list[str] = []

        def counting(name: str, condition: Condition, situation: Situation) -> bool:
            asked.append(name)
            return holds(name, condition, situation)

        issuers, facts = Issuers(SHIPPED, counting), TokenFacts(SHIPPED, NOW)
        for number in range(1000):
            claims = {"iss": "https://idp.example", "sub": str(number), "aud": "a", "exp": NOW}
            token = decode(mint(Minted({"alg": "RS256"}, claims)))
            assert token is not None
            assert issuers.add_to(facts.of(token)) is None
        assert asked == []

    @given(
        st.dictionaries(
            st.sampled_from(
                [
                    "iss",
                    "sub",
                    "aud",
                    "iat",
                    "exp",
                    "kubernetes.io",
                    "nats",
                    "access",
                    "video",
                    "role",
                    "as",
                    "type",
                    "client_id",
                ]
            ),
            st.recursive(
                st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=20),
                lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
                max_leaves=8,
            ),
            max_size=8,
        )
    )
    def test_hostile_claims(self, claims):
        """Of any type they end in facts of the registered types, and in no error."""
        facts = told(SHIPPED, json.dumps(claims))
        types = {"bool": bool, "int": int, "string": str, "list": list, "map": dict}
        assert all(type(value) is types[FACTS[name].type] for name, value in facts.items())

    def test_a_long_issuer_costs_little(self):
        """A pattern with several stars has no more to try on it than on a short one."""
        for text in ("https://" + "a." * 2000, "/realms/" * 500, "spiffe://" * 450, "x@" * 2000):
            assert told(SHIPPED, {"iss": text, "sub": text, "aud": text})["token.has_issuer"] is True


class TestWhatFollows:
    def test_facts(self, book):
        """What holds for all tokens of the issuer, and its name with the host."""
        rules = book(
            issuer(
                "idp",
                '{ iss = ["https://*.idp.example"] }',
                'lifetime = "1h"\nsource = "us"\nenvironment = "production"',
            )
        )
        facts = told(rules, {"iss": "https://eu.idp.example"})
        names = ("known", "id", "title", "name", "lifetime", "documentation", "environment")
        assert {name: facts[f"token.issuer_{name}"] for name in names} == {
            "known": True, "id": "idp", "title": "Idp", "name": "Idp at eu.idp.example", "lifetime": 3600,
            "documentation": "https://idp.example/docs", "environment": "production",
        }  # fmt: skip
        assert facts["token.revocable"] is False

    @pytest.mark.parametrize(
        ("claim", "name"),
        [("https://idp.example/a", "idp.example"), ("auth service", "auth service"), ("Xk29vQ81Lm", None)],
    )
    def test_who_is_not_known_is_named_by_the_host(self, book, claim, name):
        """Or by plain words, or not at all."""
        assert told(book(), {"iss": claim}).get("token.issuer_name") == name

    def test_powers_of_its_own(self, book):
        """Claims that list scopes at this issuer alone, and words that give wide power at it alone."""
        more = 'power_claims = ["grants"]\nbroad = ["ho*st", "[*]", "level=9", "root=true", "svc:main"]'
        rules = book(issuer("idp", '{ claims = ["grants"] }', more))
        facts = told(
            rules,
            {"grants": {"host": True, "mute": False, "list": ["*", "a"]}, "level": 9, "root": True, "sub": "svc:main"},
        )
        assert facts["token.scopes"] == ["host", "*", "a"]
        assert facts["token.scope_count"] == 3
        assert facts["token.privileges"] == ["host", "*", "svc:main", "level=9", "root=true"]
        assert facts["token.privileged"] is True
        assert told(rules, {"grants": {"guest": True}, "level": 90, "root": "no"})["token.privileges"] == []

    def test_renewal_is_the_lifetime_that_was_asked_for(self, book):
        """Where a token is taken for longer than until its holder was to renew it."""
        rules = book(issuer("idp", '{ claims = ["a"] }', 'renew_by = ["a", "warn"]'))
        facts = told(rules, {"a": {"warn": NOW + 60}, "iat": NOW, "exp": NOW + 900})
        assert (facts["token.renew_by"], facts["token.lifetime"], facts["token.valid_for"]) == (NOW + 60, 60, 60)
        for odd in ("soon", True, -1, 1 << 60, None, [NOW]):
            facts = told(rules, {"a": {"warn": odd}, "iat": NOW, "exp": NOW + 900})
            assert (facts.get("token.renew_by"), facts["token.lifetime"]) == (None, 900)

    def test_unreadable_claims_tell_no_issuer(self):
        """Nobody can know whose they are."""
        facts = told(SHIPPED, "[1]")
        assert facts["token.issuer_known"] is False
        assert "token.issuer_name" not in facts
