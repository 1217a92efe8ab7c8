namespace Buildx.Dockerfile;

/// <summary>All rules. Names are Docker's, since <c># check=skip=…</c> in people's files has them; the words are our own.</summary>
public static class LintRules
{
    public static readonly LintRule StageNameCasing = Rule("StageNameCasing", "stage-name-casing", "A stage is known by its name in lower case, so that is how to write it.");
    public static readonly LintRule FromAsCasing = Rule("FromAsCasing", "from-as-casing", "FROM and AS of one line should both be capitals, or both small.");
    public static readonly LintRule NoEmptyContinuation = Rule("NoEmptyContinuation", "no-empty-continuation", "An empty line does not end an instruction that goes on; newer versions of the language will refuse it.");
    public static readonly LintRule ConsistentInstructionCasing = Rule("ConsistentInstructionCasing", "consistent-instruction-casing", "All instructions of a file should be written in capitals, or all of them small.");
    public static readonly LintRule DuplicateStageName = Rule("DuplicateStageName", "duplicate-stage-name", "Every stage needs a name of its own: only the last of several can be reached.");
    public static readonly LintRule ReservedStageName = Rule("ReservedStageName", "reserved-stage-name", "The names scratch and context have a meaning already.");
    public static readonly LintRule JsonArgsRecommended = Rule("JSONArgsRecommended", "json-args-recommended", "Without a JSON list a shell starts the program, and signals such as the one that stops the container end there.");
    public static readonly LintRule MaintainerDeprecated = Rule("MaintainerDeprecated", "maintainer-deprecated", "MAINTAINER is deprecated; a label can name the authors, and more.");
    public static readonly LintRule UndefinedArgInFrom = Rule("UndefinedArgInFrom", "undefined-arg-in-from", "FROM knows only the arguments that are declared before the first FROM.");
    public static readonly LintRule WorkdirRelativePath = Rule("WorkdirRelativePath", "workdir-relative-path", "A relative path begins at the directory that the base image has set, and another version of it may set another.");
    public static readonly LintRule UndefinedVar = Rule("UndefinedVar", "undefined-var", "A variable that nothing sets is empty.");
    public static readonly LintRule MultipleInstructionsDisallowed = Rule("MultipleInstructionsDisallowed", "multiple-instructions-disallowed", "Of several CMD, ENTRYPOINT or HEALTHCHECK of a stage only the last has an effect.");
    public static readonly LintRule LegacyKeyValueFormat = Rule("LegacyKeyValueFormat", "legacy-key-value-format", "Without \"=\" the whole rest of the line is the value, which is seldom meant.");
    public static readonly LintRule InvalidBaseImagePlatform = new("InvalidBaseImagePlatform", "The base image is for another platform than the build.", null);
    public static readonly LintRule RedundantTargetPlatform = Rule("RedundantTargetPlatform", "redundant-target-platform", "FROM takes the image for the target platform anyway.");
    public static readonly LintRule SecretsUsedInArgOrEnv = Rule("SecretsUsedInArgOrEnv", "secrets-used-in-arg-or-env", "Values of ARG and ENV can be read by everybody who has the image.");
    public static readonly LintRule InvalidDefaultArgInFrom = Rule("InvalidDefaultArgInFrom", "invalid-default-arg-in-from", "Without build arguments the base image has no valid name.");
    public static readonly LintRule FromPlatformFlagConstDisallowed = Rule("FromPlatformFlagConstDisallowed", "from-platform-flag-const-disallowed", "A fixed platform keeps the file from being built for other ones.");
    public static readonly LintRule CopyIgnoredFile = Rule("CopyIgnoredFile", "copy-ignored-file", "What .dockerignore leaves out of the context cannot be copied from it.");
    public static readonly LintRule InvalidDefinitionDescription = Rule("InvalidDefinitionDescription", "invalid-definition-description", "A comment right above ARG or FROM describes it, in the form \"# NAME description\".") with { IsExperimental = true };
    public static readonly LintRule ExposeProtoCasing = Rule("ExposeProtoCasing", "expose-proto-casing", "Protocols of ports are written in lower case.");
    public static readonly LintRule ExposeInvalidFormat = Rule("ExposeInvalidFormat", "expose-invalid-format", "EXPOSE names a port of the container; addresses and ports of the host are chosen when it is started.");

    /// <summary>Not one of Docker's: a hint, see <see cref="LintRule.IsHint"/>.</summary>
    public static readonly LintRule EmulatedRun = new("EmulatedRun", "Commands of a foreign platform are emulated, which is slow; what they make here is for no machine in particular, or can be made for another one.", null) { IsHint = true };

    /// <summary>Docker's rules.</summary>
    public static IReadOnlyList<LintRule> All { get; } =
    [
        StageNameCasing, FromAsCasing, NoEmptyContinuation, ConsistentInstructionCasing, DuplicateStageName, ReservedStageName, JsonArgsRecommended,
        MaintainerDeprecated, UndefinedArgInFrom, WorkdirRelativePath, UndefinedVar, MultipleInstructionsDisallowed, LegacyKeyValueFormat,
        InvalidBaseImagePlatform, RedundantTargetPlatform, SecretsUsedInArgOrEnv, InvalidDefaultArgInFrom, FromPlatformFlagConstDisallowed,
        CopyIgnoredFile, InvalidDefinitionDescription, ExposeProtoCasing, ExposeInvalidFormat,
    ];

    /// <summary>Those beyond Docker's.</summary>
    public static IReadOnlyList<LintRule> Hints { get; } = [EmulatedRun];

    private static LintRule Rule(string name, string page, string description) => new(name, description, $"https://docs.docker.com/go/dockerfile/rule/{page}/");
}
