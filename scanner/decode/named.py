"""Secrets that stand far from what takes them: `jwt.sign(claims, KEY)` or `secretOrKey: conf.key`, and `KEY = "…"`.

Where a call or a setting takes a name, that is looked for in the same file: as a variable, a constant, a field, a
member of an object, a default of a parameter. Read without a parser of any language, as settings are: what a name means
at a place is told by what stands before it and by how far lines stand in. What comes from elsewhere gives nothing.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Collection, Iterator, Sequence
from functools import cached_property
from itertools import islice
from typing import Final, NamedTuple

from scanner.decode import der
from scanner.decode.calls import MOST, Taking, argument
from scanner.decode.likely import taken
from scanner.decode.literals import NAME, Place, Value, unwrapped, value_at
from scanner.model import Sealed, Secret
from scanner.secret_names import naming
from scanner.secrets import judge

_TEXT: Final = 1 << 12
_BEFORE: Final = 1 << 11
"""Bytes that are looked at from a name on, and before it."""
_LONGEST: Final = 200
"""Characters of a name with all that it is a member of."""
_READ: Final = 8
"""How many times its length is read of a file's arguments, at most: calls in calls share theirs."""
_ROOM: Final = 1 << 16
"""Characters that are read of them in any file."""
_USES: Final = 200
"""Places of one file at which a name is taken that is followed."""
_BINDINGS: Final = 2_000
"""Places of one file at which one of those gets a value."""
_WALKS: Final = 200
"""Of those, how many are looked at for what they stand in."""
_STEPS: Final = 4
"""Names that stand for names."""


class Followed(NamedTuple):
    """What came of following the names in a file."""

    secrets: list[Secret]
    """Each `start` is that of its text in the file, ascending."""
    cut: bool
    """Whether there is more to follow than is followed of any file."""


class _Name(NamedTuple):
    """A name as it is used."""

    owner: str
    """What it is a member of: the last word of that, in lower case; empty for none, and for the object at hand."""
    word: str
    free: bool
    """Whether it is a variable's: what it means depends on where it stands."""
    called: bool
    """Whether it is a function's, and what that gives is meant."""


class _Use(NamedTuple):
    """A call or a setting that takes a name."""

    at: int
    place: Place
    taking: Taking
    name: _Name


class _Binding(NamedTuple):
    """A place at which a word gets a value."""

    at: int
    scope: int
    """Where what tells how far it is known stands: it, or the list that a parameter is in."""
    value: int
    """Where that begins; -1 for a parameter, whose value is not known."""
    member: bool
    """Whether it is a member of an object, as `word: value`."""
    owner: str
    """What it is written to be a member of, as of a `_Name`."""
    gives: bool = False
    """Whether it is a function, and the value what that gives."""


def follow(data: bytes, anchors: Sequence[int], path: str) -> Followed:
    """The secrets that names stand for in `data`, a file or its beginning, where they are taken. Never raises.

    `anchors` are where what finds calls and settings stands in it, ascending.
    """
    takes = _TAKES_BARE if _BARE.search(path) else _TAKES
    takers = [anchor for anchor in anchors if takes.match(data, anchor)]
    if not takers:
        return Followed([], cut=False)
    source = _Source(data.decode("latin-1"), path.lower())
    uses = source.uses(takers)
    if uses:
        source.bind({use.name.word for use in uses})
    found: dict[int, Secret] = {}
    for use in uses:
        secret = source.secret(use)
        if secret:
            found.setdefault(secret.start, secret)
    return Followed([found[start] for start in sorted(found)], source.cut)


