"""Try the package as a person gets it: built, installed in a fresh environment outside of the checkout, used.

    python tools/smoke.py                                   # core, each extra, all: newest versions
    python tools/smoke.py --extras all --lowest             # the lowest versions that pyproject.toml states
    python tools/smoke.py --extras all --python 3.13 --tests  # another Python; also the tests named below
    python tools/smoke.py --sdist                           # installed from the source archive instead of the wheel

Prints a table: a row for each use, a column for each installation. A use works where its packages are installed, and
says in one line what to install where they are not; anything else fails. Among them are the commands and the Python of
README.md, a calculation and `etolib doctor` against the simulator of the services (tests/simulator), and the card
behind jupyter-server-proxy. Uses uv for the environments: the one on the PATH, else one that pip brings.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import textwrap
import time
import tomllib
import urllib.request
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from write_environments import ROOT, requirements

PATIENCE_S = 180.0
TESTS = (
    "tests/test_pipeline.py", "tests/test_extras.py", "tests/test_cli.py", "tests/test_places_reader.py",
    "tests/equations/test_reference.py", "tests/equations/test_kernel.py", "tests/equations/test_archive.py",
    "tests/equations/test_model_names.py", "tests/result/test_formats.py", "tests/sources/test_providers.py",
    "tests/sources/network", "tests/sources/grid/test_days.py", "tests/tasks/test_job.py", "tests/widgets/test_page.py",
)  # fmt: skip
"""What runs with `--tests`: simulated downloads, every kind of file, grids, a task, a page."""

OF_TESTS = ("pytest", "pytest-xdist", "hypothesis", "babel", "pyyaml", "psutil", "scipy")

SHORT = "--lat -22.7 --lon -47.6 --period 2024-01-01/2024-01-05"


@dataclass(frozen=True)
class Use:
    """Something a person does: a command of etolib, a line of Python, or a page to open.

    With ``asks`` the simulated services answer; with ``card`` the page is a Jupyter server's, reached by its card.
    """

    name: str
    needs: frozenset[str] = frozenset()
    command: str = ""
    code: str = ""
    page: bool = False
    asks: bool = False
    card: bool = False


def _use(name: str, needs: str = "", **what: str | bool) -> Use:
    return Use(name, frozenset(needs.split()), **what)


RESULT = "import etolib; r = etolib.compute((-22.7, -47.6), '2024-01-01/2024-01-05'); "
HELP = """
import subprocess, sys
from etolib.cli import main
for names in [[], *([name] for name in main.commands), ["tasks", "show"], ["tasks", "cancel"]]:
    subprocess.run([sys.executable, "-m", "etolib", *names, "--help"], check=True, stdout=subprocess.DEVNULL)
