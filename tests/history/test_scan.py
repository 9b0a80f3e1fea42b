"""What a scan of history finds, and what it says of it."""

from __future__ import annotations

import os
import re

import pytest

from scanner.examine import Examiner
from scanner.model import Origin, Policy, UsageError
from scanner.rulebook import load_patterns
from scanner.sources.stream import Memory
from tests.history.conftest import DAY, START, Dated, days, only, presence, presences, rules, sightings
from tests.scans import NOW, excluded, mint, paths, skipped
from tests.sources.history.conftest import git_reads


def code(*numbers: int, above: int = 0) -> str:
    """A file with these tokens, one a line, below some other lines."""
    return "x = 1\n" * above + "".join(f"TOKEN = '{mint(number)}'\n" for number in numbers)


class TestWhatBecameOfIt:
    def test_committed_and_deleted(self, repo, look):
        """It is told with its first commit and the one that took it away; its line is that of the first."""
        repo.on(0, app_py="x = 1\n")
        first = repo.on(1, app_py=code(1, above=2))
        last = repo.on(5, app_py=code(1, above=7))
        gone = repo.on(11, app_py="x = 2\n")
        repo.on(12, app_py="x = 3\n")
        sighting, found = only(report := look()), presence(report)
        assert (sighting.origin.kind, sighting.origin.path, sighting.line) == ("git", "app.py", 3)
        assert (sighting.origin.commit, found.first.id, found.last.id, found.removed.id) == (first, first, last, gone)
        assert (found.first.author, found.first.committer) == ("Ann", "Cy")
        assert (found.at_head, found.returned) == (False, False)
        (subject,) = report.subjects
        assert {name: subject.evidence[name] for name in ("fix", "exposed_for", "exposed_while_valid")} == {
            "fix": "deleted",
            "exposed_for": 10 * DAY,
            "exposed_while_valid": 10 * DAY,
        }
        assert rules(report) == ["token-in-history", "token-no-expiry"]
        assert sighting.origin.blob == repo.git("rev-parse", f"{first}:app.py")

    def test_still_there(self, repo, look):
        """It is at a head: the leak goes on until now."""
        first = repo.on(10, app_py=code(1))
        head = repo.on(20, other_py="x\n")
        found = presence(report := look())
        assert (found.first.id, found.last.id, found.removed, found.at_head) == (first, head, None, True)
        (subject,) = report.subjects
        assert subject.evidence["exposed_for"] == NOW - START - 10 * DAY
        assert "exposed_until" not in subject.evidence
        assert rules(report) == ["token-exposed", "token-leaked", "token-no-expiry"]

    def test_its_finding_is_that_of_the_work_tree(self, repo, look, scan):
        """One id for a leak at the head, however it was found: a baseline serves both."""
        repo.on(1, app_py=code(1))
        there = {finding.id for finding in scan(repo.root).findings}
        assert there <= {finding.id for finding in look().findings}

    def test_moved(self, repo, look):
        """Each path has its own times."""
        repo.on(1, a_py=code(1))
        repo.on(3, a_py=None, b_py=code(1))
        repo.on(8, b_py=None)
        found = presences(look())
        assert {path: (days(at.first.committed_at), days(at.removed.committed_at)) for path, at in found.items()} == {
            "a.py": (1, 3),
            "b.py": (3, 8),
        }

    def test_returned(self, repo, look):
        """Taken away, and put back: rotated in name only."""
        first = repo.on(1, app_py=code(1))
        repo.on(2, app_py="clean\n")
        repo.on(9, app_py="x\n" + code(1))
        found = presence(report := look())
        assert (found.first.id, found.returned, found.at_head) == (first, True, True)
        assert "token-returned" in rules(report)

    def test_a_branch_that_was_merged_is_no_return(self, repo, look):
        """It was brought on one branch, and taken away on another that never had it first."""
        repo.on(0, app_py="x\n")
        repo.git("checkout", "-q", "-b", "topic")
        repo.on(1, app_py=code(1))
        repo.git("checkout", "-q", "main")
        repo.on(2, other_py="y\n")
        repo.at(3, "merge", "-q", "--no-edit", "topic")
        found = presence(look())
        assert (days(found.first.committed_at), found.returned, found.at_head) == (1, False, True)

    @pytest.mark.parametrize("where", ["b.py", "below/b.py"])
    @pytest.mark.parametrize("ours", [True, False])
    def test_a_merge_took_the_side_without_it(self, repo, look, where, ours):
        """The merge took it away, though it is on one of its sides as it never was."""
        repo.on(0, a_py="x\n")
        repo.git("checkout", "-q", "-b", "topic")
        repo.add(where, code(1))
        first = repo.on(1)
        last = repo.on(2, c_py="y\n")
        if ours:
            repo.git("checkout", "-q", "main")
            gone = repo.at(4, "merge", "-q", "--no-ff", "-s", "ours", "--no-edit", "topic")
        else:
            repo.git("checkout", "-q", "-b", "other", "main")
            repo.on(3, d_py="z\n")
            repo.git("checkout", "-q", "topic")
            repo.git("merge", "-q", "--no-ff", "--no-commit", "other")
            repo.git("rm", "-qf", where)
            gone = repo.at(4, "commit", "-q", "-m", "merge")
        repo.git("branch", "-q", "-D", "topic" if ours else "main")
        repo.on(6, a_py="w\n")
        found = presence(look())
        assert (found.first.id, found.last.id, found.removed.id) == (first, last, gone)
        assert not found.at_head

    @pytest.mark.parametrize("options", [(), ("--include-untracked",)])
    def test_a_stash_is_no_merge(self, repo, look, options):
        """What lies in one of its parts alone is there yet."""
        repo.on(0, a_py="x\n")
        repo.write("new.py", code(1))
        if not options:
            repo.git("add", "new.py")
        repo.at(1, "stash", "push", "-q", *options)
        assert presence(look()).removed is None

    def test_a_clock_that_went_back(self, repo, look):
        """Whoever deleted it had a slow clock: it did not come back."""
        repo.on(0, app_py="x\n")
        first = repo.on(5, app_py=code(1))
        gone = repo.on(2, app_py="y\n")
        found = presence(look())
        assert (found.first.id, found.removed.id, found.returned) == (first, gone, False)

    def test_notes(self, repo, look):
        """A note is there until it is removed, as a file of a branch is."""
        head = repo.on(0, app_py="x\n")
        repo.at(1, "notes", "add", "-m", mint(1), head)
        assert presence(look()).at_head
        repo.at(3, "notes", "remove", head)
        found = presence(look())
        assert (days(found.first.committed_at), days(found.removed.committed_at), found.at_head) == (1, 3, False)

    @pytest.mark.parametrize(("kid", "changed"), [("2", True), ("1", False)])
    def test_replaced(self, repo, look, kid, changed):
        """Another token stands in its place; whether another key signs it shows by its `kid`."""

        def keyed(kid: str, number: int) -> str:
            import base64
            import json

            header = base64.urlsafe_b64encode(json.dumps({"alg": "RS256", "kid": kid}).encode()).rstrip(b"=").decode()
            return f"TOKEN = '{header}.{mint(number).split('.', 1)[1]}'\n"

        repo.on(1, app_py=keyed("1", 1))
        repo.on(4, app_py=keyed(kid, 2))
        report = look()
        evidence = {subject.seen and subject.evidence["fix"]: subject.evidence for subject in report.subjects}
        assert evidence.keys() == {"replaced", "none"}
        assert evidence["replaced"]["key_changed"] is changed
        assert "key_changed" not in evidence["none"]

    def test_expired_before_it_was_committed(self, repo, look):
        """It was never valid while it lay open."""
        import base64
        import json

        claims = {"iss": "https://idp.example", "iat": START, "exp": START + DAY}
        parts = ['{"alg":"RS256"}', json.dumps(claims), "s" * 128]
        token = ".".join(base64.urlsafe_b64encode(part.encode()).rstrip(b"=").decode() for part in parts)
        repo.on(5, app_py=token)
        repo.on(6, app_py="x\n")
        (subject,) = look().subjects
        assert subject.evidence["exposed_for"] == DAY
        assert subject.evidence["exposed_while_valid"] == 0


