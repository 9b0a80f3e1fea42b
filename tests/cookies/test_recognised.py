"""Formats of which nothing can be proved without what a database holds."""

import base64
import hashlib

import pytest

from scanner.cookies import family, opaque, spring_remember_me, wordpress

SPRING = (
    b"Ym9iOjE5MDAwMDAwMDAwMDA6U0hBMjU2OjRlMDExNTllOWRmZDI4YTVhZWY0OWY0ZjYxNGNkZjQyMjQyZmRiOTRkOWFiNzMzYjU1NGZl"
    b"YjA5Y2FiMzQ2NzE="
)
WORDPRESS = b"ann%7C1893456000%7C" + b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQ" + b"%7C" + b"4e01159e" * 8


def remember_me(text: str) -> bytes:
    return base64.b64encode(text.encode())


def test_spring():
    """A user and an end are told, in a sample of the published algorithm; also without padding, as it is sent."""
    for text in (SPRING, SPRING[:-1], b"remember-me=" + SPRING + b"; Path=/"):
        cookie = spring_remember_me.decode(text)
        assert cookie
        assert (cookie.payload, cookie.details) == ("text", {"user": True})
        assert {name: time and time.seconds for name, time in cookie.times.items()} == {"exp": 1900000000}
        assert cookie.signature.reveal().hex().startswith("4e01159e")
        assert text[cookie.start :].startswith(cookie.raw.reveal())


@pytest.mark.parametrize(
    ("text", "payload"),
    [
        (f"ann%40mail.example:1900000000000:{hashlib.md5(b'').hexdigest()}", "text"),
        ("4d1f1q75AGhbQTlJ9%3D%3D:k2Qb76eHNN69tZLc%3D%3D", "opaque"),
    ],
)
def test_other_forms_of_springs(text, payload):
    """Of older releases, with MD5; and what a database knows."""
    cookie = spring_remember_me.decode(remember_me(text))
    assert cookie
    assert cookie.payload == payload


@pytest.mark.parametrize(
    "text",
    [
        remember_me("please remember me on this computer for a few days"),
        remember_me(f"bob:1900:SHA256:{hashlib.sha256(b'').hexdigest()}"),
        remember_me(f"bob:1900000000000:SHA256:{hashlib.sha1(b'').hexdigest()}"),
        remember_me("host.example:8080"),
        b"A" * (1 << 20),
    ],
)
def test_not_springs(text):
    assert spring_remember_me.decode(text) is None


@pytest.mark.parametrize("name", ["", "wordpress_logged_in_", "wordpress_sec_", "wordpress_"])
def test_wordpress(name):
    """A user and an end are told."""
    before = f"{name}0cc175b9c0f1b6a831c399e269772661=".encode() if name else b""
    for value in (WORDPRESS, WORDPRESS.replace(b"%7C", b"|")):
        cookie = wordpress.decode(before + value + b"; path=/")
        assert cookie
        assert (cookie.raw.reveal(), cookie.start, cookie.details) == (value, len(before), {"user": True})
        assert {key: time and time.seconds for key, time in cookie.times.items()} == {"exp": 1893456000}


@pytest.mark.parametrize(
    "text", [WORDPRESS[:-1], WORDPRESS + b"0", WORDPRESS.replace(b"1893456000", b"0893456000"), b"WP%20Cookie%20check"]
)
def test_not_wordpress(text):
    assert wordpress.decode(text) is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PHPSESSID", "el4ukv0kqbvoirg7nkp4dncpk3"),
        ("PHPSESSID", "9f86d081884c7d659a2feaa0c55ad015"),
        ("JSESSIONID", "6B7E1F0C2A9D4835B1C0D3E2F4A59687"),
        ("JSESSIONID", "6B7E1F0C2A9D4835B1C0D3E2F4A59687.node1"),
        ("jsessionid", "node01x8dh2kq7a5t91mzk3vy0p4w6c0.node0"),
        ("ASP.NET_SessionId", "p3rkzv2n0gqhm1tw4yj5xcbd"),
        ("ASPSESSIONIDQCCDAABT", "KBDHFPJAOCGLNEMIBHKDFPJA"),
        ("SESSION", "M2YxYjJjNGQtNWU2Zi00YTdiLThjOWQtMGUxZjJhM2I0YzVk"),
        ("grafana_session", "9f86d081884c7d659a2feaa0c55ad015"),
        ("i_like_gitea", "4e01159e9dfd28a5"),
        ("_gitlab_session", "9f86d081884c7d659a2feaa0c55ad015"),
        ("laravel_session", "a8Kd0Zq3Lw7Xc2Vb9Nm4Qe6Rt1Yu5Io0Pa7Sd2Fg"),
        ("sessionid", "k3x0q9v7d2m5w8z1c4b6n0a3s5f7h9j2"),
        ("connect.sid", "Tm3_k0xQ9v7-d2m5w8z1c4b6n0a3s5f7"),
        ("MMAUTHTOKEN", "7z3k9qx1m5w8c4b6n0a3s5f7h2"),
        ("SESS0cc175b9c0f1b6a831c399e269772661", "Tm3_k0xQ9v7-d2m5w8z1c4b6n0a3s5f7h9j2kLmNoPq"),
    ],
)
@pytest.mark.parametrize("between", ["=", ": ", '", "value": "', "\t", '":"', '\\": \\"'])
def test_ids(name, value, between):
    """An id is told by the name before it, and is nothing without."""
    before = f"{name}{between}"
    assert opaque.decode(value.encode()) is None
    for text in (f"{before}{value}; path=/", f'{before}{value}"', f"{before}{value}\n"):
        cookie = opaque.decode(text.encode())
        assert cookie
        assert cookie.raw.reveal().decode() == value
        assert cookie.start == len(before)
        assert (cookie.payload, cookie.signature.reveal()) == ("opaque", b"")


@pytest.mark.parametrize(
    "text",
    [
        "PHPSESSID=",
        "PHPSESSID=your-session-id-goes-here-please",
        "PHPSESSID=00000000000000000000000000",
        "PHPSESSID=aaaaaaaaabbbbbbbbb111111111",
        "JSESSIONID=6B7E1F0C2A9D4835B1C0D3E2F4A5968",
        "JSESSIONID=%s",
        "ASP.NET_SessionId=p3rkzv2n0gqhm1tw4yj5xcb9",
        "SESSION=M2YxYjJjNGQtNWU2Zi00YTdiLThjOWQ",
        "DESKTOP_SESSION=ubuntu",
        "grafana_session_expiry=1767225600",
        "_gitlab_session=9f86d081884c7d659a2feaa0c55ad0",
        "sessionid=request.session.session_key",
        "connect.sid=s%3Aabcdefghijklmnopqrstuvwxyz012345.2T3g1YIBqofc0ViEUEt59cUq",
        "csrftoken=k3x0q9v7d2m5w8z1c4b6n0a3s5f7h9j2",
        "laravel_session=eyJpdiI6ImI2cUVmbVM1dnkyVXpIdHVkNTJoQmc9PSIsInZhbHVlIjoi",
        "PHPSESSID=" + "a1" * (1 << 19),
    ],
)
def test_no_ids(text):
    """Nothing, a picture of one, of another length, signed, encrypted."""
    assert opaque.decode(text.encode()) is None


def test_nothing_to_prove():
    """What can't be proved is not tried."""
    for name in ("opaque", "wordpress", "spring-remember-me"):
        assert not hasattr(family(name), "signs")
        assert not family(name).begins(b"")
