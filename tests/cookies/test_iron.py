"""Seals of @hapi/iron 7.0, @hapi/yar 11.0, iron-session 8.0 and h3 2.0, made by them, and by the format."""

import base64
import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.cookies import Clues
from scanner.cookies.iron import begins, decode, signs, tries
from scanner.model import NumericDate

BUFFER = b"Fe26.2*raw**ax485nwt4JAOn0-BhFAIBw*GZyDephRjoMbnyMZMBvSYQ***0CDAR7vwLmkbU2R7wJEoJHYENTW04m7i_vDd4tdia9I"
PARTED = (
    b"Fe26.2*k2*8fddb2229239a693226bb04b343f046631e9793e118c0be8b580af9a7e810e15*GASRV_uVfCB2Wt5-jc0wjQ*jzN8ijXNd4PZ"
    b"El3zhTPl1g*1795517704865*b56ee17ccc7b5e6ed966d7348f2213435c3a5af5f7adb01694f0db5c1af13586*Ejm9hjYX7escaTdFep-O"
    b"yoIIBD5wjFAx3oy9Xnf_Jv4"
)
SESSION = (
    b"Fe26.2*2*7672f398200aa631430fbfc6b82f7788a00a34a064ca0f0988c35f3885886880*jVf3DXahRA19AscLhzUqbw*q7BdYraXJpjbJ"
    b"LJzN8V_xw*1796727244883*d354a2c05f7ebadc49d1909187d575aae2cae861ffabad83db48078097e5783b*ztO-oS3-Q1wUKMDE3qVdj"
    b"ikxTlOjqvEyfid4wcL-CnE~2"
)
YAR = (
    b"Fe26.2**7f22034710d35157944508366ae21b6c00f9c33a43ff378a933b809a6f55a214*9AaNj2WYgjM5nZcHcA0BMQ*DZxvjllCfHkq7y"
    b"MYNIVbKOeG2qnxWq-g4yPscUACrQ9aKmZ8oSdtzBlc1XFtJiDpb7_9L78Y4SaiZkfQloPQIrYJ4ehE3748G2aiBQVsr1g**61d765b88d0b9a1"
    b"0743af3ad32e6cce2bc6f55d1c22420d162edb6f2cfe8960a*jGaGgFf7rwhka38Q9oH_11BofgxNI_VaOEVDv6bzv9k"
)
H3 = (
    b"Fe26.2**db86d50dc79e898e1e3bcfe1ea2aa9e4dffea104d5382658b946276564e3ba24*37uR4QxPgi4UvhW5cROhEA*SxlZLDfHmSKLKD"
    b"68nK-13d3MeQZRJF8vFLXOKDzTy8eZ1bFuJwAPztnhelJob-k_iKXNzYM78Qg6KI6AqBo6w0Dk1V8kkO3QurlRgHPvMeh74sXxbloXv3gpy5Ls"
    b"Vc-w**02722c37a7ae5a31365fb950376c07f0d0d5bf6248f61509aa820895af3aee0e*7G4vXmcDzXonFNHZ8NYvFjIBptNd-UVmhsy64l0"
    b"Aaeo"
)
SEALED = (
    b"Fe26.2**2e68fa5e4d53a8ade835117d54ca644c90b75ad38d710e02e6a2e2b67b1e8713*qJHGhzZ8n9JiQU9168zaIQ*m-cm1x0yJQHO4A"
    b"anXePpGg**dea349f2aa27f4b4dd210af0141852cda0c7c35095212913eff9523bee5f3155*3q2udzySW9fcQpbtNbXNPn7768o__Z28bGJ"
    b"fClPuMcM"
)
PASSWORD = b"complex_password_at_least_32_characters_long"


