"""Where things of our own lie: the shipped rules, and the user's cache. Loads next to nothing."""

from __future__ import annotations

import os
import stat
import sys

_SEAL = 32
"""Bytes of a SHA-256 before what it is of."""
_PACKAGE = os.path.dirname(os.path.abspath(__file__))


def rules() -> str:
    """The folder of the shipped rules: inside an installed package, beside it in a checkout."""
    installed = os.path.join(_PACKAGE, "_rules")
    return installed if os.path.isdir(installed) else os.path.join(os.path.dirname(_PACKAGE), "rules")


def cache() -> str:
    """The folder of the user's own cache, never one of what is scanned."""
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or os.path.expanduser(os.path.join("~", "AppData", "Local"))
    else:
        base = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser(os.path.join("~", ".cache"))
    return os.path.join(base, "tokensweep")


def read_cached(name: str, folder: str | None = None) -> bytes | None:
    """The bytes of a file of the cache that only this user can have written; None where there is none.

    What lies there is used as it is: a false file could crash us, or hide what is to be found. `folder` stands in place
    of the user's own cache.
    """
    try:
        with open(os.path.join(folder or cache(), name), "rb") as file:
            status = os.fstat(file.fileno())
            foreign = hasattr(os, "geteuid") and status.st_uid != os.geteuid()
            if foreign or (status.st_mode & (stat.S_IWGRP | stat.S_IWOTH) and sys.platform != "win32"):
                return None
            return file.read()
    except OSError:
        return None


def write_cached(name: str, data: bytes, folder: str | None = None) -> bool:
    """Put a file into the cache, whole or not at all: with a read-only home or a full disk, all works without it.

    Tells whether it is there. `folder` as in `read_cached`.
    """
    folder = folder or cache()
    temporary = os.path.join(folder, f"{name}.{os.getpid()}")
    try:
        os.makedirs(folder, mode=0o700, exist_ok=True)
        with open(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(data)
        os.replace(temporary, os.path.join(folder, name))
    except OSError:
        return False
    return True


def read_sealed(name: str) -> bytes | None:
    """The bytes of a file of the user's own cache, as `write_sealed` put them there; None where they are not whole."""
    import hashlib

    sealed = read_cached(name) or b""
    return sealed[_SEAL:] if hashlib.sha256(sealed[_SEAL:]).digest() == sealed[:_SEAL] else None


def write_sealed(name: str, data: bytes) -> None:
    """Put a file into the user's own cache, as `write_cached` does."""
    import hashlib

    write_cached(name, hashlib.sha256(data).digest() + data)


def code(*names: str) -> str:
    """12 hex digits that change when our code does, in the modules and packages of these paths in the package.

    A frozen program has no sources at hand, and a version that tells enough.
    """
    import hashlib

    state = hashlib.sha256()
    for path in (os.path.join(_PACKAGE, name) for name in names):
        inside = sorted(os.listdir(path)) if os.path.isdir(path) else ()
        for module in [os.path.join(path, name) for name in inside if name.endswith(".py")] or [path]:
            if os.path.isfile(module):
                with open(module, "rb") as file:
                    state.update(hashlib.sha256(file.read()).digest())
    return state.hexdigest()[:12]
