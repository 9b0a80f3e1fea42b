"""The leaky service in fixtures/ is what its script writes, and its tokens are real ones."""

import jwt
import pytest

from fixtures import make

WRITTEN = {
    path.relative_to(make.FOLDER).as_posix(): path.read_text() for path in make.FOLDER.rglob("*") if path.is_file()
}


def test_files_are_up_to_date():
    """`make fixtures` would change nothing."""
    assert make.files() == WRITTEN


@pytest.mark.parametrize(
    ("name", "key"),
    [("service", make.SECRET), ("billing", make.RSA_KEY.public_key()), ("refresh", make.ED25519_KEY.public_key())],
)
def test_tokens_verify(name, key):
    """Another implementation accepts the signatures, and reads the claims that were meant."""
    header, claims, *_ = make.TOKENS[name]
    options: jwt.types.Options = {"verify_exp": False, "verify_aud": False}
    assert jwt.decode(make.mint(header, claims), key, algorithms=[header["alg"]], options=options) == claims
