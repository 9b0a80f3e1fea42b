"""A scan of the index reports what the next commit adds, by value, and reads nothing else."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from scanner import pipeline
from scanner.model import Policy, Report, UsageError
from scanner.sources.git.command import open_git
from scanner.sources.staged import Staged
from tests.repositories import ENVIRONMENT, Repo
from tests.scans import NOW, excluded, mint, paths, places, skipped

Scan = Callable[..., Report]


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    """A repository without a commit."""
    return Repo(tmp_path / "repo")


def scan(repo: Repo | Path, *targets: str, watched: tuple[str, ...] = (), **policy: Any) -> Report:
    """What is staged, as of NOW."""
    root = repo if isinstance(repo, Path) else repo.root
    plan = Staged(open_git(root), [str(root / target) for target in targets], [root / name for name in watched])
    return pipeline.scan(plan, Policy(**policy), NOW, with_rules=False)


class TestWhatIsAdded:
    def test_a_new_file(self, repo: Repo) -> None:
        """A token in a new file is reported, with its place in the index."""
        repo.commit(old_txt="nothing\n")
        repo.add("src/app.py", f'x = 1\nTOKEN = "{mint()}"\n')
        report = scan(repo)
        assert places(report) == [("src/app.py", 2, 10)]
        assert {sighting.origin.kind for subject in report.subjects for sighting in subject.sightings} == {"index"}
        assert (report.coverage.planned, report.coverage.read, report.coverage.complete) == (1, 1, True)
        assert report.targets == ("--staged",)

    def test_the_first_commit(self, repo: Repo) -> None:
        """Before there is a commit, all of the index is added."""
        repo.add("a.txt", mint(1))
        repo.add("b.txt", mint(2))
        assert paths(scan(repo)) == ["a.txt", "b.txt"]

    def test_the_first_commit_with_sha256(self, tmp_path: Path) -> None:
        """The empty tree has another id there."""
        repo = Repo(tmp_path / "repo", "--object-format=sha256")
        repo.add("a.txt", mint())
        assert paths(scan(repo)) == ["a.txt"]
        repo.commit()
        repo.add("b.txt", mint(2))
        assert paths(scan(repo)) == ["b.txt"]

    def test_the_first_commit_of_an_orphan_branch(self, repo: Repo) -> None:
        """A branch without a commit in a repository that has others, whose names are packed."""
        repo.commit(a_txt=mint(1))
        repo.git("pack-refs", "--all")
        repo.git("checkout", "--quiet", "--orphan", "other")
        assert paths(scan(repo)) == ["a.txt"]

    def test_a_packed_branch_has_commits(self, repo: Repo) -> None:
        """A branch whose name is packed is no orphan."""
        repo.commit(a_txt=mint(1))
        repo.git("pack-refs", "--all")
        repo.add("b.txt", mint(2))
        assert paths(scan(repo)) == ["b.txt"]

    def test_a_detached_head(self, repo: Repo) -> None:
        """HEAD names a commit."""
        repo.commit(a_txt=mint(1))
        repo.git("checkout", "--quiet", "--detach")
        repo.add("b.txt", mint(2))
        assert paths(scan(repo)) == ["b.txt"]

    def test_a_second_token_on_the_line(self, repo: Repo) -> None:
        """What is told is the token that is new, not the line that changed."""
        repo.commit(a_txt=f"{mint(1)}\n")
        repo.add("a.txt", f"{mint(1)} {mint(2)}\n")
        assert places(scan(repo)) == [("a.txt", 1, len(mint(1)) + 2)]

    def test_one_token_replaced_by_another(self, repo: Repo) -> None:
        """A rotated token is a new one."""
        repo.commit(a_txt=mint(1))
        repo.add("a.txt", mint(2))
        assert paths(scan(repo)) == ["a.txt"]

    def test_a_binary_and_a_wide_file(self, repo: Repo) -> None:
        """Content is read as in a work tree, UTF-16 too."""
        repo.add("a.bin", b"\0\xff" + mint(1).encode())
        repo.add("b.txt", "\ufeff€ ".encode("utf-16-le") + mint(2).encode("utf-16-le"))
        assert places(scan(repo)) == [("a.bin", 1, 3), ("b.txt", 1, 3)]

    def test_a_large_file(self, repo: Repo) -> None:
        """One that is read in windows, with a small one on each side."""
        repo.add("a.txt", mint(1))
        repo.add("b.txt", b"x" * (17 << 20) + b"\n" + mint(2).encode())
        repo.add("c.txt", mint(3))
        report = scan(repo)
        assert places(report) == [("a.txt", 1, 1), ("b.txt", 2, 1), ("c.txt", 1, 1)]
        assert (report.coverage.read, report.coverage.complete) == (3, True)

    def test_many_files(self, repo: Repo) -> None:
        """More than one shard, read by workers."""
        for number in range(2_500):
            repo.write(f"{number:04}.txt", mint(number) if number % 500 == 0 else "nothing\n")
        repo.git("add", ".")
        report = scan(repo, jobs=2)
        assert paths(report) == [f"{number:04}.txt" for number in range(0, 2_500, 500)]
        assert report.coverage.read == 2_500


class TestWhatIsNotAdded:
    def test_nothing_staged(self, repo: Repo) -> None:
        """An index without a change is clean, and says so."""
        for _ in range(2):
            report = scan(repo)
            assert (report.findings, report.coverage.complete) == ([], True)
            assert report.coverage.notes == ["nothing new is staged"]
            repo.commit(a_txt=mint())

    def test_the_work_tree(self, repo: Repo) -> None:
        """What lies in the work tree and is not staged is not read, in either direction."""
        repo.commit(a_txt="nothing\n")
        repo.write("a.txt", mint(1))
        repo.write("untracked.txt", mint(2))
        assert scan(repo).findings == []
        repo.add("a.txt", mint(3))
        repo.write("a.txt", "nothing\n")
        assert paths(scan(repo)) == ["a.txt"]

    def test_an_edit_beside_a_token(self, repo: Repo) -> None:
        """Changing, indenting or moving the line of a token that is there adds none."""
        repo.commit(a_txt=f"one\n{mint()}\n")
        for text in (
            f"two\n{mint()}\n",
            f"one\n    {mint()}  # old\n",
            f"{mint()}\n\n\none\n",
            f"one\n{mint()}\n{mint()}\n",
        ):
            repo.add("a.txt", text)
            report = scan(repo)
            assert (report.findings, report.subjects, report.coverage.read) == ([], [], 1)

    def test_a_removed_token(self, repo: Repo) -> None:
        """The commit that removes a token does not fail for it."""
        repo.commit(a_txt=f"{mint(1)}\n{mint(2)}\n", b_txt=mint(3))
        repo.add("a.txt", f"{mint(2)}\n")
        repo.git("rm", "--quiet", "b.txt")
        assert scan(repo).findings == []

    def test_a_token_that_moves_to_another_file(self, repo: Repo) -> None:
        """By value: it stood in a file that the change touches."""
        repo.commit(a_txt=f"one\n{mint()}\n", b_txt="two\n")
        repo.add("a.txt", "one\n")
        repo.add("b.txt", f"two\n  {mint()}\n")
        assert scan(repo).findings == []

    def test_a_token_that_is_copied_from_an_untouched_file(self, repo: Repo) -> None:
        """A near miss: the change brings it to a new place, and nothing it touches held it."""
        repo.commit(a_txt=mint(), b_txt="two\n")
        repo.add("b.txt", mint())
        assert paths(scan(repo)) == ["b.txt"]

    def test_a_renamed_file(self, repo: Repo) -> None:
        """Unchanged it is not even read; with a new token, only that is told."""
        repo.commit(a_txt=f"{mint(1)}\n" + "line\n" * 50)
        repo.git("mv", "a.txt", "b.txt")
        report = scan(repo)
        assert (report.findings, report.coverage.planned) == ([], 0)
        repo.add("b.txt", f"{mint(1)}\n" + "line\n" * 50 + f"{mint(2)}\n")
        assert places(scan(repo)) == [("b.txt", 52, 1)]

    def test_a_mode(self, repo: Repo) -> None:
        """A file that becomes executable is the same file."""
        repo.commit(a_txt=mint())
        repo.git("update-index", "--chmod=+x", "a.txt")
        assert scan(repo).coverage.planned == 0

    def test_an_intent_to_add(self, repo: Repo) -> None:
        """`git add --intent-to-add` stages no content."""
        repo.commit()
        repo.write("a.txt", mint())
        repo.git("add", "--intent-to-add", "a.txt")
        report = scan(repo)
        assert (report.coverage.planned, report.coverage.notes) == (0, ["nothing new is staged"])

    def test_links_and_submodules(self, repo: Repo, tmp_path: Path) -> None:
        """They hold no content of their own; that they are left out is told."""
        other = Repo(tmp_path / "other")
        other.commit()
        repo.commit(file_txt="x\n")
        (repo.root / "link").symlink_to(mint()[:200])
        repo.git("add", "link")
        repo.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", other.root, "sub")
        report = scan(repo)
        assert excluded(report) == {"link": ["link"], "submodule": ["sub"]}
        assert report.coverage.complete

    def test_a_file_that_becomes_a_link(self, repo: Repo) -> None:
        """And one that becomes a file is new."""
        repo.commit(a_txt=mint(1))
        (repo.root / "a.txt").unlink()
        (repo.root / "a.txt").symlink_to("nowhere")
        repo.git("add", "a.txt")
        assert excluded(scan(repo)) == {"link": ["a.txt"]}
        repo.commit()
        (repo.root / "a.txt").unlink()
        repo.add("a.txt", mint(2))
        assert paths(scan(repo)) == ["a.txt"]


class TestPolicy:
    def test_excluded_and_vendored(self, repo: Repo) -> None:
        """What a scan of the tree leaves out, this leaves out, folder by folder."""
        for path in ("kept.txt", "lib/node_modules/a.js", "testdata/deep/a.txt", "x.min.js", ".venv/lib/a.py"):
            repo.add(path, mint())
        report = scan(repo, exclude=("testdata/", "*.min.js"))
        assert paths(report) == ["kept.txt"]
        assert excluded(report) == {
            "policy": ["testdata/deep/a.txt", "x.min.js"],
            "vendored": [".venv/lib/a.py", "lib/node_modules/a.js"],
        }
        assert len(paths(scan(repo, vendored=True))) == 5

    def test_a_commit_of_vendored_files_alone_is_clean(self, repo: Repo) -> None:
        """A hook must not fail for what the policy leaves out."""
        repo.add("vendor/a.js", mint())
        report = scan(repo)
        assert (report.status(None), report.coverage.notes) == (0, ["nothing new is staged"])

    def test_a_token_from_an_excluded_place_is_new(self, repo: Repo) -> None:
        """What the policy does not look at was not known."""
        repo.commit()
        repo.add("testdata/a.txt", mint())
        repo.commit()
        repo.git("mv", "testdata/a.txt", "a.txt")
        assert paths(scan(repo, exclude=("testdata/",))) == ["a.txt"]

    def test_too_large(self, repo: Repo) -> None:
        """The limit on files holds."""
        repo.add("a.txt", "x" * 100)
        repo.add("b.txt", mint(1) + "x" * 1_000)
        repo.add("c.txt", mint(2))
        report = scan(repo, max_file_size=500)
        assert skipped(report) == [("b.txt", "too-large")]
        assert paths(report) == ["c.txt"]

    def test_suppressions(self, repo: Repo) -> None:
        """Pragmas on the staged line, the ignore file and the policy."""
        repo.add("a.txt", f"{mint(1)} # tokensweep: allow tried\n")
        repo.add("b.txt", mint(2))
        repo.write(".tokensweepignore", "b.txt\n")
        report = scan(repo)
        assert {finding.status for finding in report.findings} == {"suppressed"}
        assert len(scan(repo, ignore_files=False, inline=frozenset()).findings) == len(report.findings)

    def test_a_change_to_what_decides_is_told(self, repo: Repo) -> None:
        """Whoever loosens the gate in the same commit is not unseen."""
        repo.commit(tokensweep_toml="", rules_toml="")
        for path in ("tokensweep.toml", "rules/own.toml", "rules/deep/no.toml", "other.toml"):
            repo.add(path, "# x\n")
        assert scan(repo, watched=("tokensweep.toml", "rules", "baseline.json")).coverage.notes == [
            "rules/own.toml decides on this scan, and the change touches it",
            "tokensweep.toml decides on this scan, and the change touches it",
        ]

    @pytest.mark.parametrize(
        ("old", "new", "told"),
        [
            ("[project]\nversion = '1'\n", "[project]\nversion = '2'\n", False),
            ("[tool.tokensweep]\nfail-on = 'low'\n", "[tool.tokensweep]\nfail-on = 'low'\n[project]\n", False),
            ("[tool.tokensweep]\nfail-on = 'low'\n", "[tool.tokensweep]\nfail-on = 'high'\n", True),
            ("", "[tool.tokensweep]\nfail-on = 'high'\n", True),
            ("[tool.tokensweep]\n", "", True),
            ("[tool.tokensweep]\n", "no TOML", True),
        ],
    )  # fmt: skip
    def test_a_pyproject_that_says_the_same_of_us(self, repo: Repo, old: str, new: str, told: bool) -> None:
        """Most changes to it are about other things."""
        repo.commit(**{"pyproject_toml": old} if old else {})
        repo.add("pyproject.toml", new)
        assert bool(scan(repo, watched=("pyproject.toml",)).coverage.notes) == told


class TestTargets:
    def test_they_bound_what_is_read(self, repo: Repo) -> None:
        """Files and folders, which need not be in the work tree any more."""
        for path in ("a.txt", "b/a.txt", "b/c/a.txt", "bb.txt"):
            repo.add(path, mint())
        shutil.rmtree(repo.root / "b")
        assert paths(scan(repo, "b")) == ["b/a.txt", "b/c/a.txt"]
        assert paths(scan(repo, "b/c", "a.txt")) == ["a.txt", "b/c/a.txt"]
        assert paths(scan(repo, ".")) == ["a.txt", "b/a.txt", "b/c/a.txt", "bb.txt"]
        assert scan(repo, "b").targets == ("--staged", str(repo.root / "b"))

    def test_a_token_from_outside_is_not_new(self, repo: Repo) -> None:
        """The whole change tells what stood there before."""
        repo.commit(a_txt=mint(), b_txt="x\n")
        repo.add("a.txt", "x\n")
        repo.add("b.txt", mint())
        assert scan(repo, "b.txt").findings == []

    def test_one_without_a_change_is_clean(self, repo: Repo) -> None:
        """It exists, and nothing of it is staged."""
        repo.commit(a_txt="x\n")
        assert scan(repo, "a.txt").coverage.notes == ["nothing new is staged"]

    def test_one_that_is_nowhere(self, repo: Repo) -> None:
        """A misspelt name must not be clean for ever."""
        repo.commit(a_txt="x\n")
        with pytest.raises(UsageError, match=r"b\.txt: no such file or folder"):
            scan(repo, "b.txt")

    def test_one_outside(self, repo: Repo, tmp_path: Path) -> None:
        """Neither another folder nor standard input is in the index."""
        (tmp_path / "other.txt").write_text("x")
        for target in (str(tmp_path / "other.txt"), "-"):
            with pytest.raises(UsageError, match=f"{target}: not in {repo.root}"):
                Staged(open_git(repo.root), [target])

    def test_through_a_link(self, repo: Repo, tmp_path: Path) -> None:
        """The way to a target may lead over a link; a target that is one is itself."""
        (tmp_path / "way").symlink_to(repo.root)
        repo.add("a.txt", mint())
        plan = Staged(open_git(tmp_path / "way"), [str(tmp_path / "way/a.txt")])
        assert paths(pipeline.scan(plan, Policy(), NOW, with_rules=False)) == ["a.txt"]


class TestNames:
    def test_any_bytes(self, repo: Repo) -> None:
        """Line ends, tabs, quotes and bytes that are not UTF-8 in names, which git would quote."""
        names = [b"a\nb.txt", b"tab\t\"quote'.txt", b"caf\xe9.txt", "größe/ß.txt".encode(), b"-dash.txt", b" blank "]
        for number, name in enumerate(names):
            repo.add(name, mint(number))
        assert paths(scan(repo)) == sorted(
            ["a\nb.txt", "tab\t\"quote'.txt", "caf%E9.txt", "größe/ß.txt", "-dash.txt", " blank "]
        )

    def test_a_file_named_like_a_revision(self, repo: Repo) -> None:
        """HEAD can be a file."""
        repo.commit()
        repo.add("HEAD", mint())
        assert paths(scan(repo)) == ["HEAD"]


class TestMerges:
    @pytest.fixture
    def forked(self, repo: Repo) -> Repo:
        """`main` and `topic` have each changed `both.txt` and added a token of their own."""
        repo.commit(both_txt="base\n", moves_txt=f"{mint(5)}\n")
        repo.git("checkout", "--quiet", "-b", "topic")
        repo.commit(both_txt=f"topic\n{mint(1)}\n", topic_txt=mint(2))
        repo.git("checkout", "--quiet", "main")
        repo.commit(both_txt=f"main\n{mint(3)}\n", main_txt=mint(4))
        return repo

    def merge(self, repo: Repo) -> None:
        subprocess.run(["git", "merge", "--no-commit", "topic"], cwd=repo.root, env=ENVIRONMENT, capture_output=True)

    def test_what_the_merge_itself_adds(self, forked: Repo) -> None:
        """Not what either side brought, nor what a resolution takes from both; only what is in neither."""
        self.merge(forked)
        forked.add("both.txt", f"merged\n{mint(1)}\n{mint(3)}\n")
        report = scan(forked)
        assert (report.findings, report.coverage.read) == ([], 1)
        forked.add("both.txt", f"merged\n{mint(1)}\n{mint(3)}\n{mint(9)}\n")
        assert places(scan(forked)) == [("both.txt", 4, 1)]
        forked.add("new.txt", mint(10))
        assert paths(scan(forked)) == ["both.txt", "new.txt"]

    def test_a_token_that_the_resolution_moves(self, forked: Repo) -> None:
        """From a file that one side brought, or that the merge changes."""
        self.merge(forked)
        forked.add("both.txt", f"{mint(2)}\n{mint(5)}\n")
        forked.add("moves.txt", "moved\n")
        assert scan(forked).findings == []

    def test_a_conflict(self, forked: Repo) -> None:
        """What is not resolved is not staged: told as not read."""
        self.merge(forked)
        forked.add("new.txt", mint(10))
        report = scan(forked)
        assert skipped(report) == [("both.txt", "unmerged")]
        assert paths(report) == ["new.txt"]

    def test_the_hook_of_an_automatic_merge(self, forked: Repo, tmp_path: Path) -> None:
        """When `pre-merge-commit` runs, git has told what is merged in a variable only."""
        forked.commit(both_txt="base\n")
        out = tmp_path / "out"
        hook = forked.root / ".git/hooks/pre-merge-commit"
        hook.write_text(f"#!/bin/sh\nenv > {out}\ntest -e .git/MERGE_HEAD && echo MERGE_HEAD >> {out}\nexit 1\n")
        hook.chmod(0o755)
        subprocess.run(["git", "merge", "topic"], cwd=forked.root, env=ENVIRONMENT, capture_output=True)
        lines = out.read_text().splitlines()
        assert "MERGE_HEAD" not in lines
        (forked.root / ".git/MERGE_HEAD").unlink()  # It is there now that the hook has failed.
        told = dict(line.split("=", 1) for line in lines if line.startswith("GITHEAD_"))
        assert told
        with pytest.MonkeyPatch.context() as patch:
            for name, value in told.items():
                patch.setenv(name, value)
            assert scan(forked).findings == []
        assert paths(scan(forked)) == ["both.txt", "topic.txt"]

    def test_an_octopus(self, repo: Repo) -> None:
        """A merge of three."""
        repo.commit(a_txt="base\n")
        for number, name in enumerate(("one", "two")):
            repo.git("checkout", "--quiet", "-b", name, "main")
            repo.commit(**{f"{name}_txt": mint(number)})
        repo.git("checkout", "--quiet", "main")
        repo.git("merge", "--quiet", "--no-commit", "--no-ff", "one", "two")
        assert scan(repo).findings == []
        repo.add("evil.txt", mint(7))
        assert paths(scan(repo)) == ["evil.txt"]


class TestKindsOfRepositories:
    def test_a_linked_work_tree(self, repo: Repo, tmp_path: Path) -> None:
        """It has an index of its own."""
        repo.commit(a_txt="x\n")
        repo.git("worktree", "add", "--quiet", tmp_path / "linked", "-b", "other")
        repo.add("main.txt", mint(1))
        (tmp_path / "linked/linked.txt").write_text(mint(2))
        repo.git("-C", tmp_path / "linked", "add", ".")
        assert paths(scan(tmp_path / "linked")) == ["linked.txt"]
        assert paths(scan(repo)) == ["main.txt"]

    def test_a_submodule(self, repo: Repo, tmp_path: Path) -> None:
        """It is a repository of its own; from outside it is one entry."""
        other = Repo(tmp_path / "other")
        other.commit(a_txt="x\n")
        repo.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", other.root, "sub")
        repo.commit()
        (repo.root / "sub/b.txt").write_text(mint())
        repo.git("-C", repo.root / "sub", "add", ".")
        assert paths(scan(repo.root / "sub")) == ["b.txt"]
        assert scan(repo).coverage.planned == 0

    @pytest.mark.parametrize("sparse_index", ["--no-sparse-index", "--sparse-index"])
    def test_a_sparse_checkout(self, repo: Repo, sparse_index: str) -> None:
        """Files that are not in the work tree are no change; an index may hold whole folders as one entry."""
        for path in ("in/a.txt", "out/a.txt", "out/deep/b.txt"):
            repo.add(path, mint())
        repo.commit()
        repo.git("sparse-checkout", "set", "--cone", sparse_index, "in")
        assert not (repo.root / "out").exists()
        assert scan(repo).coverage.planned == 0
        repo.add("in/new.txt", mint(1))
        assert paths(scan(repo)) == ["in/new.txt"]

    def test_a_partial_clone(self, repo: Repo, tmp_path: Path) -> None:
        """What is staged is there. An earlier version that is not can't clear a token; nothing is fetched for it."""
        repo.commit(a_txt=f"{mint(1)}\n", b_txt="x\n")
        repo.git("config", "uploadpack.allowFilter", "true")
        clone = tmp_path / "clone"
        url = f"file://{repo.root}"
        repo.git("clone", "--quiet", "--filter=blob:none", "--no-checkout", url, clone)
        repo.git("-C", clone, "read-tree", "HEAD")
        (clone / "a.txt").write_text(f"{mint(1)}\n{mint(2)}\n")
        repo.git("-C", clone, "add", "a.txt")
        report = scan(clone)
        assert paths(report) == ["a.txt", "a.txt"]
        assert report.coverage.complete
        assert report.coverage.notes == [
            "earlier versions that can't be read: 1, such as that of a.txt (unreadable); what they held counts as new"
        ]
        assert repo.git("-C", clone, "cat-file", "--batch-all-objects", "--batch-check").count("blob") == 1

    def test_a_partial_clone_without_a_staged_blob(self, repo: Repo, tmp_path: Path) -> None:
        """One that is staged and not there makes the scan incomplete; the others are read."""
        blob = repo.commit(a_txt="x\n") and repo.git("rev-parse", "HEAD:a.txt")
        repo.git("config", "uploadpack.allowFilter", "true")
        clone = tmp_path / "clone"
        repo.git("clone", "--quiet", "--filter=blob:none", "--no-checkout", f"file://{repo.root}", clone)
        repo.git("-C", clone, "read-tree", "HEAD")
        repo.git("-C", clone, "update-index", "--add", "--cacheinfo", f"100644,{blob},copy.txt")
        repo.git("-C", clone, "rm", "--quiet", "--cached", "a.txt")
        repo.git("-C", clone, "update-index", "--add", "--cacheinfo", f"100644,{'1' * 40},gone.txt")
        (clone / "z.txt").write_text(mint())
        repo.git("-C", clone, "add", "z.txt")
        report = scan(clone)
        assert [path for path, _ in skipped(report)] == ["gone.txt"]
        assert paths(report) == ["z.txt"]

    def test_a_split_index(self, repo: Repo) -> None:
        """And an index of another version."""
        repo.commit(a_txt="x\n")
        repo.git("update-index", "--split-index", "--index-version", "4")
        repo.add("b.txt", mint())
        assert paths(scan(repo)) == ["b.txt"]

    def test_a_bare_repository(self, tmp_path: Path) -> None:
        """It has no index."""
        repo = Repo(tmp_path / "repo.git", "--bare")
        with pytest.raises(UsageError, match="has no index"):
            scan(repo)

    def test_a_broken_index(self, repo: Repo) -> None:
        """The user hears git's words."""
        repo.commit(a_txt="x\n")
        (repo.root / ".git/index").write_bytes(b"DIRC no index")
        with pytest.raises(UsageError, match="git diff-index failed: "):
            scan(repo)

    def test_a_corrupt_blob(self, repo: Repo) -> None:
        """Told as not read."""
        repo.add("a.txt", "content\n")
        repo.add("b.txt", mint())
        blob = repo.git("rev-parse", ":a.txt")
        path = repo.root / ".git/objects" / blob[:2] / blob[2:]
        path.chmod(0o644)
        path.write_bytes(b"broken")
        report = scan(repo)
        assert skipped(report) == [("a.txt", "missing")]
        assert paths(report) == ["b.txt"]


