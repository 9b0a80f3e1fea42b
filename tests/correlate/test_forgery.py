"""Secrets, and what they sign, found in one scan: which belongs to which is proved, on both sides."""

import base64
import hashlib
import hmac
import json

import pytest
from itsdangerous import URLSafeTimedSerializer

from scanner.correlate import correlate, forgery
from scanner.decode import token_of
from scanner.examine import Examiner
from scanner.model import Coverage, Policy, Subject
from scanner.rulebook import load_patterns
from scanner.sources.stream import Memory
from scanner.subjects import Subjects
from tests.examining import origin
from tests.strategies import segment

EXAMINE = Examiner(load_patterns(), Policy())
SECRET = "f3Qm9-Zx27LpVt0cRb84yKdWn61sHg5u"
OTHER = "q8Zr2mVx0LkP5wYt9aTg4Hs7Jd1Nc6Be"
NOBODYS = b"nobody knows this secret of 40 characters"


def token(secret: bytes, subject: str = "u1", issuer: str = "https://idp.example", algorithm: str = "HS256") -> str:
    parts = ({"alg": algorithm}, {"iss": issuer, "sub": subject})
    signed = ".".join(segment(json.dumps(part).encode()) for part in parts)
    return f"{signed}.{segment(hmac.digest(secret, signed.encode(), f'sha{algorithm[2:]}'))}"


def flask_session(secret: str, user: int = 7) -> str:
    """Signed as Flask does (`flask.sessions.SecureCookieSessionInterface`)."""
    serializer = URLSafeTimedSerializer(
        secret, "cookie-session", signer_kwargs={"key_derivation": "hmac", "digest_method": hashlib.sha1}
    )
    return str(serializer.dumps({"_user_id": user}))


def scanned(files: dict[str, str], policy: Policy | None = None) -> tuple[list[Subject], list[str]]:
    """The subjects of these files, with what was proved of them; and the notes."""
    met, coverage = Subjects(100_000), Coverage()
    for path, text in files.items():
        met.merge(EXAMINE(Memory(text.encode(), origin(path))).subjects)
    subjects = list(met)

    def tokens():
        for subject in subjects:
            read = token_of(subject.decoder, subject.sealed.reveal()) if subject.kind == "token" else None
            if read:
                yield subject, read

    correlate(tokens, policy or Policy(), coverage, subjects=subjects)
    return subjects, coverage.notes


def proofs(subjects: list[Subject]) -> dict[str, tuple[object, ...]]:
    """What is proved of each subject, by the first place where it stands."""
    names = ("signed_by", "signs_as", "forges", "forges_count", "known_secret")
    return {
        f"{subject.sightings[0].origin.path}:{subject.sightings[0].line}": tuple(
            subject.evidence[name] for name in names if name in subject.evidence
        )
        for subject in subjects
    }


def test_both_sides():
    """The token tells where its secret lies, and the secret what it signs; what nothing signs stays without proof."""
    found, notes = scanned(
        {
            "app/.env": f"PORT=80\nJWT_SECRET={SECRET}\nSESSION_SECRET={OTHER}\n",
            "logs/app.log": f"a {token(SECRET.encode())}\nb {token(NOBODYS, 'u2')}\n",
        }
    )
    assert proofs(found) == {
        "app/.env:2": (["JSON web token"], 1),
        "app/.env:3": (),
        "logs/app.log:1": ("app/.env:2", "JSON web token"),
        "logs/app.log:2": (),
    }
    assert notes == []


@pytest.mark.parametrize(
    ("stands", "used"),
    [
        (base64.b64encode(bytes(range(32))).decode(), bytes(range(32))),
        (segment(bytes(range(100, 148))), bytes(range(100, 148))),
        (bytes(range(64, 96)).hex(), bytes(range(64, 96))),
        (bytes(range(64, 96)).hex(), bytes(range(64, 96)).hex().encode()),
    ],
    ids=["base64", "base64url", "hexadecimal", "hexadecimal as text"],
)
def test_a_secret_as_programs_use_it(stands, used):
    """What is written down in an encoding may be the key itself, or its text."""
    found, _ = scanned({".env": f"JWT_SECRET={stands}\n", "a.log": token(used)})
    assert proofs(found)["a.log:1"] == (".env:1", "JSON web token")


