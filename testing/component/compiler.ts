/** As much of AssemblyScript's compiler as is used. */
export interface Compiler {
  main(args: string[], files?: CompilerFiles): Promise<{ readonly error: Error | null; readonly stderr: object }>;
}

/** How the compiler reads and writes, where not in the file system. */
export interface CompilerFiles {
  readFile(name: string, base: string): Promise<string | null>;
  writeFile(name: string, contents: string | Uint8Array): void;
  listFiles(): null;
}
