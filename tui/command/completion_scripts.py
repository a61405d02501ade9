"""The shells' part of completion; `@NAME@` is filled in by `rushes.tui.command.completion`."""

LISTS = r"""
# What is there now, as far as it begins with the third word: a word a line, after a tab what to
# say of it. Tasks by their ids, or by their refs where what was typed so far has a colon.
_rushes_list() {
  [ -n "$1" ] && rushes -w "$2" completion --list "$1" --begun="$3" 2>/dev/null
}
"""
"""For bash and zsh."""

BASH = r"""
# bash completion for rushes: source <(rushes completion bash)
@LISTS@
_rushes() {
  local current=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}
  local command= watchlist=default flags= valued= words= list= rest= said=0 begun= plain= word at
  for ((at = 1; at < COMP_CWORD; at++)); do
    case ${COMP_WORDS[at]} in
      -w | --watchlist)
        [ "${COMP_WORDS[++at]}" = = ] && at=$((at + 1))
        watchlist=${COMP_WORDS[at]//[\"\'\\]/} ;;
      :) said=$((said - 1)) ;;  # provider:id, which readline takes for three words
      --) plain=yes ;;
      -*) ;;
      *) if [ -n "$command" ]; then said=$((said + 1)); else command=${COMP_WORDS[at]}; fi ;;
    esac
  done
  # What readline cut off the word at its colon is a part of it.
  if [ "$current" = : ]; then
    begun=$before: current= said=$((said - 1))
  elif [ "$before" = : ]; then
    begun=${COMP_WORDS[COMP_CWORD - 2]}:
  fi
  case $command in
@CASES@
  esac
  [ "$said" -gt 0 ] && words= list=$rest
  case " $valued " in
    *" $before:"*)
      list=${valued##*"$before:"} list=${list%% *} words=
      case $list in =*) words=${list#=} words=${words//,/ } list= ;; esac ;;
  esac
  case $plain$begun$current in -*) words=$flags list= ;; esac
  COMPREPLY=()
  while IFS=$'\t' read -r word _; do
    word=${word#"$begun"}
    # Quoted, for an id is somebody else's text; compgen -W would even run what stands in one.
    [ -n "$word" ] && case $word in "$current"*) COMPREPLY+=("$(printf %q "$word")") ;; esac
  done < <(printf '%s\n' $words; _rushes_list "$list" "$watchlist" "$begun$current")
  case $list-${COMPREPLY-} in filter-*:) compopt -o nospace ;; esac
}
complete -o default -F _rushes rushes
"""

ZSH = r"""
#compdef rushes
# zsh completion for rushes: source <(rushes completion zsh), after compinit;
# or as a file named _rushes in a folder of $fpath
@LISTS@
_rushes() {
  local command= watchlist=default list= rest= said=0 plain= line at
  local -a flags valued fixed found shown
  for (( at = 2; at < CURRENT; at++ )); do
    case ${words[at]} in
      -w|--watchlist) watchlist=${(Q)words[++at]} ;;
      --) plain=yes ;;
      -*) ;;
      *) if [[ -n $command ]]; then (( ++said )); else command=${words[at]}; fi ;;
    esac
  done
  case $command in
@CASES@
  esac
  (( said )) && fixed=() list=$rest
  local taken=${valued[(r)${(b)words[CURRENT - 1]}:*]}
  if [[ -n $taken ]]; then
    fixed=() list=${taken#*:}
    [[ $list == '='* ]] && fixed=(${(s:,:)list[2,-1]}) list=
  fi
  if [[ $plain${words[CURRENT]} == -* ]]; then
    _describe -o option flags
    return
  fi
  (( $#fixed )) && _describe command fixed
  for line in ${(f)"$(_rushes_list "$list" "$watchlist" "${(Q)words[CURRENT]}")"}; do
    found+=("${line%%$'\t'*}")
    shown+=("${line/$'\t'/  -- }")
  done
  if [[ $list == filter && ${words[CURRENT]} != *:* ]]; then
    (( $#found )) && compadd -S '' -l -d shown -a found
  else
    (( $#found )) && compadd -l -d shown -a found
  fi
  (( $#fixed || $#found )) || _files
}
if [[ $funcstack[1] == _rushes ]]; then _rushes "$@"; else compdef _rushes rushes; fi
"""

FISH = r"""
# fish completion for rushes: rushes completion fish | source
function __rushes_said -a what
    # The command typed so far, a word that follows it if there is one, or the watchlist named.
    set -l words (commandline -opc)[2..-1]
    set -l command
    set -l said
    set -l watchlist default
    while set -q words[1]
        switch $words[1]
            case -w --watchlist
                set -q words[2]; and set watchlist $words[2]
                set -e words[1]
            case '-*'
            case '*'
                set -q command[1]; and set said $words[1]; or set command $words[1]
        end
        set -e words[1]
    end
    switch $what
        case command
            echo $command
        case words
            echo $said
        case watchlist
            echo $watchlist
    end
end
function __rushes_in
    test "$argv" = (__rushes_said command)
end
function __rushes_first
    __rushes_in $argv; and test -z (__rushes_said words)
end
function __rushes_later
    __rushes_in $argv; and test -n (__rushes_said words)
end
function __rushes_list -a kind
    # Tasks by their ids, or by their refs where what was typed so far has a colon.
    rushes -w (__rushes_said watchlist) completion --list $kind \
        --begun=(commandline -ct | string unescape) 2>/dev/null
end
complete -c rushes -e
@COMPLETIONS@
"""
