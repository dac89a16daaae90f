#!/usr/bin/env bash
# Runs every check of the project, one step after the other, and says at the end how long each took. A step that
# fails does not keep the later ones from running, except where these would make no sense.
# shellcheck disable=SC2317 # functions are called through step
set -uo pipefail
cd "$(dirname "$0")/.." || exit

log=$(mktemp -d)
trap 'rm -rf "$log"' EXIT
passed=() failed=() report=()

# step NAME COMMAND... runs the command and notes how it went.
step() {
	local name=$1 start=$SECONDS verdict=ok
	shift
	printf '\n=== %s: %s\n' "$name" "$*"
	if "$@" 2>&1 | tee "$log/last"; then
		passed+=("$name")
	else
		verdict=FAILED
		failed+=("$name")
	fi
	report+=("$(printf '%-6s %4d s  %s' "$verdict" $((SECONDS - start)) "$name")")
	[ "$verdict" = ok ]
}

# finish prints what ran, then the counts.
finish() {
	printf '\n=== what ran\n'
	printf '%s\n' "${report[@]}"
	printf 'total  %4d s\n\n' "$SECONDS"
	if [ -f "$log/tests" ]; then grep -E '^(ok|FAIL|---|panic)' "$log/tests"; fi
	printf '%d passed, %d failed\n' ${#passed[@]} ${#failed[@]}
	[ ${#failed[@]} -eq 0 ] || exit 1
	exit 0
}

# pure lists the packages that touch neither OpenCV nor the codec libraries.
pure() {
	go list -f '{{.ImportPath}} {{join .Deps " "}} {{join .TestImports " "}} {{join .XTestImports " "}}' ./internal/... |
		grep -vE '/internal/(vision|video)( |$)' | cut -d' ' -f1
}

pure_tests() {
	local packages
	packages=$(pure) || return 1
	# shellcheck disable=SC2086 # one word for each package
	CGO_ENABLED=0 go test -shuffle=on $packages
}

# vision_tests holds the engines to one another and to the reference outputs, and counts the Mats left open. Go
# is content with a package without tests; this is not.
vision_tests() {
	go test -tags matprofile -shuffle=on -timeout 20m ./internal/vision/... | tee "$log/vision" && grep -q '^ok' "$log/vision"
}

# fuzz gives one fuzz target a few seconds beyond its seeds. Go's fuzzer may take the end of its own time for a
# failure (go.dev/issue/75804, mended in Go 1.27): that, and nothing else, is tried again.
fuzz() {
	local try
	for try in 1 2 3; do
		go test -run='^$' -fuzz="^$1\$" -fuzztime="${FUZZTIME:-4s}" -parallel=2 "./$2" 2>&1 | tee "$log/fuzz" && return
		grep -A1 -E '^--- FAIL' "$log/fuzz" | grep -xE '[[:space:]]+context deadline exceeded' >"$log/deadline" || return
		if grep -qE 'Failing input|panic' "$log/fuzz"; then return 1; fi
		echo "the fuzzer took the end of its time for a failure ($try of 3)"
	done
	return 1
}

fuzz_smoke() {
	local file name found=0 bad=0
	while IFS=: read -r file name; do
		found=$((found + 1))
		echo "$name in $(dirname "$file")"
		fuzz "$name" "$(dirname "$file")" || bad=1
	done < <(grep -rEo --include='*_test.go' '^func Fuzz[A-Za-z0-9_]+' cmd internal | sed 's/func //')
	echo "$found fuzz targets"
	[ "$bad" -eq 0 ] && [ "$found" -gt 0 ]
}

scripts_parse() {
	local script
	for script in .ci/*.sh .ci/run testdata/*.sh; do
		bash -n "$script" || return 1
	done
}

race_tests() {
	go test -race -shuffle=on -timeout 30m ./... 2>&1 | tee "$log/tests"
}

# Without these nothing else can run.
step 'packages of the system' .ci/deps.sh test || finish
step 'build' make --no-print-directory build || finish
step 'models' make --no-print-directory models || finish
step 'doctor' build/rollwell doctor || finish

step 'go mod tidy' go mod tidy -diff
step 'go vet' go vet ./...
step 'scripts' scripts_parse
step 'format' make --no-print-directory fmt-check
step 'golangci-lint' make --no-print-directory lint
step 'page: types' npm --prefix web run check
step 'page: unit tests' npm --prefix web test
step 'pure packages without cgo' pure_tests
step 'page: every screen, usable by all' npm --prefix web run look
step 'live check in a browser' node --test --test-concurrency=1 web/e2e/*.test.mjs
step 'engines, parity and open Mats' vision_tests
step 'fuzz smoke' fuzz_smoke
step 'tests with the race detector' race_tests
finish
