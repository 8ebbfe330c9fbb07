"""Published limits: values beside ours, conventions proven from the papers' own numbers."""

import csv
from pathlib import Path

import pytest

import nulight.literature
from nulight.constants import K_R2
from nulight.data.reader import read_package_table
from nulight.literature.limits import couplings_with_limits, published_limits

TABLES = Path(nulight.literature.__file__).parent / "tables"
Z_90 = 1.6449  # two-sided 90 % in standard deviations


def named(coupling, experiment, **options):
    (limit,) = [bound for bound in published_limits(coupling, **options) if bound.experiment == experiment]
    return limit


@pytest.mark.parametrize(
    ("coupling", "experiment", "upper", "cl", "reference"),
    [
        ("mu_nu", "XENONnT_SR0", 6.4e-12, 0.90, "arXiv:2207.11330"),
        ("mu_nu", "LZ_reanalysis", 1.1e-11, 0.90, "arXiv:2207.05036"),
        ("mu_nu_e", "PandaX-4T+LZ+XENONnT_reanalysis", 10.3e-12, None, "arXiv:2309.17380"),
        ("mu_nu_mu", "PandaX-4T+LZ+XENONnT_reanalysis", 15.6e-12, None, "arXiv:2309.17380"),
        ("mu_nu_tau", "PandaX-4T+LZ+XENONnT_reanalysis", 15.6e-12, None, "arXiv:2309.17380"),
        ("q_nu", "LZ_reanalysis", 1.5e-13, 0.90, "arXiv:2207.05036"),
        ("q_nu_ee", "GEMMA_Brudanin", 2.7e-12, 0.90, "arXiv:1411.2279"),
    ],
)
def test_limits_to_stand_beside_the_xenon_ones(coupling, experiment, upper, cl, reference):
    limit = named(coupling, experiment)
    assert (limit.upper, limit.cl, limit.reference, limit.lower) == (upper, cl, reference, None)


def test_xenon1t_reported_an_interval():
    limit = named("mu_nu", "XENON1T")
    assert (limit.lower, limit.upper) == (1.4e-11, 2.9e-11)


def texono_2010(coupling, **options):
    (limit,) = [b for b in published_limits(coupling, **options) if b.reference == "arXiv:0911.1597"]
    return limit


def test_texono_radius_doubles_in_the_package_convention():
    limit = texono_2010("r2_nu_ee")
    assert limit.published == (-2.1e-32, 3.3e-32)
    assert (limit.lower, limit.upper) == pytest.approx((-4.2e-32, 6.6e-32))
    assert limit.convention == "half"


def test_texono_anapole_bound_of_the_paper_is_half_of_the_physical_one():
    # Herrera and Huber quote 5.5e-33 = 3.3e-32/6 from the half-size radius; r2 > 0 is a < 0.
    limit = texono_2010("a_nu_ee")
    assert (limit.lower, limit.upper) == pytest.approx((-1.1e-32, 0.7e-32))
    assert limit.lower == pytest.approx(-2 * 5.5e-33)
    half = texono_2010("a_nu_ee", conventions="literature-half")
    assert half.lower == pytest.approx(-5.5e-33)


def half_convention_rows():
    table = read_package_table("literature/tables/charge_radius_conventions.csv").where(convention="half")
    return list(zip(table.text("ref"), table.text("factor"), table.numbers("s2w_error"), strict=True))


@pytest.mark.parametrize(("reference", "factor", "s2w_error"), half_convention_rows())
def test_papers_marked_half_shift_s2w_by_k_times_their_radius(reference, factor, s2w_error):
    # Published interval width times K against the s2w interval of the same fit; K r2 / 2 (package
    # convention) would miss by a factor 2. Two printed digits each: 5 %, one digit (0.05): 10 %.
    (limit,) = [b for b in published_limits("r2_nu_ee") if b.reference == reference]
    half_width = (limit.published[1] - limit.published[0]) / 2
    sigmas = Z_90 if limit.cl == 0.90 else 1.0
    assert K_R2 * half_width == pytest.approx(sigmas * s2w_error, rel=0.10 if s2w_error == 0.05 else 0.05)
    assert float(factor) == 2
    assert limit.upper == pytest.approx(2 * limit.published[1])


def test_unknown_convention_is_said_and_not_converted():
    limit = named("r2_nu_tautau", "TRISTAN")
    assert (limit.convention, limit.upper, limit.published) == ("as published", 3.1e-31, (None, 3.1e-31))
    anapole = named("a_nu_tautau", "TRISTAN")
    assert anapole.upper is None
    assert anapole.lower == pytest.approx(-3.1e-31 / 6)


@pytest.mark.parametrize("coupling", couplings_with_limits())
def test_every_limit_is_ordered_sourced_and_newest_first(coupling):
    limits = published_limits(coupling)
    assert [b.year for b in limits] == sorted((b.year for b in limits), reverse=True)
    for bound in limits:
        assert bound.coupling == coupling
        assert bound.reference
        assert bound.note
        assert bound.cl is None or 0.6 < bound.cl < 1
        assert bound.lower is not None or bound.upper is not None
        assert bound.lower is None or bound.upper is None or bound.lower < bound.upper
        assert (bound.convention != "") == (coupling[:2] in ("r2", "a_"))


def test_every_row_of_the_tables_is_a_limit():
    rows = 0
    for name in ("em_properties.csv", "further_limits.csv"):
        lines = [line for line in (TABLES / name).read_text().splitlines() if not line.startswith("#")]
        rows += len(list(csv.DictReader(lines)))
    read = [b for c in couplings_with_limits() if not c.startswith("a_nu") for b in published_limits(c)]
    assert len(read) == rows


def test_no_bound_is_listed_twice():
    keys = [(c, b.experiment, b.reference, b.published) for c in couplings_with_limits() for b in published_limits(c)]
    assert len(set(keys)) == len(keys)


def test_effective_bounds_are_added_only_on_request():
    own = published_limits("q_nu_ee")
    both = published_limits("q_nu_ee", effective=True)
    assert {b.coupling for b in own} == {"q_nu_ee"}
    assert {b.coupling for b in both} == {"q_nu_ee", "q_nu"}
    assert named("q_nu_ee", "LZ_reanalysis", effective=True).upper == 1.5e-13


def test_coupling_without_tabulated_bounds_has_an_empty_list():
    assert published_limits("r2_nu_mumu") == []


@pytest.mark.parametrize("name", ["mu_nue", "mu", "charge"])
def test_misspelled_coupling_lists_those_with_limits(name):
    with pytest.raises(ValueError, match="mu_nu_e"):
        published_limits(name)
