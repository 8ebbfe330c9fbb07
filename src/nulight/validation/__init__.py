"""Does the package reproduce what is published? Targets, verdicts, and the number that shows why not.

`run()` computes every target of `targets.yaml`; `report(results)` makes the page of the documentation.
"""

from __future__ import annotations

from nulight.validation.page import COLUMNS, report, to_table, write_report
from nulight.validation.runner import ValidationResult, run
from nulight.validation.targets import Target, TargetError, load_targets
from nulight.validation.verdicts import verdict

__all__ = [
    "COLUMNS",
    "Target",
    "TargetError",
    "ValidationResult",
    "load_targets",
    "report",
    "run",
    "to_table",
    "verdict",
    "write_report",
]
