import { expect, test } from "vitest";
import { IdTrie } from "./intern.ts";

test("a path leads to one node, and no other path does", () => {
  const trie = new IdTrie<string>();
  trie.at([1, 2]).value = "a";
  expect(trie.at([1, 2]).value).toBe("a");
  expect(trie.child(1).child(2).value).toBe("a");
  for (const path of [[], [1], [2, 1], [1, 2, 0], [12]])
    expect(trie.at(path).value).toBeUndefined();
  expect(trie.at([])).toBe(trie);
});
