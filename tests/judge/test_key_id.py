"""When the name of a key may be shown."""

import pytest

from scanner.judge.key_id import key_id_facts

DIGEST = "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"
"""The thumbprint of RFC 7638 §3.1."""
UUID = "9188040d-6c67-4c5b-b112-36a304b66dad"


@pytest.mark.parametrize(
    ("key_id", "public", "secret"),
    [
        ("1", True, True),
        ("2026-01", True, True),
        ("key-1.v2", True, True),
        ("ABC123DEFG", True, True),
        (UUID, True, True),
        (DIGEST, True, False),  # It may be a digest of the secret.
        ("1234example=", True, False),
        ("x" * 16, True, True),
        ("x" * 17, True, False),
        ("x" * 64, True, False),
        ("x" * 65, False, False),
        ("../../dev/null", False, False),
        ("' OR 1=1 --", False, False),
        ("https://idp.example/jwks", False, False),
        ("ann@parcels.example", False, False),
        ("a b", False, False),
        ("a\n", False, False),
        ("é", False, False),
        ("", False, False),
        (7, False, False),
        (None, False, False),
        (["1"], False, False),
    ],
)
def test_shown(key_id, public, secret):
    """A plain short id; and where the key is a secret, nothing by which that could be guessed."""
    for kind, shown in (("rsa", public), ("eddsa", public), ("hmac", secret), ("encryption", secret), ("none", secret)):
        facts = key_id_facts({"token.header": {"kid": key_id}, "token.algorithm_kind": kind})
        assert facts == ({"token.key_id": key_id} if shown else {}), kind


def test_without_one():
    """A header that names no key."""
    assert key_id_facts({"token.header": {}, "token.algorithm_kind": "rsa"}) == {}
