import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nulight.validation.targets import Target
from nulight.validation.verdicts import Measured, criterion, explain, ratio, verdict

RELATIVE = Target(
    id="x.y",
    paper="p",
    observable="o",
    unit="",
    preset="default",
    quantity="q",
    kind="relative",
    value=-2.0,
    tolerance=0.125,  # a power of two: the limits are exact
    source="own",
    origin="own",
)
INTERVAL = replace(RELATIVE, kind="interval", value=(-1.0, 2.0))
CLAIM = replace(RELATIVE, kind="claim", tolerance=None, value=3.0)


def claim(rule, value):
    return replace(CLAIM, rule=rule, value=value)


@pytest.mark.parametrize(
    ("ours", "target", "expected"),
    [
        (-2.25, RELATIVE, "met"),
        (-2.251, RELATIVE, "not met"),
        (-1.75, RELATIVE, "met"),
        (2.0, RELATIVE, "not met"),
        (math.inf, RELATIVE, "not met"),
        (math.nan, RELATIVE, "not met"),
        ((-1.125, 1.75), INTERVAL, "met"),
        ((-1.126, 2.0), INTERVAL, "not met"),
        ((-1.0, 2.251), INTERVAL, "not met"),
        ((-1.0, math.inf), INTERVAL, "not met"),
        (3.0, claim("at_least", 3.0), "met"),
        (2.999, claim("at_least", 3.0), "not met"),
        (3.0, claim("at_most", 3.0), "met"),
        (3.001, claim("at_most", 3.0), "not met"),
        (math.inf, claim("at_least", 3.0), "not met"),
        (1.0, claim("within", (1.0, 2.0)), "met"),
        (2.001, claim("within", (1.0, 2.0)), "not met"),
        (0.999, claim("within", (1.0, 2.0)), "not met"),
    ],
)
def test_verdict_follows_the_rule(ours, target, expected):
    assert verdict(ours, target) == expected


@given(st.floats(-1e3, 1e3), st.floats(-1e3, 1e3).filter(lambda x: abs(x) > 1e-3), st.floats(1e-3, 0.9))
def test_relative_verdict_does_not_depend_on_the_unit(ours, value, tolerance):
    target = replace(RELATIVE, value=value, tolerance=tolerance)
    scaled = replace(target, value=value * 2.0**-100)
    assert verdict(ours, target) == verdict(ours * 2.0**-100, scaled)


def test_an_interval_needs_two_numbers():
    with pytest.raises(ValueError, match=r"longer|shorter"):
        verdict(1.0, INTERVAL)


def test_ratio_is_ours_over_theirs():
    assert ratio(-1.0, RELATIVE) == 0.5
    assert ratio((-2.0, 1.0), INTERVAL) == (2.0, 0.5)
    assert ratio(3.0, claim("within", (1.0, 2.0))) == 2.0


def test_criterion_says_the_rule():
    assert criterion(RELATIVE) == "within 12.5 %"
    assert criterion(claim("at_least", 1.0)) == "at least"


def test_explanation_is_filled_with_computed_numbers():
    target = replace(
        RELATIVE, because="boxes of {box:.2%}, effect {effect:.2%}, {ours:.1f} for\n {target:.1f} ({ratio:.2f})"
    )
    measured = Measured(-1.0, {"box": 0.0378, "effect": 0.0162})
    assert explain(measured, target) == "boxes of 3.78%, effect 1.62%, -1.0 for -2.0 (0.50)"


def test_explanation_without_its_number_is_an_error():
    with pytest.raises(KeyError):
        explain(Measured(1.0), replace(RELATIVE, because="{missing:.2f}"))


def test_explanation_of_a_plain_number_cites_the_ratio():
    assert explain(Measured(-1.0), RELATIVE) == "ours is 0.500 of the target"
    assert explain(Measured((-2.0, 1.0)), INTERVAL) == "the ends are 2.000 and 0.500 of the target's"
