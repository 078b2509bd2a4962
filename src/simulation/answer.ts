import { choose, neededDomains } from './delegate.ts';
import { jsonAnswer, jsonText } from './json-answer.ts';
import { prose } from './prose.ts';
import type { Reading } from './read.ts';
import { review } from './review.ts';
import { type ToolTurn, toolTurn } from './tool-use.ts';
import { PHRASES } from './words.ts';

/** Decides by the request alone what kind of answer is asked for, and gives it. */
export function answer(reading: Reading): ToolTurn {
  const { request, shapes, instruction, candidates, task } = reading;
  if (request.forcedTool !== null && shapes.length > 0) {
    return { text: null, calls: [{ name: request.forcedTool, args: jsonAnswer({ ...reading, strict: true }) }] };
  }
  // An agent with tools and a form first looks up what it needs; the form is that of its last word.
  const turn = request.tools.length > 0 && request.forcedTool === null ? toolTurn(reading) : undefined;
  if (turn) return turn;
  if (shapes.length > 0) return say(jsonText(reading));
  if (PHRASES.passOrFail.test(instruction)) return say(review(reading).isFine ? 'pass' : 'fail');
  if (PHRASES.oneName.test(instruction) && candidates.length > 0) {
    const domain = task.category ?? neededDomains(reading)[0];
    return say(domain === undefined ? candidates[0]!.name : choose(reading, domain).name);
  }
  return say(prose(reading));
}

const say = (text: string): ToolTurn => ({ text, calls: [] });
