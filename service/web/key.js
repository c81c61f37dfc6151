/** The key that a service may ask for: kept in this tab until it is closed, and sent to that service alone. */

import { element } from "./chat/dom.js";
import { byId } from "./page.js";

const STORED = `footnote ${new URL("..", import.meta.url).href} key`;

let key = stored();

/** The form that asks for a key, until one is given; null when none is asked for. @type {Promise<void> | null} */
let asking = null;

/** @returns {string} Empty for none. */
export function currentKey() {
  return key;
}

/**
 * Ask the reader of the page for a key, unless another one was given since.
 *
 * @param {string} refused The key that was refused.
 * @param {AbortSignal} [signal] Ends the wait.
 */
export async function keyInPlaceOf(refused, signal) {
  if (refused !== key) {
    return;
  }
  asking ??= asked(key !== "").finally(() => {
    asking = null;
  });
  byId("key").focus();
  const left = new Promise((_, reject) => {
    signal?.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
  await Promise.race([asking, left]);
}

/**
 * @param {boolean} again Whether there was a key, which was refused.
 * @returns {Promise<void>}
 */
function asked(again) {
  const wrong = element(
    "p",
    { class: "wrong", role: "alert" },
    again ? "This key is not valid here. Try another." : null,
  );
  const field = element("input", {
    id: "key",
    type: "password",
    autocomplete: "current-password",
    required: "",
    spellcheck: "false",
    "aria-describedby": "sign-in-about",
  });
  const form = element(
    "form",
    { id: "sign-in", "aria-labelledby": "sign-in-title" },
    element("h2", { id: "sign-in-title" }, "This service needs a key"),
    element(
      "p",
      { id: "sign-in-about" },
      "Its operator gives out keys. Yours stays in this tab until you close it, and is sent only to this service.",
    ),
    element("label", { for: "key" }, "Your key"),
    field,
    element("button", { type: "submit" }, "Continue"),
    wrong,
  );
  byId("main").before(form);
  return new Promise((resolve) => {
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const given = field.value.trim();
      if (!/^[!-~]+$/.test(given)) {
        wrong.textContent = "A key has no spaces and no accented letters. Check yours.";
        return;
      }
      keep(given);
      form.remove();
      resolve();
    });
  });
}

function stored() {
  try {
    return sessionStorage.getItem(STORED) ?? "";
  } catch {
    return ""; // storage may be switched off: the key then holds until the page is left
  }
}

function keep(/** @type {string} */ given) {
  key = given;
  try {
    sessionStorage.setItem(STORED, given);
  } catch {
    // as above
  }
}
