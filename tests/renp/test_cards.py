"""The shipped cards: their numbers, and what their frequencies are for."""

from __future__ import annotations

import numpy as np
import pytest

from nulight.renp import PAIRS, atomic_scheme, load_scheme, neutrinos, renp_experiment, scheme_names, thresholds

LINE = 1.2398419843320026e-4  # eV per cm^-1


@pytest.mark.parametrize("name", ["yb", "xe", "generic", "yb-dinh-2012"])
def test_shipped_frequencies_open_one_pair_each(name: str) -> None:
    """Six frequencies, six thresholds, normal ordering and a lightest neutrino of 0.01 eV."""
    loaded = load_scheme(name)
    edges = thresholds(loaded.scheme.E_eg, neutrinos(0.01).masses)
    n_open = [sum(omega < edges[place] for place in PAIRS.values()) for omega in loaded.triggers]
    assert n_open == [6, 5, 4, 3, 2, 1]


@pytest.mark.parametrize("name", ["yb", "xe", "generic", "yb-dinh-2012"])
def test_cards_say_what_they_are(name: str) -> None:
    loaded = load_scheme(name)
    assert loaded.scheme.name == name
    assert len(loaded.scheme.sha256) == 64
    assert loaded.notes
    assert loaded.title
    assert (loaded.quality == "proxy") == (name == "generic")
    assert loaded.target.n_photons == loaded.target.n_atoms == 1e21
    assert loaded.target.volume == 100


def test_every_card_is_in_the_tests() -> None:
    assert set(scheme_names()) == {"yb", "xe", "generic", "yb-dinh-2012"}


def test_levels_of_ytterbium() -> None:
    """Wavenumbers of the NIST tables; the papers' numbers are these to their digits."""
    measured, rounded = atomic_scheme("yb"), atomic_scheme("yb-dinh-2012")
    assert measured.E_eg == pytest.approx(17288.439 * LINE, rel=1e-12)
    assert measured.E_pg == pytest.approx(17992.007 * LINE, rel=1e-12)
    assert abs(rounded.E_eg - measured.E_eg) < 0.5e-5
    assert abs(rounded.E_pg - measured.E_pg) < 0.5e-5
    assert measured.E_eg - rounded.E_eg == pytest.approx(3.3e-6, abs=0.05e-6)


def test_rates_are_inverse_lifetimes() -> None:
    assert 1 / atomic_scheme("yb").gamma_pg == pytest.approx(866e-9, rel=1e-3)
    assert 1 / atomic_scheme("xe").gamma_pg == pytest.approx(3.74e-9, rel=0.03)  # Wilkinson 1965


def test_levels_of_xenon() -> None:
    xenon = atomic_scheme("xe")
    assert 1e8 / (xenon.E_pg / LINE) == pytest.approx(1469.612, abs=1e-3)  # Angstrom, resonance line in vacuum
    assert xenon.E_eg == pytest.approx(8.3153, abs=1e-4)


def test_the_made_up_atom_shows_the_nature_of_neutrinos() -> None:
    """A tenth of the counts at the first frequency, a standard deviation and a half in a day of six; Yb needs years."""
    dirac, majorana = (renp_experiment("generic", days=1, nature=nature).observed for nature in ("dirac", "majorana"))
    assert 1 - majorana[0] / dirac[0] == pytest.approx(0.105, abs=0.005)
    assert np.sum((dirac - majorana) ** 2 / dirac) > 2.5
    dirac, majorana = (renp_experiment("yb", days=365, nature=nature).observed for nature in ("dirac", "majorana"))
    assert np.sum((dirac - majorana) ** 2 / dirac) < 0.02
