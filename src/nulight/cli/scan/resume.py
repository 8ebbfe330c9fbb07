"""`nulight scan resume FOLDER`: finish a scan that was interrupted."""

from __future__ import annotations

from nulight.cli.options import Json
from nulight.cli.scan.answer import answer_scan, check_scan_files
from nulight.cli.scan.shared import Dask, Folder, do_scan, model_of
from nulight.cli.toys import Files

__all__ = ["command"]


def command(folder: Folder, dask: Dask = None, as_json: Json = False, out: Files = None) -> None:
    """Finish the scan in a folder; what is done already stays."""
    from nulight.studies.scan_run import ScanRun

    run = ScanRun(folder)
    check_scan_files(out, run.points.n_points, folder)
    if not run.manifest.recipe:
        raise ValueError(f"{folder}: was not begun by this command; call nulight.scan again with the same arguments")
    recipe = run.manifest.recipe
    result = do_scan(model_of(recipe), recipe, run.points, folder, dask, None)
    answer_scan(result, as_json=as_json, files=out, folder=folder)
