// Shows how much of a file has gone. Without scripts the form works just the same.
"use strict";

function watch(form) {
  const bar = form.querySelector("progress");
  const word = form.querySelector("output");
  const button = form.querySelector("button");

  function show(sent) {
    if (!sent.lengthComputable) return;
    bar.max = sent.total;
    bar.value = sent.loaded;
    word.textContent = `${Math.floor((100 * sent.loaded) / sent.total)}%`;
  }

  function read() {
    bar.removeAttribute("value");
    word.textContent = form.dataset.reading;
  }

  function answer(request) {
    if (request.status < 400 && request.responseURL) {
      location.assign(request.responseURL);
      return;
    }
    const page = new DOMParser().parseFromString(request.responseText, "text/html");
    const main = page.querySelector("main");
    document.querySelector("main").replaceWith(main);
    main.focus();
    main.querySelectorAll("form[data-reading]").forEach(watch);
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const request = new XMLHttpRequest();
    request.upload.addEventListener("progress", show);
    request.upload.addEventListener("load", read);
    request.addEventListener("load", () => answer(request));
    request.addEventListener("error", () => form.submit());
    request.open("POST", form.action);
    request.send(new FormData(form));
    button.disabled = true;
    bar.hidden = false;
  });
}

document.querySelectorAll("form[data-reading]").forEach(watch);
