"""The pull request's report: what a change does to every stack, before it is merged."""
