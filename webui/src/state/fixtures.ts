// The messages of tests/fixtures/wire, for the tests here; the Python tests read the same files.

const files = import.meta.glob("../../../tests/fixtures/wire/*.json", { eager: true, import: "default" });

export function fixture<T>(name: string): T {
  const found = Object.entries(files).find(([path]) => path.endsWith(`/${name}.json`));
  if (!found) throw new Error(`no fixture ${name}`);
  return structuredClone(found[1]) as T;
}
