import { describe, expect, it } from "vitest";
import { toBfloat16, toFloat16, toFloat32 } from "./half-floats.ts";
import { hostElements, type HostDType, type HostTensor } from "./host-tensor.ts";

const halves = Uint16Array.from({ length: 65_536 }, (_, i) => i);
const of = (dtype: HostDType, data: HostTensor["data"]): Float32Array =>
  toFloat32({ dtype, data, shape: [data.length] } as HostTensor);
const isNaN16 = (half: number): boolean => (half & 0x7fff) > 0x7c00;

describe("float16", () => {
  it("has the value that its bits say, for every pattern", () => {
    const numbers = of("float16", halves);
    halves.forEach((half, i) => {
      const [exponent, fraction] = [(half >>> 10) & 31, half & 1023];
      const sign = half >>> 15 === 1 ? -1 : 1;
      const size =
        exponent === 31
          ? fraction === 0
            ? Infinity
            : NaN
          : exponent === 0
            ? fraction * 2 ** -24
            : (1024 + fraction) * 2 ** (exponent - 25);
      if (!Object.is(numbers[i], sign * size))
        expect([half, numbers[i]]).toEqual([half, sign * size]);
    });
  });

  it("comes back from float32, for every pattern", () => {
    const back = toFloat16(of("float16", halves));
    halves.forEach((half, i) => {
      if (isNaN16(half) ? !isNaN16(back[i]!) : back[i] !== half)
        expect([half, back[i]]).toEqual([half, half]);
    });
  });

  it("rounds to the nearest, ties to even", () => {
    const step = 2 ** -24; // the least above 0
    const cases: [number, number][] = [
      [65_504, 0x7bff],
      [65_519.996, 0x7bff],
      [65_520, 0x7c00],
      [1e30, 0x7c00],
      [-Infinity, 0xfc00],
      [step / 2, 0],
      [step * 0.5001, 1],
      [1.5 * step, 2],
      [2.5 * step, 2],
      [2 ** -14 - step / 4, 0x400],
      [1 + 2 ** -11, 0x3c00],
      [1 + 3 * 2 ** -11, 0x3c02],
      [1 + 2 ** -11 + 2 ** -20, 0x3c01],
      [-0, 0x8000],
      [1e-45, 0],
    ];
    expect([...toFloat16(Float32Array.from(cases, ([x]) => x))]).toEqual(
      cases.map(([, half]) => half),
    );
  });
});

describe("bfloat16", () => {
  it("comes back from float32, for every pattern", () => {
    const back = toBfloat16(of("bfloat16", halves));
    halves.forEach((half, i) => {
      const isNaN = (half & 0x7fff) > 0x7f80;
      if (isNaN ? (back[i]! & 0x7fff) <= 0x7f80 : back[i] !== half)
        expect([half, back[i]]).toEqual([half, half]);
    });
  });

  it("rounds to the nearest, ties to even", () => {
    const given = Float32Array.of(1 + 2 ** -8, 1 + 3 * 2 ** -8, 3.4e38, 1 + 2 ** -8 + 2 ** -20);
    expect([...toBfloat16(given)]).toEqual([0x3f80, 0x3f82, 0x7f80, 0x3f81]);
  });
});

describe("float8", () => {
  it("has the values of its description", () => {
    expect([...of("float8_e4m3", Uint8Array.of(0, 1, 8, 0x38, 0x7e, 0x7f, 0xfe, 0x80))]).toEqual([
      0,
      2 ** -9,
      2 ** -6,
      1,
      448,
      NaN,
      -448,
      -0,
    ]);
    expect([...of("float8_e5m2", Uint8Array.of(0, 1, 4, 0x3c, 0x7b, 0x7c, 0xfc, 0x7d))]).toEqual([
      0,
      2 ** -16,
      2 ** -14,
      1,
      57_344,
      Infinity,
      -Infinity,
      NaN,
    ]);
    expect([...of("float8_e4m3fnuz", Uint8Array.of(0, 1, 8, 0x40, 0x7f, 0x80, 0xff))]).toEqual([
      0,
      2 ** -10,
      2 ** -7,
      1,
      240,
      NaN,
      -240,
    ]);
    expect([...of("float8_e5m2fnuz", Uint8Array.of(0, 1, 4, 0x40, 0x7f, 0x80, 0xff))]).toEqual([
      0,
      2 ** -17,
      2 ** -15,
      1,
      57_344,
      NaN,
      -57_344,
    ]);
    expect([...of("float8_e8m0", Uint8Array.of(0, 1, 127, 254, 255))]).toEqual([
      2 ** -127,
      2 ** -126,
      1,
      2 ** 127,
      NaN,
    ]);
  });
});

describe("many numbers", () => {
  it("become the same as few", () => {
    for (const dtype of ["float16", "float8_e4m3", "float8_e5m2"] as const) {
      const { Numbers } = hostElements[dtype];
      const many = new Numbers(halves.slice().buffer, 0, dtype === "float16" ? 65_536 : 131_072);
      const converted = of(dtype, many);
      for (let i = 0; i < many.length; i += 997)
        expect(converted[i]).toEqual(of(dtype, many.slice(i, i + 1))[0]);
    }
  });
});

describe("other arrays", () => {
  it("are refused, as their bits would be taken for others", () => {
    for (const convert of [toFloat16, toBfloat16])
      expect(() => convert(Float64Array.of(1) as never)).toThrow("needs numbers in a Float32Array");
    expect(() => of("float16", Float32Array.of(1))).toThrow("needs numbers in a Uint16Array");
    expect(() => of("constructor" as never, Float32Array.of(1))).toThrow("of a known element type");
  });
});

describe("other types", () => {
  it("become the nearest float32", () => {
    expect(of("int64", BigInt64Array.of(-5n, 2n ** 53n))).toEqual(Float32Array.of(-5, 2 ** 53));
    // Between two float32, a little above the middle: a float64 in between would lie on it.
    const middle = 2n ** 61n + 2n ** 37n;
    expect(of("int64", BigInt64Array.of(middle, middle + 1n, -middle - 1n))).toEqual(
      Float32Array.of(2 ** 61, 2 ** 61 + 2 ** 38, -(2 ** 61) - 2 ** 38),
    );
    expect(of("uint64", BigUint64Array.of(2n ** 64n - 1n))).toEqual(Float32Array.of(2 ** 64));
    expect(of("float64", Float64Array.of(0.1))).toEqual(Float32Array.of(0.1));
    expect(of("bool", Uint8Array.of(0, 1))).toEqual(Float32Array.of(0, 1));
  });

  it("are refused where they have no float32", () => {
    for (const dtype of [
      "complex64",
      "complex128",
      "float4",
      "float6_e2m3",
      "float6_e3m2",
    ] as const)
      expect(() => of(dtype, new hostElements[dtype].Numbers(new ArrayBuffer(16), 0, 1))).toThrow(
        `toFloat32: numbers of ${dtype} have no float32.`,
      );
  });
});
