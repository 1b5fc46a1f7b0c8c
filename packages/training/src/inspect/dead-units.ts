import { noGrad } from "@dl/autograd";
import { checkOptions, type OptionKinds } from "@dl/backend";
import { checkCount, type Module } from "@dl/nn";
import { concatenate, keepBeyondScope, onesLike, where, zeros, type Tensor } from "@dl/tensor";
import type { Callback } from "../callback.ts";
import { watchLayers } from "./activations.ts";

/** The units of a layer that no longer learn. */
export interface DeadUnits {
  /** Units of the layer. */
  readonly units: number;
  /** Which of them had gradient 0 for every instance of the window. */
  readonly dead: readonly number[];
}

/** How long a unit must be idle to count as dead. */
export interface DeadUnitOptions {
  /** Backward passes that a unit must have been without gradient. Default 20. */
  readonly window?: number;
  /** Where a layer's output has its units: [batch, units] or [batch, channels, ...]. Default 1. */
  readonly unitAxis?: number;
}

const deadUnitKinds: OptionKinds<DeadUnitOptions> = { window: "number", unitAxis: "number" };

/**
 * Watches the gradients that reach every layer's output and finds dead units: those whose gradient
 * was 0 for every instance over a window of backward passes, such as neurons before a ReLU that no
 * input turns on. Between `watchDeadUnits` and `stop` every backward pass pays a small sum per layer.
 *
 * @throws {ArgumentError} unless the window is a whole number of at least 1.
 * @example
 * const watch = watchDeadUnits(model, { window: 1 });
 * crossEntropy(model.forward(inputs), targets).backward();
 * watch.stop();
 * const report = await watch.report();
 * report.get("0").units; // => 8
 */
export function watchDeadUnits(model: Module, options: DeadUnitOptions = {}): DeadUnitWatch {
  return new DeadUnitWatch(model, options);
}

/**
 * What {@link watchDeadUnits} gives.
 *
 * @example
 * const watch = watchDeadUnits(model);
 * watch.stop();
 * (await watch.report()).size; // => 0: nothing was seen
 */
export class DeadUnitWatch {
  /** Passes in a row without gradient, [units], by the layer's path. */
  readonly #idle = new Map<string, Tensor>();
  readonly #window: number;
  readonly #stop: () => void;

  /** @internal */
  constructor(model: Module, options: DeadUnitOptions) {
    const { window = 20, unitAxis = 1 } = checkOptions("watchDeadUnits", options, deadUnitKinds);
    checkCount("watchDeadUnits", "window", window);
    this.#window = window;
    this.#stop = watchLayers(model, (path, output) => {
      if (!output.requiresGrad || output.isLeaf || output.ndim <= unitAxis) return;
      output.registerHook((gradient) => {
        this.#count(path, gradient, unitAxis);
      });
    });
  }

  #count(path: string, gradient: Tensor, unitAxis: number): void {
    noGrad(() => {
      const others = gradient.shape.map((_, axis) => axis).filter((axis) => axis !== unitAxis);
      const isAlive = gradient.detach().notEqual(0).any(others); // [units]
      let idle = this.#idle.get(path);
      if (idle === undefined) {
        idle = keepBeyondScope(zeros(isAlive.shape, { dtype: "int32", backend: gradient.backend }));
        this.#idle.set(path, idle);
      }
      // Assigned, so that a compiled step counts too.
      idle.assign(where(isAlive, 0, idle.add(onesLike(idle))));
    });
  }

  /** By the layers' paths, those without dead units too; one read. */
  async report(): Promise<Map<string, DeadUnits>> {
    if (this.#idle.size === 0) return new Map();
    const idle = [...this.#idle.values()];
    const passes = await concatenate(idle).data();
    let offset = 0;
    return new Map(
      [...this.#idle.keys()].map((path, i) => {
        const units = idle[i]!.elementCount;
        const start = offset;
        offset += units;
        const dead = Array.from({ length: units }, (_, unit) => unit).filter(
          (unit) => passes[start + unit]! >= this.#window,
        );
        return [path, { units, dead }];
      }),
    );
  }

  /** Ends the watching; what was found can still be read. */
  stop(): void {
    this.#stop();
  }
}

/**
 * Tells after every epoch which layers have dead units, of which there may be none:
 * {@link watchDeadUnits} as a callback.
 *
 * @throws {ArgumentError} unless the window is a whole number of at least 1.
 * @example
 * const data = [{ inputs, targets }];
 * const callbacks = [deadUnits((report) => report.get("0").dead.length, { window: 1 })];
 * await fit(model, { loss: crossEntropy, optimizer, data, epochs: 1, callbacks });
 */
export function deadUnits(
  listener: (report: ReadonlyMap<string, DeadUnits>) => void,
  options: DeadUnitOptions = {},
): Callback {
  checkOptions("deadUnits", options, deadUnitKinds);
  let watches: readonly (readonly [network: string, DeadUnitWatch])[] = [];
  return {
    onStart({ trainingStep: { modules } }) {
      const networks = Object.entries(modules);
      watches = networks.map(([name, model]) => [
        networks.length === 1 ? "" : `${name}.`,
        watchDeadUnits(model, options),
      ]);
    },
    async onEpoch() {
      const found = new Map<string, DeadUnits>();
      for (const [prefix, watch] of watches)
        for (const [path, units] of await watch.report()) found.set(prefix + path, units);
      listener(found);
    },
    onEnd() {
      for (const [, watch] of watches) watch.stop();
    },
  };
}
