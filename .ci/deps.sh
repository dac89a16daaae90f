#!/usr/bin/env bash
# Installs the Debian packages that Rollwell needs, and only those that are missing.
#
#   .ci/deps.sh build          what `make build` and `make run` need
#   .ci/deps.sh test           that, and what the tests need
#   .ci/deps.sh --list build   print the packages, one to a line, and install nothing
set -euo pipefail

list=false
if [ "${1:-}" = --list ]; then
	list=true
	shift
fi

build=(
	ca-certificates # the module proxy and the npm registry speak TLS
	g++             # cgo, GoCV
	libavcodec-dev  # reading and writing video files
	libavformat-dev
	libavutil-dev
	libopencv-dev # 4.6, what GoCV v0.31.0 is made for
	libswscale-dev
	make
	pkg-config
)
test=(
	chromium          # opens the page
	ffmpeg            # makes the odd clips that the tests feed to the reader
	fonts-dejavu-core # the page's letters and signs, in screenshots
	fonts-noto-cjk    # the same in Chinese, and in overlay videos and reports
	poppler-utils     # reads reports back and draws their pages
)

case "${1:-build}" in
build) wanted=("${build[@]}") ;;
test) wanted=("${build[@]}" "${test[@]}") ;;
*)
	echo "deps.sh: unknown argument $1: give build or test" >&2
	exit 2
	;;
esac
if $list; then
	printf '%s\n' "${wanted[@]}"
	exit
fi

for tool in go node npm; do
	if ! command -v "$tool" >/dev/null; then
		echo "deps.sh: $tool is missing: install Go 1.26 or newer and Node 20 or newer first" >&2
		exit 1
	fi
done
if ! command -v dpkg-query >/dev/null; then
	echo "deps.sh: not a Debian system: install what corresponds to ${wanted[*]} yourself" >&2
	exit 1
fi

missing=()
for package in "${wanted[@]}"; do
	status=$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null || true)
	if [ "$status" != installed ]; then missing+=("$package"); fi
done
if [ ${#missing[@]} -eq 0 ]; then
	exit
fi

as_root=()
if [ "$(id -u)" -ne 0 ]; then
	if ! command -v sudo >/dev/null; then
		echo "deps.sh: needs root to install ${missing[*]}, and there is no sudo" >&2
		exit 1
	fi
	as_root=(sudo)
fi
# The lock may be held by the system's own updates for a while, and mirrors have bad moments.
options=(-o DPkg::Lock::Timeout=300 -o Acquire::Retries=3)
for attempt in 1 2 3; do
	echo "installing ${missing[*]} (attempt $attempt)"
	if "${as_root[@]}" apt-get "${options[@]}" -qq update &&
		"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
			apt-get "${options[@]}" -qq install -y --no-install-recommends "${missing[@]}" >/dev/null; then
		exit
	fi
	sleep $((attempt * 5))
done
echo "deps.sh: could not install ${missing[*]}: see the messages above" >&2
exit 1
