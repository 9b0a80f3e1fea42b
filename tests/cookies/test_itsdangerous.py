"""What Flask 3.1, Flask-WTF 1.3, Starlette 1.10 and itsdangerous 2.2 sign, found and verified."""

import asyncio
import base64
import hashlib
import hmac
import time
import zlib

import flask
import itsdangerous
import pytest
from flask_wtf.csrf import generate_csrf
from hypothesis import given
from hypothesis import strategies as st
from starlette.middleware.sessions import SessionMiddleware

from scanner.cookies import Clues
from scanner.cookies import itsdangerous as family
from tests.baking import baked, seconds, the

NOW = int(time.time())


def flask_header(secret, content):
    """The `Set-Cookie` of a Flask application that puts `content` into its session."""
    app = flask.Flask(__name__)
    app.secret_key = secret

    @app.get("/")
    def index():
        flask.session.update(content)
        return ""

    return app.test_client().get("/").headers["Set-Cookie"]


def starlette_header(secret, content):
    """The same of one with Starlette's middleware."""
    sent = []

    async def app(scope, _receive, send):
        scope["session"].update(content)
        await send({"type": "http.response.start", "status": 200, "headers": []})

    async def receive():
        return {"type": "http.request"}

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "headers": [], "path": "/"}
    asyncio.run(SessionMiddleware(app, secret_key=secret)(scope, receive, send))
    return next(value for name, value in sent[0]["headers"] if name == b"set-cookie").decode()


@pytest.mark.parametrize(
    "content", [{"uid": 7}, {"logged_in": True}, {"_user_id": "1", "_fresh": True, "pad": "x" * 99}]
)
def test_flask(content):
    """Compressed or not; the issue time is told, the user is seen, another secret proves nothing."""
    found = the("Set-Cookie: " + flask_header("s3cr3t", content))
    assert found.cookie.claims == content
    assert NOW - 9 < seconds(found.cookie)["iat"] < time.time() + 9
    assert (found.name, found.cookie.details) == ("session", {"user": True})
    assert found.proved("s3cr3t") == "Flask session"
    assert found.proved("s3cr3T") is None


def test_flask_with_a_key_of_bytes():
    """`os.urandom` as it stands in the documentation."""
    secret = b'_5#y2L"F4Q8z\n\xec]/'
    assert the(flask_header(secret, {"a": 1})).proved(secret) == "Flask session"


@pytest.mark.parametrize("size", range(4))
def test_starlette(size):
    """Its payload is base64 of the standard alphabet, with padding or without, also percent-encoded."""
    header = starlette_header("s3cr3t", {"user": "ann" + "~" * size})
    for text in (header, header.replace("=", "%3D").replace("session%3D", "session=", 1)):
        found = the(text)
        assert found.cookie.claims == {"user": "ann" + "~" * size}
        assert found.proved("s3cr3t") == "Starlette session"
        assert found.proved("other") is None


@pytest.mark.parametrize(
    "text",
    [
        '<input type="hidden" name="csrf_token" value="{}">',
        "X-CSRFToken: {}",
        '{{"csrf_token": "{}"}}',
        "csrf_token={}&a=b",
    ],
)
def test_flask_wtf(text):
    """The token of a form, in its page, a header, JSON and a body."""
    app = flask.Flask(__name__)
    app.secret_key = "s3cr3t"
    with app.test_request_context():
        token = generate_csrf()
    found = the(text.format(token))
    assert found.cookie.raw.reveal() == token.encode()
    assert found.proved("s3cr3t") == "Flask-WTF CSRF token"


@pytest.mark.parametrize(
    ("salt", "proof"),
    [
        ("itsdangerous", "itsdangerous signature"),
        ("email-confirm", "itsdangerous signature (salt email-confirm)"),
        ("reset-salt", "itsdangerous signature (salt reset-salt)"),
    ],
)
@pytest.mark.parametrize("value", ["a@b.example", 7, ["1", "x"], {"user_id": 7}])
def test_links(salt, proof, value):
    """By the salts of guides and of Flask-Security."""
    token = itsdangerous.URLSafeTimedSerializer("s3cr3t", salt=salt).dumps(value)
    found = the(f"https://shop.example/reset/{token}?a=b")
    assert found.cookie.raw.reveal() == token.encode()
    assert found.proved("s3cr3t") == proof


def test_a_salt_of_the_scan():
    """One that nobody else has; the derivation may be HMAC too."""
    for derivation in ("django-concat", "hmac"):
        kwargs = {"key_derivation": derivation}
        token = itsdangerous.URLSafeTimedSerializer("k", salt="mine-42", signer_kwargs=kwargs).dumps({"a": 1})
        found = the(f"token={token}")
        assert found.proved("k") is None
        assert found.proved("k", salts=(b"other", b"mine-42")) == "itsdangerous signature (salt mine-42)"


