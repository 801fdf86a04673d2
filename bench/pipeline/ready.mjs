// Loads a module, or nothing, and ends: what a process takes until then.
const module = process.argv[2];
if (module !== undefined) await import(module);
process.exit(0);
