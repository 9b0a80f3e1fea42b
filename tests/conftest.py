"""A folder to scan, and scans of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import hypothesis
import pytest

from scanner import pipeline
from scanner.model import Policy, Report
from scanner.sources.targets import plan_of
from tests.scans import NOW, Scan

# A busy machine is no failure.
hypothesis.settings.register_profile("patient", deadline=None)
hypothesis.settings.load_profile("patient")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """An empty folder to scan."""
    folder = tmp_path / "root"
    folder.mkdir()
    return folder


@pytest.fixture
def scan(root: Path) -> Scan:
    """Scans targets (`root` unless told) as of NOW, under the default policy with changes."""

    def scan(*targets: Any, **policy: Any) -> Report:
        return pipeline.scan(
            plan_of([str(target) for target in targets or (root,)]), Policy(**policy), NOW, with_rules=False
        )

    return scan