_NAME_REST: Final = rb"[\w.:$@%-]*"
_TAKES: Final = re.compile(
    _NAME_REST
    + rb"(?:[\"'`]?\s*\]?\s*(?:\?\?=|\|\|=|:=|=>|=(?![=~>])|:(?![:=]))\s*(?=[A-Za-z_$@&*(\[])|(?:<[^<>\n]*>)?\s*\(|\{)"
)
"""The rest of what may take a name: of most that has a name of a secret in it, this is where the look at it ends."""
_BARE: Final = re.compile(r"\.(?:rb|ru|erb|rake|p[lm]|exs?)$", re.IGNORECASE)
_TAKES_BARE: Final = re.compile(_TAKES.pattern + rb"|" + _NAME_REST + rb"[ \t]+[\w{:'\"@]")
"""The same where functions are called without brackets."""
_PROGRAM: Final = re.compile(
    r"\.(?:pyi?|[cm]?[jt]sx?|vue|svelte|java|kts?|scala|groovy|cs|vb|fs|go|rb|ru|erb|php\d?|phtml|rs|exs?|swift|p[lm]|c|h"
    r"|cc|cpp|hpp|mm?|dart|lua|clj|zig)$"
)
"""Files in which a bare word is a name; in others, settings have such values."""
_SETS: Final = re.compile(r"[\"'`]?\s*\]?\s*(?:\?\?=|\|\|=|:=|=>|=(?![=~>])|:(?![:=]))\s*")
"""What stands between the name of a setting and what it takes."""
_CONVERTS: Final = (
    r"(?:getBytes|toByteArray|encodeToByteArray|encode|as_bytes|as_ref|as_str|to_vec|to_owned|to_string|toString|toCharArray"
    r"|clone|into|bytes|strip|trim|freeze|value|get_secret_value|utf8)\b"
    r"(?:\((?:[^()\n]{0,60}(?i:utf|ascii|charset|encoding)[^()\n]{0,20}|\s*)\))?"
)
"""Methods of a text that give it in another type."""
_REFERENCE: Final = re.compile(
    r"(?:&(?:mut\s+)?|\*|await\s+|\.\.\.)?(?P<owners>(?:[@$]?[A-Za-z_]\w*(?:\(\))?(?:\?\.|!?\.|->|::)){0,6})"
    rf"(?P<word>[@$]{{0,2}}(?:(?<![.>:])|(?!{_CONVERTS}\s*[,)\]}};]))[A-Za-z_]\w*)"
    r"(?:\[\s*[\"':]?(?P<key>[A-Za-z_]\w*)[\"']?\s*\]|(?P<called>\(\s*\)))?"
    rf"(?:[!?]|\s+as\s+\w+|\??\.{_CONVERTS})*\s*(?:[,)\]}};]|\Z|\n|//|#|\|\||\?\?|\bor\b)"
)
"""A name as it is handed over, with what converts it."""
_PART: Final = re.compile(r"\w")
_WORD: Final = re.compile(r"[A-Za-z_]\w*")
_SELF: Final = frozenset({"self", "this", "cls", "static", "super", "parent"})
_ENVIRONMENT: Final = frozenset({"env", "environ"})
_NO_NAMES: Final = frozenset({"none", "null", "nil", "undefined", "true", "false", "self", "this", "string", "str"})
_GETS: Final = (
    r"[\"'`]?\s*\]?(?:\s*[?!]?:\s*(?:Final\b)?[\w.<>\[\]&'| ?!]{0,40}?|\s+(?:string|\[\]byte|String|char|NSString)\b)?"
    r"(?:\[\w*\])?\s*(?P<sign>\?\?=|\|\|=|:=|=>|<-|=(?![=~>])|:(?![:=]))\s*|(?P<defined>[\"']\s*,\s*|[ \t]+)(?=[\"'])"
    r"|(?P<gives>\([^()\n]{0,80}\)[^(){};=\n]{0,60}?(?:(?:\{|=>|=(?![=~>]))\s*(?:return\s+)?|:\s*return\s+))"
)
"""What stands between a name and its value."""
_LISTED: Final = r"[^(){};=\"']{0,120}\)[^(){};\n]{0,60}?(?:\{|=>|->|:[ \t]*$|=[ \t]*$)"
"""What follows a parameter: others, the end of the list, a type, and where the body begins."""
_DEFINES: Final = re.compile(r"(?:\bdefine\s*\(\s*[\"']|#\s*define\s+|^\s*@|\bconst_set\(?\s*:)\Z")
_MEMBER_OF: Final = re.compile(r"([A-Za-z_]\w*)(?:\(\))?(?:\?\.|!?\.|->|::|\[[\"':]?)\Z")
_CONTROLS: Final = re.compile(
    r"\b(?:if|for|foreach|while|switch|catch|return|with|elif|elsif|unless|when|match)\b[^()]*\Z"
)
_HEADING: Final = re.compile(
    r"\b(?:def|function|func|fun|fn|sub|constructor|lambda|class|init|public|private|protected)\b"
)
_COMMENT: Final = re.compile(r"\s*(?://|/?\*|#(?!\s*define)|--|;|%)")
_AROUND: Final = 400


