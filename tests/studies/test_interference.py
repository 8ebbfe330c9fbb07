"""The share of interference against closed forms, and what it has to be in proportion to."""

import numpy as np
import pytest

import nulight as nl
from nulight.constants import ALPHA, G_F, M_E
from nulight.studies.interference import interference_share

MODEL = nl.load("51cr-cevns-ge", conventions="miranda-2021")


def test_share_goes_with_the_mass_over_the_moment():
    share = interference_share(MODEL, "mu_e4", [1.0, 2.0, 1.0], [1e-11, 1e-11, 3e-11])
    np.testing.assert_allclose(share.total / share.total[0], [1, 2, 1 / 3], rtol=2e-3)
    assert (share.largest >= share.total).all()


@pytest.mark.parametrize("material", ["si", "ge"])
def test_largest_share_of_nuclei_is_that_of_the_largest_recoils(material):
    # Light neutrinos: interference over magnetic rate is G_F m m_e (Q/Z) M T / (sqrt2 pi alpha E^2) kappa/mu, which at
    # T = 2 E^2 / M is sqrt2 G_F m m_e (Q/Z) / (pi alpha): no mass of the nucleus is left.
    Z, N = {"si": (14, 14.11), "ge": (32, 40.71)}[material]
    weak = abs(Z * (0.5 - 2 * 0.23857) - N / 2) / Z
    m_4, moment = 1.0, 2e-11
    expected = np.sqrt(2) * G_F * m_4 * M_E * weak / (np.pi * ALPHA) / moment
    experiment = nl.load(f"51cr-cevns-{material}", conventions="miranda-2021")
    share = interference_share(experiment, "mu_e4", m_4, moment)
    # The last bin that counts lies below the largest recoil of the 747 keV line.
    assert 0.8 * expected < share.largest[0] < 1.02 * expected


def test_shares_of_electrons_of_a_light_neutrino_are_small_at_the_limit():
    share = interference_share(nl.load("51cr-lxe-a", conventions="miranda-2021"), "mu_e4", 1.0, 2.6e-12)
    assert share.total[0] < 1e-3


def test_nothing_to_compare_with_is_an_error():
    with pytest.raises(ValueError, match=r"51cr-cevns-ge.*no counts at m_4 = 800 keV"):
        interference_share(MODEL, "mu_e4", [10.0, 800.0], 1e-11)
    with pytest.raises(ValueError, match="no counts"):
        interference_share(MODEL, "mu_mu4", 10.0, 1e-11)
