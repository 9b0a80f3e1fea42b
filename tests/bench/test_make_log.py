"""The log that the benchmarks read holds what it says."""

import re

import jwt
import pytest

from bench import inputs, make_log


def test_tokens_are_real_and_distinct(tmp_path):
    """Each token stands once, and PyJWT accepts its signature."""
    log = tmp_path / "a.log"
    make_log.write(log, 100_000, 50)
    tokens = re.findall(rb"Bearer (\S+)", log.read_bytes())
    assert log.stat().st_size == 100_000
    assert len(set(tokens)) == len(tokens) == 50
    claims = [
        jwt.decode(
            token,
            b"tokensweep benchmark key, no secret",
            algorithms=["HS256"],
            options={"verify_exp": False, "verify_aud": False, "verify_iat": False},
        )
        for token in tokens
    ]
    assert [claim["sub"] for claim in claims] == [f"user-{number}" for number in range(50)]
    assert {claim["iss"] for claim in claims} == {"https://idp.example"}


def test_same_arguments_give_same_bytes(tmp_path):
    """Two runs measure the same log."""
    for name in "ab":
        make_log.write(tmp_path / name, 10_000, 5)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_tokens_that_do_not_fit_are_refused(tmp_path):
    """A log is never silently larger than asked for."""
    with pytest.raises(ValueError, match="5 tokens need more than 1000 bytes"):
        make_log.write(tmp_path / "a", 1_000, 5)


def test_long_tokens_are_a_megabyte_each():
    """The long tokens stay below the default of the largest subject, 1 MiB, so that they are decoded and judged."""
    first, second = inputs.long_tokens(2_000_000).splitlines()
    assert first != second
    assert all(980_000 < len(token) < 1 << 20 for token in (first, second))
