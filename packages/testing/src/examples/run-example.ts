import * as autograd from "@dl/autograd";
import * as backend from "@dl/backend";
import * as backendCpu from "@dl/backend-cpu";
import * as backendReference from "@dl/backend-reference";
import * as backendWebgpu from "@dl/backend-webgpu";
import * as conv from "@dl/conv";
import * as data from "@dl/data";
import * as distributions from "@dl/distributions";
import * as formats from "@dl/formats";
import * as gan from "@dl/gan";
import * as generator from "@dl/generator";
import * as nn from "@dl/nn";
import * as optim from "@dl/optim";
import * as tensorPackage from "@dl/tensor";
import * as training from "@dl/training";
import * as vae from "@dl/vae";
import ts from "typescript";

const packages: Readonly<Record<string, object>> = {
  "@dl/autograd": autograd,
  "@dl/backend": backend,
  "@dl/backend-cpu": backendCpu,
  "@dl/backend-reference": backendReference,
  "@dl/backend-webgpu": backendWebgpu,
  "@dl/conv": conv,
  "@dl/data": data,
  "@dl/distributions": distributions,
  "@dl/formats": formats,
  "@dl/gan": gan,
  "@dl/generator": generator,
  "@dl/nn": nn,
  "@dl/optim": optim,
  "@dl/tensor": tensorPackage,
  "@dl/training": training,
  "@dl/vae": vae,
};

/** What examples may speak of without making it. */
function surroundings(): Record<string, unknown> {
  const { normal, integers, tensor } = tensorPackage;
  const model = new nn.Sequential(new nn.Linear(4, 8), new nn.ReLU(), new nn.Linear(8, 3));
  const inputs = normal([16, 4]);
  const targets = integers(0, 3, [16]);
  return {
    model,
    inputs,
    targets,
    loss: nn.crossEntropy(model.forward(inputs), targets),
    x: tensor([1, 2, 3]),
    y: tensor([4, 5, 6]),
    logits: model.forward(inputs),
    teacher: normal([16, 3]).softmax(1),
    optimizer: new optim.SGD(model.parameters(), { learningRate: 0.1 }),
    left: normal([4, 3]),
    right: normal([4, 3]),
    likeness: tensor([1, -1, 1, -1]),
    embed: (image: tensorPackage.Tensor) => image,
    image: normal([4, 3]),
    sameFace: normal([4, 3]),
    otherFace: normal([4, 3]),
    record: () => {},
    encoder: new nn.Linear(4, 8),
    head: new nn.Linear(8, 3),
  };
}

/**
 * Runs an example. A statement with `// => value` behind it must give that value, one with
 * `// throws` must throw; names come from the packages.
 */
export async function runExample(code: string, ownPackage: string): Promise<void> {
  const text = withChecks(code);
  const { outputText } = ts.transpileModule(`async function example() {\n${text}\n}`, {
    compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext },
  });
  const scope: Record<string, unknown> = {
    ...surroundings(),
    ...(Object.assign({}, ...Object.values(packages)) as object),
    // Two packages may use one name; the example means its own.
    ...packages[ownPackage],
    __import: (name: string): unknown => packages[name] ?? import(name),
    __check: check,
    __throws: throwsAsSaid,
  };
  const names = Object.keys(scope);
  // An example is a program: nothing but the language's own constructor makes one from text.
  const AsyncFunction = (async (): Promise<void> => {}).constructor as new (
    ...parts: string[]
  ) => (...values: unknown[]) => Promise<void>;
  const run = new AsyncFunction(...names, `${outputText}\nawait example();`);
  await run(...names.map((name) => scope[name]));
}

