// XML 1.0 cannot carry these at all, not even escaped. https://www.w3.org/TR/xml/#charsets
const FORBIDDEN =
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
  '\n': '&#10;',
  '\r': '&#13;',
  '\t': '&#9;',
};

/** Text as the value of an attribute or the content of an element; what XML cannot carry becomes U+FFFD. */
export const xmlText = (text: string): string =>
  text.replace(FORBIDDEN, '\ufffd').replace(/[&<>"'\n\r\t]/g, (sign) => ENTITIES[sign]!);

type Attributes = Readonly<Record<string, string | number | undefined>>;

/** The inside of a start tag: the name with its attributes, without those that are undefined. */
export function tag(name: string, attributes: Attributes): string {
  const written = Object.entries(attributes).filter(([, value]) => value !== undefined);
  return `${name}${written.map(([key, value]) => ` ${key}="${xmlText(String(value))}"`).join('')}`;
}

/** An element on one line; content must be XML already. */
export const element = (name: string, attributes: Attributes, content: readonly string[] = []): string =>
  content.length === 0 ? `<${tag(name, attributes)}/>` : `<${tag(name, attributes)}>${content.join('')}</${name}>`;
