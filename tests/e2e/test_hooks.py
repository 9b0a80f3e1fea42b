"""The hooks as users install them: with pre-commit, and with git alone."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import scanner
from tests.e2e.conftest import NOW, command, environment, mint
from tests.repositories import ENVIRONMENT, Repo

ROOT = Path(scanner.__file__).parents[1]
HOOK = f"#!/bin/sh\nexec {command()} scan --staged\n"


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    """A repository with a commit."""
    repo = Repo(tmp_path / "repo")
    repo.commit(a_txt="one\n", b_txt="two\n")
    return repo


def commit(repo: Repo, *arguments: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Try to commit, with whatever hook there is."""
    return subprocess.run(
        ["git", "commit", "--quiet", "--message=x", *arguments],
        cwd=cwd or repo.root,
        env=environment(TOKENSWEEP_NOW=str(NOW)) | ENVIRONMENT,
        capture_output=True,
        text=True,
        check=False,
    )


def install(folder: Path) -> None:
    """Put the hook that README.md shows into a folder of hooks."""
    folder.mkdir(exist_ok=True)
    (folder / "pre-commit").write_text(HOOK)
    (folder / "pre-commit").chmod(0o755)


def test_plain_hook(repo: Repo) -> None:
    """A commit that adds a token is refused, with the reason; one that does not passes, whatever lies beside it."""
    install(repo.root / ".git/hooks")
    repo.add("a.txt", f"TOKEN={mint()}\n")
    refused = commit(repo)
    assert refused.returncode == 1
    assert "a.txt:1:7" in refused.stderr
    assert commit(repo, "--no-verify").returncode == 0
    repo.add("a.txt", f"# moved\nTOKEN={mint()}\n")
    repo.write("b.txt", mint(sub="not staged"))
    assert commit(repo).returncode == 0
    assert repo.git("log", "--format=%s").splitlines() == ["x", "x", "change"]


def test_partial_commit(repo: Repo) -> None:
    """`git commit -- PATH` commits an index of its own: what else is staged does not count, what is named does."""
    install(repo.root / ".git/hooks")
    repo.write("a.txt", "changed\n")
    repo.add("b.txt", mint())
    assert commit(repo, "--", "a.txt").returncode == 0
    assert commit(repo, "--", "b.txt").returncode == 1
    assert commit(repo, "--all").returncode == 1


def test_linked_work_tree(repo: Repo, tmp_path: Path) -> None:
    """There git names the repository by GIT_DIR, from a folder below the root too."""
    install(repo.root / ".git/hooks")
    linked = tmp_path / "linked"
    repo.git("worktree", "add", "--quiet", linked, "-b", "other")
    repo.add("a.txt", mint())
    (linked / "folder").mkdir()
    (linked / "folder/c.txt").write_text("clean\n")
    repo.git("-C", linked, "add", ".")
    assert commit(repo, cwd=linked / "folder").returncode == 0
    (linked / "folder/c.txt").write_text(mint())
    repo.git("-C", linked, "add", ".")
    assert commit(repo, cwd=linked / "folder").returncode == 1


def test_git_folder_apart(repo: Repo, tmp_path: Path) -> None:
    """`git --git-dir=… --work-tree=…`, as for dotfiles."""
    home = tmp_path / "home"
    home.mkdir()
    apart = ["--git-dir", str(repo.root / ".git"), "--work-tree", str(home)]
    install(repo.root / ".git/hooks")
    (home / "dot").write_text(mint())
    repo.git(*apart, "add", home / "dot")
    refused = subprocess.run(
        ["git", *apart, "commit", "--message=x"],
        cwd=home,
        env=environment(TOKENSWEEP_NOW=str(NOW)) | ENVIRONMENT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert refused.returncode == 1
    assert "dot:1:1" in refused.stderr


def test_merge(repo: Repo) -> None:
    """A merge is not refused for what either side had; one that adds a token is."""
    repo.git("checkout", "--quiet", "-b", "topic")
    repo.commit(a_txt=f"{mint(sub='topic')}\n")
    repo.git("checkout", "--quiet", "main")
    repo.commit(b_txt=f"{mint(sub='main')}\n")
    install(repo.root / ".git/hooks")
    repo.git("merge", "--quiet", "--no-commit", "topic")
    repo.add("a.txt", f"{mint(sub='merge')}\n")
    assert commit(repo).returncode == 1
    repo.add("a.txt", f"{mint(sub='topic')}\n{mint(sub='main')}\n")
    assert commit(repo).returncode == 0


def test_other_repository(repo: Repo, tmp_path: Path) -> None:
    """In a hook the variables are those of the hook's repository, and none of another one that is scanned there."""
    other = Repo(tmp_path / "other")
    other.add("x.txt", mint())
    hook = repo.root / ".git/hooks/pre-commit"
    hook.write_text(f"#!/bin/sh\nexec {command()} scan --staged {other.root}\n")
    hook.chmod(0o755)
    repo.write("a.txt", "changed\n")
    refused = commit(repo, "--", "a.txt")
    assert refused.returncode == 1
    assert "x.txt:1:1" in refused.stderr


def test_pre_commit(repo: Repo, tmp_path: Path) -> None:
    """Both hooks under the real pre-commit, which builds an environment for them from a checkout."""
    ours = Repo(tmp_path / "ours")
    for name in ("pyproject.toml", "README.md", "LICENSE", ".pre-commit-hooks.yaml", "scanner", "rules"):
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, ours.root / name)
    ours.git("add", ".")
    ours.commit()
    repo.add("deploy.sh", f"TOKEN={mint()}\n")
    repo.write("b.txt", mint(sub="not staged"))
    done = subprocess.run(
        [Path(sys.executable).with_name("pre-commit"), "try-repo", "--color=never", ours.root],
        cwd=repo.root,
        env=environment(
            TOKENSWEEP_NOW=str(NOW),
            PRE_COMMIT_HOME=str(tmp_path / "home"),
            PIP_CONSTRAINT=str(ROOT / "constraints.txt"),
            GIT_CONFIG_GLOBAL=ENVIRONMENT["GIT_CONFIG_GLOBAL"],
            GIT_CONFIG_NOSYSTEM="1",
        ),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stdout + done.stderr
    assert re.findall(r"^(\S.*?)\.{3,}(\w+)$", done.stdout, re.MULTILINE) == [
        ("tokensweep", "Failed"),
        ("tokensweep (files)", "Failed"),
    ]
    assert re.findall(r"^  (\S+:\d+:\d+)", done.stdout, re.MULTILINE) == ["deploy.sh:1:7"] * 2
    assert re.findall(r"Read (.*) files", done.stdout) == ["1 of 1", "1 of 1"]
    [shown] = re.findall(
        r"```console\n\$ pre-commit try-repo .*\n((?:.*\n)*?)```", (ROOT / "README.md").read_text("utf-8")
    )
    for part in re.split("^…\n", shown, flags=re.MULTILINE):
        assert part in done.stdout
