"""Write what the documentation takes from the code: the document's JSON Schema, and the README's settings."""

import json
import re
from pathlib import Path

from shared.results.result import Result
from shared.settings.settings import table

ROOT = Path(__file__).resolve().parent.parent
TABLE = re.compile(r"(?<=<!-- settings -->\n).*?(?=<!-- /settings -->)", re.DOTALL)


def main() -> None:
    """Write both."""
    schema = json.dumps(Result.model_json_schema(mode="serialization"), indent=2)
    (ROOT / "docs" / "result.schema.json").write_text(schema + "\n", encoding="utf-8")
    readme = ROOT / "README.md"
    readme.write_text(TABLE.sub(lambda _: f"{table()}\n", readme.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
