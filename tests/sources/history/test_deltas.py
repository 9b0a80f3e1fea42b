"""git's deltas: dulwich's compiled function and our own agree, whatever the bytes."""

from __future__ import annotations

import inspect

import pytest
from dulwich.pack import create_delta
from hypothesis import given
from hypothesis import strategies as st

from scanner.sources.history import deltas
from scanner.sources.history.deltas import DeltaError, apply, apply_plainly
from tests.sources.history.conftest import number


def test_the_compiled_function_is_still_there():
    """Dulwich's function is no public name: when a new dulwich moves or changes it, we would be forty times slower."""
    from dulwich._pack import apply_delta

    assert deltas._apply is not apply_plainly
    assert inspect.isbuiltin(apply_delta)
    assert apply_delta(b"hello world", b"\x0b\x0d\x90\x06\x07ld help") == [b"hello ld help"]


@given(st.binary(max_size=3000), st.binary(max_size=3000))
def test_what_git_makes(base, target):
    """A delta between any two texts makes the second from the first."""
    delta = b"".join(create_delta(base, target))
    assert apply(base, delta, 1 << 20) == target
    assert apply_plainly(base, delta) == target


@given(st.binary(max_size=300), st.binary(max_size=300), st.integers(0, 700))
def test_both_refuse_the_same(base, commands, size):
    """Any bytes for commands: the same object, or DeltaError, from both."""
    delta = number(len(base)) + number(size) + commands

    def outcome(function):
        try:
            return function(base, delta)
        except DeltaError:
            return None

    assert outcome(deltas._apply) == outcome(apply_plainly)


@pytest.mark.parametrize(
    "delta",
    [b"", b"\x80", b"\xff" * 30, b"\x05", b"\x03\x01\x90\x01", b"\x05\x02\x90\x01", b"\x05\x01\x00", b"\x05\x09\x04ab"],
)
@pytest.mark.parametrize("function", [lambda base, delta: apply(base, delta, 100), apply_plainly])
def test_damaged(delta, function):
    """Cut short, for another base, over its size, or a command that does not exist."""
    with pytest.raises(DeltaError):
        function(b"hello", delta)


def test_a_bomb_is_refused_before_it_goes_off():
    """A delta of a few bytes may copy its base a thousand times; what it says it makes is asked first."""
    base = b"x" * 0x10000
    delta = number(len(base)) + number(len(base) * 1000) + b"\x80" * 1000
    with pytest.raises(OverflowError):
        apply(base, delta, len(base) * 999)
    assert len(apply(base, delta, len(base) * 1000)) == len(base) * 1000


def test_a_bomb_that_says_it_is_small_is_stopped():
    """More commands than its size allows."""
    base = b"x" * 0x10000
    for function in (deltas._apply, apply_plainly):
        with pytest.raises(DeltaError):
            function(base, number(len(base)) + number(10) + b"\x80" * 100_000)
