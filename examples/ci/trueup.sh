#!/bin/sh
# What the pipelines beside this file do for one stack of a repository:
#
#     trueup.sh check STACK    without any secret: validate it, and plan it against the simulator
#     trueup.sh plan STACK     plan it, keep the plan, and say it on the pull request
#     trueup.sh apply STACK    apply the plan of it that was reviewed
#     trueup.sh tell STACK     say on the pull request how the apply went
#
# STACK is a directory below the repository's root, where the script is run. The
# cloud and the keys are in the environment. A plan is kept under the git tree of
# the stack's directory: what is merged finds the plan that was made of the very
# same files. GitHub, GitLab and any other CI differ in the four functions at the
# top: where plans are kept, and where comments go.
set -eu

doing=$1 stack=${2%/}
name=$(printf %s "$stack" | tr -c 'a-zA-Z0-9' -)
tree=$(git rev-parse "HEAD:$stack")
out=${TRUEUP_OUT:-.trueup-ci}/$name
mkdir -p "$out"

if [ "${GITHUB_ACTIONS:-}" = true ]; then
	ci=github
elif [ "${GITLAB_CI:-}" = true ]; then
	ci=gitlab
else
	ci=other
	plans=${TRUEUP_PLANS:-$(git rev-parse --git-common-dir)/trueup-plans}
fi

# reports are the forms in which trueup says it, beside the text in the log.
reports() {
	echo "--report=$out/comment.md --report=$out/$1.html"
	case $ci in
	github) echo "--report=github=-" ;;
	gitlab) echo "--report=gitlab=$out/gitlab.json --report=$out/junit.xml" ;;
	esac
}

# keep FILE keeps a plan for the apply that follows the merge.
keep() {
	case $ci in
	github) # a later step of the workflow keeps it, as an artifact of that name
		echo "name=trueup-plan-$name-$tree" >>"$GITHUB_OUTPUT"
		;;
	gitlab)
		curl --fail --silent --show-error --header "JOB-TOKEN: $CI_JOB_TOKEN" --upload-file "$1" \
			"$CI_API_V4_URL/projects/$CI_PROJECT_ID/packages/generic/trueup-plan-$name/$tree/plan.json" >/dev/null
		;;
	other)
		mkdir -p "$plans"
		cp "$1" "$plans/$name-$tree.json"
		;;
	esac
}

# fetch FILE fetches the plan that was kept of the same files. Those that forks
# have kept do not count.
fetch() {
	case $ci in
	github)
		run=$(gh api "repos/$GITHUB_REPOSITORY/actions/artifacts?name=trueup-plan-$name-$tree" --jq '
			[.artifacts[] | select(.expired | not) | .workflow_run
				| select(.head_repository_id == .repository_id)] | first | .id // empty')
		[ -n "$run" ] && gh run download "$run" --name "trueup-plan-$name-$tree" --dir "$out/kept" && cp "$out/kept/plan.json" "$1"
		;;
	gitlab)
		curl --fail --silent --show-error --header "JOB-TOKEN: $CI_JOB_TOKEN" --output "$1" \
			"$CI_API_V4_URL/projects/$CI_PROJECT_ID/packages/generic/trueup-plan-$name/$tree/plan.json"
		;;
	other)
		cp "$plans/$name-$tree.json" "$1"
		;;
	esac
}

# say FILE writes a comment on the pull request, or brings ours about the stack up
# to date: its first line marks it, and shows nowhere.
say() {
	[ -f "$1" ] || return 0
	marker=$(head -n 1 "$1")
	export marker
	case $ci in
	github)
		pull=${TRUEUP_PULL:-$(gh api "repos/$GITHUB_REPOSITORY/commits/$GITHUB_SHA/pulls" --jq 'first | .number // empty')}
		[ -n "$pull" ] || return 0
		id=$(gh api --paginate "repos/$GITHUB_REPOSITORY/issues/$pull/comments" --jq '
			.[] | select(.user.type == "Bot") | select(.body | startswith(env.marker)) | .id' | head -n 1)
		if [ -n "$id" ]; then
			gh api --method PATCH "repos/$GITHUB_REPOSITORY/issues/comments/$id" --field "body=@$1" >/dev/null
		else
			gh api --method POST "repos/$GITHUB_REPOSITORY/issues/$pull/comments" --field "body=@$1" >/dev/null
		fi
		;;
	gitlab)
		project=$CI_API_V4_URL/projects/$CI_PROJECT_ID
		merge=${CI_MERGE_REQUEST_IID:-$(gitlab "$project/repository/commits/$CI_COMMIT_SHA/merge_requests" | jq -r 'first | .iid // empty')}
		[ -n "$merge" ] || return 0
		notes=$project/merge_requests/$merge/notes
		me=$(gitlab "$CI_API_V4_URL/user" | jq -r .id)
		export me
		id=$(gitlab "$notes?per_page=100&sort=asc&order_by=created_at" | jq -r '
			[.[] | select(.author.id | tostring == env.me) | select(.body | startswith(env.marker))] | first | .id // empty')
		if [ -n "$id" ]; then
			gitlab --request PUT --form "body=<$1" "$notes/$id" >/dev/null
		else
			gitlab --request POST --form "body=<$1" "$notes" >/dev/null
		fi
		;;
	other) echo "The comment is in $1" ;;
	esac
}

# gitlab calls GitLab's API with a token that may write comments: that of the job
# may not.
gitlab() { curl --fail --silent --show-error --header "PRIVATE-TOKEN: $GITLAB_TOKEN" "$@"; }

# steps lists what a saved plan does, sorted.
steps() { trueup show --format json "$1" | jq -r '.steps[].id' | sort; }

case $doing in
check)
	# What the file takes from the real cloud, such as the names of templates, has
	# other values in the simulator: ci/simulator.yaml sets those variables.
	vars=
	[ -f ci/simulator.yaml ] && vars=--var-file=ci/simulator.yaml
	trueup validate $vars "$stack"
	exec trueup plan --cloud simulator $vars $(reports plan) "$stack"
	;;
plan)
	code=0
	trueup plan -o "$out/plan.json" $(reports plan) "$stack" || code=$?
	[ "$code" != 0 ] || keep "$out/plan.json"
	say "$out/comment.md"
	exit "$code"
	;;
apply)
	rm -f "$out/comment.md"
	if ! fetch "$out/reviewed.json"; then
		echo "There is no reviewed plan of these files of $stack: the files were changed without a pull request, or another one was merged in between. Open one that plans what is here." >&2
		exit 3
	fi
	plan=$out/reviewed.json
	# Where an earlier run of it was cut short, less is left to do: the rest of what
	# was reviewed, and nothing else, is applied.
	if trueup plan -o "$out/rest.json" "$stack" >/dev/null; then
		steps "$plan" >"$out/reviewed.steps"
		steps "$out/rest.json" >"$out/rest.steps"
		more=$(comm -13 "$out/reviewed.steps" "$out/rest.steps")
		done=$(comm -23 "$out/reviewed.steps" "$out/rest.steps")
		if [ -z "$more" ] && [ -n "$done" ]; then
			echo "A part of the reviewed plan is done already: this is the rest of it."
			plan=$out/rest.json
		fi
	fi
	# exec: what cancels the job then reaches trueup itself, which waits for what
	# runs and gives the lease back. Killed outright it is no less safe.
	exec trueup apply --yes --lock-timeout 15m $(reports apply) "$plan"
	;;
tell)
	say "$out/comment.md"
	;;
*)
	echo "trueup.sh: expected check, plan, apply or tell, not $doing" >&2
	exit 64
	;;
esac
