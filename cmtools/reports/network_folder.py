"""Tell network shares apart: there a database cannot lock its file."""

from __future__ import annotations

import sys
from pathlib import Path

NETWORKS = frozenset(
    "9p afs afpfs ceph cifs davfs fuse.davfs fuse.davfs2 fuse.glusterfs fuse.rclone fuse.sshfs"
    " glusterfs ncpfs nfs nfs4 smb3 smbfs webdav".split()
)
MOUNTS = Path("/proc/self/mounts")
REMOTE_DRIVE = 4  # DRIVE_REMOTE of GetDriveTypeW, fileapi.h


def is_remote(folder: Path, mounts: Path = MOUNTS) -> bool:
    """Whether a folder is on a network share; where the system does not say (macOS): no."""
    path = folder.resolve()
    if sys.platform == "win32":
        import ctypes

        return path.drive.startswith("\\\\") or (
            ctypes.windll.kernel32.GetDriveTypeW(f"{path.drive}\\") == REMOTE_DRIVE
        )
    try:
        lines = mounts.read_text("utf-8", "surrogateescape").splitlines()
    except OSError:
        return False
    kinds = {}
    for line in lines:
        _, point, kind, *_ = line.split(" ")
        kinds[Path(point.replace("\\040", " "))] = kind
    nearest = next((p for p in (path, *path.parents) if p in kinds), None)
    return nearest is not None and kinds[nearest] in NETWORKS
