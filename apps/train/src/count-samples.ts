import type { Callback } from "@dl/training";

/** Counts the samples that were learnt from, over resumptions too. */
export class SampleCount implements Callback {
  seen = 0;

  onStep({ samples }: { readonly samples: number }): void {
    this.seen += samples;
  }

  stateDict(): number {
    return this.seen;
  }

  loadStateDict(seen: number): void {
    this.seen = seen;
  }
}
