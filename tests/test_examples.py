"""The examples run, are short, and show what they claim."""

from __future__ import annotations

import runpy
from pathlib import Path

import numpy as np
import pytest

import nulight as nl

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"
SCRIPTS = sorted(EXAMPLES.glob("*.py"))


def test_there_is_one_of_each():
    assert [path.stem for path in SCRIPTS] == [
        "own_detector",
        "own_germanium_detector",
        "own_interaction",
        "own_sampler",
        "own_source",
        "renp_blind_spot",
    ]


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_example_runs_in_under_thirty_lines(script, capsys):
    assert len(script.read_text(encoding="utf-8").splitlines()) < 30
    runpy.run_path(str(script), run_name="__main__")
    assert capsys.readouterr().out.count("\n") >= 4


def test_own_interaction_is_the_scalar_without_two_electron_masses():
    names = runpy.run_path(str(EXAMPLES / "own_interaction.py"))
    T, scalar = np.array([1.0, 30.0]), {"g_scalar": 1e-6, "m_scalar": names["MASS"]}
    ours = nl.cross_section("electron", "nu_mu", 862.0, T, {"g_pseudoscalar": 1e-6}, own=[names["interaction"]])
    other = nl.cross_section("electron", "nu_mu", 862.0, T, scalar)
    ratio = ours.terms["g_pseudoscalar"] / other.terms["light_scalar"]
    assert ratio == pytest.approx(T / (T + 2 * names["M_E"]), rel=1e-12)


def test_own_detector_is_limited_more_by_a_free_background_than_by_statistics():
    limit = nl.limit(nl.load(EXAMPLES / "my_detector.yaml"), "mu_nu_e")
    assert limit.upper == pytest.approx(limit.expected.upper, rel=1e-6)
    assert limit.statistical.upper < limit.upper


def test_own_germanium_detector_sees_nuclei_and_electrons_in_one_spectrum():
    detector = nl.load(EXAMPLES / "germanium-reactor.yaml")
    counts = detector.by_interaction({"mu_nu_e": 1e-10})
    assert counts["weak"][0] > 1e3 * counts["weak (electrons)"][0]  # coherent scattering, next to the threshold
    assert counts["weak"][10:].sum() < counts["weak (electrons)"][10:].sum()  # and nothing of it above 1.2 keVee
    assert counts["magnetic"].sum() < 0.1 * counts["magnetic (electrons)"].sum()


def test_own_germanium_detector_gains_from_threshold_and_exposure():
    card = EXAMPLES / "germanium-reactor.yaml"
    limits = {}
    for quantity, values in (("threshold", (0.2, 1.0)), ("exposure", (0.003, 0.03))):
        varied = nl.vary(card, quantity)
        found = nl.forecast(varied.model, quantity, values, "mu_nu_e", vary_unit=varied.unit)
        limits[quantity] = found.upper
    assert limits["threshold"][0] < limits["threshold"][1]
    # background: the limit on mu^2 falls with the root of the exposure at best
    assert 1 < limits["exposure"][0] / limits["exposure"][1] < 10**0.25


def test_own_sampler_agrees_with_fit_and_emcee(capsys):
    names = runpy.run_path(str(EXAMPLES / "own_sampler.py"))
    capsys.readouterr()
    ln_l = names["ln_l"]
    penalties = ln_l.priors.penalty(np.stack([names["best"], ln_l.start]))
    chi2 = penalties - 2 * ln_l(np.stack([names["best"], ln_l.start]))
    assert chi2[0] == pytest.approx(chi2[1], abs=1e-3)  # the best fits form a ring
    found = nl.sample(names["experiment"], dict(ln_l.choices), n_steps=700)
    low, high = found.interval("r2_nu_ee")
    error = 4 * 0.5 * (high - low) / np.sqrt(found.marginal("r2_nu_ee").effective_size)
    assert names["low"] == pytest.approx(low, abs=error)
    assert names["high"] == pytest.approx(high, abs=error)


def test_rate_of_own_source_is_the_sum_over_its_lines():
    source = runpy.run_path(str(EXAMPLES / "own_source.py"))["capture"]
    T, mu = np.array([3.0]), {"mu_nu_e": 1e-10}
    germanium = nl.get_material("Ge")
    rate = sum(
        weight * nl.cross_section("Ge", "nu_e", E, T, mu).total * germanium.units_per_kg
        for E, weight in ((862.0, 9e11), (384.0, 1e11))
    )
    from nulight.models.couplings import electron_terms

    terms = {h: electron_terms(mu, nl.get_conventions(), h) for h in ("nu", "nubar")}
    assert nl.recoil_spectrum(source.fluxes, germanium, terms, T, np.eye(3))[0] == pytest.approx(rate, rel=1e-12)


def test_renp_blind_spot_is_one_for_the_reactor_only(capsys):
    names = runpy.run_path(str(EXAMPLES / "renp_blind_spot.py"))
    capsys.readouterr()
    for values, is_blind in ((names["hidden"], True), (names["shown"], False)):
        reactor, sun = nl.effective_moments(values, ("texono-csi-2010", "xenonnt-2022-er"), neutrinos="dirac").rows
        assert (reactor.mu_eff == 0) == is_blind
        # low energies: P_e1 = 0.66, P_e2 = 0.32, and |lambda_12| is 1.5 |lambda_11|
        assert sun.mu_eff == pytest.approx(1e-11 * np.sqrt(0.66 + 0.32 * 1.5**2), rel=0.01)
        assert names["scan"].expected(values)[0, 1].min() > 0
