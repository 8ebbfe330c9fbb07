"""Points given as parameters, as a file, or as what was read from one."""

from __future__ import annotations

import pytest

from nulight.models.moment_file import MomentPoint
from nulight.models.moment_input import given_point


def test_parameters_are_copied():
    values = {"mu_nu": 1e-11}
    found, nature = given_point(values, "dirac")
    assert (found, nature) == (values, "dirac")
    assert found is not values


def test_file_says_its_nature(tmp_path):
    path = tmp_path / "a.yaml"
    path.write_text("neutrinos: dirac\nmoments: {11: 1e-11}\n", encoding="utf-8")
    for values in (path, str(path), MomentPoint({"lambda_11": 1e-11}, "dirac")):
        assert given_point(values) == ({"lambda_11": 1e-11}, "dirac")
        assert given_point(values, "dirac")[1] == "dirac"
        with pytest.raises(ValueError, match="is of Dirac neutrinos, not majorana; change the file"):
            given_point(values, "majorana")


def test_file_is_turned_with_the_mixing_of_the_conventions(tmp_path):
    path = tmp_path / "a.yaml"
    path.write_text("basis: flavour\nmoments: {emu: 1e-11}\n", encoding="utf-8")
    assert given_point(path)[0] != given_point(path, conventions="miranda-2021")[0]


@pytest.mark.parametrize("values", [[("mu_nu", 1e-11)], 1e-11, None])
def test_anything_else_is_refused(values):
    with pytest.raises(TypeError, match=r"give parameters such as .* or the path of a moment file"):
        given_point(values)
