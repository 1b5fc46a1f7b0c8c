export type {
  BackendAdapter,
  ConformanceCase,
  ToleranceException,
  Unsupported,
} from "./conformance/adapter.ts";
export { testBackend } from "./conformance/test-backend.ts";
export type { ErrorSample, OpRecord, OpResult, Sample } from "./op-samples/record.ts";
export { opRecords } from "./op-samples/records.ts";
export type { SampleInput, SampleSource } from "./op-samples/sample-source.ts";
