from . import files as files
from . import netcdf as netcdf
from . import provenance as provenance
from . import record as record
from . import runs as runs
from . import settings as settings
