// Saving while one writes is htmx's work, told by attributes in the page. This says, in the words that stand in the
// page, when the server could not be reached, and tries again.
const RETRY_AFTER = 15000;

for (const failure of ["htmx:sendError", "htmx:timeout", "htmx:responseError"]) {
  document.addEventListener(failure, ({ detail }) => {
    detail.target.textContent = detail.target.dataset.failed;
    setTimeout(() => htmx.trigger(detail.elt, "change"), RETRY_AFTER);
  });
}

// Who has written on while a save is under way, and then sends the form, waits for its answer, which brings the new
// version: with the version before, their own text would meet them as somebody else's.
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
    // A button that stood in the message of a save went with it.
    target.requestSubmit(submitter?.isConnected ? submitter : null);
  }
});

document.addEventListener("submit", (event) => {
  if (underWay > 0 && writtenOn) {
    event.preventDefault();
    waiting = event;
  }
});
