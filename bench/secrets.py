"""How fast known secrets are tried, and what ten times as many tokens or families cost."""

from __future__ import annotations

import hmac
import json
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator, Sequence

from bench.setup import Setup, tell
from bench.table import Row, row
from scanner.correlate import known
from scanner.correlate.candidates.listed import derived
from scanner.correlate.hmac_search import Budget, Target, of_compact, search
from scanner.decode.jws import decode
from scanner.model import Coverage, Policy, Sealed, Subject, Token

_A_SECOND = 500_000
"""Candidates that a core must try with HS256."""
_HASHES = {"HS256": "sha256", "HS384": "sha384", "HS512": "sha512"}
_RUNS = 5
_FEW = 10
_FAMILIES, _TOKENS = 100, 10_000
_LIMIT = 60
"""Seconds of CPU for as many tokens of as many families."""


def rows(_setup: Setup) -> Iterator[Row]:
    """Candidates a second by algorithm, for one token and for several at once; families against tokens."""
    tell("secrets: candidates a second")
    candidates = tuple(derived())
    for algorithm, name in _HASHES.items():
        for count in (1, _FEW):
            targets = [_token(algorithm, f"https://{number}.example", number)[0] for number in range(count)]

            def tries(targets: Sequence[Subject] = targets, name: str = name) -> None:
                tokens = [Target(subject, name, of_compact(subject.sealed.reveal()), 1 << 40) for subject in targets]
                search(tokens, candidates, Budget(1 << 40))

            speed = len(candidates) * count / _least(tries)
            met = speed >= _A_SECOND if algorithm == "HS256" else None
            what = f"{algorithm}, {count} {'token' if count == 1 else 'tokens at once'}"
            target = f"≥ {_A_SECOND:,} a second" if algorithm == "HS256" else ""
            yield row(f"known secrets: {what}", target, f"{speed:,.0f} candidates a second", met)

    tell("secrets: families and tokens")
    for families, tokens in ((1, 1), (1, _TOKENS), (_FEW, _TOKENS), (_FAMILIES, _TOKENS)):
        spent = _proving(families, tokens)
        met = spent <= _LIMIT if families == _FAMILIES else None
        what = f"known secrets: {tokens:,} tokens of {families} families, none signed with one"
        yield row(what, f"≤ {_LIMIT} s of CPU" if met is not None else "", f"{spent:.2f} s", met)


def _proving(families: int, tokens: int) -> float:
    """CPU seconds of all that is done with tokens whose secrets are not known."""
    items = [_token("HS256", f"https://{number % families}.example", number) for number in range(tokens)]
    begin = time.process_time()
    known.find_secrets(lambda: iter(items), Policy(), Coverage())
    return time.process_time() - begin


def _token(algorithm: str, issuer: str, number: int) -> tuple[Subject, Token]:
    """A token of the usual length, signed with a secret that no list has."""
    claims = {"iss": issuer, "sub": f"user-{number}", "aud": "billing", "iat": 1_800_000_000, "exp": 1_800_003_600}
    parts = ({"alg": algorithm, "typ": "JWT"}, claims)
    signed = b".".join(_segment(json.dumps(part).encode()) for part in parts)
    raw = signed + b"." + _segment(hmac.digest(b"of no list: 8f0c27e1a95b", signed, _HASHES[algorithm]))
    token = decode(raw)
    if token is None:
        raise AssertionError
    return Subject("token", token.identity, Sealed(raw), []), token


def _segment(data: bytes) -> bytes:
    return urlsafe_b64encode(data).rstrip(b"=")


def _least(work: Callable[[], None]) -> float:
    """Least CPU seconds of several runs: what is above the least is the machine's doing."""
    costs = []
    for _ in range(_RUNS):
        begin = time.process_time()
        work()
        costs.append(time.process_time() - begin)
    return min(costs)
