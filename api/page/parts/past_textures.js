// @ts-check
// The textures of gaps as History has them: those of every screen, and the log server's.

import { html } from '../vendor/lit.js';
import { textures as shared } from './textures.js';

export const textures = html`${shared}<svg class="textures" width="0" height="0" aria-hidden="true"><defs>
  <pattern id="gap-store" width="6" height="6" patternUnits="userSpaceOnUse"><path class="t-store" d="M1 2H3M4 5H6"/></pattern>
</defs></svg>`;
