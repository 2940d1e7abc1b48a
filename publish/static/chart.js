// A chart is drawn by the server. When a reader points at it or steps into it, it is drawn again by Observable Plot, with
// the exact sum of the year that is pointed at. The libraries are loaded then, once, and never before.
"use strict";
{
  const { d3, plot } = document.currentScript.dataset;
  let libraries = null;

  const load = (address) =>
    new Promise((done, failed) => {
      const script = document.createElement("script");
      script.src = address;
      script.onload = done;
      script.onerror = failed;
      document.head.append(script);
    });

  const draw = (figure, still) => {
    const bars = JSON.parse(still.dataset.bars);
    const known = bars.filter((bar) => bar.minor !== null);
    const gaps = bars.filter((bar) => bar.minor === null);
    const most = Math.max(...known.map((bar) => Number(bar.minor)), 1);
    const width = Math.max(still.getBoundingClientRect().width, 1);
    // only heights of bars are made of these numbers; every figure that is read comes written from the server
    const drawing = Plot.plot({
      width, height: 176, marginTop: 20, marginBottom: 20, marginLeft: 0,
      // few years do not fill the room, here as in the drawing of the server
      marginRight: Math.max(width * (1 - 0.2 * bars.length), 0),
      x: { type: "band", domain: bars.map((bar) => bar.year), padding: 0.33, label: null, tickSize: 0 },
      y: { axis: null, domain: [0, most] },
      marks: [
        Plot.ruleY([0], { stroke: "var(--line)" }),
        Plot.barY(known, { x: "year", y: (bar) => Number(bar.minor), fill: "var(--accent)", rx: 2 }),
        Plot.text(known, { x: "year", y: (bar) => Number(bar.minor), text: "short", dy: -8, fontSize: 12 }),
        // an empty box, not a bar: its height says nothing
        Plot.barY(gaps, { x: "year", y: most * 0.44, fill: "var(--gap)", stroke: "var(--warn)", strokeDasharray: "3 3", rx: 2 }),
        Plot.text(gaps, { x: "year", y: most * 0.22, text: "short", lineWidth: 5 }),
        Plot.tip(known, Plot.pointerX({ x: "year", y: (bar) => Number(bar.minor), title: (bar) => `${bar.year}: ${bar.exact}`, fill: "var(--sheet)", stroke: "var(--soft)", fontSize: 13 })),
      ],
    });
    drawing.setAttribute("role", "img");
    drawing.setAttribute("aria-label", still.getAttribute("aria-label"));
    drawing.classList.add("plotted");
    still.replaceWith(drawing);
  };

  for (const figure of document.querySelectorAll("figure.chart")) {
    const still = figure.querySelector("svg[data-bars]");
    if (still === null) continue;
    const begin = async () => {
      figure.removeEventListener("pointerenter", begin);
      figure.removeEventListener("focusin", begin);
      libraries ??= load(d3).then(() => load(plot));
      try {
        await libraries;
        draw(figure, still);
      } catch {
        // the drawing of the server stays
      }
    };
    figure.addEventListener("pointerenter", begin);
    figure.addEventListener("focusin", begin);
  }
}
