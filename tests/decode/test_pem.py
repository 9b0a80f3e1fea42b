"""Private keys in armour: made by the library that makes them, and written as programs hold them."""

from __future__ import annotations

import base64
import os
import random
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, rsa, x25519
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from hypothesis import given
from hypothesis import strategies as st
from jwcrypto import jwk

from scanner.decode.asn1 import BITS, INTEGER, NAME, OCTETS, SEQUENCE, write
from scanner.decode.pem import begins, decode
from scanner.model import Key
from tests.examining import ENGINES, examine

RSA = rsa.generate_private_key(65537, 2048)
EC = ec.generate_private_key(ec.SECP256R1())
ED25519 = ed25519.Ed25519PrivateKey.generate()
KEYS = {
    "RSA": (RSA, {"kind": "RSA", "bits": 2048}),
    "P-256": (EC, {"kind": "EC", "bits": 256, "curve": "P-256"}),
    "P-384": (ec.generate_private_key(ec.SECP384R1()), {"kind": "EC", "bits": 384, "curve": "P-384"}),
    "P-521": (ec.generate_private_key(ec.SECP521R1()), {"kind": "EC", "bits": 521, "curve": "P-521"}),
    "secp256k1": (ec.generate_private_key(ec.SECP256K1()), {"kind": "EC", "bits": 256, "curve": "secp256k1"}),
    "Ed25519": (ED25519, {"kind": "Ed25519", "bits": 256}),
    "Ed448": (ed448.Ed448PrivateKey.generate(), {"kind": "Ed448", "bits": 448}),
    "X25519": (x25519.X25519PrivateKey.generate(), {"kind": "X25519", "bits": 256}),
    "DSA": (dsa.generate_private_key(1024), {"kind": "DSA", "bits": 1024}),
}
"""A key of each kind, and what is told of it."""
FITS = {
    "RSA": ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"],
    "P-256": ["ES256"],
    "P-384": ["ES384"],
    "P-521": ["ES512"],
    "secp256k1": ["ES256K"],
    "Ed25519": ["EdDSA", "Ed25519"],
    "Ed448": ["EdDSA", "Ed448"],
    "X25519": [],
    "DSA": [],
}
TRADITIONAL = {"RSA": "pkcs1", "P-256": "sec1", "P-384": "sec1", "P-521": "sec1", "secp256k1": "sec1", "DSA": "dsa"}
OPENSSH = ("RSA", "P-256", "P-384", "P-521", "Ed25519")
LOCK = BestAvailableEncryption(b"a passphrase of ours")


def pem(key: Any, form: Any = PrivateFormat.PKCS8, lock: Any = None) -> bytes:
    return bytes(key.private_bytes(Encoding.PEM, form, lock or NoEncryption()).strip())


def decoded(text: bytes) -> Key:
    key = decode(text)
    assert key
    return key


def thumbprint(key: Any) -> str:
    """As jwcrypto has it, in hexadecimal."""
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return base64.urlsafe_b64decode(jwk.JWK.from_pem(public).thumbprint() + "=").hex()


