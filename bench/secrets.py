"""How fast known secrets are tried, what ten times as many tokens or families cost, and what it takes to prove which of
the secrets of a scan signs which of its tokens and cookies."""

from __future__ import annotations

import hashlib
import hmac
import json
import pickle
import random
import string
import time
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable, Iterator, Sequence

from bench.setup import Setup, tell
from bench.table import Row, row
from scanner.correlate import correlate, known
from scanner.correlate.candidates.listed import derived
from scanner.correlate.hmac_search import Budget, Target, of_compact, search
from scanner.decode import token_of
from scanner.decode.jws import decode
from scanner.examine import Examiner
from scanner.model import Coverage, Origin, Policy, Sealed, Subject, Token
from scanner.rulebook import load_patterns
from scanner.sources.stream import Memory

_A_SECOND = 500_000
"""Candidates that a core must try with HS256."""
_HASHES = {"HS256": "sha256", "HS384": "sha384", "HS512": "sha512"}
_RUNS = 5
_FEW = 10
_FAMILIES, _TOKENS = 100, 10_000
_LIMIT = 60
"""Seconds of CPU for as many tokens of as many families."""
_SECRETS, _COOKIES = 10_000, 1_000
_PROVED_LIMIT = 5
"""Seconds of CPU in which as many secrets of a scan are proved to sign as many tokens of as many families of it."""
_NOBODYS = b"of no list: 8f0c27e1a95b"


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

    yield from _of_scan()


def _of_scan() -> Iterator[Row]:
    """Proofs across the subjects of one scan, which holds each secret once, in no order."""
    tell("secrets: those of a scan on its tokens and cookies")
    draw = random.Random(0)
    letters = string.ascii_letters + string.digits
    secrets = ["".join(draw.choices(letters, k=40)).encode() for _ in range(_SECRETS)]
    configured = b"".join(b"APP%d_JWT_SECRET=%s\n" % pair for pair in enumerate(secrets))
    owners = draw.sample(secrets, _FAMILIES)

    def tokens() -> Iterator[bytes]:
        for number in range(_TOKENS):
            token, _ = _token("HS256", f"https://{number % _FAMILIES}.example", number, owners[number % _FAMILIES])
            yield b"authorization: Bearer " + token.sealed.reveal()

    def cookies() -> Iterator[bytes]:
        for number in range(_COOKIES):
            made = _FORMATS[number % len(_FORMATS)]
            yield b"Cookie: " + made(owners[number % len(_FORMATS)], number)

    for what, lines, limit in (
        (f"{_TOKENS:,} tokens of {_FAMILIES} families", tokens(), _PROVED_LIMIT),
        (f"{_COOKIES:,} cookies of {len(_FORMATS)} formats", cookies(), None),
    ):
        spent, proved, notes = _correlated({".env": configured, "app.log": b"\n".join(lines) + b"\n"})
        figure = f"{spent:.2f} s, {proved:,} proved" + "".join(f"; {note}" for note in notes)
        met = spent <= limit and proved == _TOKENS if limit else None
        yield row(f"{_SECRETS:,} secrets of a scan, {what}", f"≤ {limit} s of CPU" if limit else "", figure, met)


def _correlated(files: dict[str, bytes]) -> tuple[float, int, list[str]]:
    """CPU seconds of correlation, what is proved to be signed, and what is told of bounds."""
    examine = Examiner(load_patterns(), Policy())
    subjects = [
        subject for path, data in files.items() for subject in examine(Memory(data, Origin("file", path))).subjects
    ]

    def tokens() -> Iterator[tuple[Subject, Token]]:
        for subject in subjects:
            token = token_of(subject.decoder, subject.sealed.reveal()) if subject.kind == "token" else None
            if token:
                yield subject, token

    coverage = Coverage()
    begin = time.process_time()
    correlate(tokens, Policy(), coverage, subjects=subjects)
    spent = time.process_time() - begin
    return spent, sum("signed_by" in subject.evidence for subject in subjects), coverage.notes


def _proving(families: int, tokens: int) -> float:
    """CPU seconds of all that is done with tokens whose secrets are not known."""
    items = [_token("HS256", f"https://{number % families}.example", number) for number in range(tokens)]
    begin = time.process_time()
    known.find_secrets(lambda: iter(items), Policy(), Coverage())
    return time.process_time() - begin


