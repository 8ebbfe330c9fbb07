"""The limit on a common scale: one parameter of any matrix, against limits on that parameter by name."""

from __future__ import annotations

import numpy as np
import pytest

import nulight as nl
from nulight.conventions import get_conventions
from nulight.inference.expectation import row_counts
from nulight.inference.profile import minimise
from nulight.studies.moment_scale import moment_counts, scale_limit, scaled_model

XENON, OLDER, REACTOR, PIONS, LINE = (
    "xenonnt-2022-er",
    "xenon1t-2020-er",
    "texono-csi-2010",
    "coherent-csi-2021",
    "51cr-lxe-a",
)
DIRAC = get_conventions().with_changes(neutrinos="dirac")
UNIVERSAL = {"lambda_11": 1e-11, "lambda_22": 1e-11, "lambda_33": 1e-11}
MIXED = {
    **{"lambda_12": 2e-11, "lambda_14": 3e-11, "lambda_24": 1e-11, "lambda_24_phase": 1.0},
    **{"m_4": 500.0, "theta_14": 0.3},
}
MODULI = ("lambda_12", "lambda_14", "lambda_24")


def scaled(factor):
    return {name: value * factor if name in MODULI else value for name, value in MIXED.items()}


def ends(regions, factor=1.0):
    return [None if end is None else factor * end for region in regions for end in region]


# --- against limits by name ---------------------------------------------------------------------------


@pytest.mark.parametrize("name", [XENON, OLDER, REACTOR, PIONS, LINE, "dresden-ii-2022"])
def test_universal_matrix_has_the_limit_on_mu_nu(name):
    """Equal diagonal moments of Dirac neutrinos are one moment of every flavour, whatever the source."""
    found = scale_limit(UNIVERSAL, [nl.load(name, conventions=DIRAC)])
    expected = nl.limit(nl.load(name), "mu_nu")
    assert ends(found.regions, 1e-11) == pytest.approx(ends(expected.regions), rel=1e-6)
    assert found.threshold == expected.threshold


@pytest.mark.parametrize("name", [XENON, REACTOR, PIONS])
def test_single_element_has_its_own_limit(name):
    experiment, fixed = nl.load(name), {"m_4": 200.0, "lambda_14_phase": 0.5}
    found = scale_limit({"lambda_14": 3e-12, **fixed}, [experiment], cl=0.95)
    expected = nl.limit(experiment, "lambda_14", fixed=fixed, cl=0.95)
    assert ends(found.regions, 3e-12) == pytest.approx(ends(expected.regions), rel=1e-6)


def test_interference_is_kept():
    """With mixing the counts have a part linear in the moment, of either sign."""
    upper = []
    for phase in (0.0, np.pi):
        experiment, fixed = nl.load(REACTOR), {"m_4": 1500.0, "theta_14": 0.7, "lambda_14_phase": phase}
        found = scale_limit({"lambda_14": 1e-9, **fixed}, [experiment])
        expected = nl.limit(experiment, "lambda_14", fixed=fixed)
        assert ends(found.regions, 1e-9) == pytest.approx(ends(expected.regions), rel=1e-5)
        upper.append(found.upper)
    assert upper[0] != pytest.approx(upper[1], rel=1e-2)


def test_experiments_are_combined():
    models = nl.load(XENON), nl.load(OLDER)
    found = scale_limit({"lambda_12": 1e-11}, models)
    expected = nl.limit(nl.combine(*models), "lambda_12")
    assert ends(found.regions, 1e-11) == pytest.approx(ends(expected.regions), rel=1e-6)
    with pytest.raises(ValueError, match="count twice"):
        scale_limit({"lambda_12": 1e-11}, [models[0], f"{XENON}:2keV-bins"])


def test_data_of_planned_experiments_are_the_expectation_at_what_is_held():
    values = {"lambda_12": 1e-12, "sin2_theta_w": 0.25}
    found = scale_limit(values, LINE)
    expected = nl.limit(nl.load(LINE), "lambda_12", fixed={"sin2_theta_w": 0.25})
    assert ends(found.regions, 1e-12) == pytest.approx(ends(expected.regions), rel=1e-6)
    assert found.best == 0


@pytest.mark.parametrize("factor", [1e-6, 1e-3, 1e4])
def test_limit_on_the_moments_does_not_depend_on_where_the_point_lies(factor):
    near = scale_limit(MIXED, XENON)
    far = scale_limit(scaled(factor), XENON)
    assert far.upper * factor == pytest.approx(near.upper, rel=1e-6)


