"""Names, domains and words of the parameters of the fourth neutrino."""

import math

import pytest

from nulight.models.mixing_parameters import MIXING, TRANSITIONS
from nulight.models.parameters import PARAMETERS


def test_every_element_of_the_matrix_has_a_modulus_and_a_phase():
    assert len(TRANSITIONS) == 16
    for pair, (k, j) in TRANSITIONS.items():
        assert pair == f"{k + 1}{j + 1}"
        modulus, phase = PARAMETERS[f"lambda_{pair}"], PARAMETERS[f"lambda_{pair}_phase"]
        assert (modulus.unit, modulus.lower, modulus.default) == ("mu_B", 0.0, 0.0)
        assert (phase.unit, phase.lower, phase.upper) == ("rad", -2 * math.pi, 2 * math.pi)
        assert modulus.latex == rf"|\lambda_{{{pair}}}|"


@pytest.mark.parametrize("name", MIXING)
def test_angles_cover_what_is_physical(name):
    parameter = PARAMETERS[name]
    full = math.pi / 2 if name.startswith("theta") else 2 * math.pi
    assert (parameter.unit, parameter.upper) == ("rad", pytest.approx(full))
    assert parameter.lower == pytest.approx(0.0 if name.startswith("theta") else -2 * math.pi, abs=0)
    # the Dirac phase of three neutrinos belongs to the oscillation parameters of the conventions
    assert parameter.default == (None if name == "delta_cp" else 0.0)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("lambda_11", "of nu_1 (Dirac only)"),
        ("lambda_14", "between nu_1 and nu_4 (Dirac: from nu_4 to nu_1)"),
        ("lambda_41", "from nu_1 to nu_4 (Dirac only; -lambda_14 for Majorana)"),
    ],
)
def test_descriptions_say_from_where_to_where(name, words):
    assert PARAMETERS[name].description == f"modulus of the transition moment {words}"
    assert PARAMETERS[f"{name}_phase"].description == f"phase of the transition moment {words}"
