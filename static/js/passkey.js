// Hides the passkey buttons in browsers without passkeys, and shows an error when the user cancels.
for (const part of document.querySelectorAll(".needs-script")) part.hidden = !window.PublicKeyCredential;
document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  for (const part of document.querySelectorAll(".passkey-failed")) part.remove();
  const notice = document.createElement("p");
  notice.className = "notice notice-error passkey-failed";
  notice.setAttribute("role", "alert");
  notice.textContent = "Nyckeln kunde inte läsas. Försök igen, eller välj ett annat sätt.";
  document.querySelector(".needs-script").before(notice);
});
