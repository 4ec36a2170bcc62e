"""Which cloud the tests of this folder use, and as whom.

CLOUDSTACK_ENDPOINT, CLOUDSTACK_KEY and CLOUDSTACK_SECRET_KEY name a cloud and
an ordinary user of it; .ci/clients-python sets them to a fresh `trueup
simulator`. Every test keeps to names of its own.
"""

import os
import sys

PATIENCE = 0.02  # seconds between two questions about a job

PUBLIC_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl somebody"


def setting(name):
    try:
        return os.environ[name]
    except KeyError:
        sys.exit(f"{name} is not set; run .ci/clients-python, or start `trueup simulator` and take it from what that prints")


ENDPOINT = setting("CLOUDSTACK_ENDPOINT")
KEY = setting("CLOUDSTACK_KEY")
SECRET_KEY = setting("CLOUDSTACK_SECRET_KEY")
