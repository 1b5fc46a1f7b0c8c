import { describe, expect, it } from "vitest";
import { parseCsv } from "@dl/formats";
import { classificationTable, regressionTable } from "./table-dataset.ts";

describe("classificationTable and regressionTable", () => {
  const table = parseCsv("x,y,kind,price\n1,2,b,10\n3,,a,20\n5,6,b,\n7,8,,40\n");

  it("number classes by name, and fill or drop what is missing", () => {
    const dropped = classificationTable(table, {
      inputs: ["y", "x"],
      targets: "kind",
      missing: "dropRow",
    });
    expect(dropped.classes).toEqual(["b"]);
    const whole = parseCsv("x,kind\n1,b\n2,a\n3,c\n4,a\n");
    const { dataset, classes } = classificationTable(whole, { inputs: ["x"], targets: "kind" });
    expect(classes).toEqual(["a", "b", "c"]);
    expect(Array.from(dataset.getBatch([0, 1, 2, 3]).targets.data)).toEqual([1, 0, 2, 0]);
    const filled = regressionTable(parseCsv("x,p\n1,10\n,20\n5,30\n"), {
      inputs: ["x"],
      targets: "p",
      missing: "mean",
    });
    expect(filled.getBatch([0, 1, 2])).toEqual({
      inputs: { data: Float32Array.of(1, 3, 5), shape: [3, 1] },
      targets: { data: Float32Array.of(10, 20, 30), shape: [3, 1] },
    });
    expect(
      regressionTable(table, { inputs: ["x"], targets: "price", missing: "dropRow" }).length,
    ).toBe(3);
  });

  it.each<[string, string[]]>([
    ["0 2 10", ["0", "2", "10"]],
    ["11 0 2 1 10", ["0", "1", "2", "10", "11"]],
    ["-1 -10 0.5 .25 1e3 inf -inf", ["-Infinity", "-10", "-1", "0.25", "0.5", "1000", "Infinity"]],
    ["1e21 5 1e-7", ["1e-7", "5", "1e+21"]],
    ["0 -0 0.0", ["0"]],
    ["10 2 b", ["10", "2", "b"]],
    ["b A a é", ["A", "a", "b", "é"]],
  ])("number classes of %s by size if all are numbers", (labels, expected) => {
    const rows = labels.split(" ");
    const text = parseCsv(`x,y\n${rows.map((label) => `1,${label}`).join("\n")}`);
    const { classes, dataset } = classificationTable(text, { inputs: ["x"], targets: "y" });
    expect(classes).toEqual(expected);
    expect(dataset.length).toBe(rows.length);
  });

  it("leave labels 0 to n − 1 what they are", () => {
    const labels = Array.from({ length: 120 }, (_, i) => (i * 7) % 120);
    const text = parseCsv(`x,y\n${labels.map((label) => `1,${label}`).join("\n")}`);
    const { dataset } = classificationTable(text, { inputs: ["x"], targets: "y" });
    expect(labels.map((_, i) => dataset.get(i).targets)).toEqual(labels);
    const asText = parseCsv(`x,y\n${labels.map((label) => `1,${label}`).join("\n")}`, {
      types: { y: "text" },
    });
    const named = classificationTable(asText, { inputs: ["x"], targets: "y" });
    expect(labels.map((_, i) => named.dataset.get(i).targets)).toEqual(labels);
  });

  it("refuse what cannot be learned from", () => {
    const messages: [() => unknown, string][] = [
      [
        () => classificationTable(table, { inputs: ["x", "y"], targets: "kind" }),
        'classificationTable: column "y" lacks 1 of 4 values. Choose what becomes of them by missing: "dropRow" or "mean".',
      ],
      [
        () => classificationTable(table, { inputs: ["x"], targets: "kind", missing: "mean" }),
        'classificationTable: column "kind" lacks 1 of 4 values. Choose what becomes of them by missing: "dropRow".',
      ],
      [
        () => regressionTable(table, { inputs: ["kind"], targets: "x" }),
        'regressionTable: column "kind" holds text, e.g. "b". Use a column of numbers.',
      ],
      [
        () => regressionTable(table, { inputs: [], targets: "x" }),
        "regressionTable: needs at least one column of inputs: received none.",
      ],
      [
        () =>
          regressionTable(parseCsv("a,b\n,1"), { inputs: ["a"], targets: "b", missing: "dropRow" }),
        "regressionTable: no row is left: received 1, each with a gap.",
      ],
    ];
    for (const [call, message] of messages)
      expect(call).toThrow(expect.objectContaining({ name: "ArgumentError", message }));
  });
});
