"""install_ministack.py FOLDER VERSION: makes the virtual environment FOLDER with ministack in it, unless it is there.

Of several that run at the same time one installs and the others wait. What an ended one left half made is made again.
"""

import fcntl
import pathlib
import shutil
import subprocess
import sys

folder, version = pathlib.Path(sys.argv[1]).resolve(), sys.argv[2]
python = folder / "bin" / "python"
# Written last, so that it vouches for the whole; an environment is of the one Python that made it.
voucher, made = folder / "made", f"ministack {version}, python {sys.version}"

folder.parent.mkdir(parents=True, exist_ok=True)
with open(f"{folder}.lock", "w", encoding="utf-8") as lock:
    # Let go by the kernel when the last process that holds it has ended: pip too, should this one be killed.
    fcntl.flock(lock, fcntl.LOCK_EX)
    if not voucher.exists() or voucher.read_text(encoding="utf-8") != made:
        shutil.rmtree(folder, ignore_errors=True)
        for command in (
            [sys.executable, "-m", "venv", folder],
            [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", f"ministack=={version}"],
        ):
            done = subprocess.run(command, pass_fds=[lock.fileno()], capture_output=True, text=True, check=False)
            if done.returncode != 0:
                # The last line tells it; pip's others are of its tries.
                said = (done.stderr + done.stdout).strip().splitlines() or [f"status {done.returncode}"]
                sys.exit(said[-1])
        voucher.write_text(made, encoding="utf-8")
