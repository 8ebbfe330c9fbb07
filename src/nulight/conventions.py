"""The choices that change numbers, in one frozen record with named presets.

Published limits differ by tens of per cent through conventions that papers rarely print: the weak
mixing angle, tree or radiatively corrected couplings, a factor 2 in the charge radius, the shell
table. Every result of the package carries the record it was made with.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from numbers import Real
from pathlib import Path
from typing import Any, Literal, get_args, get_type_hints

from nulight.constants import CONSTANTS, SIN2_THETA_W

__all__ = ["NUCLEAR_CHOICES", "PRESETS", "Conventions", "compared_presets", "get_conventions"]

NUCLEAR_CHOICES = ("form_factor", "nuclear_radii", "isotopes", "nuclear_masses", "hbar_c")
"""Choices that change nuclear recoils only."""

_NUCLIDE = re.compile(r"[A-Z][a-z]?[1-9]\d{0,2}")


def _is_number(value: object) -> bool:
    return isinstance(value, Real) and not isinstance(value, bool) and math.isfinite(value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Conventions:
    """Choices of one analysis; the defaults are the package's own.

    Attributes
    ----------
    name : str
        Preset or file the record comes from.
    sin2_theta_w : float
        Weak mixing angle at low energy; the default of the parameter of the same name.
    couplings : "radiative" or "tree"
        Couplings to electrons and nucleons. The radiative ones have the flavour-dependent charge-radius
        piece taken out, it comes back through `baseline_r2`.
    baseline_r2 : "standard-model" or "zero"
        Charge radius that the "weak" part contains when no charge radius or anapole is set.
    charge_radius_shift : "exact" or "tree-mw"
        Shift of the electron's g_V, and of minus the proton's, per <r^2>: sqrt2 pi alpha / (3 G_F), or
        (2/3) m_W^2 sin2_theta_w, which is the substitution s2w -> s2w (1 + m_W^2 <r^2> / 3).
    anapole_per_r2 : float
        a_nu = anapole_per_r2 * <r^2>; -1/6 for the coefficient of L = (a/2) nubar gamma gamma5 nu dF.
    anapole_sm_scale : float
        Standard Model anapole quoted by the convention over -<r^2>_SM / 6.
    atomic : "stepping", "free" or "rrpa"
        Binding of the target electrons.
    shells : "hf" or "xray"
        Binding energies of xenon: Hartree-Fock set of the RRPA papers or measured edges.
    solar_model : "B16-GS98" or "B16-AGSS09met"
        Solar fluxes and production regions.
    oscillation : str
        Name of a mixing parameter set, see `nulight.neutrinos.mixing.OSCILLATION`.
    solar_p_ee : float or None
        Energy-independent survival probability; None computes adiabatic MSW conversion.
    solar_p_emu : float or None
        With `solar_p_ee`: share of nu_mu, the rest being nu_tau; None is half of what is not nu_e.
    form_factor : "helm", "klein-nystrand", "fermi" or "unity"
        Nuclear form factors.
    nuclear_radii : "measured" or "lewin-smith"
        Radii of protons and neutrons from tables, or one formula in A for both.
    isotopes : "natural" or a nuclide such as "Xe132"
        Natural abundances, or the one nuclide that stands for every isotope of its element.
    nuclear_masses : "ame" or "a-u"
        Measured masses, or A atomic mass units.
    hbar_c : float, GeV fm
        Converts the momentum transfer of nuclear form factors and cross sections on nuclei to lengths.
    millicharge : "electrons" or "epa"
        A millicharge scatters on the electrons counted by `atomic`, or on the atom as a whole with
        equivalent photons and its measured photo-absorption. On nuclei it scatters all the same.
    neutrinos : "majorana" or "dirac"
        What the transition moments `lambda_kj` belong to: an antisymmetric matrix, or any.
    """

    name: str = "default"
    sin2_theta_w: float = SIN2_THETA_W
    couplings: Literal["radiative", "tree"] = "radiative"
    baseline_r2: Literal["standard-model", "zero"] = "standard-model"
    charge_radius_shift: Literal["exact", "tree-mw"] = "exact"
    anapole_per_r2: float = -1 / 6
    anapole_sm_scale: float = 1.0
    atomic: Literal["stepping", "free", "rrpa"] = "stepping"
    shells: Literal["hf", "xray"] = "hf"
    solar_model: Literal["B16-GS98", "B16-AGSS09met"] = "B16-GS98"
    oscillation: str = "nufit-6.0-no"
    solar_p_ee: float | None = None
    solar_p_emu: float | None = None
    form_factor: Literal["helm", "klein-nystrand", "fermi", "unity"] = "helm"
    nuclear_radii: Literal["measured", "lewin-smith"] = "measured"
    isotopes: str = "natural"
    nuclear_masses: Literal["ame", "a-u"] = "ame"
    hbar_c: float = CONSTANTS["hbar_c"].value / 1000
    millicharge: Literal["electrons", "epa"] = "electrons"
    neutrinos: Literal["majorana", "dirac"] = "majorana"

    def __post_init__(self) -> None:
        for key in ("sin2_theta_w", "anapole_per_r2", "anapole_sm_scale", "hbar_c", "solar_p_ee"):
            value = getattr(self, key)
            if not _is_number(value) and not (key == "solar_p_ee" and value is None):
                raise ValueError(f"{key} = {value!r} is not a finite number (YAML needs 1.0e-3, not 1e-3)")
        if not 0 < self.sin2_theta_w < 1:
            raise ValueError(f"sin2_theta_w = {self.sin2_theta_w} must lie between 0 and 1")
        if self.anapole_per_r2 == 0:
            raise ValueError("anapole_per_r2 = 0 would make every anapole infinitely strong; -1/6 is the package's own")
        if not 0.19 < self.hbar_c < 0.21:
            raise ValueError(f"hbar_c = {self.hbar_c} GeV fm; 0.1973269804 is the value, 0.197 a common rounding")
        if self.isotopes != "natural" and not _NUCLIDE.fullmatch(str(self.isotopes)):
            raise ValueError(f"isotopes = {self.isotopes!r}; use 'natural' or one nuclide such as 'Xe132'")
        if self.solar_p_ee is not None and not 0 <= self.solar_p_ee <= 1:
            raise ValueError(f"solar_p_ee = {self.solar_p_ee} is a probability, between 0 and 1")
        for key, hint in get_type_hints(type(self)).items():
            allowed = [v for v in get_args(hint) if isinstance(v, str)]
            if allowed and getattr(self, key) not in allowed:
                raise ValueError(f"{key} = {getattr(self, key)!r}; use one of: {', '.join(allowed)}")

    def with_changes(self, **changes: Any) -> Conventions:
        """Return a copy with some choices changed and a name that says so.

        Raises
        ------
        ValueError
            If a choice is unknown or has a value it cannot take.
        """
        _require_known(changes)
        label = ",".join(f"{key}={value}" for key, value in changes.items())
        return replace(self, **{"name": f"{self.name}+{label}", **changes})

    def to_dict(self) -> dict[str, Any]:
        """Return the record as plain values, ready for JSON."""
        return asdict(self)


PRESETS: dict[str, Conventions] = {
    preset.name: preset
    for preset in (
        Conventions(),
        Conventions(name="tree", couplings="tree", baseline_r2="zero"),
        Conventions(
            name="herrera-huber-2024",
            sin2_theta_w=0.231,
            couplings="tree",
            baseline_r2="zero",
            charge_radius_shift="tree-mw",
            anapole_sm_scale=0.5,
            shells="xray",
            solar_p_ee=0.553,
            solar_p_emu=0.447,  # nu_tau counted as nu_mu
        ),
        Conventions(name="literature-half", anapole_per_r2=-1 / 12, anapole_sm_scale=0.5),
        Conventions(
            name="miranda-2021", couplings="tree", baseline_r2="zero", oscillation="desalas-2020-no", shells="xray"
        ),
        Conventions(name="corona-2022", sin2_theta_w=0.23863, atomic="rrpa"),
        # choices that public codes make for nuclear recoils, one at a time: what each is worth
        Conventions(name="code-xe131", isotopes="Xe131"),
        Conventions(name="code-xe132", isotopes="Xe132"),
        Conventions(name="code-s2w-mz", sin2_theta_w=0.23122),
        Conventions(name="code-s2w-0.2387", sin2_theta_w=0.2387),
        Conventions(name="code-klein-nystrand", form_factor="klein-nystrand"),
        Conventions(name="code-fermi", form_factor="fermi"),
        Conventions(name="code-no-form-factor", form_factor="unity"),
        Conventions(name="code-lewin-smith", nuclear_radii="lewin-smith"),
        Conventions(name="code-a-u", nuclear_masses="a-u"),
        Conventions(name="code-hbarc-0.197", hbar_c=0.197),
        # all that lower, or raise, the rate of solar 8B neutrinos on xenon without a threshold
        Conventions(
            name="code-smallest",
            sin2_theta_w=0.23122,
            couplings="tree",
            baseline_r2="zero",
            form_factor="klein-nystrand",
            isotopes="Xe131",
            nuclear_masses="a-u",
            hbar_c=0.197,
        ),
        Conventions(name="code-largest", sin2_theta_w=0.2387, form_factor="unity", isotopes="Xe132"),
    )
}
"""Named conventions: the package's own, those of papers whose numbers we reproduce, and of public codes."""


