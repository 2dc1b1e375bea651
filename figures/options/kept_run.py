"""The frame of a study: the run that it is, the folder that it claims, its bar and its report."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from figures.options import output

if TYPE_CHECKING:
    from tqdm import tqdm

    from theory.records.runs import Kept, Run
    from theory.records.settings import Settings


class KeptRun(NamedTuple):
    """A run, the record that it goes on with, and the bar of its work."""

    run: Run
    kept: Kept
    bar: tqdm[Any]


@contextmanager
def kept_run(
    settings: Settings,
    path: Path,
    *,
    command: str,
    packages: tuple[str, ...],
    work: int,
    told: str,
    progress: bool,
    overwrite: bool,
    mixed_versions: bool,
    files: Mapping[str, Mapping[str, str]] | None = None,
) -> Iterator[KeptRun]:
    """One run of a study that keeps its record at ``path``, in a folder that it claims.

    Parameters
    ----------
    command
        The command and the study, as they are called.
    packages, files, overwrite, mixed_versions
        As of ``theory.records.runs.Run.of``.
    work, told
        What the bar counts, and its name.
    progress
        Show the bar where stderr is a terminal.

    Raises
    ------
    InputError
        If the folder cannot be written or holds another run.
    """
    from tqdm import tqdm

    from theory.records.runs import Run

    seed: int = settings.as_dict()["seed"]
    run = Run.of(
        settings,
        command=command,
        seed=seed,
        packages=packages,
        files=files,
        overwrite=overwrite,
        mixed_versions=mixed_versions,
    )
    with (
        run.kept(path) as kept,
        tqdm(total=work, desc=told, disable=None if progress else True) as bar,
    ):
        yield KeptRun(run, kept, bar)


def save_report(
    folder: Path, *, title: str, told: str, pictures: Mapping[str, str], made_by: Mapping[str, Any]
) -> None:
    """Write ``report.md`` of a study: what is told, its pictures by stem and words, its making."""
    from figures.reports import provenance
    from theory.records.record import save_text

    shown = "\n\n".join(f"![{words}]({stem}.png)" for stem, words in pictures.items())
    text = f"# {title}\n\n{told}\n\n{shown}\n\n## Provenance\n\n{provenance.told(made_by)}\n"
    output.said(save_text(text, folder / "report.md"))
