"""What was found must stay found: each test that docs/findings.md names exists."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_each_test_that_the_page_of_findings_names_exists() -> None:
    named = set(re.findall(r"`(test_\w+)`", (ROOT / "docs/findings.md").read_text()))
    defined = {
        name
        for path in (ROOT / "tests").rglob("test_*.py")
        for name in re.findall(r"^(?:async )?def (test_\w+)", path.read_text(), re.MULTILINE)
    }
    assert named
    assert named - defined == set()
