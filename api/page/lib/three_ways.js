// @ts-check
// One selection as a query, as a stream and as a subscription: what each is called, and what is copied of it.

import { request } from './url.js';

const SHOWN_MOST = 4;

/**
 * @param {{messages: string, filter: string[]}} past the request for the messages of the stretch, and the filters that are asked for
 * @param {string[]} filters the selection; none stands for everything
 * @returns {{name: string, verb: string, what: string[], address: string}[]} the subscription has no address: it is not of HTTP
 */
export function threeWays({ messages, filter }, filters) {
  const live = request('/v1/live', { filter: filter.length ? filter : ['#'] });
  const chosen = filters.slice(0, SHOWN_MOST).map((one) => `filter=${one}`);
  if (filters.length > SHOWN_MOST) chosen.push(`and ${filters.length - SHOWN_MOST} more`);
  const topics = filters.length ? chosen.map((one) => one.replace(/^filter=/, '')) : ['#'];
  return [
    { name: 'then', verb: 'GET history', what: chosen, address: messages },
    { name: 'now', verb: 'GET live', what: chosen, address: live },
    { name: 'mqtt', verb: 'SUBSCRIBE', what: topics, address: '' },
  ];
}
