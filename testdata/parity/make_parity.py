#!/usr/bin/env python3
"""Make parity.json: what the original TensorFlow Lite models answer to fixed images.

Needs ai-edge-litert==2.3.0 and numpy==2.4.6 from PyPI, and the npm packages
in models/node_modules (`make models`). Run it from the project's root:

    python3 testdata/parity/make_parity.py

The images follow a formula in integers, so that a Go test makes the very same
ones (internal/models/parity); README.md in this folder has the format.
"""

import hashlib
import json
import pathlib

import ai_edge_litert.interpreter as litert
import numpy as np

ROOT = pathlib.Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "models/node_modules/@mediapipe/pose"
SCENES = ("standing", "lying", "stripes")

# Ellipses (centre x, centre y, half width, half height, red, green, blue) in
# units of 1/64 of the image's side; later ones cover earlier ones.
FIGURES = {
    "standing": [
        (32, 60, 26, 3, 70, 80, 70),
        (28, 46, 3, 13, 40, 50, 110), (36, 46, 3, 13, 40, 50, 110),
        (32, 27, 8, 12, 180, 60, 50),
        (22, 27, 2, 10, 200, 150, 120), (42, 27, 2, 10, 200, 150, 120),
        (32, 10, 4, 5, 205, 160, 130), (32, 6, 4, 3, 60, 40, 30),
    ],
    "lying": [
        (32, 52, 31, 6, 90, 110, 130),
        (48, 40, 3, 9, 40, 50, 110), (55, 44, 3, 8, 40, 50, 110),
        (40, 42, 8, 4, 50, 50, 60), (28, 39, 10, 5, 180, 60, 50),
        (26, 47, 5, 5, 20, 110, 60),
        (14, 37, 5, 4, 205, 160, 130), (11, 36, 4, 4, 60, 40, 30), (20, 35, 6, 2, 200, 150, 120),
    ],
    "stripes": [],
}


def image(scene: str, side: int) -> np.ndarray:
    """The scene as side x side x 3 bytes, RGB."""
    y, x = np.mgrid[0:side, 0:side].astype(np.int64)
    out = np.empty((side, side, 3), np.uint8)
    for c in range(3):
        out[..., c] = 96 + ((x * (5 + 2 * c) + y * (11 - 3 * c)) // 4 + (x * y) // (64 + 16 * c)) % 80
    for cx, cy, rx, ry, *colour in FIGURES[scene]:
        # Coordinates in 1/128 of a pixel's share of the grid stay integers.
        dx = 64 * (2 * x + 1) - 2 * side * cx
        dy = 64 * (2 * y + 1) - 2 * side * cy
        inside = (dx * ry) ** 2 + (dy * rx) ** 2 <= (2 * side * rx * ry) ** 2
        out[inside] = colour
    return out


def tensor(pixels: np.ndarray, detector: bool) -> np.ndarray:
    """Bytes as the model's input: -1...1 for the detector, 0...1 for the others."""
    x = pixels.astype(np.float32)
    return (x / np.float32(127.5) - np.float32(1) if detector else x / np.float32(255))[None]


def run(path: pathlib.Path, inputs: list, outputs: list) -> list:
    """The model's named outputs for each input."""
    model = litert.Interpreter(model_content=path.read_bytes(), num_threads=1)
    model.allocate_tensors()
    place = {d["name"]: d["index"] for d in model.get_output_details()}
    answers = []
    for x in inputs:
        model.set_tensor(model.get_input_details()[0]["index"], x)
        model.invoke()
        answers.append([model.get_tensor(place[name]).copy() for name in outputs])
    return answers


def numbers(a: np.ndarray) -> list:
    """float32 values with the nine digits that bring each back exactly."""
    return [float(f"{v:.9g}") for v in a.ravel()]


def main() -> None:
    result = {"runtime": "ai-edge-litert 2.3.0", "scenes": {}, "cases": []}
    detector, landmarker = [image(s, 224) for s in SCENES], [image(s, 256) for s in SCENES]
    for scene, small, large in zip(SCENES, detector, landmarker):
        result["scenes"][scene] = {
            "sha256_224": hashlib.sha256(small.tobytes()).hexdigest(),
            "sha256_256": hashlib.sha256(large.tobytes()).hexdigest(),
        }

    answers = run(PACKAGE / "pose_solution_packed_assets.data", [tensor(p, True) for p in detector], ["Identity", "Identity_1"])
    for scene, (boxes, scores) in zip(SCENES, answers):
        best = np.argsort(-scores.ravel(), kind="stable")[:12]
        anchors = sorted(set(best.tolist()) | set(range(0, scores.size, 61)))
        result["cases"].append({
            "model": "pose_detector", "scene": scene, "anchors": anchors, "best": int(best[0]),
            "outputs": {"boxes": numbers(boxes[0, anchors]), "scores": numbers(scores[0, anchors])},
        })

    for size in ("lite", "full", "heavy"):
        path = PACKAGE / f"pose_landmark_{size}.tflite"
        answers = run(path, [tensor(p, False) for p in landmarker], ["Identity", "Identity_1", "Identity_4"])
        for scene, (landmarks, presence, world) in zip(SCENES, answers):
            result["cases"].append({
                "model": f"pose_landmark_{size}", "scene": scene,
                "outputs": {"landmarks": numbers(landmarks), "presence": numbers(presence), "world": numbers(world)},
            })

    lines = [json.dumps(c, separators=(",", ":")) for c in result.pop("cases")]
    head = json.dumps(result, indent=1)[:-2]
    (pathlib.Path(__file__).parent / "parity.json").write_text(head + ',\n "cases": [\n' + ",\n".join(lines) + "\n ]\n}\n")


if __name__ == "__main__":
    main()