"""
_TEN_LINES, _REQUEST, _GRID = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.S)
WEATHER = "from etolib.archive import simulate_archive; simulate_archive('weather.zarr', 3, (4, 6))\n"
GUARDED = f"if __name__ == '__main__':\n{textwrap.indent(WEATHER + _GRID, '    ')}"  # processes of workers import it
PLACES = "open('farms.csv', 'w').write('latitude,longitude\\n-22,-47\\n'); "
USES = (
    _use("import", code="import etolib"),
    _use("--help of each command", code=HELP),
    _use("equation", code="import etolib, numpy as np; from etolib.equations import kernel; n = kernel.COMPILE_FROM; "
         "d = dict(tmin=12.3, tmax=21.5, ea=1.409, rs=22.07, u2=2.078); "
         "d |= dict(latitude=50.8, elevation=100.0, day_of_year=187); "
         "e = etolib.eto_fao56(**{k: np.full(n, v) for k, v in d.items()}); assert abs(e - 3.88).max() < 0.01"),
    _use("table", code="import etolib, pandas as pd; t = pd.DataFrame(dict(tmin=10., tmax=20.), "
         "index=pd.date_range('2024-01-01', periods=3)); assert etolib.eto(t, etolib.Site(9, 9, 9)).eto.notna().all()"),
    _use("compute", command=f"compute {SHORT}"),
    _use("compute, services simulated", command=f"compute {SHORT} --sources nasa_power,open_meteo_archive", asks=True),
    _use("compute --json", command=f"compute {SHORT} --json"),
    _use("compute --plot", command=f"compute {SHORT} --plot"),
    _use("compute -o .csv", command="compute --lat -22.7 --lon -47.6 --period 2024-01-01/2024-03-31 -o my.csv"),
    _use("picture", "matplotlib", command=f"compute {SHORT} -o a.png"),
    _use("report", "matplotlib", command=f"compute {SHORT} -o a.html"),
    _use("Excel", "xlsxwriter", command=f"compute {SHORT} -o a.xlsx"),
    _use("Parquet", "pyarrow", command=f"compute {SHORT} -o a.parquet"),
    _use("NetCDF", "xarray h5netcdf", command=f"compute {SHORT} -o a.nc"),
    _use("sources", command="sources"),
    _use("station", command="station my.csv"),
    _use("validate --station", command="validate --station my.csv --sources climatology"),
    _use("doctor, services simulated", command="doctor", asks=True),
    _use("completion", command="completion bash"),
    _use("README, ten lines", "distributed", code=_TEN_LINES),
    _use("README, a request", code=f"import etolib\n{_REQUEST}"),
    _use("README, a grid", "xarray zarr distributed", code=GUARDED),
    _use("README, chart and day table", "anywidget ipywidgets", code=f"{RESULT}"
         "from etolib.widgets.chart import Chart; from etolib.widgets.daytable import DayTable; Chart(r); DayTable(r)"),
    _use("README, own station", code="import etolib; "
         "etolib.compute((-22.7, -47.6), '2024-01-01/2024-01-05', station=etolib.read_station('my.csv'))"),
    _use("README, water of a crop", code="import etolib; r = etolib.compute((-22.7, -47.6), '2024-04-01/2024-08-31'); "
         "etolib.water_balance(r, 'tomato', 'sandy loam', '2024-04-01', plan_from='2024-05-01')"),
    _use("README, a place by name", code="import etolib; assert etolib.places.search('petrolina')[0].site"),
    _use("submit", "distributed", code=f"{RESULT}j = etolib.submit((-22.7, -47.6), '2024-01-01/2024-01-05'); "
         "assert (j.result(120).table['eto'] == r.table['eto']).all()"),
    _use("batch", "distributed zarr", code=f"import subprocess, sys; {PLACES}"
         "sys.exit(subprocess.run([sys.executable, '-m', 'etolib', 'batch', 'farms.csv', "
         "'--period', '2024-01-01/2024-01-03', "
         "'-o', 'b.zarr', '--workers', '1']).returncode)"),
    _use("serve", "voila", command="serve --no-browser --workers 1 --port 0", page=True),
    _use("lab", "jupyterlab", command="lab --no-browser --workers 1 --port 0", page=True),
    _use("its notebooks", "jupyterlab", code="from pathlib import Path; from etolib import extras; "
         " extras.check('jupyterlab', extra='app'); "
         "assert len(list(Path('etolib-notebooks').glob('0*.ipynb'))) == 7"),
    _use("card", "voila jupyter_server_proxy", card=True),
)  # fmt: skip


HOLDS = (
    "etolib/py.typed", "etolib/words/en.mo", "etolib/words/pt.mo", "etolib/words/es.mo", "etolib/data/climatology.nc",
    "etolib/data/places.zlib", "etolib/widgets/front/built/manifest.json", "etolib/apps/eto.ipynb",
    "etolib/notebooks/01_first_eto.ipynb", "etolib/notebooks/07_own_station.ipynb", "etolib/serve/card.svg",
)  # fmt: skip
NEVER = re.compile(r"(^|/)(node_modules|__pycache__|\.venv)/|^tests/|/test_|\.po$|/front/src/|\.map$")


def wrong_in(wheel: Path) -> list[str]:
    """Return what a wheel does not hold and should, and what it holds and should not."""
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    return [f"{one} is missing" for one in HOLDS if one not in names] + [
        f"{one} is in it" for one in names if NEVER.search(one)
    ]


class Installed:
    """An environment of its own with the package, and a folder to use it in."""

    def __init__(self, uv: str, package: Path, extra: str, folder: Path, python: str, *, lowest: bool) -> None:
        self.folder, self.uv = folder / extra, uv
        self.folder.mkdir()
        self.venv = self.folder / "venv"
        self._run("venv", "--quiet", "--python", python, str(self.venv))
        project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
        extras = [] if extra == "core" else requirements(project["optional-dependencies"], extra)
        asked = self.folder / "asked.txt"
        asked.write_text("\n".join(dict.fromkeys([*project["dependencies"], *extras])), encoding="utf-8")
        if lowest:  # direct dependencies at their bounds; what those bring at its newest
            self.install("--resolution", "lowest-direct", "--requirement", str(asked))
            self.install("--no-deps", str(package))
        else:
            # With byte code, which pip writes, where the size is looked at
            self.install(*(["--compile-bytecode", str(package)] if extra == "core" else [f"{package}[{extra}]"]))
        # Also where one package brought by another makes something possible, it works.
        self.packages = {one.name.partition("-")[0].lower() for one in self.site.glob("*.dist-info")}

    @property
    def site(self) -> Path:
        """The folder of its packages."""
        return next(self.venv.glob("lib/python*/site-packages"))

    def megabytes(self) -> int:
        """Return what the packages take on the disk."""
        counted = subprocess.run(["du", "-sm", str(self.site)], capture_output=True, text=True, check=True).stdout
        return int(counted.split()[0])

    def install(self, *arguments: str) -> None:
        """Install into it."""
        self._run("pip", "install", "--quiet", "--python", str(self.venv), *arguments)

    def _run(self, *arguments: str) -> None:
        if subprocess.run([self.uv, *arguments], check=False).returncode:  # uv has said why
            raise SystemExit(f"not tried: uv {' '.join(arguments)} failed")

    def tried(self, use: Use) -> str:
        """Return ``works``, what it says is to be installed, or ``FAILS: `` and why."""
        expected = use.needs <= self.packages
        if use.card and "jupyter_server_proxy" not in self.packages:
            return "no card"
        line = [str(self.venv / "bin" / "python")]
        if use.code:
            script = self.folder / "used.py"
            script.write_text(use.code, encoding="utf-8")
            line.append(str(script))
        else:
            line += ["-m", "etolib", *use.command.split()]
        if use.card:
            found = self._card()
        elif use.page:
            found = self._page(line)
        else:
            with _simulated(line[0]) if use.asks else contextlib.nullcontext(_environment()) as environment:
                found = self._ended(line, environment)
        if found == "works" or (not expected and found.startswith(("says", "no card"))):
            return found
        return f"FAILS: {found}"

    def _ended(self, line: list[str], environment: dict[str, str]) -> str:
        about = {"cwd": self.folder, "env": environment, "timeout": PATIENCE_S}
        run = subprocess.run(line, capture_output=True, text=True, check=False, **about)
        return _verdict(run.returncode, run.stderr)

    def _page(self, line: list[str]) -> str:
        with self._running(line) as address:
            return _answers(address) if address.startswith("http") else address

    def _card(self) -> str:
        """Open the card as the launcher does: it is listed, and what it starts answers behind the proxy."""
        line = [str(self.venv / "bin" / "python"), "-m", "jupyter_server", "--no-browser", "--port=0", "--allow-root"]
        with self._running(line) as address:
            if not address.startswith("http"):
                return address
            root, _, asked = address.partition("?")
            root = root.removesuffix("tree").removesuffix("lab")
            with urllib.request.urlopen(f"{root}server-proxy/servers-info?{asked}", timeout=60) as answer:
                cards = [one["launcher_entry"] for one in json.load(answer)["server_processes"] if one["name"] == "eto"]
            if not cards or not cards[0]["enabled"]:
                return "no card"
            return _answers(f"{root}{cards[0]['path_info']}?{asked}")

    @contextlib.contextmanager
    def _running(self, line: list[str]) -> Iterator[str]:
        """Start a server and yield its address once it prints one, else what became of it; end it afterwards."""
        log = self.folder / "page.log"
        with log.open("w") as file:
            child = subprocess.Popen(line, cwd=self.folder, env=_environment(), stdout=file, stderr=file, text=True,
                                     start_new_session=True)  # fmt: skip
        try:
            yield _address(child, log)
        finally:
            child.send_signal(signal.SIGTERM if "jupyter_server" in line else signal.SIGINT)
            try:
                child.wait(30)
            except subprocess.TimeoutExpired:
                os.killpg(child.pid, signal.SIGKILL)

    def test(self) -> int:
        """Run the tests with it; return their exit status."""
        frozen = subprocess.run([self.uv, "pip", "freeze", "--python", str(self.venv)], capture_output=True, text=True,
                                check=True).stdout  # fmt: skip
        held = self.folder / "held.txt"
        held.write_text("\n".join(line for line in frozen.splitlines() if not line.startswith("etolib")))
        self.install("--constraint", str(held), *OF_TESTS)
        line = [str(self.venv / "bin" / "python"), "-m", "pytest", "-q", "-p", "no:cacheprovider"]
        line += ["-m", "not browser and not slow", *TESTS]
        return subprocess.run(line, cwd=ROOT, env=_environment(offline=False), check=False).returncode


def _environment(*, offline: bool = True) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "VIRTUAL_ENV")}
    return kept | ({"ETOLIB_OFFLINE": "1"} if offline else {})


@contextlib.contextmanager
def _simulated(python: str) -> Iterator[dict[str, str]]:
    """Yield an environment whose services are those of tests/simulator, run by the same Python."""
    line = [python, "-m", "tests.simulator", "--own-ports", "--today", "2024-07-01"]
    with (
        tempfile.TemporaryDirectory() as cache,
        subprocess.Popen(line, cwd=ROOT, env=_environment(), stdout=subprocess.PIPE, text=True) as server,
    ):
        try:
            assert server.stdout is not None
            next(server.stdout)  # its root
            told: dict[str, str] = {}
            while "ETOLIB_TODAY" not in told:  # the last one
                name, _, value = next(server.stdout).strip().removeprefix("export ").partition("=")
                told[name] = value
            yield _environment(offline=False) | told | {"ETOLIB_CACHE_DIR": cache}
        finally:
            server.terminate()


def _address(child: subprocess.Popen[str], log: Path) -> str:
    late = time.monotonic() + PATIENCE_S
    while time.monotonic() < late:
        text = log.read_text()
        if child.poll() is not None:
            return _verdict(child.returncode, text)
        if address := re.search(r"https?://\S+\?token=\S+", text):
            return address[0]
        time.sleep(0.2)
    return f"no address: {text[-300:]}"


def _verdict(status: int, errors: str) -> str:
    if status == 0:
        return "works"
    last = [line for line in errors.splitlines() if line.strip()][-1:] or [""]
    if said := re.search(r"""pip install ["']etolib\[([\w-]+)\]""", last[0]):
        return f"says [{said[1]}]"
    # README's snippet imports dask.distributed itself, whose own sentence names another package.
    if said := re.search(r"""pip install ["'](dask\[\w+\])""", last[0]):
        return f"says {said[1]}"
    return f"{status}: {last[0][:200]}"


