"""What is made of a file for a model: pictures of its pages, its sound converted and cut. Decoders run outside."""

from shared.conversion.cutting import cut
from shared.conversion.pictures import Drawing, Drawn, PictureLimits, PictureTarget, draw
from shared.conversion.process import ProcessLimits
from shared.conversion.sound import Sound, SoundLimits, Track, listen
from shared.conversion.speech import Span
from shared.conversion.temporary import copy_into, nameless_file
