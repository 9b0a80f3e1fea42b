"""Sessions of next-auth 4.24, @auth/core 0.34 and better-auth 1.7, made by them, and by joserfc and cryptography."""

import hashlib
import json

import pytest
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from hypothesis import given, settings
from hypothesis import strategies as st
from joserfc import jwe
from joserfc.jwk import OctKey

from scanner.cookies import Clues
from scanner.cookies.authjs import is_of, signs, tries
from scanner.decode.jws import decode
from scanner.model import Sealed, Token

SESSION_4 = (
    b"eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIn0..oqJ0Hzfg35pjgoZl.9L-VKIynBK9fTaJoEKO4W5uoRhwu5HE4_COD8ImaluW94IYbuDU2"
    b"8LNxhFn5PYvAj7f4-nYgbxiTN5Afql77QYVAp8GvdY_O_OQpLjPhd0l_6xOEYobep1jA.XxHW9aL1LEC9bYYQX_fH5w"
)
STATE_4 = (
    b"eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIn0..DC9LciT1NHWVraD7.Hvy4IfWSxvfFkOhK9NeXeQDF9TO83fn1S76toV0HZ4p6c0fQyBeB"
    b"6uG_f-9P9XvkrsJAjoh-JetWcUtATOD5-CJlVSw5lsfj9_E8Fr7o_4-316pWf1IaUvK0aF4.Zg00cSJ_deSfWHWaedPz8w"
)
DOCUMENTED_4 = (
    b"eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIn0..cCL3UAzY4kxmaEZs.d-eAdSsKy6gU29XHKuAU2jhTULqZ_ZJ0iA2gmxtqdCODtMhXN2bc"
    b"1EFaNwFIPSxYrGEZOSGw7QN__vbQv8wGz4i-kaHlUdkI2cWHgBBaL_E5kWMbELuHamyjUFJjLaY1GmNuEaE.RvGtZgO4fIpBUV2bmNujrQ"
)
SESSION_5 = (
    b"eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2Q0JDLUhTNTEyIiwia2lkIjoiQzJnakVOQnJ5a09LZzhCZ3VUM1g4elc0MHdEUV9XM0hGblJrd25ocE"
    b"RWUVhnY2sxSG15NWZfeURhcl9mWHpqZHNBdzZFd1R1aHk3dmd2QU5fT09sZEEifQ..KNii014ik73pwrxjJuKi3A.s-lowThmKGv10_K4mn5mS"
    b"8DYOJM27pPSS7mUdP2DEDL_BCB2PyW1rQLaLUK2QBz3guw2WsMYGuV2X05jzYEs08i52O4fjf9x0DvyrQEa8Bw-TIwpeWlcg2HLbzE2rOyl.Qc"
    b"k8UbUbgxZKyxtaFd8oVMPUnPFeWhPMPOjDX7lWZlE"
)
CUSTOM_5 = (
    b"eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2Q0JDLUhTNTEyIiwia2lkIjoiaUdldnMyYk1yT2NnUE1UWU1DT0FWUTNobG9WcjlWQXVrM3VEUmRZZE"
    b"xLQzVaczlFLTh1dTNWSUJPY0ZZRTYxbGNoTGZSTUdzRFRRaHJxcnhnUGxwNXcifQ..DgD6fGhrrruhHNCcSvT8bA.hojN-6L1oazgR7W5-4HVG"
    b"jowKjNufw1vOldwwpg1XK6oqLQfJX56EATx6ymn3YryXCbr2oqqg7r9-HOk65VH9yFAQXMgWwvftbUCLvvP-gmuLZCm3NjOWPAlTVSQSRf3.OF"
    b"ercHwWHIxck1u9PIX3XqTz7JEtOzypQsOCXoVERzc"
)
DOCUMENTED_5 = (
    b"eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2Q0JDLUhTNTEyIiwia2lkIjoidklUMmZVRnFDaURFOElfdzd1MVRndXRRb1I1b0VmMldVUHdRYVBUUH"
    b"dkQXF1TS1KbDFyZHJaRWw1X01NSFQ4SjVXbXdfWVhkOEttTDhiamhfWTU4UEEifQ..uksDdpywULNtE0qJyq1vWQ.cvb_IUrf9yDCCkYULAsgn"
    b"6MLCAPoTf5PXKUAS5UuTtooUhQz_O0GbsZ4vGxggMYebJuifh0gdbr4HsKB__gifnsMcQIXqyiqNA900ZRE-CsZ1uF5s8D6wooIej6SAcUCnSJ"
    b"4C18Nri055GyfrYXuuw.WRWRNeEqdOxlM6Rov9YduIDp0-LerQhEO0ZG1k_I6gs"
)
BETTER = (
    b"eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2Q0JDLUhTNTEyIiwia2lkIjoiT0VCdXdHbmdLdnpJU0M2VUliVXRIZHYxemhNT2FqWmQ5aWRVTGdfTk"
    b"ExcyJ9..Pgwwm8haU_0byKZmf7p2kw.V25nf9DkMgG8RweTNCSpEpv8rZydy2lNcNLTB5cwK-GR5usl0xWzfwZim1vL9BXhsGxrxwFBpWQOryy"
    b"tBXT6mgUjG0XBUoK0EdT4hE3RRaZmOgBbnhKqPD1VpkcrrANN0bnBoLEw-1btVaxz1ROVAaH3zOg97fSptBV2wA6NH29zpMh41tBts7OlHbsqD"
    b"ktZqiXEj84Kchn9oNhQdqRjVB17tmiZ950X9akOVQ9lWVREP9wjPU7MzO0S9P6HWY5JStUMpiML30-GrSSGpuk2RfYy3cKzC8PXjIqWNvgiTVF"
    b"ws7aRdH5JBHdG1vcWmuqOfZhzzvjCx4hfTZ9GYfULReS5TNhtTqKF4srGx7kEHVkB_mJaTSt4uohol4LshDo4909cl5PDv_DD95935u_RaAyBv"
    b"reOfFxf4ca4zaOFN6B8HCeCJ80dOw0PIB3JGy0uXhSiRCaGLWsQlFQ8uIst1OS_3t5d6NCGYJKIyHeBVKQZjpX3Ig7907M-2H75CRlw8C2PFRa"
    b"NQ8DaSCzXV8QeUpGPD5oOyD8zZnrwtAsb5YFbq2kWB5rbySvnczfG5woSvFFMb19K3p5TsoLD6rFTWPPzkqemCmjooA7wLF3W01fkba1YX-5Va"
    b"6vLYWIvqswPzdKpJxZ8AXWMnvng5JNRcCjKDQ3o3Kxiewr4B-b5ts0w-2UGYe4THI0H3gnzAifd9l5Xtom7HPc8q678LarX41IWe49VtXAl4oK"
    b"mowK6JFKVgTtPbjOMSFn7uKJtu1eEe6ujq9cr5LgnlOGi18oTKQVs-nXZGc_QjFWrmymnDMg.SH4NialFXRH6NtZ-Tbjj3mHHAwLh28k4rRuZv"
    b"L0roa0"
)


