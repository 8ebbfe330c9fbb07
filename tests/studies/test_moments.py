"""Effective moments of one matrix in every source, against closed formulas written out here."""

from __future__ import annotations

import cmath
from pathlib import Path

import numpy as np
import pytest

import nulight as nl
from nulight.data.reader import read_package_table, read_table
from nulight.models.moment_file import moment_point, read_moment_file
from nulight.neutrinos.matter import averaged_mass_probabilities
from nulight.neutrinos.mixing import get_oscillation, pmns
from nulight.results.moments import MomentsResult
from nulight.studies.moment_scale import scale_limit
from nulight.studies.moments import effective_moments

XENON, REACTOR, PIONS, LINE = "xenonnt-2022-er", "texono-csi-2010", "coherent-csi-2021", "51cr-lxe-a"
EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
OSCILLATION = get_oscillation("nufit-6.0-no")
U = pmns(OSCILLATION)
VECTOR = np.array([1e-11 * cmath.exp(0.4j), 2e-11 * cmath.exp(-1.1j), 0.7e-11j])


def polar(**elements):
    """Parameters of complex elements, lambda_12=..."""
    values = {}
    for name, element in elements.items():
        values |= {name: abs(element), f"{name}_phase": cmath.phase(element)}
    return values


def of_vector(vector):
    """lambda_jk = epsilon_jkl Lambda_l."""
    return polar(lambda_23=complex(vector[0]), lambda_13=complex(-vector[1]), lambda_12=complex(vector[2]))


def rows(values, *names, **options):
    return effective_moments(values, names, **options).rows


def components(row):
    return {part.component: part for part in row.components}


def magnetic(experiment, values):
    """Events of moments of flavours, on nuclei and on electrons."""
    counts = experiment.by_interaction(values)
    return sum(found.sum() for label, found in counts.items() if label.startswith("magnetic"))


def probabilities(experiment, component):
    """P_ej averaged over the flux of a component, from its weights."""
    flux = nl.load(experiment).sources[0].flux(component)
    assert flux.basis == "mass"
    return flux.total() / flux.total().sum()


# --- three Majorana neutrinos -------------------------------------------------------------------------


def test_pure_flavours_have_the_closed_form_of_the_vector():
    """mu_a^2 = |Lambda|^2 - |sum_k U_ak Lambda_k|^2, for neutrinos and antineutrinos."""
    found = effective_moments(of_vector(VECTOR), [REACTOR, PIONS, LINE])
    squares = (np.abs(VECTOR) ** 2).sum() - np.abs(U @ VECTOR) ** 2
    expected = dict(zip(("nu_e", "nu_mu", "nu_tau"), np.sqrt(squares), strict=True))
    for flavour in found.flavours:
        assert flavour.mu_eff == pytest.approx(expected[flavour.flavour], rel=1e-12)
    reactor, pions, line = found.rows
    assert reactor.components[0].mu_eff == pytest.approx(expected["nu_e"], rel=1e-12)
    assert line.components[0].mu_eff == pytest.approx(expected["nu_e"], rel=1e-12)
    assert {part.component: part.mu_eff for part in pions.components} == pytest.approx(
        {"nu_mu": expected["nu_mu"], "nubar_mu": expected["nu_mu"], "nu_e": expected["nu_e"]}, rel=1e-12
    )


def test_moment_of_an_experiment_with_one_flavour_is_that_of_the_flavour():
    for row in rows(of_vector(VECTOR), REACTOR, LINE, "conus-plus-2025"):
        assert row.mu_eff == pytest.approx(row.components[0].mu_eff, rel=1e-10)
        assert (row.mu_eff_heavy, row.events_heavy) == (0.0, 0.0)


def test_moment_of_a_pion_source_is_weighted_with_the_events_of_each_flavour():
    (row,) = rows(of_vector(VECTOR), PIONS)
    shares = {flavour: magnetic(nl.load(PIONS), {f"mu_nu_{flavour}": 1e-9}) for flavour in ("e", "mu")}
    found = components(row)
    square = shares["e"] * found["nu_e"].mu_eff ** 2 + shares["mu"] * found["nu_mu"].mu_eff ** 2
    assert row.mu_eff == pytest.approx(np.sqrt(square / sum(shares.values())), rel=1e-10)


