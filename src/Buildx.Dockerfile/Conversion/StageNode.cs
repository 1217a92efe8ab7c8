using Buildx.Oci;

namespace Buildx.Dockerfile;

/// <summary>A stage, or an image or context that is used like one, while it is converted.</summary>
internal sealed class StageNode
{
    public required string BaseName { get; set; }

    /// <summary>The base as it is written in the file.</summary>
    public required string WrittenBase { get; init; }

    public string? Name { get; init; }

    /// <summary>For steps' names; empty when the file has only one stage.</summary>
    public string DisplayName { get; set; } = "";

    public required TextRange Range { get; init; }

    /// <summary>The place among all nodes; -1 for one that has none yet.</summary>
    public int Index { get; set; } = -1;

    /// <summary>Null for an image or context that is used without a <c>FROM</c>.</summary>
    public DockerfileStage? Stage { get; init; }

    public Platform? Platform { get; set; }

    public NamedContext? Context { get; set; }

    /// <summary>The earlier stage that this one starts from, null for an image.</summary>
    public StageNode? Base { get; set; }

    public Dictionary<StageNode, Instruction> Dependencies { get; } = [];

    public List<StageCommand> Commands { get; set; } = [];

    public bool Resolved { get; set; }

    public bool Converted { get; set; }

    public bool TriggersTaken { get; set; }

    public bool IgnoreCache { get; set; }

    public int StepCount { get; set; }

    public int Step { get; set; }

    public PendingOutput Output { get; set; } = PendingOutput.Empty;

    public ImageConfig Image { get; set; } = new();

    public ImageConfig? BaseImage { get; set; }

    public VariableSet Environment { get; set; } = VariableSet.Empty;

    public string Directory { get; set; } = "/";

    public string User { get; set; } = "";

    public StageArguments Arguments { get; } = new();

    /// <summary>Paths that others use of this stage's result; shared with the base.</summary>
    public HashSet<string> Paths { get; set; } = [];

    public HashSet<string> ContextPaths { get; } = [];

    public OutlineCollector Outline { get; set; } = new();

    public bool HasWorkdir { get; set; }

    /// <summary>Where the last instruction of each kind stands of which only the last counts.</summary>
    public Dictionary<string, TextRange> LastOf { get; } = [];

    /// <summary>Takes over what the base stage came to.</summary>
    public void Inherit()
    {
        if (Base is null)
            return;
        Output = Base.Output;
        Platform = Base.Platform;
        Image = BaseConfig.WithoutTriggers(Base.Image);
        BaseImage = Base.BaseImage;
        Environment = Base.Environment;
        Directory = Base.Directory;
        User = Base.User;
        Paths = Base.Paths;
        HasWorkdir = Base.HasWorkdir;
        Arguments.SetAll(Base.Arguments);
    }
}
