import type { Backend, DType } from "@dl/backend";
import type { LayoutName } from "../op-samples/realize.ts";
import type { Tolerances } from "./compare.ts";

/** What is compared: the result, the gradient, or the gradient of the gradient. */
export type Check = "forward" | "first" | "second" | "extremes";

/** One comparison with the reference. */
export interface ConformanceCase {
  readonly op: string;
  readonly sample: string;
  readonly check: Check;
  readonly dtype: DType;
  readonly layout: LayoutName;
  readonly isEager: boolean;
}

/** Cases a backend cannot run at all; one that matches nothing fails the run. */
export interface Unsupported {
  readonly reason: string;
  readonly matches: (tested: ConformanceCase) => boolean;
}

/** Cases known to miss the tolerance; published, and one that matches no miss fails the run. */
export interface ToleranceException {
  readonly op: string;
  readonly check: Check;
  /** A sample's name; all samples of the operation when absent. */
  readonly sample?: string;
  readonly reason: string;
}

export interface BackendAdapter {
  readonly name: string;
  /** Rejects where the backend cannot run on this machine. */
  readonly create: () => Backend | Promise<Backend>;
  /** PyTorch's for float32 unless said. */
  readonly tolerances?: Tolerances;
  readonly unsupported?: readonly Unsupported[];
  /** Those that hold on this device. */
  readonly exceptions?: (backend: Backend) => Promise<readonly ToleranceException[]>;
}
