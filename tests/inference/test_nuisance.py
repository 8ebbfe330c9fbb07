"""Bounds, descriptions and treatments of a nuisance."""

from __future__ import annotations

import numpy as np
import pytest

from nulight.inference.model import Nuisance, with_nuisances


def test_bounds_and_description():
    assert Nuisance("x", "free").bounds == (-1.0, np.inf)
    assert Nuisance("x", "free", lower=-0.9, upper=4.0).bounds == (-0.9, 4.0)
    assert Nuisance("x", "box", 0.5, lower=-0.2).bounds == (-0.2, 0.5)
    assert Nuisance("x", "box", 3.0, lower=-5.0, upper=5.0).bounds == (-3.0, 3.0)
    assert Nuisance("x", "free", upper=4.0).describe() == "x (free, u to 4)"
    assert Nuisance("x", "gaussian", 0.1).describe() == "x (gaussian 0.1)"
    assert Nuisance("x", "free") != Nuisance("x", "free", lower=-0.9)


@pytest.mark.parametrize(("lower", "upper"), [(0.1, 1.0), (-1.0, -0.5), (0.0, 0.0)])
def test_bounds_must_leave_the_nominal_value_inside(lower, upper):
    with pytest.raises(ValueError, match="nominal u = 0"):
        Nuisance("x", "free", lower=lower, upper=upper)


def test_relative_width_above_one_is_explained(counting):
    model = counting([5.0], nuisances=(Nuisance("flux", "gaussian", 0.1),), scales={"signal": ("flux",)})
    with pytest.raises(
        ValueError, match=r"means 1000 %; write 0.1 for 10 %, 'free'.* Nuisance\('flux', 'gaussian', 10\)"
    ):
        with_nuisances(model, {"flux": 10})
    assert with_nuisances(model, {"flux": 1.0}).nuisances[0].width == 1.0
    assert with_nuisances(model, {"flux": Nuisance("flux", "gaussian", 10)}).nuisances[0].width == 10