@pytest.mark.parametrize("algorithm", ["HS256", "HS384", "HS512"])
def test_every_token_of_a_family(algorithm):
    """One is tried for all; then each is proved on its own, and one that another secret signs is not taken along."""
    lines = [token(SECRET.encode(), f"u{number}", algorithm=algorithm) for number in range(40)]
    lines.insert(20, token(NOBODYS, "x", algorithm=algorithm))
    found, _ = scanned({".env": f"JWT_SECRET={SECRET}\n", "a.log": "\n".join(lines) + "\n"})
    proved = proofs(found)
    assert proved.pop(".env:1") == (["JSON web token"], 40)
    assert proved.pop("a.log:21") == ()
    assert set(proved.values()) == {(".env:1", "JSON web token")}


def test_two_secrets_of_one_issuer():
    """As after a rotation: the tokens of each are told to be its own."""
    lines = [token((SECRET if number % 2 else OTHER).encode(), f"u{number}") for number in range(6)]
    found, _ = scanned({".env": f"JWT_SECRET={SECRET}\nJWT_SECRET_OLD={OTHER}\n", "a.log": "\n".join(lines) + "\n"})
    proved = proofs(found)
    assert [proved[f"a.log:{number + 1}"][0] for number in range(6)] == [".env:2", ".env:1"] * 3
    assert (proved[".env:1"][1], proved[".env:2"][1]) == (3, 3)


def test_a_cookie():
    """The framework's own derivation is used; a cookie of another secret is not taken along."""
    found, _ = scanned(
        {
            "shop/config.py": f"SECRET_KEY = '{SECRET}'\n",
            "logs/app.log": f"Cookie: session={flask_session(SECRET)}\nCookie: session={flask_session(SECRET, 8)}\n"
            f"Cookie: session={flask_session(OTHER, 9)}\n",
        }
    )
    assert proofs(found) == {
        "shop/config.py:1": (["Flask session"], 2),
        "logs/app.log:1": ("shop/config.py:1", "Flask session"),
        "logs/app.log:2": ("shop/config.py:1", "Flask session"),
        "logs/app.log:3": (),
    }


def test_a_cookie_that_a_published_secret_signs():
    """No file of the scan has to hold it."""
    found, _ = scanned({"a.log": f"Cookie: session={flask_session('dev')}\n"})
    [cookie] = found
    assert cookie.evidence["known_secret_name"] == '"dev" (the example of Flask\'s documentation)'
    assert cookie.evidence["signs_as"] == "Flask session"


def test_a_published_secret_that_lies_in_the_scan():
    """Both are told: where it lies, and that everybody knows it."""
    found, _ = scanned({"app.py": "app.secret_key = 'dev'\n", "a.log": f"Cookie: session={flask_session('dev')}\n"})
    assert proofs(found)["a.log:1"] == ("app.py:1", "Flask session", "dev")


def test_the_budget():
    """What it left out is told; without any tries nothing is looked for."""
    secrets = "".join(f"JWT_SECRET_{number}={SECRET[:-4]}{number:04}\n" for number in range(50))
    files = {".env": secrets, "a.log": token(f"{SECRET[:-4]}0049".encode())}
    found, notes = scanned(files, Policy(tries=20))
    assert "signed_by" not in found[-1].evidence
    assert notes[0] == "secrets of the scan: 20 tries (--tries) were not enough for all; tokens concerned: 1"
    found, notes = scanned(files, Policy(tries=0))
    assert (found[-1].evidence, notes) == ({}, [])
    found, _ = scanned(files)
    assert found[-1].evidence["signed_by"] == ".env:50"


def rails_cookie(secret: str) -> str:
    """Signed as Rails 7 does (`ActionDispatch::Cookies`): each secret costs two derivations."""
    message = base64.b64encode(b'"user-7"').decode()
    value = base64.b64encode(f'{{"_rails":{{"message":"{message}","exp":null,"pur":"cookie.user"}}}}'.encode())
    key = hashlib.pbkdf2_hmac("sha256", secret.encode(), b"signed cookie", 1_000, 64)
    return f"user={value.decode()}--{hmac.digest(key, value, 'sha256').hex()}"


