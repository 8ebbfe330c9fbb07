"""Array types used in annotations."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["ArrayLike", "ComplexArray", "FloatArray"]

FloatArray = NDArray[np.float64]
ComplexArray = NDArray[np.complex128]
