"""Files of one JSON object per line, written by programs that may be stopped at any time."""
import json


def read(path):
    """The objects of a file up to the first line that is not whole."""
    out = []
    for line in path.read_text().splitlines():
        try:
            out.append(json.loads(line))
        except json.JSONDecodeError:
            break
    return out


def resume(path, group=1):
    """The objects of the file to go on with, none if there is no file. Cuts off what was left half-written: a line that
    is not whole, and a last group of lines that is not complete."""
    if not path.exists():
        return []
    whole = len(read(path)) // group * group
    path.write_text(''.join(line + '\n' for line in path.read_text().splitlines()[:whole]))
    return read(path)
