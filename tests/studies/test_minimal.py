"""Bands of the minimal model against the moments they are made of."""

from __future__ import annotations

import numpy as np
import pytest

from nulight.data.reader import read_table
from nulight.models.minimal import dirac_moments, majorana_moments, neutrino_masses
from nulight.neutrinos.mixing import get_oscillation, pmns
from nulight.studies.minimal import ORDERINGS, minimal_predictions

LIGHTEST = np.array([0.0, 0.003, 0.05, 0.8])


@pytest.fixture(scope="module")
def found():
    return minimal_predictions(LIGHTEST)


def test_diagonal_moments_are_the_masses(found):
    for ordering, name in ORDERINGS.items():
        masses = neutrino_masses(LIGHTEST, get_oscillation(name))
        low, high = found.band("dirac", "diagonal", ordering)
        np.testing.assert_allclose(low, 3.20263e-19 * masses.min(axis=1), rtol=3e-4)
        np.testing.assert_allclose(high, 3.20263e-19 * masses.max(axis=1), rtol=3e-4)


@pytest.mark.parametrize("ordering", ORDERINGS)
def test_random_majorana_phases_stay_inside_the_band_and_fill_it(found, ordering):
    rng = np.random.default_rng(7)
    oscillation = get_oscillation(ORDERINGS[ordering])
    low, high = found.band("majorana", "transition", ordering)
    sizes = []
    for phases in rng.uniform(0, 2 * np.pi, (400, 2)):
        mixing = pmns(oscillation, majorana=tuple(phases))
        mu, epsilon = majorana_moments(neutrino_masses(LIGHTEST, oscillation), mixing)
        sizes.append(np.abs(mu - 1j * epsilon)[:, [0, 0, 1], [1, 2, 2]])
    smallest, largest = np.min(sizes, axis=(0, 2)), np.max(sizes, axis=(0, 2))
    assert np.all(smallest >= low * (1 - 1e-9))
    assert np.all(largest <= high * (1 + 1e-9))
    np.testing.assert_allclose(largest, high, rtol=0.01)


def test_transition_moments_of_dirac_neutrinos(found):
    oscillation = get_oscillation("nufit-6.0-io")
    mu, _ = dirac_moments(neutrino_masses(0.05, oscillation), pmns(oscillation))
    low, high = found.band("dirac", "transition", "inverted")
    off = np.abs(mu[[0, 0, 1], [1, 2, 2]])
    assert (low[2], high[2]) == (pytest.approx(off.min()), pytest.approx(off.max()))


def test_effective_dirac_moments_lie_between_diagonal_ones(found):
    for ordering in ORDERINGS:
        low, high = found.band("dirac", "diagonal", ordering)
        for quantity in ("nu_e", "nu_mu", "nu_tau", "sun"):
            band = found.band("dirac", quantity, ordering)
            np.testing.assert_array_equal(*band)
            # up to (m_tau / m_W)^2 / 2, which nu_e does not have
            assert np.all((band[0] >= low * (1 - 3e-4)) & (band[0] <= high * (1 + 3e-4)))


def test_majorana_flavours_are_bounded_by_the_largest_elements(found):
    _, largest = found.band("majorana", "transition")
    for quantity in ("nu_e", "nu_mu", "nu_tau", "sun"):
        low, high = found.band("majorana", quantity)
        assert np.all(low <= high)
        assert np.all(high <= 2 * largest)
        # phases have nothing to turn where one mass vanishes and two are left: a band is a band all the same
        assert np.all(high > 0)


def test_orderings_agree_where_masses_are_degenerate(found):
    for quantity in ("diagonal", "nu_e", "sun"):
        normal, inverted = (found.band("dirac", quantity, ordering)[1][-1] for ordering in ORDERINGS)
        assert normal == pytest.approx(inverted, rel=0.003)  # dm2_31 / (2 m^2)


def test_gap_is_about_eight_orders_for_the_limits_of_the_talk(found):
    # 2.9e-11 (GEMMA) and 2.8e-11 (Borexino) over 3.2026e-19 x 0.8
    assert found.orders_below(2.9e-11, "dirac", "diagonal") == pytest.approx(8.05, abs=0.01)
    assert found.orders_below(2.8e-11, "dirac", "diagonal") == pytest.approx(8.04, abs=0.01)
    assert found.orders_below(2.9e-11, "majorana", "transition") > 11.5


def test_record_is_written_and_read(found, tmp_path):
    table = read_table(found.save(tmp_path / "minimal.csv"))
    assert len(table) == len(found.bands) * len(LIGHTEST)
    assert float(table.numbers("high").max()) == pytest.approx(found.band("dirac", "diagonal")[1].max())
    assert "dirac diagonal, normal ordering" in repr(found)
    assert found.to_dict()["result"] == "minimal model"


def test_unknown_band_names_the_known_ones(found):
    with pytest.raises(ValueError, match="no band majorana diagonal ; there are: dirac diagonal, inverted"):
        found.band("majorana", "diagonal")


def test_impossible_mass_is_an_error():
    with pytest.raises(ValueError, match="must be finite and not negative"):
        minimal_predictions([-0.1])
