import { h, section, svg } from './dom.js';
import { listOf, percent, seconds, usd } from './format.js';
import { cellOf } from './run-data.js';

const AXES = [
  { title: 'Cost', unit: 'USD per 1,000 tasks', value: (group) => group.costUsdPer1kTasks, show: (value) => usd(value) },
  {
    title: 'Latency',
    unit: 'p50, seconds',
    value: (group) => group.latencyMs.p50 / 1000,
    show: (value) => seconds(value * 1000),
  },
];

/** Quality against cost or latency, with intervals and the front that nothing beats on both. */
export function tradeOffOf(data, scenario) {
  const charts = AXES.map((axis) => {
    const points = data.groupsOf(scenario).flatMap((group) => {
      const value = axis.value(group);
      return group.quality && value !== null ? [{ name: cellOf(group), x: value, ...group.quality }] : [];
    });
    const drawn =
      points.length === 0 ? h('p', { class: 'note' }, 'No pattern has both figures.') : plot(points, axis, names(data, scenario));
    return h('div', {}, h('h3', {}, `Quality against ${axis.title.toLowerCase()}`), drawn);
  });
  return section(
    'trade-off',
    'Trade-off',
    'Up and to the left is better; lines are 95% intervals. On the dashed line nothing else is both better and cheaper, or faster.',
    h('div', { class: 'card plots' }, charts),
  );
}

const names = (data, scenario) => ({
  chosen: data.recommendationOf(scenario)?.pattern,
  baseline: data.summaryOf(scenario).baseline,
});

/** The points that no other is at least as good as on both axes, cheapest first. */
export function frontOf(points) {
  const front = [];
  for (const point of points.toSorted((a, b) => a.x - b.x || b.mean - a.mean))
    if (front.length === 0 || point.mean > front.at(-1).mean) front.push(point);
  return front;
}

function plot(points, axis, { chosen, baseline }) {
  const narrow = globalThis.innerWidth < 760;
  const [width, height] = narrow ? [340, 320] : [600, 360];
  const room = { left: 44, right: narrow ? 12 : 96, top: 16, bottom: 44 };
  const x = d3.scaleLinear([0, Math.max(...points.map((point) => point.x)) * 1.05], [room.left, width - room.right]);
  const y = d3
    .scaleLinear(
      [Math.min(...points.map(({ low }) => low)), Math.max(...points.map(({ high }) => high))],
      [height - room.bottom, room.top],
    )
    .nice();
  const front = frontOf(points);
  const stairs = d3
    .line(
      (point) => x(point.x),
      (point) => y(point.mean),
    )
    .curve(d3.curveStepAfter)([...front, { x: x.domain()[1], mean: front.at(-1).mean }]);
  const dominated = points.filter((point) => !front.includes(point)).map(({ name }) => name);
  const told = `Quality against ${axis.title.toLowerCase()}. On the front: ${listOf(front.map(({ name }) => name))}. Dominated: ${listOf(dominated) || 'none'}.`;
  return svg(
    'svg',
    { viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': told, class: 'chart' },
    y
      .ticks(5)
      .map((tick) => [
        svg('line', { x1: room.left, x2: width - room.right, y1: y(tick), y2: y(tick), class: 'grid' }),
        svg('text', { x: room.left - 8, y: y(tick) + 4, 'text-anchor': 'end', class: 'tick' }, String(Math.round(100 * tick))),
      ]),
    x
      .ticks(narrow ? 4 : 7)
      .map((tick) =>
        svg(
          'text',
          { x: x(tick), y: height - room.bottom + 20, 'text-anchor': 'middle', class: 'tick' },
          String(Number(tick.toFixed(2))),
        ),
      ),
    svg('text', { x: room.left - 36, y: 10, class: 'axis' }, 'quality, %'),
    svg('text', { x: width - room.right, y: height - 6, 'text-anchor': 'end', class: 'axis' }, axis.unit),
    svg('path', { d: stairs, class: 'front' }),
    points.map((point) =>
      svg('line', {
        x1: x(point.x),
        x2: x(point.x),
        y1: y(point.low),
        y2: y(point.high),
        class: `whisker${point.name === chosen ? ' improved' : ''}`,
      }),
    ),
    points.map((point) =>
      mark(point, {
        x: x(point.x),
        y: y(point.mean),
        isChosen: point.name === chosen,
        isBaseline: point.name === baseline,
        axis,
      }),
    ),
    labels(points, { x, y, narrow, chosen }),
  );
}

function mark(point, { x, y, isChosen, isBaseline, axis }) {
  const shape = d3.symbol(isBaseline ? d3.symbolDiamond : d3.symbolCircle, isBaseline ? 80 : 56)();
  return svg(
    'path',
    { d: shape, transform: `translate(${x},${y})`, class: `dot${isChosen ? ' improved' : ''}` },
    svg(
      'title',
      {},
      `${point.name}: ${percent(point.mean)}% [${percent(point.low)}, ${percent(point.high)}], ${axis.show(point.x)}`,
    ),
  );
}

/** Names to the right of their points; of names that would cover one another the lower ones move down. */
function labels(points, { x, y, narrow, chosen }) {
  const placed = [];
  return points
    .toSorted((a, b) => b.mean - a.mean)
    .map((point) => {
      const at = { x: x(point.x) + 8, y: y(point.mean) + 4 };
      const width = 6.4 * point.name.length;
      while (placed.some((other) => Math.abs(other.y - at.y) < 12 && at.x < other.x + other.width && other.x < at.x + width))
        at.y += 4;
      placed.push({ ...at, width });
      return svg(
        'text',
        { x: at.x, y: at.y, class: `label${point.name === chosen ? ' strong' : ''}${narrow ? ' tiny' : ''}` },
        point.name,
      );
    });
}
