import { readFileSync } from "node:fs";
import { gradcheck, gradgradcheck, gradientsOf } from "@dl/autograd";
import type { Backend, DType } from "@dl/backend";
import { cpu } from "@dl/backend-cpu";
import { reference } from "@dl/backend-reference";
import { Tensor, tensor, normal, Generator } from "@dl/tensor";
import { FixtureResults } from "@dl/testing/fixture-results";
import { describe, expect, it } from "vitest";
import * as conv from "./index.ts";

/** A tensor as make-fixtures.py writes it. */
interface Numbers {
  readonly dtype: "float" | "int32";
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

interface Case {
  readonly op: string;
  readonly parameters: readonly unknown[];
  readonly inputs: readonly Numbers[];
  readonly outputs: readonly Numbers[];
}

const url = new URL("../test/fixtures/functions.json", import.meta.url);
const { cases } = JSON.parse(readFileSync(url, "utf8")) as { cases: Case[] };

type Call = (inputs: readonly Tensor[], parameters: readonly never[]) => Tensor | object;

/** A layer whose weight and bias are given. */
function layerCall(make: (options: object) => conv.Conv1d | conv.Conv2d): Call {
  return ([x, weight, bias], [options]) => {
    const layer = make({ ...(options as unknown as object), backend: x!.backend, dtype: x!.dtype });
    // The tensors themselves, so that their gradients can be asked for.
    Object.assign(layer, { weight, bias });
    return layer.forward(x!);
  };
}

const calls: Readonly<Record<string, Call>> = {
  conv1d: ([x, w, b], [options]) => conv.conv1d(x!, w!, b, options),
  conv2d: ([x, w, b], [options]) => conv.conv2d(x!, w!, b, options),
  conv3d: ([x, w, b], [options]) => conv.conv3d(x!, w!, b, options),
  convTranspose3d: ([x, w, b], [options]) => conv.convTranspose3d(x!, w!, b, options),
  convTranspose2d: ([x, w, b], [options]) => conv.convTranspose2d(x!, w!, b, options),
  convTranspose1d: ([x, w, b], [options]) => conv.convTranspose1d(x!, w!, b, options),
  Conv1d: layerCall((options) => new conv.Conv1d(2, 2, 4, options)),
  Conv2d: layerCall((options) => new conv.Conv2d(2, 3, [3, 2], options)),
};

function call({ op, parameters }: Case, inputs: readonly Tensor[]): Tensor[] {
  const named = conv as unknown as Record<string, (...all: unknown[]) => Tensor | object>;
  const special = calls[op];
  const result =
    special === undefined
      ? named[op]!(...inputs, ...parameters)
      : special(inputs, parameters as never[]);
  return result instanceof Tensor ? [result] : (Object.values(result) as Tensor[]);
}

function inputsOf({ inputs }: Case, backend: Backend, float: DType): Tensor[] {
  return inputs.map(({ dtype, shape, data }) =>
    tensor([...data], { shape, dtype: dtype === "float" ? float : dtype, backend }),
  );
}

async function expectClose(actual: Tensor, expected: Numbers, tolerance: number): Promise<void> {
  expect(actual.shape).toEqual(expected.shape);
  const data = await actual.data();
  const misses = expected.data.filter(
    (value, i) => !(Math.abs(data[i]! - value) <= tolerance * (1 + Math.abs(value))),
  );
  expect(misses, `received ${data.slice(0, 8).join(", ")} ...`).toEqual([]);
}

const exact = reference();
const fast = await cpu();
const named = cases.map((c, i) => [`${c.op} ${JSON.stringify(c.parameters)} #${i}`, c] as const);

const results = new FixtureResults("convolutions", 3 * cases.length);

describe.each(named)("%s", (_name, one) => {
  it("equals PyTorch's, on the reference and on the cpu", async () => {
    for (const [backend, float, tolerance] of [
      [exact, "float64", 1e-7],
      [fast, "float32", 1e-5],
    ] as const) {
      const outputs = call(one, inputsOf(one, backend, float));
      expect(outputs.length).toBe(one.outputs.length);
      for (const [i, output] of outputs.entries())
        await expectClose(output, one.outputs[i]!, tolerance);
    }
    results.passed(one.op, "reference and cpu");
  });

  it("has the derivatives of finite differences, first and second", async () => {
    const inputs = inputsOf(one, exact, "float64");
    const indices = inputs.find(({ dtype }) => dtype === "int32");
    const f = (...reals: Tensor[]): Tensor =>
      call(one, indices === undefined ? reals : [...reals, indices])[0]!;
    const reals = inputs.filter(({ dtype }) => dtype !== "int32");
    await gradcheck(f, reals);
    await gradgradcheck(f, reals);
    results.passed(one.op, "differences, both orders");
  });

  it("has the same gradients on the cpu", async () => {
    const gradients = [exact, fast].map(async (backend) => {
      const inputs = inputsOf(one, backend, "float32");
      const reals = inputs.filter(({ dtype }) => dtype === "float32").map((x) => x.requireGrad());
      const output = call(one, inputs)[0]!;
      const gradient = normal(output.shape, { generator: new Generator(1), backend });
      return Promise.all(gradientsOf(output, reals, { gradient }).map((x) => x.data()));
    });
    const [expected, received] = await Promise.all(gradients);
    received!.forEach((data, which) =>
      data.forEach((value, i) => {
        const wanted = expected![which]![i]!;
        expect(Math.abs(value - wanted)).toBeLessThanOrEqual(2e-5 * (1 + Math.abs(wanted)));
      }),
    );
    results.passed(one.op, "gradients on cpu");
  });
});

it("covers every function but those with values of their own in the other tests", () => {
  const elsewhere = new Set(["convTranspose2d", "maxPool2d", "avgPool2d"]);
  const functions = Object.keys(conv).filter((name) => /^[a-z]/.test(name));
  const tested = new Set(cases.map(({ op }) => op));
  expect(functions.filter((name) => !tested.has(name) && !elsewhere.has(name))).toEqual([]);
});
