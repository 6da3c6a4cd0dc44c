// The interactive chart of daily ETo.

import { DayChart } from './daychart.js';

export default {
  render({ model, el }) {
    const chart = new DayChart(model, el);
    return () => chart.remove();
  },
};
