/** An element with attributes (`on…` are listeners) and children; strings become text nodes, never markup. */
export function h(name, attributes = {}, ...children) {
  return filled(document.createElement(name), attributes, children);
}

/** The same for drawings. */
export function svg(name, attributes = {}, ...children) {
  return filled(document.createElementNS('http://www.w3.org/2000/svg', name), attributes, children);
}

export function filled(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? '' : String(value));
  }
  for (const child of children.flat(3)) {
    if (child !== null && child !== undefined && child !== false) element.append(child);
  }
  return element;
}

/** A section with its heading and the sentence that states its result. */
export function section(id, title, lede, ...children) {
  return h(
    'section',
    { id, 'aria-labelledby': `${id}-title` },
    h(
      'div',
      { class: 'head' },
      h('h2', { id: `${id}-title`, tabindex: '-1' }, title),
      lede ? h('p', { class: 'lede' }, lede) : null,
    ),
    ...children,
  );
}

/** A link within the page to the trace behind a number. */
export function traceLink(trial, text, attributes = {}) {
  return h('a', { ...attributes, href: `#trace=${encodeURIComponent(trialName(trial))}` }, text);
}

export function trialName({ scenario, adapter, pattern, sample, trial }) {
  return `${scenario}/${adapter === 'native' ? pattern : `${adapter}:${pattern}`}/${sample}/${trial}`;
}

/** Sorts texts the same way everywhere. */
export function byName(a, b) {
  return a < b ? -1 : a > b ? 1 : 0;
}
