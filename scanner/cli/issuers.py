"""`tokensweep rules issuers`: who issues tokens, and what the rule book knows of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from scanner import rulebook
from scanner.cli import console
from scanner.facts import FACTS
from scanner.model import UsageError
from scanner.rulebook import Issuer, Mark
from scanner.showing import show
from scanner.written import nearest


def complete(incomplete: str) -> list[tuple[str, str]]:
    """The shipped issuers whose id starts so, with their titles, for shell completion."""
    return [(issuer.id, issuer.title) for issuer in rulebook.load().issuers if issuer.id.startswith(incomplete)]


def run(name: str | None, folders: list[Path]) -> int:
    """Print one line an issuer, or all that is known of one. Raises UsageError for an unknown id."""
    issuers = {issuer.id: issuer for issuer in rulebook.load(folders).issuers}
    if name is None:
        _list(list(issuers.values()))
    elif name in issuers:
        console.show(console.table(_rows(issuers[name])))
    else:
        raise UsageError(f"unknown issuer {name!r}{nearest(name, issuers)}", "`tokensweep rules issuers` names all")
    return 0


def _list(issuers: list[Issuer]) -> None:
    from rich.text import Text

    id_width = max((len(issuer.id) for issuer in issuers), default=0)
    class_width = max((len(issuer.token_class) for issuer in issuers), default=0)
    lines = (
        Text.assemble((f"{issuer.id:{id_width}}", "bold"), f"  {issuer.token_class:{class_width}}  {issuer.title}")
        for issuer in issuers
    )
    console.show(*lines, wrap=False)


def _rows(issuer: Issuer) -> Iterator[tuple[str, str]]:
    yield from (("id", issuer.id), ("title", issuer.title), ("file", issuer.file))
    for mark in issuer.marks:
        yield "known by", known_by(mark)
    yield "class", issuer.token_class or "as its claims suggest"
    if issuer.calls_it:
        yield "called", issuer.calls_it
    if issuer.lifetime is not None:
        yield "lifetime", f"{seconds(issuer.lifetime)} ({issuer.source})"
    if issuer.accepted_for is not None:
        yield "accepted for", f"{seconds(issuer.accepted_for)} after `iat`"
    yield "powers", issuer.powers
    if issuer.broad:
        yield "over-broad", ", ".join(issuer.broad)
    if issuer.public_why:
        yield "public", f"{issuer.public}: {issuer.public_why}"
    yield "to revoke" if issuer.revocable else "to rotate", issuer.revocation.bare
    yield "see", issuer.url


def known_by(mark: Mark) -> str:
    """A mark in words: `iss` https://idp.example, claims a and b, when …."""
    parts = [f"`{name}` {' or '.join(getattr(mark, name))}" for name in ("iss", "sub", "aud") if getattr(mark, name)]
    if mark.claims:
        parts.append(f"claims {', '.join(mark.claims)}")
    if mark.when:
        parts.append(f"when {' '.join(mark.when.split())}")
    return "; ".join(parts)


def seconds(span: int) -> str:
    """A duration in words."""
    return show(FACTS["token.lifetime"])(span)
