# Two commands: `make run` starts Recinto, `make test` tests it. PORT=, DATA_DIR= and PYTHON= are honoured.
PYTHON ?= python3

.PHONY: run test lock
run:
	@$(PYTHON) -m ops.launch

test:
	@$(PYTHON) -m ops.check

# Needs uv; see ops/lock.sh.
lock:
	@ops/lock.sh
