"""What the documentation shows is what the program does."""

import re
from pathlib import Path

import pytest

from docs import make
from scanner import policy, rulebook, rulecheck
from scanner.cli import app

GUIDES = [*make.GUIDES, "CONTRIBUTING.md", "CHANGELOG.md", "fixtures/README.md", "bench/README.md"]


def test_generated_pages_are_up_to_date():
    """`make docs` would change nothing: rule pages, help texts, pictures."""
    pages = make.pages()
    assert [name for name, text in pages.items() if (make.ROOT / name).read_text(encoding="utf-8") != text] == []


@pytest.mark.parametrize("name", GUIDES)
def test_links_lead_somewhere(name):
    """Relative links in the guides name files that are there."""
    guide = make.ROOT / name
    links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", guide.read_text(encoding="utf-8"))
    assert [link for link in links if not (guide.parent / link).exists()] == []


@pytest.mark.parametrize("command", app.COMMANDS)
def test_guide_names_every_command(command):
    """No command is left to be found by chance."""
    assert f"tokensweep {command}" in (make.ROOT / "README.md").read_text(encoding="utf-8")


def example(title):
    """The README's TOML block that begins with this comment."""
    readme = (make.ROOT / "README.md").read_text(encoding="utf-8")
    [text] = re.findall(rf"```toml\n(# {re.escape(title)}\n.*?)```", readme, re.DOTALL)
    return text


def test_configuration_reference_is_complete(tmp_path):
    """The README's example of a configuration names what exists, and sets every key that there is."""
    path: Path = tmp_path / "tokensweep.toml"
    path.write_text(example("tokensweep.toml"))
    book = rulebook.load()
    limits = {entry.id: entry.limits for entry in book.classes}
    policy.check_names(policy.load(path), [rule.id for rule in book.rules], limits)
    assert policy.stated(path) >= set(policy.KEYS)


@pytest.mark.parametrize("name", ["ours.toml", "issuers.toml"])
def test_example_of_ones_own_holds(tmp_path, name):
    """The README's examples of a rule and of an issuer load, and their examples do what they say."""
    (tmp_path / name).write_text(example(f"security/rules/{name}"))
    assert list(rulecheck.check(rulebook.load([tmp_path]))) == []
