import * as distributions from "@dl/distributions";
import { expect, it } from "vitest";
import { distributionFixtures } from "./fixtures.ts";
import { familyRecords } from "./records.ts";

const { Distribution } = distributions;
const exported = Object.entries(distributions)
  .filter(([, value]) => typeof value === "function" && value.prototype instanceof Distribution)
  .map(([name]) => name);

it("has a record of every family, and none twice", () => {
  expect(familyRecords.map(({ name }) => name).toSorted()).toEqual(exported.toSorted());
});

it("has fixtures of every family", () => {
  const families = distributionFixtures.cases.map(({ family }) => family.split(" ")[0]);
  for (const name of exported) expect(families).toContain(name);
});

it("looks at samples and at exact points of every family", () => {
  for (const { name, members, points } of familyRecords) {
    expect(members.length, name).toBeGreaterThan(0);
    expect(points.length, name).toBeGreaterThan(0);
  }
});
