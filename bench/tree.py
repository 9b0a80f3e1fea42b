"""A large tree: against the peers, with the memory that it takes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from bench import inputs, peers
from bench.inputs import FEWEST_FILES, MEGABYTE
from bench.measure import Comparison, MeasurementError, compare, run
from bench.peers import PEERS, Scanner
from bench.setup import Setup, tell
from bench.table import Row, row

MEMORY_MB = 150
"""Megabytes of a process, at most."""


def rows(setup: Setup) -> Iterator[Row]:
    """What the tree holds, what of it we read with how much memory, and a row a peer.

    Raises MeasurementError where our own scan fails.
    """
    tree = setup.tree or inputs.tree(setup.cache)
    held = inputs.size(tree)
    yield row(
        f"tree {tree.name}",
        f"≥ {FEWEST_FILES:,} files",
        f"{held.files:,} files, {held.bytes / MEGABYTE:,.0f} MB",
        held.files >= FEWEST_FILES,
    )
    tell("tokensweep alone: warm-up, and what it reads")
    peers.prove(peers.OURS, setup.bin, setup.scratch)
    alone = setup.scan(tree)
    read = setup.covered()
    yield row("files read", f"{held.files:,}", f"{read.files:,} files, {read.bytes / MEGABYTE:,.0f} MB", read == held)
    yield row(
        "largest process on the tree",
        f"≤ {MEMORY_MB} MB",
        f"{alone.peak / MEGABYTE:.0f} MB",
        alone.peak <= MEMORY_MB * MEGABYTE,
    )
    for peer in PEERS:
        try:
            yield _row(setup, peer, tree)
        except MeasurementError as reason:
            yield Row(peer.name, _target(peer), str(reason), "not measured")


def _row(setup: Setup, peer: Scanner, tree: Path) -> Row:
    tell(f"against {peer.name}")
    peers.install(peer.package, setup.peers)
    version = peers.prove(peer, setup.peers / "bin", setup.scratch)
    folder = inputs.subtree(tree, peer.megabytes * MEGABYTE) if peer.megabytes else tree
    if folder is None:
        raise MeasurementError(f"no folder of at most {peer.megabytes} MB right below the tree")
    output = setup.scratch / "peer.out"
    done = compare(
        lambda: setup.scan(folder),
        lambda: run([setup.peers / "bin" / peer.program, *peer.arguments], folder, output, peer.finished),
    )
    what = f"{peer.name} ({version})" + (f", on {folder.name}/ alone" if folder != tree else "")
    if peer.at_most is not None:
        ratio, low, high = done.ratios(lambda ours, theirs: ours.wall / theirs.wall)
        met: bool | None = ratio <= peer.at_most
        figure = f"{ratio:.2f} times its time ({low:.2f} to {high:.2f}"
    else:
        ratio, low, high = done.ratios(lambda ours, theirs: theirs.wall / ours.wall)
        met = ratio >= peer.at_least if peer.at_least is not None else None
        figure = f"{ratio:.1f} times faster ({low:.1f} to {high:.1f}"
    return row(what, _target(peer), f"{figure}, {len(done.pairs)} pairs); {_costs(done)}", met)


def _target(peer: Scanner) -> str:
    if peer.at_most is not None:
        return f"≤ {peer.at_most:g} times its time"
    return f"≥ {peer.at_least:g} times faster" if peer.at_least is not None else ""


def _costs(done: Comparison) -> str:
    wall, cpu, peak = (done.median(cost) for cost in (lambda r: r.wall, lambda r: r.cpu, lambda r: r.peak / MEGABYTE))
    return (
        f"wall {wall[0]:.2f} : {wall[1]:.2f} s, CPU {cpu[0]:.2f} : {cpu[1]:.2f} s, "
        f"largest process {peak[0]:.0f} : {peak[1]:.0f} MB"
    )