def _answers(address: str) -> str:
    try:
        with urllib.request.urlopen(address, timeout=60) as answer:
            return "works" if answer.status == 200 else f"status {answer.status}"
    except OSError as error:
        return f"{address.partition('?')[0]}: {error}"


def _uv(folder: Path) -> str:
    if found := shutil.which("uv"):
        return found
    subprocess.run([sys.executable, "-m", "venv", str(folder / "uv")], check=True)
    subprocess.run([str(folder / "uv/bin/pip"), "install", "--quiet", "uv"], check=True)
    return str(folder / "uv/bin/uv")


def _table(columns: dict[str, dict[str, str]]) -> str:
    rows = ["| | " + " | ".join(columns) + " |", "|---" * (len(columns) + 1) + "|"]
    for name in next(iter(columns.values())):
        rows.append(f"| {name} | " + " | ".join(column[name] for column in columns.values()) + " |")
    return "\n".join(rows)


def main() -> int:
    """Return 1 where something neither works nor says what to install."""
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    of_people = [name for name in extras if name not in ("test", "bench", "build", "docs")]
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--extras", nargs="+", default=["core", *of_people], choices=["core", *of_people])
    parser.add_argument("--python", default="3.11", help="version or path")
    parser.add_argument("--lowest", action="store_true", help="the lowest versions stated")
    parser.add_argument("--sdist", action="store_true", help="install from the source archive")
    parser.add_argument("--tests", action="store_true", help="run a selection of tests with each too")
    parser.add_argument("--package", type=Path, help="a wheel that is there already")
    options = parser.parse_args()
    columns: dict[str, dict[str, str]] = {}
    status = 0
    with tempfile.TemporaryDirectory(prefix="etolib-smoke-") as name:
        folder = Path(name)
        uv = _uv(folder)
        package = options.package
        if package is None:
            subprocess.run([uv, "build", "--quiet", "--out-dir", str(folder / "dist"), str(ROOT)], check=True)
            package = next((folder / "dist").glob("*.tar.gz" if options.sdist else "*.whl"))
        if package.suffix == ".whl":
            wrong = wrong_in(package)
            status |= bool(wrong)
            print(
                f"{package.name}: {package.stat().st_size / 1e6:.1f} MB; {'; '.join(wrong) or 'holds what it should'}"
            )
        for extra in options.extras:
            there = Installed(uv, package.resolve(), extra, folder, options.python, lowest=options.lowest)
            columns[extra] = {"MB": str(there.megabytes())} | {use.name: there.tried(use) for use in USES}
            if options.tests and {"pyarrow", "xarray", "distributed", "ipywidgets"} <= there.packages:
                columns[extra]["tests"] = "works" if there.test() == 0 else "FAILS"
            status |= any(told.startswith("FAILS") for told in columns[extra].values())
            print(_table({extra: columns[extra]}), flush=True)
            shutil.rmtree(there.folder)
    print(_table(columns))
    return status


if __name__ == "__main__":
    sys.exit(main())
