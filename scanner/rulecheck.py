"""Runs the examples that rules, patterns and issuers carry."""

from __future__ import annotations

import base64
import datetime
import hmac
import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

import msgspec

from scanner import pipeline
from scanner.correlate import correlate
from scanner.decode import decoded_of
from scanner.decode.jws import decode
from scanner.detect import Detector, Reading, alone
from scanner.judge import Judge
from scanner.keys import parse
from scanner.model import (
    Commit,
    Coverage,
    Origin,
    Policy,
    Presence,
    Rule,
    Severity,
    Sighting,
    Subject,
    Token,
    UsageError,
)
from scanner.rulebook import Example, ExampleHistory, Issuer, IssuerExample, Minted, Pattern, PatternExample, RuleBook
from scanner.subjects import Subjects

_HASHES: Final = {"HS256": "sha256", "HS384": "sha384", "HS512": "sha512"}
_SIGNATURE_BYTES: Final = {
    "none": 0, "HS256": 32, "HS384": 48, "HS512": 64, "ES256": 64, "ES384": 96, "ES512": 132, "EdDSA": 64,
    "Ed25519": 64,
}  # fmt: skip
"""RFC 7518 §3 and RFC 8037 §3.1."""
_RSA_BYTES: Final = 256
"""With a key of 2048 bits; other algorithms are given as much."""
_IV_BYTES: Final = 12
_TAG_BYTES: Final = 16
"""Of A256GCM, RFC 7518 §5.3."""

_WRONG_REASON: Final = {
    (True, False): "does not fire only because a fact is unknown: give the fact, or say `undecided = true`",
    (False, True): "says `undecided = true`, yet all facts are known",
}
"""What is wrong with a near miss, by whether it is undecided and whether it says so."""


class Failure(msgspec.Struct, frozen=True):
    """An example that does not show what it says."""

    entry: str
    """The id of the rule, pattern or issuer."""
    example: int
    """Which of its examples, from 1."""
    what: str


def check(book: RuleBook) -> Iterator[Failure]:
    """The examples of all patterns, rules and issuers that fail."""
    for pattern in book.patterns:
        yield from _failures(pattern.id, (try_pattern(book, pattern, example) for example in pattern.examples))
    for rule in book.rules:
        yield from _failures(rule.id, (try_rule(book, rule, example) for example in book.examples[rule.id]))
    for issuer in book.issuers:
        examples = book.issuer_examples[issuer.id]
        yield from _failures(issuer.id, (try_issuer(book, issuer, example) for example in examples))


def _failures(entry: str, results: Iterable[str]) -> Iterator[Failure]:
    return (Failure(entry, number, what) for number, what in enumerate(results, 1) if what)


def try_pattern(book: RuleBook, pattern: Pattern, example: PatternExample) -> str:
    """What is wrong with an example of a pattern; empty where it finds exactly the marked spans."""
    if pattern.makes == "pragma":
        found = _taken(pattern, example.blob)
    else:
        only = msgspec.structs.replace(book, patterns=(pattern,))
        subjects = pipeline.examine_bytes(example.blob, Origin("file", "example.txt"), only, Policy()).subjects
        found = sorted(
            (sighting.start, sighting.end)
            for subject in subjects
            if subject.kind == pattern.makes
            for sighting in subject.sightings
        )
    return "" if found == example.spans else f"finds bytes {found}, not {example.spans}"


def _taken(pattern: Pattern, data: bytes) -> list[tuple[int, int]]:
    """The spans that a pattern takes whose text needs no decoding."""
    detector, view = Detector([pattern]), memoryview(data)
    reading = Reading(len(data), end=len(data))
    return [(match.start, match.end) for match in detector.matches(view, detector.hits(view), reading, alone)]


def try_rule(book: RuleBook, rule: Rule, example: Example) -> str:
    """What is wrong with an example of a rule; empty where the rule makes of it what it says."""
    try:
        text = _text(example)
        keys = parse("keys", example.keys.encode()).keys if example.keys else ()
    except (ValueError, UsageError) as error:
        return str(error)
    subjects = _sighted(book, text, example)
    judged = [(subject, decoded) for subject in _meant(subjects, rule, text) if (decoded := decoded_of(subject))]
    if not judged:
        return f"its {rule.on} is not found in its files" if text or example.finds else ""
    # A signature that signs nothing has no secret; trying all of them on hundreds of examples would take a minute.
    signed = example.sign_with is not None or rule.on != "token"
    policy = example.policy if signed else msgspec.structs.replace(example.policy, tries=0)
    tokens = [(subject, token) for subject in subjects if isinstance(token := decoded_of(subject), Token)]
    correlate(lambda: iter(tokens), policy, Coverage(), keys, subjects=subjects)
    judge = Judge(msgspec.structs.replace(book, rules=(rule,)), policy, int(example.now.timestamp()))
    found = max((finding.severity for pair in judged for finding in judge.judge(*pair)), default=None)
    undecided = not all(isinstance(judge.outcome(rule, *pair), bool) for pair in judged)
    if judge.undecided:
        return "; ".join(f"{name} fails: {error}" for name, error in judge.undecided.items())
    if example.finds is False and found is None:
        return _WRONG_REASON.get((undecided, example.undecided), "")
    if found is None:
        return "does not fire"
    if example.finds in (True, found):
        return ""
    return f"fires as {found.value}, which should be {_wanted(example.finds)}"


