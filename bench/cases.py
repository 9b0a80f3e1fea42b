"""Labelled files: tokens in the places where they leak, and what only looks like one. A seed always gives the same.

One file holds one token, or none. The tokens are ours: issuer `https://idp.example`, signatures of random bytes.
"""

from __future__ import annotations

import base64
import json
import random
import textwrap
import urllib.parse
from collections.abc import Callable, Iterator
from typing import Any, Final, NamedTuple

EACH: Final = 8
"""Tokens that are put into each place."""


class Case(NamedTuple):
    """A file, and whether it holds what is looked for."""

    group: str
    place: str
    suffix: str
    content: bytes
    holds: bool


_SIGNATURES: Final = {
    "HS256": 32, "HS384": 48, "HS512": 64, "RS256": 256, "ES256": 64, "ES512": 132, "PS384": 256, "EdDSA": 64,
    "none": 0,
}  # fmt: skip

_CLAIMS: Final = {
    "iss": "https://idp.example",
    "aud": ["orders", "billing"],
    "iat": 1_767_225_600,
    "exp": 1_767_229_200,
    "scope": "orders:read orders:write",
    "name": "Ann Example",
    "custom": {"tenant": "a", "flags": [1, 2, 3]},
}

_PLAIN: Final = {
    "environment file": (".env", "DEBUG=1\nACCESS_TOKEN={}\nPORT=80\n"),
    "YAML": (".yaml", 'auth:\n  token: "{}"\n  user: ann\n'),
    "YAML, no quotes": (".yml", "auth:\n  token: {}\n"),
    "JSON": (".json", '{{"user": "ann", "token": "{}"}}'),
    "JSON in one line with more": (".json", '[{{"a":1,"id_token":"{}","b":[true,null]}},{{"a":2}}]'),
    "TOML": (".toml", "[api]\nkey = '{}'\n"),
    "INI": (".ini", "[api]\nkey={}\n"),
    "properties": (".properties", "api.key={}\n"),
    "XML attribute": (".xml", '<add key="Token" value="{}"/>'),
    "XML text": (".xml", "<token>{}</token>"),
    "HTML": (".html", "<script>window.token='{}';</script>"),
    "Markdown": (".md", "Call it so: `curl -H 'Authorization: Bearer {}' localhost`.\n"),
    "query": (".txt", "GET /cb?state=x&access_token={}&expires_in=3600 HTTP/1.1\n"),
    "fragment": (".log", "redirect to https://app.example/#id_token={}&state=1\n"),
    "cookie": (".log", "Cookie: theme=dark; session={}; lang=en\r\n"),
    "Set-Cookie": (".har", '{{"name":"set-cookie","value":"jwt={}; Path=/; HttpOnly"}}'),
    "signed cookie": (".log", "connect.sid=s%3A{}\n"),
    "log in logfmt": (".log", "level=info token={} msg=ok\n"),
    "log in brackets": (".log", "2026-01-01 INFO [auth] <{}> accepted\n"),
    "CSV": (".csv", "id,token,user\n1,{},ann\n"),
    "pipe table": (".md", "| user | token |\n|---|---|\n| ann |{}|\n"),
    "Python": (".py", 'HEADERS = {{"Authorization": "Bearer {}"}}\n'),
    "JavaScript template": (".js", "const t = `{}`;\n"),
    "TypeScript": (".ts", "export const token: string = '{}' as const;\n"),
    "Java": (".java", 'String token = "{}";\n'),
    "Go": (".go", "var token = `{}`\n"),
    "Ruby": (".rb", "TOKEN = %q({})\n"),
    "PHP": (".php", "<?php $token = '{}';\n"),
    "C#": (".cs", 'var token = @"{}";\n'),
    "Rust": (".rs", 'const TOKEN: &str = r#"{}"#;\n'),
    "shell": (".sh", 'curl -H "Authorization: Bearer {}" https://api.example/\n'),
    "Dockerfile": (".dockerfile", "ENV TOKEN={} \\\n    PORT=80\n"),
    "Kubernetes": (".yaml", "env:\n- name: TOKEN\n  value: {}\n"),
    "GitHub workflow": (".yml", "    env:\n      NPM_TOKEN: {}\n"),
    "SQL dump": (".sql", "INSERT INTO `s` VALUES (1,'{}','2026-01-01');\n"),
    "notebook": (".ipynb", '{{"cells":[{{"source":["token = \\"{}\\"\\n"]}}]}}'),
    "glued to a name": (".txt", "prefix_token_{}\n"),
    "end of file": (".txt", "the token is {}"),
    "end of a sentence": (".md", "The token is {}.\n"),
    "UTF-8 around": (".txt", "Zugang für Jürgen: »{}«\n"),
    "a very long line": (".min.js", "var a=1;" * 40_000 + "b='{}';" + "c=2;" * 1000),
}
"""Places where a token stands as it is, with a suffix for the file."""

