// SPDX-License-Identifier: MIT
// The peers around the node. Many linked peers become an arc, so that those that are not linked can still be seen one by one.
const ringPoints = new Map();
const isTrouble = (peer) => peer.kind === 'down' || peer.kind === 'held' || peer.kind === 'missing';
const most = 240;

const polar = (radius, turn) => [radius * Math.sin(turn * 2 * Math.PI), -radius * Math.cos(turn * 2 * Math.PI)];
const at = ([x, y]) => `translate(${x.toFixed(1)}px,${y.toFixed(1)}px)`;

// Radius and size of each ring, and how many peers fit.
const layoutOf = (number, inner) => {
  if (number <= 16) return {radii: [inner ? 112 : 118], size: 1.15, labels: true};
  if (number <= 48) return {radii: [inner ? 122 : 148], size: 1, labels: false};
  if (number <= 130) return {radii: inner ? [124, 100] : [152, 124], size: .82, labels: false};
  return {radii: inner ? [126, 108, 90, 72] : [156, 137, 118, 99], size: .62, labels: false};
};

const arc = (radius, from, to) => {
  const [x1, y1] = polar(radius, from), [x2, y2] = polar(radius, Math.min(to, from + .9999));
  return `M${x1} ${y1}A${radius} ${radius} 0 ${to - from > .5 ? 1 : 0} 1 ${x2} ${y2}`;
};

const shortName = (name) => {
  const short = name.split('@')[0] || name;
  return short.length > 15 ? `${short.slice(0, 14)}…` : short;
};

const placePoint = (peer, position, layout, turn) => {
  const key = keyOf(peer.topology, peer.name);
  let point = ringPoints.get(key);
  if (!point) {
    const shape = draw('path', {'fill-rule': 'evenodd'}), label = draw('text', {}), title = draw('title', {});
    point = {
      spoke: $('spokes').appendChild(draw('line', {})), shape, label, title,
      root: $('points').appendChild(draw('g', {class: 'point', click: () => openWhy(peer.name)},
        title, draw('circle', {class: 'hit', r: 13}), shape, label)),
    };
    ringPoints.set(key, point);
  }
  const side = Math.sin(turn * 2 * Math.PI), [x, y] = position;
  const named = layout.labels || (layout.names && isTrouble(peer)), half = side > 0 ? 'right' : 'left';
  const free = named && Math.abs(y - (layout[half] ?? 1000)) > 11; // of the label before it
  if (free) layout[half] = y;
  const drawn = [peer.kind, wordOf(peer), layout.size, x, y, free].join();
  if (point.drawn === drawn) return key;
  point.drawn = drawn;
  setAttribute(point.root, 'class', `point is-${peer.kind}`);
  point.root.style.transform = at(position);
  setAttribute(point.shape, 'd', shapes[peer.kind]);
  point.shape.style.transform = `scale(${layout.size})`;
  setText(point.title, `${peer.name}: ${wordOf(peer)}`);
  setAttribute(point.spoke, 'class', `spoke is-${peer.kind}`);
  const inset = 1 - 11 * layout.size / Math.hypot(x, y);
  for (const [name, value] of [['x1', x * .24], ['y1', y * .24], ['x2', x * inset], ['y2', y * inset]])
    setAttribute(point.spoke, name, value.toFixed(1));
  setText(point.label, free ? shortName(peer.name) : '');
  setAttribute(point.label, 'text-anchor', side > .2 ? 'start' : side < -.2 ? 'end' : 'middle');
  const middle = Math.abs(side) <= .2;
  setAttribute(point.label, 'x', middle ? 0 : Math.sign(side) * 13);
  setAttribute(point.label, 'y', middle ? (y < 0 ? -13 : 22) : 4);
  return key;
};

const drawNode = () => {
  const names = new Set(shownTopologies().map((topology) => topology.connector));
  const shown = model.connectors.filter((connector) => names.has(connector.name));
  const attached = shown.every((connector) => connector.attached);
  const text = shown.length === 1 ? shortName(shown[0].node || shown[0].name) : `${shown.length} nodes`;
  const title = shown.map((connector) => `${connector.node || 'no node'} (connector ${connector.name})`).join(', ');
  setChildren($('node'), `${attached} ${text} ${title}`, () => [draw('circle', {class: attached ? 'core' : 'core detached', r: 27}),
    draw('text', {class: 'core-text', y: attached ? 4 : 0}, text.length > 8 ? `${text.slice(0, 7)}…` : text),
    ...(attached ? [] : [draw('text', {class: 'core-note', y: 12}, 'detached')]), draw('title', {}, title)]);
};

const drawRing = (peers, counts) => {
  const many = peers.length > most;
  const single = many ? peers.filter((peer) => peer.kind !== 'linked' && peer.kind !== 'out').slice(0, most) : peers;
  const layout = layoutOf(single.length, many);
  layout.names = layout.radii.length === 1 && single.filter(isTrouble).length <= 12;
  const used = new Set();
  const total = layout.radii.reduce((sum, radius) => sum + radius, 0);
  let first = 0;
  layout.radii.forEach((radius, ring) => {
    const last = ring === layout.radii.length - 1;
    const here = last ? single.length - first : Math.round(single.length * radius / total);
    for (let index = 0; index < here; ++index) {
      const turn = (index + ring * .5) / here;
      used.add(placePoint(single[first + index], polar(radius, turn), layout, turn));
    }
    first += here;
  });
  for (const [key, point] of ringPoints) {
    if (used.has(key)) continue;
    point.root.remove();
    point.spoke.remove();
    ringPoints.delete(key);
  }
  setChildren($('rails'), layout.radii.join(), () => layout.radii.map((radius) => draw('circle', {class: 'rail', r: radius})));
  let from = 0;
  setChildren($('arcs'), many && JSON.stringify(counts), () => (many ? kinds : []).filter((kind) => counts[kind]).reverse().map((kind) => {
    const begin = from;
    from += counts[kind] / peers.length;
    return draw('path', {class: `arc is-${kind}`, d: arc(158, begin, from)}, draw('title', {}, `${counts[kind]} ${kindWords[kind]}`));
  }));
  drawNode();
  const words = kinds.filter((kind) => counts[kind]).map((kind) => `${grouped(counts[kind])} ${kindWords[kind]}`);
  setAttribute($('ring'), 'aria-label', `Ring of ${count(peers.length, 'peer')} around the node: ${words.join(', ') || 'none'}. The table lists them.`);
  setText($('ring-note'), model.selected ?? (model.topologies.length > 1 ? `all ${model.topologies.length} topologies` : ''));
};

const legendButtons = new Map();
const drawLegend = (counts) => {
  for (const kind of kinds) {
    if (!legendButtons.has(kind)) {
      const figure = make('b', {});
      const button = make('button', {type: 'button', class: 'chip', 'aria-pressed': 'false', click: () => {
        table.kind = table.kind === kind ? null : kind;
        drawAll();
      }}, glyph(kind), figure, make('span', {}, kindWords[kind]));
      legendButtons.set(kind, {button, figure});
      $('legend').append(button);
    }
    const {button, figure} = legendButtons.get(kind);
    setText(figure, grouped(counts[kind] ?? 0));
    setHidden(button, !counts[kind] && table.kind !== kind && kind !== 'linked' && kind !== 'down');
    setAttribute(button, 'aria-pressed', String(table.kind === kind));
  }
};
