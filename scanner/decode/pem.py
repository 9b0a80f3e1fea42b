"""Private keys in text: PEM (RFC 7468, RFC 1421), OpenSSH's and SSH.com's, OpenPGP's in armour, PuTTY's.

A block that has a beginning, an end and a body of the right kind is a key, also where its bytes cannot be read: whoever
finds one must look at it. A block without an end is told as cut; one that cannot be read as damaged.
"""

from __future__ import annotations

import re
from typing import Any, Final

from scanner.decode import ssh
from scanner.decode.armour import Body, body, column, unfold
from scanner.decode.openpgp import read_packet
from scanner.decode.private import Half, Read, make_key, read_der
from scanner.model import Key

_SPACE: Final = rb"(?: |\+|%(?:25)?20)"
_BEGIN: Final = re.compile(
    rb"-----BEGIN" + _SPACE + rb"(?P<label>(?:[A-Z0-9]{1,20}" + _SPACE + rb"){0,4}?PRIVATE" + _SPACE + rb"KEY"
    rb"(?:" + _SPACE + rb"BLOCK)?)-----"
    rb"|---- BEGIN (?P<ssh>SSH2 ENCRYPTED PRIVATE KEY) ----"
)  # fmt: skip
_END: Final = re.compile(rb"-----END[^-\r\n]{1,100}-----|---- END SSH2 ENCRYPTED PRIVATE KEY ----")
_NEXT: Final = re.compile(rb"-{4,}+")
_GAP: Final = rb"""(?:\s|\\{1,8}[nr]?|[%&]?\#?[xX]?0[aAdD];?|["'`.,&>|*;+\#]){1,200}+"""
_BEGUN: Final = re.compile(
    rb"(?:%b(?:Proc-Type: ?4,ENCRYPTED|DEK-Info: ?[A-Za-z0-9-]+(?:,[0-9A-Fa-f]+)?|[A-Za-z0-9+/=]{16,}+))*+"
    rb"(?:%b[A-Za-z0-9+/]{1,76}={0,2})?+" % (_GAP, _GAP)
)
"""What there is of a body without an end."""
_PUTTY: Final = re.compile(
    rb"PuTTY-User-Key-File-[123]: (?P<kind>[A-Za-z0-9@.-]{1,60})(?s:.{1,60000}?)"
    rb"Private-(?:MAC|Hash): ?[0-9a-fA-F]{40,64}"
)
_KINDS: Final = {
    b"RSA": "RSA",
    b"EC": "EC",
    b"DSA": "DSA",
    b"ED25519": "Ed25519",
    b"X25519": "X25519",
    b"ED448": "Ed448",
}
"""Kinds of keys by a word of their label."""
_NAMES: Final = {
    bytes.fromhex("06092a864886f70d0101"): "RSA", bytes.fromhex("06072a8648ce3d0201"): "EC",
    bytes.fromhex("06072a8648ce3804"): "DSA", bytes.fromhex("06032b6570"): "Ed25519",
}  # fmt: skip
"""Kinds of keys by the object identifier at the start of PKCS #8."""
_FORMS: Final = {
    b"RSA PRIVATE KEY": "pkcs1", b"EC PRIVATE KEY": "sec1", b"DSA PRIVATE KEY": "dsa",
    b"OPENSSH PRIVATE KEY": "openssh", b"SSH2 ENCRYPTED PRIVATE KEY": "ssh2", b"PGP PRIVATE KEY BLOCK": "pgp",
}  # fmt: skip
_SHORTEST_CUT: Final = 64
"""Characters of a body without an end: one line of it."""


