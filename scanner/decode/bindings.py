"""What names are bound to in a file, and which of that they mean at a place.

Read without a parser of any language. A variable means what it was bound to last, if no line since stands less far in
than that; a member, what is bound to its name in something that has its owner's.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from functools import cached_property, lru_cache
from itertools import chain, islice
from typing import Final, NamedTuple

from scanner.decode.literals import Place, Value, unwrapped, value_at

TEXT: Final = 1_536
"""Bytes that are looked at from a name on, as of settings."""
_BEFORE: Final = 1 << 11
"""Bytes before it that are looked at."""
AROUND: Final = 400
"""Of those, the ones in which a list that it may be in begins; beyond, what stands on its line counts alone."""
_TRIES: Final = 20_000
"""Places of one file that are looked at for whether a name gets a value there."""
_BINDINGS: Final = 2_000
"""How many of them are kept."""
_WALKS: Final = 200
"""Of those, how many are looked at for what they stand in."""
_STEPS: Final = 4
"""Names that stand for names."""
_LOOKED: Final = 1 << 24
"""Characters between variables and the places at which they are used that are looked at."""
_LONGEST: Final = 200
"""Characters before a bracket that can say what it opens."""


class Name(NamedTuple):
    """A name as it is used."""

    owner: str
    """What it is a member of: the last word of that, in lower case; empty for none, and for the object at hand."""
    word: str
    free: bool
    """Whether it is a variable's: what it means depends on where it stands."""
    called: bool
    """Whether it is a function's, and what that gives is meant."""


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
    """What it is written to be a member of, as of a `Name`."""
    gives: bool = False
    """Whether it is a function, and the value what that gives."""


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
_TYPED: Final = re.compile(r"[\w>\]?]\s+[$&*]?\Z")
_HEADING: Final = re.compile(
    r"\b(?:def|function|func|fun|fn|sub|constructor|lambda|class|init|public|private|protected)\b"
)
_TELLS: Final = r"(?=[^\s#)\]{/*])"
_LINE: Final = re.compile(rf"[ \t]*{_TELLS}")
"""How lines begin that tell how far in their block stands: no comments, ends of arguments, or braces on their own."""
_IMPORTS: Final = re.compile(
    r"^[ \t]*(?:from|import|use|using)\b[^\n]*|[{\[(][^{}()\[\]\n]{0,200}[}\])]\s*=(?![=>])", re.MULTILINE
)
_BRACKETS: Final = re.compile(r"[()\[\]{}]")
_LISTS: Final = re.compile(r"[(){};]")
_STATEMENT: Final = re.compile(r"[;{}]")
_CLASS: Final = re.compile(r"^[ \t]*(?:class|module|object)\s+(\w+)", re.MULTILINE)


def named(text: str, at: int) -> Name | None:
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
    return Name("" if owner in _SELF else owner, word, free, called)


