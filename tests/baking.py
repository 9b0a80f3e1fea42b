"""Cookies as a scan finds them, and what a secret proves of them."""

from __future__ import annotations

from typing import Final, NamedTuple

from scanner.cookies import Clues, family
from scanner.examine import Examiner
from scanner.model import Cookie, Origin, Policy
from scanner.rulebook import load_cookies, load_patterns
from scanner.sources.stream import Memory

_EXAMINER: Final = Examiner([pattern for pattern in load_patterns() if pattern.makes == "cookie"], Policy())


class Baked(NamedTuple):
    """A cookie that was found."""

    cookie: Cookie
    name: str
    """What it is called where it was found."""

    def proved(
        self, secret: str | bytes, *, salts: tuple[bytes, ...] = (), origins: tuple[str, ...] = ()
    ) -> str | None:
        """What `secret` proves of it; names are its own, and then the defaults of its format."""
        names = (self.name,) if self.name else ()
        clues = Clues((*names, *load_cookies()[self.cookie.family].names), salts, origins, thorough=True)
        return family(self.cookie.family).signs(
            secret.encode() if isinstance(secret, str) else secret, self.cookie, clues
        )


def baked(text: str | bytes) -> list[Baked]:
    """All cookies that a file with `text` holds, in order."""
    data = text.encode() if isinstance(text, str) else text
    found = []
    for subject in _EXAMINER(Memory(data, Origin("file", "app.log"))).subjects:
        for sighting in subject.sightings:
            assert isinstance(subject.decoded, Cookie)
            assert data[sighting.start : sighting.end] == subject.sealed.reveal()
            found.append((sighting.start, Baked(subject.decoded, sighting.name)))
    return [one for _, one in sorted(found, key=lambda pair: pair[0])]


def the(text: str | bytes) -> Baked:
    """The one cookie that a file with `text` holds."""
    (one,) = baked(text)
    return one


def seconds(cookie: Cookie) -> dict[str, int]:
    """Its times, in seconds since 1970."""
    return {name: date.seconds for name, date in cookie.times.items() if date}
