"""Rows of templates are the counts themselves, whatever the couplings and nuisances."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nulight as nl
from nulight.exchange.written import write_out
from nulight.inference.expectation import Morph, expected_counts
from nulight.inference.model import Nuisance, parts
from oracles_counts import Parameter, PolynomialModel


def written_counts(written, channel, couplings, nuisances):
    """Counts of the rows, multiplied out as their docstring says."""
    total = np.zeros(len(channel.observed))
    for row in channel.rows:
        x = [couplings[c.name] / c.size for c in written.couplings]
        factor = np.prod([value**p for value, p in zip(x, row.powers, strict=True)])
        factor *= np.prod([1 + nuisances[name] for name in row.scaled])
        total += factor * np.prod([nuisances[name] for name in row.plain]) * row.template
    return total


def random_point(written, rng):
    couplings = {c.name: c.size * rng.uniform(max(c.lower, -4), min(c.upper, 4)) for c in written.couplings}
    nuisances = {n.name: rng.uniform(max(n.bounds[0], -0.5), min(n.bounds[1], 0.5)) for n in written.nuisances}
    return couplings, nuisances


@pytest.mark.parametrize(
    ("names", "couplings", "fixed"),
    [
        (["xenonnt-2022-er"], ["mu_nu"], {}),
        (["xenonnt-2022-er"], ["sin2_theta_w", "q_nu"], {}),
        (["coherent-csi-2021"], ["r2_nu_ee", "r2_nu_mumu"], {}),
        (["coherent-csi-2021"], ["mu_mu4"], {"m_4": 5e4}),
        (["coherent-csi-2017", "lz-b8-2025"], ["mu_nu_mu"], {"r2_nu_mumu": -1e-32}),
    ],
)
def test_rows_are_the_counts_of_shipped_experiments(names, couplings, fixed):
    model = nl.combine(*map(nl.load, names)) if len(names) > 1 else nl.load(names[0])
    written, rng = write_out(model, couplings, fixed=fixed), np.random.default_rng(3)
    for _ in range(5):
        x, u = random_point(written, rng)
        for channel, part in zip(written.channels, parts(model), strict=True):
            ours = expected_counts(part, {**fixed, **x}, u)[0]
            assert written_counts(written, channel, x, u) == pytest.approx(ours, rel=1e-12, abs=1e-13 * ours.max())


@given(
    coefficients=st.lists(st.floats(-50, 50).map(lambda v: round(v, 3)), min_size=5, max_size=5),
    lower=st.sampled_from([-np.inf, 0.0, -3.0]),
    scale=st.sampled_from([1e-34, 1e-3, 1.0, 1e6]),
)
def test_any_polynomial_is_found_back(coefficients, lower, scale):
    constant, linear, square, mixed, fourth = coefficients
    model = PolynomialModel(
        observed=np.array([7.0, 3.0]),
        terms={
            "a": [({}, [abs(constant) + 1, 2.0]), ({"s": 1}, [linear / scale, 1.0 / scale])],
            "b": [
                ({"s": 2}, np.array([square, 1.0]) / scale**2),
                ({"s": 1, "t": 1}, [mixed / scale, 0.0]),
                ({"t": 4}, [fourth, 1.0]),
            ],
        },
        known=(Parameter("s", lower=lower * scale, scale=scale), Parameter("t")),
        nuisances=(Nuisance("u", "gaussian", 0.1),),
        scales={"b": ("u",)},
    )
    written = write_out(model, ["s", "t"])
    x, u = random_point(written, np.random.default_rng(0))
    ours = expected_counts(model, x, u)[0]
    size = max(row.template.max() for row in written.channels[0].rows) * 4**4
    assert written_counts(written, written.channels[0], x, u) == pytest.approx(ours, rel=1e-12, abs=1e-11 * size)


@pytest.mark.parametrize("scale", [1e-20, 1e-12, 1e-9, 1e-3])
def test_couplings_count_in_the_decade_of_one_standard_deviation(scale):
    # s^2 / 1e-22 events on 100: one standard deviation, 10 events, at s = 3.2e-11
    model = PolynomialModel(
        observed=np.array([100.0]),
        terms={"b": [({}, [100.0])], "s": [({"s": 2}, [1e22])]},
        known=(Parameter("s", lower=0.0, scale=scale, unit="mu_B"),),
    )
    (coupling,) = write_out(model, ["s"]).couplings
    assert coupling.size in (1e-11, 1e-10)
    assert (coupling.lower, coupling.upper, coupling.open_ends) == (0.0, 30.0, (False, True))


def test_couplings_that_only_multiply_each_other_get_units_as_well():
    # 1e7 s^2 t events on 100, of which 10 are one standard deviation
    model = PolynomialModel(
        observed=np.array([100.0]),
        terms={"b": [({}, [100.0]), ({"s": 2, "t": 1}, [1e7])]},
        known=(Parameter("s", lower=0.0), Parameter("t")),
    )
    written = write_out(model, ["s", "t"])
    s, t = (c.size for c in written.couplings)
    assert 1e7 * s**2 * t / 10 == pytest.approx(1, rel=35)
    assert [row.powers for row in written.channels[0].rows] == [(0, 0), (2, 1)]


def test_rows_that_share_their_nuisances_are_summed():
    written = write_out(nl.load("coherent-csi-2021"), ["mu_nu_mu"])
    rows = [(row.powers, row.scaled, row.plain) for row in written.channels[0].rows]
    assert len(rows) == len(set(rows))


def test_linear_parametric_backgrounds_are_rows_and_floating_shapes_errors():
    model = nl.load("generic-cevns")
    with pytest.raises(ValueError, match=r"tail are no polynomial in generic_tail, generic_tail_scale"):
        write_out(model, ["mu_nu_mu"])
    held = nl.with_nuisances(model, {"generic_tail_scale": "fixed"})
    written = write_out(held, ["mu_nu_mu"])
    x, u = random_point(written, np.random.default_rng(5))
    ours = expected_counts(held, x, u)[0]
    assert written_counts(written, written.channels[0], x, u) == pytest.approx(ours, rel=1e-12)
    gone = nl.with_nuisances(held, {"generic_tail": "fixed"})
    ours = expected_counts(gone, x, u)[0]
    written = write_out(gone, ["mu_nu_mu"])
    assert written_counts(written, written.channels[0], x, u) == pytest.approx(ours, rel=1e-12)


def test_data_of_planned_experiments_follow_what_is_fixed():
    model, fixed = nl.load("51cr-cevns-ge"), {"r2_nu_ee": -2e-32}
    written = write_out(model, ["mu_nu_e"], fixed=fixed)
    assert written.channels[0].observed == pytest.approx(expected_counts(model, fixed)[0], rel=1e-12)
    assert written.channels[0].sigma == pytest.approx(model.sigma)


@dataclass(frozen=True, kw_only=True)
class Morphed(PolynomialModel):
    morphs: tuple[Morph, ...] = ()
    changes: tuple[float, ...] = ()

    def morph_counts(self, params):  # noqa: ARG002
        return np.asarray(self.changes)[None, None, :]


def test_changes_of_shape_keep_what_scales_their_component():
    model = Morphed(
        observed=np.array([10.0, 10.0]),
        terms={"b": [({}, [8.0, 9.0]), ({"s": 1}, [1.0, 2.0])]},
        known=(Parameter("s"),),
        nuisances=(Nuisance("flux", "gaussian", 0.1), Nuisance("tilt", "gaussian", 1.0, lower=-5, upper=5)),
        scales={"b": ("flux",)},
        morphs=(Morph("b", ("tilt", "tilt")),),
        changes=(0.5, -0.5),
    )
    rows = write_out(model, ["s"]).channels[0].rows
    assert [(row.scaled, row.plain) for row in rows] == [(("flux",), ()), (("flux",), ()), (("flux",), ("tilt",) * 2)]
    assert rows[2].template.tolist() == [0.5, -0.5]


@pytest.mark.parametrize(
    ("couplings", "fixed", "message"),
    [
        ([], {}, "name at least one coupling"),
        (["mu_nu", "mu_nu"], {}, "mu_nu: named twice"),
        (["mu_nu"], {"mu_nu": 1e-11}, "both a variable and fixed"),
        (["mu_mu"], {}, "no parameter 'mu_mu'"),
        (["mu_nu"], {"m4": 1.0}, "no parameter 'm4'"),
        (["m_4"], {}, "do not depend on m_4"),
        (["m_4"], {"mu_e4": 1e-10}, "no polynomial in m_4: a mass"),
    ],
)
def test_errors_say_what_would_be_right(couplings, fixed, message):
    with pytest.raises(ValueError, match=message):
        write_out(nl.load("xenonnt-2022-er"), couplings, fixed=fixed)


def test_open_nuisances_end_at_ten_widths_or_ten_times_the_counts():
    nuisances = (
        Nuisance("gauss", "gaussian", 0.2),
        Nuisance("shape", "gaussian", 1.0, lower=-5, upper=5),
        Nuisance("box", "box", 0.3),
        Nuisance("free", "free"),
    )
    model = PolynomialModel(
        observed=np.ones(1),
        terms={"s": [({"s": 1}, [1.0])]},
        known=(Parameter("s"),),
        nuisances=nuisances,
        scales={"s": tuple(n.name for n in nuisances)},
    )
    written = write_out(model, ["s"])
    assert [written.bounds(n) for n in nuisances] == [(-1.0, 2.0), (-5.0, 5.0), (-0.3, 0.3), (-1.0, 9.0)]