class Bindings:
    """What the names of one file are bound to."""

    def __init__(self, data: bytes | memoryview, path: str) -> None:
        """`path` is in lower case."""
        self.data = data
        self.path = path
        self.cut = False
        """Whether something was not looked at, since there is too much of it."""
        self.lost = False
        """Whether names stand for names in more steps than are followed."""
        self._bindings: dict[str, list[_Binding]] = {}
        self._around: dict[int, frozenset[str]] = {}
        """What bindings stand in, by their places."""
        self._values: dict[int, tuple[Place, Value] | None] = {}
        """The texts that bindings give, by their places."""
        self._depths: dict[int, tuple[int, int]] = {}
        """Of scopes, what `_line` tells."""
        self._looked = 0
        """Characters between variables and their uses so far."""

    @cached_property
    def text(self) -> str:
        """The file, one character a byte."""
        return str(self.data, "latin-1")

    def place(self, at: int) -> Place:
        """What stands at a place, and before it."""
        before = str(self.data[max(at - _BEFORE, 0) : at], "latin-1")
        return Place(str(self.data[at : at + TEXT], "latin-1"), before, self.path)

    def bind(self, words: Collection[str]) -> None:
        """Find what `words` are bound to, and the names that they are bound to."""
        tries = kept = 0
        for _ in range(_STEPS):
            self._bindings |= {word: [] for word in words}
            names: set[str] = set()
            for found in _found(frozenset(words), self.text, 0, len(self.text)):
                tries += 1
                if tries > _TRIES or kept == _BINDINGS:
                    self.cut = True
                    return
                binding = self._binding(found)
                if binding:
                    kept += 1
                    self._bindings[found["word"]].append(binding)
                    other = self._other(binding)
                    names |= {other.word} if other else set()
            words = names - self._bindings.keys()
            if not words:
                return
        self.lost = True

    @property
    def has_text(self) -> bool:
        """Whether any of what was found is bound to a text."""
        return any(self._value(binding) for bindings in self._bindings.values() for binding in bindings)

    @property
    def words(self) -> frozenset[str]:
        """The words that were looked for."""
        return frozenset(self._bindings)

    def gains(self, words: frozenset[str], stretches: Iterable[tuple[int, int]]) -> bool:
        """Whether one of `words` may be bound to a text in some stretches, or to a name that is none of them."""
        tries = 0
        for begin, end in stretches:
            for found in _found(words, self.text, begin, end):
                tries += 1
                binding = self._binding(found)
                other = binding and self._other(binding)
                if tries > _TRIES or (binding and self._value(binding)) or (other and other.word not in words):
                    return True
        return False

    def literal(self, name: Name, at: int) -> tuple[int, Place, Value] | None:
        """The text that a name stands for at a place: where its binding begins, what stands there, and the value."""
        return self._bound(name, at, _STEPS)

    def _binding(self, found: re.Match[str]) -> _Binding | None:
        at = found.start()
        if _PART.match(self.text, at - 1) and at:
            return None
        before = self.text[max(at - AROUND, 0) : at]
        line = before.rpartition("\n")[2]
        opened = _opened(before)
        heading = before[:opened].rpartition("\n")[2] if opened >= 0 else ""
        if found["listed"] is not None:
            if opened < 0 or _CONTROLS.search(heading):
                return None
            return _Binding(at, at - len(before) + opened, -1, False, "")
        if found["defined"] and not _DEFINES.search(line):
            return None
        called = opened >= 0 and bool(_PART.match(heading[-1:])) and not _HEADING.search(heading)
        named_argument = called and not found["defined"] and not _TYPED.search(line)
        member = found["sign"] in (":", "=>") or named_argument
        owner = _MEMBER_OF.search(line)
        word = owner[1].lower() if owner else ""
        gives = found["gives"] is not None
        return _Binding(at, at, found.end(), member and not gives, "" if word in _SELF else word, gives)

    def _bound(self, name: Name, at: int, steps: int) -> tuple[int, Place, Value] | None:
        """The literal that a name stands for at a place: where its binding begins, that as a place, and the value."""
        for binding in self._fitting(name, at) if steps else ():
            value = self._value(binding)
            if value:
                return binding.at, *value
            other = self._other(binding)
            bound = self._bound(other, binding.at, steps - 1) if other else None
            if bound:
                return bound
        return None

    def _value(self, binding: _Binding) -> tuple[Place, Value] | None:
        """The text that a name is bound to, and the place of the binding."""
        if binding.value < 0:
            return None
        if binding.at not in self._values:
            place = self.place(binding.at)
            value = value_at(place, binding.value - binding.at, literal=True)
            self._values[binding.at] = (place, value) if value else None
        return self._values[binding.at]

    def _other(self, binding: _Binding) -> Name | None:
        """The name that a name is bound to."""
        if binding.value < 0:
            return None
        return named(str(self.data[binding.at : binding.at + TEXT], "latin-1"), binding.value - binding.at)

    def _fitting(self, name: Name, at: int) -> Iterator[_Binding]:
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
        if self._looked > _LOOKED:
            self.cut = True
            return False
        start, depth = self._line(binding.scope)
        self._looked += at - start
        if start < 0:
            return True
        # What a body belongs to ends where a line stands no further in, what a block belongs to where one stands less.
        depth -= binding.value >= 0
        return depth < 0 or not _ends(depth).search(self.text, start, at + 1)

    def _line(self, at: int) -> tuple[int, int]:
        """Where the last line begins that tells how far in a place stands, and how far; -1 where there is none."""
        known = self._depths.get(at)
        if known is None:
            begin = at
            while True:
                begin = self.text.rfind("\n", 0, begin) + 1
                found = _LINE.match(self.text, begin)
                if found or not begin:
                    break
                begin -= 1
            known = self._depths[at] = (begin, found.end() - begin) if found else (-1, 0)
        return known

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


def _found(words: frozenset[str], text: str, begin: int, end: int) -> Iterator[re.Match[str]]:
    """Where words from `begin` to `end` of a text may get a value: to look for words first is much faster."""
    expression = _expression(words)
    behind = begin
    for at in sorted(chain.from_iterable(_places(word, text, begin, end) for word in words)):
        found = expression.match(text, at, at + TEXT) if at >= behind else None
        if found:
            behind = found.end()
            yield found


@lru_cache(maxsize=512)
def _expression(words: frozenset[str]) -> re.Pattern[str]:
    one = "|".join(sorted(map(re.escape, words), key=len, reverse=True))
    return re.compile(rf"(?P<word>{one})(?!\w)(?:(?P<listed>(?={_LISTED}))|{_GETS})", re.MULTILINE)


def _places(word: str, text: str, begin: int, end: int) -> Iterator[int]:
    at = text.find(word, begin, end)
    while at >= 0:
        yield at
        at = text.find(word, at + 1, end)


@lru_cache(maxsize=128)
def _ends(depth: int) -> re.Pattern[str]:
    """What finds a line that stands as far in as that at most."""
    return re.compile(rf"\n[ \t]{{0,{depth}}}{_TELLS}")


def _opened(before: str) -> int:
    """Where the bracket stands that opens the list that `before` ends in; -1 where there is none in its statement."""
    depth = 0
    for found in reversed(list(_LISTS.finditer(before))):
        if found[0] == ")":
            depth += 1
        elif found[0] == "(" and depth:
            depth -= 1
        elif not depth:
            return found.start() if found[0] == "(" else -1
    return -1


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