def test_a_partial_commit(repo: Repo, tmp_path: Path) -> None:
    """`git commit -- a.txt` has an index of its own, which a variable names in its hook."""
    repo.commit(a_txt="x\n", b_txt="x\n")
    repo.write("a.txt", mint(1))
    repo.add("b.txt", mint(2))
    out = tmp_path / "out"
    hook = repo.root / ".git/hooks/pre-commit"
    hook.write_text(f'#!/bin/sh\nenv > {out}\ncp "$GIT_INDEX_FILE" {tmp_path}/index\nexit 1\n')
    hook.chmod(0o755)
    subprocess.run(["git", "commit", "-m", "x", "--", "a.txt"], cwd=repo.root, env=ENVIRONMENT, capture_output=True)
    assert "GIT_INDEX_FILE=" in out.read_text()
    assert "next-index" in out.read_text()
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(repo.root)
        patch.setenv("GIT_INDEX_FILE", str(tmp_path / "index"))
        assert paths(scan(repo)) == ["a.txt"]
    assert paths(scan(repo)) == ["b.txt"]


def test_nothing_is_written(repo: Repo) -> None:
    """A scan leaves the repository as it was, its index too."""

    def state() -> dict[Path, tuple[int, int]]:
        files = [path for path in repo.root.rglob("*") if path.is_file()]
        return {path: (path.stat().st_mtime_ns, path.stat().st_size) for path in files}

    repo.commit(a_txt="x\n")
    repo.add("b.txt", mint())
    os.utime(repo.root / "a.txt", (1, 1))
    before = state()
    scan(repo)
    assert state() == before
