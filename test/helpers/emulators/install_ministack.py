"""install_ministack.py FOLDER VERSION: creates the virtual environment FOLDER with ministack, unless it exists.

If several run at the same time, one installs and the others wait. An incomplete environment is created again.
"""

import fcntl
import pathlib
import shutil
import subprocess
import sys

folder, version = pathlib.Path(sys.argv[1]).resolve(), sys.argv[2]
python = folder / "bin" / "python"
# Written last, so that it exists only in a complete environment. Another Python needs another environment.
marker, expected = folder / "made", f"ministack {version}, python {sys.version}"

folder.parent.mkdir(parents=True, exist_ok=True)
with open(f"{folder}.lock", "w", encoding="utf-8") as lock:
    # The kernel releases the lock when all its processes have ended, including pip if this one is killed.
    fcntl.flock(lock, fcntl.LOCK_EX)
    if not marker.exists() or marker.read_text(encoding="utf-8") != expected:
        shutil.rmtree(folder, ignore_errors=True)
        for command in (
            [sys.executable, "-m", "venv", folder],
            [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", f"ministack=={version}"],
        ):
            done = subprocess.run(command, pass_fds=[lock.fileno()], capture_output=True, text=True, check=False)
            if done.returncode != 0:
                # The last line is the error; the others are about pip's attempts.
                output = (done.stderr + done.stdout).strip().splitlines() or [f"status {done.returncode}"]
                sys.exit(output[-1])
        marker.write_text(expected, encoding="utf-8")
