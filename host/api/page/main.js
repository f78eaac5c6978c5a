// SPDX-License-Identifier: MIT
// Reads the snapshot of a daemon and follows its events. What was lost, a restart and a lost connection all lead to the snapshot again.
let cancelSync = () => {};
const resync = () => cancelSync();

const dayOf = (time) => new Date(time).toDateString();
// The time of day, after the date if that is not today.
const clockText = (time) => {
  const date = new Date(time), day = dayOf(time);
  const clock = [date.getHours(), date.getMinutes(), date.getSeconds()].map((part) => String(part).padStart(2, '0')).join(':');
  return day === dayOf(now()) ? clock : `${day.slice(4, 10)} ${clock}`;
};
const daemonText = ({version, started, pid, configuration}) => `kith ${version} · up ${duration(ageOf(started))} · pid ${pid} · ${configuration.file}`;

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
    reread.pauseFor = Math.min(10000, Math.max(names.size > 12 ? 2000 : 1000, 15 * (performance.now() - began)));
    reread.busy = false;
    drawSoon();
    if (model.changed.size) rereadSoon();
  }, reread.pauseFor);
};

const noteLoss = (lost, seq, time) => noteEvent({kind: 'events.lost', lost, seq, time, reason: 'this page did not receive them'});

// One snapshot, and the events behind it until there is a reason to begin anew.
const follow = async () => {
  const began = performance.now();
  takeSnapshot(await ask('/v1/state'));
  setConnection('live', 'live');
  drawAll();
  const took = performance.now() - began;
  const ended = new AbortController();
  // The list goes on where it has ended, and begins with some of those before.
  const {run: its} = model.status, known = its === eventLog.run ? eventLog.seq : 0;
  let last = Math.max(known, model.seq - 100, 0);
  if (its !== eventLog.run) drawing.next = 0; // the first events are drawn soon
  eventLog.run = its;
  if (known && last > known) noteLoss(last - known, last, new Date(now()).toISOString());
  let cancelled = false;
  cancelSync = () => {
    cancelled = true;
    ended.abort();
  };
  try {
    for await (const events of eventsAfter(`${its}.${last}`, ended)) {
      let again = false, changes = false;
      for (const event of events) {
        const old = event.seq <= model.seq, reported = event.kind === 'events.lost';
        const missing = reported ? event.lost : event.seq - last - 1;
        if (!reported && missing > 0) noteLoss(missing, event.seq - 1, event.time);
        last = event.seq;
        if (!reported || !old || known) noteEvent(event);
        again = applyEvent(event) || (!old && missing > 0) || again;
        changes = changes || (!old && event.kind !== 'observation.ok');
      }
      if (changes || (events.length && model.topologies.some((one) => one.sources.some((source) => source.state !== 'ok')))) rereadSoon();
      if (events.length) drawSoon();
      if (again) {
        await pause(Math.min(4000, Math.max(50, 5 * took))); // what belongs to it follows at once; and snapshots take a small part of the time
        return;
      }
    }
  } catch (error) {
    if (!cancelled) throw error;
  } finally {
    ended.abort();
  }
  if (!cancelled) throw new Error('the stream of events has ended');
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
      const reason = error instanceof Refusal ? `${error.message}. ${error.remedy}` : 'The connection is lost. This page goes on when the daemon is back; if `kith page` has ended, start it again and open the address that it prints.';
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
let today = dayOf(now());
setInterval(() => {
  if (dayOf(now()) !== today) drawTimes();
  today = dayOf(now());
  drawSoon(); // ages
}, 5000);
run();
