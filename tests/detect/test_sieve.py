"""The sieve passes over nothing that an engine would find, and stands aside where it would cost more than it saves."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.detect import sieve
from scanner.detect.anchors import anchor_of
from scanner.detect.plain import Re2Engine

ANCHORS = [
    anchor_of(name, regex)
    for name, regex in {
        "ab": "ab[cd]e[0-9]",
        "fold": "(?i)key[:=]",
        "way": "(?:q0|x1)yz",
        "long": "zzzz_secret_of",
    }.items()
]
ENGINE = Re2Engine(ANCHORS)
SIEVE = sieve.sieve_of(ANCHORS)
pieces = st.sampled_from(
    ["abce5", "abdeX", "KeY=", "keY", "q0yz", "x1y", "zzzz_secret_of", "zzzz_secret_o", "a", "Q0yz", "\n"]
)


def test_literals_are_the_longest_stretches_that_few_texts_fit():
    assert [anchor.literals for anchor in ANCHORS] == [
        (b"abce", b"abde"),
        tuple(bytes(way) for way in itertools.product(b"Kk", b"Ee", b"Yy")),
        (b"q0yz", b"x1yz"),
        (b"zzzz_sec",),
    ]


@given(st.lists(pieces, max_size=20).map("".join))
def test_what_it_passes_over_holds_no_anchor(text):
    data = memoryview(text.encode())
    assert SIEVE is not None
    assert SIEVE(data) or ENGINE.hits(data) == []


@pytest.mark.parametrize("before", [0, 1, 7, sieve._STEP - 8, sieve._STEP - 1, sieve._STEP, 3 * sieve._STEP - 3])
def test_it_finds_across_its_steps(before):
    assert SIEVE is not None
    assert not SIEVE(memoryview(b"." * before + b"zzzz_se" + b"." * 9))
    assert SIEVE(memoryview(b"." * before + b"zzzz_sec" + b"." * 9))


@pytest.mark.parametrize(
    "regexes",
    [
        ["abc", "acd", "bcd", "cde"],  # three first bytes
        ["abc", "bcd", "cde", "[a-z][a-z][a-z][0-9]_"],  # no stretch of which few texts are
        [f"{first}{second}{third}x" for first in "abcd" for second in "efgh" for third in "ijk"],  # too many
    ],
)
def test_it_stands_aside(regexes):
    assert sieve.sieve_of([anchor_of(regex, regex) for regex in regexes]) is None
