"""Build hook: compile the catalogues of etolib, so that an installed package reads them without Babel."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOT = Path(__file__).resolve().parent.parent


class CompileWords(BuildHookInterface):
    """Write a ``.mo`` beside every ``.po``."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile before anything is packed."""
        sys.path.insert(0, str(ROOT))
        from etolib.words.catalogue import compile_po

        for path in sorted((ROOT / "etolib" / "words").glob("*.po")):
            path.with_suffix(".mo").write_bytes(compile_po(path))
