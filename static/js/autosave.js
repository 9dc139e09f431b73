// Saving while one writes is htmx's work, told by attributes in the page. This says, in the words that stand in the
// page, when the server could not be reached, and tries again.
const RETRY_AFTER = 15000;

for (const failure of ["htmx:sendError", "htmx:timeout", "htmx:responseError"]) {
  document.addEventListener(failure, ({ detail }) => {
    detail.target.textContent = detail.target.dataset.failed;
    setTimeout(() => htmx.trigger(detail.elt, "change"), RETRY_AFTER);
  });
}
