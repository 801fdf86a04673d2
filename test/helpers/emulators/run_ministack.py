"""run_ministack.py FOLDER: runs ministack until standard input ends, as it does when the starting process is gone.

Then its files in FOLDER are removed and its process group, which it expects to lead, is ended whole: a function may
still be at work.
"""

import os
import shutil
import signal
import sys
import threading

import ministack_iam
from ministack import app


def end_with_parent(folder: str) -> None:
    # Not sys.stdin: a thread that waits in it holds a lock that the interpreter wants when it ends.
    while os.read(0, 4096):
        pass
    shutil.rmtree(folder, ignore_errors=True)
    os.killpg(0, signal.SIGKILL)


threading.Thread(target=end_with_parent, args=sys.argv[1:2], daemon=True).start()
# ministack reads arguments too.
del sys.argv[1:]
ministack_iam.correct(app)
app.main()
