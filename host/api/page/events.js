// SPDX-License-Identifier: MIT
// The events as they come, the last ones on top.
const eventLog = {all: [], waiting: [], run: '', seq: 0, top: 0};
const mostEvents = 300, mostInSight = 20;

const good = ['link.up', 'connect.succeeded', 'topology.fresh', 'topology.ready', 'connector.attached', 'topology.resumed', 'config.reloaded', 'plugin.replaced'];
const bad = ['link.down', 'connect.failed', 'disconnect.failed', 'observation.failed', 'topology.stale', 'connector.detached', 'plugin.failed',
  'plugin.refused', 'plugin.stalled', 'plugin.crashed', 'plugin.quarantined', 'security.warning', 'config.refused', 'message.lost'];
const odd = ['peer.missing', 'peer.held', 'peer.collision', 'events.lost', 'topology.paused', 'plugin.changed'];
const eventKind = (kind) => (good.includes(kind) ? 'linked' : bad.includes(kind) ? 'down' : odd.includes(kind) ? 'missing' : 'plain');

const noteEvent = (event) => {
  eventLog.seq = event.seq;
  if (event.kind === 'observation.ok') return; // each look reports one
  eventLog.all.push(event);
  if (eventLog.all.length > mostEvents) eventLog.all.shift();
  eventLog.waiting.push(event);
  if (eventLog.waiting.length > mostEvents) eventLog.waiting.shift();
};

const eventItem = (event) => {
  const kind = eventKind(event.kind);
  const where = [event.topology, event.source, event.topology ? '' : event.connector].filter(Boolean).join(' · ');
  return make('li', {class: `event is-${kind}`, 'data-kind': event.kind},
    make('time', {datetime: event.time}, clockText(event.time)),
    kind === 'plain' ? make('span', {class: 'glyph'}) : glyph(kind === 'missing' ? 'held' : kind),
    make('span', {class: 'event-kind'}, event.kind),
    make('span', {class: 'event-text'},
      event.peer ? make('button', {type: 'button', class: 'link'}, event.peer) : null,
      where ? make('span', {class: 'where'}, where) : null,
      event.lost ? make('span', {}, `${event.lost} lost`) : null,
      event.reason ? make('span', {class: 'event-reason'}, event.reason) : null));
};

// Of a list that nobody scrolls, only the events in sight are elements.
const drawEvents = () => {
  const list = $('events'), {all, waiting, top} = eventLog, most = top > 4 ? mostEvents : mostInSight;
  if (top > 4) list.append(...all.slice(0, Math.max(0, all.length - waiting.length - list.children.length)).reverse().map(eventItem));
  const before = top > 4 ? list.scrollHeight : 0;
  list.prepend(...waiting.splice(0).slice(-most).reverse().map(eventItem));
  if (top > 4) list.scrollTop = top + list.scrollHeight - before; // who reads further down is not disturbed
  while (list.children.length > most) list.lastChild.remove();
  setText($('events-note'), all.length ? `the last ${all.length}, newest first` : '');
};
const drawTimes = () => { for (const time of document.querySelectorAll('.event time')) setText(time, clockText(time.dateTime)); };
$('events').addEventListener('scroll', () => {
  const {top} = eventLog;
  eventLog.top = $('events').scrollTop;
  if (top <= 4 && eventLog.top > 4) drawEvents();
}, {passive: true});
$('events').addEventListener('click', (event) => {
  const link = event.target.closest('.link');
  if (link) openWhy(link.textContent);
});
