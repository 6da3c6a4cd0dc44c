// A chart of days: to hover over, zoom, go through by keys and save. What it draws is said by `layers` and `readoutOf`.


import { decode, isoDay, onChange, part } from '../shared/days.js';
import { colour, onTheme } from '../shared/theme.js';
import { draw, layersOf, lookOf, whole, within } from './plot.js';
import { picture, save } from './picture.js';
import { Readout } from './readout.js';
import { onFingers, onWheel } from './touch.js';

const SHOWN_FIRST = new Set(['eto', 'interval', 'rain']);
const HIDDEN = 2; // a pane that is not open is at most so wide [px]
const PICTURE = { width: 1400, height: 620, size: 15 };

export class DayChart {
  constructor(model, el) {
    this.model = model;
    this.shown = new Map();
    this.ends = [onChange(model, ['data', 'meta'], () => this.load())];
    this.build(el);
    this.load();
    const watch = new ResizeObserver(() => this.fit());
    watch.observe(this.plot);
    this.ends.push(() => watch.disconnect());
  }

  // --- what stands there -------------------------------------------------------------------------------------------

  build(el) {
    this.readout = this.readoutOf();
    this.tools = part('div', 'etolib-chart-tools', { role: 'group' });
    const button = (name, text, act) => {
      const made = part('button', name, { type: 'button' }, text);
      made.addEventListener('click', act);
      this.tools.append(made);
      return made;
    };
    this.out = button('', '−', () => this.zoom(2));
    this.in = button('', '+', () => this.zoom(0.5));
    this.all = button('etolib-chart-all', '↔', () => this.reset());
    this.png = button('etolib-chart-png', '', () => this.save());
    this.plot = part('div', 'etolib-chart-plot', { role: 'application', tabindex: '0' });
    this.plot.addEventListener('keydown', (event) => this.key(event));
    this.said = part('div', 'etolib-chart-said', { 'aria-live': 'polite' });
    this.cursor = part('div', 'etolib-chart-cursor', { 'aria-hidden': 'true' }, part('i'));
    this.root = part(
      'div', 'etolib-chart', {}, part('div', 'etolib-chart-head', {}, this.readout.day, this.tools), this.readout.keys,
      this.plot, this.said,
    );
    el.append(this.root);
  }

  name() {
    const { words } = this.meta;
    this.tools.setAttribute('aria-label', words.chart_tools);
    for (const [button, text] of [
      [this.out, words.chart_zoom_out], [this.in, words.chart_zoom_in], [this.all, words.chart_zoom_reset],
    ]) {
      button.title = text;
      button.setAttribute('aria-label', text);
    }
    this.png.textContent = words.chart_png;
    this.png.title = words.chart_png_hint;
    this.plot.setAttribute('aria-label', this.meta.summary);
    this.plot.setAttribute('aria-roledescription', words.chart_role);
  }

  // --- data --------------------------------------------------------------------------------------------------------

  load() {
    const { days, rows } = decode(this.model);
    this.root.hidden = !days;
    if (!days) return;
    const before = this.days;
    const looked = before?.[this.at];
    this.meta = this.model.get('meta');
    this.rows = rows;
    this.days = Array.from(rows.day);
    this.layers = this.layersOf();
    const same = before && before.length === days && before[0] === this.days[0];
    if (!same) this.range = whole(this.days);
    this.at = same ? this.days.indexOf(looked) : this.newest();
    this.name();
    this.readout.build(this.meta, rows, this.layers, (name) => this.visible(name));
    this.readout.show(this.at);
    this.redraw();
  }

  /** What can be drawn, in the order it is drawn. */
  layersOf() {
    return layersOf(this.meta, this.rows);
  }

  readoutOf() {
    return new Readout((name) => this.toggle(name));
  }

  /** Colours and fonts; `size` in pixels. */
  inks(size) {
    return lookOf(this.root, this.meta, size);
  }

