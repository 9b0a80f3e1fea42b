"""Nothing in a scanned repository runs, and no network is touched.

Each canary is a marker program behind one setting. It is first shown to fire under plain git: so the test can fail.
"""

from __future__ import annotations

import os
import pty
import socket
import subprocess
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import pytest

from scanner.cli import main
from tests.e2e.conftest import command, environment
from tests.repositories import ENVIRONMENT, Repo
from tests.scans import mint

COMMANDS = {
    "scan": ["scan", "."],
    "staged": ["scan", "--staged"],
    "history": ["scan", "--history", "--all-objects"],
}
"""What is run in each hostile repository; it finds the token there."""

HOOKS = (
    "applypatch-msg", "commit-msg", "fsmonitor-watchman", "post-checkout", "post-commit", "post-index-change",
    "post-merge", "post-rewrite", "pre-auto-gc", "pre-commit", "pre-merge-commit", "pre-push", "pre-rebase",
    "prepare-commit-msg", "reference-transaction",
)  # fmt: skip


class Hostile:
    """A repository in which a token is staged, and a marker program."""

    def __init__(self, folder: Path) -> None:
        self.repo = Repo(folder / "repo")
        self.root = self.repo.root
        self.marker = folder / "marker"
        self.fired = folder / "fired"
        self.marker.write_text(f"#!/bin/sh\ncat /dev/null > {self.fired}\n")
        self.marker.chmod(0o755)
        self.variables: dict[str, str] = {}
        """For plain git and for us."""
        self.folder = self.root
        """Where both are run."""
        self.repo.commit(a_txt="one\n", b_txt="two\n")
        self.repo.add("a.txt", f"{mint()}\n")
        self.repo.write("b.txt", "changed, and not staged\n")

    def set(self, name: str, value: str | None = None) -> None:
        """Configure the repository; the marker by default."""
        self.repo.git("config", "--add", name, str(self.marker) if value is None else value)

    def git(self, *arguments: str, terminal: bool = False, stdin: bytes = b"") -> None:
        """Run plain git, which may fail; on a terminal where it must have one."""
        master, slave = pty.openpty() if terminal else (None, None)
        subprocess.run(
            ["git", *arguments],
            cwd=self.folder,
            env=ENVIRONMENT | self.variables | {"TERM": "xterm"},
            input=stdin,
            stdout=slave if terminal else subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=30,
            check=False,
        )
        for descriptor in (master, slave):
            if descriptor is not None:
                os.close(descriptor)

    def scan(self, arguments: Sequence[str]) -> subprocess.CompletedProcess[str]:
        """Run tokensweep."""
        return subprocess.run(
            [command(), *arguments],
            cwd=self.folder,
            env=environment(TOKENSWEEP_NOW="1800000000") | self.variables,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )


def fsmonitor(hostile: Hostile) -> None:
    hostile.set("core.fsmonitor")


def hooks_path(hostile: Hostile) -> None:
    hooks = hostile.root.parent / "hooks"
    hooks.mkdir()
    for name in HOOKS:
        (hooks / name).symlink_to(hostile.marker)
    hostile.set("core.hooksPath", str(hooks))
    os.utime(hostile.root / "a.txt", (1, 1))


def hooks(hostile: Hostile) -> None:
    (hostile.root / ".git/hooks").mkdir(exist_ok=True)
    for name in HOOKS:
        (hostile.root / ".git/hooks" / name).symlink_to(hostile.marker)
    os.utime(hostile.root / "a.txt", (1, 1))


def external_diff(hostile: Hostile) -> None:
    hostile.set("diff.external")


def external_diff_driver(hostile: Hostile) -> None:
    hostile.repo.add(".gitattributes", "* diff=evil\n")
    hostile.set("diff.evil.command")


def textconv(hostile: Hostile) -> None:
    hostile.repo.add(".gitattributes", "* diff=evil\n")
    hostile.set("diff.evil.textconv")


