# Completion of trueup for fish.

function __trueup_complete
    set -l words (commandline -opc)
    set -l word (string unescape -- (commandline -ct))
    or set word (string replace -ra '[\'"\\\\]' '' -- (commandline -ct)) # a quote is open
    set -l lines ($words[1] $words[2..-1] "$word" --generate-bash-completion 2>/dev/null </dev/null)
    if set -q lines[1]
        string match -v '' -- $lines
    else # it is for paths, as they are of a command that nobody knows
        complete -C "'' "(commandline -ct)
    end
end

complete -c trueup -f -a '(__trueup_complete)'
