// The days of a result as Python packs them: one row of float64 after the other, absent is NaN.

const MS_PER_DAY = 864e5;
export const ABSENT = '–';

/** Return the rows of a model by name, and how many days there are. */
export function decode(model) {
  const meta = model.get('meta');
  const data = model.get('data');
  const days = meta?.days ?? 0;
  if (!days || !data?.byteLength) return { days: 0, rows: {} };
  const start = data.byteOffset ?? 0;
  const all = new Float64Array((data.buffer ?? data).slice(start, start + data.byteLength));
  const rows = {};
  meta.rows.forEach((name, i) => { rows[name] = all.subarray(i * days, (i + 1) * days); });
  return { days, rows };
}

/** Return a day, counted from 1970-01-01, as an ISO date. */
export function isoDay(day) {
  return new Date(day * MS_PER_DAY).toISOString().slice(0, 10);
}

/** Return year, month (0 to 11) and day of the month of a day. */
export function calendar(day) {
  const date = new Date(day * MS_PER_DAY);
  return [date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate()];
}

/** Return the day, counted from 1970-01-01, of a date; months beyond 11 are those of later years. */
export function dayOf(year, month, date = 1) {
  return Date.UTC(year, month, date) / MS_PER_DAY;
}

/** Return a number as the page writes it. */
export function written(value, decimals, mark) {
  if (value == null || Number.isNaN(value)) return ABSENT;
  const [whole, part] = Math.abs(value).toFixed(decimals).split('.');
  const sign = value < 0 && Number(value.toFixed(decimals)) !== 0 ? '−' : '';
  const apart = whole.replace(/\B(?=(\d{3})+$)/g, '\u202f');
  return sign + apart + (part ? mark + part : '');
}

/** Return the word a number stands for; nothing where it is absent. */
export function word(words, number) {
  return Number.isNaN(number) ? '' : words[number] ?? '';
}

/** Put values into the places of a text: `{name}`. */
export function said(text, values) {
  return text.replace(/{(\w+)}/g, (place, name) => values[name] ?? place);
}

/** Return an element with a class, attributes and children. */
export function part(tag, name = '', attributes = {}, ...children) {
  const made = document.createElement(tag);
  if (name) made.className = name;
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

/** Call back once for all changes of a model that come together; return what ends it. */
export function onChange(model, names, callback) {
  let waiting = false;
  let over = false;
  const changed = () => {
    if (waiting) return;
    waiting = true;
    queueMicrotask(() => {
      waiting = false;
      if (!over) callback();
    });
  };
  const events = names.map((name) => `change:${name}`);
  events.forEach((event) => model.on(event, changed));
  return () => {
    over = true;
    events.forEach((event) => model.off(event, changed));
  };
}
