/** Writes `licences.txt` beside the page: what of others is in the bundle, and under which licence. */

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Plugin } from "vite";

/** Licences that ask for nothing but that their text goes along. */
const TAKEN = ["MIT", "BSD-3-Clause", "0BSD", "ISC"];

export function licences(): Plugin {
  return {
    name: "licences",
    generateBundle(_options, bundle) {
      const modules = Object.values(bundle).flatMap((chunk) => ("moduleIds" in chunk ? chunk.moduleIds : []));
      const packages = [...new Set(modules.map(packageOf).filter((folder) => folder !== undefined))].sort();
      this.emitFile({ type: "asset", fileName: "licences.txt", source: packages.map(entry).join("\n\n") });
    },
  };
}

/** The folder of the package of a module; undefined where the module is ours. */
function packageOf(id: string): string | undefined {
  return /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(id.replaceAll("\\", "/").replace(/^\0/, ""))?.[0];
}

function entry(folder: string): string {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  if (!TAKEN.includes(license)) {
    throw new Error(
      `${name} has the licence ${license}: see whether it may be a part of the page (build/licences.ts).`,
    );
  }
  const file = readdirSync(folder).find((each) => /^licen[cs]e/i.test(each));
  return `${name} ${version} (${license})\n\n${file ? readFileSync(join(folder, file), "utf8").trim() : ""}\n`;
}
