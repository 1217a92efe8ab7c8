using System.Text;
using Buildx.Llb;
using Buildx.Oci;

namespace Buildx.Dockerfile;

/// <summary>Converts one stage, instruction by instruction.</summary>
internal sealed partial class StageConverter(ConversionContext context, StageNode node, PendingOutput buildContext)
{
    private static readonly HashSet<string> NotInEnvironment = ["BUILDKIT_SBOM_SCAN_CONTEXT", "BUILDKIT_SBOM_SCAN_STAGE"];

    private readonly StringBuilder _text = new();
    private Linter _linter = context.Linter;
    private GrowingConfig _growing = new(new ImageConfig());

    private ConversionOptions Options => context.Options;

    private Oci.Platform Platform => node.Platform ?? context.TargetPlatform;

    private ContainerConfig Config
    {
        get => node.Image.Config ?? new ContainerConfig();
        set => node.Image = node.Image with { Config = value };
    }

    public void Run()
    {
        node.Inherit();
        node.Converted = true;
        node.Platform ??= context.TargetPlatform;
        Start();
        foreach (var command in node.Commands)
        {
            try
            {
                Convert(command);
            }
            catch (InstructionException e)
            {
                context.Errors.Add(Diagnostic.Error(e.Message, e.Range ?? command.Instruction.Range));
            }
            catch (Exception e) when (e is ExpansionException or FormatException)
            {
                context.Errors.Add(Diagnostic.Error(e.Message, command.Instruction.Range));
            }
        }
        node.Image = _growing.Complete(node.Image);
    }

    /// <summary>What the base image's configuration means for the commands of this stage.</summary>
    private void Start()
    {
        var environment = Config.Env ?? [];
        if (Platform.Os != "windows" && !environment.Any(entry => entry.StartsWith("PATH=", StringComparison.Ordinal)))
            Config = Config with { Env = environment = [.. environment, BaseConfig.DefaultPath] };
        foreach (var (name, value) in VariableSet.FromEnvironment(environment).Entries)
            node.Environment = node.Environment.With(name, value);
        if (Config.WorkingDir is { Length: > 0 } directory)
        {
            node.Directory = ResolveDirectory("", directory);
            Config = Config with { WorkingDir = node.Directory };
        }
        if (Config.User is { Length: > 0 } user)
            node.User = user;
        _growing = new GrowingConfig(node.Image);
    }

    private void Convert(StageCommand command)
    {
        _linter = context.Linter.For(command.Instruction.Comments);
        var instruction = command.Instruction is ArgInstruction ? command.Instruction : command.Instruction.Expand(word => Expand(word, command.Instruction));
        switch (instruction)
        {
            case MaintainerInstruction maintainer:
                node.Image = node.Image with { Author = maintainer.Maintainer };
                Commit($"MAINTAINER {maintainer.Maintainer}");
                break;
            case EnvInstruction environment:
                SetEnvironment(environment);
                break;
            case ArgInstruction argument:
                SetArguments(argument);
                break;
            case RunInstruction run:
                RunCommand(run, command);
                break;
            case WorkdirInstruction workdir:
                SetDirectory(workdir, command.IsTrigger);
                break;
            case CopyInstruction copy:
                Copy(copy, command);
                break;
            case AddInstruction add:
                Add(add, command);
                break;
            case LabelInstruction label:
                SetLabels(label);
                break;
            case OnBuildInstruction trigger:
                Config = Config with { OnBuild = [.. Config.OnBuild ?? [], trigger.Trigger] };
                break;
            case CmdInstruction cmd:
                SetCommand(cmd);
                break;
            case EntrypointInstruction entrypoint:
                SetEntrypoint(entrypoint);
                break;
            case HealthCheckInstruction check:
                SetHealthCheck(check);
                break;
            case ExposeInstruction expose:
                Expose(expose);
                break;
            case UserInstruction user:
                node.User = user.User;
                Config = Config with { User = user.User.Length == 0 ? null : user.User };
                Commit($"USER {user.User}");
                break;
            case VolumeInstruction volume:
                AddVolumes(volume);
                break;
            case StopSignalInstruction signal:
                StopSignal.Check(signal.Signal);
                Config = Config with { StopSignal = signal.Signal };
                Commit($"STOPSIGNAL {signal.Signal}");
                break;
            case ShellInstruction shell:
                Config = Config with { Shell = shell.Shell };
                Commit($"SHELL {GoText.List(shell.Shell)}");
                break;
            default:
                throw new InstructionException($"{instruction.Keyword.ToUpperInvariant()} is not supported yet");
        }
    }

    private string Expand(string word, Instruction instruction, WordExpander? expander = null)
    {
        ExpansionResult expanded;
        try
        {
            expanded = (expander ?? context.Expander).Expand(word, node.Environment);
        }
        catch (ExpansionException e)
        {
            throw new InstructionException(e.Message, instruction.Syntax?.RangeOf(word));
        }
        ReportUndefined(expanded, instruction);
        return expanded.Text;
    }

    private void ReportUndefined(ExpansionResult expanded, Instruction instruction)
    {
        if (expanded.Unmatched.Count == 0)
            return;
        foreach (var name in expanded.Unmatched.Where(name => !node.Arguments.Contains(name)))
        {
            if (!NotInEnvironment.Contains(name))
                _linter.Report(LintRules.UndefinedVar, instruction.Range, $"nothing sets the variable \"${name}\" before this{Suggestion.Phrase(name, node.Environment.Names, prefix: "$")}; declare it with ARG or ENV");
        }
    }

    private void Commit(string text, bool withLayer = false) => _growing.AddHistory(new History
    {
        CreatedBy = text,
        Comment = "buildkit.dockerfile.v0",
        EmptyLayer = !withLayer,
        Created = context.Epoch?.ToUniversalTime(),
    });

    private IReadOnlyList<LlbSourceLocation> Locations(Instruction instruction) => SourceLocations.Of(Options.SourceFile, instruction.Range);

    private string Name(string text, StageCommand command) =>
        StepName.Create(node, text, Options.MultiPlatform, Platform, node.Environment, command.IsTrigger);

    private static string ResolveDirectory(string current, string path)
    {
        var resolved = path.Length == 0 ? current : path;
        return UnixPath.IsAbsolute(resolved) ? resolved : UnixPath.Join("/", current, resolved);
    }
}
