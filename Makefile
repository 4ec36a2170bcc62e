# trueup: `make run` shows it, `make test` proves it, `make check` is what a change must pass.

GO ?= go
BIN := bin/trueup
SHOP := examples/shop

.PHONY: build run test check bench fuzz torture fmt generate clean

build: ## the program, in bin/
	$(GO) build -o $(BIN) .

run: build ## apply examples/shop to a fresh embedded simulator, then plan it again
	rm -rf $(SHOP)/.trueup
	$(BIN) apply --cloud simulator --yes $(SHOP)
	$(BIN) plan --cloud simulator $(SHOP)

test: ## every test
	$(GO) test ./...

check: ## gofmt, vet, race tests, generated files, the HTML report in a browser, the README's commands
	.ci/check

bench: ## every benchmark, and the tables of docs/performance.md
	TRUEUP_BENCH=1 $(GO) test -count=1 -v -run TestTableOf ./internal/cli
	$(GO) test -run '^$$' -bench . -benchmem ./...

FUZZTIME ?= 1m
fuzz: ## every fuzz target for FUZZTIME each
	@set -e; for pkg in $$($(GO) list ./...); do \
		for target in $$($(GO) test -list '^Fuzz' $$pkg | grep '^Fuzz' || true); do \
			echo "$$pkg $$target"; $(GO) test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) $$pkg; \
		done; \
	done

torture: ## break a run at every single call, kill 200 processes at random moments, and try the laws on 500 stacks each
	TRUEUP_TORTURE=1 $(GO) test -count 1 -timeout 60m ./internal/crash ./internal/laws

fmt: ## gofmt over everything
	gofmt -w $$(git ls-files '*.go')

generate: ## rewrite what is generated
	$(GO) generate ./...

clean:
	rm -rf bin $(SHOP)/.trueup
