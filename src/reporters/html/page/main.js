import { againstOf } from './against.js';
import { agentsSection } from './agents.js';
import { answerOf } from './answer.js';
import { h } from './dom.js';
import { findingsOf } from './findings.js';
import { headOf } from './head.js';
import { messagesOf } from './messages.js';
import { methodsOf } from './methods.js';
import { overviewOf } from './overview.js';
import { unpacked } from './run-data.js';
import { samplesOf } from './samples.js';
import { traceOf } from './trace.js';
import { tradeOffOf } from './trade-off.js';
import { whatIfOf } from './what-if.js';

const PLACES = [
  ['answer', 'Answer'],
  ['overview', 'Overview'],
  ['trade-off', 'Trade-off'],
  ['samples', 'Samples'],
  ['agents', 'Agents'],
  ['trace', 'Trace'],
  ['messages', 'Messages'],
  ['findings', 'Findings'],
  ['what-if', 'What if'],
  ['methods', 'Methods'],
];

/** Draws the page; what is chosen stands in `state`, and which trace is open in the address. */
export async function start() {
  const data = await unpacked(document.getElementById('data').textContent);
  const state = {
    scenario: data.run.scenarios[0]?.name,
    trial: undefined,
    cell: undefined,
    sort: { key: 'quality', descending: true },
  };
  const main = h('main', { class: 'wrap' });
  const trace = () => main.querySelector('#trace');
  const menu = h(
    'select',
    { 'aria-label': 'Scenario', onchange: (event) => show(event.target.value) },
    data.run.scenarios.map(({ name }) => h('option', { value: name }, name)),
  );
  const show = (scenario) => {
    if (scenario !== state.scenario) state.trial = undefined;
    state.scenario = scenario;
    state.cell = undefined;
    menu.value = scenario;
    main.replaceChildren(
      ...[answerOf, overviewOf, tradeOffOf, samplesOf, agentsSection, traceOf, messagesOf, findingsOf, whatIfOf, methodsOf].map(
        (draw) => draw(data, scenario, state),
      ),
    );
  };
  const open = () => {
    const wanted = /^#trace=(.+)$/.exec(location.hash);
    const trial = wanted && data.byName.get(safelyDecoded(wanted[1]));
    if (!trial) return;
    state.trial = safelyDecoded(wanted[1]);
    if (trial.scenario !== state.scenario) {
      const { trial: chosen } = state;
      show(trial.scenario);
      state.trial = chosen;
    }
    trace().replaceWith(traceOf(data, state.scenario, state));
    trace().scrollIntoView();
    trace().querySelector('h2').focus({ preventScroll: true });
  };
  const bar = h(
    'div',
    { class: 'bar-top', role: 'region', 'aria-label': 'Scenario and sections' },
    h(
      'div',
      { class: 'wrap' },
      h('label', {}, h('span', { class: 'hidden' }, 'Scenario'), menu),
      h(
        'nav',
        { 'aria-label': 'Sections' },
        PLACES.map(([id, title]) => h('a', { href: `#${id}` }, title)),
      ),
    ),
  );
  const page = document.getElementById('page');
  page.replaceChildren(...[headOf(data), againstOf(data), bar, main].filter(Boolean));
  if (state.scenario !== undefined) show(state.scenario);
  page.removeAttribute('aria-busy');
  addEventListener('hashchange', open);
  open();
}

function safelyDecoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return '';
  }
}
