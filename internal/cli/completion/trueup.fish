# Completion of trueup for fish.

function __trueup_complete
    set -l words (commandline -opc) (commandline -ct)
    $words[1] $words[2..-1] --generate-bash-completion 2>/dev/null
end

complete -c trueup -a '(__trueup_complete)'