def attributes_file(hostile: Hostile) -> None:
    (hostile.root.parent / "attributes").write_text("* diff=evil\n")
    hostile.set("core.attributesFile", str(hostile.root.parent / "attributes"))
    hostile.set("diff.evil.textconv")


def filter_clean(hostile: Hostile) -> None:
    hostile.repo.add(".gitattributes", "* filter=evil\n")
    hostile.set("filter.evil.clean")


def filter_smudge(hostile: Hostile) -> None:
    hostile.repo.add(".gitattributes", "* filter=evil\n")
    hostile.set("filter.evil.smudge")


def filter_process(hostile: Hostile) -> None:
    hostile.repo.add(".gitattributes", "* filter=evil\n")
    hostile.set("filter.evil.process")


def pager(hostile: Hostile) -> None:
    hostile.set("core.pager")
    hostile.set("pager.cat-file", "true")
    hostile.set("pager.diff-index", "true")


def pager_of_a_command(hostile: Hostile) -> None:
    for name in ("log", "diff-index", "cat-file", "rev-parse", "config"):
        hostile.set(f"pager.{name}")


def signature(hostile: Hostile) -> None:
    """A commit with a signature that is none."""
    hostile.set("gpg.program")
    hostile.set("log.showSignature", "true")
    raw = hostile.repo.git("cat-file", "commit", "HEAD").replace(
        "\n\n", "\ngpgsig -----BEGIN PGP SIGNATURE-----\n \n x\n -----END PGP SIGNATURE-----\n\n", 1
    )
    signed = hostile.repo.git("hash-object", "-t", "commit", "-w", "--stdin", stdin=raw.encode() + b"\n")
    hostile.repo.git("update-ref", "HEAD", signed)


def ssh_command(hostile: Hostile) -> None:
    hostile.set("core.sshCommand")
    hostile.set("remote.origin.url", "ssh://nobody@host.invalid/x")


def git_proxy(hostile: Hostile) -> None:
    hostile.set("core.gitProxy")
    hostile.set("remote.origin.url", "git://host.invalid/x")


def alternate_refs(hostile: Hostile) -> None:
    other = Repo(hostile.root.parent / "other")
    other.commit(x_txt="x\n")
    hostile.repo.write(".git/objects/info/alternates", f"{other.root}/.git/objects\n")
    hostile.set("core.alternateRefsCommand")


def credentials(hostile: Hostile) -> None:
    hostile.set("credential.helper")


def included(hostile: Hostile) -> None:
    hostile.repo.write(".git/more", f"[core]\n\tfsmonitor = {hostile.marker}\n")
    hostile.set("include.path", "more")


def included_on_condition(hostile: Hostile) -> None:
    hostile.repo.write(".git/more", f"[core]\n\tfsmonitor = {hostile.marker}\n")
    hostile.set(f"includeIf.gitdir:{hostile.root}/.path", "more")


def work_tree_configuration(hostile: Hostile) -> None:
    hostile.set("extensions.worktreeConfig", "true")
    hostile.repo.write(".git/config.worktree", f"[core]\n\tfsmonitor = {hostile.marker}\n")


def upload_pack(hostile: Hostile) -> None:
    hostile.set("remote.origin.url", str(hostile.root))
    hostile.set("remote.origin.uploadpack")


def alias(hostile: Hostile) -> None:
    for name in ("evil", "log", "cat-file", "diff-index", "rev-parse", "config"):
        hostile.set(f"alias.{name}", f"!{hostile.marker}")


def protocol_ext(hostile: Hostile) -> None:
    hostile.set("protocol.allow", "always")
    hostile.set("protocol.ext.allow", "always")
    hostile.set("remote.origin.url", f"ext::{hostile.marker}")


def promisor(hostile: Hostile) -> None:
    """A partial clone whose remote is a program: asked for what is missing, here the earlier version of a file."""
    protocol_ext(hostile)
    hostile.set("core.repositoryFormatVersion", "1")
    hostile.set("extensions.partialClone", "origin")
    hostile.set("remote.origin.promisor", "true")
    id_ = hostile.repo.git("rev-parse", "HEAD:a.txt")
    (hostile.root / ".git/objects" / id_[:2] / id_[2:]).unlink()


