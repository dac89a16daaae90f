#!/usr/bin/env python3
"""Measure `rollwell analyze` on clips with truth, as the README's numbers were.

    testdata/measure.py CLIPS SCORE.PY OUT [--no-roller]

CLIPS holds NAME.mp4 with NAME.jsonl, the truth frame by frame, as the proving ground's README describes; SCORE.PY is
the proving ground's grader; results go to OUT. Unless --no-roller is given, the near end of the roller is told to the
program once, as a person would: from the first frame in which at least 30 % of it can be seen.
"""
import json
import os
import subprocess
import sys

SEEN = 0.3


def first_roller(truth):
    """Return X,Y,RADIUS@TIME of the first frame in which the roller's near end can be seen, or None."""
    with open(truth) as lines:
        for frame in map(json.loads, lines):
            near = (frame.get("roller") or {}).get("near")
            if near and frame.get("roller_visible") and near["face_visible"] >= SEEN:
                return "%g,%g,%g@%g" % (*near["px"], near["radius_px"], frame["t"])
    return None


def main():
    flags = [a for a in sys.argv[1:] if a.startswith("-")]
    args = [a for a in sys.argv[1:] if not a.startswith("-")]
    if len(args) != 3 or set(flags) - {"--no-roller"}:
        sys.exit(__doc__)
    clips, score, out = args
    program = "/tmp/rw1"
    models = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "models")
    for clip in sorted(f for f in os.listdir(clips) if f.endswith(".mp4")):
        path = os.path.join(clips, clip)
        command = [program, "analyze", path, "--out", out, "--models", models]
        place = None if flags else first_roller(path[:-4] + ".jsonl")
        if place:
            command.append("--roller=" + place)
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    sys.exit(subprocess.run([sys.executable, score, clips, out]).returncode)


if __name__ == "__main__":
    main()
