// SPDX-License-Identifier: MIT
// Why a peer is linked or is not; and the removals that a guard holds, with the button that confirms them.
const closeButton = (dialog) => make('button', {type: 'button', class: 'close', 'aria-label': 'Close', click: () => dialog.close()}, '✕');
let explained = null; // the name of a peer

const fact = (term, ...value) => [make('dt', {}, term), make('dd', {}, ...value)];

const whyOf = (one, several) => {
  const peer = model.peers.get(keyOf(one.topology, explained));
  const kind = peer?.kind ?? (one.code === 'local_node' ? 'linked' : 'out');
  const link = one.link;
  const facts = [
    ...fact('Link', linkWords[link.state] ?? link.state, peer?.since ? make('span', {class: 'quiet'}, ` · ${peer.state} since ${duration(ageOf(peer.since))}`) : ''),
    ...(link.failures ? fact('Attempts', `${count(link.failures, 'failure')} in a row: ${link.reason || link.status}`) : []),
    ...(link.next_attempt_in_ms !== null ? fact('Next attempt', `in ${duration(link.next_attempt_in_ms / 1000)}`) : []),
    ...(one.sources.length ? fact('Found by', one.sources.map((source) =>
      `${source.source} (${source.state}${source.key && source.key !== explained ? `, key ${source.key}` : ''})`).join(', ')) : []),
    ...Object.entries(peer?.attributes ?? {}).flatMap(([name, value]) => fact(name, value)),
    ...fact('In detail', make('span', {class: 'quiet'}, one.details)),
  ];
  return make('section', {class: `reason-box is-${kind}`}, several ? make('h3', {}, `Topology ${one.topology}`) : null,
    make('p', {class: 'cause'}, glyph(kind), make('span', {}, one.cause)),
    one.remedy && one.remedy !== 'Nothing.' ? make('p', {class: 'remedy'}, make('b', {}, 'What to do '), one.remedy) : null,
    make('dl', {}, ...facts));
};

const drawWhy = async () => {
  const name = explained, dialog = $('why');
  let content;
  try {
    const why = await ask(`/v1/peers/${encodeURIComponent(name)}/why`);
    const known = why.topologies.filter((one) => one.known);
    const shown = known.length ? known : why.topologies;
    content = shown.map((one) => whyOf(one, model.topologies.length > 1));
  } catch (error) {
    content = [make('p', {class: 'cause'}, error.message), make('p', {class: 'remedy'}, error.remedy ?? '')];
  }
  if (name !== explained || !dialog.open) return;
  const events = eventLog.all.filter((event) => event.peer === name).slice(-8).reverse();
  dialog.querySelector('.why-body').replaceChildren(...content,
    ...(events.length ? [make('h3', {}, 'Its last events'), make('ol', {class: 'its-events'}, ...events.map(eventItem))] : []));
};

const openWhy = (name) => {
  const dialog = $('why'), known = explained === name && dialog.open;
  explained = name;
  if (!known) {
    dialog.replaceChildren(make('div', {class: 'dialog-head'}, make('div', {}, make('p', {class: 'over'}, 'Why'), make('h2', {id: 'why-name', tabindex: '-1'}, name)), closeButton(dialog)),
      make('div', {class: 'why-body'}, make('p', {class: 'quiet'}, 'asking …')));
    if (!dialog.open) dialog.showModal();
    dialog.querySelector('h2').focus();
  }
  drawWhy();
};
const refreshWhy = (names) => { if ($('why').open && names.has(explained)) drawWhy(); };

const openConfirm = (name) => {
  const dialog = $('confirm');
  const topology = model.topologies.find((one) => one.name === name);
  if (!topology?.guard.id) return;
  const {guard, policy} = topology;
  const message = make('p', {class: 'message', role: 'alert'});
  const effect = policy.prune === 'disconnect' ? 'They are removed now, and their links are closed.' : 'They are removed now; their links stay as they are.';
  const button = make('button', {type: 'button', class: 'danger', click: async () => {
    button.disabled = true;
    try {
      const done = await ask(`/v1/topologies/${encodeURIComponent(name)}/confirm`, {method: 'POST', body: JSON.stringify({hold: guard.id})});
      dialog.close();
      announce(`The removal of ${count(done.confirmed, 'peer')} of ${name} is confirmed.`);
    } catch (error) {
      message.textContent = error.code === 'hold_changed'
        ? 'What the guard holds has grown since, or is over. Look again: close this, and confirm what is held now.'
        : `${error.message}. ${error.remedy ?? ''}`;
    }
    resync();
  }}, `Remove ${count(guard.held, 'peer')}`);
  dialog.replaceChildren(
    make('div', {class: 'dialog-head'}, make('div', {}, make('p', {class: 'over'}, `Topology ${name}`),
      make('h2', {id: 'confirm-title', tabindex: '-1'}, `Are these ${count(guard.held, 'peer')} meant to go?`)), closeButton(dialog)),
    make('p', {}, `The sources of ${name} no longer report them. They are more than the guard lets go at once, so it keeps them in case a source is wrong.`),
    make('ul', {class: 'held-names', tabindex: '0', 'aria-label': 'Held peers'}, ...guard.names.map((one) => make('li', {}, glyph('held'), one)),
      guard.held > guard.names.length ? make('li', {class: 'quiet'}, `and ${count(guard.held - guard.names.length, 'further peer')}`) : null),
    make('p', {}, effect), message,
    make('div', {class: 'buttons'}, make('button', {type: 'button', class: 'plain', click: () => dialog.close()}, 'Keep them'), button));
  if (!dialog.open) dialog.showModal();
  dialog.querySelector('h2').focus();
};