def bare_repository(hostile: Hostile) -> None:
    """One that came with the files, in which somebody stands."""
    inner = hostile.root / "assets"
    for name in ("objects", "refs"):
        (inner / name).mkdir(parents=True)
    (inner / "HEAD").write_text("ref: refs/heads/main\n")
    (inner / "config").write_text(
        f"[core]\n\trepositoryformatversion = 0\n\tbare = false\n\tworktree = ..\n\tfsmonitor = {hostile.marker}\n"
    )
    (inner / "a.txt").write_text(mint())
    hostile.folder = inner


def variables(hostile: Hostile) -> None:
    """What an environment can bring: programs, configuration, files to be written."""
    marker = str(hostile.marker)
    hostile.variables = dict.fromkeys(
        ("GIT_EXTERNAL_DIFF", "GIT_PAGER", "GIT_SSH", "GIT_SSH_COMMAND", "GIT_ASKPASS", "GIT_PROXY_COMMAND"),
        marker,
    ) | {
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "core.fsmonitor",
        "GIT_CONFIG_VALUE_0": marker,
        "GIT_CONFIG_PARAMETERS": f"'core.fsmonitor'='{marker}'",
        "GIT_TRACE": str(hostile.fired),
        "GIT_TRACE2": str(hostile.fired),
        "GIT_EXEC_PATH": str(hostile.root),
    }  # fmt: skip


class Canary(NamedTuple):
    """How a canary is planted, and how plain git makes it fire."""

    plant: Callable[[Hostile], None]
    arguments: Sequence[str]
    terminal: bool = False
    stdin: bytes = b""


CANARIES = (
    Canary(fsmonitor, ["status"]),
    Canary(hooks_path, ["status"]),
    Canary(hooks, ["status"]),
    Canary(external_diff, ["diff"]),
    Canary(external_diff_driver, ["diff", "--cached"]),
    Canary(textconv, ["log", "-p"]),
    Canary(attributes_file, ["diff"]),
    Canary(filter_clean, ["status"]),
    Canary(filter_smudge, ["checkout", "--", "b.txt"]),
    Canary(filter_process, ["status"]),
    Canary(pager, ["cat-file", "-p", "HEAD"], terminal=True),
    Canary(pager_of_a_command, ["log"], terminal=True),
    Canary(signature, ["log"]),
    Canary(ssh_command, ["fetch", "origin"]),
    Canary(git_proxy, ["fetch", "origin"]),
    Canary(alternate_refs, ["receive-pack", "."], stdin=b"0000"),
    Canary(credentials, ["credential", "fill"], stdin=b"protocol=https\nhost=host.invalid\n\n"),
    Canary(included, ["status"]),
    Canary(included_on_condition, ["status"]),
    Canary(work_tree_configuration, ["status"]),
    Canary(upload_pack, ["fetch", "origin"]),
    Canary(alias, ["evil"]),
    Canary(protocol_ext, ["fetch", "origin"]),
    Canary(promisor, ["cat-file", "-p", "HEAD:a.txt"]),
    Canary(bare_repository, ["status"]),
    Canary(variables, ["diff-index", "--cached", "HEAD"]),
)
BY_NAME = [pytest.param(canary, id=canary.plant.__name__) for canary in CANARIES]


@pytest.fixture
def hostile(tmp_path: Path) -> Hostile:
    return Hostile(tmp_path)


@pytest.mark.parametrize("canary", BY_NAME)
def test_the_canary_can_fire(hostile: Hostile, canary: Canary) -> None:
    """Under plain git the marker runs: what the next test shows is our doing."""
    canary.plant(hostile)
    hostile.fired.unlink(missing_ok=True)
    hostile.git(*canary.arguments, terminal=canary.terminal, stdin=canary.stdin)
    assert hostile.fired.exists()