class TestForms:
    """Every kind of key in every form in which it is stored."""

    @pytest.mark.parametrize("kind", KEYS)
    def test_pkcs8(self, kind):
        key, told = KEYS[kind]
        text = pem(key)
        found = decoded(text)
        assert (found.form, found.encrypted, found.raw.reveal(), found.head) == ("pkcs8", False, text, 27)
        assert {name: found.details.get(name) for name in told} == told
        assert found.details["fits"] == FITS[kind]
        assert kind == "DSA" or found.thumbprint == thumbprint(key)

    @pytest.mark.parametrize("kind", TRADITIONAL)
    def test_traditional(self, kind):
        key, told = KEYS[kind]
        found = decoded(pem(key, PrivateFormat.TraditionalOpenSSL))
        assert (found.form, found.encrypted) == (TRADITIONAL[kind], False)
        assert {name: found.details.get(name) for name in told} == told
        assert kind == "DSA" or found.thumbprint == thumbprint(key)

    @pytest.mark.parametrize("kind", OPENSSH)
    def test_openssh(self, kind):
        key, told = KEYS[kind]
        found = decoded(pem(key, PrivateFormat.OpenSSH))
        assert (found.form, found.encrypted) == ("openssh", False)
        assert {name: found.details.get(name) for name in told} == told
        assert kind == "DSA" or found.thumbprint == thumbprint(key)

    @pytest.mark.parametrize("kind", KEYS)
    def test_encrypted(self, kind):
        """What is locked does not tell its kind, and is another thing than the same key in clear."""
        key, _ = KEYS[kind]
        found = decoded(pem(key, lock=LOCK))
        assert (found.form, found.encrypted, found.details["kind"]) == ("pkcs8", True, "")
        assert found.thumbprint not in (decoded(pem(key, lock=LOCK)).thumbprint, decoded(pem(key)).thumbprint)

    @pytest.mark.parametrize("kind", TRADITIONAL)
    def test_encrypted_by_its_headers(self, kind):
        """RFC 1421's way; its label tells the kind."""
        key, told = KEYS[kind]
        text = pem(key, PrivateFormat.TraditionalOpenSSL, LOCK)
        found = decoded(text)
        assert (found.form, found.encrypted, found.details["kind"]) == (TRADITIONAL[kind], True, told["kind"])
        assert "damaged" not in found.details
        assert decoded(text.replace(b"\n", b"\\n")).thumbprint == found.thumbprint
        assert decoded(text.replace(b"\n", b" ")).thumbprint == found.thumbprint

    def test_weaknesses(self):
        assert decoded(pem(RSA)).details["weaknesses"] == []
        assert decoded(pem(KEYS["DSA"][0])).details["weaknesses"] == ["short DSA modulus"]
        assert decoded(pem(rsa.generate_private_key(65537, 1024))).details["weaknesses"] == ["short RSA modulus"]
        assert decoded(pem(ec.generate_private_key(ec.SECP224R1()))).details["weaknesses"] == ["short curve"]

    def test_without_its_public_half(self):
        """RFC 5915 lets the public key be left out; it is computed then."""
        number = EC.private_numbers().private_value.to_bytes(32)
        der = bytes.fromhex("30310201010420") + number + bytes.fromhex("a00a06082a8648ce3d030107")
        text = b"-----BEGIN EC PRIVATE KEY-----\n" + base64.b64encode(der) + b"\n-----END EC PRIVATE KEY-----"
        assert decoded(text).thumbprint == thumbprint(EC)


WRAPPINGS: dict[str, Callable[[bytes], bytes]] = {
    "CRLF": lambda text: text.replace(b"\n", b"\r\n"),
    "indented": lambda text: text.replace(b"\n", b"\n      "),
    "JSON": lambda text: text.replace(b"\n", b"\\n"),
    "JSON with slashes": lambda text: text.replace(b"\n", b"\\n").replace(b"/", b"\\/"),
    "JSON in JSON": lambda text: text.replace(b"\n", b"\\\\n"),
    "JSON of Windows": lambda text: text.replace(b"\n", b"\\r\\n"),
    "code points": lambda text: text.replace(b"\n", b"\\u000a").replace(b"+", b"\\u002b").replace(b"=", b"\\u003d"),
    "on one line": lambda text: text.replace(b"\n", b" "),
    "without line ends": lambda text: text.replace(b"\n", b""),
    "JavaScript": lambda text: text.replace(b"\n", b'\\n" +\n    "'),
    "Python": lambda text: text.replace(b"\n", b"\\n' \\\n    '"),
    "C": lambda text: text.replace(b"\n", b'\\n"\n    "'),
    "PHP": lambda text: text.replace(b"\n", b"' . PHP_EOL .\n    '"),
    "Visual Basic": lambda text: text.replace(b"\n", b'" & vbCrLf & _\n    "'),
    "a list": lambda text: text.replace(b"\n", b'",\n    "'),
    "a shell": lambda text: text.replace(b"\n", b"\\n\\\n"),
    "a comment": lambda text: text.replace(b"\n", b"\n    // "),
    "a script's comment": lambda text: text.replace(b"\n", b"\n# "),
    "a quotation": lambda text: text.replace(b"\n", b"\n> "),
    "a difference": lambda text: text.replace(b"\n", b"\n+"),
    "a line taken out": lambda text: text.replace(b"\n", b"\n-"),
    "a listing": lambda text: b"\n".join(b"%4d  %b" % (n, line) for n, line in enumerate(text.split(b"\n"), 1))[6:],
    "PowerShell": lambda text: text.replace(b"\n", b'`n" + `\n    "'),
    "a script of Windows": lambda text: text.replace(b"\n", b" >> key.pem\necho "),
    "a log": lambda text: text.replace(b"\n", b"\n2026-01-31 08:00:01 INFO  "),
    "XML": lambda text: text.replace(b"\n", b"&#10;"),
    "XML by code points": lambda text: text.replace(b"\n", b"&#xA;"),
    "HTML": lambda text: text.replace(b"\n", b"<br>\n"),
    "a URL": lambda text: (
        text.replace(b"+", b"%2B")
        .replace(b"/", b"%2F")
        .replace(b"=", b"%3D")
        .replace(b" ", b"%20")
        .replace(b"\n", b"%0A")
    ),
    "a form": lambda text: text.replace(b"+", b"%2B").replace(b" ", b"+").replace(b"\n", b"%0D%0A"),
}
"""Ways to write armour down."""


