"""Writes what of the documentation follows from the program.

That is `docs/rules.md`, the pictures, and in the guides the output under each command of a `console` block.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import tomli

from scanner import rulebook, rulecheck
from scanner.cookies import family
from scanner.model import Message, Rule
from scanner.rulebook import RuleBook, TokenClass

ROOT = Path(__file__).parents[1]
GUIDES = ("README.md", "docs/inspect.md")
NOW = "2026-01-01T00:00:00Z"
"""Tokens expire, the documentation does not."""


def main() -> None:
    """Write the pages."""
    for name, text in pages().items():
        (ROOT / name).write_text(text, encoding="utf-8", newline="\n")


def pages() -> dict[str, str]:
    """The text of each page, by its path below the project."""
    with tempfile.TemporaryDirectory() as folder:
        tokens = Path(folder)
        _mint(tokens)
        readme, inspect = ((ROOT / name).read_text(encoding="utf-8") for name in GUIDES)
        return {
            "README.md": _with_outputs(readme, ROOT),
            "docs/inspect.md": _with_outputs(inspect, tokens),
            "docs/rules.md": _rules(),
            "docs/scan.svg": _picture("tokensweep scan .env", ROOT / "fixtures/leaky-service", "scan"),
            "docs/inspect.svg": _picture("tokensweep inspect --jwks issuer.json < access.jwt", tokens, "inspect"),
        }


def _mint(folder: Path) -> None:
    """Write the tokens of `docs/tokens.toml`, and the public key of their issuer.

    The key is made anew in each run; nothing that is shown depends on it. Only what is to be verified is signed.
    """
    from joserfc import jwe
    from joserfc.jwk import ECKey, OctKey

    key = ECKey.generate_key("P-256")
    public = key.as_dict(private=False) | {"kid": "login-2026-01"}
    (folder / "issuer.json").write_text(json.dumps({"keys": [public]}), encoding="utf-8")
    secrets = {"access": json.dumps(key.as_dict(private=True)), "forged": key.as_pem(private=False).decode()}
    for name, parts in tomli.loads((ROOT / "docs/tokens.toml").read_text(encoding="utf-8")).items():
        if "enc" in parts["header"]:
            token = jwe.encrypt_compact(parts["header"], json.dumps(parts["claims"]), OctKey.generate_key(256))
        else:
            token = rulecheck.mint(rulebook.Minted(**parts), secrets.get(name)).decode()
        (folder / f"{name}.jwt").write_text(token, encoding="utf-8")


def _with_outputs(guide: str, folder: Path) -> str:
    """The guide with the output of each command under it: `$ tokensweep …`, the first line of a `console` block."""

    def block(found: re.Match[str]) -> str:
        return f"```console\n$ {found[1]}\n{_output(found[1], folder)}\n```"

    return re.sub(r"^```console\n\$ (tokensweep .*)\n(?:.*\n)*?```", block, guide, flags=re.MULTILINE)


def _output(command: str, folder: Path, *, color: str = "never") -> str:
    """What a command prints when it is called in a folder; `< FILE` at its end is its standard input."""
    kept = {name: os.environ[name] for name in ("HOME", "PATH", "SYSTEMROOT") if name in os.environ}
    variables = {"TOKENSWEEP_NOW": NOW, "TOKENSWEEP_COLOR": color, "COLUMNS": "100", "TERM": "dumb"}
    called, _, source = command.partition(" < ")
    program, *arguments = shlex.split(called)
    run = subprocess.run(
        [Path(sys.executable).with_name(program), *arguments],
        cwd=folder,
        env=kept | variables,
        input=(folder / source).read_text(encoding="utf-8") if source else None,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        check=False,
    )
    if run.returncode not in (0, 1):
        run.check_returncode()
    return "\n".join(line.rstrip() for line in run.stdout.splitlines()).strip("\n")


def _picture(command: str, folder: Path, name: str) -> str:
    """What a command shows on a terminal, as SVG."""
    from rich.console import Console
    from rich.text import Text

    with open(os.devnull, "w", encoding="utf-8") as nowhere:
        # A height, since rich takes the width of a dumb terminal for 80 without one.
        console = Console(record=True, width=100, height=1, file=nowhere, force_terminal=True)
        console.print(Text.from_ansi(_output(command, folder, color="always")))
        picture = console.export_svg(title=command, unique_id=name)
    # Its fonts are on someone's server; the reader's own will do.
    return re.sub(r"\s*@font-face \{.*?\}", "", picture, flags=re.DOTALL)


def _rules() -> str:
    book = rulebook.load()
    parts = ["# Rules", "", "Written by `make docs` from `rules/`."]
    parts += ["", "| rule | severity | what |", "| --- | --- | --- |"]
    parts += [f"| [`{rule.id}`](#{rule.id}) | {_severities(rule)} | {rule.title} |" for rule in book.rules]
    for rule in book.rules:
        parts += ["", *_rule(rule)]
    return "\n".join(
        [*parts, "", *_cookies(), "", *_lookalikes(), "", *_classes(book.classes), "", *_issuers(book), ""]
    )


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


_GIVES = {
    "identity": "to be anybody", "code": "to run code", "state": "to choose the content", "nothing": "nothing more",
}  # fmt: skip


def _cookies() -> Iterator[str]:
    """The formats of cookies that are found."""
    yield from (
        "## Cookies",
        "",
        "A secret that signs or encrypts one is proved by the framework's own derivation.",
        "",
    )
    yield "| format | of | default names | who can make one gets | secret proved | tested with cookies of |"
    yield "| --- | --- | --- | --- | --- | --- |"
    for known in rulebook.load_cookies().values():
        names = ", ".join(f"`{name}`" for name in known.names)
        proved = "yes" if hasattr(family(known.id), "signs") else "no"
        title, made_by = f"[{known.title}]({known.source})", ", ".join(known.frameworks)
        yield f"| {title} | {made_by} | {names} | {_GIVES[known.gives]} | {proved} | {known.tested} |"


def _lookalikes() -> Iterator[str]:
    """What `vendor-key-leaked` and `vendor-key-public` find, and what is told apart from tokens."""
    known = rulebook.load_lookalikes()
    yield from ("## What only looks like a token", "")
    yield from ("Keys of services, each found as itself:", "", "| key | | how to end it |", "| --- | --- | --- |")
    for entry in known:
        if entry.issuer:
            title = f"[{entry.title}]({entry.references[0]})" if entry.references else entry.title
            kind = (
                "public by design" if entry.what == "public" else "opens all of an account" if entry.grave else "secret"
            )
            yield f"| {title} | {kind} | {entry.revoke} |"
    named = "; ".join(entry.title for entry in known if not entry.issuer)
    yield from ("", f"Not taken for a token, and named by `tokensweep inspect`: {named}.")


def _classes(classes: tuple[TokenClass, ...]) -> Iterator[str]:
    """The classes with their limits, which the policy's `[limits.CLASS]` replaces."""
    from scanner.facts import LIMITS
    from scanner.showing import show

    names = [name.removeprefix("limit.") for name in LIMITS]
    yield from (
        "## Classes of tokens",
        "",
        "What tokens of one purpose may do before a rule complains. `[limits.CLASS]` in the",
    )
    yield from ("configuration replaces a limit, and `requires` there the claims that they must have.", "")
    yield from (
        f"| class | is | gives | {' | '.join(name.replace('_', '-') for name in names)} |",
        "| --- " * (len(names) + 3) + "|",
    )
    for entry in classes:
        limits = " | ".join(show(LIMITS[f"limit.{name}"])(entry.limits[name]) for name in names)
        yield f"| `{entry.id}` | {entry.title} | {entry.gives} | {limits} |"
    yield ""
    yield from (f"- `{name.replace('_', '-')}`: {LIMITS[f'limit.{name}'].meaning}" for name in names)
    yield from ("", "Where this comes from:", "")
    for entry in classes:
        yield f"- `{entry.id}`: {entry.source}."
        for requirement in entry.requires:
            claims = ", ".join(f"`{claim.replace('|', '` or `')}`" for claim in requirement.claims)
            when = f" when `{_line(requirement.when)}`" if requirement.when else ""
            yield f"  - requires {claims}{when}: {requirement.source}"
    typed = [(name, title or entry.title, entry.id) for entry in classes for name, title in entry.types.items()]
    yield from ("", "These values of the header's `typ` state the class outright:", "")
    yield from (f"- `{name}`: `{token_class}`, {title}" for name, title, token_class in typed)


