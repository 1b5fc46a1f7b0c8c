import { cpu } from "@dl/backend-cpu";
import { configure } from "@dl/tensor";
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { distributionLines } from "./differences/distributions.ts";
import { gradientLines } from "./differences/gradients.ts";
import { lengthLines } from "./differences/lengths.ts";
import { numberLines } from "./differences/numbers.ts";

configure({ backend: await cpu() });

const lines = { ...numberLines, ...gradientLines, ...lengthLines, ...distributionLines };
const page = readFileSync(
  new URL("../../../../docs/differences-from-pytorch.md", import.meta.url),
  "utf8",
);
const rows = page.split("\n").filter((line) => /^\| (?!what|---)/.test(line));

it("every line of docs/differences-from-pytorch.md has its test", () => {
  expect(rows.map((row) => row.split("|")[1]!.trim())).toEqual(Object.keys(lines));
});

it.each(Object.entries(lines))("%s", (_line, check) => check());
