/* A picture is made smaller before it is sent, for a telephone's is larger than what is taken and the network in a
   machine room is bad. Without this script it is sent as it is, and refused if it is too large. */
"use strict";

(() => {
  const longest = 2000;

  async function smaller(file) {
    const picture = await createImageBitmap(file);
    const by = Math.min(1, longest / Math.max(picture.width, picture.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(picture.width * by);
    canvas.height = Math.round(picture.height * by);
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    const made = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.85));
    return made && new File([made], file.name.replace(/\.\w+$/, "") + ".jpg", { type: "image/jpeg" });
  }

  document.addEventListener("change", async (event) => {
    const field = event.target;
    if (!field.matches("input[type=file][data-largest]")) return;
    const file = field.files[0];
    const form = field.form;
    if (file && file.type.startsWith("image/") && (file.size > 1000000 || !/jpeg|png|webp/.test(file.type))) {
      const button = form.querySelector("button");
      button.disabled = true;
      try {
        const other = await smaller(file);
        const kept = new DataTransfer();
        kept.items.add(other);
        field.files = kept.files;
      } catch {
        /* It is sent as it is. */
      }
      button.disabled = false;
    }
    const large = field.files[0] && field.files[0].size > Number(field.dataset.largest);
    form.querySelector("[data-toolarge]").hidden = !large;
    field.setCustomValidity(large ? form.querySelector("[data-toolarge]").textContent : "");
  });
})();
