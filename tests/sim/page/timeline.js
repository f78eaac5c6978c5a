// SPDX-License-Identifier: MIT
// Moves through a recorded run: a slider, the changes one by one, and the host whose kith is shown.
const timeline = {host: recording.hosts[0], time: 0, state: null, playing: 0, moments: []};
odd.push('fault');

const timeText = (time) => {
  const whole = Math.floor(time / 1000), two = (number) => String(number).padStart(2, '0');
  const minutes = Math.floor(whole / 60) % 60, hours = Math.floor(whole / 3600);
  return `${hours ? `${hours}:${two(minutes)}` : minutes}:${two(whole % 60)}.${String(Math.floor(time) % 1000).padStart(3, '0')}`;
};
const clockText = (time) => timeText(Date.parse(time));
const daemonText = () => `kith ${recording.version} on ${timeline.host.name}${timeline.state.started === null ? '' : ` · up ${duration((timeline.time - timeline.state.started) / 1000)}`} · ${recording.scenario}, seed ${recording.seed}`;

// The events of the host and the faults of the scenario up to the time, the last ones.
const recordedEvents = () => {
  const events = timeline.host.events.filter(([at]) => at <= timeline.time).slice(-mostEvents).map(([at, what]) => ({...values[what], at}));
  for (const {at, until, text} of recording.faults) {
    if (at <= timeline.time) events.push({at, kind: 'fault', reason: text});
    if (until !== null && until <= timeline.time) events.push({at: until, kind: 'fault.ended', reason: text});
  }
  return events.sort((a, b) => a.at - b.at).slice(-mostEvents).map((event) => ({...event, time: dateOf(event.at)}));
};

const showMoment = () => {
  const {host, time} = timeline;
  timeline.state = stateAt(host, time);
  takeSnapshot(snapshotOf(timeline.state, time));
  connection.verdict = `kith does not run on ${host.name}`;
  if (timeline.state.started === null) setConnection('closed', 'not running');
  else setConnection('recorded', 'recorded');
  eventLog.all = recordedEvents();
  eventLog.waiting = [...eventLog.all];
  $('events').replaceChildren();
  drawAll();
  if ($('why').open) drawWhy();
  $('time').value = time;
  setAttribute($('time'), 'aria-valuetext', timeText(time));
  setText($('time-text'), timeText(time));
};

const seek = (time) => {
  timeline.time = Math.max(0, Math.min(recording.end, time));
  showMoment();
};
const step = (by) => {
  const {moments, time} = timeline;
  const next = by > 0 ? moments.findIndex((at) => at > time) : moments.findLastIndex((at) => at < time);
  seek(next < 0 ? (by > 0 ? recording.end : 0) : moments[Math.max(0, Math.min(moments.length - 1, next + by - Math.sign(by)))]);
};

const chooseHost = (host) => {
  timeline.host = host;
  $('host').value = host.name;
  const faults = recording.faults.flatMap(({at, until}) => [at, until ?? at]);
  const times = [...host.frames.map(([at]) => at), ...host.events.map(([at]) => at), ...faults].filter((at) => at <= recording.end);
  timeline.moments = [...new Set(times)].sort((a, b) => a - b);
  showMoment();
};

// From change to change; a whole run takes half a minute at most.
const play = (wanted) => {
  clearInterval(timeline.playing);
  timeline.playing = 0;
  if (wanted) {
    if (timeline.time >= recording.end) seek(0);
    const by = Math.ceil(timeline.moments.length / 120);
    timeline.playing = setInterval(() => {
      step(by);
      if (timeline.time >= recording.end) play(false);
    }, 250);
  }
  setText($('play'), timeline.playing ? 'Stop' : 'Play');
};

const placeMark = (from, to, kind) => {
  const mark = make('i', {class: kind}), share = (time) => `${100 * Math.min(time, recording.end) / recording.end}%`;
  mark.style.left = share(from);
  mark.style.width = share(to - from);
  $('marks').append(mark);
};

const startTimeline = () => {
  const {end, hosts, failures} = recording;
  setAttribute($('timeline'), 'data-result', failures.length ? 'failed' : 'held');
  setText($('run-result'), failures.length ? `FAILED: ${count(failures.length, 'expectation')} not met` : 'All expectations were met');
  setText($('run-about'), recording.about);
  setText($('run-note'), [recording.note, `Run it again: ${recording.again}`].filter(Boolean).join(' '));
  for (const {at, until} of recording.faults) if (at <= end) placeMark(at, until ?? at, '');
  for (const {at, host, what} of failures) {
    placeMark(at, at, 'failed');
    $('failures').append(make('li', {}, make('button', {type: 'button', click: () => {
      play(false);
      timeline.time = Math.min(at, end);
      chooseHost(hosts.find((one) => one.name === host) ?? timeline.host);
    }}, make('b', {}, timeText(at)), make('span', {}, [host, what].filter(Boolean).join(': ')))));
  }
  for (const host of hosts) $('host').append(make('option', {value: host.name}, host.name));
  $('host').addEventListener('change', () => chooseHost(hosts.find((one) => one.name === $('host').value)));
  $('time').max = end;
  $('time').addEventListener('input', () => {
    play(false);
    seek(Number($('time').value));
  });
  $('before').addEventListener('click', () => { play(false); step(-1); });
  $('after').addEventListener('click', () => { play(false); step(1); });
  $('play').addEventListener('click', () => play(!timeline.playing));
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest('dialog, #grid, #search, select')) return;
    if (event.key === 'ArrowLeft' || event.key === 'ArrowRight') {
      play(false);
      step(event.key === 'ArrowLeft' ? -1 : 1);
    } else if (event.key === 'p') {
      play(!timeline.playing);
    } else {
      return;
    }
    event.preventDefault();
  });
  timeline.time = failures.length ? Math.min(failures[0].at, end) : end;
  chooseHost(hosts.find((host) => host.name === failures[0]?.host) ?? hosts[0]);
};

startTable();
document.addEventListener('visibilitychange', () => { if (!document.hidden) drawAll(); });
startTimeline();
