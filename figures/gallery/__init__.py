"""The figures of the paper made anew, and those that it leaves open: theory, samples, a network.

How to add a figure:

1. ``figures/gallery/ROOM/NAME.py`` with ``compute`` and ``draw``. Its first line says what is seen.

   - ``compute(settings)`` of the model alone, or ``compute(settings, networks)``, returns an
     ``xr.Dataset``. It is pure: the same settings give the same bits. ``settings.fast`` chooses
     sizes that take a few seconds in all; random numbers come from
     ``theory.streams.derived_seed(settings.seed, NAME, …)``. ``attrs["caption"]`` states the
     parameters; it stands below the picture.
   - ``draw(data, axes)`` puts the dataset on as many axes as the registry says, and computes
     nothing that is not in it. The command puts letters on them, one legend above and the
     caption below.

2. A row of ``registry.FIGURES``: what it shows, its panels, and what it needs.
3. A line in the ``__init__.pyi`` of the room and one in that of the gallery, and
   ``tests/figures/gallery/ROOM/test_NAME.py``, which tests the data: the fixture ``fast`` gives
   those of a figure, with networks that all tests share.

What figures share about networks is in ``networks.Networks``: ``measured`` and ``compared`` records
and ``checkpoints``, made once for all figures and kept beside the pictures.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
