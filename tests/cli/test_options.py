"""Options: one table, two parsers that agree, and variables beneath flags."""

from __future__ import annotations

import os
from functools import partial

import pytest
from hypothesis import given as examples
from hypothesis import strategies as st

from scanner.cli import app, options
from scanner.cli.options import SCAN, Values, given
from scanner.model import UsageError

PLAIN = [
    ([], [], {}),
    (["src", "-", "tests"], ["src", "-", "tests"], {}),
    (["--fail-on", "high", "src"], ["src"], {"fail-on": "high"}),
    (["src", "--fail-on=high"], ["src"], {"fail-on": "high"}),
    (["--fail-on="], [], {"fail-on": ""}),
    (["-f", "json=a.json", "-f", "text"], [], {"format": ("json=a.json", "text")}),
    (["--format=json=a=b.json"], [], {"format": ("json=a=b.json",)}),
    (["-q", "--exit-zero", "."], ["."], {"quiet": True, "exit-zero": True}),
    (["--output", "-"], [], {"output": "-"}),
    (["--jobs", "1", "--jobs", "2"], [], {"jobs": "2"}),
    (["-v", "--", "-q", "--x"], ["-q", "--x"], {"verbose": True}),
    (["--no-inline-allow", "--rules", "a", "--rules", "b"], [], {"no-inline-allow": True, "rules": ("a", "b")}),
]


@pytest.mark.parametrize(("argv", "targets", "flags"), PLAIN)
def test_plain_arguments(argv: list[str], targets: list[str], flags: Values) -> None:
    assert options.parse(argv, SCAN) == (targets, flags)


@pytest.mark.parametrize(
    "argv",
    [
        ["--help"],
        ["-h"],
        ["--fromat", "json"],
        ["-qv"],
        ["-fjson"],
        ["-j=2"],
        ["--jobs"],
        ["--quiet=1"],
        ["--jobs", "-1"],
    ],
)
def test_the_rest_is_left_to_typer(argv: list[str]) -> None:
    assert options.parse(argv, SCAN) is None


def slow(argv: list[str]) -> tuple[list[str], Values]:
    """Targets and flags as typer parses them."""
    command = app.parse(["scan", *argv])
    assert isinstance(command, partial)
    targets, flags = command.args
    return targets, flags


WORDS = st.one_of(
    st.sampled_from([f"--{option.name}" for option in SCAN]),
    st.sampled_from([f"--{option.name}=x" for option in SCAN if option.metavar]),
    st.sampled_from(["-f", "-o", "-q", "-v", "-j", "-", "--", "src", "a=b", "--unknown", "-qv"]),
)


@examples(st.lists(WORDS, max_size=6))
def test_both_parsers_agree(argv: list[str]) -> None:
    """What the hot path parses, typer parses to the same."""
    fast = options.parse(argv, SCAN)
    if fast is not None:
        assert slow(argv) == fast


@pytest.mark.parametrize(("argv", "flags"), [(["-qv"], {"quiet": True, "verbose": True}), (["-j2"], {"jobs": "2"})])
def test_bundled_options_work_through_typer(argv: list[str], flags: Values) -> None:
    assert slow(argv) == ([], flags)


def test_variables_stand_below_flags() -> None:
    environ = {
        "TOKENSWEEP_FAIL_ON": "low",
        "TOKENSWEEP_JOBS": "2",
        "TOKENSWEEP_VENDORED": "1",
        "TOKENSWEEP_QUIET": "off",
    }
    found = given({"fail-on": "high"}, SCAN, environ)
    assert found.get("fail-on") == "high"
    assert found.origin("fail-on") == "--fail-on"
    assert found.get("jobs") == "2"
    assert found.origin("jobs") == "TOKENSWEEP_JOBS"
    assert found.get("vendored") is True
    assert not found.get("quiet")
    assert found.get("baseline") is None
    assert found.origin("baseline") is None


def test_a_variable_lists_values_as_path_does() -> None:
    found = given({}, SCAN, {"TOKENSWEEP_FORMAT": os.pathsep.join(["json=a.json", "text"])})
    assert found.get("format") == ("json=a.json", "text")


def test_a_variable_does_not_contradict_a_flag() -> None:
    assert given({"config": "a.toml"}, SCAN, {"TOKENSWEEP_NO_CONFIG": "1"}).get("no-config") is None
    assert given({"no-config": True}, SCAN, {"TOKENSWEEP_CONFIG": "a.toml"}).get("config") is None


@pytest.mark.parametrize("name", ["SHOW_SECRETS", "EXIT_ZERO"])
def test_what_loosens_everything_has_no_variable(name: str) -> None:
    assert given({}, SCAN, {f"TOKENSWEEP_{name}": "1"}).variables == {}


def test_contradicting_flags() -> None:
    with pytest.raises(UsageError, match="--config and --no-config contradict each other"):
        given({"config": "a.toml", "no-config": True}, SCAN, {})


def test_a_switch_that_is_neither_on_nor_off() -> None:
    with pytest.raises(UsageError, match="TOKENSWEEP_VENDORED: expected 1 or 0, not 'maybe'"):
        given({}, SCAN, {"TOKENSWEEP_VENDORED": "maybe"})


def test_mistakes_name_their_origin() -> None:
    with pytest.raises(UsageError, match="TOKENSWEEP_JOBS: invalid literal"):
        given({}, SCAN, {"TOKENSWEEP_JOBS": "x"}).read("jobs", int)


class TestOptionalValues:
    """An option that may stand without a value takes what follows, unless that is something else."""

    @pytest.mark.parametrize(
        ("argv", "plain"),
        [
            ([], []),
            (["--history"], ["--history="]),
            (["--history", "main..topic"], ["--history=main..topic"]),
            (["--history", "--quiet"], ["--history=", "--quiet"]),
            (["--history", "there"], ["--history=", "there"]),
            (["--history", "main", "there"], ["--history=main", "there"]),
            (["--history", "--", "main"], ["--history=", "--", "main"]),
            (["--", "--history", "main"], ["--", "--history", "main"]),
            (["--history="], ["--history="]),
            (["there", "--history", "-"], ["there", "--history=", "-"]),
            (["--cache", "there"], ["--cache=", "there"]),
            (["--cache", "nowhere"], ["--cache=", "nowhere"]),
            (["--cache=there", "--cache"], ["--cache=there", "--cache="]),
        ],
    )
    def test_spelled(self, argv, plain, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)
        (tmp_path / "there").touch()
        assert options.spelled(argv, options.SCAN) == plain
