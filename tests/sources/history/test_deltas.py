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


@given(st.lists(st.sampled_from([b"a" * 20, b"bc" * 30, b"d\ne\n" * 9, b"f"]), max_size=9).map(b"".join), st.data())
def test_what_is_changed_and_what_is_copied(base, data):
    """What stands between two stretches is copied in one go, from the base's first byte on and up to its last one."""
    pieces = data.draw(st.lists(st.tuples(st.integers(0, len(base)), st.integers(0, 99), st.binary(max_size=9))))
    target = b"".join(base[at : at + size] + new for at, size, new in pieces)
    delta = b"".join(create_delta(base, target))
    # Each byte's place in the base, by deltas of the same commands for bases that tell of it.
    low = apply_plainly(bytes(at & 255 for at in range(len(base))), delta)
    high = apply_plainly(bytes(at >> 8 for at in range(len(base))), delta)
    stretches = deltas.changed(delta) or []
    starts = [0, *(end for _, end in stretches)]
    stops = [*(begin for begin, _ in stretches), len(target)]
    copied = [[low[at] | high[at] << 8 for at in range(*ends)] for ends in zip(starts, stops, strict=True)]
    assert all(places == list(range(places[0], places[0] + len(places))) for places in copied if places)
    assert not copied[0] or copied[0][0] == 0
    assert not copied[-1] or copied[-1][-1] == len(base) - 1


@pytest.mark.parametrize(
    ("commands", "stretches"),
    [
        ([b"\x90\x0a"], []),  # all of it
        ([b"\x90\x04", b"\x91\x04\x06"], []),  # in two pieces
        ([b"\x90\x04", b"\x02ab", b"\x91\x04\x06"], [(4, 6)]),
        ([b"\x90\x04", b"\x02ab", b"\x01c", b"\x91\x05\x05"], [(4, 7)]),
        ([b"\x90\x04", b"\x91\x05\x05"], [(4, 4)]),  # a byte is left out
        ([b"\x91\x01\x09"], [(0, 0)]),
        ([b"\x90\x09"], [(9, 9)]),
        ([b"\x02ab"], [(0, 2)]),
    ],
)
def test_changed(commands, stretches):
    """New bytes, and where some are left out: in the middle, at the beginning, at the end."""
    delta = b"".join(commands)
    assert deltas.changed(number(10) + number(len(apply_plainly_of(delta))) + delta) == stretches


def apply_plainly_of(commands):
    """What commands make of ten bytes."""
    for size in range(40):
        try:
            return apply_plainly(b"0123456789", number(10) + number(size) + commands)
        except DeltaError:
            continue
    raise AssertionError(commands)


@given(st.binary(max_size=300))
def test_changed_never_raises(delta):
    deltas.changed(delta)


def test_a_long_delta_is_not_looked_at():
    assert deltas.changed(number(0) + number(1 << 17) + (b"\x01a" * (1 << 16))) is None
