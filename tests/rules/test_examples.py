"""Every rule, pattern and issuer shows by its own examples what it is for and where it stops."""

import pytest

from scanner import pipeline, rulebook, rulecheck
from scanner.cli import quick
from scanner.detect.signs import LENGTH, signs

BOOK = rulebook.load()
SIGNS = quick._unpacked(quick._packed(signs(BOOK.patterns)))


@pytest.fixture(autouse=True)
def _short_way(monkeypatch):
    """Whatever is found or told holds a sign that makes the short way of a clean commit (`cli.quick`) give up."""
    examine = pipeline.examine_bytes

    def watched(data, *rest):
        examination = examine(data, *rest)
        coverage = examination.coverage
        told = examination.subjects or coverage.notes or coverage.skipped
        assert not told or quick._found(data, SIGNS)
        return examination

    monkeypatch.setattr(pipeline, "examine_bytes", watched)


def test_there_are_signs():
    """Without any, the short way is never taken."""
    assert len(SIGNS[0]) > 10
    assert quick._LENGTH == LENGTH


@pytest.mark.parametrize(
    ("rule", "example"),
    [
        pytest.param(rule, example, id=f"{rule.id}-{number}")
        for rule in BOOK.rules
        for number, example in enumerate(BOOK.examples[rule.id], 1)
    ],
)
def test_rule(rule, example):
    """Minted, put into its files, detected, decoded and judged, the token ends as the example says."""
    assert rulecheck.try_rule(BOOK, rule, example) == ""


@pytest.mark.parametrize(
    ("pattern", "example"),
    [
        pytest.param(pattern, example, id=f"{pattern.id}-{number}")
        for pattern in BOOK.patterns
        for number, example in enumerate(pattern.examples, 1)
    ],
)
def test_pattern(pattern, example):
    """It finds what stands between the marks, and nothing else."""
    assert rulecheck.try_pattern(BOOK, pattern, example) == ""


@pytest.mark.parametrize(
    ("issuer", "example"),
    [
        pytest.param(issuer, example, id=f"{issuer.id}-{number}")
        for issuer in BOOK.issuers
        for number, example in enumerate(BOOK.issuer_examples[issuer.id], 1)
    ],
)
def test_issuer(issuer, example):
    """Its tokens are known for its own, with class, state and privileges; what looks alike is not."""
    assert rulecheck.try_issuer(BOOK, issuer, example) == ""
