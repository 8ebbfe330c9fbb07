"""The record of choices: presets, files, and what is refused."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest

from nulight.constants import CONSTANTS, SIN2_THETA_W
from nulight.conventions import NUCLEAR_CHOICES, PRESETS, Conventions, compared_presets, get_conventions
from nulight.data import read_package_table
from nulight.models.couplings import nuclear_terms
from nulight.neutrinos.flux import Flux
from nulight.targets.nuclei import FORM_FACTORS, MASS_SETS, RADIUS_SETS, get_nuclear_target


def test_presets_are_found_by_their_own_name() -> None:
    assert {"default", "tree", "herrera-huber-2024", "literature-half", "miranda-2021", "corona-2022"} <= set(PRESETS)
    for name, preset in PRESETS.items():
        assert preset.name == name
        assert get_conventions(name) is preset


def test_the_default_is_the_design() -> None:
    default = get_conventions()
    assert default == Conventions()
    assert (default.sin2_theta_w, default.shells, default.solar_model) == (SIN2_THETA_W, "hf", "B16-GS98")
    assert default.anapole_per_r2 == -1 / 6


def test_herrera_huber_halves_the_anapole_and_keeps_the_shift() -> None:
    paper = get_conventions("herrera-huber-2024")
    assert (paper.couplings, paper.charge_radius_shift, paper.anapole_sm_scale) == ("tree", "tree-mw", 0.5)
    assert paper.solar_p_ee == 0.553


def test_presets_are_frozen() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        get_conventions("default").sin2_theta_w = 0.2  # type: ignore[misc]


def test_a_record_passes_through() -> None:
    record = Conventions(name="mine", sin2_theta_w=0.24)
    assert get_conventions(record) is record


def test_an_unknown_preset_lists_the_presets() -> None:
    with pytest.raises(ValueError, match=r"no conventions 'nonsense'; presets: default, tree, .*YAML"):
        get_conventions("nonsense")


@pytest.mark.parametrize(
    ("choice", "value", "says"),
    [
        ("couplings", "loop", "couplings = 'loop'; use one of: radiative, tree"),
        ("shells", "dirac", "shells = 'dirac'; use one of: hf, xray"),
        ("atomic", ["free"], "use one of: stepping, free, rrpa"),
        ("sin2_theta_w", 1.2, "must lie between 0 and 1"),
        ("sin2_theta_w", "0.23", "sin2_theta_w = '0.23' is not a finite number"),
        ("sin2_theta_w", True, "not a finite number"),
        ("sin2_theta_w", None, "not a finite number"),
        ("anapole_per_r2", float("inf"), "anapole_per_r2 = inf is not a finite number"),
        ("anapole_per_r2", 0.0, "infinitely strong"),
        ("anapole_sm_scale", "half", "not a finite number"),
        ("solar_p_ee", 1.5, "is a probability"),
        ("solar_p_ee", True, "not a finite number"),
        ("form_factor", "woods-saxon", "use one of: helm, klein-nystrand, fermi, unity"),
        ("nuclear_radii", "angeli", "use one of: measured, lewin-smith"),
        ("nuclear_masses", "atomic", "use one of: ame, a-u"),
        ("isotopes", "xenon", "one nuclide such as 'Xe132'"),
        ("isotopes", 131, "one nuclide such as 'Xe132'"),
        ("hbar_c", 197.3, "hbar_c = 197.3 GeV fm; 0.1973269804"),
        ("hbar_c", "0.197", "not a finite number"),
        ("millicharge", "rrpa", "use one of: electrons, epa"),
    ],
)
def test_a_bad_choice_is_named_with_its_value(choice: str, value: object, says: str) -> None:
    with pytest.raises(ValueError, match=says) as caught:
        get_conventions().with_changes(**{choice: value})
    assert choice in str(caught.value)


def test_with_changes_gives_a_new_record_whose_name_says_what_changed() -> None:
    changed = get_conventions("tree").with_changes(sin2_theta_w=0.2312)
    assert changed.name == "tree+sin2_theta_w=0.2312"
    assert (changed.sin2_theta_w, changed.couplings) == (0.2312, "tree")
    assert get_conventions("tree").sin2_theta_w == SIN2_THETA_W


def test_with_changes_refuses_an_unknown_choice() -> None:
    with pytest.raises(ValueError, match="unknown choice s2w; known: anapole_per_r2"):
        get_conventions().with_changes(s2w=0.23)


def test_the_record_is_ready_for_json_and_back() -> None:
    for preset in PRESETS.values():
        assert Conventions(**json.loads(json.dumps(preset.to_dict()))) == preset


def _file(folder: Path, text: str) -> Path:
    path = folder / "mine.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_file_changes_a_preset(tmp_path: Path) -> None:
    path = _file(tmp_path, "preset: corona-2022\nsin2_theta_w: 0.2312\n")
    assert get_conventions(path) == dataclasses.replace(PRESETS["corona-2022"], name="mine.yaml", sin2_theta_w=0.2312)
    assert get_conventions(str(path)) == get_conventions(path)


def test_a_file_without_preset_starts_from_the_default(tmp_path: Path) -> None:
    assert get_conventions(_file(tmp_path, "name: plain\n")) == Conventions(name="plain")
    assert get_conventions(_file(tmp_path, "")) == Conventions(name="mine.yaml")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("s2w: 0.23\n", "unknown choice s2w; known: anapole_per_r2"),
        ("1: 2\n", "unknown choice 1; known"),
        ("preset: nonsense\n", "no preset 'nonsense'; presets: default"),
        ("preset: [tree]\n", "no preset"),
        ("preset: mine.yaml\n", "no preset 'mine.yaml'"),
        ("shells: dirac\n", "shells = 'dirac'; use one of: hf, xray"),
        ("sin2_theta_w: 23e-2\n", "not a finite number"),
        ("- tree\n", "expected a mapping"),
        ("shells: [hf\n", "expected ',' or ']'"),
    ],
)
def test_a_wrong_file_says_where_and_what(tmp_path: Path, text: str, says: str) -> None:
    path = _file(tmp_path, text)
    with pytest.raises(ValueError, match=says) as caught:
        get_conventions(path)
    assert str(caught.value).startswith(str(path))


# --- choices of nuclear recoils ------------------------------------------------------------------


def test_nuclear_choices_are_those_of_the_targets() -> None:
    fields = {field.name for field in dataclasses.fields(Conventions)}
    assert set(NUCLEAR_CHOICES) < fields
    for form_factor in FORM_FACTORS:
        Conventions(form_factor=form_factor)  # type: ignore[arg-type]
    for radii, masses in zip(RADIUS_SETS, MASS_SETS, strict=True):
        Conventions(nuclear_radii=radii, nuclear_masses=masses)  # type: ignore[arg-type]
    assert get_conventions().hbar_c == pytest.approx(0.1973269804, abs=1e-10)
    assert get_conventions().hbar_c * 1000 == CONSTANTS["hbar_c"].value


def test_papers_have_the_nuclear_choices_they_state() -> None:
    miranda = get_conventions("miranda-2021")
    assert (miranda.couplings, miranda.sin2_theta_w, miranda.form_factor) == ("tree", 0.23857, "helm")
    corona = get_conventions("corona-2022")
    assert (corona.couplings, corona.form_factor, corona.nuclear_radii) == ("radiative", "helm", "measured")


def test_presets_of_public_codes_make_one_choice_each() -> None:
    default = get_conventions().to_dict()
    codes = {name: preset.to_dict() for name, preset in PRESETS.items() if name.startswith("code-")}
    for name, choices in codes.items():
        changed = {key for key in choices if choices[key] != default[key]} - {"name"}
        if name in ("code-smallest", "code-largest"):
            assert len(changed) > 2
        else:
            assert len(changed) == 1, name


def boron_rate(preset: str) -> float:
    """Recoils of xenon by solar 8B neutrinos, without a threshold, per kg and second."""
    conventions = get_conventions(preset)
    target = get_nuclear_target(
        "Xe",
        form_factor=conventions.form_factor,
        radii=conventions.nuclear_radii,
        isotopes=conventions.isotopes,
        masses=conventions.nuclear_masses,
    )
    table = read_package_table("data/solar/spectrum_b8_winter.csv")
    E, shape = table.numbers("e_MeV")[1:160] * 1e3, table.numbers("shape")[1:160]
    matrices = np.eye(3)[None] / 3
    flux = Flux.from_density("B8", E, lambda x: np.interp(x, E, shape)[None], matrices=matrices)
    x, w = np.polynomial.legendre.leggauss(200)
    T, weight = 3 * (1 + x), 3 * w  # no recoil reaches 6 keV
    terms = nuclear_terms({}, conventions, "nu", target)
    rate = sum(term.weights(flux.matrices) @ term.kinematics.flux_averages([flux], T) for term in terms)
    return float(rate @ weight) * target.units_per_kg


def test_choices_of_public_codes_span_thirteen_per_cent_on_boron() -> None:
    default = boron_rate("default")
    change = {name: boron_rate(name) / default - 1 for name in PRESETS if name.startswith("code-")}
    assert min(change, key=change.__getitem__) == "code-smallest"
    assert max(change, key=change.__getitem__) == "code-largest"
    assert change["code-s2w-mz"] == pytest.approx(-0.042, abs=0.002)
    assert change["code-hbarc-0.197"] == pytest.approx((0.197 / 0.1973269804) ** 2 - 1, abs=2e-4)
    assert (1 + change["code-largest"]) / (1 + change["code-smallest"]) - 1 == pytest.approx(0.13, abs=0.005)


def test_presets_about_nuclei_are_compared_only_where_nuclei_recoil() -> None:
    everything, electrons = compared_presets(nuclei=True), compared_presets(nuclei=False)
    assert everything == tuple(PRESETS)
    assert electrons[0] == "default"
    assert {"code-xe131", "code-xe132", "code-hbarc-0.197", "code-klein-nystrand"} <= set(everything) - set(electrons)
    assert {"tree", "code-s2w-mz", "corona-2022"} <= set(electrons)
