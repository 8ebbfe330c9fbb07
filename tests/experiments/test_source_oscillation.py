"""Oscillations on the way from a source, as a card asks for them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import yaml

import nulight as nl
from nulight.experiments.faults import CardError
from nulight.neutrinos.mixing import get_oscillation, pmns
from nulight.neutrinos.propagation import oscillation_phase

PARTNERS = {"conus-plus-2025": "leibstadt", "51cr-cevns-ge": "cr51", "coherent-csi-2021": "sns"}


def with_oscillation(tmp_path: Path, base: str, oscillation: dict, *, source: str = "") -> nl.Experiment:
    """Load a copy of a shipped card with oscillations from its source."""
    sources = {source or PARTNERS[base]: {"oscillation": oscillation}}
    path = tmp_path / "own.yaml"
    path.write_text(yaml.safe_dump({"name": "own", "extends": base, "title": "Own", "sources": sources}))
    return nl.load(path)


def signal(experiment: nl.Experiment, **params: float) -> np.ndarray:
    """Counts of neutrinos, all components."""
    return experiment.expected(params)[0, : len(experiment.signal.components)].sum(axis=0)


@pytest.mark.parametrize("base", ["conus-plus-2025", "51cr-cevns-ge"])
def test_three_light_neutrinos_do_not_oscillate_beside_a_source(tmp_path, base):
    oscillated = signal(with_oscillation(tmp_path, base, {}), mu_nu_e=1e-9)
    np.testing.assert_allclose(oscillated, signal(nl.load(base), mu_nu_e=1e-9), rtol=2e-4)
    assert np.any(oscillated != signal(nl.load(base), mu_nu_e=1e-9))


def test_without_mixing_a_fourth_neutrino_changes_nothing(tmp_path):
    three = signal(with_oscillation(tmp_path, "coherent-csi-2021", {}))
    four = signal(with_oscillation(tmp_path, "coherent-csi-2021", {"m_4": "1 eV"}))
    np.testing.assert_allclose(four, three, rtol=1e-9)


def test_averaged_phases_of_the_fourth_neutrino_take_their_share_of_every_rate(tmp_path):
    averaged = with_oscillation(tmp_path, "51cr-cevns-ge", {"m_4": "1 eV", "theta_14": 0.1, "phases": "averaged"})
    left = 1 - 2 * np.sin(0.1) ** 2 * np.cos(0.1) ** 2
    # the light states keep their phases of 1e-4
    np.testing.assert_allclose(signal(averaged), left * signal(nl.load("51cr-cevns-ge")), rtol=1e-6)


def test_phases_of_lines_are_those_of_the_stated_distance(tmp_path):
    experiment = with_oscillation(
        tmp_path, "51cr-cevns-ge", {"m_4": "2 eV", "theta_14": 0.2, "theta_24": 0.1, "phases": "resolved"}
    )
    flux = experiment.sources[0].fluxes[0]
    U = pmns(get_oscillation("nufit-6.0-no"), n=4, theta_14=0.2, theta_24=0.1)
    phase = oscillation_phase(flux.spectrum.energies, 25.0, 4.0)
    survival = 1 - 4 * abs(U[0, 3]) ** 2 * (1 - abs(U[0, 3]) ** 2) * np.sin(phase / 2) ** 2
    rho = np.einsum("lj,jab->lab", flux.spectrum.weights, flux.matrices)
    plain = nl.load("51cr-cevns-ge").sources[0].fluxes[0].spectrum.weights[:, 0]
    np.testing.assert_allclose(rho[:, 0, 0].real / plain, survival, rtol=1e-3)  # splittings of the light states
    np.testing.assert_allclose(np.trace(rho, axis1=1, axis2=2).real, plain, rtol=1e-12)
    assert experiment.provenance()["data"]["nufit_bestfit.csv"]


def test_moments_of_other_flavours_appear_on_the_way(tmp_path):
    experiment = with_oscillation(tmp_path, "51cr-cevns-ge", {"m_4": "2 eV", "theta_14": 0.2, "theta_24": 0.3})
    standard = signal(experiment)
    assert np.sum(signal(experiment, mu_nu_mu=1e-9) - standard) > 1e-3 * np.sum(standard)


def test_what_is_too_fast_is_averaged_with_a_warning(tmp_path):
    experiment = with_oscillation(tmp_path, "conus-plus-2025", {"m_4": "1 eV", "theta_14": 0.1})
    with pytest.warns(UserWarning, match="the phases are averaged there") as seen:
        rates = signal(experiment)
    assert [str(w.message).split(",")[0] for w in seen] == ["0.24 % of flux 'low'", "0.014 % of flux 'capture'"]
    averaged = with_oscillation(tmp_path, "conus-plus-2025", {"m_4": "1 eV", "theta_14": 0.1, "phases": "averaged"})
    np.testing.assert_allclose(rates, signal(averaged), rtol=0.02)
    assert np.any(rates != signal(averaged))


@pytest.mark.parametrize(
    ("base", "source"), [("dresden-ii-2022", "dresden"), ("texono-csi-2010", "kuo-sheng"), ("51cr-lxe-a", "cr51")]
)
def test_a_source_without_one_distance_needs_it(tmp_path, base, source):
    with pytest.raises(CardError, match=r"oscillation.distance: is missing; the one distance to oscillate over"):
        with_oscillation(tmp_path, base, {}, source=source)
    experiment = with_oscillation(tmp_path, base, {"distance": "10 m"}, source=source)
    np.testing.assert_allclose(signal(experiment), signal(nl.load(base)), rtol=1e-3)


@pytest.mark.parametrize(
    ("oscillation", "fault"),
    [
        ({"distance": "3 m"}, r"distance: '3 m' stands beside the distance of the source; leave it out"),
        ({"theta_14": 0.1}, r"theta_14: 0.1 mixes in a neutrino without a mass; m_4 with it"),
        ({"phases": "averaged"}, r"phases: 'averaged' is about a fourth neutrino; m_4 with it, or auto"),
        ({"m_4": "10 keV"}, r"m_4: '10 keV' is too heavy to stay coherent with light neutrinos; at most 1 keV"),
        ({"m_4": "1"}, r"m_4: '1' has no unit; write for example '1 eV'"),
        ({"m_4": "1 eV", "theta_14": 2.0}, r"theta_14: 2.0 is not valid; it should be less than or equal to 1.57"),
        ({"phases": "fast"}, r"phases: 'fast' is not allowed; use 'auto', 'resolved' or 'averaged'"),
        ({"m4": "1 eV"}, r"m4: '1 eV' stands in an unknown field; did you mean m_4\?"),
        (
            {"m_4": "1 eV", "theta_14": 0.1, "phases": "resolved"},
            r"phases: 'resolved' is not possible: source 'leibstadt', oscillation: 0.24 % of flux 'low', below"
            r" 13.11 keV, makes more than 637 oscillations \(6.68e\+04 at 0.125 keV\) on its way and is not"
            r" resolved; use phases",
        ),
    ],
)
def test_faults_name_the_field_and_what_would_be_right(tmp_path, oscillation, fault):
    with pytest.raises(CardError, match=r"sources\[0\].oscillation." + fault):
        with_oscillation(tmp_path, "conus-plus-2025", oscillation)


def test_solar_neutrinos_have_no_such_field(tmp_path):
    with pytest.raises(CardError, match="unknown field"):
        with_oscillation(tmp_path, "xenonnt-2022-er", {}, source="solar")
