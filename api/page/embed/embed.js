// @ts-check
// /embed: the chart of its address, without anything around it.

import './chart.js';

const chart = document.createElement('hearth-chart');
const query = new URLSearchParams(location.search);
for (const name of ['filter', 'field', 'start', 'end', 'by', 'at', 'tz', 'ticket', 'refresh', 'height'])
  if (query.has(name)) chart.setAttribute(name, query.getAll(name).join('\n'));
document.querySelector('main')?.append(chart);
