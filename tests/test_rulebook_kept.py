"""What was made of the shipped rules is taken from the cache, and never where anything differs."""

import hashlib
import shutil
from pathlib import Path

import pytest

from scanner import places, rulebook
from scanner.model import Severity
from scanner.rulebook import build, files, kept

PARTS = (
    rulebook.load,
    rulebook.load_patterns,
    rulebook.load_lookalikes,
    rulebook.load_cookies,
    rulebook.load_secret_names,
    rulebook.load_value_shapes,
)


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """Where this test's own cache will be."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    forget()
    yield tmp_path / "cache" / "tokensweep"
    forget()


def forget() -> None:
    """Let the next call of each part begin anew, as a new process does."""
    kept._state.cache_clear()
    for part in PARTS:
        getattr(part, "cache_clear", lambda: None)()


def no_reading(_: Path) -> None:
    raise AssertionError("a rule file was read")


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.__name__)
def test_taken_from_the_cache(cache, monkeypatch, part):
    """The second run reads no rule file, and has all that the first one had."""
    made = part()
    forget()
    monkeypatch.setattr(files, "read", no_reading)
    monkeypatch.setattr(build, "read", no_reading)
    assert part() == made
    assert len(list(cache.iterdir())) == 1


def test_messages_are_filled_alike(cache):
    """What shows a fact in a message is a function, of which the cache holds the name."""
    facts = {"token.expires": 1_800_000_000, "seen.count": 2, "token.scopes": ["read", "write"], "token.live": True}
    made = [(rule.message.fill(facts), rule.remedy.fill(facts)) for rule in rulebook.load().rules]
    forget()
    assert [(rule.message.fill(facts), rule.remedy.fill(facts)) for rule in rulebook.load().rules] == made


def test_changed_rule(cache, tmp_path, monkeypatch):
    """A rule that was changed is in force at once."""
    before = {str(rule.id): rule.severity for rule in rulebook.load().rules}
    folder = tmp_path / "rules"
    shutil.copytree(places.rules(), folder)
    text = (folder / "severity.toml").read_text(encoding="utf-8")
    (folder / "severity.toml").write_text(text + '\n[regrade]\ntoken-no-expiry = "info"\n', encoding="utf-8")
    monkeypatch.setattr(places, "rules", lambda: str(folder))
    forget()
    after = {str(rule.id): rule.severity for rule in rulebook.load().rules}
    assert [case.severity for case in after.pop("token-no-expiry")] == [Severity.INFO]
    del before["token-no-expiry"]
    assert after == before


def test_changed_code(cache, monkeypatch):
    """What other code made is not taken."""
    rulebook.load_patterns()
    monkeypatch.setattr(kept, "_CODE", ("model.py",))
    forget()
    rulebook.load_patterns()
    assert len(list(cache.iterdir())) == 2


@pytest.mark.parametrize("foreign", [b"", b"\xc1", b"\x93\x01\x02\x03"], ids=["nothing", "noise", "another shape"])
def test_what_has_another_shape(cache, foreign):
    """A whole file that is none of these is replaced."""
    made = rulebook.load_patterns()
    [path] = cache.iterdir()
    good = path.read_bytes()
    path.write_bytes(hashlib.sha256(foreign).digest() + foreign)
    forget()
    assert rulebook.load_patterns() == made
    assert path.read_bytes() == good


def test_the_users_own_rules_are_never_kept(cache, tmp_path):
    """A mistake in them shows in each run."""
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "mine.toml").write_text('disable = ["token-no-expiry"]\n', encoding="utf-8")
    assert "token-no-expiry" not in {rule.id for rule in rulebook.load([mine]).rules}
    assert not cache.exists()
