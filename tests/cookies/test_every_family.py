"""What holds for every wire format: it reads hostile text, and is asked about any secret, without an error."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner import rulebook
from scanner.cookies import Clues, family
from scanner.model import Cookie

PATTERNS = [pattern for pattern in rulebook.load_patterns() if pattern.makes == "cookie"]
EXAMPLES = [
    pytest.param(pattern.id, example.blob[start:end], id=f"{pattern.id}-{number}")
    for pattern in PATTERNS
    for number, example in enumerate(pattern.examples, 1)
    for start, end in example.spans
]
SECRETS = (b"", b"\0", b"secret", b"k" * 16, b"k" * 32, b"k" * 64, b"0f" * 64, b"\xff" * 99, "schlüssel".encode())
CLUES = Clues(("session", "ünï", ""), (b"", b"salt", b"\xff"), ("https://shop.example",))


def ask(name: str, cookie: Cookie) -> None:
    """Nobody knows its secret; it costs something to try one."""
    module = family(name)
    assert cookie.family == name
    if hasattr(module, "signs"):
        assert module.tries(cookie, CLUES) > 0
        assert not any(module.signs(secret, cookie, CLUES) for secret in SECRETS)


@pytest.mark.parametrize(("name", "raw"), EXAMPLES)
def test_cut_short_or_changed(name, raw):
    """Every part of a cookie, and every change of a byte, is one or none."""
    module = family(name)
    whole = module.decode(raw)
    for end in range(len(raw)):
        module.decode(raw[:end])
        module.begins(raw[:end])
        changed = module.decode(raw[:end] + bytes([raw[end] ^ 0x10]) + raw[end + 1 :])
        if changed:
            assert changed.raw.reveal() in raw[:end] + bytes([raw[end] ^ 0x10]) + raw[end + 1 :]
    if whole:
        ask(name, whole)


@pytest.mark.parametrize(("name", "raw"), EXAMPLES)
def test_a_megabyte(name, raw):
    """A text of a megabyte that begins as a cookie does takes no longer than reading it."""
    module = family(name)
    began = time.process_time()
    for text in (raw + raw[-8:] * (1 << 17), raw[:24] * (1 << 15), raw[:-1] + raw[-1:] * (1 << 20)):
        cookie = module.decode(text)
        if cookie and hasattr(module, "signs"):
            module.signs(b"k" * 64, cookie, CLUES)
    assert time.process_time() - began < 2


@pytest.mark.parametrize("name", [pattern.id for pattern in PATTERNS])
@given(st.binary(max_size=200))
def test_any_bytes(name, data):
    """Bytes are a cookie or none, and never an error."""
    module = family(name)
    module.begins(data)
    cookie = module.decode(data)
    if cookie:
        assert data[cookie.start :].startswith(cookie.raw.reveal())
        ask(name, cookie)
