"""The short way of a clean commit says what the whole way says, or gives up."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner import rulebook
from scanner.cli import quick
from scanner.detect import Detector
from scanner.detect.lookup import lookups
from scanner.model import AHEAD
from tests.e2e.conftest import command, environment
from tests.repositories import Repo
from tests.scans import mint

PATTERNS = rulebook.load_patterns()
DETECTOR = Detector(PATTERNS, engine="re2")
ANCHORS = lookups(PATTERNS)[1]
HEAVY = {
    "typing",
    "pathlib",
    "subprocess",
    "hashlib",
    "contextlib",
    "msgspec",
    "tomli",
    "scanner.model",
    "scanner.policy",
}


@pytest.fixture(scope="module", autouse=True)
def signs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[quick.Signs]:
    """The signs, in a cache of these tests' own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        assert quick._signs(quick._patterns()) is None
        quick.remember()
        found = quick._signs(quick._patterns())
        assert found
        yield found


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repo:
    """A repository with a commit, which is the current folder."""
    repo = Repo(tmp_path / "repo")
    repo.commit(old_txt="old\n" * 9)
    monkeypatch.chdir(repo.root)
    return repo


def one(repo: Repo) -> None:
    repo.add("a.txt", "nothing\n")


def several(repo: Repo) -> None:
    for number in range(3):
        repo.add(f"folder/{number}.txt", "x" * 700)
    repo.add("old.txt", "new\n")
    repo.add("caf\udce9\n.bin", b"\0\xff")
    repo.add("empty.txt")


def deletion(repo: Repo) -> None:
    repo.git("rm", "--quiet", "old.txt")


def rename(repo: Repo) -> None:
    repo.git("mv", "old.txt", "new.txt")


def mode(repo: Repo) -> None:
    repo.git("update-index", "--chmod=+x", "old.txt")


def first_commit(repo: Repo) -> None:
    repo.git("checkout", "--quiet", "--orphan", "other")


def merge(repo: Repo) -> None:
    repo.git("checkout", "--quiet", "-b", "topic")
    repo.commit(topic_txt="topic\n")
    repo.git("checkout", "--quiet", "main")
    repo.commit(main_txt="main\n")
    repo.git("merge", "--quiet", "--no-commit", "topic")
    repo.add("more.txt", "more\n")


def foreign_pyproject(repo: Repo) -> None:
    repo.commit(pyproject_toml="[project]\n")
    repo.add("a.txt", "nothing\n")


def words(repo: Repo) -> None:
    repo.add("a.c", "/* SECRET */ int keep(struct session *session, const u8 *secret);\n")


def nothing(repo: Repo) -> None:
    pass


