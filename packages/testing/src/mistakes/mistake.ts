import type { Backend } from "@dl/backend";

/** Something people do wrong, and what they must be told. */
export interface Mistake {
  readonly mistake: string;
  /** Does it; what it throws, or rejects with, is the error. */
  readonly make: (backends: Backends) => unknown;
  /** Class and message, in full. */
  readonly error: string;
}

/** Two, for mistakes that need them; the first is the configured one. */
export interface Backends {
  readonly cpu: Backend;
  readonly reference: Backend;
}
