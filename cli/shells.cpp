// Shells: their scripts. Each hands the words up to the cursor to `mdsync complete` and reads its answer: a line that says
// whether a file or folder may stand there, too, and behind what part of the word, then a word and its meaning a line.
#include "shells.hpp"

#include <array>

namespace mdsync::cli {

namespace {

constexpr std::string_view kBash = R"script(# bash completion of mdsync. Written by: mdsync completion bash
#
# Load it with: source <(mdsync completion bash)

_mdsync() {
    # COMP_WORDS is broken at = and : as well. A word of mdsync ends at a blank: put together what none divides.
    local rest=${COMP_LINE:0:COMP_POINT} words=() gap part='' i
    for ((i = 0; i <= COMP_CWORD; i++)); do
        gap=${rest%%[![:blank:]]*}
        rest=${rest:${#gap}}
        part=${COMP_WORDS[i]}
        ((i < COMP_CWORD)) || part=$rest
        rest=${rest:${#part}}
        if [[ $i -eq 0 || -n $gap ]]; then words+=("$part"); else words[-1]+=$part; fi
    done
    [[ $part != [=:] ]] || part=''
    local before=${words[-1]%"$part"}  # of the word; bash completes what follows

    local answer=() line
    mapfile -t answer < <("${words[0]/#\~/$HOME}" complete -- "${words[@]:1}" 2> /dev/null)
    COMPREPLY=()
    for line in "${answer[@]:1}"; do
        line=${line%%$'\t'*}
        line=${line#"$before"}
        COMPREPLY+=("${line// /\\ }")
    done
    case ${answer[0]-} in
        files*) compopt -o default ;;
        folders*) compopt -o dirnames ;;
    esac
    [[ ${#COMPREPLY[@]} -ne 1 || ${COMPREPLY[0]} != *[=:] ]] || compopt -o nospace
}

complete -F _mdsync mdsync
)script";

constexpr std::string_view kZsh = R"script(#compdef mdsync
# zsh completion of mdsync. Written by: mdsync completion zsh
#
# Load it with: source <(mdsync completion zsh), or put it as _mdsync into a folder of $fpath.

_mdsync() {
    local -a answer open closed openShown closedShown
    local line word kind before
    answer=("${(@f)$("${(Q)words[1]/#\~/$HOME}" complete -- "${(@Q)words[2,CURRENT-1]}" "${(Q)PREFIX}" 2> /dev/null)}")
    for line in "${(@)answer[2,-1]}"; do
        word=${line%%$'\t'*}
        if [[ $word == *[=:] ]]; then
            open+=("$word") openShown+=("${line/$'\t'/  -- }")
        else
            closed+=("$word") closedShown+=("${line/$'\t'/  -- }")
        fi
    done
    (( $#closed )) && compadd -l -d closedShown -a -- closed
    (( $#open )) && compadd -S '' -l -d openShown -a -- open
    kind=${answer[1]%%$'\t'*}
    before=${answer[1]#*$'\t'}
    [[ $kind == words ]] && return
    compset -P "${(b)before}"
    if [[ $kind == folders ]]; then _files -/; else _files; fi
}

if [[ $funcstack[1] == _mdsync ]]; then _mdsync "$@"; else compdef _mdsync mdsync; fi
)script";

constexpr std::string_view kFish = R"script(# fish completion of mdsync. Written by: mdsync completion fish
#
# Load it with: mdsync completion fish | source

function __mdsync_complete
    set -l words (commandline -opc)
    set -l word (commandline -ct)
    set -l answer ($words[1] complete -- $words[2..] $word 2>/dev/null)
    printf '%s\n' $answer[2..]
    set -l head (string split \t -- $answer[1])
    set -l part (string sub -s (math 1 + (string length -- "$head[2]")) -- $word)
    switch $head[1]
        case files
            for path in (__fish_complete_path $part)
                printf '%s\n' $head[2]$path
            end
        case folders
            for path in (__fish_complete_directories $part '')
                printf '%s\n' $head[2]$path
            end
    end
end

complete -c mdsync -f -k -a '(__mdsync_complete)'
)script";

constexpr std::array<Shell, 3> kShells{{{"bash", kBash}, {"zsh", kZsh}, {"fish", kFish}}};

}  // namespace

std::span<const Shell> shells() {
    return kShells;
}

}  // namespace mdsync::cli
