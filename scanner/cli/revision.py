"""`--config-from`: what decides on a scan, as a revision has it, so that a change cannot loosen its own gate."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import msgspec

from scanner import policy
from scanner.model import DETECT_SECRETS_BASELINE, IGNORE_FILE, Policy, TokensweepError, UsageError
from scanner.sources.git.command import Git, check_name, open_git
from scanner.sources.git.objects import Missing, Object, objects

_LARGEST = 64 << 20
"""Bytes of a file that decides: no more are read of one in a work tree either."""


class Revision:
    """The deciding files of a revision, in a folder of their own, laid out as below the root."""

    def __init__(self, git: Git, name: str, folder: Path) -> None:
        """Raises UsageError for a revision that is none."""
        check_name(name)
        (tree,) = objects(git, [f"{name}^{{tree}}".encode()])
        if isinstance(tree, Missing):
            raise UsageError(
                f"{name}: no such revision", "name a branch, tag or commit; a shallow clone has to fetch it"
            )
        self.name = name
        self.root = git.repository.place
        self._git = git
        self._tree = tree.id
        self._folder = folder
        self._asked: set[Path] = set()
        (folder / ".git").touch()  # Ends the search for a configuration, as at the root.

    def at(self, path: Path) -> Path:
        """Where a path lies: one below the root in our folder, any other where it is."""
        if path.is_relative_to(self._folder):  # As a configuration in our folder says.
            name = os.path.normpath(path.relative_to(self._folder))
        else:
            path = path.absolute()
            name = os.path.relpath(path.parent.resolve() / path.name, self.root)
        return (self.root if name.split(os.sep)[0] == os.pardir else self._folder) / name

    def configuration(self, target: Path) -> Path | None:
        """The configuration in force for a target."""
        target = target.resolve()
        if not target.is_relative_to(self.root):
            raise UsageError(f"{target}: not in {self.root}, whose revision is to decide")
        folders = [folder for folder in (target, *target.parents) if folder.is_relative_to(self.root)]
        self._take(self.at(folder / name) for folder in folders for name in policy.NAMES)
        place = self.at(target if target.is_dir() else target.parent)
        place.mkdir(parents=True, exist_ok=True)
        return policy.find(place)

    def hold(self, force: Policy) -> Policy:
        """The policy with all that it names as the revision has it."""
        named = (force.rules, force.jwks, force.wordlists)
        rules, keys, lists = ([self.at(Path(path)) for path in paths] for paths in named)
        baseline = self.at(Path(force.baseline)) if force.baseline else None
        files = [
            *keys,
            *lists,
            *filter(None, [baseline]),
            *(rule for folder in rules for rule in self._rule_files(folder)),
        ]
        if force.ignore_files:
            files += [self._folder / IGNORE_FILE, self._folder / DETECT_SECRETS_BASELINE]
        self._take(files)
        return msgspec.structs.replace(
            force,
            rules=tuple(map(str, rules)),
            jwks=tuple(map(str, keys)),
            wordlists=tuple(map(str, lists)),
            baseline=str(baseline) if baseline else None,
            decided_in=str(self._folder),
        )

    def shown(self, text: str) -> str:
        """A text for people in which our folder is called by the revision, as git does: `main:tokensweep.toml`."""
        return text.replace(f"{self._folder}{os.sep}", f"{self.name}:")

    def differences(self) -> list[str]:
        """What is to be told of the files that decide and that are not the same now."""
        told = []
        for path in sorted(self._asked):
            name = path.relative_to(self._folder)
            then, now = _read(path), _read(self.root / name)
            if name.name == "pyproject.toml":
                then, now = (policy.own_table(text or b"") for text in (then, now))
            if then != now:
                told.append(f"{name.as_posix()} is not what it is in {self.name}, which decides on this scan")
        return told

    def _rule_files(self, folder: Path) -> Iterator[Path]:
        """The rule files that a folder holds then or now."""
        if folder.is_relative_to(self._folder):
            folder.mkdir(parents=True, exist_ok=True)
            name = folder.relative_to(self._folder)
            here = (self.root / name).glob("*.toml")
            for path in {*self._list([f"{name.as_posix()}/"]), *(path.relative_to(self.root) for path in here)}:
                if path.suffix == ".toml":
                    yield self._folder / path

    def _take(self, paths: Iterable[Path]) -> None:
        """Bring the files of these that the revision has, and that are in our folder."""
        asked = {path for path in paths if path.is_relative_to(self._folder)} - self._asked
        self._asked |= asked
        found = self._list([path.relative_to(self._folder).as_posix() for path in sorted(asked)])
        for name, blob in zip(found, objects(self._git, list(found.values())), strict=True):
            if not isinstance(blob, Object):
                raise UsageError(f"{self.name}:{name} is not in this clone", "`git fetch` brings it")
            path = self._folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(blob.read(_LARGEST + 1))

    def _list(self, names: Sequence[str]) -> dict[Path, bytes]:
        """The files of these names, and those in the folders among them whose name ends with `/`; path to blob."""
        found: dict[Path, bytes] = {}
        if not names:
            return found
        paths = [os.fsencode(name) for name in names if name != "./"]  # Without a path, it is the root that is listed.
        for record in self._git.run("ls-tree", "-z", "--full-tree", names=[self._tree], paths=paths).split(b"\0")[:-1]:
            head, _, path = record.partition(b"\t")
            mode, kind, id_ = head.split(b" ")
            name = Path(os.fsdecode(path))
            if mode == b"120000" and (path in paths or name.suffix == ".toml"):
                raise UsageError(f"{self.name}:{name} is a link, which is not followed", "let it be a file")
            if kind == b"blob":
                found[name] = id_
        return found


@contextmanager
def as_of(name: str, start: Path | None, *, trust_owner: bool) -> Iterator[Revision]:
    """The revision of this name in the repository of `start`, while the scan lasts. Raises UsageError where it is none.

    Mistakes in its files are told with the places that they have in it.
    """
    from tempfile import TemporaryDirectory

    git = open_git(start, trust_owner=trust_owner)
    with TemporaryDirectory(prefix="tokensweep-") as folder:
        revision = Revision(git, name, Path(folder).resolve())
        try:
            yield revision
        except TokensweepError as error:
            raise type(error)(revision.shown(str(error)), error.hint) from None


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes() if path.is_file() else None
    except OSError:
        return None
