"""What ``tools/look_at_lab.py`` shows of objects in JupyterLab, and how it measures what it sees there."""

from __future__ import annotations

from typing import Any

CELLS = [
    "import etolib\n\nsite = etolib.Site(-22.7, -47.6, name='Piracicaba')\nsite",
    "etolib.Period('2024-01-01', '2024-03-31')",
    "etolib.Request(site, '2024-01', 'nasa_power, climatology', krs='coast')",
    "etolib.plan(site, 'last-60-days')",
    "result = etolib.compute(site, '2024-01-01/2024-03-31')\nresult",
    "result.plot().legend();",
    "etolib.water_balance(result, 'tomato', 'sandy loam', '2024-01-01')",
    "job = etolib.submit(site, '2014-01-01/2023-12-31')\njob",
    "decade = await job\ndecade.table[['date', 'eto', 'quality', 'kind']].head(3)",
    "places = etolib.places_in_box(-48.5, -23.5, -46.5, -21.5, 0.5)\n"
    "batch = etolib.submit_many(places, '2020-01-01/2023-12-31')\nbatch",
    "batch.result()\nlonger = etolib.submit_many(places, '2016-01-01/2019-12-31')\netolib.progress(longer)",
    "longer.result()\nrepr(site), repr(job), repr(batch)",
    "import etolib.accessors\n\ndays = result.table.set_index('date')[['tmin', 'tmax', 'ea', 'rs', 'u2']]\n"
    "days = days.astype(float)\ndays.eto(result.site)",
    "grid = days.rename_axis('time').to_xarray()\ngrid.eto(result.site).eto.plot(figsize=(9, 3));",
    "etolib.read_station(b'date,tmax_F,tmin_F\\n2024-02-28,86,68\\n2024-02-29,77,59\\n', filename='farm.csv')",
]
"""The cells of a notebook of every object that shows itself."""

LEAST_CONTRAST = 4.5
"""Of a text to what lies behind it (WCAG 2.2, 1.4.3)."""

_WATCH = """() => {
  const bars = (window.etolibBars = []);
  const cells = new Map();
  const seen = () => {
    for (const bar of document.querySelectorAll('.jp-OutputArea progress')) {
      if (bar.closest('.etolib-page')) continue;
      const cell = bar.closest('.jp-Cell');
      if (!cells.has(cell)) { cells.set(cell, []); bars.push(cells.get(cell)); }
      const values = cells.get(cell);
      if (values.at(-1) !== bar.value / bar.max) values.push(bar.value / bar.max);
    }
  };
  new MutationObserver(seen).observe(document.body, {subtree: true, childList: true, attributes: true});
}"""

_CONTRASTS = """() => {
  const parts = text => { const n = text.match(/[\\d.]+/g).map(Number); return n.length < 4 ? [...n, 1] : n; };
  const over = (top, under) => [0, 1, 2].map(i => top[i] * top[3] + under[i] * (1 - top[3])).concat(1);
  const behind = element => {
    const layers = [];
    for (let one = element; one; one = one.parentElement) {
      const style = getComputedStyle(one);
      layers.push(parts(style.backgroundColor));
      if (layers.at(-1)[3] === 1) break;
    }
    return layers.reverse().reduce((under, top) => over(top, under), [255, 255, 255, 1]);
  };
  const light = colour => {
    const linear = v => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4;
    const [r, g, b] = colour.slice(0, 3).map(v => linear(v / 255));
    return .2126 * r + .7152 * g + .0722 * b;
  };
  const found = [];
  for (const output of document.querySelectorAll('.jp-OutputArea-output')) {
    if (/vnd.jupyter.(error|stderr)/.test(output.dataset.mimeType)) continue;
    const walk = document.createTreeWalker(output, NodeFilter.SHOW_TEXT);
    while (walk.nextNode()) {
      const element = walk.currentNode.parentElement, text = walk.currentNode.textContent.trim();
      if (!text || element.closest('.etolib-page, .xr-wrap, style, script, svg')) continue;
      if (!element.getClientRects().length) continue;
      const under = behind(element), ink = over(parts(getComputedStyle(element).color), under);
      const [high, low] = [light(ink), light(under)].sort((a, b) => b - a);
      found.push([(high + .05) / (low + .05), text.slice(0, 60)]);
    }
  }
  return found.sort((a, b) => a[0] - b[0]);
}"""

_SCROLLED = """() => [...document.querySelectorAll(
    '.jp-OutputArea-output, .jp-OutputArea-output > *, .jp-mod-outputsScrolled .jp-OutputArea')]
  .filter(e => !e.closest('.etolib-page') && (e.matches('.jp-mod-outputsScrolled .jp-OutputArea')
    || (e.scrollWidth > e.clientWidth + 2 && e.clientWidth && getComputedStyle(e).overflowX !== 'visible')))
  .map(e => `${e.scrollWidth} px in ${e.clientWidth} px: ${e.innerText.slice(0, 60)}`)"""


def watch_bars(page: Any) -> None:
    """Keep every value that a bar of an output has from now on."""
    page.evaluate(_WATCH)


def kept_bars(page: Any) -> list[list[float]]:
    """Return the values of the bars of each cell, in the order seen, as parts of the whole."""
    return list(page.evaluate("() => window.etolibBars"))


def contrasts(page: Any) -> list[tuple[float, str]]:
    """Return the contrast of each text of the outputs to what lies behind it, the least first.

    Dashboards are left out, whose colours have tests of their own, what xarray draws, and tracebacks.
    """
    return [(float(value), str(text)) for value, text in page.evaluate(_CONTRASTS)]


def scrolled(page: Any) -> list[str]:
    """Return the outputs that do not fit into their cell."""
    return list(page.evaluate(_SCROLLED))
