# Two commands: `make run` gives a running ward, `make test` runs everything.
.PHONY: run test bench lint vendor messages browsers
BIN := .venv/bin
export PORT ?= 8000
export BASE_URL ?= http://localhost:$(PORT)
export PATH := $(CURDIR)/$(BIN):$(PATH)

run: .venv/.run
	@flask --app pwa demo
	@exec honcho start --port $(PORT)

test: .venv/.dev browsers
	@pytest -q -n 3 --dist loadfile tests/unit tests/server
	@pytest -q -n 3 --dist loadfile --reruns 1 -r R tests/browser tests/faults tests/push tests/profile tests/chaos

bench: .venv/.dev browsers
	@python -m bench $(FIGURE)

lint: .venv/.dev
	@ruff check .

.venv/.run: requirements.txt
	@test -d .venv || python3 -m venv .venv
	@$(BIN)/pip install -q -r requirements.txt
	@touch $@

.venv/.dev: .venv/.run tests/requirements.txt
	@$(BIN)/pip install -q -r tests/requirements.txt
	@touch $@

browsers: .venv/.run
	@sh tests/install-browsers.sh

vendor: .venv/.run
	@python -m pwa.vendoring refresh

messages: .venv/.run
	@python -m pwa.messages
