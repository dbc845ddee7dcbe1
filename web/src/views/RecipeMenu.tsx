/** The menu of recipes, with their inputs; it shows the folder that the choice means. */

import { useEffect, useState } from "preact/hooks";
import { type Choice, inputValue, type Recipe, type RecipeInput, type Target } from "../upload/recipes";
import { words } from "../words";

interface Props {
  recipes: Promise<Recipe[]>;
  choice: Choice;
  choose: (choice: Choice) => void;
  /** Undefined where a value is missing */
  place: Target | undefined;
}

export function RecipeMenu({ recipes, choice, choose, place }: Props) {
  const [known, setKnown] = useState<Recipe[]>([]);
  useEffect(() => void recipes.then(setKnown), [recipes]);
  const { recipe, values } = choice;
  const chooseNamed = (name: string) => choose({ recipe: known.find((each) => each.name === name), values });
  return (
    <div class="recipe">
      <label>
        {words.drop.recipe}
        <select value={recipe?.name ?? ""} onChange={(event) => chooseNamed(event.currentTarget.value)}>
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
          value={inputValue(input, values)}
          set={(value) => choose({ recipe, values: { ...values, [input.name]: value } })}
        />
      ))}
      {place && <Goal place={place} />}
    </div>
  );
}

function Goal({ place }: { place: Target }) {
  return (
    <p class="quiet">
      {words.drop.goesTo} <code>{place.folder || words.drop.root}</code>
      {Object.entries(place.metadata).map(([key, value]) => (
        <code key={key}>
          {" "}
          {key}={value}
        </code>
      ))}
    </p>
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
