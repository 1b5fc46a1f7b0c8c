import { cpu } from "@dl/backend-cpu";
import { configure } from "@dl/tensor";
import { performance } from "node:perf_hooks";
import { trainingCases } from "./cases/training.ts";

// A program of its own, which loads what an application that trains would load and no more: the first
// step of the case named on the command line, then the milliseconds until its loss was read.

const backend = await cpu();
configure({ backend });
const bench = trainingCases.find(({ id }) => id === process.argv[2]);
if (bench === undefined) throw new Error(`unknown case ${process.argv[2]}`);
await bench.build({ backend, dtype: "float32" }, bench.params).step();
// What Node needs before it reads the first line of ours is not ours.
process.stdout.write(`${performance.now() - performance.nodeTiming.bootstrapComplete}\n`);
await backend.dispose();