@pytest.mark.parametrize("digest", [hashlib.sha256, hashlib.sha512])
def test_other_digests(digest):
    """An application may choose its own."""
    kwargs = {"digest_method": digest, "key_derivation": "hmac"}
    token = itsdangerous.URLSafeTimedSerializer("k", salt="cookie-session", signer_kwargs=kwargs).dumps({"a": 1})
    assert the(f"session={token}").proved("k") == "Flask session"


def test_without_time():
    """Two parts."""
    token = itsdangerous.URLSafeSerializer("k").dumps({"id": 5, "name": "itsdangerous"})
    found = the(f"token={token};")
    assert (found.cookie.times, found.cookie.claims) == ({}, {"id": 5, "name": "itsdangerous"})
    assert found.proved("k") == "itsdangerous signature"


def test_times_before_release_1():
    """They count from 2011."""
    stamp = base64.urlsafe_b64encode((1_450_000_000 - 1_293_840_000).to_bytes(4)).rstrip(b"=")
    signed = base64.urlsafe_b64encode(b'{"a":1}').rstrip(b"=") + b"." + stamp
    key = hmac.digest(b"k", b"cookie-session", "sha1")
    token = signed + b"." + base64.urlsafe_b64encode(hmac.digest(key, signed, "sha1")).rstrip(b"=")
    found = the(b"session=" + token)
    assert seconds(found.cookie) == {"iat": 1_450_000_000}
    assert found.proved("k") == "Flask session"


SIGNATURE = "lWi70JxIthPi3hRAEQ5CyoUirU8"


@pytest.mark.parametrize(
    "text",
    [
        # JSON web tokens: whole, detached, cut, with a payload as long as a digest.
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.lWi70JxIthPi3hRAEQ5CyoUirU8XXXXXXXXXXXXXXXX",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0",
        "eyJ0eXAiOiJKV1QifQ.eyJzdWIiOiIxMjM0NTY3ODkwIn0",
        f"eyJhbGciOiJIUzI1NiJ9.awSLbQ.{SIGNATURE}",
        f"eyJhbGciOiJIUzI1NiJ9.{SIGNATURE}",
        # A digest too long, too short, of bits that no byte takes, or with more behind.
        f"eyJ1aWQiOjd9.awSLbQ.{SIGNATURE}A",
        f"eyJ1aWQiOjd9.awSLbQ.{SIGNATURE[:-1]}",
        f"eyJ1aWQiOjd9.awSLbQ.{SIGNATURE[:-1]}9",
        f"eyJ1aWQiOjd9.awSLbQ.{SIGNATURE}.x",
        # No JSON, no time.
        f"eyJ1aWQiOjd.awSLbQ.{SIGNATURE}",
        f"eyJ1aWQiOjd9._wSLbQ.{SIGNATURE}",
        f".eJyrVirNTFGyMtdRKkgE0kqJA.awSLbQ.{SIGNATURE}",
        "reset/Index.Widget.AbstractSingletonProxyFacto",
    ],
)
def test_near_misses(text):
    """What looks like one, and is none."""
    assert baked(f'token = "{text}"') == []


@given(st.binary(max_size=300), st.booleans())
def test_any_content(data, compressed):
    """Whatever is signed, `decode` gives the parts that it was made of, or nothing."""
    payload = base64.urlsafe_b64encode(zlib.compress(data) if compressed else data).rstrip(b"=")
    text = itsdangerous.TimestampSigner("k").sign((b"." if compressed else b"") + payload)
    cookie = family.decode(text)
    if cookie:
        assert cookie.raw.reveal() == text
        assert family.signs(b"k", cookie, Clues()) in ("Starlette session", "itsdangerous signature")
        assert family.signs(b"K", cookie, Clues()) is None


def test_a_bomb():
    """What inflates to ten megabytes is inflated to 64 KiB."""
    payload = base64.urlsafe_b64encode(zlib.compress(b'{"a":"' + b"x" * 10_000_000 + b'"}', 9)).rstrip(b"=")
    began = time.process_time()
    assert family.decode(b"." + payload + b".awSLbQ." + SIGNATURE.encode()) is None
    assert time.process_time() - began < 0.2


def test_begun():
    """A content and a time tell of a value that was cut."""
    assert family.begins(b"eyJ1aWQiOjd9.awSLbQ.lWi7")
    assert not family.begins(b"eyJhbGciOiJIUzI1NiJ9.awSLbQ.lWi7")
    assert not family.begins(b"eyJ1aWQiOjd9.awSL")


def test_cost_is_told():
    """Each way to a key counts; a session, known by its name or its members, has few, and all have few at first."""
    for content, names, ways in (
        ("eyJfZnJlc2giOnRydWV9", (), 3),
        ("eyJ1aWQiOjd9", ("session",), 3),
        ("eyJ1aWQiOjd9", (), 44),
    ):
        cookie = family.decode(f"{content}.awSLbQ.{SIGNATURE}".encode())
        assert cookie
        clues = Clues(names, thorough=True)
        assert family.tries(cookie, clues) == ways
        assert family.tries(cookie, clues._replace(salts=(b"a", b"b"))) == ways + 4
        assert family.tries(cookie, clues._replace(thorough=False)) == min(ways, 8)
