"""`nulight scan resume FOLDER`: finish a scan that was interrupted."""

from __future__ import annotations

from nulight.cli.options import Json, Out
from nulight.cli.output import answer, check_suffix
from nulight.cli.scan.shared import Dask, Folder, do_scan, model_of, show_scan

__all__ = ["command"]


def command(folder: Folder, dask: Dask = None, as_json: Json = False, out: Out = None) -> None:
    """Finish the scan in a folder; what is done already stays."""
    from nulight.studies.scan_run import ScanRun

    check_suffix(out, plots=True)
    run = ScanRun(folder)
    if not run.manifest.recipe:
        raise ValueError(f"{folder}: was not begun by this command; call nulight.scan again with the same arguments")
    recipe = run.manifest.recipe
    result = do_scan(model_of(recipe), recipe, run.points, folder, dask, None)
    answer(result, as_json=as_json, out=out, show=lambda: show_scan(result), plot="plot_scan")
