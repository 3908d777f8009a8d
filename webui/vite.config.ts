/// <reference types="vitest/config" />
import { defineConfig } from "vite";

// The server hands out `cincer/server/static` at its root.
export default defineConfig({
  base: "/",
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    outDir: "../cincer/server/static",
    emptyOutDir: true,
    target: "es2022",
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    reportCompressedSize: true,
  },
  server: {
    proxy: {
      "/socket.io": { target: "http://127.0.0.1:8765", ws: true },
      "/api": "http://127.0.0.1:8765",
    },
  },
  test: { include: ["src/**/*.test.ts"], environment: "node" },
});
