"""`scan --staged` where there is nothing to say, which is nearly every commit.

The whole way takes longer to load than such a commit takes to read. So what is staged is read here with next to nothing
loaded, and searched for signs of what is looked for (`scanner.detect.signs`). Where one is found, or anything is not
plain, this gives up and the whole way is taken; where not, it prints what the whole way would print.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence

from scanner import __version__, places
from scanner.cli import console
from scanner.errors import TokensweepError

TYPE_CHECKING = False
if TYPE_CHECKING:  # What typing is loaded for, here and in what this imports, is its types alone.
    from typing import Final

    from scanner.detect.signs import Sign
    from scanner.sources.git.index import Difference
    from scanner.sources.git.repository import Repository

    Signs = tuple[frozenset[int], Sequence[bytes]]
    """The signs as numbers, and the lines of `_packed`."""

_OPTIONS: Final = frozenset({"--staged", "--quiet", "-q", "--no-progress", "--exit-zero"})
"""What may be given: nothing that changes what a clean scan says."""
_DECIDING: Final = (
    b"tokensweep.toml",
    b".tokensweep.toml",
    b"pyproject.toml",
    b".tokensweepignore",
    b".secrets.baseline",
)
_SOURCES: Final = ("patterns", "lookalikes.toml", "cookies-")
"""How the files are called that hold patterns, or begin; as `scanner.rulebook.files` has them."""
_MOST_FILES: Final = 256
_MOST_BYTES: Final = 1 << 20
"""Beyond these, what is loaded on the whole way no longer counts, and its workers do."""
_HEADER: Final = 32
"""Bytes that stand before the content of a loose object, at most."""
_WIDE: Final = (b"\xff\xfe", b"\xfe\xff")
_SIGNS: Final = f"staged-{__version__}"
"""In the cache: signs, and the text of the patterns that they are of (`_packed`)."""
_LENGTH: Final = 4
"""Bytes of the text of a sign (`scanner.detect.signs`)."""
_MOST_PLACES: Final = 10_000
"""Of one text in one file; where it stands more often, the whole way is taken."""


def run(arguments: Sequence[str]) -> int | None:
    """The exit status of a scan that found nothing, and has said so; None where the whole way is to be taken."""
    _staged.clear()
    if not _OPTIONS.issuperset(arguments) or any(name.startswith("TOKENSWEEP_") for name in os.environ):
        return None
    try:
        sizes = _sizes()
    except (TokensweepError, OSError):
        return None
    if sizes is None:
        return None
    sys.stdout.buffer.write(_report(sizes, color=console.colored(sys.stdout)))
    return 0


_staged: list[Difference] = []


def staged() -> Difference | None:
    """What git said is staged before the short way was given up, once: it need not be asked again."""
    return _staged.pop() if _staged else None


def remember() -> None:
    """Put the signs into the cache, if they are not there: finding them takes the whole way's modules."""
    text = _patterns()
    if _signs(text) is None:
        from scanner import rulebook
        from scanner.detect.signs import signs

        places.write_cached(_SIGNS, _packed(signs(rulebook.load_patterns())) + b"\0" + text)


def _packed(signs: Sequence[Sign]) -> bytes:
    """Lines: all texts; sets of bytes; expressions; and for each sign its texts, where in its anchor they stand, which
    of the expressions stands at the anchor, and which of the sets may stand at each place there.

    Texts, sets and expressions are in hexadecimal digits.
    """
    texts = sorted({text for sign in signs for text in sign.texts})
    sets = {places: at for at, places in enumerate(dict.fromkeys(places for sign in signs for places in sign.way))}
    aheads = {ahead: at for at, ahead in enumerate(dict.fromkeys(sign.ahead for sign in signs))}
    lines = [b"".join(texts).hex(), " ".join(map(bytes.hex, sets)), " ".join(map(bytes.hex, aheads))]
    for sign in signs:
        numbers = (sign.at, aheads[sign.ahead], *(sets[places] for places in sign.way))
        lines.append(" ".join((b"".join(sign.texts).hex(), *map(str, numbers))))
    return "\n".join(lines).encode()


def _patterns() -> bytes:
    """All that patterns are made of."""
    text = b""
    for name in sorted(os.listdir(places.rules())):
        if name.startswith(_SOURCES):
            with open(os.path.join(places.rules(), name), "rb") as file:
                text += file.read()
    return text


def _signs(patterns: bytes) -> Signs | None:
    """The signs of these patterns; None where they are not known."""
    packed, _, text = (places.read_cached(_SIGNS) or b"").partition(b"\0")
    return _unpacked(packed) if packed and text == patterns else None


def _unpacked(packed: bytes) -> Signs:
    lines = packed.split(b"\n")
    return frozenset(_numbers(_bytes(lines[0]))), lines


def _bytes(digits: bytes) -> bytes:
    return bytes.fromhex(digits.decode())