class _Source:
    """The text of one file, and what its names are bound to."""

    def __init__(self, text: str, path: str) -> None:
        self.text = text
        self.path = path
        self.cut = False
        """Whether something was not followed, since there is too much of it."""
        self._bindings: dict[str, list[_Binding]] = {}
        self._around: dict[int, frozenset[str]] = {}
        """What bindings stand in, by their places."""

    def uses(self, anchors: Sequence[int]) -> list[_Use]:
        """Where names are taken."""
        uses: list[_Use] = []
        program = bool(_PROGRAM.search(self.path))
        last, read = -1, 0
        for anchor in anchors:
            head = self.text[max(anchor - _LONGEST, 0) : anchor]
            begin = anchor - len(head) + len(head.rstrip(_PARTS))
            if begin == last:
                continue
            last = begin
            place = self._place(begin)
            taking = argument(place) or (_setting(place) if program else None)
            if not taking:
                continue
            read += taking.at if taking.at >= 0 else MOST
            name = _named(place.text, taking.at) if taking.at >= 0 else None
            if name:
                uses.append(_Use(begin, place, taking, name))
            if len(uses) > _USES or read > _READ * len(self.text) + _ROOM:
                self.cut = True
                return uses[:_USES]
        return uses

    def bind(self, words: Collection[str]) -> None:
        """Find what `words` are bound to, and the names that they are bound to."""
        room = _BINDINGS
        for _ in range(_STEPS):
            one = "|".join(sorted(map(re.escape, words), key=len, reverse=True))
            expression = re.compile(rf"(?P<word>{one})(?!\w)(?:(?P<listed>(?={_LISTED}))|{_GETS})", re.MULTILINE)
            self._bindings |= {word: [] for word in words}
            names: set[str] = set()
            for found in expression.finditer(self.text):
                binding = self._binding(found)
                if binding:
                    self._bindings[found["word"]].append(binding)
                    other = (
                        _named(self._place(binding.at).text, binding.value - binding.at) if binding.value >= 0 else None
                    )
                    names |= {other.word} if other else set()
                    room -= 1
                if not room:
                    self.cut = True
                    return
            words = names - self._bindings.keys()
            if not words:
                return

    def secret(self, use: _Use) -> Secret | None:
        """What the name stands for that is taken, where that is a secret."""
        bound = self._bound(use.name, use.at, _STEPS)
        if not bound:
            return None
        begin, place, value = bound
        content = value.content.encode("latin-1", "replace")
        entry = use.taking.entry
        verdict = judge(content, entry.bytes)
        if not verdict.secret or der.decode(content) or _COMMENT.match(place.line):
            return None
        if not taken(use.place, use.taking.taker, entry, value, content.decode("utf-8", "replace"), verdict):
            return None
        raw = place.text[value.start : value.end].encode("latin-1")
        return Secret(raw=Sealed(raw), value=Sealed(content), name=use.taking.taker, start=begin + value.start)

    def _place(self, at: int) -> Place:
        return Place(self.text[at : at + _TEXT], self.text[max(at - _BEFORE, 0) : at], self.path)

    def _binding(self, found: re.Match[str]) -> _Binding | None:
        at = found.start()
        if _PART.match(self.text, at - 1) and at:
            return None
        before = self.text[max(at - _AROUND, 0) : at]
        line = before.rpartition("\n")[2]
        opened = before.rfind("(") if before.rfind("(") > max(map(before.rfind, ");{}")) else -1
        heading = before[:opened].rpartition("\n")[2] if opened >= 0 else ""
        if found["listed"] is not None:
            if opened < 0 or _CONTROLS.search(heading):
                return None
            return _Binding(at, at - len(before) + opened, -1, False, "")
        if found["defined"] and not _DEFINES.search(line):
            return None
        argument = opened >= 0 and bool(_PART.match(heading[-1:])) and not _HEADING.search(heading)
        member = found["sign"] in (":", "=>") or (argument and not found["defined"])
        owner = _MEMBER_OF.search(line)
        word = owner[1].lower() if owner else ""
        gives = found["gives"] is not None
        return _Binding(at, at, found.end(), member and not gives, "" if word in _SELF else word, gives)

    def _bound(self, name: _Name, at: int, steps: int) -> tuple[int, Place, Value] | None:
        """The literal that a name stands for at a place: where its binding begins, that as a place, and the value."""
        for binding in self._fitting(name, at) if steps else ():
            if binding.value < 0:
                continue
            place = self._place(binding.at)
            value = value_at(place, binding.value - binding.at, literal=True)
            if value:
                return binding.at, place, value
            other = _named(place.text, binding.value - binding.at)
            bound = self._bound(other, binding.at, steps - 1) if other else None
            if bound:
                return bound
        return None

    def _fitting(self, name: _Name, at: int) -> Iterator[_Binding]:
        """The bindings that a name can have at a place, the likeliest first."""
        known = [one for one in self._bindings.get(name.word, ()) if one.gives == name.called]
        if not name.free:
            fitting = [one for one in known if one.value >= 0 and one.at != at and self._belongs(one, name.owner)]
            before = [one for one in fitting if one.at < at]
            yield from (*reversed(before), *fitting[len(before) :])
            return
        variables = [one for one in known if not (one.member or one.owner)]
        if len(variables) == 1 and name.word not in self._elsewhere:
            yield from (one for one in variables if one.at != at)
        else:
            yield from islice((one for one in reversed(variables) if one.at < at and self._is_seen(one, at)), 1)

    @cached_property
    def _elsewhere(self) -> frozenset[str]:
        """Names that may come from elsewhere: of imports, and of what something is taken apart into."""
        return frozenset(word for line in _IMPORTS.findall(self.text) for word in _WORD.findall(line))

    def _is_seen(self, binding: _Binding, at: int) -> bool:
        """Whether a variable is still known at a place behind it: no line between them ends what it stands in."""
        starts, blocks, bodies = self._lines
        line = bisect_right(starts, binding.scope) - 1
        ends = bodies if binding.value < 0 else blocks
        return line < 0 or bisect_right(starts, at) <= max(ends[line], line + 1)

    @cached_property
    def _lines(self) -> tuple[list[int], list[int], list[int]]:
        """Where lines begin that tell how far in they stand; for each the next that stands less far in, by its number,
        and the next that stands no further in."""
        starts: list[int] = []
        blocks: list[int] = []
        bodies: list[int] = []
        depths: list[int] = []
        open_blocks: list[int] = []
        open_bodies: list[int] = []
        for number, found in enumerate(_LINE.finditer(self.text)):
            depth = found.end() - found.start()
            while open_blocks and depths[open_blocks[-1]] > depth:
                blocks[open_blocks.pop()] = number
            while open_bodies and depths[open_bodies[-1]] >= depth:
                bodies[open_bodies.pop()] = number
            open_blocks.append(number)
            open_bodies.append(number)
            starts.append(found.start())
            depths.append(depth)
            blocks.append(len(self.text))
            bodies.append(len(self.text))
        return starts, blocks, bodies

    def _belongs(self, binding: _Binding, owner: str) -> bool:
        """Whether a binding is one of what its name is used as a member of."""
        if binding.owner or not owner:
            return binding.owner == owner and (bool(owner) or not binding.member)
        around = self._around.get(binding.at)
        if around is None:
            if len(self._around) == _WALKS:
                self.cut = True
                return False
            around = self._around[binding.at] = frozenset(
                _enclosing(self.text[max(binding.at - _BEFORE, 0) : binding.at])
            )
        return owner in around


