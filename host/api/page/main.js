// SPDX-License-Identifier: MIT
// Reads the snapshot, follows the events, and draws. What was lost, a restart and a lost connection all lead to the snapshot again.
const connection = {state: 'waiting', since: Date.now()};
let cancelSync = () => {};
const resync = () => cancelSync();
const pause = (time) => new Promise((done) => { setTimeout(done, time); });

const setConnection = (state, text, notice = '') => {
  connection.state = state;
  setAttribute($('connection'), 'data-state', state);
  setText($('connection-text'), text);
  setText($('notice'), notice);
  setHidden($('notice'), !notice);
};

const worst = () => model.topologies.reduce((health, one) => (healthOrder[one.health] < healthOrder[health] ? one.health : health), 'ok');

const drawHeadline = () => {
  const live = connection.state === 'live', health = model.status === null ? 'unknown' : worst();
  const not = (word) => model.topologies.filter((topology) => topology.health === word);
  const failing = not('failing'), degraded = not('degraded');
  const names = (list) => (list.length > 2 ? `${list.length} topologies are` : `${list.map((one) => one.name).join(' and ')} ${list.length === 1 ? 'is' : 'are'}`);
  const text = model.status === null ? 'kith'
    : !live ? 'What was known last'
    : failing.length ? `${names(failing)} failing`
    : degraded.length ? `${names(degraded)} degraded`
    : model.topologies.length === 0 ? 'No topology is configured' : 'All is well';
  setAttribute(document.body, 'data-health', live ? health : 'unknown');
  setText($('verdict'), text);
  document.title = `${{ok: '●', degraded: '▲', failing: '■'}[live ? health : ''] ?? '○'} kith: ${text}`;
  const colour = {ok: '%230b8a6a', degraded: '%23c77700', failing: '%23d02b3f'}[live ? health : ''] ?? '%23808890';
  const shape = shapes[{ok: 'linked', degraded: 'degraded', failing: 'failing'}[health] ?? 'missing'];
  setAttribute($('icon'), 'href', `data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' viewBox='-10 -10 20 20'><path fill='${colour}' fill-rule='evenodd' d='${shape}'/></svg>`);
  if (model.status === null) return;
  const {version, pid, configuration} = model.status;
  setText($('daemon'), `kith ${version} · up ${duration(ageOf(model.status.started))} · pid ${pid} · ${configuration.file}`);
};

const countsBy = (peers) => {
  const counts = {};
  for (const peer of peers) counts[peer.kind] = (counts[peer.kind] ?? 0) + 1;
  return counts;
};

const drawing = {timer: 0};
const drawAll = () => {
  clearTimeout(drawing.timer);
  drawing.timer = 0;
  drawHeadline();
  if (model.status === null) return;
  const byTopology = new Map(model.topologies.map((topology) => [topology.name, {}]));
  for (const peer of model.peers.values()) {
    const counts = byTopology.get(peer.topology);
    if (counts) counts[peer.kind] = (counts[peer.kind] ?? 0) + 1;
  }
  const peers = peersOfSelection(), counts = countsBy(peers);
  drawCards(byTopology);
  drawRing(table.kind === null ? peers : peers.filter((peer) => peer.kind === table.kind), counts);
  drawLegend(counts);
  drawTable(peers);
  drawEvents();
};
// Many events make one drawing; nothing is drawn for a page that nobody sees.
const drawSoon = () => {
  if (drawing.timer || document.hidden) return;
  drawing.timer = setTimeout(drawAll, model.peers.size > 2000 ? 500 : 120);
};

// Reads again what the events since the last time may have changed: a few peers one by one, more with the whole snapshot.
const reread = {busy: false, timer: 0, pauseFor: 400, topologies: false};
const rereadSoon = () => {
  if (reread.busy || reread.timer) return;
  reread.timer = setTimeout(async () => {
    reread.timer = 0;
    reread.busy = true;
    const began = performance.now(), names = new Set(model.changed);
    model.changed.clear();
    try {
      if (names.size > 12) {
        takeSnapshot(await ask('/v1/state'));
      } else {
        for (const name of names) await readPeer(name);
        model.topologies = (await ask('/v1/topologies')).topologies;
        model.connectors = (await ask('/v1/connectors')).connectors;
      }
      refreshWhy(names);
    } catch { /* the stream of events ends too, and then the snapshot is read */ }
    reread.pauseFor = Math.min(10000, Math.max(400, 15 * (performance.now() - began)));
    reread.busy = false;
    drawSoon();
    if (model.changed.size) rereadSoon();
  }, reread.pauseFor);
};

// One snapshot, and the events behind it until there is a reason to begin anew.
const follow = async () => {
  takeSnapshot(await ask('/v1/state'));
  setConnection('live', 'live');
  drawAll();
  const ended = new AbortController();
  // The list goes on where it has ended, and begins with some of those before.
  const {run: its} = model.status, known = its === eventLog.run ? eventLog.seq : 0;
  eventLog.run = its;
  const events = eventsAfter(`${its}.${Math.max(known, model.seq - 100, 0)}`, ended);
  const cancelled = new Promise((done) => { cancelSync = () => done({cancelled: true}); });
  try {
    for (;;) {
      const next = await Promise.race([events.next(), cancelled]);
      if (next.cancelled) return;
      if (next.done) throw new Error('the stream of events has ended');
      const old = next.value.seq <= model.seq;
      if (!old || next.value.kind !== 'events.lost') noteEvent(next.value);
      const again = applyEvent(next.value);
      if (old) {
        drawSoon();
        continue;
      }
      if (next.value.kind !== 'observation.ok' || model.topologies.some((one) => one.sources.some((source) => source.state !== 'ok'))) rereadSoon();
      drawSoon();
      if (again) {
        await pause(50); // what belongs to it follows at once
        return;
      }
    }
  } finally {
    ended.abort();
  }
};

const run = async () => {
  let wait = 250;
  for (;;) {
    try {
      await follow();
      wait = 250;
      continue;
    } catch (error) {
      if (error.status === 401) {
        setConnection('closed', 'no access', `This page does not have the secret, or it has lost it since it was loaded again. ${error.remedy}`);
        drawHeadline();
        await new Promise((done) => { addEventListener('hashchange', done, {once: true}); });
        takeSecret();
        continue;
      }
      if (connection.state === 'live') wait = 250;
      const reason = error instanceof Refusal ? `${error.message}. ${error.remedy}` : 'The connection is lost; `kith page` or the daemon has ended. This page goes on when it is back.';
      setConnection('lost', 'reconnecting', model.status === null || error instanceof Refusal || wait > 500 ? reason : '');
      drawHeadline();
    }
    await pause(wait);
    wait = Math.min(wait * 2, 4000);
  }
};

takeSecret();
startTable();
document.addEventListener('visibilitychange', () => { if (!document.hidden) drawAll(); });
setInterval(() => {
  if (document.hidden || connection.state !== 'live') return;
  rereadSoon(); // reasons that contain a time, and looks that change nothing
}, 10000);
setInterval(drawSoon, 5000); // ages
run();
