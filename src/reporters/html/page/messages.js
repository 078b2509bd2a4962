import { h, section, svg } from './dom.js';
import { agentClass, agentsOf, cellOf, rowsOf } from './run-data.js';

/** Who hands on to whom: an edge for each run of an agent that began because another one's had ended, as a mean over trials. */
export function messagesOf(data, scenario, state) {
  const groups = data.groupsOf(scenario);
  const cell = groups.some((group) => cellOf(group) === state.cell)
    ? state.cell
    : (data.recommendationOf(scenario)?.pattern ?? (groups[0] && cellOf(groups[0])));
  const box = h('div', {});
  const draw = (name) => {
    const { edges, trials } = edgesOf(data, scenario, name);
    box.replaceChildren(
      edges.length === 0
        ? h('p', { class: 'note' }, 'One agent, or no spans: nobody hands on to anybody.')
        : graph(edges, { trials, agents: agentsOf(data, scenario), name }),
    );
  };
  if (cell !== undefined) draw(cell);
  const menu = h(
    'label',
    {},
    'Pattern ',
    h(
      'select',
      { onchange: (event) => draw((state.cell = event.target.value)) },
      groups.map((group) => h('option', { value: cellOf(group), selected: cellOf(group) === cell }, cellOf(group))),
    ),
  );
  return section(
    'messages',
    'Messages',
    'The width of a line is the number of hand-ons a trial; an agent keeps its place in every drawing.',
    h('p', { class: 'menus' }, menu),
    h('div', { class: 'card plot' }, box),
  );
}

/** Edges between agents by what made their runs start, with how often a trial has them. */
export function edgesOf(data, scenario, cell) {
  const trials = data.trialsOf(scenario, cell).filter((trial) => trial.spans);
  const edges = new Map();
  for (const trial of trials) {
    const rows = rowsOf(data, trial);
    for (const row of rows.filter(({ role, agent }) => role === 'agent' && agent !== '')) {
      const causes = new Set(row.after.map((index) => rows[index].agent || 'task'));
      if (causes.size === 0) causes.add('task');
      for (const from of causes) {
        if (from === row.agent) continue;
        const key = `${from}\n${row.agent}`;
        edges.set(key, { from, to: row.agent, number: (edges.get(key)?.number ?? 0) + 1 });
      }
    }
  }
  return { edges: [...edges.values()], trials: trials.length };
}

function graph(edges, { trials, agents, name }) {
  const nodes = ['task', ...agents.filter((agent) => agent !== 'orchestrator')].filter(
    (node) => node === 'task' || edges.some(({ from, to }) => from === node || to === node),
  );
  const [width, height] = [560, 300];
  const place = new Map(
    nodes.map((node, at) => [
      node,
      {
        x: width / 2 - 210 * Math.cos((2 * Math.PI * at) / nodes.length),
        y: height / 2 - 112 * Math.sin((2 * Math.PI * at) / nodes.length),
      },
    ]),
  );
  const thick = d3.scaleSqrt([0, Math.max(...edges.map(({ number }) => number))], [0.5, 6]);
  const told = edges.map(({ from, to, number }) => `${from} to ${to} ${(number / trials).toFixed(1)}`).join(', ');
  return svg(
    'svg',
    { viewBox: `0 0 ${width} ${height}`, role: 'img', class: 'chart', 'aria-label': `Messages a trial under ${name}: ${told}` },
    svg(
      'defs',
      {},
      svg(
        'marker',
        {
          id: 'tip',
          viewBox: '0 0 8 8',
          refX: 7,
          refY: 4,
          markerWidth: 7,
          markerHeight: 7,
          markerUnits: 'userSpaceOnUse',
          orient: 'auto',
        },
        svg('path', { d: 'M0,0L8,4L0,8z', class: 'tip' }),
      ),
    ),
    edges.map(({ from, to, number }) => {
      const [a, b] = [place.get(from), place.get(to)];
      if (!a || !b) return null;
      const far = Math.hypot(b.x - a.x, b.y - a.y) || 1;
      const bend = { x: (a.x + b.x) / 2 + (b.y - a.y) * 0.12, y: (a.y + b.y) / 2 - (b.x - a.x) * 0.12 };
      const end = { x: b.x - ((b.x - a.x) / far) * 22, y: b.y - ((b.y - a.y) / far) * 22 };
      return [
        svg(
          'path',
          {
            d: `M${a.x},${a.y}Q${bend.x},${bend.y} ${end.x},${end.y}`,
            class: 'edge',
            'stroke-width': thick(number),
            'marker-end': 'url(#tip)',
          },
          svg('title', {}, `${from} to ${to}: ${(number / trials).toFixed(1)} a trial`),
        ),
        svg(
          'text',
          { x: (a.x + 2 * bend.x + b.x) / 4, y: (a.y + 2 * bend.y + b.y) / 4, class: 'tick', 'text-anchor': 'middle' },
          (number / trials).toFixed(1),
        ),
      ];
    }),
    nodes.map((node) => {
      const { x, y } = place.get(node);
      return [
        svg('circle', { cx: x, cy: y, r: 16, class: node === 'task' ? 'node-task' : agentClass(agents, node) }),
        svg('text', { x, y: y + 30, 'text-anchor': 'middle', class: 'label' }, node),
      ];
    }),
  );
}
