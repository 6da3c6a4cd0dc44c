"""Run targets of make beside each other, two at a time: ``python tools/side_by_side.py MAKE lint unit ...``.

Tests in a browser wait for half of their time, others calculate: beside each other they end sooner than one after the
other. The next target begins when one has ended, in the order given. What a target prints comes in one piece when it
has ended; before that it grows in build/checks. All of them run, whatever one comes to; the last lines say how each
ended, how long it took and how long it kept the processors busy.

Exit status: 0 where all ended well, else 1.
"""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Lock

AT_ONCE = 2
LOGS = Path("build") / "checks"


def run(command: list[str], target: str, logs: Path, printing: Lock) -> tuple[int, str]:
    """Run one target and print what it said; returns its status, and a line on it."""
    log = logs / f"{target}.log"
    with printing:
        print(f"== {target} begins: {log}", flush=True)
    start = time.monotonic()
    with log.open("wb") as out:
        child = subprocess.Popen([*command, target], stdout=out, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)
        _, status, used = os.wait4(child.pid, 0)  # of all its children too
    child.returncode = code = os.waitstatus_to_exitcode(status)
    busy = used.ru_utime + used.ru_stime
    how = "well" if code == 0 else f"FAILED ({code})"
    line = f"{target:<14} {how:<12} {time.monotonic() - start:6.0f} s, processors busy for {busy:.0f} s"
    with printing:
        print(f"== {target}", flush=True)
        sys.stdout.buffer.write(log.read_bytes())
        print(f"== {line}", flush=True)
    return code, line


def main(arguments: Sequence[str], logs: Path = LOGS) -> int:
    """Run them; the first argument is the program, with its options in the same word."""
    program, *targets = arguments
    logs.mkdir(parents=True, exist_ok=True)
    printing = Lock()
    with ThreadPoolExecutor(AT_ONCE) as lanes:
        ended = list(lanes.map(lambda target: run(shlex.split(program), target, logs, printing), targets))
    print("\n".join(line for _, line in ended), flush=True)
    return int(any(code for code, _ in ended))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
