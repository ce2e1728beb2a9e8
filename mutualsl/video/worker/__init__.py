"""The process that opens users' files: nothing in here runs anywhere else.

Imports only PyAV, numpy and the standard library, because every job waits for these imports.
"""
