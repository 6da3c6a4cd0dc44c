"""ETo of gridded archives larger than memory; the whole of it is in `etolib.equations.archive`."""

from etolib.equations.archive import SIMULATED, eto_archive, open_archive, simulate_archive

__all__ = ["SIMULATED", "eto_archive", "open_archive", "simulate_archive"]
