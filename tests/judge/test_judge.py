"""From a token and where it was seen to findings, by a small rule book."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner import rulebook
from scanner.decode.jws import decode
from scanner.expressions import Undecided
from scanner.facts import FACTS, LIMITS
from scanner.judge import Judge
from scanner.model import Origin, Policy, Sealed, Severity, Sighting, Subject
from scanner.rulebook import Minted
from scanner.rulecheck import mint
from tests.books import BASE, folder

NOW = 1_767_225_600
DEFAULT = Policy()
RULES = """
[[rule]]
id = "token-no-expiry"
on = "token"
classes = ["access"]
family = "lifetime"
when = "!token.has_expiry"
severity = [
    { when = "token.lifetime > 5", is = "critical" },
    { when = "token.has_token_id", is = "high" },
    { is = "medium" },
]
title = "Token never expires"
message = "This {token.class_title} was seen {seen.sightings} times."
remedy = "Set `exp`; at most {limit.lifetime}."
why = "It works for ever."
renamed_from = ["no-exp"]
example = [EXAMPLES]

[[rule]]
id = "token-lifetime"
on = "token"
family = "lifetime"
when = "token.lifetime > limit.lifetime"
severity = "medium"
title = "Token lives long"
message = "It lives {token.lifetime|for ever}."
remedy = "Shorten it."
why = "It works for long."
example = [EXAMPLES]

[[rule]]
id = "token-in-log"
on = "token"
per = "place"
family = "lifetime"
when = "seen.in_log"
severity = [{ when = "seen.sightings > 1", is = "high" }, { is = "low" }]
title = "Token in a log"
message = "It is in a log."
remedy = "Mask it."
why = "Logs are read by many."
example = [EXAMPLES]

[[cap]]
when = "seen.only_in_tests"
at_most = "low"
reason = "a test"

[[cap]]
when = "token.claims.sub == 'nobody'"
at_most = "info"
reason = "nobody"
""".replace(
    "EXAMPLES",
    '{token = {header = "", claims = ""}, finds = true}, {token = {header = "", claims = ""}, finds = false}',
)


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    """Three rules, of which one is per place, and two caps."""
    return rulebook.load(base=folder(tmp_path_factory.mktemp("rules"), base=BASE, rules=RULES))


@pytest.fixture(scope="module")
def shipped():
    """The rules that come with the package."""
    return rulebook.load()


def seen(path, start, *context):
    """A sighting."""
    return Sighting(Origin("file", path), start, start + 9, 1, 1, 1, 10, frozenset(context))


CODE = seen("src/app.py", 3)
LOG = seen("logs/app.log", 3, "log")


def token_subject(claims, *sightings):
    """A token with these claims, as a subject and decoded."""
    raw = mint(Minted({"alg": "RS256"}, claims))
    token = decode(raw)
    assert token
    return Subject("token", token.identity, Sealed(raw), list(sightings or [CODE]), seen=len(sightings) or 1), token


def judge(book, claims, *sightings, policy=DEFAULT):
    """The findings on a token with these claims, and the judge."""
    bench = Judge(book, policy, NOW)
    return bench.judge(*token_subject({"sub": "svc", **claims}, *sightings)), bench


def graded(book, claims, *sightings, policy=DEFAULT):
    """Rule and severity of each finding."""
    findings, bench = judge(book, claims, *sightings, policy=policy)
    assert bench.undecided == {}
    return [(finding.rule.id, finding.severity.value) for finding in findings]


def test_the_first_case_that_holds_grades(book):
    """A case that cannot be decided, here for want of a lifetime, is passed over."""
    assert graded(book, {"aud": "billing"}) == [("token-no-expiry", "medium")]
    assert graded(book, {"aud": "billing", "jti": "7"}) == [("token-no-expiry", "high")]


def test_rules_judge_their_classes(book):
    """Without an audience the token is of class `unknown`, which the rule does not judge."""
    assert graded(book, {}) == []


def test_limits_are_those_of_the_class(book):
    """Two hours are too long for an access token, and not for an unknown one; the policy can say otherwise."""
    two_hours = {"iat": NOW, "exp": NOW + 7200}
    assert graded(book, {"aud": "billing", **two_hours}) == [("token-lifetime", "medium")]
    assert graded(book, two_hours) == []
    assert graded(book, two_hours, policy=Policy(limits={"unknown": {"lifetime": 7199}})) == [
        ("token-lifetime", "medium")
    ]
    assert graded(book, {"aud": "b", **two_hours}, policy=Policy(limits={"access": {"lifetime": 7200}})) == []


@pytest.mark.parametrize("name", ["token-no-expiry", "no-exp"])
def test_the_policy_disables_and_regrades(book, name):
    """A rule may be named by a former name."""
    assert graded(book, {"aud": "b"}, policy=Policy(disabled_rules=frozenset({name}))) == []
    regraded = Policy(severities={name: Severity.CRITICAL})
    assert graded(book, {"aud": "b"}, policy=regraded) == [("token-no-expiry", "critical")]


def test_caps_bound_every_finding(book):
    """A test makes it `low`, whatever the policy's grade; a lower severity stays."""
    in_test = seen("tests/a.py", 1, "test")
    assert graded(book, {"aud": "b"}, in_test) == [("token-no-expiry", "low")]
    policy = Policy(severities={"token-no-expiry": Severity.CRITICAL})
    assert graded(book, {"aud": "b"}, in_test, policy=policy) == [("token-no-expiry", "low")]
    policy = Policy(severities={"token-no-expiry": Severity.INFO})
    assert graded(book, {"aud": "b"}, in_test, policy=policy) == [("token-no-expiry", "info")]
    assert graded(book, {"aud": "b", "sub": "nobody"}, in_test) == [("token-no-expiry", "info")]
    assert graded(book, {"aud": "b"}, in_test, CODE) == [("token-no-expiry", "medium")]


