/** The page's looks; light and dark by the reader's system. */
export const style = `
:root {
  --page: #f7f7f5; --panel: #ffffff; --ink: #1c1d1f; --soft: #676b73; --line: #e2e2de;
  --faster: #15803d; --slower: #c2410c; --same: #4b5563; --unclear: #9a6b00;
  --c0: #2563eb; --c1: #ea580c; --c2: #0d9488; --c3: #9333ea; --c4: #be123c; --c5: #65a30d;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #141517; --panel: #1d1f22; --ink: #e8e8e6; --soft: #9aa0a8; --line: #33363b;
    --faster: #4ade80; --slower: #fb923c; --same: #cbd0d8; --unclear: #facc15;
    --c0: #7aa2ff; --c1: #ff9d5c; --c2: #4fd1c5; --c3: #c792ff; --c4: #ff7a90; --c5: #a3d65c;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 14px/1.5 system-ui, sans-serif; }
main { max-width: 1160px; margin: 0 auto; padding: 32px 24px 64px; }
h1 { font-size: 26px; line-height: 1.2; margin: 0 0 4px; letter-spacing: -0.01em; }
h2 { font-size: 17px; margin: 36px 0 12px; }
.hint { color: var(--soft); fill: var(--soft); font-size: 12.5px; margin: 0; }
.tiles { display: flex; flex-wrap: wrap; gap: 12px; margin-top: 20px; }
.tile { display: flex; flex-direction: column; min-width: 170px; padding: 12px 16px; }
.tile, figure, .wide { background: var(--panel); border: 1px solid var(--line); border-radius: 8px; }
.tile strong { font-size: 26px; line-height: 1.25; font-variant-numeric: tabular-nums; }
figure { margin: 0 0 12px; padding: 16px 18px; }
figcaption { font-weight: 600; margin-bottom: 8px; }
.grid2 { display: grid; grid-template-columns: repeat(auto-fill, minmax(400px, 1fr)); gap: 12px; }
.grid2 figure { margin: 0; }
@media (max-width: 480px) { .grid2 { grid-template-columns: 1fr; } }
svg { display: block; width: 100%; height: auto; font-size: 13px; fill: var(--ink); }
svg .tick, svg .hint { fill: var(--soft); font-size: 11.5px; }
svg .number, td.number { font-variant-numeric: tabular-nums; white-space: pre; }
svg .grid { stroke: var(--line); }
svg .one { stroke: var(--soft); stroke-width: 1.5; }
svg .mark { stroke: currentColor; stroke-width: 2.5; fill: currentColor; stroke-linecap: round; }
svg .mark path, svg .mark circle { stroke: none; }
svg .line { color: var(--c); }
svg .line polyline { fill: none; stroke: currentColor; stroke-width: 2; stroke-linejoin: round; }
svg .line circle { fill: currentColor; }
svg .bar { fill: var(--c); }
.faster { color: var(--faster); } .slower { color: var(--slower); }
.note { margin: 12px 0 0; color: var(--unclear); font-weight: 600; }
.same, .unranked { color: var(--same); } .unclear { color: var(--unclear); }
svg .word { fill: currentColor; } .word { font-weight: 600; }
.c0 { --c: var(--c0); } .c1 { --c: var(--c1); } .c2 { --c: var(--c2); }
.c3 { --c: var(--c3); } .c4 { --c: var(--c4); } .c5 { --c: var(--c5); }
.legend { display: flex; flex-wrap: wrap; gap: 6px 18px; margin: 0 0 12px; }
.key i { display: inline-block; width: 10px; height: 10px; border-radius: 3px; background: var(--c); margin-right: 6px; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: 12.5px; }
th, td { padding: 5px 8px; text-align: left; border-bottom: 1px solid var(--line); white-space: nowrap; }
th { color: var(--soft); font-weight: 500; }
th:empty { padding: 0; }
tr:last-child td { border-bottom: 0; }
tr.ours td { font-weight: 600; }
td.word { font-weight: 500; }
td.wrap { white-space: normal; }
`;
