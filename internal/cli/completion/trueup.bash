# Completion of trueup for bash.

# _trueup_split takes a line apart as bash does, without quotes and backslashes,
# into the array words, the last of which is being typed. quote is one that is
# still open there, and start what of that word stands before the part that
# readline replaces: up to the open quote, or to the last break, such as "=".
_trueup_split() {
	local line=$1 word= begun= c i
	words=() quote= start=
	for ((i = 0; i < ${#line}; i++)); do
		c=${line:i:1}
		case $quote$c in
		"''" | '""') quote= ;;
		\'? | '"'[!\\]) word+=$c ;;
		'\' | '"\') word+=${line:$((++i)):1} begun=1 ;;
		\' | '"') quote=$c start=$word begun=1 ;;
		[[:space:]])
			[[ $begun ]] && words+=("$word")
			word= begun= start=
			;;
		*)
			word+=$c begun=1
			[[ $COMP_WORDBREAKS == *"$c"* ]] && start=$word
			;;
		esac
	done
	words+=("$word")
}

_trueup() {
	local words word quote start line about said= found=() shown=()
	_trueup_split "${COMP_LINE:0:COMP_POINT}"
	word=${words[${#words[@]} - 1]}
	COMPREPLY=()
	while IFS= read -r line; do
		said=1 about=
		[[ $line == *$'\t'* ]] && about=${line#*$'\t'}
		line=${line%%$'\t'*}
		[[ $line && $line == "$word"* ]] || continue
		# Nobody knows ids: what they are of is listed with them.
		[[ $line == *=?* ]] || about=
		line=${line#"$start"}
		[[ $quote ]] || printf -v line %q "$line"
		found+=("$line")
		shown+=("$line${about:+  ($about)}")
	done < <("$1" "${words[@]:1}" --generate-bash-completion 2>/dev/null </dev/null)
	[[ $said ]] && compopt +o default # else it is for paths
	[[ ${found[0]} == *= ]] && compopt -o nospace
	# What is listed is not inserted, but by menus (37) and by insert-completions (42).
	if ((${#found[@]} > 1)) && [[ $COMP_TYPE != 37 && $COMP_TYPE != 42 ]]; then
		COMPREPLY=("${shown[@]}")
	else
		COMPREPLY=("${found[@]}")
	fi
}

complete -o default -F _trueup trueup
