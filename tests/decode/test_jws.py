"""Tokens from bytes: what a library mints, what a strict one refuses, and what an attacker writes."""

import base64
import datetime
import json
import sys
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from hypothesis import example, given
from hypothesis import strategies as st

from scanner.decode.jws import begins, decode
from scanner.decode.reading import ANOMALIES
from scanner.model import Token
from tests import strategies
from tests.examining import ENGINES, spans
from tests.strategies import compact, segment

SECRET = "a key of our own making, long enough for SHA-512: sixty-four bytes"
KEYS: dict[str, Any] = {
    **dict.fromkeys(("HS256", "HS384", "HS512"), SECRET),
    **dict.fromkeys(("RS256", "RS512", "PS256"), rsa.generate_private_key(public_exponent=65537, key_size=2048)),
    "ES256": ec.generate_private_key(ec.SECP256R1()),
    "ES384": ec.generate_private_key(ec.SECP384R1()),
    "ES512": ec.generate_private_key(ec.SECP521R1()),
    "ES256K": ec.generate_private_key(ec.SECP256K1()),
    "EdDSA": ed25519.Ed25519PrivateKey.generate(),
    "none": None,
}
"""A signing key for each algorithm, made for this run."""


def decoded(text: str) -> Token:
    """The token that `text` starts with."""
    token = decode(text.encode())
    assert token
    return token


def unsecured(payload: bytes) -> Token:
    """A token around payload bytes as they stand."""
    return decoded(compact({"alg": "none"}, payload, b""))


class TestValid:
    @pytest.mark.parametrize("algorithm", sorted(KEYS))
    def test_what_pyjwt_mints(self, algorithm):
        """Header and claims are PyJWT's, nothing is odd, and the signature is as long as its algorithm makes it."""
        claims = {"iss": strategies.ISSUER, "sub": "svc", "aud": ["a", "b"], "exp": 1767225600, "n": 1.5, "é": "𝄞"}
        raw = jwt.encode(claims, KEYS[algorithm], algorithm, headers={"kid": "2025-03"})
        token = decoded(raw)
        assert token.form == "jws"
        assert token.raw.reveal() == raw.encode()
        assert token.header == jwt.get_unverified_header(raw)
        assert token.claims == jwt.decode(raw, options={"verify_signature": False})
        assert token.payload == "object"
        assert token.signature_bytes == len(base64.urlsafe_b64decode(raw.rpartition(".")[2] + "=="))
        assert token.anomalies == ()
        assert {name: time and time.seconds for name, time in token.times.items()} == {"exp": 1767225600}

    @given(strategies.tokens())
    def test_decode_undoes_encode(self, token):
        """Header and claims come back as they were put in, however they are spelt."""
        read = decoded(token.raw)
        assert (read.header, read.claims, read.anomalies) == (token.header, token.claims, ())
        assert read.raw.reveal().decode() == token.raw

    @given(strategies.encrypted())
    def test_encrypted(self, token):
        """Of a JWE the header is known, and the tag's length; its claims are not, which is no empty object."""
        read = decoded(token.raw)
        assert (read.form, read.header, read.claims, read.payload) == ("jwe", token.header, None, "encrypted")
        assert (read.times, read.signature_bytes, read.anomalies) == ({}, 16, ())

    def test_identity_is_of_text_and_signature(self):
        """The same header and payload with another signature are another token: another secret has made it."""
        one, same, other = (decoded(compact({"alg": "HS256"}, {"sub": "svc"}, bytes([n]) * 32)) for n in (1, 1, 2))
        assert one.identity == same.identity
        assert one.identity != other.identity
        assert one.identity != decoded(compact({"alg": "HS256"}, {"sub": "sve"}, bytes([1]) * 32)).identity

    def test_detached_payload(self):
        """A JWS whose payload travels elsewhere (RFC 7515 appendix F) is a token without claims, one a signature."""
        one, other = (decoded(compact({"alg": "HS256"}, b"", bytes([n]) * 32)) for n in (1, 2))
        assert (one.payload, one.claims, one.anomalies) == ("detached", None, ())
        assert one.identity != other.identity

    @pytest.mark.parametrize(
        ("payload", "kind"), [(b"[1]", "json"), (b'"sub"', "json"), (b"hello", "text"), (b"\0\1", "binary")]
    )
    def test_payload_without_claims(self, payload, kind):
        """A signature over something else than an object is told as such."""
        token = decoded(compact({"alg": "HS256"}, payload))
        assert (token.payload, token.claims, token.anomalies) == (kind, None, ("payload-not-json",))

    @pytest.mark.parametrize(
        ("algorithm", "encryption", "lengths", "anomalies"),
        [
            ("dir", "A256GCM", (0, 12, 16), ()),
            ("dir", "A128CBC-HS256", (0, 16, 16), ()),
            ("ECDH-ES+A256KW", "A256CBC-HS512", (72, 16, 32), ()),
            ("dir", "made-up", (0, 5, 5), ()),
            ("dir", "A256GCM", (32, 12, 16), ("encrypted-key",)),
            ("RSA-OAEP", "A256GCM", (0, 12, 16), ("encrypted-key",)),
            ("dir", "A256GCM", (0, 16, 16), ("iv-length",)),
            ("dir", "A256GCM", (0, 12, 12), ("signature-length",)),
            ("dir", "A192CBC-HS384", (0, 0, 0), ("iv-length", "signature-length")),
        ],
    )
    def test_encrypted_lengths(self, algorithm, encryption, lengths, anomalies):
        """What the algorithms of a JWE do not make is told."""
        header = json.dumps({"alg": algorithm, "enc": encryption, "zip": "DEF"}).encode()
        key, vector, tag = (b"x" * length for length in lengths)
        token = decoded(".".join(map(segment, (header, key, vector, b"text", tag))))
        assert (token.form, token.signature_bytes, token.anomalies) == ("jwe", lengths[2], anomalies)


