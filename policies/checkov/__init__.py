"""Checkov over the stacks: an independent judge beside the policies, with the same waivers."""
