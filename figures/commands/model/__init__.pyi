from . import explore as explore
from . import predict as predict
from . import simulate as simulate
