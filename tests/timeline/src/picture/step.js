// Steps through a timeline: by its buttons, and by the arrow keys inside its figure. Every step is in
// the page already; this shows one at a time, and marks its call in the picture.
for (const figure of document.querySelectorAll(".timeline-figure")) {
    const steps = [...figure.querySelectorAll(".timeline-steps > ol > li")];
    const buttons = figure.querySelector(".timeline-buttons");
    const place = figure.querySelector(".timeline-place");
    if (steps.length === 0) continue;

    const shown = document.createElement("div");
    shown.className = "timeline-step";
    shown.setAttribute("aria-live", "polite");
    buttons.after(shown);
    buttons.hidden = false;
    let now = -1;

    const show = (step) => {
        now = Math.max(0, Math.min(steps.length - 1, step));
        shown.replaceChildren(...[...steps[now].childNodes].map((node) => node.cloneNode(true)));
        place.textContent = `${now + 1} / ${steps.length}`;
        for (const call of figure.querySelectorAll(".call.now")) call.classList.remove("now");
        const call = figure.querySelector(`.call[data-call="${steps[now].dataset.call}"]`);
        call?.classList.add("now");
        for (const button of buttons.querySelectorAll("button")) {
            const target = now + Number(button.dataset.step);
            button.disabled = target < 0 || target >= steps.length;
        }
    };

    buttons.addEventListener("click", (event) => {
        const button = event.target.closest("button");
        if (button) show(now + Number(button.dataset.step));
    });
    // The book turns its pages by the same keys: what happens in here stays in here.
    figure.addEventListener("keydown", (event) => {
        const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
        if (by === undefined || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
        event.preventDefault();
        event.stopPropagation();
        show(now + by);
    });
    show(0);
}
