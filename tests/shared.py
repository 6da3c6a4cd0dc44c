"""Find the reference data and recorded provider answers that lie beside the project, not in it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def shared_root() -> Path:
    """Return the folder of shared data (it may be absent)."""
    return Path(os.environ.get("ETOLIB_SHARED") or ROOT.parent / "shared")


def shared_path(*parts: str) -> Path:
    """Return a path inside the shared folder, or skip the test where it is absent."""
    path = shared_root().joinpath(*parts)
    if not path.exists():
        pytest.skip(f"needs {'/'.join(parts)} of the shared data folder, which is not beside this checkout")
    return path
