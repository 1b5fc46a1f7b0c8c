import * as conv from "@dl/conv";
import * as nn from "@dl/nn";
import * as tensorPackage from "@dl/tensor";
import * as training from "@dl/training";
import { describe, expect, it } from "vitest";
import { opRecords } from "./records.ts";
import { SampleSource } from "./sample-source.ts";

const recorded = new Set(opRecords.map(({ name }) => name));

/** Exports that are no operations, and the reason. */
const noOperations: Readonly<Record<string, string>> = {
  configure: "settings",
  settings: "settings",
  applyOne: "what operations are made of",
  applyPrimitive: "what operations are made of",
  observePrimitives: "what operations are made of",
  followPrimitives: "what operations are made of",
  pointwiseFunctions: "the table of operations",
  mapTogether: "what operations are made of",
  meanOver: "what means are made of",
  fusedMap: "what optimisers are made of; tested with them",
  overLength: "what normalisers are made of; tested with them",
  compile: "a step as a whole; tested beside it",
  store: "what gradient rules are made of",
  repeated: "what compiled steps are made of",
  stepRecorder: "what compiled steps are made of",
  checkTensor: "a check",
  followMode: "what compiled steps are made of",
  watching: "what compiled steps are made of",
  hostFunction: "what operations are made of; tested beside it",
  symmetricEigenvalues: "numbers of the host; tested beside it",
  hostRowMoments: "numbers of the host; tested beside it",
  rowMoments: "gives numbers of the host; tested beside it",
  knownRange: "a check",
  broadcastTo: "what operations are made of",
  creationSite: "for error messages",
  collectGarbage: "memory",
  leakReport: "memory",
  memory: "memory",
  profile: "a measurement; tested beside it",
  format: "text",
  tidy: "memory",
  keepBeyondScope: "memory",
  scopeOf: "memory",
  releaseConsumer: "memory",
  alias: "memory; tested with the ways to share elements",
  defaultGenerator: "a generator, not a tensor",
  manualSeed: "a generator, not a tensor",
  checkCount: "a check",
  randomOptions: "options",
};
/** Functions of @dl/nn on shapes, modules and parameters; tested there. */
const notOnTensors = new Set(
  `defaultUniform heNormal heUniform xavierNormal xavierUniform leCunNormal leCunUniform
   constantInitializer normalInitializer truncatedNormalInitializer uniformInitializer
   identityInitializer orthogonal sparse dirac gainOf
   constrainMaxNorm elasticNetPenalty l1Penalty l2Penalty lpPenalty observeForward summary
   activityPenalty checkClasses checkClassNumbers initialize
   matchState differingTies loadPytorchStateDict pytorchStateDict pytorchNames stateEntries`.split(
    /\s+/,
  ),
);
/** Methods under another name than the function. */
const renamed: Readonly<Record<string, string>> = { var: "variance" };
/** Members of Tensor that are no operations. */
const members = new Set(
  `constructor data dispose letGo toString toJSON assign rebind shape dtype backend ndim elementCount isPending
   format requiresGrad grad isLeaf requireGrad backward detach retainGrad registerHook`.split(
    /\s+/,
  ),
);

/** Calls that cannot be wrong. */
const withoutErrors = new Set(["nonzero", "to"]);

const functionsOf = (module: object): string[] =>
  Object.entries(module)
    .filter(([name, value]) => typeof value === "function" && !/^[A-Z]/.test(name))
    .map(([name]) => name);

describe("op records", () => {
  it.each([
    ["@dl/tensor", tensorPackage],
    ["@dl/conv", conv],
    ["@dl/nn", nn],
  ])("cover every operation that %s exports", (_name, module) => {
    const missing = functionsOf(module).filter(
      (name) => !recorded.has(name) && !(name in noOperations) && !notOnTensors.has(name),
    );
    expect(missing, "write a record in packages/testing/src/op-samples").toEqual([]);
  });

  it("cover every method of Tensor", () => {
    const missing = Object.getOwnPropertyNames(tensorPackage.Tensor.prototype).filter(
      (name) => !recorded.has(renamed[name] ?? name) && !members.has(name),
    );
    expect(missing, "write a record in packages/testing/src/op-samples").toEqual([]);
  });

  it("belong to operations that exist, each once", () => {
    const exists = new Set([
      ...Object.keys(tensorPackage.pointwiseFunctions),
      ...[tensorPackage, conv, nn, training].flatMap(functionsOf),
      "to",
    ]);
    expect(opRecords.map(({ name }) => name).filter((name) => !exists.has(name))).toEqual([]);
    expect(recorded.size).toBe(opRecords.length);
  });

  it.each(opRecords.map((record) => [record.name, record] as const))(
    "%s names its samples apart and has a wrong call",
    (name, record) => {
      const names = record.samples(new SampleSource(name)).map((sample) => sample.name);
      expect(new Set(names).size).toBe(names.length);
      if (!withoutErrors.has(name)) expect(record.errors?.length ?? 0).toBeGreaterThan(0);
    },
  );
});