def sealed(password: bytes, salt: str, content: bytes, ends: str = "") -> bytes:
    """A seal with this MAC; nothing is encrypted in it."""
    vector = base64.urlsafe_b64encode(bytes(16)).rstrip(b"=").decode()
    inner = base64.urlsafe_b64encode(content).rstrip(b"=").decode()
    message = f"Fe26.2*1*{'ab' * 32}*{vector}*{inner}*{ends}"
    key = hashlib.pbkdf2_hmac("sha1", password, salt.encode(), 1, 32)
    mac = base64.urlsafe_b64encode(hmac.digest(key, message.encode(), "sha256")).rstrip(b"=").decode()
    return f"{message}*{salt}*{mac}".encode()


@pytest.mark.parametrize(
    ("text", "password", "names", "words"),
    [
        (SEALED, PASSWORD, (), "sealed cookie of iron"),
        (YAR, b"a yar password of ours of at least 32 characters", ("session",), "sealed cookie of iron"),
        (SESSION, b"a password of ours of at least 32 characters", (), "sealed cookie of iron"),
        (BUFFER, bytes([9]) * 48, (), "sealed cookie of iron"),
        (PARTED, b"an integrity password of ours, long", (), "sealed cookie of iron"),
        (H3, b"an h3 password of ours of at least 32 characters", ("h3",), "sealed cookie of h3"),
    ],
)
def test_seals_of_the_frameworks(text, password, names, words):
    """Each is read up to its end, and its password is proved; another is not."""
    cookie = decode(text + b"; Path=/")
    assert cookie is not None
    assert cookie.raw.reveal() == text
    assert signs(password, cookie, Clues(names)) == words
    assert signs(password + b"x", cookie, Clues(names)) is None


def test_parted_passwords():
    """The one that encrypts does not sign."""
    cookie = decode(PARTED)
    assert cookie is not None
    assert signs(b"an encryption password of ours of 32", cookie, Clues()) is None


def test_iterations_of_h3_are_for_its_names():
    """They are three thousand times dearer."""
    cookie = decode(H3)
    assert cookie is not None
    assert signs(b"an h3 password of ours of at least 32 characters", cookie, Clues(("session",))) is None
    assert tries(cookie, Clues(("h3",))) > 1_000 * tries(cookie, Clues())


def test_end():
    """In milliseconds; without one it never ends."""
    times = [cookie.times for text in (SESSION, SEALED) if (cookie := decode(text))]
    assert times == [{"exp": NumericDate(seconds=1796727244, unit="milliseconds")}, {}]


def test_percent_encoded():
    """It is the same cookie, and its password is proved."""
    cookie = decode(SESSION.replace(b"*", b"%2A"))
    assert cookie is not None
    bare = decode(SESSION)
    assert bare is not None
    assert cookie.identity == bare.identity
    assert signs(b"a password of ours of at least 32 characters", cookie, Clues())


@given(
    st.binary(min_size=32, max_size=90),
    st.from_regex(r"[0-9a-f]{64}", fullmatch=True),
    st.binary(min_size=16, max_size=64),
    st.sampled_from(["", "1796727244883"]),
)
def test_whatever_is_sealed(password, salt, content, ends):
    """Any content under any password that is long enough."""
    cookie = decode(sealed(password, salt, content, ends))
    assert cookie is not None
    assert signs(password, cookie, Clues())
    assert signs(password[:31], cookie, Clues()) is None


@pytest.mark.parametrize(
    "text",
    [
        SEALED.replace(b"Fe26.2", b"Fe26.1"),
        SEALED[:-1],
        SEALED.rpartition(b"*")[0],
        SEALED.replace(b"*dea", b"*Xea"),
        b"Fe26.2*password-id*encryption-salt*encryption-iv*encrypted*expiration*hmac-salt*hmac",
        b"Fe26.2",
        b"",
    ],
)
def test_near_misses(text):
    """Other versions, seals cut short, and how their parts are called."""
    assert decode(text) is None


def test_beginning():
    """A seal that is cut short is told."""
    assert begins(SEALED[:20])
    assert not begins(b"Fe26.3*")
