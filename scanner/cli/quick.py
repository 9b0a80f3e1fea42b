"""`scan --staged` where there is nothing to say, which is nearly every commit.

The whole way takes longer to load than such a commit takes to read. So what is staged is read here with next to nothing
loaded, and searched for signs of what is looked for (`scanner.detect.signs`). Where one is found, or anything is not
plain, this gives up and the whole way is taken; where not, it prints what the whole way would print.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from scanner import __version__, places
from scanner.cli import console
from scanner.errors import TokensweepError

TYPE_CHECKING = False
if TYPE_CHECKING:  # What typing is loaded for, here and in what this imports, is its types alone.
    from typing import Final

    from scanner.detect.signs import Sign
    from scanner.sources.git.index import Difference
    from scanner.sources.git.repository import Repository

    Signs = tuple[list[bytes], list[bytes]]
    """Sets of bytes, and literals with what stands around them, as `_packed` has them."""

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
_MOST_BYTES: Final = 16 << 20
"""Beyond these, what is loaded on the whole way no longer counts, and its workers do."""
_HEADER: Final = 32
"""Bytes that stand before the content of a loose object, at most."""
_WIDE: Final = (b"\xff\xfe", b"\xfe\xff")
_SIGNS: Final = f"signs-{__version__}"
"""Of the cache: signs, and the text of the patterns that they are of (`_packed`)."""
_MOST_PLACES: Final = 1_000
"""Of one literal in one file; where it stands more often, the whole way is taken."""


def run(arguments: Sequence[str]) -> int | None:
    """The exit status of a scan that found nothing, and has said so; None where the whole way is to be taken."""
    _staged.clear()
    if not _OPTIONS.issuperset(arguments) or any(name.startswith("TOKENSWEEP_") for name in os.environ):
        return None
    signs = _signs(_patterns())
    try:
        sizes = _sizes(signs) if signs else None
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
    """On the first line sets of bytes; on each other a literal, and for each anchor that it belongs to, where it stands
    there and which of the sets may stand at each place. All bytes are in hexadecimal digits."""
    sets = list(dict.fromkeys(places for sign in signs for places in sign.way))
    number = {places: str(at) for at, places in enumerate(sets)}
    lines: dict[str, list[str]] = {}
    for sign in signs:
        around = ",".join((str(sign.at), *(number[places] for places in sign.way)))
        lines.setdefault(sign.literal.hex(), []).append(around)
    return "\n".join(
        (" ".join(places.hex() for places in sets), *(" ".join((word, *ways)) for word, ways in lines.items()))
    ).encode()


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
    sets, *literals = packed.split(b"\n")
    return (sets.split(), literals) if literals and text == patterns else None


def _found(data: bytes, signs: Signs) -> bool:
    """Whether there is a sign in `data`."""
    sets, literals = signs
    for line in literals:
        word, _, around = line.partition(b" ")
        literal = bytes.fromhex(word.decode())
        if literal in data and _stands(data, literal, around, sets):
            return True
    return False


def _stands(data: bytes, literal: bytes, around: bytes, sets: Sequence[bytes]) -> bool:
    """Whether `literal` stands in `data` with what belongs around it."""
    ways = []
    for part in around.split():
        before, *numbers = map(int, part.split(b","))
        ways.append((before, [bytes.fromhex(sets[number].decode()) for number in numbers]))
    at = -1
    for _ in range(_MOST_PLACES):
        at = data.find(literal, at + 1)
        if at < 0:
            return False
        for before, way in ways:
            start = at - before
            if 0 <= start <= len(data) - len(way) and all(data[start + i] in chars for i, chars in enumerate(way)):
                return True
    return True


def _sizes(signs: Signs) -> list[int] | None:
    """The bytes of each file that the change adds; None where something may be found in one, or one is not plain.

    Raises UsageError and GitError as the whole way does.
    """
    from scanner.sources.git.command import open_git
    from scanner.sources.git.index import OTHERS, difference
    from scanner.sources.names import why_excluded

    git = open_git()
    if any(_decides(os.path.join(os.fsencode(git.repository.top or b""), name)) for name in _DECIDING):
        return None
    _staged[:] = [difference(git)]
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
