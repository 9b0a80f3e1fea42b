"""Messages that Action Pack 6.1, Active Support 6.1 and Rack 2.2 signed, and by the format."""

import base64
import hashlib
import hmac
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.cookies import Clues
from scanner.cookies.rails_signed import begins, decode, signs, tries
from scanner.model import NumericDate

REMEMBER_SHA1 = (
    b"eyJfcmFpbHMiOnsibWVzc2FnZSI6IlcxczNYU3dpZEc5cklpd2lNVGN3TURBd01EQXdNQzR3SWwwPSIsImV4cCI6bnVsbCwicHVyIjoiY29va2"
    b"llLnJlbWVtYmVyX3VzZXJfdG9rZW4ifX0%3D--091695ac7600218a6fef640df12962a1135692d7"
)
USER_SHA1 = (
    b"eyJfcmFpbHMiOnsibWVzc2FnZSI6Ik53PT0iLCJleHAiOiIyMDMxLTAxLTAxVDAwOjAwOjAwLjAwMFoiLCJwdXIiOiJjb29raWUudXNlcl9pZC"
    b"J9fQ%3D%3D--23de7d2f2649acf3180cc2fb3c8a986a9fd022b8"
)
MARSHAL_SHA1 = (
    b"eyJfcmFpbHMiOnsibWVzc2FnZSI6IkJBaHBEQT09IiwiZXhwIjoiMjAzMS0wMS0wMVQwMDowMDowMC4wMDBaIiwicHVyIjoiY29va2llLnVzZX"
    b"JfaWQifX0%3D--58b63a9c4d2f892cf994c125c786123d576184f1"
)
BARE_SHA1 = b"W1s3XSwidG9rIiwiMTcwMDAwMDAwMC4wIl0%3D--61c3775fc9e5fb97d8a29caddb023dac3209608d"
REMEMBER_SHA256 = (
    b"eyJfcmFpbHMiOnsibWVzc2FnZSI6IlcxczNYU3dpZEc5cklpd2lNVGN3TURBd01EQXdNQzR3SWwwPSIsImV4cCI6bnVsbCwicHVyIjoiY29va2"
    b"llLnJlbWVtYmVyX3VzZXJfdG9rZW4ifX0%3D--064e10f8f1d89ca9e6da275e1fb296e8503224d6"
)
USER_SHA256 = (
    b"eyJfcmFpbHMiOnsibWVzc2FnZSI6Ik53PT0iLCJleHAiOiIyMDMxLTAxLTAxVDAwOjAwOjAwLjAwMFoiLCJwdXIiOiJjb29raWUudXNlcl9pZC"
    b"J9fQ%3D%3D--3466735fe9e67be0cbcb7b1b23f4685779883185"
)
MARSHAL_SHA256 = (
    b"eyJfcmFpbHMiOnsibWVzc2FnZSI6IkJBaHBEQT09IiwiZXhwIjoiMjAzMS0wMS0wMVQwMDowMDowMC4wMDBaIiwicHVyIjoiY29va2llLnVzZX"
    b"JfaWQifX0%3D--a0c9ad84135f77351f62fca5a9ae8f302532e3f3"
)
BARE_SHA256 = b"W1s3XSwidG9rIiwiMTcwMDAwMDAwMC4wIl0%3D--4bb374149bc46e273e5979f32231b1a820f5ed32"
SIGNED_ID = (
    b"eyJfcmFpbHMiOnsibWVzc2FnZSI6Ik53PT0iLCJleHAiOiIyMDMxLTAxLTAxVDAwOjAwOjAwLjAwMFoiLCJwdXIiOiJ1c2VyL3Jlc2V0In19--"
    b"fb7f8f119540af1ffd39bf672dcd2c65b5510ca20522ffdcd96012c54045b650"
)
STORAGE = (
    b"eyJfcmFpbHMiOnsibWVzc2FnZSI6IkJBaHBEQT09IiwiZXhwIjpudWxsLCJwdXIiOiJibG9iX2lkIn19--4ba48840b9b3e17c871e9664f315"
    b"d4f11a1d4957"
)
STORAGE_KEY = (
    b"eyJfcmFpbHMiOnsibWVzc2FnZSI6IkJBaDdCem9JYTJWNVNTSUlZV0pqQmpvR1JWUTZFR1JwYzNCdmMybDBhVzl1U1NJTGFXNXNhVzVsQmpzR1"
    b"ZBPT0iLCJleHAiOiIyMDMxLTAxLTAxVDAwOjAwOjAwLjAwMFoiLCJwdXIiOiJibG9iX2tleSJ9fQ==--0d2a77d9e67e34f72a3b62740c784c"
    b"859c414f23"
)
STREAM = b"InJvb206NyI=--078c54ffb94338a2779f018d07cb80b2e2b1225e469e266cbb97b04e834c72e3"
GLOBAL_ID = (
    b"eyJfcmFpbHMiOnsibWVzc2FnZSI6IkJBaEpJaFpuYVdRNkx5OXphRzl3TDFWelpYSXZOd1k2QmtWVSIsImV4cCI6bnVsbCwicHVyIjoiZGVmYX"
    b"VsdCJ9fQ==--7d46f3efe642ebd776e20e7b1ffddd72bdec4ae2"
)
RACK_JSON = (
    b"eyJzZXNzaW9uX2lkIjoiNmNhNDE0MzAyOGU4MDFlYjM3MTI4MDFmNmZmZmE4YzFhNmE2MWUxNTYyNmVmYmU0YzFiMmExZjZiMjg2ZDUzNSIsIn"
    b"VzZXIiOiJhbGljZSIsInVpZCI6N30%3D--0311435ffdac28e73105eba51a069f3d53d4a0a1"
)
RAW_512 = (
    b"Ingi--9687f6c3f9e0efdd1776c100c57393415675bcbe72c0530d61138c051d04acac7edf451d5e9993e74ac141e1ca776f1fc378dee2"
    b"37be7e013766022724aed8b3"
)
DOCUMENTED_SHA1 = (
    b"eyJfcmFpbHMiOnsibWVzc2FnZSI6IklqY2kiLCJleHAiOm51bGwsInB1ciI6ImNvb2tpZS51aWQifX0=--0cbc385aba31897a7449376aaecc"
    b"6774e355498d"
)
DOCUMENTED_SHA256 = (
    b"eyJfcmFpbHMiOnsibWVzc2FnZSI6IklqY2kiLCJleHAiOm51bGwsInB1ciI6ImNvb2tpZS51aWQifX0=--abc20f470aa870adf6c648694181"
    b"fed5d00b4152"
)
DOCUMENTED_STORAGE = (
    b"eyJfcmFpbHMiOnsibWVzc2FnZSI6IkJBaHBEQT09IiwiZXhwIjpudWxsLCJwdXIiOiJibG9iX2lkIn19--c0ac072a21d0f8d9806253a940e6"
    b"0b0c3c812c72"
)
BASE = b"b" * 128
DOCUMENTED = b"a" * 128


