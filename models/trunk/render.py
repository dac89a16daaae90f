"""Renders single frames of people rolling their backs, with the true joints: the training set's pictures.

    python3 render.py --generator DIR --out DIR [--seed 200000] [--count 3000]

DIR of the generator is the folder that holds `rollergen`. One body per seed, in one room, under one camera, in two
frames. Writes OUT/img/SEED_FRAME.jpg (640x360) and a line per frame to OUT/truth_SEED.jsonl, in the generator's
format plus `id`. Goes on where it stopped. Seeds start at 200000: those below belong to the clips that tests and
evaluations use.
"""
import argparse
import json
import pathlib
import sys

import cv2
import numpy as np

import records

FIRST_SEED = 200_000
DRAW = 77_000_003  # keeps this file's random numbers apart from the generator's own, which starts from the bare seed
SIZE = 640, 360
FRAMES = 2  # of each body: more of the same body teach little
# How often each scenario of the generator is drawn: faults that move the trunk are worth more.
SCENARIOS = dict(correct=3, lumbar=3, hips=3, fast=1, hold=1, neck=1.5, neck_pull=1, knees=1, skew=1, rotate_extend=1)


def describe(seed, sample):
    """The generator's description of this seed's scene, and the times of its frames in seconds."""
    rng = np.random.default_rng(seed + DRAW)
    share = np.array(list(SCENARIOS.values()), float)
    clip = sample.clip(seed, str(rng.choice(list(SCENARIOS), p=share / share.sum())))
    # Half of the bodies get a hip lift that no scenario has, so that height and scenario do not go together.
    if rng.random() < .5:
        clip['lift'] = float(rng.uniform(0, .16))
    # Cameras stand less squarely than in the evaluation's clips.
    clip['camera']['azimuth'] = float(np.clip(rng.normal(90, 16), 55, 125))
    return clip, rng.uniform(.2, clip['dur'] - .3, FRAMES)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--generator', required=True, type=pathlib.Path, help='folder that holds rollergen/')
    parser.add_argument('--out', required=True, type=pathlib.Path)
    parser.add_argument('--seed', type=int, default=FIRST_SEED)
    parser.add_argument('--count', type=int, default=3000, help='bodies; two frames each')
    args = parser.parse_args()
    if args.seed < FIRST_SEED:
        parser.error(f'--seed {args.seed}: seeds below {FIRST_SEED} belong to clips that test the result')
    if not (args.generator / 'rollergen').is_dir():
        parser.error(f'no folder rollergen in {args.generator}')
    sys.path.insert(0, str(args.generator))
    from rollergen import body, post, render, sample, scene

    model, renderer = body.Model(None), render.Renderer(*SIZE, ss=1.0, n_lights=16)
    (args.out / 'img').mkdir(parents=True, exist_ok=True)
    path = args.out / f'truth_{args.seed}.jsonl'
    done = {int(r['id'].split('_')[0]) for r in records.resume(path, FRAMES)}
    with path.open('a') as out:
        for seed in range(args.seed, args.seed + args.count):
            if seed in done:
                continue
            clip, times = describe(seed, sample)
            stage = scene.Scene(clip, model, renderer)
            lines = []
            for frame, t in enumerate(times):
                picture, truth, _ = stage.frame(float(t))
                picture = post.Webcam(clip['post'], *SIZE)(picture)
                name = f'{seed}_{frame}'
                cv2.imwrite(str(args.out / 'img' / f'{name}.jpg'), picture, [cv2.IMWRITE_JPEG_QUALITY, 92])
                lines.append(json.dumps(dict(id=name, **truth)) + '\n')
            out.write(''.join(lines))
            out.flush()


if __name__ == '__main__':
    main()
