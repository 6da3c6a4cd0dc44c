"""The embedded grid ``etolib/data/climatology.nc``, read without a library for NetCDF.

It is an ordinary NetCDF-4 file, which any program for such files opens. A plain installation has none: where its
compressed blocks lie stands in ``climatology.json`` (`index_of`, which ``tools/build_climatology.py`` calls), and zlib
and numpy unpack them.
"""

from __future__ import annotations

import json
import math
import zlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from etolib.extras import needed


@dataclass(frozen=True)
class Variable:
    """A variable of the file.

    Attributes
    ----------
    file : Path
    shape, chunk : tuple of int
        Of the variable, and of a block of it; blocks fill it without a rest.
    dtype : numpy.dtype
        Of the packed numbers.
    shuffled : bool
        Whether the bytes of the numbers lie apart in a block.
    blocks : ndarray of int, shape (blocks, 2)
        Where each block begins in the file, and its length; blocks in C order.
    scale, offset : float
        What makes numbers of packed ones.
    fill : int or None
        The packed number that stands for none.
    """

    file: Path
    shape: tuple[int, ...]
    chunk: tuple[int, ...]
    dtype: np.dtype[Any]
    shuffled: bool
    blocks: NDArray[np.int64]
    scale: float = 1.0
    offset: float = 0.0
    fill: int | None = None

    def packed_at(self, row: int, column: int) -> NDArray[Any]:
        """Return the packed numbers of a cell; shape: that of the variable but for its last two dimensions."""
        rows, columns = self.chunk[-2:]
        number = row // rows * (self.shape[-1] // columns) + column // columns
        with self.file.open("rb") as file:
            return self._block(file, number)[..., row % rows, column % columns]

    def at(self, row: int, column: int) -> NDArray[np.float64]:
        """Return the numbers of a cell, NaN where there is none."""
        packed = self.packed_at(row, column)
        return np.where(packed == self.fill, np.nan, packed * self.scale + self.offset)

    def packed(self) -> NDArray[Any]:
        """Return all packed numbers of a variable with two dimensions."""
        rows, columns = self.chunk
        out = np.empty(self.shape, self.dtype)
        across = self.shape[1] // columns
        with self.file.open("rb") as file:
            for number in range(len(self.blocks)):
                row, column = number // across * rows, number % across * columns
                out[row : row + rows, column : column + columns] = self._block(file, number)
        return out

    def _block(self, file: Any, number: int) -> NDArray[Any]:
        begin, length = self.blocks[number].tolist()
        file.seek(begin)
        try:
            data = np.frombuffer(zlib.decompress(file.read(length)), np.uint8)
        except zlib.error as error:
            raise OSError(f"{self.file.name} is damaged") from error
        if self.shuffled:
            data = np.ascontiguousarray(data.reshape(self.dtype.itemsize, -1).T)
        return data.reshape(-1).view(self.dtype).reshape(self.chunk)


@cache
def variables(file: Path) -> dict[str, Variable]:
    """Return the variables of a file by name, by the index beside it.

    Raises
    ------
    OSError
        Where one of both is missing.
    ValueError
        Where they do not belong together.
    """
    index = json.loads(file.with_suffix(".json").read_text(encoding="utf-8"))
    if file.stat().st_size != index["size"]:
        raise ValueError(f"{file.name} is not the file of its index")
    found = {}
    for name, one in index["variables"].items():
        ends = np.cumsum(np.array(one["steps"], np.int64))
        blocks = np.stack([ends, np.array(one["lengths"], np.int64)], axis=1)
        found[name] = Variable(file, tuple(one["shape"]), tuple(one["chunk"]), np.dtype(one["dtype"]),
                               one["shuffled"], blocks, one["scale"], one["offset"], one["fill"])  # fmt: skip
    return found


def index_of(file: Path) -> str:
    """Return the index of a NetCDF-4 file as JSON: of its variables in blocks, where these lie. Needs h5py.

    Raises
    ------
    ValueError
        Where a variable is packed as `Variable` does not read it.
    """
    with needed("grid"):
        import h5py

    found: dict[str, Any] = {}
    with h5py.File(file, "r") as data:
        for name, one in data.items():
            if one.chunks is None:
                continue
            whole = all(size % part == 0 for size, part in zip(one.shape, one.chunks, strict=True))
            if one.compression != "gzip" or one.fletcher32 or not whole or one.chunks[:-2] != one.shape[:-2]:
                raise ValueError(f"{name}: blocks that are not read")
            grid = tuple(size // part for size, part in zip(one.shape, one.chunks, strict=True))
            blocks = np.zeros((math.prod(grid), 2), np.int64)
            for number in range(one.id.get_num_chunks()):
                info = one.id.get_chunk_info(number)
                at = tuple(start // part for start, part in zip(info.chunk_offset, one.chunks, strict=True))
                blocks[np.ravel_multi_index(at, grid)] = info.byte_offset, info.size
                if info.filter_mask:
                    raise ValueError(f"{name}: a block that is not compressed")
            if not blocks[:, 1].all():
                raise ValueError(f"{name}: a block that is not there")
            about = {key: value.item() for key, value in one.attrs.items() if getattr(value, "size", 0) == 1
                     and isinstance(value, np.ndarray)}  # fmt: skip
            found[name] = {
                "shape": one.shape, "chunk": one.chunks, "dtype": one.dtype.str, "shuffled": bool(one.shuffle),
                "scale": about.get("scale_factor", 1.0), "offset": about.get("add_offset", 0.0),
                "fill": about.get("_FillValue"),
                "steps": np.diff(blocks[:, 0], prepend=0).tolist(), "lengths": blocks[:, 1].tolist(),
            }  # fmt: skip
    return json.dumps({"size": file.stat().st_size, "variables": found}, separators=(",", ":"))