class TestWrappings:
    """The same key, however it is written."""

    @pytest.mark.parametrize("name", WRAPPINGS)
    @pytest.mark.parametrize("key", [RSA, EC, ED25519])
    def test_read(self, name, key):
        text = WRAPPINGS[name](pem(key))
        found = decoded(text + b'", more: "text"')
        assert (found.thumbprint, found.raw.reveal(), found.start) == (thumbprint(key), text, 0)

    @pytest.mark.parametrize("engine", ENGINES)
    @pytest.mark.parametrize("name", WRAPPINGS)
    def test_found(self, engine, name):
        """In a file, with both engines: one subject, seen once, at its place."""
        text = WRAPPINGS[name](pem(RSA))
        blob = b'# keys\nkey = "' + text + b'"\n'
        [subject] = examine(blob, engine).subjects
        assert (subject.kind, subject.identity, subject.seen) == ("key", thumbprint(RSA), 1)
        assert [(at.start, at.end, at.line) for at in subject.sightings] == [(14, 14 + len(text), 2)]

    @pytest.mark.parametrize("engine", ENGINES)
    @pytest.mark.parametrize("width", [0, 64, 76])
    def test_in_base64(self, engine, width):
        """As Kubernetes and variables of pipelines hold it, once and twice encoded, and in an object of JSON."""
        for text in (pem(RSA), b'{"type": "x", "private_key": "' + pem(RSA).replace(b"\n", b"\\n") + b'"}'):
            once = base64.b64encode(text)
            wrapped = b"\n  ".join(once[at : at + width] for at in range(0, len(once), width)) if width else once
            [subject] = examine(b"tls.key: " + wrapped + b"\n", engine).subjects
            assert (subject.identity, subject.seen) == (thumbprint(RSA), 1)
            assert "base64" in subject.sightings[0].wrapping
        [subject] = examine(base64.b64encode(base64.b64encode(pem(RSA))), engine).subjects
        assert (subject.identity, subject.sightings[0].wrapping) == (thumbprint(RSA), ("base64", "base64"))

    def test_one_key_in_two_forms_is_one_subject(self):
        blob = pem(RSA) + b"\n" + pem(RSA, PrivateFormat.TraditionalOpenSSL) + b"\n" + pem(RSA, PrivateFormat.OpenSSH)
        [subject] = examine(blob).subjects
        assert (subject.identity, subject.seen) == (thumbprint(RSA), 3)

    def test_two_keys_are_two(self):
        blob = pem(RSA) + b"\n" + pem(EC) + b"\n"
        assert {subject.identity for subject in examine(blob).subjects} == {thumbprint(RSA), thumbprint(EC)}


