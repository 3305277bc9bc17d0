// @ts-check
// What a person calls things: names from topics, values with units, and the state of a series.

const THIN = '\u202f';
/** Levels that read better than their letters; everything else is only unfolded. @type {Record<string, string>} */
const SPELLED = {
  co2: 'CO₂',
  tvoc: 'TVOC',
  voc: 'VOC',
  rssi: 'RSSI',
  lqi: 'LQI',
  tv: 'TV',
  uv: 'UV',
  hr: 'heart rate',
  ip: 'IP',
};
/** What a switch says, by its device class or field: true, then false. @type {Record<string, [string, string]>} */
const STATES = {
  door: ['open', 'closed'],
  window: ['open', 'closed'],
  opening: ['open', 'closed'],
  garage_door: ['open', 'closed'],
  contact: ['closed', 'open'],
  lock: ['unlocked', 'locked'],
  moisture: ['wet', 'dry'],
  smoke: ['smoke', 'clear'],
  connectivity: ['connected', 'away'],
};
const SWITCHED = new Set(['value', 'state', 'power', 'motion', 'occupancy', 'presence', 'light', 'switch']);

/** thermostat_temperature → Thermostat temperature, room1 → Room 1. @param {string} level */
export function unfold(level) {
  const spaced = level
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .replace(/[_\-.]+/g, ' ')
    .trim()
    .split(/\s+/)
    .map((word) => SPELLED[word.toLowerCase()] ?? (/^[a-z]+\d{1,2}$/.test(word) ? word.replace(/(\d+)$/, ' $1') : word))
    .join(' ');
  return spaced ? spaced[0].toUpperCase() + spaced.slice(1) : level;
}

/** Last levels that say what kind of message it is, not whose. */
const GENERIC = new Set([
  'location',
  'state',
  'status',
  'sensor',
  'sensors',
  'data',
  'telemetry',
  'attributes',
  'info',
]);

/** The room is the level before the last; a device with several fields is a place of its own. @param {string} topic @param {number} fields @returns {{key: string, title: string, hint: string}} */
export function room(topic, fields) {
  const levels = topic.split('/');
  const place = fields > 2 ? levels : levels.slice(0, -1);
  const level =
    place.length > 1 && fields > 2 && GENERIC.has(levels[levels.length - 1].toLowerCase())
      ? place.at(-2)
      : place.at(-1);
  const title = place.length ? unfold(level || '/') : 'Without a room';
  return { key: place.join('/'), title, hint: place.slice(0, -1).join('/') };
}

/** The name of a series inside its room. @param {string} topic @param {string} field @param {number} fields */
export function seriesName(topic, field, fields) {
  const last = unfold(topic.split('/').at(-1) ?? '');
  if (field === '' || field === 'value' || fields === 1) return last || topic;
  const path = field.split('.').map(unfold);
  const leaf = path.map((part, at) => (at ? part.toLowerCase() : part)).join(' ');
  if (leaf.toLowerCase() === last.toLowerCase()) return last;
  return fields > 2 ? leaf : `${last} · ${leaf.toLowerCase()}`;
}

/** A name short enough for its column: Thermostat temp. @param {string} name */
export function brief(name) {
  return name.length > 16 ? name.replace(/(?<=\S) temperature\b/, ' temp.') : name;
}

/** The name of a series in the middle of a line. @param {string} topic @param {string} field @param {number} fields */
export function spoken(topic, field, fields) {
  return inner(brief(seriesName(topic, field, fields)));
}

/** Lower case unless it is spelled in capitals. @param {string} name */
export function inner(name) {
  return /^[A-Z][a-z]/.test(name) ? name[0].toLowerCase() + name.slice(1) : name;
}

/**
 * A value as text and unit; `exact` is what was said when the text is shorter.
 * @param {{kind?: string|null, value?: unknown, unit?: string|null, field?: string, deviceClass?: string}} observation
 * @returns {{text: string, unit: string, exact: string}}
 */
