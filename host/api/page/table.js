// SPDX-License-Identifier: MIT
// The table of peers. Only the rows that can be seen are elements; they are used again while it is scrolled.
const table = {kind: null, sort: 'state', down: false, rows: [], active: null, pool: [], top: 0, height: 600};
const rowHeight = 38;
const columns = [
  ['name', 'Peer'], ['topology', 'Topology'], ['state', 'State'], ['since', 'Since'], ['sources', 'Found by'],
];

const compare = (a, b) => (a < b ? -1 : a > b ? 1 : 0);
const orders = {
  topology: (a, b) => compare(a.topology, b.topology), state: (a, b) => kinds.indexOf(a.kind) - kinds.indexOf(b.kind),
  since: (a, b) => compare(b.since ?? '', a.since ?? ''), sources: (a, b) => compare(a.sources.join(), b.sources.join()),
};

// The peers of the topologies that are shown, by name; the ring's order.
const peersOfSelection = () => {
  model.sorted ??= [...model.peers.values()].sort(byName);
  return model.selected === null ? model.sorted : model.sorted.filter((peer) => peer.topology === model.selected);
};

const chooseRows = (peers) => {
  const words = $('search').value.toLowerCase().split(/\s+/).filter(Boolean);
  table.rows = peers.filter((peer) => (table.kind === null || peer.kind === table.kind) && words.every((word) => textOf(peer).includes(word)));
  if (table.sort !== 'name') table.rows.sort(orders[table.sort]);
  if (table.down) table.rows.reverse();
};

const makeRow = () => {
  const cells = {
    name: make('span', {class: 'peer-name'}), key: make('span', {class: 'peer-key'}), topology: make('div', {role: 'gridcell', class: 'c-topology'}),
    mark: glyph('linked'), word: make('span', {}), note: make('span', {class: 'note'}), since: make('div', {role: 'gridcell', class: 'c-since'}),
    sources: make('div', {role: 'gridcell', class: 'c-sources'}),
  };
  const root = make('div', {class: 'row', role: 'row'}, make('div', {role: 'gridcell', class: 'c-name'}, cells.name, cells.key), cells.topology,
    make('div', {role: 'gridcell', class: 'c-state'}, cells.mark, cells.word, cells.note), cells.since, cells.sources);
  const row = {root, ...cells, peer: null};
  root.addEventListener('click', () => {
    table.active = keyOf(row.peer.topology, row.peer.name);
    drawRows();
    openWhy(row.peer.name);
  });
  return row;
};

const drawRow = (row, peer, index) => {
  row.peer = peer;
  row.root.style.transform = `translateY(${index * rowHeight}px)`;
  const active = keyOf(peer.topology, peer.name) === table.active;
  setAttribute(row.root, 'id', `row-${index}`);
  setAttribute(row.root, 'aria-rowindex', String(index + 2));
  setAttribute(row.root, 'aria-selected', String(active));
  setAttribute(row.root, 'class', active ? 'row active' : 'row');
  setText(row.name, peer.name);
  setText(row.key, peer.key && peer.key !== peer.name ? peer.key : '');
  setText(row.topology, peer.topology);
  setGlyph(row.mark, peer.kind);
  setText(row.word, wordOf(peer));
  setText(row.note, peer.held_until ? 'held by an operator' : peer.link === 'up' && peer.kind !== 'linked' ? 'link up' : '');
  const age = ageOf(peer.since);
  setText(row.since, age === null ? '' : duration(age));
  setText(row.sources, peer.sources.join(', '));
  if (active) setAttribute($('grid'), 'aria-activedescendant', `row-${index}`);
};

const drawRows = () => {
  const first = Math.max(0, Math.min(Math.floor(table.top / rowHeight), table.rows.length - Math.floor(table.height / rowHeight)) - 6);
  const shown = table.rows.slice(first, first + Math.ceil(table.height / rowHeight) + 12);
  $('grid').removeAttribute('aria-activedescendant');
  while (table.pool.length < shown.length) table.pool.push(makeRow());
  table.pool.forEach((row, index) => {
    const used = index < shown.length;
    if (used) drawRow(row, shown[index], first + index);
    if (used !== row.root.isConnected) used ? $('rows').append(row.root) : row.root.remove();
  });
};

const drawTable = (peers) => {
  chooseRows(peers);
  $('rows').style.height = `${table.rows.length * rowHeight}px`;
  setAttribute($('grid'), 'aria-rowcount', String(table.rows.length + 1));
  const filtered = table.rows.length !== peers.length;
  setText($('peers-note'), filtered ? `${grouped(table.rows.length)} of ${count(peers.length, 'peer')}` : count(peers.length, 'peer'));
  setAttribute($('rows'), 'data-empty', peers.length === 0 ? 'No source reports a peer yet.' : table.rows.length === 0 ? 'No peer fits the search.' : '');
  for (const [index, [name]] of columns.entries())
    setAttribute($('columns').children[index], 'aria-sort', table.sort !== name ? 'none' : table.down ? 'descending' : 'ascending');
  drawRows();
};

// Drawing asks nothing about the layout, which would have to be made once more for the answer.
const seeRows = () => {
  table.top = $('scroller').scrollTop;
  table.height = $('scroller').clientHeight || 600;
  drawRows();
};

const moveActive = (step) => {
  const index = table.rows.findIndex((peer) => keyOf(peer.topology, peer.name) === table.active);
  const next = Math.max(0, Math.min(table.rows.length - 1, index + step));
  const peer = table.rows[next];
  if (!peer) return;
  table.active = keyOf(peer.topology, peer.name);
  const scroller = $('scroller'), top = next * rowHeight;
  if (top < scroller.scrollTop) scroller.scrollTop = top;
  if (top + rowHeight > scroller.scrollTop + scroller.clientHeight) scroller.scrollTop = top + rowHeight - scroller.clientHeight;
  seeRows();
};

const startTable = () => {
  for (const [name, text] of columns)
    $('columns').append(make('div', {role: 'columnheader', class: `c-${name}`, 'aria-sort': 'none'}, make('button', {type: 'button', click: () => {
      table.down = table.sort === name && !table.down;
      table.sort = name;
      drawAll();
    }}, text)));
  $('scroller').addEventListener('scroll', seeRows, {passive: true});
  new ResizeObserver(seeRows).observe($('scroller'));
  $('search').addEventListener('input', () => {
    $('scroller').scrollTop = table.top = 0;
    drawAll();
  });
  $('grid').addEventListener('keydown', (event) => {
    if (event.target.closest('#columns')) return;
    const page = Math.max(1, Math.floor($('scroller').clientHeight / rowHeight) - 1);
    const step = {ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -Infinity, End: Infinity}[event.key];
    if (step !== undefined) moveActive(step);
    else if ((event.key === 'Enter' || event.key === ' ') && table.active) openWhy(table.active.split('\n')[1]);
    else return;
    event.preventDefault();
  });
  document.addEventListener('keydown', (event) => {
    if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey || event.target.closest('input, dialog')) return;
    event.preventDefault();
    $('search').focus();
  });
};
