"""What an engine looks for: cut from a pattern, or given with it."""

import pytest
import re2
from hypothesis import given
from hypothesis import strategies as st

from scanner.detect.anchors import Anchor, anchor, ways_of
from scanner.model import RuleError


def anchor_of(name: str, regex: str, given: str | None = None) -> Anchor:
    """What an engine looks for."""
    return anchor(ways_of(name, regex, given))


def matches(anchor: bytes, text: str) -> bool:
    options = re2.Options()
    options.encoding = re2.Options.Encoding.LATIN1
    return bool(re2.compile(anchor, options).fullmatch(text.encode("latin-1")))


@pytest.mark.parametrize(
    ("regex", "length", "yes", "no"),
    [
        ("abc", 3, ["abc"], ["abd", "ABC"]),
        ("abc+d", 3, ["abc"], ["abd"]),
        ("abc?", 2, ["ab"], ["ac"]),
        ("abc*x", 2, ["ab"], []),
        (r"abc\.[0-9]+x", 5, ["abc.7"], ["abcx7", "abc.x"]),
        ("ab[cd]e", 4, ["abce", "abde"], ["abee"]),
        ("(?:abc|abd)e", 4, ["abce", "abde"], ["abee"]),
        ("(?:abcd|xyz)e", 3, ["abc", "xyz"], ["abd"]),
        ("(?P<name>abc)d", 4, ["abcd"], []),
        ("(?:ab){2}c", 5, ["ababc"], ["abc"]),
        ("(?:abc){2,}d", 6, ["abcabc"], ["abcabd"]),
        ("(?:abx?){2}cde", 2, ["ab"], ["cd"]),
        ("a{20}b", 16, ["a" * 16], ["a" * 15 + "b"]),
        ("abc(?:0123456789)(?:ABCDEFG)", 16, ["abc0123456789ABC"], []),
        ("(?:(?:abcdefghij)(?:klmnopqrst))uvw", 16, ["abcdefghijklmnop"], ["abcdefghijuvwxyz"]),
        (r"abc\d\w\s", 6, ["abc0_ ", "abc9z\t"], ["abcx_ ", "abc0- ", "abc0_\v"]),
        ("abc[^a-y]", 4, ["abcz", "abc\xff", "abc\n"], ["abcy"]),
        ("abc.", 3, ["abc"], []),
        (r"abc\b", 3, ["abc"], []),
        ("(?i)ab1", 3, ["ab1", "Ab1", "AB1"], ["ab2"]),
        ("(?i:ab)cd", 4, ["aBcd"], ["abCd"]),
        ("(?i)ab(?-i:cd)", 4, ["ABcd"], ["abCD"]),
        ("(?i)ab[c-d]", 3, ["ABC", "abD"], ["abe"]),
        ("\xe9ab", 3, ["\xe9ab"], ["\xc9ab"]),
    ],
)
def test_head_of_a_pattern(regex, length, yes, no):
    """The anchor is the longest head of one length, up to sixteen bytes."""
    found = anchor_of("mine", regex)
    assert found.length == length
    assert [text for text in yes if not matches(found.regex, text)] == []
    assert [text for text in no if matches(found.regex, text)] == []


@pytest.mark.parametrize(
    "regex", ["", "a", "ab?c", ".*abc", r"\babc", "(?:abc)?def", "(?:abc|d)e", r"\w\w\w", "[^a][^b]xyz{0}"]
)
def test_too_common_to_look_for(regex):
    """A head that most files hold would make every scan slow: the pattern's author is told what to do."""
    with pytest.raises(RuleError, match="pattern `mine`: regex: no rare head of fixed length") as error:
        anchor_of("mine", regex)
    assert "give `anchor`" in error.value.hint


@pytest.mark.parametrize(
    "regex", ["[[:alpha:]]abcd", r"abc[[:digit:]]+", r"abc\z", r"abc\pL", r"\Qabc\E", "abc(?U)d+", "abc[a--b]"]
)
def test_read_differently_by_python(regex):
    """What RE2 alone knows is never cut wrongly: it is refused, and goes with an anchor of its own."""
    with pytest.raises(RuleError, match="pattern `mine`: regex: ") as error:
        anchor_of("mine", regex)
    assert "`anchor`" in error.value.hint
    assert anchor_of("mine", regex, "abc").length == 3


def test_given_anchor():
    """It stands for the pattern's head, is taken whole, and cut only where more makes no scan faster."""
    assert anchor_of("mine", ".*", "(?:abc|xyz)").length == 3
    assert anchor_of("mine", "(?:ab|c)x", "abcdefghijklmnopqrstuvwxyz") == anchor_of("mine", "abcdefghijklmnop")


@pytest.mark.parametrize("given", ["abc+", "abc?", "abcd*", "(?:abc|de)", "abc.", r"abc\b", "abc{2,3}"])
def test_given_anchor_without_a_fixed_length(given):
    """One that is written with a repeat is refused, lest its author think that all of it is looked for."""
    with pytest.raises(RuleError, match="pattern `mine`: anchor: it has no fixed length"):
        anchor_of("mine", "abc", given)


def test_given_anchor_that_is_too_common():
    """It is no better than a head."""
    with pytest.raises(RuleError, match="pattern `mine`: anchor: no rare head"):
        anchor_of("mine", "abc", "e")


def test_broken_expression():
    """The message says which field, and where."""
    with pytest.raises(RuleError, match=r"pattern `mine`: regex: missing \), unterminated subpattern at position 3"):
        anchor_of("mine", "abc(")


PARTS = {
    "abc": "abc", "x": "x", "(?:ab|cd)": "cd", "(?:ab|c)": "c", "[xy]": "y", "z+": "zz", "w{2}": "ww", "v?": "",
    "(?:t(?:uv){9})": "t" + 9 * "uv",
}  # fmt: skip
"""Parts of patterns, each with a text that it matches."""


@given(st.lists(st.sampled_from(sorted(PARTS)), max_size=6))
def test_wherever_a_pattern_matches_its_anchor_does(parts):
    """No match is lost for its anchor: every text of the pattern begins with the anchor."""
    regex, text = "eyJ" + "".join(parts), "eyJ" + "".join(PARTS[part] for part in parts)
    assert re2.fullmatch(regex, text)
    found = anchor_of("mine", regex)
    assert matches(found.regex, text[: found.length])
