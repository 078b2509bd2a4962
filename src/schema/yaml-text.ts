import { Document, isScalar, visit } from 'yaml';

/** Characters that must not stand in a text as they are: controls, bidirectional and invisible ones. Line feeds and tabs may. */
const UNSAFE =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]/gu;

/**
 * A value as YAML 1.2: texts of several lines as blocks, no folding, no aliases. Texts with control or invisible characters are quoted and
 * those characters escaped, so that the YAML is safe to look at and still means the same.
 */
export function yamlText(value: unknown): string {
  const document = new Document(value, { aliasDuplicateObjects: false });
  visit(document, {
    Scalar: (_key, node) => {
      if (!isScalar(node) || typeof node.value !== 'string') return;
      if (node.value.search(UNSAFE) >= 0) node.type = 'QUOTE_DOUBLE';
      else if (/\n/.test(node.value)) node.type = /\S/.test(node.value) ? 'BLOCK_LITERAL' : 'QUOTE_DOUBLE';
    },
  });
  const text = document.toString({ lineWidth: 0, blockQuote: 'literal' });
  // They occur within double quotes only, where this escape means the character.
  return text.replace(UNSAFE, escaped);
}

const escaped = (char: string): string => {
  const hex = char.codePointAt(0)!.toString(16);
  return hex.length > 4 ? `\\U${hex.padStart(8, '0')}` : `\\u${hex.padStart(4, '0')}`;
};
