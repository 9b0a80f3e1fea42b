"""What git may be asked, and what becomes of its failures."""

import io
import os
import pickle
import signal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.model import UsageError
from scanner.sources.git import command
from scanner.sources.git.command import GitError, open_git, records
from tests.repositories import Repo


@pytest.fixture
def repo(tmp_path):
    repo = Repo(tmp_path / "repo")
    repo.commit(a_txt="one\n")
    return repo


def test_run(repo):
    """What git prints comes back as bytes."""
    assert open_git(repo.root).run("rev-parse", "--verify", names=["HEAD"]).decode().strip() == repo.git(
        "rev-parse", "HEAD"
    )


@pytest.mark.parametrize(
    "asked",
    [("status",), ("diff",), ("diff-index", "--ext-diff"), ("cat-file", "--textconv"), ("config", "--add", "-z")],
    ids=" ".join,
)
def test_only_what_runs_nothing_is_allowed(repo, asked):
    """Sub-commands and options that can run a repository's programs cannot be asked for at all."""
    with pytest.raises(ValueError, match="not allowed"):
        open_git(repo.root).run(*asked)


@pytest.mark.parametrize("name", ["--output=x", "-p", "", "HEAD\nHEAD", "a\0b"])
def test_names_are_no_options(repo, name):
    """User text is never taken for an option or a second line."""
    with pytest.raises(UsageError, match="not a revision"):
        open_git(repo.root).run("rev-parse", "--verify", names=[name])


def test_a_file_is_not_taken_for_a_revision(repo):
    """A file named HEAD makes nothing ambiguous."""
    repo.add("HEAD", "x")
    assert b"\0HEAD\0" in open_git(repo.root).run("diff-index", "--cached", "-z", "--raw", names=["HEAD"])


def test_failure_has_gits_words(repo):
    """What git complains of reaches the user."""
    with pytest.raises(GitError, match=r"^git rev-parse failed: fatal: Needed a single revision$"):
        open_git(repo.root).run("rev-parse", "--verify", names=["nothing"])


def test_complaints_without_end(repo):
    """Standard error neither fills memory nor makes git wait for a reader."""
    ids = [b"%040x" % number for number in range(1, 3_000)]
    (repo.root / ".git/objects/00").mkdir()
    for id_ in ids:
        (repo.root / ".git/objects/00" / id_[2:].decode()).write_bytes(b"no object")
    with open_git(repo.root).start("cat-file", "--batch-check", asked=True) as child:
        for id_ in ids:
            child.ask(id_)
            assert child.stdout.readline() == id_ + b" missing\n"
        child.hang_up()
        child.end()
        kept = child._output.complaints
    assert len(kept) == 4096
    assert kept.endswith(b"error: unable to unpack %b header\n" % ids[-1])


def test_no_git(repo, monkeypatch):
    """Without git the user hears what to do."""
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(UsageError, match="git is not installed"):
        open_git(repo.root)


def test_git_is_not_taken_from_what_is_scanned(repo, monkeypatch):
    """A relative folder of PATH may lie in the scanned repository."""
    repo.write("git", "#!/bin/sh\ntouch fired\n")
    (repo.root / "git").chmod(0o755)
    monkeypatch.chdir(repo.root)
    monkeypatch.setenv("PATH", os.pathsep.join([".", "", os.environ["PATH"]]))
    open_git(repo.root).run("rev-parse", "--verify", names=["HEAD"])
    assert not (repo.root / "fired").exists()


def test_stuck(repo, monkeypatch):
    """A FIFO in place of one of git's files makes git wait for ever; we do not."""
    monkeypatch.setattr(command, "_PATIENCE", 0.2)
    os.mkfifo(repo.root / ".git/refs/heads/stuck")
    with pytest.raises(GitError, match=r"no answer for 0\.2 seconds"):
        open_git(repo.root).run("rev-parse", "--verify", names=["refs/heads/stuck"])


@pytest.mark.parametrize("place", ["/", "../..", "../other"])
def test_work_tree_elsewhere(repo, place):
    """A `core.worktree` that points away from the folder that holds `.git` is refused."""
    repo.git("config", "core.worktree", place)
    with pytest.raises(UsageError, match=r"core\.worktree points elsewhere"):
        open_git(repo.root)


@pytest.mark.parametrize(("name", "works"), [("HEAD", True), ("nothing", False)])
def test_children_that_nobody_waits_for(repo, name, works):
    """Who starts us may ignore its children, and then the system keeps no exit status for us: git's words decide."""
    before = signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    try:
        git = open_git(repo.root)
        if works:
            assert git.run("rev-parse", "--verify", names=[name])
        else:
            with pytest.raises(GitError, match="Needed a single revision"):
                git.run("rev-parse", "--verify", names=[name])
    finally:
        signal.signal(signal.SIGCHLD, before)


def test_work_tree_elsewhere_by_include(repo):
    """An included file can set it too."""
    repo.write(".git/more", "[core]\n\tworktree = /\n")
    repo.git("config", "include.path", "more")
    with pytest.raises(UsageError, match=r"core\.worktree points elsewhere"):
        open_git(repo.root)


def test_work_tree_here(repo):
    """One that names the folder itself is fine, as in every submodule."""
    repo.git("config", "core.worktree", "..")
    assert open_git(repo.root).repository.root == repo.root


def test_picklable(repo):
    """Workers get it."""
    git = pickle.loads(pickle.dumps(open_git(repo.root)))
    assert git.run("rev-parse", "--verify", names=["HEAD"])


def test_environment(repo, monkeypatch):
    """No variable of git's reaches it but ours."""
    for name in ("GIT_TRACE", "GIT_EXTERNAL_DIFF", "GIT_CONFIG_PARAMETERS", "GIT_SSH", "GIT_EXEC_PATH"):
        monkeypatch.setenv(name, "x")
    environment = open_git(repo.root)._environment()
    given = {name: value for name, value in environment.items() if name.startswith("GIT_")}
    assert given == {
        "GIT_DIR": str(repo.root / ".git"),
        "GIT_WORK_TREE": str(repo.root),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_ATTR_NOSYSTEM": "1",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_GRAFT_FILE": os.devnull,
        "GIT_FLUSH": "0",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_ALLOW_PROTOCOL": "none",
        "GIT_SSH_COMMAND": "false",
        "GIT_ASKPASS": "false",
        "GIT_PAGER": "cat",
    }


@given(st.lists(st.binary().filter(lambda record: b"\0" not in record)), st.integers(1, 9))
def test_records(texts, size):
    """Records are what stands before each NUL, wherever reads end."""

    class Short(io.BytesIO):
        def readinto(self, buffer):
            return super().readinto(memoryview(buffer)[:size])

    stream = io.BufferedReader(Short(b"".join(text + b"\0" for text in texts)), 16)
    assert list(records(stream)) == texts
