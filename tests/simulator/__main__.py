"""Run the simulator by itself: ``python -m tests.simulator [--data DIR] [--port N] [--today YYYY-MM-DD]``."""

from __future__ import annotations

import argparse
import signal
import threading

from tests.simulator.kinds import FAULTS
from tests.simulator.server import WeatherServer


def main() -> None:
    """Serve until interrupted; print the root and the variables that lead etolib here."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulator", description=main.__doc__)
    parser.add_argument("--data", help="folder to replay: cities.csv and cities/*.parquet; default: simulated weather")
    parser.add_argument("--port", type=int, default=0, help="port for all services; default: a free one")
    parser.add_argument("--today", help="date taken as today, YYYY-MM-DD; default: ETOLIB_TODAY or the real date")
    parser.add_argument("--latency", type=float, default=0.0, help="pause before every answer [s]")
    parser.add_argument(
        "--fallback", choices=("simulated", "none"), default="simulated", help="for places outside --data"
    )
    parser.add_argument("--limits", action="store_true", help="enforce the published rate limits")
    parser.add_argument("--own-ports", action="store_true", help="print one root per service instead of one for all")
    parser.add_argument("--faults", action="store_true", help="list the faults that can be set and end")
    chosen = parser.parse_args()
    if chosen.faults:
        for kind in FAULTS.values():
            print(f"{kind.name:22}{kind.meaning}")
        return
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    with WeatherServer(
        chosen.data,
        chosen.today,
        port=chosen.port,
        latency=chosen.latency,
        fallback=chosen.fallback,
        limits=chosen.limits,
    ) as server:
        print(server.url)
        for name, value in server.environment(one_port=not chosen.own_ports).items():
            print(f"export {name}={value}")
        print(end="", flush=True)
        stop.wait()


if __name__ == "__main__":
    main()
