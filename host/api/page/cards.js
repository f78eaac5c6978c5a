// SPDX-License-Identifier: MIT
// A card for each topology: its health and why, how many peers are linked, its sources, and what its guard holds.
const cards = new Map();
const healthOrder = {failing: 0, degraded: 1, ok: 2};

const makeCard = (name) => {
  const card = {
    glyph: glyph('ok'), word: make('span', {class: 'health-word'}), reason: make('p', {class: 'reason'}),
    linked: make('span', {class: 'figure'}), of: make('span', {class: 'of'}), bar: make('div', {class: 'bar', 'aria-hidden': 'true'}),
    sources: make('ul', {class: 'sources'}), guardText: make('p', {}), guardNames: make('p', {class: 'names'}),
  };
  card.parts = new Map(kinds.map((kind) => [kind, card.bar.appendChild(make('i', {class: `is-${kind}`}))]));
  card.select = make('button', {type: 'button', class: 'select', 'aria-pressed': 'false', click: () => {
    model.selected = model.selected === name ? null : name;
    drawAll();
  }}, make('span', {class: 'name'}, name), make('span', {class: 'unseen'}, ': show only its peers'));
  card.button = make('button', {type: 'button', class: 'act', click: () => openConfirm(name)}, 'Look and confirm');
  card.guard = make('div', {class: 'guard'}, glyph('held'), make('div', {}, card.guardText, card.guardNames), card.button);
  card.root = make('article', {class: 'card', 'aria-label': `Topology ${name}`},
    make('div', {class: 'card-head'}, make('h3', {}, card.select), make('p', {class: 'health'}, card.glyph, card.word)),
    card.reason, make('p', {class: 'links'}, card.linked, card.of), card.bar, card.sources, card.guard);
  return card;
};

const sourceText = (source) => {
  if (source.state === 'failing') return `${count(source.failures, 'failure')} in a row: ${source.reason}`;
  if (source.state === 'silent') return source.reason || 'receives nothing';
  if (source.state === 'not_looked') return 'has not reported yet';
  const age = source.last_look_age_seconds;
  return `${count(source.peers, 'peer')}${age === null ? '' : `, ${age < 2 ? 'just now' : `${duration(age)} ago`}`}`;
};
const sourceKinds = {ok: 'linked', failing: 'down', silent: 'missing', not_looked: 'busy'};

const drawSources = (list, sources) => {
  while (list.children.length > sources.length) list.lastChild.remove();
  while (list.children.length < sources.length)
    list.append(make('li', {}, glyph('linked'), make('b', {}), make('span', {class: 'plugin'}), make('span', {class: 'source-text'})));
  sources.forEach((source, index) => {
    const [mark, name, plugin, text] = list.children[index].children;
    setGlyph(mark, sourceKinds[source.state]);
    setText(name, source.name);
    setText(plugin, source.plugin === source.name ? '' : source.plugin);
    setText(text, sourceText(source));
  });
};

const calm = (topology, counts) => {
  if (topology.peers === 0) return 'Its sources report no peers.';
  const missing = counts?.missing ?? 0;
  if (missing === 0) return 'Every peer is linked.';
  return `${count(missing, 'peer')} missing${missing < topology.peers ? '; the others are linked.' : '.'}`;
};

const drawCard = (card, topology, counts) => {
  setAttribute(card.root, 'data-health', topology.health);
  setAttribute(card.root, 'data-paused', String(topology.paused_until !== null));
  setAttribute(card.select, 'aria-pressed', String(model.selected === topology.name));
  setGlyph(card.glyph, topology.health);
  setText(card.word, topology.health);
  setText(card.reason, topology.reason || calm(topology, counts));
  setText(card.linked, grouped(topology.linked));
  setText(card.of, ` of ${count(topology.peers, 'peer')} linked${topology.ready ? '' : ' · not ready'}`);
  for (const [kind, part] of card.parts) {
    const share = kind === 'out' ? 0 : counts?.[kind] ?? 0;
    part.style.flexGrow = share;
    setHidden(part, share === 0);
  }
  drawSources(card.sources, topology.sources);
  const {held, names, until} = topology.guard;
  setHidden(card.guard, held === 0);
  if (held === 0) return;
  const left = ageOf(until);
  setText(card.guardText, `${count(held, 'peer')} held${left === null ? '' : `, at most another ${duration(-left)}`}`);
  setText(card.guardNames, names.slice(0, 4).join(', ') + (held > 4 ? ` and ${held - Math.min(4, names.length)} more` : ''));
};

const drawCards = (counts) => {
  const wanted = [...model.topologies].sort((a, b) => healthOrder[a.health] - healthOrder[b.health] || (a.name < b.name ? -1 : 1));
  for (const [name, card] of cards) {
    if (wanted.some((topology) => topology.name === name)) continue;
    card.root.remove();
    cards.delete(name);
  }
  wanted.forEach((topology, index) => {
    if (!cards.has(topology.name)) cards.set(topology.name, makeCard(topology.name));
    const card = cards.get(topology.name);
    drawCard(card, topology, counts.get(topology.name));
    if ($('cards').children[index] !== card.root && !card.root.contains(document.activeElement))
      $('cards').insertBefore(card.root, $('cards').children[index] ?? null);
  });
};
