"""Turns messages and events into what a terminal shows; shared by the command line and the Textual screens.

`text` makes untrusted text harmless, `words` writes the sentences, `markdown` paints answers. Importing this package costs
nothing; `markdown` pulls in Rich's Markdown and Pygments (about 0.1 s) and is for after the first paint.
"""
