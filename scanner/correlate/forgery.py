"""Proves which secret of the scan signs which of its tokens and cookies, and which published secret signs a cookie.

All pairs are out of reach: of the tokens of one issuer and key, and of the cookies of one format and name, one is tried
first, and a secret that is found is checked on the others. What is cheap to try comes first and, where a try is dear,
secrets that lie near. All bounds count tries, not seconds, so that two runs find the same.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import nullcontext
from itertools import chain, islice, takewhile
from typing import TYPE_CHECKING, Final, NamedTuple

from scanner.cookies import Clues, family, token_family
from scanner.correlate.candidates import Candidate, Provenance
from scanner.correlate.candidates.found import found
from scanner.correlate.evidence import tell_known, tell_signer
from scanner.correlate.families import families
from scanner.correlate.hmac_search import Budget, Target, search
from scanner.model import Cookie, Coverage, Policy, Salt, Sealed, Secret, Subject, Token
from scanner.processors import processors
from scanner.rulebook import load_cookies
from scanner.secrets import known

if TYPE_CHECKING:
    from concurrent.futures import ThreadPoolExecutor

    from scanner.correlate import Tokens

_DOUBTS: Final = 2
"""Tokens of a family, or cookies of a group, that are tried once nothing was found for its first."""
_DOUBTED: Final = 400_000
"""Tries up to which the cookies of a group are tried all the same: those of one name may be of many programs. They take
less than a second."""
_CHEAP: Final = 8
"""Tries up to which a secret is worth as long a list as tokens are tried with."""
_DEAR: Final = 64
"""Tries above which only likely secrets are tried."""
_BATCH: Final = 64
"""Secrets that are tried at a time: so many dear ones take some hundredths of a second."""
_STRETCHED_BYTES: Final = 20
"""Where a secret costs more, it has as many bytes at least: frameworks that stretch it ask for thirty and more."""
_SALTS: Final = 64
"""Salts of the scan that are tried."""
_ORIGINS: Final = 64
"""Origins of the scan that are tried."""
_ORIGIN: Final = re.compile(r"https?://[\w.-]{1,253}(?::\d{1,5})?(?=[/?#]|\Z)", re.ASCII | re.IGNORECASE)
"""Scheme, host and port of a URL (RFC 6454 §4)."""
_TOKENS: Final = ("JSON web tokens",)
"""What makes them, as other formats have their frameworks."""
_PLACES: Final = 3
"""Places of a subject that are compared, to tell what lies near."""


class _Proof(NamedTuple):
    """What was found for a cookie."""

    candidate: Candidate
    words: str


class Signers:
    """The secrets of a scan, and what each of them was found to sign."""

    def __init__(self, subjects: Sequence[Subject]) -> None:
        pairs = list(found(subjects))
        self.candidates = [candidate for candidate, _ in pairs]
        self._owners = {candidate.secret: subject for candidate, subject in pairs}
        self._purposes: dict[str, list[frozenset[str]]] = {}
        """The frameworks of what each of their subjects signs, by identity: those together that have one in common."""
        self._salts = [
            (subject, subject.decoded.value.reveal())
            for subject in subjects
            if isinstance(subject.decoded, Salt)
            or (isinstance(subject.decoded, Secret) and "salt" in subject.decoded.name.lower())
        ]

    def near(self, subject: Subject, cost: int) -> Sequence[Candidate]:
        """The secrets to try on a subject; where one costs so many tries that they may run out, those of the same file
        come first, then those of the same folder and of the folders around it."""
        if cost <= _CHEAP:
            return self.candidates
        distance = _distance_from(subject)
        return sorted(self.candidates, key=lambda candidate: distance(self._owners[candidate.secret]))

    def salts(self, subject: Subject) -> tuple[bytes, ...]:
        """The salts of the scan to try on a subject, those first that lie near."""
        distance = _distance_from(subject)
        return tuple(salt for _, salt in sorted(self._salts, key=lambda pair: distance(pair[0])))[:_SALTS]

    def tell(self, candidate: Candidate, signed: Subject, words: str, frameworks: Collection[str]) -> None:
        """Make evidence on both sides: that this secret signs a subject, which is such a thing of one of these
        frameworks."""
        signed.secret = Sealed(candidate.secret)
        owner = self._owners[candidate.secret]
        tell_signer(owner, signed, words)
        # One framework derives a key for each purpose; two of them have one key for two.
        purposes = self._purposes.get(owner.identity, [])
        alike = [known for known in purposes if not known.isdisjoint(frameworks)]
        purposes = [*(known for known in purposes if known not in alike), frozenset(frameworks).union(*alike)]
        self._purposes[owner.identity] = purposes
        owner.evidence["purposes_differ"] = len(purposes) > 1


def _distance_from(subject: Subject) -> Callable[[Subject], int]:
    """What tells how far others lie from a subject: the more folders they have in common, the less."""
    own = _paths(subject)
    return lambda other: -max(_common(one, path) for one in own for path in _paths(other))


def _paths(subject: Subject) -> list[list[str]]:
    return [sighting.origin.path.split("/") for sighting in subject.sightings[:_PLACES]]


def _common(one: Sequence[str], other: Sequence[str]) -> int:
    """How many parts of two paths are the same, from the root on."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def find_signers(tokens: Tokens, subjects: Sequence[Subject], policy: Policy, coverage: Coverage) -> None:
    """Add to the evidence of tokens and cookies what signs them, `signed_by` and others, and to that of secrets what
    they sign, `forges`. `subjects` are all of the scan."""
    if not policy.tries:
        return
    signers = Signers(subjects)
    if signers.candidates:
        _of_tokens(tokens, signers, policy, coverage)
    _of_cookies(tokens, subjects, signers, policy, coverage)


