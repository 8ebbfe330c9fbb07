"""What several figures of the paper share: its Standard Model lines, TEXONO, the source's variants."""

from __future__ import annotations

from nulight.literature.limits import PublishedLimit, published_limits
from nulight.models.standard_model import standard_model_anapole

__all__ = ["PRESET", "SM_EE", "SM_MUMU", "SOURCE", "TREATMENTS", "texono"]

PRESET = "herrera-huber-2024"
SOURCE = "Herrera and Huber, arXiv:2408.11904, remade with nulight"

SM_EE, SM_MUMU = (float(a) for a in standard_model_anapole(PRESET)[:2])
"""Standard Model moments as the paper quotes them (6.9e-34, 4.0e-34 cm^2), half of the physical ones."""

TREATMENTS = {
    "statistical": ("no-nuisance", "statistical errors only"),
    "box": ("", r"boxes $\pm$2.75 % mass, $\pm$1 % activity"),
    "gauss": ("gauss", "the same as Gaussian widths"),
}
"""Nuisance treatments: variant of the cards, and a legend entry."""


def texono() -> PublishedLimit:
    """Return the 90 % interval of TEXONO (arXiv:0911.1597) in the paper's shift rule.

    The paper quotes its upper end of r2, 3.3e-32 cm^2, as a < r2/6 = 5.5e-33. TEXONO's radius is
    half of the package's, so that the same bound is 1.1e-32 in the rule s2w (1 - 2 m_W^2 a), and
    a = -r2/6 makes it a lower end: -1.1e-32 < a < 7.0e-33.
    """
    bounds = published_limits("a_nu_ee", conventions=PRESET)
    return next(bound for bound in bounds if bound.reference == "arXiv:0911.1597")
