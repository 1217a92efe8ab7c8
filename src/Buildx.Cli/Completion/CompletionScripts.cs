namespace Buildx.Cli.Completion;

/// <summary>The scripts by which shells ask <see cref="Completer"/>.</summary>
internal static class CompletionScripts
{
    public static IReadOnlyList<string> Shells { get; } = ["bash", "zsh", "fish"];

    /// <exception cref="CliException">Another shell.</exception>
    public static string For(string shell) => shell switch
    {
        "bash" => Bash,
        "zsh" => Zsh,
        "fish" => Fish,
        _ => throw new CliException($"there is no completion for {shell} (there is for {string.Join(", ", Shells)})"),
    };

    // Bash takes "=" and ":" for the ends of words; the line is taken as it stands instead.
    private const string Bash = """
        # bash completion for buildx; to use it: source <(buildx completion bash)
        _buildx() {
          local line=${COMP_LINE:0:COMP_POINT} words answer current typed prefix directive entry
          read -ra words <<<"$line"
          [[ $line == *' ' ]] && words+=('')
          current=${words[${#words[@]} - 1]}
          mapfile -t answer < <("${words[0]/#\~/$HOME}" __completeNoDesc "${words[@]:1}" 2>/dev/null)
          COMPREPLY=()
          [ ${#answer[@]} -gt 0 ] || return
          directive=${answer[${#answer[@]} - 1]#:}
          typed=${COMP_WORDS[COMP_CWORD]}
          [[ $typed == [=:] ]] && typed=
          prefix=${current%"$typed"}
          for entry in "${answer[@]:0:${#answer[@]} - 1}"; do
            COMPREPLY+=("${entry#"$prefix"}")
          done
          if [ "$directive" = 0 ]; then
            while IFS= read -r entry; do COMPREPLY+=("$entry"); done < <(compgen -f -- "$typed")
            compopt -o filenames 2>/dev/null
          elif [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *= ]]; then
            compopt -o nospace 2>/dev/null
          fi
        }
        complete -F _buildx buildx

        """;

    private const string Zsh = """
        #compdef buildx
        # zsh completion for buildx; to use it: source <(buildx completion zsh)
        _buildx() {
          local -a answer described
          local entry directive
          answer=("${(@f)$("${(Q)words[1]}" __complete "${(@Q)words[2,CURRENT]}" 2>/dev/null)}")
          directive=${answer[-1]#:}
          for entry in "${(@)answer[1,-2]}"; do
            described+=("${${entry%%$'\t'*}//:/\\:}${${(M)entry:#*$'\t'*}:+:${entry#*$'\t'}}")
          done
          if (( ${#described} )); then _describe -V buildx described; fi
          if [[ $directive == 0 ]]; then _files; fi
        }
        if [ "$funcstack[1]" = _buildx ]; then
          _buildx
        else
          compdef _buildx buildx
        fi

        """;

    private const string Fish = """
        # fish completion for buildx; to use it: buildx completion fish | source
        function __buildx_complete
            set -l words (commandline --tokenize --cut-at-cursor) (commandline --current-token --cut-at-cursor)
            set -l answer ($words[1] __complete $words[2..-1] 2>/dev/null)
            test (count $answer) -gt 0; or return
            test (count $answer) -gt 1; and printf '%s\n' $answer[1..-2]
            test "$answer[-1]" = ':0'; and __fish_complete_path (commandline --current-token --cut-at-cursor)
        end
        complete --command buildx --no-files --arguments '(__buildx_complete)'

        """;
}
