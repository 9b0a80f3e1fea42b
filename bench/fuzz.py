"""Fuzzes what reads hostile bytes, guided by coverage: `make fuzz SECONDS=600`. Ends with 1 where something is raised.

Bytes are taken as they are, or as the parts of a token or the body of a key, which are then encoded: no mutation finds
its way through base64. Whatever the bytes: examining them raises nothing, offsets cut out what was found, and
correlating and judging what was found raises nothing either. Inputs that reach new code are kept in `bench/.corpus/`.
"""

from __future__ import annotations

import argparse
import base64
import pkgutil
import sys
from importlib import import_module
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["scanner"], enable_loader_override=False):
    from scanner import cookies, correlate, decode, judge, pipeline, rulebook
    from scanner.decode import decoded_of, decoder
    from scanner.model import DECODERS, Coverage, Origin, Policy

    for package in (cookies, correlate, decode, judge):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            import_module(module.name)  # here: what is imported later gives no guidance

_CORPUS = Path(__file__).parent / ".corpus"
_LONGEST = 4096
"""Bytes of an input: what matters to a parser fits in."""
_SLOWEST = 10
"""Seconds after which an input counts as a hang."""
_NOW = 1_767_225_600
_PATHS = ("app.txt", ".env", "app.py", "app.yml", "app.js")
"""What a file is called decides which text in it is a secret."""

_BOOK = rulebook.load()
_POLICY = Policy(tries=1_000)
_READERS = dict.fromkeys([*DECODERS, *(pattern.decoder for pattern in _BOOK.patterns if pattern.decoder)])

_WORDS = (
    "alg enc typ kid jku x5u jwk crit b64 zip cty none HS256 RS256 dir A256GCM iss sub aud exp iat nbf jti scope roles"
    " payload protected signatures signature header ciphertext recipients v2.local. v4.public. eyJ ZXlK"
    " jwt_secret secret_key session cookie PRIVATE kty oct RSA EC d n k value data default getenv -----BEGIN"
)
"""What tokens are made of: mutations take them whole."""
_SEEDS = (
    b'\x01{"alg":"HS256","kid":"1"}\0{"sub":"u","exp":1767229200}\0' + b"s" * 32,
    b'\x01{"alg":"none"}\0{"aud":["a","b"],"scope":"admin","nbf":"2026-01-01T00:00:00Z"}\0',
    b'\x01{"alg":"dir","enc":"A256GCM","zip":"DEF"}\0\0iv\0text\0tag',
    b'\x02{"typ":"JWT","alg":"RS256"}\0[1,2]\0' + b"s" * 256,
    b"\x03PRIVATE KEY\0" + bytes.fromhex("302e020100300506032b657004220420") + bytes(range(32)),
    b"\x03OPENSSH PRIVATE KEY\0openssh-key-v1\0" + (b"\0\0\0\4none" * 2 + b"\0\0\0\0\0\0\0\1\0\0\0\7ssh-rsa"),
)


def shaped(data: bytes) -> bytes:
    """What the first byte makes of the rest: a token of its parts, that in base64, or a key behind its label."""
    shape, rest = data[:1], data[1:]
    if shape == b"\x03":
        label, _, body = rest.partition(b"\0")
        return b"-----BEGIN %b-----\n%b-----END %b-----\n" % (label, base64.encodebytes(body), label)
    if shape not in (b"\x01", b"\x02"):
        return data
    parts = [base64.urlsafe_b64encode(part).rstrip(b"=") for part in rest.split(b"\0", 4)]
    token = b".".join(parts)
    return token if shape == b"\x01" else base64.b64encode(b"t=" + token)


def try_bytes(data: bytes) -> None:
    """Examine and judge what `data` stands for, and have every decoder read it. Raises what is wrong."""
    data = shaped(data)
    for name in _READERS:
        reader = decoder(name)
        reader.begins(data)
        decoded = reader.decode(data)
        if decoded:
            assert decoded.identity, "what is decoded has an identity"
    examination = pipeline.examine_bytes(data, Origin("file", _PATHS[len(data) % len(_PATHS)]), _BOOK, _POLICY)
    for subject in examination.subjects:
        for sighting in subject.sightings:
            assert 0 <= sighting.start < sighting.end <= len(data), "a span lies in its blob"
        assert decoded_of(subject), "what was found decodes again"
    pipeline.judge_all(examination.subjects, _BOOK, _POLICY, _NOW, coverage := Coverage(), ())
    assert not coverage.undecided, "rules are told what they ask for"


def main() -> None:
    """Fuzz for as many seconds as were asked for."""
    parser = argparse.ArgumentParser(prog="python -m bench.fuzz", description="Fuzz detection, decoding, judgement.")
    parser.add_argument("--seconds", type=int, default=600)
    wanted = parser.parse_args()
    _CORPUS.mkdir(exist_ok=True)
    for number, seed in enumerate((*_SEEDS, *(example.blob for p in _BOOK.patterns for example in p.examples))):
        (_CORPUS / f"seed-{number}").write_bytes(seed)
    words = _CORPUS.with_suffix(".words")
    words.write_text("".join(f'"{word}"\n' for word in _WORDS.split()))
    atheris.Setup(
        [
            sys.argv[0],
            str(_CORPUS),
            f"-max_total_time={wanted.seconds}",
            f"-max_len={_LONGEST}",
            f"-timeout={_SLOWEST}",
            f"-dict={words}",
            "-print_final_stats=1",
        ],
        try_bytes,
    )
    atheris.Fuzz()


if __name__ == "__main__":
    main()
