// What needs a script; all text and every picture are there without it.

// mdBook turns the page on the arrow keys. Where the reader is busy with something else, such as
// an answer that is open or code that scrolls, these keys stay there.
for (const element of document.querySelectorAll('details, pre, .table-wrapper')) {
    element.addEventListener('keydown', (event) => {
        if (event.key.startsWith('Arrow')) event.stopPropagation();
    });
}

// What is wider than the page scrolls inside it, and then the keyboard must reach it.
const scrollable = document.querySelectorAll('pre > code, .table-wrapper');
const reachable = new ResizeObserver((changes) => {
    for (const { target } of changes) {
        const scrolls = target.scrollWidth > target.clientWidth;
        if (scrolls) {
            target.setAttribute('tabindex', '0');
        } else {
            target.removeAttribute('tabindex');
        }
    }
});
for (const element of scrollable) reachable.observe(element);

// On paper, nobody can open an answer. Afterwards, those that were closed are closed again.
let closed = [];
addEventListener('beforeprint', () => {
    closed = [...document.querySelectorAll('details:not([open])')];
    for (const details of closed) details.open = true;
});
addEventListener('afterprint', () => {
    for (const details of closed) details.open = false;
});
