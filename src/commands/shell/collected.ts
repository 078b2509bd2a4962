/** A parser of a repeatable option. */
export const collected = (text: string, before: readonly string[] | undefined): string[] => [...(before ?? []), text];
