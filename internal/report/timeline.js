// Wheel and drag move and stretch a timeline; a slice says what it is where the
// pointer rests. Slices carry seconds; the axis is drawn anew for each view.
for (const svg of document.querySelectorAll(".timeline svg")) {
  const left = +svg.dataset.left, width = +svg.dataset.width, end = +svg.dataset.end;
  const told = svg.parentElement.nextElementSibling;
  const slices = [...svg.querySelectorAll("rect[data-s]")];
  const axis = svg.querySelector(".ticks");
  let lo = 0, hi = end;
  const units = [[1, "s"], [1e-3, "ms"], [1e-6, "us"], [1e-9, "ns"]];
  const time = (t, span) => {
    const [k, u] = units.find(([k]) => span >= k) || units[3];
    return +(t / k).toPrecision(6) + " " + u;
  };
  const place = t => left + (t - lo) / (hi - lo) * width;
  function draw() {
    for (const r of slices) {
      const a = Math.max(place(+r.dataset.s), left), b = Math.min(place(+r.dataset.s + +r.dataset.t), left + width);
      r.setAttribute("x", a);
      r.setAttribute("width", b < a ? 0 : Math.max(b - a, 0.7));
    }
    const step = 10 ** Math.floor(Math.log10((hi - lo) / 3)), every = [1, 2, 5].map(k => k * step).find(s => (hi - lo) / s <= 8) || 10 * step;
    axis.replaceChildren();
    for (let t = Math.ceil(lo / every) * every; t <= hi; t += every) {
      for (const [tag, at] of [["line", { x1: place(t), x2: place(t), y1: 18, y2: svg.viewBox.baseVal.height, stroke: "#d8dee4" }], ["text", { x: place(t) + 3, y: 13, class: "axis" }]]) {
        const e = document.createElementNS(svg.namespaceURI, tag);
        for (const k in at) e.setAttribute(k, at[k]);
        if (tag == "text") e.textContent = time(t, hi - lo);
        axis.append(e);
      }
    }
  }
  const at = e => lo + (((e.clientX - svg.getBoundingClientRect().left) / svg.getBoundingClientRect().width * svg.viewBox.baseVal.width) - left) / width * (hi - lo);
  function view(a, b) {
    const span = Math.min(b - a, end);
    lo = Math.min(Math.max(a, 0), end - span);
    hi = lo + span;
    draw();
  }
  svg.addEventListener("wheel", e => {
    e.preventDefault();
    const t = at(e), k = Math.exp(e.deltaY / 400), span = Math.max((hi - lo) * k, 1e-10);
    view(t - (t - lo) / (hi - lo) * span, t - (t - lo) / (hi - lo) * span + span);
  }, { passive: false });
  let from = null;
  svg.addEventListener("pointerdown", e => { from = at(e); svg.setPointerCapture(e.pointerId); });
  svg.addEventListener("pointerup", () => { from = null; });
  svg.addEventListener("pointermove", e => {
    if (from !== null) view(lo + from - at(e), hi + from - at(e));
    const s = e.target.dataset && e.target.dataset.s !== undefined ? e.target : null;
    if (s) told.textContent = time(+s.dataset.s, +s.dataset.s) + " for " + time(+s.dataset.t, +s.dataset.t) + "\n" + s.querySelector("title").textContent;
  });
  svg.addEventListener("dblclick", () => view(0, end));
  for (const b of svg.parentElement.parentElement.querySelectorAll("button[data-from]"))
    b.addEventListener("click", () => view(+b.dataset.from, +b.dataset.to));
  draw();
}
