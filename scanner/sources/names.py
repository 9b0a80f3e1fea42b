"""Folders that are left out by their names."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

_VERSION_CONTROL: Final = frozenset({b".git", b".hg", b".svn", b".bzr", b"CVS", b".jj"})
VENDORED: Final = frozenset(
    {
        b"node_modules", b"bower_components", b"jspm_packages", b".pnpm-store", b".yarn", b"site-packages",
        b"dist-packages", b"__pypackages__", b".tox", b".nox", b".venv", b"vendor", b"third_party", b"third-party",
        b"thirdparty", b"3rdparty", b"Pods", b"Carthage", b".gradle", b".m2", b".cargo", b".bundle", b"elm-stuff",
    }
)  # fmt: skip
"""Folders into which package managers put other people's code."""


def why_excluded(name: bytes, vendored: bool) -> str | None:
    """Why a folder of this name is left out, whatever the policy says of paths; None if it is not."""
    if name in _VERSION_CONTROL:
        return "version-control"
    return "vendored" if not vendored and name in VENDORED else None
