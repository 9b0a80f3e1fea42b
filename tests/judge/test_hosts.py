"""What the names of hosts tell."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.judge.hosts import Url, host, is_address, is_domain, issuer_host, site, split


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("https://idp.example/a?b#c", Url("https", "", "idp.example", "/a?b#c")),
        ("HTTPS://IDP.Example.:8443", Url("https", "", "idp.example", "")),
        ("https://idp.example@evil.test/x", Url("https", "idp.example", "evil.test", "/x")),
        ("https://a@b@evil.test", Url("https", "a@b", "evil.test", "")),
        ("https://[::1]:80/x", Url("https", "", "[::1]", "/x")),
        ("https://idp.example\\@evil.test/", Url("https", "", "idp.example", "\\@evil.test/")),
        ("file:///etc/passwd", Url("file", "", "", "/etc/passwd")),
        ("data:text/plain,x", Url("data", "", "text", "/plain,x")),
        ("//evil.test/x", None),
        ("keys/1.pem", None),
        ("", None),
    ],
)
def test_split(text, parts):
    """What stands before an `@` is no host, however much it looks like one."""
    assert split(text) == parts


@pytest.mark.parametrize("name", ["10.0.0.1", "169.254.169.254", "2130706433", "0x7f000001", "0177.0.0.1", "[::1]"])
def test_addresses(name):
    """In all the spellings that HTTP clients read."""
    assert is_address(name)
    assert not is_domain(name)


@pytest.mark.parametrize("name", ["idp.example", "1.2.3.4.example", "localhost", "0xa.b", "v1.example", ""])
def test_names_are_no_addresses(name):
    assert not is_address(name)


@pytest.mark.parametrize(
    ("name", "registered"),
    [
        ("keys.idp.example", "idp.example"),
        ("idp.example", "idp.example"),
        ("login.bank.co.uk", "bank.co.uk"),
        ("bank.com.br", "bank.com.br"),
        ("id.ing.nl", "ing.nl"),
        ("localhost", "localhost"),
    ],
)
def test_site(name, registered):
    """Two labels, or three where a country keeps a second level for companies."""
    assert site(name) == registered


@pytest.mark.parametrize(
    ("issuer", "name"),
    [
        ("https://IDP.example/realms/a", "idp.example"),
        ("accounts.google.com", "accounts.google.com"),
        ("supabase", None),
        ("12345", None),
        ("auth service", None),
        (7, None),
        (None, None),
    ],
)
def test_host_of_an_issuer(issuer, name):
    """Plain words and numbers name no host."""
    assert issuer_host(issuer) == name


@given(st.text(max_size=80))
def test_any_text(text):
    """Whatever a claim holds is taken apart, or is none."""
    parts = split(text)
    assert parts is None or text.lower().startswith(parts.scheme)
    assert host(text) is None or host(text) == str(host(text)).lower()
    site(text)
    is_address(text)
