// The gradebook's page of a class, as a browser shows it: light and dark, wide and narrow, by
// keyboard, without a script and without the network.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';

import { SIZES, launch } from './browser.js';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const ROOT = fileURLToPath(new URL('../..', import.meta.url));

let browser;
let folder;
const pages = {};

before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'gradebook-'));
    // axe looks at every cell, and at each for a while: for it, a small class shows as much.
    for (const [name, size] of Object.entries({ class: ['30', '12'], few: ['8', '3'] })) {
        const args = ['run', '--quiet', '--package', 'gradebook', '--example', 'made-up-class', '--'];
        execFileSync('cargo', [...args, join(folder, name), ...size], { cwd: ROOT });
        pages[name] = pathToFileURL(join(folder, name, 'index.html')).href;
    }
    browser = await launch();
});

after(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
});

/** The page of one of the classes. `options` are playwright's. */
async function open(name, { size = 'desktop', ...options } = {}) {
    const context = await browser.newContext({ viewport: SIZES[size], ...options });
    const page = await context.newPage();
    await page.goto(pages[name], { waitUntil: 'load' });
    return page;
}

for (const size of Object.keys(SIZES)) {
    for (const colorScheme of ['light', 'dark']) {
        test(`axe finds nothing in the gradebook, ${size}, ${colorScheme}`, async () => {
            const page = await open('few', { size, colorScheme });
            await page.evaluate(AXE);
            const { violations } = await page.evaluate(() => globalThis.axe.run());
            assert.deepEqual(violations.map(({ id, nodes }) => `${id}: ${nodes[0].html}`), []);
            await page.context().close();
        });
    }
}

test('every sign can be read on its colour, which is another in the dark', async () => {
    const seen = {};
    for (const colorScheme of ['light', 'dark']) {
        const page = await open('class', { colorScheme });
        // axe judges no text of a single character.
        seen[colorScheme] = await page.locator('.legend .sign').evaluateAll((signs) => {
            const light = (colour) => {
                const parts = colour.match(/[\d.]+/g).slice(0, 3).map((part) => part / 255);
                const [r, g, b] = parts.map((it) => (it <= 0.03928 ? it / 12.92 : ((it + 0.055) / 1.055) ** 2.4));
                return 0.2126 * r + 0.7152 * g + 0.0722 * b;
            };
            const ground = getComputedStyle(document.body).backgroundColor;
            return signs.map((sign) => {
                const { color, backgroundColor } = getComputedStyle(sign);
                const behind = backgroundColor === 'rgba(0, 0, 0, 0)' ? ground : backgroundColor;
                const [less, more] = [light(color), light(behind)].sort((a, b) => a - b);
                return { sign: sign.textContent, behind, contrast: (more + 0.05) / (less + 0.05) };
            });
        });
        await page.context().close();
    }
    assert.equal(seen.light.length, 7);
    for (const { sign, contrast } of [...seen.light, ...seen.dark]) {
        assert.ok(contrast >= 4.5, `${sign}: ${contrast}`);
    }
    seen.light.forEach(({ sign, behind }, index) => assert.notEqual(behind, seen.dark[index].behind, sign));
});

test('on a phone the table scrolls by itself, and the names stay', async () => {
    const page = await open('class', { size: 'phone' });
    const over = await page.evaluate(() => {
        const { scrollWidth, clientWidth } = document.scrollingElement;
        return scrollWidth - clientWidth;
    });
    assert.equal(over, 0, 'the page scrolls sideways');
    const box = page.locator('.scroll').first();
    const name = page.locator('tbody th.student').first();
    const before = await name.boundingBox();
    const scrolled = await box.evaluate((element) => {
        element.scrollLeft = element.scrollWidth;
        return element.scrollLeft;
    });
    assert.ok(scrolled > 1000, `${scrolled} px`);
    assert.equal((await name.boundingBox()).x, before.x);
    assert.ok(before.width < SIZES.phone.width / 2, 'the names leave no room');
    await page.context().close();
});

test('by keyboard, a sign leads to the reasons, in sight and under the name of the student', async () => {
    const page = await open('class');
    await page.locator('tbody td.fail a').nth(40).focus();
    await page.keyboard.press('Enter');
    await page.waitForURL(/#s\d+-\d+-\d+$/);
    const reasons = page.locator(':target');
    assert.match(await reasons.textContent(), /what happened:[^]*hint: /);
    const person = page.locator('.person', { has: reasons });
    const [name, exercise, told] = await Promise.all([
        person.locator('h3').boundingBox(),
        page.locator('.exercise', { has: reasons }).locator('h4').boundingBox(),
        reasons.boundingBox(),
    ]);
    assert.ok(name.y >= 0 && exercise.y >= name.y + name.height, 'name and exercise are in sight');
    assert.ok(told.y >= exercise.y + exercise.height, 'the reasons are not behind them');
    assert.ok(told.y + told.height <= SIZES.desktop.height, 'the reasons are in sight');
    await page.context().close();
});

test('the table can be scrolled by keyboard, and skipped', async () => {
    const page = await open('class');
    const box = page.locator('.scroll').first();
    await page.getByText('Skip the table').focus();
    await page.keyboard.press('Tab');
    assert.ok(await box.evaluate((element) => element === document.activeElement));
    await page.keyboard.press('ArrowRight');
    await page.waitForFunction(() => document.querySelector('.scroll').scrollLeft > 0);
    await page.getByText('Skip the table').focus();
    await page.keyboard.press('Enter');
    await page.waitForURL(/#checks$/);
    await page.context().close();
});

test('nothing is asked of the network, and nothing changes without scripts', async () => {
    const context = await browser.newContext({ javaScriptEnabled: false });
    const page = await context.newPage();
    const asked = [];
    page.on('request', (request) => asked.push(request.url()));
    await page.goto(pages.class, { waitUntil: 'load' });
    assert.deepEqual(asked, [pages.class]);
    assert.ok(await page.getByText('Where the class is stuck').first().isVisible());
    const folded = page.locator('details').first();
    await folded.locator('summary').click();
    assert.ok(await folded.locator('pre').first().isVisible());
    await context.close();
});
