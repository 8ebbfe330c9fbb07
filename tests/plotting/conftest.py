"""Small records with numbers that can be checked by eye; no physics behind them."""

from __future__ import annotations

import numpy as np
import pytest

from nulight.results import ContourResult, ForecastResult, LimitResult, SpectrumResult


@pytest.fixture
def spectrum():
    return SpectrumResult(
        experiment="toy",
        edges=np.array([0.0, 1.0, 3.0, 4.0]),
        counts={
            "pp": np.array([2.0, 4.0, 2.0]),
            "hep": np.full(3, 1e-3),
            "B8": np.full(3, 2e-3),
            "B0": np.full(3, 10.0),
        },
        observed=np.array([12.0, 15.0, 0.0]),
    )


@pytest.fixture
def limit():
    x = np.linspace(-3e-33, 3e-33, 61)
    return LimitResult(
        parameter="a_nu_ee",
        unit="cm^2",
        experiments=("toy",),
        lower=-1.645e-33,
        upper=1.645e-33,
        best_fit=0.0,
        cl=0.90,
        interval="two-sided",
        threshold=2.706,
        regions=((-1.645e-33, 1.645e-33),),
        twice_nll=0.0,
        scan_value=x[::-1],
        scan_delta_chi2=(x[::-1] / 1e-33) ** 2,
    )


@pytest.fixture
def contour():
    x, y = np.linspace(-3e-33, 3e-33, 61), np.linspace(0.2, 0.26, 31)
    delta = (x / 1e-33) ** 2 + ((y[:, None] - 0.23) / 0.01) ** 2
    angle = np.linspace(0, 2 * np.pi, 50)
    circle = np.column_stack([1e-33 * np.cos(angle), 0.23 + 0.01 * np.sin(angle)])
    levels = {"1 sigma": 2.296, "2 sigma": 6.180}
    return ContourResult(
        parameters=("a_nu_ee", "sin2_theta_w"),
        units=("cm^2", ""),
        experiments=("toy",),
        x=x,
        y=y,
        delta_chi2=delta,
        best_fit=(0.0, 0.23),
        twice_nll=0.0,
        levels=levels,
        paths=dict.fromkeys(levels, (circle * 1.0,)),
        dof=2,
    )


@pytest.fixture
def forecast():
    exposure = np.array([1.0, 4.0, 16.0])
    return ForecastResult(
        vary="exposure",
        vary_unit="t yr",
        values=exposure,
        parameter="mu_nu",
        unit="mu_B",
        lower=np.zeros(3),
        upper=1e-11 * exposure**-0.25,
        cl=0.90,
        interval="two-sided",
        against=5e-12,
    )
