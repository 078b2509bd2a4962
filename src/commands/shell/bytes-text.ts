/** A number of bytes as a person reads it: `512 B`, `12.3 kB`, `4.5 MB` (powers of 1,024). */
export const bytesText = (bytes: number): string =>
  bytes < 1024 ? `${bytes} B` : bytes < 1024 ** 2 ? `${(bytes / 1024).toFixed(1)} kB` : `${(bytes / 1024 ** 2).toFixed(1)} MB`;
