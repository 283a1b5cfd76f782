// The book, as a browser shows it: over HTTP and from files, light and dark, wide and narrow, by
// keyboard, and without scripts.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { after, before, test } from 'node:test';

import { SIZES, THEMES, asFile, forEach, isListing, launch, open, pages, serve } from './browser.js';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

let server;
let browser;

before(async () => {
    server = await serve();
    browser = await launch();
});

after(async () => {
    await browser?.close();
    server?.stop();
});

const overHttp = (path) => server.address + path;

for (const [how, address] of [['HTTP', overHttp], ['file://', asFile]]) {
    test(`every page loads over ${how}, in order and from this machine alone`, async () => {
        const problems = [];
        await forEach(pages(), () => open(browser), async (page, path) => {
            const start = address('');
            const note = (what) => problems.push(`${path}: ${what}`);
            const onConsole = (message) => message.type() === 'error' && note(message.text());
            const onRequest = (request) => {
                const here = [start, 'data:', 'blob:'].some((it) => request.url().startsWith(it));
                if (!here) note(`asks for ${request.url()}`);
            };
            const onError = (error) => note(error.message);
            page.on('console', onConsole).on('request', onRequest).on('pageerror', onError);
            await page.goto(address(path), { waitUntil: 'load' });
            assert.ok(await page.locator('main h1').first().isVisible(), `${path} has no heading`);
            page.off('console', onConsole).off('request', onRequest).off('pageerror', onError);
        });
        assert.deepEqual(problems, []);
    });
}

for (const size of Object.keys(SIZES)) {
    for (const theme of THEMES) {
        test(`axe finds nothing, ${size}, ${theme}`, async () => {
            const problems = [];
            // The colours of a listing do not depend on the size, nor its layout on the theme: of the
            // four ways to look at it, two show them all. Most pages are listings, and long ones.
            const showsListings = (size === 'phone') === (theme === 'light');
            const paths = pages().filter((path) => showsListings || !isListing(path));
            await forEach(paths, () => open(browser, { size, theme }), async (page, path) => {
                await page.goto(asFile(path), { waitUntil: 'load' });
                await page.evaluate(AXE);
                const { violations } = await page.evaluate(() => globalThis.axe.run());
                for (const { id, nodes } of violations) {
                    problems.push(`${path}: ${id}: ${nodes.map((node) => node.html).slice(0, 3).join('\n')}`);
                }
            });
            assert.deepEqual(problems, []);
        });
    }
}

test('no page has to be scrolled sideways on a phone', async () => {
    const wide = [];
    await forEach(pages(), () => open(browser, { size: 'phone' }), async (page, path) => {
        await page.goto(asFile(path), { waitUntil: 'load' });
        // The page, and the part of it that mdBook lets scroll by itself.
        const over = await page.evaluate(() =>
            [document.scrollingElement, document.querySelector('#mdbook-content')].map(
                (element) => element.scrollWidth - element.clientWidth,
            ),
        );
        if (Math.max(...over) > 0) wide.push(`${path}: ${over} px too wide`);
    });
    assert.deepEqual(wide, []);
});

for (const [how, address] of [['HTTP', overHttp], ['file://', asFile]]) {
    test(`search finds what the book is about, over ${how}`, async () => {
        const page = await open(browser);
        const known = { backlog: 'beliefs.html', 'TIME-WAIT': 'segments-and-states.html', datagram: 'chapter-05.html' };
        for (const [term, where] of Object.entries(known)) {
            await page.goto(address('welcome.html'), { waitUntil: 'load' });
            await page.keyboard.press('/');
            await page.keyboard.type(term);
            await page.locator(`#mdbook-searchresults a[href*="${where}"]`).first().waitFor();
        }
        await page.context().close();
    });
}

