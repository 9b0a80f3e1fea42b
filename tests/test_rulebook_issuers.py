"""Issuers, classes and ways to end a token in the rule book: what the loader takes, and what it says of a mistake."""

import pytest

from scanner import rulebook
from scanner.model import RuleError
from scanner.rulebook import Mark, Requirement
from tests.books import BASE, folder

ISSUER = """
[[issuer]]
id = "idp"
title = "Our log-in"
known_by = [{ iss = ["https://idp.example"] }, { claims = ["tenant"], when = "token.has_expiry" }]
class = "access"
lifetime = "1h"
source = "our handbook"
omits = ["aud"]
powers = "`roles`"
broad = ["operator"]
public = "token.roles == ['guest']"
public_why = "guests may see it"
revoke = "Delete the session; for the key {token.key_id|that signs it} see the handbook."
url = "https://idp.example/docs"
[[issuer.example]]
token = { header = "", claims = "" }
finds = true
class = "access"
[[issuer.example]]
token = { header = "", claims = "" }
finds = false
"""


def load(tmp_path, issuers=ISSUER, base=BASE, own=None):
    """A small rule book with an issuer."""
    shipped = folder(tmp_path / "base", base=base, issuers=issuers)
    return rulebook.load([folder(tmp_path / "own", own=own)] if own else [], shipped)


def test_an_issuer_is_read_whole(tmp_path):
    """Durations become seconds, and the way to end a token a message."""
    book = load(tmp_path)
    (issuer,) = book.issuers
    assert issuer.marks == (
        Mark(iss=("https://idp.example",)), Mark(claims=("tenant",), when="token.has_expiry"),
    )  # fmt: skip
    assert (issuer.token_class, issuer.lifetime, issuer.accepted_for, issuer.revocable) == ("access", 3600, None, True)
    assert issuer.omits == {"aud"}
    assert issuer.revocation.fill({"token.key_id": "7"}) == "Delete the session; for the key 7 see the handbook."
    assert issuer.revocation.bare == "Delete the session; for the key that signs it see the handbook."
    assert issuer.file == "issuers.toml"
    assert [example.finds for example in book.issuer_examples["idp"]] == [True, False]


MISTAKES = [
    ('id = "idp"', 'id = "IdP"', "issuer `IdP`: id: 'IdP' is not in kebab case"),
    ('title = "Our log-in"', 'tittle = "x"', "issuer `idp`: tittle: is no field; did you mean 'title'?"),
    ('powers = "`roles`"', "", "object missing required field `powers`"),
    ('class = "access"\nlifetime', 'class = "acess"\nlifetime', "class: 'acess' is not known; did you mean 'access'?"),
    ("{ iss = [", "{ issuer = [", "known_by[0].issuer: is no field"),
    ('{ iss = ["https://idp.example"] }', "{ }", "known_by 1: names no issuer, subject, audience or claim"),
    (
        '{ iss = ["https://idp.example"] }',
        '{ when = "true" }',
        "known_by 1: names no issuer, subject, audience or claim",
    ),
    ('iss = ["https://idp.example"]', 'iss = "https://idp.example"', "known_by[0].iss: expected `array`, got `str`"),
    (
        '[{ iss = ["https://idp.example"] }, { claims = ["tenant"], when = "token.has_expiry" }]',
        "[]",
        "known_by: is empty",
    ),
    ("token.has_expiry", "token.has_expirey", "known_by 2: when: 1:6: undeclared reference to 'token.has_expirey'"),
    ("token.has_expiry", "token.class == 'id'", "known_by 2: when: 1:6: undeclared reference to 'token.class'"),
    ("token.has_expiry", "token.issuer_known", "known_by 2: when: 1:6: undeclared reference to 'token.issuer_known'"),
    ('lifetime = "1h"', 'lifetime = "an hour"', "lifetime: expected a duration such as 90s, 15m, 1h, 30d or 4w"),
    ('lifetime = "1h"', 'accepted_for = "1 h"', "accepted_for: expected a duration such as"),
    ('source = "our handbook"', "", "source: is missing: where the lifetime comes from"),
    ("token.roles == ['guest']", "token.roles", "public: 1:1: is of type list<string>, not bool"),
    ('public_why = "guests may see it"', "", "public_why: goes with `public`"),
    ("public = \"token.roles == ['guest']\"", "", "public_why: goes with `public`"),
    ("{token.key_id|that", "{token.keyid|that", "revoke: {token.keyid} is no fact that may be shown; did you mean"),
    ("{token.key_id|that signs it}", "{token.key_id}", "revoke: {token.key_id} may be unknown"),
    ("{token.key_id|that signs it}", "{token.revocation}", "revoke: {token.revocation} follows from this"),
    ("revoke = ", "revok = ", "revok: is no field; did you mean 'revoke'?"),
    ("revoke = ", 'rotate = "Change the key."\nrevoke = ', "revoke: or `rotate` is to be given, and one alone"),
    ("finds = true", "finds = false", "example: none fires"),
    ("finds = false", "finds = true", "example: none is a near miss"),
    ('finds = true\nclass = "access"', 'finds = true\nclass = "x"', "example 1: class: 'x' is not known"),
    ("finds = true", "finds = true\nfound = 1", "example[0].found: is no field"),
]


