"""Sessions of NextAuth 4, Auth.js 5 and Better Auth: JSON web tokens encrypted with a key made from the secret.

They are tokens of the form `jwe`, so this module reads nothing: it tells which may be such, and what secret encrypts
them. Where the header names its key by thumbprint (RFC 7638), that proves the secret without deciphering.
Tested with tokens of next-auth 4.24, @auth/core 0.34 and better-auth 1.7.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from scanner.cookies import Clues
from scanner.decode.reading import Reader
from scanner.model import Token

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NAMES: Final = (
    "authjs.session-token", "__Secure-authjs.session-token",
    "next-auth.session-token", "__Secure-next-auth.session-token",
)  # fmt: skip
"""What sessions are called by default: Auth.js makes the name a part of the key."""

_MOST_NAMES: Final = 8
"""Names that are tried of one token."""
_KEY_BYTES: Final = {"A256GCM": 32, "A256CBC-HS512": 64}
"""By the `enc` that they use (RFC 7518 §5)."""


def is_of(token: Token) -> bool:
    """Whether `token` has the header that these libraries write."""
    header = token.header
    return (
        token.form == "jwe"
        and header.get("alg") == "dir"
        and header.get("enc") in _KEY_BYTES
        and header.keys() <= {"alg", "enc", "kid"}
        and ("kid" in header or header["enc"] == "A256GCM")
    )


def signs(secret: bytes, token: Token, clues: Clues) -> str | None:
    """What `secret` proves of a token that `is_of` these: words to follow "it is the secret of a", as a family says
    it (`scanner.cookies.Family.signs`); None where it does not encrypt it. Never raises."""
    names = (*clues.names, *NAMES)[:_MOST_NAMES]
    if "kid" in token.header:
        return _thumbprints(secret, names, _KEY_BYTES[token.header["enc"]]).get(str(token.header["kid"]))
    parts = token.raw.reveal().split(b".")
    if len(parts) != 5:
        return None
    vector, ciphertext, tag = (_bytes(part) for part in parts[2:])
    if len(vector) != 12 or len(tag) != 16:
        return None
    from cryptography.exceptions import InvalidTag

    for name in ("", *names):
        try:
            _cipher(secret, name).decrypt(vector, ciphertext + tag, parts[0])
        except InvalidTag:
            continue
        return f"token of NextAuth ({name})" if name else "session of NextAuth"
    return None


def tries(token: Token, clues: Clues) -> int:
    """Two or three HMACs for each key that a secret is derived into."""
    return 3 * (1 + min(len(clues.names) + len(NAMES), _MOST_NAMES))


@lru_cache(maxsize=4_096)
def _cipher(secret: bytes, name: str) -> AESGCM:
    """NextAuth's, which makes the name a part of the key but for sessions."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    label = "NextAuth.js Generated Encryption Key" + (f" ({name})" if name else "")
    return AESGCM(_derived(secret, name.encode(), label.encode(), 32))


@lru_cache(maxsize=4_096)
def _thumbprints(secret: bytes, names: tuple[str, ...], size: int) -> dict[str, str]:
    """What each key says that is made from `secret`, by its thumbprint."""
    found: dict[str, str] = {}
    for salt in ("better-auth-session", "better-auth-account"):
        key = _derived(secret, salt.encode(), b"BetterAuth.js Generated Encryption Key", size)
        found[_thumbprint(key, "sha256")] = "session of Better Auth"
    for name in names:
        key = _derived(secret, name.encode(), f"Auth.js Generated Encryption Key ({name})".encode(), size)
        found[_thumbprint(key, f"sha{size * 8}")] = f"session of Auth.js ({name})"
    return found


def _derived(secret: bytes, salt: bytes, info: bytes, size: int) -> bytes:
    """HKDF-SHA256 (RFC 5869)."""
    master = hmac.digest(salt, secret, "sha256")
    key = block = b""
    for counter in range(1, size // 32 + 1):
        block = hmac.digest(master, block + info + bytes([counter]), "sha256")
        key += block
    return key


def _thumbprint(key: bytes, digest: str) -> str:
    """Of a symmetric key (RFC 7638 §3.2)."""
    text = b'{"k":"%s","kty":"oct"}' % base64.urlsafe_b64encode(key).rstrip(b"=")
    return base64.urlsafe_b64encode(hashlib.new(digest, text).digest()).rstrip(b"=").decode()


def _bytes(part: bytes) -> bytes:
    return Reader().base64(part) or b""