# --- the model and the point --------------------------------------------------------------------------


@pytest.mark.parametrize("name", [XENON, REACTOR, "dresden-ii-2022"])
def test_counts_are_those_of_the_experiment_with_scaled_moments(name):
    experiment, scales = nl.load(name), np.array([0.0, 0.3, 1.0, 2.5, 40.0])
    model = scaled_model(experiment, MIXED)
    found, expected = row_counts(model, {"scale": scales}), row_counts(experiment, scaled(scales))
    assert np.allclose(found, expected, rtol=0, atol=1e-12 * np.abs(expected).max())
    assert (model.nuisances, model.components, dict(model.scales)) == (
        experiment.nuisances,
        experiment.components,
        experiment.scales,
    )
    assert model.provenance() == experiment.provenance()


def test_counts_of_moments_are_what_they_add():
    experiment = nl.load(REACTOR)
    added = experiment.expected(MIXED)[0].sum(axis=0) - experiment.expected({})[0].sum(axis=0)
    assert sum(moment_counts(experiment, MIXED).values()) == pytest.approx(added, rel=1e-9)


@pytest.mark.parametrize(
    ("name", "size", "verdict"),
    [(XENON, 5e-12, "allowed"), (XENON, 1e-11, "excluded"), (OLDER, 1e-11, "too small"), (OLDER, 2e-11, "allowed")],
)
def test_point_is_judged_by_its_own_likelihood(name, size, verdict):
    experiment = nl.load(name)
    found = scale_limit({"lambda_12": size}, [experiment])
    best = minimise(experiment, profile={"lambda_12": (0.0, 1e-10)}).twice_nll[0]
    assert found.delta_chi2 == pytest.approx(minimise(experiment, {"lambda_12": size}).twice_nll[0] - best, abs=1e-6)
    assert found.verdict == verdict
    inside = any(a <= 1 and (b is None or 1 <= b) for a, b in found.regions)
    assert inside == (verdict == "allowed")
    assert found.converged


def test_what_no_count_depends_on_has_no_limit():
    found = scale_limit({"lambda_14": 1e-9, "m_4": 6e4}, PIONS)
    assert (found.regions, found.upper, found.lower, found.best, found.verdict) == ((), None, None, None, "no events")
    both = scale_limit({"lambda_14": 1e-9, "m_4": 6e2}, [PIONS, LINE])
    alone = scale_limit({"lambda_14": 1e-9, "m_4": 6e2}, PIONS)
    assert both.upper == pytest.approx(alone.upper, rel=1e-6)  # 51Cr cannot make so heavy a state on electrons


@pytest.mark.parametrize("values", [{}, {"m_4": 10.0}, {"lambda_12": 0.0}])
def test_point_without_moments_is_refused(values):
    with pytest.raises(ValueError, match="no moment is set: give at least one"):
        scale_limit(values, LINE)


def test_file_and_nature_are_taken(tmp_path):
    path = tmp_path / "a.yaml"
    path.write_text("neutrinos: dirac\nmoments: {11: 1e-11, 22: 1e-11, 33: 1e-11}\n", encoding="utf-8")
    expected = scale_limit(UNIVERSAL, nl.load(LINE, conventions=DIRAC))
    for found in (scale_limit(path, LINE), scale_limit(UNIVERSAL, [LINE], neutrinos="dirac")):
        assert found == expected
    with pytest.raises(ValueError, match="is of Dirac neutrinos, not majorana"):
        scale_limit(path, LINE, neutrinos="majorana")


def test_file_in_the_flavour_basis_is_turned_with_the_mixing_of_the_experiment(tmp_path):
    path = tmp_path / "a.yaml"
    path.write_text("basis: flavour\nmoments: {emu: 1e-11}\n", encoding="utf-8")
    for choice in ("default", "miranda-2021"):  # at a short baseline nu_e has this moment whatever the mixing
        found = scale_limit(path, LINE, conventions=choice)
        assert found.upper == pytest.approx(scale_limit({"mu_nu_e": 1e-11}, LINE, conventions=choice).upper, rel=1e-9)
        assert found == scale_limit(path, nl.load(LINE, conventions=choice))


def test_record_tells_what_follows_from_it():
    record = scale_limit({"lambda_12": 1e-12}, LINE).to_dict()
    assert (record["verdict"], record["lower"]) == ("allowed", 0.0)
    assert record["upper"] == record["regions"][0][1]
