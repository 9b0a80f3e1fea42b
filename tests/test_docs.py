"""What the documentation shows is what the program does."""

import re
from pathlib import Path

import pytest

from docs import make
from scanner import policy

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


def test_configuration_reference_is_complete(tmp_path):
    """The README's example of a configuration loads, and sets every key that there is."""
    readme = (make.ROOT / "README.md").read_text(encoding="utf-8")
    [example] = re.findall(r"```toml\n(# tokensweep\.toml\n.*?)```", readme, re.DOTALL)
    path: Path = tmp_path / "tokensweep.toml"
    path.write_text(example)
    policy.load(path)
    assert policy.stated(path) >= set(policy.KEYS)
