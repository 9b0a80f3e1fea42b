"""How headers refer to keys: what a verifier must not look up."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner import rulebook
from scanner.judge.key_reference import KeyReferences
from tests import strategies

REFERENCES = KeyReferences(rulebook.load().vocabulary)
HOME = "https://login.parcels.example/realms/a"


def shapes(kid, **header):
    return REFERENCES.of({"kid": kid, **header})["token.key_id_shapes"]


def faults(url, issuer=HOME, name="jku"):
    return REFERENCES.url_faults({name: url}, {"iss": issuer})


class TestKeyIds:
    @pytest.mark.parametrize(
        ("kid", "shape"),
        [
            ("../../../../dev/null", "path"),
            ("keys/../../etc/passwd", "path"),
            ("..\\..\\windows\\win.ini", "path"),
            ("/dev/null", "path"),
            ("/proc/sys/kernel/randomize_va_space", "path"),
            ("/opt/keys/prod.pem", "path"),
            ("C:\\keys\\1", "path"),
            ("\\\\evil.test\\share", "path"),
            ("%2e%2e%2f%2e%2e%2fdev%2fnull", "path"),
            ("x' UNION SELECT 'a", "SQL"),
            ("x' or '1'='1", "SQL"),
            ("1 OR 1=1", "SQL"),
            ("key'--", "SQL"),
            ('a";', "SQL"),
            ("1; DROP TABLE keys", "SQL"),
            ("key1|| sleep 5", "command"),
            ("key1 | whoami", "command"),
            ("`id`", "command"),
            ("$(id)", "command"),
            ("${jndi:ldap://evil.test/a}", "command"),
            ("{{7*7}}", "command"),
            ("*)(uid=*", "LDAP filter"),
            ("x)(|(cn=*", "LDAP filter"),
            ("*", "LDAP filter"),
            ("a\r\nX-Role: admin", "control character"),
            ("a\0.pem", "control character"),
            ("a%00", "control character"),
            ("https://evil.test/key.pem", "URL"),
            ("file:///etc/passwd", "URL"),
            ("data:text/plain,x", "URL"),
            ({"$ne": ""}, "JSON structure"),
            (["a"], "JSON structure"),
            ("a" * 257, "over-long text"),
        ],
    )
    def test_hits(self, kid, shape):
        """Whatever a file system, a database, a shell, a directory or a fetcher would take for its own."""
        assert shape in shapes(kid)

    @pytest.mark.parametrize(
        "kid",
        [
            "1",
            7,
            True,
            "",
            None,
            "FJ86GcF3jTbNLOco4NvZkUCIUmfYCqoqtOQeMfbhNlE",
            "b8--zt4i--",
            "/Xq3lDc9Q+2kqYb0cU8PpL3bS4s=",
            "a/b+c=",
            "did:web:parcels.example#key-1",
            "urn:ietf:params:oauth:jwk-thumbprint:sha-256:NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs",
            "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab",
            "projects/p/locations/global/keyRings/r/cryptoKeys/k/cryptoKeyVersions/1",
            "CN=Token Signing, O=Parcels; C=DE",
            "Ann's key",
            "tenant|key-1",
            "ann@parcels.example",
            "sha256//abc",
            "Schlüssel 1",
            "a..b",
            "v1.0--rc1",
            "100% wool",
            "a" * 256,
        ],
    )
    def test_near_misses(self, kid):
        """Names as issuers and key stores give them."""
        assert shapes(kid) == []

    def test_accounts_of_acme_are_urls(self):
        """RFC 8555 §6.2 asks for it; elsewhere a URL is one."""
        account = "https://ca.example/acct/1"
        assert shapes(account, nonce="n", url="https://ca.example/new-order") == []
        assert shapes(account, nonce="n") == ["URL"]

    @pytest.mark.parametrize("part", ["'", "' ", "../", "or 1", "union ", "$", "-", ";", "|", "(", "%2e", "--  ", "a/"])
    def test_a_hostile_id_takes_no_time(self, part):
        """As long as a header's text may be."""
        began = time.process_time()
        shapes(part * (4096 // len(part)) + "!")
        assert time.process_time() - began < 0.5


class TestKeyUrls:
    @pytest.mark.parametrize(
        ("url", "fault"),
        [
            ("http://login.parcels.example/keys", "is not https"),
            ("file:///etc/keys.json", "is no web address"),
            ("gopher://127.0.0.1:6379/_x", "is no web address"),
            ("data:application/json,x", "is no web address"),
            ("https://evil.test/keys", "is on another host than the issuer"),
            ("https://login.parcels.example.evil.test/keys", "is on another host than the issuer"),
            ("https://evilparcels.example/keys", "is on another host than the issuer"),
            ("https://login.parcels.example@evil.test/keys", "hides its host behind a user name"),
            ("https://evil.test\\@login.parcels.example/keys", "reads in two ways"),
            ("https://login.parcels.example/keys\n", "reads in two ways"),
            ("https://lоgin.parcels.example/keys", "reads in two ways"),
            ("https://169.254.169.254/latest/meta-data", "names an address"),
            ("https://2852039166/", "names an address"),
            ("https://[fd00:ec2::254]/", "names an address"),
            ("https://localhost/keys", "names an internal host"),
            ("https://redis:6379/", "names an internal host"),
            ("https://metadata.google.internal/", "names an internal host"),
            ("https://vault.default.svc.cluster.local/keys", "names an internal host"),
            ("https://login.parcels.example/out?url=https://evil.test", "leads on to another URL"),
            ("https://login.parcels.example/out?next=%2F%2Fevil.test", "leads on to another URL"),
            ("https://login.parcels.example/files/../upload/1", "leads on to another URL"),
            ("https://login.parcels.example/keys?next=x", "leads on to another URL"),
            ("//evil.test/keys", "is no URL"),
            ("../keys.json", "is no URL"),
            (["https://login.parcels.example/keys"], "is no URL"),
            (7, "is no URL"),
        ],
    )
    def test_hits(self, url, fault):
        """What leads a verifier that follows it elsewhere, or nowhere it may go."""
        assert fault in faults(url)
        assert fault in faults(url, name="x5u")

    @pytest.mark.parametrize(
        ("url", "issuer"),
        [
            ("https://login.parcels.example/keys", HOME),
            ("https://LOGIN.parcels.example:443/keys", HOME),
            ("https://keys.parcels.example/jwks.json", HOME),
            ("https://keys.login.parcels.example/jwks.json", HOME),
            ("https://a.tenant.auth0.com/keys", "https://tenant.auth0.com/"),
            ("https://keys.bank.co.uk/1", "https://login.bank.co.uk"),
            # Who issued it says nothing of hosts: PASSporT, and SAP's name for itself.
            ("https://cert.carrier.example/1.pem", None),
            ("https://tenant.authentication.example/keys", "http://tenant.localhost:8080/uaa/oauth/token"),
            ("https://localhost:8443/keys", "https://localhost:8443/realms/a"),
            ("https://10.1.2.3/keys", "https://10.1.2.3/realms/a"),
            ("ims_na1-key-at-1.cer", "ims"),
            ("", HOME),
            (None, HOME),
        ],
    )
    def test_near_misses(self, url, issuer):
        """Keys where their issuer has them."""
        assert faults(url, issuer) == []

    @pytest.mark.parametrize(
        ("url", "issuer"),
        [
            ("https://evil.eu.auth0.com/keys", "https://tenant.eu.auth0.com/"),
            ("https://evil.co.uk/keys", "https://bank.co.uk"),
            ("https://evil-bucket.s3.amazonaws.com/keys", "https://cognito-idp.eu-west-1.amazonaws.com/p"),
        ],
    )
    def test_neighbours_are_strangers(self, url, issuer):
        """Below some names everybody can have a host."""
        assert faults(url, issuer) == ["is on another host than the issuer"]


@given(strategies.json_values, strategies.json_values, st.sampled_from(["jku", "x5u"]))
def test_any_json(value, issuer, name):
    """Header and issuer may be of any type."""
    header = {"kid": value, name: value}
    assert all(isinstance(shape, str) for shape in REFERENCES.of(header)["token.key_id_shapes"])
    assert all(isinstance(fault, str) for fault in REFERENCES.url_faults(header, {"iss": issuer}))
