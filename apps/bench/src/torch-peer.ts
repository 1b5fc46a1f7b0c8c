import { spawn, type ChildProcessByStdio } from "node:child_process";
import { createInterface, type Interface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { fileURLToPath } from "node:url";

/** Found from the source and from the built file alike: both lie one folder below the app. */
const script = fileURLToPath(new URL("../peers/torch_steps.py", import.meta.url));

type Child = ChildProcessByStdio<Writable, Readable, null>;

/** PyTorch in a process of its own, asked for blocks of steps. */
export class TorchPeer {
  readonly version: string;
  private readonly child: Child;
  private readonly lines: AsyncIterator<string>;

  private constructor(child: Child, lines: Interface, version: string) {
    this.child = child;
    this.lines = lines[Symbol.asyncIterator]();
    this.version = version;
  }

  /** Starts it; a reason in words where it cannot be had. */
  static async start(python: string): Promise<TorchPeer | string> {
    // The interpreter's own complaints go where ours do.
    const child = spawn(python, [script], { stdio: ["pipe", "pipe", "inherit"] });
    // Writing to a process that has ended shows as the end of its answers.
    child.stdin.on("error", () => {});
    const lines = createInterface({ input: child.stdout });
    const first = await new Promise<string | null>((resolve) => {
      lines.once("line", resolve);
      lines.once("close", () => resolve(null));
      child.once("error", () => resolve(null));
    });
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
