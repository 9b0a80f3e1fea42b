"""Conditions are true, false or undecided, whatever a subject holds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.expressions import ConditionError, Undecided, of_classes, of_rules
from scanner.facts import FACTS

RULES = of_rules("token")
UNKNOWN = Undecided("")


def decide(source, **facts):
    """What a condition comes to for facts of a token."""
    return RULES.condition(source).decide(RULES.situation({f"token.{name}": value for name, value in facts.items()}))


@pytest.mark.parametrize(
    ("source", "facts", "outcome"),
    [
        ("token.lifetime > 5", {"lifetime": 6}, True),
        ("token.lifetime > 5", {"lifetime": 5}, False),
        ("token.lifetime > 5", {}, UNKNOWN),
        ("!(token.lifetime > 5)", {}, UNKNOWN),
        ("token.lifetime > 5 ? true : false", {}, UNKNOWN),
        # What decides alone does so whatever is unknown, on either side.
        ("token.privileged || token.lifetime > 5", {"privileged": True}, True),
        ("token.lifetime > 5 || token.privileged", {"privileged": True}, True),
        ("token.lifetime > 5 || token.privileged", {"privileged": False}, UNKNOWN),
        ("token.lifetime > 5 && token.privileged", {"privileged": False}, False),
        ("token.lifetime > 5 && token.privileged", {"privileged": True}, UNKNOWN),
        ("token.scopes.exists(s, s.startsWith('adm'))", {"scopes": ["read", "admin"]}, True),
        ("'b' in token.claims && token.claims.b == 1", {"claims": {"a": 1}}, False),
    ],
)
def test_three_outcomes(source, facts, outcome):
    """A fact that is unknown leaves a condition undecided, unless the rest decides it."""
    assert decide(source, **facts) == outcome


@pytest.mark.parametrize(
    ("source", "facts", "error"),
    [
        ("token.claims.b == 1", {"claims": {"a": 1}}, "a map has no member of that name"),
        ("token.claims.a > 1", {"claims": {"a": "5ecret"}}, "no operation takes values of these types"),
        ("token.claims.a > 1", {"claims": {"a": 2**64}}, "a value is of the wrong kind"),
        ("token.lifetime + 1 > 0", {"lifetime": 2**63 - 1}, "a number is out of range"),
        ("token.lifetime > 1", {"lifetime": "5ecret"}, "a value is of the wrong kind"),
        ("token.subject.matches(token.subject)", {"subject": "5ecret("}, "a value is of the wrong kind"),
        ("timestamp(token.subject) > timestamp(0)", {"subject": "5ecret"}, "a value is of the wrong kind"),
        ("token.subject == 'a'", {"subject": "5ecret\ud800"}, "the runtime cannot hold a value"),
    ],
)
def test_errors_are_told_in_our_words(source, facts, error):
    """What failed is told, and the runtime's own text, which may quote a claim, is not."""
    assert decide(source, **facts) == Undecided(error)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters()), inner),
    max_leaves=20,
)


@given(st.dictionaries(st.sampled_from(sorted(FACTS)), JSON))
def test_nothing_raises(facts):
    """Values of any type, in any fact, end in an outcome."""
    situation = RULES.situation(facts)
    for source in ("token.lifetime > 5", "token.issuer == 'x'", "'a' in token.scopes", "token.claims.a.b == 1"):
        outcome = RULES.condition(source).decide(situation)
        assert isinstance(outcome, bool | Undecided)


@pytest.mark.parametrize(
    ("source", "error"),
    [
        ("token.lifetme > 1", "1:6: undeclared reference to 'token.lifetme'; did you mean 'token.lifetime'?"),
        ("true &&\n  acme.quux", "2:7: undeclared reference to 'acme.quux'"),
        ("token.lifetime == 'a'", "1:16: found no matching overload for '_==_' applied to '(int, string)'"),
        ("token.lifetime", "1:1: is of type int, not bool"),
        ("token.claims.admin", "1:1: is of type dyn, not bool"),
        ("", "1:1: Syntax error: mismatched input '<EOF>'"),
        ("(" * 99 + "true" + ")" * 99, "1:1: CANCELLED: Expression recursion limit exceeded. limit: 32"),
    ],
)
def test_what_does_not_compile(source, error):
    """The message begins with line and column, and ends with what was perhaps meant."""
    with pytest.raises(ConditionError) as caught:
        RULES.condition(source)
    assert str(caught.value) == error


@pytest.mark.parametrize(
    "source", ["token.class == 'id'", "seen.in_ci", "limit.lifetime > 1", "token.class_title == 'x'"]
)
def test_a_class_is_known_before_place_and_limits(source):
    """A class cannot ask for what follows from it, though a rule can."""
    RULES.condition(source)
    with pytest.raises(ConditionError, match="undeclared reference"):
        of_classes().condition(source)