def _token(algorithm: str, issuer: str, number: int, secret: bytes = _NOBODYS) -> tuple[Subject, Token]:
    """A token of the usual length, signed with a secret that no list has."""
    claims = {"iss": issuer, "sub": f"user-{number}", "aud": "billing", "iat": 1_800_000_000, "exp": 1_800_003_600}
    parts = ({"alg": algorithm, "typ": "JWT"}, claims)
    signed = b".".join(_segment(json.dumps(part).encode()) for part in parts)
    raw = signed + b"." + _segment(hmac.digest(secret, signed, _HASHES[algorithm]))
    token = decode(raw)
    if token is None:
        raise AssertionError
    return Subject("token", token.identity, Sealed(raw), []), token


# Cookies as their frameworks make them, each with its name: session `number`, signed with a secret.


def _flask(secret: bytes, number: int) -> bytes:
    signed = _segment(b'{"_user_id":"%d"}' % number) + b"." + _segment((1_800_000_000).to_bytes(4))
    key = hmac.digest(secret, b"cookie-session", "sha1")
    return b"session=" + signed + b"." + _segment(hmac.digest(key, signed, "sha1"))


def _django(secret: bytes, number: int) -> bytes:
    signed = _segment(b'{"_auth_user_id":"%d"}' % number) + b":1xoSjG"
    key = hashlib.sha256(b"django.contrib.sessions.backends.signed_cookiessigner" + secret).digest()
    return b"sessionid=" + signed + b":" + _segment(hmac.digest(key, signed, "sha256"))


def _express(secret: bytes, number: int) -> bytes:
    value = b"id-of-a-session-%016d" % number
    return b"connect.sid=s%3A" + value + b"." + b64encode(hmac.digest(secret, value, "sha256")).rstrip(b"=")


def _tornado(secret: bytes, number: int) -> bytes:
    value = b64encode(b'"user-%d"' % number)
    signed = b"2|1:0|10:1800000000|4:user|%d:%s|" % (len(value), value)
    return b'user="' + signed + hmac.digest(secret, signed, "sha256").hex().encode() + b'"'


def _remix(secret: bytes, number: int) -> bytes:
    value = b64encode(b'{"user":"%d"}' % number)
    return b"__session=" + value + b"." + b64encode(hmac.digest(secret, value, "sha256")).rstrip(b"=")


def _bottle(secret: bytes, number: int) -> bytes:
    value = b64encode(pickle.dumps(["account", {"user": number}], 4))
    return b'account="!' + b64encode(hmac.digest(secret, value, "sha256")) + b"?" + value + b'"'


def _pyramid(secret: bytes, number: int) -> bytes:
    value = b'[1800000000,1800000000.5,{"user":%d}]' % number
    return b"session=" + _segment(hmac.digest(b"pyramid.session." + secret, value, "sha512") + value)


def _rack(secret: bytes, number: int) -> bytes:
    value = b64encode(b'\x04\x08{\x06I"\x09user\x06:\x06ETI"\x09%04d\x06;\x00T' % number)
    return b"rack.session=" + value + b"--" + hmac.digest(secret, value, "sha1").hex().encode()


def _rails(secret: bytes, number: int) -> bytes:
    message = b64encode(b'"user-%d"' % number)
    value = b64encode(b'{"_rails":{"message":"%s","exp":null,"pur":"cookie.user"}}' % message)
    key = hashlib.pbkdf2_hmac("sha256", secret, b"signed cookie", 1_000, 64)
    return b"user=" + value + b"--" + hmac.digest(key, value, "sha256").hex().encode()


def _phoenix(secret: bytes, number: int) -> bytes:
    signed = b"SFMyNTY." + _segment(b"\x83t\x00\x00\x00\x01m\x00\x00\x00\x04userb" + number.to_bytes(4))
    key = hashlib.pbkdf2_hmac("sha256", secret, b"user auth", 1_000, 32)
    return b"_shop_key=" + signed + b"." + _segment(hmac.digest(key, signed, "sha256"))


_FORMATS = (_flask, _django, _express, _tornado, _remix, _bottle, _pyramid, _rack, _rails, _phoenix)
"""The last two derive their keys with PBKDF2."""


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