@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.parametrize("canary", BY_NAME)
def test_nothing_runs(hostile: Hostile, canary: Canary, name: str) -> None:
    """The scan finds the token, and runs nothing."""
    canary.plant(hostile)
    hostile.fired.unlink(missing_ok=True)
    done = hostile.scan(COMMANDS[name])
    assert not hostile.fired.exists()
    # What is staged alone is in no commit.
    rule = "token-in-history" if name == "history" else "token-leaked"
    assert (done.returncode, rule in done.stdout) == (1, True), done.stderr


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """Somebody who listens for connections."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(5)
        yield server


def missing_from_the_network(hostile: Hostile, listener: socket.socket) -> None:
    """The earlier version of a file is to be had from a server only."""
    promisor(hostile)
    hostile.set("protocol.git.allow", "always")
    hostile.repo.git("config", "--replace-all", "remote.origin.url", f"git://127.0.0.1:{listener.getsockname()[1]}/x")


def test_the_network_can_be_touched(hostile: Hostile, listener: socket.socket) -> None:
    """Plain git asks the server."""
    missing_from_the_network(hostile, listener)
    asking = subprocess.Popen(
        ["git", "cat-file", "-p", "HEAD:a.txt"], cwd=hostile.root, env=ENVIRONMENT, stderr=subprocess.DEVNULL
    )
    connection, _ = listener.accept()
    connection.close()
    asking.wait()


@pytest.mark.parametrize("name", COMMANDS)
def test_no_network_is_touched(hostile: Hostile, listener: socket.socket, name: str) -> None:
    """We do not."""
    missing_from_the_network(hostile, listener)
    assert hostile.scan(COMMANDS[name]).returncode == 1
    listener.setblocking(False)
    with pytest.raises(BlockingIOError):
        listener.accept()


@pytest.mark.parametrize(
    "name",
    [".git/HEAD", ".git/config", ".git/packed-refs", ".git/MERGE_HEAD", ".git/refs/heads/main", "tokensweep.toml"],
)
@pytest.mark.parametrize("arguments", COMMANDS.values(), ids=COMMANDS)
def test_files_that_never_end(
    hostile: Hostile, name: str, arguments: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A FIFO in place of a file: we do not wait for it, nor for long where git does."""
    monkeypatch.setattr("scanner.sources.git.command._PATIENCE", 0.5)
    monkeypatch.chdir(hostile.root)
    (hostile.root / name).unlink(missing_ok=True)
    os.mkfifo(hostile.root / name)
    assert main([*arguments, "--now=1800000000"]) in (1, 2)


@pytest.mark.parametrize("text", ["/dev/zero", "/nowhere", "../../../../../../../etc", "x" * 100_000])
def test_hostile_alternates(hostile: Hostile, text: str) -> None:
    """Objects that are to be found elsewhere, and are not."""
    hostile.repo.write(".git/objects/info/alternates", f"{text}\n")
    assert hostile.scan(COMMANDS["staged"]).returncode == 1


def test_alternates_in_a_circle(hostile: Hostile) -> None:
    """Each names the other."""
    other = Repo(hostile.root.parent / "other")
    other.write(".git/objects/info/alternates", f"{hostile.root}/.git/objects\n")
    hostile.repo.write(".git/objects/info/alternates", f"{other.root}/.git/objects\n")
    assert hostile.scan(COMMANDS["staged"]).returncode == 1


def test_repository_of_another_user(
    hostile: Hostile, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Git is not started in it, unless its owner is said to be trusted; nothing of it runs there either."""
    fsmonitor(hostile)
    if os.getuid() == 0:  # Whom all trust.
        for path in (hostile.root, hostile.root / ".git"):
            os.chown(path, 12_345, -1)
    owner = hostile.root.stat().st_uid
    monkeypatch.setattr(os, "getuid", lambda: owner + 1)
    monkeypatch.chdir(hostile.root)
    assert main(["scan", "--staged"]) == 2
    assert "--trust-owner" in capsys.readouterr().err
    assert main(["scan", "--staged", "--trust-owner", "--now=1800000000"]) == 1
    assert not hostile.fired.exists()