/** The example with its imports made dynamic and its promises made into checks. */
function withChecks(code: string): string {
  const source = ts.createSourceFile("example.ts", code, ts.ScriptTarget.ES2022, true);
  const edits: { start: number; end: number; text: string }[] = [];
  const lineEnd = (position: number): string =>
    code.slice(position, code.indexOf("\n", position) >>> 0);
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) {
      edits.push({ start: node.getStart(), end: node.getEnd(), text: importText(node) });
      return;
    }
    if (ts.isExpressionStatement(node) || ts.isVariableStatement(node)) {
      const [start, end] = [node.getStart(), node.getEnd()];
      const expected = /^\s*\/\/ => ?(.*)/.exec(lineEnd(end))?.[1];
      const isThrowing = /^\s*\/\/ throws/.test(lineEnd(end));
      if (isThrowing) {
        edits.push({ start, end, text: `await __throws(async () => { ${node.getText()} });` });
        return;
      }
      if (expected !== undefined && ts.isExpressionStatement(node)) {
        const value = node.expression.getText();
        edits.push({
          start,
          end,
          text: `await __check(${value}, ${JSON.stringify(expected)}, ${JSON.stringify(value)});`,
        });
        return;
      }
      if (expected !== undefined && ts.isVariableStatement(node)) {
        const name = node.declarationList.declarations[0]!.name.getText();
        edits.push({
          start: end,
          end,
          text: ` await __check(${name}, ${JSON.stringify(expected)}, ${JSON.stringify(name)});`,
        });
        return;
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  let text = code;
  for (const { start, end, text: replacement } of edits.toReversed())
    text = text.slice(0, start) + replacement + text.slice(end);
  return text;
}

function importText(node: ts.ImportDeclaration): string {
  const from = node.moduleSpecifier.getText();
  const bindings = node.importClause?.namedBindings;
  if (node.importClause?.isTypeOnly === true || bindings === undefined)
    return `await __import(${from});`;
  if (ts.isNamespaceImport(bindings))
    return `const ${bindings.name.text} = await __import(${from});`;
  const names = bindings.elements
    .filter(({ isTypeOnly }) => !isTypeOnly)
    .map(({ name, propertyName }) =>
      propertyName === undefined ? name.text : `${propertyName.text}: ${name.text}`,
    );
  return `const { ${names.join(", ")} } = await __import(${from});`;
}

/** Numbers agree to five digits; `0.6931...` stands for its beginning. */
async function check(received: unknown, expected: string, what: string): Promise<void> {
  let value: unknown = await received;
  if (value instanceof tensorPackage.Tensor) value = await value.toArray();
  if (value instanceof Map || value instanceof Set) value = [...value];
  const shown = JSON.stringify(value, (_, item: unknown) =>
    typeof item === "number" && !Number.isFinite(item) ? String(item) : item,
  );
  const prefix = /^(-?[\d.]+)\.\.\.$/.exec(expected.trim())?.[1];
  const isRight =
    prefix !== undefined ? String(value).startsWith(prefix) : isEqual(value, parseValue(expected));
  if (!isRight)
    throw new Error(`${what} gives ${shown ?? String(value)}, the documentation says ${expected}`);
}

function parseValue(text: string): unknown {
  // The value alone, without a remark behind it.
  const candidates = [text, text.replace(/[,;:] .*$/, ""), text.split(/\s{2,}|\s\(/)[0]!];
  for (const candidate of candidates)
    try {
      // oxlint-disable-next-line typescript/no-implied-eval
      return (new globalThis.Function(`return (${candidate});`) as () => unknown)();
    } catch {
      // Try without the remark.
    }
  return text;
}

function isEqual(received: unknown, expected: unknown): boolean {
  if (typeof received === "number" && typeof expected === "number")
    return (
      Object.is(received, expected) ||
      Math.abs(received - expected) <= 1e-5 * Math.max(1, Math.abs(expected))
    );
  if (isList(received) && isList(expected))
    return (
      received.length === expected.length &&
      Array.from(received).every((item, i) => isEqual(item, expected[i]))
    );
  if (isPlain(expected))
    return (
      isPlain(received) &&
      isEqual(Object.keys(received).toSorted(), Object.keys(expected).toSorted()) &&
      Object.entries(expected).every(([name, value]) => isEqual(received[name], value))
    );
  return Object.is(received, expected) || String(received) === String(expected);
}

function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !isList(value);
}

function isList(value: unknown): value is ArrayLike<unknown> {
  return Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView));
}

async function throwsAsSaid(body: () => Promise<unknown>): Promise<void> {
  try {
    await body();
  } catch {
    return;
  }
  throw new Error("nothing was thrown, and the documentation says it is");
}
