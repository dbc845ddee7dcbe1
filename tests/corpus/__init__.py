"""Files as people have them, and as attackers make them, each with what must come of it.

`python -m tests.corpus FOLDER` writes all of them and a `manifest.json`. Words, pictures and bytes are our own; speech
is that of `tests/samples`.

    made.py        what a file of the corpora is
    good.py        what must be answered, with the words that must come out: pictures, pages, sounds
    hostile.py     what is damaged, odd or made to do harm
    mutations.py   as many more as are wanted, from the good ones
    comparing.py   how like the right one a picture looks
    ingredients.py words as pictures, speech as samples, and ffmpeg
    writers/       formats that are written byte by byte, so that a test can say which byte is odd
"""
