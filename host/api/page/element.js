// SPDX-License-Identifier: MIT
// Elements, the glyphs of states, and how times and numbers are written.
const $ = (id) => document.getElementById(id);

const fill = (node, attributes, children) => {
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (typeof value === 'function') node.addEventListener(name, value);
    else if (value !== undefined && value !== null && value !== false) node.setAttribute(name, value === true ? '' : value);
  }
  node.append(...children.filter((child) => child !== undefined && child !== null));
  return node;
};
const make = (tag, attributes, ...children) => fill(document.createElement(tag), attributes, children);
const draw = (tag, attributes, ...children) =>
  fill(document.createElementNS('http://www.w3.org/2000/svg', tag), attributes, children);

// Writes only what differs, so that focus, selection and a screen reader are not disturbed.
const setText = (node, text) => { if (node.textContent !== text) node.textContent = text; };
const setAttribute = (node, name, value) => { if (node.getAttribute(name) !== value) node.setAttribute(name, value); };
// drawn: what the children are made of; they are replaced only when it has changed.
const setChildren = (node, drawn, children) => {
  if (node.drawn === drawn) return;
  node.drawn = drawn;
  node.replaceChildren(...children());
};
const setHidden = (node, hidden) => { if (node.hidden !== hidden) node.hidden = hidden; };

// Each state has a shape of its own, so that it is recognized without colour.
const shapes = {
  linked: 'M0-6A6 6 0 1 1 0 6A6 6 0 1 1 0-6Z',
  busy: 'M0-6A6 6 0 1 1 0 6ZM0-6A6 6 0 1 0 0 6L0 4.4A4.4 4.4 0 1 1 0-4.4Z',
  down: 'M0-6.6L7 5.8H-7Z',
  held: 'M0-7.2L7.2 0L0 7.2L-7.2 0Z',
  missing: 'M0-6A6 6 0 1 1 0 6A6 6 0 1 1 0-6ZM0-3.9A3.9 3.9 0 1 0 0 3.9A3.9 3.9 0 1 0 0-3.9Z',
  resting: 'M-5-6H-1.4V6H-5ZM1.4-6H5V6H1.4Z',
  out: 'M-6-4.2L-4.2-6L0-1.8L4.2-6L6-4.2L1.8 0L6 4.2L4.2 6L0 1.8L-4.2 6L-6 4.2L-1.8 0Z',
  ok: 'M0-8A8 8 0 1 1 0 8A8 8 0 1 1 0-8ZM-4.4-.2L-1.3 3.2L4.4-3L3-4.4L-1.4.4L-3-1.5Z',
  degraded: 'M0-8.4L9 7.4H-9ZM-1-3.2V2.4H1V-3.2ZM-1 3.8V5.8H1V3.8Z',
  failing: 'M-3.5-8.4H3.5L8.4-3.5V3.5L3.5 8.4H-3.5L-8.4 3.5V-3.5ZM-4.2-2.8L-1.4 0L-4.2 2.8L-2.8 4.2L0 1.4L2.8 4.2L4.2 2.8L1.4 0L4.2-2.8L2.8-4.2L0-1.4L-2.8-4.2Z',
};
const glyph = (kind) =>
  draw('svg', {class: `glyph is-${kind}`, viewBox: '-10 -10 20 20', 'aria-hidden': 'true'}, draw('path', {d: shapes[kind], 'fill-rule': 'evenodd'}));
const setGlyph = (svg, kind) => {
  setAttribute(svg, 'class', `glyph is-${kind}`);
  setAttribute(svg.firstChild, 'd', shapes[kind]);
};

// By hand, since the first use of Intl takes a browser tens of milliseconds.
const grouped = (number) => String(number).replace(/\B(?=(\d{3})+$)/g, ',');
const count = (number, word) => `${grouped(number)} ${word}${number === 1 ? '' : 's'}`;

const duration = (seconds) => {
  const rounded = Math.max(0, Math.round(seconds));
  if (rounded < 60) return `${rounded} s`;
  if (rounded < 3600) return `${Math.floor(rounded / 60)} min`;
  if (rounded < 86400) return `${Math.floor(rounded / 3600)} h ${Math.floor(rounded / 60) % 60} min`;
  return `${Math.floor(rounded / 86400)} d ${Math.floor(rounded / 3600) % 24} h`;
};

let announced = 0;
const announce = (text) => {
  $('announcement').textContent = text;
  clearTimeout(announced);
  announced = setTimeout(() => { $('announcement').textContent = ''; }, 8000);
};
