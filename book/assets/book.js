// What needs a script; all text and every picture are there without it.

// mdBook turns the page on the arrow keys. Where the reader is busy with something else, such as
// an answer that is open or code that scrolls, these keys stay there.
for (const element of document.querySelectorAll('details, pre, .table-wrapper')) {
    element.addEventListener('keydown', (event) => {
        if (event.key.startsWith('Arrow')) event.stopPropagation();
    });
}

// What is wider than the page scrolls inside it, and then the keyboard must reach it.
function reachable() {
    for (const element of document.querySelectorAll('pre > code, .table-wrapper')) {
        const scrolls = element.scrollWidth > element.clientWidth;
        if (scrolls) {
            element.setAttribute('tabindex', '0');
        } else {
            element.removeAttribute('tabindex');
        }
    }
}
addEventListener('load', reachable);
addEventListener('resize', reachable);

// On paper, nobody can open an answer.
addEventListener('beforeprint', () => {
    for (const details of document.querySelectorAll('details')) details.open = true;
});
