#compdef trueup
# Completion of trueup for zsh.

_trueup() {
	local line word
	local -a plain plain_shown keys keys_shown
	for line in "${(@f)$("${(Q)words[1]}" "${(@Q)words[2,CURRENT]}" --generate-bash-completion 2>/dev/null)}"; do
		word=${line%%$'\t'*}
		case $word in
		'') ;;
		*=) keys+=("$word") keys_shown+=("$word  ${line#*$'\t'}") ;;
		*) plain+=("$word") plain_shown+=("$word  ${line#*$'\t'}") ;;
		esac
	done
	if ((!$#plain && !$#keys)); then
		_files
		return
	fi
	((!$#plain)) || compadd -l -d plain_shown -a plain
	((!$#keys)) || compadd -l -S '' -d keys_shown -a keys
}

compdef _trueup trueup