test('every picture can be seen, and follows the theme', async () => {
    const seen = { light: [], navy: [] };
    for (const theme of THEMES) {
        const texts = pages().filter((path) => !isListing(path)); // those have none
        await forEach(texts, () => open(browser, { theme }), async (page, path) => {
            await page.goto(asFile(path), { waitUntil: 'load' });
            for (const picture of await page.locator('main svg[role=img]').all()) {
                const box = await picture.boundingBox();
                assert.ok(box && box.width > 200 && box.height > 100, `${path}: ${JSON.stringify(box)}`);
                assert.ok(await picture.locator('title').first().textContent(), `${path}: no title`);
                assert.ok(await picture.locator('desc').textContent(), `${path}: no description`);
                const colours = await picture.evaluate((svg) => {
                    if (!svg.closest('.call-flow')) {
                        return null; // it is drawn in the colour of the text around it
                    }
                    const stroke = (selector) => getComputedStyle(svg.querySelector(selector)).stroke;
                    const link = document.querySelector('main a[href]:not(.header)');
                    return { lane: stroke('.lane'), arrow: stroke('.arrow'), link: getComputedStyle(link).color };
                });
                if (colours) {
                    seen[theme].push(colours);
                }
            }
        });
    }
    assert.ok(seen.light.length >= 5, `${seen.light.length} pictures`);
    for (const { arrow, link } of [...seen.light, ...seen.navy]) {
        assert.equal(arrow, link, 'an arrow has the colour of a link');
    }
    for (const part of ['lane', 'arrow']) {
        const [light, dark] = THEMES.map((theme) => new Set(seen[theme].map((colours) => colours[part])));
        assert.equal(light.size, 1, `one colour for every ${part}`);
        assert.ok(![...light].some((it) => dark.has(it)), `${part} is the same in both themes`);
    }
});

test('answers open by keyboard, and the arrow keys then stay on the page', async () => {
    const page = await open(browser);
    await page.goto(asFile('chapter-02.html'), { waitUntil: 'load' });
    const question = page.locator('details').first();
    await question.locator('summary').focus();
    await page.keyboard.press('Enter');
    assert.ok(await question.locator('p').first().isVisible());
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowLeft');
    assert.equal(page.url(), asFile('chapter-02.html'));
    await page.evaluate(() => document.activeElement.blur());
    await page.keyboard.press('ArrowRight');
    await page.waitForURL((url) => url.href !== asFile('chapter-02.html')); // elsewhere they turn it
    await page.context().close();
});

test('without scripts, the text and the pictures are still there', async () => {
    const context = await browser.newContext({ javaScriptEnabled: false });
    const page = await context.newPage();
    await page.goto(asFile('chapter-02.html'));
    assert.ok(await page.getByText('What you see').first().isVisible());
    assert.ok(await page.locator('svg[role=img]').first().isVisible());
    assert.ok(await page.getByText('fn listen_on(').first().isVisible());
    assert.ok(await page.getByText('waiting for connection').first().isVisible());
    await page.locator('summary').first().click();
    assert.ok(await page.locator('details p').first().isVisible());
    await context.close();
});

test('on paper there is dark text without the sidebar, and every answer is open', async () => {
    const page = await open(browser, { theme: 'navy' });
    await page.goto(asFile('chapter-02.html'), { waitUntil: 'load' });
    await page.emulateMedia({ media: 'print' });
    const colour = await page.locator('main p').first().evaluate((p) => getComputedStyle(p).color);
    assert.equal(colour, 'rgb(0, 0, 0)');
    assert.ok(await page.locator('#mdbook-sidebar').isHidden());
    const closed = page.locator('details:not([open])');
    const before = await closed.count();
    await page.evaluate(() => addEventListener('beforeprint', () => {
        globalThis.onPaper = document.querySelectorAll('details:not([open])').length;
    }));
    await page.pdf();
    assert.equal(await page.evaluate(() => globalThis.onPaper), 0);
    assert.equal(await closed.count(), before); // and on the screen nothing has changed
    await page.context().close();
});

test('a link to a line shows that line', async () => {
    const page = await open(browser);
    await page.goto(asFile('methods.html'), { waitUntil: 'load' });
    await page.locator('main table a[href*="#L"]').first().click();
    await page.waitForURL(/source\/.*#L\d+$/);
    const line = page.locator(':target');
    assert.ok(await line.isVisible());
    const number = await line.textContent();
    assert.ok(page.url().endsWith(`#L${number}`), `${page.url()} shows line ${number}`);
    await page.context().close();
});
