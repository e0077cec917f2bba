"use strict";

// The page's whole behaviour. Texts of others only ever enter the page as text (textContent), never as HTML.
const settings = JSON.parse(document.body.dataset.settings);
const words = settings.words;
const labels = Object.keys(settings.labels);
const byId = (id) => document.getElementById(id);
const fill = (sentence, values) => sentence.replace(/\{(\w+)\}/g, (_, name) => values[name]);

let csrf = settings.csrf;
let row = null;
let pending = null; // what is being sent, or could not be: kept until the program says it is on the disk.
let busy = false;
let ahead = null; // the row that should come next, asked for while this one is read: { after, queue, row }.
let waiting = null; // a decision on the row shown ahead, made before the program acknowledged the one before it.

function element(tag, text, className) {
  const made = document.createElement(tag);
  made.textContent = text;
  if (className) made.className = className;
  return made;
}

function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

// Asking the program

async function ask(path, body) {
  const options = body === undefined ? {} : {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CSRF-Token": csrf },
    body: JSON.stringify(body),
  };
  let answer;
  try {
    answer = await fetch(path, options);
  } catch {
    throw new Error(words.gone);
  }
  let content;
  try {
    content = await answer.json();
  } catch {
    throw new Error(`${answer.status}`);
  }
  if (!answer.ok) throw Object.assign(new Error(content.problem), { status: answer.status });
  return content;
}

async function send(path, body) {
  try {
    return await ask(path, body);
  } catch (error) {
    if (error.status !== 403) throw error;
    // The program was started again and its new link opened in another tab: this page's CSRF token is of the past.
    csrf = (await ask("/api/start")).csrf;
    return ask(path, body);
  }
}

// The key is made once: sending the same decision again cannot count it twice.
function submit(path, body) {
  if (settings.readOnly) return;
  if (busy) {
    waiting = { path, body };
    return;
  }
  if (pending && pending.body !== body) {
    complain(byId("problem").firstElementChild.textContent);
    return;
  }
  pending = { path, body };
  deliver();
}

// The next row is painted at once when it is here already; a decision on it waits for this one to be on the disk.
async function deliver() {
  busy = true;
  waiting = null;
  say(words.saving);
  const left = row;
  const early = comesNext() ? ahead.row : null;
  if (early) showRow(early);
  try {
    const answer = await send(pending.path, pending.body);
    pending = null;
    byId("problem").hidden = true;
    if (early && answer.row && answer.row.number === early.number) showProgress(answer.progress);
    else show(answer);
    tell(answer);
    lookAhead();
  } catch (error) {
    waiting = null;
    if (early) showRow(left);
    say("");
    complain(`${words.not_saved} ${error.message}`);
    if (error.status === 400) pending = null;
  } finally {
    busy = false;
  }
  if (waiting && row && waiting.body.number === row.number) submit(waiting.path, waiting.body);
}

const comesNext = () => row && ahead && ahead.row && pending.body.number === row.number
  && ahead.after === row.number && ahead.queue === queue();

async function lookAhead() {
  ahead = null;
  if (!row || settings.readOnly) return;
  const asked = { after: row.number, queue: queue() };
  try {
    const found = await ask(`/api/ahead?number=${asked.after}&queue=${encodeURIComponent(asked.queue)}`);
    if (row && row.number === asked.after) ahead = { ...asked, row: found.row };
  } catch {
    // The next decision's answer brings the row.
  }
}

async function look(path) {
  try {
    show(await ask(path));
    lookAhead();
    if (!pending) byId("problem").hidden = true;
  } catch (error) {
    complain(error.message);
  }
}

function complain(sentence) {
  byId("problem").firstElementChild.textContent = sentence;
  byId("problem").hidden = false;
}

const say = (sentence) => { byId("status").textContent = sentence; };

function tell(answer) {
  if (answer.saved) {
    const { number, label } = answer.saved;
    say(label ? fill(words.saved, { number, label: settings.labels[label] || label }) : fill(words.skipped_done, { number }));
  } else if (answer.undone) {
    say(fill(words.undone, { number: answer.undone }));
  } else {
    say(words.nothing_to_undo);
  }
}

// Showing a row

const queue = () => byId("queue").value;
const percent = (value) => `${Math.round(100 * value)} %`;

function show(answer) {
  showProgress(answer.progress);
  showRow(answer.row);
}

function showRow(shown) {
  row = shown;
  byId("where").textContent = row ? `${words.row} ${row.number}${row.id ? ` · ${row.id}` : ""}` : words.finished;
  showText();
  showChoices();
  showAside();
  byId("accept").disabled = !row || row.blind || !row.suggestion || settings.readOnly;
  byId("skip").disabled = !row || settings.readOnly;
  byId("undo").disabled = settings.readOnly;
  if (document.activeElement !== byId("row")) byId("row").focus({ preventScroll: true });
  byId("text").scrollTop = 0;
}

function showProgress(progress) {
  byId("bar").max = Math.max(progress.size, 1);
  byId("bar").value = progress.done;
  byId("done").textContent = fill(words.progress, progress);
  byId("speed").textContent = progress.per_minute ? fill(words.speed, { rate: Math.round(progress.per_minute) }) : "";
  byId("agreement").textContent = progress.compared ? fill(words.agreement, progress) : "";
}

