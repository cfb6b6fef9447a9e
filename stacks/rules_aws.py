"""Rules about the AWS side: windows, storage, names, tags, protection."""
