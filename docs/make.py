"""Writes what of the documentation follows from the program.

That is `docs/rules.md`, `docs/scan.svg`, and in the guides the output under each command of a `console` block.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from scanner import rulebook
from scanner.model import Message, Rule
from scanner.rulebook import TokenClass

ROOT = Path(__file__).parents[1]
GUIDES = ("README.md",)
NOW = "2026-01-01T00:00:00Z"
"""Tokens expire, the documentation does not."""


def main() -> None:
    """Write the pages."""
    for name, text in pages().items():
        (ROOT / name).write_text(text, encoding="utf-8", newline="\n")


def pages() -> dict[str, str]:
    """The text of each page, by its path below the project."""
    guides = {name: _with_outputs((ROOT / name).read_text(encoding="utf-8")) for name in GUIDES}
    return {**guides, "docs/rules.md": _rules(), "docs/scan.svg": _picture()}


def _with_outputs(guide: str) -> str:
    """The guide with the output of each command under it: `$ tokensweep …`, the first line of a `console` block."""

    def block(found: re.Match[str]) -> str:
        return f"```console\n$ {found[1]}\n{_output(found[1])}\n```"

    return re.sub(r"^```console\n\$ (tokensweep .*)\n(?:.*\n)*?```", block, guide, flags=re.MULTILINE)


def _output(command: str, *, folder: Path = ROOT, color: str = "never") -> str:
    """What a command prints when it is called in a folder."""
    kept = {name: os.environ[name] for name in ("HOME", "PATH", "SYSTEMROOT") if name in os.environ}
    variables = {"TOKENSWEEP_NOW": NOW, "TOKENSWEEP_COLOR": color, "COLUMNS": "100", "TERM": "dumb"}
    program, *arguments = shlex.split(command)
    run = subprocess.run(
        [Path(sys.executable).with_name(program), *arguments],
        cwd=folder,
        env=kept | variables,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        check=False,
    )
    if run.returncode not in (0, 1):
        run.check_returncode()
    return "\n".join(line.rstrip() for line in run.stdout.splitlines()).strip("\n")


def _picture() -> str:
    """What a scan of one leaky file looks like on a terminal."""
    from rich.console import Console
    from rich.text import Text

    with open(os.devnull, "w", encoding="utf-8") as nowhere:
        # A height, since rich takes the width of a dumb terminal for 80 without one.
        console = Console(record=True, width=100, height=1, file=nowhere, force_terminal=True)
        shown = _output("tokensweep scan .env", folder=ROOT / "fixtures/leaky-service", color="always")
        console.print(Text.from_ansi(shown))
        picture = console.export_svg(title="tokensweep scan .env", unique_id="scan")
    # Its fonts are on someone's server; the reader's own will do.
    return re.sub(r"\s*@font-face \{.*?\}", "", picture, flags=re.DOTALL)


def _rules() -> str:
    book = rulebook.load()
    parts = ["# Rules", "", "Written by `make docs` from `rules/`."]
    parts += ["", "| rule | severity | what |", "| --- | --- | --- |"]
    parts += [f"| [`{rule.id}`](#{rule.id}) | {_severities(rule)} | {rule.title} |" for rule in book.rules]
    for rule in book.rules:
        parts += ["", *_rule(rule)]
    return "\n".join([*parts, "", *_classes(book.classes), ""])


def _rule(rule: Rule) -> Iterator[str]:
    yield from (f"## {rule.id}", "", f"**{rule.title}.** {rule.why.strip()}", "")
    yield from (f"- *Says*: {_words(rule.message)}", f"- *Remedy*: {_words(rule.remedy)}")
    judges = ", ".join(f"`{name}`" for name in sorted(rule.classes)) or f"every {rule.on}"
    yield f"- *Judges*: {judges}, once a {'file' if rule.per == 'place' else rule.on}; confidence {rule.confidence}"
    yield f"- *When*: `{_line(rule.when)}`"
    yield "- *Severity*, by the first that holds:"
    for case in rule.severity:
        yield f"  - {case.severity.value}" + (f" when `{_line(case.when)}`" if case.when else "")
    yield "- *Maps to*:"
    for entry in rule.mappings:
        name = entry.id if entry.id.startswith(entry.framework) else f"{entry.framework} {entry.id}"
        yield f"  - {f'[{name}]({entry.url})' if entry.url else name}, {entry.title} ({entry.basis})"
    yield from (f"- *See*: <{link}>" for link in rule.references)


def _classes(classes: tuple[TokenClass, ...]) -> Iterator[str]:
    """The classes with their limits, which the policy's `[limits.CLASS]` replaces."""
    from scanner.facts import LIMITS, show

    names = [name.removeprefix("limit.") for name in LIMITS]
    yield from (
        "## Classes of tokens",
        "",
        "What tokens of one purpose may do before a rule complains. `[limits.CLASS]` in the",
    )
    yield from ("configuration replaces a limit. How a token gets its class stands in `rules/classes.toml`.", "")
    yield from (
        f"| class | is | {' | '.join(name.replace('_', '-') for name in names)} |",
        "| --- " * (len(names) + 2) + "|",
    )
    for entry in classes:
        limits = " | ".join(show(LIMITS[f"limit.{name}"])(entry.limits[name]) for name in names)
        yield f"| `{entry.id}` | {entry.title} | {limits} |"
    yield ""
    yield from (f"- `{name.replace('_', '-')}`: {LIMITS[f'limit.{name}'].meaning}" for name in names)


def _severities(rule: Rule) -> str:
    severities = sorted({case.severity for case in rule.severity})
    return " to ".join(dict.fromkeys((severities[0].value, severities[-1].value)))


def _words(message: Message) -> str:
    """A message before it is filled: each slot as what stands there when the fact is unknown, else as its name."""
    return "".join(part if isinstance(part, str) else part.instead or f"`{part.fact}`" for part in message.parts)


def _line(condition: str) -> str:
    return " ".join(condition.split())


if __name__ == "__main__":
    main()
