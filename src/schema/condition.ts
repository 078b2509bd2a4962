import { isObject, type Json } from '../kernel/json.ts';
import { z } from './zod.ts';

/**
 * A condition on JSON, such as `args.usd > 50000 && !(args.currency == "test")`:
 *
 *     or         = and *("||" and)
 *     and        = not *("&&" not)
 *     not        = "!" not | comparison
 *     comparison = operand [("==" | "!=" | "<" | "<=" | ">" | ">=") operand]
 *     operand    = number | string | "true" | "false" | "null" | path | "(" or ")"
 *     path       = name *("." name | "[" digits "]")
 *
 * Nothing is evaluated as code. What cannot be told (text compared with a number, a missing amount) is undefined, never false: whoever
 * guards something by a condition can then be on the safe side.
 */
export type Condition = (given: Json) => boolean | undefined;

export type ParsedCondition =
  | { readonly ok: true; readonly condition: Condition }
  | { readonly ok: false; readonly problem: string; readonly column: number };

/** Longer text is no condition that a person could check; recursion stays shallow. */
const MAX_LENGTH = 500;

type Value = Json | undefined;
type Evaluate = (given: Json) => Value;

/** Parses a condition; `column` counts from 1. */
export function parseCondition(text: string): ParsedCondition {
  if (text.length > MAX_LENGTH) return { ok: false, problem: `longer than ${MAX_LENGTH} characters`, column: MAX_LENGTH + 1 };
  try {
    const parser = new Parser(text);
    const evaluate = parser.or();
    parser.end();
    return { ok: true, condition: (given) => truthOf(evaluate(given)) };
  } catch (error) {
    if (error instanceof SyntaxProblem) return { ok: false, problem: error.message, column: error.column };
    throw error;
  }
}

/** A condition in a file: strict, with the column of what is wrong. */
export const conditionText = z.string().superRefine((text, context) => {
  const parsed = parseCondition(text);
  if (!parsed.ok) context.addIssue({ code: 'custom', message: `${parsed.problem} at column ${parsed.column} of the condition` });
});

class SyntaxProblem extends Error {
  readonly column: number;

  constructor(problem: string, column: number) {
    super(problem);
    this.column = column;
  }
}

interface Token {
  readonly text: string;
  readonly at: number;
}

const TOKEN =
  /\s*(?:(\|\||&&|==|!=|<=|>=|[<>!()[\].])|(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|([A-Za-z_]\w*))/y;

function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  for (let at = 0; text.slice(at).trim() !== ''; at = TOKEN.lastIndex) {
    const match = TOKEN.exec(text);
    if (!match) {
      const column = at + text.slice(at).search(/\S/);
      throw new SyntaxProblem(`${JSON.stringify(text[column])} is not expected`, column + 1);
    }
    const token = match[0].trimStart();
    tokens.push({ text: token, at: TOKEN.lastIndex - token.length });
  }
  return tokens;
}

class Parser {
  readonly #tokens: readonly Token[];
  readonly #length: number;
  #next = 0;

  constructor(text: string) {
    this.#tokens = tokensOf(text);
    this.#length = text.length;
  }

