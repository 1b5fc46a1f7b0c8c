/** Share of a step's own time that audits may cost. */
const share = 0.02;
/** What a call that plans costs in all to what it takes longer itself: its garbage is collected later. Measured. */
const withCollection = 4;
/** Replays after an audit whose time is taken. */
const timedReplays = 16;
/** Calls from one audit to the next, at least: so many are needed to know their time. */
const leastGap = 8;

/** Milliseconds, where the place has a clock. */
export function clock(): number {
  return (globalThis as { performance?: { now(): number } }).performance?.now() ?? 0;
}

/**
 * Which calls of a recorded step are audited: the first three, then when their number has doubled,
 * and in between as often as that costs no more than 2 % of the step.
 */
export class AuditSchedule {
  private calls = 0;
  private sinceAudit = 0;
  // The least of all: what other programs take meanwhile is none of the step's.
  private auditTime = Infinity;
  private replayTime = Infinity;

  /** Whether the next call is to be audited. */
  get isDue(): boolean {
    const next = this.calls + 1;
    if (next < 4 || (next & (next - 1)) === 0) return true;
    const extra = withCollection * (this.auditTime - this.replayTime);
    return this.sinceAudit >= leastGap && extra <= share * this.replayTime * this.sinceAudit;
  }

  audited(time: number): void {
    this.calls++;
    this.sinceAudit = 0;
    this.auditTime = Math.min(this.auditTime, time);
  }

  /** Whether the time of the next replay is of use: asking for it takes time too. */
  get isTimed(): boolean {
    return this.sinceAudit < timedReplays;
  }

  replayed(time = Infinity): void {
    this.calls++;
    this.sinceAudit++;
    this.replayTime = Math.min(this.replayTime, time);
  }
}
