/** Whether an answer was of use: two buttons that tell the service, and take it back. */

import { Failure, rate, takeBack } from "./api.js";
import { announce, element } from "./dom.js";

/**
 * @import { Rating } from "./api.js"
 * @import { Turn } from "./conversation.js"
 */

/** @type {Record<Turn["answer"]["status"], Record<Rating, string>>} */
const LABELS = {
  answered: { up: "Helpful", down: "Not helpful" },
  not_found: { up: "Right, it is not there", down: "Wrong, it is there" },
};

/** The statuses of a service that takes no ratings. */
const OFF = [403, 404, 405];

/**
 * @param {Turn} turn
 * @param {() => void} save Keeps what was rated.
 */
export function ratingButtons(turn, save) {
  const group = element("div", { class: "rating", role: "group", "aria-label": "Was this answer of use?" });
  const buttons = (/** @type {Rating[]} */ (["up", "down"])).map((rating) => {
    const button = element("button", { class: `quiet thumb ${rating}`, type: "button" }, LABELS[turn.answer.status][rating]);
    button.addEventListener("click", () => choose(rating));
    return { rating, button };
  });
  const unrecorded = element("p", { class: "unrecorded" });
  let busy = false;

  function show() {
    for (const { rating, button } of buttons) {
      button.setAttribute("aria-pressed", String(turn.feedback?.rating === rating));
    }
  }

  async function choose(/** @type {Rating} */ rating) {
    if (busy) {
      return; // a second click would rate twice
    }
    busy = true;
    unrecorded.textContent = "";
    try {
      const before = turn.feedback;
      if (before !== null) {
        await withdrawn(before.id);
        turn.feedback = null;
      }
      if (before?.rating !== rating) {
        turn.feedback = { id: await rate({ ...turn, rating }), rating };
      }
      announce(turn.feedback === null ? "Taken back." : "Thank you. Press again to take it back.");
    } catch (error) {
      const failure = Failure.of(error);
      if (turn.feedback === null && failure.status !== null && OFF.includes(failure.status)) {
        document.body.classList.add("unrated"); // on every answer: it is the service that takes none
        announce("This service does not collect ratings.");
      } else {
        unrecorded.textContent = `Not recorded. ${failure.title}`;
        announce(`Your rating was not recorded. ${failure.title}`);
      }
    } finally {
      busy = false;
      save();
      show();
    }
  }

  group.append(...buttons.map(({ button }) => button), unrecorded);
  show();
  return group;
}

/** Take a rating back; one that is not there any more is taken back already. */
async function withdrawn(/** @type {string} */ id) {
  try {
    await takeBack(id);
  } catch (error) {
    if (Failure.of(error).status !== 404) {
      throw error;
    }
  }
}
