"""Write what the documentation takes from the code: the document's JSON Schema, and the README's settings."""

import json
import re
from pathlib import Path

from pydantic.fields import FieldInfo

from shared.results.result import Result
from shared.settings.settings import Settings

ROOT = Path(__file__).resolve().parent.parent
TABLE = re.compile(r"(?<=<!-- settings -->\n).*?(?=<!-- /settings -->)", re.DOTALL)


def main() -> None:
    """Write both."""
    schema = json.dumps(Result.model_json_schema(mode="serialization"), indent=2)
    (ROOT / "docs" / "result.schema.json").write_text(schema + "\n", encoding="utf-8")
    readme = ROOT / "README.md"
    readme.write_text(TABLE.sub(lambda _: f"{table()}\n", readme.read_text(encoding="utf-8")), encoding="utf-8")


def table() -> str:
    """The settings as a Markdown table."""
    rows = ["| Setting | Default | What it is |", "|---|---|---|"]
    for field in Settings.model_fields.values():
        if not field.exclude:
            rows.append(f"| `{field.alias}` | {_default(field)} | {field.description} |")
    return "\n".join(rows)


def _default(field: FieldInfo) -> str:
    if isinstance(field.json_schema_extra, dict):
        return str(field.json_schema_extra["default"])
    return "required" if field.is_required() else f"`{field.default}`" if field.default else "optional"


if __name__ == "__main__":
    main()