@pytest.mark.parametrize("component", ["pp", "Be7", "B8", "hep"])
def test_sun_has_the_sum_over_mass_states(component):
    """mu^2 = sum_k |Lambda_k|^2 (1 - P_ek): phases of the vector do not matter."""
    (row,) = rows(of_vector(VECTOR), XENON)
    P = probabilities(XENON, component)
    expected = np.sqrt((np.abs(VECTOR) ** 2 * (1 - P)).sum())
    assert components(row)[component].mu_eff == pytest.approx(expected, rel=1e-12)


def test_probabilities_of_the_beryllium_lines_from_the_tables():
    lines, region = (
        read_package_table("data/solar/lines.csv"),
        read_package_table("data/solar/production_region_b16_gs98.csv"),
    )
    found = [lines.where(source=name) for name in ("Be7_861", "Be7_384")]
    E = np.array([row.numbers("e_MeV")[0] for row in found]) * 1e3
    branching = np.array([row.numbers("branching")[0] for row in found])
    P = averaged_mass_probabilities(E, region.numbers("be7"), 10 ** region.numbers("log10_ne"), OSCILLATION) @ branching
    (row,) = rows(of_vector(VECTOR), XENON)
    expected = np.sqrt((np.abs(VECTOR) ** 2 * (1 - P / branching.sum())).sum())
    assert components(row)["Be7"].mu_eff == pytest.approx(expected, rel=1e-12)


def test_moment_of_a_solar_experiment_lies_between_its_components():
    (row,) = rows(of_vector(VECTOR), XENON)
    parts = [part.mu_eff for part in row.components]
    assert min(parts) < row.mu_eff < max(parts)
    # P_e3 is the same at all energies, so a moment between 1 and 2 is one number in the Sun: c13
    (row,) = rows({"lambda_12": 1e-11}, XENON)
    assert row.mu_eff == pytest.approx(1e-11 * np.sqrt(1 - OSCILLATION.s2_13), rel=1e-9)


def test_events_are_those_of_the_equivalent_moment():
    experiment = nl.load(XENON)
    (row,) = rows(of_vector(VECTOR), experiment)
    extra = experiment.expected(of_vector(VECTOR))[0].sum() - experiment.expected({})[0].sum()
    assert row.events == pytest.approx(extra, rel=1e-9)
    assert row.events == pytest.approx(magnetic(experiment, {"mu_nu": row.mu_eff}), rel=1e-12)


def test_blind_spot_fills_on_the_way():
    """With Lambda along conj(U_e), mu^2 = |Lambda|^2 (1 - P_ee): what arrives as another flavour sees the matrix."""
    vector, card = 1e-10 * U[0].conj(), EXAMPLES / "germanium-reactor.yaml"
    source = {"kind": "reactor", "name": "reactor", "power": "3.6 GW", "distance": "10 km", "flux_uncertainty": "3 %"}
    still = nl.load(card, changes={"sources": [source]})
    moving = nl.load(card, changes={"sources": [source | {"oscillation": {}}]})
    with pytest.warns(UserWarning, match="the phases are averaged there"):  # at energies far below threshold
        near, far = rows(of_vector(vector), still, moving)
    assert near.mu_eff < 1e-24
    flux, dm2 = still.sources[0].flux("U235"), OSCILLATION
    E = 1 / np.linspace(1 / 8000.0, 1 / 2000.0, 1_000_001)  # keV, all of the spectrum, even in the phase
    lengths = {(1, 0): dm2.dm2_21, (2, 0): dm2.dm2_31, (2, 1): dm2.dm2_31 - dm2.dm2_21}
    half = {pair: 1.266932679 * gap * 1e4 / (E / 1e3) for pair, gap in lengths.items()}  # eV^2 m / MeV
    shares = np.abs(U[0]) ** 2
    gone = sum(4 * shares[i] * shares[j] * np.sin(angle) ** 2 for (i, j), angle in half.items())
    density = flux.density(E)[0]
    average = np.average(gone, weights=density * E**2)  # dE at even steps of 1/E
    assert components(far)["U235"].mu_eff == pytest.approx(1e-10 * np.sqrt(average), rel=1e-5)
    assert far.mu_eff > 1e-11
    assert far.note == ""


