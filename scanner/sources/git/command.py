"""The one place where git is started: what it may do, with what options, in what environment.

A repository's configuration can name programs for git to run. The sub-commands here run none of them under the options
and variables below; `tests/sources/git/test_hostile.py` holds it with a marker behind each. Never through a shell.
"""

from __future__ import annotations

import io
import os
import select
from collections.abc import Iterator, Mapping, Sequence
from types import TracebackType

from scanner.errors import UsageError
from scanner.sources.git.repository import Repository, find, read

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Final

ALLOWED: Final[Mapping[str, frozenset[str]]] = {
    "cat-file": frozenset({"--batch", "--batch-check", "--batch-all-objects", "--buffer", "--unordered"}),
    "config": frozenset({"--get", "-z"}),
    "diff-index": frozenset({"--cached", "--raw", "--no-abbrev", "--no-renames", "-z"}),
    "for-each-ref": frozenset({"--format"}),
    # Only as raw records: with them, nothing that a configuration names for the text of a change is run.
    "log": frozenset(
        {
            "--all",
            "--exclude",
            "--format",
            "--full-history",
            "--max-age",
            "--merges",
            "--no-abbrev",
            "--no-color",
            "--no-decorate",
            "--no-ext-diff",
            "--no-mailmap",
            "--no-notes",
            "--no-relative",
            "--no-renames",
            "--no-show-signature",
            "--no-textconv",
            "--not",
            "--raw",
            "--root",
            "--stdin",
            "-c",
            "-m",
            "-z",
            f"-O{os.devnull}",
        }
    ),
    "ls-tree": frozenset({"-r", "-z", "--full-tree"}),
    "rev-parse": frozenset({"--show-object-format", "--verify", "--quiet"}),
}
"""The sub-commands, and the options of each without what follows `=`. What is not here runs code of the repository, or
was not looked at."""
_WITH_PATHS: Final = frozenset({"diff-index", "log", "ls-tree"})
"""Those that take paths behind `--`, and without it may take a revision for the file of that name."""

_OPTIONS: Final = (
    "--no-pager",
    "--literal-pathspecs",
    *(
        part
        for setting in (
            # It may leave out what it likes of the history.
            "core.commitGraph=false",
            # A third of what git takes by itself, which makes it no faster.
            "core.deltaBaseCacheLimit=32m",
            # By itself it keeps all of a pack in memory.
            "core.packedGitWindowSize=4m",
            "core.packedGitLimit=64m",
            "core.fsmonitor=false",
            f"core.hooksPath={os.devnull}",
            f"core.attributesFile={os.devnull}",
            "core.alternateRefsCommand=true",
            "core.sshCommand=false",
            "core.gitProxy=false",
            "core.quotePath=false",
            "core.longpaths=true",
            "credential.helper=",
            "gpg.program=false",
            "log.showSignature=false",
            "protocol.allow=never",
            "protocol.ext.allow=never",
            "submodule.recurse=false",
            "gc.auto=0",
            "maintenance.auto=false",
        )
        for part in ("-c", setting)
    ),
)
_VARIABLES: Final = {
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_ATTR_NOSYSTEM": "1",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_GRAFT_FILE": os.devnull,
    # Counts from git 2.45 on. Before, a missing object of a partial clone is asked for, and no protocol is allowed.
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_ALLOW_PROTOCOL": "none",
    "GIT_SSH_COMMAND": "false",
    "GIT_ASKPASS": "false",
    "SSH_ASKPASS": "false",
    "GIT_PAGER": "cat",
    # Without it, a log is written commit by commit.
    "GIT_FLUSH": "0",
    # For git before 2.32, which does not know GIT_CONFIG_GLOBAL: no file is below a device.
    "HOME": os.devnull,
    "XDG_CONFIG_HOME": os.devnull,
    "LC_ALL": "C",
}
_COMPLAINTS: Final = 4096
"""Bytes that are kept of the end of standard error."""
_PATIENCE: Final = 60
"""Seconds without a byte after which git is taken for stuck: a FIFO in place of one of its files does that."""
_MAX_CONFIGURATION: Final = 1 << 20
"""Bytes of a configuration in which we look for words ourselves."""
_KILL: Final = 9
"""SIGKILL, whose name would take longer to load than the scan of a clean commit."""


class GitError(UsageError):
    """git could not do what it was asked for; the message has its last words."""


