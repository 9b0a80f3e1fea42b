"""What a pattern says of what stands at its anchors rules out nothing that would be found."""

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.model import AHEAD
from tests.decode.test_setting import CONFIGURATION, PROGRAMS, RANDOM
from tests.examining import PATTERNS, Cut, examiner, found

QUICK = examiner("re2")
PATIENT = examiner("re2", patterns=[msgspec.structs.replace(pattern, ahead="") for pattern in PATTERNS])
TEXTS = [text[0] + text[1:].replace("@", RANDOM) for _, text in CONFIGURATION + PROGRAMS] + [
    example.blob.decode() for pattern in PATTERNS if pattern.ahead for example in pattern.examples
]
PIECES = [
    "secret", "SECRET_KEY", "jwtSecret", "session", "SESSION", "=", ": ", ",", "(", ")", "'", '"', "[", "]", "->", " ",
    "\n", "${", "}", ":-", "a8f5f167f44f4964e6c998dee827110c", "value", "<", ">", "</", "name", "set :",
]  # fmt: skip


def both(text):
    """What is found in a text, with and without asking what stands ahead; behind it, enough for that to count."""
    data = text.encode() + b"\n" * AHEAD
    return [found(examined(Cut(data, 1 << 20))) for examined in (QUICK, PATIENT)]


@pytest.mark.parametrize("text", TEXTS)
def test_all_that_is_written_is_found(text):
    """In every form of configuration and every language, as without it."""
    quick, patient = both(text)
    assert quick == patient


@settings(max_examples=300)
@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
def test_all_that_may_be_written_is_found(text):
    """The same for what nobody writes."""
    quick, patient = both(text)
    assert quick == patient


def test_most_is_ruled_out():
    """A word of prose and of programs gives no hit."""
    text = "static void keep(struct session *session, const u8 *secret, int n)\n{ /* the session secret of it */ }\n"
    assert QUICK._means.detector.hits(memoryview(text.encode() + b"\n" * AHEAD)) == []
