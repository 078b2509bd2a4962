import { requestKey } from '../../../src/fixtures/request-key.ts';
import type { Goal } from '../goal.ts';
import { ratioResult } from '../ratio-result.ts';
import { compare } from '../slices.ts';

interface Message {
  readonly role: 'user' | 'assistant';
  readonly content: string;
}

const KEYS = 50;

/** A text of so many characters, other ones for each seed. */
const textOf = (seed: number, length: number): string =>
  Array.from({ length: Math.ceil(length / 8) }, (_, at) => ((seed + at) * 2654435761).toString(36).slice(0, 7))
    .join(' ')
    .slice(0, length);

const messages = (count: number, length: number): Message[] =>
  Array.from({ length: count }, (_, at) => ({ role: at % 2 === 0 ? 'user' : 'assistant', content: textOf(at, length) }));

let sent = 0;

/** A message that nobody has seen before: another object, another text of the same length. */
const fresh = ({ role, content }: Message): Message => ({ role, content: `${++sent}`.padStart(8, '0') + content.slice(8) });

/** Keys of one turn of a loop: the history is sent again, and the newest question and answer have just been appended. */
const turns = (history: readonly Message[]) => () => {
  for (let i = 0; i < KEYS; i++) {
    requestKey({ model: 'gpt-4o-mini', seed: 7, messages: [...history.slice(0, -2), ...history.slice(-2).map(fresh)] });
  }
  return KEYS;
};

/** The key of a request at the end of a long conversation, against that of its first turn. */
export const longContextKey: Goal = {
  id: 'long-context-key',
  title: 'CPU of the key of 40 messages (151 KB) over that of 2 messages (0.5 KB)',
  run: async (options) => {
    const [short, long] = [messages(2, 256), messages(40, 3_865)];
    const nothingKnown = () => {
      for (let i = 0; i < 5; i++) requestKey({ model: 'gpt-4o-mini', seed: 7, messages: long.map(fresh) });
      return 5;
    };
    const compared = await compare(
      { name: '2 messages, 0.5 KB', batch: turns(short) },
      [
        { name: '40 messages, 151 KB', batch: turns(long) },
        { name: 'the same, nothing known', batch: nothingKnown },
      ],
      options,
    );
    return ratioResult(compared, {
      goal: 'long-context-key',
      limit: 8,
      variant: '40 messages, 151 KB',
      conditions: 'per key; as in the loop of an agent, two messages are new in each turn and the others were sent before',
    });
  },
};
