"""Ids as Flask-Session 0.8 signs them: by the `Signer` of itsdangerous 2.2 with its salt."""

import secrets
import uuid

import pytest
from itsdangerous import Signer

from tests.baking import baked, the

SIGNED = Signer("s3cr3t", salt="flask-session", key_derivation="hmac")


@pytest.mark.parametrize(
    "text",
    [
        "Cookie: session={}; a=b",
        '{{"session":"{}"}}',
        "{{'session': '{}'}}",
        'cookies["session"] = "{}"',
        '{{"name":"session","value":"{}"}}',
        '{{"name": "session", "value": "{}"}}',
        "shop.example\tFALSE\t/\tTRUE\t1795459949\tsession\t{}",
        "session: {}",
        '{{\n  "name": "session",\n  "value": "{}"\n}}',
    ],
)
@pytest.mark.parametrize("sid", [str(uuid.uuid4()), secrets.token_urlsafe(32)])
def test_id(sid, text):
    """It is opaque, and its signature tells of the secret."""
    value = SIGNED.sign(sid).decode()
    found = the(text.format(value))
    assert (found.cookie.payload, found.cookie.raw.reveal()) == ("opaque", value.encode())
    assert found.proved("s3cr3t") == "Flask-Session id"
    assert found.proved("s3cr3T") is None


@pytest.mark.parametrize(
    "text",
    [
        f"session={uuid.uuid4()}",
        f"session={uuid.uuid4()}.abc",
        f"id={SIGNED.sign(str(uuid.uuid4())).decode()}",
        f"session={SIGNED.sign(str(uuid.uuid4())).decode()}x",
        f"session={SIGNED.sign('12345678-1234').decode()}",
        "session=create_session_factory_for_tests(engine)",
    ],
)
def test_near_misses(text):
    """No signature, no id, or another name."""
    assert baked(text) == []
