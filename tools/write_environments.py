"""Write environment.yml (users) and environment-dev.yml (developers) from pyproject.toml.

The names are those of conda-forge, looked up in its feedstocks; what has none there, or an older version than we ask
for, is installed by pip within the environment. `tests/test_project.py` fails while the files are not what this writes.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

NAMES = {
    "cf-xarray": "cf_xarray",
    "dask": "dask-core",  # `dask` brings distributed, pyarrow and bokeh
    "matplotlib": "matplotlib-base",  # `matplotlib` brings Qt
    "playwright": "playwright-python",  # `playwright` is the package for Node
    "prometheus-client": "prometheus_client",
}
"""Where conda-forge calls a package otherwise than PyPI does."""

BY_PIP = {
    "climate-indices",  # no feedstock
    "httpx2",  # 2.11.0 is the newest recipe that was seen there; of the others the version suffices (November 2026)
    "refet",  # 0.4.2 there, which has other names
}

_USERS = """\
# What `etolib serve`, JupyterLab and every file format need:
#   conda env create -f environment.yml && conda activate etolib && pip install --no-deps .
# Developers: environment-dev.yml. Written by tools/write_environments.py from pyproject.toml.
name: etolib
"""
_DEVELOPERS = """\
# environment.yml and what the tests need:
#   conda env create -f environment-dev.yml && conda activate etolib-dev && pip install --no-deps -e .
# Written by tools/write_environments.py from pyproject.toml.
name: etolib-dev
"""


def requirements(extras: dict[str, list[str]], *wanted: str) -> list[str]:
    """Return the lines of extras, those that they bring in place of `etolib[...]`; each once."""
    found: list[str] = []
    for extra in wanted:
        for line in extras[extra]:
            brought = re.fullmatch(r"etolib\[([\w,-]+)\]", line)
            found += requirements(extras, *brought[1].split(",")) if brought else [line]
    return list(dict.fromkeys(found))


def text(head: str, python: str, lines: list[str]) -> str:
    """Return an environment."""
    by_conda, by_pip = [f"python{python}"], []
    for line in lines:
        name, bound = re.fullmatch(r"([\w.-]+)(.*)", line).groups()
        if name in BY_PIP:
            by_pip.append(line)
        else:
            by_conda.append(f"{NAMES.get(name, name)}{bound}")
    listed = [f"  - {one}" for one in [*by_conda, "pip"]]
    if by_pip:
        listed += ["  - pip:", *(f"      - {one}" for one in by_pip)]
    return head + "channels:\n  - conda-forge\n  - nodefaults\ndependencies:\n" + "\n".join(listed) + "\n"


def environments() -> dict[str, str]:
    """Return what stands in each file, by its name."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras, python = project["optional-dependencies"], project["requires-python"]
    of_users = list(dict.fromkeys([*project["dependencies"], *requirements(extras, "app")]))
    of_tests = list(dict.fromkeys([*of_users, *requirements(extras, "test")]))
    return {
        "environment.yml": text(_USERS, python, of_users),
        "environment-dev.yml": text(_DEVELOPERS, python, of_tests),
    }


if __name__ == "__main__":
    for name, content in environments().items():
        (ROOT / name).write_text(content, encoding="utf-8")