def _meant(subjects: Sequence[Subject], rule: Rule, token: bytes) -> list[Subject]:
    """Those that an example is about: the one that is its token, else all of the rule's kind."""
    if not token:
        return [subject for subject in subjects if subject.kind == rule.on]
    known = decode(token)
    alike = (s for s in subjects if (s.identity == known.identity if known else s.sealed.reveal() == token))
    return list(alike)[:1]


def try_issuer(book: RuleBook, issuer: Issuer, example: IssuerExample) -> str:
    """What is wrong with an example of an issuer; empty where its token is told for what the example says."""
    token = decode(mint(example.token))
    if token is None:
        return "its token is none"
    place = Sighting(Origin("file", "src/app.py"), 0, len(token.raw), 1, 1, 1, 1 + len(token.raw))
    subject = Subject("token", token.identity, token.raw, [place], 1)
    judge = Judge(msgspec.structs.replace(book, rules=()), Policy(), int(example.now.timestamp()))
    judge.judge(subject, token)
    if judge.undecided:
        return "; ".join(f"{name} fails: {error}" for name, error in judge.undecided.items())
    facts = subject.facts
    found = facts.get("token.issuer_id", "nobody")
    if (found == issuer.id) is not example.finds:
        return f"is taken for a token of {found}"
    for fact, wanted in (
        ("token.class", example.token_class),
        ("token.state", example.state),
        ("token.privileges", None if example.privileges is None else list(example.privileges)),
        ("token.public_by_design", example.public),
    ):
        if wanted is not None and facts[fact] != wanted:
            return f"{fact} is {facts[fact]!r}, which should be {wanted!r}"
    return ""


def _text(example: Example) -> bytes:
    """The example's token as it stands in its files; empty without one. Raises ValueError as `mint` does."""
    if example.token is None:
        return b""
    if isinstance(example.token, str):
        return example.token.encode()
    return mint(example.token, example.sign_with, example.signature)


def mint(token: Minted, secret: str | None = None, signature: str | None = None) -> bytes:
    """The token in compact serialisation: signed, or encrypted to nobody where its header has an `enc`.

    Signed with `secret` as `Example.sign_with` says; without one its signature is the segment `signature`, or has the
    right length and signs nothing. Raises ValueError for a secret that is not for the token's algorithm.
    """
    header = _base64url(_json(token.header).encode())
    claims = _base64url(_json(token.claims).encode())
    algorithm = _parameter(token.header, "alg")
    if _parameter(token.header, "enc"):
        key, iv, tag = (_base64url(b"Z" * length) for length in (_RSA_BYTES, _IV_BYTES, _TAG_BYTES))
        return b".".join((header, key, iv, claims, tag))
    signed = header + b"." + claims
    if signature is not None:
        return signed + b"." + signature.encode()
    if secret is not None and algorithm in _HASHES:
        made = hmac.digest(secret.encode(), signed, _HASHES[algorithm])
    elif secret is not None:
        made = _sign(signed, algorithm, secret)
    else:
        made = b"Z" * _SIGNATURE_BYTES.get(algorithm, _RSA_BYTES)
    return signed + b"." + _base64url(made)


def _sign(signed: bytes, algorithm: str, key: str) -> bytes:
    from jwt import PyJWTError, get_algorithm_by_name

    try:
        signer = get_algorithm_by_name(algorithm)
        return signer.sign(signed, signer.prepare_key(signer.from_jwk(key)))
    except (PyJWTError, NotImplementedError, AttributeError):  # a public key has no `sign`
        raise ValueError(f"`sign_with` is no private JWK for {algorithm}") from None


def _wanted(finds: bool | Severity) -> str:
    return finds.value if isinstance(finds, Severity) else "a near miss"


def _sighted(book: RuleBook, token: bytes, example: Example) -> list[Subject]:
    """The subjects that the example's files hold together."""
    met = Subjects(example.policy.max_subjects)
    for path, content in (example.files or {example.path: example.text}).items():
        data = content.replace("{token}", token.decode()).encode()
        met.merge(pipeline.examine_bytes(data, Origin("file", path), book, example.policy).subjects)
    presence = _presence(example.history) if example.history else None
    for subject in met if presence else ():
        subject.sightings = [
            msgspec.structs.replace(sighting, origin=msgspec.structs.replace(sighting.origin, presence=presence))
            for sighting in subject.sightings
        ]
    return list(met)


def _presence(history: ExampleHistory) -> Presence:
    first = _committed(history.since)
    removed = _committed(history.until) if history.until else None
    return Presence(first=first, removed=removed, at_head=removed is None, returned=history.returned)


def _committed(moment: datetime.datetime) -> Commit:
    seconds = int(moment.timestamp())
    return Commit("0" * 40, "Ann", seconds, "Ann", seconds)


def _json(part: dict[str, Any] | str) -> str:
    return part if isinstance(part, str) else json.dumps(part, separators=(",", ":"))


def _parameter(header: dict[str, Any] | str, name: str) -> str:
    """A text of a header, which may itself be text that is no JSON; empty where it has none."""
    try:
        value = json.loads(_json(header)).get(name)
    except (ValueError, AttributeError):
        return ""
    return value if isinstance(value, str) else ""


def _base64url(data: bytes) -> bytes:
    return base64.urlsafe_b64encode(data).rstrip(b"=")
