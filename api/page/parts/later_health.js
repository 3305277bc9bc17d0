// @ts-check
// What the sentence and the path of Health can do without: loaded once they are on the screen.

import './code.js';
import './fault_table.js';
import './keys.js';
import './outages.js';
export { locked } from './states.js';
export { failed, waiting } from './waiting.js';
export { textures } from './past_textures.js';

if (!document.querySelector('hearth-keys')) document.body.append(document.createElement('hearth-keys'));
