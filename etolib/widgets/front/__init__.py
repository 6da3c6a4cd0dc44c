"""The front end in JavaScript, as it was built into ``built/`` (see CONTRIBUTING, "The front end").

Sources lie beside this file: ``src/page`` is the front end of the dashboards, every other folder of ``src`` one widget
of our own, for the dashboards and JupyterLab alike: ``src/chart/chart.js`` (what anywidget calls ``_esm``) and
``chart.css`` become ``built/chart.js`` and ``built/chart.css``. A checkout or an installation without Node may lack the
build; everything that stands on it has another way then.
"""

from __future__ import annotations

import json
import re
from functools import cache
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from typing import Any

BUILT = Path(__file__).resolve().parent / "built"

_DISTRIBUTIONS = {"jupyter-leaflet": "jupyter_leaflet", "anywidget": "anywidget"}


@cache
def manifest() -> dict[str, Any] | None:
    """Return what was built: the files of the page, the own widgets, the versions it speaks; None where nothing was.

    >>> built = manifest()
    >>> built is None or sorted(built["page"])
    ['preload', 'script', 'style']
    """
    try:
        found: dict[str, Any] = json.loads((BUILT / "manifest.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    return found


def widget_files(name: str) -> tuple[Path, Path | None] | None:
    """Return the script and the style sheet of an own widget, for ``_esm`` and ``_css``; None where it is not built.

    >>> widget_files("nothing") is None
    True
    """
    script, style = BUILT / f"{name}.js", BUILT / f"{name}.css"
    if not script.is_file():
        return None
    return script, style if style.is_file() else None


def widget_texts(name: str) -> tuple[str, str]:
    """Return the script and the style sheet of an own widget as text; empty where they are not built.

    >>> widget_texts("nothing")
    ('', '')
    """
    files = widget_files(name)
    if files is None:
        return "", ""
    script, style = files
    return script.read_text(encoding="utf-8"), style.read_text(encoding="utf-8") if style else ""


def other_versions() -> dict[str, tuple[str, str]]:
    """Return the widget packages that are installed in another version than the front end was built for.

    A front end must be of the same minor version as the Python package whose widgets it draws.

    Returns
    -------
    dict of str to (str, str)
        By package: the version the front end was built for, and the installed one; "-" where it is not installed.
    """
    found = {}
    for module, wanted in (manifest() or {"modules": {}})["modules"].items():
        installed = _installed(_DISTRIBUTIONS[module]) if module in _DISTRIBUTIONS else _widget_protocol(module)
        if installed.split(".")[:2] != wanted.split(".")[:2]:
            found[module] = (wanted, installed)
    return found


def _installed(distribution: str) -> str:
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return "-"


def _widget_protocol(module: str) -> str:
    """Return the version of its JavaScript that the installed ipywidgets asks for, without importing it."""
    found = find_spec("ipywidgets")
    if found is None or found.origin is None:
        return "-"
    name = f"__jupyter_widgets_{module.rsplit('/', 1)[1]}_version__"
    text = Path(found.origin).with_name("_version.py").read_text(encoding="utf-8")
    told = re.search(rf"^{name} = ['\"]([^'\"]+)", text, re.MULTILINE)
    return told[1] if told else "-"