class TestUnencoded:
    """RFC 7797: the payload as it is."""

    HEADER = segment(b'{"alg":"HS256","b64":false,"crit":["b64"]}')

    @pytest.mark.parametrize(
        ("payload", "kind", "claims", "anomalies"),
        [
            ('{"iss": "idp", "n": [1]}', "object", {"iss": "idp", "n": [1]}, ("payload-unencoded",)),
            ("it is late; we go: home", "text", None, ("payload-not-json",)),
            ("[1]", "json", None, ("payload-not-json",)),
            # Encoded all the same: a header that nobody minded.
            (segment(b'{"iss":"idp"}'), "object", {"iss": "idp"}, ()),
        ],
    )
    def test_read(self, payload, kind, claims, anomalies):
        """Claims are claims, encoded or not."""
        raw = f"{self.HEADER}.{payload}.{segment(b's' * 32)}"
        token = decoded(raw)
        assert (token.payload, token.claims, token.anomalies) == (kind, claims, anomalies)
        assert token.raw.reveal().decode() == raw
        assert token.signed.reveal().decode() == f"{self.HEADER}.{payload}"

    @pytest.mark.parametrize("engine", ENGINES)
    @pytest.mark.parametrize("pad", ["", "x", "xy"])
    def test_found(self, engine, pad):
        """Wherever in the header's base64 the parameter stands, and whatever characters follow."""
        header = segment(json.dumps({"alg": "HS256", "kid": pad, "b64": False, "crit": ["b64"]}).encode())
        raw = f'{header}.{{"iss": "https://idp/", "a": "b c"}}.{segment(b"s" * 32)}'
        assert spans(f"jws {raw}\n".encode(), engine) == [raw.encode()]

    def test_not_without_the_parameter(self):
        """Other characters than base64's end any other token."""
        assert (
            spans(f'{segment(b"{}")}.{{"iss":"idp"}}.c2ln {compact({"alg": "HS256"}, {"a": 1})[:30]}.{{}}.x'.encode())
            == []
        )


