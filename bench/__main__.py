"""`python -m bench`: measure, print one table. Ends with 1 when a target is missed or was not measured, else 0."""

from __future__ import annotations

import argparse
import os
import platform
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from bench import history, linear, memory, recall, secrets, staged, startup, tree
from bench.measure import MeasurementError
from bench.setup import Setup
from bench.table import Row, render

SECTIONS: dict[str, Callable[[Setup], Iterator[Row]]] = {
    "tree": tree.rows,
    "memory": memory.rows,
    "startup": startup.rows,
    "staged": staged.rows,
    "linear": linear.rows,
    "recall": recall.rows,
    "secrets": secrets.rows,
    "history": history.rows,
}


def main() -> int:
    """Run the sections that were asked for."""
    parser = argparse.ArgumentParser(
        prog="python -m bench", description="Measure tokensweep: peers, memory, start-up, growth."
    )
    parser.add_argument(
        "--tree", type=Path, help="folder of at least 50,000 files (default: the Linux source, or a made one)"
    )
    parser.add_argument(
        "--repository", type=Path, help="git repository of at least 15,000 commits (default: a made one)"
    )
    parser.add_argument("--corpus", type=Path, action="append", default=[], help="folder to find tokens in; repeatable")
    parser.add_argument(
        "--only", default=",".join(SECTIONS), help="sections, with commas between (default: %(default)s)"
    )
    wanted = parser.parse_args()
    names = wanted.only.split(",")
    if unknown := set(names) - set(SECTIONS):
        parser.error(f"no section {', '.join(sorted(unknown))}; there are {', '.join(SECTIONS)}")
    for folder in filter(None, [wanted.tree, wanted.repository, *wanted.corpus]):
        if not folder.is_dir():
            parser.error(f"no folder {folder}")

    table: list[Row] = []
    with tempfile.TemporaryDirectory(prefix="tokensweep-bench-") as scratch:
        setup = Setup(
            bin=Path(sys.executable).parent,
            peers=Path(__file__).parent / ".venv",
            tree=wanted.tree and wanted.tree.resolve(),
            repository=wanted.repository and wanted.repository.resolve(),
            corpora=tuple(folder.resolve() for folder in wanted.corpus),
            cache=Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache", "tokensweep-bench"),
            scratch=Path(scratch),
        )
        for name in names:
            print(name, file=sys.stderr)
            try:
                table.extend(SECTIONS[name](setup))
            except MeasurementError as reason:
                table.append(Row(name, "", str(reason), "not measured"))
    print(
        f"Python {platform.python_version()}, {platform.system()} {platform.machine()}, {os.cpu_count()} processors\n"
    )
    print(render(table))
    return int(any(row.verdict in {"missed", "not measured"} for row in table))


if __name__ == "__main__":
    sys.exit(main())
