"""What a page keeps of results that are not on show: packed until somebody looks at it."""

from __future__ import annotations

import pickle
import zlib
from collections.abc import Collection, Iterator, Mapping, MutableMapping
from typing import Any

_WORTH_IT = 2048  # bytes; less is not packed


class Shelf(MutableMapping[str, Any]):
    """Values by name, of which `fold` packs the large ones; whoever asks for one gets it as it was.

    A year of answers weighs half a megabyte as objects, and a tenth of that packed.

    >>> shelf = Shelf({"days": list(range(1000))})
    >>> shelf.fold()
    >>> shelf["days"] == list(range(1000))
    True
    """

    def __init__(self, values: Mapping[str, Any]) -> None:
        self._values = dict(values)
        self._packed: dict[str, bytes] = {}

    def fold(self, but: Collection[str] = ()) -> None:
        """Pack what is large, except the values of some names."""
        for name in [*self._values]:
            if name in but:
                continue
            data = pickle.dumps(self._values[name], pickle.HIGHEST_PROTOCOL)
            if len(data) > _WORTH_IT:
                self._packed[name] = zlib.compress(data, 1)
                del self._values[name]

    def __getitem__(self, name: str) -> Any:
        if name in self._packed:
            self._values[name] = pickle.loads(zlib.decompress(self._packed.pop(name)))
        return self._values[name]

    def __setitem__(self, name: str, value: Any) -> None:
        self._packed.pop(name, None)
        self._values[name] = value

    def __delitem__(self, name: str) -> None:
        if self._packed.pop(name, None) is None:
            del self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter([*self._values, *self._packed])

    def __len__(self) -> int:
        return len(self._values) + len(self._packed)
