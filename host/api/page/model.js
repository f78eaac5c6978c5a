// SPDX-License-Identifier: MIT
// What the daemon reported last: a snapshot, kept up to date by events. An event changes a peer at once; the peer is then read again, so
// that the page never decides by itself how a peer stands.
const model = {
  status: null, topologies: [], connectors: [], peers: new Map(), sorted: null, seq: 0, clock: 0,
  changed: new Set(), // names of peers that are to be read again
  selected: null,     // a topology; null: all
};

const kinds = ['down', 'held', 'missing', 'busy', 'linked', 'resting', 'out']; // in the order of their urgency
const kindWords = {
  linked: 'linked', busy: 'connecting', down: 'not linked', held: 'held by the guard', missing: 'missing', resting: 'resting', out: 'left out',
};
const stateWords = {guarded: 'guarded', remembered: 'remembered', excluded: 'filtered', gone: 'gone', outside: 'not known', resting: 'resting'};
const linkWords = {
  connecting: 'connecting', disconnecting: 'disconnecting', settling: 'settling', waiting: 'waiting', backing_off: 'backing off', down: 'not linked',
  unknown: 'link not known',
};

const kindOf = (peer) => {
  switch (peer.state) {
    case 'wanted':
      if (peer.link === 'up') return 'linked';
      return peer.link === 'down' || peer.link === 'backing_off' ? 'down' : 'busy';
    case 'guarded': return 'held';
    case 'missing': case 'remembered': return 'missing';
    case 'resting': return 'resting';
    default: return 'out';
  }
};
const wordOf = (peer) => {
  if (peer.state === 'wanted' && peer.link !== 'up') return linkWords[peer.link] ?? peer.link;
  return stateWords[peer.state] ?? kindWords[peer.kind];
};

const keyOf = (topology, name) => `${topology}\n${name}`;
const complete = (peer) => {
  peer.kind = kindOf(peer);
  peer.order = peer.name.replace(/\d\d+/g, (digits) => String.fromCharCode(56 + digits.length) + digits); // node-9 before node-10
  return peer;
};
const byName = (a, b) => (a.order < b.order ? -1 : a.order > b.order ? 1 : a.topology < b.topology ? -1 : 1);
const keep = (peers) => {
  const first = model.peers.size === 0;
  for (const peer of peers.map(complete).sort(byName)) if (peer.state !== 'local_node') model.peers.set(keyOf(peer.topology, peer.name), peer);
  model.sorted = first ? [...model.peers.values()] : null;
};
const remove = (topology, name) => { if (model.peers.delete(keyOf(topology, name))) model.sorted = null; };
// What a search looks in.
const textOf = (peer) => {
  peer.text ??= [peer.name, peer.key, ...peer.sources, ...Object.values(peer.attributes)].join('\n').toLowerCase();
  return peer.text;
};
const now = () => Date.now() + model.clock;
const ageOf = (time) => (time ? (now() - Date.parse(time)) / 1000 : null);

const takeSnapshot = (state) => {
  model.status = state.status;
  model.topologies = state.topologies;
  model.connectors = state.connectors;
  model.seq = Number(state.id.split('.')[1]);
  model.clock = Date.parse(state.status.started) + state.status.uptime_seconds * 1000 - Date.now();
  model.peers.clear();
  model.changed.clear();
  keep(state.peers);
  if (!model.topologies.some((topology) => topology.name === model.selected)) model.selected = null;
};

const linkOf = {
  'link.up': 'up', 'link.down': 'down', 'connect.started': 'connecting', 'connect.failed': 'backing_off', 'disconnect.succeeded': 'down',
};
const stateOf = {'peer.missing': 'missing', 'peer.held': 'guarded'};

// Returns whether the whole snapshot must be read again.
const applyEvent = (event) => {
  if (event.seq <= model.seq) return false;
  if (['events.lost', 'topology.started', 'topology.stopped', 'config.reloaded', 'connector.attached', 'connector.detached',
    'removal.confirmed'].includes(event.kind)) return true;
  if (!event.peer) return false;
  model.changed.add(event.peer);
  for (const topology of model.topologies) {
    if (event.topology ? event.topology !== topology.name : event.connector !== topology.connector) continue;
    const peer = model.peers.get(keyOf(topology.name, event.peer));
    if (event.kind === 'peer.lost') remove(topology.name, event.peer);
    if (!peer) continue;
    peer.link = linkOf[event.kind] ?? peer.link;
    peer.state = stateOf[event.kind] ?? peer.state;
    peer.kind = kindOf(peer);
  }
  return false;
};

const asGlob = (name) => name.replace(/[\\*?[\]!]/g, '\\$&');
const readPeer = async (name) => {
  const page = await ask(`/v1/peers?limit=1000&name=${encodeURIComponent(asGlob(name))}`);
  for (const topology of model.topologies) remove(topology.name, name);
  keep(page.peers);
};

const shownTopologies = () => model.topologies.filter((topology) => model.selected === null || topology.name === model.selected);