class TestDisclosures:
    """SD-JWT, RFC 9901."""

    ISSUED = compact({"alg": "ES256", "typ": "dc+sd-jwt"}, {"iss": strategies.ISSUER, "_sd": ["x"]}, b"s" * 64)
    BINDING = compact({"alg": "ES256", "typ": "kb+jwt"}, {"nonce": "n", "aud": "rp", "sd_hash": "x"}, b"s" * 64)
    NAMES = ("given_name", "email")
    DISCLOSED = "~".join(
        segment(json.dumps(parts).encode())
        for parts in (["salt", "given_name", "Ann"], ["salt", "x"], ["s", "email", "a@b"])
    )

    @pytest.mark.parametrize("binding", ["", BINDING], ids=["plain", "bound"])
    def test_read(self, binding):
        """Names and values are read, the holder's proof is told, and the token is that of its issuer's part."""
        raw = f"{self.ISSUED}~{self.DISCLOSED}~{binding}"
        token = decoded(raw)
        assert (token.form, token.raw.reveal().decode(), token.anomalies) == ("sd-jwt", raw, ())
        assert token.claims == {"iss": strategies.ISSUER, "_sd": ["x"], "given_name": "Ann", "email": "a@b"}
        assert token.details == {
            "serialization": "compact", "disclosures": ["given_name", "email"], "key_bound": bool(binding),
        }  # fmt: skip
        assert token.identity == decoded(self.ISSUED).identity

    @pytest.mark.parametrize("engine", ENGINES)
    def test_found(self, engine):
        """As one token, with its disclosures and the proof."""
        raw = f"{self.ISSUED}~{self.DISCLOSED}~{self.BINDING}"
        assert spans(f"vp_token={raw}&x=~ {self.ISSUED}~ {raw[:-len(self.BINDING)]}".encode(), engine) == [
            raw.encode(), f"{self.ISSUED}~".encode(), raw[: -len(self.BINDING)].encode(),
        ]  # fmt: skip

    def test_what_the_issuer_signed_counts(self):
        """A disclosure replaces no claim."""
        issued = compact({"alg": "none"}, {"sub": "svc", "_sd_alg": "sha-256"}, b"")
        disclosure = segment(json.dumps(["salt", "sub", "root"]).encode())
        assert decoded(f"{issued}~{disclosure}~").claims == {"sub": "svc", "_sd_alg": "sha-256"}

    @pytest.mark.parametrize(
        "tail", ["~", "~x", "~/home", "~" + segment(b'{"a":1}') + "~", "~" + segment(b"[1,2,3]") + "~"]
    )
    def test_no_disclosure(self, tail):
        """A tilde behind another token is no part of it."""
        token = compact({"alg": "HS256"}, {"sub": "svc"})
        assert (decoded(token + tail).form, decoded(token + tail).raw.reveal().decode()) == ("jws", token)

    def test_many_disclosures(self):
        """Beyond a bound they are not read, which is told; all of them belong to the token."""
        raw = self.ISSUED + "~" + (segment(b'["s","n",1]') + "~") * 1_001
        token = decoded(raw)
        assert (token.anomalies, len(token.raw)) == (("disclosures-cut",), len(raw))

    def test_a_chain_of_tokens(self):
        """Joined by tildes they do not nest: the first is read, and no stack is used up."""
        token = compact({"alg": "none"}, {"_sd_alg": "sha-256"}, b"")
        assert decoded("~".join([token] * 10_000)).raw.reveal().decode() == f"{token}~"