@pytest.mark.parametrize("color", ["", "1"])
@pytest.mark.parametrize(
    "prepare", [nothing, one, several, deletion, rename, mode, first_commit, merge, foreign_pyproject, words]
)
def test_same_report(
    repo: Repo,
    prepare: Callable[[Repo], None],
    color: str,
    capfdbinary: pytest.CaptureFixture[bytes],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Byte for byte what the whole way prints, with and without colour."""
    prepare(repo)
    monkeypatch.setenv("FORCE_COLOR", color)
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert quick.run(["--staged"]) == 0
    sys.stdout.flush()
    short = capfdbinary.readouterr().out
    whole = subprocess.run([command(), "scan", "--staged", "--jobs=1"], capture_output=True, check=False)
    assert (whole.returncode, whole.stderr) == (0, b"")
    assert short.decode() == whole.stdout.decode()


def token(repo: Repo) -> None:
    repo.add("a.txt", mint())


def old_token(repo: Repo) -> None:
    repo.commit(a_txt=mint())
    repo.add("a.txt", f"{mint()}\n")


def setting(repo: Repo) -> None:
    repo.add("a.py", "# secret\n" * 2000 + "SECRET_KEY = load()")


def countless(repo: Repo) -> None:
    repo.add("a.py", "secr" * 10_001)


def wide(repo: Repo) -> None:
    repo.add("a.txt", f"\ufeff{mint()}".encode("utf-16-le"))


def link(repo: Repo) -> None:
    (repo.root / "link").symlink_to("nowhere")
    repo.git("add", "link")


def vendored(repo: Repo) -> None:
    repo.add("lib/vendor/a.txt", "nothing\n")


def moved_from_vendored(repo: Repo) -> None:
    repo.add("vendor/a.txt", "nothing\n")
    repo.commit()
    repo.git("mv", "vendor/a.txt", "a.txt")


def configuration(repo: Repo) -> None:
    repo.write("tokensweep.toml", "no TOML")
    one(repo)


def own_pyproject(repo: Repo) -> None:
    repo.write("pyproject.toml", "[tool.tokensweep]\nexclude = ['a.txt']\n")
    one(repo)


def staged_configuration(repo: Repo) -> None:
    repo.add("pyproject.toml", "[tool.tokensweep]\n")
    (repo.root / "pyproject.toml").unlink()


def ignore_file(repo: Repo) -> None:
    repo.write(".tokensweepignore", "a.txt\n")
    one(repo)


def conflict(repo: Repo) -> None:
    merge(repo)
    ours, theirs = repo.git("rev-parse", "main:main.txt"), repo.git("rev-parse", "topic:topic.txt")
    info = f"100644 {ours} 2\tsame.txt\n100644 {theirs} 3\tsame.txt\n"
    repo.git("update-index", "--index-info", stdin=info.encode())


def packed(repo: Repo) -> None:
    one(repo)
    repo.git("repack", "--quiet", "-a", "-d")
    pack = repo.git("pack-objects", "--quiet", ".git/objects/pack/pack", stdin=repo.git("rev-parse", ":a.txt").encode())
    assert pack
    repo.git("prune-packed")


def many(repo: Repo) -> None:
    for number in range(300):
        repo.write(f"{number}.txt", str(number))
    repo.git("add", ".")


def large(repo: Repo) -> None:
    repo.add("a.bin", os.urandom(17 << 20))


def corrupt(repo: Repo) -> None:
    one(repo)
    rewrite(repo, b"no zlib")


def cut_short(repo: Repo) -> None:
    one(repo)
    rewrite(repo, zlib.compress(b"blob 8\0nothing\n")[:-4])


def of_another_size(repo: Repo) -> None:
    one(repo)
    rewrite(repo, zlib.compress(b"blob 3\0nothing\n"))


def no_index(repo: Repo) -> None:
    (repo.root / ".git/index").write_bytes(b"broken")


def no_repository(repo: Repo) -> None:
    shutil.rmtree(repo.root / ".git")


def rewrite(repo: Repo, content: bytes) -> None:
    id_ = repo.git("rev-parse", ":a.txt")
    path = repo.root / ".git/objects" / id_[:2] / id_[2:]
    path.chmod(0o644)
    path.write_bytes(content)


@pytest.mark.parametrize(
    "prepare",
    [
        token, old_token, setting, countless, wide, link, vendored, moved_from_vendored, configuration, own_pyproject,
        staged_configuration, ignore_file, conflict, packed, many, large, corrupt, cut_short, of_another_size, no_index,
        no_repository,
    ],
)  # fmt: skip
def test_gives_up(repo: Repo, prepare: Callable[[Repo], None], capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    """Where something may be found, or is not plain, the whole way must be taken, and nothing was said yet."""
    prepare(repo)
    assert quick.run(["--staged"]) is None
    assert capfdbinary.readouterr() == (b"", b"")


@pytest.mark.parametrize(
    "arguments",
    [["--staged", "--format=json"], ["--staged", "--fail-on", "never"], ["--staged", "a.txt"], ["--staged", "-v"]],
    ids=" ".join,
)
def test_other_options(repo: Repo, arguments: list[str]) -> None:
    """Only those that change nothing here are known."""
    one(repo)
    assert quick.run(arguments) is None


@pytest.mark.parametrize("option", ["--quiet", "-q", "--exit-zero", "--no-progress"])
def test_options_that_change_nothing(repo: Repo, option: str, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    """They are known."""
    one(repo)
    assert quick.run([option, "--staged"]) == 0
    sys.stdout.flush()
    assert capfdbinary.readouterr() == (b"No findings in 1 file\nRead 1 of 1 files, 8 bytes.\n", b"")


def test_variables(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    """An option in a variable is an option."""
    one(repo)
    monkeypatch.setenv("TOKENSWEEP_FORMAT", "json")
    assert quick.run(["--staged"]) is None


def test_without_its_cache(repo: Repo, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The first scan takes the whole way and fills the cache; one that others can write to is not believed."""
    one(repo)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert quick.run(["--staged"]) is None
    done = subprocess.run([command(), "scan", "--staged"], env=environment(), capture_output=True, check=False)
    assert done.returncode == 0
    assert quick.run(["--staged"]) == 0
    (file,) = (tmp_path / "cache/tokensweep").glob("staged-*")
    content = file.read_bytes()
    for false in (content[:-1], content[content.index(b"\0") :], b""):
        file.write_bytes(false)
        signs = quick._signs(quick._patterns())
        assert signs is None or signs[0], "nothing to look for would be clean for ever"
    file.write_bytes(content)
    file.chmod(0o666)
    assert quick.run(["--staged"]) is None


@settings(max_examples=300)
@given(st.data(), st.binary(max_size=9), st.binary(max_size=9))
def test_every_anchor_holds_a_sign(signs: quick.Signs, data: st.DataObject, before: bytes, behind: bytes) -> None:
    """Wherever an anchor stands, and in whatever spelling: at the start, at the end, between other bytes."""
    anchor = data.draw(st.sampled_from(ANCHORS))
    way = data.draw(st.sampled_from(anchor.ways))
    text = before + bytes(data.draw(st.sampled_from(sorted(places))) for places in way) + behind + bytes(AHEAD)
    assert quick._found(text, signs) or not DETECTOR.hits(memoryview(text))


@given(st.binary(max_size=40))
def test_no_sign_in_noise(signs: quick.Signs, data: bytes) -> None:
    """Bytes without an anchor hold none; however few they are, nothing is raised."""
    assert not quick._found(data, signs) or DETECTOR.hits(memoryview(data))


def test_loads_next_to_nothing(repo: Repo) -> None:
    """What takes longer to load than a commit takes to read is not loaded."""
    one(repo)
    code = "import sys; from scanner.cli import main; status = main(sys.argv[1:]); print(status, *sys.modules)"
    run = subprocess.run(
        [sys.executable, "-S", "-c", code, "scan", "--staged"],
        env=environment(PYTHONPATH=str(Path(quick.__file__).parents[2])),
        capture_output=True,
        text=True,
        check=False,
    )
    status, *loaded = run.stdout.splitlines()[-1].split()
    assert status == "0"
    assert set(loaded) & HEAVY == set()


@pytest.mark.parametrize(
    ("prepare", "processes"), [(one, 1), (several, 1), (first_commit, 1), (packed, 2), (token, 2), (old_token, 3)]
)
def test_processes(repo: Repo, prepare: Callable[[Repo], None], processes: int, tmp_path: Path) -> None:
    """Git is started once where nothing is found; else once more to read, and once more for what stood before."""
    prepare(repo)
    log = tmp_path / "log"
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/git").write_text(f'#!/bin/sh\necho "$*" >> {log}\nexec {shutil.which("git")} "$@"\n')
    (tmp_path / "bin/git").chmod(0o755)
    path = os.pathsep.join([str(tmp_path / "bin"), os.environ["PATH"]])
    subprocess.run([command(), "scan", "--staged"], env=environment(PATH=path), capture_output=True, check=False)
    assert len(log.read_text().splitlines()) == processes
