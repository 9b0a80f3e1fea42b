"""Values that tell about a person, and numbers that only look like them.

The values are specimens: those that registries publish, and numbers that nobody has.
"""

import random
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.judge.person import told

SPECIMENS = {
    "mail": "ann@parcels.example a.b+c@x-y.co.uk ann_parcels.example#EXT#@tenant.onmicrosoft.com ANN@PARCELS.EXAMPLE",
    "phone": "+49301234567 +1-555-010-9999 +441632960961",
    "card": "4111-1111-1111-1111 5555-5555-5555-4444 2223-0031-2200-3222 3782-822463-10005 6011-1111-1111-1117",
    "iban": "DE89370400440532013000 GB82WEST12345698765432 NO9386011117947 MT84MALT011000012345MTLCAST001S",
    "american": "219-09-9999 078-05-1120",
    "chinese": "11010519491231002X",
    "french": "269054958815780",
    "italian": "RSSMRA85T10A562S",
    "brazilian": "111.444.777-35 529.982.247-25",
    "swedish": "19811228-9874 811228-9874 19121212+1212",
    "finnish": "131052A308T 010101-123N",
    "indian": "2341-2341-2346",
}
IN_GROUPS = {
    "phone": ["+49 30 1234567", "+1 (555) 010-9999"],
    "card": ["4111 1111 1111 1111"],
    "iban": ["DE89 3704 0044 0532 0130 00"],
    "french": ["2 69 05 49 588 157 80"],
    "indian": ["2341 2341 2346"],
}
CHECKED = [
    value for kind in ("card", "iban", "chinese", "french", "italian", "brazilian") for value in SPECIMENS[kind].split()
]


def kind(value):
    found = told(value)
    return found and found.kind


@pytest.mark.parametrize(
    ("expected", "value"),
    [(name, value) for name, values in SPECIMENS.items() for value in values.split()]
    + [(name, value) for name, values in IN_GROUPS.items() for value in values],
)
def test_specimens(expected, value):
    """Each is known for what it is, and graded by what its loss does."""
    found = told(value)
    assert found is not None
    assert (found.kind, found.sensitive) == (expected, expected not in ("mail", "phone"))


@pytest.mark.parametrize(
    "value",
    [
        "4111111111111111",  # in no groups: as good as any order number
        "4111-1111-1111-1112",
        "1767225600000000",  # microseconds
        "110169484474386276334",  # Google's accounts
        "1234567890123456789",
        "DE88370400440532013000",
        "DE8937040044053201300",  # a digit short
        "XX89370400440532013000",
        "219-00-9999",
        "666-12-3456",
        "900-12-3456",
        "110105194912310021",
        "11010519491331002X",  # the thirteenth month
        "111.444.777-36",
        "111.111.111-11",
        "811228-9875",
        "811328-9874",
        "131052-308A",
        "2341-2341-2347",
        "RSSMRA85T10A562T",
        "+1234",
        "+0100",
        "+49 30 1234567 ext. 9",
        "user@host",
        "git@parcels.example:shop.git",
        "pkg@1.2.3",
        "postgres://app:pw@db.parcels.example",
        "@ann@social.example",
        "203.0.113.7",
        "2026-01-01",
        "9188040d-6c67-4c5b-b112-36a304b66dad",
        "FJ86GcF3jTbNLOco4NvZkUCIUmfYCqoqtOQeMfbhNlE",
        "",
    ],
)
def test_near_misses(value):
    assert told(value) is None


@given(st.sampled_from(CHECKED), st.data())
def test_one_wrong_digit_is_noticed(value, data):
    """No two numbers that differ in one digit are both right."""
    at = data.draw(st.sampled_from([place for place, character in enumerate(value) if character.isdigit()]))
    digit = data.draw(st.sampled_from([digit for digit in "0123456789" if digit != value[at]]))
    wrong = kind(value[:at] + digit + value[at + 1 :])
    # The remainders of these two are taken modulo more than ten, and told in one digit.
    assert wrong is None or kind(value) in ("italian", "brazilian")


@pytest.mark.parametrize("length", range(8, 25))
def test_numbers_are_not_taken_for_persons_by_chance(length):
    """Of plain numbers of any length, such as ids are, not one in a thousand."""
    chance = random.Random(length)
    numbers = ("".join(chance.choices("0123456789", k=length)) for _ in range(20_000))
    assert sum(told(number) is not None for number in numbers) <= 20


@given(st.text(max_size=60))
def test_any_text(text):
    """Also with characters that other scripts write digits with."""
    told(text)


@pytest.mark.parametrize("part", ["a", "a.", "a@", "1", "1 ", "+1", "A", "a@a.", "DE89", "1-"])
def test_a_hostile_value_takes_no_time(part):
    began = time.process_time()
    for length in (20, 40, 250, 4096):
        told((part * length)[:length] + "!")
    assert time.process_time() - began < 0.5