class TestDamage:
    """What is not whole is told as such; what is made up is no key."""

    @pytest.mark.parametrize("text", [pem(RSA), pem(RSA).replace(b"\n", b"\\n")])
    def test_cut_short(self, text):
        found = decoded(text[:900])
        assert found.details["cut"] is True
        assert (found.details["kind"], found.encrypted) == ("RSA", False)
        assert begins(text[:900])

    def test_cut_short_before_other_text(self):
        """It ends where its base64 does."""
        text = pem(RSA).replace(b"\n", b"\\n")[:900]
        found = decoded(text + b'", "name": "a key of ours"}')
        assert (found.details["cut"], found.raw.reveal()) == (True, text)
        lines = pem(RSA)[:900]
        assert decoded(lines + b"\n\nname: a key of ours\n").raw.reveal().startswith(lines[:850])

    def test_only_its_last_line_is_missing(self):
        """All of the key is there."""
        found = decoded(pem(RSA).rpartition(b"\n")[0])
        assert "cut" not in found.details
        assert found.thumbprint == thumbprint(RSA)

    def test_damaged(self):
        """Its bytes are no key, and are no placeholder either: somebody may have changed a character."""
        body = base64.encodebytes(random.Random(7).randbytes(1190))
        found = decoded(b"-----BEGIN RSA PRIVATE KEY-----\n" + body + b"-----END RSA PRIVATE KEY-----")
        assert (found.form, found.details["kind"], found.details["damaged"]) == ("pkcs1", "RSA", True)

    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"...",
            b"MIIE...",
            b"MIIEvQIBADANBgkqhkiG9w0BAQEFAASC...",
            b"<your key>",
            b"&lt;KEY&gt;",
            b"${PRIVATE_KEY}",
            b"{{ .Values.key }}",
            b"YOUR_PRIVATE_KEY",
            b"REDACTED",
            b"A" * 640,
            b"MIIEvQIBADANBgkqhkiG9w0BAQEFAASC" * 30,
            b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ",
            b"THEWHOLEKEYHEREWITHVERYVERYLONGTEXTLIKEANYOTHERPRIVATEKEYFILE=",
            b"\n".join([*pem(RSA).split(b"\n")[1:3], b"...", *pem(RSA).split(b"\n")[-3:-1]]),
            b"\n".join([pem(RSA).split(b"\n")[1], *[b"*" * 64] * 20, pem(RSA).split(b"\n")[-2]]),
            b"Put the private key of your service here, on as many lines as it takes",
        ],
    )
    def test_placeholders(self, body):
        for line_end in (b"\n", b"\\n"):
            text = b"-----BEGIN PRIVATE KEY-----\n" + body + b"\n-----END PRIVATE KEY-----"
            assert decode(text.replace(b"\n", line_end)) is None

    @pytest.mark.parametrize(
        "text",
        [
            EC.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
            b"-----BEGIN CERTIFICATE-----\n" + base64.encodebytes(os.urandom(800)) + b"-----END CERTIFICATE-----",
            b"-----BEGIN CERTIFICATE REQUEST-----\nMIIB\n-----END CERTIFICATE REQUEST-----",
            b"-----BEGIN PGP MESSAGE-----\n\n" + base64.encodebytes(os.urandom(800)) + b"-----END PGP MESSAGE-----",
            b"-----BEGIN AGE ENCRYPTED FILE-----\n" + base64.encodebytes(os.urandom(200)),
            b"-----BEGIN PRIVATE KEY-----",
            b'-----BEGIN RSA PRIVATE KEY-----"; END = "-----END RSA PRIVATE KEY-----"',
            b"ENC[AES256_GCM,data:" + base64.b64encode(os.urandom(99)) + b",type:str]",
        ],
    )
    def test_what_is_no_private_key(self, text):
        assert decode(text) is None
        assert examine(text).subjects == []


