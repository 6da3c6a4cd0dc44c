"""Grids as sources: any CF Dataset of one's own, opened by xarray, answers for places as providers do."""

from etolib.sources.grid.source import GridInfo, GridSource, grid_source

__all__ = ["GridInfo", "GridSource", "grid_source"]
