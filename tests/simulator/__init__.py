"""Simulator of the weather services etolib uses: real HTTP/1.1 on the loopback, no data of its own but invented ones.

In tests::

    with WeatherServer(data=None, today="2024-07-01") as server:
        os.environ.update(server.environment())          # ETOLIB_*_URL and ETOLIB_TODAY
        server.fault("nasa_power", "503", times=2)       # twice, then genuine answers again
        server.fault("nws", "hang", match="/observations")
        calls = server.wait_for_calls(3, "nasa_power")   # no sleeping: wait for what is to happen
        server.release(); server.clear(); server.forget()

By itself: ``python -m tests.simulator --data DIR --port N --today YYYY-MM-DD`` prints its root and the lines
to export; ``--faults`` lists what can go wrong; `tests.simulator.control` tells how to drive it over HTTP.

Where the numbers come from
---------------------------
A data folder is replayed (answers carry ``X-Replayed: 1``), everything else is simulated weather (``X-Simulated:
1``): deterministic and plausible, never observed anywhere. `tests.simulator.replay` and
`tests.simulator.sky` say more. Formats follow the recorded and documented answers of the services; the tests
beside this file hold them to the recordings, where those are at hand.

Failures that belong to no answer are made with the root: an unknown host (``http://weather.invalid``) and TLS on a
port that speaks none (``https://127.0.0.1:PORT``).
"""

from tests.simulator.kinds import FAULTS
from tests.simulator.record import Call
from tests.simulator.server import WeatherServer

__all__ = ["FAULTS", "Call", "WeatherServer"]
