// SPDX-License-Identifier: MIT
// Requests to the API. The secret comes behind the # of the address, and is kept in memory only.
let secret = '';
const takeSecret = () => {
  if (location.hash.length < 33) return false;
  secret = location.hash.slice(1);
  history.replaceState(null, '', location.pathname);
  return true;
};

class Refusal extends Error {
  constructor(status, error) {
    super(error?.message ?? `kith answered ${status}`);
    Object.assign(this, {status, code: error?.code ?? '', remedy: error?.remedy ?? ''});
  }
}

const request = async (path, {method = 'GET', body, accept = 'application/json', signal} = {}) => {
  const headers = {Accept: accept};
  if (secret) headers.Authorization = `Bearer ${secret}`;
  const answer = await fetch(path, {method, body, headers, signal, cache: 'no-store', credentials: 'omit', redirect: 'error'});
  if (answer.ok) return answer;
  let error;
  try { error = (await answer.json()).error; } catch { /* it is no answer of kith */ }
  throw new Refusal(answer.status, error);
};

const ask = async (path, options = {}) =>
  (await request(path, {signal: AbortSignal.timeout(30000), ...options})).json();

const pause = (time) => new Promise((done) => { setTimeout(done, time); });

// The events behind one, in arrays, until the stream ends or `ended`, an AbortController, is aborted. A heartbeat comes each 15 s: without one the
// connection is dead. Reading costs more than an event, so while events go on, four reads a second take them.
async function* eventsAfter(id, ended) {
  const decoder = new TextDecoder();
  let watch = 0, rest = '';
  const alive = () => {
    clearTimeout(watch);
    watch = setTimeout(() => ended.abort(), 40000);
  };
  try {
    alive();
    const answer = await request(`/v1/events?after=${encodeURIComponent(id)}`, {accept: 'text/event-stream', signal: ended.signal});
    const reader = answer.body.getReader();
    for (;;) {
      const {done, value} = await reader.read();
      if (done) return;
      alive();
      const lines = (rest + decoder.decode(value, {stream: true})).split('\n');
      rest = lines.pop();
      yield lines.filter((line) => line.startsWith('data: ')).map((line) => JSON.parse(line.slice(6)));
      if (!document.hidden && value.length < 32768) await pause(250);
    }
  } finally {
    clearTimeout(watch);
    ended.abort();
  }
}
