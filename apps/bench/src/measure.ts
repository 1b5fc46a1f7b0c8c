import type { BenchCase } from "./cases/bench-case.ts";
import { callsPerStep, type GpuCalls } from "./gpu-calls.ts";
import { median } from "./statistics.ts";
import type { BlockAnswer, Subject } from "./subject.ts";

/** How long everything takes. */
export interface Protocol {
  readonly blocks: number;
  /** Each block's length; every side takes the steps that fit. */
  readonly blockMs: number;
  /** Warm-up lasts at least this long and three steps, until five steps agree, and at most `warmUpMostMs`. */
  readonly warmUpMs: number;
  readonly warmUpMostMs: number;
  /** A pair takes no longer than about this: slow peers get fewer blocks, two at least. */
  readonly pairMs: number;
}

const mostPairMs = 20_000;

/** Warm-up of 500 ms with the usual blocks of 300 ms; shorter where blocks are. */
export function protocolOf(blocks: number, blockMs: number): Protocol {
  const warmUpMs = Math.min(500, 2 * blockMs);
  return { blocks, blockMs, warmUpMs, warmUpMostMs: 5 * warmUpMs, pairMs: mostPairMs };
}

/** One subject on one case: warm, with its samples so far. */
export interface Runner {
  readonly subject: Subject;
  readonly threads: number;
  readonly warmupSteps: number;
  readonly firstRunMs: number;
  readonly stepMs: number;
  readonly samplesNs: number[];
  /** A block of so many steps; its median in nanoseconds. */
  block(steps: number): Promise<number>;
  peakBytes(): number | undefined;
  /** What a step of the last block asked of the GPU. */
  gpuCalls(): GpuCalls | undefined;
}

const steadyWithin = 0.1;
const fewestWarmUpSteps = 3;
const judgedSteps = 5;

/** @throws {Error} that says why the subject cannot do the case. */
export async function warmUp(
  subject: Subject,
  bench: BenchCase,
  threads: number,
  protocol: Protocol,
): Promise<Runner> {
  let peak: number | undefined;
  let calls: GpuCalls | undefined;
  let lastLoss: number | null | undefined;
  const ask = async (steps: number): Promise<BlockAnswer> => {
    const { id, kind, params } = bench;
    const answer = await subject.block({ case: id, kind, params, threads, steps });
    if (answer.error !== undefined) throw new Error(answer.error);
    if (answer.peakBytes !== undefined) peak = answer.peakBytes;
    if (answer.gpu !== undefined) calls = callsPerStep(answer.gpu, steps);
    if (typeof answer.loss === "number" && !Number.isFinite(answer.loss))
      throw new Error(`the loss is ${answer.loss}`);
    lastLoss = answer.loss;
    return answer;
  };
  // A peer that takes seconds for a step has warmed up with the first.
  const started = performance.now();
  const elapsed = (): number => performance.now() - started;
  const first = await ask(1);
  const firstLoss = lastLoss;
  const times = [...first.ns];
  while (
    elapsed() < protocol.warmUpMostMs &&
    (times.length < fewestWarmUpSteps || elapsed() < protocol.warmUpMs || !isSteady(times))
  ) {
    const stepMs = times.at(-1)! / 1e6;
    times.push(...(await ask(Math.max(1, Math.min(100, Math.round(50 / stepMs))))).ns);
  }
  if (bench.learns === true && times.length > 10 && !(lastLoss! < firstLoss!))
    throw new Error(`the loss went from ${firstLoss} to ${lastLoss} in ${times.length} steps`);
  const samplesNs: number[] = [];
  return {
    subject,
    threads,
    warmupSteps: times.length,
    firstRunMs: first.ns[0]! / 1e6,
    stepMs: median(times.slice(-judgedSteps)) / 1e6,
    samplesNs,
    async block(steps) {
      const { ns } = await ask(steps);
      samplesNs.push(...ns);
      return median(ns);
    },
    peakBytes: () => peak,
    gpuCalls: () => calls,
  };
}

function isSteady(times: readonly number[]): boolean {
  if (times.length < judgedSteps) return false;
  const recent = times.slice(-judgedSteps);
  return Math.max(...recent) <= Math.min(...recent) * (1 + steadyWithin);
}

export interface Pairs {
  readonly oursNs: readonly number[];
  readonly peerNs: readonly number[];
}

/** Blocks in turn, A B B A, so that a drift of the machine's speed falls on both alike. */
export async function interleave(ours: Runner, peer: Runner, protocol: Protocol): Promise<Pairs> {
  const pairMs = blockLength(ours, protocol) + blockLength(peer, protocol);
  const affordable = Math.max(2, Math.floor(protocol.pairMs / pairMs));
  const blocks = Math.min(protocol.blocks, affordable);
  const oursNs: number[] = [];
  const peerNs: number[] = [];
  const runOurs = async (): Promise<void> =>
    void oursNs.push(await ours.block(stepsPerBlock(ours, protocol)));
  const runPeer = async (): Promise<void> =>
    void peerNs.push(await peer.block(stepsPerBlock(peer, protocol)));
  for (let block = 0; block < blocks; block++)
    for (const run of block % 2 === 0 ? [runOurs, runPeer] : [runPeer, runOurs]) await run();
  return { oursNs, peerNs };
}

/** Ours alone, where nobody else is asked. */
export async function measureAlone(ours: Runner, protocol: Protocol): Promise<void> {
  for (let block = 0; block < protocol.blocks; block++)
    await ours.block(stepsPerBlock(ours, protocol));
}

function stepsPerBlock({ stepMs }: Runner, { blockMs }: Protocol): number {
  return Math.max(1, Math.min(2000, Math.round(blockMs / stepMs)));
}

function blockLength(runner: Runner, protocol: Protocol): number {
  return stepsPerBlock(runner, protocol) * runner.stepMs;
}
