"""`tokensweep explain`: the page of a rule."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from scanner import rulebook
from scanner.cli import console
from scanner.cli.rules import Folders, complete, find, severities

if TYPE_CHECKING:
    from pathlib import Path

    from rich.console import RenderableType

    from scanner.model import Rule
    from scanner.rulebook import Example


def app() -> typer.Typer:
    """Give the command to typer."""
    single = typer.Typer(add_completion=False)

    @single.command()
    def explain(
        rule: Annotated[str, typer.Argument(metavar="ID", help="A rule's id.", autocompletion=complete)],
        rules: Folders = None,
    ) -> Callable[[], int]:
        """Explain a rule: what it finds, why that is bad, an example, what to do, and the standards it maps to."""
        return partial(run, rule, rules or [])

    return single


def run(name: str, folders: list[Path]) -> int:
    """Print the page of a rule."""
    book = rulebook.load(folders)
    rule = find(book, name)
    console.show(*_page(rule, book.examples[rule.id]))
    return 0


def _page(rule: Rule, examples: tuple[Example, ...]) -> Iterator[RenderableType]:
    from rich.padding import Padding
    from rich.text import Text

    def section(heading: str, *body: RenderableType) -> Iterator[RenderableType]:
        yield Text(f"\n{heading}", "bold")
        yield from (Padding(part, (0, 0, 0, 2)) for part in body)

    yield Text(rule.title, "bold")
    yield Text(f"{rule.id} · {severities(rule)} · {rule.confidence}")
    yield from section("What it finds", Text(rule.message.bare))
    yield from section("Why it is bad", Text(rule.why))
    yield from section("Example", *map(Text, _shown(next(example for example in examples if example.finds))))
    yield from section("Near miss", *map(Text, _shown(next(example for example in examples if not example.finds))))
    yield from section("What to do", Text(rule.remedy.bare))
    yield from section("Maps to", console.table((entry.framework, entry.id, entry.title) for entry in rule.mappings))
    links = dict.fromkeys([*rule.references, *(entry.url for entry in rule.mappings if entry.url)])
    yield from section("References", *map(Text, links))


def _shown(example: Example) -> Iterator[str]:
    if example.token is None:
        for path, text in (example.files or {example.path: example.text}).items():
            yield from (f"{path}: {line}" for line in text.splitlines())
        return
    if isinstance(example.token, str):
        yield f"token {example.token}"
    else:
        for name, part in (("header", example.token.header), ("claims", example.token.claims)):
            yield f"{name} {part if isinstance(part, str) else json.dumps(part, ensure_ascii=False, default=str)}"
    yield f"in {', '.join(example.files or [example.path])}"
