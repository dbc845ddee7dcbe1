import { defineConfig } from "vite";
import { licences } from "./build/licences.ts";

export default defineConfig({
  base: "./", // the page may lie in a folder
  plugins: [licences()],
  build: {
    outDir: "../.local/web",
    emptyOutDir: true,
    target: "es2023",
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 600,
  },
});
