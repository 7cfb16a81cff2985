"""The local runner: a plan's steps as processes of this machine."""
