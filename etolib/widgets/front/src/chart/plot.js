// How uPlot draws the days: series, scales and axes.

import uPlot from 'uplot';

import { written } from '../shared/days.js';
import { clear, colour } from '../shared/theme.js';
import { labels, ticks } from './dates.js';
import { bandTo, rainBars, shade, stretches, titles } from './paint.js';

const LEAST_DAYS = 4; // shown at the nearest zoom
const DASHES = [[], [5, 3], [1.5, 2.5], [8, 3, 2, 3]];
const SOURCE_COLOURS = 6;

/** Return what the chart can draw, in the order it is drawn: name, scale, row, colour. */
export function layersOf(meta, rows) {
  const has = (name) => rows[name].some((value) => !Number.isNaN(value));
  const each = meta.rows.filter((name) => name.startsWith('source:') && has(name));
  return [
    { name: 'rain', row: 'precipitation', scale: 'rain', tone: '--c-rain' },
    { name: 'spread', row: 'spread_upper', lower: 'spread_lower', tone: '--c-muted', share: 0.26 },
    { name: 'interval', row: 'eto_upper', lower: 'eto_lower', tone: '--c-eto', share: 0.2 },
    { name: 'balance', row: 'balance', scale: 'balance', tone: '--c-balance', width: 1.5 },
    ...each.map((row, i) => ({
      name: row, row, tone: `--c-source-${(i % SOURCE_COLOURS) + 1}`, width: 1.2, dash: DASHES[i % DASHES.length],
      title: meta.each[meta.rows.filter((one) => one.startsWith('source:')).indexOf(row)],
    })),
    { name: 'eto', row: 'eto', tone: '--c-eto', width: 2 },
  ].filter((layer) => has(layer.row));
}

/** Return the first and the last day with half a day of room. */
export function whole(days) {
  return [days[0] - 0.5, days.at(-1) + 0.5];
}

/** Return a range of days that lies within all of them and is not too narrow. */
export function within([first, last], min, max) {
  if (min == null || max == null) return [first, last];
  const width = Math.min(Math.max(max - min, LEAST_DAYS), last - first);
  const from = Math.min(Math.max((min + max - width) / 2, first), last - width);
  return [from, from + width];
}

/** Return the numbers of a row as uPlot wants them: absent is null. */
function plain(row) {
  return Array.from(row, (value) => (Number.isNaN(value) ? null : value));
}

/** Return the places of days whose neighbours are absent: a line does not show them. */
function lonely(row) {
  const found = [];
  row.forEach((value, i) => {
    if (value != null && row[i - 1] == null && row[i + 1] == null) found.push(i);
  });
  return found;
}

/** Return colours and fonts of an element, as a canvas wants them. */
export function lookOf(element, meta, size) {
  const family = getComputedStyle(element).fontFamily;
  const names = Object.fromEntries(meta.kind_names.map((kind, i) => [kind, meta.kinds[i]]));
  return {
    eto: colour(element, '--c-eto'), rain: colour(element, '--c-rain'), rainText: colour(element, '--c-rain-text'),
    muted: colour(element, '--c-muted'), grid: colour(element, '--c-grid'), balance: colour(element, '--c-balance'),
    forecast: colour(element, '--c-forecast'), climatology: colour(element, '--c-muted'), names, size, family,
    font: (share, ratio) => `${Math.round(size * share * ratio)}px ${family}`,
  };
}

/** Draw the days into an element; return uPlot's object and what hooks need to know. */
export function draw(element, { meta, rows, layers, shown, zoom, look, width, height, hooks, cursor }) {
  const days = Array.from(rows.day);
  const data = [days, ...layers.map((layer) => plain(rows[layer.row]))];
  const alone = layers.map((layer, i) => (layer.width ? lonely(data[i + 1]) : []));
  const found = stretches(days, rows.kind, meta.kind_names);
  const all = whole(days);
  // A band's lower row is no series of uPlot's: it is looked at only where it may lie below 0.
  const bands = layers.flatMap((layer, i) => (layer.lower ? [[i + 1, plain(rows[layer.lower])]] : []))
    .filter(([, lower]) => lower.some((value) => value < 0));
  const lowest = (u) => {
    const [min, max] = [u.scales.x.min ?? all[0], u.scales.x.max ?? all[1]]; // at first it has none
    const seen = (lower) => lower.filter((value, i) => value < 0 && days[i] >= min && days[i] <= max);
    return Math.min(0, ...bands.filter(([i]) => u.series[i].show).map(([, lower]) => seen(lower).reduce((a, b) => Math.min(a, b), 0)));
  };
  const opts = {
    width, height, cursor, legend: { show: false }, scales: scales(all, zoom, meta, lowest), axes: axes(look, meta, layers),
    padding: [(u) => (u.series.filter((one) => one.show && one.scale !== 'eto' && one.scale !== 'x').length > 1 ? 36 : 21), null, 0, null],
    series: [{}, ...layers.map((layer, i) => series(element, layer, shown(layer.name), {
      lower: layer.lower && plain(rows[layer.lower]), alone: alone[i],
    }))],
    hooks: {
      ...hooks,
      drawClear: [(u) => {
        layers.forEach((layer, i) => { if (layer.width) u.series[i + 1].width = layer.width * thickness(u); });
        shade(u, found, look);
      }],
      draw: [(u) => titles(u, look, meta.axes), ...(hooks.draw ?? [])],
    },
  };
  return new uPlot(opts, data, element);
}

