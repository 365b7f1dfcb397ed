.PHONY: help build man site screenshots release quick test check sim storm mutate lint bench bench-proxy clean

help:
	@echo 'make build   the command, in bin/ringcx'
	@echo 'make man     its manual pages, in bin/man'
	@echo 'make site    its pages and all guides for browsers, in bin/site'
	@echo 'make screenshots  the pictures of README, in docs/images, with Chromium'
	@echo 'make release what is published, in dist, see docs/releasing.md'
	@echo 'make quick   go test ./..., which needs nothing but Go, and what it skipped'
	@echo 'make test    what one change can break on this machine, see scripts/test.sh'
	@echo 'make check   what else must hold: other systems, browsers, fuzzing, linters'
	@echo 'make sim     the simulation alone, SEEDS=1000000 for long'
	@echo 'make storm   real processes killed on real stores'
	@echo 'make mutate  changes one thing at a time and looks whether a test fails, N=400 SEED=1'
	@echo 'make lint    golangci-lint alone'
	@echo 'make bench   the benchmarks and a simulated day, against peers'
	@echo 'make bench-proxy  the broker beside nginx, Caddy and oauth2-proxy'
	@echo 'make clean   removes what the others made'

build:
	CGO_ENABLED=0 go build -trimpath -buildvcs=auto -ldflags='-s -w' -o bin/ ./cmd/ringcx

# The pages are of the day of the commit, or of today where there is none.
man:
	SOURCE_DATE_EPOCH=$$(git log -1 --format=%ct 2>/dev/null || date +%s) go run ./cmd/ringcx-man bin/man

site:
	rm -rf bin/site
	cd scripts/site && go run . ../.. ../../bin/site

screenshots:
	mkdir -p docs/images
	cd e2e && go test -count=1 -run '^TestThePicturesOfTheReadmeAreMade$$' . -screenshots ../docs/images

release:
	@scripts/release.sh

quick:
	@go run ./internal/testsummary ./...

test:
	@scripts/test.sh test

check:
	@scripts/test.sh check

sim:
	@SEEDS=$(or $(SEEDS),10000) scripts/test.sh simulation

storm:
	@scripts/test.sh storm

mutate:
	@scripts/need.sh
	RINGCX_TEST_REQUIRE=1 nice go run ./internal/mutate -n $(or $(N),400) -seed $(or $(SEED),1) -reasons internal/mutate/survivors.txt \
		-also './internal/sim -test.run TestNoScheduleBreaksAPromise -sim.seeds 30' . ./store/...

lint:
	@scripts/test.sh lint

bench:
	go test -run '^$$' -bench . -benchmem ./...
	cd bench && go run . && go test -count=1 -v .

bench-proxy:
	cd bench && go run . proxy

clean:
	rm -rf bin dist .tools coverage.out coverage.sandbox.out
