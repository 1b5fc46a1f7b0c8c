import { normalTableFormat } from "@dl/backend";

/** Buffers of the device that kernels of all programs may bind. */
export type SharedBuffer = "normalTable" | "indexFault";

interface SharedBinding {
  /** The variable in WGSL, without group and binding. */
  readonly declaration: string;
  readonly type: GPUBufferBindingType;
}

/** Vectors of the table of normal deviates; a uniform array's elements take 16 bytes. */
export const normalTableVectors: number = Math.ceil(normalTableFormat.nodes / 4);

/** Words of {@link SharedBuffer} `indexFault`: whether there is one, routine, index, size. */
export const indexFaultWords = 4;

export const sharedBindings: { readonly [Name in SharedBuffer]: SharedBinding } = {
  normalTable: {
    declaration: `var<uniform> normal_table: array<vec4<i32>, ${normalTableVectors}>;`,
    type: "uniform",
  },
  indexFault: {
    declaration: `var<storage, read_write> index_fault: array<atomic<u32>, ${indexFaultWords}>;`,
    type: "storage",
  },
};