  or(): Evaluate {
    let left = this.#and();
    while (this.#take('||')) left = either(left, this.#and());
    return left;
  }

  end(): void {
    const rest = this.#tokens[this.#next];
    if (rest) throw new SyntaxProblem(`${JSON.stringify(rest.text)} is not expected`, rest.at + 1);
  }

  #and(): Evaluate {
    let left = this.#not();
    while (this.#take('&&')) left = both(left, this.#not());
    return left;
  }

  #not(): Evaluate {
    if (!this.#take('!')) return this.#comparison();
    const inner = this.#not();
    return (given) => {
      const truth = truthOf(inner(given));
      return truth === undefined ? undefined : !truth;
    };
  }

  #comparison(): Evaluate {
    const left = this.#operand();
    const operator = Object.keys(COMPARE).find((candidate) => this.#take(candidate));
    if (operator === undefined) return left;
    const compare = COMPARE[operator]!;
    const right = this.#operand();
    return (given) => compare(left(given), right(given));
  }

  #operand(): Evaluate {
    const token = this.#tokens[this.#next];
    if (!token) throw new SyntaxProblem('something is missing', this.#length + 1);
    this.#next++;
    if (token.text === '(') {
      const inner = this.or();
      this.#expect(')');
      return inner;
    }
    if (Object.hasOwn(WORDS, token.text)) return () => WORDS[token.text]!;
    if (/^[-\d]/.test(token.text)) return () => Number(token.text);
    if (/^["']/.test(token.text)) return textLiteral(token.text);
    if (/^[A-Za-z_]/.test(token.text)) return this.#path(token.text);
    throw new SyntaxProblem(`${JSON.stringify(token.text)} is not expected`, token.at + 1);
  }

  #path(first: string): Evaluate {
    const steps: (string | number)[] = [first];
    for (;;) {
      if (this.#take('.')) steps.push(this.#match(/^[A-Za-z_]/, 'a name'));
      else if (this.#take('[')) {
        steps.push(Number(this.#match(/^\d+$/, 'a whole number')));
        this.#expect(']');
      } else return (given) => steps.reduce<Value>(memberOf, given);
    }
  }

  #match(pattern: RegExp, what: string): string {
    const token = this.#tokens[this.#next];
    if (!token || !pattern.test(token.text)) throw new SyntaxProblem(`${what} is missing`, (token?.at ?? this.#length) + 1);
    this.#next++;
    return token.text;
  }

  #expect(text: string): void {
    const token = this.#tokens[this.#next];
    if (!this.#take(text)) throw new SyntaxProblem(`"${text}" is missing`, (token?.at ?? this.#length) + 1);
  }

  #take(text: string): boolean {
    if (this.#tokens[this.#next]?.text !== text) return false;
    this.#next++;
    return true;
  }
}

const WORDS: Readonly<Record<string, Json>> = { true: true, false: false, null: null };

function textLiteral(token: string): Evaluate {
  const text = token.slice(1, -1).replace(/\\(.)/g, '$1');
  return () => text;
}

/** Own members only: nothing of what an object inherits can be asked for. */
function memberOf(value: Value, step: string | number): Value {
  if (typeof step === 'number') return Array.isArray(value) ? (value[step] as Value) : undefined;
  return isObject(value) && Object.hasOwn(value, step) ? value[step] : undefined;
}

const isScalar = (value: Value): boolean => value === undefined || value === null || typeof value !== 'object';

/** A missing member equals null; lists and objects cannot be compared. */
const equal = (left: Value, right: Value): boolean | undefined =>
  isScalar(left) && isScalar(right) ? (left ?? null) === (right ?? null) : undefined;

const negated = (truth: boolean | undefined) => (truth === undefined ? undefined : !truth);

const ordered =
  (test: (left: number | string, right: number | string) => boolean) =>
  (left: Value, right: Value): boolean | undefined =>
    (typeof left === 'number' && typeof right === 'number') || (typeof left === 'string' && typeof right === 'string')
      ? test(left, right)
      : undefined;

const COMPARE: Readonly<Record<string, (left: Value, right: Value) => boolean | undefined>> = {
  '==': equal,
  '!=': (left, right) => negated(equal(left, right)),
  '<=': ordered((left, right) => left <= right),
  '>=': ordered((left, right) => left >= right),
  '<': ordered((left, right) => left < right),
  '>': ordered((left, right) => left > right),
};

const truthOf = (value: Value): boolean | undefined => (typeof value === 'boolean' ? value : undefined);

const both =
  (left: Evaluate, right: Evaluate): Evaluate =>
  (given) => {
    const truths = [truthOf(left(given)), truthOf(right(given))];
    return truths.includes(false) ? false : truths.includes(undefined) ? undefined : true;
  };

const either =
  (left: Evaluate, right: Evaluate): Evaluate =>
  (given) => {
    const truths = [truthOf(left(given)), truthOf(right(given))];
    return truths.includes(true) ? true : truths.includes(undefined) ? undefined : false;
  };
