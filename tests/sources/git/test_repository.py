"""Repositories are found as git finds them, without git."""

import os
from typing import Any

import pytest

from scanner.model import UsageError
from scanner.sources.git.repository import find
from tests.repositories import Repo


def place(found):
    """What was found: work tree, own folder, common folder, variables."""
    return found.root, found.git_dir, found.common_dir, found.variables


@pytest.fixture
def repo(tmp_path):
    return Repo(tmp_path / "repo")


def test_from_any_folder_below_the_root(repo):
    """A folder of the work tree, and what does not exist there, belong to the repository around them."""
    (repo.root / "a/b").mkdir(parents=True)
    expected: Any = (repo.root, repo.root / ".git", repo.root / ".git", {})
    for start in (repo.root, repo.root / "a/b", repo.root / "gone/file.txt"):
        assert place(find(start, environ={})) == expected


def test_current_folder(repo, monkeypatch):
    """Without a start it is the repository of the current folder."""
    (repo.root / "a").mkdir()
    monkeypatch.chdir(repo.root / "a")
    assert place(find(environ={})) == (repo.root, repo.root / ".git", repo.root / ".git", {})


def test_linked_work_tree(repo, tmp_path):
    """A linked work tree has a HEAD and an index of its own, and shares the rest."""
    repo.commit()
    repo.git("worktree", "add", "--quiet", tmp_path / "linked", "-b", "other")
    assert place(find(tmp_path / "linked", environ={})) == (
        tmp_path / "linked",
        repo.root / ".git/worktrees/linked",
        repo.root / ".git",
        {},
    )


def test_submodule(repo, tmp_path):
    """A submodule is a repository of its own, whose `.git` names its place with a relative path."""
    other = Repo(tmp_path / "other")
    other.commit()
    repo.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", other.root, "sub")
    git_dir = repo.root / ".git/modules/sub"
    assert place(find(repo.root / "sub", environ={})) == (repo.root / "sub", git_dir, git_dir, {})


def test_linked_git_folder(repo, tmp_path):
    """`.git` may be a symbolic link."""
    (repo.root / ".git").rename(tmp_path / "elsewhere")
    (repo.root / ".git").symlink_to(tmp_path / "elsewhere")
    assert place(find(repo.root, environ={})) == (repo.root, tmp_path / "elsewhere", tmp_path / "elsewhere", {})


def test_bare_repository_is_entered_only_by_name(repo, monkeypatch):
    """A bare repository inside a work tree may have come with the files: standing in it does not enter it."""
    inner = Repo(repo.root / "inner", "--bare").root
    assert place(find(inner, environ={})) == (None, inner, inner, {})
    monkeypatch.chdir(inner / "refs")
    assert find(environ={}).root == repo.root
    assert find(inner / "refs", environ={}).root == repo.root


def test_half_a_git_folder_is_none(repo):
    """A `.git` that git would not take is passed over, as git does."""
    (repo.root / "a/.git").mkdir(parents=True)
    assert find(repo.root / "a", environ={}).root == repo.root


def test_no_repository(tmp_path):
    """Where there is none, the user hears so."""
    with pytest.raises(UsageError, match="not in a git repository"):
        find(tmp_path, environ={})


@pytest.mark.parametrize(
    "text", ["gitdir: /nowhere", "/nowhere", "", "x" * 100_000], ids=["gone", "bare", "empty", "long"]
)
def test_broken_link(tmp_path, text):
    """A `.git` file that leads nowhere is an error, as for git; the search does not go on above it."""
    Repo(tmp_path)
    (tmp_path / "tree").mkdir()
    (tmp_path / "tree/.git").write_text(text)
    with pytest.raises(UsageError, match="names no git repository"):
        find(tmp_path / "tree", environ={})


def test_variables_hold_for_the_repository_that_they_name(repo, tmp_path, monkeypatch):
    """In a hook git names the repository and its index; another repository must not get that index."""
    other = Repo(tmp_path / "other")
    monkeypatch.chdir(repo.root)
    environ = {"GIT_DIR": ".git", "GIT_INDEX_FILE": ".git/next-index-7.lock", "GIT_CONFIG_COUNT": "1"}
    index = str(repo.root / ".git/next-index-7.lock")
    ours = (repo.root, repo.root / ".git", repo.root / ".git", {"GIT_INDEX_FILE": index})
    assert place(find(environ=environ)) == ours
    assert place(find(repo.root, environ=environ)) == ours
    assert place(find(other.root, environ=environ)) == (other.root, other.root / ".git", other.root / ".git", {})


def test_variables_with_several_paths(repo, monkeypatch):
    """A push has its objects in quarantine, with the repository's own beside it."""
    monkeypatch.chdir(repo.root)
    environ = {"GIT_DIR": ".git", "GIT_ALTERNATE_OBJECT_DIRECTORIES": os.pathsep.join(["/a", "objects"])}
    assert find(environ=environ).variables == {
        "GIT_ALTERNATE_OBJECT_DIRECTORIES": os.pathsep.join(["/a", str(repo.root / "objects")])
    }


def test_git_dir_apart_from_its_work_tree(tmp_path, monkeypatch):
    """GIT_DIR and GIT_WORK_TREE name a repository whose files lie elsewhere, dotfiles for example."""
    store = Repo(tmp_path / "store").root / ".git"
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.chdir(home)
    environ = {"GIT_DIR": str(store), "GIT_WORK_TREE": "."}
    assert place(find(environ=environ)) == (home, store, store, {})
    assert place(find(home / "file", environ=environ)) == (home, store, store, {})
    with pytest.raises(UsageError, match="GIT_DIR=/nowhere"):
        find(environ={"GIT_DIR": "/nowhere"})


def test_other_owner(repo, monkeypatch):
    """A repository of another user is refused, unless its owner is said to be trusted."""
    uid = os.stat(repo.root).st_uid
    monkeypatch.setattr(os, "getuid", lambda: uid + 1)
    if uid == 0:
        assert find(repo.root, environ={}).root == repo.root, "root is always trusted"
        for path in (repo.root, repo.root / ".git"):
            os.chown(path, 12_345, -1)
    with pytest.raises(UsageError, match="belongs to another user") as refused:
        find(repo.root, environ={})
    assert "--trust-owner" in refused.value.hint
    assert find(repo.root, environ={}, trust_owner=True).root == repo.root
