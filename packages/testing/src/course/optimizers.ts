import { ravine, rosenbrock } from "@dl/data";
import { Adam, CourseAdam, CourseMomentum, CourseNesterov, SGD } from "@dl/optim";
import { tensor, type Tensor } from "@dl/tensor";
import { readFixture } from "../pytorch/fixtures.ts";
import { round, type Chapter } from "./chapter.ts";
import { cornersOf, levelSets, type Area } from "./plot/level-sets.ts";
import { linePlot, type Point, type Series } from "./plot/line-plot.ts";

/** A long valley with steep walls, and a bent one. */
const surfaces = { ravine, rosenbrock };
type Surface = keyof typeof surfaces;

/** As practice has them (PyTorch's), and as the course writes them. */
const optimizers = {
  SGD: (at: Tensor, learningRate: number) => new SGD([at], { learningRate }),
  momentum: (at: Tensor, learningRate: number) => new SGD([at], { learningRate, momentum: 0.9 }),
  Nesterov: (at: Tensor, learningRate: number) =>
    new SGD([at], { learningRate, momentum: 0.9, nesterov: true }),
  Adam: (at: Tensor, learningRate: number) => new Adam([at], { learningRate }),
  "course momentum": (at: Tensor, learningRate: number) =>
    new CourseMomentum([at], { learningRate }),
  "course Nesterov": (at: Tensor, learningRate: number) =>
    new CourseNesterov([at], { learningRate }),
  "course Adam": (at: Tensor, learningRate: number) => new CourseAdam([at], { learningRate }),
};
type Name = keyof typeof optimizers;

/** Where 200 steps lead, the start first. */
async function pathOf(
  name: Name,
  surface: Surface,
  start: Point,
  learningRate: number,
): Promise<Point[]> {
  const at = tensor(start).requireGrad();
  const optimizer = optimizers[name](at, learningRate);
  const path: Point[] = [start];
  for (let step = 0; step < 200; step++) {
    optimizer.zeroGrad();
    surfaces[surface](at).backward();
    optimizer.step();
    const [x, y] = await at.data();
    path.push([x!, y!]);
  }
  return path;
}

interface TorchRun {
  readonly surface: Surface;
  readonly optimizer: Name;
  readonly start: Point;
  readonly learningRate: number;
  /** After steps 4, 8, ..., 200. */
  readonly points: readonly Point[];
}

interface Trajectory {
  readonly surface: Surface;
  readonly name: Name;
  readonly path: readonly Point[];
  /** Largest distance from the points of PyTorch's optimiser of the same kind. */
  readonly fromTorch: number;
  readonly torchPoints: readonly Point[];
}

interface Paths {
  readonly trajectories: readonly Trajectory[];
  /** Of the surfaces, for drawing. */
  readonly heights: Readonly<Record<Surface, ArrayLike<number>>>;
}

async function run(): Promise<Paths> {
  const { runs } = readFixture<{ runs: readonly TorchRun[] }>("paths");
  const trajectories: Trajectory[] = [];
  for (const { surface, optimizer, start, learningRate, points } of runs) {
    const course = `course ${optimizer}`;
    for (const name of [optimizer, ...(course in optimizers ? [course as Name] : [])]) {
      const path = await pathOf(name, surface, start, learningRate);
      const distances = points.map(([x, y], i) => {
        const [ourX, ourY] = path[4 * (i + 1)]!;
        return Math.hypot(x - ourX, y - ourY);
      });
      const fromTorch = Math.max(...distances);
      trajectories.push({ surface, name, path, fromTorch, torchPoints: points });
    }
  }
  const heightsOf = (surface: Surface): Promise<ArrayLike<number>> =>
    surfaces[surface](tensor(cornersOf(views[surface]))).data();
  const heights = { ravine: await heightsOf("ravine"), rosenbrock: await heightsOf("rosenbrock") };
  return { trajectories, heights };
}

export const optimizersChapter: Chapter<Paths> = {
  number: 6,
  title: "Optimisers",
  claim:
    "Gradient descent, momentum, Nesterov's momentum and Adam go where PyTorch's go, on a ravine and on Rosenbrock's valley. The course's momentum and Nesterov take the same way while the learning rate stays; its Adam, without the bias correction, starts with steps 3.2 times as long.",
  file: import.meta.filename,
  run,
  figures: ({ trajectories }) => [
    ...trajectories.map(({ surface, name, path, fromTorch }) => ({
      what: `${surface}, ${name}: end; farthest from PyTorch's path`,
      value: `(${path.at(-1)!.map(round).join(", ")}); ${round(fromTorch)}`,
    })),
    {
      what: "first step of the course's Adam against Adam's",
      value: round(firstStepRatio(trajectories)),
    },
  ],
  plots: (paths) => ({
    "Paths over the ravine": pathPlot("ravine", paths),
    "Paths through Rosenbrock's valley": pathPlot("rosenbrock", paths),
  }),
};

/** How far course Adam goes at first, as a multiple of Adam. */
export function firstStepRatio(trajectories: readonly Trajectory[]): number {
  const length = (wanted: Name): number => {
    const { path } = trajectories.find(({ name }) => name === wanted)!;
    return Math.hypot(path[1]![0] - path[0]![0], path[1]![1] - path[0]![1]);
  };
  return length("course Adam") / length("Adam");
}

interface View extends Area {
  readonly title: string;
  readonly levels: readonly number[];
}

const views: Readonly<Record<Surface, View>> = {
  ravine: {
    title: "Over the ravine to (0, 0)",
    x: [-10, 5],
    y: [-4, 4],
    levels: [0.5, 2, 5, 10, 20, 40, 70, 120],
  },
  rosenbrock: {
    title: "Through Rosenbrock's valley to (1, 1)",
    x: [-2, 2],
    y: [-0.5, 1.5],
    levels: [0.3, 1, 3, 10, 30, 100, 200],
  },
};

/** Ours as lines, PyTorch's as dots upon them; of the course's forms the one with a way of its own. */
function pathPlot(wanted: Surface, { trajectories, heights }: Paths): string {
  const { title, x, y, levels } = views[wanted];
  const hidden = new Set<Name>(["course momentum", "course Nesterov"]);
  const shown = trajectories.filter(({ surface, name }) => surface === wanted && !hidden.has(name));
  return linePlot({
    title,
    x: { label: "x", include: x, fixed: true },
    y: { label: "y", include: y, fixed: true },
    background: levelSets(heights[wanted], { x, y }, levels),
    series: shown.flatMap(({ name, path, torchPoints }, color) => {
      const ours: Series = { name, points: path, color };
      const torch: Series = { name: `${name}, PyTorch`, points: torchPoints, marks: "dots", color };
      return name === "course Adam" ? [ours] : [ours, torch];
    }),
  });
}
