"""Read pictures in a process that can be ended: they come on standard input, what was read goes to standard output.

`mlp.images.picture_readers` starts it as ``python -m mlp.images.picture_process``.
"""

import os
import signal
import sys
from typing import BinaryIO

from mlp.images.decoding import PictureError
from mlp.images.photo import read_picture
from mlp.images.picture import dump_picture

NICENESS = 17
"""Where all cores are busy, a fifth of what a worker gets: a crowd's pictures hold up nobody's training or drawing."""


def serve(requests: BinaryIO, answers: BinaryIO) -> None:
    """Read what comes, one picture after another, until nothing comes any more.

    A request is its length in 8 bytes, and the file. An answer is one byte, 1 if there is a picture, the length of what
    follows in 8, and the picture as `dump_picture` writes it, or a sentence that says what is wrong.
    """
    while len(length := requests.read(8)) == 8:
        try:
            was_read, said = True, dump_picture(read_picture(requests.read(int.from_bytes(length, "big"))))
        except PictureError as error:
            was_read, said = False, str(error).encode()
        except Exception as error:  # a mistake of ours, or no memory is left: the next picture is read all the same
            was_read, said = False, f"this picture cannot be read ({type(error).__name__})".encode()
        answers.write(was_read.to_bytes(1, "big") + len(said).to_bytes(8, "big") + said)
        answers.flush()


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the server, which closes this one's input
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    serve(sys.stdin.buffer, sys.stdout.buffer)
