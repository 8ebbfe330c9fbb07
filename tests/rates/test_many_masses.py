"""Templates of many final-state masses in one pass: the same as one by one, and as adaptive quadrature."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import nulight as nl
from nulight.conventions import get_conventions
from nulight.detector.response import Efficiency, GaussianResponse
from nulight.interactions.kinematics import heaviest_final_state
from nulight.models.couplings import electron_terms, nuclear_terms
from nulight.neutrinos.flux import Flux, pure_flavour
from nulight.neutrinos.mixing import get_oscillation, pmns
from nulight.rates import Folder, RecoilRates
from nulight.sources.solar import solar_source
from nulight.targets import get_material
from nulight.targets.nuclei import get_nuclear_target
from oracles_portal import Neutrinos, portal_counts

CONVENTIONS = get_conventions()
OSCILLATION = get_oscillation(CONVENTIONS.oscillation)
MIXING = pmns(OSCILLATION)
TOLERANCE = 1e-6  # of each bin, design page section 8
NEGLIGIBLE = 1e-9  # of the largest bin
MOMENT = 1e-9
SIGMA = 1.5  # keV

# a decay at rest: a spectrum up to 52.8 MeV and two lines, in units of 1 / (cm^2 s keV) and 1 / (cm^2 s)
SPECTRUM = np.polynomial.Polynomial([0.0, 0.0, 3e-9, -3.786e-14])
NEUTRINOS = Neutrinos((5e3, 52_830.0), SPECTRUM, np.array([15_000.0, 29_790.0]), np.array([0.2, 1.0]))
EDGES = np.array([3.0, 6.0, 10.0, 15.0, 25.0, 40.0, 60.0])


def decay_at_rest() -> list[Flux]:
    density = lambda E: SPECTRUM(E)[None]  # noqa: E731
    return [
        Flux.from_density("spectrum", [5e3, 52_830.0], density, matrices=pure_flavour("e")),
        Flux.from_lines("lines", NEUTRINOS.E_lines, NEUTRINOS.weights[:, None], matrices=pure_flavour("e")),
    ]


def nuclear_folder(material: str) -> Folder:
    response = GaussianResponse(EDGES, lambda T: SIGMA + 0 * T, Efficiency.constant())
    options = {"target": get_nuclear_target(material), "mixing": MIXING, "exposure": 1.0}
    return Folder(fluxes=tuple(decay_at_rest()), labels=("all", "all"), response=response, **options)


def electron_folder() -> Folder:
    source = solar_source(oscillation=OSCILLATION)
    response = GaussianResponse(np.arange(1.0, 60.0), lambda T: 0.3 * np.sqrt(T), Efficiency.constant())
    options = {"target": get_material("Xe"), "mixing": MIXING, "exposure": 1.0}
    return Folder(fluxes=source.fluxes, labels=source.components, response=response, **options)


def terms(folder: Folder, values):
    if hasattr(folder.target, "nuclides"):
        return {h: nuclear_terms(values, CONVENTIONS, h, folder.target) for h in folder.helicities}
    return {h: electron_terms(values, CONVENTIONS, h) for h in folder.helicities}


def portal_alone(folder: Folder, m_4: float):
    """The terms of the portal without those of the Standard Model."""
    every = terms(folder, {"mu_e4": MOMENT, "m_4": m_4})
    return {h: [term for term in group if term.label == "dipole"] for h, group in every.items()}


FOLDERS = {"Xe electrons": electron_folder, "Xe": lambda: nuclear_folder("Xe"), "CsI": lambda: nuclear_folder("CsI")}
MASSES = np.concatenate([[1e-3, 1.0], np.geomspace(10.0, 6e4, 30)])


@pytest.mark.parametrize("name", FOLDERS)
def test_masses_together_are_masses_one_by_one(name: str) -> None:
    together, alone = FOLDERS[name](), FOLDERS[name]()
    every = together.counts_of([portal_alone(together, m) for m in MASSES])
    for m, counts in zip(MASSES, every, strict=True):
        one = alone.counts(portal_alone(alone, m))
        assert counts == pytest.approx(one, rel=1e-12, abs=1e-12 * NEGLIGIBLE * every[0].max())
    assert np.all(every[-1] == 0)  # out of reach
    assert np.all(every[5].sum(axis=0) > 0)


# light; beyond one line; beyond both lines; just below the end of the spectrum
QUADRATURE = [
    pytest.param(material, m_4, marks=() if (material, m_4) == ("CsI", 20_000.0) else pytest.mark.slow)
    for material in ("CsI", "Xe")
    for m_4 in (300.0, 20_000.0, 35_000.0, 52_700.0)
]


@pytest.mark.parametrize(("material", "m_4"), QUADRATURE)
def test_every_bin_on_nuclei_is_the_adaptive_quadrature(material: str, m_4: float) -> None:
    folder = nuclear_folder(material)
    # one mass among others, as a scan asks for it
    counts = folder.counts_of([portal_alone(folder, m) for m in (0.9 * m_4, m_4, 1.1 * m_4)])[1][0]
    truth = portal_counts(NEUTRINOS, folder.target, m_4, EDGES, SIGMA) * MOMENT**2 * folder.target.units_per_kg
    relevant = truth > NEGLIGIBLE * truth.max()
    assert relevant.sum() > 2
    assert counts[relevant] == pytest.approx(truth[relevant], rel=TOLERANCE, abs=0)


def test_nothing_is_left_beyond_the_heaviest_final_state() -> None:
    folder = nuclear_folder("CsI")
    last = max(float(heaviest_final_state(52_830.0, nuclide.mass)) for nuclide in folder.target.nuclides)
    below, above = folder.counts_of([portal_alone(folder, last * (1 + x)) for x in (-1e-3, 1e-9)])
    assert below.max() > 0
    assert np.all(above == 0)


@pytest.mark.parametrize("name", ["xenonnt-2022-er", "coherent-csi-2021", "51cr-cevns-ge", "xenonnt-b8-sr1"])
def test_a_massless_sterile_neutrino_is_an_active_one(name: str) -> None:
    experiment = nl.load(name)
    for flavour in ("e", "mu"):
        active = experiment.signal.counts({f"mu_nu_{flavour}": 1e-9})
        for m_4 in (0.0, 1e-6):
            portal = experiment.signal.counts({f"mu_{flavour}4": 1e-9, "m_4": m_4})
            assert portal == pytest.approx(active, rel=1e-10, abs=1e-10 * NEGLIGIBLE * active.max())


def test_a_grid_of_masses_of_an_experiment_is_its_points() -> None:
    mu, m_4 = np.array([1e-9, 2e-9, 0.0, 3e-9]), np.array([5e3, 10.0, 5e3, 3e4])
    grid = nl.load("coherent-csi-2021").expected({"mu_mu4": mu, "m_4": m_4})
    alone = nl.load("coherent-csi-2021")
    for i in range(4):
        one = alone.expected({"mu_mu4": float(mu[i]), "m_4": float(m_4[i])})[0]
        assert grid[i] == pytest.approx(one, rel=1e-12, abs=1e-13 * one.max())


@settings(max_examples=10, deadline=None)
@given(m_4=st.floats(0.0, 5e4), factor=st.floats(1.001, 1.5))
def test_a_heavier_final_state_is_made_less_often(m_4: float, factor: float) -> None:
    light, heavy = CSI.counts_of([portal_alone(CSI, m) for m in (m_4, factor * m_4)])
    assert np.all(heavy >= 0)
    assert heavy.sum() <= light.sum() * (1 + 1e-9)


CSI = nuclear_folder("CsI")


def test_moments_are_asked_for_once_for_all_masses(monkeypatch: pytest.MonkeyPatch) -> None:
    folder, asked = nuclear_folder("CsI"), []
    for kind in {type(flux.spectrum) for flux in folder.fluxes}:
        monkeypatch.setattr(kind, "moments", lambda self, *a, f=kind.moments, **k: asked.append(1) or f(self, *a, **k))
    folder.counts_of([portal_alone(folder, m) for m in (10.0, 20.0, 30.0)])
    first = len(asked)
    assert first > 0
    asked.clear()
    folder.counts_of([portal_alone(folder, m) for m in np.linspace(40.0, 50.0, 10)])
    assert len(asked) == len(folder.fluxes)
    assert len(asked) <= first


def test_recoil_rates_take_many_masses() -> None:
    folder = nuclear_folder("CsI")
    T = np.geomspace(1.0, 40.0, 20)
    rates = RecoilRates(fluxes=folder.fluxes, labels=folder.labels, target=folder.target, mixing=MIXING, T=T)
    every = rates.counts_of([portal_alone(folder, m) for m in (10.0, 2e4)])
    for m, values in zip((10.0, 2e4), every, strict=True):
        direct = sum(
            term.weights(pure_flavour("e"))[0] * term.kinematics.flux_averages(folder.fluxes, T).sum(axis=0)
            for term in portal_alone(folder, m)["nu"]
        )
        assert values[0] == pytest.approx(direct * folder.target.units_per_kg, rel=1e-12, abs=0)
