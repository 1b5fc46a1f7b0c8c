import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";

const root = join(import.meta.dirname, "../../../..");

/** A parameter for options, as the declarations have it. */
export interface PublicOptions {
  readonly keys: readonly string[];
  /** For each key, values that its type does not admit. */
  readonly wrong: readonly (readonly [key: string, value: unknown])[];
  /** Whether the parameter before it is a tensor. */
  readonly followsTensor: boolean;
}

/** Everything published that takes options, by name: `conv2d`, `new Conv2d`, `Module.loadStateDict`. */
export function publicOptions(): ReadonlyMap<string, PublicOptions> {
  const entries = readdirSync(join(root, "packages"))
    .filter((name) => name !== "testing")
    .flatMap((name) =>
      ["index.ts", "node.ts"].map((file) => join(root, "packages", name, "src", file)),
    )
    .filter((path) => existsSync(path));
  const program = ts.createProgram(entries, compilerOptions());
  const scan = new Scan(program.getTypeChecker());
  for (const entry of entries) scan.visitExports(program.getSourceFile(entry)!);
  return scan.found;
}

function compilerOptions(): ts.CompilerOptions {
  const text = readFileSync(join(root, "tsconfig.base.json"), "utf8");
  const { config } = ts.parseConfigFileTextToJson("tsconfig.base.json", text);
  const { options } = ts.parseJsonConfigFileContent({ ...config, files: [] }, ts.sys, root);
  return {
    ...options,
    composite: false,
    lib: ["lib.es2023.d.ts", "lib.esnext.disposable.d.ts", "lib.dom.d.ts"],
  };
}

class Scan {
  readonly found = new Map<string, PublicOptions>();
  readonly #checker: ts.TypeChecker;

  constructor(checker: ts.TypeChecker) {
    this.#checker = checker;
  }

  visitExports(file: ts.SourceFile): void {
    for (const exported of this.#checker.getExportsOfModule(
      this.#checker.getSymbolAtLocation(file)!,
    )) {
      const symbol =
        exported.flags & ts.SymbolFlags.Alias ? this.#checker.getAliasedSymbol(exported) : exported;
      if (!(symbol.flags & ts.SymbolFlags.Value)) continue;
      const type = this.#checker.getTypeOfSymbol(symbol);
      this.#visit(symbol.name, type.getCallSignatures());
      this.#visit(`new ${symbol.name}`, type.getConstructSignatures());
      if (symbol.flags & ts.SymbolFlags.Class) this.#visitMethods(symbol);
    }
  }

  #visitMethods(symbol: ts.Symbol): void {
    const declared = this.#checker.getDeclaredTypeOfSymbol(symbol);
    const bases = (declared.getBaseTypes() ?? []).filter(
      ({ symbol: base }) => (base.flags & ts.SymbolFlags.Class) !== 0,
    );
    for (const method of declared.getProperties()) {
      const declaration = method.declarations?.[0];
      if (declaration !== undefined && isHidden(declaration)) continue;
      // What is inherited is visited where it is declared.
      const isOwn = declaration?.parent === symbol.valueDeclaration;
      if (!isOwn && bases.some((base) => base.getProperty(method.name) !== undefined)) continue;
      const signatures = this.#checker.getTypeOfSymbol(method).getCallSignatures();
      this.#visit(`${symbol.name}.${method.name}`, signatures);
    }
  }

  #visit(name: string, signatures: readonly ts.Signature[]): void {
    // Of several signatures the options are taken together: the function cannot know which was meant.
    const options: ts.Type[] = [];
    let followsTensor = false;
    for (const signature of signatures) {
      const parameters = this.#parametersOf(signature);
      const at = parameters.findLastIndex((type) => this.#optionsIn(type).length > 0);
      if (at < 0) continue;
      options.push(...this.#optionsIn(parameters[at]!));
      followsTensor = at > 0 && this.#isTensor(parameters[at - 1]!);
    }
    if (options.length > 0) this.found.set(name, { ...this.#describe(options), followsTensor });
  }

  /** The methods of a tensor have their parameters in one tuple. */
  #parametersOf({ parameters }: ts.Signature): readonly ts.Type[] {
    return parameters.flatMap((parameter) => {
      const type = this.#checker.getTypeOfSymbol(parameter);
      return this.#checker.isTupleType(type)
        ? this.#checker.getTypeArguments(type as ts.TypeReference)
        : [type];
    });
  }

  #isTensor(type: ts.Type): boolean {
    return partsOf(type).some((part) => part.symbol?.name === "Tensor");
  }

  /** Of a parameter's type what is an object of options: ours, no class, no function, with a key that may be left out. */
  #optionsIn(type: ts.Type): readonly ts.Type[] {
    return partsOf(type).filter((part) => {
      const name = (part.aliasSymbol ?? part.symbol)?.name ?? "";
      const keys = part.getProperties();
      const file = keys[0]?.declarations?.[0]?.getSourceFile().fileName ?? "node_modules";
      return (
        (part.flags & (ts.TypeFlags.Object | ts.TypeFlags.Intersection)) !== 0 &&
        !file.includes("node_modules/") &&
        !this.#checker.isArrayLikeType(part) &&
        part.getCallSignatures().length === 0 &&
        ((part.symbol?.flags ?? 0) & ts.SymbolFlags.Class) === 0 &&
        (/Options$|^__type$/.test(name) || keys.some((key) => key.flags & ts.SymbolFlags.Optional))
      );
    });
  }

  #describe(options: readonly ts.Type[]): Pick<PublicOptions, "keys" | "wrong"> {
    const checker = this.#checker;
    const candidates = [
      [true, checker.getTrueType()],
      [3, checker.getNumberLiteralType(3)],
      ["nonsense", checker.getStringLiteralType("nonsense")],
      [null, checker.getNullType()],
    ] as const;
    const types = new Map<string, ts.Type[]>();
    for (const key of options.flatMap((type) => type.getProperties()))
      types.set(key.name, [...(types.get(key.name) ?? []), checker.getTypeOfSymbol(key)]);
    const wrong = [...types].flatMap(([key, all]) =>
      candidates
        .filter(([, candidate]) => !all.some((type) => checker.isTypeAssignableTo(candidate, type)))
        .map(([value]) => [key, value] as const),
    );
    return { keys: [...types.keys()], wrong };
  }
}

function isHidden(member: ts.Declaration): boolean {
  const hidden = ts.ModifierFlags.Private | ts.ModifierFlags.Protected;
  const name = ts.getNameOfDeclaration(member);
  return (
    (ts.getCombinedModifierFlags(member) & hidden) !== 0 ||
    (name !== undefined && ts.isPrivateIdentifier(name))
  );
}

function partsOf(type: ts.Type): readonly ts.Type[] {
  return type.isUnion() ? type.types : [type];
}
