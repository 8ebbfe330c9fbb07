"""Files of chunks: the same to the byte, read by numpy, and every damage noticed."""

from __future__ import annotations

import io
import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nulight.runs.archive import DamagedError, pack, unpack

ARRAYS = {"twice_nll": np.linspace(0, 1, 17), "converged": np.arange(17) % 3 > 0, "late": np.array([3, 5])}


def test_arrays_come_back_and_numpy_reads_them():
    content = pack(ARRAYS, "run 1")
    for found in (unpack(content, "run 1"), np.load(io.BytesIO(content))):
        assert set(found) == set(ARRAYS)
        for name, array in ARRAYS.items():
            np.testing.assert_array_equal(found[name], array)
            assert found[name].dtype == array.dtype


def test_the_same_arrays_are_the_same_file_later(monkeypatch):
    first = pack(ARRAYS, "run 1")
    monkeypatch.setattr(time, "time", lambda: 2e9)
    assert pack(ARRAYS, "run 1") == first


@given(st.data())
def test_any_changed_bit_and_any_truncation_is_noticed(data):
    content = pack(ARRAYS, "run 1")
    place, bit = data.draw(st.integers(0, len(content) - 1)), data.draw(st.integers(0, 7))
    changed = bytearray(content)
    changed[place] ^= 1 << bit
    for damaged in (bytes(changed), content[:place]):
        with pytest.raises(DamagedError):
            unpack(damaged, "run 1")


def test_a_file_of_another_run_or_chunk_is_noticed():
    with pytest.raises(DamagedError, match="another run"):
        unpack(pack(ARRAYS, "run 1 2"), "run 1 3")


@pytest.mark.parametrize("content", [b"", b"\0" * 30, b"\0" * 5000])
def test_an_empty_or_blank_file_is_damaged(content):
    with pytest.raises(DamagedError):
        unpack(content, "run 1")
