import * as autograd from "@dl/autograd";
import * as conv from "@dl/conv";
import * as nn from "@dl/nn";
import * as tensorPackage from "@dl/tensor";
import { describe, expect, it } from "vitest";
import { writeReport, type NameReport } from "../conformance/results.ts";
import { readFixture } from "./fixtures.ts";
import { absentNames, functionalNames, presentNames, tensorNames } from "./name-map.ts";

const theirs = readFixture<{ tensor: string[]; functional: string[] }>("pytorch-names");

const exported = new Map<string, string>();
for (const [module, exports] of Object.entries({ autograd, conv, nn, tensor: tensorPackage }))
  for (const name of Object.keys(exports)) exported.set(name, `@dl/${module}`);

/** Where a name of ours is found; undefined if it does not exist. */
function placeOf(name: string): string | undefined {
  if (name in tensorPackage.Tensor.prototype) return "Tensor";
  return exported.get(name);
}

const report: NameReport = {};

describe.each([
  ["Tensor", theirs.tensor, tensorNames],
  ["nn.functional", theirs.functional, functionalNames],
] as const)("PyTorch's names: %s", (section, names, map) => {
  const present = presentNames(map);
  const absent = absentNames(map);

  it("are each mapped, or left out with a reason, once", () => {
    const listed = [...present.map(([name]) => name), ...absent.flatMap(([, group]) => group)];
    expect(listed.toSorted()).toEqual(names);
  });

  it("map to names that exist", () => {
    expect(present.filter(([, ours]) => placeOf(ours) === undefined)).toEqual([]);
    report[section] = {
      present: present.map(([name, ours]) => ({ name, ours, place: placeOf(ours)! })),
      absent: absent.map(([reason, group]) => ({ reason, names: group })),
    };
    if (Object.keys(report).length === 2) writeReport("pytorch-names", report);
  });
});

it("at least 220 of PyTorch's names are here", () => {
  const count = presentNames(tensorNames).length + presentNames(functionalNames).length;
  expect(count).toBeGreaterThanOrEqual(220);
});
