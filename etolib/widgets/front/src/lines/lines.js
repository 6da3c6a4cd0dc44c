// The chart of several places: a line each, the interval of the one that is chosen.

import { DayChart } from '../chart/daychart.js';
import { isoDay, onChange, part, said, written } from '../shared/days.js';
import { kindsOf } from '../chart/paint.js';

const NEAR = 26; // the pointer is on a line that is at most so far [px]
const DASHES = [[], [7, 3], [2, 2.5]]; // of twelve colours no eye tells all apart

class Lines extends DayChart {
  constructor(model, el) {
    super(model, el);
    this.ends.push(onChange(model, ['cursor'], () => this.follow()));
    this.follow();
  }

  /** Look at the day that the page shows elsewhere. */
  follow() {
    const i = this.days?.indexOf(this.model.get('cursor')) ?? -1;
    if (i < 0) return;
    this.look(i);
    this.reveal(i);
  }

  readoutOf() {
    return new PlacesReadout((name) => this.toggle(name), (number) => this.bring(number ?? this.held ?? null));
  }

  layersOf() {
    const has = (row) => this.rows[row]?.some((value) => !Number.isNaN(value));
    const found = [];
    for (const { number, label } of this.meta.places) {
      const tone = `--c-place-${number}`;
      if (has(`upper:${number}`)) {
        found.push({ name: `interval:${number}`, row: `upper:${number}`, lower: `lower:${number}`, tone, share: 0.2 });
      }
      if (has(`place:${number}`)) {
        found.push({
          name: `place:${number}`, row: `place:${number}`, tone, width: 1.7, title: label, number,
          dash: DASHES[Math.floor((number - 1) / 5) % DASHES.length],
        });
      }
    }
    return found.sort((a, b) => Boolean(b.lower) - Boolean(a.lower));
  }

  inks(size) {
    const look = super.inks(size);
    return { ...look, eto: look.muted };
  }

  visible(name) {
    const [kind, number] = name.split(':');
    if (kind === 'interval') return Number(number) === this.looked && this.visible(`place:${number}`);
    return this.shown.get(name) ?? true;
  }

  toggle(name) {
    super.toggle(name);
    this.mark();
  }

  marked() {
    return this.looked && this.visible(`place:${this.looked}`) ? this.rows[`place:${this.looked}`] ?? null : null;
  }

  newest() {
    const known = (i) => this.meta.places.some(({ number }) => !Number.isNaN(this.rows[`place:${number}`][i]));
    for (let i = this.rows.day.length - 1; i >= 0; i -= 1) if (known(i) && !this.rows.kind[i]) return i;
    return this.rows.day.length - 1;
  }

  /** Bring one place out: its interval, a thicker line, the others paler. */
  bring(number) {
    if (this.looked === number) return;
    this.looked = number;
    this.mark();
  }

  /** A click chooses a line here, not a day. */
  choose() {}

  mark() {
    const { u, looked } = this;
    this.readout.choose(looked);
    this.root.style.setProperty('--c-eto', looked ? `var(--c-place-${looked})` : 'var(--c-muted)');
    if (!u) return;
    this.layers.forEach((layer, i) => {
      const series = u.series[i + 1];
      series.show = this.visible(layer.name);
      if (!layer.lower) {
        series.alpha = !looked || layer.number === looked ? 1 : 0.42;
        layer.width = layer.number === looked ? 2.6 : 1.7;
      }
    });
    u.redraw();
  }

  redraw() {
    super.redraw();
    if (this.u && this.looked) this.mark();
  }

  /** The place whose line is nearest to a height [px], none where none is near. */
  nearest(top) {
    const { u, at } = this;
    let best = null;
    let least = NEAR;
    for (const { number } of this.meta.places) {
      const value = this.rows[`place:${number}`][at];
      if (!Number.isNaN(value) && this.visible(`place:${number}`)) {
        const away = Math.abs(u.valToPos(value, 'eto') - top);
        if (away < least) [best, least] = [number, away];
      }
    }
    return best;
  }

  onOver(over) {
    over.addEventListener('pointermove', (event) => {
      const number = this.nearest(event.offsetY);
      this.bring(number ?? this.held ?? null);
    });
    over.addEventListener('pointerleave', () => this.bring(this.held ?? null));
    over.addEventListener('click', (event) => {
      const number = this.nearest(event.offsetY);
      this.held = number === this.held ? null : number;
      this.bring(this.held);
    });
  }

