#compdef trueup
# Completion of trueup for zsh.

_trueup() {
	local line word typed=$PREFIX
	local -a lines plain plain_shown keys keys_shown
	[[ -n $compstate[quote] ]] || typed=${(Q)typed}
	lines=("${(@f)$("${(Q)words[1]}" "${(@Q)words[2,CURRENT-1]}" "$typed" --generate-bash-completion 2>/dev/null </dev/null; print .)}")
	lines[-1]=() # which kept the others
	if ((!$#lines)); then # it is for paths, perhaps behind "--flag="
		_files || { compset -P '*=' && _files }
		return
	fi
	for line in "${(@)lines}"; do
		word=${line%%$'\t'*}
		line=${line/$'\t'/  }
		case $word in
		'') ;;
		*=) keys+=("$word") keys_shown+=("$line") ;;
		*) plain+=("$word") plain_shown+=("$line") ;;
		esac
	done
	((!$#plain)) || compadd -l -d plain_shown -a plain
	((!$#keys)) || compadd -l -S '' -d keys_shown -a keys
}

# Read by autoload, as _trueup in $fpath, it completes at once.
if [[ $funcstack[1] == _trueup ]]; then
	_trueup "$@"
else
	compdef _trueup trueup
fi
