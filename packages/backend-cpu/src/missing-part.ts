import { UnsupportedError } from "@dl/backend";

/** For work that a backend of `cpuWith` was made without; `what` needs one of the `parts`. */
export function missingPart(what: string, ...parts: readonly string[]): UnsupportedError {
  return new UnsupportedError(
    "cpu",
    `this backend was made without ${what}. Give cpuWith ${parts.join(" or ")} too, or use cpu(), which has everything.`,
    { received: what },
  );
}