def compared_presets(*, nuclei: bool) -> tuple[str, ...]:
    """Return the presets worth a comparison, the default first.

    Parameters
    ----------
    nuclei : bool
        Whether nuclei recoil; if not, presets that differ in `NUCLEAR_CHOICES` only are left out.
    """
    own = PRESETS["default"]
    same = {"name": own.name, **{choice: getattr(own, choice) for choice in NUCLEAR_CHOICES}}
    return tuple(name for name, preset in PRESETS.items() if nuclei or preset is own or replace(preset, **same) != own)


def get_conventions(choice: str | Path | Conventions = "default") -> Conventions:
    """Look up a preset by name, or read a YAML file of choices on top of one.

    Parameters
    ----------
    choice : str, Path or Conventions
        Preset name, path of a YAML file (keys of `Conventions`, plus ``preset:`` to start from),
        or a record, which is returned as it is.

    Raises
    ------
    ValueError
        If there is no such preset or file, or the file names an unknown choice or a bad value.
    """
    if isinstance(choice, Conventions):
        return choice
    if str(choice) in PRESETS:
        return PRESETS[str(choice)]
    path = Path(choice)
    if not path.is_file():
        raise ValueError(f"no conventions {str(choice)!r}; presets: {', '.join(PRESETS)}, or give a YAML file")
    import yaml

    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
        if not isinstance(content, dict):
            raise ValueError("expected a mapping of choices")
        preset = content.pop("preset", "default")
        if str(preset) not in PRESETS:
            raise ValueError(f"no preset {preset!r}; presets: {', '.join(PRESETS)}")
        _require_known(content)
        return replace(PRESETS[str(preset)], **{"name": path.name, **content})
    except (ValueError, yaml.YAMLError) as error:
        raise ValueError(f"{path}: {error}") from None


def _require_known(choices: Mapping[str, Any]) -> None:
    known = sorted(f.name for f in fields(Conventions))
    if unknown := sorted(str(key) for key in choices if key not in known):
        raise ValueError(f"unknown choice {', '.join(unknown)}; known: {', '.join(known)}")
