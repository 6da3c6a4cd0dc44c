// The day that is looked at, in words and numbers; each number is also the switch of what it belongs to.

import { kindsOf } from './paint.js';
import { ABSENT, isoDay, part, said, word, written } from '../shared/days.js';

const LONGER = { spread: 'legend_spread', balance: 'legend_balance' };
const TITLES = {
  eto: 'legend_eto', interval: 'legend_interval', rain: 'legend_rain', spread: 'chart_spread', balance: 'chart_balance',
};

export class Readout {
  /** `toggle` is called with the name of what is to be shown or hidden. */
  constructor(toggle) {
    this.day = part('div', 'etolib-chart-day');
    this.keys = part('div', 'etolib-chart-keys', { role: 'group' });
    this.keys.addEventListener('click', (event) => {
      const key = event.target.closest('button');
      if (key) toggle(key.dataset.series);
    });
  }

  /** Make the switches anew. */
  build(meta, rows, layers, shown) {
    Object.assign(this, { meta, rows });
    const order = ['eto', 'interval', 'rain', 'spread', 'balance'];
    const rank = ({ name }) => (order.indexOf(name) + 1 || 99);
    this.keys.setAttribute('aria-label', meta.words.chart_series);
    this.values = new Map();
    this.keys.replaceChildren(...[...layers].sort((a, b) => rank(a) - rank(b)).map((layer) => {
      const value = part('b');
      this.values.set(layer, value);
      const kind = layer.lower || layer.name === 'rain' ? 'area' : 'line';
      return part(
        'button', 'etolib-chart-key',
        {
          type: 'button', 'data-series': layer.name, 'aria-pressed': shown(layer.name),
          title: meta.words[LONGER[layer.name]] ?? layer.title ?? meta.words.chart_toggle_hint,
          style: `--tone: var(${layer.tone}); --dash: ${layer.dash?.length ? 'dashed' : 'solid'}`,
        },
        part('i', kind, { 'aria-hidden': 'true' }),
        part('span', '', {}, layer.title ?? meta.words[TITLES[layer.name]]), value,
      );
    }), ...kindsOf(rows.kind, meta.kind_names).map(({ name, i }) => part(
      'div', 'etolib-chart-key', { 'data-kind': name, style: `--tone: var(--c-${name}, var(--c-muted))` },
      part('i', 'area', { 'aria-hidden': 'true' }), part('span', '', {}, meta.kinds[i]),
    )));
  }

  /** Mark what is shown. */
  mark(shown) {
    for (const key of this.keys.querySelectorAll('button')) key.setAttribute('aria-pressed', shown(key.dataset.series));
  }

  /** Show the values of a day, given by its place in the rows. */
  show(i) {
    const { meta, rows } = this;
    const number = (row) => written(rows[row][i], meta.decimals, meta.words.decimal_mark);
    for (const [layer, value] of this.values) {
      const shown = number(layer.row);
      value.textContent = layer.lower && shown !== ABSENT ? `${number(layer.lower)}–${shown}` : shown;
    }
    const level = meta.quality_names[rows.quality[i]];
    const parts = [part('time', '', {}, isoDay(rows.day[i]))];
    if (level) {
      parts.push(part('span', 'etolib-quality', { 'data-quality': level }, word(meta.qualities, rows.quality[i])));
    }
    const about = [word(meta.kinds, rows.kind[i]), word(meta.sources, rows.source[i]), word(meta.flags, rows.flags[i])];
    const line = about.filter(Boolean).join(' · ');
    parts.push(part('span', 'etolib-chart-about', { title: line }, line));
    this.day.replaceChildren(...parts);
  }

  /** Return a day as a sentence. */
  sentence(i) {
    const { meta, rows } = this;
    const number = (row) => written(rows[row][i], meta.decimals, meta.words.decimal_mark);
    return said(meta.words.chart_day, {
      date: isoDay(rows.day[i]), eto: number('eto'), unit: meta.unit, lower: number('eto_lower'),
      upper: number('eto_upper'), quality: word(meta.qualities, rows.quality[i]) || ABSENT,
      kind: word(meta.kinds, rows.kind[i]) || ABSENT, rain: number('precipitation'),
    });
  }
}