function showText() {
  const place = byId("text");
  place.replaceChildren();
  byId("reason").hidden = !row || !row.reason;
  byId("blind").hidden = !row || !row.blind;
  byId("legend").hidden = !row || row.blind || !row.pieces.length;
  if (!row) return;
  byId("reason").textContent = row.reason || "";
  if (row.blind || !row.pieces.length) {
    place.textContent = row.text;
    return;
  }
  const pushes = row.pieces.map(([, contributions]) => push(contributions));
  const strongest = Math.max(...pushes.map(Math.abs), 0.5);
  row.pieces.forEach(([text], at) => place.append(coloured(text, pushes[at], strongest)));
}

// What a word adds to the suggestion's score, over what it adds to the others' on average.
function push(contributions) {
  if (!contributions.length) return 0;
  const at = labels.indexOf(row.suggestion);
  const others = contributions.filter((_, index) => index !== at);
  return contributions[at] - others.reduce((sum, value) => sum + value, 0) / Math.max(others.length, 1);
}

function coloured(text, value, strongest) {
  const level = Math.min(3, Math.ceil(3 * Math.abs(value) / strongest - 0.4));
  if (level < 1) return document.createTextNode(text);
  const made = element("span", text, (value > 0 ? "for" : "against") + level);
  made.title = `${value > 0 ? "+" : "−"}${Math.abs(value).toFixed(1)}`;
  return made;
}

function showChoices() {
  document.querySelectorAll(".choice").forEach((button, at) => {
    const label = button.dataset.label;
    const known = row && !row.blind && row.probabilities.length;
    const suggested = Boolean(row && !row.blind && row.suggestion === label);
    const chosen = Boolean(row && row.chosen === label);
    button.disabled = !row || settings.readOnly;
    button.classList.toggle("suggested", suggested);
    button.classList.toggle("chosen", chosen);
    button.querySelector(".mark").textContent = [suggested && words.suggested, chosen && words.chosen].filter(Boolean).join(" · ");
    button.querySelector(".share").textContent = known ? percent(row.probabilities[at]) : "";
    button.querySelector(".gauge").hidden = !known;
    button.querySelector(".gauge span").style.width = known ? `${100 * row.probabilities[at]}%` : "0";
  });
}

function showAside() {
  const nearest = row && !row.blind ? row.nearest : [];
  const others = row ? row.others : [];
  list("nearest", nearest.map(([text, label]) => [settings.labels[label] || label, text]));
  list("others", others.map(([name, label]) => [name, settings.labels[label] || label]));
  byId("aside").hidden = !nearest.length && !others.length;
}

function list(id, entries) {
  byId(id).hidden = !entries.length;
  byId(id).querySelector("ul").replaceChildren(...entries.map(([head, text]) => {
    const item = document.createElement("li");
    const body = element("span", text);
    body.dir = "auto";
    item.append(element("strong", head), body);
    return item;
  }));
}

// What a person does

function choose(label) {
  if (row) submit("/api/decide", { key: newKey(), number: row.number, label, queue: queue() });
}

function accept() {
  if (!row) return;
  if (row.blind || !row.suggestion) say(words.no_suggestion);
  else choose(row.suggestion);
}

const undo = () => submit("/api/undo", { key: newKey(), queue: queue() });
const next = () => look(`/api/next?queue=${encodeURIComponent(queue())}`);

function openRow(number) {
  byId("finder").close();
  look(`/api/row?number=${number}&queue=${encodeURIComponent(queue())}`);
}

async function find() {
  const asked = byId("words").value.trim();
  if (/^\d+$/.test(asked)) {
    openRow(asked);
    return;
  }
  try {
    const { found } = await ask(`/api/search?q=${encodeURIComponent(asked)}`);
    byId("found-none").textContent = found.length ? "" : words.nothing_found;
    byId("found").replaceChildren(...found.map(([number, text]) => {
      const item = document.createElement("li");
      const button = element("button", `${number} · ${text}`);
      button.addEventListener("click", () => openRow(number));
      item.append(button);
      return item;
    }));
  } catch (error) {
    byId("found-none").textContent = error.message;
  }
}

function openFinder() {
  byId("finder").showModal();
  byId("words").select();
}

const keys = {
  Enter: accept,
  u: undo,
  s: () => choose(null),
  "?": () => byId("rules").showModal(),
  "/": openFinder,
};
labels.slice(0, 9).forEach((label, at) => { keys[String(at + 1)] = () => choose(label); });

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.repeat || document.querySelector("dialog[open]")) return;
  if (event.target.closest("input, select, textarea")) return;
  // Enter on a button presses that button, as everywhere.
  if (event.key === "Enter" && event.target.closest("button")) return;
  const action = keys[event.key];
  if (!action) return;
  event.preventDefault();
  action();
});

document.querySelectorAll(".choice").forEach((button) => button.addEventListener("click", () => choose(button.dataset.label)));
document.querySelectorAll("dialog .close").forEach((button) => button.addEventListener("click", () => button.closest("dialog").close()));
byId("accept").addEventListener("click", accept);
byId("skip").addEventListener("click", () => choose(null));
byId("undo").addEventListener("click", undo);
byId("rule").addEventListener("click", keys["?"]);
byId("search").addEventListener("click", openFinder);
byId("retry").addEventListener("click", () => { if (pending && !busy) deliver(); else if (!pending) next(); });
byId("queue").addEventListener("change", () => { location.hash = queue(); next(); });
byId("find").addEventListener("submit", (event) => { event.preventDefault(); find(); });
window.addEventListener("beforeunload", (event) => { if (pending) event.preventDefault(); });

const remembered = decodeURIComponent(location.hash.slice(1));
if ([...byId("queue").options].some((option) => option.value === remembered)) byId("queue").value = remembered;
next();
