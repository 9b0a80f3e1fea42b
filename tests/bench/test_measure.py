"""What a run is said to cost is what it cost."""

import sys

import pytest

from bench.measure import Comparison, MeasurementError, Run, run

MEGABYTE = 1_000_000
WORKER = "import time; held = bytearray(200_000_000); time.sleep(0.3)"
PARENT = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {WORKER!r}], check=True)"


def test_memory_of_a_worker_counts(tmp_path):
    """The largest process may be a child of the command, and all of them together hold at least what it holds."""
    cost = run([sys.executable, "-c", PARENT], tmp_path, tmp_path / "out", frozenset({0}), watch=True)
    assert cost.peak >= 200 * MEGABYTE
    assert cost.together >= 200 * MEGABYTE
    assert cost.wall >= 0.3
    assert cost.cpu < cost.wall


def test_a_failed_run_is_no_measurement(tmp_path):
    """A command that ends with an unexpected status says why in the table."""
    with pytest.raises(MeasurementError, match="ended with status 7: no such rule"):
        run(
            [sys.executable, "-c", "import sys; print('no such rule', file=sys.stderr); sys.exit(7)"],
            tmp_path,
            tmp_path / "out",
            frozenset({0, 1}),
        )


def test_a_missing_program_is_no_measurement(tmp_path):
    """So does one that is not there."""
    with pytest.raises(MeasurementError, match="did not start"):
        run([tmp_path / "absent"], tmp_path, tmp_path / "out", frozenset({0}))


def test_ratio_is_the_median_of_pairs():
    """A busy moment that hits both runs of a pair leaves the ratio as it is; the ratio of medians would not."""
    walls = [(1.0, 2.0), (10.0, 20.0), (1.0, 3.0)]
    pairs = Comparison([(Run(ours, 0, 0, 0), Run(peer, 0, 0, 0)) for ours, peer in walls])
    assert pairs.ratios(lambda ours, peer: peer.wall / ours.wall) == (2.0, 2.0, 3.0)
