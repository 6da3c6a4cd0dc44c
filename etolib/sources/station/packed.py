"""A station file on its way: read by a worker, carried by whoever must not pay for pandas, opened by another worker."""

from __future__ import annotations

import pickle
import zlib
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from etolib.site import Period, Site
    from etolib.sources.base import Source, SourceData, SourceInfo
    from etolib.sources.station.columns import Mapping
    from etolib.sources.station.file import StationFile


@dataclass(frozen=True)
class PackedStation:
    """A `StationFile` as bytes: a source like the file itself, opened where it is first asked something.

    A page keeps it and hands it to tasks: it survives the loss of the scheduler, and it is small (thirty years of eight
    variables are some 300 kB) whatever the size of the file.

    Parameters
    ----------
    content : bytes
        As `pack` makes them. Only what one's own workers have packed may be opened: it is a pickle.
    """

    content: bytes

    @cached_property
    def _file(self) -> StationFile:
        opened: StationFile = pickle.loads(zlib.decompress(self.content))
        return opened

    @property
    def info(self) -> SourceInfo:
        """What the file promises."""
        return self._file.info

    @property
    def monthly(self) -> bool:
        """Whether the file holds monthly means and no dates: nothing of a year can be learnt from it."""
        return self._file.monthly

    @property
    def filename(self) -> str:
        """Name of the file."""
        return self._file.filename

    @property
    def mapping(self) -> Mapping:
        """What its columns were taken for."""
        return self._file.mapping

    def at(self, site: Site) -> StationFile:
        """Return the file as judged at a place, where it does not say its own (`StationFile.at`)."""
        return self._file.at(site)

    def fetch(self, site: Site, period: Period) -> SourceData:
        """Return the days of ``period`` that the file holds."""
        return self._file.fetch(site, period)

    def __getstate__(self) -> dict[str, bytes]:
        # What was opened stays where it was opened.
        return {"content": self.content}


def pack(file: StationFile) -> PackedStation:
    """Return a station file ready to travel.

    >>> from etolib.sources.station.file import read
    >>> packed = pack(read(b"date,tmax_F,tmin_F\\n2024-02-28,86,68\\n2024-02-29,77,59\\n"))
    >>> packed.info.name, len(packed.content) < 5000
    ('station', True)
    """
    return PackedStation(zlib.compress(pickle.dumps(file, protocol=pickle.HIGHEST_PROTOCOL)))


def unpacked(station: Source) -> StationFile:
    """Return the station file itself, however a request holds it."""
    file: StationFile = station._file if isinstance(station, PackedStation) else station  # type: ignore[assignment]
    return file