def test_small_moment_beside_large_ones_is_no_rounding():
    (row,) = rows({"mu_nu_e": 1e-18, "mu_nu_mu": 1e-8, "mu_tau4": 1e-6, "m_4": 10.0}, LINE)
    assert row.components[0].mu_eff == pytest.approx(1e-18, rel=1e-12)
    assert (row.components[0].mu_eff_heavy, row.note) == (0.0, "")
    assert 1e-18 * row.limit.upper == pytest.approx(scale_limit({"mu_nu_e": 1e-11}, LINE).upper * 1e-11, rel=1e-6)


def test_blind_spot_of_electron_neutrinos_is_seen_by_the_others():
    """Lambda along conj(U_e) leaves nu_e without a moment; nu_mu and the Sun see the matrix all the same."""
    vector = 1e-10 * U[0].conj()
    found = effective_moments(of_vector(vector), [REACTOR, LINE, PIONS, XENON])
    reactor, line, pions, sun = found.rows
    assert found.flavours[0].mu_eff == 0
    for row in (reactor, line):
        assert (row.mu_eff, row.events) == (0, 0)
        assert row.note == "blind: its neutrinos have no effective moment"
        assert (row.limit.verdict, row.limit.upper) == ("no events", None)
    assert components(pions)["nu_e"].mu_eff < 1e-24
    assert components(pions)["nu_mu"].mu_eff == pytest.approx(1e-10, rel=1e-12)
    P = probabilities(XENON, "pp")
    by_hand = 1e-10 * np.sqrt((np.abs(U[0]) ** 2 * (1 - P)).sum())
    assert components(sun)["pp"].mu_eff == pytest.approx(by_hand, rel=1e-12)
    assert by_hand > 5e-11
    assert sun.limit.verdict == "excluded"
    assert (pions.note, sun.note) == ("", "")


# --- the fourth state ---------------------------------------------------------------------------------


HEAVY = {"lambda_14": 1e-11 * cmath.exp(0.3j), "lambda_24": 2e-11 * cmath.exp(-1j), "lambda_34": 3e-11 + 0j}


def test_moments_to_the_fourth_state_have_the_form_of_the_paper():
    """Eqs. (9) and (10) of arXiv:2109.09545, without active-sterile mixing; the Sun adds probabilities."""
    s12, s13, s23 = np.sqrt([OSCILLATION.s2_12, OSCILLATION.s2_13, OSCILLATION.s2_23])
    c12, c13, c23 = np.sqrt(1 - np.square([s12, s13, s23]))
    phase = cmath.exp(1j * OSCILLATION.delta_cp)
    a, b, c = HEAVY.values()
    nu_e = abs(c12 * c13 * a + s12 * c13 * b + s13 * phase * c)
    conj = phase.conjugate()
    nu_mu = abs((-s12 * c23 - c12 * s23 * s13 * conj) * a + (c12 * c23 - s12 * s23 * s13 * conj) * b + s23 * c13 * c)
    reactor, pions, sun = rows(polar(**HEAVY) | {"m_4": 50.0}, REACTOR, PIONS, XENON)
    assert reactor.mu_eff_heavy == pytest.approx(nu_e, rel=1e-10)
    assert components(pions)["nubar_mu"].mu_eff_heavy == pytest.approx(nu_mu, rel=1e-12)
    P = probabilities(XENON, "pp")
    expected = np.sqrt(P @ np.abs([a, b, c]) ** 2)
    assert components(sun)["pp"].mu_eff_heavy == pytest.approx(expected, rel=1e-12)
    assert (reactor.mu_eff, reactor.events) == (0.0, 0.0)
    assert reactor.events_heavy > 0


