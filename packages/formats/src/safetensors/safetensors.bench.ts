import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, bench, describe } from "vitest";
import { toBfloat16, toFloat16, toFloat32 } from "../bytes/half-floats.ts";
import { openSafetensors, parseSafetensors } from "./read-safetensors.ts";
import { safetensorsParts, writeSafetensors } from "./write-safetensors.ts";

const options = { time: 3000, warmupTime: 500, warmupIterations: 2 };
const folder = mkdtempSync(join(tmpdir(), "dl-bench-"));
afterAll(() => rmSync(folder, { recursive: true }));

const megabyte = Float32Array.from({ length: 2 ** 18 }, (_, i) => Math.sin(i));
const tensors = Object.fromEntries(
  Array.from({ length: 100 }, (_, i) => [`layers.${i}`, { data: megabyte, shape: [512, 512] }]),
);
const bytes = writeSafetensors(tensors);
const path = join(folder, "weights.safetensors");
writeFileSync(path, bytes);

async function fileBytes(): Promise<Uint8Array> {
  const file = await open(path);
  const { size } = await file.stat();
  const read = new Uint8Array(size);
  await file.read(read, 0, size, 0);
  await file.close();
  return read;
}

/** What issue and README compare with is the first of these; ratios are printed at the end. */
describe("100 MiB of float32 in 100 tensors", () => {
  bench(
    "the file's bytes read, and copied once",
    async () => {
      (await fileBytes()).slice();
    },
    options,
  );
  bench(
    "the file opened, and every tensor read",
    async () => {
      const file = await openSafetensors(path);
      for (const name of file.names) await file.read(name);
      await file.close();
    },
    options,
  );
  bench(
    "the file's bytes read and parsed, and every tensor copied",
    async () => {
      for (const { data } of parseSafetensors(await fileBytes()).tensors.values()) data.slice();
    },
    options,
  );
  bench("its bytes copied", () => void bytes.slice(), options);
  bench("written as bytes", () => void writeSafetensors(tensors), options);
  bench("written as parts", () => void safetensorsParts(tensors), options);
});

describe("100 MiB of halves, and 100 MiB of float32", () => {
  const halves = Uint16Array.from({ length: 50 * 2 ** 20 }, (_, i) => i);
  const shape = [halves.length];
  const floats = new Float32Array(bytes.slice().buffer, 0, 25 * 2 ** 20);
  const octets = new Uint8Array(halves.buffer);
  bench("float32 copied", () => void floats.slice(), options);
  bench(
    "float16 to float32",
    () => void toFloat32({ dtype: "float16", shape, data: halves }),
    options,
  );
  bench(
    "bfloat16 to float32",
    () => void toFloat32({ dtype: "bfloat16", shape, data: halves }),
    options,
  );
  bench(
    "float8_e4m3 to float32",
    () => void toFloat32({ dtype: "float8_e4m3", shape: [octets.length], data: octets }),
    options,
  );
  bench("float32 to float16", () => void toFloat16(floats), options);
  bench("float32 to bfloat16", () => void toBfloat16(floats), options);
});

/** Headers that are refused at their end. */
describe("a hostile header", () => {
  const headerOf = (text: string): Uint8Array => {
    const encoded = new TextEncoder().encode(text);
    const file = new Uint8Array(8 + encoded.byteLength);
    new DataView(file.buffer).setUint32(0, encoded.byteLength, true);
    file.set(encoded, 8);
    return file;
  };
  const entry = (i: number): string =>
    `"layers.${i}":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}`;
  const entries = Array.from({ length: 10_000 }, (_, i) => entry(i)).join(",");
  const files = {
    "of 25 MB of spaces": headerOf(`{${" ".repeat(25e6)}`),
    "of a name of 25 MB": headerOf(`{"${"a".repeat(25e6)}`),
    "of 25 MB of brackets": headerOf(`{"a":${"[".repeat(25e6)}`),
    "of a shape of 25 MB": headerOf(`{"a":{"dtype":"U8","shape":[${"1,".repeat(12.5e6)}`),
    "of 10,000 tensors, 0.6 MB": headerOf(`{${entries}`),
  };
  for (const [name, file] of Object.entries(files))
    bench(
      name,
      () => {
        try {
          parseSafetensors(file);
        } catch {
          return;
        }
        throw new Error("the file was read");
      },
      { ...options, time: 1000 },
    );
});
