#!/usr/bin/env bash
# Renders the clips in testdata/clips anew, with the truth of every frame.
#
#   testdata/make_clips.sh GENERATOR
#
# GENERATOR is the folder that holds the `rollergen` package (see README.md beside this script). It needs
# python3 with numpy, OpenCV and moderngl, EGL, and ffmpeg with libx264 and libvpx, and takes some ten minutes on
# one core. PYTHON names the interpreter, if not python3.
set -euo pipefail

if [ $# -ne 1 ] || [ ! -d "$1/rollergen" ]; then
	echo "usage: testdata/make_clips.sh GENERATOR (the folder that holds rollergen/)" >&2
	exit 2
fi
here=$(cd "$(dirname "$0")" && pwd)
generator=$(cd "$1" && pwd)
python=${PYTHON:-python3}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export LP_NUM_THREADS=1 OMP_NUM_THREADS=1 PYTHONDONTWRITEBYTECODE=1

# scenario, seed, seconds. The seeds were picked for a roller whose near end is well seen, a side-on camera and
# even light: golden tests should fail for a fault of ours, not for a hard clip.
while read -r scenario seed seconds; do
	(cd "$generator" && "$python" -m rollergen.make clip --scenario "$scenario" --seed "$seed" --dur "$seconds" \
		--ss 1 --lights 16 --name "$scenario" --out "$work")
	cp "$work/$scenario.mp4" "$work/$scenario.json" "$here/clips/"
	"$python" "$here/slim_truth.py" "$work/$scenario.jsonl" "$here/clips/$scenario.jsonl.gz"
done <<'CLIPS'
correct 5187 7
lumbar  5296 8
hips    5407 10
fast    5288 7
CLIPS
