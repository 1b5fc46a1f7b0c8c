type Collect = () => void;
let known: Collect | undefined | null = null;

/** Node's collector, reached without importing a `node:` module; `undefined` elsewhere. */
export function collector(): Collect | undefined {
  if (known === null) known = findCollector();
  return known;
}

interface NodeProcess {
  getBuiltinModule?(name: "node:v8"): { setFlagsFromString(flags: string): void };
  getBuiltinModule?(name: "node:vm"): { runInNewContext(code: string): unknown };
}

function findCollector(): Collect | undefined {
  const { process } = globalThis as { process?: NodeProcess };
  try {
    process?.getBuiltinModule?.("node:v8").setFlagsFromString("--expose-gc");
    const gc = process?.getBuiltinModule?.("node:vm").runInNewContext("gc");
    if (typeof gc !== "function") return undefined;
    return gc as Collect;
  } catch {
    // A runtime that looks like Node but lacks the flag collects by pressure instead.
    return undefined;
  }
}

/**
 * Has the engine look for garbage; finalisers run in a later task. Where `gc` can be had (Node) it is
 * called; a young collection would be quicker, but V8 leaves finalisers to full ones. Elsewhere
 * dropping an ArrayBuffer and a WebAssembly.Memory makes the engine look: Node 20 ignores the first
 * kind, Chromium the second.
 */
export function askCollector(): void {
  const collect = collector();
  if (collect !== undefined) {
    collect();
    return;
  }
  void new ArrayBuffer(32 * 2 ** 20);
  void new WebAssembly.Memory({ initial: 512 });
}

let isAsked = false;

/** Asks the collector once those who run now have let go of what they hold. */
export function collectSoon(): void {
  if (isAsked) return;
  isAsked = true;
  void macrotask().then(() => {
    isAsked = false;
    askCollector();
  });
}

/** Finalisers run between macrotasks. A message turn is not clamped to 4 ms as timers are. */
export function macrotask(): Promise<void> {
  const immediate = (globalThis as { setImmediate?: (callback: () => void) => void }).setImmediate;
  return new Promise((resolve) => {
    if (immediate !== undefined) immediate(resolve);
    else {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => {
        port1.close();
        resolve();
      };
      port2.postMessage(0);
    }
  });
}