def _numbers(data: bytes) -> memoryview:
    """Each four bytes as a number."""
    return memoryview(data).cast("I")


def _found(data: bytes, signs: Signs) -> bool:
    """Whether there is a sign in `data`."""
    known, lines = signs
    small = data.lower()
    found: set[int] = set()
    for first in range(_LENGTH):
        found |= known.intersection(_numbers(small[first : first + (len(small) - first) // _LENGTH * _LENGTH]))
    return any(_stands(data, small, *way) for number in found for way in _ways(number, lines))


def _ways(number: int, lines: Sequence[bytes]) -> Iterator[tuple[bytes, int, list[bytes], bytes]]:
    """The text that is this number, and for each sign that has it what stands around it, and at the anchor."""
    _, sets, aheads, *signs = lines
    around, ahead = sets.split(b" "), aheads.split(b" ")
    text = number.to_bytes(_LENGTH, sys.byteorder)
    digits = text.hex().encode()
    for sign in signs:
        if digits in sign:
            before, expression, *way = map(int, sign.split()[1:])
            yield text, before, [_bytes(around[at]) for at in way], _bytes(ahead[expression])


def _stands(data: bytes, small: bytes, text: bytes, before: int, way: Sequence[bytes], ahead: bytes) -> bool:
    """Whether `text` stands in `data`, which is `small` without case, with what belongs around it, and `ahead`."""
    at = -1
    for _ in range(_MOST_PLACES):
        at = small.find(text, at + 1)
        if at < 0:
            return False
        start = at - before
        if 0 <= start <= len(data) - len(way) and all(data[start + i] in chars for i, chars in enumerate(way)):
            if not ahead:
                return True
            import re

            if re.compile(ahead, re.DOTALL).match(data, start):
                return True
    return True


def _sizes() -> list[int] | None:
    """The bytes of each file that the change adds; None where something may be found in one, or one is not plain.

    Raises UsageError and GitError as the whole way does.
    """
    from scanner.sources.git.command import open_git
    from scanner.sources.git.index import OTHERS, Comparison

    git = open_git()
    with Comparison(git) as comparison:
        # While git is at it, the rest is made ready.
        from scanner.sources.names import why_excluded

        signs = _signs(_patterns())
        decided = any(_decides(os.path.join(os.fsencode(git.repository.top or b""), name)) for name in _DECIDING)
        _staged[:] = [comparison.difference()]
    if decided or not signs:
        return None
    ((changes, stood),) = _staged
    folders = {name for path in (*changes, *(path for path, _ in stood)) for name in path.split(b"/")[:-1]}
    if not changes.keys().isdisjoint(_DECIDING) or any(why_excluded(name, False) for name in folders):
        return None
    known = {id_ for _, id_ in stood}
    if any(change.unmerged or change.mode in OTHERS for change in changes.values()):
        return None
    added = [change.new for _, change in sorted(changes.items()) if change.new and change.new not in known]
    if len(added) > _MOST_FILES:
        return None
    sizes: list[int] = []
    for id_ in added:
        data = _content(git.repository, id_.decode(), _MOST_BYTES - sum(sizes))
        if data is None or data.startswith(_WIDE) or _found(data, signs):
            return None
        sizes.append(len(data))
    return sizes


def _content(repository: Repository, id_: str, most: int) -> bytes | None:
    """The content of a loose object, as what is staged nearly always is; None where it is no plain one, or larger.

    It saves a second process. gitrepository-layout(5).
    """
    import zlib

    from scanner.sources.git.repository import read

    store = repository.variables.get("GIT_OBJECT_DIRECTORY") or os.path.join(repository.common, "objects")
    try:
        unpacker = zlib.decompressobj()
        packed = read(os.path.join(store, id_[:2], id_[2:]), most)
        head, _, content = unpacker.decompress(packed, most + _HEADER).partition(b"\0")
    except zlib.error:
        return None
    return content if unpacker.eof and head == b"blob %d" % len(content) else None


def _decides(path: bytes) -> bool:
    """Whether there is a file with a say in the scan."""
    if not os.path.isfile(path):
        return False
    with open(path, "rb") as file:
        return not path.endswith(b"pyproject.toml") or b"tokensweep" in file.read()


def _report(sizes: Sequence[int], *, color: bool) -> bytes:
    """What the text report says of a scan without findings (`scanner.report.text`)."""
    from scanner.report.figures import size

    count = len(sizes)
    dim, good, plain = ("\x1b[2m", "\x1b[1;32m", "\x1b[0m") if color else ("", "", "")
    files = "file" if count == 1 else "files"
    text = f"{good}No findings{plain} in {count:,} {files}\n" if count else f"{good}Nothing was read{plain}\n"
    text += f"{dim}Read {count:,} of {count:,} files, {size(sum(sizes))}.{plain}\n"
    if not count:
        text += f"{dim}Note: {plain}nothing new is staged\n"
    return text.encode()
