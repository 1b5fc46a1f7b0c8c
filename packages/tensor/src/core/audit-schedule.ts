/** Share of a step's own time that audits may cost. */
const share = 0.02;

/** Milliseconds, where the place has a clock. */
export function clock(): number {
  return (globalThis as { performance?: { now(): number } }).performance?.now() ?? 0;
}

/**
 * Which calls of a recorded step are audited: the first three, then when their number has doubled,
 * and in between as often as the longer way costs no more than 2 % of the step.
 */
export class AuditSchedule {
  private calls = 0;
  private sinceAudit = 0;
  // The least of all: what the collector takes and other programs is none of the step's.
  private auditTime = Infinity;
  private replayTime = Infinity;

  /** Whether the next call is to be audited. */
  get isDue(): boolean {
    const next = this.calls + 1;
    if (next < 4 || (next & (next - 1)) === 0) return true;
    const extra = this.auditTime - this.replayTime;
    return this.replayTime < Infinity && extra <= share * this.replayTime * (this.sinceAudit + 1);
  }

  audited(time: number): void {
    this.calls++;
    this.sinceAudit = 0;
    this.auditTime = Math.min(this.auditTime, time);
  }

  replayed(time: number): void {
    this.calls++;
    this.sinceAudit++;
    this.replayTime = Math.min(this.replayTime, time);
  }
}