@pytest.mark.parametrize(("old", "new", "message"), MISTAKES, ids=[message for *_, message in MISTAKES])
def test_a_mistake_in_an_issuer(tmp_path, old, new, message):
    """The message names the file, the issuer, the field, and what is wrong with it."""
    assert old in ISSUER
    with pytest.raises(RuleError) as caught:
        load(tmp_path, ISSUER.replace(old, new, 1))
    assert message in str(caught.value)
    assert str(caught.value).startswith("issuers.toml: issuer `")


def test_one_of_revoke_and_rotate_is_needed(tmp_path):
    """Without either, a remedy could not say how to end its token."""
    with pytest.raises(RuleError, match="issuer `idp`: revoke: or `rotate` is to be given, and one alone"):
        load(tmp_path, "".join(line for line in ISSUER.splitlines(keepends=True) if not line.startswith("revoke")))


class TestUsersIssuers:
    """Issuers in a user's own folder."""

    def test_come_first(self, tmp_path):
        """So that one's own Keycloak is known before any Keycloak."""
        book = load(tmp_path, own=ISSUER.replace('"idp"', '"mine"'))
        assert [issuer.id for issuer in book.issuers] == ["mine", "idp"]

    def test_do_not_take_a_shipped_name(self, tmp_path):
        """Two issuers of one name could not be told apart in a report."""
        with pytest.raises(RuleError, match=r"own.toml: issuer `idp`: id: 'idp' is there already, in issuers.toml"):
            load(tmp_path, own=ISSUER)

    def test_name_shipped_classes(self, tmp_path):
        """Classes stay the same for every reader."""
        with pytest.raises(RuleError, match="class: is no table of a rule file"):
            load(tmp_path, own='[[class]]\nid = "x"\n')


CLASS = """[[class]]
id = "access"
title = "access token"
when = "token.has_audience"
source = "RFC 6750 §5.3"
"""


def test_a_class_is_read_whole(tmp_path):
    """Media types in lower case, required claims with their sources."""
    more = CLASS + (
        'types = { "AT+JWT" = "RFC 9068" }\ngives = "identity"\nwithout_expiry = "lifetime"\n'
        'public = "token.type == \'x\'"\npublic_why = "for all"\n'
        'requires = [{ claims = ["exp", "jti|sid"], source = "ours", when = "token.has_issuer" }]\n'
    )
    known = load(tmp_path, base=BASE.replace(CLASS, more)).classes[0]
    assert known.types == {"at+jwt": "RFC 9068"}
    assert (known.gives, known.without_expiry, known.public_why) == ("identity", "lifetime", "for all")
    assert known.requires == (Requirement(("exp", "jti|sid"), "ours", "token.has_issuer"),)


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ('gives = "all"', "class `access`: gives: invalid enum value 'all'"),
        ('without_expiry = "soon"', "without_expiry: invalid enum value 'soon'"),
        ('public = "token.x"\npublic_why = "y"', "public: 1:6: undeclared reference to 'token.x'"),
        ('public = "true"', "public_why: goes with `public`"),
        ('requires = [{ claims = ["exp"] }]', "object missing required field `source`"),
        (
            'requires = [{ claims = ["exp"], source = "x", when = "1" }]',
            "requires 1: when: 1:1: is of type int, not bool",
        ),
        ('types = { "x+jwt" = 1 }', "types[...]: expected `str`, got `int`"),
    ],
)
def test_a_mistake_in_a_class(tmp_path, more, message):
    """Each names the class and the field."""
    with pytest.raises(RuleError) as caught:
        load(tmp_path, base=BASE.replace(CLASS, f"{CLASS}{more}\n"))
    assert message in str(caught.value)


def test_two_classes_cannot_claim_one_type(tmp_path):
    """`typ` states the class outright, so it states one."""
    twice = BASE.replace(CLASS, CLASS + 'types = { "x+jwt" = "" }\n').replace(
        'title = "token"\n', 'title = "token"\ntypes = { "X+JWT" = "" }\n'
    )
    with pytest.raises(RuleError, match=r"class `unknown`: types: 'x\+jwt' is that of class `access` already"):
        load(tmp_path, base=twice)


def test_the_ways_to_end_a_token_end(tmp_path):
    """For any token one of them holds."""
    with pytest.raises(RuleError, match=r"has no last \[\[revocation\]\]"):
        load(tmp_path, base=BASE.replace('[[revocation]]\nwhen = "true"', '[[revocation]]\nwhen = "token.privileged"'))


def test_misses_are_of_all_classes(tmp_path):
    """A rule that tells of a missing claim leaves it to the classes who requires it."""
    rule = """
[[rule]]
id = "no-exp"
on = "token"
family = "lifetime"
misses = ["exp"]
when = "'exp' in token.missing"
severity = "low"
title = "t"
message = "m"
remedy = "r"
why = "w"
[[rule.example]]
token = { header = "", claims = "" }
finds = true
[[rule.example]]
token = { header = "", claims = "" }
finds = false
"""
    assert load(tmp_path, base=BASE + rule).told == {"exp"}
    with pytest.raises(RuleError, match="rule `no-exp`: misses: cannot be told of some classes alone"):
        load(tmp_path, base=BASE + rule.replace("misses", 'classes = ["access"]\nmisses'))
