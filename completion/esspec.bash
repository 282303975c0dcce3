# Written by `make docs` from the code; edit that.
_esspec() {
  local word="${COMP_WORDS[COMP_CWORD]}" before="${COMP_WORDS[COMP_CWORD-1]}" command=""
  [ "$COMP_CWORD" -gt 1 ] && command="${COMP_WORDS[1]}"
  # bash takes --name=value apart: the word may be the sign itself, or what stands behind it
  [ "$word" = "=" ] && word=""
  [ "$before" = "=" ] && [ "$COMP_CWORD" -gt 2 ] && before="${COMP_WORDS[COMP_CWORD-2]}"
  case "$command" in
    "") set -- "export parse verify init lint check list explain diff rules targets schema" "--version --install-completion --show-completion --help -h" ;;
    export)
      case "$before" in
        --target|-t) set -- "calico cilium csv kubernetes" ;;
        --output|-o|--layout|--columns|--columns-file|--profile|--set|--data|--binding|--stdin-filename|--max-bytes) set -- "" ;;
        --fail-on) set -- "error warning note" ;;
        --error-format) set -- "text json" ;;
        *) set -- "" "--target -t --output -o --check --force --allow-removal --tracked --as-written --layout --columns --columns-file --bom --profile --set --data --binding --stdin-filename --max-bytes --fail-on --error-format --help -h" ;;
      esac ;;
    parse)
      case "$before" in
        --format|--error-format) set -- "text json" ;;
        --data|--binding|--stdin-filename|--max-bytes) set -- "" ;;
        --fail-on) set -- "error warning note" ;;
        *) set -- "" "--format --data --binding --stdin-filename --max-bytes --fail-on --error-format --help -h" ;;
      esac ;;
    verify)
      case "$before" in
        --target|-t) set -- "calico cilium csv kubernetes" ;;
        --dir|--profile|--set|--data|--binding|--stdin-filename|--max-bytes) set -- "" ;;
        --format|--error-format) set -- "text json" ;;
        --fail-on) set -- "error warning note" ;;
        *) set -- "" "--target -t --dir --all-profiles --every-combination --format --profile --set --data --binding --stdin-filename --max-bytes --fail-on --error-format --help -h" ;;
      esac ;;
    init)
      case "$before" in
        --output|-o|--data|--binding|--stdin-filename|--max-bytes) set -- "" ;;
        --error-format) set -- "text json" ;;
        *) set -- "" "--output -o --stdout --data --binding --stdin-filename --max-bytes --error-format --help -h" ;;
      esac ;;
    lint)
      case "$before" in
        --explain) set -- "annotation-too-large bad-data bad-ignore bad-name bad-port bad-revision bad-toml bad-value bad-yaml blanket-held closed-table column-twice connection-in-prose control-character damaged-export dead-row denied-elsewhere directions-disagree directive dns-cut-off edited-file embedded-policy empty-condition empty-override empty-peer empty-port empty-table external-without-address extra-cells file-exists files-not-checked fixed-finding folder-in-use hidden-character hidden-condition hidden-heading hidden-statement hidden-table hides-the-rest host-network ignored-rules image inexpressible inline-html interrupted-export kind-claimed-twice kramdown-extension label-not-selectable label-twice labels-differ liquid lost-isolation malformed-file merge-conflict missing-cells missing-column missing-key missing-labels missing-namespace missing-table name-not-a-label name-spelling name-too-long name-twice narrowed needs-binding negated-rules nested-heading nested-too-deep new-baseline new-page no-binding no-direction no-dns no-former-data no-graphviz no-instance no-manifests no-object no-reasons no-rule-table no-stdin-filename no-workload nodes-left-out not-a-file not-compared not-documented not-enforced not-isolated not-on-page not-our-file not-utf-8 note-on-rules nothing-listed nul-byte object-twice one-sided open-front-matter other-page overlapping-addresses overlapping-labels override-of-several-rows override-without-row own-namespace-peer page-gone peer-twice policy-without-effect port-name ports-in-doubt ports-twice read-as-now refused-object reserved-name same-connection-twice same-labels see-elsewhere selector-too-long selects-nothing stale-file stated-twice struck-text swallowed-by-front-matter swallowed-row swallowed-rule target-claimed-twice too-large too-long-cell too-long-text too-many-classes too-many-columns too-many-combinations too-many-findings too-many-labels too-many-lines too-many-rules too-many-variables torn-heading torn-table two-instances unaccepted-remark unequal unfilled unfilled-placeholder unintended-isolation unknown-column unknown-end unknown-key unknown-namespace unknown-peer unknown-port-name unknown-protocol unknown-schema unknown-state unknown-statement unknown-target unread-condition unread-html unread-label unread-labels unread-policy unread-table unread-words unreadable-file unreadable-folder unreadable-output unresolved-peer unresolved-variable unset-feature unspecified-direction untracked-file unused-entry unused-ignore unwritable-output usage user-supplied-port wide-external widened" ;;
        --format) set -- "text concise json sarif github gitlab junit rdjson md" ;;
        --namespace|-n|--profile|--set|--data|--binding|--stdin-filename|--max-bytes) set -- "" ;;
        --fail-on) set -- "error warning note" ;;
        --color) set -- "auto always never" ;;
        *) set -- "" "--no-ignore --explain --format --namespace -n --profile --set --data --binding --stdin-filename --max-bytes --fail-on --color --help -h" ;;
      esac ;;
    check)
      case "$before" in
        --output|-o|--against|--since|--baseline|--namespace|-n|--profile|--set|--data|--binding|--stdin-filename|--max-bytes) set -- "" ;;
        --target|-t) set -- "calico cilium csv kubernetes" ;;
        --format) set -- "text concise json sarif github gitlab junit rdjson md" ;;
        --fail-on) set -- "error warning note widening" ;;
        --color) set -- "auto always never" ;;
        *) set -- "" "--output -o --target -t --against --since --fix --tracked --baseline --update-baseline --format --namespace -n --profile --set --data --binding --stdin-filename --max-bytes --fail-on --color --help -h" ;;
      esac ;;
    list)
      case "$before" in
        --from|--to|--focus|--port|--namespace|-n|--profile|--set|--data|--binding|--stdin-filename|--max-bytes) set -- "" ;;
        --format) set -- "txt json csv md dot mermaid svg" ;;
        --fail-on) set -- "error warning note" ;;
        --error-format) set -- "text json" ;;
        *) set -- "" "--from --to --focus --port --exposure --format --verbose -v --namespace -n --profile --set --data --binding --stdin-filename --max-bytes --fail-on --error-format --help -h" ;;
      esac ;;
    explain)
      case "$before" in
        --format|--error-format) set -- "text json" ;;
        --namespace|-n|--profile|--set|--data|--binding|--stdin-filename|--max-bytes) set -- "" ;;
        --fail-on) set -- "error warning note" ;;
        *) set -- "" "--format --verbose -v --namespace -n --profile --set --data --binding --stdin-filename --max-bytes --fail-on --error-format --help -h" ;;
      esac ;;
    diff)
      case "$before" in
        --format) set -- "txt md json csv" ;;
        --namespace|-n|--profile|--set|--data|--binding|--stdin-filename|--max-bytes) set -- "" ;;
        --fail-on) set -- "error warning note" ;;
        --error-format) set -- "text json" ;;
        *) set -- "" "--only-widening --reasons --format --verbose -v --namespace -n --profile --set --data --binding --stdin-filename --max-bytes --fail-on --error-format --help -h" ;;
      esac ;;
    rules)
      case "$before" in
        *) set -- "annotation-too-large bad-data bad-ignore bad-name bad-port bad-revision bad-toml bad-value bad-yaml blanket-held closed-table column-twice connection-in-prose control-character damaged-export dead-row denied-elsewhere directions-disagree directive dns-cut-off edited-file embedded-policy empty-condition empty-override empty-peer empty-port empty-table external-without-address extra-cells file-exists files-not-checked fixed-finding folder-in-use hidden-character hidden-condition hidden-heading hidden-statement hidden-table hides-the-rest host-network ignored-rules image inexpressible inline-html interrupted-export kind-claimed-twice kramdown-extension label-not-selectable label-twice labels-differ liquid lost-isolation malformed-file merge-conflict missing-cells missing-column missing-key missing-labels missing-namespace missing-table name-not-a-label name-spelling name-too-long name-twice narrowed needs-binding negated-rules nested-heading nested-too-deep new-baseline new-page no-binding no-direction no-dns no-former-data no-graphviz no-instance no-manifests no-object no-reasons no-rule-table no-stdin-filename no-workload nodes-left-out not-a-file not-compared not-documented not-enforced not-isolated not-on-page not-our-file not-utf-8 note-on-rules nothing-listed nul-byte object-twice one-sided open-front-matter other-page overlapping-addresses overlapping-labels override-of-several-rows override-without-row own-namespace-peer page-gone peer-twice policy-without-effect port-name ports-in-doubt ports-twice read-as-now refused-object reserved-name same-connection-twice same-labels see-elsewhere selector-too-long selects-nothing stale-file stated-twice struck-text swallowed-by-front-matter swallowed-row swallowed-rule target-claimed-twice too-large too-long-cell too-long-text too-many-classes too-many-columns too-many-combinations too-many-findings too-many-labels too-many-lines too-many-rules too-many-variables torn-heading torn-table two-instances unaccepted-remark unequal unfilled unfilled-placeholder unintended-isolation unknown-column unknown-end unknown-key unknown-namespace unknown-peer unknown-port-name unknown-protocol unknown-schema unknown-state unknown-statement unknown-target unread-condition unread-html unread-label unread-labels unread-policy unread-table unread-words unreadable-file unreadable-folder unreadable-output unresolved-peer unresolved-variable unset-feature unspecified-direction untracked-file unused-entry unused-ignore unwritable-output usage user-supplied-port wide-external widened" "--help -h" ;;
      esac ;;
    targets)
      case "$before" in
        *) set -- "" "--help -h" ;;
      esac ;;
    schema)
      case "$before" in
        *) set -- "page findings list explain diff verify baseline binding" "--help -h" ;;
      esac ;;
    *) set -- "" ;;
  esac
  case "$word" in -*) shift ;; esac
  COMPREPLY=($(compgen -W "$1" -- "$word"))
}
complete -o default -F _esspec esspec
