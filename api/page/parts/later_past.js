// @ts-check
// What the first chart can do without: loaded once it is on the screen.

import './beside.js';
import './code.js';
import './keys.js';
import './message.js';
import './messages.js';
import './overview.js';
import './position.js';
import './table.js';

if (!document.querySelector('hearth-keys')) document.body.append(document.createElement('hearth-keys'));
