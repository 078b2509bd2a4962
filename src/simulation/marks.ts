const WORD = /[\p{L}\p{N}_]/u;
const DIGIT = /\d/;

/**
 * Whether `mark` stands in `text` as a whole: "700 EUR" stands neither in "1700 EUR" nor in "1,700 EUR", "70" not in "70.40".
 * Marks are compared by code unit, case included.
 */
export function stands(text: string, mark: string): boolean {
  for (let at = text.indexOf(mark); at >= 0; at = text.indexOf(mark, at + 1)) {
    if (isFreeBefore(text, at) && isFreeAfter(text, at + mark.length)) return true;
  }
  return false;
}

function isFreeBefore(text: string, at: number): boolean {
  const before = text[at - 1] ?? ' ';
  if (WORD.test(before)) return !WORD.test(text[at]!);
  const insideNumber = /[.,]/.test(before) && DIGIT.test(text[at - 2] ?? ' ') && DIGIT.test(text[at]!);
  return !insideNumber;
}

function isFreeAfter(text: string, end: number): boolean {
  const after = text[end] ?? ' ';
  if (WORD.test(after)) return !WORD.test(text[end - 1]!);
  const insideNumber = /[.,]/.test(after) && DIGIT.test(text[end + 1] ?? ' ') && DIGIT.test(text[end - 1]!);
  return !insideNumber;
}

/** A statement and the part of it by which it is recognised in any text. */
export interface Statement {
  readonly text: string;
  readonly mark: string;
}

/** Takes "We owe you [68.40 EUR]." apart; with `value`, the same sentence with that value as its mark. */
export function statementOf(bracketed: string, value?: string): Statement {
  const open = bracketed.indexOf('[');
  const close = bracketed.indexOf(']', open);
  const mark = value ?? bracketed.slice(open + 1, close);
  return { text: bracketed.slice(0, open) + mark + bracketed.slice(close + 1), mark };
}
