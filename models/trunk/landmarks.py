"""Finds BlazePose's landmarks in the rendered frames: the training set's inputs.

    python3 landmarks.py --data DIR [--packages ../node_modules]

Runs the original TensorFlow Lite graphs of @mediapipe/pose, model full, the way `internal/vision` does: the detector
on the whole frame, then the landmarker on the square that follows from the detector, and twice more on the square
that follows from the landmarks before.

Reads DIR/truth_*.jsonl and DIR/img, writes DIR/landmarks.jsonl, one line per frame: `id`, `landmarks` (33 x, y in
pixels of the frame and visibility) and `world` (33 x, y, z in metres), both null where nobody was found. Goes on
where it stopped.
"""
import argparse
import json
import pathlib

import ai_edge_litert.interpreter as litert
import cv2
import numpy as np

import records

DETECTOR_SIZE, LANDMARKER_SIZE = 224, 256
DETECTOR_SCORE = .3  # people lying down score lower than the upright ones of MediaPipe's .5
PRESENCE = .5
ROI_SCALE = 1.25
REFINEMENTS = 3


def sigmoid(x):
    return 1 / (1 + np.exp(-np.clip(x, -50, 50)))


def anchors():
    """The centres of the detector's anchors, in pixels of its input."""
    out = []
    for stride, per_cell in ((8, 2), (16, 2), (32, 6)):
        cells = DETECTOR_SIZE // stride
        out += [((x + .5) * stride, (y + .5) * stride)
                for y in range(cells) for x in range(cells) for _ in range(per_cell)]
    return np.array(out)


class Square:
    """A part of the frame: centre and side in pixels, angle (radians) by which its up is turned clockwise."""

    def __init__(self, centre, side, angle=0.):
        self.centre, self.side, self.angle = np.asarray(centre, float), float(side), float(angle)

    @classmethod
    def around(cls, hips, rim):
        """The square for a person with these hips and this point on the circle around the body, head up."""
        v = rim - hips
        return cls(hips, 2 * np.hypot(*v) * ROI_SCALE, np.arctan2(v[0], -v[1]))

    def turn(self):
        sin, cos = np.sin(self.angle), np.cos(self.angle)
        return np.array([[cos, -sin], [sin, cos]])

    def cut(self, picture, size):
        """The square as size x size RGB bytes; black outside the frame."""
        # A crop pixel's middle lies half a pixel from its corner; the frame's pixels are named by their middles.
        m = self.turn() * (self.side / size)
        matrix = np.c_[m, self.centre + m @ np.full(2, .5 - size / 2)]
        crop = cv2.warpAffine(picture, matrix, (size, size), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)
        return crop[:, :, ::-1].astype(np.float32)

    def to_frame(self, points, size):
        """Maps points in pixels of the crop, measured from its corner, to the frame."""
        return self.centre + (points - size / 2) * (self.side / size) @ self.turn().T


class Graph:
    def __init__(self, path):
        self.interpreter = litert.Interpreter(model_content=path.read_bytes(), num_threads=1)
        self.interpreter.allocate_tensors()
        self.input = self.interpreter.get_input_details()[0]['index']
        self.outputs = {d['name']: d['index'] for d in self.interpreter.get_output_details()}

    def __call__(self, pixels):
        self.interpreter.set_tensor(self.input, pixels[None].astype(np.float32))
        self.interpreter.invoke()
        return lambda name: self.interpreter.get_tensor(self.outputs[name])[0]


class BlazePose:
    def __init__(self, package):
        self.detector = Graph(package / 'pose_solution_packed_assets.data')  # which is pose_detection.tflite
        self.landmarker = Graph(package / 'pose_landmark_full.tflite')
        self.anchors = anchors()

    def detect(self, picture):
        """The square around the likeliest person, or None."""
        height, width = picture.shape[:2]
        whole = Square(((width - 1) / 2, (height - 1) / 2), max(width, height))
        out = self.detector(whole.cut(picture, DETECTOR_SIZE) / 127.5 - 1)
        scores = sigmoid(out('Identity_1')[:, 0])
        best = scores.argmax()
        if scores[best] < DETECTOR_SCORE:
            return None
        points = out('Identity')[best, 4:8].reshape(2, 2) + self.anchors[best]
        return Square.around(*whole.to_frame(points, DETECTOR_SIZE))

    def fit(self, picture, square):
        """Landmarks (33 x, y, visibility), world (33 x, y, z) and the next square, or None if nobody is there."""
        out = self.landmarker(square.cut(picture, LANDMARKER_SIZE) / 255)
        if out('Identity_1')[0] < PRESENCE:
            return None
        raw, world = out('Identity').reshape(39, 5).astype(float), out('Identity_4').reshape(39, 3).astype(float)
        points = square.to_frame(raw[:, :2], LANDMARKER_SIZE)
        world[:, :2] = world[:, :2] @ square.turn().T
        return np.c_[points, sigmoid(raw[:, 3])][:33], world[:33], Square.around(points[33], points[34])

    def __call__(self, picture):
        """Landmarks and world of the person in the picture, or None."""
        square, found = self.detect(picture), None
        for _ in range(REFINEMENTS):
            if square is None:
                return None
            found = self.fit(picture, square)
            square = found and found[2]
        return found and found[:2]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--packages', type=pathlib.Path, default=pathlib.Path(__file__).parent.parent / 'node_modules')
    parser.add_argument('--data', required=True, type=pathlib.Path)
    args = parser.parse_args()
    pose = BlazePose(args.packages / '@mediapipe' / 'pose')
    path = args.data / 'landmarks.jsonl'
    done = {r['id'] for r in records.resume(path)}
    with path.open('a') as out:
        for truths in sorted(args.data.glob('truth_*.jsonl')):
            for name in [t['id'] for t in records.read(truths) if t['id'] not in done]:
                picture = cv2.imread(str(args.data / 'img' / f'{name}.jpg'))
                if picture is None:
                    raise SystemExit(f'{args.data}/img/{name}.jpg is missing or no picture: render it again')
                marks, world = pose(picture) or (None, None)
                if marks is not None:
                    marks, world = marks.round(4).tolist(), world.round(6).tolist()
                out.write(json.dumps(dict(id=name, landmarks=marks, world=world)) + '\n')
                out.flush()


if __name__ == '__main__':
    main()