class TestWhereItIs:
    def test_made_by_a_merge(self, repo, look):
        """What is in none of a merge's parents is the merge's."""
        repo.on(0, app_py="x\n")
        repo.git("checkout", "-q", "-b", "topic")
        repo.on(1, topic_py="x\n")
        repo.git("checkout", "-q", "main")
        repo.on(2, main_py="x\n")
        repo.git("merge", "-q", "--no-commit", "topic")
        merge = repo.on(3, app_py=code(1))
        repo.on(4, app_py="x\n")
        assert presence(look()).first.id == merge

    def test_every_ref(self, repo, look):
        """Branches, remotes, pull requests, notes, a stash, and a detached head of another work tree."""
        base = repo.on(0, base_py="x\n")
        refs = ("refs/heads/other", "refs/remotes/origin/main", "refs/pull/7/head", "refs/anything")
        for number, ref in enumerate(refs):
            commit = repo.on(1, **{f"f{number}_py": code(number)})
            repo.git("update-ref", ref, commit)
            repo.git("reset", "-q", "--hard", base)
        repo.git("notes", "add", "-m", mint(10))
        repo.write("base.py", code(11))
        repo.git("stash", "-q")
        repo.git("worktree", "add", "-q", "--detach", repo.root.parent / "linked")
        linked = Dated.__new__(Dated)
        linked.root = repo.root.parent / "linked"
        linked.on(2, linked_py=code(12))
        found = look()
        assert len(found.subjects) == 7
        assert {"f0.py", "f1.py", "f2.py", "f3.py", "base.py", "linked.py"} < set(paths(found))
        at_head = {path: at.at_head for path, at in presences(found).items()}
        assert (at_head["f0.py"], at_head["f1.py"], at_head["f2.py"], at_head["linked.py"]) == (True, True, False, True)

    def test_messages(self, repo, look):
        """Of commits and of annotated tags, also of tags of tags."""
        commit = repo.on(3, f"use {mint(1)}")
        repo.git("tag", "-a", "v1", "-m", mint(2))
        repo.git("tag", "-a", "v2", "-m", mint(3), "v1")
        found = sightings(report := look())
        assert [(s.origin.kind, s.origin.path, s.origin.commit) for s in found] == [
            ("message", "commit message", commit),
            ("message", "refs/tags/v1", commit),
            ("message", "refs/tags/v2", None),
        ]
        assert "token-leaked" in rules(report)

    def test_the_oldest_of_several_messages(self, repo, look):
        first = repo.on(3, f"use {mint(1)}")
        last = repo.on(4, f"still {mint(1)}")
        found = presence(look())
        assert (found.first.id, found.last.id) == (first, last)

    def test_a_ref_to_a_file_or_folder(self, repo, look):
        """Tags may point at what is no commit."""
        repo.on(0, a_py="x\n")
        repo.write("secret.py", code(1))
        repo.git("tag", "file", repo.git("hash-object", "-w", "secret.py"))
        repo.write("below/deep.py", code(2))
        repo.git("add", "below")
        tree = repo.git("write-tree")
        repo.git("rm", "-rq", "--cached", "below")
        repo.git("tag", "-a", "folder", "-m", "x", tree)
        assert paths(look()) == ["refs/tags/file", "refs/tags/folder:below/deep.py"]

    @pytest.mark.parametrize("packed", [False, True])
    def test_unreached(self, repo, look, packed):
        """What no ref reaches is not reported, but told; with --all-objects it is reported, with its commit."""
        repo.on(0, a_py="x\n")
        lost = repo.on(1, a_py=code(1))
        repo.git("reset", "-q", "--hard", "HEAD~")
        if packed:
            repo.git("repack", "-adq", "--keep-unreachable")
        report = look()
        assert paths(report) == []
        assert report.coverage.notes == [
            "1 object holds something too, but no ref reaches it; --all-objects reports it"
        ]
        assert report.status(None) == 0
        everything = look(all_objects=True)
        assert [(s.origin.path, s.origin.commit) for s in sightings(everything)] == [("a.py", lost)]
        assert not presence(everything).at_head
        assert everything.coverage.notes == []

    def test_the_course_of_what_is_unreached(self, repo, look):
        """Files and messages of a deleted branch have their commits; a blob of no commit goes by its id."""
        repo.on(0, a_py="x\n")
        repo.git("checkout", "-q", "-b", "topic")
        first = repo.on(1, f"uses {mint(2)}", b_py=code(1))
        gone = repo.on(4, b_py="y\n")
        repo.git("checkout", "-q", "main")
        repo.git("branch", "-q", "-D", "topic")
        repo.add("c.py", code(3))
        blob = repo.git("rev-parse", ":c.py")
        repo.git("reset", "-q")
        report = look(all_objects=True)
        assert paths(report) == ["b.py", "commit message", f"object {blob}"]
        found = presences(report)
        assert (found["b.py"].first.id, found["b.py"].last.id, found["b.py"].removed.id) == (first, first, gone)
        assert (found["commit message"].first.id, found["commit message"].at_head) == (first, False)
        assert found[f"object {blob}"].first is None

    def test_a_lost_commit_without_its_parent(self, repo, look):
        """Git cannot say how it came about: what it holds goes by its id, and the scan goes on."""
        repo.on(0, a_py="x\n")
        parent = repo.on(1, a_py="y\n")
        repo.on(2, a_py=code(1))
        blob = repo.git("rev-parse", "HEAD:a.py")
        repo.git("reset", "-q", "--hard", "HEAD~2")
        (repo.root / ".git/objects" / parent[:2] / parent[2:]).unlink()
        assert paths(look(all_objects=True)) == [f"object {blob}"]

    def test_replaced_and_grafted(self, repo, look):
        """Neither replace refs nor grafts hide a commit; what replaces it is scanned too."""
        repo.on(0, a_py="x\n")
        hidden = repo.on(1, a_py=code(1))
        repo.on(2, a_py="y\n")
        repo.git("checkout", "-q", "--detach", f"{hidden}~")
        instead = repo.on(1, a_py=code(2))
        repo.git("checkout", "-q", "main")
        repo.git("replace", hidden, instead)
        (repo.root / ".git/info/grafts").write_text(repo.git("rev-parse", "main") + "\n")
        assert {s.origin.commit for s in sightings(look())} == {hidden, instead}

    def test_vendored_and_excluded_paths(self, repo, look):
        """The policy's paths hold in history too, by the path that a blob had."""
        for number, path in enumerate(("node_modules/a.js", "gen/deep/b.py", "src/c.py")):
            repo.add(path, code(number))
        repo.on(1)
        report = look(policy={"exclude": ("gen/",)})
        assert paths(report) == ["src/c.py"]
        assert excluded(report) == {"policy": ["gen/deep/b.py"], "vendored": ["node_modules/a.js"]}
        assert len(look(policy={"vendored": True}).subjects) == 3

    def test_a_suppression_that_came_later(self, repo, look):
        """It is meant for what was there before, too."""
        repo.on(1, app_py=f"TOKEN = '{mint(1)}'\n")
        repo.on(2, app_py=f"TOKEN = '{mint(1)}'  # tokensweep: allow for the demo\n")
        assert {finding.status for finding in look().findings} == {"suppressed"}
        repo.on(3, other_py=f"TOKEN = '{mint(2)}'\n")
        assert {finding.status for finding in look().findings} == {"suppressed", "open"}

    def test_context_is_that_of_the_path(self, repo, look):
        """A test in history is a test."""
        repo.add("tests/test_a.py", code(1))
        repo.on(1)
        assert only(look()).context == {"test"}

    def test_what_only_the_path_tells(self, repo, look):
        """A bare word is a value in files of properties, and in programs the name of something."""
        line = "jwt.secret = k3Jx9vQ2mT7wLp0RzB6nYc4DfGh8sA1e\n"
        repo.add("shop.properties", line)
        repo.add("shop.js", line)
        repo.on(1)
        repo.git("rm", "--quiet", "shop.properties", "shop.js")
        repo.on(2)
        assert paths(look()) == ["shop.properties"]

    def test_utf16(self, repo, look):
        """Text in two bytes a character, as in a work tree."""
        repo.on(1, a_ps1="\ufeffx\r\n".encode("utf-16-le") + code(1).encode("utf-16-le"))
        sighting = only(look())
        assert (sighting.line, sighting.start) == (2, 2 + 2 * (3 + 9))

    def test_large(self, repo, look):
        """A blob of several windows, and one that only a stream gives."""
        repo.on(1, big_txt=("x" * 99 + "\n") * 90_000 + code(1), huge_txt=b"y\n" * (17 << 20) + code(2).encode())
        repo.git("repack", "-adq")
        assert [(s.origin.path, s.line) for s in sightings(look())] == [("big.txt", 90_001), ("huge.txt", 17_825_793)]

    def test_sizes_over_the_limit_are_told_by_path(self, repo, look):
        repo.on(1, a_txt="x" * 5000, b_txt="x\n")
        report = look(policy={"max_file_size": 1000})
        assert skipped(report) == [("a.txt", "too-large")]
        assert report.status(None) == 3


