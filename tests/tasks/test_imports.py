"""A page connects on one thread while another imports what submits: dask's client must survive both at once."""

from __future__ import annotations

import subprocess
import sys

CODE = """
import threading

failed = []

def run(code):
    try:
        exec(code)
    except BaseException as error:
        failed.append(repr(error))

threads = [threading.Thread(target=run, args=(f"from {home} import {name}",))
           for home, name in (("distributed", "Client"), ("etolib.tasks", "submit"))]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(failed)
"""


def test_two_threads_may_import_dask_at_once():
    done = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
