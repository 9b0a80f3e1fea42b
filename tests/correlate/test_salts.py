"""Salts that stand in a scan help to prove what its secrets sign, in the frameworks' own derivations."""

import base64
import hashlib
import hmac

import pytest
from itsdangerous import URLSafeTimedSerializer

from scanner.cookies import plug_keys
from scanner.model import Policy
from tests.correlate.test_forgery import OTHER, SECRET, proofs, scanned
from tests.strategies import segment

LONG = SECRET + OTHER
ENOUGH = Policy(tries=5_000)
"""For the secrets of a scan, and not for all that is published."""


def link(salt: str, secret: str = SECRET) -> str:
    """What itsdangerous signs for a link."""
    return str(URLSafeTimedSerializer(secret, salt).dumps("ann@shop.example"))


def django_value(salt: str) -> str:
    """What `django.core.signing.dumps` makes, which asks settings for all but the salt."""
    from django.core import signing

    signer = signing.TimestampSigner(key=SECRET, salt=salt, fallback_keys=[])
    return str(signer.sign_object({"cart": 7}))


def rails_value(salt: bytes) -> str:
    """A cookie of Rails 7 under a salt of the application's own."""
    value = base64.b64encode(b'{"_rails":{"message":"InVzZXItNyI=","exp":null,"pur":"cookie.user"}}')
    key = hashlib.pbkdf2_hmac("sha256", SECRET.encode(), salt, 1_000, 64)
    return f"{value.decode()}--{hmac.digest(key, value, 'sha256').hex()}"


def plug_session(salt: bytes) -> str:
    """A session of Plug, signed (`Plug.Session.COOKIE`)."""
    term = b"\x83t\x00\x00\x00\x01m\x00\x00\x00\x07user_idb\x00\x00\x00\x07"
    signed = f"SFMyNTY.{segment(term)}"
    return f"{signed}.{segment(hmac.digest(plug_keys.key(LONG.encode(), salt), signed.encode(), 'sha256'))}"


CASES = {
    "itsdangerous": (
        {
            "app/config.py": f"SECRET_KEY = '{SECRET}'\n",
            "app/mail.py": 'link = serializer.dumps(email, salt="invite-a-friend")\n',
            "a.log": f"GET /invite?token={link('invite-a-friend')}\n",
        },
        "itsdangerous signature (salt invite-a-friend)",
    ),
    "Django": (
        {
            "shop/settings.py": f"SECRET_KEY = '{SECRET}'\n",
            "shop/carts.py": "def pack(cart):\n    return signing.dumps(cart, salt='shop.carts')\n",
            "a.log": f"Cookie: cart={django_value('shop.carts')}\n",
        },
        "Django signed value (salt shop.carts)",
    ),
    "Rails": (
        {
            ".env": f"SECRET_KEY_BASE={SECRET}\n",
            "config/application.rb": 'config.action_dispatch.signed_cookie_salt = "our cookies"\n',
            "a.log": f"Cookie: user={rails_value(b'our cookies')}\n",
        },
        "message of Rails",
    ),
    "Plug": (
        {
            "config/config.exs": f'config :shop, ShopWeb.Endpoint, secret_key_base: "{LONG}"\n',
            "lib/shop_web/endpoint.ex": '@session_options [key: "_shop_key", signing_salt: "Yc1f8A2b"]\n',
            "a.log": f"Cookie: _shop_key={plug_session(b'Yc1f8A2b')}\n",
        },
        "signed session or token of Plug and Phoenix",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_a_salt_of_the_scan(name):
    """It is tried; without the file that holds it, nothing is proved."""
    files, words = CASES[name]
    found, _ = scanned(files, ENOUGH)
    first, second, _ = files
    assert proofs(found)["a.log:1"] == (f"{first}:1", words)
    found, _ = scanned({path: text for path, text in files.items() if path != second}, ENOUGH)
    assert proofs(found)["a.log:1"] == ()


def test_salts_that_lie_near_come_first():
    """Of more than can be tried, those of the same folder."""
    files = {f"other/m{number}.py": f'dumps(x, salt="purpose-{number}")\n' for number in range(100)}
    files |= {
        "shop/config.py": f"SECRET_KEY = '{SECRET}'\n",
        "shop/mail.py": 'dumps(x, salt="invite-a-friend")\n',
        "shop/a.log": f"GET /invite?token={link('invite-a-friend')}\n",
    }
    found, _ = scanned(files)
    assert proofs(found)["shop/a.log:1"] == ("shop/config.py:1", "itsdangerous signature (salt invite-a-friend)")


def test_a_salt_is_no_secret():
    """What a salt says is not tried as one."""
    found, _ = scanned({"app.py": f"dumps(x, salt='{SECRET}')\n", "a.log": f"GET /?token={link('itsdangerous')}\n"})
    assert [(subject.kind, subject.evidence) for subject in found] == [("salt", {}), ("cookie", {})]
