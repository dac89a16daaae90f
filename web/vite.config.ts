import { svelte } from '@sveltejs/vite-plugin-svelte'
import { defineConfig } from 'vitest/config'

// Where `rollwell serve` listens while the page is worked on with `npm run dev`.
const server = process.env['ROLLWELL_URL'] ?? 'http://127.0.0.1:8080'

export default defineConfig({
  plugins: [svelte()],
  build: {
    target: 'es2022',
    // The server's content security policy allows files of its own only, so nothing may become a data: address.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    sourcemap: false,
  },
  server: {
    host: '127.0.0.1',
    proxy: { '/api': { target: server, ws: true } },
  },
  test: {
    environment: 'node',
    include: ['test/unit/**/*.test.ts'],
    // No test fails because the machine is busy.
    testTimeout: 120_000,
  },
})
