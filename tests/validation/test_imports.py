"""No run needs the validation: it is loaded by whoever proves something, never by a calculation."""

from __future__ import annotations

import subprocess
import sys

from tests.test_project import imported, modules, name_of


def test_only_the_command_line_names_the_validation():
    users = {name_of(path) for path in modules() if any(name.startswith("validation") for name in imported(path))}
    others = {name for name in users if not name.startswith("validation")}
    assert all(name == "cli" or name.startswith("cli_") for name in others)


def test_a_run_loads_no_validation():
    code = (
        "import sys, etolib; from etolib import config\n"
        "with config.set_options(offline=True): etolib.compute(etolib.Site(-22.7, -47.6), '2024-01-01/2024-01-02')\n"
        "print([name for name in sys.modules if name.startswith('etolib.validation')])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"
