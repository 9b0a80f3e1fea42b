"""Sessions of rack-session 2.1, made by it, and by cryptography."""

import base64
import hmac
from urllib.parse import quote

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from scanner.cookies import Clues
from scanner.cookies.rack_session import decode, signs

V1 = (
    b"AYXKJsDvT2IHFWWN-SbZb1C8xpdw8zDdOIS7pfGJHqDLvEnKMApd3I3F0OIYy1NtKeD4N4DPxeXNnOGd0-fzDTQckso9ik437OT6zhouXwYeAR"
    b"ccwjGQZTC6u2_hLjjvzPHYpDeHd7GcZAGdKGjalcH5CNCL6IbjfvQbFffPKSdTqagF2CcTZ-qg8J_MZJEw4kCNYkdnLZvwfA3Q4ZHXU5IogJnh"
    b"axYljwVbgaERxAXWGrQ51R7SD_qspw63Erfn4mTjQaQUn0RWrCUWzdcc61g="
)
V2 = (
    b"AtgO-2MVWmrWFgyX7mldrJv9u2EMVopg_wAPH-Pt-rhbRLtatFtU_UvhYnN1BdnlulhyFPxm7hZsCDfjTXnN8kgIQjVYLg64dC1ftMRfi-P49G"
    b"LO7Qv_9JNbYJ-Olwy_1m10H_87OPzoENW4PCbY62QglUgZhIhA8MTdws0="
)
NAMED = (
    b"AgFRLNBa9oEGTCvo1BEH3HB20cv9qMmC1sE9gmM-NCJR8osUwB8SgRNnrOJ6iDpDWvcPeEIR7E22_hK6Fssb49sbouEduQI4grGuElqypMNo7O"
    b"HZHXoUeSJ9mhFdSOkI-WMh2kOEU2BTtmwxM0qhtZveAXiXS3b-ROC2UBw="
)
DOCUMENTED_1 = (
    b"AVxblRi3k81uXzZIXJd9WkD4Nf7Q1KMUaY7KGYidd-9NHzKCRYB-opVmUuTeWtkkfKgt4ihqzVWps5LftI5xhs1X36W48IsjXlxmk-jTrRlA91"
    b"qesLD64CPtRlLe_EJV8isX_R95mBBZDCh1cBXj0OwIk5HhJsR3zVIV81WDl7mtNUOm-bKXiJCXbR5cUjGdYA=="
)
DOCUMENTED_2 = (
    b"Av470-HunaTg9jDOzkdq7a48EAPQ_aQzVhkOtoJ4YvVokyhC7lSrkC1xTG5ggQ-ghe2m9mLmUuu7wwPVoudvmTAQTzcleEyyjXfYoImj7JrZOO"
    b"ZHrq1sKde3wgS8BGEKWIhvI_ELSTSCeqpAm69XtT4tR6wYikkL8q7h6j0="
)
SECRET = b"a rack-session secret of ours that has at least sixty-four bytes in it"


def first(secret: bytes, name: bytes, blocks: int) -> bytes:
    """With the MAC of the first version; nothing is encrypted in it."""
    data = b"\x01" + bytes(48) + bytes(32 * blocks)
    return base64.urlsafe_b64encode(data + hmac.digest(secret[32:], data + name, "sha256"))


def second(secret: bytes, name: bytes, blocks: int) -> bytes:
    """As the second version encrypts."""
    head, vector = b"\x02" + bytes(range(32)), bytes(12)
    sealed = AESGCM(hmac.digest(secret[:32], head[1:], "sha256")).encrypt(vector, bytes(32 * blocks), head + name)
    return base64.urlsafe_b64encode(head + vector + sealed[-16:] + sealed[:-16])


@pytest.mark.parametrize(
    ("text", "secret", "names"),
    [
        (V1, SECRET, ()),
        (V2, SECRET, ()),
        (NAMED, SECRET, ("shop.session", "rack.session")),
        (DOCUMENTED_1, b"z" * 64, ()),
        (DOCUMENTED_2, b"z" * 64, ()),
    ],
)
def test_sessions_of_the_framework(text, secret, names):
    """Each is read behind its name, and its secret is proved; another is not."""
    for spelt in (text, quote(text).encode()):
        cookie = decode(b"rack.session=" + spelt)
        assert cookie is not None
        assert (cookie.raw.reveal(), cookie.start, cookie.payload) == (spelt, 13, "encrypted")
        assert signs(secret, cookie, Clues(names)) == "session of rack-session"
        assert signs(b"x" + secret[1:-1] + b"x", cookie, Clues(names)) is None


def test_name_is_signed():
    """Under another name nothing is proved."""
    cookie = decode(NAMED)
    assert cookie is not None
    assert signs(SECRET, cookie, Clues()) is None


@given(st.binary(min_size=64, max_size=90), st.integers(1, 4))
def test_whatever_is_encrypted(secret, blocks):
    """In both versions, under any secret that is long enough: of the second, 32 bytes count."""
    for text, enough in ((first(secret, b"rack.session", blocks), 64), (second(secret, b"rack.session", blocks), 32)):
        cookie = decode(text)
        assert cookie is not None
        assert signs(secret, cookie, Clues()) == "session of rack-session"
        assert signs(secret[: enough - 1], cookie, Clues()) is None
        assert bool(signs(secret[:enough], cookie, Clues())) == (enough == 32 or len(secret) == 64)


@pytest.mark.parametrize(
    "text",
    [
        V1[:-4],
        base64.urlsafe_b64encode(b"\x03" + base64.urlsafe_b64decode(V1)[1:]),
        base64.urlsafe_b64encode(base64.urlsafe_b64decode(V2)[:61]),
        base64.urlsafe_b64encode(base64.urlsafe_b64decode(V2) + bytes(16)),
        V2.rstrip(b"="),
        b"A",
        b"",
    ],
)
def test_near_misses(text):
    """Other versions, nothing in it, no whole number of blocks, and base64 cut short."""
    assert decode(text) is None
