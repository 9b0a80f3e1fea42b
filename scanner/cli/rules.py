"""`tokensweep rules`: what the rule book says, and whether its examples hold."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from scanner import rulebook
from scanner.cli import console, issuers
from scanner.model import Rule, UsageError
from scanner.rulebook import RuleBook
from scanner.written import nearest

Folders = Annotated[
    list[Path] | None, typer.Option("--rules", metavar="DIR", help="Add the rules of this folder.", show_default=False)
]


def app() -> typer.Typer:
    """Give the commands to typer."""
    group = typer.Typer(
        name="rules", add_completion=False, help="List, show and test rules, and what is known of issuers."
    )

    @group.command("list")
    def list_(rules: Folders = None) -> Callable[[], int]:
        """List all rules, one a line: id, severities, title, mappings, file and source."""
        return partial(list_rules, rules or [])

    @group.command()
    def show(
        rule: Annotated[str, typer.Argument(metavar="ID", help="The rule's id.", autocompletion=complete)],
        rules: Folders = None,
    ) -> Callable[[], int]:
        """Show how a rule decides: its condition, severities and mappings."""
        return partial(show_rule, rule, rules or [])

    @group.command("issuers")
    def issuers_(
        issuer: Annotated[
            str | None, typer.Argument(metavar="[ID]", help="Show this one in full.", autocompletion=issuers.complete)
        ] = None,
        rules: Folders = None,
    ) -> Callable[[], int]:
        """List known issuers of tokens, or show one: marks, class, powers, and how to end its tokens."""
        return partial(issuers.run, issuer, rules or [])

    @group.command()
    def test(
        folder: Annotated[
            Path | None, typer.Argument(metavar="[DIR]", help="Rules of your own, beside the shipped ones.")
        ] = None,
    ) -> Callable[[], int]:
        """Check rules, and run their examples the whole way from file to finding. Exits 1 if one does not hold."""
        return partial(test_rules, folder)

    return group


def complete(incomplete: str) -> list[tuple[str, str]]:
    """The shipped rules whose id starts so, with their titles, for shell completion."""
    return [(rule.id, rule.title) for rule in rulebook.load().rules if rule.id.startswith(incomplete)]


def find(book: RuleBook, name: str) -> Rule:
    """The rule of this id, or of this former id. Raises UsageError that offers the nearest."""
    current = book.current(name)
    for rule in book.rules:
        if rule.id == current:
            return rule
    raise UsageError(
        f"unknown rule {name!r}{nearest(name, [rule.id for rule in book.rules])}", "`tokensweep rules list` names all"
    )


def severities(rule: Rule) -> str:
    """The severities that a rule can have, mildest first: `low to high`."""
    cases = sorted({case.severity for case in rule.severity})
    return cases[0].value if len(cases) == 1 else f"{cases[0].value} to {cases[-1].value}"


def list_rules(folders: list[Path]) -> int:
    """Print one line a rule."""
    from rich.text import Text

    rules = rulebook.load(folders).rules
    id_width = max(len(rule.id) for rule in rules)
    severity_width = max(len(severities(rule)) for rule in rules)
    lines = (
        Text.assemble(
            (f"{rule.id:{id_width}}", "bold"),
            f"  {severities(rule):{severity_width}}  {rule.title}",
            (f"  {' '.join(entry.id for entry in rule.mappings)}", "dim"),
            (f"  {' '.join((rule.source, *rule.references[:1]))}", "dim"),
        )
        for rule in rules
    )
    console.show(*lines, wrap=False)
    return 0


def show_rule(name: str, folders: list[Path]) -> int:
    """Print the data of a rule."""
    rule = find(rulebook.load(folders), name)
    rows = [
        ("id", str(rule.id)),
        ("title", rule.title),
        ("file", rule.source),
        ("judges", f"{rule.on}, once a {'file' if rule.per == 'place' else 'subject'}"),
        ("classes", ", ".join(sorted(rule.classes)) or "all"),
        ("when", rule.when.strip()),
        *(
            ("severity", case.severity.value + (f" when {case.when.strip()}" if case.when else ""))
            for case in rule.severity
        ),
        ("confidence", rule.confidence),
        *(("maps to", f"{entry.framework} {entry.id} ({entry.basis}): {entry.title}") for entry in rule.mappings),
    ]
    console.show(console.table(rows))
    return 0


def test_rules(folder: Path | None) -> int:
    """Print every example that does not hold; 1 if there is one. With a folder, only those that it adds."""
    from scanner import rulecheck

    if folder and not folder.is_dir():
        raise UsageError(f"{folder}: no such folder")
    shipped = rulebook.load()
    book = rulebook.load([folder]) if folder else shipped
    names = _examples(book)
    if folder:
        # A folder may re-grade shipped rules, whose examples then no longer hold, as is meant.
        names = {name: count for name, count in names.items() if name not in _examples(shipped)}
    failures = [failure for failure in rulecheck.check(book) if failure.entry in names]
    for failure in failures:
        print(f"{failure.entry}: example {failure.example}: {failure.what}")
    verdict = f"{len(failures)} do not hold" if failures else "all hold"
    console.say(f"tokensweep: {sum(names.values())} examples of {len(names)} rules, patterns and issuers: {verdict}")
    return 1 if failures else 0


def _examples(book: RuleBook) -> dict[str, int]:
    """How many examples each rule, pattern and issuer has."""
    rules = {str(name): len(examples) for name, examples in book.examples.items()}
    issuers = {name: len(examples) for name, examples in book.issuer_examples.items()}
    return rules | issuers | {pattern.id: len(pattern.examples) for pattern in book.patterns}