class TestScope:
    @pytest.fixture
    def branches(self, repo):
        """Main with tokens 1 and 3, topic with token 2 from day 20 on."""
        repo.on(0, a_py=code(1))
        repo.git("checkout", "-q", "-b", "topic")
        repo.on(20, f"topic {mint(5)}", b_py=code(2))
        repo.git("tag", "-a", "topic-tag", "-m", mint(6))
        repo.git("checkout", "-q", "main")
        repo.on(30, c_py=code(3))
        repo.git("tag", "-a", "main-tag", "-m", mint(7))

    def test_range(self, branches, look):
        """What a range brings, its messages and its tags; not what it started from."""
        found = {(s.origin.path, s.line) for s in sightings(look(revisions="main..topic"))}
        assert found == {("b.py", 1), ("commit message", 6), ("refs/tags/topic-tag", 6)}

    @pytest.mark.parametrize(
        ("scope", "expected"),
        [
            ({"branches": ("main",)}, {"a.py", "c.py", "refs/tags/main-tag"}),
            ({"branches": ("main", "topic")}, {"a.py", "b.py", "c.py", "commit message", "refs/tags/main-tag",
              "refs/tags/topic-tag"}),
            ({"since": START + 25 * DAY}, {"c.py", "refs/tags/main-tag"}),
            ({"since": START + 25 * DAY, "branches": ("topic",)}, set()),
            ({"revisions": "main~1"}, {"a.py"}),
            ({"revisions": "^main topic"}, {"b.py", "commit message", "refs/tags/topic-tag"}),
        ],
    )  # fmt: skip
    def test_parts(self, branches, look, scope, expected):
        assert set(paths(look(**scope))) == expected

    def test_it_is_known_whether_a_head_has_it(self, branches, look, repo):
        """Also where the head is outside of the range."""
        assert presence(look(revisions="main~1")).at_head

    @pytest.mark.parametrize("name", ["nowhere", "main..nowhere", "--output=x", "-n1", "main^{/("])
    def test_no_revision(self, branches, look, name):
        with pytest.raises(UsageError):
            look(revisions=name)

    def test_all_objects_of_a_part(self, branches, look):
        with pytest.raises(UsageError, match="--all-objects"):
            look(revisions="main", all_objects=True)


