import { readFileSync } from "node:fs";
import { join, relative } from "node:path";
import ts from "typescript";
import { filesBelow } from "../examples/extract-examples.ts";

const root = join(import.meta.dirname, "../../../..");

/** A call that a text for people tells them to write, and where the text stands. */
export interface Advice {
  readonly called: string;
  readonly site: string;
}

/** Three words in a row. */
const sentence = /[a-z]{2,} [a-z]{2,} [a-z]{2,}/;
/** The text of a kernel, a worker or a style sheet. */
const code = /[;{]\s*\n/;
const call = /(?<![\w$])([A-Za-z_$][\w$]*)\(/g;

/** What the sources of packages and apps tell people to call, and the methods of exported interfaces. */
export function readSources(): { advised: readonly Advice[]; methods: readonly string[] } {
  const paths = ["packages", "apps"]
    .flatMap((folder) => filesBelow(join(root, folder), ".ts"))
    .map((path) => relative(root, path))
    .filter((path) => /[/\\]src[/\\](?!.*\.test\.)/.test(path) && !/^packages.testing/.test(path));
  const advised: Advice[] = [];
  const methods: string[] = [];
  for (const path of paths) {
    const text = readFileSync(join(root, path), "utf8");
    const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest);
    const visit = (node: ts.Node): void => {
      if (ts.isStringLiteralLike(node) || ts.isTemplateExpression(node)) {
        const { line } = source.getLineAndCharacterOfPosition(node.end);
        for (const called of callsIn(wordsOf(node)))
          advised.push({ called, site: `${path}:${line + 1}` });
      }
      if (ts.isInterfaceDeclaration(node))
        for (const { name } of node.members)
          if (name !== undefined && ts.isIdentifier(name)) methods.push(name.text);
      ts.forEachChild(node, visit);
    };
    visit(source);
  }
  return { advised, methods };
}

function callsIn(text: string): string[] {
  if (!sentence.test(text) || code.test(text)) return [];
  return Array.from(text.matchAll(call), ([, called]) => called!);
}

/** A template's own words; what is filled in is a space, so that it makes no name with its neighbours. */
function wordsOf(node: ts.StringLiteralLike | ts.TemplateExpression): string {
  if (!ts.isTemplateExpression(node)) return node.text;
  return [node.head.text, ...node.templateSpans.map(({ literal }) => literal.text)].join(" ");
}
