"""Which published curves are drawn, and how."""

import pytest

from nulight.literature.curves import published_curves
from nulight.plotting.literature import literature_overlays


def names(overlays):
    return [overlay.curve.name for overlay in overlays]


def test_all_or_only_the_laboratory():
    everything = literature_overlays("mu_mu4")
    assert names(everything) == names(literature_overlays("mu_mu4", "all"))
    assert names(everything) == [curve.name for curve in published_curves("mu_mu4")]
    assert set(names(everything)) - set(names(literature_overlays("mu_mu4", "laboratory"))) == {"BBN", "SN1987A"}


def test_indirect_bounds_are_dash_dotted_and_marked():
    drawn = {overlay.curve.name: overlay for overlay in literature_overlays("mu_e4")}
    assert drawn["LSND"].label == "LSND, 95 % CL"
    assert drawn["Borexino"].label == "Borexino"
    assert drawn["SN1987A"].label == "SN1987A (astro)*"
    assert drawn["BBN"].label == "BBN ($^4$He) (cosmo)*, side not known"
    dash_dotted = {name for name, overlay in drawn.items() if overlay.linestyle == "-."}
    assert dash_dotted == {"SN1987A", "BBN"}
    sides = {name: overlay.excluded for name, overlay in drawn.items()}
    assert (sides["SN1987A"], sides["BBN"], sides["LSND"]) == ("inside", "not known", "above")


@pytest.mark.parametrize("coupling", ["mu_e4", "mu_mu4", "mu_tau4"])
def test_no_two_curves_of_a_plane_look_alike(coupling):
    overlays = literature_overlays(coupling)
    assert len({(overlay.colour, str(overlay.linestyle)) for overlay in overlays}) == len(overlays)


def test_a_curve_looks_the_same_in_every_selection():
    (alone,) = literature_overlays("mu_mu4", "CHARM-II")
    (among,) = [overlay for overlay in literature_overlays("mu_mu4") if overlay.curve.name == "CHARM-II"]
    assert (alone.colour, alone.linestyle) == (among.colour, among.linestyle)


def test_names_are_found_in_any_case():
    assert names(literature_overlays("mu_mu4", ["charm-ii", "Sn1987a"])) == ["SN1987A", "CHARM-II"]


def test_one_name_is_a_list_of_one():
    assert (
        names(literature_overlays("mu_tau4", "DONUT")) == names(literature_overlays("mu_tau4", ["DONUT"])) == ["DONUT"]
    )


def test_a_curve_of_another_flavour_is_refused():
    with pytest.raises(ValueError, match=r"no curve NOMAD for mu_tau4; there are: .*DONUT"):
        literature_overlays("mu_tau4", ["NOMAD"])
    with pytest.raises(ValueError, match="use one of"):
        literature_overlays("mu_tau4", ["IceCube"])
