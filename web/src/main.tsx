/** Where the page begins: find the storage, see what may be done there, show the inbox, follow what happens. */

import "./style.css";
import { render } from "preact";
import { openStorage } from "./access/storage";
import { loadConfig, SetupError } from "./config";
import { Follower } from "./inbox/follow";
import { followRights } from "./inbox/follow_rights";
import { followSelection } from "./inbox/selection";
import { onlyKnownMarkup } from "./policy";
import { followAnswers } from "./search/keeping";
import { notice } from "./state";
import { loadRecipes } from "./upload/recipes";
import { Page } from "./views/Page";
import { words } from "./words";

async function start(root: HTMLElement): Promise<void> {
  if (window.top !== window) throw new SetupError(words.setup.framed);
  const storage = await openStorage(await loadConfig());
  const follower = new Follower(storage);
  void follower.follow();
  const recipes = loadRecipes().catch(() => []);
  render(<Page storage={storage} follower={follower} recipes={recipes} />, root);
  void followRights(storage);
  followSelection();
  followAnswers();
}

const root = document.getElementById("page");
if (root) {
  onlyKnownMarkup();
  // Vite tells so of parts that are loaded when they are needed.
  window.addEventListener("vite:preloadError", () => {
    notice.value = words.setup.partMissing;
  });
  start(root).catch((error: unknown) => {
    const why = error instanceof SetupError ? error.message : words.setup.failed;
    render(
      <main class="setup">
        <h1>{words.setup.title}</h1>
        <p>{why}</p>
      </main>,
      root,
    );
  });
}