SEALED = Sealed(b"a.b.c.d.e")


def token_of(text: bytes) -> Token:
    """The token, which may be one of theirs."""
    token = decode(text)
    assert token is not None
    assert is_of(token)
    return token


@pytest.mark.parametrize(
    ("text", "secret", "names", "words"),
    [
        (SESSION_4, b"next secret of ours", (), "session of NextAuth"),
        (DOCUMENTED_4, b"nextauthsecret", ("next-auth.session-token",), "session of NextAuth"),
        (
            STATE_4,
            b"next secret of ours",
            ("__Secure-next-auth.state",),
            "token of NextAuth (__Secure-next-auth.state)",
        ),
        (SESSION_5, b"auth secret of ours", (), "session of Auth.js (__Secure-authjs.session-token)"),
        (DOCUMENTED_5, b"authsecret-authsecret-authsecret", (), "session of Auth.js (authjs.session-token)"),
        (CUSTOM_5, b"auth secret of ours", ("shop-session",), "session of Auth.js (shop-session)"),
        (BETTER, b"better secret of ours 0123456789abcdef", (), "session of Better Auth"),
    ],
)
def test_tokens_of_the_frameworks(text, secret, names, words):
    """The secret is proved where the name is known or a default; another is not."""
    token = token_of(text)
    assert signs(secret, token, Clues(names)) == words
    assert signs(secret + b"x", token, Clues(names)) is None


