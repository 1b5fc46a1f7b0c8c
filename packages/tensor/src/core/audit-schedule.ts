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

/** Part of a whole by which the gap moves from audit to audit, so that it keeps step with no period. */
const goldenRatio = 0.618;

/**
 * Which calls of a recorded step are audited: those numbered by powers of two and by Fibonacci
 * numbers, which between them meet what returns every few calls; and in between as often as that
 * costs no more than 2 % of the step.
 */
export class AuditSchedule {
  /** Up to this call all are audited. */
  private readonly careful: number;
  /** The recorded one is the first. */
  private calls = 1;
  private sinceAudit = 0;
  private fibonacci: readonly [number, number] = [2, 3];
  private phase = 0;
  // The least of all: what other programs take meanwhile is none of the step's.
  private auditTime = Infinity;
  private replayTime = Infinity;

  constructor(careful: number) {
    this.careful = careful;
  }

  /** Whether the next call is to be audited. */
  get isDue(): boolean {
    const next = this.calls + 1;
    const isPowerOfTwo = (next & (next - 1)) === 0;
    if (next <= this.careful || isPowerOfTwo || next === this.fibonacci[0]) return true;
    const gap = this.sinceAudit * (1 - this.phase / 2);
    const extra = withCollection * (this.auditTime - this.replayTime);
    return gap >= leastGap && extra <= share * this.replayTime * gap;
  }

  audited(time: number): void {
    this.count();
    this.sinceAudit = 0;
    this.phase = (this.phase + goldenRatio) % 1;
    this.auditTime = Math.min(this.auditTime, time);
  }

  /** Whether the time of the next replay is of use: asking for it takes time too. */
  get isTimed(): boolean {
    return this.sinceAudit < timedReplays;
  }

  replayed(time = Infinity): void {
    this.count();
    this.sinceAudit++;
    this.replayTime = Math.min(this.replayTime, time);
  }

  private count(): void {
    this.calls++;
    const [next, after] = this.fibonacci;
    if (this.calls >= next) this.fibonacci = [after, next + after];
  }
}
