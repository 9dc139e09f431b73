// htmx saves while one writes, as attributes in the page tell it to. This script reports, in words from the page, that
// the server could not be reached, and tries again.
const RETRY_AFTER = 15000;

for (const failure of ["htmx:sendError", "htmx:timeout", "htmx:responseError"]) {
  document.addEventListener(failure, ({ detail }) => {
    detail.target.textContent = detail.target.dataset.failed;
    setTimeout(() => htmx.trigger(detail.elt, "change"), RETRY_AFTER);
  });
}

// A save may arrive although its response is lost. The name of this page and the number of the save let the server see
// that the next save continues the stored text, and does not conflict with it (followup/writing/page_saves.py). The name
// is made here and not by the server, because a browser that duplicates a tab would duplicate it too.
const page = Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(36).padStart(7, "0")).join("");
let saves = 0;

document.addEventListener("formdata", ({ formData }) => {
  saves += 1;
  formData.set("page-save", `${page} ${saves}`);
});

// A form that is sent while a save is under way, after more has been written, waits for the response to that save, which
// brings the new version. Otherwise the form would be sent with the version before.
let underWay = 0;
let writtenOn = false;
let waiting = null;

document.addEventListener("input", () => {
  writtenOn = underWay > 0;
});

document.addEventListener("htmx:beforeSend", () => {
  if (underWay === 0) writtenOn = false;
  underWay += 1;
});

document.addEventListener("htmx:afterRequest", () => {
  underWay -= 1;
  if (underWay === 0 && waiting) {
    const { target, submitter } = waiting;
    waiting = null;
    // A button inside the report of a save was replaced together with the report.
    target.requestSubmit(submitter?.isConnected ? submitter : null);
  }
});

document.addEventListener("submit", (event) => {
  if (underWay > 0 && writtenOn) {
    event.preventDefault();
    waiting = event;
  }
});

// A browser does not scroll to a field that is partly behind the sticky bar. The bar's height is the page's
// scroll-padding.
document.addEventListener("focusin", ({ target }) => {
  if (target.closest(".field")) target.scrollIntoView({ block: "nearest" });
});