def message(content: bytes, key: bytes, digest: str, *, url_safe: bool = False) -> bytes:
    """As ActiveSupport's MessageVerifier signs."""
    text = base64.urlsafe_b64encode(content).rstrip(b"=") if url_safe else base64.b64encode(content)
    return text + b"--" + hmac.new(key, text, digest).hexdigest().encode()


@pytest.mark.parametrize(
    ("text", "secret", "words"),
    [
        (REMEMBER_SHA1, BASE, "signed cookie of Rails"),
        (REMEMBER_SHA256, BASE, "signed cookie of Rails"),
        (USER_SHA1, BASE, "signed cookie of Rails"),
        (USER_SHA256, BASE, "signed cookie of Rails"),
        (MARSHAL_SHA1, BASE, "signed cookie of Rails"),
        (MARSHAL_SHA256, BASE, "signed cookie of Rails"),
        (BARE_SHA1, BASE, "signed cookie of Rails"),
        (BARE_SHA256, BASE, "signed cookie of Rails"),
        (DOCUMENTED_SHA1, DOCUMENTED, "signed cookie of Rails"),
        (DOCUMENTED_SHA256, DOCUMENTED, "signed cookie of Rails"),
        (STORAGE, BASE, "signed id of Active Storage"),
        (STORAGE_KEY, BASE, "signed id of Active Storage"),
        (DOCUMENTED_STORAGE, DOCUMENTED, "signed id of Active Storage"),
        (SIGNED_ID, BASE, "signed id of Active Record"),
        (STREAM, BASE, "signed stream name of Turbo"),
        (GLOBAL_ID, BASE, "signed global id of Rails"),
        (RACK_JSON, b"a rack secret of ours", "message of Rack or ActiveSupport"),
        (RAW_512, b"a raw secret of ours", "message of Rack or ActiveSupport"),
    ],
)
def test_messages_of_the_frameworks(text, secret, words):
    """Each is read behind its name, and its secret is proved; another is not."""
    cookie = decode(b"session=" + text)
    assert cookie is not None
    assert (cookie.raw.reveal(), cookie.start) == (text, 8)
    assert signs(secret, cookie, Clues()) == words
    assert signs(secret[1:] + b"x", cookie, Clues()) is None


