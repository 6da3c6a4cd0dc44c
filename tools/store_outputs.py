"""Run the notebooks and store their outputs in them, pictures included.

    python tools/store_outputs.py [NOTEBOOK ...]

Offline, on a cluster of each notebook's own, in an empty folder; ``ETOLIB_VALIDATION_DATA`` may name the folder of the
validation data. What needs a running kernel is left out: of a bar its state stays, of a dashboard a picture, where
there is one (``PICTURES``). Ends with 1 where a cell failed, and leaves that notebook as it was.
"""

from __future__ import annotations

import base64
import io
import os
import re
import sys
import tempfile
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from PIL import Image

ROOT = Path(__file__).resolve().parents[1]
PICTURES = {"Page": "apps/eto.png", "Region": "docs/screens/region.png"}
WIDGET = "application/vnd.jupyter.widget-view+json"
_WIDE, _COLOURS = 900, 128  # of a picture of a dashboard
_MADE = re.compile(r"^(?:\w+ = )?etolib\.(Page|Region)\(", re.MULTILINE)


def picture(app: str) -> str:
    """Return the picture of a dashboard, small, as a notebook holds it."""
    whole = Image.open(ROOT / PICTURES[app]).convert("RGB")
    small = whole.resize((_WIDE, round(whole.height * _WIDE / whole.width)), Image.Resampling.LANCZOS)
    file = io.BytesIO()
    small.quantize(_COLOURS).save(file, "png", optimize=True)
    return base64.b64encode(file.getvalue()).decode()


def kept(cell: Any) -> list[Any]:
    """Return the outputs of a cell that mean something without its kernel."""
    found = []
    for output in cell.outputs:
        data = output.get("data", {})
        if output.output_type == "stream" and output.name == "stderr":
            continue
        if data.pop(WIDGET, None) is not None and "text/html" not in data:
            made = _MADE.search(cell.source)
            if made is None:
                continue
            output["data"] = {"image/png": picture(made[1]), "text/plain": f"etolib.{made[1]}"}
        output.pop("execution_count", None)
        if output.output_type == "execute_result":
            output = nbformat.v4.new_output("display_data", output["data"], metadata=output.get("metadata", {}))
        found.append(output)
    return found


def store(path: Path) -> bool:
    """Run a notebook and store its outputs; return whether all cells ran."""
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = []
    with tempfile.TemporaryDirectory() as folder:
        client = NotebookClient(  # an output that is late on a busy machine would be lost without a word
            notebook, timeout=300, iopub_timeout=120, raise_on_iopub_timeout=True, store_widget_state=False,
            resources={"metadata": {"path": folder}},
        )  # fmt: skip
        try:
            client.execute()
        except CellExecutionError as error:
            print(f"{path.name}: {error}", file=sys.stderr)
            return False
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
        if cell.cell_type == "code":
            cell.outputs = kept(cell)
    notebook.metadata.pop("widgets", None)
    notebook.metadata.language_info = {"name": "python"}
    nbformat.write(notebook, path)
    print(f"{path.name}: {path.stat().st_size / 1000:.0f} kB")
    return True


def main(names: list[str]) -> int:
    """Run those named, else all."""
    os.environ["ETOLIB_OFFLINE"] = "1"
    os.environ["PYTHONPATH"] = str(ROOT)
    for name in ("DASK_SCHEDULER_ADDRESS", "ETOLIB_TODAY"):
        os.environ.pop(name, None)
    paths = [Path(name).resolve() for name in names] or sorted((ROOT / "notebooks").glob("*.ipynb"))
    stored = [store(path) for path in paths]
    return 0 if all(stored) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
