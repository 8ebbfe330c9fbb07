"""How a scan was set up, as entries of a record and in words: rate, losses, background, uncertainties."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import numpy as np

from nulight.renp.rate import Target
from nulight.typing import FloatArray

__all__ = ["setting", "setting_text"]

_BENCHMARK = asdict(Target())
_UNITS = {"volume": " cm^3", "n_atoms": " cm^-3", "n_photons": " cm^-3", "eta": ""}


def setting(
    *,
    rate: float,
    target: Target | None,
    efficiency: FloatArray,
    background: FloatArray,
    rate_error: float,
    background_error: float,
    longitudinal: bool,
) -> dict[str, Any]:
    """Return the entries of a record; numbers of all trigger frequencies are one if they are the same.

    Parameters
    ----------
    rate : float, s^-1
    target : Target or None
        None if the rate was given.
    efficiency : array (n,)
    background : array (n,), d^-1
    rate_error, background_error : float
        Relative.
    longitudinal : bool
    """
    return {
        "Gamma_0_per_s": rate,
        "target": "none, Gamma_0 was given" if target is None else asdict(target),
        "efficiency": _one_or_all(efficiency),
        "background_per_day": _one_or_all(background),
        "rate_error": rate_error,
        "background_error": background_error,
        "longitudinal": longitudinal,
    }


def setting_text(made: Mapping[str, Any]) -> str:
    """Return in words what differs from the benchmark: no losses, no background, no uncertainties; may be empty.

    Examples
    --------
    >>> setting_text({"efficiency": 0.5, "background_per_day": 2.0, "background_error": 0.1, "rate_error": 0.0})
    ', efficiency 0.5, background 2 /d, background error 10 %'
    """
    words = []
    target = made.get("target", _BENCHMARK)
    if isinstance(target, str):
        words.append("Gamma_0 as given")
    elif changed := [f"{key} {value:g}{_UNITS[key]}" for key, value in target.items() if value != _BENCHMARK[key]]:
        words.append("target with " + ", ".join(changed))
    if np.any(np.asarray(made.get("efficiency", 1.0)) != 1):
        words.append(f"efficiency {_range(made['efficiency'])}")
    if np.any(np.asarray(made.get("background_per_day", 0.0)) != 0):
        words.append(f"background {_range(made['background_per_day'])} /d")
    for key in ("rate_error", "background_error"):
        if made.get(key):
            words.append(f"{key.replace('_', ' ')} {100 * made[key]:g} %")
    if made.get("longitudinal"):
        words.append("vectors with q_mu q_nu/m^2")
    return "".join(f", {word}" for word in words)


def _one_or_all(values: FloatArray) -> float | tuple[float, ...]:
    return float(values[0]) if np.ptp(values) == 0 else tuple(values.tolist())


def _range(value: Any) -> str:
    return f"{value:g}" if np.ndim(value) == 0 else f"{min(value):g} to {max(value):g}"
