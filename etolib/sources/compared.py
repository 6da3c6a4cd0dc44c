"""Rows of what publishes a reference ET of its own: shown beside ours when somebody asks for it, never a source.

Nothing of it enters a calculation, and no calculation asks it: `etolib.result.compared` does.
"""

from __future__ import annotations

from etolib.sources.row import Box, SourceInfo, Window

_CONTIGUOUS_USA = (Box(24.4, 49.5, -125.0, -66.8),)

ROWS = (
    SourceInfo(
        name="nws_fret",
        title="NWS forecast of reference ET (FRET)",
        provides=("eto",),
        window=Window(0, 7),
        delay="delay_none",
        coverage="coverage_nws_fret",
        licence="licence_public_domain",
        attribution="Forecast Reference Evapotranspiration (FRET) of the US National Weather Service, National Digital "
        "Forecast Database (https://digital.weather.gov)",
        homepage="https://digital.weather.gov/xml/",
        politeness="at most 1 request at once, 1 s between them; only when somebody asks for it; kept for three hours",
        provider="etolib.sources.fret:Fret",
        service="nws_fret",
        root="https://digital.weather.gov",
        reach=_CONTIGUOUS_USA,
        home=_CONTIGUOUS_USA,
        kinds=("forecast",),
    ),
)
"""The rows, in the order in which they are offered."""
