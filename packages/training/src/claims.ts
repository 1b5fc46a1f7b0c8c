import { ArgumentError } from "@dl/backend";

const claimed = new WeakSet<object>();

/**
 * Takes things that two loops must not change at once; the function returned gives them back.
 *
 * @throws {ArgumentError} if another loop has one of them; nothing is taken then.
 */
export function claim(op: string, what: string, things: Iterable<object>): () => void {
  const wanted = [...new Set(things)];
  if (wanted.some((thing) => claimed.has(thing)))
    throw new ArgumentError(
      op,
      `${what} in use by another training or evaluation that is not over. Await it first, or give each its own.`,
    );
  for (const thing of wanted) claimed.add(thing);
  return () => {
    for (const thing of wanted) claimed.delete(thing);
  };
}
