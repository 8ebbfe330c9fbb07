"""The template integrator against adaptive quadrature of the same formula, and its identities."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
import pytest
from scipy.stats import unitary_group

from nulight.constants import ALPHA, G_F, K_R2, M_E
from nulight.conventions import get_conventions
from nulight.data import read_package_table
from nulight.detector.response import Efficiency, GaussianResponse, PerfectResponse, gaussian_width
from nulight.interactions.kinematics import T_min
from nulight.interactions.magnetic import dsigma_dT_magnetic
from nulight.models.couplings import OwnInteraction, electron_terms
from nulight.models.parameters import Parameter
from nulight.neutrinos.flux import Flux, pure_flavour
from nulight.neutrinos.mixing import get_oscillation, pmns
from nulight.rates import Folder, recoil_spectrum
from nulight.sources.solar import solar_source
from nulight.targets import get_material
from nulight.units import t, yr
from oracles import (
    Beam,
    Bins,
    CrossSection,
    adaptive_counts,
    added,
    moment_cross_section,
    scalar_cross_section,
    vector_cross_section,
)

TREE = get_conventions("tree")
XENON = get_material("Xe")
SIGMA = gaussian_width(0.310, 0.0037)
MIXING = pmns(get_oscillation("nufit-6.0-no"))
EDGES = np.arange(1.0, 141.0)
TOLERANCE = 1e-6  # of each bin, design page section 8
NEGLIGIBLE = 1e-9  # of the largest bin


@lru_cache(maxsize=1)
def efficiency() -> Efficiency:
    table = read_package_table("experiments/tables/xenonnt_er2022/efficiency.csv")
    return Efficiency(table.numbers("e_keV"), table.numbers("efficiency"))


# --- beams, for the package and for the quadrature ------------------------------------------------


@dataclass(frozen=True)
class Case:
    """The same neutrinos twice: as package fluxes and as beams of the reference."""

    fluxes: tuple[Flux, ...]
    beams: tuple[Beam, ...]
    labels: tuple[str, ...]


def probabilities(E: np.ndarray) -> np.ndarray:
    """Mass-state probabilities of a solar neutrino, adiabatic at one density: (3, ...)."""
    s13, s12 = 0.0222, 0.307
    cos, sin2 = 1 - 2 * s12, 4 * s12 * (1 - s12)
    shifted = cos - 1.5265e-4 * 93 * E * 1e-6 * (1 - s13) / 7.49e-5
    cos_m = shifted / np.sqrt(shifted**2 + sin2)
    return np.stack([(1 - s13) * (1 + cos_m) / 2, (1 - s13) * (1 - cos_m) / 2, s13 + 0 * E])


@lru_cache(maxsize=1)
def solar_like() -> Case:
    projectors = np.stack([np.diag(row) for row in np.eye(3)]).astype(complex)
    # <nu_a|nu_j> = U_aj
    states = MIXING.T
    fluxes, beams = [], []
    for name, total in (("pp", 5.98e10), ("b8_winter", 5.46e6)):
        table = read_package_table(f"data/solar/spectrum_{name}.csv")
        filled = table.numbers("shape") > 0
        E, shape = table.numbers("e_MeV")[filled] * 1e3, table.numbers("shape")[filled] * 1e-3 * total

        def density(x: np.ndarray, E: np.ndarray = E, shape: np.ndarray = shape) -> np.ndarray:
            return np.interp(x, E, shape) * probabilities(x)

        fluxes.append(Flux.from_density(name, E, density, matrices=projectors, basis="mass"))
        beams.append(Beam(states, knots=E, density=density))
    lines = np.array([384.3, 861.3])
    weights = 4.93e9 * np.array([0.104, 0.896])[:, None] * probabilities(lines).T
    fluxes.append(Flux.from_lines("Be7", lines, weights, matrices=projectors, basis="mass"))
    beams.append(Beam(states, E_lines=lines, weights=weights))
    return Case(tuple(fluxes), tuple(beams), ("pp", "B8", "Be7"))


@lru_cache(maxsize=1)
def chromium() -> Case:
    lines, weights = np.array([427.0, 432.0, 747.0, 752.0]), 5e11 * np.array([[0.09], [0.009], [0.816], [0.085]])
    flux = Flux.from_lines("Cr51", lines, weights, matrices=pure_flavour("e"))
    return Case((flux,), (Beam(np.array([[1.0, 0, 0]]), E_lines=lines, weights=weights),), ("Cr51",))


CASES = {"solar": solar_like, "chromium": chromium}


# --- models, for the package and for the quadrature -----------------------------------------------


def constant(matrix: np.ndarray):
    return lambda _: matrix


def weak(delta_g_V=constant(np.zeros((3, 3)))) -> CrossSection:  # noqa: B008
    s2w = TREE.sin2_theta_w
    left = np.diag([0.5 + s2w, s2w - 0.5, s2w - 0.5])
    return vector_cross_section(lambda T: left + delta_g_V(T) / 2, lambda T: s2w * np.eye(3) + delta_g_V(T) / 2)


def symmetric(**entries: float) -> np.ndarray:
    matrix, order = np.zeros((3, 3)), {"e": 0, "m": 1, "t": 2}
    for (a, b), value in entries.items():
        matrix[order[a], order[b]] = matrix[order[b], order[a]] = value
    return matrix


def charge(q: np.ndarray):
    return lambda T: -np.sqrt(2) * np.pi * ALPHA * q / (G_F * M_E * T)


def exchange(gg: np.ndarray, mass: float):
    return lambda T: gg / (np.sqrt(2) * G_F * (2 * M_E * T + mass**2))


MODELS = {
    "weak": ({}, weak()),
    "magnetic": ({"mu_nu_e": 5e-11, "mu_nu_tau": 3e-11},
                 added(weak(), moment_cross_section(np.diag([5e-11, 0, 3e-11])))),
    "millicharge": ({"q_nu_ee": 5e-13, "q_nu_emu": 1e-12, "q_nu_tautau": -4e-13},
                    weak(charge(symmetric(ee=5e-13, em=1e-12, tt=-4e-13)))),
    "charge radius": ({"r2_nu_ee": -8e-32, "r2_nu_mutau": 1e-31},
                      weak(constant(K_R2 * symmetric(ee=-8e-32, mt=1e-31)))),
    "light vector": ({"gg_vector_ee": -8e-13, "gg_vector_mumu": 1e-12, "gg_vector_etau": 1e-12, "m_vector": 40.0},
                     weak(exchange(symmetric(ee=-8e-13, mm=1e-12, et=1e-12), 40.0))),
    "light scalar": ({"gg_scalar_ee": 3e-12, "gg_scalar_emu": 2e-12, "m_scalar": 5.0},
                     added(weak(), scalar_cross_section(symmetric(ee=3e-12, em=2e-12), 5.0))),
    "everything": (
        {"mu_nu": 2e-11, "q_nu_etau": 1e-12, "r2_nu_ee": -8e-32, "gg_vector_emu": 1e-12, "m_vector": 40.0},
        added(
            weak(lambda T: charge(symmetric(et=1e-12))(T) + K_R2 * symmetric(ee=-8e-32)
                 + exchange(symmetric(em=1e-12), 40.0)(T)),
            moment_cross_section(2e-11 * np.eye(3)),
        ),
    ),
}  # fmt: skip
# the quadrature over the solar spectra is slow: two models for every run, all of them in the slow test
FAST = {"solar": ("weak", "everything"), "chromium": tuple(MODELS)}
PORTAL = {"mu_e4": 4e-11, "mu_mu4": 2e-11}
PORTAL_ROW = np.array([[4e-11, 2e-11, 0.0]])


def folder(case: Case, **changes) -> Folder:
    options = {"response": GaussianResponse(EDGES, SIGMA, efficiency()), "exposure": 1.0 * t * yr, **changes}
    return Folder(fluxes=case.fluxes, labels=case.labels, target=XENON, mixing=MIXING, **options)


def counts(fold: Folder, values, **options) -> np.ndarray:
    return fold.counts({h: electron_terms(values, TREE, h, **options) for h in ("nu", "nubar")})


def reference(case: Case, models, bins: np.ndarray, scale: np.ndarray, m_final: float = 0.0) -> np.ndarray:
    low, high = EDGES[:-1][bins], EDGES[1:][bins]
    seen = Bins(low, high, SIGMA, efficiency(), efficiency().energies)
    (atom,) = XENON.elements
    norm = XENON.units_per_kg * t * yr
    return adaptive_counts(case.beams, models, seen, (atom.binding, atom.electrons), scale / norm, m_final) * norm


def assert_agree(ours: np.ndarray, truth: np.ndarray, largest: np.ndarray) -> None:
    relevant = np.abs(truth) > NEGLIGIBLE * largest
    assert relevant.any()
    assert np.max(np.abs(ours / truth - 1)[relevant]) < TOLERANCE


SELECTED = np.array([0, 33, 138])  # first, at the K edge, last


@pytest.mark.parametrize("source", CASES)
def test_every_bin_is_the_adaptive_quadrature(source: str) -> None:
    case = CASES[source]()
    models = [MODELS[name] for name in FAST[source]]
    fold = folder(case)
    ours = np.stack([counts(fold, values).sum(axis=0) for values, _ in models])
    truth = reference(case, [sigma for _, sigma in models], SELECTED, ours[:, SELECTED])
    assert_agree(ours[:, SELECTED], truth, ours.max(axis=1, keepdims=True))


@pytest.mark.parametrize("source", CASES)
@pytest.mark.parametrize("m_4", [50.0, 150.0, 300.0])
def test_a_massive_final_state_is_the_adaptive_quadrature(source: str, m_4: float) -> None:
    case = CASES[source]()
    ours = portal_counts(case, m_4)
    bins = np.unique([0, 138, *bins_of_smallest_recoils(case, m_4)[:2]])
    truth = reference(case, [moment_cross_section(PORTAL_ROW, m_4)], bins, ours[:, bins], m_4)
    assert_agree(ours[:, bins], truth, ours.max(axis=1, keepdims=True))


def portal_counts(case: Case, m_4: float) -> np.ndarray:
    fold = folder(case)
    return (counts(fold, {**PORTAL, "m_4": m_4}) - counts(fold, {})).sum(axis=0)[None]


def bins_of_smallest_recoils(case: Case, m_4: float) -> list[int]:
    """Bins in which the recoils of a line or spectrum end begin."""
    T = T_min(np.concatenate([beam.edges for beam in case.beams]), M_E, m_4)
    return sorted({int(x - EDGES[0]) for x in T if EDGES[0] <= x < EDGES[-1]})


@pytest.mark.slow
@pytest.mark.parametrize("source", CASES)
@pytest.mark.parametrize("m_4", [None, 10.0, 50.0, 100.0, 150.0, 200.0, 300.0, 330.0])
def test_all_bins_are_the_adaptive_quadrature(source: str, m_4: float | None) -> None:
    case = CASES[source]()
    bins = np.arange(len(EDGES) - 1)
    if m_4 is None:
        values, models = zip(*MODELS.values(), strict=True)
        fold = folder(case)
        ours = np.stack([counts(fold, v).sum(axis=0) for v in values])
    else:
        ours = portal_counts(case, m_4)
        models = [moment_cross_section(PORTAL_ROW, m_4)]
    assert_agree(ours, reference(case, models, bins, ours, m_4 or 0.0), ours.max(axis=1, keepdims=True))


# --- identities -----------------------------------------------------------------------------------


EVERYTHING = MODELS["everything"][0] | {"mu_e4": 3e-11, "m_4": 120.0}


def coarse(**changes) -> Folder:
    return folder(
        chromium(), response=GaussianResponse(np.array([1.0, 5.0, 30.0, 140.0]), SIGMA, efficiency()), **changes
    )


def test_merging_bins_adds_counts() -> None:
    fine = counts(folder(chromium()), EVERYTHING)[0]
    assert counts(coarse(), EVERYTHING)[0] == pytest.approx(np.add.reduceat(fine, [0, 4, 29]), rel=1e-9)


def test_counts_are_proportional_to_the_exposure() -> None:
    assert counts(coarse(exposure=3 * t * yr), EVERYTHING) == pytest.approx(3 * counts(coarse(), EVERYTHING), rel=1e-13)


def test_labels_add_up_to_the_total() -> None:
    fold = folder(solar_like())
    terms = {"nu": electron_terms(EVERYTHING, TREE, "nu")}
    parts = fold.counts_by_label(terms)
    assert {"weak", "magnetic", "millicharge", "charge_radius", "light_vector", "dipole"} <= set(parts)
    assert sum(parts.values()) == pytest.approx(fold.counts(terms), rel=1e-12)


def test_components_are_counted_apart_and_labels_together() -> None:
    case = solar_like()
    apart = counts(folder(case), EVERYTHING)
    merged = counts(folder(replace(case, labels=("spectra", "spectra", "Be7"))), EVERYTHING)
    assert merged == pytest.approx(np.stack([apart[0] + apart[1], apart[2]]), rel=1e-12)


def test_model_points_are_independent() -> None:
    fold = folder(solar_like())
    mu, q = np.array([0.0, 1e-11, 3e-11]), np.array([[-1e-12], [2e-12]])
    together = counts(fold, {"mu_nu_e": mu, "q_nu_ee": q})
    assert together.shape == (2, 3, 3, len(EDGES) - 1)
    assert together[1, 2] == pytest.approx(counts(fold, {"mu_nu_e": 3e-11, "q_nu_ee": 2e-12}), rel=1e-12)


def test_order_of_questions_does_not_matter() -> None:
    fold = folder(chromium())
    first = counts(fold, EVERYTHING)
    for values in ({}, {"sin2_theta_w": 0.24}, {"mu_nu": 1e-11}, {**PORTAL, "m_4": 50.0}):
        counts(fold, values)
    assert np.array_equal(counts(fold, EVERYTHING), first)


def test_mass_basis_and_flavour_basis_are_one() -> None:
    case = solar_like()
    rotated = [replace(flux, basis="flavour", matrices=flux.flavour_matrices(MIXING)) for flux in case.fluxes]
    assert counts(folder(replace(case, fluxes=tuple(rotated))), EVERYTHING) == pytest.approx(
        counts(folder(case), EVERYTHING), rel=1e-12
    )


def test_rotating_flux_and_couplings_together_changes_nothing() -> None:
    V = unitary_group.rvs(3, random_state=np.random.default_rng(7))
    fold = folder(solar_like())
    terms = electron_terms(EVERYTHING, TREE, "nu")
    rotated = [replace(term, matrix=V @ term.matrix @ V.conj().T) for term in terms]
    other = replace(fold, mixing=V @ MIXING)
    assert other.counts({"nu": rotated}) == pytest.approx(fold.counts({"nu": terms}), rel=1e-10)


def test_antineutrinos_use_their_own_terms() -> None:
    lines = Flux.from_lines("x", [747.0], [[5e11]], matrices=pure_flavour("e"))
    anti = replace(lines, helicity="nubar")
    case = Case((lines, anti), (), ("nu", "nubar"))
    both = counts(folder(case), {"q_nu_ee": 1e-13})
    assert both[0] == pytest.approx(counts(folder(Case((lines,), (), ("nu",))), {"q_nu_ee": 1e-13})[0], rel=1e-13)
    assert both[1] == pytest.approx(counts(folder(Case((anti,), (), ("nubar",))), {"q_nu_ee": 1e-13})[0], rel=1e-13)
    # same g_R^2 + g_L^2 at low recoil, less at high recoil: the large coupling is now suppressed by (1 - T/E)^2
    assert np.all(both[1] < both[0])


def test_a_tabulated_resolution_is_integrated_across_its_kinks() -> None:
    E, sigma = np.array([1.0, 5.0, 10.0, 30.0]), np.array([0.3, 0.9, 1.2, 2.2])

    def fold(kinks: np.ndarray) -> np.ndarray:
        response = GaussianResponse(np.arange(1.0, 31.0), lambda T: np.interp(T, E, sigma), efficiency(), kinks)
        return counts(folder(chromium(), response=response), EVERYTHING)

    fine = fold(np.unique([*E, *np.geomspace(0.01, 60.0, 400)]))
    assert fold(E) == pytest.approx(fine, rel=TOLERANCE)


def test_unreachable_final_states_give_no_counts() -> None:
    # chromium reaches 504 keV
    assert portal_counts(chromium(), 510.0) == pytest.approx(0.0, abs=1e-12 * counts(folder(chromium()), {}).max())


@pytest.mark.parametrize("m_4", [0.0, 150.0])
def test_an_own_interaction_is_the_built_in_one(m_4: float) -> None:
    parameter = Parameter(name="mu_own", unit="mu_B", latex="x", description="the dipole portal again")
    own = OwnInteraction(
        parameter=parameter,
        dsigma_dT=lambda T, E: dsigma_dT_magnetic(T, E, mu_nu=1.0, m_final=m_4),
        flavours=("e",),
        m_final=m_4,
    )
    for case in (chromium(), solar_like()):
        fold = folder(case)
        ours = counts(fold, {"mu_own": 1e-11}, own=[own])
        built_in = counts(fold, {"mu_nu_e": 1e-11} if m_4 == 0 else {"mu_e4": 1e-11, "m_4": m_4})
        assert ours == pytest.approx(built_in, rel=1e-9)


def test_two_own_interactions_of_one_name_are_two() -> None:
    """A template may not be found again under the address of a function that is gone."""
    fold = folder(chromium())
    totals = set()
    for scale in (1.0, 2.0, 3.0, 4.0):
        parameter = Parameter(name="own", unit="", latex="x", description="changes")
        own = OwnInteraction(parameter=parameter, dsigma_dT=lambda T, E, s=scale: s * 1e-46 * np.exp(-T / E))
        totals.add(round(float((counts(fold, {"own": 1.0}, own=[own]) - counts(fold, {})).sum()), 6))
        del own
    assert len(totals) == 4


@pytest.mark.parametrize("mass", [0.0, 100.0])
def test_spectrum_integrates_to_the_counts_of_a_perfect_detector(mass: float) -> None:
    case = chromium()
    values = {"mu_e4": 5e-11, "m_4": mass, "q_nu_ee": 1e-13}
    response = PerfectResponse(np.array([10.0, 11.0, 30.0]), Efficiency.constant())
    terms = {"nu": electron_terms(values, TREE, "nu")}
    seen = counts(folder(case, response=response), values)[0]
    x, w = np.polynomial.legendre.leggauss(40)
    for i, (low, high) in enumerate(((10.0, 11.0), (11.0, 30.0))):
        T = (low + high) / 2 + x * (high - low) / 2
        rate = recoil_spectrum(case.fluxes, XENON, terms, T, MIXING)[0]
        assert seen[i] == pytest.approx(rate @ w * (high - low) / 2 * t * yr, rel=1e-10)


def test_electrons_below_their_shell_energy_are_not_counted() -> None:
    # 1s of xenon, 34.8 keV in the default set: 52 of 54 electrons just below
    fold = {a: folder(chromium(), response=PerfectResponse(np.array([30.0, 34.0, 35.0, 50.0]), Efficiency.constant()))
            for a in ("stepping", "free")}  # fmt: skip
    stepping, free = (counts(fold[a], {}, atomic=a)[0] for a in ("stepping", "free"))
    assert stepping[0] / free[0] == pytest.approx(52 / 54, rel=1e-12)
    assert stepping[2] == pytest.approx(free[2], rel=1e-12)
    assert 52 / 54 < stepping[1] / free[1] < 1


def test_rrpa_lowers_the_weak_rate_where_it_is_known_and_refuses_elsewhere() -> None:
    low = folder(chromium(), response=GaussianResponse(np.array([3.0, 5.0]), SIGMA, Efficiency.constant()))
    ratio = counts(low, {}, atomic="rrpa")[0, 0] / counts(low, {})[0, 0]
    # physics page: 0.89 at 3-4 keV
    assert 0.86 < ratio < 0.92
    with pytest.raises(ValueError, match="RRPA: the bin"):
        counts(folder(chromium()), {}, atomic="rrpa")


def test_solar_rate_of_xenonnt_is_the_known_one() -> None:
    """81.6 events in 1-30 keV, 1.16 t yr (physics page on scattering, 7.12): all components, stepping, P_ee = 0.553."""
    source = solar_source(oscillation=get_oscillation("nufit-6.0-no"), p_ee=0.553)
    response = GaussianResponse(EDGES[:30], SIGMA, efficiency())
    fold = folder(Case(source.fluxes, (), source.components), response=response, exposure=1.16 * t * yr)
    assert counts(fold, {}).sum() == pytest.approx(81.6, abs=0.05)
