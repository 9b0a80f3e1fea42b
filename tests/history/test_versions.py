"""Versions of files are read before it is known what the files are called: what any of them holds must be seen."""

import pytest

from scanner.examine import Examiner
from scanner.model import Coverage, Policy
from scanner.rulebook import load_patterns
from scanner.sources import stream
from tests.decode.test_setting import CONFIGURATION, PROGRAMS, RANDOM
from tests.examining import origin

BARE = [
    ("src/main/resources/application.properties", f"app.name=shop\njwt.secret={RANDOM}\nport=1\n"),
    ("conf/app.properties", f"jwt.secret {RANDOM}\n"),
    ("config/app.ini", f"[session]\nsecret_key = {RANDOM}\n"),
    ("etc/settings.conf", f"session.secret = {RANDOM}   # of 2026\n"),
    (".env", f"jwt_secret={RANDOM}\n"),
    (".env", f"export SECRET={RANDOM}\n"),
    (".env.production", "SECRET_KEY=hunter2hunter2\n"),
    ("config/puma.rb", f"secret_key_base '{RANDOM}'\n"),
    ("deploy/app.yml", "env: {jwt_secret: " + RANDOM + "}\n"),
]
NAMED = Examiner(load_patterns(), Policy())
NAMELESS = NAMED.of_versions(Policy())


class Named:
    """A text as a shard, on a path or on none."""

    local = False

    def __init__(self, text, path):
        self.data, self.path = text.encode(), path

    def paths(self):
        return [self.path]

    def windows(self, limits, coverage):
        chunks = iter([self.data])
        yield from stream.windows(lambda _: next(chunks, b""), origin(), self.path, Coverage())


def seen(examine, text, path):
    return {(subject.kind, subject.identity) for subject in examine(Named(text, path)).subjects}


@pytest.mark.parametrize(
    ("path", "text"),
    [*BARE, *((path, text[0] + text[1:].replace("@", RANDOM)) for path, text in CONFIGURATION + PROGRAMS)],
)
def test_what_a_file_holds_is_seen_without_its_path(path, text):
    """The same subjects, and perhaps more, which the path rules out later."""
    held = seen(NAMED, text, path)
    assert held
    assert held <= seen(NAMELESS, text, "")


@pytest.mark.parametrize(("path", "text"), BARE)
def test_a_word_is_no_secret_on_any_path(path, text):
    """The path does rule out: the same line in a program sets a variable."""
    assert seen(NAMED, text.replace(f"'{RANDOM}'", RANDOM), "src/app.js") <= seen(NAMELESS, text, "")