_LOOKALIKES: Final = {
    "Flask session": "session=eyJ1c2VyX2lkIjo3fQ.ZkVxyg.3J0cO9bYq1S0m3kq7x1bB0S9c2o",
    "Laravel cookie": "session=eyJpdiI6IkFBQUFBQUFBQUFBQUFBQUFBQUFBQUE9PSIsInZhbHVlIjoiYWJjIiwibWFjIjoiMDEyMyJ9",
    "base64 of a document": base64.b64encode(
        json.dumps({"version": 3, "sources": ["a.js"], "alg": "x"}).encode()
    ).decode(),
    "half of a token": "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxIn0",
    "picture of a token": "eyJhbGciOiJIUzI1NiJ9.payload.signature",
    "ellipsis": "Authorization: Bearer eyJhbGciOiJIUzI1NiIs...",
    "header alone": "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9",
    "stars": "eyJhbGciOiJIUzI1NiJ9.***.***",
    "source map": '"mappings":"eyJA,CAAC,eyJB;ewogA.eyJA.eyJA"',
    "pattern": r"eyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+",
    "file names": "eyJson.eyValue.eyTest ewok.ewol.ewom",
}
"""What is no token, whole or at all."""


def cases(seed: int = 1) -> Iterator[Case]:
    """All labelled files."""
    chance = random.Random(seed)
    for place, (suffix, template) in _PLAIN.items():
        for _ in range(EACH):
            yield Case("plain", place, suffix, template.format(_token(chance)).encode(), holds=True)
    for place, wide in (("UTF-16 with a mark", "utf-16"), ("UTF-16 without a mark", "utf-16-le")):
        for _ in range(EACH):
            yield Case("plain", place, ".txt", f"token = {_token(chance)}\n".encode(wide), holds=True)
    for group, places in (("base64", _BASE64), ("escaped", _ESCAPED), ("broken over lines", _BROKEN)):
        for place, write in places.items():
            for _ in range(EACH):
                yield Case(group, place, ".txt", write(_token(chance)).encode(), holds=True)
    for place, text in _LOOKALIKES.items():
        yield Case("look-alike", place, ".txt", f"x = 1\n{text}\ny = 2\n".encode(), holds=False)
    for number in range(EACH * 4):
        yield Case(
            "look-alike", f"random bytes {number}", ".txt", base64.b64encode(chance.randbytes(3000)), holds=False
        )


