import { expect, test } from "vitest";
import { courseCases } from "./course-cases.ts";
import { parseOptions, UsageError } from "./options.ts";

test("defaults", () => {
  expect(parseOptions([])).toEqual({
    cases: Object.keys(courseCases),
    blocks: 8,
    python: "/usr/bin/python3",
    json: false,
  });
});

test("every flag", () => {
  const line = "--case mlp --case cnn --case mlp --blocks 2 --python py --json";
  expect(parseOptions(line.split(" "))).toEqual({
    cases: ["mlp", "cnn"],
    blocks: 2,
    python: "py",
    json: true,
  });
  expect(parseOptions(["--help"])).toBe("help");
});

const names = Object.keys(courseCases).join(" or ");
test.each([
  ["--case nonsense", `--case must be ${names}: received "nonsense".`],
  ["--case toString", `--case must be ${names}: received "toString".`],
  ["--blocks 0", '--blocks must be a whole number from 1 to 1000: received "0".'],
  ["--blocks=-1", '--blocks must be a whole number from 1 to 1000: received "-1".'],
  ["--blocks 2.5", '--blocks must be a whole number from 1 to 1000: received "2.5".'],
  ["--blocks many", '--blocks must be a whole number from 1 to 1000: received "many".'],
  ["--blocks=", '--blocks must be a whole number from 1 to 1000: received "".'],
  ["--bogus", "Unknown option '--bogus'. See --help."],
  ["mlp", "Unexpected argument 'mlp'. See --help."],
])("%s is a mistake", (line, message) => {
  expect(() => parseOptions(line.split(" "))).toThrow(new UsageError(message));
});
