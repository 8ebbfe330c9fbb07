"""Nuclear recoils: the integrator against adaptive quadrature, and what the nuclei of a target share."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from nulight.conventions import get_conventions
from nulight.detector import (
    Efficiency,
    GammaResponse,
    GaussianResponse,
    LogisticEfficiency,
    PoissonResponse,
    QuenchedResponse,
    Quenching,
    Response,
    fano_width,
)
from nulight.interactions.kinematics import T_max, T_min
from nulight.models.couplings import electron_terms, nuclear_terms
from nulight.neutrinos.flux import Flux
from nulight.neutrinos.mixing import get_oscillation, pmns
from nulight.rates import Folder, RecoilRates, recoil_spectrum
from nulight.sources import pion_decay_source, reactor_source, solar_source
from nulight.targets.nuclei import get_nuclear_target
from oracles_nuclear import Probability, adaptive_nuclear_counts, gamma_bins, gaussian_bins, poisson_bins

CONVENTIONS = get_conventions()
MIXING = pmns(get_oscillation(CONVENTIONS.oscillation))
TOLERANCE = 1e-6  # of each bin, design page section 8
NEGLIGIBLE = 1e-9  # of the largest bin
SECOND_KG = 1.0

MODELS = {
    "weak": {},
    "magnetic": {"mu_nu_e": 3e-9, "mu_nu_mu": 2e-9},
    "millicharge": {"q_nu_ee": 1e-9, "q_nu_emu": 3e-8},
    "light vector": {"g_vector": 1e-4, "m_vector": 2e4},
    "charge radius": {"r2_nu_ee": -5e-31},
    "neutron radius": {"R_n": 5.8},
    "dipole": {"mu_mu4": 4e-9, "mu_e4": 1e-9, "m_4": 6000.0},
}


@dataclass(frozen=True)
class Detector:
    """The same detector twice: as a response of the package and as probabilities of the reference."""

    fluxes: tuple[Flux, ...]
    material: str
    response: Response
    probability: Probability
    ends: tuple[float, float]
    kinks: tuple[float, ...] = ()


def csi() -> Detector:
    """CsI at a spallation source: polynomial quenching, gamma-distributed photoelectrons, logistic efficiency."""
    edges = np.array([8.0, 12, 20, 38, 60])
    coefficients = (0.0554628, 4.30681, -111.707, 840.384)
    quenching = Quenching.polynomial(coefficients, unit=1000.0, range=(0.0, 60.0))
    efficiency = LogisticEfficiency(1.32045, 0.285979, 10.8646, offset=-0.333322)
    response = QuenchedResponse(GammaResponse(edges, 13.35, 9.56, efficiency), quenching)

    def visible(T: float) -> float:
        return 1000 * sum(c * (T / 1000) ** (k + 1) for k, c in enumerate(coefficients))

    def seen(x: np.ndarray) -> np.ndarray:
        return np.clip(1.32045 / (1 + np.exp(-0.285979 * (x - 10.8646))) - 0.333322, 0, 1)

    source = pion_decay_source(protons=3.198e23, run_time=3.156e7, yield_per_flavour=0.0848, distance=1930.0)
    zero = 10.8646 - np.log(1.32045 / 0.333322 - 1) / 0.285979
    probability = gamma_bins(edges, 13.35, 9.56, seen, visible, [zero])
    return Detector(source.fluxes, "CsI", response, probability, (1e-3, 60.0))


def germanium() -> Detector:
    """74Ge at a reactor: tabulated quenching with kinks and a dark part, noise and Fano width."""
    edges = np.array([0.2, 0.21, 0.3, 0.5, 1.0])
    T, Q = np.array([0.3, 0.6, 1.0, 2.0, 8.0]), np.array([0.18, 0.2, 0.17, 0.19, 0.25])
    response = QuenchedResponse(
        GaussianResponse(edges, fano_width(0.0685, 0.00296, 0.105), Efficiency.constant()), Quenching.table(T, Q)
    )

    def visible(energy: float) -> float:
        return energy * np.interp(energy, T, Q) if energy >= 0.3 else 0.0

    def sigma(E: float) -> float:
        return np.sqrt(0.0685**2 + 0.00296 * 0.105 * E)

    source = reactor_source(power=2960.0, distance=1039.0)
    fluxes = tuple(source.flux(name) for name in ("low", "U235", "capture"))
    return Detector(fluxes, "Ge74", response, gaussian_bins(edges, sigma, visible), (1e-3, 8.0), tuple(T))


def xenon() -> Detector:
    """Xenon and the neutrinos of 8B: constant quenching and whole photoelectrons."""
    edges = np.array([2.0, 3, 5, 9])
    response = QuenchedResponse(PoissonResponse(edges, 10.0, Efficiency.constant()), Quenching.constant(0.11))
    source = solar_source(oscillation=get_oscillation(CONVENTIONS.oscillation), components=("B8",))
    return Detector(source.fluxes, "Xe", response, poisson_bins(edges, 10.0, lambda T: 0.11 * T), (1e-3, 60.0))


DETECTORS = {"csi": csi, "germanium": germanium, "xenon": xenon}
FAST = {"csi": ("weak", "millicharge"), "germanium": ("weak",), "xenon": ()}
CASES = [
    pytest.param(detector, model, marks=() if model in FAST[detector] else pytest.mark.slow)
    for detector in DETECTORS
    for model in MODELS
    if not (model == "dipole" and detector == "germanium")  # out of reach of a reactor
]


def folder(detector: Detector, **changes) -> Folder:
    options = {"response": detector.response, "target": get_nuclear_target(detector.material), **changes}
    fluxes = detector.fluxes
    return Folder(fluxes=fluxes, labels=tuple(f.name for f in fluxes), mixing=MIXING, exposure=SECOND_KG, **options)


def terms(detector: Detector, values):
    target = get_nuclear_target(detector.material)
    return {h: nuclear_terms(values, CONVENTIONS, h, target) for h in ("nu", "nubar")}


def breaks(detector: Detector, values) -> list[float]:
    """Where the recoils of a nuclide begin or end, kinks of the quenching, and the ends."""
    low, high = detector.ends
    E = np.unique(np.concatenate([flux.edge_energies for flux in detector.fluxes]))
    points = [*detector.ends, *detector.kinks, *np.geomspace(low, high, 8)]
    for nuclide in get_nuclear_target(detector.material).nuclides:
        for m in {0.0, values.get("m_4", 0.0)}:
            above = E[E > 1.001 * m]
            points += [*T_max(above, nuclide.mass, m), *(T_min(above, nuclide.mass, m) if m else ())]
    return [T for T in points if low <= T <= high]


@pytest.mark.parametrize(("name", "model"), CASES)
def test_every_bin_is_the_adaptive_quadrature(name: str, model: str) -> None:
    detector, values = DETECTORS[name](), MODELS[model]
    ours = folder(detector).counts(terms(detector, values)).sum(axis=0)
    scale = ours / folder(detector).target.units_per_kg
    truth = sum_over_masses(detector, values, scale)
    relevant = truth > NEGLIGIBLE * truth.max()
    assert relevant.all()
    assert np.abs(scale / truth - 1).max() < TOLERANCE


def sum_over_masses(detector: Detector, values, scale: np.ndarray) -> np.ndarray:
    """Terms of one final-state mass at a time: their limits differ."""
    every = terms(detector, values)
    matrices = {flux.name: flux.flavour_matrices(MIXING) for flux in detector.fluxes}
    total = np.zeros(len(scale))
    for m in {term.kinematics.m_final for group in every.values() for term in group}:
        chosen = {h: [term for term in group if term.kinematics.m_final == m] for h, group in every.items()}
        total += adaptive_nuclear_counts(
            detector.fluxes, chosen, matrices, detector.probability, breaks(detector, values), scale
        )
    return total


def test_a_spectrum_is_linear_in_its_nuclides() -> None:
    T, values = np.array([0.5, 5.0, 20.0]), {"mu_nu": 1e-9}
    fluxes = csi().fluxes
    rates = {}
    for name in ("CsI", "Cs133", "I127"):
        target = get_nuclear_target(name)
        every = {h: nuclear_terms(values, CONVENTIONS, h, target) for h in ("nu", "nubar")}
        rates[name] = recoil_spectrum(fluxes, target, every, T, MIXING) / target.units_per_kg
    assert rates["CsI"] == pytest.approx(rates["Cs133"] + rates["I127"], rel=1e-12)


def test_recoil_rates_keep_their_templates() -> None:
    detector = csi()
    T = np.geomspace(0.1, 40.0, 50)
    fluxes = detector.fluxes
    rates = RecoilRates(fluxes=fluxes, labels=("sns",) * 3, target=get_nuclear_target("CsI"), mixing=MIXING, T=T)
    for mu in (0.0, 1e-9, 3e-9):
        every = terms(detector, {"mu_nu_mu": mu})
        assert rates.counts(every)[0] == pytest.approx(
            recoil_spectrum(fluxes, rates.target, every, T, MIXING).sum(axis=0), rel=1e-12
        )


def test_structures_of_one_target_share_their_moments(monkeypatch: pytest.MonkeyPatch) -> None:
    detector, asked = csi(), []
    for kind in {type(flux.spectrum) for flux in detector.fluxes}:
        monkeypatch.setattr(kind, "moments", lambda self, *a, f=kind.moments, **k: asked.append(1) or f(self, *a, **k))
    fold = folder(detector)
    fold.counts(terms(detector, {}))
    assert asked
    asked.clear()
    fold.counts(terms(detector, {"mu_nu": 1e-9, "q_nu_ee": 1e-12}))
    assert not asked


def test_a_bin_that_lives_beyond_the_quenching_is_refused() -> None:
    detector = csi()
    short = QuenchedResponse(detector.response.inner, Quenching.constant(0.08, range=(0.0, 15.0)))
    with pytest.raises(
        ValueError,
        match=r"response: the bin 8-12 PE takes a share of 0\.\d+ of its counts from recoils outside .* \(0-15 keV",
    ):
        folder(detector, response=short, unit="PE").counts(terms(detector, {}))


def test_bins_without_counts_are_no_reason_to_refuse() -> None:
    # the neutrinos of 8B give no recoils beyond 5 keV: that the table ends at 12 does not matter
    detector = xenon()
    table = Quenching.table([0.01, 12.0], [0.11, 0.11], below="hold")
    ours = folder(detector, response=QuenchedResponse(detector.response.inner, table)).counts(terms(detector, {}))
    assert ours.sum() == pytest.approx(folder(detector).counts(terms(detector, {})).sum(), rel=1e-6)


def test_electrons_need_a_material() -> None:
    detector = csi()
    every = {h: electron_terms({}, CONVENTIONS, h) for h in ("nu", "nubar")}
    with pytest.raises(TypeError, match="need a Material"):
        folder(detector).counts(every)