class TestWhereItEnds:
    TOKEN = compact({"alg": "HS256"}, {"sub": "svc"})
    UNSECURED = compact({"alg": "none"}, {"sub": "svc"}, b"")

    @pytest.mark.parametrize("token", [TOKEN, UNSECURED], ids=["signed", "unsecured"])
    @pytest.mark.parametrize(
        "tail", ["", ".", "...", ".json", ".tar.gz", "/", "/path/x", "/path.json", "+", "/..", "+/+"]
    )
    def test_tail(self, token, tail):
        """A full stop, a file's suffix or a URL's path behind a token is no part of it, and nothing odd."""
        read = decoded(token + tail)
        assert read.raw.reveal().decode() == token
        assert read.anomalies == ()

    def test_tail_of_five_parts(self):
        """A JWE ends with its fifth part."""
        token = ".".join(map(segment, (b'{"alg":"dir","enc":"A128GCM"}', b"", b"i" * 12, b"text", b"t" * 16)))
        assert decoded(token + ".json").raw.reveal().decode() == token
        assert decoded(token + "/path").raw.reveal().decode() == token

    def test_signature_in_the_standard_alphabet(self):
        """A slash belongs to a signature that has its algorithm's length only with it."""
        signed = compact({"alg": "HS256"}, {"sub": "svc"}, b"").rstrip(".")
        signature = base64.b64encode(b"\xff\xef\xbf" * 10 + b"ab").decode()
        assert "/" in signature
        token = decoded(f"{signed}.{signature}")
        assert token.raw.reveal().decode() == f"{signed}.{signature}"
        assert (token.signature_bytes, token.anomalies) == (32, ("base64-padding", "base64-standard"))

    def test_padding(self):
        """Padding belongs to a signature that calls for it, and to none other."""
        assert decoded(self.TOKEN + "=").anomalies == ("base64-padding",)
        assert decoded(self.TOKEN + "=").raw.reveal().decode() == self.TOKEN + "="
        assert decoded(self.TOKEN + "==").raw.reveal().decode() == self.TOKEN

    @pytest.mark.parametrize("length", [1, 31, 36, 64])
    def test_signature_of_another_length(self, length):
        """The algorithm makes no such signature; with claims it still is a token."""
        token = decoded(compact({"alg": "HS256"}, {"sub": "svc"}, b"s" * length))
        assert (token.signature_bytes, token.anomalies) == (length, ("signature-length",))

    @pytest.mark.parametrize("glued", ["A", "xyz", "0123", TOKEN, "s" + TOKEN])
    def test_glued_behind(self, glued):
        """What binary formats put between two strings, and the next token, are no part of the signature."""
        assert decoded(self.TOKEN + glued).raw.reveal().decode() == self.TOKEN

    def test_signature_of_an_unknown_algorithm(self):
        """Of any length."""
        assert decoded(compact({"alg": "ML-DSA-65"}, {"sub": "svc"}, b"s" * 3309)).anomalies == ()


class TestNoToken:
    @pytest.mark.parametrize(
        "text",
        [
            "",
            ".",
            "..",
            "....",
            "eyJhbGciOiJIUzI1NiJ9",
            "eyJhbGciOiJIUzI1NiJ9.e30",
            "eyJhbGciOiJIUzI1NiJ9.payload.signature",
            "eyJhbGciOiJIUzI1NiJ9..",
            compact({"user": "ann"}, {"sub": "svc"}),
            compact({"typ": "JWT"}, b"hello"),
            compact([], {"sub": "svc"}),
            compact("alg", {"sub": "svc"}),
            compact(b'{"alg":"none"', {"sub": "svc"}, b""),
            compact(b'{"alg":"none"} {}', {"sub": "svc"}, b""),
            "x" + compact({"alg": "HS256"}, {"sub": "svc"}),
            compact({"alg": "HS256", "x5c": "M" * 60_000}, {"sub": "svc"}),
        ],
    )
    def test_refused(self, text):
        """Whose first part is no JOSE header, or that claims nothing and is signed by nothing, is no token."""
        assert decode(text.encode()) is None

    @pytest.mark.parametrize(
        "text",
        [
            b"eyJh=GciOiJub25lIn0.e30.",
            b"eyJhbGciOiJub25lIn0!.e30.",
            b"\xff.e30.",
            b"a!bc.e30.",
            b"eyJh!!!!bGciOiJub25lIn0.e30.",
        ],
    )
    def test_characters_outside_the_alphabets(self, text):
        """They are never passed over: what they cut in two is no base64."""
        assert decode(text) is None
        assert not begins(text)

    def test_begins_token(self):
        """A whole header tells a token, whatever is missing behind it; JSON without an algorithm does not."""
        assert begins(b"eyJhbGciOiJub25lIn0.eyJ")
        assert begins(segment(b'{"enc":"A128GCM"}').encode() + b".")
        assert not begins(b"eyJhbGciOiJub25lIn0")
        assert not begins(segment(b'{"user":"ann"}').encode() + b".eyJ")


