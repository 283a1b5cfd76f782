// A browser, the built book, and ways to look at one with the other.

import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath, pathToFileURL } from 'node:url';

import { chromium } from 'playwright-core';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const OUTPUT = `${ROOT}book/out/en/`;

/** The two widths at which every page is looked at, in CSS pixels. */
export const SIZES = {
    desktop: { width: 1280, height: 900 },
    phone: { width: 360, height: 740 },
};

/** The themes by the names that mdBook stores. */
export const THEMES = ['light', 'navy'];

/** Every page that a reader can come to, as a path from the book's first page. */
export function pages() {
    const made = ['404.html', 'toc.html', 'index.html', 'print.html'];
    const html = (folder) =>
        readdirSync(OUTPUT + folder, { withFileTypes: true }).flatMap((entry) => {
            if (entry.isDirectory()) return html(`${folder}${entry.name}/`);
            return entry.name.endsWith('.html') ? [folder + entry.name] : [];
        });
    return html('').filter((path) => !made.includes(path)).sort();
}

/** Whether a page is the source of a program, and nothing else. */
export function isListing(path) {
    return path.startsWith('source/');
}

/** The address of a page as a file. */
export function asFile(path) {
    return pathToFileURL(OUTPUT + path).href;
}

/** Builds and serves the book. Resolves to `{ address, stop }`; the address ends in `/en/`. */
export async function serve() {
    const args = ['run', '--quiet', '--package', 'book', '--', 'serve', '--port', '0'];
    const server = spawn('cargo', args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'], detached: true });
    for await (const line of createInterface({ input: server.stdout })) {
        const address = line.match(/http:\S+/);
        if (address) {
            // cargo and the server are a group of their own, and are ended together.
            return { address: `${address[0]}/en/`, stop: () => process.kill(-server.pid) };
        }
    }
    throw new Error('the book could not be served: see above');
}

/** A browser that asks nobody for anything by itself. CHROMIUM names another one than Debian's. */
export function launch() {
    return chromium.launch({
        executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
        args: [
            '--no-sandbox',
            '--disable-gpu',
            '--disable-quic',
            '--disable-background-networking',
            '--disable-component-update',
            '--disable-sync',
        ],
    });
}

/** A browser window of this size and theme. `options` are playwright's. */
export async function open(browser, { size = 'desktop', theme = 'light', ...options } = {}) {
    const context = await browser.newContext({ viewport: SIZES[size], ...options });
    await context.addInitScript((name) => localStorage.setItem('mdbook-theme', name), theme);
    return context.newPage();
}

/** Runs `look` on each of `items`, some at a time, each with a page of its own from `newPage`. */
export async function forEach(items, newPage, look) {
    const left = [...items];
    const worker = async () => {
        const page = await newPage();
        for (let item = left.shift(); item !== undefined; item = left.shift()) {
            await look(page, item);
        }
        await page.context().close();
    };
    await Promise.all([worker(), worker(), worker()]);
}
