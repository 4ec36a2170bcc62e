#!/bin/sh
# Looks whether somebody changed by hand what the stacks of a repository declare:
#
#     look.sh REPOSITORY
#
# REPOSITORY is a clone with a stack in each directory of stacks/. The cloud and
# the keys are in the environment (a role that may only list is enough), and in
# TRUEUP_NOTIFY the URLs to send news to. It prints and sends only what the last
# look did not find, which is remembered in the clone. It exits with 2 while
# anything differs, and with another code other than 0 if it could not look.
set -eu
cd "$1"
git pull --quiet --ff-only
exec trueup drift --only-new --timeout 10m stacks/*
