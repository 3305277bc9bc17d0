// @ts-check
// The page's elements: light DOM, so that labels and styles reach across them, and an ear for what the page knows.

import { LitElement } from '../vendor/lit.js';
import { page } from '../lib/page.js';

export class Part extends LitElement {
  createRenderRoot() {
    return this;
  }
}

/** Once what is in the document is on the screen, for what can wait until then; at once while nobody looks. */
export function painted() {
  return new Promise((done) => (document.hidden ? done(null) : requestAnimationFrame(() => setTimeout(done))));
}

/** A part that is drawn again when what the page knows has changed. */
export class PagePart extends Part {
  constructor() {
    super();
    this.onPage = () => this.requestUpdate();
  }

  connectedCallback() {
    super.connectedCallback();
    page.addEventListener('change', this.onPage);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    page.removeEventListener('change', this.onPage);
  }
}