_PARTS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.:$@%-"
"""What names are made of, with what they are members of: the class `behind` the anchors."""
_LINE: Final = re.compile(r"^[ \t]*(?=[^\s#)\]{/*])", re.MULTILINE)
"""How lines begin that tell how far in their block stands: no comments, ends of arguments, or braces on their own."""
_IMPORTS: Final = re.compile(
    r"^[ \t]*(?:from|import|use|using)\b[^\n]*|[{\[(][^{}()\[\]\n]{0,200}[}\])]\s*=(?![=>])", re.MULTILINE
)
_BRACKETS: Final = re.compile(r"[()\[\]{}]")
_STATEMENT: Final = re.compile(r"[;{}]")
_CLASS: Final = re.compile(r"^[ \t]*(?:class|module|object)\s+(\w+)", re.MULTILINE)


def _enclosing(before: str) -> Iterator[str]:
    """The names of what stands open behind `before`, in lower case: objects, calls, classes."""
    depth = 0
    for found in reversed(list(_BRACKETS.finditer(before))):
        depth += 1 if found[0] in ")]}" else -1
        if depth < 0:
            depth = 0
            opener = _STATEMENT.split(before[max(found.start() - _LONGEST, 0) : found.start()])[-1]
            yield from (word.lower() for word in _WORD.findall(opener)[-4:])
    yield from (title.lower() for title in _CLASS.findall(before)[-1:])


def _setting(place: Place) -> Taking | None:
    """The setting whose name a text starts with, and where what it takes begins."""
    found = NAME.match(place.text)
    name = found[1].rstrip(".:-") if found else ""
    known = naming(name) if name else None
    sets = _SETS.match(place.text, found.start(1) + len(name)) if found and known else None
    return Taking(name, sets.end(), known.entry) if known and sets else None


def _named(text: str, at: int) -> _Name | None:
    """The name that is handed over at a place of a text, converted or not; None for anything else."""
    found = _REFERENCE.match(text, at) or _REFERENCE.match(text, unwrapped(text, at))
    if not found:
        return None
    owners = [owner.lower() for owner in _WORD.findall(found["owners"])]
    word = found["word"].lstrip("@$")
    called = found["called"] is not None
    free = not (owners or called or found["word"].startswith("@"))
    if found["key"]:
        owners, word, free = [*owners, word.lower()], found["key"], False
    if word.lower() in _NO_NAMES or not _ENVIRONMENT.isdisjoint(owners):
        return None
    owner = owners[-1] if owners else ""
    return _Name("" if owner in _SELF else owner, word, free, called)
