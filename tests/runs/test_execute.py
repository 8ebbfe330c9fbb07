"""Work in chunks: what is missing is done, once, and watched."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nulight.runs import Chunks, Memory, Serial, execute, stream


@given(st.integers(1, 1000), st.integers(1, 300))
def test_chunks_cover_every_item_once(n_items, size):
    chunks = Chunks(n_items=n_items, size=size)
    places = [chunks.places(chunk) for chunk in range(len(chunks))]
    items = [item for place in places for item in range(place.start, place.stop)]
    assert items == list(range(n_items))
    assert all(place.stop - place.start == size for place in places[:-1])


def test_there_are_no_chunks_beyond_the_last():
    chunks = Chunks(n_items=10, size=4)
    for chunk in (-1, 3):
        with pytest.raises(IndexError, match="there are 3"):
            chunks.places(chunk)
    with pytest.raises(ValueError, match="both must be positive"):
        Chunks(n_items=10, size=0)


def test_only_missing_chunks_are_done_and_the_bar_knows_of_the_others():
    store, done, seen = Memory(), [], []

    def task(chunk):
        done.append(chunk)
        return {"x": np.full(2, float(chunk))}

    def track(chunks, *, done, total):
        seen.append((done, total))
        for chunk in chunks:
            seen.append(chunk)
            yield chunk

    store.write(1, {"x": np.zeros(2)})
    execute(task, 4, store, executor=Serial(), track=track)
    assert done == [0, 2, 3]
    assert seen == [(1, 4), 0, 2, 3]
    assert store.finished() == {0, 1, 2, 3}
    np.testing.assert_array_equal(store.read(3)["x"], [3.0, 3.0])


def test_linear_algebra_in_a_chunk_has_one_thread():
    from threadpoolctl import threadpool_info

    found = []
    execute(lambda _: found.extend(threadpool_info()) or {}, 1, Memory())
    assert found
    assert all(pool["num_threads"] == 1 for pool in found)


def test_streams_depend_on_seed_and_key_alone():
    first = stream(1, 2, 3).random(4)
    np.testing.assert_array_equal(stream(1, 2, 3).random(4), first)
    for other in (stream(2, 2, 3), stream(1, 3, 2), stream(1, 2)):
        assert not np.any(other.random(4) == first)
    with pytest.raises(ValueError, match="seed -1"):
        stream(-1)
