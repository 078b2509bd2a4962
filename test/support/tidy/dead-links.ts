import { posix } from 'node:path';
import { lineAt, type Project, type TidyProblem } from './project.ts';

const LINK = /\[[^\]\n]*\]\(\s*<?([^)\s>]+)>?[^)\n]*\)/g;

/** Relative links of Markdown files lead to files, and their fragments to headings. */
export const checkDeadLinks = (project: Project): TidyProblem[] =>
  project.files
    .filter(({ path }) => path.endsWith('.md'))
    .flatMap(({ path, text }) => {
      const prose = text.replace(/^(`{3,})[^\n]*\n[\s\S]*?^\1|`[^`\n]*`/gm, (code) => code.replace(/[^\n]/g, ' '));
      return [...prose.matchAll(LINK)].flatMap((match) => {
        const link = match[1]!;
        if (/^[a-z][a-z+.-]*:/i.test(link)) return [];
        const what = problemOf(project, path, decodeURI(link));
        return what === undefined ? [] : [{ path, line: lineAt(prose, match.index), what, remedy: 'Mend or remove the link.' }];
      });
    });

function problemOf(project: Project, from: string, link: string): string | undefined {
  const [file = '', fragment] = link.split('#');
  const target = file === '' ? from : posix.join(posix.dirname(from), file).replace(/\/$/, '').replace(/^\.$/, '');
  if (!project.exists(target)) return `dead link: ${link}`;
  const text = project.files.find(({ path }) => path === target)?.text;
  if (fragment === undefined || fragment === '' || text === undefined || !target.endsWith('.md')) return undefined;
  return headingsOf(text).includes(fragment) ? undefined : `dead link: ${link} (no such heading)`;
}

/** Headings as GitHub turns them into fragments. */
function headingsOf(text: string): string[] {
  const seen = new Map<string, number>();
  return [...text.matchAll(/^#{1,6}\s+(.+?)\s*#*$/gm)].map((match) => {
    const slug = match[1]!
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replace(/\s/g, '-');
    const count = seen.get(slug) ?? 0;
    seen.set(slug, count + 1);
    return count === 0 ? slug : `${slug}-${count}`;
  });
}
