#!/bin/sh
# The pipeline for any other CI, and for a git hook. Copy it and trueup.sh to ci/ and
# let the CI run, in a clone of the commit that it is about:
#
#     ci/pipeline.sh fork            on a pull request of strangers: no secrets are needed
#     ci/pipeline.sh pull-request    on every push to a pull request
#     ci/pipeline.sh merge           on every push to the main branch
#
# Every directory in stacks/ is a stack. TRUEUP_PLANS names a directory that outlives
# the clone and is not the strangers'. BUILD_URL, if it is set, stands in the lease: it
# tells who waits for what. The exit code is that of the first stack that failed.
set -eu
case ${1:-} in
fork) do=check ;;
pull-request) do=plan ;;
merge) do=apply ;;
*)
	echo "pipeline.sh: expected fork, pull-request or merge" >&2
	exit 64
	;;
esac
failed=0
for stack in stacks/*/; do
	code=0
	ci/trueup.sh "$do" "$stack" || code=$?
	[ "$failed" != 0 ] || failed=$code
done
exit "$failed"
