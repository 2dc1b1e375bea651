"""Files that appear whole or not at all, and folders that one process at a time writes."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from theory.checks import InputError

try:
    import fcntl
except ImportError:  # no advisory locks outside POSIX
    fcntl = None


@contextmanager
def writing(path: str | Path) -> Iterator[None]:
    """Errors of the file system as one line that names ``path``.

    Raises
    ------
    InputError
        If what is done inside raises an ``OSError``.
    """
    try:
        yield
    except OSError as error:
        raise InputError(f"cannot write {path}: {_why(error)}") from error


@contextmanager
def whole(path: str | Path) -> Iterator[Path]:
    """A name to write to; what lies there takes the place of ``path`` when nothing was raised.

    It lies in the same folder, which must exist, and ends as ``path`` does.

    Raises
    ------
    InputError
        If the file cannot be written; what was at ``path`` stays.
    """
    target = Path(path)
    if not target.name:
        raise InputError(f"cannot write {path}: it is no file")
    partial = target.with_name(f".{target.stem}.{os.getpid()}.partial{target.suffix}")
    with writing(target):
        try:
            yield partial
            partial.replace(target)
        finally:
            with suppress(OSError):
                partial.unlink()


@contextmanager
def claimed(folder: str | Path) -> Iterator[None]:
    """Hold ``folder`` for this process alone; it is made if need be.

    A folder that was made and in which nothing was written is removed again.

    Raises
    ------
    InputError
        If it cannot be written in, or another process holds it.
    """
    place = Path(folder)
    with _made(place), locked(place / ".lock", of=place):
        yield


@contextmanager
def writable(path: str | Path) -> Iterator[None]:
    """A place where ``path`` can be written: seen before work starts, not when it is done.

    Its folder is made if need be, and removed again if nothing was written.

    Raises
    ------
    InputError
        If it cannot be written.
    """
    target = Path(path)
    with _made(target.parent):
        probe = target.with_name(f".{os.getpid()}.probe")
        with writing(target):
            probe.touch()
            probe.unlink()
        yield


@contextmanager
def _made(folder: Path) -> Iterator[None]:
    new = [each for each in (folder, *folder.parents) if not each.exists()]
    try:
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise InputError(_unwritable(folder, error)) from error
        yield
    finally:
        for each in new:
            with suppress(OSError):  # what holds a file stays
                each.rmdir()


@contextmanager
def locked(lock: Path, *, of: Path) -> Iterator[None]:
    """Hold the lock file of what is written, which the system frees however the process ends.

    Raises
    ------
    InputError
        If another process holds it, or the file cannot be made.
    """
    try:
        handle = _acquired(lock)
    except BlockingIOError:
        raise InputError(f"another process is writing {of}") from None
    except OSError as error:
        raise InputError(_unwritable(of, error)) from error
    try:
        yield
    finally:
        with suppress(OSError):
            lock.unlink()  # while it is held, so that no one else's is removed
        os.close(handle)


def _unwritable(folder: Path, error: OSError) -> str:
    return f"cannot write in {folder}: {_why(error)}"


def _why(error: OSError) -> str:
    if isinstance(error, FileExistsError | NotADirectoryError):
        return "a file stands where a folder must be"
    return error.strerror or str(error)


def _acquired(lock: Path) -> int:
    while True:
        handle = os.open(lock, os.O_CREAT | os.O_RDWR)
        if fcntl is None:
            return handle
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if os.path.samestat(os.fstat(handle), lock.stat()):
                return handle
        except FileNotFoundError:  # its last holder has just removed it
            pass
        except OSError:
            os.close(handle)
            raise
        os.close(handle)
