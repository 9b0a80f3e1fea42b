"""Key stores that cryptography makes, and Java's, written here by their format."""

from __future__ import annotations

import base64
import datetime
import hashlib
import hmac
import os
import time

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)
from hypothesis import given
from hypothesis import strategies as st

from scanner.decode import asn1
from scanner.decode.asn1 import write
from scanner.decode.keystore import PASSWORDS, begins, decode
from scanner.model import Key
from tests.decode.test_pem import thumbprint
from tests.examining import ENGINES, examine

RSA = rsa.generate_private_key(65537, 2048)
EC = ec.generate_private_key(ec.SECP256R1())


def certificate(key) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "made up")])
    begin = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), 7, begin, begin.replace(year=2036))
    return builder.sign(key, hashes.SHA256())


def of_pkcs12(key, password: str | None) -> bytes:
    lock = NoEncryption() if password is None else BestAvailableEncryption(password.encode())
    return pkcs12.serialize_key_and_certificates(b"ours", key, certificate(key or RSA), None, lock)


def of_java(keys, password: str, magic: bytes = b"\xfe\xed\xfe\xed", trusted=()) -> bytes:
    """A store of Java: its keys are encrypted in a way of their own, which is not read."""

    def utf(text: bytes) -> bytes:
        return len(text).to_bytes(2) + text

    def of_certificate(key) -> bytes:
        der = certificate(key).public_bytes(Encoding.DER)
        return utf(b"X.509") + len(der).to_bytes(4) + der

    content = magic + b"\0\0\0\2" + (len(keys) + len(trusted)).to_bytes(4)
    for key in keys:
        locked = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, BestAvailableEncryption(b"ours"))
        content += b"\0\0\0\1" + utf(b"ours") + b"\0" * 8 + len(locked).to_bytes(4) + locked
        content += b"\0\0\0\1" + of_certificate(key)
    for key in trusted:
        content += b"\0\0\0\2" + utf(b"theirs") + b"\0" * 8 + of_certificate(key)
    return content + hashlib.sha1(password.encode("utf-16-be") + b"Mighty Aphrodite" + content).digest()


LOCKED = of_pkcs12(RSA, "a password of ours")


