import type { FormatError } from "@dl/backend";
import { Global, type Operand, type PyTorchValue, Storage } from "./pickle.ts";

const mostDepth = 100;
/** Values that whoever walks over all of it meets; what is shared counts each time. */
const mostValues = 10_000_000;

/** Lists and dicts under way, and what has been found below them. */
interface Open {
  readonly value: object;
  readonly items: Iterator<Operand>;
  size: number;
  depth: number;
}

/**
 * Makes sure that what was read can be walked over: no list holds itself, none is too deep, and what is
 * shared does not stand for more than a machine can hold.
 */
export function checkTree(root: Operand, refused: (problem: string) => FormatError): PyTorchValue {
  const known = new Map<object, { size: number; depth: number }>();
  const path = new Set<object>();
  const open: Open[] = [];
  const enter = (value: Operand): void => {
    if (value instanceof Global) throw refused(`holds ${value.name} itself, not what it makes`);
    if (value instanceof Storage) throw refused("holds a storage without a tensor");
    const isInner = Array.isArray(value) || value instanceof Map;
    const found = isInner ? known.get(value) : { size: 1, depth: 0 };
    if (found !== undefined) return add(found.size, found.depth);
    const inner = value as PyTorchValue[] | Map<never, PyTorchValue>;
    if (path.has(inner)) throw refused("holds a list or dict that holds itself");
    if (path.size >= mostDepth) throw refused(`is nested more than ${mostDepth} deep`);
    path.add(inner);
    open.push({ value: inner, items: inner.values() as Iterator<Operand>, size: 1, depth: 0 });
  };
  const add = (size: number, depth: number): void => {
    const above = open.at(-1);
    if (above === undefined) return;
    above.size += size;
    above.depth = Math.max(above.depth, depth + 1);
    if (above.size > mostValues) throw refused(`stands for more than ${mostValues} values`);
    if (above.depth > mostDepth) throw refused(`is nested more than ${mostDepth} deep`);
  };
  enter(root);
  for (let last = open.at(-1); last !== undefined; last = open.at(-1)) {
    const { done, value } = last.items.next();
    if (done !== true) {
      enter(value);
      continue;
    }
    open.pop();
    path.delete(last.value);
    known.set(last.value, last);
    add(last.size, last.depth);
  }
  return root as PyTorchValue;
}
