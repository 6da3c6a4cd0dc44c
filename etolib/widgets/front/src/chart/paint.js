// What uPlot does not draw by itself: bars of rain, bands, the days that are not observed, titles of the axes.

import { clear } from '../shared/theme.js';

/** Return a function that gives the place [canvas px] of days. */
function across(u) {
  const { min, max } = u.scales.x;
  const { left, width } = u.bbox;
  return (day) => left + ((day - min) / (max - min)) * width;
}

/** Bars from above; where days are narrower than a pixel, the largest of each pixel. */
export function rainBars(u, index, first, last) {
  const path = new Path2D();
  const x = across(u);
  const days = u.data[0];
  const rain = u.data[index];
  const top = u.valToPos(0, 'rain', true);
  const wide = Math.min((x(1) - x(0)) * 0.82, (26 * u.ctx.canvas.width) / u.width);
  const bar = (from, width, value) => {
    const bottom = u.valToPos(value, 'rain', true);
    if (bottom > top) path.rect(from, top, width, bottom - top);
  };
  if (wide >= 1.5) {
    for (let i = first; i <= last; i += 1) if (rain[i] > 0) bar(x(days[i]) - wide / 2, wide, rain[i]);
    return { stroke: null, fill: path, clip: null, flags: 0 };
  }
  let column = null;
  let most = 0;
  for (let i = first; i <= last; i += 1) {
    const here = Math.round(x(days[i]));
    if (here !== column) {
      if (most > 0) bar(column, 1, most);
      [column, most] = [here, 0];
    }
    if (rain[i] > most) most = rain[i];
  }
  if (most > 0) bar(column, 1, most);
  return { stroke: null, fill: path, clip: null, flags: 0 };
}

/** A band between the row of a series and a lower row; one corner a pixel is enough. */
export function bandTo(lower) {
  return (u, index, first, last) => {
    const path = new Path2D();
    const x = across(u);
    const days = u.data[0];
    const upper = u.data[index];
    const y = (value) => u.valToPos(value, 'eto', true);
    let run = [];
    const close = () => {
      if (run.length === 1) {
        const [[, most, least, day]] = run;
        const half = (x(day + 0.4) - x(day - 0.4)) / 2;
        path.rect(x(day) - half, y(most), 2 * half, y(least) - y(most));
      } else if (run.length) {
        run.forEach(([at, most], i) => (i ? path.lineTo(at, y(most)) : path.moveTo(at, y(most))));
        for (let i = run.length - 1; i >= 0; i -= 1) path.lineTo(run[i][0], y(run[i][2]));
        path.closePath();
      }
      run = [];
    };
    for (let i = Math.max(first - 1, 0); i <= Math.min(last + 1, days.length - 1); i += 1) {
      if (upper[i] == null || lower[i] == null) {
        close();
      } else {
        const at = x(days[i]);
        const before = run.at(-1);
        if (before && run.length > 1 && Math.round(at) === Math.round(before[0])) {
          before[1] = Math.max(before[1], upper[i]);
          before[2] = Math.min(before[2], lower[i]);
        } else {
          run.push([at, upper[i], lower[i], days[i]]);
        }
      }
    }
    close();
    return { stroke: null, fill: path, clip: null, flags: 0 };
  };
}

/** Return which kinds of days there are that are no observations. */
export function kindsOf(kinds, names) {
  return names.map((name, i) => ({ name, i })).filter(({ name, i }) => name !== 'observed' && kinds.includes(i));
}

/** Return the stretches of days that are no observations: their kind, first and last day. */
export function stretches(days, kinds, names) {
  const found = [];
  for (let i = 0; i < kinds.length; i += 1) {
    const kind = names[kinds[i]];
    const before = found.at(-1);
    if (kind && kind !== 'observed') {
      if (before && before.kind === kind && before.last === days[i] - 1) before.last = days[i];
      else found.push({ kind, first: days[i], last: days[i] });
    }
  }
  return found;
}

/** Shade what is no observation, draw the seam and say what it is. */
export function shade(u, found, look) {
  const { ctx } = u;
  const x = across(u);
  const { left, top, width, height } = u.bbox;
  const ratio = u.ctx.canvas.width / u.width;
  ctx.save();
  ctx.beginPath();
  ctx.rect(left, top, width, height);
  ctx.clip();
  for (const { kind, first, last } of found) {
    const from = Math.round(x(first - 0.5));
    const to = Math.round(x(last + 0.5));
    if (to >= left && from <= left + width) {
      const tone = look[kind] ?? look.muted;
      ctx.fillStyle = clear(tone, kind === 'forecast' ? 0.13 : 0.09);
      ctx.fillRect(from, top, Math.max(to - from, 1), height);
      ctx.strokeStyle = clear(tone, 0.75);
      ctx.lineWidth = ratio;
      ctx.setLineDash([4 * ratio, 3 * ratio]);
      if (u.data[0][0] < first) {
        ctx.beginPath();
        ctx.moveTo(from + 0.5, top);
        ctx.lineTo(from + 0.5, top + height);
        ctx.stroke();
      }
      name(ctx, look.names[kind], Math.max(from, left), Math.min(to, left + width), top + height, tone, look, ratio);
    }
  }
  ctx.restore();
}

function name(ctx, text, from, to, bottom, tone, look, ratio) {
  ctx.font = look.font(0.9, ratio);
  if (!text || ctx.measureText(text).width + 12 * ratio > to - from) return;
  ctx.fillStyle = tone;
  ctx.textAlign = 'left';
  ctx.textBaseline = 'bottom';
  ctx.fillText(text, from + 6 * ratio, bottom - 5 * ratio);
}

/** Write what the axes are above them. */
export function titles(u, look, axes) {
  const { ctx } = u;
  const ratio = ctx.canvas.width / u.width;
  const { top } = u.bbox;
  ctx.save();
  ctx.font = look.font(0.92, ratio);
  ctx.textBaseline = 'bottom';
  const write = (text, side, line, tone) => {
    ctx.fillStyle = tone;
    ctx.textAlign = side;
    ctx.fillText(text, side === 'left' ? 2 * ratio : ctx.canvas.width - 2 * ratio, top - (5 + 15 * line) * ratio);
  };
  write(axes.eto, 'left', 0, look.eto);
  const shown = (key) => u.series.some((one) => one.scale === key && one.show);
  if (shown('rain')) write(axes.rain, 'right', 0, look.rainText);
  if (shown('balance')) write(axes.balance, 'right', shown('rain') ? 1 : 0, look.balance);
  ctx.restore();
}