def _issuers(book: RuleBook) -> Iterator[str]:
    """The issuers, and how tokens are ended."""
    from scanner.cli.issuers import known_by, seconds

    yield from ("## Issuers", "", "Who issues tokens, and what is known of those; from `rules/issuers.toml`, to which")
    yield from ("`--rules` may add. `tokensweep rules issuers ID` shows the same.", "")
    for issuer in book.issuers:
        yield from (f"### {issuer.id}", "", f"**{issuer.title}.** {issuer.powers[:1].upper()}{issuer.powers[1:]}.", "")
        yield from (f"- *Known by*: {_code(known_by(mark))}" for mark in issuer.marks)
        called = f", called {issuer.calls_it}" if issuer.calls_it else ""
        yield f"- *Class*: {f'`{issuer.token_class}`' if issuer.token_class else 'as its claims suggest'}{called}"
        if issuer.lifetime is not None:
            yield f"- *Lives*: {seconds(issuer.lifetime)}; {issuer.source}"
        if issuer.broad:
            yield f"- *Over-broad*: {', '.join(f'`{word}`' for word in issuer.broad)}"
        if issuer.public_why:
            yield f"- *Public by design*, when `{_line(issuer.public)}`: {issuer.public_why}"
        yield f"- *To {'revoke' if issuer.revocable else 'rotate'}*: {_words(issuer.revocation)}"
        yield from (f"- *See*: <{issuer.url}>", "")
    yield from ("## How to end a token", "", "What remedies say, by the first that holds:", "")
    yield from (f"- when `{_line(way.when)}`: {_words(way.say)}" for way in book.revocations)


def _code(text: str) -> str:
    """A text in which nothing is taken for markup."""
    return f"`` {text} ``"


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
