"""run_ministack.py FOLDER: runs ministack until standard input closes, as it does when the parent process ends.

Then it removes its files in FOLDER and kills its process group, which it must lead: a function may still be running.
"""

import os
import shutil
import signal
import sys
import threading

import ministack_iam
from ministack import app


def end_with_parent(folder: str) -> None:
    # Not sys.stdin: a thread that waits in it holds a lock that the interpreter needs to exit.
    while os.read(0, 4096):
        pass
    shutil.rmtree(folder, ignore_errors=True)
    os.killpg(0, signal.SIGKILL)


threading.Thread(target=end_with_parent, args=sys.argv[1:2], daemon=True).start()
# ministack also reads arguments.
del sys.argv[1:]
ministack_iam.correct(app)
app.main()
