// A table of numbers as its `columns` say: days of several places, or a row a place.

import { isoDay, written } from '../shared/days.js';
import { Sheet, escaped } from '../shared/sheet.js';

class Numbers extends Sheet {
  build(el) {
    super.build(el);
    this.root.classList.add('etolib-sheet');
  }

  columns() {
    return this.meta.columns.map((column) => ({ ...column, name: column.row.replace(':', '-') }));
  }

  nameHeads() {
    super.nameHeads();
    const place = this.shown[0].kind === 'place';
    const first = place ? 170 : 104;
    this.widths.firstChild?.classList.add('first');
    // A head has two lines, and its name whole in its title; short ones want no more room than they need.
    const wide = (title) => {
      const longest = Math.max(title.length / 2, ...title.split(' ').map((word) => word.length));
      return Math.min(170, Math.max(68, 26 + longest * 8.6));
    };
    const width = this.shown.slice(1).reduce((sum, { title }) => sum + wide(title), first);
    this.root.style.setProperty('--eto-sheet-width', `${Math.round(width)}px`);
    this.root.style.setProperty('--eto-first-width', `${first}px`);
    this.shown.forEach(({ title }, i) => {
      this.heads[i].title = title;
      const said = document.createElement('span');
      said.textContent = title;
      this.heads[i].firstChild.replaceChildren(said);
      if (i) this.widths.children[i].style.width = `${wide(title)}px`;
    });
  }

  key(column, i) {
    const value = super.key(column, i);
    if (column.kind !== 'place') return value;
    return this.meta.places.findIndex(({ number }) => number === value);
  }

  cell(column, i) {
    const value = this.rows[column.row][i];
    if (column.kind === 'day') return isoDay(value);
    if (column.kind === 'month') return isoDay(value).slice(0, 7);
    if (column.kind === 'place') {
      const { number, label } = this.meta.places.find((one) => one.number === value);
      return `<span class="etolib-number" data-place="${number}">${number}</span>${escaped(label)}`;
    }
    const shown = written(value, column.decimals, this.meta.words.decimal_mark);
    return column.signed && value > 0 && Number(value.toFixed(column.decimals)) !== 0 ? `+${shown}` : shown;
  }

  line(at) {
    const i = this.order[at];
    const [first, ...others] = this.shown;
    const title = first.kind === 'place' ? ` title="${escaped(this.meta.places.find((one) => one.number === this.rows.place[i]).label)}"` : '';
    const kind = this.meta.kind_names?.[this.rows.kind?.[i]] ?? '';
    return `<tr aria-rowindex="${at + 2}" data-kind="${kind}"><th scope="row"${title}>${this.cell(first, i)}</th>`
      + `${others.map((column) => `<td class="n">${this.cell(column, i)}</td>`).join('')}</tr>`;
  }
}

export default {
  render({ model, el }) {
    const table = new Numbers(model, el);
    return () => table.remove();
  },
};
