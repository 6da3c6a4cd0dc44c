// A real <table> of the rows of a block: sorted here, and of long ones only the rows that are seen are drawn.

import { decode, onChange, part } from './days.js';

const ROW = 30; // height of a row [px]
const ALL = 400; // up to so many rows every one is in the page, for the browser's search and for screen readers
const SPARE = 12; // rows drawn above and below those that are seen

/** Return a text as HTML that shows it. */
export const escaped = (text) => text.replace(/[&<>"]/g, (sign) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[sign]);

/**
 * A subclass says its `columns` ({ name, row, title }), the cells of a row in `line`, and where it has filters which
 * rows are shown in `kept` and `filters`.
 */
export class Sheet {
  constructor(model, el) {
    this.model = model;
    this.sort = { name: null, down: false }; // null: the first column
    this.build(el);
    const end = onChange(model, ['data', 'meta'], () => this.load());
    const watch = new ResizeObserver(() => this.fit());
    watch.observe(this.frame);
    this.end = () => { end(); watch.disconnect(); };
    this.load();
  }

  // --- what stands there -------------------------------------------------------------------------------------------

  build(el) {
    this.caption = part('caption');
    this.widths = part('colgroup');
    this.headRow = part('tr', '', { 'aria-rowindex': '1' });
    this.body = part('tbody');
    this.table = part('table', '', {}, this.caption, this.widths, part('thead', '', {}, this.headRow), this.body);
    this.frame = part('div', 'etolib-table-frame', { tabindex: '0', role: 'region' }, this.table);
    this.frame.addEventListener('scroll', () => this.draw(), { passive: true });
    this.root = part('div', 'etolib-days', {}, this.frame);
    el.append(this.root);
    this.heads = [];
  }

  load() {
    const { days, rows } = decode(this.model);
    this.root.hidden = !days;
    if (!days) return;
    this.meta = this.model.get('meta');
    Object.assign(this, { rows, days });
    this.shown = this.columns();
    this.caption.textContent = this.meta.caption;
    this.frame.setAttribute('aria-label', this.meta.caption);
    this.nameHeads();
    this.filters();
    this.arrange();
  }

  /** Make the heads anew where the columns are others; name them. */
  nameHeads() {
    const names = this.shown.map(({ name }) => name).join();
    if (names !== this.names) {
      this.names = names;
      this.heads = this.shown.map(({ name, place }) => {
        const button = part('button', '', { type: 'button' });
        button.addEventListener('click', () => this.sortBy(name));
        const head = part('th', `c-${name}`, { scope: 'col' }, button);
        if (place) head.dataset.place = place;
        return head;
      });
      this.headRow.replaceChildren(...this.heads);
      this.widths.replaceChildren(...this.shown.map(({ name }) => part('col', `c-${name}`)));
      if (!this.shown.some(({ name }) => name === this.sort.name)) this.sort = { name: null, down: false };
      this.fit();
    }
    this.shown.forEach(({ title }, i) => { this.heads[i].firstChild.textContent = title; });
  }

  filters() {}

  /** Whether a row is shown. */
  kept() {
    return true;
  }

  /** The number that a row is sorted by in a column. */
  key(column, i) {
    return this.rows[column.row][i];
  }

  arranged() {}

  // --- order -------------------------------------------------------------------------------------------------------

  sortBy(name) {
    const { sort } = this;
    const same = (sort.name ?? this.shown[0].name) === name;
    this.sort = { name, down: same ? !sort.down : false };
    this.arrange();
    this.frame.scrollTop = 0;
  }

  /** Choose and order the rows that are shown; absent values come last. */
  arrange() {
    let found = [];
    for (let i = 0; i < this.days; i += 1) if (this.kept(i)) found.push(i);
    const { name, down } = this.sort;
    const column = this.shown.find((one) => one.name === name) ?? this.shown[0];
    const sign = down ? -1 : 1;
    if (column !== this.shown[0] || down || column.kind === 'place') {
      const value = Float64Array.from({ length: this.days }, (nothing, i) => this.key(column, i));
      const known = found.filter((i) => !Number.isNaN(value[i])).sort((a, b) => sign * (value[a] - value[b]) || a - b);
      found = known.concat(found.filter((i) => Number.isNaN(value[i])));
    }
    this.order = found;
    this.heads.forEach((head, i) => {
      if (this.shown[i] === column) head.setAttribute('aria-sort', down ? 'descending' : 'ascending');
      else head.removeAttribute('aria-sort');
    });
    this.table.setAttribute('aria-rowcount', found.length + 1);
    this.root.dataset.rows = found.length;
    this.arranged();
    this.drawn = null;
    this.draw();
  }

  // --- rows --------------------------------------------------------------------------------------------------------

  draw() {
    if (!this.order) return;
    const { length } = this.order;
    let [first, last] = [0, length];
    const long = length > ALL;
    if (long) {
      const above = Math.max(this.frame.scrollTop - this.body.offsetTop, 0);
      const seen = Math.max(this.frame.clientHeight, 12 * ROW) / ROW;
      first = Math.min(Math.max(Math.floor(above / ROW) - SPARE, 0), length);
      last = Math.min(Math.ceil(above / ROW + seen) + SPARE, length);
    }
    if (this.drawn && enough(this.drawn, [first, last], length)) return;
    this.drawn = [first, last];
    const lines = [];
    if (first) lines.push(spacer(first));
    for (let at = first; at < last; at += 1) lines.push(this.line(at));
    if (last < length) lines.push(spacer(length - last));
    this.body.innerHTML = lines.join('');
  }

  /** What else can be reached by keys. */
  reached() {
    return [];
  }

  /** Draw what a new size shows; take the headers out of reach while the table is not seen. */
  fit() {
    const unseen = this.frame.clientWidth <= 2;
    for (const one of [this.frame, ...this.reached(), ...this.heads.map((head) => head.firstChild)]) {
      one.tabIndex = unseen ? -1 : 0;
    }
    this.draw();
  }

  remove() {
    this.end();
    this.root.remove();
  }
}

/** Return whether rows that are drawn do for those that are wanted: half of the spare ones may be used up. */
function enough([first, last], [from, to], length) {
  const above = first === 0 || first <= from + SPARE / 2;
  const below = last === length || last >= to - SPARE / 2;
  return above && below;
}

/** Return a row as high as many; one cell, because a span over columns that are hidden would bring them back. */
function spacer(rows) {
  return `<tr class="spacer" aria-hidden="true"><td style="height:${rows * ROW}px"></td></tr>`;
}
