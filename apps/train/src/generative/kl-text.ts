import type { TimedReport } from "@dl/vae";

const bars = "▁▂▃▄▅▆▇█";

/**
 * How many nats each number of the latent tells of a picture, epoch by epoch: a bar for each, the
 * largest first as they stand at the end; full at two nats.
 */
export function klText(reports: readonly TimedReport[]): string {
  const last = reports.at(-1);
  if (last === undefined) return "";
  const order = last.klPerDimension
    .map((kl, i) => ({ kl, i }))
    .toSorted((a, b) => b.kl - a.kl)
    .map(({ i }) => i);
  const lines = reports.map(({ epoch, klPerDimension, kl, activeUnits }) => {
    const row = order.map((i) => barOf(klPerDimension[i]!)).join("");
    return `epoch ${String(epoch).padStart(3)}  ${row}  ${kl.toFixed(1)} nats, ${activeUnits} of ${order.length} in use`;
  });
  return ["KL of each number of the latent:", ...thinned(lines)].join("\n");
}

const mostNats = 2;

function barOf(nats: number): string {
  return bars[Math.min(bars.length - 1, Math.floor((bars.length * nats) / mostNats))] ?? bars[0]!;
}

/** At most ten lines, the first and the last among them. */
function thinned(lines: readonly string[]): readonly string[] {
  const most = 10;
  if (lines.length <= most) return lines;
  return Array.from(
    { length: most },
    (_, i) => lines[Math.round((i * (lines.length - 1)) / (most - 1))]!,
  );
}
