namespace Buildx.Dockerfile;

/// <summary>All rules. Names are Docker's, since <c># check=skip=…</c> in people's files has them.</summary>
public static class LintRules
{
    public static readonly LintRule StageNameCasing = Rule("StageNameCasing", "stage-name-casing", "Stage names should be lowercase");
    public static readonly LintRule FromAsCasing = Rule("FromAsCasing", "from-as-casing", "The 'as' keyword should match the case of the 'from' keyword");
    public static readonly LintRule NoEmptyContinuation = Rule("NoEmptyContinuation", "no-empty-continuation", "Empty continuation lines will become errors in a future release");
    public static readonly LintRule ConsistentInstructionCasing = Rule("ConsistentInstructionCasing", "consistent-instruction-casing", "All commands within the Dockerfile should use the same casing (either upper or lower)");
    public static readonly LintRule DuplicateStageName = Rule("DuplicateStageName", "duplicate-stage-name", "Stage names should be unique");
    public static readonly LintRule ReservedStageName = Rule("ReservedStageName", "reserved-stage-name", "Reserved words should not be used as stage names");
    public static readonly LintRule JsonArgsRecommended = Rule("JSONArgsRecommended", "json-args-recommended", "JSON arguments recommended for ENTRYPOINT/CMD to prevent unintended behavior related to OS signals");
    public static readonly LintRule MaintainerDeprecated = Rule("MaintainerDeprecated", "maintainer-deprecated", "The MAINTAINER instruction is deprecated, use a label instead to define an image author");
    public static readonly LintRule UndefinedArgInFrom = Rule("UndefinedArgInFrom", "undefined-arg-in-from", "FROM command must use declared ARGs");
    public static readonly LintRule WorkdirRelativePath = Rule("WorkdirRelativePath", "workdir-relative-path", "Relative workdir without an absolute workdir declared within the build can have unexpected results if the base image changes");
    public static readonly LintRule UndefinedVar = Rule("UndefinedVar", "undefined-var", "Variables should be defined before their use");
    public static readonly LintRule MultipleInstructionsDisallowed = Rule("MultipleInstructionsDisallowed", "multiple-instructions-disallowed", "Multiple instructions of the same type should not be used in the same stage");
    public static readonly LintRule LegacyKeyValueFormat = Rule("LegacyKeyValueFormat", "legacy-key-value-format", "Legacy key/value format with whitespace separator should not be used");
    public static readonly LintRule InvalidBaseImagePlatform = new("InvalidBaseImagePlatform", "Base image platform does not match expected target platform", null);
    public static readonly LintRule RedundantTargetPlatform = Rule("RedundantTargetPlatform", "redundant-target-platform", "Setting platform to predefined $TARGETPLATFORM in FROM is redundant as this is the default behavior");
    public static readonly LintRule SecretsUsedInArgOrEnv = Rule("SecretsUsedInArgOrEnv", "secrets-used-in-arg-or-env", "Sensitive data should not be used in the ARG or ENV commands");
    public static readonly LintRule InvalidDefaultArgInFrom = Rule("InvalidDefaultArgInFrom", "invalid-default-arg-in-from", "Default value for global ARG results in an empty or invalid base image name");
    public static readonly LintRule FromPlatformFlagConstDisallowed = Rule("FromPlatformFlagConstDisallowed", "from-platform-flag-const-disallowed", "FROM --platform flag should not use a constant value");
    public static readonly LintRule CopyIgnoredFile = Rule("CopyIgnoredFile", "copy-ignored-file", "Attempting to Copy file that is excluded by .dockerignore");
    public static readonly LintRule InvalidDefinitionDescription = Rule("InvalidDefinitionDescription", "invalid-definition-description", "Comment for build stage or argument should follow the format: `# <arg/stage name> <description>`. If this is not intended to be a description comment, add an empty line or comment between the instruction and the comment.") with { IsExperimental = true };
    public static readonly LintRule ExposeProtoCasing = Rule("ExposeProtoCasing", "expose-proto-casing", "Protocol in EXPOSE instruction should be lowercase");
    public static readonly LintRule ExposeInvalidFormat = Rule("ExposeInvalidFormat", "expose-invalid-format", "IP address and host-port mapping should not be used in EXPOSE instruction. This will become an error in a future release");

    private static LintRule Rule(string name, string page, string description) => new(name, description, $"https://docs.docker.com/go/dockerfile/rule/{page}/");
}