class TestOfTools:
    """Keys as OpenSSH and OpenSSL write them; what cryptography does not write it reads, to say that it is right."""

    @pytest.mark.parametrize("kind", OPENSSH)
    def test_openssh_encrypted(self, kind):
        """The public half stays in clear."""
        key, told = KEYS[kind]
        found = decoded(pem(key, PrivateFormat.OpenSSH, LOCK))
        assert (found.form, found.encrypted) == ("openssh", True)
        assert {name: found.details.get(name) for name in told} == told
        assert found.details["public"] == decoded(pem(key)).details["public"]

    def test_parameters_spelt_out(self):
        """A curve by its numbers, as `openssl ecparam -param_enc explicit` has it, is one without a name."""
        numbers = EC.private_numbers()
        point = EC.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        prime = 2**256 - 2**224 + 2**192 + 2**96 - 1
        order = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
        b = bytes.fromhex("5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b")
        field = sequence(write(NAME, bytes.fromhex("2a8648ce3d0101")), integer(prime))
        curve = sequence(write(OCTETS, (prime - 3).to_bytes(32)), write(OCTETS, b))
        base = write(OCTETS, GENERATOR)
        explicit = sequence(integer(1), field, curve, base, integer(order), integer(1))
        secret = write(OCTETS, numbers.private_value.to_bytes(32))
        data = sequence(integer(1), secret, write(0xA0, explicit), write(0xA1, write(BITS, b"\0" + point)))
        text = armoured("EC PRIVATE KEY", data)
        assert loaded(text).private_numbers() == numbers
        found = decoded(text)
        assert (found.form, found.encrypted, found.details["kind"]) == ("sec1", False, "EC")

    def test_rsa_pss(self):
        """`openssl genpkey -algorithm RSA-PSS`: the name of the algorithm says that it signs in one way only."""
        inner = RSA.private_bytes(Encoding.DER, PrivateFormat.TraditionalOpenSSL, NoEncryption())
        algorithm = sequence(write(NAME, bytes.fromhex("2a864886f70d01010a")))
        text = armoured("PRIVATE KEY", sequence(integer(0), algorithm, write(OCTETS, inner)))
        assert loaded(text).private_numbers() == RSA.private_numbers()
        found = decoded(text)
        assert (found.form, found.encrypted, found.thumbprint) == ("pkcs8", False, thumbprint(RSA))


GENERATOR = bytes.fromhex(
    "046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"
    "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5"
)
"""Of P-256 (SEC 2 §2.4.2)."""


def loaded(text: bytes) -> Any:
    """The key as cryptography reads it."""
    return load_pem_private_key(text, None)


def sequence(*parts: bytes) -> bytes:
    return write(SEQUENCE, b"".join(parts))