class TestHostile:
    @given(st.binary(max_size=200))
    @example(b"eyJh=bGci.e30.")
    @example(b"===.=.=")
    def test_any_bytes(self, data):
        """Bytes are a token or none, and never an error."""
        decode(data)
        begins(data)

    @given(
        header=st.binary(max_size=40) | st.just(b'{"alg":"none"}') | st.just(b'{"alg":7,"enc":null}'),
        payload=st.binary(max_size=80) | strategies.json_values.map(json.dumps).map(str.encode),
        rest=st.text("ABCDwxyz0189-_+/=.", max_size=60),
    )
    def test_any_parts(self, header, payload, rest):
        """A token is a head of the text that is decoded again to itself, and what is odd of it has a meaning."""
        text = f"{segment(header)}.{segment(payload)}.{rest}".encode()
        token = decode(text)
        if token:
            raw = token.raw.reveal()
            assert text.startswith(raw)
            assert decode(raw) == token
            assert set(token.anomalies) <= ANOMALIES.keys()

    @pytest.mark.parametrize(
        ("payload", "anomaly", "claims"),
        [
            (b'{"a":1,"a":2}', "duplicate-member", {"a": 2}),
            (b'{"a":{"b":1,"b":1}}', "duplicate-member", {"a": {"b": 1}}),
            (b'{"a":1e999}', "huge-number", {"a": float("inf")}),
            (b'{"a":-1e999}', "huge-number", {"a": float("-inf")}),
            (b'{"a":' + b"9" * 5000 + b"}", "huge-number", {"a": float("inf")}),
            (b'{"a":-' + b"9" * 5000 + b"}", "huge-number", {"a": float("-inf")}),
            (b'{"a":Infinity}', "non-finite-number", {"a": float("inf")}),
            (b'{"a":-Infinity}', "non-finite-number", {"a": float("-inf")}),
            (b'{"a":"\xff"}', "invalid-utf8", {"a": "\ufffd"}),
            (b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}", "deep-nesting", {}),
            (b'{"a":' * 100_000, "deep-nesting", {}),
        ],
    )
    def test_odd_json(self, payload, anomaly, claims):
        """JSON that a strict parser refuses, or that another would crash on, is read as far as it goes, and told."""
        token = unsecured(payload)
        assert (token.payload, token.claims, token.anomalies) == ("object", claims, (anomaly,))

    def test_nan(self):
        """It is no number, and told."""
        token = unsecured(b'{"a":NaN}')
        assert token.claims
        assert token.claims["a"] != token.claims["a"]
        assert token.anomalies == ("non-finite-number",)

    def test_large_numbers_that_are_none_too_large(self):
        """Integers beyond 64 bits are exact."""
        assert unsecured(b'{"a":%d}' % 10**299).claims == {"a": 10**299}

    def test_lone_surrogate(self):
        """JSON can spell what UTF-8 cannot: it is kept."""
        assert unsecured(b'{"a":"\\ud800"}').claims == {"a": "\ud800"}

    def test_brackets_in_strings_do_not_nest(self):
        """Only what nests is deep."""
        text = '[{"\\' * 1000
        assert unsecured(json.dumps({"a": text, "b": [text]}).encode()).claims == {"a": text, "b": [text]}

    @pytest.mark.parametrize(("depth", "anomalies"), [(99, ()), (100, ("deep-nesting",))])
    def test_depth_does_not_depend_on_the_caller(self, depth, anomalies):
        """A hundred levels are read, wherever the stack stands: a token that was decoded once is decoded again."""
        payload = b'{"a":' + b"[" * depth + b"]" * depth + b"}"

        def at_depth(frames: int) -> tuple[str, ...]:
            return at_depth(frames - 1) if frames else unsecured(payload).anomalies

        assert at_depth(0) == anomalies
        assert at_depth(sys.getrecursionlimit() // 2) == anomalies

    def test_deep_header(self):
        """A header that nests too deep is none."""
        assert decode(compact(b'{"alg":' + b"[" * 9999 + b"]" * 9999 + b"}", {"sub": "svc"}).encode()) is None

    def test_deep_array(self):
        """A payload that is no object holds no claims, however deep."""
        token = unsecured(b"[" * 5000)
        assert (token.payload, token.claims, token.anomalies) == ("json", None, ("deep-nesting",))

    @pytest.mark.parametrize(
        ("text", "anomalies"),
        [
            ("eyJhbGciOiJub25lIn0=.e30.", ("base64-padding",)),
            ("eyJhbGciOiJub25lIn0.e30=.", ("base64-padding",)),
            ("eyJhbGciOiJub25lIn1.e30.", ("base64-trailing-bits",)),
            ("eyJhbGciOiJub25lIn0.e31.", ("base64-trailing-bits",)),
            ("eyJhbGciOm51bGx9.e30.", ("algorithm-missing",)),
            ("eyJ0eXAiOiJKV1QifQ.e30.", ("algorithm-missing",)),
            (compact({"alg": ["HS256"]}, {"sub": "svc"}, b""), ("algorithm-missing",)),
            (compact({"alg": "none"}, {"n": "~~~???"}, b"").replace("-", "+").replace("_", "/"), ("base64-standard",)),
        ],
    )
    def test_odd_spelling(self, text, anomalies):
        """What RFC 7515 forbids and many libraries accept is read, and told."""
        token = decoded(text)
        assert token.anomalies == anomalies
        assert token.claims is not None

    def test_payload_that_is_no_base64(self):
        """It claims nothing; what is signed by nothing either is no token."""
        assert decode(b"eyJhbGciOiJub25lIn0.e30ab.") is not None
        assert decode(compact({"alg": "HS256"}, {}).replace(".e30.", ".e30ab.").encode()) is not None
        assert decode(b"eyJhbGciOiJIUzI1NiJ9.e30ab.c2ln") is None


class TestTimes:
    NOON = 1_767_268_800
    """2026-01-01T12:00:00Z."""

    @pytest.mark.parametrize(
        ("value", "seconds", "unit"),
        [
            (NOON, NOON, "seconds"),
            (NOON + 0.9, NOON, "seconds"),
            (0, 0, "seconds"),
            (-1.5, -2, "seconds"),
            (NOON * 1000 + 999, NOON, "milliseconds"),
            (NOON * 1_000_000, NOON, "microseconds"),
            (str(NOON), NOON, "string"),
            (f" {NOON}.5 ", NOON, "string"),
            (str(NOON * 1000), NOON, "string"),
            ("2026-01-01T12:00:00Z", NOON, "iso8601"),
            ("2026-01-01T13:00:00+01:00", NOON, "iso8601"),
            ("2026-01-01T12:00:00.999Z", NOON, "iso8601"),
            ("2026-01-01 12:00:00", NOON, "iso8601"),
            ("2026-01-01", NOON - 43_200, "iso8601"),
            ("0001-01-01T00:00:00Z", -62_135_596_800, "iso8601"),
            ("9998-12-31T23:59:59Z", 253_370_764_799, "iso8601"),
            (253_402_300_799, 253_370_764_799, "seconds"),
            (-62_135_596_800, -62_135_596_800, "seconds"),
        ],
    )
    def test_read(self, value, seconds, unit):
        """Every spelling that is in use means its instant, in whole seconds, and is told apart."""
        time = unsecured(json.dumps({"exp": value}).encode()).times["exp"]
        assert time
        assert (time.seconds, time.unit) == (seconds, unit)

    @pytest.mark.parametrize(
        "value",
        [
            *(True, None, [], {}, "", "soon", "never", "nan", "inf", "1e999", "12:00", "9" * 41),
            *(1e18, -1e18, 10**299, -62_135_596_801, -1e11, "-99999999999"),
            *("9999-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00", "2026-13-01", "2026-01-01T12:00:00Z\ud800"),
        ],
    )
    def test_no_time(self, value):
        """What means no instant in the years 1 to 9998 is there, and no date."""
        assert unsecured(json.dumps({"exp": value}).encode()).times == {"exp": None}

    @given(strategies.json_values)
    def test_any_value(self, value):
        """Whatever a time claim holds, it is a date within bounds or none."""
        time = unsecured(json.dumps({"nbf": value}).encode()).times["nbf"]
        if time:
            datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC) + datetime.timedelta(seconds=time.seconds)

    def test_which_claims(self):
        """The four that RFC 7519 and OpenID Connect define, where they are present."""
        claims = {"exp": 4, "iat": 1, "nbf": 2, "auth_time": 3, "updated_at": 5}
        times = unsecured(json.dumps(claims).encode()).times
        assert {name: time and time.seconds for name, time in times.items()} == {
            "exp": 4,
            "iat": 1,
            "nbf": 2,
            "auth_time": 3,
        }
