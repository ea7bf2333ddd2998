/** Why a module is refused; the message names the import or export. */
export class ModuleError extends Error {}
