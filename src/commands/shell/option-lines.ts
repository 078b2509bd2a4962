import type { Pattern } from '../../contracts/pattern.ts';
import { z } from '../../schema/zod.ts';

/** The options of a pattern or a scorer as its schema tells them: name, whether it must be given, default or choices, and what each is for; a line each. */
export function optionLines({ options }: Pick<Pattern, 'options'>): string[] {
  const { properties = {}, required = [] } = z.toJSONSchema(options, { io: 'input', unrepresentable: 'any' });
  return Object.entries(properties).flatMap(([name, option]) =>
    typeof option === 'object' ? [lineOf(name, option, required.includes(name))] : [],
  );
}

type Option = Exclude<NonNullable<z.core.JSONSchema.BaseSchema['properties']>[string], boolean>;

function lineOf(name: string, option: Option, isRequired: boolean): string {
  const choices = option.enum?.join(' | ');
  const usual = option.default === undefined ? undefined : plain(option.default);
  const values = [isRequired ? 'required' : undefined, choices, usual === undefined ? undefined : `default ${usual}`]
    .filter(Boolean)
    .join('; ');
  return `option ${name}${values ? ` (${values})` : ''}${option.description ? `: ${option.description}` : ''}`;
}

const plain = (value: unknown): string => (typeof value === 'string' && value !== '' ? value : JSON.stringify(value));
