"""The public names: listed, loaded when used, documented, and not in each other's way."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
from pathlib import Path

import pytest

import nulight

NAMES = """
bounded_gaussian feldman_cousins toy_limit
Axis GridPoints LatinHypercube RandomPoints RunFolder ScanRun open_executor scan
PARAMETERS PRESETS CardError Conventions Experiment Nuisance OwnInteraction Parameter Prior Term __version__
alternatives asimov combine contour cross_section discovery_significance driving_bins fit forecast get_conventions
get_material limit limits_table list_experiments load portal_limit portal_limits portal_region published_limits reach
read_result recoil_spectrum renp_events renp_experiment renp_limits renp_spectrum scan_grid spectrum upper_limit
vary with_nuisances
export_pyhf renp_joint renp_reach save_hepdata to_hs3 to_pyhf
convert minimal_predictions
LogUniform log_likelihood sample
effective_moments scale_limit
place_triggers renp_identify renp_placement
renp_mass renp_nature renp_ordering triggers_for
coverage goodness look_elsewhere
correlate share_nuisances
"""


def test_public_names_are_these_and_no_others():
    assert sorted(nulight.__all__) == sorted(NAMES.split())


@pytest.mark.parametrize("name", NAMES.split())
def test_public_name_loads_and_is_documented(name):
    value = getattr(nulight, name)
    assert name in dir(nulight)
    if inspect.isfunction(value) or inspect.isclass(value):
        assert inspect.getdoc(value)
        assert name in importlib.import_module(value.__module__).__all__


def test_no_public_name_is_hidden_by_a_module_of_the_same_name():
    modules = {module.name for module in pkgutil.iter_modules(nulight.__path__)}
    assert not modules & set(nulight.__all__)


def test_type_checkers_see_the_names_where_they_are_loaded_from():
    tree = ast.parse(Path(nulight.__file__).read_text(encoding="utf-8"))
    block = next(node for node in tree.body if isinstance(node, ast.If))
    seen = {
        (node.module, alias.name) for node in block.body if isinstance(node, ast.ImportFrom) for alias in node.names
    }
    assert seen == {(home, name) for home, names in nulight._HOMES.items() for name in names}


def test_unknown_names_are_attribute_errors():
    with pytest.raises(AttributeError, match="no attribute 'limitt'"):
        nulight.limitt  # noqa: B018


@pytest.mark.parametrize("module", [m.name for m in pkgutil.walk_packages(nulight.__path__, "nulight.")])
def test_every_module_says_what_it_is_and_lists_names_that_exist(module):
    loaded = importlib.import_module(module)
    assert loaded.__doc__
    public = getattr(loaded, "__all__", ())
    assert len(set(public)) == len(public)
    assert [name for name in public if not hasattr(loaded, name)] == []
