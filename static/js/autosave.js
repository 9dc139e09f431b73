// Autosave: htmx posts a form while the user writes, controlled by attributes of the page. This script reports a failed
// save with a text from the page, and retries.
const RETRY_AFTER = 15000;

for (const failure of ["htmx:sendError", "htmx:timeout", "htmx:responseError"]) {
  document.addEventListener(failure, ({ detail }) => {
    detail.target.textContent = detail.target.dataset.failed;
    setTimeout(() => htmx.trigger(detail.elt, "change"), RETRY_AFTER);
  });
}

// The server may store a save although its response is lost. The random name of this page and the number of the save let
// the server recognise that the next save continues the stored text (followup/writing/page_saves.py). The name is created
// here instead of by the server, because a duplicated tab would have the same name.
const page = Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(36).padStart(7, "0")).join("");
let saves = 0;

document.addEventListener("formdata", ({ formData }) => {
  saves += 1;
  formData.set("page-save", `${page} ${saves}`);
});

// A form that is submitted during an autosave, after more text has been written, waits for the response with the new
// version. Otherwise it would be posted with the old version.
let savesInProgress = 0;
let hasNewInput = false;
let waitingSubmit = null;

document.addEventListener("input", () => {
  hasNewInput = savesInProgress > 0;
});

document.addEventListener("htmx:beforeSend", () => {
  if (savesInProgress === 0) hasNewInput = false;
  savesInProgress += 1;
});

document.addEventListener("htmx:afterRequest", () => {
  savesInProgress -= 1;
  if (savesInProgress === 0 && waitingSubmit) {
    const { target, submitter } = waitingSubmit;
    waitingSubmit = null;
    // The button is gone if it was part of the result of the save, which htmx has replaced.
    target.requestSubmit(submitter?.isConnected ? submitter : null);
  }
});

document.addEventListener("submit", (event) => {
  if (savesInProgress > 0 && hasNewInput) {
    event.preventDefault();
    waitingSubmit = event;
  }
});

// Browsers do not scroll to a focused field that is partly covered by the sticky bar. The height of the bar is the
// scroll-padding of the page.
document.addEventListener("focusin", ({ target }) => {
  if (target.closest(".field")) target.scrollIntoView({ block: "nearest" });
});
