import * as autograd from "@dl/autograd";
import * as backend from "@dl/backend";
import * as cpu from "@dl/backend-cpu";
import * as reference from "@dl/backend-reference";
import * as webgpu from "@dl/backend-webgpu";
import * as conv from "@dl/conv";
import * as data from "@dl/data";
import * as dataInNode from "@dl/data/node";
import * as distributions from "@dl/distributions";
import * as formats from "@dl/formats";
import * as formatsInNode from "@dl/formats/node";
import * as gan from "@dl/gan";
import * as generator from "@dl/generator";
import * as nn from "@dl/nn";
import * as optim from "@dl/optim";
import * as tensor from "@dl/tensor";
import * as training from "@dl/training";
import * as vae from "@dl/vae";
import { expect, it } from "vitest";
import { readSources } from "./advice.ts";

const packages = [
  autograd,
  backend,
  cpu,
  reference,
  webgpu,
  conv,
  data,
  dataInNode,
  distributions,
  formats,
  formatsInNode,
  gan,
  generator,
  nn,
  optim,
  tensor,
  training,
  vae,
];

/** Exports, and methods of exported classes. */
function namesOf(exports: object): string[] {
  const classes = Object.values(exports).filter((value) => typeof value === "function");
  const holders = [exports, ...classes, ...classes.map(({ prototype }) => prototype ?? {})];
  return holders.flatMap((holder: object) => Object.getOwnPropertyNames(holder));
}

it("every function that a message names is there", () => {
  const { advised, methods } = readSources();
  const ofTheLanguage = [
    globalThis,
    Map.prototype,
    Float32Array,
    Object.getPrototypeOf(Float32Array) as object,
  ].flatMap((o) => Object.getOwnPropertyNames(o));
  const ofPython = "state_dict save load float int from_numpy resolve_conj resolve_neg".split(" ");
  const known = new Set([...packages.flatMap(namesOf), ...methods, ...ofTheLanguage, ...ofPython]);
  expect(advised.length).toBeGreaterThan(50);
  expect(advised.filter(({ called }) => !known.has(called))).toEqual([]);
});