  /** The row whose value the cursor marks, none where it marks none. */
  marked() {
    return this.visible('eto') ? this.rows.eto : null;
  }

  /** The last day that was observed and has a value; of a forecast alone the first. */
  newest() {
    const { eto, kind } = this.rows;
    const observed = this.meta.kind_names.indexOf('observed');
    const known = (i) => !Number.isNaN(eto[i]);
    for (let i = eto.length - 1; i >= 0; i -= 1) if (known(i) && kind[i] === observed) return i;
    const first = eto.findIndex((value) => !Number.isNaN(value));
    return Math.max(first, 0);
  }

  visible(name) {
    return this.shown.get(name) ?? SHOWN_FIRST.has(name);
  }

  toggle(name) {
    this.shown.set(name, !this.visible(name));
    this.readout.mark((one) => this.visible(one));
    const i = this.layers.findIndex((layer) => layer.name === name);
    this.u?.setSeries(i + 1, { show: this.visible(name) });
    this.point();
  }

  // --- drawing -----------------------------------------------------------------------------------------------------

  size() {
    return [this.plot.clientWidth, this.plot.clientHeight];
  }

  options(look, [width, height]) {
    return {
      meta: this.meta, rows: this.rows, layers: this.layers, shown: (name) => this.visible(name), zoom: this.range, look,
      width, height,
    };
  }

  redraw() {
    const [width, height] = this.size();
    if (width <= HIDDEN || !this.days) return; // drawn when its tab is opened
    const old = this.u;
    this.endWheel?.();
    this.theme ??= onTheme(this.root, () => this.recolour());
    this.tone = colour(this.root, '--c-eto') + colour(this.root, '--c-paper');
    this.u = draw(this.plot, {
      ...this.options(this.inks(width < 560 ? 11 : 12), [width, height]),
      hooks: {
        setCursor: [(u) => { if (u.cursor.idx != null && u.cursor.left >= 0) this.look(u.cursor.idx); }],
        draw: [() => this.drawn()],
      },
      cursor: {
        x: false, y: false, points: { show: false }, drag: { x: true, y: false, dist: 6 },
        bind: { dblclick: () => () => this.reset() },
      },
    });
    const { over } = this.u;
    over.append(this.cursor);
    over.addEventListener('click', () => this.choose());
    this.endWheel = onWheel(over, (factor, at) => this.zoom(factor, at), () => this.zoomed());
    this.onOver(over);
    onFingers(over, (x) => this.look(this.u.posToIdx(x)), (factor, at) => this.zoom(factor, at));
    old?.destroy();
  }

  /** Listen to the drawing, where a chart wants to. */
  onOver() {}

  drawn() {
    const { u } = this;
    if (!u) return;
    this.range = [u.scales.x.min, u.scales.x.max];
    const [first, last] = u.series[0].idxs;
    this.root.dataset.points = last - first + 1;
    this.all.disabled = !this.zoomed();
    this.out.disabled = !this.zoomed();
    this.point();
  }

  fit() {
    const [width, height] = this.size();
    if (width <= HIDDEN || !this.days) return;
    if (!this.u || (width < 560) !== (this.u.width < 560)) this.redraw();
    else if (width !== this.u.width || height !== this.u.height) this.u.setSize({ width, height });
  }

  recolour() {
    if (this.u && this.tone !== colour(this.root, '--c-eto') + colour(this.root, '--c-paper')) this.redraw();
  }

  // --- zoom --------------------------------------------------------------------------------------------------------

  zoomed() {
    const [first, last] = whole(this.days);
    return this.range[1] - this.range[0] < last - first - 1e-6;
  }

