// One plain line from vitest's JSON reports, each given as FILE:EXIT_STATUS. Vitest writes success: true for an
// unhandled rejection and for a browser that cannot start; only its exit status tells, so that counts too.
// Steps other than tests that failed are given as --failed-steps=NUMBER.
import { existsSync, readFileSync } from "node:fs";

let passed = 0;
let failed = 0;
for (const arg of process.argv.slice(2)) {
  const steps = /^--failed-steps=(\d+)$/.exec(arg);
  if (steps) {
    failed += Number(steps[1]);
    continue;
  }
  const [, file, status] = /^(.*):(\d+)$/.exec(arg);
  if (!existsSync(file)) {
    console.error(`${file}: missing report`);
    failed++;
    continue;
  }
  const report = JSON.parse(readFileSync(file, "utf8"));
  let bad = report.numFailedTests;
  // A file that cannot be imported has no failed test of its own.
  for (const { status: result, assertionResults } of report.testResults)
    if (result === "failed" && !assertionResults.some((test) => test.status === "failed")) bad++;
  if (bad === 0 && (status !== "0" || report.numTotalTests === 0)) bad = 1;
  passed += report.numPassedTests;
  failed += bad;
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed ? 1 : 0;
