/** The menu of recipes, with their inputs; it shows the folder that the choice means. */

import { useEffect, useState } from "preact/hooks";
import { AT_THE_ROOT, type Place, placeFor, type Recipe, type RecipeInput } from "../upload/recipes";
import { words } from "../words";

interface Props {
  recipes: Promise<Recipe[]>;
  /** Undefined where a value is missing */
  chosen: (place: Place | undefined) => void;
}

export function RecipeMenu({ recipes, chosen }: Props) {
  const [known, setKnown] = useState<Recipe[]>([]);
  const [name, setName] = useState("");
  const [values, setValues] = useState<Record<string, string>>({});
  useEffect(() => void recipes.then(setKnown), [recipes]);
  const recipe = known.find((each) => each.name === name);
  const filled = recipe ? withDefaults(recipe, values) : {};
  const isWhole = !recipe || recipe.inputs.every((input) => filled[input.name]?.trim());
  const place = recipe ? placeFor(recipe, filled) : AT_THE_ROOT;
  useEffect(() => chosen(isWhole ? place : undefined), [name, JSON.stringify(filled)]);
  return (
    <div class="recipe">
      <label>
        {words.drop.recipe}
        <select value={name} onChange={(event) => setName(event.currentTarget.value)}>
          <option value="">{words.drop.byKind}</option>
          {known.map((each) => (
            <option key={each.name} value={each.name}>
              {each.name}
            </option>
          ))}
        </select>
      </label>
      {recipe && (
        <p class="quiet">
          {recipe.description} {words.drop.takes(recipe.accepts.join(", "))}.
        </p>
      )}
      {recipe?.inputs.map((input) => (
        <Value
          key={input.name}
          input={input}
          value={filled[input.name] ?? ""}
          set={(value) => setValues({ ...values, [input.name]: value })}
        />
      ))}
      <p class="quiet">
        {words.drop.goesTo} <code>{place.folder || words.drop.root}</code>
        {Object.entries(place.metadata).map(([key, value]) => (
          <code key={key}>
            {" "}
            {key}={value}
          </code>
        ))}
      </p>
    </div>
  );
}

function withDefaults(recipe: Recipe, values: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    recipe.inputs.map((input) => [input.name, values[input.name] ?? input.default ?? input.values[0] ?? ""]),
  );
}

function Value({ input, value, set }: { input: RecipeInput; value: string; set: (value: string) => void }) {
  return (
    <label>
      {input.name}
      {input.values.length > 0 ? (
        <select value={value} onChange={(event) => set(event.currentTarget.value)}>
          {input.values.map((each) => (
            <option key={each} value={each}>
              {each}
            </option>
          ))}
        </select>
      ) : (
        <input
          type="text"
          required
          maxLength={100}
          value={value}
          onInput={(event) => set(event.currentTarget.value)}
        />
      )}
      {input.description && <span class="quiet">{input.description}</span>}
      {!value.trim() && <span role="alert">{words.drop.required}</span>}
    </label>
  );
}
