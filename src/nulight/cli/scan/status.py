"""`nulight scan status FOLDER`: how far a scan is."""

from __future__ import annotations

import sys
from dataclasses import asdict

from nulight.cli.options import Json
from nulight.cli.output import print_lines
from nulight.cli.scan.shared import Folder

__all__ = ["command"]

_KINDS = {"grid": "grid", "random": "random points", "latin": "Latin hypercube"}


def command(folder: Folder, as_json: Json = False) -> None:
    """Print how far the scan in a folder is; every chunk is checked."""
    from nulight.io.text import json_text
    from nulight.studies.scan_run import ScanRun

    run = ScanRun(folder)
    status, manifest = run.status(), run.manifest
    if as_json:
        what = {"kind": manifest.kind, "experiments": manifest.experiments, "points": manifest.what["points"]}
        sys.stdout.write(json_text(asdict(status) | what))
        return
    points = _KINDS[manifest.what["points"]["kind"]]
    doing = "running" if status.running else "finished" if status.n_done == status.n_chunks else "waits to be resumed"
    lines = [
        f"{folder}: {points} of {', '.join(run.points.names)}, {', '.join(manifest.experiments)}",
        f"{status.n_items_done:,} of {status.n_items:,} points, "
        f"{status.n_done:,} of {status.n_chunks:,} chunks: {doing}",
        f"{status.n_bytes / 1e6:.3g} MB; nulight {manifest.versions['nulight']}",
    ]
    if status.damaged:
        lines.append(f"damaged, done again when resumed: chunks {', '.join(map(str, status.damaged))}")
    if doing.startswith("waits"):
        lines.append(f"go on with: nulight scan resume {folder}")
    print_lines(lines)