@pytest.mark.parametrize(("text", "secret"), [(STATE_4, b"next secret of ours"), (CUSTOM_5, b"auth secret of ours")])
def test_names_are_in_the_key(text, secret):
    """Without it nothing is proved, and many names are not all tried."""
    token = token_of(text)
    assert signs(secret, token, Clues()) is None
    assert signs(secret, token, Clues(tuple(map(str, range(20))))) is None
    assert tries(token, Clues(tuple(map(str, range(20))))) < 40


@given(st.binary(min_size=1, max_size=80), st.sampled_from(["A256GCM", "A256CBC-HS512"]), st.booleans())
@settings(max_examples=40)
def test_whatever_is_encrypted(secret, enc, is_better):
    """Under any secret, as joserfc encrypts and computes thumbprints."""
    size = {"A256GCM": 32, "A256CBC-HS512": 64}[enc]
    salt = "better-auth-account" if is_better else "sid"
    info = "BetterAuth.js Generated Encryption Key" if is_better else "Auth.js Generated Encryption Key (sid)"
    raw = HKDF(SHA256(), size, salt.encode(), info.encode()).derive(secret)
    key = OctKey.import_key(raw)
    digest = "sha256" if is_better or size == 32 else "sha512"
    kid = _thumbprint(key, digest)
    text = jwe.encrypt_compact({"alg": "dir", "enc": enc, "kid": kid}, b"{}", key, algorithms=["dir", enc])
    token = token_of(text.encode())
    assert signs(secret, token, Clues(("sid",))) == (
        "session of Better Auth" if is_better else "session of Auth.js (sid)"
    )
    assert signs(secret + b"x", token, Clues(("sid",))) is None


def _thumbprint(key: OctKey, digest: str) -> str:
    from base64 import urlsafe_b64encode

    members = {name: value for name, value in key.as_dict().items() if name in ("k", "kty")}
    text = json.dumps(dict(sorted(members.items())), separators=(",", ":")).encode()
    return urlsafe_b64encode(hashlib.new(digest, text).digest()).rstrip(b"=").decode()


@pytest.mark.parametrize(
    "header",
    [
        {"alg": "dir", "enc": "A128GCM"},
        {"alg": "A256KW", "enc": "A256GCM"},
        {"alg": "dir", "enc": "A256GCM", "zip": "DEF"},
        {"alg": "dir", "enc": "A256CBC-HS512"},
    ],
)
def test_tokens_of_others(header):
    """Another algorithm, another member, and no key's id where Auth.js has one."""
    assert not is_of(Token(form="jwe", raw=SEALED, signed=SEALED, header=header, payload="encrypted"))


def test_parts_cut_short():
    """A vector or tag of another length, or parts that are no base64, prove nothing and raise nothing."""
    parts = SESSION_4.split(b".")
    for at, part in ((2, b"AAAA"), (4, b"AAAA"), (3, b"A"), (3, b"")):
        token = decode(b".".join([*parts[:at], part, *parts[at + 1 :]]))
        assert token is None or signs(b"next secret of ours", token, Clues()) is None