class Child:
    """A running git. As a context manager it leaves none behind.

    `stdout` raises GitError where git is stuck; `end` tells whether it failed.
    """

    def __init__(self, command: str, process: int, output: int, complaints: int, stdin: io.FileIO | None) -> None:
        """`process` is its id; `output` and `complaints` are descriptors to read, which are closed with it."""
        self._command = command
        self._process = process
        self._status: int | None = None
        self._output = _Output(output, complaints)
        self.stdout = io.BufferedReader(self._output, 1 << 16)
        self._stdin = stdin

    def ask(self, line: bytes) -> None:
        """Write a line to standard input, of a child that was started to be asked. BrokenPipeError where it is gone."""
        if self._stdin:
            self._stdin.write(line + b"\n")

    def hang_up(self) -> None:
        """Close standard input."""
        if self._stdin:
            self._stdin.close()

    def end(self) -> None:
        """Wait for the end, once all of standard output was read. Raises GitError where git failed."""
        self._output.finish()
        if self._wait():
            raise self.failure()

    def failure(self) -> GitError:
        """What git said last, as an error. Waits for the end."""
        self._output.finish()
        status = self._wait()
        words = self._output.complaints.decode("utf-8", "replace").strip().rpartition("\n")[2]
        return GitError(f"git {self._command} failed: {words or f'status {status}'}")

    def _wait(self) -> int:
        if self._status is None:
            try:
                self._status = os.waitstatus_to_exitcode(os.waitpid(self._process, 0)[1])
            except ChildProcessError:  # Whoever started us ignores its children, and so must we: git's words decide.
                self._status = int(bool(self._output.complaints))
        return self._status

    def __enter__(self) -> Child:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._status is None:
            os.kill(self._process, _KILL)
        self.hang_up()
        self.stdout.close()
        self._wait()


class Git:
    """git in one repository. Picklable."""

    def __init__(self, repository: Repository) -> None:
        """Raises UsageError where git is not installed."""
        self.repository = repository
        self._program = _program()

    def run(self, command: str, *options: str, names: Sequence[str] = (), paths: Sequence[bytes] = ()) -> bytes:
        """All that a command prints. Raises GitError."""
        with self.start(command, *options, names=names, paths=paths) as child:
            printed = child.stdout.read()
            child.end()
        return printed

    def start(
        self,
        command: str,
        *options: str,
        names: Sequence[str] = (),
        paths: Sequence[bytes] = (),
        asked: bool = False,
    ) -> Child:
        """Start a command. `names` are revisions or whatever else it takes, `paths` are taken literally, from the root.

        None of them can be an option. `asked`: its standard input will be written to. Raises UsageError for a name that
        is none, ValueError for what is not in `ALLOWED`.
        """
        known = {option.partition("=")[0] for option in options} <= ALLOWED.get(command, frozenset())
        if command not in ALLOWED or not known:
            raise ValueError(f"git {command} {' '.join(options)}: not allowed")
        for name in names:
            check_name(name)
        arguments: list[str | bytes] = [self._program, *_OPTIONS, "-C", self.repository.top or self.repository.own]
        arguments += [command, *options, *names]
        if command in _WITH_PATHS:
            arguments += ["--", *paths]
        return _spawn(command, arguments, self._environment(), asked=asked)

    def _environment(self) -> dict[str, str]:
        """No variable of git's but ours and those that name the repository.

        A named repository is taken as it is: git asks for its owner only where it has found it by itself, and
        `core.worktree` counts only where no work tree is named.
        """
        plain = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
        repository = self.repository
        named = {"GIT_DIR": repository.own, "GIT_WORK_TREE": repository.top or repository.own}
        return plain | _VARIABLES | repository.variables | named


def open_git(start: str | os.PathLike[str] | None = None, *, trust_owner: bool = False) -> Git:
    """The repository of `start`, see `repository.find`, for git to work in.

    Raises UsageError for none, for another user's, for one whose work tree is said to be elsewhere, and without git.
    """
    git = Git(find(start, trust_owner=trust_owner))
    _check_work_tree(git)
    return git


def check_name(name: str) -> None:
    """Raise UsageError for a text that can be no revision: git would take it for an option, or for several lines."""
    if not name or name.startswith("-") or not name.isprintable():
        raise UsageError(f"{name!r}: not a revision", "name a branch, a tag or a commit")


