"""Golden files: what the stacks give the cloud and the cluster, as text that a reviewer reads.

A change of one of them is a change of a deployment. Look at it as at a diff of code: is that what was meant?
Then `.venv/bin/python -m tests.golden` writes them anew.
"""
