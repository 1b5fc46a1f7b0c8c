import { createInterface } from "node:readline";
import { openLocal, type BackendName, type BlockRequest } from "./subject.ts";

/** Our library as a process that answers requests for blocks: what `openProcess` talks to. */
export async function serve(backend: BackendName): Promise<void> {
  const say = (answer: unknown): void => void process.stdout.write(`${JSON.stringify(answer)}\n`);
  const subject = await openLocal(backend).catch((error: Error) => {
    say({ absent: error.message });
    return undefined;
  });
  if (subject === undefined) return;
  say(subject.identity);
  for await (const line of createInterface({ input: process.stdin }))
    say(
      await subject
        .block(JSON.parse(line) as BlockRequest)
        .catch((error: Error) => ({ ns: [], error: `${error.name}: ${error.message}` })),
    );
  await subject.stop();
}
