"""The shells' part of completion; `@NAME@` is filled in by `rushes.tui.command.completion`."""

LISTS = r"""
# What is there now: a word a line, after a tab what to say of it.
# Tasks by their ids, or by their refs where what was typed so far has a colon.
_rushes_list() {
  case $1 in
    refs) rushes -w "$2" ls 2>/dev/null | awk -F'\t' -v whole="${3//[^:]/}" \
      'NR > 1 { at = index($1, ":"); about = substr($1, 1, at - 1)
                print (whole ? $1 : substr($1, at + 1)) "\t" \
                      about ($2 ? " " $2 : "") ($10 ? "  " $10 : "") }' ;;
    watchlists) rushes watchlists 2>/dev/null ;;
    providers) rushes providers 2>/dev/null | awk -F'\t' 'NR > 1 { print $1 "\t" $3 }' ;;
  esac
}
"""
"""For bash and zsh."""

BASH = r"""
# bash completion for rushes: source <(rushes completion bash)
@LISTS@
_rushes() {
  local current=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}
  local command= watchlist=default flags= valued= words= list= first= said=0 word at
  for ((at = 1; at < COMP_CWORD; at++)); do
    case ${COMP_WORDS[at]} in
      -w | --watchlist)
        [ "${COMP_WORDS[++at]}" = = ] && at=$((at + 1))
        watchlist=${COMP_WORDS[at]//[\"\'\\]/} ;;
      :) said=$((said - 1)) ;;  # provider:id, which readline takes for three words
      -*) ;;
      *) if [ -n "$command" ]; then said=$((said + 1)); else command=${COMP_WORDS[at]}; fi ;;
    esac
  done
  [ "$current" = : ] && current= said=$((said - 1))
  case $command in
@CASES@
  esac
  [ -n "$first" ] && [ "$said" -gt 0 ] && words= list=
  case " $valued " in *" $before "*) words= list= ;; esac
  case $before in -w | --watchlist) list=watchlists ;; esac
  case $current in -*) words=$flags list= ;; esac
  COMPREPLY=()
  while IFS=$'\t' read -r word _; do
    # Quoted, for an id is somebody else's text; compgen -W would even run what stands in one.
    [ -n "$word" ] && case $word in "$current"*) COMPREPLY+=("$(printf %q "$word")") ;; esac
  done < <(printf '%s\n' $words; _rushes_list "$list" "$watchlist" "$current")
}
complete -o default -F _rushes rushes
"""

ZSH = r"""
#compdef rushes
# zsh completion for rushes: source <(rushes completion zsh), after compinit;
# or as a file named _rushes in a folder of $fpath
@LISTS@
_rushes() {
  local command= watchlist=default list= first= said=0 line at
  local -a flags valued fixed found shown
  for (( at = 2; at < CURRENT; at++ )); do
    case ${words[at]} in
      -w|--watchlist) watchlist=${(Q)words[++at]} ;;
      -*) ;;
      *) if [[ -n $command ]]; then (( ++said )); else command=${words[at]}; fi ;;
    esac
  done
  case $command in
@CASES@
  esac
  [[ -n $first && $said -gt 0 ]] && fixed=() list=
  (( $valued[(Ie)${words[CURRENT - 1]}] )) && fixed=() list=
  [[ ${words[CURRENT - 1]} == (-w|--watchlist) ]] && list=watchlists
  if [[ ${words[CURRENT]} == -* ]]; then
    _describe -o option flags
    return
  fi
  (( $#fixed )) && _describe command fixed
  for line in ${(f)"$(_rushes_list "$list" "$watchlist" "${words[CURRENT]}")"}; do
    found+=("${line%%$'\t'*}")
    shown+=("${line/$'\t'/  -- }")
  done
  (( $#found )) && compadd -l -d shown -a found
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
function __rushes_refs
    # Tasks by their ids, or by their refs where what was typed so far has a colon.
    set -l whole (string match -r : -- (commandline -ct))
    rushes -w (__rushes_said watchlist) ls 2>/dev/null | awk -F'\t' -v whole="$whole" \
        'NR > 1 { at = index($1, ":"); about = substr($1, 1, at - 1)
                  print (whole ? $1 : substr($1, at + 1)) "\t" \
                        about ($2 ? " " $2 : "") ($10 ? "  " $10 : "") }'
end
function __rushes_watchlists
    rushes watchlists 2>/dev/null
end
function __rushes_providers
    rushes providers 2>/dev/null | awk -F'\t' 'NR > 1 { print $1 "\t" $3 }'
end
complete -c rushes -e
@COMPLETIONS@
"""
