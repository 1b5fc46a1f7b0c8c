/** The part of JSON Schema 2020-12 that our schema file uses. */
export interface Schema {
  readonly type?: "object" | "array" | "string" | "number" | "integer" | "boolean";
  readonly const?: string | number;
  readonly enum?: readonly string[];
  readonly minimum?: number;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | Schema;
  readonly items?: Schema;
}

/** Where and how `value` differs from `schema`; empty when it does not. */
export function faultsOf(value: unknown, schema: Schema, path = "record"): string[] {
  if (schema.const !== undefined && value !== schema.const)
    return [`${path} must be ${JSON.stringify(schema.const)}: received ${JSON.stringify(value)}`];
  if (schema.enum !== undefined && !schema.enum.includes(value as string))
    return [`${path} must be ${schema.enum.join(" or ")}: received ${JSON.stringify(value)}`];
  if (schema.type !== undefined && !hasType(value, schema.type))
    return [`${path} must be ${schema.type}: received ${JSON.stringify(value)?.slice(0, 80)}`];
  if (schema.minimum !== undefined && (value as number) < schema.minimum)
    return [`${path} must be at least ${schema.minimum}: received ${String(value)}`];
  if (Array.isArray(value))
    return schema.items === undefined
      ? []
      : value.flatMap((item, i) => faultsOf(item, schema.items!, `${path}[${i}]`));
  return schema.type === "object"
    ? objectFaults(value as Record<string, unknown>, schema, path)
    : [];
}

function objectFaults(value: Record<string, unknown>, schema: Schema, path: string): string[] {
  const { properties = {}, required = [], additionalProperties = true } = schema;
  const missing = required.filter((key) => !Object.hasOwn(value, key));
  const faults = missing.map((key) => `${path}.${key} is missing`);
  for (const [key, held] of Object.entries(value)) {
    const inner = Object.hasOwn(properties, key) ? properties[key] : additionalProperties;
    if (inner === false) faults.push(`${path}.${key} is unknown`);
    else if (typeof inner === "object") faults.push(...faultsOf(held, inner, `${path}.${key}`));
  }
  return faults;
}

function hasType(value: unknown, type: NonNullable<Schema["type"]>): boolean {
  switch (type) {
    case "object":
      return typeof value === "object" && value !== null && !Array.isArray(value);
    case "array":
      return Array.isArray(value);
    case "integer":
      return Number.isInteger(value);
    case "number":
      return Number.isFinite(value);
    case "string":
    case "boolean":
      return typeof value === type;
  }
}