def _of_tokens(tokens: Tokens, signers: Signers, policy: Policy, coverage: Coverage) -> None:
    """Try the secrets of the scan on its tokens that HMAC signs."""

    def tell(target: Target) -> None:
        if target.found:
            signers.tell(target.found, target.subject, "JSON web token", _TOKENS)

    budget = Budget(policy.tries)
    alike = every = families(tokens(), tell, _DOUBTS)
    while alike:
        targets = [target for one in alike for target in one.next(policy.tries)]
        search(targets, signers.candidates, budget)
        alike = [one for one in alike if one.goes_on(budget)]
    cut = sum(len(one.missed) + len(one.untried) for one in every if one.is_cut)
    if cut:
        coverage.notes.append(
            f"secrets of the scan: {policy.tries:,} tries (--tries) were not enough for all; tokens concerned: {cut:,}"
        )


class _Group:
    """Cookies, or tokens that are no JWS, of one format and name, which are likely signed with one secret."""

    def __init__(self, name: str, salts: tuple[bytes, ...], origins: tuple[str, ...], jobs: int) -> None:
        """`name` is that of the format; salts and origins are those of the scan. As many `jobs` are done at once, 0 for
        one a processor."""
        self._jobs = jobs
        self.module = family(name)
        entry = load_cookies().get(name)
        self._names = entry.names if entry else ()
        self.frameworks = entry.frameworks if entry else (name,)
        self._salts = salts
        self._origins = origins
        self.cookies: list[tuple[Subject, Cookie | Token]] = []
        """Those that nothing is known to sign."""
        self.is_cut = False
        """Whether tries were missing for one of them."""
        self._passed_over: set[str] = set()
        """The identities of those that were not tried with all candidates: others like them gave little hope."""

    @property
    def untried(self) -> int:
        """How many of those that nothing is known to sign were not tried with all candidates."""
        return sum(subject.identity in self._passed_over for subject, _ in self.cookies)

    @property
    def cost(self) -> int:
        """What one secret costs."""
        subject, cookie = min(self.cookies, key=_size)
        return self.module.tries(cookie, self._clues(subject, thorough=True))

    def search(
        self, candidates: Callable[[Subject, int], Iterable[Candidate]], budget: Budget, *, thorough: bool = True
    ) -> Iterator[tuple[Subject, _Proof]]:
        """Take out the cookies that one of the candidates signs, which `candidates` gives for one of them and what a
        try on it costs."""
        waiting = sorted(self.cookies, key=_size)
        self.cookies = []
        before = budget.left
        while waiting and (len(self.cookies) <= _DOUBTS or before - budget.left < _DOUBTED):
            subject, cookie = waiting.pop(0)
            clues = self._clues(subject, thorough=thorough)
            cost = self.module.tries(cookie, clues)
            proof = self._first(cookie, clues, candidates(subject, cost), budget, cost)
            if proof is None:
                self.cookies.append((subject, cookie))
                continue
            yield subject, proof
            unsigned = []
            for subject, cookie in waiting:
                words = self.module.signs(proof.candidate.secret, cookie, self._clues(subject, thorough=True))
                if words:
                    yield subject, _Proof(proof.candidate, words)
                else:
                    unsigned.append((subject, cookie))
            waiting = unsigned
        self._passed_over.update(subject.identity for subject, _ in waiting)
        self.cookies += waiting

    def _clues(self, subject: Subject, *, thorough: bool) -> Clues:
        seen = dict.fromkeys(sighting.name for sighting in subject.sightings if sighting.name)
        names = (*seen, *self._names) if thorough or not seen else tuple(seen)
        return Clues(names, self._salts, self._origins, thorough=thorough)

    def _first(
        self, cookie: Cookie | Token, clues: Clues, candidates: Iterable[Candidate], budget: Budget, cost: int
    ) -> _Proof | None:
        def signs(candidate: Candidate) -> str | None:
            return self.module.signs(candidate.secret, cookie, clues)

        left = iter(candidates)
        # To stretch a key leaves the interpreter to others.
        with self._threads(cost) as threads:
            while batch := list(islice(left, _BATCH)):
                paid = batch[: budget.left // cost]
                for candidate, words in zip(paid, (threads.map if threads else map)(signs, paid), strict=True):
                    budget.left -= cost
                    if words:
                        return _Proof(candidate, words)
                if len(paid) < len(batch):
                    self.is_cut = True
                    return None
        return None

    def _threads(self, cost: int) -> ThreadPoolExecutor | nullcontext[None]:
        """What tries several secrets at once, where one costs much."""
        if cost <= _DEAR or self._jobs == 1:
            return nullcontext()
        from concurrent.futures import ThreadPoolExecutor

        return ThreadPoolExecutor(self._jobs or processors())


def _size(pair: tuple[Subject, Cookie | Token]) -> tuple[int, str]:
    return len(pair[0].sealed), pair[0].identity


def _of_cookies(
    tokens: Tokens, subjects: Sequence[Subject], signers: Signers, policy: Policy, coverage: Coverage
) -> None:
    """Try the secrets of the scan, then the published ones, on its cookies, and on tokens that are no JWS."""
    groups: dict[tuple[str, str], _Group] = {}
    cookies = ((subject, subject.decoded) for subject in subjects if isinstance(subject.decoded, Cookie))
    sealed = tokens() if any(map(_may_be_sealed, subjects)) else iter(())  # decoding all takes a while
    every: Iterator[tuple[Subject, Cookie | Token]] = chain(sealed, cookies)
    origins = _origins(tokens, subjects)
    for subject, decoded in every:
        name = decoded.family if isinstance(decoded, Cookie) else token_family(decoded)
        if name and hasattr(family(name), "signs"):
            key = name, subject.sightings[0].name
            if key not in groups:
                groups[key] = _Group(name, signers.salts(subject), origins, policy.jobs)
            groups[key].cookies.append((subject, decoded))
    budget = Budget(policy.tries)
    cheap_first = sorted(groups.values(), key=lambda group: group.cost)
    for group in cheap_first:
        for subject, proof in group.search(signers.near, budget):
            signers.tell(proof.candidate, subject, proof.words, group.frameworks)
            _check_known(subject, proof)
    for candidates, thorough in ((_published, True), (_derived, False)):
        for group in cheap_first:
            for subject, proof in group.search(candidates, budget, thorough=thorough):
                _tell_known(subject, proof)
    left = sum(len(group.cookies) for group in cheap_first if group.is_cut)
    if left:
        coverage.notes.append(
            f"secrets of cookies: {policy.tries:,} tries (--tries) were not enough for all; cookies concerned: {left:,}"
        )
    untried = sum(group.untried for group in cheap_first if not group.is_cut)
    if untried:
        coverage.notes.append(
            "secrets of cookies: none was found for some of one format and name; others, not tried with all: "
            f"{untried:,}"
        )


def _origins(tokens: Tokens, subjects: Sequence[Subject]) -> tuple[str, ...]:
    """Where what was scanned is served, as far as its tokens and its signed URLs tell: asked for only where a log holds
    the path of a signed URL without its host."""
    signed = [subject.sealed.reveal() for subject in subjects if subject.kind == "cookie"]
    if not any(raw.startswith(b"/") for raw in signed):
        return ()
    urls = [raw[:512].decode("latin-1") for raw in signed if raw.startswith(b"http")]
    for _, token in tokens():
        claims = token.claims or {}
        audience = claims.get("aud")
        named = [claims.get("iss"), *(audience[:_ORIGINS] if isinstance(audience, list) else [audience])]
        urls += (claim for claim in named if isinstance(claim, str))
    found = (origin[0].lower() for url in urls if (origin := _ORIGIN.match(url)))
    return tuple(islice(dict.fromkeys(found), _ORIGINS))


def _may_be_sealed(subject: Subject) -> bool:
    """Whether a subject is a token that is no JWS in compact serialisation: those are tried elsewhere."""
    return subject.kind == "token" and (subject.decoder != "jws" or subject.sealed.reveal().count(b".") == 4)


def _published(_subject: Subject, cost: int) -> Iterable[Candidate]:
    """The published secrets that are worth a try at this cost."""
    from scanner.correlate.candidates.listed import published

    return (one for one in published() if cost <= _DEAR or len(one.secret) >= _STRETCHED_BYTES)


def _derived(_subject: Subject, cost: int) -> Iterable[Candidate]:
    """What is made of them, and what public code holds, where that is worth it."""
    from scanner.correlate.candidates.listed import derived

    return derived() if cost <= _CHEAP else ()


def _check_known(subject: Subject, proof: _Proof) -> None:
    """Tell of a secret of the scan that everybody knows too."""
    secret = proof.candidate.secret
    if secret in known():
        _tell_known(subject, _Proof(Candidate(secret, Provenance(known()[secret])), proof.words))


def _tell_known(subject: Subject, proof: _Proof) -> None:
    tell_known(subject, proof.candidate)
    subject.evidence["signs_as"] = proof.words
