// The chart as a picture to take away: its own size, with title and legend, in the colours of the page.

import { colour } from '../shared/theme.js';

const MARGIN = 28;
const LINE = 26;

/** Return a PNG (Blob) of a drawn chart. `keys` are what it shows: title and tone. */
export function picture(canvas, element, { title, period, keys }) {
  const ink = colour(element, '--c-ink');
  const { fontFamily } = getComputedStyle(element);
  const sheet = document.createElement('canvas');
  const ctx = sheet.getContext('2d');
  const lines = legend(ctx, keys, canvas.width, fontFamily);
  const head = MARGIN + 34 + lines.length * LINE + 8;
  sheet.width = canvas.width + 2 * MARGIN;
  sheet.height = head + canvas.height + MARGIN;
  ctx.fillStyle = colour(element, '--c-paper');
  ctx.fillRect(0, 0, sheet.width, sheet.height);
  ctx.textBaseline = 'middle';
  ctx.fillStyle = ink;
  ctx.font = `600 19px ${fontFamily}`;
  ctx.fillText(title, MARGIN, MARGIN + 10);
  const after = MARGIN + ctx.measureText(title).width + 14;
  ctx.font = `16px ${fontFamily}`;
  ctx.fillStyle = colour(element, '--c-muted');
  ctx.fillText(period, after, MARGIN + 11);
  lines.forEach((line, i) => line.forEach(({ x, text, tone, area }) => {
    const y = MARGIN + 40 + i * LINE;
    ctx.fillStyle = tone;
    ctx.globalAlpha = area ? 0.45 : 1;
    ctx.fillRect(MARGIN + x, y - (area ? 6 : 1.5), 20, area ? 12 : 3);
    ctx.globalAlpha = 1;
    ctx.fillStyle = ink;
    ctx.font = `15px ${fontFamily}`;
    ctx.fillText(text, MARGIN + x + 27, y);
  }));
  ctx.drawImage(canvas, MARGIN, head);
  return new Promise((resolve) => sheet.toBlob(resolve, 'image/png'));
}

function legend(ctx, keys, width, family) {
  ctx.font = `15px ${family}`;
  const lines = [[]];
  let x = 0;
  for (const key of keys) {
    const room = 27 + ctx.measureText(key.text).width + 22;
    if (x + room > width && lines.at(-1).length) {
      lines.push([]);
      x = 0;
    }
    lines.at(-1).push({ ...key, x });
    x += room;
  }
  return lines;
}

/** Hand a file to the person at the browser. */
export function save(blob, name) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
