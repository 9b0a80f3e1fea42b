"""Executors: they map work over shards, and yield what comes of each as it ends."""
