// SPDX-License-Identifier: MIT
// A recorded run in place of a daemon: what kith of a host reported at a time of the run, in the shapes of the API. Times are milliseconds
// since the start of the run; as a date, the run starts with the year 1970. page_recorder.hpp describes the format.
const recording = JSON.parse($('recording').textContent);
const {values} = recording;
const dateOf = (time) => new Date(time).toISOString();

// What the frames up to a time add up to. `started` is null while kith does not run.
const stateAt = (host, time) => {
  const state = {at: 0, started: null, topologies: [], connectors: [], peers: new Map()};
  for (const [at, started, topologies, connectors, peers, gone] of host.frames) {
    if (at > time) break;
    if (started !== state.started) state.peers.clear();
    Object.assign(state, {at, started, topologies, connectors});
    for (const key of gone) state.peers.delete(values[key]);
    for (const peer of peers) state.peers.set(keyOf(values[peer[0]].topology, values[peer[0]].name), peer);
  }
  return state;
};

const peerOf = ([what, state, link, since]) =>
  ({...values[what], state: values[state], link: values[link], since: since === null ? null : dateOf(since), held_until: null});

const snapshotOf = (state, time) => ({
  id: 'recorded.0',
  status: {version: recording.version, started: dateOf(state.started ?? time), uptime_seconds: (time - (state.started ?? time)) / 1000},
  topologies: state.started === null ? [] : values[state.topologies],
  connectors: state.started === null ? [] : values[state.connectors],
  peers: state.started === null ? [] : [...state.peers.values()].map(peerOf),
});

const whyRecorded = (state, name) => {
  const known = [...state.peers.values()].filter(([what]) => values[what].name === name);
  if (known.length === 0) throw Object.assign(new Error(`At this time it is not known to the kith of ${timeline.host.name}.`), {remedy: ''});
  return {topologies: known.map(([what, , link, , why]) => {
    const {topology, key, sources} = values[what];
    const {code, cause, remedy} = why === null ? {code: 'linked', cause: 'it is linked', remedy: ''} : values[why];
    return {
      topology, known: true, code, cause, remedy, details: `as it was reported at ${timeText(state.at)}`,
      sources: sources.map((source) => ({source, key, state: 'found'})),
      link: {state: values[link], failures: 0, status: '', reason: '', next_attempt_in_ms: null},
    };
  })};
};

// The dialogs ask this; nothing can be changed any more.
const ask = async (path) => {
  const asked = /^\/v1\/peers\/([^/]+)\/why$/.exec(path);
  if (!asked) throw new Error('This is a recorded run.');
  return whyRecorded(timeline.state, decodeURIComponent(asked[1]));
};
const resync = () => {};
