"""git repositories, read through git itself, so that nothing of a repository's own is run.

`repository` finds one, `command` is the only place where git is started, `objects` reads objects by name.
"""
