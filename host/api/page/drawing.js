// SPDX-License-Identifier: MIT
// Draws the page from the model: the headline, and all parts in their order.
const connection = {state: 'waiting', verdict: 'What was known last'};

const setConnection = (state, text, notice = '') => {
  connection.state = state;
  setAttribute($('connection'), 'data-state', state);
  setText($('connection-text'), text);
  setText($('notice'), notice);
  setHidden($('notice'), !notice);
};

const worst = () => model.topologies.reduce((health, one) => (healthOrder[one.health] < healthOrder[health] ? one.health : health), 'ok');

const drawHeadline = () => {
  const live = connection.state === 'live' || connection.state === 'recorded', health = model.status === null ? 'unknown' : worst();
  const not = (word) => model.topologies.filter((topology) => topology.health === word);
  const failing = not('failing'), degraded = not('degraded');
  const names = (list) => (list.length > 2 ? `${list.length} topologies are` : `${list.map((one) => one.name).join(' and ')} ${list.length === 1 ? 'is' : 'are'}`);
  const text = model.status === null ? 'kith'
    : !live ? connection.verdict
    : failing.length ? `${names(failing)} failing`
    : degraded.length ? `${names(degraded)} degraded`
    : model.topologies.length === 0 ? 'No topology is configured' : 'All is well';
  setAttribute(document.body, 'data-health', live ? health : 'unknown');
  setText($('verdict'), text);
  const title = `${{ok: '●', degraded: '▲', failing: '■'}[live ? health : ''] ?? '○'} kith: ${text}`;
  if (document.title !== title) document.title = title;
  const colour = {ok: '%230b8a6a', degraded: '%23c77700', failing: '%23d02b3f'}[live ? health : ''] ?? '%23808890';
  const shape = shapes[{ok: 'linked', degraded: 'degraded', failing: 'failing'}[health] ?? 'missing'];
  setAttribute($('icon'), 'href', `data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' viewBox='-10 -10 20 20'><path fill='${colour}' fill-rule='evenodd' d='${shape}'/></svg>`);
  if (model.status === null) return;
  setText($('daemon'), daemonText(model.status));
};

const drawing = {timer: 0, next: 0};
const drawAll = () => {
  clearTimeout(drawing.timer);
  drawing.timer = 0;
  const began = performance.now(), rest = eventLog.waiting.length > mostInSight ? 1500 : 1000;
  drawHeadline();
  if (model.status === null) return;
  // Where changes go on, nothing moves slowly: each frame of a movement costs as much as a change.
  setAttribute(document.body, 'class', began < drawing.next + 3000 ? 'busy' : '');
  const byTopology = new Map(model.topologies.map((topology) => [topology.name, {}])), counts = {};
  for (const {topology, kind} of model.peers.values()) {
    const its = byTopology.get(topology);
    if (its) its[kind] = (its[kind] ?? 0) + 1;
    if (model.selected === null || topology === model.selected) counts[kind] = (counts[kind] ?? 0) + 1;
  }
  const peers = peersOfSelection();
  drawCards(byTopology);
  if (table.kind === null) drawRing(peers, counts);
  else drawRing(peers.filter((peer) => peer.kind === table.kind), {[table.kind]: counts[table.kind]});
  drawLegend(counts);
  drawTable(peers);
  drawEvents();
  const ended = performance.now();
  drawing.next = ended + Math.min(3000, Math.max(rest, 40 * (ended - began)));
};
// A change after a rest is drawn soon; while changes go on, once a second, where more events come than are in sight less often, and always seldom
// enough that drawing is a small part of the time. Nothing is drawn for a page that nobody sees.
const drawSoon = () => {
  if (drawing.timer || document.hidden) return;
  drawing.timer = setTimeout(drawAll, Math.max(model.peers.size > 2000 ? 500 : 120, drawing.next - performance.now()));
};
