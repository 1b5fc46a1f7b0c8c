import { isPromise } from "./gather-samples.ts";

/**
 * What `next` gives until it gives `undefined`, with up to `count` items begun before they are
 * asked for.
 *
 * An item that is there at once needs no head start, so only promises are begun early. No more than
 * `count` items wait at any time: who reads slowly slows down who writes.
 */
export async function* readAhead<T>(
  next: () => T | undefined | Promise<T | undefined>,
  count: number,
  signal: AbortSignal,
): AsyncGenerator<T, void, undefined> {
  const begun: (T | undefined | Promise<T | undefined>)[] = [];
  for (;;) {
    signal.throwIfAborted();
    while (begun.length === 0 || (begun.length <= count && isPromise(begun[0]))) {
      const item = next();
      // A failure is reported when its turn comes; until then it is not unhandled.
      if (isPromise(item)) item.catch(() => undefined);
      begun.push(item);
    }
    const item = await beforeAbort(begun.shift(), signal);
    if (item === undefined) return;
    yield item;
  }
}

/** The value, or the signal's reason as a rejection if that comes first. */
async function beforeAbort<T>(value: T | Promise<T>, signal: AbortSignal): Promise<T> {
  if (!isPromise(value)) return value;
  let stop = (): void => undefined;
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason as Error);
    signal.addEventListener("abort", stop);
  });
  try {
    return await Promise.race([value, aborted]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

/** A controller whose signal is aborted with the outer one, and by itself. */
export function linkedAbort(outer: AbortSignal | undefined): AbortController {
  const inner = new AbortController();
  if (outer?.aborted === true) inner.abort(outer.reason);
  else
    outer?.addEventListener("abort", () => inner.abort(outer.reason), {
      once: true,
      signal: inner.signal,
    });
  return inner;
}
