"""Arrays as one npz file that is the same to the byte for the same arrays, and knows when it was damaged.

`numpy.savez` writes the time into the file; here the date is fixed. The SHA-256 of the file stands at its end
as the comment of the zip archive, so that `numpy.load` reads it as any other.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from hashlib import sha256

import numpy as np

from nulight.typing import FloatArray

__all__ = ["FIXED_DATE", "DamagedError", "pack", "unpack"]

FIXED_DATE = (1980, 1, 1, 0, 0, 0)
_DIGEST = 64  # hexadecimal digits of a SHA-256
_NO_COMMENT = b"\0\0"  # length of the comment, the last two bytes of an archive without one


class DamagedError(ValueError):
    """The file is not what was written."""


def pack(arrays: Mapping[str, FloatArray], label: str) -> bytes:
    """Return the arrays as an npz file.

    Parameters
    ----------
    arrays : mapping of str to array
        Numbers or truth values.
    label : str
        What the arrays belong to; enters the digest.
    """
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name, array in arrays.items():
            member = io.BytesIO()
            np.lib.format.write_array(member, np.ascontiguousarray(array), allow_pickle=False)
            archive.writestr(zipfile.ZipInfo(f"{name}.npy", FIXED_DATE), member.getvalue())
    plain = out.getvalue()
    return plain[:-2] + _ending(plain, label)


def unpack(content: bytes, label: str) -> dict[str, FloatArray]:
    """Return the arrays of `pack`.

    Raises
    ------
    DamagedError
        If the content is truncated, changed, or belongs to another label.
    """
    plain = content[: -_DIGEST - 2] + _NO_COMMENT
    if content[-_DIGEST - 2 :] != _ending(plain, label):
        raise DamagedError("truncated, changed, or of another run")
    with np.load(io.BytesIO(content), allow_pickle=False) as file:
        return dict(file)


def _ending(plain: bytes, label: str) -> bytes:
    """The comment of the archive after its length."""
    return _DIGEST.to_bytes(2, "little") + sha256(label.encode() + b"\0" + plain).hexdigest().encode()
