// The timelines of the chapters: stepped through by button, by key and by link, and read without a script.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { SIZES, THEMES, asFile, launch, open, serve } from './browser.js';

const CHAPTERS = ['01', '02', '03', '04', '05', '06', '07'];

let server;
let browser;

before(async () => {
    server = await serve(); // builds the book
    browser = await launch();
});

after(async () => {
    await browser?.close();
    server?.stop();
});

/** The parts of a chapter's timeline on its page. */
async function timeline(page, chapter) {
    await page.goto(asFile(`chapter-${chapter}.html`), { waitUntil: 'load' });
    const figure = page.locator(`#timeline-${chapter}`);
    return {
        figure,
        picture: figure.locator('.timeline-picture'),
        place: figure.locator('.timeline-place'),
        shown: figure.locator('.timeline-step'),
        steps: figure.locator('.timeline-steps > ol > li'),
        button: (name) => figure.getByRole('button', { name }),
    };
}

/** Fails unless this step is shown, counted from 1: in words, and in the picture. */
async function shows({ figure, place, shown, steps }, step) {
    assert.equal(await place.textContent(), `Step ${step} of ${await steps.count()}`);
    const item = steps.nth(step - 1);
    assert.equal(await shown.innerHTML(), await item.innerHTML());
    const marked = await figure.locator('.now').evaluateAll((all) => all.map((it) => it.dataset.call));
    assert.deepEqual(marked, [await item.getAttribute('data-call')]);
}

for (const chapter of CHAPTERS) {
    test(`chapter ${chapter} can be stepped through, by button and by key`, async () => {
        const page = await open(browser);
        const problems = [];
        page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
        page.on('pageerror', (error) => problems.push(error.message));
        const parts = await timeline(page, chapter);
        const last = await parts.steps.count();
        assert.ok(last > 5, `${last} steps`);
        await shows(parts, 1);
        assert.ok(await parts.button('Previous').isDisabled());
        await parts.button('Next').click();
        await shows(parts, 2);
        await parts.picture.focus();
        await page.keyboard.press('ArrowRight');
        await shows(parts, 3);
        await page.keyboard.press('ArrowLeft');
        await page.keyboard.press('ArrowLeft');
        await page.keyboard.press('ArrowLeft'); // there is nothing before the first
        await shows(parts, 1);
        for (let step = 1; step < last + 1; step += 1) {
            await page.keyboard.press('ArrowRight');
        }
        await shows(parts, last);
        assert.ok(await parts.button('Next').isDisabled());
        assert.equal(page.url(), asFile(`chapter-${chapter}.html`), 'no page was turned');
        assert.deepEqual(problems, []);
        await page.context().close();
    });
}

test('a link in the text leads to its step', async () => {
    const page = await open(browser);
    for (const chapter of CHAPTERS) {
        const parts = await timeline(page, chapter);
        const links = page.locator(`main p a[href^="#timeline-${chapter}-"], main li a[href^="#timeline-${chapter}-"]`);
        assert.ok((await links.count()) > 0, `chapter ${chapter}: the text refers to no step`);
        for (const link of await links.all()) {
            await link.click();
            const number = (await link.getAttribute('href')).split('-').at(-1);
            assert.equal(await link.textContent(), `step ${number}`);
            await shows(parts, Number(number));
            assert.ok(await parts.picture.evaluate((picture) => picture === document.activeElement));
        }
    }
    await page.context().close();
});

test('the arrow keys turn the page elsewhere', async () => {
    const page = await open(browser);
    await timeline(page, '02');
    await page.keyboard.press('ArrowRight');
    await page.waitForURL((url) => url.href !== asFile('chapter-02.html'));
    await page.context().close();
});

test('each step is in sight, and its letters keep their size, on a phone as well', async () => {
    for (const size of Object.keys(SIZES)) {
        const page = await open(browser, { size });
        for (const chapter of CHAPTERS) {
            const parts = await timeline(page, chapter);
            const last = await parts.steps.count();
            for (const step of [1, Math.ceil(last / 2), last]) {
                await parts.picture.focus();
                while (!(await parts.place.textContent()).startsWith(`Step ${step} `)) {
                    await page.keyboard.press('ArrowRight');
                }
                const sight = await parts.figure.evaluate((figure) => {
                    const window = figure.querySelector('.timeline-picture').getBoundingClientRect();
                    const here = figure.querySelector('.here').getBoundingClientRect();
                    const bar = figure.querySelector('.now rect').getBoundingClientRect();
                    const svg = figure.querySelector('svg');
                    return {
                        row: here.top >= window.top && here.bottom <= window.bottom,
                        lane: bar.left >= window.left && bar.right <= window.right,
                        scale: svg.getBoundingClientRect().width / svg.viewBox.baseVal.width,
                    };
                });
                assert.deepEqual(sight, { row: true, lane: true, scale: 1 }, `${chapter}, ${size}, step ${step}`);
            }
        }
        await page.context().close();
    }
});

test('a timeline follows the theme', async () => {
    const grounds = [];
    for (const theme of THEMES) {
        const page = await open(browser, { theme });
        const parts = await timeline(page, '02');
        const colours = await parts.figure.evaluate((figure) => {
            const body = getComputedStyle(document.querySelector('html')).backgroundColor;
            return { svg: getComputedStyle(figure.querySelector('svg')).backgroundColor, body };
        });
        assert.equal(colours.svg, colours.body, theme);
        grounds.push(colours.svg);
        await page.context().close();
    }
    assert.notEqual(...grounds);
});

test('without a script, the picture and every step are there, and no button that does nothing', async () => {
    const context = await browser.newContext({ javaScriptEnabled: false });
    const page = await context.newPage();
    for (const chapter of CHAPTERS) {
        const parts = await timeline(page, chapter);
        assert.ok(await parts.picture.locator('svg').isVisible());
        assert.ok(await parts.button('Next').isHidden());
        await parts.figure.locator('.timeline-steps summary').click();
        assert.ok(await parts.steps.last().isVisible());
    }
    await context.close();
});
