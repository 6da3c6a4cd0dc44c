"""Simulator of the weather services etolib uses: real HTTP on the loopback, no data of its own but invented ones.

``with WeatherServer() as server: ...`` in tests, ``python -m tests.weatherserver`` by itself. Answers are either
replayed from a data folder (header ``X-Replayed: 1``) or simulated weather (header ``X-Simulated: 1``), which is
deterministic and plausible but was never observed anywhere.
"""

from tests.weatherserver.kinds import FAULTS
from tests.weatherserver.record import Call
from tests.weatherserver.server import WeatherServer

__all__ = ["FAULTS", "Call", "WeatherServer"]