def integer(number: int) -> bytes:
    return write(INTEGER, number.to_bytes(number.bit_length() // 8 + 1))


def armoured(label: str, data: bytes) -> bytes:
    return b"-----BEGIN %b-----\n%b-----END %b-----" % (label.encode(), base64.encodebytes(data), label.encode())


def packet(algorithm: int, numbers: list[int], usage: int) -> bytes:
    """A secret key packet of version 4 (RFC 9580 §5.5.3)."""
    mpi = b"".join(
        number.bit_length().to_bytes(2) + number.to_bytes((number.bit_length() + 7) // 8) for number in numbers
    )
    content = b"\4" + b"\x6a" * 4 + bytes([algorithm]) + mpi + bytes([usage]) + b"\x5a" * 700
    return b"\x95" + len(content).to_bytes(2) + content


@pytest.mark.parametrize(("usage", "encrypted"), [(0, False), (254, True)])
def test_openpgp(usage, encrypted):
    """OpenPGP in armour, with headers and a checksum."""
    numbers = RSA.public_key().public_numbers()
    body = base64.encodebytes(packet(1, [numbers.n, numbers.e], usage))
    text = (
        b"-----BEGIN PGP PRIVATE KEY BLOCK-----\nVersion: made up\nComment: of ours\n\n"
        + body
        + b"=njUN\n-----END PGP PRIVATE KEY BLOCK-----"
    )
    found = decoded(text)
    assert (found.form, found.encrypted, found.details["kind"], found.details["bits"]) == (
        "pgp",
        encrypted,
        "RSA",
        2048,
    )
    assert found.details["fits"] == []
    assert decoded(text.replace(b"\n", b"\\n")).thumbprint == found.thumbprint


def wire(*pieces: bytes) -> bytes:
    return b"".join(len(piece).to_bytes(4) + piece for piece in pieces)


@pytest.mark.parametrize("encryption", [b"none", b"aes256-cbc"])
@pytest.mark.parametrize("line_end", [b"\n", b"\r\n", b"\\n"])
def test_putty(encryption, line_end):
    public = base64.b64encode(wire(b"ssh-ed25519", ED25519.public_key().public_bytes_raw()))
    lines = [
        b"PuTTY-User-Key-File-2: ssh-ed25519",
        b"Encryption: " + encryption,
        b"Comment: a key of ours",
        b"Public-Lines: 2",
        public[:64],
        public[64:],
        b"Private-Lines: 1",
        base64.b64encode(wire(ED25519.private_bytes_raw())),
        b"Private-MAC: " + b"5a" * 20,
    ]
    text = line_end.join(lines)
    found = decoded(text + line_end)
    assert (found.form, found.encrypted, found.details["kind"]) == ("putty", encryption != b"none", "Ed25519")
    assert found.raw.reveal() == text
    assert (found.thumbprint == thumbprint(ED25519)) is (encryption == b"none")
    assert decode(line_end.join(lines[:6])) is None
    assert [subject.identity for subject in examine(b"key: " + text).subjects] == [found.thumbprint]


@pytest.mark.parametrize("cipher", [b"none", b"3des-cbc"])
def test_ssh2(cipher):
    """SSH.com's form."""
    content = wire(b"if-modn{sign{rsa-pkcs1-sha1},encrypt{rsa-pkcs1v2-oaep}}", cipher, os.urandom(600))
    data = bytes.fromhex("3f6ff9eb") + (len(content) + 8).to_bytes(4) + content
    text = (
        b'---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----\nComment: "of ours"\n'
        + base64.encodebytes(data)
        + b"---- END SSH2 ENCRYPTED PRIVATE KEY ----"
    )
    found = decoded(text)
    assert (found.form, found.encrypted, found.details["kind"]) == ("ssh2", cipher != b"none", "RSA")
    assert [subject.identity for subject in examine(text).subjects] == [found.thumbprint]


class TestHostile:
    """Never an error, never a long wait."""

    @given(st.binary(max_size=300), st.sampled_from(sorted(WRAPPINGS)), st.integers(0, 1800))
    def test_any_bytes(self, data, name, at):
        whole = WRAPPINGS[name](pem(RSA))
        for text in (data, b"-----BEGIN PRIVATE KEY-----" + data, whole[:at] + data + whole[at + 3 :]):
            decode(text)
            begins(text)

    @given(st.binary(max_size=300))
    def test_any_body(self, data):
        """Bytes that are no key in any form."""
        for label in (b"RSA PRIVATE KEY", b"OPENSSH PRIVATE KEY", b"PGP PRIVATE KEY BLOCK", b"PRIVATE KEY"):
            for body in (data, b"openssh-key-v1\0" + data, bytes.fromhex("3f6ff9eb") + data, b"\x95\1\0" + data):
                decode(b"-----BEGIN %b-----\n%b-----END %b-----" % (label, base64.encodebytes(body), label))

    @pytest.mark.parametrize(
        "filling",
        [
            b"-----BEGIN PRIVATE KEY-----\n",
            b"MIIE" * 16 + b"\n",
            b'\\n" +\n',
            b"+",
            b'"',
            b"\\",
            b"%0A",
            b"// ",
            b"a: b\n",
        ],
    )
    def test_megabytes(self, filling):
        """Linear in what there is."""
        text = b"-----BEGIN PRIVATE KEY-----\n" + filling * (1_000_000 // len(filling))
        decode(text)
        decode(text + b"-----END PRIVATE KEY-----")
        examine(text)

    def test_numbers_of_a_megabyte(self):
        """A modulus that no library takes is not computed with."""
        number = b"\x02\x83\x0c\x35\x00" + b"\x5a" * 800_000
        der = b"\x30\x83\x18\x6a\x0d\x02\x01\x00" + number * 2
        text = b"-----BEGIN RSA PRIVATE KEY-----\n" + base64.encodebytes(der) + b"-----END RSA PRIVATE KEY-----"
        assert decode(text) is None or decoded(text).details["damaged"]
