// @ts-check
// hearth-filter: the one selector of every screen: MQTT topic filters as chips, and a box to add another.

import { html, nothing } from '../vendor/lit.js';
import { PagePart } from './part.js';
import { icon } from './sign.js';
import { fault, offers } from '../lib/filters.js';
import { page } from '../lib/page.js';

class HearthFilter extends PagePart {
  static properties = { wrong: { state: true }, offering: { state: true } };

  constructor() {
    super();
    this.wrong = '';
    /** Only who types wants to know what there is. */ this.offering = false;
  }

  render() {
    const { filters } = page.view;
    return html`<form class="filter" role="search" aria-label="Topic filter" @submit=${this.add} @click=${this.enter}>
      ${filters.length ? html`<ul aria-label="Chosen filters">${filters.map((text) => this.chip(text))}</ul>` : nothing}
      <input id="filter" list="filter-offers" autocomplete="off" autocapitalize="none" spellcheck="false" enterkeyhint="search"
        aria-label="Add a topic filter" aria-describedby="filter-wrong" aria-invalid=${this.wrong ? 'true' : 'false'}
        placeholder=${filters.length ? 'add a topic filter' : innerWidth < 640 ? 'add a topic filter' : 'everything · add a topic filter, like homes/+/kitchen/#'}
        @focus=${() => (this.offering = true)} @input=${this.input} @keydown=${this.keydown}>
      <kbd aria-hidden="true">/</kbd>
      <datalist id="filter-offers">${this.offering ? offers(page.topics).map((text) => html`<option value=${text}></option>`) : nothing}</datalist>
      <p id="filter-wrong" class="wrong" role="alert">${this.wrong}</p>
    </form>`;
  }

  /** @param {string} text */
  chip(text) {
    const levels = text.split('/');
    return html`<li class="chip"><span>${levels.map(
      (level, at) =>
        html`${at ? html`<s>/</s>` : nothing}${level === '#' || level === '+' ? html`<em>${level}</em>` : level}`,
    )}</span>
      <button type="button" aria-label="Remove the filter ${text}" @click=${() => this.drop(text)}>${icon('close')}</button></li>`;
  }

  get box() {
    return /** @type {HTMLInputElement} */ (this.querySelector('#filter'));
  }

  /** @param {Event} event */
  enter(event) {
    if (/** @type {Element} */ (event.target).matches('form, ul')) this.box.focus();
  }

  /** @param {Event} event */
  add(event) {
    event.preventDefault();
    const text = this.box.value.trim();
    if (!text) return;
    this.wrong = fault(text) ?? '';
    if (this.wrong) return;
    this.box.value = '';
    if (!page.view.filters.includes(text)) page.go({ filters: [...page.view.filters, text] });
  }

  /** @param {string} text */
  drop(text) {
    page.go({ filters: page.view.filters.filter((one) => one !== text) });
    this.box.focus();
  }

  input() {
    if (this.wrong && !fault(this.box.value.trim())) this.wrong = '';
  }

  /** @param {KeyboardEvent} event */
  keydown(event) {
    if (event.key === 'Escape') {
      this.wrong = '';
      this.box.value = '';
      this.box.blur();
    } else if (event.key === 'Backspace' && !this.box.value && page.view.filters.length)
      this.drop(page.view.filters[page.view.filters.length - 1]);
  }
}

customElements.define('hearth-filter', HearthFilter);
