// Steps through the timelines of a page: by their buttons, and by the arrow keys inside each figure.
// Every step is in the page already; this shows one at a time, and marks it in the picture.
for (const figure of document.querySelectorAll(".timeline-figure:not([data-steps])")) {
    const steps = [...figure.querySelectorAll(".timeline-steps > ol > li")];
    if (steps.length === 0) continue;
    figure.dataset.steps = steps.length;
    const picture = figure.querySelector(".timeline-picture");
    const svg = picture.querySelector("svg");
    const buttons = figure.querySelector(".timeline-buttons");
    const place = figure.querySelector(".timeline-place");
    const shown = figure.querySelector(".timeline-step");
    const here = document.createElementNS("http://www.w3.org/2000/svg", "line");
    const names = svg.querySelector(".names");
    here.setAttribute("class", "here");
    here.setAttribute("x1", "0");
    here.setAttribute("x2", "100%");
    svg.querySelector(".before").before(here);
    picture.classList.add("steps");
    buttons.hidden = shown.hidden = false;
    let now = 0;

    const show = (step) => {
        now = Math.max(0, Math.min(steps.length - 1, step));
        const { call, y } = steps[now].dataset;
        shown.replaceChildren(...[...steps[now].childNodes].map((node) => node.cloneNode(true)));
        place.textContent = `Step ${now + 1} of ${steps.length}`;
        for (const before of svg.querySelectorAll(".now")) before.classList.remove("now");
        const bar = svg.querySelector(`[data-call="${call}"]`);
        bar.classList.add("now");
        here.setAttribute("y1", y);
        here.setAttribute("y2", y);
        // Scrolls the picture, and never the page.
        const left = Number(bar.querySelector("rect").getAttribute("x"));
        picture.scrollTop = y - picture.clientHeight / 2;
        picture.scrollLeft = left - picture.clientWidth / 3;
        for (const button of buttons.querySelectorAll("button")) {
            const target = now + Number(button.dataset.step);
            button.disabled = target < 0 || target >= steps.length;
        }
    };

    picture.addEventListener("scroll", () => {
        names.setAttribute("transform", `translate(0 ${picture.scrollTop})`);
    });
    buttons.addEventListener("click", (event) => {
        const button = event.target.closest("button");
        if (button) show(now + Number(button.dataset.step));
    });
    // A book turns its pages by the same keys: what is pressed in here stays in here.
    figure.addEventListener("keydown", (event) => {
        if (event.key.startsWith("Arrow")) event.stopPropagation();
        const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
        if (by === undefined || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
        event.preventDefault();
        show(now + by);
    });
    // The text around it refers to steps by links.
    document.addEventListener("click", (event) => {
        const link = event.target.closest(`a[href^="#${figure.id}-"]`);
        const step = link ? steps.findIndex((it) => `#${it.id}` === link.getAttribute("href")) : -1;
        if (step < 0) return;
        event.preventDefault();
        show(step);
        figure.scrollIntoView({ block: "nearest" });
        picture.focus({ preventScroll: true });
    });
    show(0);
}
