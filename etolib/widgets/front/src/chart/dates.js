// Where dates stand below the chart, and how they are written.

import { calendar, dayOf } from '../shared/days.js';

const DAYS_OF_MONTH = [[1, null], [2, [1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29]], [5, [1, 6, 11, 16, 21, 26]],
  [10, [1, 11, 21]], [15, [1, 16]]];
const MONTHS = [1, 2, 3, 6];
const YEARS = [1, 2, 5, 10, 20, 50];

/** Return the days that are written, and what a step is: 'day', 'month' or 'year'. */
export function ticks(min, max, room) {
  const wanted = (max - min) / Math.max(room, 1); // days a label needs
  for (const [step, dates] of DAYS_OF_MONTH) {
    if (wanted <= step) return { unit: 'day', at: ofDays(min, max, dates) };
  }
  for (const step of MONTHS) {
    if (wanted <= step * 30.5) return { unit: 'month', at: ofMonths(min, max, step) };
  }
  const step = YEARS.find((years) => wanted * 0.6 <= years * 365) ?? 100;
  return { unit: 'year', at: ofMonths(min, max, step * 12) };
}

function ofDays(min, max, dates) {
  const found = [];
  for (let day = Math.ceil(min); day <= max; day += 1) {
    if (!dates || dates.includes(calendar(day)[2])) found.push(day);
  }
  return found;
}

function ofMonths(min, max, step) {
  const found = [];
  const [year] = calendar(Math.floor(min));
  const first = step > 12 ? Math.floor(year / (step / 12)) * (step / 12) : year;
  for (let month = 0; ; month += step) {
    const day = dayOf(first, month);
    if (day > max) return found;
    if (day >= min) found.push(day);
  }
}

/** Return the labels of days: what has not changed since the one before is not repeated. */
export function labels({ unit, at }, months) {
  let before = [];
  return at.map((day) => {
    const [year, month, date] = calendar(day);
    const newYear = before[0] !== year;
    const newMonth = newYear || before[1] !== month;
    before = [year, month];
    if (unit === 'year') return String(year);
    if (unit === 'month') return newYear ? `${months[month]}\n${year}` : months[month];
    if (!newMonth) return String(date);
    return newYear ? `${date}\n${months[month]} ${year}` : `${date}\n${months[month]}`;
  });
}
