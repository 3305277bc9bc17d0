// @ts-check
// What one holds History with: loaded beside the first chart, which does not wait for it.

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