def test_light_and_heavy_final_states_add_up():
    values = polar(**HEAVY) | of_vector(VECTOR) | {"m_4": 50.0}
    both, light, heavy = (
        rows(point, REACTOR)[0] for point in (values, of_vector(VECTOR), polar(**HEAVY) | {"m_4": 50.0})
    )
    assert (both.events, both.mu_eff) == (light.events, light.mu_eff)
    assert (both.events_heavy, both.mu_eff_heavy) == (heavy.events_heavy, heavy.mu_eff_heavy)
    assert both.limit.upper < min(light.limit.upper, heavy.limit.upper)


def test_massless_fourth_state_scatters_like_the_light_ones():
    (row,) = rows(polar(**HEAVY) | {"m_4": 0.0}, REACTOR)
    assert row.events_heavy == pytest.approx(magnetic(nl.load(REACTOR), {"mu_nu": row.mu_eff_heavy}), rel=1e-9)


def test_state_beyond_the_kinematic_end_makes_no_events_and_says_so():
    found = {row.experiment: row for row in rows({"lambda_14": 1e-9, "m_4": 600.0}, LINE, REACTOR, PIONS)}
    line = found[LINE]
    assert (line.events, line.events_heavy, line.mu_eff_heavy) == (0.0, 0.0, None)
    assert (line.limit.verdict, line.limit.upper) == ("no events", None)
    assert line.note == "too heavy: m_4 = 600 keV, at most 503.7 keV can be made"
    assert line.components[0].mu_eff_heavy > 0
    # sqrt(M^2 + 2 M E) - M for the line of 51Cr on electrons, and for the end of muon decay on caesium
    electron = 510.99895
    assert line.heaviest == pytest.approx(np.sqrt(electron**2 + 2 * electron * 751.99) - electron, rel=1e-4)
    assert found[PIONS].heaviest == pytest.approx(52.82e3, rel=1e-3)
    assert found[REACTOR].events_heavy > 0
    assert found[PIONS].note == found[REACTOR].note == ""


def test_recoils_outside_the_bins_are_told_from_a_state_that_is_too_heavy():
    (row,) = rows({"lambda_14": 1e-9, "m_4": 503.0}, LINE)
    assert row.events_heavy == 0
    assert row.note == "recoils with m_4 = 503 keV lie outside the bins"


# --- Dirac neutrinos ----------------------------------------------------------------------------------


def test_universal_diagonal_moment_is_the_same_everywhere():
    values = {"lambda_11": 1e-11, "lambda_22": 1e-11, "lambda_33": 1e-11}
    found = effective_moments(values, [XENON, REACTOR, PIONS], neutrinos="dirac")
    assert found.neutrinos == "dirac"
    for row in found.rows:
        assert row.mu_eff == pytest.approx(1e-11, rel=1e-10)
        assert [part.mu_eff for part in row.components] == pytest.approx([1e-11] * len(row.components), rel=1e-10)
        assert row.events == pytest.approx(magnetic(nl.load(row.experiment), {"mu_nu": 1e-11}), rel=1e-10)


def test_diagonal_moments_add_with_the_shares_of_the_mass_states():
    moments = np.array([1e-11, 3e-11, 5e-11])
    values = {f"lambda_{k}{k}": size for k, size in zip("123", moments, strict=True)}
    reactor, sun = rows(values, REACTOR, XENON, neutrinos="dirac")
    assert reactor.mu_eff == pytest.approx(np.sqrt(np.abs(U[0]) ** 2 @ moments**2), rel=1e-10)
    P = probabilities(XENON, "B8")
    assert components(sun)["B8"].mu_eff == pytest.approx(np.sqrt(P @ moments**2), rel=1e-12)


# --- files, choices, records --------------------------------------------------------------------------