@pytest.mark.parametrize(
    ("text", "payload", "serializer", "details", "times"),
    [
        (
            USER_SHA1,
            "json",
            "",
            {"purpose": "cookie", "name": "user_id"},
            {"exp": NumericDate(seconds=1924992000, unit="iso8601")},
        ),
        (REMEMBER_SHA1, "json", "", {"purpose": "cookie", "name": "remember_user_token"}, {}),
        (STORAGE, "binary", "marshal", {"purpose": "blob_id"}, {}),
        (BARE_SHA1, "json", "", {}, {}),
        (RACK_JSON, "object", "", {}, {}),
    ],
)
def test_what_a_message_says(text, payload, serializer, details, times):
    """What it is for, when it ends, and whether there is an object of Ruby in it."""
    cookie = decode(text)
    assert cookie is not None
    assert (cookie.payload, cookie.serializer, cookie.details, cookie.times) == (payload, serializer, details, times)


def test_content_of_rails_7():
    """It stands in the envelope as it is."""
    content = b'{"_rails":{"data":{"id":7},"exp":"2031-01-01T00:00:00.000Z","pur":"user"}}'
    key = hashlib.pbkdf2_hmac("sha256", BASE, b"active_record/signed_id", 1_000, 64)
    cookie = decode(message(content, key, "sha256", url_safe=True))
    assert cookie is not None
    assert (cookie.claims, cookie.payload) == ({"id": 7}, "object")
    assert signs(BASE, cookie, Clues()) == "signed id of Active Record"


def test_salts_of_the_scan():
    """A verifier of the program's own has a salt of its own; some are tried."""
    key = hashlib.pbkdf2_hmac("sha1", BASE, b"invitations", 1_000, 64)
    cookie = decode(message(b"[7]", key, "sha1"))
    assert cookie is not None
    assert signs(BASE, cookie, Clues()) is None
    assert signs(BASE, cookie, Clues(salts=(b"other", b"invitations"))) == "message of Rails"
    assert (
        tries(cookie, Clues())
        < tries(cookie, Clues(salts=(b"a",) * 64))
        <= tries(cookie, Clues(salts=tuple(b"%d" % number for number in range(64))))
        < 6 * tries(cookie, Clues())
    )


@given(
    st.recursive(st.integers() | st.text(max_size=5), lambda inner: st.lists(inner, max_size=3), max_leaves=5),
    st.binary(min_size=1, max_size=80),
    st.sampled_from(["sha1", "sha256", "sha384", "sha512"]),
    st.booleans(),
)
@settings(max_examples=50)
def test_whatever_is_signed(value, key, digest, url_safe):
    """Any JSON under any key, in either alphabet."""
    cookie = decode(message(json.dumps(value).encode(), key, digest, url_safe=url_safe))
    assert cookie is not None
    assert signs(key, cookie, Clues()) == "message of Rack or ActiveSupport"


@pytest.mark.parametrize("value", ['[">0"]', '["~~>MTIz"]', '"a?b?c?d?7"', '["\u00ff\u00bf", 7]'])
@pytest.mark.parametrize("url_safe", [False, True])
def test_signs_of_the_alphabets(value, url_safe):
    """No end of a message is taken for the whole, where a sign of the other alphabet stands in it."""
    text = message(value.encode(), b"key", "sha1", url_safe=url_safe)
    cookie = decode(b"id=" + text)
    assert cookie is not None
    assert (cookie.raw.reveal(), cookie.start) == (text, 3)


@pytest.mark.parametrize(
    "text",
    [
        USER_SHA1[:-1],
        USER_SHA1 + b"ab",
        USER_SHA1.replace(b"--", b"-"),
        b"feature--318ad7709a2faa4b96994c18830b9ec2def0174a",
        b"bnVsbA==--318ad7709a2faa4b96994c18830b9ec2def0174a",
        b"BAhpDA==--318ad7709a2faa4b96994c18830b9ec2def0174a",
        b"--318ad7709a2faa4b96994c18830b9ec2def0174a",
        b"",
    ],
)
def test_near_misses(text):
    """Digests of other lengths, names of branches, nothing, and what other families read."""
    assert decode(text) is None


def test_beginning():
    """What has a purpose or an end is known by its start."""
    assert begins(USER_SHA1)
    assert not begins(BARE_SHA1)
