"""Several conditions asked together."""

from scanner.expressions import Condition, Situation, of_rules
from scanner.judge.cases import Cases

RULES = of_rules("token")
CONDITIONS = ["token.form == 'jwe'", "token.audience_count > 1", "token.has_issuer", "token.lifetime > 5"]


class Bench:
    """Decides conditions, and notes what it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __call__(self, name: str, condition: Condition, situation: Situation) -> bool:
        self.asked.append(name)
        return condition.decide(situation) is True


def cases(bench: Bench, *conditions: str, first: bool = False) -> Cases:
    return Cases([(str(n), RULES.condition(when)) for n, when in enumerate(conditions)], bench, first=first)


def facts(**more: object) -> Situation:
    named = {"form": "jws", "audience_count": 2, "has_issuer": True} | more
    return RULES.situation({f"token.{name}": value for name, value in named.items()})


def test_all_that_hold():
    """In their order; one of which a fact is unknown does not."""
    assert cases(Bench(), *CONDITIONS).holding(facts()) == (1, 2)
    assert cases(Bench(), *CONDITIONS).holding(facts(lifetime=6)) == (1, 2, 3)
    assert cases(Bench(), *CONDITIONS).holding(facts(audience_count=0, has_issuer=False)) == ()
    assert cases(Bench()).holding(facts()) == ()


def test_the_first_that_holds():
    """No condition behind it is asked."""
    bench = Bench()
    assert cases(bench, *CONDITIONS, first=True).holding(facts()) == (1,)
    assert bench.asked == ["0", "1"]


def test_equal_facts_are_asked_once():
    """By the values of all facts that any of them names, and of no other."""
    bench = Bench()
    together = cases(bench, *CONDITIONS)
    for number in range(9):
        assert together.holding(facts(claims={}, subject=str(number))) == (1, 2)
    assert len(bench.asked) == 4
    assert together.holding(facts(audience_count=1)) == (2,)
    assert len(bench.asked) == 8


def test_a_map_is_not_remembered():
    """By its values nothing could be: it is asked each time."""
    bench = Bench()
    together = cases(bench, "'a' in token.claims", "token.has_issuer")
    assert together.holding(facts(claims={"a": 1})) == (0, 1)
    assert together.holding(facts(claims={"b": 1})) == (1,)


def test_a_value_of_another_type():
    """It cannot be remembered, and is asked each time."""
    bench = Bench()
    together = cases(bench, "token.has_issuer")
    for _ in range(2):
        assert together.holding(facts(has_issuer={})) == ()
    assert len(bench.asked) == 2


def test_there_is_an_end_to_remembering():
    """However many different tokens there are."""
    bench = Bench()
    together = cases(bench, "token.audience_count > 1")
    for number in range(3000):
        together.holding(facts(audience_count=number))
    assert together.holding(facts(audience_count=2999)) == (0,)
    assert len(bench.asked) == 3000