def test_one_finding_a_subject_at_its_worst_sighting(book):
    """The finding points into the code, though the test was found first."""
    (finding,), _ = judge(book, {"aud": "b"}, seen("a/test.py", 1, "test"), CODE)
    assert finding.sighting == CODE


def test_one_finding_a_place(book):
    """Each file with a log in it has a finding at its first sighting, graded by that file alone."""
    first, second = seen("a.log", 5, "log"), seen("a.log", 90, "log")
    other = seen("b.log", 7, "log")
    findings, _ = judge(book, {}, second, other, CODE, first)
    assert [(finding.sighting, finding.severity.value) for finding in findings] == [(first, "high"), (other, "low")]
    assert len({finding.id for finding in findings}) == 2


def test_messages_are_filled(book):
    """Facts of the class, the limits and the place reach the message."""
    (finding,), _ = judge(book, {"aud": "b"})
    assert finding.message == "This access token was seen 1 times."
    assert finding.remedy == "Set `exp`; at most 1 hour."


def test_only_facts_that_may_be_shown_are_kept(book):
    """The claims stay behind."""
    (finding,), _ = judge(book, {"aud": "b", "password": "5ecret-value"})
    facts = finding.subject.facts
    assert all((FACTS.get(name) or LIMITS[name]).shown for name in facts)
    assert facts["token.class"] == "access"
    assert facts["limit.lifetime"] == 3600
    assert b"5ecret-value" not in finding.subject.packed


def test_a_condition_that_fails_is_told_once(book):
    """The cap asks for a claim that is not there: it does not hold, and its error is kept; the rule still judges."""
    bench = Judge(book, DEFAULT, NOW)
    for _ in range(2):
        (finding,) = bench.judge(*token_subject({"aud": "b"}))
        assert finding.severity is Severity.MEDIUM
    assert bench.undecided == {"cap 3": "a map has no member of that name"}


def test_outcomes(book):
    """What a rule's condition comes to: for a class that it does not judge, it is false."""
    _, bench = judge(book, {})
    rules = {rule.id: rule for rule in book.rules}
    for claims, outcomes in (
        ({"aud": "b"}, {"token-no-expiry": True, "token-lifetime": Undecided(""), "token-in-log": False}),
        ({"iat": 1, "exp": 2}, {"token-no-expiry": False, "token-lifetime": False, "token-in-log": False}),
    ):
        assert {name: bench.outcome(rules[name], *token_subject(claims)) for name in outcomes} == outcomes