  key(event) {
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (!step) {
      super.key(event);
      return;
    }
    event.preventDefault();
    const numbers = this.meta.places.map(({ number }) => number);
    const at = numbers.indexOf(this.looked);
    this.held = numbers[(at + step + numbers.length + (at < 0 && step < 0 ? 1 : 0)) % numbers.length];
    this.bring(this.held);
    this.said.textContent = this.readout.sentence(this.at);
  }
}

/** The values of a day: each is also the switch of its line. */
class PlacesReadout {
  constructor(toggle, choose) {
    this.day = part('div', 'etolib-chart-day');
    this.keys = part('div', 'etolib-chart-keys', { role: 'group' });
    const of = (event) => event.target.closest('button')?.dataset;
    this.keys.addEventListener('click', (event) => { if (of(event)) toggle(of(event).series); });
    for (const [event, there] of [['pointerover', true], ['focusin', true], ['pointerleave', false], ['focusout', false]]) {
      this.keys.addEventListener(event, (one) => choose(there && of(one) ? Number(of(one).place) : null));
    }
  }

  build(meta, rows, layers, shown) {
    Object.assign(this, { meta, rows });
    this.keys.setAttribute('aria-label', meta.words.chart_series);
    this.values = new Map();
    this.keys.replaceChildren(...layers.filter((layer) => !layer.lower).map((layer) => {
      const value = part('b');
      this.values.set(layer, value);
      return part(
        'button', 'etolib-chart-key',
        {
          type: 'button', 'data-series': layer.name, 'data-place': layer.number, 'aria-pressed': shown(layer.name),
          title: layer.title, style: `--tone: var(${layer.tone}); --dash: ${layer.dash.length ? 'dashed' : 'solid'}`,
        },
        part('i', 'line', { 'aria-hidden': 'true' }), part('span', '', {}, layer.title), value,
      );
    }), ...kindsOf(rows.kind, meta.kind_names).map(({ name, i }) => part(
      'div', 'etolib-chart-key', { 'data-kind': name, style: `--tone: var(--c-${name}, var(--c-muted))` },
      part('i', 'area', { 'aria-hidden': 'true' }), part('span', '', {}, meta.kinds[i]),
    )));
  }

  mark(shown) {
    for (const key of this.keys.querySelectorAll('button')) key.setAttribute('aria-pressed', shown(key.dataset.series));
  }

  choose(number) {
    this.looked = number;
    for (const key of this.keys.querySelectorAll('button')) {
      key.classList.toggle('chosen', Number(key.dataset.place) === number);
    }
    if (this.at != null) this.show(this.at);
  }

  date(i) {
    const day = isoDay(this.rows.day[i]);
    return this.meta.step === 'month' ? day.slice(0, 7) : day;
  }

  number(row, i) {
    const { meta, rows } = this;
    return written(rows[row]?.[i], meta.decimals, meta.words.decimal_mark);
  }

  show(i) {
    this.at = i;
    const { meta, rows } = this;
    for (const [layer, value] of this.values) value.textContent = this.number(layer.row, i);
    const parts = [part('time', '', {}, this.date(i))];
    const place = meta.places.find(({ number }) => number === this.looked);
    const about = [meta.kinds[rows.kind[i]]];
    if (place && rows[`lower:${place.number}`]) {
      about.unshift(`${place.label}: ${this.number(`lower:${place.number}`, i)}–${this.number(`upper:${place.number}`, i)} (95 %)`);
    }
    const line = about.filter(Boolean).join(' · ');
    parts.push(part('span', 'etolib-chart-about', { title: line }, line));
    this.day.replaceChildren(...parts);
  }

  /** Return a day as a sentence, the place that is looked at first. */
  sentence(i) {
    const { meta } = this;
    const first = meta.places.filter(({ number }) => number === this.looked);
    const all = [...first, ...meta.places.filter(({ number }) => number !== this.looked)];
    const values = all.map(({ number, label }) => `${label} ${this.number(`place:${number}`, i)}`).join('; ');
    return said(meta.words.places_day, { date: this.date(i), values });
  }
}

export default {
  render({ model, el }) {
    const chart = new Lines(model, el);
    return () => chart.remove();
  },
};
