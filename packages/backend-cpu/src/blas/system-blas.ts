import type { LinearMemory } from "../memory/linear-memory.ts";
import type { MatmulArguments } from "../kernels/matmul.ts";
import { fitsBlas, leadingAxis } from "./blas-layout.ts";

/** A pointer as koffi takes it. */
type Address = bigint;
type NativeFunction = (...values: (number | Address)[]) => void;

/** The part of koffi that is used. */
interface Koffi {
  load(name: string): { func(name: string, result: string, parameters: string[]): NativeFunction };
  address(view: ArrayBufferView): Address;
}

interface Library {
  readonly title: string;
  readonly files: readonly string[];
  /** Its function that sets how many threads it uses, and the type of the number. */
  readonly setThreads?: readonly [name: string, type: string];
}

const openBlas = (...files: string[]): Library => ({
  title: "OpenBLAS",
  files,
  setThreads: ["openblas_set_num_threads", "int"],
});
const mkl = (...files: string[]): Library => ({
  title: "MKL",
  files,
  setThreads: ["MKL_Set_Num_Threads", "int"],
});
const blis = (...files: string[]): Library => ({
  title: "BLIS",
  files,
  setThreads: ["bli_thread_set_num_threads", "int64_t"],
});

/** Where each system keeps its libraries, the first that is found being used. */
const librariesBySystem = (): Readonly<Record<string, readonly Library[]>> => ({
  linux: [
    openBlas("libopenblas.so.0", "libopenblas.so"),
    mkl("libmkl_rt.so.2", "libmkl_rt.so"),
    blis("libblis-mt.so.4", "libblis.so.4", "libblis.so"),
  ],
  darwin: [
    {
      title: "Accelerate",
      files: ["/System/Library/Frameworks/Accelerate.framework/Accelerate"],
    },
    openBlas("libopenblas.dylib"),
  ],
  win32: [
    openBlas("libopenblas.dll", "openblas.dll"),
    mkl("mkl_rt.2.dll", "mkl_rt.dll"),
    blis("libblis.dll"),
  ],
});

// cblas.h: row-major order, and a matrix as it is stored or transposed.
const ROW_MAJOR = 101;
const AS_STORED = 111;
const TRANSPOSED = 112;

const sgemmParameters: string[] = /* @__PURE__ */ [
  // Order, transpositions, sizes; alpha, A and its stride; B and its stride; beta, C and its stride.
  "int, int, int, int, int, int",
  "float, void *, int",
  "void *, int",
  "float, void *, int",
].flatMap((types) => types.split(", "));

/** The machine's own matrix product, on our memory without a copy. */
export class SystemBlas {
  readonly title: string;
  readonly #koffi: Koffi;
  readonly #sgemm: NativeFunction;
  /** Memory may move when it grows, and then has new views. */
  #view: Uint8Array | undefined;
  #base: Address = 0n;

  constructor(title: string, koffi: Koffi, sgemm: NativeFunction) {
    this.title = title;
    this.#koffi = koffi;
    this.#sgemm = sgemm;
  }

  /** Whether a product can and should be done here. */
  fits(problem: MatmulArguments): boolean {
    return fitsBlas(problem);
  }

  /** C = A·B, for a product that `fits`. */
  multiply(memory: LinearMemory, problem: MatmulArguments): void {
    if (this.#view !== memory.u8) {
      this.#view = memory.u8;
      this.#base = this.#koffi.address(memory.u8);
    }
    const { a, b, c, m, n, k, cRowStride } = problem;
    const left = leadingAxis(m, k, problem.aRowStride, problem.aDepthStride)!;
    const right = leadingAxis(k, n, problem.bDepthStride, problem.bColumnStride)!;
    this.#sgemm(
      ROW_MAJOR,
      left.isTransposed ? TRANSPOSED : AS_STORED,
      right.isTransposed ? TRANSPOSED : AS_STORED,
      m,
      n,
      k,
      1,
      this.#base + BigInt(a),
      left.stride,
      this.#base + BigInt(b),
      right.stride,
      0,
      this.#base + BigInt(c),
      cRowStride,
    );
  }
}

/** The system's BLAS, told to use so many threads; or why there is none. */
export async function findSystemBlas(threads: number): Promise<SystemBlas | string> {
  const { process } = globalThis as { process?: { platform?: string } };
  const libraries = librariesBySystem()[process?.platform ?? ""];
  if (libraries === undefined) return "no BLAS here";
  // An optional peer, found at run time only, so that bundlers leave it alone.
  const name = "koffi";
  let koffi: Koffi;
  try {
    const module = (await import(/* @vite-ignore */ name)) as Koffi & { default?: Koffi };
    koffi = module.default ?? module;
  } catch {
    return "no koffi: npm install koffi";
  }
  for (const { title, files, setThreads } of libraries)
    for (const file of files) {
      try {
        const library = koffi.load(file);
        const sgemm = library.func("cblas_sgemm", "void", sgemmParameters);
        if (setThreads !== undefined) library.func(setThreads[0], "void", [setThreads[1]])(threads);
        return new SystemBlas(title, koffi, sgemm);
      } catch {
        // Not installed under this name, or built without what is needed: the next one.
      }
    }
  const titles = libraries.map(({ title }) => title).join(", ");
  return `none of ${titles} found`;
}
