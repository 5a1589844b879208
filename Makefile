# Two commands on a fresh machine with Python: `make demo` and `make test`. Both fetch what they need by themselves.
PYTHON ?= python3
UV := $(shell command -v uv 2>/dev/null || echo .uv/bin/uv)

.PHONY: demo test proofs engines engines-here servers benchmark clean

demo: $(UV)
	$(UV) run servicemeter demo $(ARGS)

test: $(UV)
	$(UV) run pytest $(ARGS)

# Proofs that take many rounds: kills at any moment, bad days of every vendor, a hundred thousand customers.
proofs: $(UV)
	$(UV) run pytest -m slow $(ARGS)

# The other engines, each on a server of its own; what is not installed is skipped with a reason. Spark needs Java.
engines: $(UV) .engines/spark/bin/python
	SPARK_HOME=$$(.engines/spark/bin/python -c 'import pyspark; print(pyspark.__path__[0])') \
	  $(UV) run --all-extras pytest -n 2 --dist loadgroup -rs -m engine tests/engines $(ARGS)

# Those that take minutes: PostgreSQL and the embedded ClickHouse.
engines-here: $(UV)
	$(UV) run --extra postgres --extra clickhouse --extra chdb pytest -n 2 --dist loadgroup -rs -m 'engine and not slow' tests/engines -k 'not spark' $(ARGS)

.engines/spark/bin/python: | $(UV)
	$(UV) venv -q .engines/spark
	$(UV) pip install -q --python .engines/spark/bin/python 'pyspark==4.2.*'

# Help desks, the programs themselves, on loopback. Request Tracker is Debian's package; where it is not installed its tests are
# skipped with a reason. It needs no database of its own and no running service:
#   echo 'request-tracker5 request-tracker5/dbconfig-install boolean false' | debconf-set-selections
#   apt-get install --no-install-recommends request-tracker5 rt5-db-sqlite rt5-standalone
servers: $(UV)
	@$(MAKE) --no-print-directory .servers/helpdesk/bin/python \
	  || { rm -rf .servers/helpdesk; echo "django-helpdesk cannot be installed here: its tests are skipped"; }
	DJANGO_HELPDESK_PYTHON=$$(ls $(CURDIR)/.servers/helpdesk/bin/python 2>/dev/null) REQUEST_TRACKER=$(wildcard /usr/share/request-tracker5) \
	  $(UV) run --all-extras pytest -n 0 -rs -m server tests/servers $(ARGS)

.servers/helpdesk/bin/python: | $(UV)
	$(UV) venv -q .servers/helpdesk
	$(UV) pip install -q --python .servers/helpdesk/bin/python 'django-helpdesk==2.6.1' django-bootstrap4-form packaging

# BENCHMARK is scale, questions or peers.
BENCHMARK ?= scale

benchmark: $(UV)
	$(UV) run python benchmarks/$(BENCHMARK).py $(ARGS)

.uv/bin/uv:
	$(PYTHON) -m venv .uv
	.uv/bin/pip install --quiet --disable-pip-version-check 'uv>=0.13,<1'

clean:
	rm -rf .uv .venv .engines .servers .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
