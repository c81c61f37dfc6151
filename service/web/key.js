/** The key that a service may ask for: kept in this tab, until it is closed, and sent to nobody but that service. */

import { byId, element } from "./dom.js";

const KEPT = "footnote key";

let key = kept();

/** The form that asks for a key, and what becomes of it; null when none is asked for. @type {Promise<void> | null} */
let asking = null;

/** @returns {Record<string, string>} The header that shows the key; none without one. */
export function authorization() {
  return key === "" ? {} : { Authorization: `Bearer ${key}` };
}

/**
 * Have whoever reads the page give a key, unless that has happened since.
 *
 * @param {Record<string, string>} refused The header that was refused.
 * @param {AbortSignal} [signal] What ends the wait.
 */
export async function keyInPlaceOf(refused, signal) {
  if (refused["Authorization"] !== authorization()["Authorization"]) {
    return;
  }
  asking ??= asked(key !== "").finally(() => {
    asking = null;
  });
  const left = new Promise((_, reject) => {
    signal?.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
  await Promise.race([asking, left]);
}

/**
 * @param {boolean} again Whether there was a key, which is not good.
 * @returns {Promise<void>}
 */
function asked(again) {
  const field = /** @type {HTMLInputElement} */ (
    element("input", { id: "key", type: "password", autocomplete: "current-password", required: "", spellcheck: "false" })
  );
  const form = element(
    "form",
    { id: "sign-in", "aria-labelledby": "sign-in-title" },
    element("h2", { id: "sign-in-title" }, "This service asks for a key"),
    element(
      "p",
      { id: "sign-in-about" },
      "Whoever runs it gives keys. Yours stays in this tab until you close it, and is sent to this service alone.",
    ),
    element("label", { for: "key" }, "Your key"),
    field,
    element("button", { type: "submit" }, "Continue"),
    element("p", { class: "wrong", role: "alert" }, again ? "That key is not known here. Try another." : null),
  );
  field.setAttribute("aria-describedby", "sign-in-about");
  byId("main").before(form);
  field.focus();
  return new Promise((resolve) => {
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const given = field.value.trim();
      if (!/^[!-~]+$/.test(given)) {
        form.querySelector(".wrong")?.replaceChildren("A key has no spaces and no letters with accents. Look at yours again.");
        return;
      }
      keep(given);
      form.remove();
      resolve();
    });
  });
}

function kept() {
  try {
    return sessionStorage.getItem(KEPT) ?? "";
  } catch {
    return ""; // storage may be switched off: the key then holds until the page is left
  }
}

function keep(/** @type {string} */ given) {
  key = given;
  try {
    sessionStorage.setItem(KEPT, given);
  } catch {
    // as above
  }
}
