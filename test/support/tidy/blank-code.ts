const CLOSES_VALUE = /[\w$)\]}'"`]$/;
const KEYWORD_BEFORE_REGEXP = /(?:^|[^\w$.])(?:return|typeof|case|in|of|await|yield|void)$/;

/**
 * TypeScript with its comments, and on demand the content of strings, templates and regular expressions, replaced by blanks of the same
 * length: what remains is code, at the offsets where it was. Code inside `${}` stays.
 */
export function blankCode(text: string, keep: { readonly strings: boolean }): string {
  let out = '';
  let i = 0;
  // What each open brace belongs to: a template's `${`, or plain code.
  const braces: ('template' | 'code')[] = [];
  const blank = (end: number) => {
    out += text.slice(i, end).replace(/[^\n]/g, ' ');
    i = end;
  };
  const literal = (end: number) => {
    if (keep.strings) {
      out += text.slice(i, end);
      i = end;
    } else blank(end);
  };
  while (i < text.length) {
    const c = text[i]!;
    const two = text.slice(i, i + 2);
    if (two === '//') blank(endOf(text.indexOf('\n', i), text));
    else if (two === '/*') blank(endOf(text.indexOf('*/', i + 2), text, 2));
    else if (c === "'" || c === '"') literal(endOfQuoted(text, i + 1, c));
    else if (c === '/' && startsRegExp(out)) literal(endOfRegExp(text, i + 1));
    else if (c === '`' || (c === '}' && braces.at(-1) === 'template')) {
      if (c === '}') braces.pop();
      const end = endOfTemplate(text, i + 1);
      if (text.slice(end - 2, end) === '${') braces.push('template');
      literal(end);
    } else {
      if (c === '{') braces.push('code');
      if (c === '}') braces.pop();
      out += c;
      i++;
    }
  }
  return out;
}

const endOf = (found: number, text: string, length = 0): number => (found < 0 ? text.length : found + length);

function startsRegExp(before: string): boolean {
  const code = before.trimEnd();
  return !CLOSES_VALUE.test(code) || KEYWORD_BEFORE_REGEXP.test(code);
}

function endOfQuoted(text: string, from: number, quote: string): number {
  for (let i = from; i < text.length; i++) {
    if (text[i] === '\\') i++;
    else if (text[i] === quote || text[i] === '\n') return i + 1;
  }
  return text.length;
}

function endOfRegExp(text: string, from: number): number {
  let inClass = false;
  for (let i = from; i < text.length && text[i] !== '\n'; i++) {
    if (text[i] === '\\') i++;
    else if (text[i] === '[') inClass = true;
    else if (text[i] === ']') inClass = false;
    else if (text[i] === '/' && !inClass) return i + 1;
  }
  return from;
}

/** The end of a piece of a template: after its closing backtick, or after the `${` that opens code. */
function endOfTemplate(text: string, from: number): number {
  for (let i = from; i < text.length; i++) {
    if (text[i] === '\\') i++;
    else if (text[i] === '`') return i + 1;
    else if (text[i] === '$' && text[i + 1] === '{') return i + 2;
  }
  return text.length;
}