def checked(store: bytes, written: bytes, rounds: int, *, right: bool = True) -> bytes:
    """The store with a check of the password, `written` as bytes, that takes so many rounds (RFC 7292 appendix B)."""
    version, held = asn1.sequence(store)[:2]
    content = asn1.expect(asn1.members(asn1.members(held.body)[1].body)[0], asn1.OCTETS)
    block = b"\3" * 64 + b"saltsalt" * 8 + (written * 64)[:64]
    for _ in range(rounds if right else 1):
        block = hashlib.sha1(block).digest()
    digest = hmac.digest(block, content, "sha1")
    algorithm = write(asn1.SEQUENCE, write(asn1.NAME, bytes.fromhex("2b0e03021a")) + b"\5\0")
    info = write(asn1.SEQUENCE, algorithm + write(asn1.OCTETS, digest))
    number = write(asn1.INTEGER, rounds.to_bytes(rounds.bit_length() // 8 + 1))
    check = write(asn1.SEQUENCE, info + write(asn1.OCTETS, b"saltsalt") + number)
    parts = write(asn1.INTEGER, version.body) + write(asn1.SEQUENCE, held.body) + check
    return write(asn1.SEQUENCE, parts)


def decoded(data: bytes) -> Key:
    found = decode(data)
    assert found
    return found


def told(found: Key) -> tuple[object, ...]:
    return found.form, found.encrypted, found.details["kind"], found.details.get("known_password")


class TestPkcs12:
    @pytest.mark.parametrize("password", ["changeit", "changeme", "password"])
    @pytest.mark.parametrize(("key", "kind"), [(RSA, "RSA"), (EC, "EC")])
    def test_well_known_passwords(self, password, key, kind):
        data = of_pkcs12(key, password)
        found = decoded(data + b"more")
        assert told(found) == ("pkcs12", True, kind, password)
        assert found.raw.reveal() == data
        assert found.thumbprint == hashlib.sha256(data).hexdigest()
        assert found.details["public"]["kty"] == kind

    def test_another_password(self):
        """What is in it stays unknown."""
        assert told(decoded(of_pkcs12(RSA, "a password of ours"))) == ("pkcs12", True, "", None)

    def test_not_locked(self):
        """It is the same key as in any other form."""
        found = decoded(of_pkcs12(RSA, None))
        assert (found.encrypted, found.thumbprint) == (False, thumbprint(RSA))

    def test_certificates_alone(self):
        for password in ("changeit", "a password of ours"):
            assert decode(of_pkcs12(None, password)) is None

    @pytest.mark.parametrize("digest", [hashes.SHA1(), hashes.SHA256(), hashes.SHA512()])
    def test_ways_to_lock(self, digest):
        """Those of old tools and of new ones."""
        for pbe in pkcs12.PBES:
            lock = PrivateFormat.PKCS12.encryption_builder().key_cert_algorithm(pbe).hmac_hash(digest)
            data = pkcs12.serialize_key_and_certificates(b"a", RSA, certificate(RSA), None, lock.build(b"changeit"))
            assert told(decoded(data)) == ("pkcs12", True, "RSA", "changeit")

    @pytest.mark.parametrize("rounds", [2, 30_000])
    @pytest.mark.parametrize("written", [b"", b"\0\0"])
    def test_the_empty_password(self, rounds, written):
        """There are two ways to write it where it is hashed; cryptography takes both for right."""
        data = checked(of_pkcs12(RSA, None), written, rounds)
        assert pkcs12.load_key_and_certificates(data, b"")[0]
        assert decoded(data).thumbprint == thumbprint(RSA)
        assert told(decoded(checked(LOCKED, written, rounds)))[3] == "the empty password"

    def test_iterations_that_cost_too_much(self):
        """A store that asks for a hundred million is not tried; what can be seen is told."""
        began = time.process_time()
        found = decoded(checked(LOCKED, b"", 100_000_000, right=False))
        assert told(found) == ("pkcs12", True, "", None)
        assert time.process_time() - began < 5

    @pytest.mark.parametrize("pbe", [pkcs12.PBES.PBESv1SHA1And3KeyTripleDESCBC, pkcs12.PBES.PBESv2SHA256AndAES256CBC])
    @pytest.mark.parametrize("chain", [False, True])
    def test_iterations_of_the_key_alone(self, pbe, chain):
        """What one key asks for is looked at however deep it stands; ten thousand are done, a billion are not."""
        for rounds, kind in ((10_000, "RSA"), (1_000_000, "")):
            lock = PrivateFormat.PKCS12.encryption_builder().key_cert_algorithm(pbe).kdf_rounds(rounds)
            own = certificate(RSA) if chain else None
            data = pkcs12.serialize_key_and_certificates(b"ours", RSA, own, None, lock.build(b"changeit"))
            assert told(decoded(data)) == ("pkcs12", True, kind, "changeit")
            many = data.replace(rounds.to_bytes(3), b"\x7f\xff\xff")
            assert many != data or rounds < 1 << 16
            began = time.process_time()
            decode(many)
            assert time.process_time() - began < 1

    def test_a_key_that_cannot_be_read(self):
        """The store is told all the same."""
        data = of_pkcs12(RSA, "changeit")
        for at in range(60, 200, 7):
            found = decode(data[:at] + b"\0" + data[at + 1 :])
            assert not found or found.form == "pkcs12"
        lock = PrivateFormat.PKCS12.encryption_builder().hmac_hash(hashes.SHA1())
        data = pkcs12.serialize_key_and_certificates(b"ours", RSA, None, None, lock.build(b"ours"))
        at = data.index(
            bytes.fromhex("2a864886f70d01050d")
        )  # the encryption of the key, now of a name that nobody knows
        assert told(decoded(data[:at] + b"\x29" + data[at + 1 :])) == ("pkcs12", True, "", None)

    def test_without_lengths(self):
        """As Bouncy Castle writes them in BER."""
        data = b"\x30\x80\x02\x01\x03\x30\x80" + bytes.fromhex("060b2a864886f70d010c0a0102") + os.urandom(700)
        assert told(decoded(data)) == ("pkcs12", True, "", None)
        assert decode(b"\x30\x80\x02\x01\x03\x30\x80" + bytes(700)) is None


class TestJava:
    @pytest.mark.parametrize("password", [word for word in PASSWORDS if word])
    @pytest.mark.parametrize(("magic", "form"), [(b"\xfe\xed\xfe\xed", "jks"), (b"\xce\xce\xce\xce", "jceks")])
    def test_well_known_passwords(self, password, magic, form):
        data = of_java([RSA], password, magic)
        found = decoded(data + b"more")
        assert told(found) == (form, True, "RSA", password)
        assert (found.raw.reveal(), found.details["count"]) == (data, 1)
        assert begins(data)

    def test_another_password(self):
        """The public half stands in clear, in the certificate."""
        found = decoded(of_java([EC, RSA], "a password of ours"))
        assert told(found) == ("jks", True, "EC", None)
        assert (found.details["count"], found.details["public"]["crv"]) == (2, "P-256")

    def test_certificates_alone(self):
        assert decode(of_java([], "changeit", trusted=[RSA, EC])) is None
        assert told(decoded(of_java([RSA], "changeit", trusted=[EC])))[2:] == ("RSA", "changeit")

    def test_cut_short(self):
        data = of_java([RSA], "changeit")
        assert all(decode(data[:length]) is None for length in (4, 8, 12, 100, 1_000, len(data) - 1))


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("data", [of_pkcs12(RSA, "changeit"), of_java([RSA], "changeit")], ids=["pkcs12", "jks"])
def test_found(engine, data):
    """As files, and in base64 on one line or folded."""
    text = base64.b64encode(data)
    folded = b"\n".join(text[at : at + 76] for at in range(0, len(text), 76))
    for blob, start, length in (
        (data, 0, len(data)),
        (b"P12=" + text + b"\n", 4, len(text.rstrip(b"="))),
        (b"store: |\n" + folded + b"\n", 9, len(folded.rstrip(b"="))),
    ):
        [subject] = examine(blob, engine).subjects
        assert (subject.kind, subject.decoder, subject.seen) == ("key", "keystore", 1)
        assert [(at.start, at.end) for at in subject.sightings] == [(start, start + length)]


STORES = [of_pkcs12(RSA, "changeit"), of_java([RSA], "changeit"), of_java([EC], "changeit", b"\xce\xce\xce\xce")]


@given(st.binary(max_size=100), st.sampled_from(STORES), st.integers(0, 3000))
def test_any_bytes(data, store, at):
    """Never an error."""
    for text in (data, store[:8] + data, store[:at] + data + store[at + 2 :]):
        decode(text)
        begins(text)
        decode(base64.b64encode(text))


def test_counts_that_lie():
    """A million entries, and lengths beyond the end."""
    for data in (
        b"\xfe\xed\xfe\xed\0\0\0\2\xff\xff\xff\xff" + bytes(99),
        b"\xfe\xed\xfe\xed\0\0\0\2\0\0\0\1\0\0\0\1\0\1a" + bytes(8) + b"\xff\xff\xff\xff" + bytes(99),
        b"\x30\x84\xff\xff\xff\xff\x02\x01\x03" + bytes(99),
        b"\x30\x82\x00\x40\x02\x01\x03" + b"\x30\x00" * 99,
    ):
        assert decode(data) is None
