"""Bad input to the families of Python and PHP: whatever comes, nothing raises, hangs or costs more than its length."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.cookies import Clues, family
from scanner.rulebook import load_patterns
from tests.baking import baked

PATTERNS = {
    pattern.id: pattern
    for pattern in load_patterns()
    if pattern.makes == "cookie" and pattern.source in ("cookies-python.toml", "cookies-php.toml")
}
SAMPLES = {
    name: [example.blob[start:end] for example in pattern.examples for start, end in example.spans]
    for name, pattern in PATTERNS.items()
}
CLUES = Clues(("session", "user"), (b"salt", b"\xff"), ("https://shop.example",))


def test_each_has_examples():
    """All have one that is found."""
    assert len(SAMPLES) == 16
    assert all(SAMPLES.values())


@pytest.mark.parametrize("name", SAMPLES)
@given(data=st.data())
def test_changed(name, data):
    """A sample with bytes cut, put in or changed is read or not, and any secret tried on it."""
    sample = data.draw(st.sampled_from(SAMPLES[name]))
    start, end = sorted(data.draw(st.tuples(*[st.integers(0, len(sample))] * 2)))
    text = sample[:start] + data.draw(st.binary(max_size=8)) + sample[end:]
    cookie = family(name).decode(text)
    family(name).begins(text)
    if cookie:
        assert cookie.raw.reveal() in text
        assert text[cookie.start : cookie.start + len(cookie.raw)] == cookie.raw.reveal()
        assert family(name).signs(data.draw(st.binary()), cookie, CLUES) is None
        assert family(name).tries(cookie, CLUES) > 0


@pytest.mark.parametrize("name", SAMPLES)
def test_other_formats(name):
    """No sample is of two formats."""
    for sample in SAMPLES[name]:
        assert [found.cookie.family for found in baked(b"session=" + sample)] in ([name], [])


@pytest.mark.parametrize("name", SAMPLES)
@pytest.mark.parametrize("filling", [b"A", b"%41", b":", b"aB3-", b"\\054", b"&a=b", b"A=", b"A."])
def test_a_megabyte(name, filling):
    """Anywhere in a sample, repeated."""
    sample = SAMPLES[name][0]
    began = time.process_time()
    for at in (0, len(sample) // 3, len(sample)):
        text = sample[:at] + filling * ((1 << 20) // len(filling)) + sample[at:]
        cookie = family(name).decode(text)
        family(name).begins(text)
        if cookie:
            family(name).signs(b"secret", cookie, CLUES)
    assert time.process_time() - began < 1


@pytest.mark.parametrize("name", SAMPLES)
def test_many(name):
    """64 KiB of samples, and of what looks like the head of one."""
    sample = SAMPLES[name][0]
    heads = re.sub(rb"[^\w|:%.=-]", b"", sample[:40])
    for text in ((sample + b"\n") * ((1 << 16) // len(sample)), heads * ((1 << 16) // len(heads))):
        began = time.process_time()
        baked(text)
        assert time.process_time() - began < 5
