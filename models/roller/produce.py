"""Makes the whole data set in one process: renders and composes by turns, so that training can begin early.

    python3 produce.py --generator DIR --work DIR [--renders N] [--composed N] [--block K] [--no-held] [--pause-file FILE]

First the held-out scenes, then the training scenes until both numbers are reached.  Goes on where it stopped;
ends when there is nothing left to do.  Runs with the Python that has the renderer's packages.
"""
import argparse
import os

import cv2

import compose
import render
from work import Scenes

HELD_RENDERS, HELD_COMPOSED = 300, 400
TURN = 60                                          # renders before it is the composer's turn
BLOCK = 1_000_000                                  # training seeds from one block to the next


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument('--generator', required=True)
    ap.add_argument('--work', required=True)
    ap.add_argument('--renders', type=int, default=14_000)
    ap.add_argument('--composed', type=int, default=60_000)
    ap.add_argument('--block', type=int, default=0,
                    help='which block of training seeds: another one gives scenes that earlier weights never saw')
    ap.add_argument('--no-held', action='store_true', help='no held-out scenes: another folder has them')
    ap.add_argument('--pause-file')
    a = ap.parse_args()
    cv2.setNumThreads(1)
    gen = render.Generator(a.generator)
    held = (0, 0) if a.no_held else (HELD_RENDERS, HELD_COMPOSED)
    for name, renders, composed in (('held', *held), ('train', a.renders, a.composed)):
        sets = [Scenes(os.path.join(a.work, 'scenes', f'{kind}-{name}')) for kind in ('render', 'compose')]
        n, m = (len(s.read()) for s in sets)
        move = a.block * BLOCK if name == 'train' else 0
        while n < renders or m < composed:
            if n < renders:
                n += render.render(gen, sets[0], render.SEEDS[name] + move, min(TURN, renders - n), a.pause_file)
            share = composed if n >= renders else int(composed * min(1., 1.5 * n / renders))
            if m < share:
                turn = min(share - m, 6 * TURN)
                added = compose.run(*sets, compose.SEEDS[name] + move, turn, a.pause_file)
                if not added:
                    raise SystemExit(f'no bare renders to build on in {sets[0].folder}: delete it and start again')
                m += added
            print(f'{name}: {n} of {renders} rendered, {m} of {composed} composed', flush=True)


if __name__ == '__main__':
    main()
