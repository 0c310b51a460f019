# A thin front for Meson, Ninja and scripts/. `make help` lists the targets.
BUILD ?= build
PREFIX ?= /usr/local
FUZZ_SECONDS ?= 10
# In CI a warning is a failure; the same options everywhere, so that nothing is built twice.
TESTS = -Dtests=true $(if $(CI),-Dwerror=true)

all: ## build the program: build/unheap
	@scripts/install-deps.sh build
	@scripts/build.sh $(BUILD)

demo: ## install what is needed, build, and run the main job on real input
	@scripts/install-deps.sh demo
	@scripts/build.sh $(BUILD)
	@scripts/demo.sh $(BUILD)

test: ## install what is needed, build, and run all tests
	@scripts/install-deps.sh test
	@scripts/build.sh $(BUILD) $(TESTS)
	@scripts/run-tests.sh $(BUILD)

bench: ## measure speed and memory against the tools one would otherwise use
	@scripts/install-deps.sh test
	@scripts/build.sh $(BUILD) $(TESTS)
	@scripts/bench.sh $(BUILD)

install: all ## install under PREFIX (/usr/local), below DESTDIR if given
	@meson configure $(BUILD) -Dprefix=$(PREFIX)
	@meson install -C $(BUILD) --no-rebuild

check: ## all checks of the code, then all tests under the sanitizers
	@scripts/install-deps.sh test
	@scripts/build.sh $(BUILD) $(TESTS)
	@scripts/check.sh $(BUILD)
	@$(MAKE) --no-print-directory asan

check-fast: ## the checks that need no compiler: text, sizes, comments, lists, scripts
	@scripts/check.sh $(BUILD) text size docs sources scripts limits

check-headers check-layers check-globals check-size: check-%: ## one check alone
	@scripts/build.sh $(BUILD) $(TESTS)
	@scripts/check.sh $(BUILD) $*

asan: ## the tests under AddressSanitizer and UndefinedBehaviorSanitizer (all but test/once.txt)
	@scripts/install-deps.sh test
	@scripts/build.sh $(BUILD)-asan -Dtests=true -Db_sanitize=address,undefined -Dwerror=true
	@scripts/run-tests.sh $(BUILD)-asan -again $(BUILD)

fuzz: ## every fuzz target for FUZZ_SECONDS (10) seconds
	@scripts/install-deps.sh test
	@CC=clang CXX=clang++ scripts/build.sh $(BUILD)-fuzz -Dtests=true -Dfuzz=true -Db_lundef=false \
	    -Db_sanitize=address,undefined -Dwerror=true
	@scripts/fuzz.sh $(BUILD)-fuzz $(FUZZ_SECONDS)

torture: ## fail every allocation and every read once, and from there on
	@scripts/install-deps.sh test
	@scripts/build.sh $(BUILD) $(TESTS)
	@scripts/run-tests.sh $(BUILD) torture

sources: ## bring the file lists of the meson.build files in step with the folders
	@scripts/list-sources.sh

clean: ## remove what was built
	rm -rf $(BUILD) $(BUILD)-*

help: ## this list
	@awk -F ':.*## ' '/^[a-z].*## / { n = $$1; sub(/:.*/, "", n); printf "  %-14s %s\n", n, $$2 }' Makefile

.PHONY: all demo test bench install check check-fast check-headers check-layers check-globals \
    check-size asan fuzz torture sources clean help
