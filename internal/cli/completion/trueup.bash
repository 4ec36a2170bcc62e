# Completion of trueup for bash.

_trueup() {
	local typed=${COMP_LINE:0:COMP_POINT} words line word start
	read -ra words <<<"$typed"
	[[ $typed == *[[:space:]] ]] && words+=("")
	word=${words[-1]}
	# Readline replaces only what stands behind the last break, such as "=".
	start=${word%"${word##*[$COMP_WORDBREAKS]}"}
	COMPREPLY=()
	while IFS= read -r line; do
		line=${line%%$'\t'*}
		[[ $line == "$word"* ]] && COMPREPLY+=("${line#"$start"}")
	done < <("$1" "${words[@]:1}" --generate-bash-completion 2>/dev/null)
	[[ ${COMPREPLY[0]} == *= ]] && compopt -o nospace
}

complete -o default -F _trueup trueup
