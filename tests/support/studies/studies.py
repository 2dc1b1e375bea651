"""What the tests of parameter studies share: a small study, the bits of its store, its crashes."""

import multiprocessing
import os
import shutil
from pathlib import Path
from threading import Lock

import pytest
import zarr.storage._local as local

from simulate.studies.study import Study, study
from simulate.studies.sweep import sweep

SMALL = {
    "sources": ["theory", "simulation"],
    "observables": ["outliers", "lambda_max", "gradient_share"],
    "seed": 3,
    "replicates": 2,
    "parameters": {"N": 12, "C": 3, "sigma_c": 1.0, "aspect_ratio": 0.5},
    "grid": {"sigma_z": [0.5, 2.0], "noise_ratio": [0.3, 0.6, 1.2]},
}


def small(**changes) -> Study:
    return study(SMALL | changes)


def bits(store: Path) -> dict[str, bytes]:
    """Every file of a store."""
    return {
        str(path.relative_to(store)): path.read_bytes()
        for path in sorted(store.rglob("*"))
        if path.is_file()
    }


def interrupted(study: Study, path: Path) -> list[Path]:
    """Stores of the study as kill -9 would leave them in each of its writes.

    They are copies that one run makes as it goes on, each with the half of a file that Zarr was
    about to write and rename.
    """
    folder, copies, put, one_by_one = path.parent, [], local._put, Lock()

    def copied(written, *arguments, **options):
        with one_by_one:  # Zarr writes from several threads
            copy = folder.with_name(f"{folder.name}-{len(copies)}")
            shutil.copytree(folder, copy)
            if written.parent.exists():
                half = copy / written.relative_to(folder).with_suffix(".0.partial")
                half.write_bytes(b"half")
            copies.append(copy / path.name)
            return put(written, *arguments, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(local, "_put", copied)
        sweep(study, path)
    return copies


def crashed(study: Study, path: Path, *, writes: int) -> bool:
    """Whether a process that runs the study died, as by kill -9, after so many files written."""
    fresh = multiprocessing.get_context("forkserver")
    fresh.set_forkserver_preload(["simulate.studies.sweep"])
    process = fresh.Process(target=_dying, args=(study, path, writes))
    process.start()
    process.join()
    return process.exitcode == 9


def _dying(study: Study, path: Path, writes: int) -> None:
    left, put = [writes], local._put

    def counted(*arguments, **options):
        left[0] -= 1
        if left[0] < 0:
            os._exit(9)
        return put(*arguments, **options)

    local._put = counted
    sweep(study, path)