class TestRepositories:
    def test_empty(self, repo, look):
        """No commit, no object: clean, and said."""
        report = look()
        assert (report.status(None), report.coverage.notes) == (0, ["the repository holds nothing yet"])

    def test_nothing_committed_yet(self, repo, look):
        """A branch without a commit; what is staged is no history, but it is there."""
        repo.add("a.py", code(1))
        assert paths(look()) == []
        assert len(look(all_objects=True).subjects) == 1

    def test_bare_and_linked(self, repo, look, tmp_path):
        """A bare repository, a linked work tree and a folder of either are as good."""
        repo.add("below/a.py", code(1))
        repo.on(1)
        repo.git("clone", "-q", "--bare", repo.root, tmp_path / "bare")
        repo.git("worktree", "add", "-q", tmp_path / "linked")
        for start in (tmp_path / "bare", tmp_path / "linked", tmp_path / "linked/below", repo.root / "below"):
            assert paths(look(start)) == ["below/a.py"]

    def test_shallow(self, repo, look, tmp_path):
        """What a shallow clone lacks is told, and the scan incomplete."""
        repo.on(1, a_py=code(1))
        repo.on(2, a_py="x\n")
        repo.on(3, b_py=code(2))
        repo.git("clone", "-q", "--depth=1", f"file://{repo.root}", tmp_path / "shallow")
        report = look(tmp_path / "shallow")
        assert paths(report) == ["b.py"]
        ((path, reason),) = skipped(report)
        assert (path, reason, report.status(None)) == ("", "missing", 3)

    def test_partial(self, repo, look, tmp_path):
        """Blobs that a partial clone did not fetch are counted and not fetched."""
        for number in range(30):
            repo.on(number, a_py=f"x = {number}\n")
        repo.git("config", "uploadpack.allowFilter", "true")
        repo.git("clone", "-q", "--filter=blob:none", "--no-checkout", f"file://{repo.root}", tmp_path / "partial")
        report = look(tmp_path / "partial")
        assert len(skipped(report)) == 21
        assert report.coverage.skipped[0].detail == "10 more objects are not in this clone"
        assert skipped(report)[1] == ("a.py", "missing")

    def test_a_lost_object(self, repo, look):
        """A blob that is gone is told with its path, and all else is read."""
        repo.on(1, a_py=code(1), b_py=code(2))
        blob = repo.git("rev-parse", "HEAD:a.py")
        os.unlink(repo.root / ".git/objects" / blob[:2] / blob[2:])
        report = look()
        assert skipped(report) == [("a.py", "missing")]
        assert paths(report) == ["b.py"]
        assert report.status(None) == 3

    def test_a_damaged_object(self, repo, look):
        """It is told with its path where a ref reaches it, and else nobody misses it."""
        repo.on(1, a_py=code(1), b_py=code(2))
        blob = repo.git("rev-parse", "HEAD:a.py")
        stray = repo.git("hash-object", "-w", "--stdin", stdin=b"stray")
        for id_ in (blob, stray):
            path = repo.root / ".git/objects" / id_[:2] / id_[2:]
            path.chmod(0o644)
            path.write_bytes(b"damaged")
        report = look()
        assert skipped(report) == [("a.py", "unreadable")]
        assert paths(report) == ["b.py"]

    def test_a_lost_commit(self, repo, look):
        """Where the log ends early, what was found is reported by its object."""
        first = repo.on(1, a_py=code(1))
        repo.on(2, a_py="x\n")
        os.unlink(repo.root / ".git/objects" / first[:2] / first[2:])
        report = look()
        assert skipped(report) == [("git log", "unreadable")]
        assert paths(report) == [f"object {repo.git('hash-object', '--stdin', stdin=code(1).encode())}"]

    def test_submodules(self, repo, look):
        """A submodule is another repository's history: left out, and said."""
        repo.git("update-index", "--add", "--cacheinfo", f"160000,{'1' * 40},libs/sub")
        repo.on(1)
        report = look()
        assert excluded(report) == {"submodule": ["libs/sub"]}
        assert report.status(None) == 0

    def test_outside(self, tmp_path, look):
        with pytest.raises(UsageError, match="not in a git repository"):
            look(tmp_path)

    def test_sha256(self, tmp_path, look):
        other = Dated(tmp_path / "other", "--object-format=sha256")
        commit = other.on(1, a_py=code(1))
        assert len(commit) == 64
        assert only(look(other.root)).origin.commit == commit

    def test_ten_thousand_refs(self, repo, look):
        """Refs are read at once, not one by one."""
        commit = repo.on(1, a_py=code(1))
        lines = "".join(f"create refs/pull/{number}/head {commit}\n" for number in range(10_000))
        repo.git("update-ref", "--stdin", stdin=lines.encode())
        repo.git("pack-refs", "--all")
        assert paths(look()) == ["a.py"]

    def test_hostile_names(self, repo, look):
        """Paths that look like records of a log, and bytes that are not UTF-8."""
        names = [
            b":100644 100644 %b %b M" % (b"1" * 40, b"2" * 40), b"\x01" + b"3" * 40, b"a\nb", b"\xff\xfe", b"\x01",
        ]  # fmt: skip
        for number, name in enumerate(names):
            repo.write(name, code(number))
        repo.git("add", "--all")
        repo.on(1, f"\x01{'4' * 40}\x01 \x01 {mint(9)}")
        report = look()
        assert set(paths(report)) == {
            names[0].decode(), names[1].decode(), "a\nb", "%FF%FE", "\x01", "commit message"
        }  # fmt: skip
        assert report.coverage.complete


