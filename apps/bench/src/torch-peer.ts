import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { createInterface, type Interface } from "node:readline";
import { fileURLToPath } from "node:url";

/** Found from the source and from the built file alike: both lie one folder below the app. */
const script = fileURLToPath(new URL("../peers/torch_steps.py", import.meta.url));

/** PyTorch in a process of its own, asked for blocks of steps. */
export class TorchPeer {
  readonly version: string;
  private readonly child: ChildProcessWithoutNullStreams;
  private readonly lines: AsyncIterator<string>;

  private constructor(child: ChildProcessWithoutNullStreams, lines: Interface, version: string) {
    this.child = child;
    this.lines = lines[Symbol.asyncIterator]();
    this.version = version;
  }

  /** Starts it; a reason in words where it cannot be had. */
  static async start(python = "/usr/bin/python3"): Promise<TorchPeer | string> {
    const child = spawn(python, [script], {
      env: { ...process.env, OPENBLAS_NUM_THREADS: "2", OMP_NUM_THREADS: "2" },
    });
    const lines = createInterface({ input: child.stdout });
    const first = await Promise.race([
      new Promise<string>((resolve) => lines.once("line", resolve)),
      new Promise<null>((resolve) => {
        child.once("error", () => resolve(null));
        child.once("exit", () => resolve(null));
      }),
    ]);
    if (first === null)
      return `${python} with PyTorch was not found (Debian: python3-torch, libopenblas0-pthread)`;
    return new TorchPeer(child, lines, (JSON.parse(first) as { version: string }).version);
  }

  /** Milliseconds of each step of a block. */
  async run(name: string, threads: number, steps: number): Promise<number[]> {
    this.child.stdin.write(`${JSON.stringify({ case: name, threads, steps })}\n`);
    const line = await this.lines.next();
    if (line.done === true) throw new Error(`PyTorch ended while running ${name}`);
    return (JSON.parse(line.value) as { ms: number[] }).ms;
  }

  stop(): void {
    this.child.kill();
  }
}
