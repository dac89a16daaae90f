"""The folder a run works in: scenes that outlive a kill, files that are never half written, and pauses.

WORK/scenes/NAME/  img/ID.jpg (BGR as cv2 writes it), ids/ID.png (what each pixel shows, below),
                   depth/ID.png (metres x 1000 along the optical axis, persons only), truth.jsonl,
                   and from hard.py hard.jsonl
"""
import json
import os
import time

import cv2
import numpy as np

# What a pixel shows: the material numbers of the generator.
PERSON, ROLLER, FLOOR, MAT, WALL, PROP, OCCLUDER, STRAY = (1, 2, 3, 4), 5, 6, 7, 8, 9, 10, 11


def replace(path, data):
    """Writes bytes so that the file is either the old or the new one, whatever happens."""
    tmp = f'{path}.{os.getpid()}.part'
    with open(tmp, 'wb') as f:
        f.write(data)
        f.flush()
        os.fsync(f.fileno())
    os.replace(tmp, path)


def wait_while_paused(path):
    """Blocks as long as the file exists; without a path it never blocks."""
    while path and os.path.exists(path):
        time.sleep(2)


def whole_lines(path):
    """The values in a file of JSON lines, none if there is no file; a line cut short by a kill is left out."""
    out = []
    if os.path.exists(path):
        with open(path) as f:
            for line in f:
                if line.endswith('\n'):
                    try:
                        out.append(json.loads(line))
                    except json.JSONDecodeError:              # the rest of a line that a kill cut short
                        continue
    return out


class Scenes:
    """A set of scenes in one folder.  One process writes, any number read."""

    def __init__(self, folder):
        self.folder = folder
        self.truth_path, self.hard_path = (os.path.join(folder, f'{k}.jsonl') for k in ('truth', 'hard'))

    def read(self):
        """All truth lines; a line cut short by a kill is left out."""
        return whole_lines(self.truth_path)

    def hard(self):
        """Of the scenes that hard.py has looked at, by id: whether its network was wrong about them."""
        return {d['id']: d['wrong'] for d in whole_lines(self.hard_path)}

    def add(self, truth, img, ids, depth=None, quality=92):
        """Writes one scene; its truth line comes last, so a scene with a line is complete."""
        for kind, ext, a, opts in (('img', 'jpg', img, [cv2.IMWRITE_JPEG_QUALITY, quality]),
                                   ('ids', 'png', ids, [cv2.IMWRITE_PNG_COMPRESSION, 4]),
                                   ('depth', 'png', depth, [cv2.IMWRITE_PNG_COMPRESSION, 4])):
            if a is not None:
                os.makedirs(os.path.join(self.folder, kind), exist_ok=True)
                replace(self.path(kind, truth['id'], ext), cv2.imencode('.' + ext, a, opts)[1].tobytes())
        line = json.dumps(truth) + '\n'
        if os.path.exists(self.truth_path) and os.path.getsize(self.truth_path):
            with open(self.truth_path, 'rb') as f:
                f.seek(-1, os.SEEK_END)
                line = line if f.read(1) == b'\n' else '\n' + line
        with open(self.truth_path, 'a') as f:
            f.write(line)

    def path(self, kind, name, ext):
        return os.path.join(self.folder, kind, f'{name}.{ext}')

    def load(self, name):
        """Picture (h, w, 3) BGR and ids (h, w), or None for ids where there are none."""
        ids = self.path('ids', name, 'png')
        return (cv2.imread(self.path('img', name, 'jpg'), cv2.IMREAD_COLOR),
                cv2.imread(ids, cv2.IMREAD_UNCHANGED) if os.path.exists(ids) else None)

    def load_depth(self, name):
        """Depth of the persons in metres (h, w), 0 where there is none."""
        return cv2.imread(self.path('depth', name, 'png'), cv2.IMREAD_UNCHANGED).astype(np.float32) / 1000
