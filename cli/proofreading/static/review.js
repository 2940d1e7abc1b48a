// The page works without this file: it marks rows on the picture, moves between cells and spares reloading.
"use strict";

const main = () => document.getElementById("main");

function show(text, address, back) {
  const page = new DOMParser().parseFromString(text, "text/html");
  const next = page.querySelector("[autofocus]");
  if (next) next.removeAttribute("autofocus"); // the browser would complain that something has the focus already
  for (const part of ["main", "header"]) {
    document.querySelector(part).replaceWith(document.adoptNode(page.querySelector(part)));
  }
  document.title = page.title;
  if (!back) history.pushState(null, "", address);
  const alert = main().querySelector("[role=alert]");
  const told = alert || document.getElementById("summary");
  document.getElementById("told").textContent = told ? told.textContent : "";
  if (next) {
    next.focus();
    next.select();
  }
}

async function ask(address, options, back) {
  const answer = await fetch(address, options);
  show(await answer.text(), answer.ok ? answer.url : location.href, back || !answer.ok);
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-swap]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  event.preventDefault();
  ask(link.href);
});

document.addEventListener("submit", async (event) => {
  const form = event.target.closest("form[data-swap]");
  if (!form) return;
  event.preventDefault();
  const fields = new URLSearchParams(new FormData(form));
  const cell = form.id === "correct" ? `${fields.get("row")}.${fields.get("column")}` : "";
  await ask(form.action, { method: "POST", body: fields });
  const set = cell && main().querySelector(`[data-cell="${cell}"]`);
  if (set && !document.getElementById("correct")) set.focus();
});

addEventListener("popstate", () => ask(location.href, {}, true));

function light(event) {
  const row = event.target.closest("tr[data-row]");
  for (const lit of document.querySelectorAll("rect.lit")) lit.classList.remove("lit");
  const box = row && document.getElementById(`row-${row.dataset.row}`);
  if (!box) return;
  box.classList.add("lit");
  const pane = box.closest(".scroll");
  const at = box.getBoundingClientRect();
  const frame = pane.getBoundingClientRect();
  if (at.top < frame.top || at.bottom > frame.bottom) pane.scrollTop += at.top - frame.top - frame.height / 3;
}
document.addEventListener("mouseover", light);
document.addEventListener("focusin", light);

const STEPS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
document.addEventListener("keydown", (event) => {
  const step = STEPS[event.key];
  const cell = step && document.activeElement.dataset && document.activeElement.dataset.cell;
  if (!cell) return;
  const [row, column] = cell.split(".").map(Number);
  const next = main().querySelector(`[data-cell="${row + step[0]}.${column + step[1]}"]`);
  if (!next) return;
  event.preventDefault();
  next.focus();
});
