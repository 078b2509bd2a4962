import {
  Composer,
  type Document,
  type DocumentOptions,
  Lexer,
  type LineCounter,
  Parser,
  type ParsedNode,
  type ParseOptions,
  type SchemaOptions,
  YAMLParseError,
} from 'yaml';
import { MAX_DEPTH } from './hostile-data.ts';

type YamlOptions = ParseOptions & DocumentOptions & SchemaOptions;

/** A document, or where its nesting passes the limit. */
export type YamlDocument = { readonly document: Document.Parsed<ParsedNode> } | { readonly deepAt: number };

/**
 * What `parseDocument` of the library makes of a text, unless it is nested too deep; `lines` learns where lines begin. The composer recurses
 * over what the parser yields, and deep nesting aborts the whole process there (not an exception: V8's memory for expressions runs out), so
 * the parser's own stack is watched first. The text is gone through once for both.
 */
export function yamlDocument(text: string, lines: LineCounter, options: YamlOptions): YamlDocument {
  const parser = new Parser(lines.addNewLine);
  lines.addNewLine(0);
  const tokens = [];
  for (const lexeme of new Lexer().lex(text)) {
    for (const token of parser.next(lexeme)) tokens.push(token);
    // The document and the scalar at hand stand on the stack too.
    if (parser.stack.length > MAX_DEPTH + 2) return { deepAt: parser.offset };
  }
  for (const token of parser.end()) tokens.push(token);
  const [first, second] = [...new Composer(options).compose(tokens, true, text.length)];
  const document = first as Document.Parsed<ParsedNode>;
  if (second) {
    const [from, to] = second.range;
    document.errors.push(new YAMLParseError([from, to], 'MULTIPLE_DOCS', 'the file holds multiple documents; keep one'));
  }
  return { document };
}
