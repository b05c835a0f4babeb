"""The chat in a browser of this machine: textual-serve behind a door of ours. Imported only by `hybridchat serve`."""
