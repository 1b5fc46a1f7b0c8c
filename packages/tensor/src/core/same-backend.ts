import { ArgumentError, type Backend } from "@dl/backend";

/** @throws {ArgumentError} if two that work together live on different backends. */
export function checkSameBackend(op: string, expected: Backend, received: Backend): void {
  if (received !== expected)
    throw new ArgumentError(
      op,
      `tensors live on different backends: ${expected.name} and ${received.name}. Move one with await x.to(backend).`,
      { expected: expected.name, received: received.name },
    );
}