def _token(chance: random.Random) -> str:
    """A compact JWS, or now and then a JWE, with a header and claims like those of real ones."""
    if chance.random() < 0.1:
        header = {"alg": chance.choice(("RSA-OAEP-256", "dir")), "enc": "A256GCM", "kid": f"k{chance.randrange(99)}"}
        key = b"" if header["alg"] == "dir" else chance.randbytes(256)
        return ".".join(map(_segment, (_json(header), key, *map(chance.randbytes, (12, 80, 16)))))
    algorithm = chance.choice(sorted(_SIGNATURES))
    header = dict(chance.sample([("alg", algorithm), ("typ", "JWT"), ("kid", f"2026-{chance.randrange(99)}")], 3))
    claims: dict[str, Any] = {"sub": f"user-{chance.randrange(10**6)}"}
    claims |= {name: value for name, value in _CLAIMS.items() if chance.random() < 0.6}
    indent = 2 if chance.random() < 0.15 else None
    signature = chance.randbytes(_SIGNATURES[algorithm])
    return ".".join(map(_segment, (_json(header, indent), _json(claims, indent), signature)))


def _json(value: dict[str, Any], indent: int | None = None) -> bytes:
    return json.dumps(value, indent=indent, separators=None if indent else (",", ":")).encode()


def _segment(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


_Write = Callable[[str], str]

_BASE64: Final[dict[str, _Write]] = {
    "Kubernetes Secret": lambda token: f"kind: Secret\ndata:\n  token: {_encoded(token)}\n",
    "with a line end": lambda token: f"token: {_encoded(token + chr(10))}\n",
    "basic auth": lambda token: f"Authorization: Basic {_encoded('u:' + token)}\n",
    "basic auth, longer name": lambda token: f"Authorization: Basic {_encoded('oauth2:' + token)}\n",
    "an encoded JSON document": lambda token: f"config={_encoded(json.dumps({'auth': {'token': token}, 'n': 1}))}\n",
    "an encoded environment file": lambda token: (
        f"ENV_B64={_encoded(f'A=1{chr(10)}TOKEN={token}{chr(10)}B=2{chr(10)}')}\n"
    ),
    "URL alphabet, no padding": lambda token: f"state={_segment(('x' + token).encode())}&code=1\n",
    "twice": lambda token: f"token: {_encoded(_encoded(token))}\n",
    "twice, shifted": lambda token: f"token: {_encoded('v=' + _encoded('ab' + token))}\n",
    "in 76 columns": lambda token: "\n".join(textwrap.wrap(_encoded('{"token":"' + token + '"}'), 76)) + "\n",
}

_ESCAPED: Final[dict[str, _Write]] = {
    "percent-encoded dots": lambda token: f"?t={token.replace('.', '%2E')}&a=1\n",
    "percent-encoded twice": lambda token: f"?t={urllib.parse.quote(token.replace('.', '%2e'))}\n",
    "in a percent-encoded URL": lambda token: f"next={urllib.parse.quote('https://a.example/?t=' + token, safe='')}\n",
    "JSON escapes": lambda token: '{"t":"' + token.replace(".", "\\u002e") + '"}\n',
    "JSON in JSON": lambda token: json.dumps({"body": json.dumps({"token": token})}) + "\n",
    "shell escapes": lambda token: "TOKEN=" + token.replace(".", "\\.") + "\n",
}

_BROKEN: Final[dict[str, _Write]] = {
    "64 columns": lambda token: "\n".join(textwrap.wrap(token, 64)) + "\n",
    "76 columns": lambda token: "token:\n" + "\r\n".join(textwrap.wrap(token, 76)) + "\r\nend\n",
    "YAML block": lambda token: (
        "token: >-\n" + textwrap.indent("\n".join(textwrap.wrap(token, 60)), "  ") + "\nnext: 1\n"
    ),
    "backslash continuations": lambda token: "TOKEN=" + "\\\n".join(textwrap.wrap(token, 70)) + "\n",
    "string concatenation": lambda token: (
        "t = (" + " +\n     ".join(f'"{part}"' for part in textwrap.wrap(token, 50)) + ")\n"
    ),
    "adjacent strings": lambda token: (
        "t = (" + "\n     ".join(f"'{part}'" for part in textwrap.wrap(token, 50)) + ")\n"
    ),
    "concatenation in one line": lambda token: 't = "' + '" + "'.join(token.partition(".")) + '";\n',
}
