"""Checks that another engine says the same as ONNX Runtime: needed because OpenCV 4.6 reads fewer operators.

    python3 agree.py --onnx roller.onnx --write reference.npz     with ONNX Runtime: inputs and what it says to them
    python3 agree.py --onnx roller.onnx --read reference.npz      with the OpenCV of the Python that runs this
"""
import argparse
import time

import numpy as np

LIMIT = 2e-3                                       # of maps and presence, in units of the logits


def inputs():
    """Four inputs (1, 3, 160, 160): noise fine and coarse, all grey, all bright."""
    rng = np.random.default_rng(4)
    coarse = np.kron(rng.standard_normal((3, 20, 20)), np.ones((8, 8)))
    return np.stack([rng.standard_normal((3, 160, 160)), coarse, np.full((3, 160, 160), -.2), np.full((3, 160, 160), 1.9)]).astype(np.float32)


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument('--onnx', required=True)
    ap.add_argument('--write')
    ap.add_argument('--read')
    a = ap.parse_args()
    if a.write:
        import onnxruntime as ort
        s = ort.InferenceSession(a.onnx, providers=['CPUExecutionProvider'])
        out = [s.run(['maps', 'presence'], {'image': x[None]}) for x in inputs()]
        np.savez(a.write, maps=np.concatenate([o[0] for o in out]), presence=np.concatenate([o[1] for o in out]))
    if a.read:
        import cv2
        cv2.setNumThreads(1)
        net, ref, worst = cv2.dnn.readNetFromONNX(a.onnx), np.load(a.read), 0.
        for k, x in enumerate(inputs()):
            net.setInput(x[None], 'image')
            got = dict(zip(('maps', 'presence'), net.forward(['maps', 'presence'])))
            for name, v in got.items():
                worst = max(worst, float(np.abs(v.reshape(ref[name][k].shape) - ref[name][k]).max()))
        t0 = time.process_time()
        for _ in range(30):
            net.setInput(x[None], 'image')
            net.forward(['maps', 'presence'])
        print(f'OpenCV {cv2.__version__}: worst difference {worst:.1e}, {(time.process_time() - t0) / 30 * 1000:.1f} ms per pass on one core')
        assert worst < LIMIT, f'differs by {worst}, more than {LIMIT}'


if __name__ == '__main__':
    main()
