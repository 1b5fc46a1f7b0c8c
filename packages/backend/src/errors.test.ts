import { expect, test } from "vitest";
import { DlError, InternalError, ShapeError } from "./errors.ts";

test("an error carries the operation and what it was about", () => {
  const error = new ShapeError("matmul", "inner sizes differ.", { expected: 3, received: 4 });
  expect(error).toBeInstanceOf(DlError);
  expect(error).toBeInstanceOf(Error);
  expect(error).toMatchObject({
    name: "ShapeError",
    message: "matmul: inner sizes differ.",
    op: "matmul",
    expected: 3,
    received: 4,
  });
  expect(String(error)).toBe("ShapeError: matmul: inner sizes differ.");
});

test("a fault of the library says so", () => {
  expect(new InternalError("lower", "lost a node.").message).toBe(
    "lower: lost a node. This is a fault in the library; please report it.",
  );
});