def decode(text: bytes) -> Key | None:
    """The key that `text` starts with, or None where it starts with none. Never raises."""
    begin = _BEGIN.match(text)
    if not begin:
        return _of_putty(text)
    label, head = re.sub(_SPACE, b" ", begin["label"] or begin["ssh"]), begin.end()
    end = _end(text, head)
    if not end:
        begun = _BEGUN.match(text, head)
        raw = text[: begun.end()] if begun else b""
        held = body(raw[head:], whole=False)
        long = held is not None and len(held.text) >= _SHORTEST_CUT
        return _whole(label, raw, held, head) or _flawed(label, raw, held, head, cut=True) if held and long else None
    raw, inside = text[: end.end()], text[head : end.start()]
    held = body(inside)
    key = _whole(label, raw, held, head) if held else None
    if key is None and (among := column(inside)):
        key = _whole(label, raw, among, head)
    return key or (_flawed(label, raw, held, head, cut=False) if held else None)


def _end(text: bytes, at: int) -> re.Match[bytes] | None:
    """The line that ends a block, if it comes before any that begins one; a difference has a hyphen more before it."""
    run = _NEXT.search(text, at)
    return _END.match(text, run.start()) or _END.match(text, run.end() - 5) if run else None


def begins(text: bytes) -> bool:
    """Whether a block begins and its body too."""
    begin = _BEGIN.match(text)
    begun = _BEGUN.match(text, begin.end()) if begin else None
    return begun is not None and begun.end() - begun.start() > _SHORTEST_CUT


def _whole(label: bytes, raw: bytes, held: Body, head: int) -> Key | None:
    """The key in a body that can be read as one."""
    try:
        read = None if held.encrypted else _read(label, held.data)
    except (ValueError, IndexError):
        return None
    if not read or not (read.half.kind or read.encrypted or held.likely):
        return None
    none: dict[str, Any] = {"fits": []} if read.form == "pgp" else {}  # what it signs are no tokens
    return make_key(read.form, raw, read.half, held.data, encrypted=read.encrypted, head=head, **none)


def _flawed(label: bytes, raw: bytes, held: Body, head: int, *, cut: bool) -> Key | None:
    """What is known of a key whose bytes tell nothing: it is encrypted by its headers, cut short, or damaged."""
    if not held.likely:
        return None
    locked = held.encrypted or label.startswith(b"ENCRYPTED")
    flaw = {"cut": True} if cut else {} if held.encrypted else {"damaged": True}
    half = Half(_kind(label, held.data))
    return make_key(_FORMS.get(label, "pkcs8"), raw, half, held.data, encrypted=locked, head=head, **flaw)


def _read(label: bytes, data: bytes) -> Read:
    """The key in a body. Raises ValueError or IndexError where its bytes are damaged."""
    if data.startswith(ssh.MAGIC):
        return ssh.read(data)
    if data.startswith(ssh.MAGIC_OF_SSH2):
        return ssh.read_ssh2(data)
    return read_packet(data) if label.startswith(b"PGP") else read_der(data)


def _kind(label: bytes, data: bytes) -> str:
    """What kind of key a damaged one is, as far as its label and its first bytes tell."""
    found = next((kind for word in label.split() if (kind := _KINDS.get(word))), "")
    return found or next((kind for name, kind in _NAMES.items() if name in data[:40]), "")


def _of_putty(text: bytes) -> Key | None:
    found = _PUTTY.match(text)
    if not found:
        return None
    lines = unfold(found[0], whole=True)
    fields: dict[bytes, bytes] = {}
    blobs: dict[bytes, bytes] = {}
    at = 0
    while at < len(lines):
        name, _, value = lines[at].partition(b": ")
        at += 1
        fields[name] = value
        if name.endswith(b"-Lines") and value.isdigit() and len(value) <= 3:
            blobs[name] = b"".join(lines[at : at + int(value)])
            at += int(value)
    public, private = body(blobs.get(b"Public-Lines", b"")), blobs.get(b"Private-Lines", b"")
    if not public or not private:
        return None
    try:
        half = ssh.public_half(public.data)
    except (ValueError, IndexError):
        return None
    encrypted = fields.get(b"Encryption", b"none") != b"none"
    return make_key("putty", found[0], half, private, encrypted=encrypted, head=found.end("kind"))
