import fc from "fast-check";
import { expect, test } from "vitest";
import { ProgressLine, progressText } from "./progress-line.ts";
import type { TrainingProgress } from "./training.ts";

const progress: TrainingProgress = {
  epoch: 1,
  epochs: 2,
  seen: 1000,
  total: 4000,
  loss: 0.51234,
  accuracy: 0.875,
  seconds: 2,
};

test("tells everything at 80 columns", () => {
  expect(progressText(progress, 79)).toBe(
    "epoch 1/2  ██░░░░░░░░░  loss 0.512  accuracy 87.5 %   500 examples/s  0:06 left",
  );
});

test("tells how long it took at the end", () => {
  const text = progressText({ ...progress, seen: 4000, seconds: 3725 }, 120);
  expect(text).toMatch(/^epoch 1\/2 {2}█{32} {2}loss .* took 1:02:05$/);
});

test("gives up the bar, the epoch, the rate and the rest in turn", () => {
  expect(progressText(progress, 70)).toMatch(/^epoch 1\/2 {2}loss 0\.512 /);
  expect(progressText(progress, 60)).toMatch(/^loss .* examples\/s .* left$/);
  expect(progressText(progress, 45)).toBe("loss 0.512  accuracy 87.5 %  0:06 left");
  expect(progressText(progress, 30)).toBe("loss 0.512  accuracy 87.5 %");
  expect(progressText(progress, 12)).toBe("loss 0.512");
  expect(progressText(progress, 4)).toBe("loss");
});

test("fits any width", () => {
  const anyProgress = fc.record({
    epoch: fc.nat(10_000),
    epochs: fc.integer({ min: 1, max: 10_000 }),
    total: fc.integer({ min: 1, max: 1e11 }),
    part: fc.double({ min: 0, max: 1, noNaN: true }),
    loss: fc.double({ min: 0, max: 1e20, noNaN: true }),
    accuracy: fc.double({ min: 0, max: 1, noNaN: true }),
    seconds: fc.double({ min: 0, max: 1e7, noNaN: true }),
  });
  fc.assert(
    fc.property(anyProgress, fc.nat(200), fc.boolean(), ({ part, ...rest }, width, hasBar) => {
      const seen = Math.max(1, Math.round(rest.total * part));
      const text = progressText({ ...rest, seen }, width, hasBar);
      expect(text.length).toBeLessThanOrEqual(width);
      expect(text).not.toMatch(/NaN|undefined|\n/);
    }),
  );
});

test("redraws in place on a terminal, and ends below the line", () => {
  let text = "";
  const line = new ProgressLine({ write: (part) => (text += part), isTTY: true, columns: 60 });
  line.show(progress);
  line.show({ ...progress, seen: 1001 }); // too soon after the first
  line.end();
  line.end();
  expect(text).toBe(`\r\u001b[K${progressText(progress, 57)}\n`);
  text = "";
  line.note("testing ...");
  line.clear();
  expect(text).toBe("\r\u001b[Ktesting ...\r\u001b[K");
});

test("prints four lines an epoch elsewhere, without control characters", () => {
  let text = "";
  const line = new ProgressLine({ write: (part) => (text += part) });
  for (let seen = 10; seen <= 4000; seen += 10)
    line.show({ ...progress, seen, epoch: 1 + Math.floor((seen - 1) / 2000) });
  line.note("testing ...");
  line.end();
  line.clear();
  expect(text.trimEnd().split("\n")).toHaveLength(8);
  // eslint-disable-next-line no-control-regex
  expect(text).not.toMatch(/[\r\u001b█]/);
});

test("prints a line every half minute at least, where training is slow", () => {
  let text = "";
  const line = new ProgressLine({ write: (part) => (text += part) });
  for (let seconds = 1; seconds <= 100; seconds++)
    line.show({ ...progress, seen: 1 + seconds, total: 100_000, seconds });
  expect(text.trimEnd().split("\n")).toHaveLength(3);
});