CLAIM_NAMES = st.sampled_from(["exp", "iat", "nbf", "aud", "scope", "roles", "iss", "sub", "realm_access", "jti", "x"])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(CLAIM_NAMES, inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=20)  # A judge for each token.
@given(st.lists(st.tuples(st.dictionaries(CLAIM_NAMES, JSON), st.sampled_from([CODE, LOG])), max_size=5))
def test_what_came_before_changes_nothing(shipped, tokens):
    """What is remembered of one token is right for the next."""
    bench = Judge(shipped, DEFAULT, NOW)
    for claims, place in tokens:
        alone, together = (
            [(finding.id, finding.severity, finding.message) for finding in judge.judge(*token_subject(claims, place))]
            for judge in (Judge(shipped, DEFAULT, NOW), bench)
        )
        assert together == alone


HEADER_NAMES = st.sampled_from(
    ["typ", "kid", "jku", "x5u", "jwk", "x5c", "crit", "b64", "zip", "cty", "enc", "p2c", "kty", "n", "d"]
)


@given(header=st.dictionaries(HEADER_NAMES, JSON), claims=st.dictionaries(CLAIM_NAMES, JSON))
def test_hostile_headers_are_judged(shipped, header, claims):
    """A header of any types leaves no rule undecided for a reason other than a fact that is not known."""
    raw = mint(Minted(header | {"alg": "ES256"}, claims))
    token = decode(raw)
    assert token
    bench = Judge(shipped, DEFAULT, NOW)
    for finding in bench.judge(Subject("token", token.identity, Sealed(raw), [CODE], seen=1), token):
        assert finding.message
        assert finding.remedy
    assert bench.undecided == {}


SECRET = "5ecret-va1ue"
VALUES = st.sampled_from(
    [
        SECRET,
        f"../{SECRET}",
        f"x' OR 1=1 {SECRET}",
        f"https://{SECRET}@evil.example/{SECRET}",
        f"{SECRET}@parcels.example",
    ]
) | st.lists(st.just(SECRET), max_size=2)


@given(
    header=st.dictionaries(HEADER_NAMES, VALUES | st.dictionaries(HEADER_NAMES, VALUES)),
    claims=st.dictionaries(
        st.sampled_from(["email", "password", "name", "jti", "x", "card", "nested", "cnf", "nonce"]),
        VALUES | st.dictionaries(st.sampled_from(["kty", "d", "phone", "secret"]), VALUES),
    ),
)
def test_findings_name_and_do_not_quote(shipped, header, claims):
    """Whatever a header or a claim holds, messages and shown facts name it alone.

    But for the words of `typ` and `enc`, which say what it is, and for a plain `kid`, which names the key to change.
    """
    said = ("typ", SECRET), ("enc", SECRET), ("kid", SECRET)
    header = {name: value for name, value in header.items() if (name, value) not in said}
    raw = mint(Minted(header | {"alg": "RS256"}, claims | {"iss": "https://idp.example"}))
    token = decode(raw)
    assert token
    subject = Subject("token", token.identity, Sealed(raw), [CODE], seen=1)
    shown = [
        text for found in Judge(shipped, DEFAULT, NOW).judge(subject, token) for text in (found.message, found.remedy)
    ]
    assert SECRET not in repr(shown)
    assert SECRET not in repr(subject.facts)


@given(claims=st.dictionaries(CLAIM_NAMES, JSON))
def test_hostile_claims_are_judged(shipped, claims):
    """Claims of any type end in findings that can be packed and told, the same each time."""
    bench = Judge(shipped, DEFAULT, NOW)
    runs = []
    for _ in range(2):
        subject, token = token_subject(claims, CODE, seen("a.log", 1, "log"))
        findings = bench.judge(subject, token)
        runs.append([(finding.id, finding.severity, finding.message, subject.packed) for finding in findings])
    assert runs[0] == runs[1]
    assert bench.undecided == {}
    assert subject.facts["token.class"]