@pytest.mark.parametrize("jobs", [1, 3])
def test_the_budget_of_cookies(jobs):
    """What a try costs is counted, and what was left out is told; more tries prove it, and nothing is told then."""
    others = "".join(f"SECRET_KEY_BASE_{number}={OTHER}{number:02}\n" for number in range(20))
    files = {"one/.env": f"{others}SECRET_KEY_BASE={SECRET}\n", "two/a.log": f"Cookie: {rails_cookie(SECRET)}\n"}
    found, notes = scanned(files, Policy(tries=10_000, jobs=jobs))
    assert "signed_by" not in found[-1].evidence
    assert notes == ["secrets of cookies: 10,000 tries (--tries) were not enough for all; cookies concerned: 1"]
    found, notes = scanned(files, Policy(tries=20_000, jobs=jobs))
    assert (found[-1].evidence["signed_by"], notes) == ("one/.env:21", [])


@pytest.mark.parametrize("jobs", [1, 3])
def test_what_lies_near_is_tried_first(jobs):
    """Where tries are dear, the secrets of a cookie's own folder come before those of others."""
    others = "".join(f"SECRET_KEY_BASE_{number}={OTHER}{number:02}\n" for number in range(20))
    files = {
        "one/.env": others,
        "two/config/.env": f"SECRET_KEY_BASE={SECRET}\n",
        "two/log/a.log": f"Cookie: {rails_cookie(SECRET)}\n",
    }
    found, _ = scanned(files, Policy(tries=2_000, jobs=jobs))
    assert found[-1].evidence["signed_by"] == "two/config/.env:1"


def test_what_is_cheap_is_tried_first():
    """A dear cookie that nobody knows takes no tries from those that cost one."""
    files = {
        ".env": f"SECRET_KEY_BASE={SECRET}\n",
        "a.log": f"Cookie: {rails_cookie(OTHER)}\n",
        "b.log": f"Cookie: session={flask_session(SECRET)}\n",
    }
    found, notes = scanned(files, Policy(tries=1_500))
    assert found[-1].evidence["signed_by"] == ".env:1"
    assert notes == ["secrets of cookies: 1,500 tries (--tries) were not enough for all; cookies concerned: 1"]


@pytest.mark.parametrize(
    ("secret", "known"),
    [
        ("secret", '"secret" (a common secret)'),
        ("your-256-bit-secret", '"your-256-bit-secret" (the default secret of jwt.io)'),
        (SECRET, None),
    ],
)
def test_a_token_whose_secret_lies_in_the_scan_and_is_known(secret, known):
    """Both are told; of a secret that nobody else knows, nothing is said of others that were tried."""
    found, _ = scanned({"app.js": f"jwt.sign(claims, '{secret}');\n", "a.log": token(secret.encode())})
    evidence = found[-1].evidence
    assert evidence["signed_by"] == "app.js:1"
    assert evidence.get("known_secret_name") == known
    assert evidence.get("known_secret_bytes_needed") == (32 if known else None)
    assert "secrets_tried" not in evidence


@pytest.mark.parametrize(
    ("paths", "environments"),
    [
        (("config/production.yml", "config/staging.yml"), ["production", "staging"]),
        (("deploy/prod/.env", "deploy/dev/.env"), ["production", "development"]),
        (("config/production.yml", "deploy/prod/app.yml"), None),
        (("config/a.yml", "config/b.yml"), None),
        (("src/product.yml", "src/device.yml"), None),
    ],
)
def test_several_environments(paths, environments):
    """By the words of their paths; one environment in two files is no reuse."""
    found, _ = scanned(dict.fromkeys(paths, f"jwt_secret: {SECRET}\n"))
    [secret] = found
    assert secret.evidence.get("environments") == environments
    assert secret.evidence.get("shared", False) is (environments is not None)


