import { fieldPath, formatProblem, type Place, type Problem } from "../source/index.js";

interface Located {
  at(path: readonly PropertyKey[]): Place;
}

/** Gathers everything that is wrong, so that one report has it all. */
export class Problems {
  private readonly list: Problem[] = [];

  error(resource: Located, path: readonly PropertyKey[], message: string): void {
    this.list.push({ severity: "error", place: resource.at(path), field: fieldPath(path), message });
  }

  warning(resource: Located, path: readonly PropertyKey[], message: string): void {
    this.list.push({ severity: "warning", place: resource.at(path), field: fieldPath(path), message });
  }

  /** Each problem once, though a rule may be looked at for several ports. */
  get all(): readonly Problem[] {
    return [...new Map(this.list.map((problem) => [formatProblem(problem), problem])).values()];
  }

  get failed(): boolean {
    return this.list.some(({ severity }) => severity === "error");
  }
}
