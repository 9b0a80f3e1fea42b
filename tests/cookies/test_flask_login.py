"""The token that Flask-Login 0.6 remembers users by."""

import hmac

import flask
import flask_login
import pytest

from tests.baking import baked, the


def header(secret, user_id):
    """The `Set-Cookie` of a login that is to be remembered."""
    app = flask.Flask(__name__)
    app.secret_key = secret
    manager = flask_login.LoginManager(app)
    user = flask_login.UserMixin()
    user.id = user_id
    manager.user_loader(lambda _id: user)

    @app.get("/")
    def index():
        flask_login.login_user(user, remember=True)
        return ""

    cookies = app.test_client().get("/").headers.getlist("Set-Cookie")
    return next(cookie for cookie in cookies if cookie.startswith("remember_token="))


@pytest.mark.parametrize("secret", ["dev", "s3cr3t" * 20, "clé secrète"])
@pytest.mark.parametrize("user_id", ["7", "5f3c-ab", "ann@shop.example"])
def test_remember_token(secret, user_id):
    """One HMAC, of a text in Latin-1."""
    found = the("Set-Cookie: " + header(secret, user_id))
    assert (found.name, found.cookie.signed.reveal().decode()) == ("remember_token", user_id)
    assert found.cookie.details == {"user": True}
    assert found.proved(secret) == "Flask-Login remember_token"
    assert found.proved(secret + "x") is None


@pytest.mark.parametrize(
    "text",
    [
        "remember_token={}",
        '"remember_token": "{}"',
        '{{"name": "remember_token",\n    "value": "{}"}}',
        "shop.example\tFALSE\t/\tTRUE\t1795459949\tremember_token\t{}",
        "cookie: remember_token={}; session=x",
        "cookies['remember_token'] = \"{}\"",
        '"remember_token" => "{}"',
    ],
)
@pytest.mark.parametrize("bar", ["|", "%7C", "%7c"])
def test_where_it_stands(text, bar):
    """Headers, captures and a cookie jar, percent-encoded or not."""
    value = "7" + bar + hmac.digest(b"dev", b"7", "sha512").hex()
    found = the(text.format(value))
    assert found.cookie.raw.reveal() == value.encode()
    assert found.proved("dev") == "Flask-Login remember_token"


def test_before_release_0_3():
    """It was SHA-1."""
    found = the("remember_token=7|" + hmac.digest(b"dev", b"7", "sha1").hex())
    assert found.proved("dev") == "Flask-Login remember_token"


@pytest.mark.parametrize(
    "text",
    [
        f"remember_token=7|{'a' * 127}",
        f"remember_token=7|{'a' * 129}",
        f"remember_token=7{'a' * 128}",
        f"remember_token=|{'a' * 128}",
        f"remember_token%3D7|{'a' * 128}",
        f"sha512=7|{'a' * 128}",
        "remember_token = request.cookies.get(name)",
    ],
)
def test_near_misses(text):
    """Digests of other lengths and names."""
    assert baked(text) == []