def express_cookie(secret: str) -> str:
    """Signed as cookie-signature does."""
    value = "id-of-a-session-0000000000000007"
    mac = base64.b64encode(hmac.digest(secret.encode(), value.encode(), "sha256")).decode().rstrip("=")
    return f"connect.sid=s%3A{value}.{mac}"


@pytest.mark.parametrize(
    ("signed", "differ"),
    [
        ((f"session={flask_session(SECRET)}", token(SECRET.encode())), True),
        ((f"session={flask_session(SECRET)}", express_cookie(SECRET)), True),
        ((f"session={flask_session(SECRET)}", URLSafeTimedSerializer(SECRET, "password-reset").dumps("ann")), False),
        ((f"session={flask_session(SECRET)}", f"session={flask_session(SECRET, 8)}"), False),
        ((token(SECRET.encode()), token(SECRET.encode(), "u2", "https://other.example")), False),
        ((f"session={flask_session(SECRET)}", token(OTHER.encode())), False),
    ],
    ids=["token and session", "two frameworks", "one framework", "two sessions", "two issuers", "another secret"],
)
def test_two_purposes(signed, differ):
    """What one framework derives keys for is one purpose; a secret of two has them both."""
    files = {".env": f"SECRET_KEY={SECRET}\n", "a.log": "".join(f"x {text}\n" for text in signed)}
    found, _ = scanned(files, Policy(tries=100))
    assert found[0].evidence["purposes_differ"] is differ


def symfony_path(origin: str, path: str = "/_fragment?_path=x%3D1") -> str:
    """A URL that Symfony signs, as a log has it: without scheme and host."""
    mac = base64.b64encode(hmac.digest(SECRET.encode(), f"{origin}{path}".encode(), "sha256")).decode()
    return f"{path}&_hash={mac.replace('+', '%2B').replace('/', '%2F').replace('=', '%3D')}"


@pytest.mark.parametrize(
    ("tells", "proved"),
    [
        (token(OTHER.encode(), issuer="https://shop.example/realms/a"), True),
        (f"https://shop.example{symfony_path('https://shop.example', '/_fragment?_path=y')}", True),
        (token(OTHER.encode(), issuer="https://other.example"), False),
        (token(OTHER.encode(), issuer="shop.example"), False),
    ],
    ids=["the issuer of a token", "another signed URL", "another issuer", "no URL"],
)
def test_the_path_of_a_signed_url(tells, proved):
    """It is tried at the origins that other subjects of the scan name."""
    found, _ = scanned(
        {
            ".env": f"APP_SECRET={SECRET}\n",
            "a.log": f"GET {symfony_path('https://shop.example')} HTTP/1.1\n",
            "b.log": f"{tells}\n",
        },
        Policy(tries=1_000),
    )
    assert (proofs(found).get("a.log:1", ())[:1] == (".env:1",)) is proved


def test_cookies_of_one_name_may_be_of_many_programs():
    """Secrets that are not found say nothing of other cookies, and two signatures of one text are two cookies. Of those
    that are left, some are not tried with what is made of published secrets, which takes long."""
    lines = [flask_session(f"{NOBODYS.decode()} {number}", number) for number in range(9)]
    lines += [flask_session("keyboard cat", 70), flask_session("changeme", 70)]
    subjects, notes = scanned({"a.txt": "".join(f"Cookie: session={line}\n" for line in lines)})
    known = [subject.evidence.get("known_secret") for subject in subjects if subject.kind == "cookie"]
    assert len(known) == 11
    assert sorted(filter(None, known)) == ["changeme", "keyboard cat"]
    assert notes == [
        "secrets of cookies: none was found for some of one format and name; others, not tried with all: 6"
    ]


def test_cookies_that_are_left_out_are_told(monkeypatch):
    """Where those of one name have given no hope, the others are tried no further."""
    monkeypatch.setattr(forgery, "_DOUBTED", 0)
    lines = [flask_session(f"{NOBODYS.decode()} {number}", number) for number in range(9)]
    _, notes = scanned({"a.txt": "".join(f"Cookie: session={line}\n" for line in lines)})
    assert notes == [
        "secrets of cookies: none was found for some of one format and name; others, not tried with all: 6"
    ]
