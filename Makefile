.PHONY: help build test lint bench clean

help:
	@echo 'make build   the command, in bin/ringcx'
	@echo 'make test    everything that must hold, see scripts/test.sh'
	@echo 'make lint    golangci-lint alone'
	@echo 'make bench   the benchmarks'
	@echo 'make clean   removes what the others made'

build:
	CGO_ENABLED=0 go build -trimpath -o bin/ ./cmd/ringcx

test:
	@scripts/test.sh

lint:
	@scripts/test.sh lint

bench:
	go test -run '^$$' -bench . -benchmem ./...

clean:
	rm -rf bin .tools coverage.out
