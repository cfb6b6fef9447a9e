"""The mutation check: does a policy, contract or golden file notice when a guarded setting is weakened?"""
