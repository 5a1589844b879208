# Two commands on a fresh machine with Python: `make demo` and `make test`. Both fetch what they need by themselves.
PYTHON ?= python3
UV := $(shell command -v uv 2>/dev/null || echo .uv/bin/uv)

.PHONY: demo test benchmark clean

demo: $(UV)
	$(UV) run servicemeter demo $(ARGS)

test: $(UV)
	$(UV) run pytest $(ARGS)

# BENCHMARK is scale, questions or peers.
BENCHMARK ?= scale

benchmark: $(UV)
	$(UV) run python benchmarks/$(BENCHMARK).py $(ARGS)

.uv/bin/uv:
	$(PYTHON) -m venv .uv
	.uv/bin/pip install --quiet --disable-pip-version-check 'uv>=0.13,<1'

clean:
	rm -rf .uv .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
