"""What is registered of facts."""

import ast
import inspect

from scanner import facts
from scanner.facts import FACTS, LIMITS


def test_names_are_unique():
    """Each registered fact is asked for by its own name: none takes another's place."""
    calls = (node.func for node in ast.walk(ast.parse(inspect.getsource(facts))) if isinstance(node, ast.Call))
    registered = sum(isinstance(called, ast.Name) and called.id == "Fact" for called in calls)
    assert len({*FACTS, *LIMITS}) == registered


def test_claims_are_not_shown():
    """Values of claims are for conditions alone."""
    assert not any(
        FACTS[f"token.{name}"].shown for name in ("claims", "header", "subject", "issuer_claim", "audiences")
    )