def records(stream: io.BufferedIOBase) -> Iterator[bytes]:
    """What `-z` prints: each record without the NUL that ends it."""
    rest = b""
    while chunk := stream.read1(1 << 16):
        *whole, rest = (rest + chunk).split(b"\0")
        yield from whole
    if rest:
        yield rest


def _check_work_tree(git: Git) -> None:
    """Refuse a `core.worktree` that points elsewhere: what is read would not be what the user named.

    The words that can set it are looked for first, which spares most repositories a process.
    """
    repository = git.repository
    if repository.top is None:
        return
    files = os.path.join(repository.common, "config"), os.path.join(repository.own, "config.worktree")
    texts = b"".join(read(path, _MAX_CONFIGURATION).lower() for path in files)
    if b"worktree" not in texts and b"include" not in texts and len(texts) < _MAX_CONFIGURATION:
        return
    try:
        said = git.run("config", "-z", "--get", names=["core.worktree"]).removesuffix(b"\0")
    except GitError:  # It is not set.
        return
    if os.path.realpath(os.path.join(repository.own, os.fsdecode(said))) != repository.top:
        raise UsageError(
            f"{repository.own}: its core.worktree points elsewhere than {repository.top}",
            "scan the folder that it names, or unset it",
        )


def _program() -> str:
    """git, from an absolute folder of PATH: a relative one may lie in what is scanned."""
    name = "git.exe" if os.name == "nt" else "git"
    for folder in os.environ.get("PATH", os.defpath).split(os.pathsep):
        if os.path.isabs(folder):
            path = os.path.join(folder, name)
            if os.path.isfile(path) and os.access(path, os.X_OK):
                return path
    raise UsageError("git is not installed", "install git, or put its folder into PATH")


def _spawn(command: str, arguments: list[str | bytes], environment: Mapping[str, str], *, asked: bool) -> Child:
    """Start a program, the first of its arguments.

    Not by `subprocess`, which takes four times as long to load as git takes to say what is staged.
    """
    ends: list[int] = []
    actions: list[tuple[Any, ...]] = []
    for number, to_child in ((0, True), (1, False), (2, False)):
        if number or asked:
            read, write = os.pipe()
            ours, theirs = (write, read) if to_child else (read, write)
            ends += [ours, theirs]
            actions.append((os.POSIX_SPAWN_DUP2, theirs, number))
        else:
            actions.append((os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0))
    try:
        process = os.posix_spawn(arguments[0], arguments, environment, file_actions=actions)
    except OSError as error:
        for end in ends:
            os.close(end)
        raise UsageError(f"git cannot be started: {error.strerror}") from None
    for end in ends[1::2]:
        os.close(end)
    *stdin, output, complaints = ends[::2]
    return Child(command, process, output, complaints, io.FileIO(stdin[0], "w") if stdin else None)


class _Output(io.RawIOBase):
    """Standard output of a child; standard error is read on the way, or git would wait for it, and its end kept."""

    def __init__(self, output: int, complaints: int) -> None:
        self._out, self._err = output, complaints
        self._poll = select.poll()
        for descriptor in (self._out, self._err):
            self._poll.register(descriptor, select.POLLIN)
        self._open = {self._out, self._err}
        self.complaints = b""

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        """Wait for what comes next on standard output; 0 at its end."""
        while self._out in self._open:
            if self._out in self._ready():
                length = os.readv(self._out, [buffer])
                if not length:
                    self._close(self._out)
                return length
        return 0

    def finish(self) -> None:
        """Read standard error to its end, and throw away what is left of standard output."""
        while self._open:
            if self._out in self._ready() and not os.read(self._out, 1 << 16):
                self._close(self._out)

    def close(self) -> None:
        """Close both."""
        if not self.closed:
            super().close()
            os.close(self._out)
            os.close(self._err)

    def _ready(self) -> set[int]:
        events = self._poll.poll(int(_PATIENCE * 1000))
        if not events:
            raise GitError(f"git gave no answer for {_PATIENCE} seconds")
        ready = {descriptor for descriptor, _ in events}
        if self._err in ready:
            words = os.read(self._err, _COMPLAINTS)
            self.complaints = (self.complaints + words)[-_COMPLAINTS:]
            if not words:
                self._close(self._err)
        return ready

    def _close(self, descriptor: int) -> None:
        self._poll.unregister(descriptor)
        self._open.discard(descriptor)
