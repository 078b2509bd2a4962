import { hash } from 'node:crypto';

/** SHA-256 of UTF-8 text as 64 hexadecimal digits. */
export const sha256Hex = (text: string): string => hash('sha256', text, 'hex');

/** The first `length` characters (6 bits each) of the SHA-256 in base64url: short enough for a file, long enough not to collide. */
export const shortHash = (text: string, length = 22): string => hash('sha256', text, 'base64url').slice(0, length);
