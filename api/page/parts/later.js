// @ts-check
// What the first values can do without: loaded once they are on the screen.

import './code.js';
import './keys.js';
import './message.js';
import './said.js';
import './spark.js';

if (!document.querySelector('hearth-keys')) document.body.append(document.createElement('hearth-keys'));
