// @ts-check
// What Datasets can do without until it shows something.

import './code.js';
import './keys.js';
import './pinned_before.js';

export { locked } from './states.js';
export { textures } from './textures.js';

if (!document.querySelector('hearth-keys')) document.body.append(document.createElement('hearth-keys'));