def test_file_in_the_flavour_basis_gives_what_the_same_matrix_in_the_mass_basis_gives():
    flavoured = moment_point({"basis": "flavour", "m_4": "50 keV", "moments": {"emu": 1e-11, "mus": "2e-11 exp(1j)"}})
    matrix = np.zeros((4, 4), complex)
    matrix[0, 1], matrix[1, 3] = 1e-11, 2e-11 * cmath.exp(1j)
    matrix -= matrix.T
    V = pmns(OSCILLATION, n=4)
    in_mass = [[complex(element) for element in row] for row in np.einsum("ak,ab,bj->kj", V, matrix, V)]
    direct = moment_point({"m_4": "50 keV", "matrix": in_mass})
    found, expected = (effective_moments(point.values, [REACTOR, XENON]) for point in (flavoured, direct))
    for row, other in zip(found.rows, expected.rows, strict=True):
        assert (row.mu_eff, row.mu_eff_heavy) == pytest.approx((other.mu_eff, other.mu_eff_heavy), rel=1e-12)
        assert row.limit.upper == pytest.approx(other.limit.upper, rel=1e-9)
    # nu_e has the moment with nu_mu and none to the sterile flavour, nu_mu has both
    electron, muon, _ = found.flavours
    assert (electron.mu_eff, muon.mu_eff, muon.mu_eff_heavy) == pytest.approx((1e-11, 1e-11, 2e-11), rel=1e-12)
    assert electron.mu_eff_heavy < 1e-24


def test_file_is_taken_by_its_path_and_as_read(tmp_path):
    path = tmp_path / "a.yaml"
    path.write_text("neutrinos: dirac\nbasis: flavour\nmoments: {1e: 1e-11}\n", encoding="utf-8")
    point = read_moment_file(path, "miranda-2021")
    expected = effective_moments(point.values, LINE, neutrinos="dirac", conventions="miranda-2021")
    for values in (path, str(path), point):
        found = effective_moments(values, LINE, conventions="miranda-2021")
        assert found.to_dict() == expected.to_dict()
    assert expected.rows[0].mu_eff == pytest.approx(1e-11, rel=1e-10)
    with pytest.raises(ValueError, match=r"a\.yaml: is of Dirac neutrinos, not majorana"):
        effective_moments(path, LINE, neutrinos="majorana")
    with pytest.raises(ValueError, match=r"^the matrix is of Dirac neutrinos"):
        effective_moments(point, LINE, neutrinos="majorana")
    with pytest.raises(FileNotFoundError):
        effective_moments(tmp_path / "b.yaml", LINE)


def test_one_experiment_needs_no_list():
    values = {"lambda_12": 1e-11}
    expected = effective_moments(values, [LINE]).to_dict()
    assert effective_moments(values, LINE).to_dict() == expected
    assert effective_moments(values, nl.load(LINE)).to_dict() == expected


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (([LINE], {"lambda_12": 1e-11}), TypeError, "first argument, "),
        (
            ({"lambda_12": 1e-11}, {"lambda_12": 1e-11}),
            TypeError,
            "values are the first argument, the experiments the second",
        ),
        (({"lambda_12": 1e-11}, []), ValueError, "no experiment is given"),
    ],
)
def test_arguments_in_the_wrong_order_are_explained(arguments, error, message):
    for call in (effective_moments, scale_limit):
        with pytest.raises(error, match=message):
            call(*arguments)


def test_moment_to_the_fourth_state_alone_is_the_one_shown():
    found = effective_moments({"lambda_14": 1e-11}, LINE)
    text = repr(found)
    assert text.startswith("lambda_14 = 1e-11 mu_B, m_4 = 0 keV; Majorana neutrinos\n")
    assert f"51cr-lxe-a: mu_eff to nu_4 {found.rows[0].mu_eff_heavy:.3g} mu_B, " in text
    assert "mu_eff 0" not in text
    assert not found.light
    assert found.values == {"lambda_14": 1e-11}


def test_moments_of_flavours_are_taken_as_well():
    values = {"mu_nu_e": 1e-11, "mu_mu4": 2e-11, "m_4": 10.0}
    reactor, sun = rows(values, REACTOR, XENON)
    assert (reactor.mu_eff, reactor.mu_eff_heavy) == pytest.approx((1e-11, 0.0), rel=1e-10)
    mixture = np.abs(U) ** 2 @ probabilities(XENON, "pp")  # an incoherent mixture of mass states, by flavours
    pp = components(sun)["pp"]
    assert (pp.mu_eff, pp.mu_eff_heavy) == pytest.approx(
        (1e-11 * np.sqrt(mixture[0]), 2e-11 * np.sqrt(mixture[1])), rel=1e-12
    )


