/* A button that copies what stands elsewhere on the page: data-copy names it, data-copied is said when it is done.
   Without this script the button is not there, and the text can be marked. */
"use strict";

for (const button of document.querySelectorAll("button[data-copy]")) {
  const source = document.querySelector(button.dataset.copy);
  const said = button.textContent;
  button.hidden = false;
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText("value" in source ? source.value : source.textContent);
      button.textContent = button.dataset.copied;
      button.setAttribute("role", "status");
      setTimeout(() => { button.textContent = said; button.removeAttribute("role"); }, 4000);
    } catch {
      /* By plain HTTP a browser does not let us: mark it, and the reader copies by hand. */
      if ("select" in source) source.select();
      else getSelection().selectAllChildren(source);
    }
  });
}