def test_processes_change_nothing(repo, look):
    """However the work is shared, the report is the same."""
    for number in range(40):
        repo.on(number, f"message {mint(100 + number % 7)}", **{f"f{number % 5}_py": code(number, number // 2)})
    repo.git("repack", "-adq")
    one, two = look(policy={"jobs": 1}), look(policy={"jobs": 2})
    assert one.findings
    assert [(f.id, f.sighting) for f in one.findings] == [(f.id, f.sighting) for f in two.findings]
    assert one.coverage == two.coverage


@pytest.mark.parametrize("options", [("repack", "-adfq", "--depth=50"), ("count-objects",)], ids=["packed", "loose"])
def test_every_match_is_found_that_is_in_an_object(repo, look, options):
    """The same tokens as in what `git cat-file --batch-all-objects` prints, and as many objects."""
    for number in range(60):
        files = {f"f{number % 7}_py": code(number, number // 3, above=number)}
        repo.on(number, f"{number} {mint(1000 + number)}", **files)
    repo.git("tag", "-a", "v1", "-m", mint(2000))
    repo.git(*options)
    examine = Examiner(load_patterns(), Policy())
    expected, count = set(), 0
    for id_, (kind, content) in git_reads(repo.root).items():
        if kind != "tree":
            count += 1
            found = examine(Memory(content, Origin("git", id_)))
            expected |= {subject.identity for subject in found.subjects}
    report = look(policy={"jobs": 2})
    assert {subject.identity for subject in report.subjects} == expected
    assert (report.coverage.planned, report.coverage.read) == (count, count)


def test_links_to_the_forge(repo, look):
    """The line in the first commit, at the forge of `origin`, without the password in its URL."""
    first = repo.on(1, app_py=code(1, above=4))
    repo.git("remote", "add", "origin", "https://ann:hunter2@github.com/acme/shop.git")
    assert presence(look()).url == f"https://github.com/acme/shop/blob/{first}/app.py#L5"
    assert not re.search("hunter2|ann:", str(look()))


def test_the_head_of_a_repo_is_no_tree_scan(repo, look):
    """What is in the work tree alone is not read."""
    repo.on(1, a_py="x\n")
    repo.write("new.py", code(1))
    assert look().subjects == []


def test_what_was_found_until_it_was_stopped(repo, look, monkeypatch):
    """Ctrl-C ends the reading; what was found is named as far as it can be, and reported."""
    from scanner.history.reading import _History

    repo.on(1, a_py=code(1))
    note = _History.sift

    def stop(self, examination):
        note(self, examination)
        raise KeyboardInterrupt

    monkeypatch.setattr(_History, "sift", stop)
    report = look()
    assert ("", "interrupted") in skipped(report)
    assert paths(report) == ["a.py"]


@pytest.mark.parametrize("found", [True, False])
def test_merges_of_many_objects(repo, look, monkeypatch, found):
    """In a large repository merges are looked into where something was found, and tell the same."""
    repo.on(0, app_py="x\n")
    repo.git("checkout", "-q", "-b", "topic")
    repo.on(1, topic_py=code(2) if found else "x\n")
    repo.git("checkout", "-q", "main")
    repo.on(2, main_py="x\n")
    repo.git("merge", "-q", "--no-commit", "topic")
    repo.on(3, app_py=code(1) if found else "y\n")
    repo.on(4, app_py="z\n")
    small = look()
    monkeypatch.setattr("scanner.history.reading._MANY", 0)
    large = look()
    assert large.coverage.complete
    assert sightings(large) == sightings(small)
    assert paths(large) == (["app.py", "topic.py"] if found else [])
