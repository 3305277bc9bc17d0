// @ts-check
// The textures of gaps: whose silence it was. Shape carries it, colour repeats it.

import { html } from '../vendor/lit.js';

/** The textures of whose silence it was, once a page. */
export const textures = html`<svg class="textures" width="0" height="0" aria-hidden="true"><defs>
  <pattern id="gap-device" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><path class="t-device" d="M0 0V5"/></pattern>
  <pattern id="gap-broker" width="4" height="4" patternUnits="userSpaceOnUse"><path class="t-broker" d="M0 1H4"/></pattern>
  <pattern id="gap-sink" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><path class="t-sink" d="M0 0V5M0 0H5"/></pattern>
  <pattern id="gap-unknown" width="4" height="4" patternUnits="userSpaceOnUse"><rect class="t-unknown" width="4" height="4"/></pattern>
</defs></svg>`;
