"""Closed forms of the validation: limits and identities."""

import math

import pytest

from nulight.validation.closed_forms import (
    coherent_total,
    form_factor_radius,
    heaviest_sterile,
    minimal_gap,
    minimal_moment,
    nuclear_recoil_maximum,
    nucleon_coupling,
    nucleon_coupling_difference,
    pion_decay_line,
    reactor_share,
    transition_moment_identity,
)
from nulight.validation.workspace import Workspace

WORK = Workspace()


def test_recoil_of_the_mean_nucleus_lies_between_those_of_its_isotopes():
    measured = nuclear_recoil_maximum(WORK, element="W", E_keV=747.0)
    assert measured.details["heaviest"] < measured.value < measured.details["lightest"]


def test_recoil_goes_with_the_square_of_the_energy_of_a_light_projectile():
    low, high = (nuclear_recoil_maximum(WORK, element="Si", E_keV=E).value for E in (10.0, 20.0))
    assert high / low == pytest.approx(4, rel=1e-5)


@pytest.mark.parametrize("conventions", ["tree", "default"])
def test_coherent_total_goes_with_the_square_of_the_weak_charge(conventions):
    def charge(Z, N):
        proton, neutron = (
            nucleon_coupling(WORK, flavour="e", nucleon=name, conventions=conventions).value for name in ("p", "n")
        )
        return Z * proton + N * neutron

    def total(nuclide):
        return coherent_total(WORK, nuclide=nuclide, E_keV=1.0, conventions=conventions).value

    assert total("Ge74") / total("Ar40") == pytest.approx((charge(32, 42) / charge(18, 22)) ** 2, rel=1e-6)


def test_surface_adds_to_the_radius_of_a_klein_nystrand_sphere():
    radius = form_factor_radius(WORK, form_factor="klein-nystrand-sphere", radius=5.0).value
    assert radius == pytest.approx(math.sqrt(0.6 * 25 + 6 * 0.49), rel=1e-5)


def test_coupling_difference_is_that_of_the_couplings():
    first, second = (nucleon_coupling(WORK, flavour=name, nucleon="p").value for name in ("mu", "tau"))
    assert nucleon_coupling_difference(WORK, first="mu", second="tau").value == pytest.approx(first - second)


def test_line_of_pion_decay_is_two_body_kinematics():
    assert pion_decay_line(WORK).value == pytest.approx((139.57039**2 - 105.6583755**2) / 2 / 139.57039, rel=1e-6)


def test_share_of_the_reactor_falls_from_one():
    shares = [reactor_share(WORK, above_MeV=E).value for E in (0.0, 1.0, 2.0, 7.9)]
    assert shares[0] == pytest.approx(1)
    assert shares == sorted(shares, reverse=True)


def test_largest_mass_with_a_smallest_recoil_is_less_and_made_at_the_energy():
    free, cut = (heaviest_sterile(WORK, E_MeV=8.0, T_MeV=T).value for T in (None, 3.0))
    assert cut < free
    # E >= (T + sqrt(T^2 + 2 M T)) / 2 (1 + m^2 / (2 M T)) with T = 3 MeV
    M, T = 0.51099895, 3.0
    assert (T + math.sqrt(T * T + 2 * M * T)) / 2 * (1 + cut**2 / (2 * M * T)) == pytest.approx(8.0, rel=1e-6)


def test_identity_of_the_transition_moments_has_something_to_compare():
    measured = transition_moment_identity(WORK)
    assert measured.value < 1e-12
    assert 0 < measured.details["mu_e"] < 1


def test_majorana_coefficient_is_twice_the_dirac_one_and_goes_with_the_mass_it_is_over():
    dirac = minimal_moment(WORK, nature="dirac", element="transition").value
    majorana = minimal_moment(WORK, nature="majorana", element="transition")
    assert majorana.value == pytest.approx(2 * dirac)
    over_W = minimal_moment(WORK, nature="majorana", element="transition", over="W").value
    assert over_W == pytest.approx(majorana.value * majorana.details["factor"])
    # the loop gives 3/2 at lowest order and -3/4 at first, of which one neutrino mass takes half
    assert over_W == pytest.approx(minimal_moment(WORK, nature="dirac", element="diagonal").value / 2)


def test_gap_is_the_logarithm_of_bound_over_prediction():
    measured = minimal_gap(WORK, parameter="mu_nu_mu", experiment="LSND")
    assert measured.details["bound"] == 6.8e-10
    assert 10**measured.value * measured.details["largest"] == pytest.approx(6.8e-10)
    assert measured.details["majorana"] > measured.value