def test_own_cards_and_loaded_experiments_are_taken():
    card = EXAMPLES / "germanium-reactor.yaml"
    changed = nl.load(XENON, changes={"exposure": "2.32 t yr", "observed": {"kind": "asimov"}})
    own, larger, shipped = rows({"lambda_12": 1e-11}, card, changed, XENON)
    assert (own.experiment, own.status) == ("germanium-reactor", "planned")
    assert larger.events == pytest.approx(2 * shipped.events, rel=1e-9)
    assert (larger.status, shipped.status) == ("planned", "data")


def test_conventions_are_those_asked_for_or_of_each_card():
    own = effective_moments({"lambda_12": 1e-11}, ["xenonnt-solar-195ty"])
    assert "solar neutrinos arrive as flavours there, solar_p_ee = 0.553" in own.warnings[0]
    asked = effective_moments({"lambda_12": 1e-11}, ["xenonnt-solar-195ty", XENON], conventions="miranda-2021")
    assert {row.conventions for row in asked.rows} == {"miranda-2021"}
    assert asked.warnings == ()
    s2_13 = get_oscillation("desalas-2020-no").s2_13
    assert asked.rows[1].mu_eff == pytest.approx(1e-11 * np.sqrt(1 - s2_13), rel=1e-9)
    mixed = effective_moments({"lambda_12": 1e-11}, [nl.load(LINE, conventions="miranda-2021")])
    assert "other mixing than nufit-6.0-no in 51cr-lxe-a" in mixed.warnings[0]


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"m_4": 10.0}, "no moment is set"),
        ({"lambda_11": 1e-11}, "a Majorana neutrino has no diagonal moment"),
        ({"lambda_12": -1e-11}, "outside its domain"),
        ({"lamda_12": 1e-11}, "did you mean: lambda_12"),
        ({"lambda_14": 1e-11, "mu_e4": 1e-11}, "lead to the same sterile neutrino"),
    ],
)
def test_points_that_make_no_sense_are_refused(values, message):
    with pytest.raises(ValueError, match=message):
        effective_moments(values, [LINE])


def test_record_is_written_and_read(tmp_path):
    found = effective_moments({"lambda_12": 1e-11, "lambda_14": 1e-12, "m_4": 10.0}, [XENON, LINE])
    assert isinstance(found, MomentsResult)
    record = found.to_dict()
    assert record["rows"][0]["limit"]["verdict"] == "excluded"
    assert record["rows"][0]["components"][0]["component"] == "pp"
    assert record["provenance"]["experiments"] == [XENON, LINE]
    assert "Miranda:2021kre" in record["citations"]
    table = read_table(found.save(tmp_path / "a.csv"))
    whole = table.where(component="all")
    assert list(whole.text("experiment")) == [XENON, LINE]
    assert whole.numbers("mu_eff")[0] == found.rows[0].mu_eff
    assert whole.numbers("scale_upper")[1] == found.rows[1].limit.upper
    assert table.where(component="Cr51").numbers("mu_eff_heavy")[0] == found.rows[1].components[0].mu_eff_heavy
    text = repr(found)
    assert text.startswith("lambda_12 = 1e-11 mu_B, lambda_14 = 1e-12 mu_B, m_4 = 10 keV; Majorana neutrinos\n")
    assert "excluded, common factor up to 0.7" in text
    assert f"mu_eff {found.rows[0].mu_eff:.3g} mu_B, mu_eff to nu_4 " in text


@pytest.mark.slow
def test_every_shipped_experiment_has_a_row_data_first():
    found = effective_moments({"lambda_12": 1e-11})
    shipped = {summary.name: summary.status for summary in nl.list_experiments()}
    assert {row.experiment: row.status for row in found.rows} == shipped
    assert [row.status for row in found.rows] == sorted(shipped.values())
    assert all(row.limit.upper and row.limit.converged and not row.note for row in found.rows)
