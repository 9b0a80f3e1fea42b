"""Tickets of Pyramid 2.1, and of mod_auth_tkt by its algorithm."""

import base64
import time

import pytest
from pyramid.authentication import AuthTicket, AuthTktCookieHelper
from pyramid.request import Request

from scanner.cookies import Clues
from scanner.cookies import auth_tkt as family
from tests.baking import baked, seconds, the

NOW = int(time.time())


def header(secret, user, tokens=(), **options):
    """The `Set-Cookie` of a login."""
    return AuthTktCookieHelper(secret, **options).remember(Request.blank("/"), user, tokens=tokens)[0][1]


@pytest.mark.filterwarnings("ignore:Cookie value contains invalid bytes")  # the comma between tokens
@pytest.mark.parametrize("hashalg", ["md5", "sha256", "sha512"])
@pytest.mark.parametrize("user", ["ann", 7, "ann@shop.example", "zoë"])
@pytest.mark.parametrize("tokens", [(), ("admin", "staff")])
@pytest.mark.parametrize("name", ["auth_tkt", "login"])
def test_login(hashalg, user, tokens, name):
    """By its name, or by what stands behind the user."""
    found = the("Set-Cookie: " + header("s3cr3t", user, tokens, hashalg=hashalg, cookie_name=name))
    assert (found.name, found.cookie.details) == (name, {"user": True})
    assert NOW - 9 < seconds(found.cookie)["iat"] < time.time() + 9
    assert found.proved("s3cr3t") == "auth_tkt ticket"
    assert found.proved("other") is None


@pytest.mark.parametrize("ip", ["0.0.0.0", "127.0.0.1"])
@pytest.mark.parametrize("wrapped", [False, True])
def test_mod_auth_tkt(ip, wrapped):
    """It may stand in base64; the client's address is in the digest."""
    value = AuthTicket("s3cr3t", "ann", ip, tokens=("staff",), user_data="Ann").cookie_value()
    if wrapped:
        value = base64.b64encode(value.encode()).decode()
    found = the(f"Cookie: auth_tkt={value}; a=b")
    assert found.cookie.raw.reveal() == value.encode()
    assert found.proved("s3cr3t") == "auth_tkt ticket"


def test_percent_encoded():
    """The user's name is so once more."""
    value = AuthTicket("s3cr3t", "ann@x.example", "0.0.0.0", time=1_700_000_000).cookie_value()
    cookie = family.decode(value.replace("%", "%25").replace("!", "%21").encode())
    assert cookie
    assert family.signs(b"s3cr3t", cookie, Clues()) == "auth_tkt ticket"


def test_other_addresses_prove_nothing():
    """A ticket for a client whose address is not known."""
    value = AuthTicket("s3cr3t", "ann", "192.0.2.1").cookie_value()
    assert the(f"auth_tkt={value}").proved("s3cr3t") is None


@pytest.mark.parametrize(
    "text",
    [
        f"auth_tkt={'a' * 32}00000010ann!",
        f"auth_tkt={'a' * 32}6553f100ann",
        f"auth_tkt={'a' * 20}6553f100ann!",
        f"login={'a' * 32}6553f100ann!",
        "from auth_tkt import AuthTicketDigestCalculatorOfTheServer!",
        "auth_tkt: AuthTktCookieHelper = AuthTktCookieHelper(secret=SECRET_OF_THE_APPLICATION)",
    ],
)
def test_near_misses(text):
    """No such time, no mark behind the user, a digest of another length, no name that tells."""
    assert baked(text) == []
