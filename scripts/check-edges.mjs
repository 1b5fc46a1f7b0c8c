// Which package may import which, and no import cycles between files. Tests and benchmarks are free.
import { readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { isDeepStrictEqual } from "node:util";
import ts from "typescript";
import { filesIn, isTest, packages, report, root } from "./workspace.mjs";

/** What packages of models may import. */
const models = [
  "autograd",
  "backend",
  "conv",
  "distributions",
  "generator",
  "nn",
  "optim",
  "tensor",
  "training",
];
const allowed = {
  backend: [],
  "backend-reference": ["backend"],
  "backend-cpu": ["backend"],
  "backend-webgpu": ["backend"],
  formats: ["backend"],
  tensor: ["backend"],
  autograd: ["backend", "tensor"],
  nn: ["autograd", "backend", "tensor"],
  conv: ["autograd", "backend", "nn", "tensor"],
  optim: ["autograd", "backend", "tensor"],
  data: ["backend", "formats", "tensor"],
  training: ["autograd", "backend", "data", "formats", "nn", "optim", "tensor"],
  distributions: ["autograd", "backend", "tensor"],
  generator: ["autograd", "backend", "distributions", "nn", "optim", "tensor", "training"],
  gan: models,
  vae: models,
};
// The only places that choose a backend; private, so they may import everything.
const free = new Set(["testing", "train", "bench"]);
// A class and the type of the methods installed on it name each other; nothing of it is left at run time.
const typeOnlyEdge = ["packages/tensor/src/core/tensor.ts", "packages/tensor/src/methods.ts"];
// A static import of a Node module would break the package in a browser: `await import("node:fs")` where it is used.
const staticNodeImport = /^\s*(import|export)\s[^;()]*?from\s+"node:/m;

const faults = [];
for (const { name, dir, manifest } of packages) {
  const may = free.has(name) ? null : allowed[name];
  if (may === undefined) {
    faults.push(`${dir}: not in the lists of scripts/check-edges.mjs`);
    continue;
  }
  const src = join(root, dir, "src");
  const declared = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies });
  const used = new Set();
  const graph = new Map();
  for (const file of filesIn(`${dir}/src`, ".ts")) {
    const text = readFileSync(file, "utf8");
    if (isTest(file)) {
      if (may === null) for (const target of importsOf(text)) used.add(packageOf(target));
      continue;
    }
    const edges = [];
    if (may && staticNodeImport.test(text)) faults.push(`${file}: static import of a Node module`);
    for (const target of importsOf(text)) {
      if (target.startsWith(".")) {
        const path = resolve(dirname(file), target);
        if (relative(src, path).startsWith("..")) faults.push(`${file}: ${target} leaves src`);
        if (isTest(path)) faults.push(`${file}: ${target} is a test`);
        const edge = [file, path].map((end) => relative(root, end));
        if (!isDeepStrictEqual(edge, typeOnlyEdge)) edges.push(path);
        continue;
      }
      if (target.startsWith("node:")) continue;
      const dependency = packageOf(target);
      used.add(dependency);
      if (!declared.includes(dependency)) faults.push(`${file}: ${target} is not in dependencies`);
      if (!target.startsWith("@dl/")) continue;
      if (target !== dependency && !isEntry(target, dependency))
        faults.push(`${file}: deep import ${target}`);
      if (may && !may.includes(dependency.slice("@dl/".length)))
        faults.push(`${file}: ${name} may not import ${dependency}`);
    }
    graph.set(file, edges);
  }
  if (graph.size > 0)
    for (const dependency of declared)
      if (dependency.startsWith("@dl/") && !used.has(dependency))
        faults.push(`${dir}/package.json: ${dependency} is never imported`);
  faults.push(...cycles(graph));
}
report(faults);

function importsOf(text) {
  return ts.preProcessFile(text, true, true).importedFiles.map(({ fileName }) => fileName);
}

/** Whether the package exports it, as "@dl/data/node", for what runs where it does. */
function isEntry(target, dependency) {
  const manifest = packages.find((one) => one.manifest.name === dependency)?.manifest;
  return manifest?.exports?.[`.${target.slice(dependency.length)}`] !== undefined;
}

/** "@dl/tensor/src/x.ts" -> "@dl/tensor", "vitest/config" -> "vitest". */
function packageOf(target) {
  return target
    .split("/")
    .slice(0, target.startsWith("@") ? 2 : 1)
    .join("/");
}

/** Depth first; a file met again while it is still open closes a cycle. */
function cycles(graph) {
  const state = new Map();
  const found = [];
  const visit = (file, path) => {
    if (state.get(file) === "open") {
      const loop = [...path.slice(path.indexOf(file)), file];
      found.push(`import cycle: ${loop.map((step) => relative(root, step)).join(" -> ")}`);
    }
    if (state.has(file)) return;
    state.set(file, "open");
    for (const next of graph.get(file) ?? []) visit(next, [...path, file]);
    state.set(file, "done");
  };
  for (const file of graph.keys()) visit(file, []);
  return found;
}
