"""An example that does not show what it says is told, with the reason."""

import jwt
import pytest

from scanner import rulebook
from scanner.rulebook import Minted
from scanner.rulecheck import Failure, check, mint
from tests.books import BASE, RULE, folder
from tests.signing import key, kind_of

JOSE = """regex = 'eyJ[A-Za-z0-9_-]+[.][A-Za-z0-9_-]+[.][A-Za-z0-9_-]*'
anchor = 'eyJ[a-z]'"""
PATTERN_EXAMPLES = """[[pattern.example]]
text = "é «eyJhbGciOiJub25lIn0.e30.»&x"
[[pattern.example]]
text = "eyJh.e30.x"
"""


def failures(tmp_path, rule=RULE, examples=PATTERN_EXAMPLES):
    """What is wrong with a small rule book."""
    base = BASE[: BASE.index("[[pattern.example]]")].replace("regex = 'eyJ[a-z]+'", JOSE) + examples
    return list(check(rulebook.load(base=folder(tmp_path / "rules", base=base, rules=rule))))


def test_examples_that_hold(tmp_path):
    """Nothing is said of examples that show what they say."""
    assert failures(tmp_path) == []


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ('finds = "medium"', 'finds = "high"', "fires as medium, which should be high"),
        ('aud = "billing" }', 'aud = "billing", exp = 5 }', "does not fire"),
        ('aud = "billing" }', "sub = 'x' }", "does not fire"),
        ('finds = "medium"', "finds = true\ntext = '{token'\nfiles = { 'a' = '{token}x{token}' }", ""),
        ('finds = "medium"', "finds = true\nfiles = { 'a' = 'x{token' , 'b' = '{token}' }", ""),
        ('finds = "medium"', "finds=true\npolicy = { max_subjects = 0 }", "its token is not found in its files"),
        ('"!token.has_expiry"', '"token.claims.b == 1 || !token.has_expiry"', ""),
        ('"!token.has_expiry"', '"token.claims.b == 1"', "token-no-expiry fails: a map has no member of that name"),
        ('finds = "medium"', 'finds=true\nsign_with = "x"', "`sign_with` is no private JWK for RS256"),
        ('finds = "medium"', 'finds=true\nkeys = "x"', "keys: is no file of keys"),
    ],
)
def test_a_firing_example(tmp_path, old, new, what):
    """It fires at the severity that it names."""
    assert old in RULE
    first = [failure.what for failure in failures(tmp_path, RULE.replace(old, new, 1)) if failure.example == 1]
    assert first == [what] * bool(what)


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("exp = 1", "x = 1", "fires as medium, which should be a near miss"),
        ("finds = false", "finds = false\nundecided = true", "says `undecided = true`, yet all facts are known"),
        (
            "!token.has_expiry",
            "!token.has_expiry || token.lifetime > 5",
            "does not fire only because a fact is unknown: give the fact, or say `undecided = true`",
        ),
    ],
)
def test_a_near_miss(tmp_path, old, new, what):
    """It does not fire, and for the right reason."""
    assert failures(tmp_path, RULE.replace(old, new, 1)) == [Failure("token-no-expiry", 2, what)]


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("&x", "", ""),
        ("30.»", "30».", "finds bytes [(3, 27)], not [(3, 26)]"),
        ("eyJh.e30.x", "«eyJh.e30.x»", "finds bytes [], not [(0, 10)]"),
    ],
)
def test_a_patterns_example(tmp_path, old, new, what):
    """It finds the marked bytes and no others."""
    examples = PATTERN_EXAMPLES.replace(old, new) + '[[pattern.example]]\ntext = "x"\n'
    assert [failure.what for failure in failures(tmp_path, examples=examples)] == [what] * bool(what)


@pytest.mark.parametrize("algorithm", ["HS256", "HS384", "HS512"])
def test_hmac_signatures_verify(algorithm):
    """PyJWT accepts what is minted with a secret."""
    secret = "a secret of our own that is long enough for every one of these hashes"
    token = mint(Minted({"alg": algorithm}, {"sub": "svc"}), secret)
    assert jwt.decode(token, secret, algorithms=[algorithm]) == {"sub": "svc"}


@pytest.mark.parametrize("algorithm", ["RS256", "PS384", "ES256", "EdDSA"])
def test_other_signatures_verify(algorithm):
    """So it does what is minted with a private JWK."""
    pair = key(kind_of(algorithm))
    token = mint(Minted({"alg": algorithm}, {"sub": "svc"}), pair.export(private_key=True))
    assert jwt.decode(token, pair.export_to_pem(), algorithms=[algorithm]) == {"sub": "svc"}


@pytest.mark.parametrize(
    "secret", ["", "{}", "x", key("RSA").export_public(), key("P-384").export(), key("oct").export()]
)
def test_what_signs_nothing_is_refused(secret):
    """With a reason, for the author of the example."""
    with pytest.raises(ValueError, match="`sign_with` is no private JWK for ES256"):
        mint(Minted({"alg": "ES256"}, {}), secret)


@pytest.mark.parametrize(
    ("header", "length"),
    [({"alg": "none"}, 0), ({"alg": "ES512"}, 176), ('{"alg":"RS256","alg":"HS256"}', 43), ("[]", 342), ("{", 342)],
)
def test_other_signatures_have_their_length(header, length):
    """Text stands in for a header as it is, JSON or not."""
    assert len(mint(Minted(header, "{}")).split(b".")[2]) == length