/** Many days on few pixels would make a block of a line. */
function thickness(u) {
  const pixels = u.width / (u.scales.x.max - u.scales.x.min);
  return pixels >= 1.6 ? 1 : Math.max(0.5, Math.sqrt(pixels / 1.6));
}

function series(element, layer, show, { lower, alone }) {
  const tone = colour(element, layer.tone);
  const common = { scale: layer.scale ?? 'eto', show };
  if (layer.name === 'rain') return { ...common, paths: rainBars, fill: clear(tone, 0.8), width: 0, points: { show: false } };
  if (lower) return { ...common, paths: bandTo(lower), fill: clear(tone, layer.share), width: 0, points: { show: false } };
  return {
    ...common, stroke: tone, width: layer.width, dash: layer.dash,
    points: {
      show: () => true, size: 5, width: 0, fill: tone,
      filter: (u) => (u.scales.x.max - u.scales.x.min <= 8 ? null : alone),
    },
  };
}

function scales(all, [min, max], meta, lowest) {
  const mm = (value) => value / meta.mm;
  return {
    x: { time: false, min, max, range: (u, from, to) => within(all, from, to) },
    eto: { range: (u, low, high) => [Math.min(lowest(u), low ?? 0), Math.max(high ?? 0, mm(2)) * 1.12] },
    rain: { dir: -1, range: (u, low, high) => [0, Math.max(mm(10), 2.6 * (high ?? 0))] },
    balance: {
      range: (u, low, high) => {
        if (low == null) return [null, null];
        const [from, to] = [Math.min(low, 0), Math.max(high, 0)];
        const room = Math.max((to - from) * 0.08, mm(1));
        return [from - room, to + room];
      },
    },
  };
}

function axes(look, meta, layers) {
  const used = new Set(['eto', ...layers.map((layer) => layer.scale)]);
  const font = look.font(1, 1);
  const mark = meta.words.decimal_mark;
  const months = meta.words.months.split(' ');
  const decimals = (splits) => Math.max(0, ...splits.map((v) => (String(Math.round(v * 1e6) / 1e6).split('.')[1] ?? '').length));
  const values = (u, splits) => {
    const digits = decimals(splits.filter((v) => v != null));
    return splits.map((v) => (v == null ? '' : written(v, digits, mark)));
  };
  const size = (u, texts) => 12 + look.size * 0.58 * Math.max(1, ...(texts ?? []).map((text) => text?.length ?? 0));
  const common = { font, gap: 5, ticks: { show: false }, grid: { show: false }, border: { show: false } };
  const room = (u) => (u.width - 90) / (look.size * 4.6); // labels that fit
  const rainLimit = (u) => {
    const most = u.series.find((one) => one.scale === 'rain')?.max ?? 0;
    return Math.max(5 / meta.mm, most * 1.15);
  };
  return [
    {
      ...common, stroke: look.muted, size: look.size * 3.5, gap: 6, border: { show: true, stroke: look.grid, width: 1 },
      ticks: { show: true, size: 4, stroke: look.grid, width: 1 },
      splits: (u, axis, min, max) => ticks(min, max, room(u)).at,
      values: (u) => labels(ticks(u.scales.x.min, u.scales.x.max, room(u)), months),
    },
    { ...common, scale: 'eto', size: (u, texts) => Math.max(size(u, texts), look.size * 3.2), stroke: look.muted, values, space: 34, grid: { show: true, stroke: look.grid, width: 1 } },
    {
      ...common, scale: 'rain', side: 1, stroke: look.rainText, values, size, space: 30,
      filter: (u, splits) => splits.map((v) => (v <= rainLimit(u) ? v : null)),
    },
    { ...common, scale: 'balance', side: 1, stroke: look.balance, values, size, space: 34 },
  ].filter(({ scale }) => !scale || used.has(scale));
}
