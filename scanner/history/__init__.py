"""A scan of history: every object is read once; what holds something is traced, and read again by its names.

`reading` finds what holds something, `naming` tells where and when that was.
"""
