// @ts-check
// What one holds History with: loaded once the first chart is on the screen.

import './axis.js';
import './lanes.js';
import './path.js';
import './readout.js';
import './span.js';
export { gestures } from './gestures.js';
export { PastMoves } from './past_moves.js';
export { tell, write } from './panel_words.js';
export { slide } from './slide.js';
export { amber, failure, staleNote } from './past_states.js';
export { textures } from './past_textures.js';
export { ticks } from '../lib/ticks.js';
