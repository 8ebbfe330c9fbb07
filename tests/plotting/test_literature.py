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


def test_indirect_bounds_are_dashed_and_marked():
    drawn = {overlay.curve.name: overlay for overlay in literature_overlays("mu_e4")}
    assert drawn["LSND"].linestyle == "-"
    assert drawn["LSND"].label == "LSND"
    assert drawn["SN1987A"].linestyle != "-"
    assert drawn["SN1987A"].label == "SN1987A (astrophysical)*"
    assert drawn["SN1987A"].closed
    assert not drawn["LSND"].closed
    assert len({overlay.colour for overlay in drawn.values()}) == len({overlay.group for overlay in drawn.values()})


def test_one_name_is_a_list_of_one():
    assert (
        names(literature_overlays("mu_tau4", "DONUT")) == names(literature_overlays("mu_tau4", ["DONUT"])) == ["DONUT"]
    )


def test_a_curve_of_another_flavour_is_refused():
    with pytest.raises(ValueError, match=r"no curve NOMAD for mu_tau4; there are: .*DONUT"):
        literature_overlays("mu_tau4", ["NOMAD"])
    with pytest.raises(ValueError, match="use one of"):
        literature_overlays("mu_tau4", ["IceCube"])