  /** Show `factor` times as many days; `at` is the share of the width that stays where it is. */
  zoom(factor, at = null) {
    if (!this.u) return;
    const [min, max] = this.range;
    const seen = (this.days[this.at] - min) / (max - min);
    const share = at ?? (seen >= 0 && seen <= 1 ? seen : 0.5);
    const width = (max - min) * factor;
    const still = min + share * (max - min);
    this.range = within(whole(this.days), still - share * width, still + (1 - share) * width);
    this.u.setScale('x', { min: this.range[0], max: this.range[1] });
  }

  reset() {
    if (!this.u) return;
    const [min, max] = whole(this.days);
    this.range = [min, max];
    this.u.setScale('x', { min, max });
  }

  // --- the day that is looked at -----------------------------------------------------------------------------------

  look(i) {
    if (i === this.at || i == null || i < 0) return;
    this.at = i;
    this.readout.show(i);
    this.point();
  }

  point() {
    const { u } = this;
    if (!u) return;
    const day = this.days[this.at];
    this.root.dataset.day = isoDay(day);
    const value = this.marked()?.[this.at] ?? NaN;
    this.cursor.hidden = day < u.scales.x.min || day > u.scales.x.max;
    this.cursor.style.transform = `translateX(${u.valToPos(day, 'x')}px)`;
    const dot = this.cursor.firstChild;
    dot.hidden = Number.isNaN(value);
    if (!dot.hidden) dot.style.transform = `translateY(${u.valToPos(value, 'eto')}px)`;
  }

  choose() {
    this.model.set('day', isoDay(this.days[this.at]));
    this.model.save_changes();
  }

  go(i) {
    const to = Math.min(Math.max(i, 0), this.days.length - 1);
    this.look(to);
    this.said.textContent = this.readout.sentence(to);
    this.reveal(to);
  }

  /** Move a chart that shows some of the days to where one of them is seen. */
  reveal(i) {
    const [min, max] = this.range;
    const day = this.days[i];
    if (this.u && (day < min || day > max)) {
      const half = (max - min) / 2;
      this.range = within(whole(this.days), day - half, day + half);
      this.u.setScale('x', { min: this.range[0], max: this.range[1] });
    }
  }

  key(event) {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const acts = {
      ArrowLeft: () => this.go(this.at - (event.shiftKey ? 7 : 1)),
      ArrowRight: () => this.go(this.at + (event.shiftKey ? 7 : 1)),
      PageUp: () => this.go(this.at - 30),
      PageDown: () => this.go(this.at + 30),
      Home: () => this.go(0),
      End: () => this.go(this.days.length - 1),
      '+': () => this.zoom(0.5), '=': () => this.zoom(0.5), '-': () => this.zoom(2), '−': () => this.zoom(2),
      Escape: () => this.reset(),
      Enter: () => this.choose(),
    };
    if (!acts[event.key] || !this.days) return;
    event.preventDefault();
    acts[event.key]();
  }

  // --- picture -----------------------------------------------------------------------------------------------------

  async save() {
    const { width, height, size } = PICTURE;
    const frame = part('div', 'etolib-chart-sheet', { 'aria-hidden': 'true' });
    this.root.append(frame);
    const drawn = new Promise((resolve) => {
      draw(frame, {
        ...this.options(this.inks(size), [width, height]), cursor: { show: false },
        hooks: { draw: [resolve] },
      });
    });
    const u = await drawn;
    await new Promise((resolve) => { queueMicrotask(resolve); }); // the titles are drawn after
    const keys = [...this.readout.keys.children].filter((key) => !key.dataset.series || this.visible(key.dataset.series)).map((key) => ({
      text: key.querySelector('span').textContent, area: Boolean(key.querySelector('i.area')),
      tone: colour(key, '--tone'),
    }));
    const blob = await picture(u.ctx.canvas, this.root, { title: this.meta.place, period: this.meta.period, keys });
    u.destroy();
    frame.remove();
    save(blob, `${this.meta.file}.png`);
  }

  remove() {
    this.ends.forEach((end) => end());
    this.theme?.();
    this.endWheel?.();
    this.u?.destroy();
    this.root.remove();
  }
}
