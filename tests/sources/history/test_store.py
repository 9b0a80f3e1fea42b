"""The number of each id, whichever packs hold it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from scanner.sources.history.ids import Ids, matrix
from scanner.sources.history.packs import Pack
from scanner.sources.history.store import Place, Store

ids = st.builds(lambda head, tail: bytes([head]) * 8 + bytes([tail]) * 12, st.integers(0, 3), st.integers(0, 3))
"""Many begin alike, as ids do that are made to."""


@given(st.lists(st.lists(ids, max_size=6, unique=True).map(sorted), max_size=4), st.lists(ids, max_size=3, unique=True))
def test_of_copies_the_first(packs, loose):
    """Each id has the number of its first copy; the others are told."""
    store = Store.__new__(Store)
    store.place = Place((), 20)
    held = [(Ids(matrix(b"".join(pack), 20)), np.arange(len(pack), dtype=np.int32)) for pack in packs]
    store.packs = [cast("Pack", SimpleNamespace(ids=table, position=position)) for table, position in held]
    store.loose = [(id_, "") for id_ in sorted(loose)]
    store.starts = [sum(map(len, packs[:end])) for end in range(len(packs) + 1)]
    store._index()
    everything = [id_ for pack in packs for id_ in pack] + sorted(loose)
    for id_ in everything:
        assert store.find_one(id_.hex()) == everything.index(id_)
    copies = [number for number, id_ in enumerate(everything) if everything.index(id_) != number]
    assert store.copies.tolist() == copies
    assert store.find_one("ff" * 20) == -1
