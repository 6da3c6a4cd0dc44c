// The table of days: a real <table>, sorted and filtered here; long ones hold only the rows that are seen.


import { ABSENT, decode, isoDay, onChange, part, said, word, written } from '../shared/days.js';

const ROW = 30; // height of a row [px]
const ALL = 400; // up to so many days every row is in the page, for the browser's search and for screen readers
const SPARE = 12; // rows drawn above and below those that are seen
const COLUMNS = [
  { name: 'date', row: 'day' }, { name: 'eto', row: 'eto', depth: true }, { name: 'eto_lower', row: 'eto_lower', depth: true },
  { name: 'eto_upper', row: 'eto_upper', depth: true }, { name: 'precipitation', row: 'precipitation', depth: true },
  { name: 'quality', row: 'quality', words: 'qualities' }, { name: 'kind', row: 'kind', words: 'kinds' },
  { name: 'source', row: 'source', words: 'sources' }, { name: 'flags', row: 'flags', words: 'flags' },
];

const escaped = (text) => text.replace(/[&<>"]/g, (sign) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[sign]);

class DayTable {
  constructor(model, el) {
    this.model = model;
    this.sort = { name: 'date', down: false };
    this.build(el);
    const end = onChange(model, ['data', 'meta'], () => this.load());
    const watch = new ResizeObserver(() => this.fit());
    watch.observe(this.frame);
    this.end = () => { end(); watch.disconnect(); };
    this.load();
  }

  // --- what stands there -------------------------------------------------------------------------------------------

  build(el) {
    this.level = part('select', 'etolib-table-quality');
    this.levelName = part('span');
    this.estimated = part('input', 'etolib-table-estimated', { type: 'checkbox' });
    this.estimatedName = part('span');
    this.count = part('output', 'etolib-table-count', { 'aria-live': 'polite' });
    for (const filter of [this.level, this.estimated]) filter.addEventListener('change', () => this.arrange());
    const filters = part(
      'div', 'etolib-table-filters', {}, part('label', '', {}, this.levelName, this.level),
      part('label', '', {}, this.estimated, this.estimatedName), this.count,
    );
    this.caption = part('caption');
    this.heads = COLUMNS.map((column) => {
      const button = part('button', '', { type: 'button' });
      button.addEventListener('click', () => this.sortBy(column.name));
      return part('th', `c-${column.name}`, { scope: 'col' }, button);
    });
    this.body = part('tbody');
    this.table = part(
      'table', '', {}, this.caption, part('colgroup', '', {}, ...COLUMNS.map(({ name }) => part('col', `c-${name}`))),
      part('thead', '', {}, part('tr', '', { 'aria-rowindex': '1' }, ...this.heads)), this.body,
    );
    this.frame = part('div', 'etolib-table-frame', { tabindex: '0', role: 'region' }, this.table);
    this.frame.addEventListener('scroll', () => this.draw(), { passive: true });
    this.none = part('p', 'etolib-muted', { hidden: '' });
    this.root = part('div', 'etolib-days', {}, filters, this.frame, this.none);
    el.append(this.root);
  }

  load() {
    const { days, rows } = decode(this.model);
    this.root.hidden = !days;
    if (!days) return;
    this.meta = this.model.get('meta');
    Object.assign(this, { rows, days });
    const { words } = this.meta;
    this.caption.textContent = this.meta.caption;
    this.frame.setAttribute('aria-label', words.table_frame);
    COLUMNS.forEach(({ name }, i) => { this.heads[i].firstChild.textContent = words[`column_${name}`]; });
    const noted = rows.flags.some((value) => !Number.isNaN(value));
    this.table.classList.toggle('plain', !noted);
    this.filters();
    this.arrange();
  }

  filters() {
    const { words, qualities, quality_names: names } = this.meta;
    const chosen = this.level.value;
    this.levelName.textContent = words.column_quality;
    this.estimatedName.textContent = words.table_estimated;
    this.level.replaceChildren(
      part('option', '', { value: '' }, words.table_quality_any),
      ...names.map((name, i) => part('option', '', { value: name }, qualities[i])),
    );
    this.level.value = names.includes(chosen) ? chosen : '';
  }

  // --- order -------------------------------------------------------------------------------------------------------

  sortBy(name) {
    this.sort = { name, down: this.sort.name === name ? !this.sort.down : false };
    this.arrange();
    this.frame.scrollTop = 0;
  }

  /** Choose and order the days that are shown; absent values come last. */
  arrange() {
    const { rows, meta } = this;
    const level = meta.quality_names.indexOf(this.level.value);
    const only = this.estimated.checked;
    let found = [];
    for (let i = 0; i < this.days; i += 1) {
      if ((level < 0 || rows.quality[i] === level) && !(only && Number.isNaN(rows.flags[i]))) found.push(i);
    }
    const { name, down } = this.sort;
    const by = rows[COLUMNS.find((column) => column.name === name).row];
    const column = COLUMNS.find((one) => one.name === name);
    const rank = column.words && name !== 'quality' ? ranks(meta[column.words]) : null;
    const sign = down ? -1 : 1;
    if (name !== 'date' || down) {
      const value = rank ? Float64Array.from(by, (number) => (Number.isNaN(number) ? NaN : rank[number])) : by;
      const known = found.filter((i) => !Number.isNaN(value[i])).sort((a, b) => sign * (value[a] - value[b]) || a - b);
      found = known.concat(found.filter((i) => Number.isNaN(value[i])));
    }
    this.order = found;
    this.heads.forEach((head, i) => {
      if (COLUMNS[i].name === name) head.setAttribute('aria-sort', down ? 'descending' : 'ascending');
      else head.removeAttribute('aria-sort');
    });
    this.count.textContent = said(meta.words.table_shown, { shown: written(found.length, 0), total: written(this.days, 0) });
    this.none.textContent = meta.words.table_none;
    this.none.hidden = found.length > 0;
    this.table.setAttribute('aria-rowcount', found.length + 1);
    this.root.dataset.rows = found.length;
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

  line(at) {
    const i = this.order[at];
    const { rows, meta } = this;
    const number = (row) => written(rows[row][i], meta.decimals, meta.words.decimal_mark);
    const text = (row, words) => escaped(word(meta[words], rows[row][i]));
    const level = meta.quality_names[rows.quality[i]];
    const quality = level
      ? `<span class="etolib-quality" data-quality="${level}">${text('quality', 'qualities')}</span>` : ABSENT;
    const flags = text('flags', 'flags');
    const source = text('source', 'sources');
    return `<tr aria-rowindex="${at + 2}" data-kind="${escaped(meta.kind_names[rows.kind[i]] ?? '')}">`
      + `<th scope="row">${isoDay(rows.day[i])}</th><td class="n">${number('eto')}</td><td class="n">${number('eto_lower')}</td>`
      + `<td class="n">${number('eto_upper')}</td><td class="n">${number('precipitation')}</td><td>${quality}</td>`
      + `<td>${text('kind', 'kinds') || ABSENT}</td><td class="c-source" title="${source}">${source}</td>`
      + `<td class="c-flags" title="${flags}">${flags}</td></tr>`;
  }

  /** Draw what a new size shows; take the headers out of reach while the table is not seen. */
  fit() {
    const unseen = this.frame.clientWidth <= 2;
    for (const one of [this.frame, this.level, this.estimated, ...this.heads.map((head) => head.firstChild)]) {
      one.tabIndex = unseen ? -1 : 0;
    }
    this.draw();
  }

  remove() {
    this.end();
    this.root.remove();
  }
}

/** Return the place of each word in alphabetical order. */
function ranks(words) {
  const order = words.map((text, i) => i).sort((a, b) => words[a].localeCompare(words[b]));
  const found = [];
  order.forEach((i, rank) => { found[i] = rank; });
  return found;
}

/** Return whether rows that are drawn do for those that are wanted: half of the spare ones may be used up. */
function enough([first, last], [from, to], length) {
  const above = first === 0 || first <= from + SPARE / 2;
  const below = last === length || last >= to - SPARE / 2;
  return above && below;
}

/** Return a row as high as many. */
function spacer(rows) {
  return `<tr class="spacer" aria-hidden="true"><td colspan="${COLUMNS.length}" style="height:${rows * ROW}px"></td></tr>`;
}

export default {
  render({ model, el }) {
    const table = new DayTable(model, el);
    return () => table.remove();
  },
};