export function value({ kind, value: said, unit, field, deviceClass }) {
  if (kind === 'none' || kind === 'bytes')
    return { text: kind === 'none' ? 'not decoded' : 'bytes', unit: '', exact: String(said ?? '') };
  if (said === null || said === undefined) return { text: said === null ? 'null' : '–', unit: '', exact: String(said) };
  if (typeof said === 'boolean') {
    const last = (field ?? 'value').split('.').at(-1) ?? '';
    const [yes, no] =
      STATES[deviceClass ?? last] ?? (deviceClass || SWITCHED.has(last) ? ['on', 'off'] : ['yes', 'no']);
    return { text: said ? yes : no, unit: '', exact: String(said) };
  }
  if (typeof said === 'number') return { text: number(said), unit: unit ?? '', exact: String(said) };
  const text = typeof said === 'string' ? said : JSON.stringify(said);
  return { text: text === '' ? '""' : text, unit: unit ?? '', exact: text };
}

/** At most as many digits as a glance takes in; the exact number is in the title. @param {number} said */
export function number(said) {
  const size = Math.abs(said);
  if (size !== 0 && (size < 0.001 || size >= 1e12)) return said.toExponential(2).replace('e+', 'e');
  const digits = size >= 1000 ? 1 : size >= 1 ? 2 : 3;
  return grouped(said, digits);
}

/** Thousands apart and no zeros behind: 1,204.5. As Intl writes it, at a hundredth of its price. @param {number} said below 1e21 @param {number} digits at most so many after the point */
export function grouped(said, digits = 0) {
  const [whole, rest = ''] = Math.abs(said).toFixed(digits).split('.');
  const part = rest.replace(/0+$/, '');
  return `${said < 0 ? '−' : ''}${whole.replace(/\B(?=(\d{3})+$)/g, ',')}${part ? `.${part}` : ''}`;
}

/** 1.2 MB. @param {number} bytes */
export function size(bytes) {
  if (bytes < 10_000) return `${bytes.toLocaleString('en')} bytes`;
  return bytes < 1e6 ? `${(bytes / 1e3).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

/** Value and unit in one string, for sentences and titles. @param {{text: string, unit: string}} shown */
export function together({ text, unit }) {
  return unit ? `${text}${THIN}${unit}` : text;
}

/** Late after two usual intervals, silent after ten and at least five minutes. @param {number|null} lastMs @param {number|null} usualMs @param {number} now @returns {'live'|'late'|'silent'|'never'} */
export function state(lastMs, usualMs, now) {
  if (lastMs === null) return 'never';
  if (usualMs === null || usualMs <= 0) return 'live';
  const quiet = now - lastMs;
  if (quiet > 10 * usualMs && quiet >= 300_000) return 'silent';
  return quiet > 2 * usualMs && quiet >= 5_000 ? 'late' : 'live';
}

/** 1 series, 2 series; 1 message, 2 messages. @param {number} count @param {string} one @param {string=} many */
export function counted(count, one, many) {
  return `${grouped(count)} ${count === 1 ? one : (many ?? `${one}s`)}`;
}

/**
 * @param {any} fact one of GET topics @param {string} topic @param {string} field @param {number} fields how many the topic has
 * @returns {{name: string, room: {key: string, title: string, hint: string}}}
 */
export function named(fact, topic, field, fields) {
  const foretold = fact?.role === 'prediction';
  // A model's word is called after what it is about.
  const about = foretold ? topic.replace(/\/predict(ed|ions?)(?=\/|$)/, '') : topic;
  const place = fact?.area ?? (fields > 2 ? fact?.device : null);
  const found = place ? { key: `area ${place}`, title: unfold(place), hint: '' } : room(about, foretold ? 1 : fields);
  return {
    name: factOf(fact, field)?.name ?? (foretold ? foretelling(about, field, fact) : seriesName(about, field, fields)),
    room: found,
  };
}

/** What is known of one field. @param {any} fact one of GET topics @param {string} field @returns {{name?: string, unit?: string, device_class?: string}|undefined} */
export function factOf(fact, field) {
  return fact?.fields?.find((/** @type {any} */ one) => one.field === field);
}

/** Its word, unless it has a field of that name beside others. @param {string} about @param {string} field @param {any} fact */
function foretelling(about, field, fact) {
  const beside = field === fact.confidence || (field !== 'value' && factOf(fact, 'value'));
  return `${seriesName(about, '', 1)} ${beside ? field : 'predicted'}`;
}
