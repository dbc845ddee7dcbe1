# A list of names over scripts/dev.py, which does the work and runs on Windows too: py scripts/dev.py demo
PYTHON := $(shell command -v python3 || command -v python)

# make load FILES=10000 SEED=1; make load FILES=500 BEFORE=HEAD~20
export FILES SEED BEFORE

.PHONY: demo test host web lint check bench load hour scaling fuzz package infra snapshots e2e catalog audit setup format docs lock clean
demo test host web lint check bench load hour scaling fuzz package infra snapshots e2e catalog audit setup format docs lock clean:
	@$(if $(PYTHON),,echo "Dropscribe needs Python 3.13: install it from python.org, then run this again." >&2; exit 1;) "$(PYTHON)" scripts/dev.py $@

.PHONY: web-check web-test web-picture
web-check web-test web-picture:
	@$(if $(PYTHON),,echo "Dropscribe needs Python 3.13: install it from python.org, then run this again." >&2; exit 1;) "$(PYTHON)" scripts/dev.py $(subst -, ,$@)
