// The table of days: sorted by any column, filtered by quality and by estimated inputs.

import { ABSENT, isoDay, part, said, word, written } from '../shared/days.js';
import { Sheet, escaped } from '../shared/sheet.js';

const COLUMNS = [
  { name: 'date', row: 'day' }, { name: 'eto', row: 'eto' }, { name: 'eto_lower', row: 'eto_lower' },
  { name: 'eto_upper', row: 'eto_upper' }, { name: 'precipitation', row: 'precipitation' },
  { name: 'quality', row: 'quality' }, { name: 'kind', row: 'kind', words: 'kinds' },
  { name: 'source', row: 'source', words: 'sources' }, { name: 'flags', row: 'flags', words: 'flags' },
];

class DayTable extends Sheet {
  build(el) {
    super.build(el);
    this.level = part('select', 'etolib-table-quality');
    this.levelName = part('span');
    this.estimated = part('input', 'etolib-table-estimated', { type: 'checkbox' });
    this.estimatedName = part('span');
    this.count = part('output', 'etolib-table-count', { 'aria-live': 'polite' });
    for (const filter of [this.level, this.estimated]) filter.addEventListener('change', () => this.arrange());
    this.root.prepend(part(
      'div', 'etolib-table-filters', {}, part('label', '', {}, this.levelName, this.level),
      part('label', '', {}, this.estimated, this.estimatedName), this.count,
    ));
    this.none = part('p', 'etolib-muted', { hidden: '' });
    this.root.append(this.none);
  }

  columns() {
    const { words } = this.meta;
    // Words are sorted by the alphabet, numbers by themselves.
    this.ranks = Object.fromEntries(COLUMNS.filter((one) => one.words).map((one) => [one.name, ranks(this.meta[one.words])]));
    return COLUMNS.map((column) => ({ ...column, title: words[`column_${column.name}`] }));
  }

  filters() {
    const { words, qualities, quality_names: names } = this.meta;
    const noted = this.rows.flags.some((value) => !Number.isNaN(value));
    this.table.classList.toggle('plain', !noted);
    this.frame.setAttribute('aria-label', words.table_frame);
    const chosen = this.level.value;
    this.levelName.textContent = words.column_quality;
    this.estimatedName.textContent = words.table_estimated;
    this.level.replaceChildren(
      part('option', '', { value: '' }, words.table_quality_any),
      ...names.map((name, i) => part('option', '', { value: name }, qualities[i])),
    );
    this.level.value = names.includes(chosen) ? chosen : '';
  }

  kept(i) {
    const level = this.meta.quality_names.indexOf(this.level.value);
    return (level < 0 || this.rows.quality[i] === level) && !(this.estimated.checked && Number.isNaN(this.rows.flags[i]));
  }

  key(column, i) {
    const number = super.key(column, i);
    return column.words && !Number.isNaN(number) ? this.ranks[column.name][number] : number;
  }

  arranged() {
    const { words } = this.meta;
    this.count.textContent = said(words.table_shown, { shown: written(this.order.length, 0), total: written(this.days, 0) });
    this.none.textContent = words.table_none;
    this.none.hidden = this.order.length > 0;
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

  reached() {
    return [this.level, this.estimated];
  }
}

/** Return the place of each word in alphabetical order. */
function ranks(words) {
  const order = words.map((text, i) => i).sort((a, b) => words[a].localeCompare(words[b]));
  const found = [];
  order.forEach((i, rank) => { found[i] = rank; });
  return found;
}

export default {
  render({ model, el }) {
    const table = new DayTable(model, el);
    return () => table.remove();
  },
};
