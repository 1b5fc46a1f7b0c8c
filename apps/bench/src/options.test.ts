import { expect, test } from "vitest";
import { stepSuites } from "./cases/suites.ts";
import { parseOptions, UsageError } from "./options.ts";

const course = stepSuites.course.map(({ id }) => id);

test("defaults", () => {
  expect(parseOptions([])).toEqual({
    command: "run",
    suite: "course",
    cases: course,
    backend: "cpu",
    host: "node",
    peers: ["torch"],
    blocks: 8,
    rounds: 2,
    blockMs: 300,
    seeds: 3,
    mnist: "data/mnist",
    python: "/usr/bin/python3",
    json: undefined,
  });
  expect(parseOptions(["run"])).toEqual(parseOptions([]));
});

test("every flag", () => {
  const line =
    "run --suite course --case mlp,cnn --case mlp --backend reference --host chromium --peer torch,tfjs --peer jax-js --blocks 2 --rounds 1 --block-ms 50 --seeds 2 --mnist digits --python py --json -";
  expect(parseOptions(line.split(" "))).toEqual({
    command: "run",
    suite: "course",
    cases: ["mlp", "cnn"],
    backend: "reference",
    host: "chromium",
    peers: ["torch", "tfjs", "jax-js"],
    blocks: 2,
    rounds: 1,
    blockMs: 50,
    seeds: 2,
    mnist: "digits",
    python: "py",
    json: "-",
  });
  expect(parseOptions(["--help"])).toBe("help");
  expect(parseOptions(["--peer", "none"])).toMatchObject({ peers: [] });
  expect(parseOptions(["--peer", "build:/base"])).toMatchObject({ peers: ["build:/base"] });
  expect(parseOptions(["--filter", "matmul"])).toMatchObject({
    cases: ["matmul-512", "matmul-1024"],
  });
});

test("the other commands", () => {
  expect(parseOptions(["compare", "a", "b"])).toEqual({ command: "compare", a: "a", b: "b" });
  expect(parseOptions(["report", "a"])).toEqual({
    command: "report",
    files: ["a"],
    out: "report.html",
    markdown: false,
  });
  expect(parseOptions(["report", "a", "--markdown"])).toMatchObject({ out: "-", markdown: true });
  expect(parseOptions("gate --baseline a --max-slowdown 1.1 b".split(" "))).toEqual({
    command: "gate",
    baseline: "a",
    candidate: "b",
    maxSlowdown: 1.1,
  });
  expect(parseOptions("gate --baseline ../base --case mlp".split(" "))).toMatchObject({
    command: "gate-build",
    base: "../base",
    maxSlowdown: 1.05,
    run: { cases: ["mlp"] },
  });
});

const names = course.join(" or ");
test.each([
  ["--case nonsense", `--case must be ${names}: received "nonsense".`],
  ["--case toString", `--case must be ${names}: received "toString".`],
  ["--suite all", '--suite must be course or kernel or size or cold or accuracy: received "all".'],
  ["--peer onnx", '--peer must be torch or tfjs or jax-js: received "onnx".'],
  ["--host firefox", '--host must be node or chromium: received "firefox".'],
  ["--filter zzz", '--filter must be part of a case\'s name: received "zzz".'],
  ["--suite size --case mlp", "the suite size is one whole: it has no cases to choose from."],
  ["--blocks 0", '--blocks must be a whole number from 1 to 1000: received "0".'],
  ["--blocks=-1", '--blocks must be a whole number from 1 to 1000: received "-1".'],
  ["--blocks 2.5", '--blocks must be a whole number from 1 to 1000: received "2.5".'],
  ["--rounds many", '--rounds must be a whole number from 1 to 1000: received "many".'],
  ["--blocks=", '--blocks must be a whole number from 1 to 1000: received "".'],
  ["--bogus", "Unknown option '--bogus'. See --help."],
  ["mlp", "Unexpected argument 'mlp'. See --help."],
  ["compare a", "compare needs two result files: received 1."],
  ["compare a b --blocks 2", "compare has no option '--blocks'. See --help."],
  ["gate b", "gate needs --baseline: a built checkout, or a result file."],
  ["gate b --baseline a --max-slowdown no", '--max-slowdown must be 1 or more: received "no".'],
])("%s is a mistake", (line, message) => {
  expect(() => parseOptions(line.split(" "))).toThrow(new UsageError(message));
});
