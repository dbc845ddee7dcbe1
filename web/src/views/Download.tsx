/** A button that fetches something and saves it, or says why that did not go. */

import { useState } from "preact/hooks";
import { sentenceOf } from "../access/errors";
import { save } from "../export/save";

interface Props {
  label: string;
  name: string;
  type: string;
  fetch: () => Promise<Blob>;
}

export function Download({ label, name, type, fetch }: Props) {
  const [problem, setProblem] = useState("");
  async function download() {
    setProblem("");
    try {
      save(await fetch(), name, type);
    } catch (error) {
      setProblem(sentenceOf(error));
    }
  }
  return (
    <>
      <button type="button" onClick={download}>
        {label}
      </button>
      {problem && <span role="alert"> {problem}</span>}
    </>
  );
}
