"""Salts of signatures: which texts are some, and that they are neither secrets nor told."""

import pytest

from scanner.decode.setting import decode_in
from scanner.examine import Examiner
from scanner.model import Policy, Salt
from scanner.rulebook import load_patterns
from scanner.sources.stream import Memory
from tests.examining import origin
from tests.scans import Scan

EXAMINE = Examiner(load_patterns(), Policy())

SALTS = [
    ("app.py", 'token = serializer.dumps(user.email, salt="«email-confirm-7»")', "salt"),
    ("app.py", "signer = TimestampSigner(salt='«invite»')", "salt"),
    ("app.py", 'RESET_SALT = "«reset links»"', "RESET_SALT"),
    ("views.py", "request.get_signed_cookie('cart', salt='«cart salt»')", "salt"),
    (
        "config/application.rb",
        'config.action_dispatch.encrypted_cookie_salt = "«our cookies»"',
        "encrypted_cookie_salt",
    ),
    ("config/initializers/a.rb", "Rails.application.config.action_dispatch.signed_cookie_salt = '«ours»'", "_salt"),
    ("lib/shop_web/endpoint.ex", '  signing_salt: "«Yc1f8A2b»",', "signing_salt"),
    ("config/config.exs", 'live_view: [signing_salt: "«qW3eR5tY»"]', "signing_salt"),
    ("lib/shop_web/endpoint.ex", '  encryption_salt: "«mN8bV6cX»"', "encryption_salt"),
    ("app.js", "fastify.register(session, { salt: '«mq9hDxBVDbspDR6n»' })", "salt"),
    ("app.yml", "salt: «of the shop»\n", "salt"),
]
NO_SALTS = [
    ("dump.json", '{"user": "a", "salt": "c29tZSBzYWx0"}'),
    ("dump.sql", "INSERT INTO users (salt) VALUES ('c29tZSBzYWx0');"),
    ("app.log", 'salt="email-confirm"'),
    ("app.py", "salt = os.urandom(16)"),
    ("app.py", "def sign(value, salt=None):"),
    ("app.py", 'salt = os.environ["SALT"]'),
    ("app.py", 'salt = f"reset-{user.id}"'),
    ("app.py", 'salted = "email-confirm"'),
    ("app.py", 'salt_length = "16"'),
    ("app.py", 'salt = "' + "a b" * 30 + '"'),
    ("app.yml", "salt: ${SIGNING_SALT}\n"),
]


@pytest.mark.parametrize(("path", "text", "name"), SALTS)
def test_salts(path, text, name):
    """Span and value are those of the text, whatever calls it a salt."""
    start, end = text.index("«"), text.index("»") - 1
    data = text.replace("«", "").replace("»", "").encode()
    [subject] = EXAMINE(Memory(data, origin(path))).subjects
    [sighting] = subject.sightings
    assert (subject.kind, sighting.start, sighting.end) == ("salt", start, end)
    assert isinstance(subject.decoded, Salt)
    assert subject.decoded.value.reveal() == data[start:end]
    assert subject.decoded.name.endswith(name)


@pytest.mark.parametrize(("path", "text"), NO_SALTS)
def test_near_misses(path, text):
    """Dumps of what is salted, what is made at run time or kept elsewhere, and other names."""
    assert [
        subject for subject in EXAMINE(Memory(text.encode(), origin(path))).subjects if subject.kind == "salt"
    ] == []


def test_a_secret_comes_first():
    """What the table knows for a secret is one, salt by name or not."""
    text = b"SECURITY_PASSWORD_SALT = '146585145368132386173505678016728509634'"
    found = decode_in(text, b"", "config.py")
    assert found
    assert not isinstance(found, Salt)


def test_what_is_told(scan: Scan, root):
    """Nothing: a salt alone is no finding, and stands in no report."""
    (root / "app.py").write_text('serializer.dumps(email, salt="email-confirm")\n')
    report = scan()
    assert (report.subjects, report.findings, report.coverage.notes) == ([], [], [])
