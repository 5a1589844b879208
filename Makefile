# Two commands on a fresh machine with Python: `make demo` and `make test`. Both fetch what they need by themselves.
PYTHON ?= python3
UV := $(shell command -v uv 2>/dev/null || echo .uv/bin/uv)

.PHONY: demo test engines benchmark clean

demo: $(UV)
	$(UV) run servicemeter demo $(ARGS)

test: $(UV)
	$(UV) run pytest $(ARGS)

# The other engines, each on a server of its own; what is not installed is skipped with a reason. Spark needs Java.
engines: $(UV) .engines/spark/bin/python
	SPARK_HOME=$$(.engines/spark/bin/python -c 'import pyspark; print(pyspark.__path__[0])') \
	  $(UV) run --all-extras pytest -n 2 --dist loadgroup -rs -m engine tests/engines $(ARGS)

.engines/spark/bin/python: $(UV)
	$(UV) venv -q .engines/spark
	$(UV) pip install -q --python .engines/spark/bin/python 'pyspark==4.2.*'

# BENCHMARK is scale, questions or peers.
BENCHMARK ?= scale

benchmark: $(UV)
	$(UV) run python benchmarks/$(BENCHMARK).py $(ARGS)

.uv/bin/uv:
	$(PYTHON) -m venv .uv
	.uv/bin/pip install --quiet --disable-pip-version-check 'uv>=0.13,<1'

clean:
	rm -rf .uv .venv .engines .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
