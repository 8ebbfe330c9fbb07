"""Separations of elements by trigger frequencies: against least squares, counts, and their limits."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import lsq_linear

from nulight.renp import NewPhysics, atomic_scheme, element, neutrinos, spectral_function, thresholds
from nulight.renp.neutrinos import Neutrinos
from nulight.renp.separation import MARGIN, candidates, element_spectra, emitted, levels, moment_elements, separation

YB, NU = atomic_scheme("yb"), neutrinos(0.01)
SEED = np.array([1.069, 1.07, 1.0708, 1.0712, 1.0716, 1.07164])


def test_dirac_neutrinos_have_twelve_elements_and_majorana_six():
    assert len(moment_elements()) == 12
    assert len(moment_elements("majorana")) == 6
    assert emitted(YB, NU) == moment_elements()


@pytest.mark.parametrize("nature", ["dirac", "majorana"])
def test_spectra_of_elements_are_what_they_add_to_the_spectral_function(nature):
    nu, names = neutrinos(0.01, nature=nature), moment_elements(nature)
    weak, signal = element_spectra(SEED, YB, nu, names)
    assert weak == pytest.approx(spectral_function(SEED, YB, nu), rel=1e-14)
    for name, added in zip(names, signal, strict=True):
        family, pair = name.split("_")
        matrix = element(pair, 1e-6, antisymmetric=nature == "majorana")
        new = NewPhysics(mu=matrix) if family == "mu" else NewPhysics(epsilon=matrix)
        total = spectral_function(SEED, YB, nu, new)
        assert added * 1e-12 + weak == pytest.approx(total, rel=1e-12)


def test_separation_is_the_remainder_of_a_least_squares_fit():
    weak, signal = element_spectra(SEED, YB, NU, moment_elements())
    shapes = signal / np.sqrt(weak)
    found = separation(SEED, YB, NU)
    for a, b in [(0, 6), (1, 0), (9, 2), (4, 10), (11, 3)]:
        fit = lsq_linear(shapes[b][:, None] / shapes[b].max(), shapes[a] / shapes[a].max(), tol=1e-14)
        share = 2 * fit.cost / np.sum((shapes[a] / shapes[a].max()) ** 2)
        assert found[a, b] / found[a, a] == pytest.approx(share, rel=1e-7)


def test_all_time_at_the_best_frequency_sees_all_there_is():
    places = candidates(YB, NU)
    weak, signal = element_spectra(places, YB, NU, ["mu_22"])
    best = places[np.argmax(signal[0] ** 2 / weak)]
    assert separation(best, YB, NU, ["mu_22"])[0, 0] == pytest.approx(1.0, rel=1e-12)


def test_one_frequency_separates_nothing_but_what_it_does_not_see():
    between = 1.0716  # pairs 11 and 12 are open
    found = separation(between, YB, NU, ["mu_11", "eps_12", "mu_33"])
    assert found[0, 1] == pytest.approx(0.0, abs=1e-14)
    assert found[0, 2] == found[0, 0] > 0
    assert np.all(found[2] == 0)


def test_mu_and_eps_of_a_pair_seen_once_cannot_be_told_apart():
    found, names = separation(SEED, YB, NU), moment_elements()
    only = names.index("mu_33"), names.index("eps_33")
    assert found[only] == pytest.approx(0.0, abs=1e-14)
    more = separation([1.0, *SEED], YB, NU)
    assert more[only] > 0.01


def test_mu_and_eps_with_a_massless_neutrino_are_the_same():
    massless = neutrinos(0.0)
    found = separation(SEED, YB, massless, ["mu_13", "eps_13", "mu_23", "eps_23"])
    assert found[0, 1] == pytest.approx(0.0, abs=1e-13)
    assert found[2, 3] > 1e-4


@given(st.lists(st.floats(0.9, 1.07165), min_size=1, max_size=8), st.floats(0.0, 0.1), st.booleans())
def test_separation_is_a_share_of_the_sensitivity_and_repetition_changes_nothing(triggers, lightest, inverted):
    nu = neutrinos(lightest, ordering="inverted" if inverted else "normal")
    found = separation(triggers, YB, nu)
    own = np.diag(found)
    assert np.all((found >= 0) & (found <= own[:, None]) & (own[:, None] <= 1 + 1e-12))
    assert separation([*triggers, *triggers], YB, nu) == pytest.approx(found, rel=1e-6, abs=1e-13)


@given(st.floats(0.0, 0.2), st.sampled_from([1e-7, 1e-6, 1e-5, 3e-5]), st.booleans())
def test_candidates_keep_the_margin(lightest, margin, inverted):
    nu = neutrinos(lightest, ordering="inverted" if inverted else "normal")
    places, ends = candidates(YB, nu, margin), levels(YB, nu)
    assert np.all(np.diff(places) > 0)
    assert np.abs(places[:, None] - ends).min() > margin * (1 - 1e-9)
    assert places.max() < ends[-1]


def test_candidates_come_as_close_as_the_margin_to_every_threshold():
    ends = levels(YB, NU)
    distance = np.abs(candidates(YB, NU)[:, None] - ends).min(axis=0)
    assert distance == pytest.approx(np.full(6, MARGIN), rel=1e-6)
    assert len(ends) == 6
    assert ends[0] == pytest.approx(thresholds(YB.E_eg, NU.masses)[2, 2], rel=1e-15)


def test_pairs_too_heavy_are_left_out_and_refused():
    low = atomic_scheme("generic")
    heavy = neutrinos(0.12)
    assert set(emitted(low, heavy)) == {"mu_11", "mu_12", "mu_22", "eps_11", "eps_12", "eps_22"}
    with pytest.raises(ValueError, match=r"mu_33: the pair has 0\.\d+ eV, more than E_eg"):
        emitted(low, heavy, ["mu_11", "mu_33"])
    with pytest.raises(ValueError, match="no pair with a moment is light enough"):
        emitted(low, neutrinos(1.0))


def test_what_is_no_element_is_refused():
    with pytest.raises(ValueError, match="no element 'mu_14' of dirac moments; they have mu_11"):
        emitted(YB, NU, ["mu_14"])
    with pytest.raises(ValueError, match="no element 'mu_11' of majorana"):
        emitted(YB, neutrinos(nature="majorana"), ["mu_11"])
    with pytest.raises(ValueError, match="named twice"):
        emitted(YB, NU, ["mu_11", "mu_11"])
    with pytest.raises(ValueError, match="name at least one"):
        emitted(YB, NU, [])
    several = Neutrinos(masses=np.full((2, 3), 0.01), mixing=NU.mixing)
    with pytest.raises(ValueError, match=r"masses of shape \(2, 3\)"):
        emitted(YB, several)
